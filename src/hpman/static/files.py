"""Find the Python files and notebooks below paths, and read them.

Owns which files belong to a source tree, and how their bytes become a text; must not know what
the text contains.
"""

from __future__ import annotations

import errno
import os
import stat

from ..frozen import Frozen
from ..text import Source
from .syntax import decode

_CHUNK = 1 << 14
_NOTEBOOK = ".ipynb"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    Path: TypeAlias = str | os.PathLike[str]
    Paths: TypeAlias = Path | Iterable["Paths"]

    Read: TypeAlias = Callable[[str], bytes]
    # What is known of files as long as they do not change, by real path and by anything.
    Facts: TypeAlias = dict[str, dict[tuple[object, ...], Any]]

    # A folder: its path as shown, its absolute path, and the same with symbolic links resolved.
    Folder: TypeAlias = tuple[str, str, str]

_SUFFIXES = (".py", _NOTEBOOK)
_TOOL_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages"})
_IMPOSSIBLE = (errno.EINVAL, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR)


class SourceFile(Frozen):
    """The path of one Python file or notebook.

    Attributes:
        path: the path, composed from the one that the caller gave.
        is_named: whether the caller named the file itself instead of a folder above it.
        real: the absolute path, with symbolic links resolved.
    """

    __slots__ = ()
    path: str
    is_named: bool
    real: str


class Route(Frozen):
    """A way to a file. Of two ways, the smaller one is shown."""

    __slots__ = ()
    is_walked: bool
    has_link: bool
    length: int
    path: str
    absolute: str


def flatten(paths: Paths) -> Iterator[str]:
    """Yield the paths in any nesting of iterables."""
    path: object = os.fspath(paths) if isinstance(paths, os.PathLike) else paths
    if isinstance(path, str):
        yield path
    elif isinstance(path, (bytes, bytearray)) or not hasattr(path, "__iter__"):
        raise TypeError(
            f"{paths!r} is not a path; give a str, an os.PathLike of str, or an iterable of them"
        )
    else:
        for part in path:
            yield from flatten(part)


def walk(paths: Iterable[str], exclude: Sequence[str] = ()) -> list[SourceFile]:
    """List the Python files and notebooks at and below some paths.

    A path to a file counts, whatever its name. A folder counts with every `*.py` and `*.ipynb`
    below it, also through symbolic links, except in hidden folders, `__pycache__`,
    `node_modules`, `site-packages`, and virtual environments (folders with a
    `pyvenv.cfg`). The paths themselves are never left out. Each file is listed once, sorted by the
    parts of its absolute path.
    """
    best: dict[str, Route] = {}
    for path in paths:
        for real, route in _routes(path, exclude):
            if real not in best or route < best[real]:
                best[real] = route
    # Sort by the parts of the path: the null character comes before all other characters.
    ordered = sorted(best.items(), key=lambda item: item[1].absolute.replace(os.sep, "\0"))
    return [SourceFile(route.path, not route.is_walked, real) for real, route in ordered]


def exclusion(paths: Iterable[str], globs: Sequence[str]) -> Callable[[str, str], bool]:
    """Return a test of whether a file that a script imports is excluded.

    The globs are relative to the folder in `paths` that contains the file, or else to
    the nearest folder that contains both the file and the script.

    The test takes the paths of a file and of the script that imports it.

    >>> is_excluded = exclusion([], ["tests", "*_pb2.py"])
    >>> is_excluded("a/tests/x.py", "a/main.py"), is_excluded("tests/x.py", "tests/main.py")
    (True, False)
    """
    folders = sorted(map(os.path.abspath, filter(os.path.isdir, paths)), key=len, reverse=True)
    tests: dict[str, Callable[[str], bool]] = {}

    def is_excluded(path: str, script: str) -> bool:
        path, beside = os.path.abspath(path), os.path.dirname(os.path.abspath(script))
        around = (folder for folder in folders if path.startswith(os.path.join(folder, "")))
        folder = next(around, None) or os.path.commonpath([path, beside])
        if folder not in tests:
            tests[folder] = _excluder(globs, folder, os.path.realpath(folder))
        while path != folder:  # the file, then the folders around it
            if tests[folder](path):
                return True
            path = os.path.dirname(path)
        return False

    return is_excluded


def read_file(path: str) -> bytes:
    """Return the bytes of a file."""
    # Faster than `open` for the thousands of small files of a tree.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        size = max(os.fstat(descriptor).st_size, _CHUNK)  # a pipe has no size
        chunks = []
        while chunk := os.read(descriptor, size):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def is_notebook(path: str) -> bool:
    """Return whether a file is a notebook by its name."""
    return path.endswith(_NOTEBOOK)


def read_source(path: str, data: bytes, key: tuple[object, ...] = ()) -> Source:
    """Return the text of a Python file, or the code of a notebook."""
    if is_notebook(path):
        from .notebooks import read_notebook

        return read_notebook(path, data, key)
    return Source(path, decode(data), key)


def _routes(path: str, globs: Sequence[str]) -> Iterator[tuple[str, Route]]:
    """Yield the resolved path of each file at or below a path, and the route to it."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a null character or a lone surrogate
        if isinstance(error, OSError) and error.errno not in _IMPOSSIBLE:
            raise
        reason = f"{os.strerror(errno.ENOENT)}: {getattr(error, 'strerror', error)}"
        raise FileNotFoundError(errno.ENOENT, reason, path) from None
    root = (path, os.path.abspath(path), os.path.realpath(path))
    if stat.S_ISDIR(mode):
        yield from _walk_folder(root, globs)
    else:
        yield root[2], Route(False, False, len(path), path, root[1])


def _walk_folder(root: Folder, globs: Sequence[str]) -> Iterator[tuple[str, Route]]:
    """Yield the files below a folder; those below symbolic links come last."""
    is_excluded = _excluder(globs, *root[1:])
    folders = [root]
    links: list[Folder] = []
    seen: set[str] = set()
    is_below_link = False
    while folders or links:
        if not folders:
            is_below_link = True  # true for all remaining folders
            links.sort(reverse=True)  # `scandir` has no order
        folder = (folders or links).pop()
        if folder[2] in seen:
            continue
        seen.add(folder[2])
        entries = _entries(folder[0])
        if folder is not root and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        prefixes = [os.path.join(path, "") for path in folder]
        for entry in entries:
            is_file = _is_source(entry)
            if not (is_file or _is_project_folder(entry)):
                continue
            shown, absolute, real = (prefix + entry.name for prefix in prefixes)
            if is_excluded(absolute):
                continue
            if is_link := _is_link(entry):
                real = os.path.realpath(shown)
            if is_file:
                has_link = is_below_link or is_link
                yield real, Route(True, has_link, len(shown), shown, absolute)
            else:
                (links if is_link else folders).append((shown, absolute, real))


def _excluder(globs: Sequence[str], folder: str, real: str) -> Callable[[str], bool]:
    if not globs:
        return lambda _path: False
    from ..globs import compile_globs

    return compile_globs(globs, folder, real)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """List a folder. If it was deleted meanwhile, it is empty."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except PermissionError as error:
        advice = f"{error.strerror}; allow reading the folder, or leave it out with `exclude`"
        raise PermissionError(error.errno, advice, folder) from None


def _is_source(entry: os.DirEntry[str]) -> bool:
    if not entry.name.endswith(_SUFFIXES):
        return False
    # `DirEntry` raises an error for a link to itself, but `os.path` does not.
    return os.path.isfile(entry.path) if entry.is_symlink() else entry.is_file()


def _is_project_folder(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in _TOOL_FOLDERS:
        return False
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a symbolic link, or a junction on Windows."""
    if entry.is_symlink() or os.name != "nt":
        return entry.is_symlink()
    attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)
