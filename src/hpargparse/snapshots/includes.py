"""Read the files that a file of values includes.

Owns the key `include`: which files it names, and their order. Must not know managers or
the formats of files.
"""

from __future__ import annotations

import os

from hpman import Diagnostic, show_literal
from hpman.text import truncate

from ..errors import SnapshotError
from .atomic_io import STANDARD
from .formats import RUN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from typing import Any

    from .files import Snapshot

_KEY = "include"


def with_includes(
    snapshot: Snapshot,
    read_file: Callable[[str], Snapshot],
    names: Iterable[str],
    separator: str = ".",
) -> list[Snapshot]:
    """Return a file after all files that it includes, in the order in which they apply.

    Each file is read once, so it never overrides a file that includes it. If a hyperparameter
    is named `include` or `include.x`, the key refers to it, and no file includes others.
    """
    if any(name.partition(separator)[0] == _KEY for name in names):
        return [snapshot]
    complete: dict[Hashable, Snapshot] = {}
    # The files that are being read: each but the last includes the next one.
    open_files = {_identity(snapshot.path): (snapshot, _included_paths(snapshot))}
    while open_files:
        snapshot, paths = next(reversed(open_files.values()))
        path = next(paths, None)
        if path is None:
            identity, _file = open_files.popitem()
            complete[identity] = _without_includes(snapshot)
            continue
        identity = _identity(path)
        if identity in open_files:
            keys = [*open_files]
            chain = [file for file, _paths in open_files.values()][keys.index(identity) :]
            raise _cycle(chain)
        if identity not in complete:
            try:
                included = read_file(path)
            except SnapshotError as problem:
                raise _not_included(problem, path, snapshot) from None
            open_files[identity] = included, _included_paths(included)
    return [*complete.values()]


def _identity(path: str) -> Hashable:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return path  # standard input, or a file that cannot be read
    return status.st_dev, status.st_ino


def _line(snapshot: Snapshot) -> int | None:
    """Return the line of the key `include`; None without one, and for a pickle."""
    return snapshot.lines.get((_KEY,))


def _included_paths(snapshot: Snapshot) -> Iterator[str]:
    line = _line(snapshot)
    value = snapshot.values[_KEY] if line is not None else []
    paths: list[Any] = value if type(value) is list else [value]
    if not all(isinstance(path, str) and path not in ("", STANDARD) for path in paths):
        raise SnapshotError.at(
            snapshot.path,
            line,
            f"`{_KEY}` must be a path or a list of paths, not {truncate(show_literal(value))}.",
            "Name files relative to this one, such as `base.yaml`.",
        )
    folder = os.path.dirname(snapshot.path)
    return (path if path.startswith(RUN) else os.path.join(folder, path) for path in paths)


def _without_includes(snapshot: Snapshot) -> Snapshot:
    if _line(snapshot) is None:
        return snapshot
    values = {key: value for key, value in snapshot.values.items() if key != _KEY}
    return snapshot.replace(values=values)


def _cycle(chain: list[Snapshot]) -> SnapshotError:
    places = " -> ".join(f"{snapshot.path}:{_line(snapshot)}" for snapshot in chain)
    return SnapshotError.at(
        chain[-1].path,
        _line(chain[-1]),
        f"The files include each other in a cycle: {places} -> {chain[0].path}.",
        "Remove one of these includes.",
    )


def _not_included(problem: SnapshotError, path: str, snapshot: Snapshot) -> SnapshotError:
    """Add the place of the include to the error about a file that cannot be read."""
    (diagnostic,) = problem.diagnostics
    line = _line(snapshot)
    if diagnostic.line is None:
        message = f"`{path}` cannot be included: {diagnostic.message}"
        advice = diagnostic.advice
        if not os.path.isfile(path):
            advice = "Name a regular file. The path is relative to the folder of this file."
        diagnostic = Diagnostic("snapshot", message, advice, snapshot.path, line)
    else:
        message = f"{diagnostic.message} The file is included at {snapshot.path}:{line}."
        diagnostic = diagnostic.replace(message=message)
    return type(problem)(diagnostic)
