"""Calls of the sub-commands of `hpman`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpargparse.commands import hpman

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def command(name: str) -> Callable[[Sequence[str]], None]:
    """Return a function that runs a sub-command with some arguments."""
    return lambda args: hpman.main([name, *args])


def status(*args: str) -> object:
    """Run `hpman` with some arguments, and return its exit status."""
    try:
        hpman.main(args)
    except SystemExit as ended:
        return ended.code
    return 0
