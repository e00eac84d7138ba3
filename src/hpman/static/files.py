"""Paths to Python files, and the bytes of one file.

Owns what belongs to a tree of sources and what does not; must not know what
the files say.
"""

from __future__ import annotations

import errno
import os
import stat

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    Path: TypeAlias = str | os.PathLike[str]
    Paths: TypeAlias = Path | Iterable["Paths"]

    # A way to a file: whether it was walked, and by a link; how long its path is; the
    # path as shown, and made absolute. Of two ways, the smaller one is the better one.
    Route: TypeAlias = tuple[bool, bool, int, str, str]
    # A folder: its path as shown, made absolute, and with symbolic links resolved.
    Folder: TypeAlias = tuple[str, str, str]

_FOREIGN = frozenset({"__pycache__", "node_modules", "site-packages"})
# Why there can be nothing at a path, beside that nobody put anything there.
_IMPOSSIBLE = {
    None: "no path can hold one of its characters",
    errno.EINVAL: "no path can hold one of its characters",  # as `*` on Windows
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.ENAMETOOLONG: "a part of the path, or all of it, is longer than a name can be",
    errno.ELOOP: "the symbolic links on the path lead in a ring",
}
_CHUNK = 1 << 16
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class Found(Record):
    """Name one Python file.

    Attributes:
        path: the path, composed from the one that the caller gave.
        named: whether the caller named the file itself, not a folder above it.
    """

    __slots__ = ()
    path: str
    named: bool


def walk(paths: Paths, exclude: Path | Iterable[Path] = ()) -> list[Found]:
    """List the Python files that some paths lead to.

    A file counts as it is named, whatever it is called. A folder counts with
    every `*.py` below it, symbolic links followed, without hidden folders,
    `__pycache__`, `node_modules`, `site-packages`, and virtual environments
    (folders with a `pyvenv.cfg`); none of this is asked of a folder that is
    named itself. A file that several ways lead to is listed once: as a named
    one if it is, and by the way without symbolic links if there is one.

    Args:
        paths: a path, or any nesting of iterables of paths.
        exclude: a glob, or several, of what to leave out of folders, as
            `globs.compile_globs` reads them. What is named itself is never left out.

    Returns:
        The files, sorted by the parts of their absolute paths.

    Raises:
        FileNotFoundError: a path is not there.
        PermissionError: a folder cannot be listed.
        TypeError: something given is not a path.

    >>> [os.path.basename(found.path) for found in walk(__file__)]
    ['files.py']
    """
    best: dict[str, Route] = {}
    globs = list(flatten(exclude))
    for path in flatten(paths):
        for real, route in _routes(path, globs):
            known = best.get(real)
            if known is None or route < known:
                best[real] = route
    # As if sorted by the parts of the path: no character comes before the null.
    order = sorted(best.values(), key=lambda route: route[4].replace(os.sep, "\0"))
    return [Found(shown, not walked) for walked, _, _, shown, _ in order]


def sources_among(
    paths: Iterable[str],
    roots: Iterable[str] = ("",),
    exclude: Path | Iterable[Path] = (),
    *,
    folder: Path = ".",
) -> list[str]:
    """Pick the paths that `walk` would find, of a tree that is not on disk.

    Args:
        paths: the paths of all files of the tree, with slashes.
        roots: the files and folders of the tree that are named; an empty text is the
            tree as a whole.
        exclude: globs of what to leave out of folders.
        folder: where the tree would be on disk, for globs with a slash.

    Returns:
        The paths that count, in their order.

    >>> sources_among(["a.py", "b.txt", ".git/c.py", "env/pyvenv.cfg", "env/lib/d.py"])
    ['a.py']
    """
    listed = list(paths)
    globs = list(flatten(exclude))
    environments = {
        path.rpartition("/")[0] for path in listed if path.rpartition("/")[2] == "pyvenv.cfg"
    }
    kept: set[str] = set()
    for root in roots:
        kept.update(filter(_belonging(root, os.path.abspath(folder), globs, environments), listed))
    return [path for path in listed if path in kept]


def exclusion(paths: Paths, exclude: Path | Iterable[Path] = ()) -> Callable[[str, str], bool]:
    """Return what tells whether a file that a script imports is left out.

    It is judged as a walk would: from the given folder that holds it, or else
    from the nearest one that holds the script as well.

    Args:
        paths: what is walked.
        exclude: a glob, or several, as for `walk`.

    Returns:
        A function of the path of a file and of that of the script.

    >>> is_left_out = exclusion([], ["tests", "*_pb2.py"])
    >>> is_left_out("a/tests/x.py", "a/main.py"), is_left_out("tests/x.py", "tests/main.py")
    (True, False)
    """
    globs = list(flatten(exclude))
    given = [os.path.abspath(path) for path in flatten(paths) if os.path.isdir(path)]
    given.sort(key=len, reverse=True)  # the nearest one first
    tests: dict[str, Callable[[str], bool]] = {}

    def is_left_out(path: str, script: str) -> bool:
        path, beside = os.path.abspath(path), os.path.dirname(os.path.abspath(script))
        around = (each for each in given if path.startswith(os.path.join(each, "")))
        folder = next(around, None) or os.path.commonpath([path, beside])
        if folder not in tests:
            tests[folder] = _left_out_below(globs, (folder, folder, os.path.realpath(folder)))
        start = os.path.join(folder, "")
        parts = path[len(start) :].split(os.sep)
        ways = (start + os.sep.join(parts[:count]) for count in range(1, len(parts) + 1))
        return any(map(tests[folder], ways))

    return is_left_out if globs else lambda _path, _script: False


def read(path: str) -> bytes:
    """Return the bytes of a file.

    `os.read` takes two thirds of the time of `open(path, "rb").read()` for the
    thousands of small files of a tree.

    Args:
        path: the file; a pipe will do.

    Raises:
        OSError: the file cannot be read.

    >>> read(__file__)[:3]
    b'\"\"\"'
    """
    handle = os.open(path, _FLAGS)
    try:
        data = os.read(handle, _CHUNK)
        if len(data) == 0 or not (more := os.read(handle, _CHUNK)):
            return data
        chunks = [data, more]
        # One block of the right size: from a large one that is freed, glibc concludes that
        # large ones come and go, and gives no memory back to the system any more.
        left = max(os.fstat(handle).st_size - len(data) - len(more), 0)
        while more := os.read(handle, left + _CHUNK):
            chunks.append(more)
            left = 0
        return b"".join(chunks)
    finally:
        os.close(handle)


def is_foreign(folder: str) -> bool:
    """Tell whether a folder belongs to tools, not to the project, by its name.

    Args:
        folder: the name of the folder, without the path to it.

    >>> is_foreign(".git"), is_foreign("node_modules"), is_foreign("models")
    (True, True, False)
    """
    return folder.startswith(".") or folder in _FOREIGN


def flatten(paths: Paths) -> Iterator[str]:
    """Yield each path as text."""
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


def _routes(path: str, globs: list[str]) -> Iterator[tuple[str, Route]]:
    """Yield the resolved path of each file that a path leads to, and the way to it."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        why = _IMPOSSIBLE.get(getattr(error, "errno", None))
        if why is None:
            raise
        sentence = f"{os.strerror(errno.ENOENT)}; {why}"
        raise FileNotFoundError(errno.ENOENT, sentence, path) from None
    root = (path, os.path.abspath(path), os.path.realpath(path))
    if stat.S_ISDIR(mode):
        yield from _below(root, globs)
    else:
        yield root[2], (False, False, len(path), path, root[1])


def _below(root: Folder, globs: list[str]) -> Iterator[tuple[str, Route]]:
    """Yield each file below a folder; what only links lead to comes last."""
    is_left_out = _left_out_below(globs, root)
    straight = [root]
    links: list[Folder] = []
    seen: set[str] = set()
    linked = False
    while straight or links:
        if not straight:
            linked = True  # and so is all that lies below
            links.sort(reverse=True)  # the disk knows no order
        folder = (straight or links).pop()
        if folder[2] in seen:
            continue
        seen.add(folder[2])
        entries = _entries(folder[0])
        if folder is not root and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        to_shown, to_absolute, to_real = (os.path.join(each, "") for each in folder)
        for entry in entries:
            name = entry.name
            is_source = name.endswith(".py") and _is_file(entry)
            if not is_source and (is_foreign(name) or not _is_folder(entry)):
                continue
            shown = to_shown + name
            absolute = shown if to_absolute == to_shown else to_absolute + name
            real = absolute if to_real == to_absolute else to_real + name
            if is_left_out(absolute):
                continue
            if leads := _leads_elsewhere(entry):
                real = os.path.realpath(shown)
            if is_source:
                yield real, (True, linked or leads, len(shown), shown, absolute)
            else:
                (links if leads else straight).append((shown, absolute, real))


def _belonging(
    root: str, folder: str, globs: list[str], environments: set[str]
) -> Callable[[str], bool]:
    """Return what tells whether a walk from a root finds a path of a tree."""
    start = f"{root}/" if root else ""
    base = os.path.join(folder, *root.split("/"))
    is_glob = _left_out_below(globs, (base, base, base))
    entered = {root: True}

    def is_left_out(path: str) -> bool:
        return bool(globs) and is_glob(os.path.join(folder, *path.split("/")))

    def is_entered(below: str) -> bool:
        above = root
        for name in below[len(start) :].split("/"):
            each = f"{above}/{name}" if above else name
            if each not in entered:
                is_closed = is_foreign(name) or each in environments or is_left_out(each)
                entered[each] = entered[above] and not is_closed
            above = each
        return entered[below]

    def belongs(path: str) -> bool:
        if path == root or not (path.endswith(".py") and path.startswith(start)):
            return path == root
        above = path.rpartition("/")[0]
        known = entered.get(above)
        return (is_entered(above) if known is None else known) and not is_left_out(path)

    return belongs


def _left_out_below(globs: list[str], folder: Folder) -> Callable[[str], bool]:
    """Return what tells whether a path below a folder is left out."""
    if not globs:
        return lambda _path: False
    from ..globs import compile_globs

    return compile_globs(globs, folder[1], folder[2])


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """List a folder; one that is gone since it was met is empty."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except PermissionError as error:
        advice = f"{error.strerror}; allow reading the folder, or leave it out with `exclude`"
        raise PermissionError(error.errno, advice, folder) from None


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a file, or leads to one; a pipe is none."""
    return os.path.isfile(entry.path) if entry.is_symlink() else entry.is_file()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a folder, or leads to one."""
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()


def _leads_elsewhere(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a symbolic link, or a junction of Windows."""
    if entry.is_symlink() or os.name != "nt":
        return entry.is_symlink()
    attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)
