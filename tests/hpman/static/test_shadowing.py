"""Calls of a placeholder that stands for something else when they run."""

from __future__ import annotations

import sys

import pytest

from hpman.static.scan import scan_text

IMPORT = "from hpman.m import _, hp\n"
CALL = '_("a", 1)'


def _hidden(text: str) -> list[tuple[int, int]]:
    """Return the places of the hidden calls."""
    found = scan_text(text, "a.py", frozenset({"_"})).occurrences
    return [(each.line, each.column) for each in found if each.hidden_by]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"_ = func\n{CALL}", id="assignment"),
        pytest.param(f"_: F = func\n{CALL}", id="annotated assignment"),
        pytest.param(f"_, x = y\n{CALL}", id="unpacking"),
        pytest.param(f"{IMPORT}_ = func\n{CALL}", id="assignment below the import"),
        pytest.param(f"_ = func\n{CALL}\n{IMPORT}", id="import below the call"),
        pytest.param(f"{IMPORT}def f(_): {CALL}", id="parameter"),
        pytest.param(f"{IMPORT}def f(*_): {CALL}", id="starred parameter"),
        pytest.param(f"{IMPORT}def f(_: int): {CALL}", id="parameter with another type"),
        pytest.param(f"{IMPORT}_ = _.get_values()\n{CALL}", id="what another method returns"),
        pytest.param(f"{IMPORT}lambda _: {CALL}", id="parameter of a lambda"),
        pytest.param(f"{IMPORT}[{CALL} for _ in x]", id="comprehension"),
        pytest.param(f"{IMPORT}for _ in x: {CALL}", id="loop"),
        pytest.param(f"{IMPORT}for x, (_, y) in z: {CALL}", id="loop over tuples"),
        pytest.param(f"{IMPORT}for _ in x: pass\n{CALL}", id="behind a loop"),
        pytest.param(f"{IMPORT}async def f():\n async for _ in x: {CALL}", id="async loop"),
        pytest.param(f"{IMPORT}with x as _: {CALL}", id="with"),
        pytest.param(f"{IMPORT}class C:\n _ = 3\n {CALL}", id="class"),
        pytest.param(f"{IMPORT}try: pass\nexcept E as _: {CALL}", id="except"),
        pytest.param(f"def _(): pass\n{CALL}", id="function"),
        pytest.param(f"class _: pass\n{CALL}", id="class"),
        pytest.param(f"{IMPORT}from x import y as _\n{CALL}", id="import"),
        pytest.param(f"{IMPORT}match x:\n case [*hp]: hp('a')", id="match"),
        pytest.param(f"{IMPORT}if _ := x: {CALL}", id="walrus"),
        pytest.param(f"{IMPORT}x = [(_ := 3), {CALL}]", id="walrus in what is assigned"),
        pytest.param(f"{IMPORT}for _ in x:\n @{CALL}\n def f(): pass", id="decorator in a loop"),
        pytest.param(f"{IMPORT}def f():\n global _\n _ = 3\n{CALL}", id="global"),
        pytest.param(f"def f():\n _ = 1\n def g():\n  nonlocal _\n  {CALL}", id="nonlocal"),
        pytest.param(f"{IMPORT}def f(): {CALL}\n_ = 3", id="function that runs later"),
        pytest.param(f"{IMPORT}def f():\n class C: {CALL}\n _ = 3", id="local of the function"),
        pytest.param(f"{IMPORT}_ = 1\n[{CALL} for x in y]", id="in a comprehension below"),
        pytest.param(f"{IMPORT}_ = 1\nclass C: {CALL}", id="in a class below"),
        pytest.param(f"{IMPORT}_ += 1\n{CALL}", id="augmented assignment"),
        pytest.param(f"{IMPORT}if x:\n  _ = 1\n{CALL}", id="only in a branch"),
        pytest.param(f"{IMPORT}try:\n  _ = 1\nexcept E: pass\n{CALL}", id="only in a try"),
        pytest.param(f"from common import _\n_ = 1\n{CALL}", id="a name handed on"),
        pytest.param(f"try:\n {IMPORT} x\nfinally:\n _ = 1\n{CALL}", id="in the end of a try"),
        pytest.param(f"{IMPORT}x = _\nx = 3\nx('a')", id="alias"),
        pytest.param(f"{IMPORT}def f():\n _: int\n {CALL}", id="local by its type"),
        pytest.param(f"{IMPORT}def f():\n try: pass\n except E as _: pass\n {CALL}", id="handler"),
        pytest.param(f"{IMPORT}for e in x:\n {CALL}\n y, _ = z", id="later in a loop"),
        pytest.param(f"{IMPORT}while x:\n {CALL}\n _ = 3", id="later in a while"),
        pytest.param(f"{IMPORT}while {CALL}:\n _ = 3", id="in the test of a while"),
        pytest.param(f"{IMPORT}for e in x:\n {CALL}\n for _ in y: pass", id="loop in a loop"),
        pytest.param(f"{IMPORT}for e in x:\n for f in y: {CALL}\n _ = 3", id="call in two loops"),
        pytest.param(f"{IMPORT}for e in x:\n class C: {CALL}\n _ = 3", id="in a class in a loop"),
        pytest.param(f"if x:\n {IMPORT} _ = 3\n{CALL}", id="in the branch of the import"),
        pytest.param(
            f"def f():\n {IMPORT} for e in x:\n  {CALL}\n  _ = 3",
            id="later in a loop of a function",
        ),
        pytest.param(
            f"async def f():\n {IMPORT} async for e in x:\n  {CALL}\n  _ = 3", id="in an async loop"
        ),
        pytest.param(
            f"{IMPORT}for e in x:\n if y: {CALL}\n else: _ = 3", id="in another branch of a loop"
        ),
        pytest.param(
            f"{IMPORT}for e in x:\n {CALL}\n _ = 3\n if y: break", id="with a break elsewhere"
        ),
        pytest.param(
            f"{IMPORT}for e in x:\n {CALL}\n for g in y:\n  _ = 3\n  break",
            id="with a break of another loop",
        ),
    ],
)
def test_a_call_of_what_is_no_manager_is_hidden(text: str) -> None:
    assert len(_hidden(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(CALL, id="bound by nothing"),
        pytest.param(f"{IMPORT}{CALL}", id="import"),
        pytest.param(f"from common import _\n{CALL}", id="handed on"),
        pytest.param(f"import hpman\nhpman.m._('a')\n_ = 3\n{CALL[2:3]}", id="through the module"),
        pytest.param(f"_ = hp = 1\n{IMPORT}{CALL}", id="import below"),
        pytest.param(f"{IMPORT}{CALL}\n_ = 3", id="bound anew later"),
        pytest.param(f"{IMPORT}_ = {CALL}", id="in what is assigned"),
        pytest.param(f"{IMPORT}for _ in {CALL}: pass", id="in what a loop goes over"),
        pytest.param(f"{IMPORT}[x for _ in {CALL}]", id="in what a comprehension goes over"),
        pytest.param(f"{IMPORT}def f(_): pass\n{CALL}", id="parameter of another function"),
        pytest.param(f"{IMPORT}class C:\n _ = 3\n def f(self): {CALL}", id="of a class around"),
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
        pytest.param(f"_ = None\ntry:\n {IMPORT}except E: pass\n{CALL}", id="first nothing"),
        pytest.param(f"{IMPORT}x = _\ny = x\nx('a')", id="alias"),
        pytest.param(f"{IMPORT}class C: {CALL}\n_ = 3", id="in a class above"),
        pytest.param(f"{IMPORT}class C:\n {CALL}\n _ = 3", id="in a class, bound later"),
        pytest.param(f"{IMPORT}class C:\n _ = {CALL}", id="in what a class assigns"),
        pytest.param(f"class C:\n {CALL}\n _ = 3", id="in a class, bound later, of no import"),
        pytest.param(f"def f():\n global _\n {IMPORT}{CALL}\n", id="global import"),
        pytest.param(f"def f():\n {IMPORT} {CALL}\n for _ in x: pass", id="loop below, in place"),
        pytest.param(f"{IMPORT}_: int\n{CALL}", id="type in a module"),
        pytest.param(f"{IMPORT}class C:\n _: int\n {CALL}", id="type in a class"),
        pytest.param(f"def f():\n _: int\n {IMPORT} {CALL}", id="type before an import"),
        pytest.param(f"def f():\n {IMPORT} _: int\n {CALL}", id="type behind an import"),
        pytest.param(f"{IMPORT}def f():\n x._: int\n {CALL}", id="type of an attribute"),
        pytest.param(f"{IMPORT}try: pass\nexcept E as _: pass\n{CALL}", id="behind a handler"),
        pytest.param(f"try: pass\nexcept E as _:\n {IMPORT} {CALL}", id="import in a handler"),
        pytest.param(f"{IMPORT}for e in x: {CALL}\n_ = 3", id="bound anew behind a loop"),
        pytest.param(
            f"{IMPORT}try: pass\nexcept E as _: pass\ndef f(): {CALL}",
            id="function below a handler",
        ),
        pytest.param(
            f"for e in x:\n {IMPORT} {CALL}\n _ = 3", id="manager bound again in each round"
        ),
        pytest.param(f"for e in x:\n {CALL}\n _ = 3\n {IMPORT}", id="manager bound last"),
        pytest.param(f"{IMPORT}for e in {CALL}: _ = 3", id="in what a loop with others goes over"),
        pytest.param(f"{IMPORT}for e in x: pass\nelse:\n {CALL}\n _ = 3", id="behind a loop"),
        pytest.param(
            f"for e in x:\n class C:\n  {IMPORT}  {CALL}\n  _ = 3", id="in a class of each round"
        ),
        pytest.param(f"{IMPORT}for e in x:\n {CALL}\n _ = 3\n break", id="loop of one round"),
        pytest.param(
            f"{IMPORT}for e in x:\n {CALL}\n if y:\n  z, _ = e\n  break", id="only before a break"
        ),
        pytest.param(
            f"{IMPORT}for e in x:\n {CALL}\n for y in z: pass\n else:\n  _ = 3\n  break",
            id="only before a break behind another loop",
        ),
        pytest.param(f"{IMPORT}x[(_ := 3)] = {CALL}", id="walrus in a target"),
        pytest.param(
            f"def f():\n {IMPORT} while x:\n  {CALL}\n  for y in z:\n   _ = 3\n   return y",
            id="only before a return",
        ),
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
def test_a_handler_of_exception_groups_is_an_alternative() -> None:
    assert _hidden(f"try:\n {IMPORT}except* ImportError: _ = func\n{CALL}") == []


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with 3.12")
@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("def f[_](x): _('a')", 1, id="function"),
        pytest.param("def f[*_](x): _('a')", 1, id="many types"),
        pytest.param("def f[**_](x): _('a')", 1, id="parameters"),
        pytest.param("def f[_](x: _('a')) -> _('b'): pass", 2, id="annotations"),
        pytest.param("def f[_: _('a')](x): pass", 1, id="bound"),
        pytest.param("async def f[_](x): _('a')", 1, id="async function"),
        pytest.param("class C[_](_('a')):\n def f(self): _('b')", 2, id="class"),
        pytest.param("class C[_](x=_('a')): _('b')", 2, id="keyword of a class"),
        pytest.param("def f[_](x=_('a')): pass\n_('b')", 0, id="default, and behind"),
        pytest.param("@_('a')\ndef f[_]():\n from hpman.m import _\n _('a')", 0, id="decorator"),
        pytest.param("@_('a')\nclass C[_]: pass", 0, id="decorator of a class"),
        pytest.param("def f[T: _('a')](x: _('b')): _('c')", 0, id="another name"),
    ],
)
def test_a_type_parameter_hides_a_manager_where_it_is_known(text: str, count: int) -> None:
    assert len(_hidden(f"{IMPORT}{text}")) == count


def test_each_call_that_the_next_round_of_a_loop_hides_is_hidden() -> None:
    assert _hidden(f"{IMPORT}for e in x:\n {CALL}; {CALL}\n _ = 3") == [(3, 2), (3, 13)]


def test_only_the_calls_below_the_other_binding_are_hidden() -> None:
    assert _hidden(f"{IMPORT}{CALL}; _ = 3; {CALL}\n{IMPORT}{CALL}") == [(2, 19)]


def test_a_faulty_call_tells_whether_it_is_hidden() -> None:
    faulty = scan_text(f"{IMPORT}_(x)\n_(\n  'a', h=h)\n_ = 3\n_()", "a.py", frozenset("_"))
    assert [(each.code, each.call) for each in faulty.diagnostics] == [
        ("HPM102", (2, 1, 2, 5, None, 1)),
        ("HPM103", (3, 1, 4, 12, None, 1)),
        ("HPM101", (6, 1, 6, 4, 5, 0)),
    ]
    assert [(each.end_line, each.end_column) for each in faulty.diagnostics] == [
        (2, 5),
        (4, 11),
        (6, 4),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("_ = 1\n_ = 2\n_('a')\n_ = 3", 2, id="the last before the call"),
        pytest.param("def f(): _('a')\n_ = 2\n_ = 3", 2, id="the first where none is before"),
        pytest.param(f"{IMPORT}_ = 2\n_ = 3\n_('a')", 3, id="beside a manager"),
        pytest.param(f"{IMPORT}def f(): _('a')\n_ = 3\n_ = 4", 4, id="the last of all"),
        pytest.param("_ = 1\nclass C:\n _('a')\n _ = 4", 1, id="outside of a class"),
    ],
)
def test_a_hidden_call_knows_the_line_that_hides_it(text: str, line: int) -> None:
    (found,) = scan_text(text, "a.py", frozenset("_")).occurrences
    assert found.hidden_by == line
