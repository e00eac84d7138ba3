"""Read the files that a check looks at.

Owns which files are read, and for which managers; must not know the rules.
"""

from __future__ import annotations

import os

from hpman import index_of
from hpman.programs import find_module, read, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hpman import Index, ModuleScan

    # The modules that placeholders are imported from, by the path of the importing file and the
    # spelling of the module there; None for modules that are not found.
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
        placeholders: the names whose bare calls count, besides `_` and imported managers.
        follow_imports: whether to check the imported modules of the same project too.

    Returns:
        The index of the files, and the modules. Of the placeholders that a file never binds,
        those are left out that a star import or a builtin may provide.

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
    return _without_builtins(index, managers, paths, exclude), _read_modules(index, names)


def _without_builtins(
    index: Index, managers: set[str], paths: Sequence[str], exclude: Sequence[str]
) -> Index:
    """Leave out the names that a file may get from a star import or from the builtins."""
    import re

    star = re.compile(r"\bimport\s*\*").search
    files = [file for file in index.files.values() if managers & file.unbound]
    names = frozenset[str]().union(*(file.unbound for file in files))
    installs = {
        name: re.compile(rf"builtins.*\W{re.escape(name)}\W{'|gettext' * (name == '_')}".encode())
        for name in names
    }
    installed: set[str] = set()
    for path in [file.path for file in walk(paths, exclude)] if names else ():
        try:
            data = read(path)
        except OSError:  # it is a problem of the index
            continue
        installed.update(name for name in names if installs[name].search(data))
    return index.swap(
        file.replace(unbound=frozenset() if star(file.source.text) else file.unbound - installed)
        for file in files
    )


def _read_modules(index: Index, names: frozenset[str]) -> Modules:
    modules: Modules = {}
    todo = [file for file in index.files.values() if file.reexports]
    if not todo:
        return modules
    by_path = {os.path.realpath(file.source.path): file for file in index.files.values()}
    found: dict[tuple[str, str], str | None] = {}
    while todo:
        importer = todo.pop()
        folder = os.path.dirname(os.path.realpath(importer.source.path))
        for _name, module in importer.reexports:
            if (folder, module) not in found:
                found[folder, module] = _find(folder, module)
            path = found[folder, module]
            if path is not None and path not in by_path:
                (by_path[path],) = index_of(path, names).files.values()
                todo.append(by_path[path])
            modules[importer.source.path, module] = by_path[path] if path else None
    return modules


def _find(folder: str, module: str) -> str | None:
    """Find a module in the folder of its importer or in a folder above it."""
    folders = [folder]
    while (folder := os.path.dirname(folder)) != folders[-1]:
        folders.append(folder)
    name = module.lstrip(".")
    if level := len(module) - len(name):
        folders = folders[level - 1 : level]
    # `from . import _` imports from the package itself.
    path = find_module(name or "__init__", folders)[0]
    return path and os.path.realpath(path)
