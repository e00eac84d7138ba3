"""What a program has set, held to what hints say of values.

Owns which values are looked at: those that a command line leaves as they are; knows
neither files nor how words are read, which are checked where they are read.
"""

from __future__ import annotations

from hpman import Diagnostic

from ..errors import ConversionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .context import Binding, Plan


def demand_limits(binding: Binding, plan: Plan) -> None:
    """Insist that what a program has set is among the choices, and in the range.

    Defaults are for the check to judge, and types are left to the program.

    Raises:
        ConversionError: some values are not. It reports all of them.
    """
    values = binding.manager.get_values()
    options = binding.options
    changed = [
        name
        for name in binding.limited
        if name in values and values[name] is not options[name].hyperparameter.value
    ]
    unplanned = plan.without(changed, binding.manager.separator)
    problems = [each for name in unplanned for each in _problems(binding, name, values[name])]
    if problems:
        raise ConversionError(*problems)


def _problems(binding: Binding, name: str, value: object) -> Iterator[Diagnostic]:
    """Yield what is wrong with the value of a hyperparameter."""
    origin = binding.manager.explain(name)[-1]
    if origin.is_default:
        return
    try:
        binding.options[name].converter.check_limits(value)
    except ConversionError as error:
        message = f"`{name}`: {error}; it was set {'at' if origin.path else 'by'} {origin}"
        yield Diagnostic("conversion", message, "", name=name)
