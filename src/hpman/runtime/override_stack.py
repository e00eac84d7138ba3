"""What is set for the length of a block, on top of what is set for good.

Owns which layer a write belongs to, and what a layer keeps; must not know
where values come from, nor when a block begins or ends.
"""

from __future__ import annotations

from .history import History

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    Above = Callable[[str], Iterable[str]]
    Layers = dict["Layer", dict[str, Any]]  # what each sets, as a plan has spread it
    Share = tuple["Layer | None", dict[str, Any]]


class Layer:
    """Stand for one block.

    A name that the block overrides belongs to it, with all that is below: what
    is set there while the block lasts ends with it.

    Attributes:
        given: what the block overrides.
        history: what was set in its names, and where.
        guard: whatever looks after the block while it lasts.
    """

    __slots__ = ("given", "guard", "history")

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Keep what is given; nothing is set yet."""
        self.given: Mapping[str, Any] = given
        self.history: History = History()
        self.guard: object = None


def shares(puts: Mapping[str, Any], layers: Layers, above: Above) -> list[Share]:
    """Split what one write sets: a name belongs to the latest layer that overrides it.

    Args:
        puts: the value of each name.
        layers: all layers, the latest last.
        above: gives the names above a name.

    Returns:
        The layers that get something with what they get, the lowest first; None
        is what is set for good.
    """
    found: dict[Layer | None, dict[str, Any]] = {None: {}, **{layer: {} for layer in layers}}
    for name, value in puts.items():
        names = (name, *above(name))
        owner = next(
            (layer for layer in reversed(layers) if any(each in layer.given for each in names)),
            None,
        )
        found[owner][name] = value
    return [(layer, share) for layer, share in found.items() if share]


def hand_out(parts: Iterable[Share], base: dict[str, Any], layers: Layers, above: Above) -> None:
    """Let what is set for good and each layer keep its share of a write.

    What stands below a name that was set is replaced with it, there and in the
    later layers.
    """
    owners: list[Layer | None] = [None, *layers]
    levels = [base, *layers.values()]
    for owner, share in parts:
        first = owners.index(owner)
        for level in levels[first:]:
            for name in [name for name in level if not share.keys().isdisjoint(above(name))]:
                del level[name]
        levels[first].update(share)
