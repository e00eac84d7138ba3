"""What a file of values says, and which hyperparameters that names.

Owns how names stand in a file, flat or nested; knows no format and no default.
"""

from __future__ import annotations

from hpman import Index
from hpman.record import Record

from ..errors import SnapshotError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


class Snapshot(Record):
    """Hold what a file of values says, nested as the file is.

    Attributes:
        path: the file as the user named it.
        values: the values by their outermost keys.
        lines: the line of each key by its path; empty for a pickle.
    """

    __slots__ = ()
    path: str
    values: dict[str, object]
    lines: dict[tuple[str, ...], int]


class Entry(Record):
    """Hold one hyperparameter of a file.

    Attributes:
        name: the flat name.
        value: the value.
        line: the line of its key, None where the format has no lines.
    """

    __slots__ = ()
    name: str
    value: object
    line: int | None


def flatten(
    snapshot: Snapshot, is_leaf: Callable[[str], bool], separator: str = "."
) -> list[Entry]:
    """Give the hyperparameters of a file by flat name, from flat and nested files alike.

    Args:
        snapshot: what the file says.
        is_leaf: tells whether a name is a hyperparameter, so that a dict below
            it is its value and not a level of names.
        separator: what stands between the parts of a name.

    Raises:
        SnapshotError: a name is given twice, once flat and once nested, or has no end.

    >>> nested = Snapshot("cfg.yaml", {"model": {"depth": 3}}, {("model", "depth"): 2})
    >>> flatten(nested, {"model.depth"}.__contains__)
    [Entry(name='model.depth', value=3, line=2)]
    """
    entries: dict[str, Entry] = {}
    # Taken from the end of the stack, hence reversed: the order of the file stays.
    stack: list[tuple[tuple[str, ...], Any]] = [
        ((key,), value) for key, value in reversed(snapshot.values.items())
    ]
    while stack:
        path, value = stack.pop()
        name = separator.join(path)
        if _is_level(value) and not is_leaf(name):
            stack += [((*path, key), below) for key, below in reversed(value.items())]
            continue
        line = snapshot.lines.get(path)
        if name in entries:
            raise twice(snapshot.path, name, entries[name].line, line)
        entries[name] = Entry(name, value, line)
    _demand_no_overlap(snapshot.path, entries, separator)
    return list(entries.values())


def _is_level(value: object) -> bool:
    """Tell whether a value can be a level of names: a dict of texts that is not empty."""
    return type(value) is dict and bool(value) and all(type(key) is str for key in value)


def _demand_no_overlap(path: str, entries: dict[str, Entry], separator: str) -> None:
    """Refuse `opt.lr` beside a dict `opt` that has the key `lr` too, and names without end."""
    most = Index.most_parts
    for name, entry in entries.items():
        parts = name.split(separator)
        if len(parts) > most:
            message = f"A name has {len(parts)} parts, more than the {most} that it can have."
            raise SnapshotError.at(path, entry.line, message, "Look where the file comes from.")
        for length in range(1, len(parts)):
            above = entries.get(separator.join(parts[:length]))
            if above is not None and holds(above.value, parts[length:]):
                raise twice(path, name, above.line, entry.line)


def holds(value: Any, path: Sequence[object]) -> bool:
    """Tell whether a value has a key at a path.

    >>> holds({"a": {1: 2}}, ["a", 1]), holds({"a": 1}, ["a", 1])
    (True, False)
    """
    for part in path:
        if type(value) is not dict or part not in value:
            return False
        value = value[part]
    return True


def twice(path: str, name: str, first: int | None, line: int | None) -> SnapshotError:
    """Make the error for a name that a file gives in two lines.

    >>> print(twice("cfg.yaml", "lr", 1, 3))
    cfg.yaml:3: `lr` is given twice, first in line 1.
    Delete one of the two.
    """
    where = f", first in line {first}" if first is not None else ""
    return SnapshotError.at(
        path, line, f"`{name}` is given twice{where}.", "Delete one of the two.", name=name
    )
