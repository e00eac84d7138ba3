"""Rename in files of values: the keys to replace, and the proof that this is all.

Owns which files a folder has, and which of them hold values of the program. Must not know sources.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from hpman import Diagnostic, Frozen, Index, readable_repr
from hpman.names import old_names, split_scope
from hpman.programs import compile_globs

from ..edits import EditedFile
from ..errors import SnapshotError
from ..snapshots.files import Snapshot, read_text
from ..snapshots.flatten import flatten
from ..snapshots.formats import extension_format
from ..snapshots.yaml_writer import key_text
from .renaming import CODE, RenameError, Renaming, is_defined

_INCLUDE = "include"
_MARK = "\ufeff"
_MOST_BYTES = 1 << 20
_HEAD = 1 << 12  # bytes, which tell text from data
_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages"})


def is_snapshot(path: str) -> bool:
    """Return whether a path has the extension of YAML or JSON."""
    return extension_format(path) in ("yaml", "json")


def walk_files(folders: Iterable[str], exclude: Sequence[str]) -> Iterator[str]:
    """Yield the files below folders, without hidden and excluded folders and those of tools."""
    for folder in folders:
        is_excluded = compile_globs(exclude, os.path.abspath(folder), os.path.realpath(folder))
        for above, names, files in os.walk(folder):
            if above != folder and "pyvenv.cfg" in files:
                names.clear()
                continue
            names[:] = sorted(
                name
                for name in names
                if not (name.startswith(".") or name in _FOLDERS)
                and not is_excluded(os.path.abspath(os.path.join(above, name)))
            )
            paths = (os.path.join(above, name) for name in sorted(files) if name[0] != ".")
            yield from (path for path in paths if not is_excluded(os.path.abspath(path)))


def text_of(path: str) -> bytes | None:
    """Return the bytes of a file, None if it is large, no text, or cannot be read."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _MOST_BYTES:
            return None
        with open(path, "rb") as file:
            start = file.read(_HEAD)
            return None if b"\0" in start else start + file.read()
    except OSError:
        return None


class EditedKeys(Frozen):
    """A file of values with new keys, and how many these are."""

    __slots__ = ()
    file: EditedFile
    keys: int


def snapshot_edits(
    renaming: Renaming,
    paths: Iterable[str],
    named: Iterable[str],
    read_file: Callable[[str], bytes],
) -> tuple[list[EditedKeys], dict[str, str]]:
    """Return the files of values with new keys, and why others that have the name stay.

    Each is read again: it gives the same values as before, by the new names.
    Those that have other keys than the names of the sources stay, unless the user named them.
    """
    edited: list[EditedKeys] = []
    others: dict[str, str] = {}
    problems: list[Diagnostic] = []
    names = {*named}
    # Without these bytes, no key is the old name: it may be escaped.
    last = renaming.old.rpartition(renaming.sources.separator)[2].encode()
    # A named file may also be in a folder, where its path has another spelling.
    for path in {os.path.realpath(path): path for path in (*paths, *named)}.values():
        try:
            data = read_file(path)
            if path not in names and not any(mark in data for mark in (last, b"\\", b"''")):
                continue
            text = data.decode("utf-8")
            snapshot = read_text(path, text.removeprefix(_MARK), extension_format(path) or "")
        except (SnapshotError, UnicodeDecodeError) as error:
            if path in names and isinstance(error, SnapshotError):
                problems += error.diagnostics
            continue
        try:
            entries = _entries(snapshot, renaming)
        except SnapshotError:
            continue
        if all(renaming.of(name) == name for name in entries):
            continue
        if path not in names and (reason := _doubt(snapshot, renaming)):
            others[path] = reason
            continue
        try:
            edited.append(_edit(path, data, snapshot, renaming))
        except RenameError as error:
            problems += error.diagnostics
    if problems:
        raise RenameError(*problems)
    return edited, others


def _doubt(snapshot: Snapshot, renaming: Renaming) -> str:
    """Return why a file may not be one of this manager, or an empty string."""
    index, placeholder = renaming.sources, renaming.placeholder
    if not all(map(key_test(index, placeholder), _entries(snapshot, renaming))):
        return f"a key, but other keys are not of `{placeholder}`; name the file to change it"
    for other in sorted(index.placeholders() - {placeholder}):
        entries = _entries(snapshot, renaming.replace(placeholder=other))
        if all(map(key_test(index, other), entries)):
            return f"a key, but `{other}` has the same keys; name the file to change it"
    return ""


def key_test(index: Index, placeholder: str) -> Callable[[str], bool]:
    """Return a function that says whether a key is a name, an old name, or `include`."""
    hyperparameters = index.hyperparameters(placeholder)
    old = {name for one in hyperparameters for name in old_names(one.hints)}

    def is_name(name: str) -> bool:
        return is_defined(index, placeholder, name) or name in old

    def is_key(name: str) -> bool:
        if name == _INCLUDE or name.startswith(f"{_INCLUDE}{index.separator}"):
            return True
        return is_name(split_scope(name, is_name, index.separator)[1])

    return is_key


def _entries(snapshot: Snapshot, renaming: Renaming, *, is_new: bool = False) -> dict[str, str]:
    """Return the values of a file by name, as text that is equal for equal values."""
    index, placeholder = renaming.sources, renaming.placeholder
    leaves = {hp.name for hp in index.hyperparameters(placeholder)}
    leaves |= {old for hp in index.hyperparameters(placeholder) for old in old_names(hp.hints)}
    if is_new:
        leaves = {*map(renaming.of, leaves)}

    def is_leaf(name: str) -> bool:
        return split_scope(name, leaves.__contains__, index.separator)[1] in leaves

    return {
        entry.name: f"{type(entry.value).__name__} {readable_repr(entry.value)}"
        for entry in flatten(snapshot, is_leaf, index.separator)
    }


def _edit(path: str, data: bytes, snapshot: Snapshot, renaming: Renaming) -> EditedKeys:
    text = data.decode("utf-8")
    mark = _MARK if text.startswith(_MARK) else ""
    body = text.removeprefix(_MARK)
    form = extension_format(path) or ""
    parts, done, keys = [mark], 0, 0
    for key_path, start, end in snapshot.places:
        new = _new_key(path, key_path, snapshot, renaming)
        if new == key_path[-1]:
            continue
        if start < done:  # an alias of YAML stands for the same keys again
            continue
        parts += (body[done:start], key_text(body[start:end], new, form))
        done = end
        keys += 1
    after = "".join((*parts, body[done:]))
    _prove(path, snapshot, after, renaming)
    return EditedKeys(EditedFile(path, data, after.encode("utf-8")), keys)


def _new_key(path: str, key_path: tuple[str, ...], snapshot: Snapshot, renaming: Renaming) -> str:
    *above, key = key_path
    around = renaming.sources.separator.join(above)
    new = renaming.of_key(around, key)
    if new is None:
        message = f"`{key}` lies below `{around}` here, so it cannot become `{renaming.new}`."
        advice = f"Write it as `{renaming.old}` first, outside of `{around}`."
        raise _refusal(path, snapshot.lines.get(key_path), message, advice)
    return new


def _prove(path: str, snapshot: Snapshot, after: str, renaming: Renaming) -> None:
    """Read a file again: each value has the new name, and everything else is as before."""
    before = _entries(snapshot, renaming)
    wanted = {renaming.of(name): value for name, value in before.items()}
    try:
        entries: dict[str, Any] = _entries(
            read_text(path, after.removeprefix(_MARK), extension_format(path) or ""),
            renaming,
            is_new=True,
        )
    except SnapshotError as error:
        entries = {"": error}
    is_include = renaming.new.partition(renaming.sources.separator)[0] == _INCLUDE
    if entries != wanted or len(wanted) != len(before) or (is_include and _INCLUDE in before):
        message = f"With `{renaming.new}` as a key, this file would be read differently."
        raise _refusal(path, None, message, "Change it by hand first, or choose another name.")


def _refusal(path: str, line: int | None, message: str, advice: str) -> RenameError:
    return RenameError(Diagnostic(CODE, message, advice, os.fspath(path), line))
