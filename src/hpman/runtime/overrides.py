"""Blocks with values of their own.

Owns how a block begins and ends in a context (PEP 567); must not know where values come
from.
"""

from __future__ import annotations

from contextlib import contextmanager
from weakref import ref

from .changeset import Changeset
from .precedence import owned
from .store import VIEWS, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, TypeVar

    from .origin import Origin
    from .store import Store

    T = TypeVar("T")


@contextmanager
def override(store: Store, values: Mapping[str, Any], origin: Origin, target: T) -> Iterator[T]:
    """Give this context values of its own for a block, which start as the present ones.

    What is set in the block ends with it. Defaults, of sources and of calls, are shared
    by all contexts.

    Args:
        store: where the values are set.
        values: the values to set at the beginning, by name.
        origin: where they come from.
        target: the object that `as` binds.

    Raises:
        ImpossibleTree: if a name does not fit the others.
    """
    view = _begin(store, values, origin)
    try:
        yield target
    finally:
        _end(store, view)
        # The traceback of an error contains this frame. The view must not live as long.
        del view


def _begin(store: Store, values: Mapping[str, Any], origin: Origin) -> View:
    with store.lock:
        outer = store.view
        values = store.by_new_names(owned(values), origin)
        changes = Changeset(outer.ranked.copy(), values)
        store.warn_about_unknown(changes.puts, origin)
        ranked = changes.ranked
        ranked.history = ranked.history.copy()
        ranked.history.record(changes.puts, origin, ranked.above)
        view = View(ranked, outer)
        # A context that was copied in the block may keep the view after the block has ended.
        store.views[ref(view, store.views.pop)] = None
        store.cool(store.hot.keys())
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
