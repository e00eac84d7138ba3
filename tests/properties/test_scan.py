"""What is written is what is found, and what is found depends on nothing else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, strategies as st

from hpman import HpmanError, HyperParameterManager, Index
from hpman.errors import EMPTY, NotLiteralEvaluable
from hpman.static.rules import violations
from hpman.static.scan import scan_text
from tests.strategies import literals, programs, spelled

if TYPE_CHECKING:
    from hpman import Occurrence
    from hpman.static.index import ModuleScan
    from tests.strategies import Call, Program

PLACEHOLDERS = frozenset({"_", "hp"})


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _identity(value: object) -> str:
    """Tell values apart more strictly than `==` does; sets have no order."""
    if isinstance(value, (set, frozenset)):
        return f"set {sorted(map(repr, value))}"
    if isinstance(value, dict):
        return f"dict {[(repr(k), _identity(v)) for k, v in value.items()]}"
    if isinstance(value, (list, tuple)):
        return f"{type(value)} {list(map(_identity, value))}"
    return repr(value)


def _is_found(call: Call, found: Occurrence) -> None:
    assert (found.placeholder, found.name, found.text) == (
        call.placeholder,
        call.name,
        call.default,
    )
    assert _identity(found.hints) == _identity(call.hints)
    assert found.call == call.text
    if call.default is None:
        assert found.value is EMPTY
        return
    try:
        expected = ast.literal_eval(call.default)
    except (ValueError, TypeError):
        assert isinstance(found.value, NotLiteralEvaluable)
        assert found.value.expression == call.default
    else:
        assert _identity(found.value) == _identity(expected)


def _check_table(program: Program, index: Index) -> None:
    """Compare the rows of the table with the occurrences of the index."""
    for placeholder in index.placeholders():
        manager = HyperParameterManager(placeholder)
        try:
            manager.parse_source(program.text, "a.py")
        except HpmanError:  # two of the drawn names may clash
            continue
        for row, call in zip(manager.db, index.occurrences(placeholder), strict=True):
            assert (row.name, row.lineno, row.column) == (call.name, call.line, call.column)
            assert (row.ast_node is None) == (call.text is None)
            if call.text is not None:
                assert row.ast_node.lineno >= call.line
                assert ast.dump(row.ast_node) == ast.dump(ast.parse(f"({call.text})").body[0].value)  # type: ignore[attr-defined]


@given(programs())
def test_what_is_written_is_what_is_found_in_source_order(program: Program) -> None:
    found = scan_text(program.text, "a.py", PLACEHOLDERS)
    assert found.diagnostics == ()
    assert [(row.line, row.column) for row in found.occurrences] == [
        _place(program.text, start) for _call, start, _end in program.calls
    ]
    assert [(row.end_line, row.end_column) for row in found.occurrences] == [
        _place(program.text, end) for _call, _start, end in program.calls
    ]
    for (call, _start, _end), row in zip(program.calls, found.occurrences, strict=True):
        _is_found(call, row)
    _check_table(program, Index().swap([found]))


@given(literals)
def test_a_literal_is_read_as_ast_reads_it(value: Any) -> None:
    found = scan_text(f"_('a', {spelled(value)})", "a.py", PLACEHOLDERS).occurrences
    assert _identity(found[0].value) == _identity(ast.literal_eval(spelled(value)))


@given(programs(), st.data())
def test_a_damaged_program_is_read_as_a_plain_walk_reads_it(
    program: Program, data: st.DataObject
) -> None:
    body = program.text.replace("import", "").replace("=", data.draw(st.sampled_from("=,")))
    cut = data.draw(st.integers(0, len(body)))
    text = body[:cut] + body[cut + data.draw(st.integers(0, 9)) :]
    found = scan_text(text, "a.py", frozenset("_"))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        assert [problem.code for problem in found.diagnostics] == ["HPM001"]
        return
    expected = {
        (
            node.lineno,
            len(text.split("\n")[node.lineno - 1].encode()[: node.col_offset].decode()) + 1,
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    }
    calls = {(row.line, row.column) for row in found.occurrences if row.placeholder == "_"}
    problems = {
        (problem.line, problem.column)
        for problem in found.diagnostics
        if problem.placeholder == "_" and problem.code != "HPM103"
    }
    if not any(problem.code == "HPM103" for problem in found.diagnostics):
        assert calls | problems == expected
    assert calls <= expected


@given(st.text())
def test_no_text_crashes_the_parser(text: str) -> None:
    manager = HyperParameterManager("_")
    problem: HpmanError | None = None
    try:
        manager.parse_source(text)
    except HpmanError as error:
        problem = error
    assert problem is None or (str(problem) and not manager.index.files)


_short_names = st.sampled_from(["a", "a.b", "a.b.c", "b", "b.a", "c"])
_lines = st.tuples(st.sampled_from(["_", "hp"]), _short_names, st.sampled_from(["", ", 1", ", x"]))
_texts = st.lists(_lines, max_size=4).map(
    lambda lines: "".join(f'{p}("{name}"{default})\n' for p, name, default in lines)
)
_files = st.dictionaries(st.sampled_from("xyz"), _texts, max_size=3)


def _scanned(files: dict[str, str]) -> list[ModuleScan]:
    return [scan_text(text, f"{name}.py", PLACEHOLDERS) for name, text in files.items()]


def _says(index: Index) -> list[object]:
    return [
        [
            index.names(placeholder),
            list(index.occurrences(placeholder)),
            [(name, index.named(placeholder, name)) for name in index.names(placeholder)],
            [index.is_branch(placeholder, name) for name in ("a", "a.b", "a.b.c", "b", "c")],
            violations(index, placeholder, index.files.values()),
        ]
        for placeholder in sorted(PLACEHOLDERS)
    ] + [index.placeholders(), sorted(index.files)]


@given(_files, _files)
def test_swapping_files_equals_scanning_anew(before: dict[str, str], after: dict[str, str]) -> None:
    index = Index().swap(_scanned(before))
    said = _says(index)
    gone = [file.source.key for file in index.files.values() if file.source.path[0] not in after]
    scanned = _scanned(after)
    assert _says(index.swap(scanned, without=gone)) == _says(Index().swap(scanned))
    assert _says(index) == said  # an index never changes


@given(_files, _files)
@example({"x": '_("a", x)\n'}, {"z": '_("a.b.c")\n_("a.b")\n'})
@example({"y": '_("a.b.c")\n'}, {"x": '_("a", 1)\n_("a.b")\n'})
def test_violations_of_new_files_are_all_there_are_if_the_old_ones_have_none(
    before: dict[str, str], after: dict[str, str]
) -> None:
    old = Index().swap(_scanned(before))
    if violations(old, "_", old.files.values()):
        return
    new = _scanned(after)
    index = old.swap(new)
    assert violations(index, "_", new) == violations(index, "_", index.files.values())


_BAD = ["_(x)", "_()", "_('q', 1, help=h)", "_('q', 1)\n_('q', 2)", "_('q', 1)\n_('q.r', 1)", "if"]


@given(_texts, st.sampled_from(_BAD))
def test_a_failing_parse_changes_nothing(text: str, bad: str) -> None:
    manager = HyperParameterManager("_").set_value("set", 1)
    try:
        manager.parse_source(text)
    except HpmanError:  # two of the drawn names may clash
        return
    manager.parse_source("", "b.py")
    index, values, rows = manager.index, manager.get_values(), len(manager.db)
    with pytest.raises(HpmanError):
        manager.parse_source(f"_('new', 1)\n{bad}\n", "b.py")
    assert manager.index is index
    assert _identity(manager.get_values()) == _identity(values)
    assert len(manager.db) == rows
