"""The check of a project: from files to findings, again and again.

Owns the order of the steps, and what they keep for the next time. Must not know the command
line, or how findings are shown.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial

from hpman import Diagnostic, Index
from hpman.programs import Project

from .config import Settings
from .names import Memory
from .ownership import Owned
from .programs import split
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
        return self._read()[1]

    def findings(self) -> list[Diagnostic]:
        """Return the findings that the settings select, sorted by file, place and code."""
        read, index = self._read()
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

    def _read(self) -> tuple[Index, Index]:
        placeholders = self._settings.placeholder
        read, modules = read_project(self.project, placeholders)
        return read, self._owned.update(read, modules, placeholders)
