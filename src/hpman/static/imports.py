"""From a script to the project's own files that its import statements reach.

Owns how import statements find files below the script; must not know what a
hyperparameter is, nor run or import anything.
"""

from __future__ import annotations

import os
import sys
from _ast import Assign, Constant, Import, ImportFrom, List, Name, Tuple

from .decoding import decode
from .files import Found, is_foreign
from .filesystems import Disk, Listed
from .installed import holds_installed, path_of_project
from .syntax import UnparsableError, collector_at_rest, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import AST
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .files import Path
    from .filesystems import FileSystem

_INIT = "__init__.py"
# Statements stand in these fields of other statements only.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def reachable(
    script: Path,
    roots: Iterable[str] | None = None,
    is_left_out: Callable[[str, str], bool] | None = None,
    *,
    also: Iterable[str] = (),
) -> list[Found]:
    """List a script and the project's own files that its imports reach.

    The project is what lies below the script's folder, where Python looks first
    (`sys.path[0]`; that of the file itself where a link leads to it), and, for a
    script inside of a package, below the folder that holds the outermost package,
    where `python -m` looks. So does what lies below the folders that an editable
    install of the script's own project has put on `sys.path`, as its `src`. Import
    statements count wherever they stand: in functions, in `try`, under
    `TYPE_CHECKING`. What they do not find there is not of the project. The packages
    around a module count, because importing it runs them. Of the folders where
    Python keeps what is installed, only the package of the script itself is of the
    project.

    Args:
        script: the script.
        roots: the folders to look in, in place of those.
        is_left_out: tells of a file, and of the script that reaches it, whether
            it is left out; it is not read then, and leads no farther.
        also: folders to look in afterwards, as those of `PYTHONPATH`.

    Returns:
        The script, then the other files in the order of their paths. A file that
        cannot be read, or not by Python, is listed; it leads no farther.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, text in {"train": "import net, os", "net": "", "other": ""}.items():
    ...         with open(os.path.join(folder, f"{name}.py"), "w") as file:
    ...             _ = file.write(text)
    ...     found = reachable(os.path.join(folder, "train.py"))
    >>> [os.path.basename(each.path) for each in found]
    ['train.py', 'net.py']
    """
    path, disk = os.fspath(script), Disk()
    if roots is None:
        file = _behind_link(path)
        roots = _roots_of(disk, file)
    else:
        file = path
    project = _Project(disk, file, (*roots, *also, *path_of_project(file)))
    others = sorted(
        _followed(path, project, is_left_out or _is_never_left_out),
        key=lambda each: os.path.abspath(each).split(os.sep),
    )
    return [Found(path, True), *(Found(each, False) for each in others)]


def reachable_among(
    files: Mapping[str, bytes], scripts: Iterable[str], *, folder: Path = "."
) -> list[str]:
    """List what the imports of some scripts reach, in a tree that is not on disk.

    Args:
        files: the bytes of each file by its path from the root of the tree, with slashes.
        scripts: the paths of some of them.
        folder: where the tree would be on disk, for what is on `sys.path` of it.

    Returns:
        The paths, in the order of the tree, those of the scripts too.

    >>> reachable_among({"a.py": b"import b", "b.py": b"", "c.py": b""}, ["a.py"])
    ['a.py', 'b.py']
    """
    system = Listed(files)
    found: set[str] = set()
    for script in scripts:
        on_path = path_of_project(os.path.join(folder, script))
        also = [system.real(os.path.relpath(each, folder)) for each in on_path]
        project = _Project(system, script, (*_roots_of(system, script), *also))
        found.update((script, *map(system.real, _followed(script, project, _is_never_left_out))))
    return [path for path in files if path in found]


def _is_never_left_out(_path: str, _script: str) -> bool:
    """Leave nothing out."""
    return False


def _followed(script: str, project: _Project, is_left_out: Callable[[str, str], bool]) -> list[str]:
    """Return what the imports of a script reach beside it."""
    system = project.system
    found = {system.real(script): script}
    todo = [(script, system.read(script))]
    with collector_at_rest():
        while todo:
            for each in project.imported(*todo.pop()):
                real = system.real(each)
                if real not in found and not is_left_out(each, script):
                    found[real] = each
                    todo.append((each, system.read(each)))
    return list(found.values())[1:]


def _roots_of(system: FileSystem, script: str) -> tuple[str, str]:
    """Return the folders in which the imports of a script look."""
    folder = os.path.dirname(script)
    return folder, _above_packages(system, folder)


def _behind_link(path: str) -> str:
    """Return the file that a link leads to, as Python finds the folder of a script."""
    return os.path.realpath(path) if os.path.islink(path) else path


def _above_packages(system: FileSystem, folder: str) -> str:
    """Return the nearest folder, upwards, that is no package."""
    while system.is_file(os.path.join(folder, _INIT)):
        above = _parent(folder)
        if system.real(above) == system.real(folder):
            break  # the root of the disk
        folder = above
    return folder


def _parent(folder: str) -> str:
    """Return the folder above: by its name if it has one, else by `..`."""
    if os.path.basename(folder) in ("", os.curdir, os.pardir):
        return os.path.join(folder, os.pardir)
    return os.path.dirname(folder)


class _Project:
    """Find the files behind import statements; look into each folder once."""

    __slots__ = ("_listings", "_roots", "_tops", "system")

    def __init__(self, system: FileSystem, script: str, roots: Iterable[str]) -> None:
        """Look into the folders where imports look."""
        self.system = system
        self._listings: dict[str, frozenset[str]] = {}
        self._roots = list(dict.fromkeys(roots))
        for root in self._roots:
            if not holds_installed(system.real(root)):
                continue
            own = os.path.relpath(script, root).split(os.sep)[0]
            self._listings[root] = self._names(root) & {own}
        # What can stand first in an import that is of the project; the script itself leads nowhere.
        self._tops = {
            name.removesuffix(".py")
            for root in self._roots
            for name in self._names(root)
            if os.path.join(root, name) != script
        }

    def imported(self, importer: str, data: bytes) -> Iterator[str]:
        """Yield the files that the import statements of a file run."""
        for node in _statements(data, self._tops):
            names = [each.name for each in node.names]
            level = getattr(node, "level", 0) or 0
            module = getattr(node, "module", None) or ""
            if level:
                yield from self._relative_import(os.path.dirname(importer), level, module, names)
            elif module:
                yield from self._from_import(self._roots, module, names)
            else:
                for name in names:
                    yield from self._walk(self._roots, name)[0]

    def _relative_import(
        self, folder: str, level: int, module: str, names: list[str]
    ) -> Iterator[str]:
        """Yield the files of `from ..module import names`, and of the packages around."""
        yield from self._packages_around(folder)
        for _ in range(level - 1):
            folder = _parent(folder)
        yield from self._packages_around(folder)
        yield from self._from_import([folder], module, names)

    def _from_import(self, folders: Sequence[str], module: str, names: list[str]) -> Iterator[str]:
        """Yield the files of `from module import names`; a name may be a module, too."""
        files, inside = self._walk(folders, module) if module else ([], folders)
        yield from files
        if names == ["*"] and files:
            names = _exported(self.system.read(files[-1]))
        for name in names if inside else ():
            yield from self._walk(inside, name)[0]

    def _walk(self, folders: Sequence[str], dotted: str) -> tuple[list[str], Sequence[str]]:
        """Return the files that importing a module runs, and the folders of its submodules."""
        files: list[str] = []
        top, _, _ = dotted.partition(".")
        if folders is self._roots and top in sys.builtin_module_names:
            return files, ()
        for name in dotted.split("."):
            is_top = folders is self._roots
            file, folders = self._find(folders, name)
            if file is not None:
                files.append(file)
            elif is_top and name in sys.stdlib_module_names:
                return files, ()  # any module goes before a folder that is no package
        return files, folders

    def _find(self, folders: Sequence[str], name: str) -> tuple[str | None, Sequence[str]]:
        """Return the file of a module, and where its submodules are, as Python's finder does."""
        portions = []
        for folder in folders:
            inner = os.path.join(folder, name)
            names = self._names(folder)
            if name in names and not is_foreign(name):
                if _INIT in self._names(inner):
                    return os.path.join(inner, _INIT), [inner]
                portions.append(inner)
            if f"{name}.py" in names and self.system.is_file(f"{inner}.py"):
                return f"{inner}.py", ()
        return None, portions

    def _packages_around(self, folder: str) -> Iterator[str]:
        """Yield the files of the package in a folder, and of those that it is in."""
        top = self.system.real(_above_packages(self.system, folder))
        while self.system.real(folder) != top:
            yield os.path.join(folder, _INIT)
            folder = _parent(folder)

    def _names(self, folder: str) -> frozenset[str]:
        """Return the names in a folder; none in a virtual environment, or without a folder."""
        names = self._listings.get(folder)
        if names is None:
            names = self.system.names(folder)
            names = self._listings[folder] = frozenset() if "pyvenv.cfg" in names else names
        return names


def _statements(data: bytes, tops: set[str]) -> Iterator[Import | ImportFrom]:
    """Yield the import statements of a file, wherever they stand; none where none can matter."""
    try:
        text = decode(data)
        if not _may_reach(text, tops):
            return
        stack: list[AST] = [parse(text)]
    except UnparsableError:
        return
    while stack:
        node = stack.pop()
        if isinstance(node, (Import, ImportFrom)):
            yield node
        for block in _BLOCKS:
            stack += getattr(node, block, ())


def _may_reach(text: str, tops: set[str]) -> bool:
    """Tell whether a text may import some modules, or relatively: most need no parse."""
    import re

    if "import" not in text:
        return False
    if not text.isascii() or re.search(r"\bfrom[\s\\]*\.", text):
        return True
    first = re.compile(r"(?:\bfrom|\bimport|,)[\s\\]*(\w+)")
    return not tops.isdisjoint(first.findall(text))


def _exported(data: bytes) -> list[str]:
    """Return the names in the `__all__` of a package: `from package import *` imports them."""
    try:
        tree = parse(decode(data))
    except UnparsableError:
        return []
    names: list[str] = []
    for node in tree.body:
        targets = node.targets if isinstance(node, Assign) else [getattr(node, "target", None)]
        is_all = any(isinstance(each, Name) and each.id == "__all__" for each in targets)
        value = getattr(node, "value", None)
        if is_all and isinstance(value, (List, Tuple)):
            elements = (each.value for each in value.elts if isinstance(each, Constant))
            names += [each for each in elements if isinstance(each, str)]
    return names
