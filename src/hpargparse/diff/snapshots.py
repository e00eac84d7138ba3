"""Files of values to facts, alone or beside sources.

Owns what a snapshot can say of hyperparameters, and what it cannot; knows no
revision.
"""

from __future__ import annotations

from copy import deepcopy

from hpman.record import Record

from ..errors import ConversionError
from ..files.snapshot import flatten
from ..values.convert import Converter
from ..values.literals import show_literal
from .facts import Fact, Place, identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..files.snapshot import Entry, Snapshot

_SEPARATOR = "."


class Both(Record):
    """Hold what can be compared of a snapshot and of sources."""

    __slots__ = ()
    snapshot: list[Fact]
    sources: list[Fact]


def alone(snapshot: Snapshot) -> list[Fact]:
    """Return what a snapshot says, each dict with text keys taken for a level of names.

    >>> from ..files.snapshot import Snapshot
    >>> [each.name for each in alone(Snapshot("a.yaml", {"model": {"depth": 3}}, {}))]
    ['model.depth']
    """
    entries = flatten(snapshot, lambda _name: False, _SEPARATOR)
    return [_fact(snapshot, each, "") for each in entries]


def beside(snapshot: Snapshot, sources: Iterable[Fact], placeholder: str) -> Both:
    """Return what a snapshot and sources both could say of a hyperparameter.

    A snapshot holds values that are known before the program runs. So a name without
    a literal default need not be in it, and has nothing to compare a value with.
    Hints and places are for sources alone.

    Args:
        snapshot: the snapshot; its values are fitted as loading fits them.
        sources: what the sources say.
        placeholder: the manager that the snapshot belongs to.
    """
    known: dict[str, Fact] = {}
    for each in sources:
        if each.placeholder == placeholder:
            known.setdefault(each.name, each)
    found: dict[str, Fact] = {}
    for entry in flatten(snapshot, known.__contains__, _SEPARATOR):
        above = _above(entry.name, known)
        if above is not None:
            whole = found.get(above.name) or _fact(snapshot, entry, placeholder, above)
            found[above.name] = _with_key(whole, entry, above)
        elif entry.name in known:
            fact = known[entry.name]
            if fact.is_literal:
                found[entry.name] = _fitted(_fact(snapshot, entry, placeholder), fact)
        elif entry.value != {} or not any(
            name.startswith(entry.name + _SEPARATOR) for name in known
        ):
            found[entry.name] = _fact(snapshot, entry, placeholder)
    comparable = [each.replace(hints=None, file=None) for each in known.values() if each.is_literal]
    return Both(list(found.values()), comparable)


def _fact(snapshot: Snapshot, entry: Entry, placeholder: str, above: Fact | None = None) -> Fact:
    """Make the fact of an entry; that of a dict with one key set has the dict's default."""
    name, value = (entry.name, entry.value) if above is None else (above.name, above.value)
    place = Place(snapshot.path, entry.line)
    return Fact(placeholder, name, value, show_literal(value), None, None, place)


def _fitted(found: Fact, fact: Fact) -> Fact:
    """Fit a value to the default, as loading does; say where it would be refused."""
    try:
        value = Converter(fact.value, fact.hints or {}, fact.name, str(fact.place)).check(
            found.value
        )
    except ConversionError as error:
        return found.replace(note=f"would be refused: {error}")
    if identity(value) == identity(fact.value):
        return found.replace(value=fact.value)
    return found.replace(value=value)


def _above(name: str, known: Mapping[str, Fact]) -> Fact | None:
    """Return the hyperparameter with a dict for its default that a name is a key of."""
    if name in known:
        return None
    above, found, _key = name.rpartition(_SEPARATOR)
    while found:
        if above in known and isinstance(known[above].value, dict):
            return known[above]
        above, found, _key = above.rpartition(_SEPARATOR)
    return None


def _with_key(whole: Fact, entry: Entry, above: Fact) -> Fact:
    """Put a value into a dict, as setting the name of the key does."""
    value: Any = deepcopy(whole.value)
    *levels, last = entry.name[len(above.name) + 1 :].split(_SEPARATOR)
    level = value
    for each in levels:
        if not isinstance(level.get(each), dict):
            level[each] = {}
        level = level[each]
    level[last] = entry.value
    return _fitted(whole.replace(value=value, text=show_literal(value)), above)
