r"""Where the cells of a notebook are in the text of its file.

Owns the places of strings in JSON. Must not know what the cells contain.
"""

from __future__ import annotations

import re
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..text import Source

_NEWLINE = re.compile(r"\r\n|\r|\n")
# A character in a string of JSON. One beyond U+FFFF may be two escapes.
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\?.", re.DOTALL
)


class NotebookFile:
    r"""The text of a notebook, and where its code is in it.

    Args:
        text: the text.

    Raises:
        ValueError: if it is not JSON.

    >>> from hpman.static.notebooks import read_notebook
    >>> text = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a\\n", "b = \\"\\""]}]}'
    >>> source = read_notebook("a.ipynb", text.encode())
    >>> text[NotebookFile(text).offset(source, 2, 5) :]
    '\\"\\""]}]}'
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._cells: list[Any] = _parse(text)["cells"]

    def offset(self, source: Source, line: int, column: int) -> int:
        """Return the offset of a place in the code. It is inside of a string.

        Args:
            source: the code of the notebook.
            line: the line.
            column: the column.

        Raises:
            LookupError: if the text is not that of the notebook.
            TypeError: for the same reason.
        """
        number, line = source.cell(line)
        code = self._cells[(number or 1) - 1]["source"]
        strings: list[_String] = code if isinstance(code, list) else [code]
        starts = [0, *(match.end() for match in _NEWLINE.finditer("".join(strings)))]
        index, start = starts[line - 1] + column - 1, 0
        for string in strings:
            start = string.start
            if index < len(string) or string is strings[-1]:
                break
            index -= len(string)
        characters = islice(_CHARACTER.finditer(self._text, start), index)
        return start + sum(len(character[0]) for character in characters)


class _String(str):
    """A string of a JSON text. It starts at an offset, after the quote."""

    __slots__ = ("start",)
    start: int


def _parse(text: str) -> Any:
    from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]
    from json.scanner import py_make_scanner  # type: ignore[attr-defined]

    def parse_string(text: str, start: int, strict: bool) -> tuple[_String, int]:  # noqa: FBT001
        value, end = scanstring(text, start, strict)
        string = _String(value)
        string.start = start
        return string, end

    decoder: Any = JSONDecoder()
    decoder.parse_string = parse_string
    decoder.scan_once = py_make_scanner(decoder)
    return decoder.decode(text)
