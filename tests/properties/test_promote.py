"""Promoted values are the new defaults, and nothing else in a file changes."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, strategies as st

from hpargparse.edits import write_files
from hpargparse.runs.promote import PromotionError, promote
from hpman import NotLiteralEvaluable
from hpman.literals import show_literal
from hpman.programs import index_program
from tests.strategies import literals, programs

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from hpman import Index, Occurrence
    from tests.strategies import Program

# What precedes the text, the encoding, and the ends of lines.
_FORMS = st.sampled_from(
    [
        ("", "utf-8", "\n"),
        ("", "utf-8", "\r\n"),
        ("\ufeff", "utf-8", "\r"),
        ("# coding: latin-1\n", "latin-1", "\r\n"),
        ("#!\n# coding: shift_jis\n", "shift_jis", "\n"),
    ]
)


def _definitions(index: Index) -> dict[str, Occurrence]:
    calls = [call for owner in sorted(index.placeholders()) for call in index.occurrences(owner)]
    return {call.name: call for call in calls if call.is_definition and call.hidden_by is None}


def _facts(index: Index, without: set[str]) -> list[Any]:
    """Return everything that a scan finds, without the defaults of some names."""
    calls = [call for owner in sorted(index.placeholders()) for call in index.occurrences(owner)]
    return [
        (call.placeholder, call.name, show_literal(call.hints), call.name in without or call.text)
        for call in calls
    ]


def _without_defaults(text: str, calls: list[Occurrence]) -> bytes:
    """Return a text without the defaults of some calls, found by `ast`."""
    lines = text.encode().split(b"\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column

    data = text.encode()
    places = {(call.line, call.column) for call in calls}
    spans = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            before = lines[node.lineno - 1][: node.col_offset].decode()
            if (node.lineno, len(before) + 1) in places and len(node.args) > 1:
                default: Any = node.args[1]
                start = offset(default.lineno, default.col_offset)
                end = offset(default.end_lineno, default.end_col_offset)
                # A complex number is written in brackets, which are not in its node.
                bracket = data[start - 1 : start] == b"(" and data[end : end + 1] == b")"
                spans.append((start - bracket, end + bracket))
    assert len(spans) == len(places)
    for start, end in sorted(spans, reverse=True):
        data = data[:start] + b"<default>" + data[end:]
    return data


def _is_justified(call: Occurrence | None, value: Any, text: str) -> bool:
    """Return whether a value may be refused as the default of a call."""
    if call is None or isinstance(call.value, NotLiteralEvaluable) or "#" in str(call.text):
        return True
    shown = show_literal(value)
    in_fstring = "f'" in text and ("'" in shown or '"' in shown or "\\" in shown)
    return "complex(" in shown or in_fstring


@given(programs(), _FORMS, st.data())
def test_promoted_values_are_the_defaults(
    tmp_path_factory: pytest.TempPathFactory,
    program: Program,
    form: tuple[str, str, str],
    data: st.DataObject,
) -> None:
    head, encoding, newline = form
    text = head + program.text
    assume("\r" not in text)
    # Older parsers do not know places in f-strings, which this test looks for.
    assume(sys.version_info >= (3, 12) or "f'" not in text)
    try:
        before = text.replace("\n", newline).encode(encoding)
        assume(before.decode(encoding) == text.replace("\n", newline))
    except UnicodeEncodeError:
        assume(False)
    path: Path = tmp_path_factory.getbasetemp() / "promoted.py"
    path.write_bytes(before)
    index = index_program(str(path))
    names = sorted({call.name for call, _start, _end in program.calls})
    values = {name: data.draw(literals) for name in names if data.draw(st.booleans())}
    promoted = {}
    for name, value in values.items():
        try:
            promote(index, {name: value}, {})
        except PromotionError:
            assert _is_justified(_definitions(index).get(name), value, text)
        else:
            promoted[name] = value
    write_files(promote(index, promoted, {})[0])
    after = path.read_bytes()
    found = index_program(str(path))
    old, new = _definitions(index), _definitions(found)
    for name, value in promoted.items():
        assert show_literal(new[name].value) == show_literal(value) or _is_float_now(
            old[name].value, new[name].value, value
        )
    assert _facts(index, {*promoted}) == _facts(found, {*promoted})
    (source,) = (file.source for file in found.files.values())
    mark = "\ufeff" if head == "\ufeff" else ""
    assert after == (mark + source.text).replace("\n", newline).encode(encoding)
    (source_before,) = (file.source for file in index.files.values())
    assert _without_defaults(source_before.text, [old[name] for name in promoted]) == (
        _without_defaults(source.text, [new[name] for name in promoted])
    )


def _is_float_now(old: Any, new: Any, value: Any) -> bool:
    """Return whether ints have become floats, where the old default has floats."""
    return bool(new == value) and type(new) is type(old)
