"""The check of a project: from files to findings, again and again.

Owns the order of the steps, what they keep for the next time, and how files are split into
programs, in which hyperparameters may conflict. Must not know how findings are shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from hpman import Diagnostic, Index, ModuleScan
from hpman.programs import Project, connected, reachable

from .config import Settings
from .names import Memory
from .ownership import Owned
from .rules import cross_files, find_problems
from .selection import select
from .sources import read_project


class Checker:
    """Check a project. After an edit, a second check costs what the edit has changed.

    >>> from hpargparse.check.config import Settings
    >>> Checker([__file__], Settings()).findings()
    []
    """

    def __init__(
        self,
        paths: Sequence[str],
        settings: Settings,
        exclude: Sequence[str] | None = None,
        *,
        follow_imports: bool = False,
        is_one_program: bool = False,
    ) -> None:
        exclude = settings.exclude_globs if exclude is None else exclude
        self.project: Project = Project(paths, exclude, follow_imports=follow_imports)
        self._settings = settings
        self._is_partial = not follow_imports and any(map(os.path.isfile, paths))
        self._is_one_program = is_one_program
        self._owned = Owned()
        self._programs: list[Index] = []
        self._memory = Memory()

    def index(self) -> Index:
        """Return the calls that belong to hpman, and what is wrong with single calls and files."""
        return self._read_project()[1]

    def findings(self) -> list[Diagnostic]:
        """Return the findings that the settings select, sorted by file, place and code."""
        read, index = self._read_project()
        find = partial(find_problems, is_partial=self._is_partial, memory=self._memory)
        problems, self._programs = find(index), []
        if cross_files(problems) and not self._is_one_program:
            self._programs = split(self.project, read, index, self._settings.programs)
            problems = find(index, self._programs)
        self._memory.forget_unused()
        return select(problems, self._settings)

    def sharing(self, key: tuple[object, ...]) -> set[tuple[object, ...]] | None:
        """Return the keys of the files that share a program with a file; None for all files."""
        keys = [program.files.keys() for program in self._programs if key in program.files]
        return set().union(*keys) if keys else None

    def prepare(self, seconds: float) -> bool:
        """Prepare `findings` for a while, and return whether nothing is left to prepare."""
        return self._memory.prepare(self.index(), seconds)

    def _read_project(self) -> tuple[Index, Index]:
        placeholders = self._settings.placeholder
        read, modules = read_project(self.project, placeholders)
        return read, self._owned.update(read, modules, placeholders)


def split(
    project: Project, index: Index, owned: Index, programs: Iterable[str] = ()
) -> list[Index]:
    """Split what is checked into programs.

    Files belong together if imports connect them, if one uses a hyperparameter that only the
    other defines, or if one passes `parse_file` a folder that contains the other. Each
    script or folder in `programs` makes a program of its own, with what it imports.
    """
    # Other files, such as those of gettext, are read only if one of these imports them.
    files = (f for k, f in index.files.items() if k in owned.files or "hpman" in f.source.text)
    paths = {_real(file): file.source.key for file in files}
    named = [_with_imports(project, program, paths) for program in programs]
    rest = paths.keys() - set().union(*named)
    links = (pair for pair in _links(index, owned) if rest.issuperset(pair))
    return [
        Index(index.separator).swap(
            owned.files[paths[path]]
            for path in group
            if path in paths and paths[path] in owned.files
        )
        for group in [*named, *connected(rest, links, read=project.read, facts=project.facts)]
    ]


def _real(file: ModuleScan) -> str:
    return os.sep.join(map(str, file.source.key[1:]))


def _with_imports(project: Project, program: str, paths: Iterable[str]) -> set[str]:
    folder = os.path.join(os.path.realpath(program), "")
    scripts = [path for path in paths if path.startswith(folder)] or [program]
    reached = {
        path
        for script in scripts
        for path in (script, *reachable(script, read=project.read, facts=project.facts))
    }
    return {*map(os.path.realpath, reached)}


def _links(index: Index, owned: Index) -> Iterator[tuple[str, str]]:
    """Yield pairs of files that belong together although imports may not connect them."""
    paths = {file.source.path: _real(file) for file in index.files.values()}
    for placeholder in owned.placeholders():
        for name in owned.names(placeholder):
            calls = owned.named(placeholder, name)
            defining = list({call.path for call in calls if call.is_definition})
            if len(defining) == 1:
                yield from ((paths[defining[0]], paths[call.path]) for call in calls)
    for file in index.files.values():
        if _parses_other_files(file.source.text):
            path = paths[file.source.path]
            folder = os.path.join(os.path.dirname(path), "")
            yield from ((path, other) for other in paths.values() if other.startswith(folder))


def _parses_other_files(text: str) -> bool:
    """Return whether a source lets hpman read anything but `__file__`."""
    calls = r"\.parse_file\s*\(|hpargparse\.parse_args\s*\(\s*\w+\s*,"
    return bool(re.search(rf"(?:{calls})(?!\s*__file__\s*[,)])", text))
