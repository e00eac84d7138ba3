"""Where names stand in a text, and how many lines of a kind there are."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from hpman._text import Source
from hpman.static.source_map import Lines, _one_by_one, counted


@given(
    st.text("_ab1é²\u0301 .(\n", max_size=40),
    st.sampled_from(["_", "a", "ab", "_a_", "é", "__"]),
)
def test_lines_are_the_same_one_by_one_and_by_a_pattern(text: str, name: str) -> None:
    lines = Lines(Source("a.py", text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hpman.static.source_map._RARE", -1)
        by_pattern = [*lines._holding(name)]
    assert _one_by_one(text, name) == by_pattern


@given(st.lists(st.text("a_é²\U0001d465", max_size=9), min_size=1, max_size=3), st.data())
def test_a_column_counts_the_characters_in_front(texts: list[str], data: st.DataObject) -> None:
    lines = Lines(Source("a.py", "\n".join(texts)))
    for _time in range(4):
        number = data.draw(st.integers(1, len(texts)))
        before = texts[number - 1][: data.draw(st.integers(0, 9))]
        assert lines.column(number, len(before.encode())) == len(before) + 1


@pytest.mark.parametrize("times", [3, 3000])
def test_a_name_is_found_whether_it_is_rare_or_not(times: int) -> None:
    text = "_(1)\nx_y = 2\n" * times
    assert [*Lines(Source("a.py", text)).holding(frozenset("_"))] == [*range(1, 2 * times, 2)]


@given(st.sets(st.integers(1, 12)), st.integers(0, 12))
def test_lines_are_counted_up_to_each(numbers: set[int], last: int) -> None:
    expected = [len([each for each in numbers if each <= line]) for line in range(last + 1)]
    assert [*counted(sorted(numbers), last)] == expected


def test_all_lines_are_counted_without_a_look_at_each() -> None:
    assert counted(range(1, 4), 2) == range(3)
