"""What was written when, and from where.

Owns the histories of a store, and where its run-time defaults stand; must not
know which value wins, nor how an origin reads.
"""

from __future__ import annotations

from .callsite import is_statement, line_at, lines_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping
    from types import CodeType
    from typing import Any

    from .callsite import Place
    from .origin import Origin

    Origins = Origin | Place | Mapping[str, Origin]
    Batch = tuple[dict[str, Any], dict[str, int] | int]
    Event = tuple[int, str, Place, Any]
    Call = tuple[str, int, int]
    Noted = tuple[str | CodeType, int, int]

_OF_FUNCTION = 1  # inspect.CO_OPTIMIZED: neither the code of a module nor of a class has it
UNKNOWN: Place = ("setter", None, None, None)  # of what a store is told without a place


class History:
    """Remember, for each name, what set it: the last value from each place.

    A place that sets the same name again replaces what it said before, so that
    a training loop does not grow it. Values that are set together share one
    time as long as nothing else comes from there, which costs next to nothing
    for each of them.
    """

    __slots__ = ("_batches",)

    def __init__(self) -> None:
        """Start empty."""
        self._batches: dict[Place, Batch] = {}

    def record(self, values: dict[str, Any], origin: Origin | Place, time: int) -> None:
        """Note that one origin set these values; the dictionary is kept, not copied."""
        self._note(values, origin[:4], time)

    def record_each(
        self, values: dict[str, Any], origins: Mapping[str, Origin | Place], time: int
    ) -> None:
        """Note that each of these values was set by an origin of its own."""
        for name, value in values.items():
            self._note({name: value}, origins[name][:4], time)

    def _note(self, values: dict[str, Any], place: Place, time: int) -> None:
        """Put values under the place that set them, with the time of it."""
        batch = self._batches.get(place)
        if batch is None or batch[0].keys() <= values.keys():
            self._batches[place] = values, time
        else:
            known, times = self._opened(place)
            known.update(values)
            times.update(dict.fromkeys(values, time))

    def _opened(self, place: Place) -> tuple[dict[str, Any], dict[str, int]]:
        """Return a batch that may be changed, with a time for each name."""
        values, times = self._batches[place]
        if isinstance(times, int):
            values, times = dict(values), dict.fromkeys(values, times)
            self._batches[place] = values, times
        return values, times

    def events(self, names: Iterable[str], *, below: str | None = None) -> list[Event]:
        """List what set one of the names, oldest first.

        Args:
            names: the names to look for.
            below: also every name that starts with this text.
        """
        wanted = tuple(names)
        found = [
            (times if isinstance(times, int) else times[name], name, place, values[name])
            for place, (values, times) in self._batches.items()
            for name in _members(values, wanted, below)
        ]
        return sorted(found, key=_time)

    def batches(self) -> dict[Place, Batch]:
        """Return a copy as plain data."""
        return {place: _copy(batch) for place, batch in self._batches.items()}

    def add(self, batches: Mapping[Place, Batch], *, later: int = 0) -> None:
        """Take over what `batches` returned, where it is younger than what is known.

        Args:
            batches: what to take over.
            later: how much later all of it shall have happened.
        """
        for place, batch in batches.items():
            values, times = _copy(batch, later)
            if place not in self._batches:
                self._batches[place] = values, times
                continue
            known, known_times = self._opened(place)
            for name, value in values.items():
                time = times if isinstance(times, int) else times[name]
                if known_times.get(name, time) <= time:
                    known[name], known_times[name] = value, time


def _time(event: Event) -> int:
    """Return when something was set."""
    return event[0]


def _copy(batch: Batch, later: int = 0) -> Batch:
    """Copy what belongs to one place, and let it have happened later."""
    values, times = batch
    if isinstance(times, int):
        return dict(values), times + later
    return dict(values), {name: time + later for name, time in times.items()}


def _members(values: dict[str, Any], names: tuple[str, ...], below: str | None) -> Iterable[str]:
    """Give those of the names that one place has set, each once, in its order."""
    if below is None:
        return [name for name in names if name in values]
    wanted = frozenset(names)
    return [name for name in values if name in wanted or name.startswith(below)]


class Journal:
    """Note where what is written comes from.

    Attributes:
        history: what was set here, and where.
        received: what another process had set, and where.
        places: where the latest run-time default of each name stands, as
            `call_site` tells it or as `place` does.
        time: how often something was set.
        early: where code that runs only once, as that of a module, gave a run-time default
            that nothing had overridden, before a command line was there.
        is_early: whether none was there yet.
    """

    __slots__ = ("early", "history", "is_early", "places", "received", "time")

    def __init__(self) -> None:
        """Start empty."""
        self.history: History = History()
        self.received: History = History()
        self.places: dict[str, Noted] = {}
        self.time: int = 0
        self.early: dict[str, tuple[CodeType, int]] = {}
        self.is_early: bool = True

    def record(
        self,
        values: dict[str, Any],
        origins: Origins,
        above: Callable[[str], Iterable[str]],
        history: History | None = None,
    ) -> None:
        """Note where values that were set come from.

        Args:
            values: the values by name.
            origins: the origin or place of all, or the origin of each or a branch that it was
                given with.
            above: gives the names above a name, the highest first.
            history: where to note it; by default what is set for good.
        """
        history = history or self.history
        self.time += 1
        if isinstance(origins, tuple):
            history.record(values, origins, self.time)
        else:
            each = {name: _nearest(name, origins, above) for name in values}
            history.record_each(values, each, self.time)

    def events(
        self, names: Iterable[str], *, below: str | None = None, more: Iterable[History] = ()
    ) -> list[Event]:
        """List what set one of the names, oldest first.

        Args:
            names: the names to look for.
            below: also every name that starts with this text.
            more: the histories of what is set for the length of a block.
        """
        wanted = tuple(names)
        # What was set here may have gone to another process and back.
        last: dict[object, Event] = {}
        for history in (self.history, self.received):
            for event in history.events(wanted, below=below):
                if event[0] >= last.get(event[1:3], event)[0]:
                    last[event[1:3]] = event
        found = [*last.values()]
        for history in more:
            found += history.events(wanted, below=below)
        return sorted(found, key=_time)

    def state(self, more: Iterable[History] = ()) -> tuple[int, dict[Place, Batch]]:
        """Return a copy of all histories in one, as plain data."""
        whole = History()
        for history in (self.history, self.received, *more):
            whole.add(history.batches())
        return self.time, whole.batches()

    def received_with(self, state: tuple[int, dict[Place, Batch]]) -> tuple[History, int]:
        """Make the history of what `state` returned elsewhere, and tell the time after it."""
        time, batches = state
        received = History()
        received.add(batches, later=self.time)
        return received, self.time + time

    def called(self, name: str, site: tuple[CodeType, int], *, written: int) -> Noted | None:
        """Note where a run-time default stands; keep how much was set before the first.

        Returns:
            What was noted before, for `uncall`.
        """
        known = self.places.get(name)
        self.places[name] = (*site, written if known is None else known[2])
        return known

    def called_early(
        self, name: str, site: tuple[CodeType, int], *, unless_in: Iterable[Container[str]]
    ) -> None:
        """Note which call was the first to get a run-time default, if it runs only once."""
        is_once = self.is_early and not site[0].co_flags & _OF_FUNCTION
        if is_once and not any(name in names for names in unless_in):
            self.early.setdefault(name, site)

    def early_calls(self, names: Container[str]) -> dict[str, tuple[str, int]]:
        """Return file and line of the early calls of some names whose value was kept.

        Later calls are early ones no more.
        """
        self.is_early = False
        sites = {
            name: site
            for name, site in self.early.items()
            if name in names and not is_statement(*site)
        }
        lines = lines_at(sites.values()) if sites else ()
        return {
            name: (code.co_filename, line)
            for (name, (code, _at)), line in zip(sites.items(), lines, strict=True)
        }

    def place(self, name: str) -> Call:
        """Return file and line of a run-time default, and how much was set before its first."""
        where, at, written = self.places[name]
        if isinstance(where, str):
            return where, at, written
        call = self.places[name] = where.co_filename, line_at(where, at), written
        return call

    def uncall(self, name: str, before: Noted | None) -> None:
        """Note again what was noted before a call that was refused."""
        if before is None:
            del self.places[name]
        else:
            self.places[name] = before


def _nearest(
    name: str, origins: Mapping[str, Origin], above: Callable[[str], Iterable[str]]
) -> Origin | Place:
    """Find the origin of a name, or of the branch that it was given with."""
    if name in origins:
        return origins[name]
    branches = reversed([*above(name)])
    return next((origins[each] for each in branches if each in origins), UNKNOWN)
