"""Send the values of imported managers to the processes that `multiprocessing` starts.

Owns how the values reach a worker; must not know precedence. Other processes get no values.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
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

    Args:
        managers: the names of the module `hpman.m`.
    """
    process: Any = sys.modules["multiprocessing.process"]
    # A process object copies the settings when it is created, and some are not started yet.
    for waiting in (process.current_process(), *process._dangling):
        waiting._config["hpman"] = _Values(managers)


class _Values:
    """The values of all managers: pickled here, adopted by the managers of a worker."""

    def __init__(self, managers: Mapping[str, Any]) -> None:
        self._managers = managers

    def __reduce__(self) -> tuple[Any, ...]:
        from .names import is_dunder
        from .pickling import pack_for_worker, process_id

        packed = [
            (name, manager._index, pack_for_worker(manager._store.state()))
            for name, manager in list(
                self._managers.items()
            )  # another thread may import one meanwhile
            if not is_dunder(name)
        ]
        return _adopt, (process_id(), packed)


def _adopt(process: object, packed: Packed) -> _Values:
    from .pickling import adopt_state, import_manager, unpack_in_worker

    for name, index, values in packed:
        manager = import_manager("hpman.m", name)
        before, places = dict(manager._hot), manager._store.state()["places"]
        adopt_state(manager, (process, index, unpack_in_worker(values), {}))
        if before:
            _warn_about_stale_reads(manager, before, places)
    return _Values(vars(sys.modules["hpman.m"]) if packed else {})


def _warn_about_stale_reads(
    manager: HyperParameterManager, before: dict[str, Any], places: dict[str, CallSite]
) -> None:
    """Warn about values that the modules of a worker read before the sent values arrived."""
    from .pickling import warn
    from .runtime.fingerprint import fingerprint

    now = manager._hot
    for name, value in before.items():
        if name in now and fingerprint({name: value}) != fingerprint({name: now[name]}):
            warn(
                f"`{name}` was read while this worker imported the program, before the value "
                "arrived from the process that started it. This line got the default. Read it in "
                "a function that the worker runs.",
                (places[name].path, places[name].line) if name in places else None,
            )
