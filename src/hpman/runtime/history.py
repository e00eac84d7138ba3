"""The history of each value: what set it, when and where.

Owns the record of all writes, and how the writes of blocks are removed; must not know
which value wins.
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

    __slots__ = ("_levels", "time")

    def __init__(self) -> None:
        self.time: int = 0
        # Values that are set together form a batch. If a place sets the same names again,
        # the new batch replaces the old one, so the history does not grow in a loop.
        # The first level is permanent, the others belong to open blocks.
        self._levels: list[dict[object, Batch]] = [{}]

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
        self._levels[-1][place, tuple(values)] = time, place, values

    def events(self, names: Iterable[str], *, below: str | None = None) -> list[Event]:
        """Return what set one of the names, oldest first.

        Args:
            names: the names to look for.
            below: a prefix; names that start with it count too.
        """
        names = tuple(names)
        latest: dict[object, Event] = {}
        for level in self._levels:
            for time, place, values in level.values():
                found = [name for name in names if name in values]
                if below is not None:
                    found += [name for name in values if name.startswith(below)]
                for name in found:
                    event = time, name, place, values[name]
                    latest[name, place] = max(event, latest.get((name, place), event), key=_time)
        return sorted(latest.values(), key=_time)

    def begin_block(self) -> None:
        """Start recording for a block."""
        self._levels.append({})

    def end_block(self, index: int, is_overridden: Callable[[str], bool]) -> None:
        """Forget what a block overrode, and keep the rest of what was set in it.

        Args:
            index: the position of the block among the open ones. Values are only
                forgotten if it is the last one; otherwise it is merged into the next.
            is_overridden: whether the block overrides a name.
        """
        ended = self._levels.pop(index + 1)
        if index + 1 < len(self._levels):
            self._levels[index + 1] = {**ended, **self._levels[index + 1]}
            return
        for time, place, values in ended.values():
            if kept := {name: values[name] for name in values if not is_overridden(name)}:
                self._add(time, place, kept)

    def state(self) -> State:
        """Return everything as plain data."""
        return self.time, [
            (time, place, dict(values))
            for level in self._levels
            for time, place, values in level.values()
        ]

    def adopt(self, state: State) -> None:
        """Record what `state` returned in another process, after everything recorded here."""
        time, batches = state
        for written, place, values in batches:
            self._add(self.time + written, place, values)
        self.time += time


def _time(event: Event) -> int:
    return event[0]
