"""A program as a whole: all the managers that its sources use.

Owns how sources are read for every manager at once, and how the managers of
this process get what was read; knows neither a command line nor how a program runs.
"""

from __future__ import annotations

from .errors import error_for
from .names import is_dunder
from .static.imports import find_module
from .static.index import Index
from .static.rules import conflicts, violations
from .static.scan import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .diagnostics import Diagnostic
    from .manager import HyperParameterManager
    from .static.files import Paths

__all__ = ["conflicts", "find_module", "index_program", "load_managers", "preset_values"]

_USUAL = frozenset({"_"})  # whose bare calls count, whether a file imports it or not


def index_program(
    paths: Paths,
    *,
    follow_imports: bool = False,
    roots: Iterable[str] | None = None,
    also: Iterable[str] = (),
) -> Index:
    """Read files and folders into an index, for every manager that one of them imports.

    Args:
        paths: a file, a folder, or an iterable of them.
        follow_imports: whether the modules of the same project that the files
            import are read too.
        roots: the folders in which these imports look; None for those of a script.
        also: folders in which they look afterwards, as those of `PYTHONPATH`.

    Returns:
        The index. What is wrong with a file is in it, and raises nothing.

    Raises:
        OSError: a path is not there, or cannot be read.

    >>> index_program(__file__).placeholders()
    set()
    """
    roots, also = None if roots is None else list(roots), list(also)
    names = _USUAL
    while True:
        found = scan(paths, names, follow_imports=follow_imports, roots=roots, also=also)
        index = Index().swap(found.files)
        # A file may get a manager from another one that imports it, so its bare calls count too.
        if index.placeholders() <= names:
            return index
        names |= index.placeholders()


def load_managers(index: Index) -> list[HyperParameterManager]:
    """Give the managers of `hpman.m` what an index says of them: all of it, or nothing.

    A placeholder that no import could name is that of a private manager, and gets one.

    Args:
        index: the index.

    Returns:
        The managers that have a hyperparameter in it, by placeholder; the
        manager `_` where none has.

    Raises:
        HpmanError: the sources break a rule; it reports all that is wrong.

    >>> [each.placeholder for each in load_managers(index_program(__file__))]
    ['_']
    """
    files = list(index.files.values())
    managers = [*map(_manager, sorted(index.placeholders()) or _USUAL)]
    swapped = [(each, each.index.swap(files)) for each in managers]
    problems: dict[tuple[object, ...], Diagnostic] = {}
    for manager, new in swapped:
        for each in violations(new, manager.placeholder, files):
            problems.setdefault((each.code, each.place, each.message), each)
    if problems:
        raise error_for(problems.values())
    for manager, new in swapped:
        manager._adopt_index(new, new.defaults(manager.placeholder)[0])
    return managers


def _manager(placeholder: str) -> HyperParameterManager:
    """Return the manager of a placeholder: that of `hpman.m`, if it can be imported."""
    if placeholder.isidentifier() and not is_dunder(placeholder):
        from . import m

        found: HyperParameterManager = getattr(m, placeholder)
        return found
    from .manager import HyperParameterManager

    return HyperParameterManager(placeholder)


def preset_values(managers: Iterable[HyperParameterManager]) -> None:
    """Let private managers that this process makes from now on start with values that are set.

    A program that somebody else gives values, before it runs, may keep them in
    a manager of its own, as `HyperParameterManager("exp")`.

    Args:
        managers: the managers with the values, each for those of its placeholder.

    >>> from hpman import HyperParameterManager
    >>> preset_values([HyperParameterManager("exp").set_value("lr", 3)])
    >>> HyperParameterManager("exp").parse_source('exp("lr", 1)').get_values()
    {'lr': 3}
    """
    from .manager import PRESETS

    PRESETS.update((each.placeholder, each._store.state()) for each in managers)
