"""The history of each value: what set it, when and where.

Owns the record of all writes; must not know which value wins.
"""

from __future__ import annotations

from .origin import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    Origins = Origin | Mapping[str, Origin]
    Place = tuple[str, str | None, int | None, str | None]  # an origin without its value
    Event = tuple[int, str, Place, Any]
    Batch = tuple[int, Place, dict[str, Any]]
    State = tuple[int, list[Batch]]

UNKNOWN = Origin("setter")  # the origin of a value if none is given


class History:
    """Remember, for each name, the latest value that each place has set.

    Attributes:
        time: the number of writes so far.
    """

    __slots__ = ("_batches", "time")

    def __init__(self) -> None:
        self.time: int = 0
        # Values that are set together form a batch. If a place sets the same names again,
        # the new batch replaces the old one, so the history does not grow in a loop.
        self._batches: dict[object, Batch] = {}

    def copy(self) -> History:
        """Return a copy for a block."""
        new = History()
        new.time, new._batches = self.time, self._batches.copy()
        return new

    def record(
        self, values: dict[str, Any], origins: Origins, above: Callable[[str], Iterable[str]]
    ) -> None:
        """Record values that were set.

        Args:
            values: the values by name; the dict is kept, not copied.
            origins: one origin for all values, or one for each name or a branch above it.
            above: returns the names above a name, the highest first.
        """
        self.time += 1
        if isinstance(origins, Origin):
            self._add(self.time, origins[:4], values)
            return
        for name, value in values.items():
            nearest = [UNKNOWN, *(origins[n] for n in (*above(name), name) if n in origins)][-1]
            self._add(self.time, nearest[:4], {name: value})

    def _add(self, time: int, place: Place, values: dict[str, Any]) -> None:
        self._batches[place, tuple(values)] = time, place, values

    def events(self, names: Iterable[str], *, below: str | None = None) -> list[Event]:
        """Return what set one of the names, oldest first.

        Args:
            names: the names to look for.
            below: a prefix; names that start with it count too.
        """
        names = tuple(names)
        latest: dict[object, Event] = {}
        for time, place, values in self._batches.values():
            found = [name for name in names if name in values]
            if below is not None:
                found += [name for name in values if name.startswith(below)]
            for name in found:
                event = time, name, place, values[name]
                latest[name, place] = max(event, latest.get((name, place), event), key=_time)
        return sorted(latest.values(), key=_time)

    def state(self) -> State:
        """Return everything as plain data."""
        batches = self._batches.values()
        return self.time, [(time, place, dict(values)) for time, place, values in batches]

    def adopt(self, state: State) -> None:
        """Record what `state` returned in another process, after everything recorded here."""
        time, batches = state
        for written, place, values in batches:
            self._add(self.time + written, place, values)
        self.time += time


def _time(event: Event) -> int:
    return event[0]
