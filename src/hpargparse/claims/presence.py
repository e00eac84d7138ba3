"""Which commands work on a sweep in a folder now, and whether they see the locks of each other.

If they do not, all of them hold claims by time from then on. A command that lives renews a file
of its own. Must not know what claims are for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, RLock, Thread

from hpman.run_files import is_held, release, take
from hpman.text import relative_path

from ..errors import SweepError
from ..runs.record import host
from .claim_files import ClaimFiles, renewed
from .locks import Locks
from .timed import SECONDS_UNTIL_FREE, TimedClaims, random_token

_FOLDER, _MODE, _CLAIMS = "workers", "claims.mode", "claims-by-time"
_BY_LOCKS, _BY_TIME = b"locks", b"time"
_BEAT = 1.0  # seconds between two times that a file is renewed
_SECONDS_UNTIL_ENDED = 3.0  # seconds after which a command that has not done so has ended
_PATIENCE = 60.0  # seconds in which all commands change to claims by time
_ADVICE = (
    "Use one machine and one command at a time, or move the project to a file system with"
    " locks, such as NFS mounted without `nolock`."
)


class FolderClaims:
    """Claims by locks on files, until one command finds that these do not hold."""

    def __init__(self, folder: str, clock: str) -> None:
        self._folder = folder
        self._clock = clock
        self._locks = Locks(folder)
        self._timed: TimedClaims | None = None
        self._guard = RLock()  # the change comes from a thread
        self._locked: dict[int, tuple[str, int | None]] = {}  # the claims by locks, and by time

    @property
    def is_by_time(self) -> bool:
        """Whether claims are held by time now."""
        return self._timed is not None

    def change(self) -> None:
        """Hold claims by time from now on, also those that are held by locks.

        Raises:
            OSError: if the folder cannot be used.
        """
        with self._guard:
            if self._timed is None:
                folder = os.path.join(self._folder, _CLAIMS)
                store = ClaimFiles(folder, self._clock, random_token(), SECONDS_UNTIL_FREE)
                self._timed = TimedClaims(store)
                for claim, (name, _none) in self._locked.items():
                    self._locked[claim] = name, self._timed.take(name)

    def take(self, name: str) -> int | None:
        """Return a claim on a name; None if another process holds it.

        Raises:
            OSError, SweepError: if the claim cannot be stored.
        """
        with self._guard:
            if self._timed is not None:
                return self._timed.take(name)
            claim = self._locks.take(name)
            if claim is not None:
                self._locked[claim] = name, None
            return claim

    def release(self, name: str, claim: int, *, is_over: bool) -> None:
        """Give a claim back."""
        with self._guard:
            if claim not in self._locked:
                release(claim)
                return
            _name, by_time = self._locked.pop(claim)
            self._locks.release(name, claim, is_over=is_over)
            if by_time is not None:
                release(by_time)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Wait until no other process holds the lock of the sweep, and hold it.

        Raises:
            OSError, SweepError: if the lock cannot be stored.
        """
        with self._guard, (self._timed or self._locks).lock():
            yield

    def close(self) -> None:
        """Wait until all claims that were given back are free."""
        if self._timed is not None:
            self._timed.close()


class _Worker:
    """This command, as others see it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._workers = os.path.join(folder, _FOLDER)
        os.makedirs(self._workers, exist_ok=True)
        self._name = f"{host()}-{os.getpid()}-{os.urandom(4).hex()}"
        self._path = os.path.join(self._workers, self._name)
        self._mode = os.path.join(folder, _MODE)
        self._lease = take(self._path)
        self.claims = FolderClaims(folder, self._path)
        self._has_ended = Event()
        self._thread = Thread(target=self._renew, daemon=True)
        if not os.path.exists(self._mode):
            self._write_mode(_BY_LOCKS)

    def start(self) -> bool:
        """Find out how claims are held, and return whether it is by locks.

        Raises:
            SweepError: if a command that holds them by locks does not change.
        """
        self._thread.start()
        has_locks = is_held(self._path) is True
        others = [other for other in os.listdir(self._workers) if other != self._name]
        unseen = [other for other in others if self._is_unseen(other, has_locks=has_locks)]
        if has_locks and not unseen and _read_note(self._mode) != _BY_TIME:
            return True
        if _read_note(self._mode) != _BY_TIME:
            self._write_mode(_BY_TIME)
        self._change()
        if unseen:
            time.sleep(2 * _BEAT)  # a command that has just begun may not have seen it
        end = time.monotonic() + _PATIENCE
        while late := [other for other in os.listdir(self._workers) if self._is_late(other)]:
            if time.monotonic() > end:
                message = (
                    f"Locks on files do not hold in {_shown(self.folder)}: another command works on"
                    f" this sweep, on {_machine(late[0])}, and does not change to claims by time."
                )
                raise SweepError.because(message, _ADVICE)
            time.sleep(_BEAT / 10)
        return False

    def end(self) -> None:
        """Remove what others see."""
        self._has_ended.set()
        self._thread.join()
        self.claims.close()
        if self._lease is not None:  # pragma: no branch - nobody else has this name
            release(self._lease)
        with suppress(OSError):
            os.unlink(self._path)

    def _renew(self) -> None:
        has_changed = False
        while not self._has_ended.wait(_BEAT):
            with suppress(OSError, SweepError):
                os.utime(self._path)
                if not has_changed and _read_note(self._mode) == _BY_TIME:
                    self._change()
                    has_changed = True

    def _change(self) -> None:
        self.claims.change()
        with open(self._path, "wb") as file:
            file.write(_BY_TIME)

    def _write_mode(self, mode: bytes) -> None:
        with open(self._mode, "wb") as file:
            file.write(mode)

    def _is_late(self, other: str) -> bool:
        """Return whether another command lives, and still holds claims by locks."""
        path = os.path.join(self._workers, other)
        with suppress(FileNotFoundError):
            return _read_note(path) != _BY_TIME and not self._is_gone(path)
        return False

    def _is_unseen(self, other: str, *, has_locks: bool) -> bool:
        """Return whether another command lives although its lock is not held; else remove it."""
        path = os.path.join(self._workers, other)
        if is_held(path):
            return False
        if has_locks and _machine(other) == _machine(self._name):
            with suppress(OSError):
                os.unlink(path)
            return False
        with suppress(FileNotFoundError):  # it has just ended
            if _read_note(path) == _BY_TIME:
                if self._is_gone(path):
                    os.unlink(path)
                return False
            before = renewed(path)
            end = time.monotonic() + _SECONDS_UNTIL_ENDED
            while not self._is_gone(path) and time.monotonic() < end:
                if renewed(path) != before:
                    return True
                time.sleep(_BEAT / 10)
            os.unlink(path)
        return False

    def _is_gone(self, path: str) -> bool:
        os.utime(self._path)
        return renewed(self._path) - renewed(path) >= _SECONDS_UNTIL_ENDED


@contextmanager
def presence(folder: str) -> Iterator[tuple[FolderClaims, list[str]]]:
    """Show that this process works on a sweep.

    Yields:
        The claims, and warnings: one if locks on files do not hold here.

    Raises:
        SweepError: if another command works on it, and its lock is not seen here, and it does
            not change to claims by time. Both would run the same trials.
        OSError: if the folder cannot be written.
    """
    worker = _Worker(folder)
    try:
        if worker.start():
            yield worker.claims, []
        else:
            warning = (
                f"locks on files do not hold in {_shown(folder)}, so claims are held by time: the"
                f" trials of a machine that dies go on after {SECONDS_UNTIL_FREE:g} seconds"
            )
            yield worker.claims, [warning]
    finally:
        worker.end()


def _read_note(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _machine(name: str) -> str:
    return name.rsplit("-", 2)[0]


def _shown(folder: str) -> str:
    return f"`{relative_path(folder)}`"
