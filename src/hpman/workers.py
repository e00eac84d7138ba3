"""Values for the processes that `multiprocessing` starts.

Owns how what a program has set reaches its workers, whoever starts them and
however; knows neither names nor ranks. No other process sees anything of it.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Protocol

    from .runtime.history import Call
    from .runtime.store import Store

    class Traveller(Protocol):
        """A manager, as far as it is asked for here."""

        placeholder: str
        _hot: dict[str, Any]
        _store: Store

        def __reduce__(self) -> tuple[Any, ...]:
            """Return how to find it in another process, and its state."""

        def __setstate__(self, state: Any) -> None:
            """Take over the state of another process."""


_PROCESS = "multiprocessing.process"
_CONFIG = "hpman"  # our key in what a process hands on to its children
_travellers: dict[str, Traveller] = {}


def announce(manager: Traveller) -> None:
    """Let the values of a manager reach every worker that is started from now on.

    A worker gets a copy of a dictionary of settings from the process that
    starts it, beside the function that it runs. Our entry in there packs the
    managers when a worker is started (spawn, forkserver), and unpacks them in
    the worker. A forked worker has them anyway.

    Args:
        manager: a manager of `hpman.m`; the other process has one of its name.
    """
    if not _travellers:
        if _PROCESS in sys.modules:
            _join(sys.modules[_PROCESS])
        else:
            sys.meta_path.insert(0, _Watch())
    _travellers[manager.placeholder] = manager


def _join(process: ModuleType) -> None:
    """Put our entry among the settings that this process hands on.

    A process object copies them when it is made; those that wait for their start have one.
    """
    for each in (process.current_process(), *getattr(process, "_dangling", ())):
        each._config[_CONFIG] = Luggage()


class Luggage:
    """Be pickled as the managers of this process, and unpickled into those of another."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pack what can travel, and warn of what cannot."""
        from .runtime.portable import packed_for_worker

        packed = []
        for manager in list(_travellers.values()):  # a thread may import one meanwhile
            find, arguments, (process, index, values, extras) = manager.__reduce__()
            state = process, index, packed_for_worker(values), extras
            packed.append((find, arguments, state))
        return _unpack, (packed,)


def _unpack(packed: Sequence[tuple[Callable[..., Traveller], tuple[Any, ...], Any]]) -> Luggage:
    """Take the values over in a worker."""
    for find, arguments, state in packed:
        manager = find(*arguments)
        before, places = dict(manager._hot), manager._store.state()["places"]
        manager.__setstate__(state)
        _warn_of_early_reads(before, places, manager._hot)
    return Luggage()


def _warn_of_early_reads(
    before: dict[str, Any], places: Mapping[str, Call], now: dict[str, Any]
) -> None:
    """Say which names were read while a worker was imported, where, and had another value then."""
    if not before:
        return
    from .runtime.fingerprint import fingerprint
    from .runtime.portable import warn

    for name, value in before.items():
        if name in now and fingerprint({name: value}) != fingerprint({name: now[name]}):
            warn(
                f"`{name}` was read while this worker imported the program, before the values of "
                "the process that started it were there, so that place got the default; read it "
                "inside a function that the worker runs",
                may_raise=False,
                place=places[name][:2] if name in places else None,
            )


class _Watch:
    """Wait for the first import of `multiprocessing.process`, then step aside (PEP 451)."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find no module but that one, and that one as everybody else does."""
        if name != _PROCESS:
            return None
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for finder in sys.meta_path:
            find_spec = getattr(finder, "find_spec", None)  # the oldest kind of finder has none
            spec: ModuleSpec | None = find_spec(name, path, target) if find_spec else None
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
                return spec
        return None


class _Loader:
    """Load a module as its own loader does, and join it then."""

    def __init__(self, loader: Any) -> None:
        """Keep the loader."""
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Make the module."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, give it its own loader back, and join."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _join(module)
