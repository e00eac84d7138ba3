"""What is known of where the values of a store come from.

Owns the chain that explains a name; must not know which value wins, nor
decide what is written.
"""

from __future__ import annotations

from ..errors import EMPTY
from .origin import Explanation, History, Origin, brief, line_at
from .tree import ancestors, dig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import CodeType
    from typing import Any

    from .origin import Event
    from .ranks import Ranks

    Call = tuple[str, int, int]
    Noted = tuple[str | CodeType, int, int]
    Origins = Origin | Mapping[str, Origin]

UNKNOWN = Origin("setter")


class Journal:
    """Note the origins of what is written, and explain names by them.

    Attributes:
        history: what was set, and where.
        places: where the latest run-time default of each name stands, as
            `call_site` tells it or as `place` does.
        origin_of: returns the origin of a default in the sources.
    """

    __slots__ = ("history", "origin_of", "places")

    def __init__(self) -> None:
        """Start empty."""
        self.history: History = History()
        self.places: dict[str, Noted] = {}
        self.origin_of: Callable[[str], Origin | None] | None = None

    def record(self, values: dict[str, Any], origins: Origins, separator: str) -> None:
        """Note where values that were set come from."""
        if isinstance(origins, Origin):
            self.history.record(values, origins)
        else:
            each = {name: _nearest(name, origins, separator) for name in values}
            self.history.record_each(values, each)

    def called(self, name: str, site: tuple[CodeType, int], *, written: int) -> Noted | None:
        """Note where a run-time default stands; keep how much was set before the first.

        Returns:
            What was noted before, for `uncall`.
        """
        known = self.places.get(name)
        self.places[name] = (*site, written if known is None else known[2])
        return known

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

    def explain(self, ranks: Ranks, name: str) -> Explanation:
        """Chain what gave a name its value, lowest first; empty for an unknown name."""
        names = [*ancestors(name, ranks.separator), name]
        found = [
            seen
            for leaf in self._leaves(ranks, name)
            for origin in self._given(ranks, leaf)
            for seen in _seen_from(ranks, origin, leaf, name)
        ]
        for _, given, place, value in self.history.events(names, below=name + ranks.separator):
            found.extend(_seen_from(ranks, Origin(*place, value), given, name))
        return Explanation(found)

    def where(self, ranks: Ranks, name: str) -> str:
        """Show the latest origin of a name for a message, as far as it is known."""
        given = [Origin(*place, value) for *_, place, value in self.history.events([name])]
        shown = [origin for origin in (*self._given(ranks, name), *given) if origin != UNKNOWN]
        return f" ({shown[-1]})" if shown else ""

    def events_of(self, names: Iterable[str], separator: str) -> list[Event]:
        """Return the history of names and of what is below them, each event once."""
        found = {
            event[1:3]: event
            for name in names
            for event in self.history.events([name], below=name + separator)
        }
        return list(found.values())

    def _leaves(self, ranks: Ranks, name: str) -> list[str]:
        """List the leaf at or above a name, else those below."""
        leaf = name if name in ranks.resolved else ranks.leaf_above(name)
        if leaf is not None:
            return [leaf]
        start = name + ranks.separator
        return [each for each in ranks.resolved if each.startswith(start)]

    def _given(self, ranks: Ranks, leaf: str) -> Iterator[Origin]:
        """Give the origins of the two ranks of defaults."""
        if leaf in ranks.defaults:
            origin = self.origin_of(leaf) if self.origin_of is not None else None
            yield origin or Origin("source", value=ranks.defaults[leaf])
        if leaf in ranks.calls and leaf in self.places:  # one from elsewhere may not fit here
            path, line, _ = self.place(leaf)
            yield Origin("call", path, line, None, ranks.calls[leaf])


def _nearest(name: str, origins: Mapping[str, Origin], separator: str) -> Origin:
    """Find the origin of a name, or of the branch that it was given with."""
    above = [name, *reversed(list(ancestors(name, separator)))]
    return next((origins[each] for each in above if each in origins), UNKNOWN)


def _seen_from(ranks: Ranks, origin: Origin, given: str, name: str) -> Iterator[Origin]:
    """Turn the origin of one name into that of another, above or below it."""
    if given == name:
        yield origin
    elif given.startswith(name + ranks.separator):
        text = origin.text or (brief(origin.value) if origin.kind == "call" else "")
        yield origin.replace(text=f"{text} {given}".strip())
    else:
        value = dig(origin.value, ranks.path(given, name))
        if value is not EMPTY:
            yield origin.replace(value=value)
