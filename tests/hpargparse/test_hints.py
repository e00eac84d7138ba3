"""The names of the hints are those that converters ask for."""

from __future__ import annotations

from typing import Any

import pytest

from hpargparse.errors import ConversionError
from hpargparse.hints import CHECKED_BY, LIMITING, READ_BY
from hpargparse.values.convert import Converter


class Noting(dict[str, Any]):
    """Hints that note which of them are asked for."""

    def __init__(self, **hints: Any) -> None:
        super().__init__(hints)
        self.asked: set[str] = set()

    def get(self, hint: str, default: Any = None) -> Any:
        self.asked.add(hint)
        return super().get(hint, default)


def test_words_are_read_by_no_other_hint() -> None:
    hints = Noting(help="steps")
    assert Converter(3, hints, "steps").parse("4") == 4
    assert hints.asked == READ_BY


@pytest.mark.parametrize("hint", sorted(CHECKED_BY))
def test_each_hint_that_values_are_checked_by_may_be_malformed(hint: str) -> None:
    with pytest.raises(ConversionError, match=f"the hint `{hint}` of `steps` is"):
        Converter(3, {hint: 0}, "steps").demand_sound_hints()


@pytest.mark.parametrize("hint", sorted(READ_BY - CHECKED_BY))
def test_the_others_are_never_malformed(hint: str) -> None:
    converter = Converter(3, {hint: object()}, "steps")
    converter.demand_sound_hints()
    assert converter.parse("4") == 4


@pytest.mark.parametrize("hint", sorted(LIMITING))
def test_a_limiting_hint_refuses_values_of_the_right_type(hint: str) -> None:
    with pytest.raises(ConversionError):
        Converter(3, {hint: [3, 5]}, "steps").check(7)
