"""Edited files: read, shown as a diff, and written.

Owns that all files are written or none. Must not know why they are edited.
"""

from __future__ import annotations

from functools import partial

from hpman._text import display_path, without_commands
from hpman.edits import EditError, decode, replace_spans
from hpman.record import Record

from .errors import SnapshotError
from .snapshots.atomic_io import read_bytes, replace_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hpman.edits import Edit


class EditedFile(Record):
    """The bytes of a file before and after its edits."""

    __slots__ = ()
    path: str
    old: bytes
    new: bytes


def edit_files(
    edits: Iterable[Edit], read: Callable[[str], bytes] | None = None
) -> list[EditedFile]:
    """Read files and apply edits to their bytes. Nothing is written.

    Args:
        edits: the edits, in any order.
        read: returns the bytes of a file, by default those on the disk.

    Returns:
        The files, sorted by path.

    Raises:
        EditError: if a file cannot be read, or has changed so that an edit no longer fits.
    """
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    try:
        read = read or partial(read_bytes, limit=None)
        contents = {path: read(path) for path in sorted(by_path)}
    except SnapshotError as error:
        raise EditError(*error.diagnostics) from error
    return [
        EditedFile(path, data, replace_spans(data, by_path[path]))
        for path, data in contents.items()
    ]


def write_files(files: Iterable[EditedFile]) -> None:
    """Write the new bytes of files: all of them or none.

    Raises:
        EditError: if a file cannot be written.
    """
    try:
        replace_files((file.path, file.new) for file in files)
    except SnapshotError as error:
        advice = "Make the file and its folder writable, and try again. Nothing has been changed."
        problems = (problem.replace(advice=advice) for problem in error.diagnostics)
        raise EditError(*problems) from error


def unified_diff(files: Iterable[EditedFile]) -> str:
    r"""Return what changes in files, as `diff -u` shows it.

    >>> print(unified_diff([EditedFile("a.py", b"x = 1\n", b"x = 2\n")]), end="")
    --- a.py
    +++ a.py
    @@ -1 +1 @@
    -x = 1
    +x = 2
    """
    import difflib

    lines: list[str] = []
    for file in files:
        path = display_path(file.path)
        lines += difflib.unified_diff(_lines(file.old), _lines(file.new), path, path)
    return "".join(lines)


def _lines(data: bytes) -> list[str]:
    *lines, last = map(without_commands, decode(data).split("\n"))
    ends = [f"{line}\n" for line in lines]
    return [*ends, f"{last}\n\\ No newline at end of file\n"] if last else ends
