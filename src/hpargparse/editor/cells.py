r"""The cells of notebooks: as documents that an editor has open, and in files.

Owns where a line of the joined code of a notebook is. Must not know the protocol.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]

from hpman.programs import read_source
from hpman.record import Record

from .places import Lines, normalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from hpman import Source

    from .places import Span

_NEWLINE = re.compile(r"\r\n|\r|\n")
# A character in a string of JSON; one beyond U+FFFF may be two escapes.
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\?.", re.DOTALL
)


class Cell(Record):
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

    Args:
        path: its path.
        cells: all its cells.

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


class NotebookFile:
    r"""The text of a notebook that no editor has open, and where the code is in it.

    Args:
        text: the text.

    >>> file = NotebookFile('{"cells": [{"source": ["a\\n",\n "b = \\"\\""]}]}')
    >>> file.place(1, 2, 5), file.place(1, 2, 6)
    ((2, 7), (2, 9))
    """

    def __init__(self, text: str) -> None:
        self._text = normalize(text)
        self._lines = Lines(self._text)
        self._cells: list[Any] = _parse(self._text)["cells"]

    def span(self, source: Source, span: Span) -> Span:
        """Return where a span of the code is in the file."""
        number, line = source.cell(span[0])
        above = span[0] - line
        start = self.place(number or 1, line, span[1])
        return *start, *self.place(number or 1, span[2] - above, span[3])

    def place(self, number: int, line: int, column: int) -> tuple[int, int]:
        """Return the line and column in the file of a place in a cell."""
        source = self._cells[number - 1]["source"]
        strings: list[_String] = source if isinstance(source, list) else [source]
        text = "".join(strings)
        starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]
        index, start = starts[line - 1] + column - 1, 0
        for string in strings:
            start = string.start
            if index < len(string) or string is strings[-1]:
                break
            index -= len(string)
        characters = islice(_CHARACTER.finditer(self._text, start), index)
        return self._lines.place(start + sum(len(character[0]) for character in characters))


class _String(str):
    """A string of a JSON text. It starts at an offset, after the quote."""

    __slots__ = ("start",)
    start: int


def _parse(text: str) -> Any:
    def parse_string(text: str, start: int, strict: bool = True) -> tuple[_String, int]:  # noqa: FBT001, FBT002
        value, end = scanstring(text, start, strict)
        string = _String(value)
        string.start = start
        return string, end

    decoder: Any = JSONDecoder()
    decoder.parse_string = parse_string
    decoder.scan_once = py_make_scanner(decoder)
    return decoder.decode(text)
