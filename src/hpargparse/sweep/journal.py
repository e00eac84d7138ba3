"""The journal of a sweep's engine: one file of JSON lines, as plain Optuna writes and reads it.

Owns reading and appending, also after a crash or a full disk. Must not know what a line means.
Whoever appends holds a lease, so nobody else does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from weakref import finalize

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
_FLAGS |= getattr(os, "O_BINARY", 0)


class Journal:
    """A file of logs: dicts, one a line.

    It has the methods of `optuna.storages.journal.BaseJournalBackend`. What follows the last
    readable line, such as a torn one, is never read, and is cut off before the next append.

    Raises:
        OSError: if it cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = os.open(path, _FLAGS, 0o666)
        self._finalizer = finalize(self, os.close, self._file)
        self._count = 0  # of the logs that have been read
        self._offset = 0  # where the next one begins

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """Yield the logs from one on."""
        if log_number_from < self._count:
            self._count = self._offset = 0
        for log, size in self._unread():
            self._count += 1
            self._offset += size
            if self._count > log_number_from:
                yield log

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append logs. They are not flushed to the disk.

        Raises:
            OSError: if the disk is full. Nothing is appended then.
        """
        end = self._offset + sum(size for _log, size in self._unread())
        if end < os.fstat(self._file).st_size:
            os.ftruncate(self._file, end)
        lines = [json.dumps(log, separators=(",", ":")) + "\n" for log in logs]
        rest = "".join(lines).encode()
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, end)
            raise

    def flush(self) -> None:
        """Wait until the disk has what was appended."""
        getattr(os, "fdatasync", os.fsync)(self._file)

    def is_current(self) -> bool:
        """Return whether the path still names this file, with all that was read from it."""
        with suppress(OSError):
            now, own = os.stat(self._path), os.fstat(self._file)
            return os.path.samestat(now, own) and now.st_size >= self._offset
        return False

    def close(self) -> None:
        """Close the file."""
        self._finalizer()

    def _unread(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Yield the logs after those that have been read, with their lengths."""
        size = os.fstat(self._file).st_size - self._offset
        if size <= 0:
            return
        os.lseek(self._file, self._offset, os.SEEK_SET)
        text = b""
        while len(text) < size and (part := os.read(self._file, size - len(text))):
            text += part
        for line in text.splitlines(keepends=True):
            try:
                log = json.loads(line)
            except (ValueError, RecursionError):
                return
            if not line.endswith(b"\n") or type(log) is not dict:
                return
            yield log, len(line)
