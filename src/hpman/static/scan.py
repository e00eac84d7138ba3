"""Find the calls of managers in files: walk folders, filter, read and extract.

Owns the pass over the disk; must not know managers, or rules that involve several files.
"""

from __future__ import annotations

import os
from functools import cached_property, lru_cache
from itertools import count

from ..text import Source
from .extract import extract, syntax_diagnostic
from .files import SourceFile, exclusion, flatten, read_file, read_source, walk
from .index import Index, ModuleScan
from .syntax import UnparsableError, normalize_newlines, parse, paused_collector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Module
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .enums import ReadModule
    from .files import Path, Paths, Read

    Key = tuple[object, ...]

# Most files of values can be read as Python too: `lr: 1` is an annotation.
_VALUES = (".yaml", ".yml", ".json")
_texts = count()


def scan(
    paths: Paths,
    placeholders: frozenset[str],
    exclude: Path | Iterable[Path] = (),
    *,
    follow_imports: bool = False,
    roots: Iterable[str] | None = None,
    also: Iterable[str] = (),
    known: Mapping[Key, ModuleScan] | None = None,
) -> tuple[list[ModuleScan], list[Key]]:
    """Find the calls of managers in files and folders.

    Most files in a folder contain no such call. A fast search of their bytes rules these
    out, and only the others are parsed. The second result has the keys of known files that no
    longer contain a hyperparameter, or were deleted below a folder.
    """
    named, globs = list(flatten(paths)), list(flatten(exclude))
    files = walk(named, globs)
    roots, also = None if roots is None else list(roots), list(also)
    if follow_imports:
        files = with_imports(files, exclusion(named, globs), roots, also)
    may_hold: Callable[[bytes], bool] = bool
    if not all(file.is_named for file in files):
        from .prefilter import prefilter

        may_hold = prefilter(placeholders)
    read_module = ModuleReader(files, [*(roots or ()), *named, *also])
    with paused_collector():
        results = (scan_file(file, placeholders, may_hold, read_module) for file in files)
        scans = [result for result in results if result is not None]
    return scans, _gone_keys(known, files, scans, named) if known else []


def index_of(
    paths: Paths,
    placeholders: Iterable[str] = ("_",),
    exclude: Path | Iterable[Path] = (),
    *,
    follow_imports: bool = False,
    also: Iterable[str] = (),
) -> Index:
    """Read files and folders into an index, without a manager.

    The index contains the hyperparameters of every manager that the files import, and the
    problems of the files. Problems are not raised.

    Args:
        paths: a file, a folder, or an iterable of them.
        placeholders: the names whose bare calls count, with or without an import.
        exclude: globs of what to leave out of folders and of imports.
        follow_imports: whether the modules of the same project that the files
            import are read too.
        also: folders to search last for these imports.

    Returns:
        The index.

    Raises:
        FileNotFoundError: if a path does not exist.

    >>> index_of(__file__).placeholders()
    set()
    """
    names = frozenset(placeholders)
    scans, _gone = scan(paths, names, exclude, follow_imports=follow_imports, also=also)
    return Index().swap(scans)


def scan_text(text: str, filename: Path, placeholders: frozenset[str]) -> ModuleScan:
    """Find the calls of managers in one text.

    Args:
        text: the source text.
        filename: the name to show. A name in angle brackets is not a path, and two texts
            with such a name are different.
        placeholders: the names whose bare calls count.

    >>> [call.name for call in scan_text('_("lr", 1)', "<here>", frozenset("_")).occurrences]
    ['lr']
    """
    if not isinstance(text, str):
        raise TypeError(f"A source is a str, not {type(text).__name__}; `parse_file` takes paths.")
    filename = os.fspath(filename)
    is_file = not (filename.startswith("<") and filename.endswith(">"))
    key = file_key(filename) if is_file else (1, next(_texts))
    text = normalize_newlines(text.removeprefix("\ufeff"))
    with paused_collector():
        return extract(Source(filename, text, key), placeholders).replace(is_text=True)


def file_key(path: str) -> Key:
    """Return the identity of a file, the same for every path to it."""
    folder, _, name = os.path.realpath(path).rpartition(os.sep)
    return (*_folder_key(folder), name)


@lru_cache(maxsize=1024)
def _folder_key(folder: str) -> Key:
    """Return the key of a folder. It is cached, so all files in the folder share it."""
    return (0, *folder.split(os.sep))


def with_imports(
    scripts: Iterable[SourceFile],
    is_excluded: Callable[[str, str], bool],
    roots: Iterable[str] | None = None,
    also: Iterable[str] = (),
) -> list[SourceFile]:
    """Add the modules of the project that scripts import. List each file once."""
    from .imports import reachable

    reached = {file_key(script.path): script for script in scripts}
    for script in scripts:
        for path in reachable(script.path, roots, is_excluded, also=also):
            reached.setdefault(file_key(path), SourceFile(path, False, os.path.realpath(path)))
    return [reached[key] for key in sorted(reached)]


class ModuleReader:
    """Read the modules that files of a scan import, if they are in the scan.

    Attributes:
        importer: the file that is scanned.
        used: the modules that each importer has asked for, by their real paths.
    """

    def __init__(
        self, files: Iterable[SourceFile], paths: Iterable[str], read: Read | None = None
    ) -> None:
        self.importer: str = ""
        self.used: dict[str, set[str]] = {}
        self._files = {file.real: file.path for file in files}
        self._roots = [path if os.path.isdir(path) else os.path.dirname(path) for path in paths]
        self._read = read or read_file
        self._trees: dict[str, Module] = {}

    def __call__(self, importer: str, module: str, level: int) -> Iterator[tuple[str, Module]]:
        """Yield the paths and trees of the modules that an import may mean."""
        used = self.used.setdefault(self.importer, set())
        if not (level or module.rpartition(".")[2] in self._names):
            return  # most modules belong to other projects
        from .imports import find_imported

        for path in find_imported(importer, module, level, self._roots):
            real = os.path.realpath(path)
            if real in self._files:
                used.add(real)
                yield path, self._tree(real)

    def forget(self, real: str) -> None:
        """Read a file again when it is needed."""
        self._trees.pop(real, None)
        self.used.pop(real, None)

    @cached_property
    def _names(self) -> set[str]:
        stems = (os.path.abspath(path).removesuffix(".py") for path in self._files.values())
        return {os.path.basename(stem.removesuffix(f"{os.sep}__init__")) for stem in stems}

    def _tree(self, real: str) -> Module:
        if real not in self._trees:
            try:
                self._trees[real] = parse(read_source(real, self._read(real)).text)
            except (OSError, UnparsableError):  # it is reported where it is scanned
                self._trees[real] = parse("")
        return self._trees[real]


def scan_file(
    file: SourceFile,
    placeholders: frozenset[str],
    may_hold: Callable[[bytes], bool],
    read_module: ReadModule,
    read: Read | None = None,
) -> ModuleScan | None:
    """Scan one file. Return None if it is not named and contains no hyperparameter."""
    path = file.path
    if path.endswith(_VALUES):  # a walk finds no such file
        advice = "Name Python files, notebooks or folders. The option --hp-load reads values."
        return _refused(path, "This is a file of values, not Python source.", advice)
    try:
        data = (read or read_file)(path)
    except OSError as error:
        advice = "Allow reading it, or exclude it."
        return _refused(path, f"Cannot read this file: {error.strerror}.", advice)
    if not (file.is_named or may_hold(data)):
        return None
    return scan_bytes(path, data, placeholders, read_module)


def scan_bytes(
    path: str, data: bytes, placeholders: frozenset[str], read_module: ReadModule | None = None
) -> ModuleScan:
    """Find the calls of managers in the bytes of a source file."""
    key = file_key(path)
    try:
        source = read_source(path, data, key)
    except UnparsableError as error:
        source = Source(path, normalize_newlines(data.decode("ascii", "replace")), key)
        return ModuleScan(source, (), (syntax_diagnostic(source, error),))
    return extract(source, placeholders, read_module)


def _refused(path: str, message: str, advice: str) -> ModuleScan:
    from ..diagnostics import Diagnostic

    source = Source(path, "", file_key(path))
    return ModuleScan(source, (), (Diagnostic("HPM001", message, advice, path, source=source),))


def _gone_keys(
    known: Mapping[Key, ModuleScan],
    files: Iterable[SourceFile],
    scans: Iterable[ModuleScan],
    named: Sequence[str],
) -> list[Key]:
    holding = {result.source.key for result in scans}
    walked = {file_key(file.path) for file in files}
    folders = [file_key(path) for path in named if os.path.isdir(path)]

    def is_deleted(key: Key) -> bool:
        is_below = any(key[: len(folder)] == folder for folder in folders)
        return is_below and not os.path.exists(os.sep.join(map(str, key[1:])))

    return [
        key
        for key, result in known.items()
        if key not in holding and (key in walked or (not result.is_text and is_deleted(key)))
    ]
