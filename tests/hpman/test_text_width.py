"""How many columns of a terminal a text takes."""

from __future__ import annotations

from unicodedata import category, combining, east_asian_width

import pytest
from hypothesis import given, strategies as st

from hpman._text import display_width

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=9)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("lr: 0.1", 7, id="ASCII"),
        pytest.param("größe", 5, id="letters of other alphabets"),
        pytest.param("层数", 4, id="wide"),
        pytest.param("\uff21", 2, id="full width"),
        pytest.param("\uff71", 1, id="half width"),
        pytest.param("e\u0301", 1, id="an accent"),
        pytest.param("\u093f", 1, id="a mark with a width of its own"),
        pytest.param("\u302a", 0, id="a mark over a wide one"),
        pytest.param("a\u20dd", 1, id="a circle around"),
        pytest.param("a\u200bb", 2, id="a blank of no width"),
        pytest.param("❤\ufe0f", 1, id="a variation"),
        pytest.param("🙂", 2, id="a picture"),
    ],
)
def test_a_text_takes_so_many_columns(text: str, columns: int) -> None:
    assert display_width(text) == columns


@given(TEXTS, TEXTS)
def test_two_texts_take_the_columns_of_both(one: str, other: str) -> None:
    assert display_width(one + other) == display_width(one) + display_width(other)


@given(st.characters(exclude_categories=["Cc", "Cs"]))
def test_a_character_takes_none_one_or_two_columns(character: str) -> None:
    if combining(character) and category(character) != "Mc":
        assert display_width(character) == 0
    elif category(character)[0] in "LNPSZ":
        assert display_width(character) == (2 if east_asian_width(character) in "WF" else 1)
    assert 0 <= display_width(character) <= 2
