"""What Python makes of a name, and what stands above one in the tree."""

from __future__ import annotations

import pytest

from hpman.names import ancestors


@pytest.mark.parametrize(
    ("name", "separator", "above"),
    [
        ("a", ".", []),
        ("a.b.c", ".", ["a", "a.b"]),
        (".a", ".", [""]),
        ("a..b", ".", ["a", "a."]),
        ("a::b::c", "::", ["a", "a::b"]),
        ("a___b", "__", ["a"]),
    ],
)
def test_the_names_above_a_name_end_at_a_separator(
    name: str, separator: str, above: list[str]
) -> None:
    assert list(ancestors(name, separator)) == above
