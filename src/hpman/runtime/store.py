"""The store of values: what the manager reads and writes.

Owns the lock, the dictionaries of the hot call, what has been read, and the
way to another process; must not know files, syntax or occurrences.
"""

from __future__ import annotations

import os
from _thread import RLock

from ..errors import EMPTY, ImpossibleTree
from .origin import UNKNOWN, Journal, call_site
from .ranks import Ranks, demand_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .origin import Event, Explanation, Origin, Origins
    from .override import Override

    OriginOf = Callable[[str], Origin | None]
    Saved = tuple[Mapping[str, Any], dict[str, Any], list[Event]]

CALLED, SET = 2, 3

# One lock for all stores: a write is short, and a fork can wait for it, so that
# no child starts with half of one or with a lock that nobody will release.
_WRITING = RLock()
_at_fork = getattr(os, "register_at_fork", lambda **_: None)  # Windows knows no fork
_at_fork(before=_WRITING.acquire, after_in_parent=_WRITING.release, after_in_child=_WRITING.release)


class Store:
    """Keep the values of one manager in three ranks, the highest one winning.

    What a name comes to is settled when something is written. Writers take a
    lock; `values` and the two dictionaries below are read without it.

    Args:
        separator: the text that separates the parts of a name.

    Attributes:
        hot: the value of each name that the program has read.
        accepted: the run-time default that was last given for a name in `hot`;
            a call that gives the same object again has nothing to tell.

    >>> store = Store()
    >>> store.adopt_defaults({"lr": 0.1, "opt": {"name": "adam", "eps": 1e-8}})
    >>> store.set({"lr": 0.5, "opt.name": "sgd"})
    >>> store.values()
    {'lr': 0.5, 'opt': {'name': 'sgd', 'eps': 1e-08}}
    """

    __slots__ = ("_journal", "_ranks", "_seen", "accepted", "hot", "separator")

    def __init__(self, separator: str = ".") -> None:
        """Start without any name."""
        if not isinstance(separator, str) or not separator:  # type: ignore[redundant-expr]
            from .complaints import no_separator

            raise no_separator(separator)
        self.separator: str = separator
        self.hot: dict[str, Any] = {}
        self.accepted: dict[str, Any] = {}
        self._journal = Journal()
        self._ranks = Ranks(separator, self._where)
        self._seen: set[str] = set()

    # Writing

    def adopt_defaults(
        self, defaults: Mapping[str, Any], origin_of: OriginOf | None = None
    ) -> None:
        """Replace the lowest rank by what a parse found.

        Args:
            defaults: the default of each name, `EMPTY` for one that has none.
            origin_of: returns the origin of a default, asked only when it is shown.

        Raises:
            ImpossibleTree: if a name does not fit one that was called or set.
        """
        known = dict(defaults)
        used = frozenset([name for name, value in known.items() if value is EMPTY])
        for name in used:
            del known[name]
        with _WRITING:
            before, self._journal.origin_of = self._journal.origin_of, origin_of
            try:
                self._publish(self._ranks.rebuilt(defaults=known, used=used))
            except ImpossibleTree:
                self._journal.origin_of = before
                raise

    def accept(self, name: str, default: Any) -> Any:
        """Record a default that the program gives at run time.

        Returns:
            The value: what was set, else this very default.

        Raises:
            ImpossibleTree: if the name does not fit the others.
        """
        demand_name(name)
        site = call_site()
        with _WRITING:
            ranks = self._ranks
            before = self._journal.called(name, site, written=len(ranks.sets))
            try:
                new = ranks.call(name, default)
            except ImpossibleTree:
                self._journal.uncall(name, before)
                raise
            if new is not ranks:
                self._publish(new)
            value = self.hot[name] = new.resolved[name]
            # A change inside a dictionary that patches lie on has to be seen next time.
            if name not in new.patches:
                self.accepted[name] = default
            return value

    def set(self, values: Mapping[str, Any], origins: Origins = UNKNOWN) -> None:
        """Set values, all or none of them.

        A dictionary for a branch sets what is below it; a name below a leaf
        that holds a dictionary sets that key and keeps the others.

        Args:
            values: the value of each name.
            origins: where all of them come from, or each.

        Raises:
            ImpossibleTree: if a name does not fit the others.
            TypeError: if a name is no text.
        """
        if not hasattr(values, "keys"):
            from .complaints import type_name

            raise TypeError(f"Give a dict of names and values, not {type_name(values)}.")
        given = dict(values)
        with _WRITING:
            ranks = self._ranks
            if ranks.set_plain(given):
                self._refresh(given)
            else:
                plan = ranks.plan(given)
                ranks.commit(plan)
                self._refresh(plan.effective)
                given = plan.puts
            self._journal.record(given, origins, ranks.above)

    def set_tree(self, tree: Mapping[str, Any], prefix: str = "", origin: Origin = UNKNOWN) -> None:
        """Set what stands in nested dictionaries, all or nothing.

        Args:
            tree: the dictionaries; one that holds the key `__is_dict__` is a value.
            prefix: the branch to set, the empty text for all.
            origin: where the values come from.

        Raises:
            ImpossibleTree: if a name does not fit the others, or a key is no text.
        """
        demand_name(prefix)
        if not hasattr(tree, "keys"):
            from .complaints import type_name

            raise TypeError(f"A tree is a dict, not {type_name(tree)}; use set_value.")
        with _WRITING:
            plan = self._ranks.plan({})
            plan.spread(dict(tree), prefix or None)
            self._ranks.commit(plan)
            self._refresh(plan.effective)
            self._journal.record(plan.puts, origin, self._ranks.above)

    def override(
        self, values: Mapping[str, Any], origin: Origin = UNKNOWN, target: object = None
    ) -> Override:
        """Return a context manager that sets values, binds a target, and takes the values back."""
        from .override import Override

        given = dict(values)
        return Override(lambda: self.begin(given, origin), self.end, target)

    def _refresh(self, changed: dict[str, Any]) -> None:
        """Bring the dictionary of the hot call up to date after a write.

        The common cases cost a few operations on whole dictionaries; the two
        dictionaries are never replaced, since the manager holds them too.
        """
        for name in self._ranks.patches.keys() & changed.keys():
            self.accepted.pop(name, None)
        hot = self.hot
        if changed.keys() <= hot.keys():
            hot.update(changed)
        elif len(changed) < len(hot):
            hot.update({name: value for name, value in changed.items() if name in hot})
        else:
            resolved = self._ranks.resolved
            hot.update({name: resolved[name] for name in hot})

    def _publish(self, ranks: Ranks) -> None:
        """Put new ranks in place of the old ones."""
        self._ranks = ranks
        gone = self.hot.keys() - ranks.resolved.keys()
        self._seen.update(gone)
        for name in (*gone, *ranks.patches):
            self.accepted.pop(name, None)
        for name in gone:
            del self.hot[name]
        self.hot.update({name: ranks.resolved[name] for name in self.hot})

    # Reading

    def read(self, name: str) -> Any:
        """Return the value of a name for the program, and remember that it was read.

        Raises:
            KeyError: if there is none; it names those that are near.
        """
        demand_name(name)
        with _WRITING:
            resolved = self._ranks.resolved
            if name in resolved:
                value = self.hot[name] = resolved[name]
                return value
            value = self._ranks.value(name)
            if value is EMPTY:
                raise self._missing(name)
            self._seen.add(name)
            return value

    def get(self, name: str) -> Any:
        """Return the value of a leaf, a branch (a dict) or a key inside a leaf, else `EMPTY`."""
        demand_name(name)
        with _WRITING:
            return self._ranks.value(name)

    def exists(self, name: str) -> bool:
        """Tell whether a name has a value."""
        return self.get(name) is not EMPTY

    def values(self) -> dict[str, Any]:
        """Return the value of every name that has one, as a flat dict of its own."""
        return dict(self._ranks.resolved)

    def tree(self, prefix: str = "", *, annotate_dict: bool = False) -> dict[str, Any]:
        """Return the values as nested dictionaries of their own.

        Args:
            prefix: the branch to show, the empty text for all.
            annotate_dict: whether to mark the dictionaries that are values with
                the key `__is_dict__`, which `set_tree` understands.

        Raises:
            ImpossibleTree: if the prefix is a leaf that holds no dictionary.
        """
        demand_name(prefix)
        from .tree import annotated, copied, nest

        with _WRITING:
            ranks = self._ranks
            if not prefix:
                return nest(ranks.resolved, self.separator, annotate_dict=annotate_dict)
            self._seen.add(prefix)
            is_leaf = prefix in ranks.resolved or ranks.leaf_above(prefix) is not None
            value = ranks.value(prefix) if is_leaf else EMPTY
            if value is EMPTY:
                return nest(ranks.resolved, self.separator, prefix, annotate_dict=annotate_dict)
            if isinstance(value, dict):
                shown: dict[str, Any] = annotated(value) if annotate_dict else copied(value)
                return shown
            from .complaints import impossible

            message = f"`{prefix}`{self._where(ranks, prefix)} is a leaf, not a tree."
            raise impossible(message, f'Use get_value("{prefix}").', prefix)

    def unused(self) -> list[str]:
        """List what was set and never read by the program, in the order of setting.

        Reading a branch reads what is below it, and reading a key inside a leaf
        reads the leaf.
        """
        with _WRITING:
            ranks = self._ranks
            read = {*self.hot, *self._seen}
            touched = {above for name in read for above in ranks.above(name)}
            return [
                name
                for name in ranks.sets
                if name not in read and name not in touched and read.isdisjoint(ranks.above(name))
            ]

    def rows(self) -> list[tuple[str, Any, int]]:
        """List name, value and rank of run-time defaults and set values, as first written."""
        with _WRITING:
            sets = [(name, value, SET) for name, value in self._ranks.whole_sets()]
            rows: list[tuple[str, Any, int]] = []
            done = 0
            for name, value in self._ranks.calls.items():
                written = max(done, self._journal.places[name][2])
                rows += [*sets[done:written], (name, value, CALLED)]
                done = written
            return rows + sets[done:]

    def explain(self, name: str) -> Explanation:
        """Return what gave a name its value and what overrode it, lowest first.

        Args:
            name: a leaf, a branch, or a key inside a leaf.

        Raises:
            KeyError: if the name is not known; it names those that are near.
        """
        demand_name(name)
        from .explanation import explain

        with _WRITING:
            if name not in self._ranks.used and self._ranks.value(name) is EMPTY:
                raise self._missing(name)
            return explain(self._journal, self._ranks, name)

    def _where(self, ranks: Ranks, name: str) -> str:
        """Show where a name was given its value, for a message."""
        from .explanation import where

        return where(self._journal, ranks, name)

    def _missing(self, name: str) -> KeyError:
        """Make the error for a name without a value."""
        from .complaints import missing

        ranks = self._ranks
        return KeyError(missing(name, {**ranks.resolved, **dict.fromkeys(ranks.used)}, ranks.used))

    # Another process

    def state(self) -> dict[str, Any]:
        """Return what was called and set, with origins, as plain data."""
        with _WRITING:
            return {
                "calls": dict(self._ranks.calls),
                "sets": dict(self._ranks.sets),
                "places": {name: self._journal.place(name) for name in self._journal.places},
                "history": self._journal.history.state(),
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; what was set here before is gone.

        Raises:
            ImpossibleTree: if a name does not fit those of this process.
        """
        with _WRITING:
            calls = {**self._ranks.calls, **state["calls"]}
            self._publish(self._ranks.rebuilt(calls=calls, sets=state["sets"]))
            self._journal.places.update(state["places"])
            self._journal.history.restore(state["history"])
            self.accepted.clear()

    def fingerprint(self) -> str:
        """Return a short hash of all values, the same in every process that agrees."""
        from .fingerprint import fingerprint

        return fingerprint(self.values())

    def begin(self, values: Mapping[str, Any], origin: Origin) -> Saved:
        """Set values, and return what `end` needs to take them back."""
        with _WRITING:
            events = self._journal.events_of(values, self.separator)
            saved = values, self._at_or_below(values), events
            self.set(values, origin)
            return saved

    def end(self, saved: Saved) -> None:
        """Take values back, with everything set since at or below their names."""
        values, sets, events = saved
        with _WRITING:
            now = self._at_or_below(values)
            kept = {k: v for k, v in self._ranks.sets.items() if k not in now}
            self._publish(self._ranks.rebuilt(sets={**kept, **sets}))
            history = self._journal.history
            history.cut(self._journal.events_of(values, self.separator))
            history.put_back(events)

    def _at_or_below(self, names: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was set at these names or below them."""
        starts = tuple(name + self.separator for name in names)
        return {
            name: value
            for name, value in self._ranks.sets.items()
            if name in names or name.startswith(starts)
        }
