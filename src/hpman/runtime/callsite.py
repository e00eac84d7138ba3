"""Who called: the nearest line that is not of this project.

Owns how a frame is found and what is told of it; must not know what the call
was for.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from types import CodeType, FrameType

    Place = tuple[str, "str | None", "int | None", "str | None"]  # an origin without the value

OURS = ("hpman", "hpargparse")  # the packages of this project


def call_site() -> tuple[CodeType, int]:
    """Return the code of the nearest caller outside this project, and where in it that is.

    Who calls this is one of ours. Whose line is asked for, by `line_at`, pays for it:
    Python counts the lines from the start of the code, which in a long one takes longer
    than all else that a call does.
    """
    frame = frame_outside(OURS, sys._getframe(2))
    return frame.f_code, frame.f_lasti


def line_at(code: CodeType, at: int) -> int:
    """Return the line of an instruction."""
    return next(lines_at([(code, at)]))


def lines_at(sites: Iterable[tuple[CodeType, int]]) -> Iterator[int]:
    """Yield the lines of instructions (PEP 626); those of one code are counted once."""
    from bisect import bisect

    known: dict[int, tuple[list[int], list[tuple[int, int, int | None]]]] = {}
    for code, at in sites:
        if id(code) not in known:
            spans = [*code.co_lines()]
            known[id(code)] = [span[0] for span in spans], spans
        starts, spans = known[id(code)]
        _start, end, line = spans[bisect(starts, at) - 1]
        yield (line if at < end else None) or code.co_firstlineno


def is_statement(code: CodeType, at: int) -> bool:
    """Tell whether the call at an instruction is a statement: nothing keeps its value."""
    from opcode import opmap

    words, behind = code.co_code, at + 2
    while words[behind] == opmap.get("CACHE"):  # new in Python 3.11
        behind += 2
    return words[behind] == opmap["POP_TOP"]


def frame_outside(packages: Container[str], frame: FrameType | None = None) -> FrameType:
    """Return the nearest frame of a caller outside these packages, else the outermost.

    It asks each frame for the name of its module, so that the number of our
    own frames in between does not matter.

    Args:
        packages: the names of packages.
        frame: where to start; the caller for None.
    """
    frame = frame or sys._getframe(1)
    while frame.f_back is not None:
        module = frame.f_globals.get("__name__")
        if not isinstance(module, str) or module.partition(".")[0] not in packages:
            break
        frame = frame.f_back
    return frame


def caller(kind: str, text: str) -> Place:
    """Describe the line of the nearest caller outside this project as a place.

    >>> caller("setter", "set_value")[3]
    'set_value'
    """
    frame = frame_outside(OURS)
    return kind, frame.f_code.co_filename, frame.f_lineno, text
