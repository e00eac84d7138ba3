"""Flatten the nested contents of a snapshot to hyperparameters.

Owns how names appear in a file, flat or nested; must not know formats or defaults.
"""

from __future__ import annotations

from hpman import Frozen, Index
from hpman.names import new_name

from ..errors import SnapshotError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from typing import Any

    from ..values.convert import Converter
    from .files import Snapshot


class Entry(Frozen):
    """One hyperparameter of a file.

    Attributes:
        name: the flat name.
        value: the value.
        line: the line of its key, None if the format has no lines.
    """

    __slots__ = ()
    name: str
    value: object
    line: int | None


def flatten(
    snapshot: Snapshot, is_leaf: Callable[[str], bool], separator: str = "."
) -> list[Entry]:
    """Return the hyperparameters of a file by flat name, in the order of the file.

    A dict under the name of a leaf is a value, any other dict is a level of names.
    """
    entries: dict[str, Entry] = {}
    # The stack is popped from its end, so reversing keeps the order of the file.
    stack: list[tuple[tuple[str, ...], Any]] = [
        ((key,), value) for key, value in reversed(snapshot.values.items())
    ]
    while stack:
        path, value = stack.pop()
        name = separator.join(path)
        if _is_level(value) and not is_leaf(name):
            stack += [((*path, key), inner) for key, inner in reversed(value.items())]
            continue
        line = snapshot.lines.get(path)
        if name in entries:
            raise duplicate_key(snapshot.path, name, entries[name].line, line)
        entries[name] = Entry(name, value, line)
    _check_names(snapshot.path, entries, separator)
    return list(entries.values())


def with_new_names(
    path: str,
    entries: Iterable[Entry],
    names: Container[str],
    renamed: Mapping[str, Converter],
    separator: str,
) -> tuple[list[Entry], list[str], list[SnapshotError]]:
    """Replace old names by the new ones: `optim.lr` if that is in the hint `aliases` of `lr`.

    Return the entries, a note for each that was renamed, and an error for each that is also
    given under another name.
    """
    taken = {entry.name: entry for entry in entries}
    new_names = {old: converter.name for old, converter in renamed.items()}
    dicts = {new.name for new in renamed.values() if type(new.default) is dict}
    renamed_entries: list[Entry] = []
    notes: list[str] = []
    problems: list[SnapshotError] = []
    for entry in entries:
        new = entry.name
        if new not in names:
            new = new_name(new, new_names, dicts.__contains__, separator)
        if new == entry.name:
            renamed_entries.append(entry)
            continue
        other = taken.setdefault(new, entry)
        if other is entry:
            renamed_entries.append(entry.replace(name=new))
            note = f"`{entry.name}` is an old name of `{new}`."
            notes.append(str(SnapshotError.at(path, entry.line, note, "", name=new)))
        else:
            where = "" if other.line is None else f" in line {other.line}"
            message = f"`{entry.name}` is an old name of `{new}`, which is given too{where}."
            advice = "Delete one of the two."
            problems.append(SnapshotError.at(path, entry.line, message, advice, name=new))
    return renamed_entries, notes, problems


def _is_level(value: object) -> bool:
    """Return whether a value can be a level of names: a dict of strings that is not empty."""
    return type(value) is dict and bool(value) and all(type(key) is str for key in value)


def _check_names(path: str, entries: dict[str, Entry], separator: str) -> None:
    """Refuse `opt.lr` next to a dict `opt` that also has the key `lr`, and very long names."""
    limit = Index.most_parts
    for name, entry in entries.items():
        parts = name.split(separator)
        if len(parts) > limit:
            message = f"A name has {len(parts)} parts. At most {limit} are allowed."
            raise SnapshotError.at(path, entry.line, message, "Check where the file comes from.")
        for length in range(1, len(parts)):
            outer = entries.get(separator.join(parts[:length]))
            if outer is not None and has_key_path(outer.value, parts[length:]):
                raise duplicate_key(path, name, outer.line, entry.line)


def has_key_path(value: Any, path: Sequence[object]) -> bool:
    """Return whether nested dicts have a key at a path."""
    for part in path:
        if type(value) is not dict or part not in value:
            return False
        value = value[part]
    return True


def duplicate_key(path: str, name: str, first: int | None, second: int | None) -> SnapshotError:
    """Return the error for a name that a file gives in two lines."""
    where = f", first in line {first}" if first is not None else ""
    message = f"`{name}` is given twice{where}."
    return SnapshotError.at(path, second, message, "Delete one of the two.", name=name)
