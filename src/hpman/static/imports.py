"""Resolve import statements to files, without importing anything.

Owns how modules are found in folders, and which of a project's own files a script
reaches; must not know what a hyperparameter is.
"""

from __future__ import annotations

import _ast
import os
import sys

from .files import read_file, read_source
from .syntax import UnparsableError, decode, parse, paused_collector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator
    from typing import Any

    from .files import Facts, Read

_INIT = "__init__.py"
# The fields of statements that contain other statements.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
# One of these files is at the root of every project that can be installed.
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_STANDARD_LIBRARY = os.path.dirname(os.__file__)


def reachable(
    script: str,
    roots: Iterable[str] | None = None,
    is_excluded: Callable[[str, str], bool] | None = None,
    *,
    also: Iterable[str] = (),
    read: Read | None = None,
    facts: Facts | None = None,
) -> list[str]:
    """List the files of the same project that a script imports, directly or indirectly.

    The files of the project are those in the script's folder, where Python looks first;
    for a script inside a package, those in the folder that contains the outermost
    package, where `python -m` looks; and those in folders that an editable install of
    the script's own project has put on `sys.path`, such as `src`. Import statements
    count everywhere: in functions, in `try`, under `TYPE_CHECKING`. The packages
    around a module count too, because importing the module runs them.

    The files are sorted by their paths. A file that cannot be read is listed.
    """
    project = _project(script, roots, also, read, facts)
    reached = {os.path.realpath(script): script}
    pending = [script]
    with paused_collector():
        while pending:
            for path in project.imported_by(pending.pop()):
                real = os.path.realpath(path)
                if real not in reached and not (is_excluded and is_excluded(path, script)):
                    reached[real] = path
                    pending.append(path)
    return sorted(list(reached.values())[1:], key=lambda path: os.path.abspath(path).split(os.sep))


def leading_imports(
    script: str,
    roots: Iterable[str] | None = None,
    *,
    also: Iterable[str] = (),
    packages: Iterable[str] = (),
    managers: Collection[str] = (),
) -> Iterator[tuple[str, list[str]]]:
    r"""Yield what a script imports from outside of its project before it does anything else.

    Imports count up to the first statement that may have an effect on those after it, such
    as a call. Modules of the project are followed in the order in which Python runs them. Each
    comes with the names after `from module import`.
    """
    walk = _Leading(_project(script, roots, also), managers)
    for path in packages:
        if not (yield from walk.imports(path)):
            return
    yield from walk.imports(script, is_main=True)


def connected(
    files: Iterable[str],
    links: Iterable[tuple[str, str]] = (),
    *,
    read: Read | None = None,
    facts: Facts | None = None,
) -> list[set[str]]:
    """Group files into programs that share nothing: scripts with what they import.

    The groups have resolved paths, also those of imported files and packages around them.
    """
    neighbours: dict[str, list[str]] = {}
    # Scripts usually lie above what they import. Each file is read once, in one project.
    for file in sorted(map(os.path.realpath, files), key=lambda path: (path.count(os.sep), path)):
        if file in neighbours:
            continue
        folder = os.path.dirname(file)
        roots = (folder, _above_packages(folder), *_installed_roots(file))
        project, pending = _Project(file, roots, read, facts), [file]
        while pending:
            path = pending.pop()
            if path not in neighbours:
                near = (*project.imported_by(path), *_packages_around(os.path.dirname(path)))
                neighbours[path] = [*map(os.path.realpath, near)]
                pending += neighbours[path]
    edges = [(path, near) for path in neighbours for near in neighbours[path]]
    for one, other in (*edges, *(map(os.path.realpath, pair) for pair in links)):
        neighbours[other].append(one)
        neighbours[one].append(other)
    groups = []
    while neighbours:
        group, pending = set(), [next(iter(neighbours))]
        while pending:
            path = pending.pop()
            if path not in group:
                group.add(path)
                pending += neighbours.pop(path)
        groups.append(group)
    return groups


def find_module(name: str, folders: Iterable[str]) -> tuple[str | None, list[str]]:
    """Return the file of a module, as Python finds it, and the folders of its submodules."""
    finder, file, folders = _Finder(), None, list(folders)
    for part in name.split("."):
        file, folders = finder.find(part, folders)
    return file, folders


def find_imported(importer: str, module: str, level: int, roots: Iterable[str] = ()) -> list[str]:
    """List the files that an import statement may mean, at most one for each folder."""
    folder = os.path.dirname(importer)
    if not level:
        folders = [folder, _above_packages(folder), *roots, *_installed_roots(importer)]
    else:
        for _ in range(level - 1):
            folder = _parent(folder)
        folders = [folder]
    if not module:
        return [os.path.join(folder, _INIT)]
    return [file for root in folders if (file := find_module(module, [root])[0])]


class _Finder:
    """Find modules in folders, and list each folder once."""

    def __init__(self) -> None:
        self._listings: dict[str, frozenset[str]] = {}

    def find(self, name: str, folders: Iterable[str]) -> tuple[str | None, list[str]]:
        """Return the file of a module, and the folders of its submodules."""
        portions = []  # of a namespace package
        for folder in folders:
            inner = os.path.join(folder, name)
            names = self.list(folder)
            if name in names:
                if _INIT in self.list(inner):
                    return os.path.join(inner, _INIT), [inner]
                portions.append(inner)
            if f"{name}.py" in names and os.path.isfile(f"{inner}.py"):
                return f"{inner}.py", []
        return None, portions

    def list(self, folder: str) -> frozenset[str]:
        """Return the names in a folder. A missing one or a virtual environment has none."""
        names = self._listings.get(folder)
        if names is None:
            try:
                names = frozenset(os.listdir(folder or os.curdir))
            except OSError:
                names = frozenset()
            if "pyvenv.cfg" in names:
                names = frozenset()
            self._listings[folder] = names
        return names

    def restrict(self, folder: str, name: str) -> None:
        """Pretend that a folder contains only one name."""
        self._listings[folder] = self.list(folder) & {name}


class _Project:
    """Find the files that import statements run, in the folders of a project."""

    def __init__(
        self,
        script: str,
        roots: Iterable[str],
        read: Read | None = None,
        facts: Facts | None = None,
    ) -> None:
        self.read: Read = read or read_file
        self._facts = {} if facts is None else facts
        self._script = script
        self._finder = _Finder()
        self._roots = list(dict.fromkeys(roots))
        for root in filter(_is_installation, self._roots):
            # Of all packages installed there, only the one that contains the script counts.
            self._finder.restrict(root, os.path.relpath(script, root).split(os.sep)[0])
        # The names that an absolute import can begin with, except for the script itself.
        self._modules = {
            name.removesuffix(".py")
            for root in self._roots
            for name in self._finder.list(root)
            if os.path.join(root, name) != script
        }

    def imported_by(self, path: str) -> list[str]:
        """Return the files that the import statements of a file run."""
        known = self._facts.setdefault(os.path.realpath(path), {})
        key = ("imports", path, self._script, *self._roots)
        if key not in known:
            known[key] = [
                file
                for node in self._import_statements(path)
                for module, names in _modules(node)
                for file in self.files(path, module, names, getattr(node, "level", 0))
            ]
        return known[key]  # type: ignore[no-any-return]

    def _import_statements(self, path: str) -> Iterator[_ast.Import | _ast.ImportFrom]:
        """Yield the import statements of a file, if one may be relative or import a module."""
        try:
            text = read_source(path, self.read(path)).text
            stack: list[_ast.AST] = [parse(text)] if _may_import(text, self._modules) else []
        except (OSError, UnparsableError):  # it is reported where it is scanned
            return
        while stack:
            node = stack.pop()
            if isinstance(node, (_ast.Import, _ast.ImportFrom)):
                yield node
            for block in _BLOCKS:
                stack += getattr(node, block, ())

    def files(self, path: str, module: str, names: list[str], level: int) -> Iterator[str]:
        """Yield the files that run if a file imports a module, or names from it."""
        folders = self._roots
        if level:
            folder = os.path.dirname(path)
            yield from _packages_around(folder)
            for _ in range(level - 1):
                folder = _parent(folder)
            yield from _packages_around(folder)
            folders = [folder]
        yield from self._resolve_from(module, names, folders)

    def _resolve_from(self, module: str, names: list[str], folders: list[str]) -> Iterator[str]:
        """Yield the files of `from module import names`, where a name may be a module."""
        files, inner = self._resolve(module, folders) if module else ([], folders)
        yield from files
        if names == ["*"] and inner:
            names = self._exported_names(os.path.join(inner[0], _INIT))
        for name in names if inner else ():
            yield from self._resolve(name, inner)[0]

    def _exported_names(self, path: str) -> list[str]:
        """Return the names in the `__all__` of a package, which `from package import *` imports."""
        try:
            tree = parse(decode(self.read(path)))
        except (OSError, UnparsableError):
            return []
        statements: list[Any] = tree.body
        exported: list[Any] = []
        for node in statements:
            target = getattr(node, "target", None) or getattr(node, "targets", [None])[0]
            if getattr(target, "id", None) == "__all__":
                exported += getattr(getattr(node, "value", None), "elts", ())
        return [item.value for item in exported if type(getattr(item, "value", None)) is str]

    def _resolve(self, dotted: str, folders: list[str]) -> tuple[list[str], list[str]]:
        """Return the files that importing a module runs, and the folders of its submodules."""
        files: list[str] = []
        top, *rest = dotted.split(".")
        is_absolute = folders is self._roots
        if is_absolute and top in sys.builtin_module_names:
            return files, []
        file, folders = self._finder.find(top, folders)
        if is_absolute and file is None and top in sys.stdlib_module_names:
            return files, []  # it takes precedence over a folder that is not a package
        for name in rest:
            files += [file] if file else []
            file, folders = self._finder.find(name, folders)
        return files + ([file] if file else []), folders


class _Leading:
    """Follow the imports of a program, as long as nothing else happens."""

    def __init__(self, project: _Project, managers: Collection[str]) -> None:
        self._project = project
        self._managers = managers
        self._seen: set[str] = set()

    def imports(
        self, path: str, *, is_main: bool = False
    ) -> Generator[tuple[str, list[str]], None, bool]:
        """Yield imports from outside of the project; return whether nothing else happens."""
        real = os.path.realpath(path)
        if real in self._seen:
            return True
        self._seen.add(real)
        try:
            pending = parse(read_source(path, read_file(path)).text).body[::-1]
        except (OSError, UnparsableError):
            return False
        while pending:
            node = pending.pop()
            if isinstance(node, (_ast.Import, _ast.ImportFrom)):
                if not (yield from self._follow(path, node)):
                    return False
            elif isinstance(node, _ast.Try):
                pending += node.body[::-1]
            elif not self._is_passive(node, is_main=is_main):
                return False
        return True

    def _follow(
        self, path: str, node: _ast.Import | _ast.ImportFrom
    ) -> Generator[tuple[str, list[str]], None, bool]:
        level = getattr(node, "level", 0)
        for module, names in _modules(node):
            files = [*self._project.files(path, module, names, level)]
            for file in files:
                if not (yield from self.imports(file)):
                    return False
            if not files and not level:
                yield module, names
        return True

    def _is_passive(self, node: _ast.AST, *, is_main: bool) -> bool:
        """Return whether a statement has no effect on the imports after it."""
        from ast import walk
        from types import NoneType

        if isinstance(node, _ast.If):  # one that is false
            names = {part.id for part in walk(node.test) if isinstance(part, _ast.Name)}
            names |= {part.attr for part in walk(node.test) if isinstance(part, _ast.Attribute)}
            return names <= {"TYPE_CHECKING", "typing"} or (names == {"__name__"} and not is_main)
        if isinstance(node, (_ast.FunctionDef, _ast.AsyncFunctionDef, _ast.ClassDef, _ast.Pass)):
            return True
        if not isinstance(node, (_ast.Assign, _ast.AnnAssign, _ast.Expr)):
            return False
        targets = getattr(node, "targets", []) or [getattr(node, "target", None)]
        functions = [part.func for part in walk(node) if isinstance(part, _ast.Call)]
        is_harmless = all(isinstance(f, _ast.Name) and f.id in self._managers for f in functions)
        return is_harmless and all(isinstance(t, (_ast.Name, NoneType)) for t in targets)


def _project(
    script: str,
    roots: Iterable[str] | None,
    also: Iterable[str],
    read: Read | None = None,
    facts: Facts | None = None,
) -> _Project:
    file = script
    if roots is None:
        # Python uses the folder of the file that a symbolic link points to.
        file = os.path.realpath(script) if os.path.islink(script) else script
        folder = os.path.dirname(file)
        roots = (folder, _above_packages(folder))
    return _Project(file, (*roots, *also, *_installed_roots(file)), read, facts)


def _modules(node: _ast.Import | _ast.ImportFrom) -> Iterator[tuple[str, list[str]]]:
    """Yield the modules of an import statement, and the names that it imports from them."""
    if isinstance(node, _ast.ImportFrom):
        yield node.module or "", [alias.name for alias in node.names]
    else:
        yield from ((alias.name, []) for alias in node.names)


def _may_import(text: str, modules: set[str]) -> bool:
    """Return whether a text has to be parsed to find its imports. Most need not be."""
    import re

    if "import" not in text:
        return False
    if not text.isascii() or re.search(r"\bfrom[\s\\]*\.", text):
        return True
    names = re.findall(r"(?:\bfrom|\bimport|,)[\s\\]*(\w+)", text)
    return not modules.isdisjoint(names)


def _packages_around(folder: str) -> Iterator[str]:
    """Yield the files of the package in a folder, and of the packages around it."""
    top = os.path.realpath(_above_packages(folder))
    while os.path.realpath(folder) != top:
        yield os.path.join(folder, _INIT)
        folder = _parent(folder)


def _above_packages(folder: str) -> str:
    """Return the nearest folder, upwards, that is not a package."""
    while os.path.isfile(os.path.join(folder, _INIT)):
        parent = _parent(folder)
        if os.path.realpath(parent) == os.path.realpath(folder):
            break  # the root of the disk
        folder = parent
    return folder


def _parent(folder: str) -> str:
    """Return the parent folder: by its name if the path has one, else with `..`."""
    if os.path.basename(folder) in ("", os.curdir, os.pardir):
        return os.path.join(folder, os.pardir)
    return os.path.dirname(folder)


def _installed_roots(script: str) -> list[str]:
    """Return the folders of `sys.path` that lie in the project of a script.

    The root of a project is the nearest folder, upwards, that can be installed.
    """
    project = os.path.dirname(os.path.realpath(script))
    while not any(os.path.isfile(os.path.join(project, name)) for name in _PROJECT_FILES):
        if project == os.path.dirname(project):
            return []
        project = os.path.dirname(project)
    environments = [os.path.realpath(prefix) for prefix in (sys.prefix, sys.base_prefix)]
    foreign = [path for path in environments if _is_inside(path, project)]
    # Python puts the current directory first for `-m` and `-c`. The sources of hpman itself do
    # not belong to any program.
    foreign.append(os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..")))
    path = sys.path[1:] if _is_current(sys.path[:1]) else sys.path
    reals = {folder: os.path.realpath(folder) for folder in path if folder}
    return [
        folder
        for folder, real in reals.items()
        if _is_inside(real, project)
        and not any(_is_inside(real, other) for other in foreign)
        and not _is_installation(real)
    ]


def _is_current(folders: list[str]) -> bool:
    current = os.path.realpath(os.curdir)
    return any(not folder or os.path.realpath(folder) == current for folder in folders)


def _is_installation(folder: str) -> bool:
    """Return whether a folder is one of Python's folders for installed packages."""
    real = os.path.realpath(folder)
    is_packages = os.path.basename(real) in ("site-packages", "dist-packages")
    return is_packages or real == os.path.realpath(_STANDARD_LIBRARY)


def _is_inside(path: str, folder: str) -> bool:
    return os.path.join(path, "").startswith(os.path.join(folder, ""))
