"""Which commands work on a sweep now, and whether they see the locks of each other.

Owns the files that show it. A command that lives renews its file, with or without locks.
Must not know claims or runs.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from threading import Event, Thread

from hpman._text import relative_path
from hpman.lease import is_held, release, take

from ..errors import SweepError
from ..runs.record import host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = "workers"
_BEAT = 1.0  # seconds between two times that a file is renewed
_SILENCE = 3.0  # seconds after which a command that has not done so has ended
_ADVICE = (
    "Use one machine and one command at a time, or move the project to a file system with"
    " locks, such as NFS mounted without `nolock`."
)


@contextmanager
def presence(folder: str) -> Iterator[list[str]]:
    """Show that this process works on a sweep.

    Args:
        folder: the folder of the sweep.

    Yields:
        Warnings: one if locks on files do not hold here.

    Raises:
        SweepError: if another command works on it, and its lock is not seen here. Both would
            run the same trials.
        OSError: if the folder cannot be written.
    """
    workers = os.path.join(folder, _FOLDER)
    os.makedirs(workers, exist_ok=True)
    name = f"{host()}-{os.getpid()}-{os.urandom(4).hex()}"
    path = os.path.join(workers, name)
    lease = take(path)
    has_ended = Event()

    def renew() -> None:
        while not has_ended.wait(_BEAT):
            with suppress(OSError):
                os.utime(path)

    thread = Thread(target=renew, daemon=True)
    thread.start()
    try:
        has_locks = is_held(path) is True
        for other in os.listdir(workers):
            if other != name:
                _check(workers, name, other, has_locks=has_locks)
        warning = f"locks on files do not hold in {_shown(folder)}. {_ADVICE}"
        yield [] if has_locks else [warning]
    finally:
        has_ended.set()
        thread.join()
        if lease is not None:  # pragma: no branch - nobody else has this name
            release(lease)
        with suppress(OSError):
            os.unlink(path)


def _check(workers: str, name: str, other: str, *, has_locks: bool) -> None:
    """Raise an error if another command lives although its lock is not held."""
    path = os.path.join(workers, other)
    if is_held(path):
        return
    machine = _machine(other)
    if has_locks and machine == _machine(name):
        with suppress(OSError):
            os.unlink(path)
        return
    try:
        os.utime(os.path.join(workers, name))
        now, renewed = (_renewed(os.path.join(workers, file)) for file in (name, other))
        if now - renewed < _SILENCE:
            end = time.monotonic() + _SILENCE
            while time.monotonic() < end:
                if _renewed(path) != renewed:
                    message = (
                        f"Locks on files do not hold in {_shown(os.path.dirname(workers))}: another"
                        f" command works on this sweep, on {machine}, and its lock is not seen."
                    )
                    raise SweepError.because(message, _ADVICE)
                time.sleep(_BEAT / 10)
        os.unlink(path)
    except FileNotFoundError:  # it has just ended
        return


def _renewed(path: str) -> float:
    """Return when a file was renewed, by the clock of the file system."""
    with open(path, "rb") as file:  # a network file system asks its server then
        return os.fstat(file.fileno()).st_mtime


def _machine(name: str) -> str:
    return name.rsplit("-", 2)[0]


def _shown(folder: str) -> str:
    return f"`{relative_path(folder)}`"
