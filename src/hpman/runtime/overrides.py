"""Values that are set for the length of a block.

Owns how ranks get a layer more or less, and the context manager, which leaves
nothing behind however it is interrupted; must not know threads or origins.
"""

from __future__ import annotations

import sys
from functools import partial
from weakref import ref

from ..errors import ImpossibleTree
from .override_stack import Layer
from .writing import WRITING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from .callsite import Place
    from .precedence import Ranks

    class Layered(Protocol):
        """A store, as far as it is asked for here."""

        def begin(self, layer: Layer, origin: Place) -> None:
            """Put a layer on top."""

        def end(self, layer: Layer) -> None:
            """Take a layer away; nothing happens if it is not there."""


class Override:
    """Set values for a block, and take them back after it, also on error."""

    __slots__ = ("__weakref__", "_given", "_layers", "_origin", "_store", "_target")

    def __init__(
        self, store: Layered, given: Mapping[str, Any], origin: Place, target: object = None
    ) -> None:
        """Keep what to do; nothing happens before the block.

        Args:
            store: what the values are set in.
            given: the values by name.
            origin: where they come from.
            target: what `as` binds.
        """
        self._store = store
        self._given = given
        self._origin = origin
        self._target = target
        self._layers: list[Layer] = []

    def __enter__(self) -> Any:
        """Set the values."""
        layer = Layer(self._given)
        # Python looks for signals around its calls of `__exit__` too: of a block that
        # is interrupted there nothing is left but this object, which then goes.
        layer.guard = ref(self, partial(_end, self._store, layer))
        try:
            with WRITING:  # as at the end: threads may share this object
                self._layers.append(layer)
                self._store.begin(layer, self._origin)
        except BaseException:
            self._leave(layer)
            raise
        return self._target

    def __exit__(self, *_error: object) -> None:
        """Take them back."""
        with WRITING:
            layer = self._layers[-1]
            try:
                self._leave(layer)
            except BaseException:
                self._leave(layer)
                raise

    def _leave(self, layer: Layer) -> None:
        """End one block; done again, it changes nothing."""
        with WRITING:
            _end(self._store, layer)
            self._layers[:] = [each for each in self._layers if each is not layer]


def _end(store: Layered, layer: Layer, _gone: object = None) -> None:
    """Take a layer away, and the guard that waits for its block to be lost."""
    layer.guard = None
    if not sys.is_finalizing():  # then nothing can be imported, and nobody reads values any more
        store.end(layer)


def layered(ranks: Ranks, layer: Layer) -> tuple[Ranks, dict[str, Any]]:
    """Put a layer on top.

    Returns:
        The new ranks, and the values that the layer changes.

    Raises:
        ImpossibleTree: if what the layer gives does not fit.
    """
    new = ranks.copied()
    plan = new.plan(layer.given)
    new.commit(plan)
    new.layers = {**ranks.layers, layer: plan.puts}
    return new, plan.effective


def without(ranks: Ranks, layer: Layer) -> Ranks:
    """Take a layer away, and with it what stood on it and does not fit any more."""
    layers = {each: puts for each, puts in ranks.layers.items() if each is not layer}
    try:
        return ranks.rebuilt(layers=layers)
    except ImpossibleTree:
        new = ranks.on(ranks.defaults, ranks.used, ranks.calls, ranks.origin_of)
        _fit(new, ranks.base)
        new.sets = dict(new.base)
        new.layers = {each: _fit(new, puts) for each, puts in layers.items()}
        return new


def _fit(ranks: Ranks, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set one value after the other if it fits; return what that came to."""
    puts: dict[str, Any] = {}
    for name, value in values.items():
        try:
            puts.update(ranks.put({name: value}))
        except ImpossibleTree:
            continue
    return puts
