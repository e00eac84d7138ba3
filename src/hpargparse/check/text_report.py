"""Findings as text for somebody at a terminal.

Owns how a finding is laid out and coloured; knows neither how it was found
nor where the text goes.
"""

from __future__ import annotations

from hpman._text import display_path, escape

from .findings import place_of
from .registry import CATALOGUE, ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .findings import Finding

_BOLD, _RED, _YELLOW, _CYAN, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[0m"
_MANY = 4  # other places that are named


def text_report(findings: Sequence[Finding], files: int, *, is_coloured: bool = False) -> str:
    """Write findings one below the other, and a line that counts them.

    Args:
        findings: the findings, in order.
        files: how many files hold hyperparameters.
        is_coloured: whether the text is for a terminal that shows colours.

    >>> print(text_report([], 12), end="")
    No problems found in 12 files with hyperparameters.
    """
    parts = [f"{_finding(each, is_coloured=is_coloured)}\n" for each in findings]
    return "".join([*parts, f"{_summary(findings, files)}\n"])


def _finding(found: Finding, *, is_coloured: bool) -> str:
    """Write one finding: place, code and message, the line, and what to do."""
    colour = _RED if CATALOGUE[found.code].severity == ERROR else _YELLOW
    bold, red, cyan, plain = (_BOLD, colour, _CYAN, _PLAIN) if is_coloured else ("", "", "", "")
    parts = (display_path(found.source.path), found.line, found.column)
    place = ":".join(str(part) for part in parts if part is not None)
    lines = [f"{bold}{place}:{plain} {red}{found.code}{plain} {escape(found.message)}"]
    if found.line is not None and found.line <= len(found.source.lines):
        text = found.source.lines[found.line - 1]
        shown, carets = found.source.marked(found.line, found.column or 1, _end(found, text))
        margin = " " * len(str(found.line))
        lines += [f"    {cyan}{found.line} |{plain} {shown}"]
        lines += [f"    {margin} {cyan}|{plain} {red}{carets}{plain}"]
    lines += [f"    {escape(each)}" for each in (found.advice, _others(found)) if each]
    return "\n".join(lines)


def _end(found: Finding, text: str) -> int:
    """Return the column behind the last character at fault in the first of its lines."""
    if found.end_line is None or found.end_column is None:
        return found.column or 1
    return found.end_column if found.end_line == found.line else len(text.rstrip()) + 1


def _others(found: Finding) -> str:
    """Name the other places, those aside that a sentence has named."""
    said = f"{found.message} {found.advice} "
    places = list(dict.fromkeys(map(place_of, found.related)))
    new = [each for each in places if not any(f"{each}{end}" in said for end in "),. ")]
    more = f" and {len(new) - _MANY} more" if len(new) > _MANY else ""
    return f"See also {', '.join(new[:_MANY])}{more}." if new else ""


def _summary(findings: Sequence[Finding], files: int) -> str:
    """Count problems and files.

    >>> _summary([], 0)
    'No hyperparameters found.'
    """
    if not findings:
        if not files:
            return "No hyperparameters found."
        return f"No problems found in {_counted(files, 'file')} with hyperparameters."
    errors = sum(CATALOGUE[each.code].severity == ERROR for each in findings)
    counts = [(errors, "error"), (len(findings) - errors, "warning")]
    kinds = ", ".join(_counted(count, what) for count, what in counts if count)
    within = len({each.source.key for each in findings})
    return f"Found {_counted(len(findings), 'problem')} ({kinds}) in {_counted(within, 'file')}."


def _counted(count: int, what: str) -> str:
    """Say how many there are.

    >>> _counted(1, "file"), _counted(1200, "file")
    ('1 file', '1,200 files')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"
