"""What is read of the class of a default that is a member of an Enum."""

from __future__ import annotations

import ast
import sys
from typing import Any

import pytest

from hpman._text import Source
from hpman.errors import NotLiteralEvaluable
from hpman.static.enums import enum_members
from hpman.static.extract import extract

IMPORTS = "import enum\nfrom enum import Enum, IntEnum, auto, unique\n"


def _members(text: str) -> dict[str, Any]:
    return enum_members(ast.parse(text), "Opt")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("class Opt(Enum): SGD = 'sgd'; ADAM = 'adam'", id="strings"),
        pytest.param("class Opt(enum.Enum): A = 1; B = -2.5; C = (1, None)", id="any literals"),
        pytest.param("class Opt(Enum): A = 1; B = 1; C = 2", id="alias"),
        pytest.param("class Opt(Enum): A = B = 1", id="alias in one statement"),
        pytest.param("class Opt(Enum): A: int = 1; B: int", id="annotated"),
        pytest.param("class Opt(Enum): A = auto(); B = enum.auto(); C = 7; D = auto()", id="auto"),
        pytest.param("class Opt(IntEnum): LOW = 1; HIGH = auto()", id="IntEnum"),
        pytest.param("class Opt(str, Enum): A = 'a'; B = '8'", id="str and Enum"),
        pytest.param("class Opt(int, Enum): A = 1; B = auto()", id="int and Enum"),
        pytest.param("@enum.unique\nclass Opt(Enum): A = 1", id="unique"),
        pytest.param(
            "class Opt(Enum):\n '''Text.'''\n pass\n A = 1\n @property\n def f(self): ...",
            id="docstring and methods",
        ),
        pytest.param("class Opt(Enum): ...", id="empty"),
    ],
)
def test_members_are_those_that_python_makes(text: str) -> None:
    names: dict[str, Any] = {}
    exec(f"{IMPORTS}{text}", names)
    made = {name: member.value for name, member in names["Opt"].__members__.items()}
    assert _members(IMPORTS + text) == made


def test_auto_in_a_str_enum_is_the_lower_name() -> None:
    text = "class Opt(enum.StrEnum): SGD = enum.auto(); B = 'x'"
    assert _members(text) == {"SGD": "sgd", "B": "x"}
    if sys.version_info >= (3, 11):
        names: dict[str, Any] = {}
        exec(f"import enum\n{text}", names)
        assert [*names["Opt"]] == ["sgd", "x"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("class Other(Enum): A = 1", id="another class"),
        pytest.param("class Opt(Enum): A = 1\nclass Opt(Enum): B = 1", id="defined twice"),
        pytest.param("class Opt(Enum): A = 1\nif x: Opt = None", id="bound again"),
        pytest.param("if x:\n class Opt(Enum): A = 1", id="nested"),
        pytest.param("class Opt: A = 1", id="no base"),
        pytest.param("class Opt(Base[int]): A = 1", id="another base"),
        pytest.param("class Opt(Mixin, Enum): A = 1", id="another mixin"),
        pytest.param("class Opt(enum.Flag): A = 1", id="flag"),
        pytest.param("class Opt(Enum, metaclass=M): A = 1", id="metaclass"),
        pytest.param("@changed\nclass Opt(Enum): A = 1", id="decorator"),
        pytest.param("class Opt(Enum): A = f(1)", id="call"),
        pytest.param("class Opt(Enum): A = relu", id="name"),
        pytest.param("class Opt(Enum): A, B = 1, 2", id="tuple of targets"),
        pytest.param("class Opt(Enum):\n for A in x: pass", id="other statement"),
        pytest.param("class Opt(Enum): _ignore_ = ['A']; A = 1", id="ignored names"),
        pytest.param("class Opt(Enum): A = 1; A = 2", id="member twice"),
        pytest.param("class Opt(IntEnum): A = '1'", id="converted to int"),
        pytest.param("class Opt(str, Enum): A = auto()", id="converted to str"),
        pytest.param("class Opt(Enum): A = 'a'; B = auto()", id="auto after a string"),
        pytest.param("class Opt(Enum): A = 5; B = 1; C = auto()", id="auto after a lower value"),
        *(
            pytest.param(f"class Opt(Enum):\n A = 1\n def {name}(*args): ...", id=name)
            for name in ("__new__", "_missing_", "_generate_next_value_")
        ),
    ],
)
def test_members_of_any_other_class_are_unknown(text: str) -> None:
    assert _members(text) == {}


def _default(text: str) -> Any:
    (call,) = extract(Source("a.py", text), frozenset("_")).occurrences
    assert isinstance(call.value, NotLiteralEvaluable)
    return call.value


def test_a_default_knows_its_member_and_the_others() -> None:
    text = "class Opt(Enum): SGD = 's'; ADAM = 'a'; OLD = 's'\n_('opt', {})"
    default = _default(text.format("Opt . \\\nOLD"))
    assert default.member == "SGD"
    assert default.members == {"SGD": "s", "ADAM": "a", "OLD": "s"}
    for other in ("Opt.X", "Opt.SGD.value", "Opt().SGD", "opt.SGD", "Opt"):
        default = _default(text.format(other))
        assert (default.member, default.members) == (None, {})


@pytest.mark.parametrize("hint", ["type='int'", "range=[1, 2]"])
def test_hints_may_ask_for_other_values(hint: str) -> None:
    assert _default(f"class L(IntEnum): A = 1\n_('l', L.A, {hint})").member is None


def test_a_class_is_read_once() -> None:
    text = "class L(IntEnum): A = 1\n_('a', L.A)\n_('b', L.A)"
    first, second = extract(Source("a.py", text), frozenset("_")).occurrences
    assert first.value.members is second.value.members
