"""Checks of values before they are set.

Owns the checks of required values, of all values together, and of the values that a
program has set. Must not know files or arguments. A single argument is checked when
it is read.
"""

from __future__ import annotations

import argparse

from hpman import Diagnostic
from hpman.names import SCOPE, split_scope
from hpman.text import escape

from ..errors import ConversionError
from ..snapshots.validation import dry_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hpman import HyperParameterManager

    from .session import ManagerOptions, PlannedValues


def require_values(binding: ManagerOptions, plan: PlannedValues) -> None:
    """Raise an error for all required hyperparameters that have no value except a default."""
    names = plan.unset(binding.required, binding.manager.separator)
    missing = [binding.options[name] for name in names if not _is_set(binding, name)]
    if missing:
        options = ", ".join(
            # Another argument may have replaced the option.
            "".join(option.option_strings) or f"`{escape(option.name)}` (by a file)"
            for option in missing
        )
        raise argparse.ArgumentError(None, f"the following arguments are required: {options}")


def _is_set(binding: ManagerOptions, name: str) -> bool:
    """Return whether a hyperparameter has a value other than a default."""
    try:
        chain = binding.manager.explain(name)
    except KeyError:  # the sources were parsed again, and no longer contain it
        return False
    return not all(origin.is_default for origin in chain)


def check_limits(binding: ManagerOptions, plan: PlannedValues) -> None:
    """Check choices and range of the values that a program has set, unless a plan replaces them.

    Defaults are left to `hpman check`, and types to the program.
    """
    manager = binding.manager
    values = manager.get_values()
    is_known = binding.options.__contains__
    scoped = {
        name: split_scope(name, is_known, manager.separator)[1] for name in values if SCOPE in name
    }
    names = {name: name for name in binding.limited if name in values}
    names |= {name: plain for name, plain in scoped.items() if plain in binding.limited}
    changed = [
        name
        for name, plain in names.items()
        if values[name] is not binding.options[plain].hyperparameter.value
    ]
    problems: list[Diagnostic] = []
    for name in plan.unset(changed, binding.manager.separator):
        origin = manager.explain(name)[-1]
        if origin.is_default:
            continue
        try:
            binding.options[names[name]].converter.check_limits(values[name])
        except ConversionError as error:
            message = f"`{name}`: {error}; it was set {'at' if origin.path else 'by'} {origin}"
            problems.append(Diagnostic("conversion", message, "", name=name))
    if problems:
        raise ConversionError(*problems)


def check_together(manager: HyperParameterManager, plan: PlannedValues) -> None:
    """Check that the values of a plan can be set together, and merge keys into their dicts."""
    from ..snapshots.load_save import Converters

    plan.layers = dry_run(manager, plan.layers, Converters(manager).get)
