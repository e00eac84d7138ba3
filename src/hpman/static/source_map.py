"""Find names and positions in one source text.

Owns the search for lines that contain a name, and the conversion of positions of a syntax
tree (UTF-8 bytes) to positions in the text (characters).
"""

from __future__ import annotations

from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import expr
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from ..text import Source

    # The line and column of the first character, and the line and column after the last.
    Span: TypeAlias = tuple[int, int, int, int]

_FEW = 8  # maximum number of names for which the text is searched once each


class SourceMap:
    r"""Find names in a text, and the text of the nodes of its syntax tree.

    >>> from hpman.text import Source
    >>> SourceMap(Source("a.py", "x = 1\ny = x\n")).count_candidates(frozenset("y"))
    [0, 0, 1, 1]
    """

    __slots__ = ("_latest", "_lines", "is_ascii", "source")

    def __init__(self, source: Source) -> None:
        self.source: Source = source
        self.is_ascii: bool = source.text.isascii()
        self._lines = source.text.split("\n")
        # A line with its bytes, an offset in it, and the column there.
        self._latest: tuple[int, bytes, int, int] = (0, b"", 0, 1)

    def count_candidates(self, names: frozenset[str] | None) -> Sequence[int]:
        """Return, for each n, how many of the first n lines contain one of the names.

        If two counts differ, the lines between them contain a name. None counts every line.
        """
        last = len(self._lines)
        if names is None or len(names) > _FEW:
            return range(last + 1)
        marks = bytearray(last + 1)
        for name in names:
            if name in self.source.text:
                self._mark(name, marks)
        return list(accumulate(marks))

    def _mark(self, name: str, marks: bytearray) -> None:
        """Mark the lines that contain a name as a word."""
        text = self.source.text
        line, counted = 1, 0  # the line of a position
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            before, after = text[start - 1 : start], text[end : end + 1]
            if not (before.isalnum() or after.isalnum() or "_" in (before, after)):
                line += text.count("\n", counted, start)
                counted = start
                marks[line] = 1
                end = text.find("\n", end)
                if end < 0:
                    break
            start = text.find(name, end)

    def column(self, line: int, offset: int) -> int:
        """Return the column in characters, counted from 1, of an offset in bytes."""
        if self.is_ascii or self._lines[line - 1].isascii():
            return offset + 1
        # The next place is likely near: a long line with many calls is not decoded for each.
        latest, data, start, column = self._latest
        if latest != line:
            data, start, column = self._lines[line - 1].encode(), 0, 1
        if start <= offset:
            column += len(data[start:offset].decode())
        else:
            column -= len(data[offset:start].decode())
        self._latest = line, data, offset, column
        return column

    def span(self, node: Any) -> Span:
        """Return the line and column of a node's first character and of the one after its end."""
        line, end_line = node.lineno, node.end_lineno
        if self.is_ascii:
            return line, node.col_offset + 1, end_line, node.end_col_offset + 1
        column = self.column(line, node.col_offset)
        return line, column, end_line, self.column(end_line, node.end_col_offset)

    def text(self, node: expr) -> str:
        """Return the source of an expression."""
        if self.is_ascii and node.lineno == node.end_lineno:  # the usual case
            return self._lines[node.lineno - 1][node.col_offset : node.end_col_offset]
        line, column, end_line, end_column = self.span(node)
        lines = self._lines[line - 1 : end_line]
        lines[-1] = lines[-1][: end_column - 1]
        lines[0] = lines[0][column - 1 :]
        return "\n".join(lines)
