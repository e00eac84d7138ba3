"""Pickle the values of managers, and pack them for worker processes.

Owns which values another process gets; must not know precedence, or how workers start.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from .errors import EMPTY
from .runtime.origin import OUR_PACKAGES, frame_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .runtime.store import Store
    from .static.index import Index

    Values = dict[str, Any]  # what `Store.state` returns
    State = tuple[object, Index | None, Values, dict[str, Any]]

_PLAIN = frozenset([type(None), bool, int, float, complex, str, bytes, type(EMPTY)])
_BY_VALUE = frozenset(["cloudpickle", "dill", "loky"])  # they pickle functions by value
_STARTERS = ("multiprocessing", "concurrent", "threading", "runpy", "joblib", "torch")
_NOT_TO_BLAME = frozenset([*OUR_PACKAGES, "pickle", *_BY_VALUE, *_STARTERS])
_BIRTH = os.urandom(8)
_pickling: set[tuple[int, int]] = set()  # pairs of thread and store


def process_id() -> tuple[int, bytes]:
    """Return an id that no other process has. A process number is not enough in containers."""
    return os.getpid(), _BIRTH


def is_starting_worker() -> bool:
    """Return whether this thread is pickling something for a worker that it is starting."""
    context = sys.modules.get("multiprocessing.context")
    return context is not None and context.get_spawning_popen() is not None


def import_manager(module: str, placeholder: str) -> Any:
    """Return the manager of a placeholder from a module of this process."""
    return getattr(__import__(module, fromlist=[placeholder]), placeholder)


def picklable_state(store: Store) -> Values | None:
    """Return what `pickle` may send of a store; None if one of its values contains it."""
    key = get_ident(), id(store)
    if key in _pickling:
        return None
    _pickling.add(key)
    try:
        return _picklable(state_to_send(store))
    finally:
        _pickling.discard(key)


def state_to_send(store: Store) -> Values:
    """Return what another process gets: the values that the current context sees.

    Pools pickle tasks and start workers in threads of their own, which have no context of
    the program. There it is what the latest open block sees.
    """
    if store.views:
        module = str(frame_outside(_NOT_TO_BLAME).f_globals.get("__name__"))
        if module.partition(".")[0] in _NOT_TO_BLAME:
            return store.state(store.latest_view())
    return store.state()


def _map_values(
    values: Values, function: Callable[[Any], Any]
) -> tuple[Values, dict[str, Exception]]:
    """Call a function once on each value. Return the results, and the errors by name."""
    results: dict[int, Any] = {}
    errors: dict[int, Exception] = {}

    def mapped(originals: Mapping[str, Any]) -> dict[str, Any]:
        new = {}
        for name, value in originals.items():
            key = id(value)
            if type(value) not in _PLAIN and key not in results and key not in errors:
                try:
                    results[key] = function(value)
                except Exception as error:  # noqa: BLE001 - pickling runs the user's code
                    errors[key] = error
            if key not in errors:
                new[name] = results.get(key, value)
        return new

    sets, calls = mapped(values["sets"]), mapped(values["calls"])
    clock, batches = values["history"]
    history = [(time, place, mapped(batch)) for time, place, batch in batches]
    places = {name: place for name, place in values["places"].items() if name in calls}
    failed = {
        name: errors[id(value)] for name, value in values["sets"].items() if id(value) in errors
    }
    new = {"sets": sets, "calls": calls, "places": places, "history": (clock, history)}
    return {**values, **new}, failed


def _picklable(values: Values) -> Values:
    """Leave out the values that cannot be pickled.

    A default is given again by its call, and a replaced value is only history. If a value that
    was set cannot be pickled, a worker does without it; otherwise this is an error.
    """
    pickler, is_for_worker = _active_pickler()

    def check(value: Any) -> Any:
        from io import BytesIO

        pickler(BytesIO()).dump(value)
        return value

    picklable, errors = _map_values(values, check)
    if is_for_worker:
        _warn_about_unpicklable(errors)
    elif errors:
        from pickle import PicklingError

        names = ", ".join(f"`{name}` ({_one_line(error)})" for name, error in errors.items())
        raise PicklingError(
            f"Cannot pickle the manager with the values that were set for {names}. "
            "Set values that can be pickled, such as functions at the top level of a module."
        )
    return picklable


def _active_pickler() -> tuple[Callable[[Any], Any], bool]:
    """Return the class of the active pickler, and whether it pickles for a worker."""
    from pickle import Pickler

    module = frame_outside((*OUR_PACKAGES, "pickle")).f_globals
    name = module.get("__name__")
    parts = name.split(".") if isinstance(name, str) else []
    if not _BY_VALUE.isdisjoint(parts):
        return module.get("Pickler", Pickler), True
    if "multiprocessing" in parts:
        from multiprocessing.reduction import ForkingPickler

        return ForkingPickler, is_starting_worker()
    return Pickler, is_starting_worker()


class _Pickled(bytes):
    """A value in its own pickle, so that the others survive if it cannot be rebuilt."""


def pack_for_worker(values: Values) -> Values:
    """Pickle each value on its own."""
    from multiprocessing.reduction import ForkingPickler

    packed, errors = _map_values(values, lambda value: _Pickled(ForkingPickler.dumps(value)))
    _warn_about_unpicklable(errors)
    return packed


def unpack_in_worker(packed: Values) -> Values:
    """Unpickle what `pack_for_worker` returned."""
    from pickle import loads

    # `multiprocessing` unpickles everything else that it sends in the same way.
    values, errors = _map_values(packed, loads)
    for name, error in errors.items():
        warn(
            f"The value of `{name}` was sent to this worker but cannot be rebuilt "
            f"({_one_line(error)}). The worker uses the default. Define its type at the top "
            "level of a module, or set the value in the worker."
        )
    return values


def with_literals_only(values: Values) -> Values:
    """Leave out the values that are not literals."""
    return _map_values(values, _require_literal)[0]


def _require_literal(value: Any) -> Any:
    if type(value) is dict:
        _require_literal([*value, *value.values()])
    elif type(value) in (list, tuple, set, frozenset):
        for item in value:
            if type(item) not in _PLAIN:
                _require_literal(item)
    else:
        raise TypeError
    return value


def _warn_about_unpicklable(errors: Mapping[str, Exception]) -> None:
    for name, error in errors.items():
        warn(
            f"The value of `{name}` cannot be pickled ({_one_line(error)}). Workers that are "
            "started use the default. Set a literal, or set the value in the worker."
        )


def warn(message: str, place: tuple[str, int] | None = None) -> None:
    """Warn about a line: the given one, or the line of the program that starts the worker.

    This never raises an error: a worker that fails at its start would be restarted forever.
    """
    import warnings

    frame = frame_outside(_NOT_TO_BLAME)
    path, line = place or (frame.f_code.co_filename, frame.f_lineno)
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    try:
        warnings.warn_explicit(message, RuntimeWarning, path, line, registry=registry)
    except RuntimeWarning:
        warnings.showwarning(message, RuntimeWarning, path, line)


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
