"""Texts to syntax trees.

Owns the call of Python's own parser and all that can go wrong in it; knows no
hyperparameter.
"""

from __future__ import annotations

import gc
import sys
from _ast import PyCF_ONLY_AST

from .silence import silence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Module
    from typing import Any


# Before 3.11 the parser makes the objects of a chain of any length, as
# `1 + 1 + …`, without a look at the stack, and takes the process down.
_OVERFLOWS = sys.version_info < (3, 11)


class UnparsableError(ValueError):
    """Say why a text, or what should become one, is not Python, and where.

    Attributes:
        reason: what is wrong, as half a sentence; of a text, in the words of Python's parser.
        line: the line, counted from 1.
        column: the column in characters, counted from 1.
    """

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        """Keep the reason and the place."""
        super().__init__(reason, line, column)
        self.reason: str = reason
        self.line: int = line
        self.column: int = column


class collector_at_rest:  # noqa: N801 - it reads as a statement, and contextlib is dear
    """Pause the garbage collector, and leave it as it was, also on error.

    It runs again and again while a tree grows, and finds nothing: pausing it
    saves a fifth of the time on ordinary files, and more on large ones.
    """

    def __enter__(self) -> None:
        """Pause it."""
        self._was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_error: object) -> None:
        """Let it run again, if it did."""
        if self._was_on:
            gc.enable()


def parse(text: str) -> Module:
    """Parse a text into a syntax tree, silently.

    Warnings of the parser belong to whoever runs the program, so they are
    neither shown nor, under `-W error`, raised here.

    Args:
        text: the source text, decoded, with uniform newlines.

    Returns:
        The tree.

    Raises:
        UnparsableError: the text is not Python, or nested deeper than Python
            itself can read.

    >>> type(parse("x = 1")).__name__
    'Module'
    """
    try:
        with silence():
            if _OVERFLOWS and _may_hold_a_long_chain(text):
                _compile(text)
            tree: Any = compile(text, "<source>", "exec", PyCF_ONLY_AST, dont_inherit=True)
            return tree  # type: ignore[no-any-return]
    except (SyntaxError, ValueError) as error:
        if "\0" in text:
            place = _place(text, text.index("\0"))
            raise UnparsableError("source code cannot hold null bytes", *place) from None
        if isinstance(error, UnicodeEncodeError):
            place = _place(text, error.start)
            raise UnparsableError("a lone surrogate is no text", *place) from None
        if not isinstance(error, SyntaxError):
            raise UnparsableError(str(error)) from None
        line, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
        raise UnparsableError(error.msg, line, column) from None
    except (RecursionError, MemoryError):
        raise UnparsableError("the code is nested too deeply for Python to read") from None


def _may_hold_a_long_chain(text: str) -> bool:
    """Tell whether an expression in the text may have tens of thousands of parts."""
    if len(text) < 100_000:
        return False
    lines = text.split("\n")
    return len(lines) > 50_000 or max(map(len, lines)) > 10_000


def _compile(text: str) -> None:
    """Compile a text for real, since that does look at the stack.

    Raises:
        RecursionError: the text is nested too deeply.
    """
    try:
        compile(text, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return  # the parser itself has to say what is wrong


def _place(text: str, index: int) -> tuple[int, int]:
    """Return line and column of a character."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
