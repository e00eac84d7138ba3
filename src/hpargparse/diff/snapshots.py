"""Turn snapshots into definitions, alone or beside sources.

Owns what a snapshot can say about hyperparameters and what it cannot. Must not
know revisions.
"""

from __future__ import annotations

from hpman import Diagnostic
from hpman.literals import show_literal
from hpman.names import ancestors

from ..errors import ConversionError
from ..snapshots.flatten import flatten
from ..values.convert import Converter
from ..values.keys import KeyChange, find_key, key_paths
from .definitions import Definition
from .operands import ComparisonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..snapshots.flatten import Entry, Snapshot

    Key = tuple[str, str]  # placeholder and name

_SEPARATOR = "."


def definitions_alone(snapshot: Snapshot) -> list[Definition]:
    """Return the values of a snapshot, taking each dict with string keys for a level of names.

    >>> from ..snapshots.flatten import Snapshot
    >>> [found.name for found in definitions_alone(Snapshot("a.yaml", {"model": {"n": 3}}, {}))]
    ['model.n']
    """
    entries = flatten(snapshot, lambda _name: False, _SEPARATOR)
    return [_definition(snapshot, entry) for entry in entries]


def definitions_beside(
    snapshot: Snapshot, sources: Iterable[Definition], placeholders: Sequence[str] = ()
) -> tuple[list[Definition], list[Definition], list[str]]:
    """Return the definitions of a snapshot and of sources that can be compared, and warnings.

    A snapshot holds values that are known before the program runs, so names without a literal
    default are left out, and so are the hints and the files of the sources.

    Args:
        snapshot: the snapshot. Its values are converted as loading converts them.
        sources: the definitions of all managers.
        placeholders: the managers whose values the snapshot holds; by default, those that have
            a name in it.

    Raises:
        ComparisonError: if several managers have a name of the snapshot.
    """
    every: dict[Key, Definition] = {}
    for found in sources:
        every.setdefault(found.key, found)
    own = {key: every[key] for key in every if not placeholders or key[0] in placeholders}
    names = {name for _placeholder, name in every}
    values: dict[Key, Definition] = {}
    unknown: list[Definition] = []
    managers = set(placeholders)
    entries = flatten(snapshot, names.__contains__, _SEPARATOR)
    # Loading sets a dict before its keys, wherever they stand in the file.
    for entry in sorted(entries, key=lambda entry: entry.name.count(_SEPARATOR)):
        owner = _owner(snapshot, entry, own)
        if owner is not None:
            managers.add(owner.placeholder)
            if owner.is_literal:
                values[owner.key] = _value(snapshot, entry, owner, values.get(owner.key, owner))
        elif not any(_owners(entry.name, every)) and not _is_empty_group(entry, names):
            unknown.append(_definition(snapshot, entry))
    everyone = {placeholder for placeholder, _name in every}
    managers = managers or everyone & {"_"} or everyone or {"_"}
    before = [*values.values(), *(found.replace(placeholder=min(managers)) for found in unknown)]
    after = [found.replace(hints=None, file=None) for found in every.values() if found.is_literal]
    missing = {found.placeholder for found in after} - managers
    after = [found for found in after if found.placeholder in managers]
    if placeholders or not missing:
        return before, after, []
    warning = f"{snapshot.path} has no value of {', '.join(sorted(missing))}."
    way_out = "Name all managers with `--placeholder` to see what it lacks."
    return before, after, [f"{warning} {way_out}"]


def _is_empty_group(entry: Entry, names: Iterable[str]) -> bool:
    """Return whether an entry is a level of names that gives no value, such as `model: {}`."""
    return entry.value == {} and any(name.startswith(entry.name + _SEPARATOR) for name in names)


def _owner(snapshot: Snapshot, entry: Entry, own: Mapping[Key, Definition]) -> Definition | None:
    owners = list(_owners(entry.name, own))
    if len(owners) > 1:
        managers = ", ".join(found.placeholder for found in owners)
        message = f"Several managers have `{entry.name}`: {managers}."
        advice = "Name the one that the snapshot belongs to with `--placeholder`."
        place = snapshot.path, entry.line, None, entry.name
        raise ComparisonError(Diagnostic("comparison", message, advice, *place))
    return owners[0] if owners else None


def _owners(name: str, definitions: Mapping[Key, Definition]) -> Iterator[Definition]:
    """Yield what each manager has of this name, or the dict that it is a key of."""
    for placeholder in sorted({placeholder for placeholder, _name in definitions}):
        for above in reversed([*ancestors(name, _SEPARATOR), name]):
            found = definitions.get((placeholder, above))
            if found is not None and (above == name or isinstance(found.value, dict)):
                yield found
                break


def _definition(snapshot: Snapshot, entry: Entry) -> Definition:
    text = show_literal(entry.value)
    return Definition("", entry.name, entry.value, text, None, None, snapshot.path, entry.line)


def _value(snapshot: Snapshot, entry: Entry, owner: Definition, whole: Definition) -> Definition:
    """Return what loading would set: the value of an entry, or a dict with one key changed."""
    value = entry.value
    note = ""
    try:
        if entry.name != owner.name:
            default: Any = owner.value
            name = entry.name[len(owner.name) + 1 :]
            path = find_key(name, default, key_paths(default, _SEPARATOR), _SEPARATOR)
            path = path or tuple(name.split(_SEPARATOR))
            value = KeyChange(owner.name, path, value).apply_to(whole.value)
        converter = Converter(owner.value, owner.hints or {}, owner.name, owner.place)
        converted = converter.check(value)
    except ConversionError as error:
        converted, note = value, f"would be refused: {error}"
    key, text = owner.key, show_literal(value)
    return Definition(*key, converted, text, None, None, snapshot.path, entry.line, note=note)
