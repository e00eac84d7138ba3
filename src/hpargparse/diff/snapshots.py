"""Turn snapshots into definitions, alone or compared with sources.

Owns what a snapshot can say about hyperparameters and what it cannot. Must not
know revisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from hpman import Diagnostic, member_name, show_literal
from hpman.names import SCOPE, ancestors, split_scope
from hpman.text import truncate

from ..errors import ConversionError, SnapshotError
from ..snapshots.files import Snapshot
from ..snapshots.flatten import Entry, flatten, with_new_names
from ..values.convert import Converter
from ..values.keys import KeyChange, find_key, key_paths
from ..values.renames import renames
from .compare import Definition
from .operands import ComparisonError

Managers = dict[str, dict[str, Definition]]  # by placeholder and name

_SEPARATOR = "."


def definitions_alone(files: Iterable[Snapshot]) -> list[Definition]:
    """Return the values of snapshots. Later ones override earlier ones.

    Each dict with string keys is a level of names.
    """
    definitions = [
        _definition(file, entry)
        for file in files
        for entry in flatten(file, lambda _name: False, _SEPARATOR)
    ]
    return [*{definition.name: definition for definition in definitions}.values()]


def definitions_beside(
    files: Sequence[Snapshot], sources: Iterable[Definition], placeholders: Sequence[str] = ()
) -> tuple[list[Definition], list[Definition], list[str]]:
    """Return the definitions of snapshots and of sources that can be compared, and warnings.

    Later snapshots override earlier ones. Values are converted as loading converts them. A
    snapshot has no hints, no files, and no values for names without a literal default, so these
    are not compared. The managers of the snapshots default to those that have a name in them. A
    name that several of them have is an error.
    """
    every: Managers = {}
    for definition in sources:
        every.setdefault(definition.placeholder, {}).setdefault(definition.name, definition)
    own = {name: every[name] for name in every if not placeholders or name in placeholders}
    values: dict[tuple[str, str], Definition] = {}
    scoped: dict[tuple[str, str], Definition] = {}  # the defaults of values for scopes
    unknown: dict[str, Definition] = {}
    computed: dict[str, str] = {}  # the defaults that only a run knows
    managers = set(placeholders)
    names_in_files: dict[str, str] = {}
    for file, entry, name in _entries(files, every):
        names_in_files[entry.name] = name
        scope, plain = _split_scope(entry.name, every)
        owners = list(_owners(plain, own))
        if len(owners) > 1:
            raise _ambiguity(file, entry, owners)
        for definition in owners:
            managers.add(definition.placeholder)
            owner = _in_scope(definition, scope) if scope else definition
            if _is_known(owner):
                values[owner.key] = _value(file, entry, owner, values.get(owner.key, owner))
                if scope:
                    scoped[owner.key] = owner
            elif owner.text is not None:
                computed[owner.name] = owner.text
        if not any(_owners(plain, every)):
            unknown[name] = _definition(file, entry.replace(name=name))
    managers = managers or every.keys() & {"_"} or set(every) or {"_"}
    manager = min(managers)
    before = [v.replace(name=names_in_files.get(v.name, v.name)) for v in values.values()]
    before += [value.replace(placeholder=manager) for value in unknown.values()]
    literals = [d for part in every.values() for d in part.values() if _is_known(d)]
    after = [_default(d) for d in (*literals, *scoped.values()) if d.placeholder in managers]
    missing = set() if placeholders else {d.placeholder for d in literals} - managers
    return before, after, [*_warnings(files[-1].path, computed, missing)]


def _warnings(path: str, computed: dict[str, str], missing: set[str]) -> Iterator[str]:
    for name, text in computed.items():
        expression = truncate(" ".join(text.split()))
        yield f"`{name}` is not compared: only a run knows its default, `{expression}`."
    if missing:
        yield (
            f"{path} has no value of {', '.join(sorted(missing))}. Name all managers with "
            "`--placeholder` to see what it lacks."
        )


def _in_scope(definition: Definition, scope: str) -> Definition:
    aliases = tuple(f"{scope}{SCOPE}{alias}" for alias in definition.aliases)
    return definition.replace(name=f"{scope}{SCOPE}{definition.name}", aliases=aliases)


def _default(definition: Definition) -> Definition:
    """Return what a snapshot says about a definition."""
    value: object = member_name(definition.value) or definition.value
    with suppress(ConversionError):  # the hint `type` may name another type
        value = _converter(definition).check(value)
    return definition.replace(hints=None, file=None, value=value)


def _converter(definition: Definition) -> Converter:
    return Converter(definition.value, definition.hints or {}, definition.name, definition.place)


def _is_known(definition: Definition) -> bool:
    """Return whether a snapshot can hold the default before the program has run."""
    return definition.is_literal or member_name(definition.value) is not None


def _entries(
    files: Iterable[Snapshot], managers: Managers
) -> Iterator[tuple[Snapshot, Entry, str]]:
    """Yield the entries of files in the order in which loading sets them.

    An old name is replaced by the new one. Last comes the name in the file.
    """
    definitions = [d for by_name in managers.values() for d in by_name.values()]
    names = {definition.name for definition in definitions}
    branches = {above for name in names for above in ancestors(name, _SEPARATOR)}
    converters = [Converter(d.value, {"aliases": d.aliases}, d.name) for d in definitions]
    renamed = {old: new for old, new in renames(converters).items() if old not in names}
    leaves = {*names, *(renamed.keys() - branches)}
    for file in files:
        entries = flatten(file, lambda name: _split_scope(name, managers)[1] in leaves, _SEPARATOR)
        renamed_entries, _notes, problems = with_new_names(
            file.path, entries, names, renamed, _SEPARATOR
        )
        if problems:
            raise SnapshotError(*(problem.diagnostics[0] for problem in problems))
        pairs = zip(renamed_entries, entries, strict=True)
        # A dict is set before its keys, whatever their order in the file.
        for entry, in_file in sorted(pairs, key=lambda pair: pair[0].name.count(_SEPARATOR)):
            yield file, entry, in_file.name


def _split_scope(name: str, managers: Managers) -> tuple[str, str]:
    """Return the scope that a name in a file is for, if any, and the rest."""
    return split_scope(name, lambda plain: any(_owners(plain, managers)), _SEPARATOR)


def _owners(name: str, managers: Managers) -> Iterator[Definition]:
    """Yield each manager's definition of this name, or of the dict that the name is a key of."""
    for definitions in managers.values():
        for above in reversed([*ancestors(name, _SEPARATOR), name]):
            definition = definitions.get(above)
            if definition is not None and (above == name or isinstance(definition.value, dict)):
                yield definition
                break


def _ambiguity(snapshot: Snapshot, entry: Entry, owners: list[Definition]) -> ComparisonError:
    managers = ", ".join(sorted(definition.placeholder for definition in owners))
    message = f"Several managers have `{entry.name}`: {managers}."
    advice = "Name the one that the snapshot belongs to with `--placeholder`."
    place = snapshot.path, entry.line, None, entry.name
    return ComparisonError(Diagnostic("comparison", message, advice, *place))


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
        converted = _converter(owner).check(value)
    except ConversionError as error:
        converted, note = value, f"would be refused: {error}"
    key, text = owner.key, show_literal(value)
    return Definition(*key, converted, text, None, None, snapshot.path, entry.line, note=note)
