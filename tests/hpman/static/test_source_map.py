"""Positions in one text: lines that contain a name, columns, the source of nodes."""

from __future__ import annotations

import ast
import re

from hypothesis import given, strategies as st

from hpman.static.syntax import SourceMap
from hpman.text import Source


@given(
    st.text("_ab1é .(\n", max_size=40),
    st.sets(st.sampled_from(["_", "a", "ab", "_a_", "é", "__"]), max_size=3),
)
def test_the_lines_with_a_name_are_those_with_the_word(text: str, names: set[str]) -> None:
    found = [not names.isdisjoint(re.findall(r"\w+", line)) for line in text.split("\n")]
    counts = SourceMap(Source("a.py", text)).count_candidates(frozenset(names))
    assert counts == [sum(found[:number]) for number in range(len(found) + 1)]


def test_every_line_is_a_candidate_for_many_names_and_for_none() -> None:
    source_map = SourceMap(Source("a.py", "x\ny\n"))
    assert source_map.count_candidates(None) == range(4)
    assert source_map.count_candidates(frozenset(map(str, range(9)))) == range(4)


@given(st.lists(st.text("a_é²\U0001d465", max_size=9), min_size=1, max_size=3), st.data())
def test_a_column_counts_the_characters_in_front(texts: list[str], data: st.DataObject) -> None:
    source_map = SourceMap(Source("a.py", "\n".join(texts)))
    for _time in range(4):
        number = data.draw(st.integers(1, len(texts)))
        before = texts[number - 1][: data.draw(st.integers(0, 9))]
        assert source_map.column(number, len(before.encode())) == len(before) + 1


def test_the_source_of_a_node_may_have_several_lines() -> None:
    text = "é = f('ü',\n  [1,\n 'é'], 2); x"
    call, name = (statement.value for statement in ast.parse(text).body)  # type: ignore[attr-defined]
    source_map = SourceMap(Source("a.py", text))
    assert source_map.text(call) == "f('ü',\n  [1,\n 'é'], 2)"
    assert source_map.text(call.args[1]) == "[1,\n 'é']"
    assert source_map.text(name) == "x"
    assert source_map.span(name) == (3, 12, 3, 13)
