"""Where the strings and comments of a file are, from its bytes.

Owns as much of Python's tokenizer as that takes, and stops where it would
have to guess; knows no name and no syntax.
"""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern

# What a string holds between its quotes Q, in one line or in several; what an f-string
# does, if what is in its braces is plain; and what stands in front of one.
_LINE = rb"[^Q\\\r\n]*(?:\\(?:\r\n|.)[^Q\\\r\n]*)*"
_LINES = rb"[^Q\\]*(?:(?:\\.|Q(?!QQ))[^Q\\]*)*"
_ESCAPES = rb"\{\{|\}\}|\\(?:\r\n|[^{}]|(?=[{}]))"
_IN_LINE = rb"\{[^Q{}\\\r\n]*(?:\{[^Q{}\\\r\n]*\}[^Q{}\\\r\n]*)*\}"
_IN_LINES = rb"\{[^Q{}\\#]*(?:\{[^Q{}\\#]*\}[^Q{}\\#]*)*\}"
_F_LINE = rb"[^Q{}\\\r\n]*(?:(?:" + _ESCAPES + rb"|" + _IN_LINE + rb")[^Q{}\\\r\n]*)*"
_F_LINES = rb"[^Q{}\\]*(?:(?:" + _ESCAPES + rb"|" + _IN_LINES + rb"|Q(?!QQ))[^Q{}\\]*)*"
_IS_F = rb"(?:(?<=[fFtT])|(?<=[fFtT][rR]))"


class Strings:
    r"""Tell which places of a file are inside of a string or a comment.

    An f-string holds code, so what is in one is not inside of a string here.
    Where it ends differs among versions of Python (PEP 701) unless what is in
    its braces is plain; behind one that is not, every place counts as code. So
    it does behind a string that does not end.

    Args:
        data: the file, in UTF-8.

    >>> strings = Strings(b"x = 'a' # b\n")
    >>> [strings.hold(each) for each in (0, 5, 10)]
    [False, True, True]
    """

    __slots__ = ("_bounds", "_data", "_end", "_formatted", "_next")

    def __init__(self, data: bytes) -> None:
        """Start at the beginning of the file; it is read as far as one asks."""
        self._data = data
        self._next = _token().match
        self._end = 0
        self._bounds: list[int] = []  # where strings and comments start and end, in turn
        self._formatted: set[int] = set()  # where f-strings start

    def hold(self, place: int) -> bool:
        """Tell whether a place is for certain inside of a string or a comment."""
        self._read(place)
        index = bisect_right(self._bounds, place)
        return index % 2 == 1 and self._bounds[index - 1] not in self._formatted

    def outside(self, start: int, end: int) -> bytes:
        """Return what is between two places without strings of any kind, and comments."""
        self._read(end)
        bounds = self._bounds
        first, last = bisect_right(bounds, start), bisect_right(bounds, end)
        inner = [*(() if first % 2 else (start,)), *bounds[first:last], end]
        return b"".join(self._data[a:b] for a, b in zip(inner[::2], inner[1::2], strict=False))

    def _read(self, place: int) -> None:
        """Read up to a place."""
        while self._end <= place:
            token = self._next(self._data, self._end)
            if token is None:  # there is no more, or nobody knows what comes
                self._end = len(self._data) + 1
                break
            start, self._end = token.span(token.lastindex or 0)
            self._bounds += (start, self._end)
            if token.lastindex == 2:
                self._formatted.add(start)


def _token() -> Pattern[bytes]:
    """Return the pattern of code with the comment, string or f-string that follows it."""
    import re

    plain, formatted = _quoted(_LINES, _LINE), _quoted(_F_LINES, _F_LINE)
    # An f-string without braces is a plain one.
    flat = _quoted(*(each.replace(rb"[^Q", rb"[^Q{}") for each in (_LINES, _LINE)))
    closed = rb"#[^\r\n]*|(?!" + _IS_F + rb")(?:" + plain + rb")|" + flat
    return re.compile(
        rb"[^'\"#]*(?:(" + closed + rb")|" + _IS_F + rb"(" + formatted + rb"))", re.DOTALL
    )


def _quoted(lines: bytes, line: bytes) -> bytes:
    """Return the pattern of a string in any quotes, from those of what it may hold."""
    either = rb"QQQ" + lines + rb"QQQ|Q(?!QQ)" + line + rb"Q"
    return b"|".join(either.replace(b"Q", quote) for quote in (b'"', b"'"))
