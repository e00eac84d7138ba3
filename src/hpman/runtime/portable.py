"""What of a store can go to another process.

Owns how each value is packed for a worker, which are left behind, and what wins
where it arrives; must not know who starts one.
"""

from __future__ import annotations

import os
import sys

from ..errors import EMPTY, ImpossibleTree
from .callsite import OURS, frame_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sized
    from typing import Any

    from .precedence import Ranks

_PLAIN = frozenset([type(None), bool, int, float, complex, str, bytes, type(EMPTY)])
_STARTERS = ("multiprocessing", "concurrent", "threading", "runpy", "joblib", "torch")
_MACHINERY = frozenset([*OURS, "pickle", "cloudpickle", *_STARTERS])
_BY_VALUE = frozenset(["cloudpickle", "dill", "loky"])
_BIRTH = os.urandom(8)  # containers start anew with the same few process ids


def this_process() -> tuple[int, bytes]:
    """Tell this process from every other one, forked from it or on another machine."""
    return os.getpid(), _BIRTH


def is_starting() -> bool:
    """Tell whether this thread is about to start a worker of multiprocessing.

    What is pickled meanwhile goes to that worker and to nobody else.
    """
    context = sys.modules.get("multiprocessing.context")
    return context is not None and context.get_spawning_popen() is not None


def portable(
    state: Mapping[str, Any], pack: Callable[[Any], Any]
) -> tuple[dict[str, Any], list[str]]:
    """Put in the state of a store what travels in place of each value.

    Args:
        state: what `Store.state` returned.
        pack: returns what travels, `EMPTY` for what stays behind.

    Returns:
        The state, and the names that were set and stay behind.

    >>> from hpman.runtime.store import Store
    >>> store = Store()
    >>> store.set({"lr": 0.1, "act": len})
    >>> state, stays = portable(store.state(), lambda value: EMPTY if callable(value) else value)
    >>> state["sets"], stays
    ({'lr': 0.1}, ['act'])
    """
    sets, calls = _packed(state["sets"], pack), _packed(state["calls"], pack)
    clock, batches = state["history"]
    return {
        "calls": calls,
        "sets": sets,
        "places": {name: place for name, place in state["places"].items() if name in calls},
        "history": (clock, {place: _batch(batch, pack) for place, batch in batches.items()}),
    }, [name for name in state["sets"] if name not in sets]


def _packed(values: Mapping[str, Any], pack: Callable[[Any], Any]) -> dict[str, Any]:
    """Pack values, and leave out those that stay."""
    packed = {name: pack(value) for name, value in values.items()}
    return {name: value for name, value in packed.items() if value is not EMPTY}


def _batch(batch: tuple[dict[str, Any], Any], pack: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Pack what one place has set."""
    values, times = batch
    kept = _packed(values, pack)
    if not isinstance(times, int):
        times = {name: time for name, time in times.items() if name in kept}
    return kept, times


class Parcel:
    """Carry one value in a pickle of its own: if it fails to arrive, the others do not."""

    __slots__ = ("pickled",)

    def __init__(self, pickled: bytes) -> None:
        """Keep the pickle."""
        self.pickled: bytes = pickled

    def __reduce__(self) -> tuple[Callable[[bytes], Any], tuple[bytes]]:
        """Become the value itself on arrival."""
        return _opened, (self.pickled,)

    def opened(self) -> Any:
        """Return the value, or what stands for one that could not be built here."""
        from pickle import loads

        try:
            return loads(self.pickled)  # noqa: S301 - multiprocessing unpickles what is around it
        except Exception as error:  # noqa: BLE001 - building a value runs the user's code
            return Lost(error)


def _opened(pickled: bytes) -> Any:
    """Open a parcel that has arrived."""
    return Parcel(pickled).opened()


class Lost:
    """Stand for a value that could not be built in this process.

    Attributes:
        reason: what happened, in one line.
    """

    __slots__ = ("reason",)

    def __init__(self, error: Exception) -> None:
        """Keep what happened."""
        self.reason: str = _shown(error)


def packed_for_worker(state: Mapping[str, Any]) -> dict[str, Any]:
    """Pack the state of a store for a worker, and warn of what cannot be pickled.

    Args:
        state: what `Store.state` returned, packed before or not.

    Warns:
        RuntimeWarning: for each name whose value stays behind.
    """
    from multiprocessing.reduction import ForkingPickler

    packs: dict[int, Any] = {}  # a value may be set, called and remembered, and is pickled once
    reasons: dict[int, str] = {}

    def pack(value: Any) -> Any:
        if type(value) in _PLAIN or type(value) is Parcel:
            return value
        key = id(value)
        if key not in packs:
            try:
                packs[key] = Parcel(bytes(ForkingPickler.dumps(value)))
            except Exception as error:  # noqa: BLE001 - pickling a value runs the user's code
                packs[key], reasons[key] = EMPTY, _shown(error)
        return packs[key]

    packed, stays = portable(state, pack)
    for name in stays:
        reason = reasons[id(state["sets"][name])]
        warn(
            f"the value of `{name}` cannot be pickled ({reason}), so a worker that is started "
            "does not get it and uses the default; set a literal, or set it in the worker",
            may_raise=_is_main_thread(),
        )
    return packed


def packed_for_pickle(state: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of the state of a store what cannot be pickled and is not missed.

    A default that a call gave is given again by the call, and what was
    overridden is only told in explanations. Each value is tried with the
    pickler that asks; one that pickles functions by value is left alone.

    Args:
        state: what `Store.state` returned.

    Raises:
        PicklingError: a value that was set cannot be pickled; it is named.
    """
    pickler = _asking_pickler()
    if pickler is None:
        return dict(state)
    reasons: dict[int, Exception | None] = {}

    def pack(value: Any) -> Any:
        if type(value) in _PLAIN:
            return value
        key = id(value)
        if key not in reasons:
            reasons[key] = _obstacle(pickler, value)
        return value if reasons[key] is None else EMPTY

    packed, stays = portable(state, pack)
    if stays:
        from pickle import PicklingError

        told = [(name, reasons[id(state["sets"][name])]) for name in stays]
        shown = [f"`{name}` ({_shown(reason)})" for name, reason in told if reason]
        raise PicklingError(
            f"the manager cannot be pickled with the value that was set for {', '.join(shown)}; "
            "set one that can be pickled, as a function at the top of a module"
        )
    return packed


def _obstacle(pickler: Callable[[Any], Any], value: object) -> Exception | None:
    """Return what stands in the way of pickling a value, if anything does."""
    try:
        pickler(_Nowhere()).dump(value)
    except Exception as error:  # noqa: BLE001 - pickling a value runs the user's code
        return error
    return None


class _Nowhere:
    """Be a file that keeps nothing."""

    __slots__ = ()

    def write(self, data: Sized) -> int:
        """Take data, and drop it."""
        return len(data)


def _asking_pickler() -> Callable[[Any], Any] | None:
    """Return the kind of pickler that asks, None for one that pickles functions by value."""
    name = frame_outside((*OURS, "pickle")).f_globals.get("__name__")
    parts = name.split(".") if isinstance(name, str) else []
    if not _BY_VALUE.isdisjoint(parts):
        return None
    if "multiprocessing" in parts:
        from multiprocessing.reduction import ForkingPickler

        return ForkingPickler
    from pickle import Pickler

    return Pickler


def arrived(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has arrived of a state, and warn of what has not.

    Warns:
        RuntimeWarning: for each name whose value could not be built here.
    """
    # A copy that is made while a worker is started meets parcels before they are pickled.
    state, _ = portable(state, lambda each: each.opened() if type(each) is Parcel else each)
    whole, lost = portable(state, lambda value: EMPTY if type(value) is Lost else value)
    for name in lost:
        warn(
            f"the value of `{name}` was sent to this worker but cannot be built here "
            f"({state['sets'][name].reason}), so the worker uses the default; define its type "
            "at the top of a module, or set the value in the worker",
            may_raise=False,
        )
    return whole


def joined(
    ranks: Ranks, calls: dict[str, Any], own: Mapping[str, Any], others: Mapping[str, Any]
) -> Ranks:
    """Let what others have set win over what was set here, name by name.

    Args:
        ranks: the ranks to start from.
        calls: the defaults that any program has given.
        own: what was set here.
        others: what others have set.

    Raises:
        ImpossibleTree: if what others have set does not fit.
    """
    kept = {name: value for name, value in own.items() if name not in others}
    try:
        return ranks.rebuilt(calls=calls, sets={**kept, **others})
    except ImpossibleTree:
        apart = dict(_apart(ranks, kept, others))
        return ranks.rebuilt(calls=calls, sets={**apart, **others})


def _apart(
    ranks: Ranks, own: Mapping[str, Any], others: Mapping[str, Any]
) -> Iterable[tuple[str, Any]]:
    """Give what was set here neither above nor below a name that others have set."""
    over = {above for name in others for above in ranks.above(name)}
    for name, value in own.items():
        if name not in over and others.keys().isdisjoint(ranks.above(name)):
            yield name, value


def warn(message: str, *, may_raise: bool, place: tuple[str, int] | None = None) -> None:
    """Warn at a place, or at the nearest line that is neither ours nor of what starts workers.

    Args:
        message: what to say.
        may_raise: whether a warning that is an error (`-W error`) may be
            raised; if not, it is written where warnings go. A worker that ends
            while it starts is started again by its pool, for ever, and a thread
            of a pool that ends leaves the pool waiting.
        place: file and line that are to blame, where they are known.
    """
    import warnings

    frame = frame_outside(_MACHINERY)
    path, line = place or (frame.f_code.co_filename, frame.f_lineno)
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    try:
        warnings.warn_explicit(message, RuntimeWarning, path, line, registry=registry)
    except RuntimeWarning:
        if may_raise:
            raise
        warnings.showwarning(message, RuntimeWarning, path, line)


def _is_main_thread() -> bool:
    """Tell whether an exception here ends up with the program."""
    from threading import current_thread, main_thread

    return current_thread() is main_thread()


def _shown(error: Exception) -> str:
    """Show an exception on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())
