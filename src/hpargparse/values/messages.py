"""What is said of a value that a hyperparameter cannot take, or of a hint that is malformed.

Owns these sentences; knows neither how a misfit was found nor who reads them.
"""

from __future__ import annotations

from math import isfinite

from hpman import EMPTY
from hpman._text import display_path, truncate
from hpman.literals import show_literal

from ..errors import ConversionError
from .coercion import FRACTION, SAMPLES, Mismatch, Number, element_sample, fit, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Protocol

    from hpman import Occurrence

    class Refusing(Protocol):
        """What refuses a value of one hyperparameter, as far as its reasons are asked for."""

        default: object
        hints: Mapping[str, object]
        name: str
        place: str
        occurrences: Sequence[Occurrence]

        @property
        def sample(self) -> object:
            """A value of the kind that is taken; EMPTY where any literal will do."""

        @property
        def choices(self) -> tuple[object, ...] | None:
            """The values that are taken, or None where the kind alone decides."""

        @property
        def range(self) -> tuple[object, object] | None:
            """The lowest and the highest value, either None where it is open."""


_NUMBERS = (int, float, Number)
_KINDS = {type(...): "literal", Number: "number"}  # where the name of the type is not the word
_NOUNS = {
    bool: "true or false (or yes, no, on, off, 1, 0)",
    int: "an int",
    float: "a float such as 1e-3",
    str: "a text",
    bytes: "bytes such as b'ab'",
    complex: "a complex number such as 1+2j",
    dict: "a dict such as {'lr': 1}",
    list: "a list",
    tuple: "a tuple",
    set: "a set",
    type(...): "the ellipsis ...",
}
# What a file holds, where that is spelled in another way than on a command line.
_HELD = {
    bool: "true or false",
    bytes: "bytes, `!!binary YWI=` in YAML",
    complex: "a complex number, `!complex 1+2j` in YAML",
    type(...): "the ellipsis, `!ellipsis '...'` in YAML",
}


def check_hints(converter: Refusing) -> None:
    """Refuse hints that no value could be checked by.

    Raises:
        ConversionError: `type`, `choices` or `range` is malformed, leaves no value,
            or has no order with values of the default's kind.
    """
    sample, choices, limits = converter.sample, converter.choices, converter.range
    if choices == ():
        raise malformed(converter, "choices", "it has to name a value at least")
    if limits is None:
        return
    # None of several values is there to compare with where the default is empty.
    values = [*sample] if isinstance(sample, (list, tuple, set)) else [sample]
    bounds = [each for each in limits if each is not None]
    try:
        is_ordered = len(bounds) < 2 or bounds[0] <= bounds[1]  # type: ignore[operator]
        for value in values:
            if value is not EMPTY and value is not None:
                [bound <= value for bound in bounds]  # type: ignore[operator]
    except TypeError:
        kind = f"its values, as {_shown(sample)} is" if sample is not EMPTY else "each other"
        demand = f"its ends have to be comparable with {kind}"
        raise malformed(converter, "range", demand) from None
    if not is_ordered:
        raise malformed(converter, "range", "it has to be [lowest, highest], in this order")


def malformed(converter: Refusing, hint: str, demand: str) -> ConversionError:
    """Make the error for a hint that is malformed."""
    return _error(
        converter,
        f"the hint `{hint}` of `{converter.name}` is {_shown(converter.hints[hint])}"
        f"{_at(converter, hint)}; {demand}",
    )


def no_choice(converter: Refusing, value: object, choices: tuple[object, ...]) -> ConversionError:
    """Make the error for a value that is none of the choices."""
    return _error(
        converter,
        f"invalid choice: {_shown(value)} (choose from {', '.join(map(_shown, choices))});"
        f" the choices of `{converter.name}` stand{_at(converter, 'choices') or ' in its hints'}",
    )


def out_of_range(
    converter: Refusing, value: object, lowest: object, highest: object
) -> ConversionError:
    """Make the error for a value below or above the range."""
    bound = f"from {_shown(lowest)} to {_shown(highest)}"
    if lowest is None:
        bound = f"of at most {_shown(highest)}"
    elif highest is None:
        bound = f"of at least {_shown(lowest)}"
    return _error(
        converter,
        f"expected a value {bound}, got {_shown(value)};"
        f" the range of `{converter.name}` stands{_at(converter, 'range') or ' in its hints'}",
    )


def of_another_kind(
    converter: Refusing, mismatch: Mismatch, given: object, *, is_typed: bool, is_written: bool
) -> ConversionError:
    """Make the error for a text or value of another kind.

    Args:
        converter: the converter that refuses it.
        mismatch: what was expected, and what was found in the value.
        given: the whole value.
        is_typed: whether it is a text that was typed, not a value of a file or a program.
        is_written: whether it could be written in another way, as nothing in a pickle can.
    """
    sample = mismatch.sample
    parts = [f"invalid {_kind(sample)} value: {_shown(mismatch.given)}"]  # as argparse begins
    if given not in (mismatch.given, _shown(mismatch.given)):
        parts.append(f" in {_shown(given)}")
    if mismatch.detail and mismatch.detail != FRACTION:
        parts.append(f" ({mismatch.detail})")
    elif type(sample) not in (*_NUMBERS, str):
        expected = noun(sample) if is_typed else _as_value(sample)
        parts.append(f" (expected {expected if is_written else expected.partition(',')[0]})")
    parts.append(f"; {_origin(converter)}")
    whole = _shown(mismatch.sample)
    if mismatch.detail == FRACTION and mismatch.sample is converter.default and _is_short(whole):
        parts.append(f", and `{whole}.0` there would allow fractions")
    elif is_written:
        parts.append(_other_spelling(mismatch, is_typed=is_typed))
    return _error(converter, "".join(parts))


def how_to_allow(converter: Refusing, value: object) -> str:
    """Say what would let a hyperparameter take a value that it refuses."""
    if value is None:
        return "The hint `optional=True` would allow None."
    try:
        fit(value, converter.sample)
    except Mismatch:
        kind = type(value).__name__
        hint = f", or the hint `type={kind!r}`," if kind in SAMPLES else ""
        return f"A default of the type {kind}{hint} would allow it."
    return "Set another value, or mend the hint."


def changed_on_load(converter: Refusing, value: object, fitted: object) -> str:
    """Say what a load makes of a value that is not quite of the default's type."""
    return (
        f"`{converter.name}` is saved as {_shown(value)}, but a load will make it"
        f" {_shown(fitted)}: {_origin(converter)}. Set it to that, or give a default of"
        f" the type {type(value).__name__}."
    )


def _is_short(spelled: str) -> bool:
    """Tell whether an int is spelled whole, in base 10."""
    return spelled.lstrip("-").isdigit()


def _origin(converter: Refusing) -> str:
    """Say where the wanted type comes from."""
    name, hints, default = converter.name, converter.hints, converter.default
    if hints and hints.get("type") is not None:
        return f"the hint `type` of `{name}` is {hints['type']!r}{_at(converter, 'type')}"
    kind = type(default).__name__
    return f"the default of `{name}` is the {kind} {_shown(default)}{_at(converter)}"


def _at(converter: Refusing, hint: str | None = None) -> str:
    """Give the place of the default, or of a hint, as the end of a clause."""
    place = converter.place
    for each in converter.occurrences if hint is not None else ():
        if hint in each.hints:  # the last call wins, unless the definition says it too
            place = f"{each.path}:{each.line}"
            if each.is_definition:
                break
    return f" at {display_path(place)}" if place else ""


def _error(converter: Refusing, message: str) -> ConversionError:
    return ConversionError.because(message, name=converter.name)


def noun(sample: object) -> str:
    """Name the kind of a sample, with its article.

    >>> noun([1, 2])
    'a list of int'
    """
    name = _NOUNS.get(type(sample), f"a {type(sample).__name__}")
    if isinstance(sample, (list, tuple, set)):
        element, _ = element_sample(sample)
        return name if element is EMPTY else f"{name} of {_kind(element)}"
    return name


def _kind(sample: object) -> str:
    """Name the type of a sample."""
    return _KINDS.get(type(sample), type(sample).__name__)


def _as_value(sample: object) -> str:
    """Name the kind of a sample where a file or a program gives the value, not a text.

    >>> _as_value(False), _as_value((1, 2))
    ('true or false', 'a list of int')
    """
    name = _HELD.get(type(sample)) or noun(sample)
    for kind in ("a tuple", "a set"):  # a list does for each, and every format has lists
        name = f"a list{name[len(kind) :]}" if name.startswith(kind) else name
    return name


def _other_spelling(mismatch: Mismatch, *, is_typed: bool) -> str:
    """Say how to write what was meant, as the end of a sentence."""
    sample, given = mismatch.sample, mismatch.given
    if type(sample) is str:
        return "; put it in quotes to make it a text"
    if not is_typed and type(sample) in _NUMBERS and isinstance(given, str):
        return _as_number(given, sample)
    return ""


def _as_number(text: str, sample: object) -> str:
    """Say how to write a number that was given as a text, where it would do if it was typed."""
    try:
        value: Any = read(text, sample)
    except Mismatch:
        return ""
    if isinstance(value, float) and not isfinite(value):
        return f"; write `{str(value).replace('inf', '.inf').replace('nan', '.nan')}`, in YAML"
    from re import fullmatch

    # What YAML and JSON both take for a number; they know no `1_000`.
    if fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", text):
        return "; leave its quotes out"
    return f"; write `{_shown(value)}`"


def _shown(value: object) -> str:
    """Spell a value for a message, shortened where it is long."""
    return truncate(show_literal(value))
