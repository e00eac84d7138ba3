"""Texts to syntax trees.

Owns the call of Python's own parser and all that can go wrong in it; knows no
hyperparameter.
"""

from __future__ import annotations

import gc
import warnings
from _ast import PyCF_ONLY_AST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Module


class UnparsableError(ValueError):
    """Say why a text is not Python, and where.

    Attributes:
        reason: what is wrong, in the words of Python's parser.
        line: the line, counted from 1.
        column: the column in characters, counted from 1.
    """

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        """Keep the reason and the place."""
        super().__init__(reason, line, column)
        self.reason, self.line, self.column = reason, line, column


def parse(text: str) -> Module:
    """Parse a text into a syntax tree, silently.

    Warnings of the parser belong to whoever runs the program, so they are
    neither shown nor, under `-W error`, raised here. The collector rests
    meanwhile: it runs again and again while a tree grows, for nothing.

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
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(text, "<source>", "exec", PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        raise UnparsableError(
            error.msg, max(error.lineno or 1, 1), max(error.offset or 1, 1)
        ) from None
    except (RecursionError, MemoryError):
        raise UnparsableError("the code is nested too deeply for Python to read") from None
    except UnicodeEncodeError as error:
        before = text[: error.start]
        line, column = before.count("\n") + 1, error.start - before.rfind("\n")
        raise UnparsableError("a lone surrogate is no text", line, column) from None
    except ValueError:
        before = text.partition("\0")[0]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise UnparsableError("source code cannot hold null bytes", line, column) from None
    finally:
        if collecting:
            gc.enable()
