"""Where a value came from.

Owns the origin of a value and how it reads; must not know which value wins, nor
how it is known what gave one.
"""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LONGEST = 80


class Origin(Record):
    """Say what gave a value, and where.

    Attributes:
        kind: "source" for a default read from a text, "call" for one that the
            running program gave, else "setter", "file", "option", "override"
            or "environment".
        path: the file, or None.
        line: the line in that file, counted from 1, or None.
        text: the default as it is written, or the words that name the origin.
        value: the value that was given.

    >>> print(Origin("source", "train.py", 12, "1e-3", 0.001))
    train.py:12 default 1e-3
    >>> print(Origin("option", text="--lr", value=0.1))
    --lr
    """

    __slots__ = ()
    kind: str
    path: str | None = None
    line: int | None = None
    text: str | None = None
    value: Any = None

    @property
    def is_default(self) -> bool:
        """Whether a default gave the value, so that anything that is set wins over it."""
        return self.kind in ("source", "call")

    @property
    def place(self) -> str:
        """`path:line` as far as it is known, the path as seen from here."""
        if self.path is None:
            return ""
        from .._text import display_path

        path = display_path(self.path)
        return path if self.line is None else f"{path}:{self.line}"

    @property
    def words(self) -> str:
        """What stands behind the place."""
        if self.kind == "call":
            return f"call {self.text or brief(self.value)}"
        words = _one_line(self.text or "")
        return f"default {words}".rstrip() if self.kind == "source" else words

    def __str__(self) -> str:
        """Give the place and the words on one line."""
        return " ".join(filter(None, [self.place, self.words])) or self.kind


class Explanation(tuple["Origin", ...]):
    """Chain what gave a value and what overrode it: lowest first, the last one wins.

    >>> print(Explanation([Origin("source", "a.py", 1, "2"), Origin("option", text="--a")]))
    a.py:1 default 2
    --a
    """

    __slots__ = ()

    def __str__(self) -> str:
        """Show one origin a line."""
        return "\n".join(str(origin) for origin in self)


def brief(value: object) -> str:
    """Show any value on one short line, whatever its `repr` does.

    >>> brief(list(range(1000)))
    '[0, 1, 2, 3, 4, 5, ...]'
    """
    import reprlib

    try:
        shown = reprlib.repr(value)
    except ValueError:  # an int of more digits than Python spells in tens
        shown = f"<{type(value).__name__} of many digits>"
    return _one_line(shown)


def _one_line(text: str) -> str:
    """Join lines and shorten what is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
