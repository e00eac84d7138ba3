"""Read the bytes of files within limits, and replace files atomically.

Owns which files may be read and how a file is replaced; must not know what the
bytes mean.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import contextmanager

from ..cli.output import write_text
from ..errors import MissingSnapshotError, SnapshotError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

# YAML of this size can take seconds to read; a snapshot has a few kilobytes.
SIZE_LIMIT = 4 * 1024 * 1024
STANDARD = "-"
_STDOUT = (STANDARD, "/dev/stdout")


def read_bytes(path: str, *, limit: int | None = SIZE_LIMIT) -> bytes:
    """Read a regular file, or standard input for "-".

    Raises:
        MissingSnapshotError: if there is no such file.
        SnapshotError: if the file is not regular, cannot be read, or is too large.
    """
    size = -1 if limit is None else limit + 1
    with _snapshot_errors(path, "read"):
        data = _read_stdin(size) if path == STANDARD else _read_file(path, size)
    if limit is not None and len(data) > limit:
        raise SnapshotError.at(
            path,
            None,
            f"The file is larger than {limit // 1024 // 1024} MiB, too large for a snapshot.",
            "Load a file of values, and keep weights and data elsewhere.",
        )
    return data


def replace_files(files: Iterable[tuple[str, bytes]]) -> None:
    """Replace files atomically: all of them or none.

    The bytes are first written to temporary files next to the targets. These are renamed
    once all of them are complete, so a reader sees either the old file or the new one, even
    after a crash. Symbolic links stay links, and permission bits are kept. Bytes for standard
    output and devices are written directly.

    Raises:
        SnapshotError: if a file cannot be written. The old files are unchanged, unless
            a rename fails after another one succeeded.
    """
    temporary_files: list[tuple[str, str]] = []  # path and temporary file
    streams: list[tuple[str, bytes]] = []
    try:
        for path, data in files:
            with _snapshot_errors(path, "written"):
                if path in _STDOUT or _is_device(path):
                    streams.append((path, data))
                else:
                    _write_temporary(path, data, temporary_files)
        for path, data in streams:
            with _snapshot_errors(path, "written"):
                _write_stream(path, data)
        while temporary_files:
            path, temporary = temporary_files[0]
            with _snapshot_errors(path, "written"):
                os.replace(temporary, os.path.realpath(path))
            del temporary_files[0]
    finally:
        for _path, temporary in temporary_files:
            if os.path.lexists(temporary):
                os.unlink(temporary)


def _read_file(path: str, size: int) -> bytes:
    try:
        # Without O_NONBLOCK, opening a FIFO waits for a writer that may never come.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
        with open(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise _not_a_file(path, mode)
            return file.read(size)
    except IsADirectoryError:
        raise _not_a_file(path, stat.S_IFDIR) from None


def _write_temporary(path: str, data: bytes, temporary_files: list[tuple[str, str]]) -> None:
    """Write a temporary file next to the target, and list it as soon as it may exist.

    Missing folders are made.
    """
    if path.endswith(os.sep):  # realpath() removes the slash, which means a folder
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    target = os.path.realpath(path)
    old = _status(target)
    if old is not None and not stat.S_ISREG(old.st_mode):
        raise _not_a_file(path, old.st_mode)
    if old is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    # Not made from the target's name, which may already have the maximum length.
    name = f".hpman-{os.urandom(8).hex()}.tmp"
    temporary = os.path.join(os.path.dirname(target), name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    temporary_files.append((path, temporary))
    # Not tempfile: its files have the mode 0600, whatever the umask says.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(temporary, flags | getattr(os, "O_CLOEXEC", 0), 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if old is not None:
        os.chmod(temporary, stat.S_IMODE(old.st_mode))


def _is_device(path: str) -> bool:
    status = _status(path)
    return status is not None and stat.S_ISCHR(status.st_mode)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _read_stdin(size: int) -> bytes:
    """Read standard input, even if the program has replaced it with a text stream."""
    stream = _opened(sys.stdin, "input")
    binary = getattr(stream, "buffer", None)
    if binary is not None:
        return binary.read(size)  # type: ignore[no-any-return]
    return stream.read(size).encode("utf-8", "surrogateescape")


def _write_stream(path: str, data: bytes) -> None:
    """Write to a device or to standard output, even if the program has replaced the latter."""
    if path not in _STDOUT:
        with open(path, "wb") as file:
            file.write(data)
        return
    stream = _opened(sys.stdout, "output")
    binary = getattr(stream, "buffer", None)
    if binary is None:
        write_text(stream, data.decode("utf-8", "backslashreplace"))
        return
    stream.flush()
    binary.write(data)
    binary.flush()


def _opened(stream: TextIO | None, name: str) -> TextIO:
    """Refuse a standard stream that was closed before Python started."""
    if stream is None:
        raise SnapshotError.at(STANDARD, None, f"Standard {name} is closed.", "Name a file.")
    return stream


def _not_a_file(path: str, mode: int) -> SnapshotError:
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a FIFO"), (stat.S_ISSOCK, "a socket"))
    kind = next((name for is_kind, name in kinds if is_kind(mode)), "a device")
    return SnapshotError.at(
        path,
        None,
        f"This is {kind}, not a file.",
        "Name a file, or `-` for standard input and output.",
    )


@contextmanager
def _snapshot_errors(path: str, action: str) -> Iterator[None]:
    try:
        yield
    except (SnapshotError, BrokenPipeError):  # the reader of a stream may be gone
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        kind, advice = SnapshotError, "Choose another path, or remove the obstacle."
        if isinstance(error, FileNotFoundError):
            kind, advice = MissingSnapshotError, "Check the spelling and the current folder."
        what = "The file"
        if path == STANDARD:
            what = "Standard input" if action == "read" else "Standard output"
        raise kind.at(path, None, f"{what} cannot be {action}: {reason}.", advice) from error
