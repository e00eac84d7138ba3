"""The files of values in a folder, with the places of their keys.

Owns which YAML and JSON files hold values of the program. Must not know sources.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from hpman import Frozen, Source, readable_repr
from hpman.programs import normalize_newlines

from ..edits import Span
from ..errors import SnapshotError
from ..rename.snapshots import is_snapshot, text_of, walk_files
from ..snapshots.files import read_text
from ..snapshots.formats import extension_format
from .places import Lines, Move

_MOST_FILES = 200  # that one question looks at


class Key(Frozen):
    """One key of a file of values."""

    __slots__ = ()
    name: str
    value: str  # its value as text, empty for a group
    source: Source
    span: Span


class Snapshots:
    """The files of values of a folder. Their keys are kept as long as they do not change.

    A text that is open and cannot be read keeps the last keys that it had, where they are now.
    """

    def __init__(self, folder: str, exclude: Sequence[str], texts: Mapping[str, str]) -> None:
        self.exclude: Sequence[str] = exclude
        self._broken: set[str] = set()  # texts that are open and cannot be read
        self._folder = folder
        self.texts: Mapping[str, str] = texts
        self._paths: list[str] | None = None
        self._keys: dict[str, tuple[object, list[Key]]] = {}

    @property
    def paths(self) -> list[str]:
        """The paths of the files."""
        if self._paths is None:
            files = walk_files([self._folder], self.exclude)
            self._paths = [path for path in files if is_snapshot(path)]
        return self._paths

    def refresh(self) -> None:
        """Look for new files when they are needed."""
        self._paths = None

    def keys_named(self, name: str, near: str, is_key: Callable[[str], bool]) -> Iterator[Key]:
        """Yield the keys with a name, those of the nearest files first.

        Files that also have other keys than those of the program do not count.
        """
        if not name:
            return
        # Files without this key are not parsed, which takes long for large YAML.
        as_key = _as_key(name)
        near_first = sorted(self.paths, key=lambda path: (_distance(path, near), path))
        for path in near_first[:_MOST_FILES]:
            keys = self.keys(path) if as_key.search(self._text(path)) else []
            if all(is_key(key.name) for key in keys):
                yield from (key for key in keys if key.name == name)

    def keys(self, path: str) -> list[Key]:
        """Return the keys of a file; none if it cannot be read."""
        state: object = self.texts.get(path)
        if state is None:
            self._broken.discard(path)
            try:
                status = os.stat(path)
            except OSError:
                return []
            state = status.st_mtime_ns, status.st_size
        before, keys = self._keys.get(path, (None, []))
        if before != state:
            text = normalize_newlines(self._text(path).removeprefix("\ufeff"))
            new = keys_of(path, text)
            self._broken.discard(path)
            if new is None and path in self.texts:
                self._broken.add(path)
                new = _moved(keys, text)
            keys = new or []
            self._keys[path] = state, keys
        return keys

    def broken_place(self, name: str) -> tuple[str, int] | None:
        """Return the path and the line of a key in an open text that cannot be read."""
        for path in filter(self.texts.__contains__, self.paths):
            self.keys(path)
            text = normalize_newlines(self.texts[path])
            match = _as_key(name).search(text) if path in self._broken else None
            if match:
                return path, text.count("\n", 0, match.start()) + 1
        return None

    def _text(self, path: str) -> str:
        text = self.texts.get(path)
        return (text_of(path) or b"").decode(errors="replace") if text is None else text


def _as_key(name: str) -> re.Pattern[str]:
    """Return a pattern of texts that may have a name, or one below it, as a key."""
    last = re.escape(name.rpartition(".")[2])
    return re.compile(rf"(?<!\w){last}(?:\.[^\s:]*)?[\"']?\s*:")


def _moved(keys: Sequence[Key], text: str) -> list[Key]:
    """Return keys where they are in a text that an edit has made of theirs."""
    if not keys:
        return []
    move, source = Move(keys[0].source.text, text), Source(keys[0].source.path, text)
    places = ((key, move(key.span)) for key in keys)
    return [key.replace(source=source, span=span) for key, span in places if span]


def keys_of(path: str, text: str) -> list[Key] | None:
    """Return the keys of a file of values; None if the text is not one.

    >>> keys = keys_of("a.yaml", "model: {depth: 3}")
    >>> [(key.name, key.value, key.span) for key in keys or ()]
    [('model', '', (1, 1, 1, 6)), ('model.depth', '3', (1, 9, 1, 14))]
    """
    form = extension_format(path) or ""
    try:
        snapshot = read_text(path, text, form)
    except (SnapshotError, RecursionError, UnicodeError):
        return None
    lines, source = Lines(text), Source(path, text)
    keys = []
    for names, start, end in snapshot.places:
        value: object = snapshot.values
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        shown = "" if isinstance(value, dict) else readable_repr(value)
        span = (*lines.place(start), *lines.place(end))
        keys.append(Key(".".join(names), shown, source, span))
    return keys


def _distance(path: str, other: str) -> int:
    """Return how many folders lie between two files."""
    return os.path.relpath(path, os.path.dirname(other)).count(os.sep)
