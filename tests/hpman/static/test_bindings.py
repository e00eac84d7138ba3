"""The walk through a module: what binds a name, and how much is visited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpman.static.bindings import Bindings
from hpman.static.scan import scan_text
from hpman.static.syntax import SourceMap, parse
from hpman.text import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

IMPORT = "from hpman.m import _, hp\n"


def _calls(text: str, *placeholders: str) -> list[tuple[int, str]]:
    scan = scan_text(f"{text}\n# hpman", "a.py", frozenset(placeholders or ("_",)))
    return [(item.line, item.placeholder) for item in scan.occurrences]


def _searched_names(text: str, monkeypatch: pytest.MonkeyPatch) -> list[list[str] | None]:
    """Walk a text; return the names that each walk tracks."""
    searched: list[list[str] | None] = []
    count = SourceMap.count_candidates

    def noted(source_map: SourceMap, names: frozenset[str] | None) -> Sequence[int]:
        searched.append(None if names is None else sorted(names))
        return count(source_map, names)

    monkeypatch.setattr(SourceMap, "count_candidates", noted)
    Bindings(parse(text), SourceMap(Source("a.py", text)), frozenset("_"), follow=True)
    return searched


FIRST = ["HyperParameterManager", "_", "hpman"]


def test_a_module_without_aliases_is_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import os\nfrom hpman.m import _\n_('a', 1)\n"
    assert _searched_names(text, monkeypatch) == [FIRST]


def test_a_second_walk_tracks_aliases(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{IMPORT}x = _\n"
    assert _searched_names(text, monkeypatch) == [FIRST, [*FIRST[:2], "hp", "hpman", "x"]]


def test_a_third_walk_tracks_every_name(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{IMPORT}x = _\ny = x\n"
    assert _searched_names(text, monkeypatch)[2:] == [None]
    assert _calls(f"{text}y('a', 1)\nz('a', 1)") == [(4, "_")]


def test_statements_without_a_candidate_line_are_not_visited() -> None:
    text = "def f():\n  _('in', 1)\n\ndef g():\n  _('out', 1)\n"
    source_map = SourceMap(Source("a.py", text.replace("_('out", "x('out")))
    bindings = Bindings(parse(text), source_map, frozenset("_"), follow=False)
    assert [node.lineno for node, _scope in bindings.calls] == [2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("import hpman.m, os as _\n_('a', 1)", [], id="foreign module"),
        pytest.param("import _\n_('a', 1)", [(2, "_")], id="module of that name"),
        pytest.param("import hpman.static as x\nx.hp('a', 1)", [], id="other part of hpman"),
        pytest.param("from hpman.m import *\n_('a', 1)", [(2, "_")], id="star"),
        pytest.param("from hpman import other as x\nx('a', 1)", [], id="other member"),
        pytest.param("from .hpman.m import hp as _\n_('a')", [], id="relative is elsewhere"),
        pytest.param("from . import _\n_('a')", [(2, "_")], id="reexport"),
        pytest.param("from x import y\ny('a')", [], id="another name of another module"),
        pytest.param(f"{IMPORT}x: int\nx('a')", [], id="annotation alone"),
        pytest.param("x[_('a')]: int", [(1, "_")], id="annotated item without a value"),
        pytest.param("_('a').x: int", [(1, "_")], id="annotated attribute without a value"),
        pytest.param("x[_('a'):_('b'), 1].y: int = 0", [(1, "_")] * 2, id="annotated with a value"),
        pytest.param(f"{IMPORT}x += _('b')\nx('a')", [(2, "_")], id="augmented"),
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
def test_the_binding_of_a_name_decides(text: str, expected: list[tuple[int, str]]) -> None:
    assert _calls(text) == expected


IN_A_CLASS = """\
from hpman import HyperParameterManager
class Trainer:
    def __init__(self, other):
        mine = HyperParameterManager("_")
        self.hp = mine
        self.x.y = mine
        self.z = other
    def build(self):
        {}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("self.hp('a', 1)", ["_"], id="called"),
        pytest.param("_ = self.hp; _('a', 1)", ["_"], id="under the placeholder"),
        pytest.param("x = self.hp.parse_file(y); x('a', 1)", ["_"], id="under another name"),
        pytest.param("[lambda: self.hp('a', 1) for x in y]", ["_"], id="inside"),
        pytest.param("self.hp.get_value('a')", [], id="method"),
        pytest.param("other.hp('a'); self.z('a')", [], id="another"),
        pytest.param("self.x('a'); self.x.y('a'); self.no('a'); hp('a')", [], id="no attribute"),
        pytest.param("class C:\n            x = self.hp('a')", [], id="class inside"),
    ],
)
def test_an_attribute_of_self_may_be_a_manager(text: str, expected: list[str]) -> None:
    scan = scan_text(IN_A_CLASS.format(text), "a.py", frozenset("_"))
    assert [item.placeholder for item in scan.occurrences] == expected
    assert not any(item.hidden_by for item in scan.occurrences)
    assert not scan.diagnostics


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", False, id="nothing"),
        pytest.param("from pathlib import Path", False, id="from pathlib"),
        pytest.param("import pathlib as p; p.Path; f(Path=1)", False, id="not bound"),
        pytest.param("from path import Path", True, id="from elsewhere"),
        pytest.param("from pathlib import PurePath as Path", True, id="another member"),
        pytest.param("import path as Path", True, id="module"),
        pytest.param("def f():\n  x, Path = y", True, id="assigned"),
        pytest.param("class Path: pass", True, id="class"),
        pytest.param("lambda Path: 1", True, id="parameter"),
        pytest.param("try: pass\nexcept E as Path: pass", True, id="handler"),
    ],
)
def test_a_name_may_be_rebound(text: str, expected: bool) -> None:
    source_map = SourceMap(Source("a.py", text))
    bindings = Bindings(parse(text), source_map, frozenset("_"), follow=False)
    assert [bindings.is_rebound("Path") for _ in range(2)] == [expected] * 2


def test_self_outside_of_a_class_is_a_name_like_others() -> None:
    assert _calls(f"{IMPORT}def f(self):\n  self.x = hp\n  self.x('a')") == []
    assert _calls("from hpman import m as self\nself.hp('a')") == [(2, "hp")]


def test_calls_of_several_placeholders_are_found_in_one_walk() -> None:
    assert sorted(_calls("_('a')\nhp('b')\nx('c')", "_", "hp")) == [(1, "_"), (2, "hp")]


@pytest.mark.parametrize(
    ("text", "expected"),
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
            id="module or reexport",
        ),
        pytest.param(
            "import hpman.m as hp\ndef f(hp): hp('a'); hp._('b')",
            ["hp"],
            id="parameter that hides a module",
        ),
    ],
)
def test_a_placeholder_may_be_hpman_or_one_of_its_members(text: str, expected: list[str]) -> None:
    calls = _calls(text, "_", "hp", "m", "hpman")
    assert sorted(placeholder for _line, placeholder in calls) == expected
