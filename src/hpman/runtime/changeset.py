"""What one write of values would change.

Owns the decision whether a name is a leaf, a branch or a key inside a leaf,
all before anything changes; must not know who writes or why.
"""

from __future__ import annotations

from ..errors import EmptyValue, NotLiteralEvaluable
from .messages import impossible, no_name, too_deep, type_name
from .tree import DICT_MARK, dig, merged, unmarked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Protocol

    from ..errors import ImpossibleTree

    class Held(Protocol):
        """What is there before the write, as far as a plan asks for it."""

        separator: str
        sets: dict[str, Any]
        calls: dict[str, Any]
        defaults: dict[str, Any]
        used: frozenset[str]
        resolved: dict[str, Any]
        patches: dict[str, dict[str, None]]

        @property
        def branches(self) -> set[str]:
            """The names that have leaves below them."""

        def above(self, name: str) -> Iterable[str]:
            """Give the names above a name, the highest first."""

        def leaf_above(self, name: str) -> str | None:
            """Return the leaf that a name is a key inside of, if there is one."""

        def path(self, leaf: str, name: str, value: Any) -> list[str]:
            """Return the keys inside the value of a leaf that a name below it stands for."""

        def conflict(self, leaf: str, below: str) -> ImpossibleTree:
            """Make the error for a leaf that would have something below it."""

        def with_patches(self, leaf: str, value: Any, patches: Mapping[str, Any]) -> Any:
            """Put patches on top of the value of a leaf."""


class Plan:
    """Collect what one write changes, while nothing is changed yet.

    Attributes:
        effective: the new value of each leaf that is touched.
        puts: what to set.
        dropped: what was set and is not any more.
        patches: the new patches of each leaf where they change.
        branches: the names that get leaves below them.
    """

    __slots__ = ("_ranks", "branches", "dropped", "effective", "patches", "puts")

    def __init__(self, ranks: Held) -> None:
        """Start from the ranks as they are."""
        self._ranks = ranks
        self.effective: dict[str, Any] = {}
        self.puts: dict[str, Any] = {}
        self.dropped: dict[str, None] = {}
        self.patches: dict[str, dict[str, None]] = {}
        self.branches: set[str] = set()

    def assign(self, name: str, value: Any) -> None:
        """Set one name, whatever it is: a leaf, a branch, a key inside a leaf, or new."""
        if not isinstance(name, str):
            raise no_name(name)
        if isinstance(value, (EmptyValue, NotLiteralEvaluable)):
            return  # it stands for a value that is not there yet
        leaf = self._leaf_of(name)
        if leaf is None:
            self._assign_unknown(name, value)
        elif leaf == name:
            self._drop_below(leaf, leaf)
            self.puts[name] = self.effective[name] = value
        else:
            self._patch(leaf, name, value)

    def spread(self, tree: dict[Any, Any], prefix: str | None = None) -> None:
        """Set what stands in nested dictionaries, below a prefix or from the root."""
        try:
            self._spread(tree, prefix)
        except RecursionError:
            advice = (
                f'Leave out what repeats, or mark a dict as one value with "{DICT_MARK}": True.'
            )
            raise too_deep(prefix, advice) from None

    def _spread(self, tree: dict[Any, Any], prefix: str | None) -> None:
        """Set what stands in nested dictionaries, level by level."""
        if prefix is not None:
            if DICT_MARK in tree:
                self.assign(prefix, {k: v for k, v in tree.items() if k != DICT_MARK})
                return
            if self._spread_on_leaf(tree, prefix):
                return
        for key, value in tree.items():
            name = self._join(prefix, key)
            if isinstance(value, dict):
                self._spread(value, name)
            else:
                self.assign(name, value)

    def _spread_on_leaf(self, tree: dict[Any, Any], prefix: str) -> bool:
        """Set a dictionary whole where no names stand for its keys, at a leaf or inside one."""
        leaf = self._leaf_of(prefix)
        if leaf is None:
            return False
        current = self._value(leaf)
        if isinstance(current, NotLiteralEvaluable):
            return False
        if leaf != prefix:
            current = dig(current, self._ranks.path(leaf, prefix, current))
        if not tree or not isinstance(current, dict):
            self.assign(prefix, unmarked(tree))
            return True
        if any(self._is_odd(key, current) for key in tree):
            self.assign(prefix, merged(current, unmarked(tree)))
            return True
        return False

    def _is_odd(self, key: object, current: dict[Any, Any]) -> bool:
        """Tell whether a key cannot be part of a name."""
        return not isinstance(key, str) or (self._ranks.separator in key and key in current)

    def _join(self, prefix: str | None, key: object) -> str:
        """Put a key behind a prefix."""
        if not isinstance(key, str):
            at = "at the root" if prefix is None else f"below `{prefix}`"
            raise impossible(
                f"The keys of a tree are parts of names, but {key!r} {at} is {type_name(key)}.",
                f'Make it a str, or mark the dict as one value with "{DICT_MARK}": True.',
                prefix,
            )
        return key if prefix is None else f"{prefix}{self._ranks.separator}{key}"

    def _leaf_of(self, name: str) -> str | None:
        """Return the leaf with a value at or above a name, as far as planned."""
        known = self._ranks.resolved
        if name in known or name in self.effective:
            return name
        for above in self._ranks.above(name):
            if above in known or above in self.effective:
                return above
        return None

    def _value(self, leaf: str) -> Any:
        """Return the value of a leaf, as far as planned."""
        return self.effective[leaf] if leaf in self.effective else self._ranks.resolved[leaf]

    def _assign_unknown(self, name: str, value: Any) -> None:
        """Set a name that has no value: a branch, or a new leaf."""
        if name not in self.branches and name not in self._ranks.branches:
            self.puts[name] = self.effective[name] = value
            self.branches.update(self._ranks.above(name))
        elif isinstance(value, dict):
            self.spread(value, name)
        else:
            start = name + self._ranks.separator
            names = (*self._ranks.resolved, *self._ranks.used, *self.effective)
            raise self._ranks.conflict(name, next(n for n in names if n.startswith(start)))

    def _patch(self, leaf: str, name: str, value: Any) -> None:
        """Set a key inside the dictionary that a leaf holds."""
        base = self._value(leaf)
        are_dropped = self._drop_below(leaf, name)
        if not isinstance(base, NotLiteralEvaluable):
            if are_dropped:  # and may lie in a key beside this one
                base = self._patched_anew(leaf)
            self.effective[leaf] = self._ranks.with_patches(leaf, base, {name: value})
        self._patches_of(leaf)[name] = None
        self.puts[name] = value

    def _patches_of(self, leaf: str) -> dict[str, None]:
        """Return the patches of a leaf, as far as planned, to be changed."""
        if leaf not in self.patches:
            self.patches[leaf] = dict(self._ranks.patches.get(leaf, ()))
        return self.patches[leaf]

    def _patched_anew(self, leaf: str) -> Any:
        """Return the value of a leaf with the patches that it still has."""
        ranks, puts = self._ranks, self.puts
        given = puts, ranks.sets, ranks.calls, ranks.defaults
        base = next(each[leaf] for each in given if leaf in each)
        patches = self._patches_of(leaf)
        values = {each: puts[each] if each in puts else ranks.sets[each] for each in patches}
        return ranks.with_patches(leaf, base, values)

    def _drop_below(self, leaf: str, name: str) -> bool:
        """Forget the patches of a leaf that stand below a name; tell whether there are any."""
        if leaf in self.patches or leaf in self._ranks.patches:
            patches = self._patches_of(leaf)
            start = name + self._ranks.separator
            below = [each for each in patches if each.startswith(start)]
            for each in below:
                del patches[each]
                self.puts.pop(each, None)
                self.dropped[each] = None
            return bool(below)
        return False
