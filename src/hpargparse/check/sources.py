"""Reading what a check looks at.

Owns which files are read and for which managers; must not judge what they say.
"""

from __future__ import annotations

import os

from hpman import index_of
from hpman.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hpman import Index, ModuleScan

    Modules = Mapping[tuple[str, str], ModuleScan | None]


class Sources(Record):
    """Hold everything that a check looks at.

    Attributes:
        program: the index of the files to check.
        requested: the placeholders that the user named.
        modules: the modules that placeholders are imported from, by the path of the importing
            file and the module as it is written there; None for those that are not found.
        is_partial: whether files were named and their imports were not read.
    """

    __slots__ = ()
    program: Index
    requested: frozenset[str] = frozenset()
    modules: Modules = {}  # noqa: RUF012 - nobody changes it
    is_partial: bool = False


def read_sources(
    paths: Sequence[str],
    exclude: Sequence[str] = (),
    placeholders: Iterable[str] = (),
    *,
    follow_imports: bool = False,
) -> Sources:
    """Read files and folders.

    Args:
        paths: the files and folders.
        exclude: globs of what to leave out of folders.
        placeholders: the names whose bare calls are certainly hyperparameters.
        follow_imports: whether to read the imported modules of the same project too.

    Raises:
        OSError: a path does not exist, or a folder cannot be listed.

    >>> read_sources([__file__]).program.placeholders()
    set()
    """
    requested = frozenset(placeholders)
    names = requested | {"_"}
    index = index_of(paths, names, exclude, follow_imports=follow_imports)
    managers = {name for file in index.files.values() for name in file.managers}
    if not managers <= names:
        # Other files may call an imported manager by its bare name.
        names |= managers
        index = index_of(paths, names, exclude, follow_imports=follow_imports)
    is_partial = not follow_imports and any(map(os.path.isfile, paths))
    return Sources(index, requested, _read_modules(index, names), is_partial)


def _read_modules(index: Index, names: frozenset[str]) -> Modules:
    """Read the modules that files import placeholders from, directly and through each other."""
    modules: dict[tuple[str, str], ModuleScan | None] = {}
    todo = [file for file in index.files.values() if file.reexports]
    if not todo:
        return modules
    by_path = {os.path.realpath(file.source.path): file for file in index.files.values()}
    while todo:
        importer = todo.pop()
        for _name, module in importer.reexports:
            path = next(filter(os.path.isfile, _candidates(importer.source.path, module)), None)
            key = importer.source.path, module
            if path is None or key in modules:
                modules.setdefault(key, None)
                continue
            if path not in by_path:
                (by_path[path],) = index_of(path, names).files.values()
                todo.append(by_path[path])
            modules[key] = by_path[path]
    return modules


def _candidates(importer: str, module: str) -> Iterator[str]:
    """Yield where a module may be: beside the importer or in a folder above it."""
    folder = os.path.dirname(os.path.realpath(importer))
    name = module.lstrip(".")
    parts = name.split(".") if name else []
    if level := len(module) - len(name):
        for _level in range(level - 1):
            folder = os.path.dirname(folder)
        folders = [folder]
    else:
        folders = [folder]
        while (above := os.path.dirname(folders[-1])) != folders[-1]:
            folders.append(above)
    for folder in folders:
        stem = os.path.join(folder, *parts)
        if parts:
            yield f"{stem}.py"
        yield os.path.join(stem, "__init__.py")
