"""The files that the processes of a run share: leases, metrics, and the request to end.

Owns which process writes a file; must not know who records a run. A lease is a lock that the
kernel releases when its process ends, however it ends. An environment variable names the folder
of the run, so workers and other programs of a run know it too.
"""

from __future__ import annotations

import os
import sys
from _thread import RLock
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "HPMAN_RUN"  # the folder of the record
METRICS, STOP = "metrics.jsonl", "stop"
_PLAIN = (int, float, str, bool, type(None))
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
_FAR = 1 << 30  # Windows locks bytes: one that is never written
# Opening a FIFO would wait for a writer.
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_held: dict[int, os.stat_result] = {}


def take(path: str, *, waits: bool = False) -> int | None:
    """Open a file for appending, and lock it until this process closes it or ends.

    Children do not inherit the lease, whether they are forked or start another program. If
    another process holds it, wait, or return None.
    """
    descriptor = os.open(path, _FLAGS, 0o666)
    try:
        _lock_file(descriptor, shared=False, waits=waits)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:  # this file system has no locks
        pass
    _hold(descriptor)
    return descriptor


def adopt(descriptor: int) -> None:
    """Share an inherited lease with the parent process. It ends when both have ended."""
    os.set_inheritable(descriptor, False)
    _hold(descriptor)


def release(descriptor: int) -> None:
    """Close a file, and end its lease."""
    status = _held.pop(descriptor, None)
    with suppress(OSError):
        # The program may have closed it, and its number may belong to another file now.
        if status is not None and os.path.samestat(os.fstat(descriptor), status):
            os.close(descriptor)


def is_held(path: str) -> bool | None:
    """Return whether a process holds the lease of a file; None if its file system has no locks."""
    try:
        descriptor = os.open(path, _READ_FLAGS)
    except OSError:
        return False
    try:
        # Others that look at the same time take a shared lock too.
        _lock_file(descriptor, shared=True)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False


def _hold(descriptor: int) -> None:
    if not _held and hasattr(os, "register_at_fork"):
        # A lock belongs to the open file, which a forked child shares.
        os.register_at_fork(after_in_child=_close_all)
    _held[descriptor] = os.fstat(descriptor)


def _close_all() -> None:
    for descriptor in [*_held]:
        release(descriptor)


if sys.platform == "win32":

    def _lock_file(descriptor: int, *, shared: bool, waits: bool = False) -> None:
        import msvcrt
        from time import sleep

        while True:
            os.lseek(descriptor, _FAR, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                break
            except PermissionError:
                if not waits:
                    raise BlockingIOError from None
            sleep(0.02)
        if shared:
            os.lseek(descriptor, _FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def _lock_file(descriptor: int, *, shared: bool, waits: bool = False) -> None:
        import fcntl

        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, how if waits else how | fcntl.LOCK_NB)


class _Writer:
    """The file of metrics of one run, in one process."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.last: dict[str, Any] = {}
        self.error: OSError | None = None
        self._file: int | None = None

    def write(self, row: dict[str, Any]) -> None:
        """Append a row, unless another process of the run reports."""
        import json
        from time import time

        if self._file is None:
            self._file = take(os.path.join(self.folder, METRICS))
            if self._file is None:
                return
        row = {
            name: value if type(value) in _PLAIN else _plain(value) for name, value in row.items()
        }
        os.write(self._file, f"{json.dumps({'time': round(time(), 3), **row})}\n".encode())
        row.pop("step", None)
        self.last.update(row)

    def close(self) -> None:
        """Let another process of the run report."""
        if self._file is not None:
            release(self._file)


_lock = RLock()
_writer: _Writer | None = None


def _forget() -> None:
    """Let a forked child report on its own; another thread may have held the lock."""
    global _lock, _writer
    _lock, _writer = RLock(), None


# Windows has no fork.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_forget)


def report(*, step: Any = None, **metrics: Any) -> None:
    """Append metrics to the record of this run. Without a record, do nothing.

    One process of a run reports: the first that does, until it ends. Under torchrun, this is
    the one of rank 0. An error of the disk never ends the program: a sentence on standard
    error says that metrics are no longer kept.

    Args:
        step: the number of the step or epoch, if there is one.
        metrics: the metrics by name. A scalar of numpy or torch becomes a number, and
            anything else that JSON cannot represent becomes its `repr`.

    >>> report(val_loss=0.3, step=1)
    """
    folder = os.environ.get(VARIABLE)
    if folder is None or not is_first_rank():
        return
    with _lock:
        writer = _writer_of(folder)
        if writer.error is not None:
            return
        try:
            writer.write(metrics if step is None else {"step": step, **metrics})
        except OSError as error:
            writer.error = error
            if sys.stderr is not None:
                message = f"hpman: warning: the metrics of this run are no longer kept: {error}"
                print(message, file=sys.stderr)  # noqa: T201 - there is no command here


def is_first_rank() -> bool:
    """Return whether this process may report and record: under torchrun, only that of rank 0."""
    return os.environ.get("RANK", "0") == "0"


def _writer_of(folder: str) -> _Writer:
    global _writer  # noqa: PLW0603 - one per process
    if _writer is None or _writer.folder != folder:
        if _writer is not None:
            _writer.close()
        _writer = _Writer(folder)
    return _writer


def stopping() -> bool:
    """Return whether this run should end, as after `hpman runs --stop`.

    A program that calls this now and then can save its state first. Otherwise, a signal ends
    it later. Without a record, this is always false.

    >>> stopping()
    False
    """
    folder = os.environ.get(VARIABLE)
    return folder is not None and os.path.exists(os.path.join(folder, STOP))


def last_reported(folder: str) -> dict[str, Any] | None:
    """Return the last metrics that this process has reported to a record; None if it has not."""
    writer = _writer
    return (writer.last or None) if writer is not None and writer.folder == folder else None


def _plain(value: Any) -> Any:
    """Return a number of numpy, torch and the like as a plain number, else the `repr`."""
    try:
        value = value.item()
        return value if type(value) in _PLAIN else repr(value)
    except Exception:  # noqa: BLE001 - this runs methods of any object
        return repr(value)
