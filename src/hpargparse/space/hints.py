"""The search space that hints describe: `range`, `choices`, `scale`, `step`, `search`, `when`.

Owns what these hints mean together and what is wrong with them. Must not know the command
line, or which hyperparameters a sweep selects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from math import isfinite
from typing import Any

from hpman import EMPTY, Diagnostic, HpmanError, HyperParameter, show_literal
from hpman.names import closest
from hpman.text import truncate

from ..edits import at_hint
from ..errors import ConversionError, SpaceError
from ..values.convert import Converter
from .space import Interval, Values

_LISTS = (list, tuple, set)
_NUMBERS = (int, float)
_HUGE = 1e308  # no step is larger
_SPACE = ("choices", "range", "scale", "search", "step")
_SEARCH = "Write `search=True`, `search=False`, `search=[lowest, highest]`, or a list of values."
_WHEN = 'Write the values by name, such as `when={"optimizer": ["sgd", "lion"]}`.'


def opt_in(hints: Mapping[str, object]) -> str:
    """Return the hint that makes a hyperparameter searched by default, or an empty string.

    >>> opt_in({"scale": "log"}), opt_in({"scale": "log", "search": False})
    ('scale', '')
    """
    search = hints.get("search")
    if search is False:
        return ""
    if search is not None:
        return "search"
    return "scale" if hints.get("scale") is not None else ""


def is_hinted(hints: Mapping[str, object]) -> bool:
    """Return whether hints describe a space, and do not forbid to search it."""
    return hints.get("search") is not False and any(hints.get(h) is not None for h in _SPACE)


def hinted_domain(converter: Converter) -> Values | Interval | None:
    """Return the values that the hints and the type describe; None if there are none.

    Raises:
        HpmanError: if the hints are malformed or contradict each other.

    >>> hints = {"range": [1e-5, 1], "scale": "log"}
    >>> str(hinted_domain(Converter(0.1, hints, "lr")))
    '1e-05 to 1.0, log'
    """
    name, hints = converter.name, converter.hints
    search, scale, step = (hints.get(hint) for hint in ("search", "scale", "step"))
    is_list = isinstance(search, _LISTS) and bool(search)
    if not (is_list or search is None or isinstance(search, bool)):
        raise _malformed(converter, "search", _SEARCH)
    if scale not in (None, "linear", "log"):
        raise _malformed(converter, "scale", 'Write `scale="linear"` or `scale="log"`.')
    if pair := _pair(converter):
        return interval(converter, *pair, step, is_log=scale == "log")
    for hint in ("scale", "step"):
        if hints.get(hint) is not None:
            message = f"The hint `{hint}` of `{name}` needs a range and no list of values."
            advice = "Write `range=[lowest, highest]`, or remove the hint."
            raise SpaceError.because(message, advice, hint)
    items: Any = search if is_list else converter.choices
    if (
        items
        and converter.is_sequence
        and not all(item is None or isinstance(item, _LISTS) for item in items)
    ):
        items = None  # they are choices for the elements
    if items is None and type(converter.sample) is bool:
        items = (False, True)
    if items:
        return values(converter, _in_order(items))
    if search:
        message = f"The hint `search` of `{name}` has no values to search."
        advice = "Add `choices=[...]` or `range=[lowest, highest]`, or list the values in `search`."
        raise SpaceError.because(message, advice, "search")
    return None


def values(converter: Converter, items: Iterable[object]) -> Values:
    """Return checked values, without those that are equal and of the same type.

    Raises:
        ConversionError: if the hyperparameter does not accept a value.
        SpaceError: if the command line reads another value from its text.
    """
    unique = {show_literal(value): value for value in map(converter.check, items)}
    for shown, value in unique.items():
        read = show_literal(converter.parse(converter.format(value)))
        if read != shown:
            raise SpaceError.because(
                f"The command line cannot set `{converter.name}` to {truncate(shown)}: it reads"
                f" {truncate(read)}.",
                "Leave one of the two values out, or use a default of another type.",
            )
    return Values(tuple(unique.values()))


def interval(
    converter: Converter, low: Any, high: Any, step: Any = None, *, is_log: bool = False
) -> Interval:
    """Return the numbers between two bounds.

    Raises:
        ConversionError: if the hyperparameter does not accept the bounds.
        SpaceError: if bounds, step and scale do not fit together.

    >>> interval(Converter(4, {}, "depth"), 2, 8, 2).size
    4
    """
    name, kind = converter.name, _number_type(converter, low, high, step)
    if kind is None:
        message = f"`{name}` is not a number, so it has no values between two bounds."
        raise SpaceError.because(message, "List its values instead.")
    if not low > high:  # else no value is in the range
        low, high = (_number(converter, bound, kind) for bound in (low, high))
    if not low < high:
        message = f"The bounds of `{name}` are {show_literal(low)} and {show_literal(high)}."
        raise SpaceError.because(message, "Write the lowest value, then a higher one.")
    if is_log and low <= 0:
        message = f"The scale of `{name}` is 'log', but its lowest value is {show_literal(low)}."
        raise SpaceError.because(message, "Begin above 0, or use a linear scale.", "scale")
    if step is not None:
        if type(step) not in _NUMBERS or not 0 < step < _HUGE or kind(step) != step:
            message = f"The step of `{name}` is {truncate(show_literal(step))}."
            advice = f"Write {'an int' if kind is int else 'a number'} above 0."
            raise SpaceError.because(message, advice, "step")
        if is_log:
            message = f"`{name}` has both a step and a logarithmic scale."
            raise SpaceError.because(message, "Remove one, or list the values.", "step")
        step = kind(step)
        steps = Interval(low, high, step)
        if not steps.contains(high):
            shown = [show_literal(number) for number in (step, low, high)]
            message = "Steps of {} from {} do not reach {}, for `{}`.".format(*shown, name)
            last = show_literal(steps.at((steps.size or 0) - 1))
            advice = f"End at {last}, or write a step that divides the distance."
            raise SpaceError.because(message, advice, "step")
    return Interval(low, high, step, is_log)


def space_faults(hp: HyperParameter) -> Iterator[Diagnostic]:
    """Yield what is wrong with the hints of the space, where it is written.

    Yield nothing about hints that the converter refuses, or that no sweep uses.
    """
    converter, hints = Converter.of(hp), hp.hints
    used = [hint for hint in ("search", "scale", "step") if hints.get(hint) is not None]
    if not used or hints.get("search") is False:
        return
    try:
        converter.check_hints()
    except ConversionError:
        return
    try:
        hinted_domain(converter)
    except HpmanError as error:
        first = error.diagnostics[0]
        listed = isinstance(hints.get("search"), _LISTS)
        candidates = (first.code, "search" if listed else "choices", "range", *used)
        blamed = next(hint for hint in candidates if hints.get(hint) is not None)
        message = f"{first.message[0].upper()}{first.message[1:].removesuffix('.')}."
        advice = first.advice or "Write values that the hyperparameter accepts."
        yield at_hint(hp, blamed, "HPM210", message, advice)


def equal_choices(hp: HyperParameter) -> Iterator[Diagnostic]:
    """Yield a finding for the first two choices that are equal, such as `True` and `1`."""
    choices = hp.hints.get("choices")
    items = list(choices) if isinstance(choices, (list, tuple)) else []
    with suppress(TypeError):  # not all of them have a hash
        if len({*items}) == len(items):
            return
    for number, item in enumerate(items):
        for other in items[:number]:
            if item == other:
                both = f"{truncate(show_literal(other))} and {truncate(show_literal(item))}"
                message = f"The choices {both} of `{hp.name}` are equal."
                yield at_hint(hp, "choices", "HPM211", message, "Leave one of them out.")
                return


def conditions(hints: Mapping[str, object]) -> dict[str, tuple[object, ...]]:
    """Return the values by name in the hint `when`. A single value needs no list.

    >>> conditions({"when": {"optimizer": ["sgd", "lion"], "fast": True}})
    {'optimizer': ('sgd', 'lion'), 'fast': (True,)}
    """
    when = hints.get("when")
    if not isinstance(when, dict):
        return {}
    return {
        name: tuple(_in_order(wanted)) if isinstance(wanted, _LISTS) else (wanted,)
        for name, wanted in when.items()
    }


def condition_faults(
    by_name: Mapping[str, HyperParameter], *, is_partial: bool = False
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the hints `when` of a program, perhaps without imported modules."""
    for hp in by_name.values():
        when = hp.hints.get("when")
        cases = conditions(hp.hints)
        if when is not None and not (cases and all(cases.values())):
            message = f"The hint `when` of `{hp.name}` is {truncate(show_literal(when))}."
            yield at_hint(hp, "when", "HPM212", message, _WHEN)
        for name, wanted in cases.items():
            if name in by_name or not is_partial:
                for message, advice in _condition_faults(hp, name, wanted, by_name):
                    yield at_hint(hp, "when", "HPM212", message, advice)


def _condition_faults(
    hp: HyperParameter,
    name: str,
    wanted: Iterable[object],
    by_name: Mapping[str, HyperParameter],
) -> Iterator[tuple[str, str]]:
    start = f"The hint `when` of `{hp.name}`"
    if name not in by_name:
        near = closest(str(name), by_name)
        advice = f"Did you mean `{near[0]}`?" if near else "Write the name of a hyperparameter."
        yield f"{start} is about `{name}`, which is not a hyperparameter.", advice
    elif hp.name in _reached(by_name, name):
        yield f"{start} leads back to it through `{name}`.", "Remove one of the conditions."
    else:
        for value in wanted:
            try:
                Converter.of(by_name[name]).check(value)
            except ConversionError as error:
                advice = f"Write values that `{name}` can have."
                yield f"{start} has an impossible value: {error}.", advice


def _reached(by_name: Mapping[str, HyperParameter], name: str) -> set[str]:
    """Return the names that the conditions of a hyperparameter depend on, at any distance."""
    reached: set[str] = set()
    todo = [name]
    while todo:
        hp = by_name.get(todo.pop())
        new = set(conditions(hp.hints)) - reached if hp is not None else set()
        reached |= new
        todo += new
    return reached


def _pair(converter: Converter) -> tuple[object, object] | None:
    """Return the bounds of `search` or `range`; None if values are listed, or an end is open."""
    hints = converter.hints
    search = hints.get("search")
    pair = search if isinstance(search, (list, tuple)) else converter.range
    if isinstance(search, set) or hints.get("choices") is not None or pair is None:
        return None
    if len(pair) != 2 or not all(type(bound) in _NUMBERS for bound in pair):
        return None
    return None if _number_type(converter, *pair) is None else (pair[0], pair[1])


def _number_type(converter: Converter, *numbers: object) -> type[int | float] | None:
    """Return the type of the numbers of a hyperparameter; None if it takes something else."""
    sample = converter.sample
    if type(sample) is int:
        return int
    if type(sample) is float:
        return float
    is_any = sample is EMPTY and not converter.members
    if not is_any or any(type(number) not in (*_NUMBERS, type(None)) for number in numbers):
        return None
    return float if float in map(type, numbers) else int


def _number(converter: Converter, bound: object, kind: type[int | float]) -> Any:
    """Return a bound as a number of a type that can be computed with."""
    value: Any = converter.check(bound)
    try:
        if isfinite(value):  # an int may be too large for this
            return kind(value)
    except OverflowError:
        pass
    message = f"A bound of `{converter.name}` is {truncate(show_literal(bound))}."
    raise SpaceError.because(message, "Write a finite number.")


def _malformed(converter: Converter, hint: str, advice: str) -> SpaceError:
    shown = truncate(show_literal(converter.hints[hint]))
    return SpaceError.because(f"The hint `{hint}` of `{converter.name}` is {shown}.", advice, hint)


def _in_order(items: Any) -> list[object]:
    """Return the items of a list as they are, those of a set in the same order everywhere."""
    if not isinstance(items, set):
        return list(items)
    return sorted(
        items,
        key=lambda item: (0, item, "") if type(item) in _NUMBERS else (1, 0, show_literal(item)),
    )
