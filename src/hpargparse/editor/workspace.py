"""The folders and notebooks that an editor has open, and texts that are not saved.

Owns which facts hold while somebody types. Must not know the protocol, or what is asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence

from hpman import Diagnostic, Frozen, Index, Source
from hpman.programs import (
    file_key,
    is_notebook,
    normalize_newlines,
    read_source,
    source_encoding,
)

from ..check.checker import Checker
from ..check.config import Settings, read_settings
from ..errors import SettingsError
from .places import moved


class Root:
    """One folder that is open, with its own index and settings; or a single file."""

    def __init__(self, paths: Sequence[str], *, is_file: bool = False) -> None:
        self.folder: str = os.path.dirname(paths[0]) if is_file else paths[0]
        self.problem: str = ""  # why the sources or settings cannot be read; empty if they can
        # Of a text that cannot be parsed, it has the last calls that could be, where they are now.
        self.view: Index = Index()
        self.settings: Settings = Settings()
        self._broken: set[tuple[object, ...]] = set()
        self.checker: Checker | None = None
        try:
            self.settings = read_settings(paths)
        except SettingsError as error:
            self.problem = str(error)
        try:
            self.checker = Checker(paths, self.settings, follow_imports=is_file)
        except OSError as error:
            self.problem = f"{error.filename}: {error.strerror}"
        else:
            self.view = self.checker.index()

    def edit(self, path: str, text: str | None) -> None:
        """Replace the text of a file; None stands for what is on the disk."""
        if self.checker is None or not (path.endswith(".py") or is_notebook(path)):
            return
        key = file_key(path)
        before = self.view.files.get(key)
        self.checker.project.edit(path, None if text is None else encoded(text))
        index = self.checker.index()
        file = index.files.get(key)
        problems = file.diagnostics if file else ()
        if text is None or all(problem.code != "HPM001" for problem in problems):
            self._broken.discard(key)
        else:
            self._broken.add(key)
            if file and before:
                source = file.source
                if not is_notebook(path):  # the encoding may be broken too
                    source = Source(source.path, normalize_newlines(text), key)
                file = moved(before, source).replace(diagnostics=file.diagnostics)
        if not self._broken:
            self.view = index
        else:
            self.view = self.view.swap([file] if file else [], [key])

    def refresh(self) -> None:
        """Look for files that have changed on the disk."""
        if self.checker is None:
            return
        try:
            self.checker.project.refresh()
        except OSError as error:
            self.problem = f"{error.filename}: {error.strerror}"
            return
        index = self.checker.index()
        broken = [self.view.files[key] for key in self._broken if key in self.view.files]
        self.view = index.swap(broken) if broken else index

    def findings(self) -> list[Diagnostic]:
        """Return what `hpman check` finds in the texts as they are now."""
        return self.checker.findings() if self.checker else []

    def program(self, path: str) -> Index:
        """Return the facts of all programs that contain a file."""
        keys = self.checker.sharing(file_key(path)) if self.checker else None
        if keys is None:
            return self.view
        return self.view.swap([], [key for key in self.view.files if key not in keys])


class Workspace:
    """All folders that are open."""

    def __init__(self, folders: Iterable[str]) -> None:
        self.texts: dict[str, str] = {}
        self._roots: dict[str, Root | None] = {os.path.abspath(path): None for path in folders}
        self._files: dict[str, Root] = {}  # files outside of all folders

    @property
    def roots(self) -> list[Root]:
        """The folders that have been read, and the single files."""
        return [root for root in (*self._roots.values(), *self._files.values()) if root]

    def root_of(self, path: str) -> Root:
        """Return the folder of a file. It is read when it is needed for the first time."""
        folders = [folder for folder in self._roots if path.startswith(os.path.join(folder, ""))]
        if not folders:
            if path not in self._files:
                self._files[path] = Root([path], is_file=True)
            return self._files[path]
        folder = max(folders, key=len)
        root = self._roots[folder]
        if root is None:
            root = self._roots[folder] = self._open(folder)
        return root

    def edit(self, path: str, text: str | None) -> Root:
        """Replace the text of a file, and return its folder. None stands for what is on the disk.

        The text of a notebook is that of its file, with all its cells.
        """
        if text is None:
            self.texts.pop(path, None)
        else:
            self.texts[path] = text
        root = self.root_of(path)
        root.edit(path, text)
        if text is None:
            self._files.pop(path, None)
        return root

    def refresh(self, paths: Iterable[str] = ()) -> None:
        """Look for files that have changed on the disk."""
        if any(os.path.basename(path) == "pyproject.toml" for path in paths):
            for folder in [folder for folder, root in self._roots.items() if root]:
                self._roots[folder] = self._open(folder)
            return
        for root in self.roots:
            root.refresh()

    def change_folders(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """Add and remove folders."""
        for path in removed:
            self._roots.pop(os.path.abspath(path), None)
        for path in added:
            self._roots.setdefault(os.path.abspath(path), None)

    def _open(self, folder: str) -> Root:
        root = Root([folder])
        for path, text in self.texts.items():
            root.edit(path, text)
        return root


class Cell(Frozen):
    """A cell that an editor has open."""

    __slots__ = ()
    uri: str
    text: str
    is_code: bool


class OpenNotebook:
    """A notebook that an editor has open."""

    def __init__(self, path: str, cells: Sequence[Cell]) -> None:
        saved = [
            {"cell_type": "code" if cell.is_code else "raw", "source": cell.text} for cell in cells
        ]
        # The text of a file with these cells.
        self.text: str = json.dumps({"cells": saved, "metadata": {}, "nbformat": 4})
        self.source: Source = read_source(path, self.text.encode())
        # For each cell with code, the number of lines above it in the source.
        self.above: dict[str, int] = {}
        self._cells = cells
        line = 0
        for cell in cells:
            if cell.is_code:
                self.above[cell.uri] = line
                line += normalize_newlines(cell.text).count("\n") + 1

    def locate(self, line: int) -> tuple[str, int]:
        """Return the document of a line, and the number of lines above its cell."""
        number, row = self.source.cell(line)
        return self._cells[(number or 1) - 1].uri, line - row


def encoded(text: str) -> bytes:
    """Return the bytes of a source, in the encoding that it declares."""
    data = text.encode(errors="surrogatepass")
    try:
        encoding = source_encoding(data)
        return data if encoding == "utf-8" else text.encode(encoding)
    except (LookupError, ValueError):
        return data
