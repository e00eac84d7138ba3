"""What of a store can go to another process.

Owns which values are left behind; must not know how the others travel.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def portable(
    state: Mapping[str, Any], holds: Callable[[object], bool]
) -> tuple[dict[str, Any], list[str]]:
    """Leave out of the state of a store what cannot travel.

    Args:
        state: what `Store.state` returned.
        holds: tells whether a value can travel.

    Returns:
        The rest of the state, and the names that were set and stay behind.

    >>> from hpman.runtime.store import Store
    >>> store = Store()
    >>> store.set({"lr": 0.1, "act": len})
    >>> state, stays = portable(store.state(), lambda value: not callable(value))
    >>> state["sets"], stays
    ({'lr': 0.1}, ['act'])
    """
    stays = sorted(name for name, value in state["sets"].items() if not holds(value))
    calls = {name: value for name, value in state["calls"].items() if holds(value)}
    clock, batches = state["history"]
    return {
        "calls": calls,
        "sets": {name: value for name, value in state["sets"].items() if name not in stays},
        "places": {name: place for name, place in state["places"].items() if name in calls},
        "history": (clock, {place: _held(batch, holds) for place, batch in batches.items()}),
    }, stays


def _held(batch: tuple[dict[str, Any], Any], holds: Callable[[object], bool]) -> tuple[Any, Any]:
    """Keep of what one place has set the values that can travel."""
    values, times = batch
    kept = {name: value for name, value in values.items() if holds(value)}
    if not isinstance(times, int):
        times = {name: time for name, time in times.items() if name in kept}
    return kept, times
