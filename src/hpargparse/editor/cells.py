r"""Notebooks that an editor has open: each cell is a document.

Owns in which cell a line of the joined code is. Must not know the protocol.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from hpman import Frozen, Source
from hpman.programs import read_source

from .places import normalize


class Cell(Frozen):
    """A cell that an editor has open.

    Attributes:
        uri: its document.
        text: its text.
        is_code: whether it is Python.
    """

    __slots__ = ()
    uri: str
    text: str
    is_code: bool


class OpenNotebook:
    r"""A notebook that an editor has open.

    Attributes:
        text: the text of a file with these cells.
        source: the code of all cells.
        above: for each cell with code, the number of lines above it in this code.

    >>> texts = ("#1", "a = 1\nb = 2", True), ("#2", "# Title", False), ("#3", "c", True)
    >>> notebook = OpenNotebook("a.ipynb", [Cell(*row) for row in texts])
    >>> notebook.above, notebook.locate(2), notebook.locate(3)
    ({'#1': 0, '#3': 2}, ('#1', 0), ('#3', 2))
    """

    def __init__(self, path: str, cells: Sequence[Cell]) -> None:
        rows = [
            {"cell_type": "code" if cell.is_code else "raw", "source": cell.text} for cell in cells
        ]
        self.text: str = json.dumps({"cells": rows, "metadata": {}, "nbformat": 4})
        self.source: Source = read_source(path, self.text.encode())
        self.above: dict[str, int] = {}
        self._cells = cells
        line = 0
        for cell in cells:
            if cell.is_code:
                self.above[cell.uri] = line
                line += normalize(cell.text).count("\n") + 1

    def locate(self, line: int) -> tuple[str, int]:
        """Return the document of a line, and the number of lines above its cell."""
        number, row = self.source.cell(line)
        return self._cells[(number or 1) - 1].uri, line - row
