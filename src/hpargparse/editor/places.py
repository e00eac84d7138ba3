"""Places in a text that changes, and facts that move with it.

Owns the units of columns, and how a place before an edit becomes one after it. Must not know
files or folders.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import TypeVar

from hpman import Mention, ModuleScan, Occurrence, Source

from ..edits import Span, span_of

Fact = TypeVar("Fact", Occurrence, Mention)


def contains(span: Span, line: int, column: int) -> bool:
    """Return whether a cursor is in a span, or at one of its ends."""
    return span[:2] <= (line, column) <= span[2:]


def units(text: str, encoding: str) -> int:
    """Return the length of a text in the units of an encoding."""
    if text.isascii() or encoding == "utf-32":
        return len(text)
    if encoding == "utf-8":
        return len(text.encode(errors="surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def column_after(line: str, number: int, encoding: str) -> int:
    """Return the column, counted from 1, after a number of units of a line."""
    if line.isascii():
        return min(number, len(line)) + 1
    column = 0
    while column < len(line) and number > 0:
        number -= units(line[column], encoding)
        column += 1
    return column + 1


class Lines:
    """Convert between offsets in a text, and lines and columns."""

    def __init__(self, text: str) -> None:
        lengths = (len(line) + 1 for line in text.split("\n"))
        self._starts = [0, *accumulate(lengths)]

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place."""
        return self._starts[line - 1] + column - 1

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def changed_part(old: str, new: str) -> tuple[int, int]:
    """Return how many characters two texts have in common at their start and at their end."""
    most = min(len(old), len(new))
    start = _longest(most, lambda length: old[:length] == new[:length])
    most -= start
    end = _longest(most, lambda length: not length or old[-length:] == new[-length:])
    return start, end


def _longest(most: int, is_common: object) -> int:
    """Return the greatest length that passes a test, which holds up to some length."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if is_common(middle):  # type: ignore[operator]
            low = middle
        else:
            high = middle - 1
    return low


class Move:
    """Where the places of a text are in another text, which an edit made of it."""

    def __init__(self, old: str, new: str) -> None:
        self._changes = [*_changes(old, new)]
        self._before, self._after = Lines(old), Lines(new)

    def __call__(self, span: Span) -> Span | None:
        """Return the new place; None if the edit has cut it. It may have changed inside."""
        first, last = self._before.offset(*span[:2]), self._before.offset(*span[2:])
        first_shift = last_shift = 0
        for start, end, shift in self._changes:
            if first >= end:
                first_shift += shift
                last_shift += shift
            elif last > start:
                if first >= start or last < end:
                    return None
                last_shift += shift
        return (*self._after.place(first + first_shift), *self._after.place(last + last_shift))


def _changes(old: str, new: str) -> Iterator[tuple[int, int, int]]:
    """Yield what has changed: where it starts and ends in the old text, and by how much it grew.

    One edit may change several places, such as one that adds an import while a line is completed.
    """
    start, end = changed_part(old, new)
    befores = old[start : len(old) - end].splitlines(keepends=True)
    afters = new[start : len(new) - end].splitlines(keepends=True)
    blocks = [("replace", 0, len(befores), 0, len(afters))]
    if len(befores) > 1 and len(afters) > 1:
        from difflib import SequenceMatcher

        blocks = SequenceMatcher(None, befores, afters).get_opcodes()  # type: ignore[assignment]
    for tag, first, last, new_first, new_last in blocks:
        before, after = "".join(befores[first:last]), "".join(afters[new_first:new_last])
        if tag != "equal":
            head, tail = changed_part(before, after)
            yield start + head, start + len(before) - tail, len(after) - len(before)
        start += len(before)


def moved(scan: ModuleScan, source: Source) -> ModuleScan:
    """Return the facts of a text at their places in another text, which an edit made of it.

    A call that the edit has cut is left out. One that has changed inside stays.
    """
    move = Move(scan.source.text, source.text)

    def place(fact: Fact) -> Fact | None:
        span = move(span_of(fact))
        if span is None:
            return None
        line, column, end_line, end_column = span
        return fact.replace(
            source=source, line=line, column=column, end_line=end_line, end_column=end_column
        )

    return scan.replace(
        source=source,
        occurrences=tuple(filter(None, map(place, scan.occurrences))),
        mentions=tuple(filter(None, map(place, scan.mentions))),
        diagnostics=(),
    )
