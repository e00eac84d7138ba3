"""The store of values: what the manager reads and writes.

Owns the dictionaries of the hot call, what has been read, and the way to
another process; must not know files, syntax or occurrences.
"""

from __future__ import annotations

from ..errors import EMPTY
from .callsite import call_site
from .history import UNKNOWN, Journal
from .precedence import Ranks, demand_dict, demand_name
from .writing import WRITING, carry_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .callsite import Place
    from .changeset import Plan
    from .history import Origins
    from .origin import Explanation
    from .override_stack import Layer
    from .overrides import Override
    from .precedence import OriginOf


class Store:
    """Keep the values of one manager in three ranks, the highest one winning.

    What a name comes to is settled when something is written. Writers and readers take a
    lock, so that nobody sees half of a write; only the two dictionaries below are read without
    it. A write that is interrupted is carried out to its end, or has not begun.

    Args:
        separator: the text that separates the parts of a name.

    Attributes:
        hot: the value of each name that the program has read.
        accepted: the latest run-time default of a name in `hot`; the same object tells nothing.
        lock: held while somebody reads or writes; the same one for all stores.

    >>> store = Store()
    >>> store.adopt_defaults({"lr": 0.1, "opt": {"name": "adam", "eps": 1e-8}})
    >>> store.set({"lr": 0.5, "opt.name": "sgd"})
    >>> store.values()
    {'lr': 0.5, 'opt': {'name': 'sgd', 'eps': 1e-08}}
    """

    __slots__ = ("_journal", "_ranks", "_received", "_seen", "accepted", "hot", "separator")
    lock = WRITING

    def __init__(self, separator: str = ".") -> None:
        """Start without any name."""
        if not isinstance(separator, str) or not separator:  # type: ignore[redundant-expr]
            from .messages import no_separator

            raise no_separator(separator)
        self.separator: str = separator
        self.hot: dict[str, Any] = {}
        self.accepted: dict[str, Any] = {}
        self._journal = Journal()
        self._ranks = Ranks(separator, self._where)
        self._received: Mapping[str, Any] = {}
        self._seen: set[str] = set()

    # Writing

    def adopt_defaults(
        self,
        defaults: Mapping[str, Any],
        origin_of: OriginOf | None = None,
        adopted: Callable[[], object] | None = None,
    ) -> None:
        """Replace the lowest rank by what a parse found.

        Args:
            defaults: the default of each name, `EMPTY` for one that has none.
            origin_of: returns the origin of a default, asked only when it is shown.
            adopted: called as a part of the write; perhaps twice, if it is interrupted.

        Raises:
            ImpossibleTree: if a name does not fit one that was called or set.
        """
        known = {name: value for name, value in defaults.items() if value is not EMPTY}
        used = frozenset(defaults.keys() - known.keys())
        with WRITING:
            new = self._ranks.parsed(known, used, origin_of)

            def write() -> None:
                self._publish(new)
                if adopted is not None:
                    adopted()

            carry_out(write)

    def accept(self, name: str, default: Any) -> Any:
        """Record a default that the program gives at run time.

        Returns:
            The value: what was set, else this very default.

        Raises:
            ImpossibleTree: if the name does not fit the others.
        """
        demand_name(name)
        site = call_site()
        with WRITING:
            ranks = self._ranks
            before = self._journal.called(name, site, written=len(ranks.sets))
            try:
                new, value = ranks.with_call(name, default)
            except BaseException:
                self._journal.uncall(name, before)
                raise
            carry_out(self._take_call, ranks, new, name, default, value)
            self._journal.called_early(name, site, unless_in=(new.sets, new.patches))
            return value

    def _take_call(self, old: Ranks, new: Ranks, name: str, default: Any, value: Any) -> None:
        """Take what a run-time default comes to."""
        new.put_call(name, default, value)
        if new is not old:
            self._publish(new)
        self.hot[name] = value
        # A change inside a dictionary that patches lie on has to be seen next time.
        if name not in new.patches:
            self.accepted[name] = default

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
        demand_dict(values, "Give a dict of names and values, not {}.")
        given = dict(values)
        with WRITING:
            ranks = self._ranks
            branches = ranks.plain(given)
            if branches is None:
                self._commit(ranks.plan(given), origins)
                return

            def write() -> None:
                ranks.put_plain(given, branches)
                self._refresh(given)
                self._note(given, origins)

            carry_out(write)

    def set_tree(self, tree: Mapping[str, Any], prefix: str = "", origin: Place = UNKNOWN) -> None:
        """Set what stands in nested dictionaries, all or nothing.

        Args:
            tree: the dictionaries; one that holds the key `__is_dict__` is a value.
            prefix: the branch to set, the empty text for all.
            origin: where the values come from.

        Raises:
            ImpossibleTree: if a name does not fit the others, or a key is no text.
        """
        demand_name(prefix)
        demand_dict(tree, "A tree is a dict, not {}; use set_value.")
        with WRITING:
            plan = self._ranks.plan({})
            plan.spread(dict(tree), prefix or None)
            self._commit(plan, origin)

    def _commit(self, plan: Plan, origins: Origins) -> None:
        """Carry out what a plan has found."""

        def write() -> None:
            self._ranks.commit(plan)
            self._refresh(plan.effective)
            self._note(plan.puts, origins)

        carry_out(write)

    def _note(self, puts: dict[str, Any], origins: Origins) -> None:
        """Note where what was set comes from, with the layer that it belongs to."""
        ranks = self._ranks
        for layer, share in ranks.shares(puts):
            history = None if layer is None else layer.history
            self._journal.record(share, origins, ranks.above, history)

    def override(
        self, values: Mapping[str, Any], origin: Place = UNKNOWN, target: object = None
    ) -> Override:
        """Return a context manager that sets values, binds a target, and takes the values back."""
        from .overrides import Override

        return Override(self, dict(values), origin, target)

    def begin(self, layer: Layer, origin: Place) -> None:
        """Put what a block overrides on top of all that is set.

        Raises:
            ImpossibleTree: if a name does not fit the others.
        """
        from .overrides import layered

        with WRITING:
            new, changed = layered(self._ranks, layer)
            self._journal.record(new.layers[layer], origin, new.above, layer.history)

            def write() -> None:
                self._ranks = new
                self._refresh(changed)

            carry_out(write)

    def end(self, layer: Layer) -> None:
        """Take a layer away; nothing happens if it is not there."""
        from .overrides import without

        with WRITING:
            if layer in self._ranks.layers:
                carry_out(self._publish, without(self._ranks, layer))

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
        with WRITING:
            resolved = self._ranks.resolved
            if name in resolved:
                value = self.hot[name] = resolved[name]
                return value
            value = self._ranks.value(name)
            if value is EMPTY:
                raise self._missing(name)
            self._seen.add(name)
            return value

    def find(self, name: str) -> Any:
        """Return the value of a name for the program as `read` does, else `EMPTY`."""
        with WRITING:
            return EMPTY if self.get(name) is EMPTY else self.read(name)

    def get(self, name: str) -> Any:
        """Return the value of a leaf, a branch (a dict) or a key inside a leaf, else `EMPTY`."""
        demand_name(name)
        with WRITING:
            return self._ranks.value(name)

    def values(self) -> dict[str, Any]:
        """Return the value of every name that has one, as a flat dict of its own."""
        with WRITING:
            return dict(self._ranks.resolved)

    def tree(self, prefix: str = "", *, annotate_dict: bool = False) -> dict[str, Any]:
        """Return the values below a prefix, or all, as nested dictionaries of their own.

        Raises:
            ImpossibleTree: if the prefix is a leaf that holds no dictionary.
        """
        demand_name(prefix)
        from .views import tree

        with WRITING:
            if prefix:
                self._seen.add(prefix)
            return tree(self._ranks, self._journal, prefix, annotate_dict=annotate_dict)

    def version(self) -> object:
        """Return what is equal as long as nothing is written."""
        return self._ranks, self._ranks.written

    def unused(self) -> list[str]:
        """List what was set and never read by the program, in the order of setting."""
        from .views import unused

        with WRITING:
            return unused(self._ranks, {*self.hot, *self._seen})

    def early_reads(self) -> dict[str, tuple[Any, str, int]]:
        """Return what code that runs once read until this is first called, and nothing has set."""
        with WRITING:
            names = self.hot.keys() - self._ranks.sets.keys() - self._ranks.patches.keys()
            places = self._journal.early_calls(names)
            return {name: (self.hot[name], *place) for name, place in places.items()}

    def rows(self) -> list[tuple[str, Any, int]]:
        """List name, value and rank of run-time defaults and set values, as first written."""
        from .views import rows

        with WRITING:
            return rows(self._ranks, self._journal)

    def explain(self, name: str) -> Explanation:
        """Return what gave a name its value and what overrode it, lowest first.

        Raises:
            KeyError: if the name is not known; it names those that are near.
        """
        demand_name(name)
        from .explanation import explain

        with WRITING:
            if name not in self._ranks.used and self._ranks.value(name) is EMPTY:
                raise self._missing(name)
            return explain(self._journal, self._ranks, name)

    def _where(self, ranks: Ranks, name: str) -> str:
        """Show where a name was given its value, for a message."""
        from .explanation import where

        return where(self._journal, ranks, name, self._ranks.layers)

    def _missing(self, name: str) -> KeyError:
        """Make the error for a name without a value."""
        from .views import missing

        return missing(self._ranks, name)

    # Another process

    def state(self) -> dict[str, Any]:
        """Return what was called and is set, with origins, as plain data."""
        from .views import state

        with WRITING:
            return state(self._ranks, self._journal)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned elsewhere.

        It wins name by name over what was set here for good. What came in the
        same way before, and does not come again, is gone.

        Raises:
            ImpossibleTree: if a name does not fit those of this process.
        """
        sets = state["sets"]
        with WRITING:
            ranks, old = self._ranks, self._received
            own = {k: v for k, v in ranks.base.items() if old.get(k, EMPTY) is not v}
            calls = {**ranks.calls, **state["calls"]}
            new = ranks.rebuilt(calls=calls, sets={**own, **sets})
            received = self._journal.received_with(state["history"])

            def write() -> None:
                self._publish(new)
                self._received = sets
                self._journal.places.update(state["places"])
                self._journal.received, self._journal.time = received
                self.accepted.clear()

            carry_out(write)

    def fingerprint(self) -> str:
        """Return a short hash of all values, the same in every process that agrees."""
        from .fingerprint import fingerprint

        return fingerprint(self.values())
