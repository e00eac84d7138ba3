r"""A line of a source with a mark below some of its characters.

Owns how characters that are wide, blank or not printable are shown; knows no
rule and no colours.
"""

from __future__ import annotations

from hpman import printable, width_of

_LONGEST = 120  # columns of a line: minified code must not drown a finding
_BEFORE = 40  # columns that are kept before the mark in a line that is longer


def marked(text: str, start: int, end: int) -> tuple[str, str]:
    r"""Return a line as it is shown, and the carets below it.

    Args:
        text: the line.
        start: the index of the first character that is marked.
        end: the index behind the last one; one caret stands at least.

    >>> for line in marked("x = f(y)", 4, 8):
    ...     print(line)
    x = f(y)
        ^^^^
    >>> marked("\t世界\x1b", 1, 4)
    ('    世界\\x1b', '    ^^^^^^^^')
    """
    cells = [_cell(each) for each in text]
    before = sum(width for _shown, width in cells[:start])
    marks = sum(width for _shown, width in cells[start:end])
    first, left = 0, ""
    if before + marks > _LONGEST:
        while before > _BEFORE:
            before -= cells[first][1]
            first += 1
        left = "…" * (first > 0)
    shown, width, last = [left], len(left), first
    while last < len(cells) and width + cells[last][1] <= _LONGEST:
        shown.append(cells[last][0])
        width += cells[last][1]
        last += 1
    right = "…" * (last < len(cells))
    indent = len(left) + before
    return "".join(shown) + right, " " * indent + "^" * max(1, min(marks, width - indent))


def _cell(character: str) -> tuple[str, int]:
    """Return how a character is shown, and how many columns of a terminal it takes."""
    if character == "\t":
        return "    ", 4
    shown = printable(character)
    return shown, width_of(shown)
