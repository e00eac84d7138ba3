"""Spans of a file are replaced, and all other bytes stay."""

from __future__ import annotations

import pytest

from hpargparse.edits import Edit, EditError, parse_call, replace_spans
from hpman import HyperParameterManager


def _edit(line: int, column: int, old: str, new: str) -> Edit:
    last = old.rsplit("\n", 1)[-1]
    end = column + len(old) if last == old else 1 + len(last)
    return Edit("a.py", (line, column, line + old.count("\n"), end), old, new)


@pytest.mark.parametrize(
    ("data", "edits", "expected"),
    [
        (b"a b a", [_edit(1, 5, "a", "long"), _edit(1, 1, "a", "")], b" b long"),
        (b"a\r\nb\rc\nd", [_edit(4, 1, "d", "e"), _edit(3, 1, "c", "f")], b"a\r\nb\rf\ne"),
        (b"(1,\r\n 2)\r\n", [_edit(1, 2, "1,\n 2", "3")], b"(3)\r\n"),
        (b"\xef\xbb\xbfx", [_edit(1, 1, "x", "y")], b"\xef\xbb\xbfy"),
        ("é😀x".encode(), [_edit(1, 3, "x", "é")], "é😀é".encode()),
        (b"# coding: latin-1\r\n\xe9x", [_edit(2, 2, "x", "\xe9模")], None),
        (b"ab", [_edit(1, 2, "", "-")], b"a-b"),
        (b"x\x0c\x1c\x85y", [], b"x\x0c\x1c\x85y"),
    ],
)
def test_only_the_spans_change(data: bytes, edits: list[Edit], expected: bytes | None) -> None:
    assert replace_spans(data, edits) == (expected or b"# coding: latin-1\r\n\xe9\xe9\\u6a21")


@pytest.mark.parametrize(
    ("data", "edits", "place"),
    [
        (b"b", [_edit(1, 1, "a", "c")], "a.py:1:1"),
        (b"a\n", [_edit(3, 1, "a", "c")], "a.py:3:1"),
        (b"a", [_edit(1, 9, "a", "c")], "a.py:1:9"),
        (b"\xff a", [_edit(1, 3, "a", "c")], "a.py:1:3"),
        (b"# coding: no-such\na", [_edit(2, 1, "a", "c")], "a.py:2:1"),
        (b"aa", [_edit(1, 1, "aa", "c"), _edit(1, 2, "a", "d")], "a.py:1:2"),
    ],
)
def test_a_span_without_the_old_text_is_refused(data: bytes, edits: list[Edit], place: str) -> None:
    with pytest.raises(EditError) as raised:
        replace_spans(data, edits)
    assert str(raised.value).startswith(f"{place}: The file has changed: `")


def test_the_places_in_a_call_are_those_in_the_file() -> None:
    text = "é = '😀', _('模', [1,\n\t2], help='é') # no\n"
    (call,) = HyperParameterManager("_").parse_source(text).index.named("_", "模")
    node, span = parse_call(call)
    shown = [call.source.between(*span(part)) for part in (*node.args, *node.keywords)]
    assert shown == ["'模'", "[1,\n\t2]", "help='é'"]
