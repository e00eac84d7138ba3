"""However a manager gets another name, the prefilter does not hide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given, strategies as st

from hpman.static.prefilter import Prefilter
from hpman.static.scan import scan_text

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

PLACEHOLDERS = ["_", "hp"]

JOINS = st.sampled_from(["", "", " ", "  ", "\t", "\f", "\\\n", "\\\r\n "])
GAPS = JOINS | st.sampled_from(["\n", "\r\n  ", "# c _ )(\n", "# = :=\n ", "#" + "x" * 250 + "\n"])
TARGETS = st.sampled_from(
    [
        *("g", "(k)", "é", "x.a", "x .a", "a.b.c", "f(1).b", "f(h).b"),
        *("x[0]", "x[1, 2]", "x['a']"),
    ]
)
VALUES = st.sampled_from(
    [
        *("1", "-1", "x", "é", "éfor", "x_", "_x", "x.a", "x[0]", "x == 1", "not x", "'('", "b''"),
        *("f(1)", "f(x=1)", "f(a, b)", "f(')')", "(1, 2)", "[1]", "{1: 2}", "[q for q in r]"),
        *("x if y else z", "lambda: 1", "lambda q=1, *a: q", "{P}.x", "{P} + 1", "f'{{x}}'"),
    ]
)
BEFORE = st.sampled_from(
    [
        *("", "", "x = 1\n", "'''\n'''; ", "x = (1,\n 2); ", "x = 1; ", "x.a = 1; ", "f(x=1); "),
        *("if x: ", "x: int = 1; ", "for q in r: ", "with x as y: ", "x, y = 1, 2; "),
    ]
)
BEHIND = st.sampled_from(["", "", " # = 3", "; x = 2", "; x.a = 1", " # c", ";", " \\\n", "\f"])
# Where a walrus can stand: § in brackets of its own, $ without.
AROUND = [
    *("§ if x else y", "§.x", "§ + 1", "f($, x = 3)", "f(x=1, y=§)", "[x, $, 2]", "x[$]", "{$}"),
    *("{1: §}", "[1 for x in y if §]", "[$ for x in y]", "lambda x=§: 1", "assert x, §", "x = §"),
    *("x: § = 3", "del x[$]", "print(§('b', 1))", "f'''{§}'''", "f'{(h := {P})!r}'"),
]


@st.composite
def wrapped(draw: DrawFn) -> str:
    """Draw the manager, in brackets or not."""
    manager = draw(st.sampled_from(["{P}", "{P}", "{P}.set_value('b', 1)"]))
    if draw(st.booleans()):
        return manager
    return f"({draw(GAPS)}{manager}{draw(GAPS)})"


@st.composite
def displays(draw: DrawFn, items: list[str], *, is_bare: bool) -> str:
    """Draw a tuple or a list of some items."""
    kind = draw(st.sampled_from(["()", "[]"] + [""] * 2 * is_bare))
    gaps = GAPS if kind else JOINS
    body = "".join(f"{draw(gaps)}{item}{draw(gaps)}," for item in items)
    if len(items) > 1 and draw(st.booleans()):
        body = body[:-1]
    return f"{kind[:1]}{body}{draw(gaps)}{kind[1:]}".lstrip(" \t\f")


@st.composite
def pairs(draw: DrawFn, depth: int = 1) -> tuple[str, str]:
    """Draw a target and a value that are taken apart, so that `h` becomes the manager."""
    count = draw(st.integers(1, 3))
    place = draw(st.integers(0, count - 1))
    targets = [draw(TARGETS) for _ in range(count)]
    values = [draw(VALUES) for _ in range(count)]
    is_leaf = not depth or draw(st.booleans())
    targets[place], values[place] = (
        ("h", draw(wrapped())) if is_leaf else draw(pairs(depth=depth - 1))
    )
    is_bare = depth == 1
    return draw(displays(targets, is_bare=is_bare)), draw(displays(values, is_bare=is_bare))


@st.composite
def assignments(draw: DrawFn) -> str:
    """Draw an assignment, perhaps a chained one."""
    target, value = draw(st.tuples(st.just("h"), wrapped()) | pairs())
    targets = draw(st.permutations([target, *draw(st.lists(TARGETS, max_size=2))]))
    return "".join(f"{each}{draw(JOINS)}={draw(JOINS)}" for each in targets) + value


@st.composite
def walruses(draw: DrawFn) -> str:
    """Draw an expression in which a walrus stands."""
    walrus = f"h{draw(GAPS)}:={draw(GAPS)}{draw(wrapped())}"
    around = draw(st.sampled_from(AROUND))
    return around.replace("§", f"({draw(GAPS)}{walrus}{draw(GAPS)})").replace("$", walrus)


programs: SearchStrategy[str] = st.builds(
    "{}{}{}\nh('a', 1)\n".format, BEFORE, assignments() | walruses(), BEHIND
)


# What a file may hold beside: imports of the name, strings, aliases of aliases.
LINES = st.sampled_from(
    [
        "from gettext import gettext as {P}", "from x import y, z as {P}, w", "import {P}",
        "from x import {P}", "from x import (a, # )\n  {P})", "from x import a, {P}; y = 1",
        "import x as {P}", "from x import y as h", "from x import \\\n {P}", "import x, {P}.y",
        "from x import {P} as {P}", "from x import (y as {P}, h)", "from x import *",
        "try:\n  from x import y as {P}\nexcept E:\n  {P} = 1", "def {P}(x): return x",
        "def f():\n  from x import y as {P}\n  {P}('a', 1)", "class A:\n  from x import y as {P}",
        "'''\nfrom x import y as {P}\n'''", "if x:\n  from x import y as {P}",
        "# from x import {P}",
        "x = '{P}(1)'", "# {P}('a', 1)", "x = f'{{P}(\"a\", 1)}'", "x = f'{1}', {P}('a', 1)",
        "x = '''\n''' + \\\n{P}('a', 1)", "x = rf'\\{{P}(\"a\", 1)}'", "x = f'{y!r:>{z}}'",
        "x = f'''{d[\"a\"]}'''", "x = r'\\', {P}('a', 1) # '", "x = b'\\'', \"'\" # \"\"\"",
        "x = f(\n  {P},\n  1)", "h, x = (\n  {P},\n  1)", "f(\n x,\n [h := {P}])", "f'{h}'",
        "h = {P}.parse_file(x)", "g = h.set_value('b', 1)", "{P} .set_tree(x)('a', 1)",
        "h = {P}", "h = {P} # c", "g = h = {P}", "g = h", "k = g", "h = g", "h('a', 1)",
        "k('a', 1)", "{P}('a', 1)", "g = f(h)", "def f(h): h('a', 1)", "global h",
        "x.h('a', 1)", "[h, x] = y",
        "if x:\n  h = {P}", "h = x = {P}", "h = \\\nx = {P}", "x: h = {P}", "h: x = {P}", "é = {P}",
        "from hpman.m import {P}", "import hpman", "x = HyperParameterManager('{P}')", "{P} = h",
        "(\n{P}, x\n) = y", "({P}, x), ({P}, y) = z", "[\n{P}, x\n] = [1, h] = y", "\uff48('a', 1)",
    ]
)  # fmt: skip


@given(st.lists(LINES, min_size=1, max_size=6).map("\n".join), st.sampled_from(PLACEHOLDERS))
@example("from gettext import gettext as {P}\n{P}('a', 1)\nfrom x import (a,\n {P})", "_")
@example("k = g = {P}\nh = g\nk = 1\nh('a', 1)", "_")
@example("from x import y as {P}\n{P}('a', 1)\nh, x = (\n{P}, 1)\n{P} = h", "_")
@example("h = {P}\n\uff48('a', 1)", "_")
def test_no_row_of_lines_hides_a_call(program: str, placeholder: str) -> None:
    text = program.replace("{P}", placeholder)
    found = scan_text(text, "a.py", frozenset({placeholder}))
    owners: set[str | None] = {each.placeholder for each in found.occurrences}
    owners |= {each.placeholder for each in found.diagnostics}
    if placeholder in owners:
        assert Prefilter([placeholder])(text.encode())
        assert Prefilter(["other", placeholder])(text.replace("\n", "\r\n").encode())


@given(programs, st.sampled_from(PLACEHOLDERS))
def test_an_alias_is_never_hidden(program: str, placeholder: str) -> None:
    text = program.replace("{P}", placeholder)
    found = scan_text(text, "a.py", frozenset({placeholder})).occurrences
    if found:
        assert Prefilter([placeholder])(text.encode())
