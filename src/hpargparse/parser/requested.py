"""What a command line asks for beside values: to load, to save, to list.

Owns how each request is carried out; knows neither when that happens nor how
files are laid out.
"""

from __future__ import annotations

import sys

from ..files.snapshot import write_all
from ..formats import extension_format
from ..streams import answer, warn
from ..transfer import converters, read_values, saveable, unloadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from hpman import HyperParameterManager

    from .bound import Binding, Plan, Requests


def load(binding: Binding, requests: Requests, plan: Plan, parser: argparse.ArgumentParser) -> None:
    """Plan what the files say that are to be loaded.

    Raises:
        SnapshotError: a file cannot be read, or a value does not fit.
    """
    actions = requests.actions
    asked = actions.get("serial_format") or binding.serial_format
    # Asked for beside a file to save, or for all that a program does, a format is meant for
    # what is saved: a file to load says by its extension what it is.
    is_for_saving = "save" in actions or "serial_format" not in actions
    known = converters(binding.manager)
    for path in actions["load"]:
        by_extension = is_for_saving and extension_format(path) is not None
        loaded = read_values(
            path,
            known,
            separator=binding.manager.separator,
            serial_format="auto" if by_extension else asked,
            otherwise=asked if by_extension else None,
            strict=binding.strict or bool(actions.get("strict")),
            trust_pickle=binding.trust_pickle,
        )
        warn(parser.prog, loaded.warnings)
        plan.add(loaded.values, loaded.origins)


def save(
    planned: Iterable[tuple[Binding, Requests, Plan]], parser: argparse.ArgumentParser
) -> None:
    """Write the snapshots that are asked for, of the values that are planned.

    Raises:
        SnapshotError: a file cannot be written; then none is.
    """
    snapshots = []
    warnings: list[str] = []
    for binding, requests, plan in planned:
        paths = requests.actions.get("save", ())
        if paths:
            with binding.manager.override(plan.values):
                values, left_out = saveable(binding.manager)
            serial_format = requests.actions.get("serial_format") or binding.serial_format
            snapshots += [(path, values, serial_format) for path in paths]
            warnings += [*left_out, *unloadable(values, converters(binding.manager))]
    write_all(snapshots)
    warn(parser.prog, warnings)


def print_listings(
    asked: Iterable[tuple[HyperParameterManager, str]], parser: argparse.ArgumentParser
) -> None:
    """Print listings of managers, each in the way that is asked for."""
    from ..listing import listed

    for manager, how in asked:
        text, left_out = listed(manager, how, width=_terminal_width())
        answer(parser.prog, text)
        warn(parser.prog, left_out)


def _terminal_width() -> int | None:
    """Return the columns of the terminal that the output goes to, None where it goes elsewhere."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns
