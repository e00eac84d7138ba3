"""Paths to scanned files: walk, filter, read, extract.

Owns the one pass over the disk; knows no index, no rule among files, and no
manager.
"""

from __future__ import annotations

import os
from functools import lru_cache
from itertools import count

from .._text import Source
from ..names import normalized
from ..record import Record
from .decoding import DecodingError, decode, uniform
from .extract import extract, syntax_diagnostic
from .files import exclusion, flatten, read, walk
from .index import Index, ModuleScan
from .syntax import collector_at_rest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from ..diagnostics import Diagnostic
    from .files import Found, Path, Paths

    Key = tuple[object, ...]

_texts = count()


class Scan(Record):
    """Hold what a pass over the disk has found.

    Attributes:
        files: the files that hold a hyperparameter or a problem, and those
            that were given by name.
        gone: the keys of files that were known before and hold nothing now, or
            were deleted below a folder.
    """

    __slots__ = ()
    files: list[ModuleScan]
    gone: list[Key]


def scan(
    paths: Paths,
    placeholders: frozenset[str],
    exclude: Path | Iterable[Path] = (),
    *,
    follow_imports: bool = False,
    roots: Iterable[str] | None = None,
    also: Iterable[str] = (),
    known: Mapping[Key, ModuleScan] | None = None,
) -> Scan:
    """Read files and folders, and find the calls of managers in them.

    Most files of a tree hold none: that is decided on their bytes, at the speed
    of reading, and only the others are parsed.

    Args:
        paths: a file, a folder, or an iterable of them.
        placeholders: the names whose bare calls count.
        exclude: globs of what to leave out of folders and of imports.
        follow_imports: whether the modules of the same project that the files
            import are read too.
        roots: the folders in which these imports look; None for those of a script.
        also: folders in which they look afterwards.
        known: what an earlier scan has found, by key.

    Raises:
        FileNotFoundError: a path is not there.
    """
    known = known or {}
    paths, exclude = list(flatten(paths)), list(flatten(exclude))  # an iterator gives them once
    found = walk(paths, exclude)
    if follow_imports:
        found = _with_imports(found, roots, exclusion(paths, exclude), list(also))
    may_hold = _prefilter(found, placeholders)
    # Nobody asks for the resolved paths of all files unless some are known.
    on_disk = {key for key, file in known.items() if not file.is_text}
    files: list[ModuleScan] = []
    gone: list[Key] = []
    with collector_at_rest():
        for each in found:
            file = _scan_file(each, placeholders, may_hold)
            if file is not None:
                files.append(file)
            elif known and (key := file_key(each.path)) in known:
                gone.append(key)
    if on_disk:
        gone += _deleted(on_disk, paths)
    return Scan(files, gone)


def index_of(
    paths: Paths,
    placeholders: Iterable[str] = ("_",),
    exclude: Path | Iterable[Path] = (),
    *,
    follow_imports: bool = False,
    also: Iterable[str] = (),
) -> Index:
    """Read files and folders into an index, for whoever needs no manager.

    The hyperparameters of every manager that the files import are in it. What is
    wrong with a file is in the index too, and raises nothing.

    Args:
        paths: a file, a folder, or an iterable of them.
        placeholders: the names whose bare calls count, with or without an import.
        exclude: globs of what to leave out of folders and of imports.
        follow_imports: whether the modules of the same project that the files
            import are read too.
        also: folders in which these imports look afterwards.

    Returns:
        The index.

    Raises:
        FileNotFoundError: a path is not there.

    >>> index_of(__file__).placeholders()
    set()
    """
    names = frozenset(map(normalized, placeholders))
    found = scan(paths, names, exclude, follow_imports=follow_imports, also=also)
    return Index().swap(found.files)


def index_of_blobs(
    blobs: Iterable[tuple[str, bytes]], placeholders: Iterable[str] = ("_",)
) -> Index:
    """Read files that are not on disk, as those of a revision, into an index.

    Args:
        blobs: the path of each file, with slashes, and its bytes. Each is looked at as
            it comes and dropped if it holds nothing, so any number may follow.
        placeholders: the names whose bare calls count, with or without an import.

    Returns:
        The index, as `index_of` makes it.

    >>> index_of_blobs([("a.py", b'_("lr", 1e-3)'), ("b.py", b"pass")]).names("_")
    ['lr']
    """
    from .prefilter import prefilter

    names = frozenset(map(normalized, placeholders))
    may_hold = prefilter(names)
    with collector_at_rest():
        files = [
            _scan_data(path, (0, *path.split("/")), data, names)
            for path, data in blobs
            if may_hold(data)
        ]
    return Index().swap(files)


def scan_text(text: str, filename: Path, placeholders: frozenset[str]) -> ModuleScan:
    """Find the calls of managers in one text.

    Args:
        text: the source text.
        filename: what to call it; in angle brackets it is no file, and two
            texts of that name are two.
        placeholders: the names whose bare calls count.

    >>> [each.name for each in scan_text('_("lr", 1)', "<here>", frozenset("_")).occurrences]
    ['lr']
    """
    if not isinstance(text, str):
        raise TypeError(f"A source is a str, not {type(text).__name__}; `parse_file` takes paths.")
    filename = os.fspath(filename)
    is_file = not (filename.startswith("<") and filename.endswith(">"))
    key = file_key(filename) if is_file else (1, next(_texts))
    text = uniform(text.removeprefix("\ufeff"))
    with collector_at_rest():
        return _scan_source(Source(filename, text, key), placeholders, is_text=True)


def file_key(path: str) -> Key:
    """Return what tells a file from others, by whichever way it is reached.

    >>> file_key(".") == file_key(os.getcwd())
    True
    """
    folder, _, name = os.path.realpath(path).rpartition(os.sep)
    return (*_folder_key(folder), name)


@lru_cache(maxsize=1024)
def _folder_key(folder: str) -> Key:
    """Return the key of a folder; the parts of its path are kept once for all its files."""
    return (0, *folder.split(os.sep))


def _with_imports(
    scripts: list[Found],
    roots: Iterable[str] | None,
    is_left_out: Callable[[str, str], bool],
    also: list[str],
) -> list[Found]:
    """Add the modules of the project that scripts import, each file once."""
    from .imports import reachable

    reached = {file_key(script.path): script for script in scripts}
    for script in scripts:
        for each in reachable(script.path, roots, is_left_out, also=also)[1:]:
            reached.setdefault(file_key(each.path), each)
    return [reached[key] for key in sorted(reached)]


def _deleted(known: Collection[Key], paths: Paths) -> Iterator[Key]:
    """Yield the keys of known files below the given folders that are not there any more."""
    folders = [file_key(path) for path in flatten(paths) if os.path.isdir(path)]
    for key in known:
        if any(key[: len(folder)] == folder for folder in folders) and not os.path.exists(
            os.sep.join(map(str, key[1:]))
        ):
            yield key


def _prefilter(found: list[Found], placeholders: frozenset[str]) -> Callable[[bytes], bool]:
    """Return what decides on bytes, where there are files that nobody named."""
    if all(each.named for each in found):
        return bool
    from .prefilter import prefilter

    return prefilter(placeholders)


def _scan_file(
    each: Found, placeholders: frozenset[str], may_hold: Callable[[bytes], bool]
) -> ModuleScan | None:
    """Scan one file; None where a file that nobody named holds no hyperparameter."""
    try:
        data = read(each.path)
    except OSError as error:
        source = Source(each.path, "", file_key(each.path))
        return ModuleScan(source, (), (_closed(source, error),))
    if not (each.named or may_hold(data)):
        return None
    return _scan_data(each.path, file_key(each.path), data, placeholders)


def _scan_data(path: str, key: Key, data: bytes, placeholders: frozenset[str]) -> ModuleScan:
    """Scan the bytes of a file."""
    try:
        text = decode(data)
    except DecodingError as error:
        source = Source(path, uniform(data.decode("ascii", "replace")), key)
        return ModuleScan(source, (), (syntax_diagnostic(source, error),))
    return _scan_source(Source(path, text, key), placeholders)


def _scan_source(
    source: Source, placeholders: frozenset[str], *, is_text: bool = False
) -> ModuleScan:
    """Scan a decoded text."""
    return extract(source, placeholders).replace(is_text=is_text)


def _closed(source: Source, error: OSError) -> Diagnostic:
    """Report a file that the system does not let us read."""
    from ..diagnostics import Diagnostic

    message = f"This file cannot be read: {error.strerror}."
    advice = "Allow reading it, or leave it out."
    return Diagnostic("HPM001", message, advice, source.path, source=source)
