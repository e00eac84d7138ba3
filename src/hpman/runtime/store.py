"""The store of the values that a manager reads and writes.

Owns the dicts that calls of the manager read, the lock, and the record of reads; must
not know files, syntax or occurrences.
"""

from __future__ import annotations

import os
import sys
from _contextvars import ContextVar
from _thread import RLock
from _weakref import ref

from ..errors import EMPTY, ImpossibleTree, NotLiteralEvaluable, UnknownNameWarning
from ..names import SCOPE, new_name, scoped_names
from .origin import UNKNOWN, History, Origin, call_site
from .precedence import MUTABLE, RankedValues, owned, require_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _weakref import ReferenceType
    from collections.abc import Callable, Mapping
    from typing import Any

    from .changeset import Changeset
    from .origin import CallSite, Origins
    from .precedence import OriginOf

CALLED, SET = 2, 3
_NOT_CACHED = EMPTY, None
_NO_VIEWS: Mapping[Store, View] = {}
# What the innermost block of each store sees, in this context.
VIEWS: ContextVar[Mapping[Store, View]] = ContextVar("hpman", default=_NO_VIEWS)
# One lock for all stores. Writes are short, and a fork waits for them. So no child process
# starts with an incomplete write, or with a lock that is never released.
_LOCK = RLock()
_at_fork = getattr(os, "register_at_fork", lambda **_: None)  # Windows has no fork
_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_LOCK.release)


class View:
    """The values that some contexts see.

    Attributes:
        is_over: whether the block has ended. Contexts that were copied in the block still
            see its values.
        scope: the scope in which the values hold.
    """

    __slots__ = ("__weakref__", "is_over", "outer", "ranked", "reads")
    scope: str = ""

    def __init__(self, ranked: RankedValues, reads: set[str], outer: View | None = None) -> None:
        self.ranked: RankedValues = ranked
        self.reads: set[str] = reads
        self.outer: View | None = outer
        self.is_over: bool = False

    @property
    def home(self) -> View:
        """The view whose values are written: this one, or that around a scope."""
        return self


class ScopeView(View):
    """What a context sees in a scope: the values of another view, and those for the scope."""

    __slots__ = ("_derived", "_home", "scope")

    def __init__(self, home: View, reads: set[str], outer: View | None, scope: str) -> None:
        self._home: View = home
        self.reads = reads
        self.outer = outer
        self.scope: str = scope
        self.is_over = False
        self._derived: tuple[RankedValues, int, RankedValues] | None = None

    @property
    def home(self) -> View:
        """The view whose values are written."""
        return self._home

    @property
    def ranked(self) -> RankedValues:  # type: ignore[override]
        """The values to read, derived again after each write."""
        ranked = self._home.ranked
        derived = self._derived
        if derived is None or derived[0] is not ranked or derived[1] != ranked.history.time:
            with _LOCK:
                ranked = self._home.ranked
                time = ranked.history.time
                derived = self._derived = ranked, time, ranked.in_scope(self.scope)
        return derived[2]


class Store:
    """The values of one manager.

    The value of a name is resolved when something is written. Readers and writers take the
    lock, so they never see an incomplete write. Only `cache` and `accepted` are read without it.
    A reader gets a copy of a list, dict or set.

    Attributes:
        cache: the value of each name that the program has read. None for those that a call
            must ask the store for: what needs a copy, and everything while a block is open.
        accepted: the latest run-time default of names in `cache`, with the value. Passing
            the same object again changes nothing. `EMPTY` for names whose value needs a copy.
        renamed: the new name of each old one.
        lock: held during each read and write; the same for all stores.
        views: what open blocks see.
    """

    __slots__ = (
        "_early_reads",
        "_enums",
        "_is_early",
        "_outside",
        "_received",
        "_seen",
        "_seen_in",
        "_warned",
        "accepted",
        "cache",
        "renamed",
        "separator",
        "views",
    )
    lock = _LOCK

    def __init__(self, separator: str = ".") -> None:
        if not isinstance(separator, str) or not separator:  # type: ignore[redundant-expr]
            from .messages import invalid_separator

            raise invalid_separator(separator)
        self.separator: str = separator
        self.cache: dict[str, Any] = {}
        self.accepted: dict[str, tuple[Any, Any]] = {}
        self.renamed: Mapping[str, str] = {}
        self.views: dict[ReferenceType[View], None] = {}  # the latest last
        self._seen: set[str] = set()  # names that were read outside of scopes
        self._seen_in: dict[str, set[str]] = {}  # names that were read in each scope
        self._outside = View(RankedValues(separator, History()), self._seen)
        self._received: Mapping[str, Any] = {}
        self._enums: set[str] = set()  # names whose calls give a member of an Enum
        self._warned: set[str] = set()  # names that the sources do not have
        self._early_reads: dict[str, tuple[Any, CallSite]] = {}
        self._is_early = True

    @property
    def view(self) -> View:
        """What the current context sees."""
        return VIEWS.get().get(self, self._outside) if self.views else self._outside

    @property
    def ranked(self) -> RankedValues:
        """The values of each rank that the current context sees."""
        view = VIEWS.get().get(self, self._outside) if self.views else self._outside
        return view.ranked

    def _block_views(self) -> list[View]:
        return [view for reference in list(self.views) if (view := reference())]

    def _all_homes(self) -> list[View]:
        """Return all views that are written, that outside of blocks first."""
        views = [self._outside, *self._block_views()]
        return [*dict.fromkeys(view.home for view in views)]

    def latest_view(self) -> View:
        """Return what the latest open block sees, in whichever context."""
        views = [self._outside, *self._block_views()]
        return [view for view in views if not view.is_over][-1]

    # Writing

    def adopt_defaults(
        self,
        defaults: Mapping[str, Any],
        origin_of: OriginOf | None = None,
        adopted: Callable[[], object] | None = None,
        scopes: frozenset[str] | None = None,
    ) -> None:
        """Replace the defaults of the sources: `EMPTY` for a name without one."""
        given = owned(defaults)
        used = frozenset(name for name, value in given.items() if value is EMPTY)
        for name in used:
            del given[name]
        with self.lock:
            views, sources = self._all_homes(), (given, used, origin_of, scopes)
            rebuilt = [view.ranked.rebuilt(sources=sources) for view in views]
            for view, ranked in zip(views, rebuilt, strict=True):
                view.ranked = ranked
            self._refresh()
            if adopted is not None:
                adopted()

    def accept(self, name: str, default: Any) -> Any:
        """Record a default given by a call, and return the value that wins."""
        if type(default) in MUTABLE:
            ranked = self.ranked if self.views else self._outside.ranked
            try:  # a literal is a new object at each call
                before, (value, copier) = ranked.calls[name], ranked.copies[name]
                is_same = type(before) is type(default) and before == default
            except Exception:  # noqa: BLE001 - elements may compare in any way, or not at all
                is_same = False  # the name is new, or is refused below
            if is_same:
                value = default if value is before else value
                return [*value] if copier is list else copier(value)  # the display is faster
            default = owned({name: default})[name]
        if sys.modules.get("torch") is not None:
            from .compiling import value_while_compiling

            value = value_while_compiling(self.view, name, default)
            if value is not EMPTY:
                return value
        require_name(name)
        if _is_member(default):
            self._enums.add(name)
        with self.lock:
            ranked = self.ranked
            if ranked.calls.get(name, EMPTY) is default and name not in ranked.patches:
                return self._cache_call(ranked, name, default)
            site = call_site()
            ranked = self._record_call(name, default, site)
            # If a dict has patches, the next call must notice a change inside it.
            if name in ranked.patches:
                return self._for_reader(ranked, name)
            value = self._cache_call(ranked, name, default)
            if self._is_early and name not in ranked.sets and site.runs_once:
                self._record_early(name, value, site)
            return value

    def _cache_call(self, ranked: RankedValues, name: str, default: Any) -> Any:
        value = self._for_reader(ranked, name)
        is_cached = self._cache_value(ranked, name)
        self.accepted[name] = (default, value) if is_cached else _NOT_CACHED
        return value

    def _record_early(self, name: str, value: Any, site: CallSite) -> None:
        for scoped in scoped_names(self.view.scope, name):
            self._early_reads.setdefault(scoped, (value, site))

    def _record_call(self, name: str, default: Any, site: CallSite) -> RankedValues:
        outside, here = self._outside.home.ranked, self.view.home
        here.ranked = here.ranked.with_call(name, default, site)
        for view in self._all_homes():
            if view is not here:
                try:
                    view.ranked = view.ranked.with_call(name, default, site)
                except ImpossibleTree:  # that view has a value that the name does not fit
                    continue
        if self._outside.home.ranked is not outside:
            self._refresh()
        if name in here.ranked.copies and name in self.cache:
            self.cache[name] = None
        return self.ranked

    def set(self, values: Mapping[str, Any], origins: Origins = UNKNOWN) -> None:
        """Set several values: all of them or none.

        A dict for a branch sets the names below it. A name below a leaf whose value is a
        dict sets one key and keeps the others.
        """
        _require_dict(values, "The values must be a dict, not {}.")
        given = dict(values)
        with self.lock:
            ranked = self.view.home.ranked
            if self.renamed:
                given = self.by_new_names(given, origins)
            branches = ranked.new_branches(given)
            if branches is None:
                from .changeset import Changeset

                self._commit(Changeset(ranked.copy(), owned(given)), origins)
                return
            self.warn_about_unknown(given, origins)
            ranked.put(given, branches)
            for name in self.accepted.keys() & given.keys():
                del self.accepted[name]  # first, so that no call sees a part of the write
            if not self.views:  # else all is None
                if given.keys() <= self.cache.keys() and not self._enums:
                    self.cache.update(given)
                else:
                    read = given.keys() & self.cache.keys()
                    changed = {n: None if n in self._enums else given[n] for n in read}
                    self.cache.update(changed)
            ranked.history.record(given, origins, ranked.above)

    def set_tree(self, tree: Mapping[str, Any], prefix: str = "", origin: Origin = UNKNOWN) -> None:
        """Set the values in nested dicts: all of them or none."""
        require_name(prefix)
        _require_dict(tree, "A tree must be a dict, not {}. Use set_value.")
        from .changeset import Changeset

        with self.lock:
            changes = Changeset(self.view.home.ranked.copy(), {})
            if self.renamed:
                changes.new_name = lambda name: next(iter(self.by_new_names({name: 0}, origin)))
            changes.spread(owned(tree), prefix or None)
            self._commit(changes, origin)

    def _commit(self, changes: Changeset, origins: Origins) -> None:
        ranked = changes.ranked
        ranked.check_scopes(changes.puts)
        self.warn_about_unknown(changes.puts, origins)
        self._publish(ranked)
        ranked.history.record(changes.puts, origins, ranked.above)

    def by_new_names(self, values: dict[str, Any], origins: Origins) -> dict[str, Any]:
        """Return values by new names. Warn once about each old name that a program sets."""
        if not _is_of_program(origins):
            return values
        renamed = {name: self._new_name(name) for name in values if type(name) is str}
        for name, new in renamed.items():
            if name != new and name not in self._warned:
                from .messages import old_name

                self._warn_once(name, old_name(name, new), origins)
        return {renamed.get(name, name): value for name, value in values.items()}

    def _new_name(self, name: str) -> str:
        if name not in self.renamed and self.ranked.is_known(name):
            return name  # its own slash does not make it an old name in a scope
        defaults = self.ranked.defaults
        return new_name(
            name, self.renamed, lambda new: type(defaults.get(new)) is dict, self.separator
        )

    def warn_about_unknown(self, values: Mapping[str, Any], origins: Origins) -> None:
        """Warn once about each name that a program sets and the parsed sources do not have."""
        ranked = self.ranked
        if not _is_of_program(origins):
            return  # whoever reads files and command lines has messages of its own
        if not (ranked.defaults or ranked.used):
            return
        if values.keys() <= ranked.defaults.keys():
            return
        for name in values:
            if name not in self._warned and not ranked.is_known(name):
                from .messages import unknown_name

                message = unknown_name(ranked, name)
                if message is not None:
                    self._warn_once(name, message, origins)

    def _warn_once(self, name: str, message: str, origin: Any) -> None:
        from warnings import warn_explicit

        self._warned.add(name)
        warn_explicit(message, UnknownNameWarning, origin.path, origin.line or 0)

    def _publish(self, ranked: RankedValues) -> None:
        self.view.home.ranked = ranked
        self._refresh()

    def _refresh(self) -> None:
        """Update the dicts that calls of the manager read."""
        ranked = self._outside.home.ranked
        self.accepted.clear()
        resolved, asked_for = ranked.resolved, ranked.copies.keys() | self._enums
        # This is one step, so a call that reads without the lock sees all of a write or nothing.
        self.cache.update(
            {
                name: None if self.views or name in asked_for else resolved.get(name)
                for name in self.cache
            }
        )

    # Reading

    def read(self, name: str) -> Any:
        """Return the value of a name for the program."""
        # First what the cache cannot hold, in few steps. A name that is not in it yet is noted
        # with the lock.
        try:
            if not self.views:
                copy = self._outside.ranked.copies.get(name)
                if copy is not None and name in self.cache:
                    value, copier = copy
                    return [*value] if copier is list else copier(value)
            if name in self.cache:
                view = self.view
                ranked = view.ranked
                copy = ranked.copies.get(name)
                if copy is not None:
                    view.reads.add(name)
                    return copy[1](copy[0])
                is_plain = not self._enums or (name not in self._enums and SCOPE not in name)
                value = ranked.resolved.get(name, EMPTY) if is_plain else EMPTY
                if value is None or (self.views and value is not EMPTY):
                    view.reads.add(name)
                    return value
        except TypeError:  # the name is not hashable
            require_name(name)
        with self.lock:
            value = self.find(name)
            if value is EMPTY:
                raise self._missing(name)
            return value

    def find(self, name: str) -> Any:
        """Return the value of a name for the program, else `EMPTY`."""
        require_name(name)
        with self.lock:
            ranked = self.ranked
            scope, plain = ranked.split(name)
            if scope and plain in self._enums & ranked.calls.keys():
                from .enums import as_member

                self.view.reads.add(name)
                return as_member((ranked.outside or ranked).in_scope(scope), plain)
            if name in ranked.resolved:
                value = self._for_reader(ranked, name)
                self._cache_value(ranked, name)
                return value
            value = ranked.value(name)
            if value is not EMPTY:
                self.view.reads.add(name)
            return value

    def _for_reader(self, ranked: RankedValues, name: str) -> Any:
        """Return the value of a leaf, or a copy that the reader may change."""
        self.view.reads.add(name)
        copy = ranked.copies.get(name)
        if copy is not None:
            value, copier = copy
            return copier(value)
        if name in self._enums and name in ranked.calls:
            from .enums import as_member

            ranked.resolved[name] = as_member(ranked, name)
        return ranked.resolved[name]

    def _cache_value(self, ranked: RankedValues, name: str) -> bool:
        """Let the next call with a name skip the store, if possible. Return whether it does."""
        is_cached = not self.views and name not in ranked.copies
        self.cache[name] = ranked.resolved[name] if is_cached else None
        return is_cached

    def get(self, name: str) -> Any:
        """Return the value of a name, else `EMPTY`. It does not count as read."""
        require_name(name)
        with self.lock:
            return self.ranked.value(name)

    def enter_scope(self, scope: str | None) -> ScopeView:
        """Return a view of a scope inside of the current one; None leaves all scopes."""
        outer = self.view
        path = outer.scope + SCOPE if scope and outer.scope else ""
        return self._scope_view(outer.home, outer, path + (scope or ""))

    def override_view(self, ranked: RankedValues, outer: View) -> View:
        """Return a view with values of its own, in the same scope as the one around it."""
        view = View(ranked, self._seen, outer)
        return self._scope_view(view, outer, outer.scope) if outer.scope else view

    def open(self, view: View) -> None:
        """Let calls of the manager look for the view of their context."""
        # A context that was copied in the block may keep the view after the block has ended.
        self.views[ref(view, self.views.pop)] = None
        self.accepted.clear()
        self.cache.update(dict.fromkeys(self.cache))

    def _scope_view(self, home: View, outer: View | None, scope: str) -> ScopeView:
        reads = self._seen_in.setdefault(scope, set()) if scope else self._seen
        return ScopeView(home, reads, outer, scope)

    def values(self) -> dict[str, Any]:
        """Return the value of each name that has one."""
        with self.lock:
            values = dict(self.ranked.resolved)
            copies = self.ranked.copies
            values.update({name: copier(value) for name, (value, copier) in copies.items()})
            return values

    def read_values(self) -> dict[str, Any]:
        """Return the value of each leaf that the program has read."""
        with self.lock:
            resolved = self.ranked.resolved
            return {name: resolved[name] for name in list(self._seen) if name in resolved}

    def tree(self, prefix: str = "", *, annotate_dict: bool = False) -> dict[str, Any]:
        """Return the values as nested dicts."""
        require_name(prefix)
        from .tree import annotated, copied, nest

        with self.lock:
            ranked = self.ranked
            if not prefix:
                return nest(ranked.resolved, self.separator, annotate_dict=annotate_dict)
            self.view.reads.add(prefix)
            value = EMPTY if ranked.leaf_of(prefix) is None else ranked.value(prefix)
            if value is EMPTY:
                return nest(ranked.resolved, self.separator, prefix, annotate_dict=annotate_dict)
            if isinstance(value, dict):
                nested: dict[str, Any] = annotated(value) if annotate_dict else copied(value)
                return nested
            from .messages import not_a_branch

            raise not_a_branch(ranked, prefix)

    def version(self) -> object:
        """Return a value that is equal as long as nothing is written."""
        return self.ranked, self.ranked.history.time

    def unused(self) -> list[str]:
        """Return the names that were set and never read by the program.

        Reading a branch reads the names below it, and reading a key reads its leaf.
        """
        with self.lock:
            ranked, read = self.ranked, set[str]()
            for here, names in {"": self._seen, **self._seen_in}.items():
                for name in list(names):
                    scope, plain = ranked.split(name)
                    read.update(scoped_names(scope or here, plain))
            touched = {above for name in read for above in ranked.above(name)} | read
            return [
                name
                for name in ranked.sets
                if name not in touched and read.isdisjoint(ranked.above(name))
            ]

    def stale_reads(self) -> dict[str, tuple[Any, str, int]]:
        """Return the defaults that module and class bodies read too early, with file and line.

        These are reads before the first call of this method, of names that were set later.
        A read is returned only once.
        """
        with self.lock:
            self._is_early = False
            ranked, reads = self.ranked, self._early_reads
            changed = {*ranked.sets, *ranked.patches}
            changed.update(above for name in ranked.sets for above in ranked.above(name))
            names = [name for name in reads if name in changed]
            stale = {name: reads.pop(name) for name in names}
        return {name: (value, site.path, site.line) for name, (value, site) in stale.items()}

    def rows(self) -> list[tuple[str, Any, int]]:
        """Return name, value and rank of each run-time default and each value that was set."""
        with self.lock:
            called = [(name, value, CALLED) for name, value in owned(self.ranked.calls).items()]
            return called + [(name, value, SET) for name, value in self._set_leaves().items()]

    def _set_leaves(self) -> dict[str, Any]:
        """Return each leaf that was set. If only a key of a dict was set, return the dict."""
        ranked = self.ranked
        leaves: dict[str, Any] = {}
        for name, value in ranked.sets.items():
            leaf = ranked.leaf_of(name)
            if leaf in ranked.patches and not isinstance(
                ranked.resolved[leaf], NotLiteralEvaluable
            ):
                leaves[leaf] = ranked.resolved[leaf]
            else:
                leaves[name] = value
        return owned(leaves)

    def require(self, name: str) -> None:
        """Check that a name has a value, or is used."""
        with self.lock:
            ranked = self.ranked
            if self.get(name) is EMPTY and ranked.split(name)[1] not in ranked.used:
                raise self._missing(name)

    def _missing(self, name: str) -> KeyError:
        from .messages import missing, read_by_old_name

        new = self._new_name(name)
        return missing(self.ranked, name) if new == name else read_by_old_name(name, new)

    # Another process

    def state(self, view: View | None = None) -> dict[str, Any]:
        """Return the run-time defaults and the values that were set, with their origins."""
        with self.lock:
            view = view or self.view
            ranked = view.home.ranked
            return {
                "scope": view.scope,
                "calls": dict(ranked.calls),
                "sets": dict(ranked.sets),
                "places": dict(ranked.call_sites),
                "history": ranked.history.state(),
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Adopt the state that `state` returned in another process.

        It overrides the values that were set here, name by name, and replaces those that were
        adopted before.
        """
        with self.lock:
            ranked, received = self.view.home.ranked, self._received
            own = {k: v for k, v in ranked.sets.items() if received.get(k, EMPTY) is not v}
            calls = (
                {**ranked.calls, **state["calls"]},
                {**ranked.call_sites, **state["places"]},
            )
            self._publish(ranked.rebuilt(calls=calls, sets={**own, **state["sets"]}))
            self._received = state["sets"]
            ranked.history.adopt(state["history"])
            outside, scope = self._outside.home, state["scope"]
            self._outside = self._scope_view(outside, None, scope) if scope else outside
            if scope:
                self.open(self._outside)


def _is_of_program(origins: Origins) -> bool:
    """Return whether values come from a setter or a block, at a known place."""
    return (
        isinstance(origins, Origin)
        and origins.kind in ("setter", "override")
        and origins.path is not None
    )


def _is_member(value: object) -> bool:
    """Return whether a value is a member of an Enum, without importing enum."""
    enum = sys.modules.get("enum")
    return enum is not None and isinstance(value, enum.Enum)


def _require_dict(values: object, message: str) -> None:
    if not hasattr(values, "keys"):
        from .messages import type_name

        raise TypeError(message.format(type_name(values)))
