"""What is read of the class of a default that is a member of an Enum."""

from __future__ import annotations

import ast
import builtins
import importlib
import sys
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings, strategies as st

from hpman.errors import NotLiteralEvaluable
from hpman.static.enums import enum_members
from hpman.static.extract import extract
from hpman.static.scan import index_of
from hpman.text import Source

if TYPE_CHECKING:
    from pathlib import Path

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


_numbers = count()


def _write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@given(
    st.lists(st.sampled_from(["1", "'a'", "auto()", "(1, 2)"]), min_size=1, max_size=3),
    st.sampled_from(
        [
            ("from PKG.optim import Opt", "Opt"),
            ("from PKG.optim import Opt as O, auto", "O"),
            ("from ..optim import Opt", "Opt"),
            ("from .. import optim", "optim.Opt"),
            ("from PKG import optim as o", "o.Opt"),
            ("import PKG.optim", "PKG.optim.Opt"),
            ("import PKG.optim\nimport PKG.sub, sys", "PKG.optim.Opt"),
            ("import sys, PKG.optim as o", "o.Opt"),
            ("from PKG import Opt", "Opt"),
            ("from .. import Kind", "Kind"),
            ("import PKG", "PKG.Kind"),
            ("from .. import Opt\nfrom .. import Opt", "Opt"),
        ]
    ),
    st.booleans(),
)
@settings(deadline=None)
@pytest.mark.filterwarnings("ignore:In 3.13 the default `auto:DeprecationWarning")
def test_an_imported_class_is_the_one_that_python_imports(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[str],
    imports: tuple[str, str],
    is_named: bool,
) -> None:
    folder, package = tmp_path_factory.mktemp("tree"), f"hpman_enums_{next(_numbers)}"
    statement, name = (text.replace("PKG", package) for text in imports)
    members = "".join(f"\n    M{i} = {value}" for i, value in enumerate(values))
    texts = {
        "__init__.py": "from .optim import Opt\nfrom .optim import Opt as Kind",
        "optim.py": f"from enum import Enum, auto\nclass Opt(Enum):{members}",
        "sub/__init__.py": "",
        "sub/train.py": f"{statement}\nfound = _('opt', {name}.M0)",
    }
    _write(folder / package, texts)
    paths = [folder / package / text for text in texts] if is_named else folder
    (call,) = index_of(paths).named("_", "opt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "_", lambda _name, default: default, raising=False)
        patch.syspath_prepend(folder)
        try:
            opt = type(importlib.import_module(f"{package}.sub.train").found)
        except TypeError:  # `auto()` after a string
            assert call.value.members == {}
            return
        finally:
            for module in [module for module in sys.modules if module.startswith(package)]:
                del sys.modules[module]
    made = {member: opt[member].value for member in opt.__members__}
    assert call.value.members in (made, {})
    assert call.value.members or "auto()" in values[1:]
    assert call.value.member in (opt["M0"].name, None)


OPT = "class Opt(Enum): A = 1"
HERE = "from optim import Opt\n_('opt', Opt.A)"


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({"optim.py": OPT}, id="beside"),
        pytest.param({"optim/__init__.py": OPT}, id="package"),
        pytest.param({"../optim.py": OPT}, id="in the folder that is read"),
        pytest.param({"../optim.py": OPT, "optim.py": OPT}, id="twice the same"),
        pytest.param({"../optim.py": "", "optim.py": OPT}, id="only one has it"),
        pytest.param(
            {"optim/__init__.py": "from .a import Opt", "optim/a.py": OPT}, id="handed on"
        ),
    ],
)
def test_a_class_is_found_in_the_files_of_the_scan(texts: dict[str, str], tmp_path: Path) -> None:
    _write(tmp_path / "a", {"train.py": HERE, **texts})
    (call,) = index_of(tmp_path).named("_", "opt")
    assert (call.value.member, call.value.members) == ("A", {"A": 1})


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        pytest.param(HERE, {}, id="missing"),
        pytest.param(HERE, {"optim.py": f"{OPT}\nOpt = changed(Opt)"}, id="bound again there"),
        pytest.param(f"{HERE}\nOpt = 1", {"optim.py": OPT}, id="bound again here"),
        pytest.param(f"if x: import b as Opt\n{HERE}", {"optim.py": OPT}, id="two imports"),
        pytest.param(f"from b import Opt\n{HERE}", {"optim.py": OPT, "b.py": OPT}, id="two"),
        pytest.param(HERE, {"optim.py": OPT, "../optim.py": f"{OPT}; B = 2"}, id="ambiguous"),
        pytest.param(HERE, {"optim.py": "from optim import Opt"}, id="circle"),
        pytest.param(HERE, {"optim.py": f"{OPT}\n)"}, id="syntax error"),
        pytest.param(HERE, {"optim.py": f"class Opt:\n {OPT}"}, id="nested"),
        pytest.param("from optim import *\n_('opt', Opt.A)", {"optim.py": OPT}, id="star"),
        pytest.param("import Opt\n_('opt', Opt.A)", {"Opt.py": "A = 1"}, id="a module"),
        pytest.param("from . import Opt\n_('opt', Opt.A)", {"optim.py": OPT}, id="no package"),
        pytest.param(f"class O:\n {OPT}\n_('opt', O.Opt.A)", {}, id="nested here"),
        pytest.param(
            HERE,
            {"optim.py": "from b import Opt", "b.py": "from c import Opt", "c.py": OPT},
            id="handed on twice",
        ),
    ],
)
def test_an_imported_class_that_may_be_another_is_unknown(
    text: str, texts: dict[str, str], tmp_path: Path
) -> None:
    _write(tmp_path / "a", {"train.py": text, **texts})
    (call,) = index_of(tmp_path).named("_", "opt")
    assert (call.value.member, call.value.members) == (None, {})


def test_a_class_outside_the_scan_is_unknown(tmp_path: Path) -> None:
    _write(tmp_path, {"train.py": HERE, "optim.py": OPT, "other.py": ""})
    for settings_of_scan in ({}, {"exclude": "optim.py", "follow_imports": True}):
        (call,) = index_of([tmp_path / "train.py"], **settings_of_scan).named("_", "opt")  # type: ignore[arg-type]
        assert call.value.members == {}
    (call,) = index_of([tmp_path / "train.py", tmp_path / "optim.py"]).named("_", "opt")
    assert call.value.members == {"A": 1}
    (call,) = index_of(tmp_path / "train.py", follow_imports=True).named("_", "opt")
    assert call.value.members == {"A": 1}


def test_a_module_is_imported_from_the_folder_of_the_script(tmp_path: Path) -> None:
    train = "import pkg.net"
    _write(tmp_path, {"train.py": train, "optim.py": OPT, "pkg/net.py": HERE})
    (call,) = index_of(tmp_path / "train.py", follow_imports=True).named("_", "opt")
    assert call.value.members == {"A": 1}


def test_a_defining_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hpman.static import scan

    texts: list[str] = []

    def parse(text: str) -> ast.Module:
        texts.append(text)
        return ast.parse(text)

    monkeypatch.setattr(scan, "parse", parse)
    _write(tmp_path, {"optim.py": OPT, "a.py": HERE, "b.py": HERE.replace("'opt'", "'b'")})
    index_of(tmp_path)
    assert texts == [OPT]
