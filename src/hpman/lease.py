"""Leases: locks on files that the kernel releases when the process ends, however it ends.

Owns how each operating system locks; must not know what a lease stands for.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
_FAR = 1 << 30  # Windows locks bytes: one that is never written
# Opening a FIFO would wait for a writer.
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_held: dict[int, os.stat_result] = {}


def take(path: str, *, waits: bool = False) -> int | None:
    """Open a file for appending, and lock it until this process closes it or ends.

    Children do not inherit the lease, whether they are forked or start another program.

    Args:
        path: the file. It is created if it is missing.
        waits: whether to wait until no other process holds the lease.

    Returns:
        The descriptor; without waiting, None if another process holds the lease.

    Raises:
        OSError: if the file cannot be opened.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     lease = take(os.path.join(folder, "lease"))
    ...     print(is_held(os.path.join(folder, "lease")))
    ...     release(lease)
    ...     is_held(os.path.join(folder, "lease"))
    True
    False
    """
    descriptor = os.open(path, _FLAGS, 0o666)
    try:
        _lock(descriptor, shared=False, waits=waits)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:  # this file system has no locks
        pass
    _hold(descriptor)
    return descriptor


def adopt(descriptor: int) -> None:
    """Share an inherited lease with the parent process. It ends when both have ended.

    Args:
        descriptor: the descriptor, which was inherited.
    """
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
        _lock(descriptor, shared=True)
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

    def _lock(descriptor: int, *, shared: bool, waits: bool = False) -> None:
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

    def _lock(descriptor: int, *, shared: bool, waits: bool = False) -> None:
        import fcntl

        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, how if waits else how | fcntl.LOCK_NB)
