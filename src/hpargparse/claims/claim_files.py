"""Claims by time that are files: whoever creates a file has the claim while it renews the file.

All times are those of the file system, so the clocks of machines do not matter. Must not know
what claims are for, or who renews them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
_TAKEN_OVER = ".dead"  # the end of the name of a file that exists for a moment


class ClaimFiles:
    """A folder of claims, which is created if it is missing.

    `clock` is a file of this process, which is renewed to read the time; `token` makes its claims
    differ from those of others.

    Raises:
        OSError: if the folder cannot be created.
    """

    def __init__(self, folder: str, clock: str, token: str, seconds_until_free: float) -> None:
        # The seconds after which a claim that is not renewed is free.
        self.seconds_until_free: float = seconds_until_free
        self._folder = folder
        self._clock = clock
        self._token = token
        os.makedirs(folder, exist_ok=True)

    def settings(self) -> dict[str, Any]:
        """Return the arguments of an equal object, as JSON data."""
        return {
            "folder": self._folder,
            "clock": self._clock,
            "token": self._token,
            "seconds_until_free": self.seconds_until_free,
        }

    def take(self, name: str) -> bool:
        """Take a claim, unless another process has it.

        Raises:
            OSError: if the folder cannot be used.
        """
        path = os.path.join(self._folder, name)
        if self._create(path):
            return True
        return self._is_free(path) and self._take_over(path)

    def busy(self) -> set[str]:
        """Return the names that somebody has a claim on."""
        names = [name for name in os.listdir(self._folder) if not name.endswith(_TAKEN_OVER)]
        return {n for n in names if not self._is_free(os.path.join(self._folder, n))}

    def renew(self, names: Mapping[int, str]) -> None:
        """Renew those of some claims that are still of this process."""
        for name in names.values():
            path = os.path.join(self._folder, name)
            if self._is_own(path):
                with suppress(FileNotFoundError):
                    os.utime(path)

    def free(self, name: str) -> None:
        """Give a claim back, if it is still of this process."""
        path = os.path.join(self._folder, name)
        if self._is_own(path):
            with suppress(FileNotFoundError):
                os.unlink(path)

    def _create(self, path: str) -> bool:
        try:
            file = os.open(path, _NEW, 0o666)
        except FileExistsError:
            return False
        os.write(file, self._token.encode())
        os.close(file)
        return True

    def _take_over(self, path: str) -> bool:
        """Replace a claim that is not renewed, unless another process does so now."""
        guard = path + _TAKEN_OVER
        if not self._create(guard):
            if self._is_free(guard):  # that process was killed within this method
                with suppress(FileNotFoundError):
                    os.unlink(guard)
            return False
        try:
            if not self._is_free(path):
                return False
            with suppress(FileNotFoundError):
                os.unlink(path)
            return self._create(path)
        finally:
            os.unlink(guard)

    def _is_own(self, path: str) -> bool:
        with suppress(FileNotFoundError), open(path, "rb") as file:
            return file.read() == self._token.encode()
        return False

    def _is_free(self, path: str) -> bool:
        os.utime(self._clock)
        try:
            return renewed(self._clock) - renewed(path) >= self.seconds_until_free
        except FileNotFoundError:
            return False


def store_of(settings: dict[str, Any]) -> ClaimFiles:
    """Return a folder of claims equal to the one that has some settings."""
    return ClaimFiles(**settings)


def renewed(path: str) -> float:
    """Return when a file was renewed, by the clock of the file system.

    Raises:
        OSError: if it cannot be opened.
    """
    with open(path, "rb") as file:  # a network file system asks its server then
        return os.fstat(file.fileno()).st_mtime
