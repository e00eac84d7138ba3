"""Old names of hyperparameters, which the hint `aliases` keeps usable.

Owns which hyperparameter an old name stands for, and which aliases are refused. Must not
know files or options.
"""

from __future__ import annotations

from hpman import Diagnostic
from hpman.names import old_names
from hpman.text import display_path

from ..errors import ConversionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from hpman import Occurrence

    from .convert import Converter

_HINT = "aliases"


def renames(converters: Collection[Converter]) -> dict[str, Converter]:
    """Return the hyperparameter of each old name, or raise an error for all refused aliases."""
    if not any(_HINT in converter.hints for converter in converters):
        return {}
    problems: list[Diagnostic] = []
    for converter in converters:
        if not is_well_formed(converter.hints.get(_HINT)):
            from .messages import malformed

            requirement = "it must be a name or a list of names"
            problems += malformed(converter, _HINT, requirement).diagnostics
    if problems := [*problems, *alias_clashes(converters)]:
        raise ConversionError(*problems)
    return {
        old: converter
        for converter in converters
        for old in old_names(converter.hints)
        if old != converter.name
    }


def is_well_formed(value: object) -> bool:
    """Return whether the hint is a name, a list of names, or None."""
    names = value if isinstance(value, (list, tuple)) else [value]
    return value is None or all(isinstance(name, str) and name for name in names)


def alias_clashes(converters: Iterable[Converter]) -> Iterator[Diagnostic]:
    """Yield an error for each alias that is a name itself, or an alias of another name.

    Names that make the same option count as one.
    """
    names: dict[str, Converter] = {}
    aliases: dict[str, Converter] = {}
    for converter in converters:
        if converter.occurrences:  # otherwise a program has set it
            names.setdefault(_as_option(converter.name), converter)
    for converter in names.values():
        for old in old_names(converter.hints):
            option = _as_option(old)
            call = _call(converter, _HINT)
            if names.get(option, converter) is not converter:
                other = _call(names[option])
                message = f"but `{other.name}` is a hyperparameter ({_place(other)})."
                advice = "Remove the alias, or rename that hyperparameter."
            elif aliases.setdefault(option, converter) is not converter:
                other = _call(aliases[option], _HINT)
                message = f"and so has `{other.name}` ({_place(other)})."
                advice = "Remove it from one of the two."
            else:
                continue
            message = f"`{call.name}` ({_place(call)}) has the alias `{old}`, {message}"
            yield Diagnostic.at(call, "HPM208", message, advice, occurrences=[call, other])


def _as_option(name: str) -> str:
    return name.replace("_", "-")


def _call(converter: Converter, hint: str | None = None) -> Occurrence:
    """Return the call that defines a hyperparameter, or the one whose hint counts."""
    calls = [call for call in converter.occurrences if hint is None or hint in call.hints]
    return next((call for call in calls if call.is_definition), calls[-1 if hint else 0])


def _place(call: Occurrence) -> str:
    return display_path(call.place)
