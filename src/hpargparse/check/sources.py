"""Read the files that a check looks at.

Owns which files are read, and for which managers; must not know the rules.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial

from hpman import Index, ModuleScan
from hpman.programs import Project, find_module

# The modules that placeholders are imported from, by the path of the importing file and the
# spelling of the module there; None for modules that are not found.
Modules = dict[tuple[str, str], ModuleScan | None]


def read_project(project: Project, placeholders: Iterable[str] = ()) -> tuple[Index, Modules]:
    """Read the files of a project, and the modules that they import placeholders from."""
    names = frozenset({"_", *placeholders})
    index = project.index(names)
    managers = {name for file in index.files.values() for name in file.managers}
    if not managers <= names:
        # Other files may call an imported manager by its bare name.
        names |= managers
        index = project.index(names)
    return _without_builtins(index, managers, project), _read_modules(index, names, project)


def _without_builtins(index: Index, managers: set[str], project: Project) -> Index:
    """Leave out the names that a file may get from a star import or from the builtins."""
    files = [file for file in index.files.values() if managers & file.unbound]
    if not files:
        return index
    import re

    star = re.compile(r"\bimport\s*\*").search
    names = frozenset[str]().union(*(file.unbound for file in files))
    installed = {name for name in names if _is_installed(name, project)}
    return index.swap(
        file.replace(unbound=frozenset() if star(file.source.text) else file.unbound - installed)
        for file in files
    )


def _is_installed(name: str, project: Project) -> bool:
    """Return whether a file of a project may make a name a builtin."""
    import re

    pattern = rf"builtins.*\W{re.escape(name)}\W{'|gettext' * (name == '_')}".encode()
    search = re.compile(pattern).search

    def has(path: str) -> bool:
        try:
            return bool(search(project.read(path)))
        except OSError:  # it is a problem of the index
            return False

    key = ("builtin", name)
    return any(_keep(project, file.real, key, partial(has, file.path)) for file in project.files)


def _keep(project: Project, real: str, key: tuple[str, ...], make: Callable[[], object]) -> object:
    """Return a fact about a file, which is made once as long as the file does not change."""
    facts = project.facts.setdefault(real, {})
    if key not in facts:
        facts[key] = make()
    return facts[key]


def _read_modules(index: Index, names: frozenset[str], project: Project) -> Modules:
    modules: Modules = {}
    todo = [file for file in index.files.values() if file.reexports]
    seen = {file.source.key for file in todo}
    while todo:
        importer = todo.pop()
        folder = os.sep.join(map(str, importer.source.key[1:-1])) or os.sep
        for _name, module in importer.reexports:
            key = ("module", folder, module)
            path: str | None = _keep(project, "", key, partial(_find, folder, module))  # type: ignore[assignment]
            file = None
            if path is not None:
                *above, last = path.split(os.sep)
                file = index.files.get((0, *above, last)) or project.scan(path, names)
                if file.source.key not in seen:
                    seen.add(file.source.key)
                    todo.append(file)
            modules[importer.source.path, module] = file
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
