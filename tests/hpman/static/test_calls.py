"""What a module tells of where its managers come from."""

from __future__ import annotations

import re

import pytest

from hpman.static.scan import scan_text


@pytest.mark.parametrize(
    ("text", "managers"),
    [
        pytest.param("from hpman.m import _, hp as x", {"_", "hp"}, id="import"),
        pytest.param("import hpman\nhpman.m.hp('a')", {"hp"}, id="call through the module"),
        pytest.param("import hpman.m as z\nhp = z.hp", {"hp"}, id="assignment from the module"),
        pytest.param(
            "from hpman import *\n_ = HyperParameterManager('_')", {"_"}, id="private manager"
        ),
        pytest.param(
            "from hpman import *\nHyperParameterManager('_')('a')", {"_"}, id="called at once"
        ),
        pytest.param("def f():\n from hpman.m import _", {"_"}, id="import in a function"),
        pytest.param("from hpman.m import _ as x\nx('a')\ny = x", {"_"}, id="alias"),
        pytest.param("_('a')\nx = _", set(), id="bare name"),
        pytest.param("from common import _\n_('a')", set(), id="handed on"),
        pytest.param("_ = gettext.gettext\n_('a')", set(), id="something else"),
        pytest.param("import hpman\nfrom hpman import L", set(), id="no manager"),
    ],
)
def test_a_scan_lists_the_managers_that_a_module_imports_or_makes(
    text: str, managers: set[str]
) -> None:
    text = f"import hpman\n{text}"
    assert scan_text(text, "a.py", frozenset({"_"})).managers == managers


def test_a_scan_lists_the_placeholders_that_a_module_imports_from_elsewhere() -> None:
    text = "from a.b import _\nfrom .. import _ as _, hp\nfrom d import _ as x"
    scan = scan_text(text, "a.py", frozenset({"_"}))
    assert sorted(scan.reexports) == [("_", ".."), ("_", "a.b")]


REBOUND = "from hpman.m import a, b\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("x = a\nx(1)\nx = b\nx(2)", ["1a", "2b"], id="in a row"),
        pytest.param("a(1)\na = b\na(2)", ["1a", "2b"], id="import, then assignment"),
        pytest.param("def f():\n x = a; x(1)\n x = b; x(2)", ["1a", "2b"], id="in a function"),
        pytest.param("x = a\nclass C:\n x(1)\n x = b", ["1a", "1b"], id="in a class"),
        pytest.param("x = b\nx = x(1) and a\nx = a\nx(2)", ["1b", "2a"], id="inside of one"),
        pytest.param("if y:\n x = a; x(1)\nelse: x = b; x(2)", ["1a", "2b"], id="in branches"),
        pytest.param("if y: x = a\nelse: x = b\nx(1)", ["1a", "1b"], id="behind branches"),
        pytest.param("x = a\nif y: x = b; x(1)\nx(2)", ["1b", "2a", "2b"], id="behind a branch"),
        pytest.param("try: x = a\nexcept E: x = b\nx(1)", ["1a", "1b"], id="behind a try"),
        pytest.param("x = a\nwith y: x = b\nx(1)", ["1a", "1b"], id="behind a with"),
        pytest.param(
            "match y:\n case 1: x = a; x(1)\n case x: x = b; x(2)\nx(3)",
            ["1a", "2b", "3a", "3b"],
            id="match",
        ),
        pytest.param("x = a\nfor y in z:\n x(1)\n x = b", ["1a", "1b"], id="next round"),
        pytest.param(
            "x = a\nfor y in z:\n for y in z: x(1)\n x = b", ["1a", "1b"], id="next outer round"
        ),
        pytest.param(
            "x = b\nx = a\ntry: pass\nexcept E as x: pass\nx(1)", ["1a"], id="behind a handler"
        ),
        pytest.param("while y:\n x = a; x(1)\n x = b; x(2)", ["1a", "2b"], id="in a round"),
        pytest.param("x = a\nwhile y:\n x(1)\nx = b", ["1a"], id="behind a loop"),
        pytest.param("x = a\ny and (x := b)\nx(1)", ["1a", "1b"], id="in an expression"),
        pytest.param("x = a\ny = [(x := b), x(1)]", ["1a", "1b"], id="inside of what is assigned"),
        pytest.param("x = a\nx(1) if (x := b) else y", ["1a", "1b"], id="before its condition"),
        pytest.param(
            "x = a\n@(x(1) if (x := b) else y)\ndef f(): pass", ["1a", "1b"], id="in a decorator"
        ),
        pytest.param("x = a\ny[x(1)] = (x := b)", ["1a", "1b"], id="in a target"),
        pytest.param(
            "x = a\nfor y in z:\n @x(1)\n def f(): pass\n x = b",
            ["1a", "1b"],
            id="next round of a decorator",
        ),
        pytest.param("x = a\ndef f(): x(1)\nx = b", ["1a", "1b"], id="function runs later"),
        pytest.param("x = a\n[x(1) for y in z]\nx = b", ["1a", "1b"], id="perhaps runs later"),
        pytest.param(
            "x = a\ny = (x := b for z in w)\nx = a\nx(1)",
            ["1a", "1b"],
            id="generator that binds it",
        ),
        pytest.param(
            "x = a\ndef f():\n global x\n x = b; x(1)\nf()\nx(2)",
            ["1a", "1b", "2a", "2b"],
            id="function that binds it",
        ),
        pytest.param("x = a\nx = y\nx(1)\nx = b", ["1a", "1b"], id="something else"),
        pytest.param("x(1)\nx = a\nx = b", ["1a", "1b"], id="not bound yet"),
        pytest.param("from y import a\na(1)\na = b\na(2)", ["1a", "2b"], id="handed on"),
    ],
)
def test_a_name_of_several_managers_is_the_one_that_was_bound_last(
    text: str, found: list[str]
) -> None:
    text = REBOUND + re.sub(r"\((\d)\)", r"('\1')", text)
    occurrences = scan_text(text, "a.py", frozenset("ab")).occurrences
    assert [each.name + each.placeholder for each in occurrences] == found
