"""Text for people: excerpts of sources, paths, escapes and widths.

Owns how source lines, paths and long values appear in messages; must not know syntax or
hyperparameters.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IN_MESSAGE = 60  # the maximum length of a value in a message
_LONG = 1000  # characters of a line that an excerpt always cuts
_BEFORE = 40  # the maximum number of columns before a mark in a line that is cut
_DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # of bidi text


def relative_path(path: str) -> str:
    """Return a path relative to the current folder if it lies below it, or else unchanged."""
    try:
        here = os.path.join(os.getcwd(), "")
    except OSError:  # the current folder was removed
        return path
    below = path.removeprefix(here)
    # The `__file__` of `python ./main.py` is `/folder/./main.py`.
    is_below = below != path or path.startswith(os.path.join(os.curdir, ""))
    return os.path.normpath(below) if is_below else path


def escape(text: str) -> str:
    r"""Escape all characters that cannot be printed on one line.

    A lone surrogate stands for a byte of a path.

    >>> escape("a\tb\x1b[1m")
    'a\\tb\\x1b[1m'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def display_path(path: str) -> str:
    r"""Return a path relative to the current folder, escaped."""
    return escape(relative_path(path))


def truncate(text: str, width: int = IN_MESSAGE, dots: str = "...") -> str:
    """Return a text, shortened with dots at the end if it takes more columns than a width.

    >>> truncate("a long text", 8), truncate("a text", 8)
    ('a lon...', 'a text')
    """
    if text.isascii():
        return text if len(text) <= width else f"{text[: width - len(dots)]}{dots}"
    used = end = 0
    while end < len(text) and used <= width:  # the rest of a long text is not looked at
        used += display_width(text[end])
        end += 1
    if used <= width:
        return text
    while used > width - len(dots):
        end -= 1
        used -= display_width(text[end])
    return f"{text[:end]}{dots}"


def display_width(text: str) -> int:
    r"""Return the number of columns that a text takes in a terminal.

    Wide and full-width characters of Unicode take two. Characters that are drawn over the
    one before, or format text, take none.

    >>> display_width("lr"), display_width("层数"), display_width("e\u0301")
    (2, 4, 1)
    """
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0
        if category(char) in ("Mn", "Me", "Cf")  # nonspacing and enclosing marks, formats
        else 2
        if east_asian_width(char) in "WF"
        else 1
        for char in text
    )


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape", "surrogatepass").decode()


def without_commands(text: str) -> str:
    """Escape the characters that control a terminal, but no others."""
    if text.isprintable():
        return text
    return "".join(_escaped(char) if _is_command(char) else char for char in text)


def _is_command(char: str) -> bool:
    code = ord(char)
    return (code < 0x20 and char != "\t") or 0x7F <= code < 0xA0 or char in _DIRECTIONS


def _cut(line: str, start: int, end: int, width: int) -> tuple[str, int, int]:
    """Return the part of a line that fits, and the columns before and in `line[start:end]`."""
    lowest = max(0, start - width)  # more of a long line cannot be shown
    parts = (line[lowest:start], line[start:end], line[end : start + width + 1])
    before, mark, after = ("".join(map(_show, part)) for part in parts)
    left = "…" if lowest else ""
    if lowest or display_width(before + mark) >= width < display_width(before + mark + after):
        space, kept = min(_BEFORE, width // 3), len(before)
        while kept and (space := space - display_width(before[kept - 1])) >= 0:
            kept -= 1
        if kept:
            before, left = before[kept:], "…"
    shown = truncate(left + before + mark + after, width, "…")
    column = display_width(left + before)
    return shown, column, min(display_width(mark), display_width(shown) - column)


def _show(char: str) -> str:
    return "    " if char == "\t" else escape(char)


def place_data(at: Any) -> dict[str, Any]:
    """Return the place of an occurrence, a mention or a diagnostic for a JSON document."""
    data: dict[str, Any] = {"path": relative_path(at.path or ""), "cell": None}
    names = "line", "column", "end_line", "end_column"
    data |= {name: getattr(at, name) for name in names}
    if at.source is not None and at.line is not None:
        data["cell"], data["line"] = at.source.cell(at.line)
        if at.end_line is not None:
            data["end_line"] += data["line"] - at.line
    if data["cell"] is None:
        del data["cell"]
    return data


class Source:
    r"""Hold a source text and the path that it was read from.

    Lines end at newlines, as in Python, not at the other characters at which
    `str.splitlines` splits.

    Args:
        path: the path.
        text: the decoded text, with normalized newlines.
        key: the identity and the sort key of the file; by default derived from the path.

    >>> Source("a.py", "x = 1\ny = 2\n").lines
    ['x = 1', 'y = 2']
    """

    __slots__ = ("_lines", "key", "path", "text")

    def __init__(self, path: str, text: str, key: tuple[object, ...] = ()) -> None:
        self.path: str = path
        self.text: str = text
        self.key: tuple[object, ...] = key or (0, path)
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines without their line ends. A final newline does not add an empty line."""
        if self._lines is None:
            lines = self.text.split("\n")
            if len(lines) > 1 and not lines[-1]:
                lines.pop()
            self._lines = lines
        return self._lines

    def moved(self, path: str, key: tuple[object, ...]) -> Source:
        """Return the same text at another path."""
        return Source(path, self.text, key)

    def cell(self, line: int) -> tuple[int | None, int]:
        """Return the number of the cell of a notebook that contains a line, and the line in it.

        Other files have no cells: then the line stays as it is.
        """
        return None, line

    def place(self, line: int, column: int | None = None) -> str:
        """Return `path:line`, or `path:cell number:line` in a notebook, and perhaps the column.

        >>> Source("a.py", "x").place(3), Source("a.py", "x").place(3, 1)
        ('a.py:3', 'a.py:3:1')
        """
        cell, line = self.cell(line)
        parts = (self.path, cell and f"cell {cell}", line, column)
        return ":".join(str(part) for part in parts if part is not None)

    def line_name(self, line: int) -> str:
        """Return `line 3`, or `line 3 of cell 2` in a notebook."""
        cell, line = self.cell(line)
        return f"line {line}" if cell is None else f"line {line} of cell {cell}"

    def between(self, line: int, column: int, end_line: int, end_column: int) -> str:
        r"""Return the text between two places. Lines and columns count from 1.

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
        r"""Return the lines around a line, numbered, with an arrow at that line.

        Args:
            line: the line to point at, counted from 1.
            before: the number of lines above it.
            after: the number of lines below it.
            indent: the number of spaces before each line.
            width: the maximum width of a line; None for no limit.
            column: the column, counted from 1, around which the line is cut.

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
            text = lines[number - 1]
            # Of a long line, no more is looked at than is shown.
            is_long = width is not None and len(text) > _LONG
            text = text if is_long else without_commands(text)
            if width is not None and (is_long or display_width(text) > width):
                start = column - 1 if number == line else 0
                text = _cut(lines[number - 1], start, start + 1, width)[0]
            arrow = "==>" if number == line else "   "
            shown.append(f"{'':{indent}}{arrow} {number:{digits}}: {text}")
        return "\n".join(shown)

    def marked(
        self, line: int, column: int, end_column: int, *, width: int = 120
    ) -> tuple[str, str]:
        r"""Return a line, and carets to put below some of its characters.

        Args:
            line: the line, counted from 1.
            column: the first marked column, counted from 1.
            end_column: the column after the last. There is at least one caret.
            width: the maximum width. A longer line is cut around the first marked column.

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
        return isinstance(other, Source) and (self.path, self.text) == (other.path, other.text)

    def __hash__(self) -> int:
        return hash(self.path)  # texts are long

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {len(self.text)} characters)"

    def __reduce__(self) -> tuple[type[Source], tuple[str, str, tuple[object, ...]]]:
        return Source, (self.path, self.text, self.key)


class SourceHelper:
    r"""Format the lines of a text around a place.

    Args:
        source: the text.

    >>> print(SourceHelper("a\nb\n").format_line_with_context(1))
    ==> 1: a
        2: b
    """

    def __init__(self, source: str) -> None:
        self._source = Source("<unknown>", source)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> SourceHelper:
        """Read the text from a UTF-8 file."""
        with open(path, encoding="utf-8") as file:
            return cls(file.read())

    def format_lines(
        self, from_line: int, to_line: int, lineno: int, *, indent_spaces: int = 0
    ) -> str:
        """Return the lines `from_line` to `to_line`, with an arrow at `lineno`."""
        return self._source.excerpt(
            lineno, before=lineno - from_line, after=to_line - lineno, indent=indent_spaces
        )

    def format_line_with_context(
        self, lineno: int, before: int = 5, after: int = 5, *, indent_spaces: int = 0
    ) -> str:
        """Return a line and the lines around it, with an arrow at `lineno`."""
        return self._source.excerpt(lineno, before=before, after=after, indent=indent_spaces)

    def format_given_filename_and_lineno(
        self, filename: str, lineno: int, *, before: int = 5, after: int = 5, indent_spaces: int = 0
    ) -> str:
        """Return `filename:lineno`, then the lines around it."""
        excerpt = self.format_line_with_context(lineno, before, after, indent_spaces=indent_spaces)
        return f"{'':{indent_spaces}}{filename}:{lineno}\n{excerpt}"

    @staticmethod
    def format_given_filename_and_source_and_lineno(
        filename: str, source: str, lineno: int, *, indent_spaces: int = 0
    ) -> str:
        """Return `filename:lineno`, then the lines of `source` around it."""
        return SourceHelper(source).format_given_filename_and_lineno(
            filename, lineno, indent_spaces=indent_spaces
        )

    @staticmethod
    def format_given_source_and_lineno(source: str, lineno: int, *, indent_spaces: int = 0) -> str:
        """Return the lines of `source` around `lineno`."""
        return SourceHelper(source).format_line_with_context(lineno, indent_spaces=indent_spaces)

    @staticmethod
    def format_given_filepath_and_lineno(path: str, lineno: int, *, indent_spaces: int = 0) -> str:
        """Return `path:lineno`, then the lines of that file around it."""
        return SourceHelper.from_file(path).format_given_filename_and_lineno(
            path, lineno, indent_spaces=indent_spaces
        )
