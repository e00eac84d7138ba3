"""The nested view of flat names."""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import Any

import pytest

from hpman.runtime.tree import TreeView, Trie, key_path


class Node:
    """A leaf with a name and perhaps a value."""

    def __init__(self, name: str, *, empty: bool = False) -> None:
        self.name = name
        self.empty = empty


def view(*names: str, separator: str = ".") -> TreeView:
    """Make a view. A name that ends in a question mark has no value."""
    nodes = [Node(name.rstrip("?"), empty=name.endswith("?")) for name in names]
    named: dict[str, Any] = {node.name: partial(next, repeat(node)) for node in nodes}
    return TreeView(Trie(lambda: named, lambda: None, separator))


TREE = view("a.b", "k", "a.c.d", "u?", "v.w?")


@pytest.mark.parametrize(
    ("prefix", "name", "count", "is_leaf", "below"),
    [
        ("", "", 3, False, ["a.b", "a.c.d", "k"]),
        ("a", "a", 2, False, ["a.b", "a.c.d"]),
        ("a.c", "c", 1, False, ["a.c.d"]),
        ("a.b", "b", 1, True, ["a.b"]),
        ("k", "k", 1, True, ["k"]),
        ("u", "u", 0, True, []),
        ("v", "v", 0, False, []),
    ],
)
def test_a_view_has_the_names_at_a_prefix(
    prefix: str, name: str, count: int, *, is_leaf: bool, below: list[str]
) -> None:
    found = TREE.get(prefix)
    assert found is not None
    assert (found.name, found.count()) == (name, count)
    assert (found.is_leaf(), found.is_branch()) == (is_leaf, not is_leaf)
    assert [node.name for node in found.flatten()] == below
    assert not found.empty


@pytest.mark.parametrize("prefix", ["zz", "k.z", "a.b.c.d", "a.", "."])
def test_a_prefix_without_names_has_no_view(prefix: str) -> None:
    assert TREE.get(prefix) is None


def test_a_prefix_is_relative_to_its_view() -> None:
    below = TREE.get("a")
    assert below is not None
    inner = below.get("c.d")
    assert inner is not None
    assert inner.node is not None
    assert inner.node.name == "a.c.d"
    assert below.get("") is below


def test_a_view_of_nothing_is_an_empty_leaf() -> None:
    nothing = view()
    assert (nothing.empty, nothing.count(), nothing.is_leaf(), nothing.is_branch()) == (
        True,
        0,
        True,
        False,
    )
    assert list(nothing.flatten()) == []
    assert repr(nothing) == "TreeView('', 0 with a value)"


def test_a_name_may_have_many_parts() -> None:
    name = ".".join("a" * 5000)
    deep = view(name)
    assert deep.count() == 1
    assert deep.get(name) is not None


def test_another_separator_splits_elsewhere() -> None:
    tree = view("a.b/c", "a.b/d", separator="/")
    assert list(tree.children) == ["a.b"]
    assert tree.count() == 2


@pytest.mark.parametrize(
    ("value", "name", "path"),
    [
        pytest.param({"x": {"y": 1}, "x.y": 2}, "x.y", ["x", "y"], id="plain first"),
        pytest.param({"x.y": {"z": 1}, "x": {"y.z": 2}}, "x.y.z", ["x", "y.z"], id="short"),
        pytest.param({"x": {"y.z": 2}, "x.y": {"z": 1}}, "x.y.z", ["x", "y.z"], id="inside"),
        pytest.param({"x": {}, "x.y": {}}, "x.y.z", ["x.y", "z"], id="longest start"),
        pytest.param({"x.y": {}, "x": {"y": {}}}, "x.y.z.q", ["x", "y", "z", "q"], id="plain"),
        pytest.param({"x.y": 5}, "x.y.z", ["x.y", "z"], id="no dict on the path"),
        pytest.param({"xy": 1, 1: 2}, "x.y", ["x", "y"], id="no key"),
        pytest.param({"": 1}, "x", ["x"], id="empty key"),
        pytest.param({"x": {"": 1}}, "x.", ["x", ""], id="empty part"),
        pytest.param({"x.": 1}, "x.", ["x."], id="key that ends in the separator"),
        pytest.param(5, "x.y", ["x", "y"], id="not a dict"),
    ],
)
def test_a_name_below_a_dict_means_keys_that_may_contain_the_separator(
    value: object, name: str, path: list[str]
) -> None:
    assert key_path(value, name, ".") == path
