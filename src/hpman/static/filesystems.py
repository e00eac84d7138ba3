"""Where imports look for files: on the disk, or in a tree that is not there.

Owns what a folder holds and what a file says; must not know what an import is.
"""

from __future__ import annotations

import os

from .files import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias


class Disk:
    """Look at the disk."""

    __slots__ = ()

    def real(self, path: str) -> str:
        """Return what tells a file or folder from others."""
        return os.path.realpath(path)

    def is_file(self, path: str) -> bool:
        """Tell whether there is a file at a path."""
        return os.path.isfile(path)

    def names(self, folder: str) -> frozenset[str]:
        """Return the names in a folder; none without a folder."""
        try:
            return frozenset(os.listdir(folder or os.curdir))
        except OSError:
            return frozenset()

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; none where it cannot be read: who parses it will say so."""
        try:
            return read(path)
        except OSError:
            return b""


class Listed:
    """Look at files that are not on disk, as those of a revision.

    Args:
        files: the bytes of each by its path from the root of the tree, with slashes.

    >>> sorted(Listed({"a.py": b"", "pkg/b.py": b""}).names(""))
    ['a.py', 'pkg']
    """

    __slots__ = ("_files", "_folders")

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Note what each folder holds."""
        self._files = files
        self._folders: dict[str, set[str]] = {}
        for path in files:
            below, found = path, "/"
            while found:
                folder, found, name = below.rpartition("/")
                self._folders.setdefault(folder, set()).add(name)
                below = folder

    def real(self, path: str) -> str:
        """Return the path from the root of the tree."""
        below = os.path.normpath(path or os.curdir).replace(os.sep, "/")
        return "" if below == os.curdir else below

    def is_file(self, path: str) -> bool:
        """Tell whether there is a file at a path."""
        return self.real(path) in self._files

    def names(self, folder: str) -> frozenset[str]:
        """Return the names in a folder; none without a folder."""
        return frozenset(self._folders.get(self.real(folder), ()))

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; none where there is none."""
        return self._files.get(self.real(path), b"")


if TYPE_CHECKING:
    FileSystem: TypeAlias = Disk | Listed
