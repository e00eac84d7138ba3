"""Send the values of imported managers to the processes that `multiprocessing` starts.

Owns how the values reach a worker; must not know precedence. Other processes see nothing.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

    from .manager import HyperParameterManager
    from .runtime.origin import CallSite
    from .static.index import Index

_REDUCTION = "multiprocessing.reduction"
_managers: dict[str, HyperParameterManager] = {}


def announce(manager: HyperParameterManager) -> None:
    """Send the values of a manager of `hpman.m` to every worker that is started from now on.

    A worker gets a copy of a dictionary of settings from the process that starts it. Our
    entry packs the values when a worker is started (spawn, forkserver), and unpacks them in
    the worker. A forked worker has them anyway.
    """
    if not _managers:
        if _REDUCTION in sys.modules:
            _join(sys.modules["multiprocessing.process"])
        else:
            sys.meta_path.insert(0, _ImportWatch())
    _managers[manager.placeholder] = manager


def _join(process: ModuleType) -> None:
    """Add our entry to the settings of this process, and of those that wait to be started."""
    for waiting in (process.current_process(), *process._dangling):
        waiting._config["hpman"] = _Values()


class _ImportWatch:
    """Wait until `multiprocessing` is imported (PEP 451).

    It imports its module `reduction` right after `process`, and starts nothing before.
    """

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name == _REDUCTION:
            sys.meta_path.remove(self)
            _join(sys.modules["multiprocessing.process"])


class _Values:
    """The values of all managers: pickled here, adopted by the managers of a worker."""

    def __reduce__(self) -> tuple[Any, ...]:
        from .pickling import pack_for_worker, process_id

        packed = [
            (manager._home, name, manager._index, pack_for_worker(manager._store.state()))
            for name, manager in list(_managers.items())  # a thread may import another one
        ]
        return _adopt, (process_id(), packed)


def _adopt(
    process: object, packed: Sequence[tuple[str, str, Index | None, dict[str, Any]]]
) -> _Values:
    from .pickling import adopt_state, import_manager, unpack_in_worker

    for module, name, index, values in packed:
        manager = import_manager(module, name)
        before, places = dict(manager._hot), manager._store.state()["places"]
        adopt_state(manager, (process, index, unpack_in_worker(values), {}))
        if before:
            _warn_about_stale_reads(manager, before, places)
    return _Values()


def _warn_about_stale_reads(
    manager: HyperParameterManager, before: dict[str, Any], places: dict[str, CallSite]
) -> None:
    """Warn of values that the modules of a worker read before the right ones arrived."""
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
