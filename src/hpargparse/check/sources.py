"""Reading what a check looks at.

Owns which files are read and for which managers; must not judge what they say.
"""

from __future__ import annotations

import os

from hpman import index_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hpman import Index, ModuleScan

    # The modules that placeholders are imported from, by the path of the importing file and
    # the module as it is written there; None for those that are not found.
    Modules = dict[tuple[str, str], ModuleScan | None]


def read_sources(
    paths: Sequence[str],
    exclude: Sequence[str] = (),
    placeholders: Iterable[str] = (),
    *,
    follow_imports: bool = False,
) -> tuple[Index, Modules]:
    """Read files and folders, and the modules that they import placeholders from.

    Args:
        paths: the files and folders.
        exclude: globs of what to leave out of folders.
        placeholders: the names whose bare calls count, beside `_` and imported managers.
        follow_imports: whether to check the imported modules of the same project too.

    Returns:
        The index of the files, and the modules.

    Raises:
        OSError: a path does not exist, or a folder cannot be listed.

    >>> read_sources([__file__])[0].placeholders()
    set()
    """
    names = frozenset({"_", *placeholders})
    index = index_of(paths, names, exclude, follow_imports=follow_imports)
    managers = {name for file in index.files.values() for name in file.managers}
    if not managers <= names:
        # Other files may call an imported manager by its bare name.
        names |= managers
        index = index_of(paths, names, exclude, follow_imports=follow_imports)
    return index, _read_modules(index, names)


def _read_modules(index: Index, names: frozenset[str]) -> Modules:
    modules: Modules = {}
    todo = [file for file in index.files.values() if file.reexports]
    if not todo:
        return modules
    by_path = {os.path.realpath(file.source.path): file for file in index.files.values()}
    while todo:
        importer = todo.pop()
        for _name, module in importer.reexports:
            path = next(filter(os.path.isfile, _candidates(importer.source.path, module)), None)
            if path is not None and path not in by_path:
                (by_path[path],) = index_of(path, names).files.values()
                todo.append(by_path[path])
            modules[importer.source.path, module] = by_path[path] if path else None
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
