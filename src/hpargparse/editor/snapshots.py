"""The files of values in a folder, with the places of their keys.

Owns which YAML and JSON files hold values of the program. Must not know sources.
"""

from __future__ import annotations

import os

from hpman import Source
from hpman.literals import readable_repr
from hpman.record import Record

from ..errors import SnapshotError
from ..rename.text import text_of, walk_files
from ..snapshots.files import read_text
from ..snapshots.formats import extension_format
from ..snapshots.key_places import key_places
from .places import Lines, normalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .places import Span

_MOST_FILES = 200  # that one question looks at
_INCLUDE = "include"


class Key(Record):
    """One key of a file of values.

    Attributes:
        name: the flat name.
        value: its value as text, empty for a group.
        source: the text of the file.
        span: the place of the key.
    """

    __slots__ = ()
    name: str
    value: str
    source: Source
    span: Span


class Snapshots:
    """Keep the files of values of a folder, as long as they do not change.

    Args:
        folder: the folder.
        exclude: globs of what to leave out.
        texts: the texts that are open, by path.

    >>> [*Snapshots(os.path.dirname(__file__), (), {}).paths]
    []
    """

    def __init__(self, folder: str, exclude: Sequence[str], texts: Mapping[str, str]) -> None:
        self._texts = texts
        files = walk_files([folder], exclude)
        self.paths: list[str] = [path for path in files if is_snapshot(path)]
        self._keys: dict[str, tuple[object, list[Key]]] = {}

    def keys_named(self, name: str, near: str, is_known: Callable[[str], bool]) -> Iterator[Key]:
        """Yield the keys with a name, those of the nearest files first.

        Args:
            name: the flat name.
            near: the path of a file.
            is_known: whether a name is one of the program. Files with other keys do not count.
        """
        last = name.rpartition(".")[2]
        near_first = sorted(self.paths, key=lambda path: (_distance(path, near), path))
        for path in near_first[:_MOST_FILES]:
            keys = self.keys(path)
            if any(key.name == name for key in keys) and last and _are_known(keys, is_known):
                yield from (key for key in keys if key.name == name)

    def keys(self, path: str) -> list[Key]:
        """Return the keys of a file; none if it cannot be read."""
        text = self._texts.get(path)
        state: object = text
        if text is None:
            try:
                status = os.stat(path)
            except OSError:
                return []
            state = status.st_mtime_ns, status.st_size
        before, keys = self._keys.get(path, (None, []))
        if before != state:
            if text is None:
                text = (text_of(path) or b"").decode(errors="replace")
            keys = keys_of(path, normalize(text.removeprefix("\ufeff")))
            self._keys[path] = state, keys
        return keys


def is_snapshot(path: str) -> bool:
    """Return whether a path has the extension of YAML or JSON.

    >>> is_snapshot("a.yml"), is_snapshot("a.py")
    (True, False)
    """
    return extension_format(path) in ("yaml", "json")


def keys_of(path: str, text: str) -> list[Key]:
    """Return the keys of a file of values; none if the text is not one.

    Args:
        path: the path.
        text: the text, with normalized newlines.

    >>> [(key.name, key.value, key.span) for key in keys_of("a.yaml", "model: {depth: 3}")]
    [('model', '', (1, 1, 1, 6)), ('model.depth', '3', (1, 9, 1, 14))]
    """
    form = extension_format(path) or ""
    try:
        values = read_text(path, text, form).values
        places = key_places(text, form)
    except (SnapshotError, RecursionError):
        return []
    lines, source = Lines(text), Source(path, text)
    keys = []
    for names, start, end in places:
        value: object = values
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        shown = "" if isinstance(value, dict) else readable_repr(value)
        span = (*lines.place(start), *lines.place(end))
        keys.append(Key(".".join(names), shown, source, span))
    return keys


def _are_known(keys: Sequence[Key], is_known: Callable[[str], bool]) -> bool:
    return all(
        is_known(key.name) or key.name == _INCLUDE or key.name.startswith(f"{_INCLUDE}.")
        for key in keys
    )


def _distance(path: str, other: str) -> int:
    """Return how many folders lie between two files."""
    return os.path.relpath(path, os.path.dirname(other)).count(os.sep)
