"""Send the values of imported managers to the processes that `multiprocessing` starts.

Owns how the values reach a worker; must not know precedence. Other processes get no values.
"""

from __future__ import annotations

import sys
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .manager import HyperParameterManager
    from .runtime.origin import CallSite
    from .static.index import Index

    Packed = list[tuple[str, Index | None, dict[str, Any]]]


def send_values(managers: Mapping[str, Any]) -> None:
    """Send the values of managers to every worker that is started from now on.

    A worker gets a copy of a settings dictionary from the process that starts it. An entry of
    ours in it packs the values when a worker is started (spawn, forkserver), and unpacks them
    in the worker. A forked worker has them anyway.
    """
    process: Any = sys.modules["multiprocessing.process"]
    # A process object copies the settings when it is created, and some are not started yet.
    for waiting in (process.current_process(), *process._dangling):
        waiting._config["hpman"] = _Values(managers)


def send_early(managers: Mapping[str, Any]) -> None:
    """Send literals to every worker before it imports the program, which may read them.

    Other values may need a type of the program, so they arrive after it. A worker prepares
    itself with a dictionary first. It ignores our entry, which adopts the values when it
    is unpickled.
    """
    from multiprocessing import spawn

    prepare = spawn.get_preparation_data
    if getattr(prepare, "func", None) is not _prepare:
        spawn.get_preparation_data = partial(_prepare, prepare, _EarlyValues(managers))


def _prepare(prepare: Callable[[str], dict[str, Any]], values: object, name: str) -> dict[str, Any]:
    return {**prepare(name), "hpman": values}


class _EarlyValues:
    """The literals among the values of all managers, private ones of `hpman run` included."""

    def __init__(self, managers: Mapping[str, Any]) -> None:
        self._managers = managers

    def __reduce__(self) -> tuple[Any, ...]:
        from .manager import PRESETS
        from .pickling import process_id, with_literals_only

        presets = {name: with_literals_only(values) for name, values in PRESETS.items()}
        return _adopt_early, (process_id(), _packed(self._managers, with_literals_only), presets)


def _adopt_early(process: object, packed: Packed, presets: Mapping[str, dict[str, Any]]) -> None:
    from .manager import PRESETS
    from .pickling import import_manager

    PRESETS.update(presets)
    for name, index, values in packed:
        import_manager("hpman.m", name).__setstate__((process, index, values, {}))


def _packed(
    managers: Mapping[str, Any], pack: Callable[[dict[str, Any]], dict[str, Any]]
) -> Packed:
    from .manager import inside
    from .names import is_dunder
    from .pickling import state_to_send

    packed = []
    for name, manager in list(managers.items()):  # another thread may import one
        if not is_dunder(name):
            index, store = inside(manager)
            packed.append((name, index, pack(state_to_send(store))))
    return packed


class _Values:
    """The values of all managers: pickled here, adopted by the managers of a worker."""

    def __init__(self, managers: Mapping[str, Any]) -> None:
        self._managers = managers

    def __reduce__(self) -> tuple[Any, ...]:
        from .pickling import pack_for_worker, process_id

        return _adopt, (process_id(), _packed(self._managers, pack_for_worker))


def _adopt(process: object, packed: Packed) -> _Values:
    from .manager import inside
    from .pickling import import_manager, unpack_in_worker

    for name, index, values in packed:
        manager = import_manager("hpman.m", name)
        store = inside(manager)[1]
        before, places = store.read_values(), store.state()["places"]
        manager.__setstate__((process, index, unpack_in_worker(values), {}))
        if before:
            _warn_about_stale_reads(manager, before, places)
    return _Values(vars(sys.modules["hpman.m"]) if packed else {})


def _warn_about_stale_reads(
    manager: HyperParameterManager, before: dict[str, Any], places: dict[str, CallSite]
) -> None:
    """Warn about values that the modules of a worker read before the sent values arrived."""
    from .pickling import warn
    from .runtime.fingerprint import fingerprint

    now = manager.get_values()
    for name, value in before.items():
        if name in now and fingerprint({name: value}) != fingerprint({name: now[name]}):
            warn(
                f"`{name}` was read while this worker imported the program, before the value "
                "arrived from the process that started it. This line got the default. Read it in "
                "a function that the worker runs.",
                (places[name].path, places[name].line) if name in places else None,
            )
