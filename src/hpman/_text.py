"""Text as it is shown: excerpts of sources, paths, escapes and widths.

Owns how lines of a source, paths and long values appear in messages; must not know
syntax or hyperparameters.
"""

from __future__ import annotations

import os

from .record import Slotted

IN_MESSAGE = 60  # characters of a value in a message
_BEFORE = 40  # columns at most that are kept before a mark in a line that is cut


def relative_path(path: str) -> str:
    """Show a path below the current folder relative to it, and any other as it is.

    >>> relative_path(os.path.join(os.getcwd(), "main.py"))
    'main.py'
    """
    try:
        here = os.path.join(os.getcwd(), "")
    except OSError:  # the folder was removed under us
        return path
    below = path.removeprefix(here)
    # `./main.py` started as a program is `/folder/./main.py` in its `__file__`.
    is_below = below != path or path.startswith(os.path.join(os.curdir, ""))
    return os.path.normpath(below) if is_below else path


_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # of bidi text


def escape(text: str) -> str:
    r"""Escape all that does not print as itself on one line.

    Args:
        text: the text. A lone surrogate in it stands for the byte of a path.

    >>> escape("a\tb\x1b[1m")
    'a\\tb\\x1b[1m'
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def display_path(path: str) -> str:
    r"""Show a path as seen from here, on one line.

    Args:
        path: the path, perhaps with a line behind it.

    >>> display_path(os.path.join(os.getcwd(), "a\tb.py:3"))
    'a\\tb.py:3'
    """
    return escape(relative_path(path))


def _harmless(text: str) -> str:
    """Escape what a terminal takes for a command; leave blanks and letters as they are."""
    if text.isprintable():
        return text
    return "".join(_escaped(each) if _is_command(each) else each for each in text)


def _cut(text: str, start: int, end: int, width: int) -> tuple[str, int, int]:
    """Show what of a line fits into some columns around some of its characters.

    Args:
        text: the line.
        start: the index of the first of the characters.
        end: the index behind the last one.
        width: how many columns there are.

    Returns:
        The text, with an ellipsis where it is cut; how many columns are before the first
        of the characters, and how many columns of them are shown.
    """
    lowest = max(0, start - width)  # of a line that is very long, no more can be shown
    cells = [_cell(each) for each in text[lowest : start + width + 1]]
    widths = [columns for _shown, columns in cells]
    is_whole = len(cells) == len(text)
    before, marks = sum(widths[: start - lowest]), sum(widths[start - lowest : end - lowest])
    first = 0
    if before + marks >= width and not (is_whole and sum(widths) <= width):
        while before > min(_BEFORE, width // 3):
            before -= widths[first]
            first += 1
    left = "…" if first + lowest else ""
    room = width - len(left)
    right = "" if lowest + len(cells) == len(text) and sum(widths[first:]) <= room else "…"
    last, used = first, 0
    while last < len(cells) and used + widths[last] <= room - len(right):
        used += widths[last]
        last += 1
    shown = "".join(character for character, _columns in cells[first:last])
    return f"{left}{shown}{right}", len(left) + before, min(marks, used - before)


def _cell(character: str) -> tuple[str, int]:
    """Return how a character is shown, and how many columns of a terminal it takes."""
    if character == "\t":
        return "    ", 4
    shown = escape(character)
    return shown, display_width(shown)


def _is_command(character: str) -> bool:
    """Tell whether a character controls a terminal, or the direction in which it writes."""
    code = ord(character)
    return (code < 0x20 and character != "\t") or 0x7F <= code < 0xA0 or character in _DIRECTIONS


def _escaped(character: str) -> str:
    """Escape one character."""
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape", "surrogatepass").decode()


class Source(Slotted):
    r"""Hold the text of one file together with the path that it was read from.

    Lines end where Python ends them: at a newline, not at a form feed or at
    the other characters on which `str.splitlines` splits.

    Args:
        path: the path, as the caller gave it or as the walk composed it.
        text: the decoded text, with newlines already made uniform.
        key: what tells this file from others and where it sorts among them;
            the path where nothing is given.

    >>> Source("a.py", "x = 1\ny = 2\n").lines
    ['x = 1', 'y = 2']
    """

    __slots__ = ("_lines", "key", "path", "text")

    def __init__(self, path: str, text: str, key: tuple[object, ...] = ()) -> None:
        """Keep the text; it is split at the first question for a line."""
        self.path: str = path
        self.text: str = text
        self.key: tuple[object, ...] = key or (0, path)
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; a last line that is empty is none."""
        if self._lines is None:
            lines = self.text.split("\n")
            if len(lines) > 1 and not lines[-1]:
                lines.pop()
            self._lines = lines
        return self._lines

    def between(self, line: int, column: int, end_line: int, end_column: int) -> str:
        r"""Return the text from one place up to another, both counted from 1.

        >>> Source("a.py", "f(1,\n  2)").between(1, 3, 2, 4)
        '1,\n  2'
        """
        lines = self.lines[line - 1 : end_line]
        lines[-1] = lines[-1][: end_column - 1]
        lines[0] = lines[0][column - 1 :]
        return "\n".join(lines)

    def excerpt(
        self,
        line: int,
        *,
        before: int = 5,
        after: int = 5,
        indent: int = 0,
        width: int | None = None,
        column: int = 1,
    ) -> str:
        r"""Show the lines around one, numbered, with an arrow at it.

        Args:
            line: the line to point at, counted from 1.
            before: how many lines to show above it.
            after: how many lines to show below it.
            indent: how many spaces to put in front of each line.
            width: how many columns of a line to show at most; all for None.
            column: the character, counted from 1, around which the line is cut.

        >>> print(Source("a.py", "a\nb\nc\n").excerpt(2, before=1))
            1: a
        ==> 2: b
            3: c
        """
        lines = self.lines
        first, last = max(1, line - before), min(len(lines), line + after)
        digits = len(str(last))
        shown = []
        for number in range(first, last + 1):
            is_meant = number == line
            text = _harmless(lines[number - 1])
            if width is not None and display_width(text) > width:
                start = column - 1 if is_meant else 0
                text = _cut(lines[number - 1], start, start + 1, width)[0]
            arrow = "==>" if is_meant else "   "
            shown.append(f"{'':{indent}}{arrow} {number:{digits}}: {text}")
        return "\n".join(shown)

    def marked(
        self, line: int, column: int, end_column: int, *, width: int = 120
    ) -> tuple[str, str]:
        r"""Show a line, and carets below some of its characters.

        Args:
            line: the line, counted from 1.
            column: the first character that is marked, counted from 1.
            end_column: the one behind the last; one caret stands at least.
            width: how many columns to show at most, around the first one.

        >>> for line in Source("a.py", "x = f(y)").marked(1, 5, 9):
        ...     print(line)
        x = f(y)
            ^^^^
        >>> Source("a.py", "\t世界\x1b").marked(1, 2, 5)
        ('    世界\\x1b', '    ^^^^^^^^')
        """
        start, end = column - 1, max(column, end_column - 1)
        text, before, marks = _cut(self.lines[line - 1], start, end, width)
        return text, " " * before + "^" * max(1, marks)

    def __eq__(self, other: object) -> bool:
        """Two sources are the same when path and text are."""
        return isinstance(other, Source) and (self.path, self.text) == (other.path, other.text)

    def __hash__(self) -> int:
        """Hash by path: texts are long."""
        return hash(self.path)

    def __repr__(self) -> str:
        """Show the path; the text would drown it."""
        return f"Source({self.path!r}, {len(self.text)} characters)"

    def __reduce__(self) -> tuple[type[Source], tuple[str, str, tuple[object, ...]]]:
        """Pickle path, text and key; lines are split anew."""
        return Source, (self.path, self.text, self.key)


class SourceHelper:
    r"""Format lines of a text around a place.

    Args:
        source: the text.

    >>> print(SourceHelper("a\nb\n").format_line_with_context(1))
    ==> 1: a
        2: b
    """

    def __init__(self, source: str) -> None:
        """Keep the text."""
        self._source = Source("<unknown>", source)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> SourceHelper:
        """Read the text from a UTF-8 file."""
        with open(path, encoding="utf-8") as file:
            return cls(file.read())

    def format_lines(
        self, from_line: int, to_line: int, lineno: int, *, indent_spaces: int = 0
    ) -> str:
        """Show the lines `from_line` to `to_line`, with an arrow at `lineno`."""
        return self._source.excerpt(
            lineno, before=lineno - from_line, after=to_line - lineno, indent=indent_spaces
        )

    def format_line_with_context(
        self, lineno: int, before: int = 5, after: int = 5, *, indent_spaces: int = 0
    ) -> str:
        """Show a line and the lines around it, with an arrow at `lineno`."""
        return self._source.excerpt(lineno, before=before, after=after, indent=indent_spaces)

    def format_given_filename_and_lineno(
        self, filename: str, lineno: int, *, before: int = 5, after: int = 5, indent_spaces: int = 0
    ) -> str:
        """Show `filename:lineno`, then the lines around it."""
        excerpt = self.format_line_with_context(lineno, before, after, indent_spaces=indent_spaces)
        return f"{'':{indent_spaces}}{filename}:{lineno}\n{excerpt}"

    @staticmethod
    def format_given_filename_and_source_and_lineno(
        filename: str, source: str, lineno: int, *, indent_spaces: int = 0
    ) -> str:
        """Show `filename:lineno`, then the lines of `source` around it."""
        return SourceHelper(source).format_given_filename_and_lineno(
            filename, lineno, indent_spaces=indent_spaces
        )

    @staticmethod
    def format_given_source_and_lineno(source: str, lineno: int, *, indent_spaces: int = 0) -> str:
        """Show the lines of `source` around `lineno`."""
        return SourceHelper(source).format_line_with_context(lineno, indent_spaces=indent_spaces)

    @staticmethod
    def format_given_filepath_and_lineno(path: str, lineno: int, *, indent_spaces: int = 0) -> str:
        """Show `path:lineno`, then the lines of that file around it."""
        return SourceHelper.from_file(path).format_given_filename_and_lineno(
            path, lineno, indent_spaces=indent_spaces
        )


def display_width(text: str) -> int:
    r"""Return how many columns of a terminal a text takes.

    A character that Unicode calls wide or full width takes two, one that is drawn over
    the one before it or formats text takes none, and any other takes one.

    Args:
        text: the text, of characters that print.

    >>> display_width("lr"), display_width("层数"), display_width("e\u0301")
    (2, 4, 1)
    """
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0
        if category(each) in ("Mn", "Me", "Cf")  # marks of no width, around a letter, formats
        else 2
        if east_asian_width(each) in "WF"
        else 1
        for each in text
    )


def truncate(text: str, length: int = IN_MESSAGE) -> str:
    """Return a text whose end is left out where it is long.

    Args:
        text: the text.
        length: the most characters of the result.

    >>> truncate("a long text", 8), truncate("a text", 8)
    ('a lon...', 'a text')
    """
    return text if len(text) <= length else f"{text[: length - 3]}..."
