"""How a text that is too long to be shown is shortened."""

from __future__ import annotations

import pytest

from hpman._text import IN_MESSAGE, truncate


@pytest.mark.parametrize("length", [IN_MESSAGE - 1, IN_MESSAGE])
def test_a_text_that_fits_is_whole(length: int) -> None:
    assert truncate("x" * length) == "x" * length


def test_a_longer_one_is_as_long_as_may_be_with_dots_for_its_end() -> None:
    assert truncate("x" * (IN_MESSAGE + 1)) == "x" * (IN_MESSAGE - 3) + "..."
