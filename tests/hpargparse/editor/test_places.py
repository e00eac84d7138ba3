"""Facts move with the text around them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from hpargparse.editor.places import Lines, Move, changed_part, column_after, moved, units
from hpman import Source, scan_text

A, B, C = "_('a', 1)", "_('b', 2)", "_('c', 3)"
TEXT = f"{A}\nx = [{B}, {C}]\n_.set_value('a', 4)\n"


@pytest.mark.parametrize(
    ("new", "shown"),
    [
        pytest.param(f"if (\n{TEXT}", [A, B, C], id="line above"),
        pytest.param(TEXT.replace("x =", "x = ("), [A, B, C], id="before"),
        pytest.param(TEXT.replace("2", "2, ("), [A, "_('b', 2, ()", C], id="inside"),
        pytest.param(TEXT.replace("1)\nx = [_('b'", "("), [C], id="cut"),
        pytest.param(f"{A}({TEXT[len(A) :]}", [A, B, C], id="after"),
        pytest.param("", [], id="all gone"),
        pytest.param(f"import os\n{TEXT}if (", [A, B, C], id="at both ends"),
        pytest.param(f"import os\n{TEXT.replace('2', '2, (')}", [A, "_('b', 2, ()", C], id="twice"),
    ],
)
def test_moved(new: str, shown: list[str]) -> None:
    scan = moved(scan_text(TEXT, "a.py", frozenset("_")), Source("a.py", new))
    assert [call.call for call in scan.occurrences] == shown
    assert scan.diagnostics == ()
    for mention in scan.mentions:
        place = mention.line, mention.column, mention.end_line, mention.end_column
        assert mention.source.between(*place) == "'a'"


@given(st.text("ab\n", max_size=12), st.text("ab\n", max_size=12))
def test_the_changed_part_is_all_that_differs(old: str, new: str) -> None:
    start, end = changed_part(old, new)
    assert start + end <= min(len(old), len(new))
    assert old[:start] + new[start : len(new) - end] + old[len(old) - end :] == new


@given(st.text("ab\n", max_size=12), st.text("ab\n", max_size=12), st.data())
def test_a_moved_place_begins_with_the_same_character(
    old: str, new: str, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(old)))
    last = data.draw(st.integers(first, len(old)))
    before, after = Lines(old), Lines(new)
    span = Move(old, new)((*before.place(first), *before.place(last)))
    if span is not None and first < last:
        assert new[after.offset(*span[:2])] == old[first]
        assert span[:2] <= span[2:]


@given(st.text("ab\n"), st.data())
def test_offsets_and_places(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    lines = Lines(text)
    assert lines.offset(*lines.place(offset)) == offset


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@given(st.text("aé😀\ud800"), st.data())
def test_units_and_columns(encoding: str, line: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, len(line)))
    assert column_after(line, units(line[:column], encoding), encoding) == column + 1
