"""Files of values to facts, alone or beside sources.

Owns what a snapshot can say of hyperparameters, and what it cannot; knows no
revision.
"""

from __future__ import annotations

from copy import deepcopy

from hpman import Diagnostic
from hpman.literals import show_literal
from hpman.names import ancestors
from hpman.record import Record

from ..errors import ConversionError
from ..snapshots.flatten import flatten
from ..values.convert import Converter
from ..values.keys import find_key, key_paths
from .errors import ComparisonError
from .facts import Fact, Place, identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from ..snapshots.flatten import Entry, Snapshot

_SEPARATOR = "."


class Both(Record):
    """Hold what can be compared of a snapshot and of sources."""

    __slots__ = ()
    snapshot: list[Fact]
    sources: list[Fact]


def alone(snapshot: Snapshot) -> list[Fact]:
    """Return what a snapshot says, each dict with text keys taken for a level of names.

    >>> from ..snapshots.flatten import Snapshot
    >>> [each.name for each in alone(Snapshot("a.yaml", {"model": {"depth": 3}}, {}))]
    ['model.depth']
    """
    entries = flatten(snapshot, lambda _name: False, _SEPARATOR)
    return [_fact(snapshot, each, "") for each in entries]


def owners(snapshot: Snapshot, sources: Iterable[Fact], asked: Sequence[str] = ()) -> list[str]:
    """Tell whose values a snapshot holds: those of one manager, or of several that share no name.

    Args:
        snapshot: the snapshot.
        sources: what the sources say, of all managers.
        asked: the managers that the user has named; those of which it has a name for none.

    Returns:
        The placeholders. A snapshot without any name that is known is one of `_`, or of
        every manager where there is no `_`.

    Raises:
        ComparisonError: several managers have a name of it, so it is not clear whose it is.
    """
    managers: dict[str, dict[str, Fact]] = {}
    for each in sources:
        managers.setdefault(each.placeholder, {})[each.name] = each
    candidates = list(asked or sorted(managers))
    names = {name for known in managers.values() for name in known}
    found: dict[str, None] = {}
    for entry in flatten(snapshot, names.__contains__, _SEPARATOR):
        having = [one for one in candidates if _has(managers.get(one, {}), entry.name)]
        if len(having) > 1:
            message = f"Several managers have `{entry.name}`: {', '.join(having)}."
            advice = "Say with `--placeholder`, once, whose values the snapshot holds."
            place = snapshot.path, entry.line, None, entry.name
            raise ComparisonError(Diagnostic("comparison", message, advice, *place))
        found.update(dict.fromkeys(having))
    usual = ["_"] if "_" in candidates or not candidates else candidates
    return list(asked or sorted(found) or usual)


def beside(snapshot: Snapshot, sources: Iterable[Fact], placeholders: Sequence[str]) -> Both:
    """Return what a snapshot and sources both could say of a hyperparameter.

    A snapshot holds values that are known before the program runs. So a name without
    a literal default need not be in it, and has nothing to compare a value with.
    Hints and places are for sources alone.

    Args:
        snapshot: the snapshot; its values are fitted as loading fits them.
        sources: what the sources say, of all managers.
        placeholders: the managers whose values the snapshot holds; what it has of
            others is left out. A name that nobody has goes with the first one.
    """
    first: dict[tuple[str, str], Fact] = {}
    for each in sources:
        first.setdefault((each.placeholder, each.name), each)
    own = [each for each in first.values() if each.placeholder in placeholders]
    known = {each.name: each for each in own}
    others = {each.name: each for each in first.values() if each.name not in known}
    names = known.keys() | others.keys()
    found: dict[str, Fact] = {}
    entries = flatten(snapshot, names.__contains__, _SEPARATOR)
    # As a load does, it sets a dict before its keys, wherever they stand.
    for entry in sorted(entries, key=lambda each: each.name.count(_SEPARATOR)):
        above = _above(entry.name, known)
        if above is not None:
            whole = found.get(above.name) or _fact(snapshot, entry, above.placeholder, above)
            found[above.name] = _with_key(whole, entry, above)
        elif entry.name in known:
            fact = known[entry.name]
            if fact.is_literal:
                found[entry.name] = _fitted(_fact(snapshot, entry, fact.placeholder), fact)
        elif not _has(others, entry.name) and not _is_empty_group(entry, names):
            found[entry.name] = _fact(snapshot, entry, placeholders[0])
    comparable = [each.replace(hints=None, file=None) for each in own if each.is_literal]
    return Both(list(found.values()), comparable)


def _is_empty_group(entry: Entry, names: Iterable[str]) -> bool:
    """Tell whether an entry gives none of the values below a name, which is fine."""
    below = entry.name + _SEPARATOR
    return entry.value == {} and any(name.startswith(below) for name in names)


def _has(known: Mapping[str, Fact], name: str) -> bool:
    """Tell whether a name, or the dict that it is a key of, is among some."""
    return name in known or _above(name, known) is not None


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
    for above in reversed([*ancestors(name, _SEPARATOR)]):
        if above in known and isinstance(known[above].value, dict):
            return known[above]
    return None


def _with_key(whole: Fact, entry: Entry, above: Fact) -> Fact:
    """Put a value into a dict, as setting the name of the key does."""
    value: Any = deepcopy(whole.value)
    default: Any = above.value
    key = entry.name[len(above.name) + 1 :]
    path = find_key(key, default, key_paths(default, _SEPARATOR), _SEPARATOR)
    *levels, last = path or key.split(_SEPARATOR)
    level = value
    for each in levels:
        if not isinstance(level.get(each), dict):
            level[each] = {}
        level = level[each]
    level[last] = entry.value
    return _fitted(whole.replace(value=value, text=show_literal(value)), above)
