"""What Python makes of a name, and what stands above one in the tree."""

from __future__ import annotations

import pytest

from hpman.names import ancestors, is_scope, nested_scopes, scoped_names, split_scope


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


@pytest.mark.parametrize(
    ("name", "known", "separator", "expected"),
    [
        ("depth", [], ".", ("", "depth")),
        ("a/depth", [], ".", ("a", "depth")),
        ("a/b/depth", [], ".", ("a/b", "depth")),
        ("a/b/depth", ["b/depth"], ".", ("a", "b/depth")),
        ("a/b/depth", ["depth", "b/depth"], ".", ("a", "b/depth")),
        ("a/b/depth", ["a/b/depth", "depth"], ".", ("", "a/b/depth")),
        ("a/m.depth", ["m.depth"], ".", ("a", "m.depth")),
        ("m.a/depth", ["depth"], ".", ("", "m.a/depth")),
        ("m.a/depth", ["depth"], "::", ("m.a", "depth")),
        ("/depth", ["depth"], ".", ("", "/depth")),
        ("a//depth", ["depth"], ".", ("", "a//depth")),
        ("a/", [], ".", ("", "a/")),
        ("/", [], ".", ("", "/")),
        ("a/depth", ["depth"], "/", ("", "a/depth")),
        ("a/depth", ["depth"], "-/-", ("", "a/depth")),
    ],
)
def test_a_name_is_split_at_its_scope(
    name: str, known: list[str], separator: str, expected: tuple[str, str]
) -> None:
    assert split_scope(name, known.__contains__, separator) == expected


def test_the_names_of_a_scope_start_outside() -> None:
    assert nested_scopes("a/b/c") == ["a", "a/b", "a/b/c"]
    assert scoped_names("", "x/y") == ["x/y"]
    assert scoped_names("a", "x/y") == ["x/y", "a/x/y"]
    assert not is_scope("a/b", "/")
