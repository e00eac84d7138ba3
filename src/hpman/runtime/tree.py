"""The nested view of flat names.

Owns how a name splits at the separator, and how flat values and nested ones
turn into each other; must not know ranks or where values come from.
"""

from __future__ import annotations

from ..errors import EMPTY
from ..record import Slotted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Generic, Protocol, TypeVar

    class Node(Protocol):
        """A leaf of the view: all that is asked of it is whether it is empty."""

        @property
        def empty(self) -> bool:
            """Whether the leaf has no value."""

    N = TypeVar("N", bound=Node)
else:
    N = None

    class Generic:
        """Take the place of `typing.Generic`, which stays unloaded."""

        __slots__ = ()
        __class_getitem__ = classmethod(lambda cls, _: cls)


DICT_MARK = "__is_dict__"
_MOST_KEYS = 1000


class TreeView(Slotted, Generic[N]):
    """View flat names as a tree; leaves hold whatever node belongs to the name.

    A view shows what there is when it is asked; one that was pickled, what there was then.

    Args:
        nodes: returns what makes the node of each name, which is asked for when somebody looks.
        version: returns what is equal as long as nothing changes.
        separator: the text that separates the parts of a name.

    >>> class Leaf:
    ...     empty = False
    >>> nodes = {"model.depth": Leaf, "model.width": Leaf, "lr": Leaf}
    >>> view = TreeView(lambda: nodes, lambda: len(nodes))
    >>> view.count(), view.get("model").count(), view.get("zz")
    (3, 2, None)
    >>> nodes["zz.top"] = Leaf
    >>> view.count(), view.get("zz").count()
    (4, 1)
    """

    __slots__ = ("_path", "_trie")

    def __init__(
        self,
        nodes: Callable[[], Mapping[str, Callable[[], N]]],
        version: Callable[[], object],
        separator: str = ".",
    ) -> None:
        """View everything."""
        self._trie = _Trie(nodes, version, separator)
        self._path: tuple[str, ...] = ()

    def _at(self, path: tuple[str, ...]) -> TreeView[N]:
        """Return the view at a place."""
        view: TreeView[N] = object.__new__(TreeView)
        view._trie, view._path = self._trie, path
        return view

    def _branch(self) -> _Branch[N]:
        """Return what stands here now."""
        return self._trie.root().at(self._path) or _Branch()

    @property
    def name(self) -> str:
        """The last part of the name at the root of this view."""
        return self._path[-1] if self._path else ""

    @property
    def separator(self) -> str:
        """The text that separates the parts of a name."""
        return self._trie.separator

    @property
    def node(self) -> N | None:
        """The node at the root of this view, or None."""
        return self._branch().node

    @property
    def children(self) -> dict[str, TreeView[N]]:
        """The views one level below, by the part of the name."""
        return {part: self._at((*self._path, part)) for part in self._branch().children}

    def get(self, prefix: str) -> TreeView[N] | None:
        """Return the view at a prefix, relative to this one.

        Args:
            prefix: a name or the first parts of one; the empty text is this view.

        Returns:
            The view, or None where no name starts like that.
        """
        if not prefix:
            return self
        parts = prefix.split(self.separator)
        return self._at((*self._path, *parts)) if self._branch().at(parts) is not None else None

    def flatten(self) -> Iterator[N]:
        """Give the nodes that have a value, from this view downwards."""
        pending = [self._branch()]
        while pending:
            branch = pending.pop()
            node = branch.node
            if node is not None and not node.empty:
                yield node
            pending.extend(reversed(branch.children.values()))

    def count(self) -> int:
        """Count the nodes that have a value."""
        return sum(1 for _ in self.flatten())

    def is_leaf(self) -> bool:
        """Tell whether nothing stands below."""
        return not self._branch().children

    def is_branch(self) -> bool:
        """Tell whether something stands below."""
        return not self.is_leaf()

    @property
    def empty(self) -> bool:
        """Whether no name stands here or below."""
        branch = self._branch()
        return branch.make is None and not branch.children

    def __repr__(self) -> str:
        """Show the place and what is below."""
        return f"TreeView({self.name!r}, {self.count()} with a value)"


class _Branch(Slotted, Generic[N]):
    """Hold the node of one name, and the branches below."""

    __slots__ = ("_node", "children", "make")

    def __init__(self) -> None:
        """Start with nothing."""
        self.make: Callable[[], N] | None = None
        self.children: dict[str, _Branch[N]] = {}
        self._node: N | None = None

    @property
    def node(self) -> N | None:
        """The node, made at the first question."""
        if self._node is None and self.make is not None:
            self._node = self.make()
        return self._node

    def at(self, parts: Iterable[str]) -> _Branch[N] | None:
        """Return the branch at some place below, or None."""
        branch: _Branch[N] | None = self
        for part in parts:
            branch = branch.children.get(part) if branch is not None else None
        return branch


class _Trie(Slotted, Generic[N]):
    """Sort nodes into their places, anew where something has changed."""

    __slots__ = ("_grown", "_nodes", "_version", "separator")

    def __init__(
        self,
        nodes: Callable[[], Mapping[str, Callable[[], N]]],
        version: Callable[[], object],
        separator: str,
    ) -> None:
        """Start with nothing sorted."""
        self._nodes = nodes
        self._version = version
        self.separator: str = separator
        self._grown: tuple[object, _Branch[N] | None] = (None, None)

    def root(self) -> _Branch[N]:
        """Return what stands above all."""
        version = self._version()  # first: what changes meanwhile is seen next time
        known, root = self._grown
        if root is None or version != known:
            root = _Branch()
            for name, make in self._nodes().items():
                branch = root
                for part in name.split(self.separator):
                    below = branch.children.get(part)
                    if below is None:
                        below = branch.children[part] = _Branch()
                    branch = below
                branch.make = make
            self._grown = version, root
        return root

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the nodes as they are now."""
        nodes = {name: make() for name, make in self._nodes().items()}
        return _still, (nodes, self.separator)


def _still(nodes: Mapping[str, N], separator: str) -> _Trie[N]:
    """Sort nodes that do not change any more."""

    def remade(node: N) -> Callable[[], N]:
        return lambda: node

    return _Trie(lambda: {name: remade(each) for name, each in nodes.items()}, _never, separator)


def _never() -> None:
    """Be the version of what does not change."""


def nest(
    values: Mapping[str, Any], separator: str, prefix: str | None = None, *, annotate_dict: bool
) -> dict[str, Any]:
    """Turn flat values into nested dictionaries.

    Args:
        values: the value of each name; no name is above another.
        separator: the text that separates the parts of a name.
        prefix: the branch to show, None for all.
        annotate_dict: whether to mark the dictionaries that are values.

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
            level[leaf] = own(name, value, annotate_dict=annotate_dict)
    return root


def own(name: str, value: Any, *, annotate_dict: bool) -> Any:
    """Copy the value of a name; what is changed in the copy changes nothing of ours.

    Args:
        name: the name.
        value: its value.
        annotate_dict: whether to mark it where it is a dictionary.

    Raises:
        ImpossibleTree: the dictionaries in it have no end.
    """
    try:
        return annotated(value) if annotate_dict else copied(value)
    except RecursionError:
        from .messages import too_deep

        raise too_deep(name, f'Use get_value("{name}"), which gives the dict itself.') from None


def copied(value: Any) -> Any:
    """Copy nested dictionaries, so that changing them changes nothing of ours."""
    if type(value) is dict:
        return {key: copied(each) for key, each in value.items()}
    return value.copy() if isinstance(value, dict) else value


def annotated(value: Any) -> Any:
    """Copy a value, and mark it where it is a dictionary."""
    return {**copied(value), DICT_MARK: True} if isinstance(value, dict) else value


def unmarked(tree: dict[Any, Any]) -> dict[Any, Any]:
    """Copy nested dictionaries without the marks of those that are values.

    >>> unmarked({"a": {"b": 1, "__is_dict__": True}})
    {'a': {'b': 1}}
    """
    return {
        key: unmarked(value) if isinstance(value, dict) else value
        for key, value in tree.items()
        if key != DICT_MARK
    }


def patched(base: Any, path: Sequence[str], value: Any) -> Any:
    """Copy nested dictionaries with the value at one path changed.

    Returns:
        The copy, or `EMPTY` where something on the way is no dictionary.

    >>> patched({"lr": 3, "wd": 0}, ["lr"], 1)
    {'lr': 1, 'wd': 0}
    """
    if not isinstance(base, dict):
        return EMPTY
    level = whole = base.copy()
    for part in path[:-1]:
        below = level.get(part, {})
        if not isinstance(below, dict):
            return EMPTY
        level[part] = below.copy()
        level = level[part]
    level[path[-1]] = value
    return whole


def merged(base: Any, changes: dict[Any, Any]) -> Any:
    """Copy nested dictionaries with the keys of others changed or added."""
    if not isinstance(base, dict):
        return changes
    whole = base.copy()
    for key, value in changes.items():
        whole[key] = merged(whole.get(key), value) if isinstance(value, dict) else value
    return whole


def keys_below(values: Mapping[str, Any], separator: str) -> Iterator[str]:
    """Give the names of the keys inside dictionaries that are values, up to some number.

    >>> list(keys_below({"a": 1, "opt": {"lr": 1, "betas": {"first": 0.9}}}, "."))
    ['opt.lr', 'opt.betas', 'opt.betas.first']
    """
    pending = [(name, value) for name, value in values.items() if isinstance(value, dict)]
    given = 0
    for name, value in pending:  # grows while it is gone through; a dictionary may hold itself
        for key, each in list(value.items()):
            if isinstance(key, str):
                if given == _MOST_KEYS:
                    return
                given += 1
                yield f"{name}{separator}{key}"
                if isinstance(each, dict):
                    pending.append((f"{name}{separator}{key}", each))


def key_path(value: Any, name: str, separator: str) -> list[str]:
    """Return the keys inside nested dictionaries that a name stands for.

    A key may hold the separator; of two with one name, one without it is meant, else the
    first. Where no key has the name, it goes on from one with the longest start of it.

    >>> key_path({"x": {"z": 1}, "x.y": 2}, "x.y", ".")
    ['x.y']
    >>> key_path({"x": {"z": 1}, "x.y": {}}, "x.y.new", ".")
    ['x.y', 'new']
    """
    plain = name.split(separator)
    if dig(value, plain) is not EMPTY:
        return plain
    found: list[str] = []
    missing = name + separator
    pending: list[tuple[list[str], Any, str]] = [(found, value, missing)]
    while pending and missing:
        path, level, rest = pending.pop()
        below = []
        for key in level if isinstance(level, dict) else ():
            if isinstance(key, str) and rest.startswith(key + separator):
                left = rest[len(key + separator) :]
                below.append(([*path, key], level[key], left))
                if len(left) < len(missing):
                    found, missing = [*path, key], left
        pending += reversed(below)
    known = separator.join(found).split(separator)
    if found and dig(value, known) is not EMPTY:
        found = known
    return found + missing.split(separator)[:-1]


def dig(value: Any, path: Sequence[str]) -> Any:
    """Return what stands at a path inside nested dictionaries, else `EMPTY`."""
    for part in path:
        if not isinstance(value, dict):
            return EMPTY
        value = value.get(part, EMPTY)
    return value
