"""Nested views of flat names.

Owns how names are split at the separator, and the conversion between flat values and
nested dicts; must not know ranks or origins.
"""

from __future__ import annotations

from ..errors import EMPTY
from ..names import ancestors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..hpm_db import HyperParamNode

    Nodes = Mapping[str, Callable[[], HyperParamNode]]

DICT_MARK = "__is_dict__"


class TreeView:
    """A live view of flat names as a tree of nodes.

    Args:
        trie: the nodes.
        path: the parts of the name at the root of this view.

    >>> class Leaf:
    ...     empty = False
    >>> nodes = {"model.depth": Leaf, "model.width": Leaf, "lr": Leaf}
    >>> view = TreeView(Trie(lambda: nodes, lambda: len(nodes)))
    >>> view.count(), view.get("model").count(), view.get("zz")
    (3, 2, None)
    >>> nodes["zz.top"] = Leaf
    >>> view.count(), view.get("zz").count()
    (4, 1)
    """

    __slots__ = ("_path", "_trie")
    DICT_ANNOTATION = DICT_MARK

    def __init__(self, trie: Trie, path: tuple[str, ...] = ()) -> None:
        self._trie = trie
        self._path = path

    def _branch(self) -> _Branch:
        return self._trie.root().at(self._path) or _Branch()

    @property
    def name(self) -> str:
        """The last part of the name at the root of this view."""
        return self._path[-1] if self._path else ""

    @property
    def node(self) -> HyperParamNode | None:
        """The node at the root of this view, or None."""
        return self._branch().node

    @property
    def children(self) -> dict[str, TreeView]:
        """The views one level below, by the next part of the name."""
        parts = self._branch().children
        return {part: TreeView(self._trie, (*self._path, part)) for part in parts}

    def get(self, prefix: str) -> TreeView | None:
        """Return the view at a prefix, relative to this one.

        Args:
            prefix: a name or the first parts of one; this view if empty.

        Returns:
            The view, or None if no name starts with the prefix.
        """
        if not prefix:
            return self
        parts = prefix.split(self._trie.separator)
        if self._branch().at(parts) is None:
            return None
        return TreeView(self._trie, (*self._path, *parts))

    def flatten(self) -> Iterator[HyperParamNode]:
        """Yield the nodes in this view that have a value."""
        pending = [self._branch()]
        while pending:
            branch = pending.pop()
            node = branch.node
            if node is not None and not node.empty:
                yield node
            pending.extend(reversed(branch.children.values()))

    def count(self) -> int:
        """Return the number of nodes that have a value."""
        return sum(1 for _ in self.flatten())

    def is_leaf(self) -> bool:
        """Return whether there are no names below."""
        return not self._branch().children

    def is_branch(self) -> bool:
        """Return whether there are names below."""
        return not self.is_leaf()

    @property
    def empty(self) -> bool:
        """Whether the view has no names."""
        branch = self._branch()
        return branch.make is None and not branch.children

    def __repr__(self) -> str:
        return f"TreeView({self.name!r}, {self.count()} with a value)"


class _Branch:
    """A node of the trie: the node of one name, and the branches below."""

    __slots__ = ("_node", "children", "make")

    def __init__(self) -> None:
        self.make: Callable[[], HyperParamNode] | None = None
        self.children: dict[str, _Branch] = {}
        self._node: HyperParamNode | None = None

    @property
    def node(self) -> HyperParamNode | None:
        if self._node is None and self.make is not None:
            self._node = self.make()
        return self._node

    def at(self, parts: Iterable[str]) -> _Branch | None:
        """Return the branch at a path below, or None."""
        branch: _Branch | None = self
        for part in parts:
            branch = branch.children.get(part) if branch is not None else None
        return branch


class Trie:
    """All nodes by the parts of their names, rebuilt after a change."""

    __slots__ = ("_cached", "_nodes", "_version", "separator")

    def __init__(
        self,
        nodes: Callable[[], Nodes],
        version: Callable[[], object],
        separator: str = ".",
    ) -> None:
        self._nodes = nodes
        self._version = version
        self.separator: str = separator
        self._cached: tuple[object, _Branch | None] = (None, None)

    def root(self) -> _Branch:
        """Return the branch above all names."""
        version = self._version()  # first, so that a change in the meantime is seen next time
        cached, root = self._cached
        if root is None or version != cached:
            root = _Branch()
            for name, make in self._nodes().items():
                branch = root
                for part in name.split(self.separator):
                    branch = branch.children.setdefault(part, _Branch())
                branch.make = make
            self._cached = version, root
        return root


def nest(
    values: Mapping[str, Any], separator: str, prefix: str | None = None, *, annotate_dict: bool
) -> dict[str, Any]:
    """Turn flat values into nested dicts.

    >>> nest({"a.b": 1, "c": {"d": 2}}, ".", annotate_dict=True)
    {'a': {'b': 1}, 'c': {'d': 2, '__is_dict__': True}}
    """
    root: dict[str, Any] = {}
    start = "" if prefix is None else prefix + separator
    for name, value in values.items():
        if name.startswith(start):
            *branches, leaf = name[len(start) :].split(separator)
            level = root
            for branch in branches:
                level = level.setdefault(branch, {})
            level[leaf] = annotated(value) if annotate_dict else copied(value)
    return root


def copied(value: Any, copies: dict[int, Any] | None = None) -> Any:
    """Return a copy of nested lists, dicts and sets, and any other object as it is.

    A value may contain itself, so `copies` has the copies of what is around it, by id.
    """
    kind = type(value)
    if kind is not list and kind is not dict:
        return value.copy() if kind is set else value
    copies = {} if copies is None else copies
    if id(value) in copies:
        return copies[id(value)]
    copy: Any = kind()
    copies[id(value)] = copy
    if kind is list:
        copy.extend([copied(item, copies) for item in value])
    else:
        copy.update({key: copied(item, copies) for key, item in value.items()})
    return copy


def annotated(value: Any) -> Any:
    """Return a copy of a value, with a mark if it is a dict."""
    return {**copied(value), DICT_MARK: True} if isinstance(value, dict) else value


def unmarked(tree: dict[Any, Any]) -> dict[Any, Any]:
    """Return a copy of nested dicts without the marks."""
    return {
        key: unmarked(value) if isinstance(value, dict) else value
        for key, value in tree.items()
        if key != DICT_MARK
    }


def with_item(base: Any, path: Sequence[str], value: Any) -> Any:
    """Return a copy of nested dicts with one value replaced; `EMPTY` if the path leaves them."""
    if not isinstance(base, dict):
        return EMPTY
    copy = base.copy()
    key, *rest = path
    copy[key] = with_item(copy.get(key, {}), rest, value) if rest else value
    return EMPTY if copy[key] is EMPTY else copy


def merged(base: Any, changes: dict[Any, Any]) -> Any:
    """Return a copy of nested dicts with the keys of others changed or added."""
    if not isinstance(base, dict):
        return changes
    copy = base.copy()
    for key, value in changes.items():
        copy[key] = merged(copy.get(key), value) if isinstance(value, dict) else value
    return copy


def keys_below(values: Mapping[str, Any], separator: str) -> Iterator[str]:
    """Yield the names of the keys inside dicts that are values.

    >>> list(keys_below({"a": 1, "opt": {"lr": 1, "betas": {"first": 0.9}}}, "."))
    ['opt.lr', 'opt.betas', 'opt.betas.first']
    """
    for name, value in values.items():
        if isinstance(value, dict):
            below = {f"{name}{separator}{k}": v for k, v in value.items() if isinstance(k, str)}
            yield from below
            yield from keys_below(below, separator)


def key_path(value: Any, name: str, separator: str) -> list[str]:
    """Return the keys inside nested dicts that a name stands for.

    Keys may contain the separator. Short keys are preferred. If there is no such key, the
    longest prefix of the name that exists is used, and the rest of the name is new.

    >>> key_path({"x": {"z": 1}, "x.y": 2}, "x.y", ".")
    ['x.y']
    >>> key_path({"x": {"z": 1}, "x.y": {}}, "x.y.new", ".")
    ['x.y', 'new']
    """
    for start in reversed([*ancestors(name, separator), name]):
        if path := _existing_path(value, start, separator):
            rest = name[len(start) + len(separator) :]
            return path if start == name else path + rest.split(separator)
    return name.split(separator)


def _existing_path(value: Any, name: str, separator: str) -> list[str] | None:
    if isinstance(value, dict):
        for key in (*ancestors(name, separator), name):
            if key == name and key in value:
                return [key]
            rest = name[len(key) + len(separator) :]
            if key in value and (path := _existing_path(value[key], rest, separator)):
                return [key, *path]
    return None


def dig(value: Any, path: Sequence[str]) -> Any:
    """Return the value at a path inside nested dicts, or else `EMPTY`."""
    for key in path:
        if not isinstance(value, dict):
            return EMPTY
        value = value.get(key, EMPTY)
    return value
