"""Text that is counted in columns."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from hpargparse.columns import Columns
from hpman._text import display_width


@pytest.mark.parametrize(
    ("text", "width"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("abc", 3, id="ASCII"),
        pytest.param("größe", 5, id="letters of other alphabets"),
        pytest.param("层数", 4, id="wide"),
        pytest.param("\uff21\uff22", 4, id="full width"),
        pytest.param("e\u0301a", 2, id="an accent over the letter before"),
        pytest.param("层\ufe0f", 2, id="a variation of a wide one"),
        pytest.param("a\n\u0301", 3, id="an accent that stands alone"),
        pytest.param("\U000f0001", 1, id="a private one"),
    ],
)
def test_a_text_is_as_long_as_it_is_wide(text: str, width: int) -> None:
    columns = Columns()
    counted = columns.counted(text)
    assert len(counted) == width
    assert columns.shown(counted) == text


@given(st.lists(st.text()))
def test_every_text_comes_back(texts: list[str]) -> None:
    columns = Columns()
    counted = [columns.counted(text) for text in texts]
    assert [columns.shown(text) for text in counted] == texts


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_columns_are_those_of_a_terminal(text: str) -> None:
    assert len(Columns().counted(f"a{text}")) == display_width(f"a{text}")
