"""Bytes of files, read within bounds and replaced at one stroke.

Owns what may be read and how a file is swapped for a new one; knows nothing
of what the bytes say.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from ..cli.output import put
from ..errors import MissingSnapshotError, SnapshotError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import NoReturn, TextIO

# The densest YAML of this size takes some seconds to read; a snapshot has a few kilobytes.
SIZE_LIMIT = 4 * 1024 * 1024
STANDARD = "-"
_OPEN_FILES = "/proc/self/fd"
_HIDDEN = ".hpman-", ".tmp"  # what the name of a file that is not whole yet begins and ends with
_STALE_SECONDS = 3600


def read_bytes(path: str, *, limit: int | None = SIZE_LIMIT) -> bytes:
    """Read a regular file, or standard input for "-".

    Args:
        path: the path.
        limit: how many bytes it may have; None for any number.

    Raises:
        MissingSnapshotError: there is no such file.
        SnapshotError: it is no regular file, cannot be read, or is too large.
    """
    try:
        if path == STANDARD:
            return _checked(_read_standard(limit), path, limit)
        # Without O_NONBLOCK, opening a FIFO waits for a writer that may never come.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
        with open(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise _not_regular(path, mode)
            data = file.read() if limit is None else file.read(limit + 1)
    except IsADirectoryError:
        raise _not_regular(path, stat.S_IFDIR) from None
    except (OSError, ValueError) as error:
        _raise_from(error, path, "read")
    return _checked(data, path, limit)


def replace_files(files: Iterable[tuple[str, bytes]]) -> None:
    """Put bytes in the place of files: each at one stroke, and all of them or none.

    The bytes go to a hidden file beside each, and when all of these are whole they
    take its name: whoever looks sees the old file or the new one, also after a crash. A
    symlink stays one, and the permissions stay as they were. A device, or a file that
    a standard stream goes to, is written into: nothing can take its place.

    Args:
        files: the path of each, "-" for standard output, with all of its new content.

    Raises:
        MissingSnapshotError: a folder is not there.
        SnapshotError: a file cannot be written; the old ones are as they were, as far
            as a disk can promise for several.
    """
    swaps: list[_Swap] = []
    streams: list[Callable[[], None]] = []
    with ExitStack() as unfinished:
        for path, data in files:
            with _reported(path):
                write = _writer(path)
                if write is None:
                    swaps.append(_Swap(path, data))
                    unfinished.callback(swaps[-1].discard)
            if write is not None:
                streams.append(partial(_write, path, write, data))
        for step in streams:  # who reads one may leave, which no file on a disk does
            step()
        for swap in swaps:
            with _reported(swap.path):
                swap.give_name()
        for swap in swaps:
            with _reported(swap.path):
                swap.finish()


def _write(path: str, write: Callable[[bytes], None], data: bytes) -> None:
    """Write to a stream or a device."""
    with _reported(path):
        write(data)


@contextmanager
def _reported(path: str) -> Iterator[None]:
    """Raise our errors for the system's ones."""
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, (SnapshotError, BrokenPipeError)):  # who reads a stream may leave
            raise
        _raise_from(error, path, "written")


def _writer(path: str) -> Callable[[bytes], None] | None:
    """Return what writes into a path that nothing can take the place of; None for a file."""
    if path == STANDARD:
        _demand_stream(sys.stdout, "output")
        return _write_standard
    stream = _stream_of(path)
    if stream is not None:
        return lambda data: _write_into(os.dup(stream), data)
    status = _status(path)
    if status is not None and stat.S_ISCHR(status.st_mode):
        flags = os.O_WRONLY | getattr(os, "O_NOCTTY", 0)
        return lambda data: _write_into(os.open(path, flags), data)
    return None


def _stream_of(path: str) -> int | None:
    """Return the descriptor of the standard stream that goes to a file, as to `/dev/stdout`."""
    for descriptor in (1, 2):
        try:
            there, here = os.stat(path), os.fstat(descriptor)
        except (OSError, ValueError):
            continue
        # Where a system tells no files apart it has no links to streams either.
        if here.st_ino and not stat.S_ISCHR(here.st_mode) and os.path.samestat(there, here):
            return descriptor
    return None


def _write_into(descriptor: int, data: bytes) -> None:
    """Write to what is open, behind what the program has written there so far, and close it."""
    with open(descriptor, "wb") as file:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        file.write(data)


class _Swap:
    """Bring a new file to the place of an old one.

    Args:
        path: the path.
        data: the new content; it is on the disk, under no name or a hidden one, when
            this is made.
    """

    def __init__(self, path: str, data: bytes) -> None:
        """Write the new file."""
        self.path = path
        self._data = data
        self._target = os.path.realpath(path)
        self._before = _replaceable(path, self._target)
        folder = os.path.dirname(self._target)
        _sweep(folder)
        # A name of its own, because the target's may be as long as names can be.
        self._temporary = os.path.join(folder, os.urandom(8).hex().join(_HIDDEN))
        self._descriptor = _open_nameless(folder)
        try:
            if self._descriptor is None:
                self._write_hidden()
            else:
                self._fill(self._descriptor)
        except BaseException:
            self.discard()
            raise

    def _write_hidden(self) -> None:
        """Write a file with a hidden name; one that is open cannot be renamed everywhere."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self._temporary, flags | getattr(os, "O_CLOEXEC", 0), 0o666)
        try:
            self._fill(descriptor)
        finally:
            os.close(descriptor)

    def _fill(self, descriptor: int) -> None:
        """Bring the content to the disk."""
        with open(descriptor, "wb", closefd=False) as file:
            file.write(self._data)
        if self._before is not None:
            by_descriptor = os.chmod in os.supports_fd
            _adopt(descriptor if by_descriptor else self._temporary, self._before)
        os.fsync(descriptor)

    def give_name(self) -> None:
        """Give a file without a name a hidden one."""
        if self._descriptor is None:
            return
        # A source folder, though unused, makes link() follow the link to the open file.
        here = f"{_OPEN_FILES}/{self._descriptor}"
        try:
            os.link(here, self._temporary, src_dir_fd=self._descriptor)
        except OSError:  # some disks and sandboxes let such a file be made, and not be named
            self._write_hidden()
        self._close()

    def finish(self) -> None:
        """Let the new file take the place of the old one."""
        os.replace(self._temporary, self._target)
        _sync_folder(os.path.dirname(self._target))

    def discard(self) -> None:
        """Leave nothing behind that has not got its name."""
        self._close()
        if os.path.lexists(self._temporary):
            os.unlink(self._temporary)

    def _close(self) -> None:
        """Close the file."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _replaceable(path: str, target: str) -> os.stat_result | None:
    """Return what is known of a file that is to be replaced; None where there is none."""
    before = _status(target)
    if before is not None and not stat.S_ISREG(before.st_mode):
        raise _not_regular(path, before.st_mode)
    if before is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    if path.endswith(os.sep):  # realpath() takes the slash away, which asks for a folder.
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    return before


def _open_nameless(folder: str) -> int | None:
    """Open a file that vanishes with the process, on systems and disks that have such files."""
    # A killed process leaves nothing behind then, not even a hidden file.
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir(_OPEN_FILES):
        return None
    try:
        return os.open(folder, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o666)
    except OSError:
        return None


def _sweep(folder: str) -> None:
    """Remove what killed processes left behind: hidden files that nobody can still be writing."""
    from time import time

    with suppress(OSError):  # not every folder can be listed, and others sweep too
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            is_ours = name.startswith(_HIDDEN[0]) and name.endswith(_HIDDEN[1])
            if is_ours and time() - os.stat(path).st_mtime > _STALE_SECONDS:
                os.unlink(path)


def _adopt(file: int | str, before: os.stat_result) -> None:
    """Give the new file the owner and the permissions of the old one."""
    now = os.stat(file)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        # Only a privileged user can give a file away, and who is in a group keep a file there;
        # the content matters more.
        try:
            os.chown(file, before.st_uid, before.st_gid)
        except OSError:
            with suppress(OSError):
                os.chown(file, -1, before.st_gid)
    os.chmod(file, stat.S_IMODE(before.st_mode))


def _sync_folder(folder: str) -> None:
    """Make the new name last through a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    # Some file systems cannot; the file itself is safe already.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _demand_stream(stream: TextIO | None, name: str) -> None:
    """Refuse a standard stream that was closed before Python started."""
    if stream is None:
        raise SnapshotError.at(
            STANDARD, None, f"There is no standard {name}: it was closed.", "Name a file."
        )


def _read_standard(limit: int | None) -> bytes:
    """Read standard input, also where a program has put a text stream there."""
    _demand_stream(sys.stdin, "input")
    size = -1 if limit is None else limit + 1
    binary = getattr(sys.stdin, "buffer", None)
    if binary is not None:
        return binary.read(size)  # type: ignore[no-any-return]
    return sys.stdin.read(size).encode("utf-8", "surrogateescape")


def _write_standard(data: bytes) -> None:
    """Write to standard output, also where a program has put a text stream there."""
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        put(sys.stdout, data.decode("utf-8", "backslashreplace"))
        return
    sys.stdout.flush()
    binary.write(data)
    binary.flush()


def _checked(data: bytes, path: str, limit: int | None) -> bytes:
    """Refuse more bytes than the limit."""
    if limit is not None and len(data) > limit:
        raise SnapshotError.at(
            path,
            None,
            f"The file is larger than {limit // 1024 // 1024} MiB, too large for a snapshot.",
            "Name the file of values that was saved; keep weights and data elsewhere.",
        )
    return data


def _not_regular(path: str, mode: int) -> SnapshotError:
    """Make the error for a folder, a FIFO or a device."""
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a FIFO"), (stat.S_ISSOCK, "a socket"))
    kind = next((name for is_kind, name in kinds if is_kind(mode)), "a device")
    return SnapshotError.at(
        path,
        None,
        f"This is {kind}, not a file.",
        "Name a file, or `-` for standard input and output.",
    )


def _raise_from(error: OSError | ValueError, path: str, doing: str) -> NoReturn:
    """Raise our error for the system's one."""
    if isinstance(error, SnapshotError):
        raise error
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    missing = isinstance(error, FileNotFoundError)
    kind = MissingSnapshotError if missing else SnapshotError
    advice = "Look at the path; the folder has to be there already."
    if doing == "read":
        advice = "Check how it is spelled, and in which folder you are."
    if not missing:
        advice = "Choose another path, or mend what stands in the way."
    what = "The file"
    if path == STANDARD:
        what = "Standard input" if doing == "read" else "Standard output"
    raise kind.at(path, None, f"{what} cannot be {doing}: {reason}.", advice) from error
