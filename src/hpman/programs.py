"""The managers of one program.

Owns how sources are read for all managers at once, and how the managers of this process
receive them; must not know the command line or how a program runs.
"""

from __future__ import annotations

from .errors import error_for
from .globs import compile_globs as compile_globs
from .names import is_dunder
from .runtime.html import HEADERS as HEADERS, value_rows as value_rows
from .runtime.origin import CELLS as CELLS
from .static.extract import extract
from .static.files import is_notebook as is_notebook, read_source as read_source, walk as walk
from .static.imports import (
    connected as connected,
    find_module as find_module,
    leading_imports as leading_imports,
    reachable as reachable,
)
from .static.index import Index
from .static.marimo import private_names as private_names
from .static.notebooks import NotebookFile as NotebookFile, python_of as python_of
from .static.project import Project as Project
from .static.rules import conflicts as conflicts, violations
from .static.scan import file_key as file_key, scan, scan_bytes as scan_bytes
from .static.syntax import (
    UTF_8_MARK as UTF_8_MARK,
    SourceMap as SourceMap,
    UnparsableError as UnparsableError,
    decode as decode,
    normalize_newlines as normalize_newlines,
    parse as parse,
    source_encoding as source_encoding,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .diagnostics import Diagnostic
    from .manager import HyperParameterManager
    from .static.files import Paths
    from .static.index import ModuleScan
    from .text import Source

_USUAL = frozenset({"_"})  # its bare calls count even if no file imports it


def index_program(
    paths: Paths,
    *,
    follow_imports: bool = False,
    roots: Iterable[str] | None = None,
    also: Iterable[str] = (),
) -> Index:
    """Index files and folders for every manager that they import."""
    roots, also = None if roots is None else list(roots), list(also)
    names = _USUAL
    while True:
        scans, _gone = scan(paths, names, follow_imports=follow_imports, roots=roots, also=also)
        index = Index().swap(scans)
        # A file may get a manager from another file that imports it, so its bare calls count too.
        if index.placeholders() <= names:
            return index
        names |= index.placeholders()


def load_managers(index: Index) -> list[HyperParameterManager]:
    """Load an index into the managers of `hpman.m`: into all of them or none.

    A placeholder that cannot be imported gets a private manager. An index without
    hyperparameters is that of the manager `_`.
    """
    from .manager import adopt_index

    files = list(index.files.values())
    managers = [_manager(placeholder) for placeholder in sorted(index.placeholders() or _USUAL)]
    indexes = [manager.index.swap(files) for manager in managers]
    _require_sound(
        problem
        for manager, new in zip(managers, indexes, strict=True)
        for problem in violations(new, manager.placeholder, files)
    )
    for manager, new in zip(managers, indexes, strict=True):
        adopt_index(manager, new)
    return managers


def require_sound(index: Index) -> None:
    """Check what `load_managers` checks, without loading anything."""
    files = list(index.files.values())
    placeholders = sorted(index.placeholders() or _USUAL)
    _require_sound(problem for name in placeholders for problem in violations(index, name, files))


def _require_sound(problems: Iterable[Diagnostic]) -> None:
    unique: dict[tuple[object, ...], Diagnostic] = {}
    for problem in problems:
        unique.setdefault((problem.code, problem.place, problem.message), problem)
    if unique:
        raise error_for(unique.values())


def _manager(placeholder: str) -> HyperParameterManager:
    """Return the manager of `hpman.m` for a placeholder, or a private one."""
    if placeholder.isidentifier() and not is_dunder(placeholder):
        from . import m

        manager: HyperParameterManager = getattr(m, placeholder)
        return manager
    from .manager import HyperParameterManager

    return HyperParameterManager(placeholder)


def preset_values(managers: Iterable[HyperParameterManager]) -> None:
    """Give private managers that are created from now on the values of other managers.

    A program that is run with values may use a manager of its own, such as
    `HyperParameterManager("exp")`.
    """
    from .manager import PRESETS, inside

    PRESETS.update((manager.placeholder, inside(manager)[1].state()) for manager in managers)


def preset_names(manager: HyperParameterManager) -> list[str]:
    """Return the names that `preset_values` had values for, for a manager of that placeholder."""
    from .manager import PRESETS

    return list(PRESETS.get(manager.placeholder, {"sets": ()})["sets"])


def packed_values() -> bytes:
    """Return a pickle that gives another process the literals among the values of all managers."""
    import pickle

    from . import m
    from .workers import _EarlyValues

    return pickle.dumps(_EarlyValues(vars(m)))


def unused_values() -> dict[str, list[str]]:
    """Return the names that were set and never read, of each manager of `hpman.m`."""
    from . import m

    managers = [*vars(m).items()]  # another thread may import one
    return {name: manager.unused() for name, manager in managers if not is_dunder(name)}


def note_reads(unused: Mapping[str, Iterable[str]]) -> None:
    """Note which values another process has read."""
    from . import m
    from .manager import inside

    for name, names in unused.items():
        manager: HyperParameterManager = getattr(m, name)
        inside(manager)[1].view.reads.update({*manager.unused()}.difference(names))


def scan_cell(source: Source, placeholders: Iterable[str]) -> ModuleScan:
    """Find the calls of managers in one cell of a notebook."""
    return extract(source, frozenset(placeholders)).replace(is_text=True)


def adopt_cells(manager: HyperParameterManager, cells: list[ModuleScan]) -> None:
    """Let a manager take the calls in cells, or raise an error with all problems."""
    from .manager import adopt_files

    adopt_files(manager, cells)
