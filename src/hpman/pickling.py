"""Copies of a manager: by `pickle`, for this process or another, and by `copy`.

Owns what of a manager a copy takes over; knows neither names nor ranks.
"""

from __future__ import annotations

from _thread import get_ident
from weakref import WeakValueDictionary

from .names import is_private
from .runtime.portable import (
    arrived,
    is_starting,
    packed_for_pickle,
    packed_for_worker,
    this_process,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol, TypeVar

    from .runtime.store import Store
    from .static.index import Index

    class Copied(Protocol):
        """A manager, as far as a copy takes it over."""

        placeholder: str
        separator: str
        _home: str | None
        _index: Index | None
        _store: Store

        def __init__(self, placeholder: str, separator: str) -> None:
            """Start without sources and without values."""

        def __setstate__(self, state: Any) -> None:
            """Adopt what another one knew."""

        def _take_index(self, index: Index, defaults: dict[str, Any]) -> None:
            """Take over what the sources say."""

    M = TypeVar("M", bound=Copied)
    State = tuple[object, "Index | None", Any, Any]

_packing: set[tuple[int, int]] = set()  # in which thread the values of which manager are packed
# The private managers that this worker was started with: each value of theirs arrives in a
# pickle of its own, and one that holds its manager has to meet it again.
_landed: WeakValueDictionary[object, Copied] = WeakValueDictionary()


def reduced(manager: Copied, base: type[Copied]) -> tuple[Any, ...]:
    """Return what `pickle` asks for: how to make a copy, and what it has to adopt.

    Args:
        manager: the manager.
        base: the class of managers; this one may be of a class below it.

    Raises:
        PicklingError: a value that was set cannot be pickled; it is named.
    """
    make = _maker(manager, base)
    packed = get_ident(), id(manager)
    if packed in _packing:  # by a value that holds the manager
        return make
    _packing.add(packed)
    try:
        pack = packed_for_worker if is_starting() else packed_for_pickle
        values = pack(manager._store.state())
    finally:
        _packing.discard(packed)
    state = this_process(), manager._index, values, _extras(manager, base)
    if _restores_itself(manager, base):
        return (*make, state, None, None, adopt_with_own)
    return (*make, state)


def _maker(manager: Copied, base: type[Copied]) -> tuple[Any, ...]:
    """Return how to make the copy of a manager that is pickled."""
    if manager._home is not None:
        return _at_home, (manager._home, manager.placeholder)
    blank = type(manager), base, manager.placeholder, manager.separator
    if is_starting():
        return _land, ((this_process(), id(manager)), *blank)
    return _blank, blank


def _at_home(module: str, placeholder: str) -> Any:
    """Return the manager of this process that a module gives for a placeholder."""
    return getattr(__import__(module, fromlist=[placeholder]), placeholder)


def _land(key: object, kind: type[M], base: type[Copied], *arguments: str) -> Copied:
    """Make the copy of a manager in a worker that is started with it, once."""
    manager = _landed.get(key)
    if manager is None:
        manager = _landed[key] = _blank(kind, base, *arguments)
    return manager


def _blank(kind: type[M], base: type[Copied], *arguments: str) -> M:
    """Make a manager of a class, whatever its own `__init__` asks for."""
    manager = object.__new__(kind)
    base.__init__(manager, *arguments)
    return manager


def twin(manager: M, base: type[Copied], memo: dict[int, Any] | None = None) -> M:
    """Copy a private manager; one of `hpman.m` is the only one of its name.

    Args:
        manager: the manager.
        base: the class of managers.
        memo: what has been copied already; the copy is a deep one if it is given.
    """
    if manager._home is not None:
        return manager
    copy = _blank(type(manager), base, manager.placeholder, manager.separator)
    state = manager._index, manager._store.state(), _extras(manager, base)
    if memo is not None:
        from copy import deepcopy

        memo[id(manager)] = copy
        state = deepcopy(state, memo)
    take = adopt_with_own if _restores_itself(manager, base) else adopt
    take(copy, (None, *state))
    return copy


def adopt(manager: Copied, state: State) -> None:
    """Adopt what a pickled or copied manager knew, unless it is this very one."""
    process, index, values, extras = state
    if manager._home is not None and process == this_process():
        return
    if manager._index is None and index is not None:
        manager._take_index(index, index.defaults(manager.placeholder)[0])
    manager._store.restore(arrived(values))
    for name, value in (extras or {}).items():
        object.__setattr__(manager, name, value)


def adopt_with_own(manager: Copied, state: State) -> None:
    """Adopt what a manager knew, whose class restores by itself what it adds."""
    *known, extras = state
    adopt(manager, (*known, None))
    manager.__setstate__(extras)


def _restores_itself(manager: Copied, base: type[Copied]) -> bool:
    """Tell whether the class of a manager has a `__setstate__` of its own."""
    return type(manager).__setstate__ is not base.__setstate__


def _extras(manager: Copied, base: type[Copied]) -> Any:
    """Return what the class of a manager adds to it."""
    give: Any = getattr(type(manager), "__getstate__", None)
    if give is not getattr(object, "__getstate__", None):  # which 3.10 has not
        return give(manager)
    found = dict(getattr(manager, "__dict__", ()))
    for name in _slots(type(manager), base):
        if hasattr(manager, name):
            found[name] = getattr(manager, name)
    return found


def _slots(kind: type, base: type) -> Iterator[str]:
    """Give the slots of the classes below the class of managers, as they are called inside."""
    for each in kind.__mro__[: kind.__mro__.index(base)]:
        slots = each.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            yield f"_{each.__name__.lstrip('_')}{name}" if is_private(name) else name
