"""Blocks with values of their own, and blocks in a scope.

Owns how a block begins and ends in a context (PEP 567); must not know where values come
from.
"""

from __future__ import annotations

from contextlib import contextmanager

from ..names import is_scope
from .changeset import Changeset
from .precedence import owned
from .store import VIEWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, TypeVar

    from .origin import Origin
    from .store import Store, View

    T = TypeVar("T")


@contextmanager
def override(store: Store, values: Mapping[str, Any], origin: Origin, target: T) -> Iterator[T]:
    """Give this context values of its own for a block, which start as the present ones.

    What is set in the block ends with it. Defaults, of sources and of calls, are shared
    by all contexts.
    """
    view = _begin(store, values, origin)
    try:
        yield target
    finally:
        _end(store, view)
        # The traceback of an error contains this frame. The view must not live as long.
        del view


@contextmanager
def scope(store: Store, name: str | None, target: T) -> Iterator[T]:
    """Let what is set for a scope hold for this context during a block."""
    is_valid = name is None or (isinstance(name, str) and is_scope(name, store.separator))  # type: ignore[redundant-expr]
    if not is_valid:
        from .messages import invalid_scope

        raise invalid_scope(name, store.separator)
    with store.lock:
        view = store.enter_scope(name)
        store.open(view)
        VIEWS.set({**VIEWS.get(), store: view})
    try:
        yield target
    finally:
        _end(store, view)
        del view  # see above


def _begin(store: Store, values: Mapping[str, Any], origin: Origin) -> View:
    with store.lock:
        outer = store.view
        values = store.by_new_names(owned(values), origin)
        changes = Changeset(outer.home.ranked.copy(), values)
        changes.ranked.check_scopes(changes.puts)
        store.warn_about_unknown(changes.puts, origin)
        ranked = changes.ranked
        ranked.history = ranked.history.copy()
        ranked.history.record(changes.puts, origin, ranked.above)
        view = store.override_view(ranked, outer)
        store.open(view)
        VIEWS.set({**VIEWS.get(), store: view})
        return view


def _end(store: Store, view: View) -> None:
    view.is_over = True
    views = {**VIEWS.get()}
    inner = views.pop(store, None)
    if inner is view:
        if view.outer is not None and view.outer.outer is not None:
            views[store] = view.outer
        VIEWS.set(views)
        return
    # A block inside of this one goes on, such as that of a suspended generator.
    while inner is not None and inner.outer is not view:
        inner = inner.outer
    if inner is not None:
        inner.outer = view.outer
