"""Claims: the right to do something for a sweep, such as to start a run.

A claim is a descriptor, held by the sweep and by the run that inherits it until both have ended.
Owns how claims are held by locks on files. Must not know what they are for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol

from hpman.run_files import release, take


class Claims(Protocol):
    """Who has which claims."""

    @property
    def is_by_time(self) -> bool:
        """Whether a claim ends some time after its process, so that it may outlive a lock."""

    def take(self, name: str) -> int | None:
        """Return a claim on a name; None if another process holds it."""

    def release(self, name: str, claim: int, *, is_over: bool) -> None:
        """Give a claim back, perhaps because nobody needs it any more."""

    def lock(self) -> AbstractContextManager[None]:
        """Wait until no other process holds the lock of the sweep, and hold it."""


CLAIMS, _LOCK = "claims", "lock"


class Locks:
    """Claims that are locks on files. They end with the processes that hold them."""

    is_by_time: bool = False

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def take(self, name: str) -> int | None:
        """Return a claim on a name; None if another process holds it.

        Raises:
            OSError: if the folder cannot be used.
        """
        path = self._path(name)
        claim = take(path)
        if claim is None or _is_at(path, claim):
            return claim
        release(claim)  # another process has just removed the file
        return None

    def release(self, name: str, claim: int, *, is_over: bool) -> None:
        """Give a claim back."""
        path = self._path(name)
        if is_over and _is_at(path, claim):
            with suppress(OSError):  # Windows does not remove an open file
                os.unlink(path)
        release(claim)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Wait until no other process holds the lock of the sweep, and hold it.

        Raises:
            OSError: if the folder cannot be used.
        """
        claim = take(os.path.join(self._folder, _LOCK), waits=True)
        try:
            yield
        finally:
            if claim is not None:  # pragma: no branch - it has waited
                release(claim)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, CLAIMS, name)


def _is_at(path: str, descriptor: int) -> bool:
    """Return whether an open file still has its path."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    return False
