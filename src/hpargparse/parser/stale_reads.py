"""Warnings about code that read a value before the command line changed it.

Owns which reads are stale, and the message. Must not know how reads are recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from hpman import HyperParameterManager, readable_repr
from hpman.text import display_path, escape, truncate

from ..cli.output import warn


def warn_of_stale_reads(
    reads: Mapping[HyperParameterManager, Mapping[str, tuple[object, str, int]]], program: str
) -> None:
    """Warn about places that read a value that differs from the current one.

    `reads` maps a name to the value that was read, and the file and line that read it.
    """
    messages = []
    for manager, by_name in reads.items():
        values = manager.get_values()
        for name, (old, path, line) in by_name.items():
            new = values.get(name, old)
            if not _is_same(old, new):
                messages.append(
                    f"`{escape(name)}` is {_shown(new)} now, but "
                    f"{display_path(f'{path}:{line}')} has read {_shown(old)} before the command "
                    "line was parsed; read it in a function that runs afterwards, or start the "
                    "program with `hpman run`"
                )
    warn(program, messages)


def _is_same(old: object, new: object) -> bool:
    """Return whether two values are the same for the code that reads them."""
    if old is new:
        return True
    with suppress(Exception):  # a comparison of arrays, or of a user's class, may raise anything
        if type(old) is type(new) and old == new:
            return True
    return readable_repr(old) == readable_repr(new)


def _shown(value: object) -> str:
    return truncate(escape(readable_repr(value)))
