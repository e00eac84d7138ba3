"""What has to have a value before a program runs.

Owns what counts as one; knows neither files nor how words are read.
"""

from __future__ import annotations

import argparse

from hpman._text import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .actions import HyperParameterAction
    from .context import Binding, Plan


def demand_values(binding: Binding, plan: Plan) -> None:
    """Insist on what hints require.

    Raises:
        argparse.ArgumentError: some have none, and none is planned.
    """
    unplanned = plan.without(binding.required, binding.manager.separator)
    missing = [name for name in unplanned if not _is_set(binding, name)]
    if missing:
        ways = ", ".join(_way_to_give(binding.options[name]) for name in missing)
        raise argparse.ArgumentError(None, f"the following arguments are required: {ways}")


def _way_to_give(option: HyperParameterAction) -> str:
    """Say how a value can be given."""
    if option.option_strings:
        return option.option_strings[0]
    return f"`{escape(option.name)}` (by a file)"  # an argument of the parser took its option


def _is_set(binding: Binding, name: str) -> bool:
    """Tell whether something other than a default gave a hyperparameter its value."""
    try:
        chain = binding.manager.explain(name)
    except KeyError:  # the sources were parsed again, and do not name it any more
        return False
    return not all(origin.is_default for origin in chain)
