"""The lines of one text while it is read: where names stand in it.

Owns the way from the tree's places (UTF-8 bytes) to the text's (characters);
knows no call and no scope.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from .._text import Source

_RARE = 300  # a name that is met no more often is looked at one by one
_FEW = 8  # so many names are searched for one by one; the words of a line are as cheap for more


LARGE = 1 << 16  # so long is a text whose tree takes megabytes
_SHORT, _MANY = 40, 4096  # how long and how many constants are kept
_CONSTANTS: dict[str, tuple[Any, str]] = {}  # of all files that are not large: few and small


class Lines:
    r"""Translate between places of a text, and find the lines that hold a name.

    The lines are split for this once more: those that a source has split itself stay
    with it.

    Args:
        source: the text.

    >>> from hpman._text import Source
    >>> Lines(Source("a.py", "x = 1\ny = x\n")).holding(frozenset("y"))
    [2]
    """

    __slots__ = ("_constants", "_lines", "_wide", "is_ascii", "source")

    def __init__(self, source: Source) -> None:
        """Split the text."""
        self.source: Source = source
        is_large = len(source.text) > LARGE
        self._constants = {} if is_large else _CONSTANTS
        self._lines = source.text.split("\n")
        self.is_ascii: bool = source.text.isascii()
        # The line that was asked for last, and where its bytes are that begin no character.
        self._wide: tuple[int, list[int]] = 0, []

    def holding(self, names: frozenset[str] | None) -> Sequence[int]:
        """Return the numbers of the lines that hold any of the names; all lines for None."""
        every = range(1, len(self._lines) + 1)
        if names is None or not (self.is_ascii or self._is_normal()):
            return every
        if len(names) <= _FEW:
            return sorted(set().union(*map(self._holding, names)))
        if not all(map(str.isascii, names)):  # `\w` leaves out some characters of names
            return every
        import re

        words = re.compile(r"\w+").findall
        return [n for n, line in enumerate(self._lines, 1) if not names.isdisjoint(words(line))]

    def _holding(self, name: str) -> Iterable[int]:
        """Return the numbers of the lines that hold a name."""
        text = self.source.text
        if text.count(name) <= _RARE:
            return _one_by_one(text, name)
        import re

        # The literal first: a look-behind in front would slow the search tenfold.
        word = re.compile(rf"{re.escape(name)}(?!\w)(?<!\w.{{{len(name)}}})")
        ends = accumulate((piece.count("\n") for piece in word.split(text)[:-1]), initial=1)
        return islice(ends, 1, None)

    def _is_normal(self) -> bool:
        """Tell whether names stand in the text as Python reads them, in NFKC (PEP 3131)."""
        from unicodedata import is_normalized

        return is_normalized("NFKC", self.source.text)

    def column(self, line: int, offset: int) -> int:
        """Return the column in characters, counted from 1, of an offset in bytes."""
        if self.is_ascii or self._lines[line - 1].isascii():
            return offset + 1
        number, inner = self._wide
        if number != line:
            data = self._lines[line - 1].encode()
            inner = [place for place, byte in enumerate(data) if byte & 0xC0 == 0x80]
            self._wide = line, inner
        return offset - bisect_left(inner, offset) + 1

    def span(self, node: Any) -> tuple[int, int, int, int]:
        """Return the line and column where a node begins, and those behind its end."""
        line, end_line = node.lineno, node.end_lineno
        return (
            line,
            self.column(line, node.col_offset),
            end_line,
            self.column(end_line, node.end_col_offset),
        )

    def text(self, node: Any) -> str:
        """Return an expression as it is written."""
        lines = self._lines
        first: int = node.lineno
        last: int = node.end_lineno
        start, end = node.col_offset, node.end_col_offset
        if not self.is_ascii:
            start, end = self.column(first, start) - 1, self.column(last, end) - 1
        if first == last:
            return lines[first - 1][start:end]
        return "\n".join(
            [lines[first - 1][start:], *lines[first : last - 1], lines[last - 1][:end]]
        )

    def constant(self, text: str, value: Any) -> tuple[Any, str]:
        """Return a constant and how it is written: the same few are kept once."""
        known = self._constants.get(text)
        if known is None:
            known = value, text
            if len(text) <= _SHORT and len(self._constants) < _MANY:
                self._constants[text] = known
        return known


def _one_by_one(text: str, name: str) -> list[int]:
    """Return the numbers of the lines that hold a name, without making a pattern for it."""
    numbers = []
    number, last, start = 1, 0, text.find(name)
    while start >= 0:
        end = start + len(name)
        beside = text[max(start - 1, 0) : start] + text[end : end + 1]
        if "_" not in beside and not any(map(str.isalnum, beside)):  # what `\w` is
            number += text.count("\n", last, last := start)
            numbers.append(number)
        start = text.find(name, start + 1)
    return numbers


def counted(numbers: Sequence[int], last: int) -> Sequence[int]:
    """Return for each line how many of some lines there are up to it.

    Two of these tell whether a span holds any, at the price of looking them up.

    Args:
        numbers: the numbers of the lines, sorted.
        last: the last line to count up to.

    >>> counted([2, 3], 4)
    [0, 0, 1, 2, 2]
    """
    if type(numbers) is range:  # of all lines
        return range(last + 1)
    marks = bytearray(last + 1)
    for number in numbers:
        if number > last:  # a comment at the end
            break
        marks[number] = 1
    return list(accumulate(marks))
