"""Places in a program that were there before the command line, and keep what they have read.

Owns which of them are told of, and how; must not know how a read is noticed.
"""

from __future__ import annotations

from hpman._text import display_path, escape, truncate
from hpman.literals import readable_repr

from ..cli.output import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from hpman import HyperParameterManager


def warn_of_early_reads(
    early: Mapping[HyperParameterManager, Mapping[str, tuple[object, str, int]]],
    parser: argparse.ArgumentParser,
) -> None:
    """Warn of places that keep another value than the one that is set now.

    Args:
        early: value, file and line of what was read before, by name.
        parser: the parser whose command line came too late for them.
    """
    messages = []
    for manager, reads in early.items():
        now = manager.get_values()
        for name, (value, path, line) in reads.items():
            given = now.get(name, value)
            if not _is_same(value, given):
                messages.append(
                    f"`{escape(name)}` is {_shown(given)} now, but "
                    f"{display_path(f'{path}:{line}')} has read {_shown(value)} before the command "
                    "line was parsed; read it in a function that runs afterwards, or start the "
                    "program with `hpman run`"
                )
    warn(parser.prog, messages)


def _is_same(value: object, other: object) -> bool:
    """Tell whether two values are the same for a reader, whatever their methods do."""
    from contextlib import suppress

    if value is other:
        return True
    with suppress(Exception):  # an array has no one truth, and others' code may raise anything
        if type(value) is type(other) and value == other:
            return True
    return readable_repr(value) == readable_repr(other)


def _shown(value: object) -> str:
    """Show a value in a message, on one line."""
    return truncate(escape(readable_repr(value)))
