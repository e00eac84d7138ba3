"""Decode and parse source files as Python does, and find names and nodes in their text.

Owns encodings (PEP 263), newlines, the call of Python's own parser, all errors that these can
raise, and the conversion of positions of a syntax tree (UTF-8 bytes) to positions in the text
(characters); must not know hyperparameters.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from _ast import PyCF_ONLY_AST
from _thread import RLock
from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Module, expr
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    from ..text import Source

    # The line and column of the first character, and the line and column after the last.
    Span: TypeAlias = tuple[int, int, int, int]

_FEW = 8  # maximum number of names for which the text is searched once each
UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# Before 3.11, a long chain such as `1 + 1 + …` overflows the stack of the parser and crashes
# the process. The compiler checks the depth first.
_OVERFLOWS = sys.version_info < (3, 11)
_LONG = 100_000

# Warning filters belong to the process. If two threads restored them at the same time, one
# could undo the changes of the other.
_FILTERS = RLock()
_at_fork = getattr(os, "register_at_fork", lambda **_: None)  # Windows has none
_at_fork(before=_FILTERS.acquire, after_in_parent=_FILTERS.release, after_in_child=_FILTERS.release)


class UnparsableError(ValueError):
    """A source that Python cannot read.

    Attributes:
        reason: what is wrong, as half a sentence.
        line: the line, counted from 1.
        column: the column in characters, counted from 1.
        advice: what to do, as a sentence.
    """

    def __init__(
        self, reason: str, line: int = 1, column: int = 1, advice: str = "Fix it or exclude it."
    ) -> None:
        super().__init__(reason, line, column, advice)
        self.reason: str = reason
        self.line: int = line
        self.column: int = column
        self.advice: str = advice


class paused_collector:  # noqa: N801 - it reads as a statement, and contextlib is slow to import
    """Pause the garbage collector, and restore it, also on error.

    While a tree grows, the collector runs often and finds nothing. Pausing it saves a
    fifth of the time on ordinary files, and more on large ones.
    """

    def __enter__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(self, *_error: object) -> None:
        if self._was_enabled:
            gc.enable()


def decode(data: bytes) -> str:
    r"""Decode the bytes of a source file.

    The encoding is declared by a comment in the first two lines (PEP 263), else it is
    UTF-8. Newlines become `\n`, and a byte order mark is removed.

    Raises:
        UnparsableError: if Python would not decode these bytes.

    >>> decode(b"# coding: latin-1\r\nx = '\xe9'\r\n")
    "# coding: latin-1\nx = 'é'\n"
    """
    if data.startswith(_UTF_16_MARKS):
        raise UnparsableError("the file is in UTF-16; save it as UTF-8")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    body = data.removeprefix(UTF_8_MARK)
    encoding, line = _declared_encoding(body)
    if encoding != "utf-8" and len(body) < len(data):
        raise UnparsableError(f"a UTF-8 byte order mark, but the encoding is {encoding}", line)
    try:
        return body.decode(encoding)
    except LookupError:
        raise UnparsableError(f"unknown encoding: {encoding}", line) from None
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(errors="replace")
        reason = f"not valid {error.encoding} ({error.reason})"
        raise UnparsableError(reason, *_position(before, len(before))) from None
    except Exception as error:  # noqa: BLE001 - a codec may be anybody's
        raise UnparsableError(f"cannot decode {encoding}: {error}", line) from None


def is_utf_8(data: bytes) -> bool:
    """Return whether the bytes of a source file are UTF-8, unless they declare otherwise."""
    head = data[: data.find(b"\n", data.find(b"\n") + 1)]  # at least two lines
    return b"coding" not in head or source_encoding(head) == "utf-8"


def source_encoding(data: bytes) -> str:
    """Return the encoding of the bytes of a source file."""
    data = data.removeprefix(UTF_8_MARK).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _declared_encoding(data)[0]


def normalize_newlines(text: str) -> str:
    r"""Return a text in which each newline is `\n`, as Python reads it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _declared_encoding(data: bytes) -> tuple[str, int]:
    """Return the declared encoding, else UTF-8, and the line that declares it."""
    lines = data.split(b"\n", 2)[:2]
    if any(b"coding" in line for line in lines):
        import re

        declaration = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
        for number, line in enumerate(lines, 1):
            if declared := declaration.match(line):
                return _usual_encoding(declared[1].decode()), number
            if line.lstrip(b" \t\f")[:1] not in (b"", b"#"):
                break  # after a line of code, a second line does not count
    return "utf-8", 1


def _usual_encoding(name: str) -> str:
    """Return the usual name of the encodings that Python's tokenizer itself knows."""
    prefix = name[:12].lower().replace("_", "-")  # editors add suffixes, as in `utf-8-unix`
    for usual in ("utf-8", "latin-1", "iso-8859-1", "iso-latin-1"):
        if prefix == usual or prefix.startswith(f"{usual}-"):
            return usual if usual == "utf-8" else "latin-1"
    return name


def parse(text: str) -> Module:
    """Parse a text into a syntax tree.

    Warnings of the parser are left to a run of the program: they are not shown here, and
    `-W error` does not raise them.

    Raises:
        UnparsableError: if the text is not Python, or nested deeper than Python can read.
    """
    try:
        with _FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if _OVERFLOWS and len(text) > _LONG:
                _check_depth(text)
            tree: Any = compile(text, "<source>", "exec", PyCF_ONLY_AST, dont_inherit=True)
            return tree  # type: ignore[no-any-return]
    except (RecursionError, MemoryError):
        raise UnparsableError("the code is nested too deeply for Python to read") from None
    except (SyntaxError, ValueError) as error:
        raise _unparsable(text, error) from None


def _check_depth(text: str) -> None:
    try:
        compile(text, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return  # let the parser report it


def _unparsable(text: str, error: SyntaxError | ValueError) -> UnparsableError:
    if "\0" in text:
        reason = "source code cannot contain null bytes"
        return UnparsableError(reason, *_position(text, text.index("\0")))
    if isinstance(error, UnicodeEncodeError):
        reason = "source code cannot contain a lone surrogate"
        return UnparsableError(reason, *_position(text, error.start))
    if isinstance(error, SyntaxError):
        return UnparsableError(error.msg, max(error.lineno or 1, 1), max(error.offset or 1, 1))
    return UnparsableError(str(error))


def _position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


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
