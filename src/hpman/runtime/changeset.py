"""One write of values that are not all plain leaves.

Owns the decision whether a name that is set is a leaf, a branch or a key inside a
leaf; must not know the caller.
"""

from __future__ import annotations

from ..errors import EmptyValue, NotLiteralEvaluable
from ..names import SCOPE
from .messages import invalid_key, invalid_name, leaf_and_branch
from .tree import DICT_MARK, dig, merged, unmarked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .precedence import RankedValues


class Changeset:
    """Set values in a private copy of the ranked values.

    If an error is raised, the changeset and its copy are dropped, so a write happens
    completely or not at all.

    Attributes:
        ranked: the changed values.
        puts: what was set, leaf by leaf.
        new_name: what an old name in a tree stands for.
    """

    __slots__ = ("new_name", "puts", "ranked")

    def __init__(self, ranked: RankedValues, values: Mapping[str, Any]) -> None:
        self.ranked: RankedValues = ranked
        self.puts: dict[str, Any] = {}
        self.new_name: Callable[[str], str] = str
        for name, value in values.items():
            self.assign(name, value)

    def assign(self, name: str, value: Any) -> None:
        """Set one name: a leaf, a branch, a key inside a leaf, or a new name."""
        if not isinstance(name, str):
            raise invalid_name(name)
        if isinstance(value, (EmptyValue, NotLiteralEvaluable)):
            return  # its value does not exist yet
        ranked = self.ranked
        if SCOPE in name:
            scope, plain = ranked.split(name)
            if scope and plain not in ranked.branches and ranked.leaf_of(name) is None:
                self._drop_below(name)
            elif scope and plain in ranked.branches and isinstance(value, dict):
                self.spread(value, name)
                return
        leaf = ranked.leaf_of(name)
        if leaf is not None and leaf != name:
            self._patch(leaf, name, value)
        elif leaf == name or name not in ranked.branches:
            self._drop_patches(name, name)
            ranked.branches.update(ranked.above(name))
            ranked.sets[name] = self.puts[name] = value
            ranked.resolve({name: value})
        elif isinstance(value, dict):
            self.spread(value, name)
        else:
            start = name + ranked.separator
            names = (*ranked.resolved, *ranked.used)
            raise leaf_and_branch(ranked, name, next(n for n in names if n.startswith(start)))

    def _patch(self, leaf: str, name: str, value: Any) -> None:
        """Set a key inside the dict that is the value of a leaf."""
        ranked = self.ranked
        base = ranked.resolved[leaf]
        patches: tuple[str, ...] = ()
        if self._drop_patches(leaf, name):  # compute the value of the leaf again
            ranks = ranked.sets, ranked.calls, ranked.defaults
            base = next(rank[leaf] for rank in ranks if leaf in rank)
            patches = ranked.patches.get(leaf, ())
        ranked.sets[name] = self.puts[name] = value
        if not isinstance(base, NotLiteralEvaluable):
            inner = {patch: ranked.sets[patch] for patch in (*patches, name)}
            ranked.resolve({leaf: ranked.patched(leaf, base, inner)})
        ranked.patches[leaf] = tuple(dict.fromkeys((*ranked.patches.get(leaf, ()), name)))

    def _drop_below(self, name: str) -> None:
        """Delete what is set for keys of a dict that is now replaced for the same scope."""
        ranked = self.ranked
        for below in [n for n in ranked.sets if n.startswith(name + ranked.separator)]:
            for rank in (ranked.sets, ranked.resolved, ranked.copies, ranked.patches, self.puts):
                rank.pop(below, None)
        ranked.forget_branches()

    def _drop_patches(self, leaf: str, name: str) -> bool:
        """Delete the patches of a leaf below a name. Return whether there were any."""
        ranked = self.ranked
        patches = ranked.patches.pop(leaf, None)
        if patches is None:
            return False
        start = name + ranked.separator
        kept = tuple(patch for patch in patches if not patch.startswith(start))
        if kept:
            ranked.patches[leaf] = kept
        for patch in set(patches).difference(kept):
            del ranked.sets[patch]
            self.puts.pop(patch, None)
        return len(kept) < len(patches)

    def spread(self, tree: dict[Any, Any], prefix: str | None = None) -> None:
        """Set nested dicts below a prefix, or at the root."""
        if prefix is not None:
            if DICT_MARK in tree:
                self.assign(prefix, {k: v for k, v in tree.items() if k != DICT_MARK})
                return
            if self._spread_on_leaf(tree, prefix):
                return
        for key, value in tree.items():
            if not isinstance(key, str):
                raise invalid_key(key, prefix)
            name = key if prefix is None else f"{prefix}{self.ranked.separator}{key}"
            name = self.new_name(name)
            if isinstance(value, dict):
                self.spread(value, name)
            else:
                self.assign(name, value)

    def _spread_on_leaf(self, tree: dict[Any, Any], prefix: str) -> bool:
        """Set a dict as one value if its keys cannot be parts of names. Return whether it was."""
        ranked = self.ranked
        leaf = ranked.leaf_of(prefix)
        if leaf is None:
            return False
        current = ranked.resolved[leaf]
        if isinstance(current, NotLiteralEvaluable):
            return False
        if leaf != prefix:
            current = dig(current, ranked.path(leaf, prefix, current))
        if not tree or not isinstance(current, dict):
            self.assign(prefix, unmarked(tree))
            return True
        separator = ranked.separator
        if any(not isinstance(key, str) or (separator in key and key in current) for key in tree):
            self.assign(prefix, merged(current, unmarked(tree)))
            return True
        return False
