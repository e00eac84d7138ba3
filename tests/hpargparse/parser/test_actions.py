"""How the words of one option become a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, strategies as st

from hpargparse.parser.actions import HyperParameterAction
from tests.hpargparse.parser.bound import bound

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = st.text("0123456789_.eE+-xinfa \t", max_size=12)


def _outcome(read: Callable[[str], object], word: str) -> tuple[str, str]:
    try:
        value = read(word)
    except ValueError as error:
        return "refused", str(error)
    return type(value).__name__, repr(value)


@pytest.mark.parametrize(
    "source",
    ["0.5", "3", "'x'", "True", "None", "0.5, help='h'", "3, optional=True", "3, range=[0, 9]"],
)
@given(word=st.one_of(NUMBERS, st.text(max_size=8)))
@example(word="9" * 5000)
@example(word="1e6")
@example(word="1.5")
@example(word="0x1F")
@example(word="None")
def test_the_short_way_to_a_value_leads_where_the_long_one_does(source: str, word: str) -> None:
    parser, _manager = bound(f'_("a", {source})')
    action = parser._option_string_actions["--a"]
    assert isinstance(action, HyperParameterAction)
    assert _outcome(action.read, word) == _outcome(action.converter.parse, word)
