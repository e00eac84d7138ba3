"""Values that are set for the duration of a `with` block.

Owns what a block restores; must not know where values come from.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from sys import is_finalizing

from ..errors import ImpossibleTree
from .changeset import Changeset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, TypeVar

    from .origin import Origin
    from .store import Store

    T = TypeVar("T")


class Block:
    """An open block: the names that it overrides, and what was set before.

    Args:
        store: where the values are set.
        names: the names that the block overrides, with all names below them.
    """

    __slots__ = ("_store", "names", "saved")

    def __init__(self, store: Store, names: set[str]) -> None:
        self._store = store
        self.names: set[str] = names
        sets = store.ranked.sets
        self.saved: dict[str, Any] = {n: v for n, v in sets.items() if self.overrides(n)}

    def overrides(self, name: str) -> bool:
        """Return whether the values of a name are dropped at the end of the block."""
        return name in self.names or not self.names.isdisjoint(self._store.ranked.above(name))


@contextmanager
def override(store: Store, values: Mapping[str, Any], origin: Origin, target: T) -> Iterator[T]:
    """Set values for a block, and restore what they override at its end.

    Other values that are set in the block stay. If blocks end out of order, the last one
    to end restores the values.

    Args:
        store: where the values are set.
        values: the values by name.
        origin: where they come from.
        target: the object that `as` binds.

    Raises:
        ImpossibleTree: if a name does not fit the others.
    """
    with store.lock:
        block = Block(store, set(values))
        store.history.begin_block()
        try:
            store.set(values, origin)
        except BaseException:
            store.history.end_block(len(store.blocks), block.overrides)
            raise
        store.blocks.append(block)
    try:
        yield target
    finally:
        if not is_finalizing():  # at the exit of Python, modules may be gone
            with store.lock:
                _end(store, block)


def _end(store: Store, block: Block) -> None:
    index = store.blocks.index(block)
    del store.blocks[index]
    store.history.end_block(index, block.overrides)
    if index < len(store.blocks):
        later = store.blocks[index]
        kept = {n: v for n, v in later.saved.items() if not block.overrides(n)}
        later.saved = {**kept, **block.saved}
        later.names |= block.names
        return
    sets = {
        name: value
        for name, value in store.ranked.sets.items()
        if name in block.saved or not block.overrides(name)
    }
    sets.update(block.saved)
    try:
        ranked = store.ranked.rebuilt(sets=sets)
    except ImpossibleTree:  # an old value no longer fits, after a call in the block
        ranked = store.ranked.rebuilt(sets={})
        for name, value in sets.items():
            with suppress(ImpossibleTree):
                ranked = Changeset(ranked.copy(), {name: value}).ranked
    store.publish(ranked)
