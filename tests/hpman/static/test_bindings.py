"""The walk through a module: which calls it meets, and how much it looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpman.static.bindings import Bindings
from hpman.static.calls import calls
from hpman.static.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

IMPORT = "from hpman.m import _, hp\n"


def _calls(text: str, *placeholders: str) -> list[tuple[int, str]]:
    return [
        (node.lineno, placeholder)
        for node, placeholder, _hidden_by in calls(_bindings(text, [], *placeholders))
    ]


def _bindings(text: str, asked: list[frozenset[str] | None], *placeholders: str) -> Bindings:
    """Walk a text; note for which names the walk asks for lines."""
    lines = text.split("\n")

    def holding(names: frozenset[str] | None) -> Sequence[int]:
        asked.append(names)
        if names is None:
            return range(1, len(lines) + 1)
        return [n for n, line in enumerate(lines, 1) if any(name in line for name in names)]

    return Bindings(parse(text), holding, frozenset(placeholders or ("_",)))


def test_a_module_without_aliases_is_walked_once() -> None:
    asked: list[frozenset[str] | None] = []
    _bindings("import os\nfrom hpman.m import _\n_('a', 1)\n", asked)
    assert asked == [frozenset({"_", "hpman", "HyperParameterManager"})]


def test_an_alias_is_looked_for_in_a_second_walk() -> None:
    asked: list[frozenset[str] | None] = []
    _bindings(f"{IMPORT}x = _\n", asked)
    assert [names and sorted(names - {"_", "hpman"}) for names in asked] == [
        ["HyperParameterManager"],
        ["HyperParameterManager", "hp", "x"],
    ]


def test_an_alias_of_an_alias_makes_every_name_count() -> None:
    asked: list[frozenset[str] | None] = []
    bindings = _bindings(f"{IMPORT}x = _\ny = x\ny('a', 1)\nz('a', 1)", asked)
    assert len(asked) == 3
    assert asked[-1] is None
    assert [placeholder for _node, placeholder, _hidden_by in calls(bindings)] == ["_"]


def test_statements_without_a_candidate_line_are_left_alone() -> None:
    text = "def f():\n  _('in', 1)\n\ndef g():\n  _('out', 1)\n"
    bindings = Bindings(parse(text), lambda _names: [2], frozenset("_"))
    assert [node.lineno for node, _placeholder, _hidden_by in calls(bindings)] == [2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("import hpman.m, os as _\n_('a', 1)", [], id="foreign module"),
        pytest.param("import _\n_('a', 1)", [(2, "_")], id="module of that name"),
        pytest.param("import hpman.static as x\nx.hp('a', 1)", [], id="other part of hpman"),
        pytest.param("from hpman.m import *\n_('a', 1)", [(2, "_")], id="star"),
        pytest.param("from hpman import other as x\nx('a', 1)", [], id="other member"),
        pytest.param("from .hpman.m import hp as _\n_('a')", [], id="relative is elsewhere"),
        pytest.param("from . import _\n_('a')", [(2, "_")], id="handed on"),
        pytest.param("from x import y\ny('a')", [], id="another name of another module"),
        pytest.param(f"{IMPORT}x: int\nx('a')", [], id="annotation alone"),
        pytest.param("x[_('a')]: int", [(1, "_")], id="annotated item without a value"),
        pytest.param("_('a').x: int", [(1, "_")], id="annotated attribute without a value"),
        pytest.param("x[_('a'):_('b'), 1].y: int = 0", [(1, "_")] * 2, id="annotated with a value"),
        pytest.param(f"{IMPORT}x += _\nx('a')", [], id="augmented"),
        pytest.param(f"{IMPORT}x, *y = _, hp\nx('a'); y('b')", [(3, "_")], id="starred"),
        pytest.param(f"{IMPORT}x, y = z = _, hp\ny('a')", [(3, "hp")], id="chained displays"),
        pytest.param(f"{IMPORT}x, y = _\nx('a')", [], id="unpacked manager"),
        pytest.param(f"{IMPORT}x.y = z[0] = _\nx.y('a'); y('b')", [], id="attribute, item"),
        pytest.param(f"{IMPORT}with _ as x: x('a')", [], id="with"),
        pytest.param(f"{IMPORT}x = y if z else _\nx('a')", [], id="conditional"),
        pytest.param(f"{IMPORT}def f(x=_): x('a')", [], id="default of a parameter"),
        pytest.param(f"{IMPORT}x = _('a')\nx('b')", [(2, "_")], id="value of a call"),
        pytest.param(f"{IMPORT}x = _.m.hp\nx('b')", [], id="attribute of a manager"),
        pytest.param(f"{IMPORT}x = hp.parse_file(y)\nx('b')", [(3, "hp")], id="parsed manager"),
        pytest.param(f"{IMPORT}_.set_value('a', 1)('b')", [(2, "_")], id="call behind a chain"),
        pytest.param(f"{IMPORT}x = _.get_value('a')\nx('b')", [], id="value of a method"),
        pytest.param("import hpman\nX = hpman.HyperParameterManager", [], id="class alone"),
        pytest.param("x = (y := hpman).m.hp\nx('a')", [(2, "hp")], id="walrus inside"),
        pytest.param(f"{IMPORT}class x: pass\nx('a')", [], id="class of that name"),
        pytest.param(f"{IMPORT}def hp(): pass\nhp('a')", [(3, "hp")], id="function of that name"),
        pytest.param(f"{IMPORT}try: pass\nexcept E as x: x('a')\nexcept: x('b')", [], id="handler"),
        pytest.param(f"{IMPORT}lambda *hp, **x: hp('a')", [], id="starred parameters"),
        pytest.param(f"{IMPORT}def f(hp, /, *, x): hp('a')", [], id="positional only"),
        pytest.param(f"{IMPORT}[hp('a') for hp in x]", [], id="variable of a comprehension"),
        pytest.param(f"{IMPORT}[hp for hp in hp('a')]", [(2, "hp")], id="first iterable"),
        pytest.param(f"{IMPORT}x = _\nclass C:\n x('a')\n x = 3", [(4, "_")], id="class, later"),
        pytest.param(f"{IMPORT}class C:\n hp = hp\n hp('a')", [(4, "hp")], id="class, by itself"),
        pytest.param(
            f"{IMPORT}x = _\ndef f(x):\n class C:\n  x('a')\n  x = 3",
            [(5, "_")],
            id="class in a function",
        ),
        pytest.param(
            "class C:\n from hpman.m import hp as x\n x('a')", [(3, "hp")], id="class alone"
        ),
        pytest.param(
            f"{IMPORT}x = _\ndef f(x):\n def g():\n  global x\n  def h(): x('a')",
            [(6, "_")],
            id="global of a function around",
        ),
    ],
)
def test_what_a_name_is_bound_to_decides(text: str, found: list[tuple[int, str]]) -> None:
    assert _calls(text) == found


def test_calls_of_several_placeholders_are_found_in_one_walk() -> None:
    assert sorted(_calls("_('a')\nhp('b')\nx('c')", "_", "hp")) == [(1, "_"), (2, "hp")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("import hpman.m as hp\nhp._('a', 1); hp.hp('b')", ["_", "hp"], id="module"),
        pytest.param("from hpman import m as hp\nhp.x('a', 1)", ["x"], id="module of a package"),
        pytest.param("from hpman import m\nm.m('a', 1)", ["m"], id="its own name"),
        pytest.param("import hpman as hp\nhp.m.hp('a', 1)", ["hp"], id="package"),
        pytest.param("import hpman\nhpman.m.hp('a', 1)", ["hp"], id="package by its own name"),
        pytest.param("import hpman.m as x\nhp = x\nhp._('a', 1)", ["_"], id="assigned"),
        pytest.param(
            "import hpman.m as hp\nhp('a', 1); x = hp; x.y('b')", ["hp", "y"], id="called"
        ),
        pytest.param(
            "from hpman import HyperParameterManager as hp\nx = hp('_')\nx('a', 1)",
            ["_"],
            id="class",
        ),
        pytest.param(
            "try: from common import hp\nexcept E: import hpman.m as hp\nhp._('a'); hp('b')",
            ["_", "hp"],
            id="module or handed on",
        ),
        pytest.param(
            "import hpman.m as hp\ndef f(hp): hp('a'); hp._('b')",
            ["hp"],
            id="parameter that hides a module",
        ),
    ],
)
def test_a_placeholder_may_be_what_managers_are_taken_from(text: str, found: list[str]) -> None:
    assert sorted(each for _line, each in _calls(text, "_", "hp", "m", "hpman")) == found
