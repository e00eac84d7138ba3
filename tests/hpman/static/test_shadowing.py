"""Which managers a call reaches, and which line hides them."""

from __future__ import annotations

import re
import sys

import pytest

from hpman.static.scan import scan_text

IMPORT = "from hpman.m import _, hp\n"
CALL = '_("a", 1)'


def _hidden(text: str) -> list[tuple[int, int]]:
    """Return the line and column of each hidden call."""
    occurrences = scan_text(text, "a.py", frozenset({"_"})).occurrences
    return [(item.line, item.column) for item in occurrences if item.hidden_by]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"_ = func\n{CALL}", id="assignment"),
        pytest.param(f"_: F = func\n{CALL}", id="annotated assignment"),
        pytest.param(f"_, x = y\n{CALL}", id="unpacking"),
        pytest.param(f"{IMPORT}_ = func\n{CALL}", id="assignment below the import"),
        pytest.param(f"_ = func\n{CALL}\n{IMPORT}", id="import below the call"),
        pytest.param(f"{IMPORT}def f(_): {CALL}", id="parameter"),
        pytest.param(f"{IMPORT}def f(_: int): {CALL}", id="parameter with another type"),
        pytest.param(f"{IMPORT}_ = _.get_values()\n{CALL}", id="value of another method"),
        pytest.param(f"{IMPORT}lambda _: {CALL}", id="parameter of a lambda"),
        pytest.param(f"{IMPORT}[{CALL} for _ in x]", id="comprehension"),
        pytest.param(f"{IMPORT}for _ in x: {CALL}", id="loop"),
        pytest.param(f"{IMPORT}for _ in x: pass\n{CALL}", id="after a loop"),
        pytest.param(f"{IMPORT}async def f():\n async for _ in x: {CALL}", id="async loop"),
        pytest.param(f"{IMPORT}with x as _: {CALL}", id="with"),
        pytest.param(f"{IMPORT}class C:\n _ = 3\n {CALL}", id="class"),
        pytest.param(f"{IMPORT}try: pass\nexcept E as _: {CALL}", id="except"),
        pytest.param(f"def _(): pass\n{CALL}", id="function"),
        pytest.param(f"class _: pass\n{CALL}", id="class"),
        pytest.param(f"{IMPORT}from x import y as _\n{CALL}", id="import"),
        pytest.param(f"{IMPORT}match x:\n case hp: hp('a')", id="match"),
        pytest.param(f"{IMPORT}if _ := x: {CALL}", id="walrus"),
        pytest.param(f"{IMPORT}for _ in x:\n @{CALL}\n def f(): pass", id="decorator in a loop"),
        pytest.param(f"{IMPORT}def f():\n global _\n _ = 3\n{CALL}", id="global"),
        pytest.param(f"def f():\n _ = 1\n def g():\n  nonlocal _\n  {CALL}", id="nonlocal"),
        pytest.param(f"{IMPORT}def f(): {CALL}\n_ = 3", id="function that runs later"),
        pytest.param(f"{IMPORT}def f():\n class C: {CALL}\n _ = 3", id="local of the function"),
        pytest.param(f"{IMPORT}_ = 1\n[{CALL} for x in y]", id="in a comprehension below"),
        pytest.param(f"{IMPORT}_ = 1\nclass C: {CALL}", id="in a class below"),
        pytest.param(f"from common import _\n_ = 1\n{CALL}", id="reexport below"),
        pytest.param(f"try:\n {IMPORT} x\nfinally:\n _ = 1\n{CALL}", id="in a finally block"),
        pytest.param(f"{IMPORT}x = _\nx = 3\nx('a')", id="alias"),
        pytest.param(f"{IMPORT}def f():\n try: pass\n except E as _: pass\n {CALL}", id="handler"),
    ],
)
def test_a_call_of_something_else_is_hidden(text: str) -> None:
    assert len(_hidden(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CALL, id="never bound"),
        pytest.param(f"{IMPORT}{CALL}", id="import"),
        pytest.param(f"from common import _\n{CALL}", id="reexport"),
        pytest.param(f"import hpman\nhpman.m._('a')\n_ = 3\n{CALL[2:3]}", id="through the module"),
        pytest.param(f"_ = hp = 1\n{IMPORT}{CALL}", id="import below"),
        pytest.param(f"{IMPORT}{CALL}\n_ = 3", id="bound again later"),
        pytest.param(f"{IMPORT}_ = {CALL}", id="in the assigned value"),
        pytest.param(f"{IMPORT}for _ in {CALL}: pass", id="in the iterable of a loop"),
        pytest.param(f"{IMPORT}[x for _ in {CALL}]", id="in the iterable of a comprehension"),
        pytest.param(f"{IMPORT}def f(_): pass\n{CALL}", id="parameter of another function"),
        pytest.param(
            f"{IMPORT}class C:\n _ = 3\n def f(self): {CALL}", id="in a method, bound by its class"
        ),
        pytest.param(f"{IMPORT}def f(_={CALL}): pass", id="default of a parameter"),
        pytest.param(f"try:\n {IMPORT}except E:\n def _(): pass\n{CALL}", id="stand-in in a try"),
        pytest.param(
            f"try:\n {IMPORT}except E:\n _ = f\nelse: pass\n{CALL}", id="stand-in, then else"
        ),
        pytest.param(f"if x:\n {IMPORT}else:\n _ = f\n{CALL}", id="stand-in in an if"),
        pytest.param(f"if x:\n {IMPORT}elif y:\n _ = f\n{CALL}", id="stand-in in an elif"),
        pytest.param(
            f"match x:\n case 1:\n  {IMPORT} case 2:\n  _ = f\n{CALL}", id="stand-in in a match"
        ),
        pytest.param(
            f"_ = None\ntry:\n {IMPORT}except E: pass\n{CALL}", id="None, then an import in a try"
        ),
        pytest.param(f"{IMPORT}x = _\ny = x\nx('a')", id="alias"),
        pytest.param(f"{IMPORT}class C: {CALL}\n_ = 3", id="in a class above"),
        pytest.param(f"{IMPORT}class C:\n {CALL}\n _ = 3", id="in a class, bound later"),
        pytest.param(f"{IMPORT}class C:\n _ = {CALL}", id="in a value that a class assigns"),
        pytest.param(f"class C:\n {CALL}\n _ = 3", id="in a class, bound later, without an import"),
        pytest.param(f"def f():\n global _\n {IMPORT}{CALL}\n", id="global import"),
        pytest.param(f"def f():\n {IMPORT} {CALL}\n for _ in x: pass", id="loop below, in place"),
        pytest.param(f"{IMPORT}try: pass\nexcept E as _: pass\n{CALL}", id="after a handler"),
        pytest.param(f"try: pass\nexcept E as _:\n {IMPORT} {CALL}", id="import in a handler"),
        pytest.param(
            f"{IMPORT}try: pass\nexcept E as _: pass\ndef f(): {CALL}",
            id="function below a handler",
        ),
        pytest.param(f"{IMPORT}if x:\n _ = 1\n{CALL}", id="perhaps bound in a branch"),
        pytest.param(f"{IMPORT}try: _ = 1\nexcept E: pass\n{CALL}", id="perhaps bound in a try"),
        pytest.param(f"{IMPORT}if x:\n _ = f\nelse: {CALL}", id="bound in another branch"),
        pytest.param(f"{IMPORT}for e in x:\n {CALL}\n _ = 3", id="bound later in a loop"),
        pytest.param(f"{IMPORT}for e in x: pass\nelse:\n {CALL}\n _ = 3", id="after a loop"),
        pytest.param(
            f"from hpman import HyperParameterManager\n"
            f"_ = HyperParameterManager('_').parse_file('a.py')\n{CALL}",
            id="made and parsed in one line",
        ),
        pytest.param(f"{IMPORT}_ = _.set_value('a', 1).parse_file('a.py')\n{CALL}", id="chain"),
        pytest.param(
            f"from hpman import HyperParameterManager as M\ndef f(_: M): {CALL}",
            id="parameter with the type",
        ),
        pytest.param(
            f"import hpman\ndef f(x, *, _: hpman.HyperParameterManager): {CALL}",
            id="parameter with the type through the package",
        ),
    ],
)
def test_a_call_of_a_manager_is_not_hidden(text: str) -> None:
    assert _hidden(text) == []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with 3.11")
def test_a_handler_of_exception_groups_is_a_branch() -> None:
    assert _hidden(f"try:\n {IMPORT}except* ImportError: _ = func\n{CALL}") == []


def test_only_calls_after_another_binding_are_hidden() -> None:
    assert _hidden(f"{IMPORT}{CALL}; _ = 3; {CALL}\n{IMPORT}{CALL}") == [(2, 19)]


def test_a_faulty_call_has_the_line_that_hides_it() -> None:
    faulty = scan_text(f"{IMPORT}_(x)\n_(\n  'a', h=h)\n_ = 3\n_()", "a.py", frozenset("_"))
    assert [(item.code, item.call) for item in faulty.diagnostics] == [
        ("HPM102", (2, 1, 2, 5, None, 1)),
        ("HPM103", (3, 1, 4, 12, None, 1)),
        ("HPM101", (6, 1, 6, 4, 5, 0)),
    ]
    assert [(item.end_line, item.end_column) for item in faulty.diagnostics] == [
        (2, 5),
        (4, 11),
        (6, 4),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("_ = 1\n_ = 2\n_('a')\n_ = 3", 2, id="the last before the call"),
        pytest.param("def f(): _('a')\n_ = 2\n_ = 3", 3, id="the last where none is before"),
        pytest.param(f"{IMPORT}_ = 2\n_ = 3\n_('a')", 3, id="beside a manager"),
        pytest.param(f"{IMPORT}def f(): _('a')\n_ = 3\n_ = 4", 4, id="the last of all"),
        pytest.param("_ = 1\nclass C:\n _('a')\n _ = 4", 1, id="outside of a class"),
    ],
)
def test_a_hidden_call_has_the_line_that_hides_it(text: str, line: int) -> None:
    (call,) = scan_text(text, "a.py", frozenset("_")).occurrences
    assert call.hidden_by == line


REBOUND = "from hpman.m import a, b\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x = a\nx(1)\nx = b\nx(2)", ["1a", "2b"], id="in a row"),
        pytest.param("a(1)\na = b\na(2)", ["1a", "2b"], id="import, then assignment"),
        pytest.param("def f():\n x = a; x(1)\n x = b; x(2)", ["1a", "2b"], id="in a function"),
        pytest.param("x = a\nclass C:\n x(1)\n x = b", ["1a", "1b"], id="in a class"),
        pytest.param("x = b\nx = x(1) and a\nx = a\nx(2)", ["1b", "2a"], id="in an assigned value"),
        pytest.param("if y:\n x = a; x(1)\nelse: x = b; x(2)", ["1a", "2b"], id="in branches"),
        pytest.param("if y: x = a\nelse: x = b\nx(1)", ["1a", "1b"], id="after branches"),
        pytest.param("x = a\nif y: x = b; x(1)\nx(2)", ["1b", "2a", "2b"], id="after a branch"),
        pytest.param("try: x = a\nexcept E: x = b\nx(1)", ["1a", "1b"], id="after a try"),
        pytest.param(
            "match y:\n case 1: x = a; x(1)\n case x: x = b; x(2)\nx(3)",
            ["1a", "2b", "3a", "3b"],
            id="match",
        ),
        pytest.param(
            "x = b\nx = a\ntry: pass\nexcept E as x: pass\nx(1)", ["1a"], id="after a handler"
        ),
        pytest.param("x = a\ndef f(): x(1)\nx = b", ["1a", "1b"], id="function runs later"),
        pytest.param(
            "x = a\n[x(1) for y in z]\nx = b", ["1a", "1b"], id="comprehension may run later"
        ),
        pytest.param(
            "x = a\ndef f():\n global x\n x = b; x(1)\nf()\nx(2)",
            ["1a", "1b", "2a", "2b"],
            id="function that binds it",
        ),
        pytest.param("x = a\nx = y\nx(1)\nx = b", ["1a", "1b"], id="something else"),
        pytest.param("x(1)\nx = a\nx = b", ["1a", "1b"], id="not bound yet"),
        pytest.param("from y import a\na(1)\na = b\na(2)", ["1a", "2b"], id="reexport"),
    ],
)
def test_a_call_belongs_to_the_managers_that_may_reach_it(text: str, expected: list[str]) -> None:
    text = REBOUND + re.sub(r"\((\d)\)", r"('\1')", text)
    occurrences = scan_text(text, "a.py", frozenset("ab")).occurrences
    assert [item.name + item.placeholder for item in occurrences] == expected
