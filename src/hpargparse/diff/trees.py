"""Two trees of files, of revisions or of a worktree, to two indexes.

Owns that a file that both have is read and scanned once; knows not what is
compared.
"""

from __future__ import annotations

import os
import stat

from hpman import Index, index_of_blobs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .git import Repository


class Tree:
    """Give the Python files of one side, by their paths in the repository.

    Args:
        repository: where they come from.
        files: the id of each file, None for one on disk.

    Attributes:
        files: the same; the id of a file on disk is known once it was read.
        is_on_disk: whether some of the files were on disk at first.
        unreadable: why a file on disk cannot be read.
    """

    def __init__(self, repository: Repository, files: Mapping[str, str | None]) -> None:
        """Read nothing yet."""
        self._repository = repository
        self.files: dict[str, str | None] = dict(files)
        self.is_on_disk: bool = None in self.files.values()
        self.unreadable: dict[str, str] = {}

    def read(self, paths: Iterable[str], hashed_as: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield the path and the bytes of each file, those on disk first.

        Args:
            paths: some of the files.
            hashed_as: an id such as those that files on disk are to be given.
        """
        kept: dict[str, list[str]] = {}
        for path in paths:
            blob = self.files[path]
            if blob is not None:
                kept.setdefault(blob, []).append(path)
                continue
            data = self._read_from_disk(path)
            if data is not None:
                self.files[path] = _id(data, hashed_as)
                yield path, data
        for (_blob, same), data in zip(
            kept.items(), self._repository.blobs(list(kept)), strict=True
        ):
            for path in same:
                yield path, data

    def _read_from_disk(self, path: str) -> bytes | None:
        """Read a file; what is deleted, or is none any more, is not there."""
        place = self._repository.on_disk(path)
        try:
            if not stat.S_ISREG(os.lstat(place).st_mode):
                return None
            with open(place, "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.unreadable[path] = error.strerror or str(error)
            return None


def indexes(old: Tree, new: Tree, placeholders: Sequence[str]) -> tuple[Index, Index]:
    """Read two trees.

    Args:
        old: one side.
        new: the other; at most one of them is on disk.
        placeholders: the names whose bare calls count.

    Returns:
        An index of each. Where no file that differs holds a hyperparameter, the files
        that do not are left out of both.
    """
    if old.is_on_disk or new.is_on_disk:
        disk, other = (old, new) if old.is_on_disk else (new, old)
        found = _beside_disk(disk, other, placeholders)
        return found if disk is old else (found[1], found[0])
    changed = {path for path, blob in old.files.items() if new.files.get(path) != blob}
    changed.update(path for path in new.files if path not in old.files)
    parts = [
        index_of_blobs(tree.read([path for path in tree.files if path in changed]), placeholders)
        for tree in (old, new)
    ]
    if not any(part.files for part in parts):
        return parts[0], parts[1]
    same = index_of_blobs(
        new.read([path for path in new.files if path not in changed]), placeholders
    )
    return same.swap(parts[0].files.values()), same.swap(parts[1].files.values())


def _beside_disk(disk: Tree, other: Tree, placeholders: Sequence[str]) -> tuple[Index, Index]:
    """Read what is on disk whole, and of the other tree what differs from it."""
    sample = next(iter(other.files.values()), None) or ""
    on_disk = index_of_blobs(disk.read(list(disk.files), sample), placeholders)
    differs = [path for path, blob in other.files.items() if disk.files.get(path) != blob]
    part = index_of_blobs(other.read(differs), placeholders)
    without = [
        key
        for key, file in on_disk.files.items()
        if other.files.get(path := file.source.path) != disk.files[path]
    ]
    return on_disk, on_disk.swap(part.files.values(), without)


def _id(data: bytes, sample: str) -> str:
    """Return the id that git gives a file with these bytes."""
    from hashlib import sha1, sha256

    make = sha256 if len(sample) == 64 else sha1
    found = make(b"blob %d\0" % len(data), usedforsecurity=False)
    found.update(data)
    return found.hexdigest()
