"""What a command line asks for beside values: to load, to save, to list.

Owns how each request is carried out; knows neither when that happens nor how
files are laid out.
"""

from __future__ import annotations

import argparse
import os

from ..cli.output import answer, terminal_width, warn
from ..errors import SnapshotError
from ..snapshots.advice import TO_PROGRAM, Advice
from ..snapshots.atomic_io import STANDARD
from ..snapshots.files import write_all
from ..snapshots.formats import extension_format
from ..snapshots.load_save import converters, read_values, saveable, unloadable
from .context import UNASKED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

    from hpman import HyperParameterManager

    from .actions import RequestAction
    from .context import Binding, Plan, Requests


def ask_by_default(binding: Binding, requests: Requests, namespace: argparse.Namespace) -> None:
    """Ask for what `set_defaults` gave requests that no word has asked for.

    A file to load counts once, as other defaults of a parser do: another run would undo
    what has been set since.

    Raises:
        argparse.ArgumentError: a default cannot be asked for.
    """
    typed = {*requests.actions}
    for name, action in binding.requests.items():
        key = "list" if name == "detail" else name
        default = action.default
        if default in UNASKED or key in typed or (name == "load" and default is binding.loaded):
            continue
        values = _paths(action) if name in ("load", "save") else [_demanded(action)]
        for value in values if name != "serial_format" else ():
            action.ask(namespace, requests.actions, value)


def _paths(action: RequestAction) -> list[str]:
    """Return the files that a default names."""
    default = action.default
    paths = [default] if isinstance(default, (str, os.PathLike)) else default
    try:
        return [os.fsdecode(each) for each in paths]
    except TypeError:
        raise argparse.ArgumentError(
            action, f"set_defaults gave {default!r}; give a path, or a list of paths"
        ) from None


def _demanded(action: RequestAction) -> Any:
    """Return what a default asks for: one of the choices, or that it be done."""
    choices = action.choices
    if choices is None or (action.default is True and action.name == "list"):
        return action.const
    if action.default not in choices:
        raise argparse.ArgumentError(
            action,
            f"set_defaults gave {action.default!r}; choose from {', '.join(choices)}",
        )
    return action.default


def _usual_format(binding: Binding) -> str:
    """Return the format of files where the command line asks for none."""
    action = binding.requests.get("serial_format")
    if action is None or action.default in UNASKED:
        return binding.serial_format
    return str(action.default)


def _advice(binding: Binding) -> Advice:
    """Return how somebody at the command line, or the program, can say more of a file."""
    action = binding.requests.get("serial_format")
    options = [] if action is None else action.option_strings
    may_trust = binding.trust_pickle is not None
    return Advice(options[0] if options else TO_PROGRAM.format_setting, may_trust)


def demand_one_reader(asked: Mapping[Binding, Requests]) -> None:
    """Refuse that several managers load standard input: only the first would see anything of it.

    Raises:
        SnapshotError: they do.
    """
    readers = {
        binding.manager
        for binding, requests in asked.items()
        if STANDARD in requests.actions.get("load", ())
    }
    if len(readers) > 1:
        raise SnapshotError.at(
            STANDARD,
            None,
            "Standard input can be read once, and several managers ask for it.",
            "Name a file for all but one.",
        )


def load(binding: Binding, requests: Requests, plan: Plan, parser: argparse.ArgumentParser) -> None:
    """Plan what the files say that are to be loaded.

    Raises:
        SnapshotError: a file cannot be read, or a value does not fit.
    """
    actions = requests.actions
    asked = actions.get("serial_format") or _usual_format(binding)
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
            trust_pickle=bool(binding.trust_pickle),
            advice=_advice(binding),
        )
        warn(parser.prog, loaded.warnings)
        plan.add(loaded.values, loaded.origins)


def save(
    planned: Collection[tuple[Binding, Requests, Plan]], parser: argparse.ArgumentParser
) -> None:
    """Write the snapshots that are asked for, of the values that are planned.

    Raises:
        SnapshotError: a file cannot be written, or is asked for twice; then none is.
    """
    _demand_files_of_their_own(planned)
    snapshots = []
    warnings: list[str] = []
    for binding, requests, plan in planned:
        paths = requests.actions.get("save", ())
        if paths:
            with binding.manager.override(plan.values):
                values, left_out = saveable(binding.manager)
            serial_format = requests.actions.get("serial_format") or _usual_format(binding)
            snapshots += [(path, values, serial_format, _advice(binding)) for path in paths]
            warnings += [*left_out, *unloadable(values, converters(binding.manager))]
    write_all(snapshots)
    warn(parser.prog, warnings)


def _demand_files_of_their_own(planned: Iterable[tuple[Binding, Requests, Plan]]) -> None:
    """Refuse a file for two managers: the second would take the place of the first.

    Raises:
        SnapshotError: there is one.
    """
    managers: dict[str, HyperParameterManager] = {}
    for binding, requests, _plan in planned:
        for path in requests.actions.get("save", ()):
            if path == "-" or (os.path.exists(path) and not os.path.isfile(path)):
                continue  # a stream takes one after the other
            first = managers.setdefault(os.path.realpath(path), binding.manager)
            if first is not binding.manager:
                raise SnapshotError.at(
                    path,
                    None,
                    f"The managers `{first.placeholder}` and `{binding.manager.placeholder}` would"
                    " both be saved to it, one in the place of the other; nothing was written.",
                    "Name a file for each.",
                )


def print_listings(
    asked: Iterable[tuple[HyperParameterManager, str]], parser: argparse.ArgumentParser
) -> None:
    """Print listings of managers, each in the way that is asked for."""
    from ..listing import listed

    for manager, how in asked:
        text, left_out = listed(manager, how, width=terminal_width())
        answer(parser.prog, text)
        warn(parser.prog, left_out)
