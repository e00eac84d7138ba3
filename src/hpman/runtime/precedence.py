"""The three ranks of values, and the one resolved value of each name.

Owns precedence, and which name is a leaf, a branch or a key inside a leaf;
must not know threads, what an origin is, or what the program has read.
"""

from __future__ import annotations

from ..errors import EMPTY, EmptyValue, NotLiteralEvaluable
from ..names import ancestors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from ..errors import ImpossibleTree
    from .changeset import Plan
    from .origin import Origin
    from .override_stack import Layer, Layers

    OriginOf = Callable[[str], Origin | None]


_ABSENT = frozenset((EmptyValue, NotLiteralEvaluable))  # they stand for values that are not there


class Ranks:
    """Hold the ranks, lowest first, and what they come to.

    Attributes:
        defaults: the default that the sources give each name.
        used: the names that the sources use and give no default.
        origin_of: tells where a default of the sources stands; never asked here.
        calls: the latest default that the running program gave each name.
        sets: what was set; a name in here that is not in `resolved` is a
            patch, a key inside the dictionary that a leaf above it holds.
        base: what was set for good; the same dictionary as long as there is no layer.
        layers: what each block sets for its length, the latest last.
        resolved: the value of each name.
        patches: the patches of each leaf that has some, oldest first.
        written: how often something was put here.
    """

    __slots__ = (
        "_branches",
        "_deferred",
        "_where",
        "base",
        "calls",
        "defaults",
        "layers",
        "origin_of",
        "patches",
        "resolved",
        "separator",
        "sets",
        "used",
        "written",
    )

    def __init__(self, separator: str, where: Callable[[Ranks, str], str]) -> None:
        """Start empty; `where` tells the place of a name for messages."""
        self.separator: str = separator
        self.defaults: dict[str, Any] = {}
        self.used: frozenset[str] = frozenset()
        self.origin_of: OriginOf | None = None
        self.calls: dict[str, Any] = {}
        self.sets: dict[str, Any] = {}
        self.base: dict[str, Any] = self.sets
        self.layers: Layers = {}
        self.resolved: dict[str, Any] = {}
        self.patches: dict[str, dict[str, None]] = {}
        self._branches: set[str] | None = None
        self._deferred: frozenset[str] | None = None
        self._where = where
        self.written: int = 0

    def rebuilt(
        self,
        *,
        calls: dict[str, Any] | None = None,
        sets: Mapping[str, Any] | None = None,
        layers: Layers | None = None,
    ) -> Ranks:
        """Return new ranks in which some are replaced, what was set being set again.

        Args:
            calls: the defaults that the program gave.
            sets: what was set for good.
            layers: what each block sets.

        Raises:
            ImpossibleTree: if the ranks do not fit each other.
        """
        calls = self.calls if calls is None else calls
        new = self.on(self.defaults, self.used, calls, self.origin_of)
        new._stack(self.base if sets is None else sets, self.layers if layers is None else layers)
        return new

    def parsed(
        self, defaults: dict[str, Any], used: frozenset[str], origin_of: OriginOf | None
    ) -> Ranks:
        """Return new ranks that stand on what a parse found.

        Raises:
            ImpossibleTree: if the ranks do not fit each other.
        """
        new = self.on(defaults, used, self.calls, origin_of)
        new._stack(self.base, self.layers)
        return new

    def on(
        self,
        defaults: dict[str, Any],
        used: frozenset[str],
        calls: dict[str, Any],
        origin_of: OriginOf | None,
    ) -> Ranks:
        """Return new ranks with these defaults, and nothing set yet."""
        new = Ranks(self.separator, self._where)
        new.defaults, new.used, new.origin_of = defaults, used, origin_of
        new.calls = dict(calls)
        new.resolved = {**defaults, **calls}
        new._check_calls()
        return new

    def copied(self) -> Ranks:
        """Return what these come to, to be changed apart from them and from their layers."""
        new = Ranks(self.separator, self._where)
        new.defaults, new.used, new.origin_of = self.defaults, self.used, self.origin_of
        new.calls, new.base = self.calls, self.base
        new.sets, new.resolved = dict(self.sets), dict(self.resolved)
        new.patches = dict(self.patches)
        new._branches = None if self._branches is None else set(self._branches)
        return new

    def _stack(self, base: Mapping[str, Any], layers: Layers) -> None:
        """Set what was set for good, and put layers on top of it."""
        self.put(base)
        if layers:
            self.sets = dict(self.base)
            self.layers = {layer: self.put(puts) for layer, puts in layers.items()}

    def put(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Set values, whatever they are; return what that came to."""
        branches = self.plain(values)
        if branches is None:
            plan = self.plan(values)
            self.commit(plan)
            return plan.puts
        puts = dict(values)
        self.put_plain(puts, branches)
        return puts

    @property
    def branches(self) -> set[str]:
        """The names that have leaves below them, found at the first question."""
        if self._branches is None:
            above: set[str] = set()
            for name in (*self.resolved, *self.used):
                above.update(self.above(name))
            self._branches = above
        return self._branches

    @property
    def deferred(self) -> frozenset[str]:
        """The names whose default in the sources only a run can give."""
        if self._deferred is None:
            self._deferred = frozenset(
                name
                for name, value in self.defaults.items()
                if isinstance(value, NotLiteralEvaluable)
            )
        return self._deferred

    def _check_calls(self) -> None:
        """Refuse a run-time default above or below another declared name.

        The names of the sources fit each other: whoever parsed them has seen to that.
        """
        if self.calls:
            for name in (*self.resolved, *self.used):
                for above in self.above(name):
                    if self.is_declared(above):
                        raise self.conflict(above, name)

    def is_declared(self, name: str) -> bool:
        """Tell whether the sources or a call give the name a default."""
        return name in self.defaults or name in self.calls

    def above(self, name: str) -> Iterable[str]:
        """Give the names above a name, the highest first; for most names there are none."""
        return ancestors(name, self.separator) if self.separator in name else ()

    def leaf_above(self, name: str) -> str | None:
        """Return the leaf with a value that stands above a name, or None."""
        return next((leaf for leaf in self.above(name) if leaf in self.resolved), None)

    def path(self, leaf: str, name: str, value: Any) -> list[str]:
        """Return the keys inside the value of a leaf that a name below it stands for."""
        from .tree import key_path

        return key_path(value, name[len(leaf) + len(self.separator) :], self.separator)

    def value(self, name: str) -> Any:
        """Return the value of a leaf, of a branch, or of a key inside a leaf, else `EMPTY`."""
        if name in self.resolved:
            return self.resolved[name]
        from .tree import dig, nest

        leaf = self.leaf_above(name)
        if leaf is not None:
            whole = self.resolved[leaf]
            value = dig(whole, self.path(leaf, name, whole))
            return self.sets.get(name, EMPTY) if value is EMPTY else value
        if name in self.branches:
            return nest(self.resolved, self.separator, name, annotate_dict=False) or EMPTY
        return EMPTY

    def plain(self, values: Mapping[str, Any]) -> set[str] | None:
        """Tell whether values can be set in one step: leaves that stand alone, known or new.

        It looks at all names at once and at none alone, since that is what
        keeps setting many values near the cost of updating a dictionary.

        Returns:
            The names that get leaves below them; None if this needs a plan.
        """
        names = values.keys()
        if not _ABSENT.isdisjoint(map(type, values.values())):
            return None
        if not (self.patches.keys().isdisjoint(names) and names.isdisjoint(self.deferred)):
            return None
        known = names & self.resolved.keys()  # no walk over all that is known, as `-` makes
        return set() if len(known) == len(names) else self._above_new(names - known)

    def put_plain(self, values: dict[str, Any], branches: set[str]) -> None:
        """Set plain values; done again, it changes nothing."""
        self.written += 1
        if branches:
            self.branches.update(branches)
        self.sets.update(values)
        self.resolved.update(values)
        self._hand_out(values)

    def _above_new(self, new: set[str]) -> set[str] | None:
        """Return the names above new ones, or None if these need a closer look."""
        separator = self.separator
        try:
            is_flat = separator not in "".join(new)
        except TypeError:  # a name that is no text
            return None
        above: set[str] = set()
        if not is_flat:
            if len(separator) > 1:  # where one ends depends on where the one before does
                return None
            above = {name.rpartition(separator)[0] for name in new if separator in name}
            above.update(*[self.above(name) for name in above])
        alone = new.isdisjoint(self.branches) and new.isdisjoint(above)
        return above if alone and self.resolved.keys().isdisjoint(above) else None

    def plan(self, values: Mapping[str, Any]) -> Plan:
        """Find out what setting these values would change.

        Raises:
            ImpossibleTree: if one of them does not fit the tree.
        """
        from .changeset import Plan

        plan = Plan(self)
        for name, value in values.items():
            plan.assign(name, value)
        return plan

    def commit(self, plan: Plan) -> None:
        """Carry a plan out; done again, it changes nothing.

        What readers see of it changes in one step.
        """
        self.written += 1
        for name in plan.dropped:
            self.sets.pop(name, None)
        self.sets.update(plan.puts)
        for leaf, patches in plan.patches.items():
            self.patches[leaf] = patches
            if not patches:
                del self.patches[leaf]
        self.branches.update(plan.branches)
        self.resolved.update(plan.effective)
        self._hand_out(plan.puts)

    def shares(self, puts: dict[str, Any]) -> Iterable[tuple[Layer | None, dict[str, Any]]]:
        """Split what one write sets by the layer that it belongs to; None is for good."""
        if not self.layers:
            return ((None, puts),)
        from .override_stack import shares

        return shares(puts, self.layers, self.above)

    def _hand_out(self, puts: dict[str, Any]) -> None:
        """Let each layer keep its share of what was set."""
        if self.layers:
            from .override_stack import hand_out

            hand_out(self.shares(puts), self.base, self.layers, self.above)

    def with_call(self, name: str, default: Any) -> tuple[Ranks, Any]:
        """Find out what a default that the program gives at run time comes to.

        Returns:
            These ranks, or new ones where names change their places in the tree;
            and the value.

        Raises:
            ImpossibleTree: if the name is a branch, or stands below a leaf.
        """
        value = self.sets.get(name, default)
        patches = self.patches.get(name, ())
        if patches and isinstance(value, dict):
            return self, self.with_patches(name, value, {each: self.sets[each] for each in patches})
        if name in self.resolved and not patches:
            return self, value
        above = (each in self.resolved for each in self.above(name))
        if patches or name in self.branches or any(above):
            new = self.rebuilt(calls={**self.calls, name: default})
            return new, new.resolved[name]
        return self, default

    def put_call(self, name: str, default: Any, value: Any) -> None:
        """Take what `with_call` found; done again, it changes nothing."""
        self.written += 1
        self.calls[name] = default
        if name not in self.resolved:
            self.branches.update(self.above(name))
        self.resolved[name] = value

    def with_patches(self, leaf: str, value: Any, patches: Mapping[str, Any]) -> Any:
        """Put patches on top of the value of a leaf."""
        from .tree import patched

        for name, patch in patches.items():
            base = value
            value = patched(base, self.path(leaf, name, base), patch)
            if value is EMPTY:
                raise self.blocked(leaf, name, base)
        return value

    def conflict(self, leaf: str, below: str) -> ImpossibleTree:
        """Make the error for a leaf that would have something below it."""
        from .messages import impossible

        return impossible(
            f"`{leaf}`{self._where(self, leaf)} is a hyperparameter, "
            f"and `{below}`{self._where(self, below)} makes it a group of them.",
            f"Rename one of the two: a name is a leaf or a branch, split at `{self.separator}`.",
            leaf,
        )

    def blocked(self, leaf: str, name: str, value: Any) -> ImpossibleTree:
        """Make the error for a key inside a leaf that holds no dictionary there."""
        from .messages import impossible, type_name

        at = leaf
        parts = iter(self.path(leaf, name, value))
        while isinstance(value, dict):
            part = next(parts)
            value = value[part]
            at = f"{at}{self.separator}{part}"
        return impossible(
            f"`{name}`{self._where(self, name)} cannot be set: "
            f"`{at}`{self._where(self, leaf)} holds {type_name(value)}, which has no keys.",
            f"Set `{at}` itself, or a name that is not below it.",
            name,
        )


def demand_name(name: object) -> None:
    """Refuse a name that is no text.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(name, str):
        from .messages import no_name

        raise no_name(name)


def demand_dict(values: object, what: str) -> None:
    """Refuse values that are no dictionary; `what` says what was wanted.

    Raises:
        TypeError: it is none.
    """
    if not hasattr(values, "keys"):
        from .messages import type_name

        raise TypeError(what.format(type_name(values)))
