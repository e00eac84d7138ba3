"""The three ranks of values, and the value that wins for each name.

Owns precedence, and whether a name is a leaf, a branch or a key inside a leaf; must
not know threads or what the program has read.
"""

from __future__ import annotations

from ..errors import EMPTY, EmptyValue, NotLiteralEvaluable
from ..names import SCOPE, ancestors, nested_scopes, split_scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from .origin import CallSite, History, Origin

    OriginOf = Callable[[str], Origin | None]
    Sources = tuple[dict[str, Any], frozenset[str], "OriginOf | None", frozenset[str] | None]
    Calls = tuple[dict[str, Any], dict[str, CallSite]]

MUTABLE = frozenset((list, dict, set))  # the types that readers get a copy of
# Types of values that take more than an assignment: the first two stand for a missing value.
_SPECIAL = frozenset((EmptyValue, NotLiteralEvaluable, *MUTABLE))


class RankedValues:
    """The values of each rank, and the value that wins for each name.

    Only `put` and `with_call` change a shared instance. All other methods return a new
    one.

    Attributes:
        history: what set the values.
        defaults: the default of each name in the sources.
        used: the names that the sources use without a default.
        origin_of: returns the origin of a default in the sources.
        scopes: the names of the scopes that the sources open; None if there may be others.
        calls: the latest default that a call of the running program gave each name.
        call_sites: the place of that call.
        sets: the values that were set. A name that is not in `resolved` is a patch: a
            key inside the dict of a leaf above it.
        patches: the patches of each leaf that has some, oldest first.
        resolved: the value of each leaf.
        copies: the value of each leaf that is a list, dict or set, and a function that
            copies it. Together, so that they can be read without a lock.
        scope: the scope in which these values hold, see `in_scope`.
        outside: the values outside of that scope, None if there is no scope.
    """

    __slots__ = (
        "_branches",
        "call_sites",
        "calls",
        "copies",
        "defaults",
        "history",
        "origin_of",
        "outside",
        "patches",
        "resolved",
        "scope",
        "scopes",
        "separator",
        "sets",
        "used",
    )

    def __init__(self, separator: str, history: History) -> None:
        self.separator: str = separator
        self.history: History = history
        self.defaults: dict[str, Any] = {}
        self.used: frozenset[str] = frozenset()
        self.origin_of: OriginOf | None = None
        self.scopes: frozenset[str] | None = None
        self.scope: str = ""
        self.outside: RankedValues | None = None
        self.calls: dict[str, Any] = {}
        self.call_sites: dict[str, CallSite] = {}
        self.sets: dict[str, Any] = {}
        self.patches: dict[str, tuple[str, ...]] = {}
        self.resolved: dict[str, Any] = {}
        self.copies: dict[str, tuple[Any, Callable[[Any], Any]]] = {}
        self._branches: set[str] | None = None

    def copy(self) -> RankedValues:
        """Return a copy that can be changed."""
        new = RankedValues(self.separator, self.history)
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(new, name, value.copy() if isinstance(value, (dict, set)) else value)
        return new

    def rebuilt(
        self,
        *,
        sources: Sources | None = None,
        calls: Calls | None = None,
        sets: Mapping[str, Any] | None = None,
    ) -> RankedValues:
        """Return new values in which some ranks are replaced."""
        new = RankedValues(self.separator, self.history)
        new.defaults, new.used, new.origin_of, new.scopes = sources or (
            self.defaults,
            self.used,
            self.origin_of,
            self.scopes,
        )
        new.calls, new.call_sites = map(dict, calls or (self.calls, self.call_sites))
        new.resolve(new.defaults)
        new.resolve(new.calls)
        new._check_calls()
        sets = self.sets if sets is None else sets
        branches = new.new_branches(sets)
        if branches is not None:
            new.put(dict(sets), branches)
            return new
        from .changeset import Changeset

        ranked = Changeset(new, sets).ranked
        ranked.check_scopes(ranked.sets)
        return ranked

    def _check_calls(self) -> None:
        """Reject a call's default above or below another name. The sources are consistent."""
        if self.calls:
            for name in (*self.resolved, *self.used):
                for above in self.above(name):
                    if above in self.resolved:
                        from .messages import leaf_and_branch

                        raise leaf_and_branch(self, above, name)

    @property
    def branches(self) -> set[str]:
        """The names that have names below them."""
        if self._branches is None:
            names = (*self.resolved, *self.used)
            self._branches = {above for name in names for above in self.above(name)}
        return self._branches

    def forget_branches(self) -> None:
        """Discard the branches, which are found again when they are needed."""
        self._branches = None

    def above(self, name: str) -> Iterable[str]:
        """Return the names above a name, the highest first."""
        return ancestors(name, self.separator) if self.separator in name else ()

    def leaf_of(self, name: str) -> str | None:
        """Return the name itself if it is a leaf, else the leaf above it, else None."""
        if name in self.resolved:
            return name
        return next((leaf for leaf in self.above(name) if leaf in self.resolved), None)

    def path(self, leaf: str, name: str, value: Any) -> list[str]:
        """Return the keys, inside the value of a leaf, that a name below the leaf stands for."""
        from .tree import key_path

        return key_path(value, name[len(leaf) + len(self.separator) :], self.separator)

    def value(self, name: str) -> Any:
        """Return the value of a leaf, a branch or a key inside a leaf, else `EMPTY`.

        The value of a name with a scope is what holds in the scope.
        """
        scope, plain = self.split(name)
        if scope:
            return (self.outside or self).in_scope(scope).value(plain)
        leaf = self.leaf_of(name)
        if leaf == name:
            return self.resolved[name]
        from .tree import copied, dig, nest

        if leaf is not None:
            value = self.resolved[leaf]
            inner = dig(value, self.path(leaf, name, value))
            return copied(self.sets.get(name, EMPTY) if inner is EMPTY else inner)
        if name in self.branches:
            return nest(self.resolved, self.separator, name, annotate_dict=False) or EMPTY
        return EMPTY

    def is_known(self, name: str) -> bool:
        """Return whether a source or a call has a name, or a leaf above it."""
        return any(
            known in self.defaults or known in self.used or known in self.calls
            for known in (name, *self.above(name))
        )

    def split(self, name: str) -> tuple[str, str]:
        """Return the scope that a name is set for, if any, and the name in it."""
        return split_scope(name, self.is_known, self.separator)

    def in_scope(self, scope: str) -> RankedValues:
        """Return the values that hold in a scope: those that are set for it win."""
        sets = [(name, *self.split(name)) for name in list(self.sets) if SCOPE in name]
        inner = [
            (plain, self.sets[name])
            for around in nested_scopes(scope)
            for name, own, plain in sets
            if own == around
        ]
        if not inner:
            return self
        from .changeset import Changeset

        changes = Changeset(self.copy(), {})
        for name, value in inner:
            changes.assign(name, value)
        changes.ranked.scope, changes.ranked.outside = scope, self
        return changes.ranked

    def check_scopes(self, names: Iterable[str]) -> None:
        """Check that what is set for scopes fits the other names."""
        for scope in {self.split(name)[0] for name in names if SCOPE in name}:
            self.in_scope(scope)

    def new_branches(self, values: Mapping[str, Any]) -> set[str] | None:
        """Return the names that become branches when `put` sets values; None if it cannot."""
        # Set operations on all names make set_values almost as fast as dict.update.
        names = values.keys()
        if not _SPECIAL.isdisjoint(map(type, values.values())):
            return None
        if not self.patches.keys().isdisjoint(names):
            return None
        known = names & self.resolved.keys()  # `-` would walk over all of `resolved`
        if len(known) == len(names):
            return set()
        new = names - known
        try:
            joined = "".join(new)
        except TypeError:  # a name that is not a string
            return None
        if SCOPE in joined:
            return None
        is_flat = self.separator not in joined
        above = set() if is_flat else {above for name in new for above in self.above(name)}
        is_free = new.isdisjoint(self.branches) and new.isdisjoint(above)
        return above if is_free and self.resolved.keys().isdisjoint(above) else None

    def put(self, values: dict[str, Any], branches: set[str]) -> None:
        """Set values, given the names that `new_branches` returned for them."""
        if branches:
            self.branches.update(branches)
        self.sets.update(values)
        self.resolved.update(values)
        self._drop_copies(values)

    def resolve(self, values: Mapping[str, Any]) -> None:
        """Store the values that win. Nobody may change a value after that."""
        self.resolved.update(values)
        self._drop_copies(values)
        if not MUTABLE.isdisjoint(map(type, values.values())):
            mutable = {name: value for name, value in values.items() if type(value) in MUTABLE}
            self.copies.update({name: (value, _copier(value)) for name, value in mutable.items()})

    def _drop_copies(self, values: Mapping[str, Any]) -> None:
        for name in self.copies.keys() & values.keys():
            del self.copies[name]

    def with_call(self, name: str, default: Any, site: CallSite) -> RankedValues:
        """Record a default of a call. Return new values if names change their places."""
        value = self.sets.get(name, default)
        patches = self.patches.get(name)
        if patches and isinstance(value, dict):
            value = self.patched(name, value, {patch: self.sets[patch] for patch in patches})
        elif patches or (
            name not in self.resolved and (name in self.branches or self.leaf_of(name) is not None)
        ):
            calls = {**self.calls, name: default}, {**self.call_sites, name: site}
            return self.rebuilt(calls=calls)
        if name not in self.resolved:
            self.branches.update(self.above(name))
        self.calls[name] = default
        self.call_sites[name] = site
        self.resolve({name: value})
        self.history.time += 1
        return self

    def patched(self, leaf: str, value: Any, patches: Mapping[str, Any]) -> Any:
        """Return the value of a leaf with patches applied."""
        from .tree import with_item

        for name, patch in patches.items():
            outer = value
            value = with_item(outer, self.path(leaf, name, outer), patch)
            if value is EMPTY:
                from .messages import not_a_dict

                raise not_a_dict(self, leaf, name, outer)
        return value


def owned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with copies of those that others can change."""
    if MUTABLE.isdisjoint(map(type, values.values())):
        return dict(values)
    from .tree import copied

    return {name: copied(value) for name, value in values.items()}


def _copier(value: list[Any] | dict[Any, Any] | set[Any]) -> Callable[[Any], Any]:
    """Return the fastest function that copies a value and the values inside it."""
    from .tree import copied

    items = value.values() if isinstance(value, dict) else value
    return type(value) if MUTABLE.isdisjoint(map(type, items)) else copied


def require_name(name: object) -> None:
    """Check that a name is a string."""
    if not isinstance(name, str):
        from .messages import invalid_name

        raise invalid_name(name)
