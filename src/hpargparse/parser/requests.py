"""The requests of a command line: to load, to save, to list.

Owns how requests are carried out. Must not know when, or the layout of files.
"""

from __future__ import annotations

import argparse
import os

from ..cli.output import terminal_width, warn, write_result
from ..snapshots.files import IN_PROGRAM, FileSettings, format_of, write_all
from ..snapshots.formats import extension_format
from ..snapshots.load_save import (
    Converters,
    read_values,
    reload_warnings,
    saveable_values,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from hpman import HyperParameterManager

    from .session import ManagerOptions, PlannedValues, Session


def add_defaults(
    session: Session, namespace: argparse.Namespace, parser: argparse.ArgumentParser
) -> None:
    """Add the requests that `set_defaults` made, unless they were typed.

    A file is loaded once: another parse would undo what has been set since.
    """
    for binding, requests in session.requests.items():
        typed = {*requests}
        for name, action in binding.requests.items():
            default: Any = action.default
            is_typed = ("list" if name == "detail" else name) in typed
            is_loaded = name == "load" and default is binding.loaded
            if not action.has_default or is_typed or is_loaded:
                continue
            if name in ("load", "save"):
                paths = [default] if isinstance(default, (str, os.PathLike)) else default
                for path in paths:
                    action.request(namespace, os.fspath(path))
            else:
                value = action.const if default is True else default
                parser._check_value(action, value)
                action.request(namespace, value)


def load(session: Session, binding: ManagerOptions, plan: PlannedValues, program: str) -> None:
    """Add the values of the requested files to a plan."""
    _require_one_manager(session, "load")
    requested = session.setting(binding, "serial_format")
    serial_format = requested or binding.serial_format
    # If a file is also saved, or `bind` got the format, the format is meant for saving. The
    # extension of a file to load then takes precedence.
    is_for_saving = requested is None or session.setting(binding, "save") is not None
    is_strict = session.setting(binding, "strict")
    known = Converters(binding.manager)
    for path in session.requests[binding]["load"]:
        by_extension = is_for_saving and extension_format(path) is not None
        files = read_values(
            path,
            known,
            serial_format="auto" if by_extension else serial_format,
            fallback_format=serial_format if by_extension else None,
            strict=binding.strict if is_strict is None else is_strict,
            trust_pickle=bool(binding.trust_pickle),
            settings=_file_settings(binding),
        )
        for file in files:
            warn(program, file.warnings)
            plan.add(file.values, file.origins)


def save(
    session: Session, plans: Mapping[HyperParameterManager, PlannedValues], program: str
) -> None:
    """Write the requested files with the planned values: all of them or none."""
    _require_one_manager(session, "save")
    snapshots = []
    warnings: list[str] = []
    for binding, requests in session.requests.items():
        if "save" in requests:
            serial_format = session.setting(binding, "serial_format") or binding.serial_format
            settings = _file_settings(binding)
            for path in requests["save"]:
                chosen = format_of(path, serial_format, settings)
                with binding.manager.override(plans[binding.manager].values):
                    values, left_out = saveable_values(binding.manager, chosen, binding.selects)
                snapshots.append((path, values, chosen, settings))
                warnings += [*left_out, *reload_warnings(values, Converters(binding.manager))]
    write_all(snapshots)
    warn(program, [*dict.fromkeys(warnings)])


def _require_one_manager(session: Session, request: str) -> None:
    """Raise an error if two managers load standard input, or save to one file."""
    owners: dict[str, HyperParameterManager] = {}
    for binding, requests in session.requests.items():
        for path in requests.get(request, ()):
            # Standard output and devices take what several managers write.
            is_stream = path == "-" or (os.path.exists(path) and not os.path.isfile(path))
            is_exclusive = path == "-" if request == "load" else not is_stream
            owner = owners.setdefault(os.path.abspath(path), binding.manager)
            if is_exclusive and owner is not binding.manager:
                message = f"{path}: Two managers cannot {request} one file. Name a file for each."
                raise argparse.ArgumentError(None, message)


def _file_settings(binding: ManagerOptions) -> FileSettings:
    """Return how the user, or the program, can name the format of a file."""
    action = binding.requests.get("serial_format")
    option = action.option_strings[0] if action and action.option_strings else None
    may_trust = binding.trust_pickle is not None
    strict = binding.requests.get("strict")
    return FileSettings(
        option or IN_PROGRAM.format_setting,
        may_trust,
        (strict and strict.negation) or IN_PROGRAM.lenient_setting,
    )


def print_listings(session: Session, program: str) -> None:
    """Print the requested listings."""
    from ..listing import list_values

    for binding, requests in session.requests.items():
        if "list" in requests:
            text, left_out = list_values(
                binding.manager, requests["list"], width=terminal_width(), selects=binding.selects
            )
            write_result(program, text)
            warn(program, left_out)
