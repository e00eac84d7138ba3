"""Keep what a process writes to its standard streams, and show it as before.

Owns the process that copies. No `wait` of the program sees it, because it is not a child, and it
goes on until the last process that may write has ended. Must not know records.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from errno import EIO
from typing import NoReturn

from hpman import Frozen

_READY = b"r"
_SIZE = 1 << 16  # bytes of a read; a full pipe has no more
_MOST_READS = 64  # after the end, because other processes may never stop writing


class Stream(Frozen):
    """A standard stream, or two that are the same file, such as one terminal."""

    __slots__ = ()
    numbers: tuple[int, ...]  # the descriptors, 1 and 2
    saved: int  # a copy of the descriptor
    source: int  # where the copying process reads; for a terminal, the controller of another one
    sink: int  # where the program writes


class Copier:
    """The standard streams of this process, copied to a file by another process.

    That process also does some other work.
    """

    def __init__(self, path: str, work: Callable[[], None]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        log = _above_standard(os.open(path, flags, 0o666))
        self._streams = _streams()
        done, self._done = map(_above_standard, os.pipe())
        self._drained, drained = map(_above_standard, os.pipe())
        ours = (
            self._done,
            *(part for stream in self._streams for part in (stream.sink, stream.saved)),
        )
        # The program may close any descriptor, and get its number for a file of its own.
        self._ours = {number: os.fstat(number) for number in (*ours, self._drained)}
        _flush()
        child = os.fork()
        if child == 0:
            _abandon(lambda: self._copy(log, done, drained, work))
        os.waitpid(child, 0)
        for descriptor in (log, done, drained, *(stream.source for stream in self._streams)):
            os.close(descriptor)
        if os.read(self._drained, 1) != _READY:
            raise OSError(EIO, "the process that copies the output did not start")
        for stream in self._streams:
            for number in stream.numbers:
                os.dup2(stream.sink, number)

    def close(self, *, flush: bool = True) -> None:
        """Give the streams back, and wait until all that was written has been shown."""
        if flush:
            _flush()
        for stream in self._streams:
            for number in stream.numbers if self._has(stream.saved) else ():
                with suppress(OSError):  # the program has closed it
                    if os.path.samestat(os.fstat(number), self._ours[stream.sink]):
                        os.dup2(stream.saved, number)
        is_waiting = self._has(self._done) and self._has(self._drained)
        drained = os.dup(self._drained) if is_waiting else -1
        self.forget()
        if is_waiting:
            os.read(drained, 1)
            os.close(drained)

    def forget(self) -> None:
        """Close, in a forked child too, what only the program itself may hold."""
        for number in filter(self._has, self._ours):
            os.close(number)
        self._ours = {}

    def _has(self, number: int) -> bool:
        try:
            return os.path.samestat(os.fstat(number), self._ours[number])
        except OSError:
            return False

    def _copy(self, log: int, done: int, drained: int, work: Callable[[], None]) -> None:
        """Copy in the other process. It still has the standard streams themselves."""
        from threading import Thread

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        self.forget()
        targets = {stream.source: stream.numbers[0] for stream in self._streams}
        terminals = {source: targets[source] for source in targets if os.isatty(source)}
        signal.signal(signal.SIGWINCH, lambda *_: _copy_sizes(terminals))
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        thread = Thread(target=work)
        thread.start()
        os.write(drained, _READY)
        copy_streams(targets, log, done, drained)
        thread.join()


def copy_streams(targets: Mapping[int, int], log: int, done: int, drained: int) -> None:
    """Copy each source to its target and the log, until all sources have ended.

    When the program has written everything, `done` ends; when that is copied, `drained` is closed.
    """
    open_targets = dict(targets)
    is_done = False
    reads = 0
    while open_targets or not is_done:
        waiting = [*open_targets] if is_done else [*open_targets, done]
        timeout = 0 if is_done and reads < _MOST_READS else None
        ready = select.select(waiting, [], [], timeout)[0]
        if is_done and reads < _MOST_READS:
            reads = reads + 1 if ready else _MOST_READS
            if reads == _MOST_READS:
                os.close(drained)
        for source in ready:
            if source == done:
                is_done = True
                continue
            data = _read_stream(source)
            log = _keep(log, data)
            # An error of the reader is passed on: the next write of the program fails.
            if not data or not _show(open_targets[source], data):
                os.close(source)
                del open_targets[source]
    if reads < _MOST_READS:
        os.close(drained)


def _streams() -> tuple[Stream, ...]:
    """Replace nothing yet, but make a pipe or a terminal for each standard stream."""
    streams: list[Stream] = []
    for number in (1, 2):
        try:
            status = os.fstat(number)
        except OSError:  # it is closed
            continue
        if streams and os.path.samestat(status, os.fstat(1)):
            streams[0] = streams[0].replace(numbers=(1, 2))  # one stream keeps the order
            continue
        source, sink = _terminal(number) if os.isatty(number) else os.pipe()
        saved = _above_standard(os.dup(number))
        streams.append(Stream((number,), saved, _above_standard(source), _above_standard(sink)))
    return tuple(streams)


def _terminal(number: int) -> tuple[int, int]:
    """Return a pair of descriptors of a new terminal, which changes nothing in the output."""
    from tty import setraw

    source, sink = os.openpty()
    setraw(sink)
    _copy_sizes({source: number})
    return source, sink


def _copy_sizes(terminals: Mapping[int, int]) -> None:
    """Give each terminal the size of another one."""
    from fcntl import ioctl
    from termios import TIOCGWINSZ, TIOCSWINSZ

    for terminal, like in terminals.items():
        with suppress(OSError):
            ioctl(terminal, TIOCSWINSZ, ioctl(like, TIOCGWINSZ, bytes(8)))


def _above_standard(descriptor: int) -> int:
    """Move a descriptor out of the way of closed standard streams."""
    if descriptor > 2:
        return descriptor
    from fcntl import F_DUPFD_CLOEXEC, fcntl

    moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    os.close(descriptor)
    return moved


def _abandon(action: Callable[[], None]) -> NoReturn:
    """Run an action in a child of this child, which nobody waits for. Never return."""
    try:
        if os.fork() == 0:
            action()
    finally:
        os._exit(0)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or replaced by anything
            stream.flush()


def _read_stream(source: int) -> bytes:
    try:
        return os.read(source, _SIZE)
    except OSError:  # how a terminal ends on Linux
        return b""


def _keep(log: int, data: bytes) -> int:
    """Write to the log; return its descriptor, -1 after an error."""
    if log >= 0:
        try:
            _write(log, data)
        except OSError as error:
            message = f"hpman: warning: the output of this run is no longer kept: {error}\n"
            _show(2, message.encode())
            return -1
    return log


def _show(target: int, data: bytes) -> bool:
    with suppress(OSError):
        _write(target, data)
        return True
    return False


def _write(target: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(target, data) :]
        except BlockingIOError:
            select.select([], [target], [])
