"""Messages about values that a hyperparameter does not accept, and about malformed hints.

Owns the wording. Must not know how a mismatch was found, or where messages are shown.
"""

from __future__ import annotations

from math import isfinite

from hpman import kind_name, show_literal
from hpman.text import display_path, truncate

from ..errors import ConversionError
from .coercion import FRACTION, HINT_TYPES, Mismatch, Number, element_name, fit, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .convert import Converter

_NUMBERS = (int, float, Number)
_TYPE_NAMES = {type(...): "literal", Number: "number"}  # instead of Python's names
_DESCRIPTIONS = {
    bool: "true or false (or yes, no, on, off, 1, 0)",
    int: "an int",
    float: "a float such as 1e-3",
    str: "a string",
    bytes: "bytes such as b'ab'",
    complex: "a complex number such as 1+2j",
    dict: "a dict such as {'lr': 1}",
    type(...): "the ellipsis ...",
}
# How a file spells the value, if that differs from the command line.
_DESCRIPTIONS_IN_FILES = {
    bool: "true or false",
    bytes: "bytes, `!!binary YWI=` in YAML",
    complex: "a complex number, `!complex 1+2j` in YAML",
    type(...): "the ellipsis, `!ellipsis '...'` in YAML",
}


def malformed(converter: Converter, hint: str, requirement: str) -> ConversionError:
    """Return the error for a malformed hint."""
    return _refusal(
        converter,
        f"the hint `{hint}` of `{converter.name}` is {_show(converter.hints[hint])}"
        f"{_place(converter, hint)}; {requirement}",
    )


def not_a_choice(
    converter: Converter, value: object, choices: tuple[object, ...]
) -> ConversionError:
    """Return the error for a value that is not among the choices."""
    return _refusal(
        converter,
        f"invalid choice: {_show(value)} (choose from {', '.join(map(_show, choices))});"
        f" the choices of `{converter.name}` are defined"
        f"{_place(converter, 'choices') or ' in its hints'}",
    )


def out_of_range(
    converter: Converter, value: object, lowest: object, highest: object
) -> ConversionError:
    """Return the error for a value below or above the range."""
    bounds = f"from {_show(lowest)} to {_show(highest)}"
    if lowest is None:
        bounds = f"of at most {_show(highest)}"
    elif highest is None:
        bounds = f"of at least {_show(lowest)}"
    return _refusal(
        converter,
        f"expected a value {bounds}, got {_show(value)};"
        f" the range of `{converter.name}` is defined"
        f"{_place(converter, 'range') or ' in its hints'}",
    )


def wrong_type(
    converter: Converter, mismatch: Mismatch, value: object, *, from_text: bool
) -> ConversionError:
    """Return the error for text or a value of the wrong type.

    The mismatch is about a part of the value. `from_text` says that the value was typed, rather
    than read from a file or set by a program.
    """
    sample = mismatch.sample
    shown = _show(mismatch.value)
    parts = [f"invalid {_type_name(sample)} value: {shown}"]  # the beginning is argparse's
    if value not in (mismatch.value, shown):
        parts.append(f" in {_show(value)}")
    if mismatch.detail and mismatch.detail != FRACTION:
        parts.append(f" ({mismatch.detail})")
    elif converter.is_optional or type(sample) not in (*_NUMBERS, str):
        expected = description(sample) if from_text else _description_in_file(sample)
        parts.append(f" (expected {expected}{', or None' if converter.is_optional else ''})")
    parts.append(f"; {_reason(converter)}")
    default = _show(sample)
    if mismatch.detail == FRACTION and sample is converter.default and default[-1].isdigit():
        parts.append(f", and `{default}.0` there would allow fractions")
    elif from_text and shown.lower() in ("'none'", "'null'") and not converter.is_optional:
        parts.append("; the hint `optional=True` would allow None")
    elif type(sample) is str:
        parts.append("; quote it to make it a string")
    elif not from_text and type(sample) in _NUMBERS and isinstance(mismatch.value, str):
        parts.append(_how_to_write(mismatch.value, sample))
    return _refusal(converter, "".join(parts))


def how_to_allow(converter: Converter, value: object) -> str:
    """Return a sentence on how to make a hyperparameter accept a value."""
    if value is None:
        return "The hint `optional=True` would allow None."
    try:
        fit(value, converter.sample)
    except Mismatch:
        kind = kind_name(type(value))
        hint = f", or the hint `type={kind!r}`," if kind in HINT_TYPES else ""
        return f"A default of type {kind}{hint} would allow it."
    return "Set another value, or change the hint."


def changed_on_load(name: str, converter: Converter, value: object, fitted: object) -> str:
    """Return a sentence about a value that loading converts to the type of the default."""
    return (
        f"`{name}` is saved as {_show(value)}, but loading converts it to"
        f" {_show(fitted)}: {_reason(converter)}. Set it to that, or use a default of type"
        f" {type(value).__name__}."
    )


def _reason(converter: Converter) -> str:
    """Return a clause about where the expected type comes from."""
    name, hints, default = converter.name, converter.hints, converter.default
    if hints and hints.get("type") is not None:
        return f"the hint `type` of `{name}` is {hints['type']!r}{_place(converter, 'type')}"
    kind = kind_name(type(default))
    return f"the default of `{name}` is the {kind} {_show(default)}{_place(converter)}"


def _place(converter: Converter, hint: str | None = None) -> str:
    """Return the place of the default, or of a hint, as the end of a clause."""
    place = converter.place
    for occurrence in converter.occurrences if hint is not None else ():
        if hint in occurrence.hints:  # the last call wins, unless the definition has it too
            place = occurrence.place
            if occurrence.is_definition:
                break
    return f" at {display_path(place)}" if place else ""


def _refusal(converter: Converter, message: str) -> ConversionError:
    return ConversionError.because(message, name=converter.name)


def description(sample: object) -> str:
    """Return a description of values like a sample, with an article.

    >>> description([1, 2])
    'a list of int'
    """
    text = _DESCRIPTIONS.get(type(sample), f"a {kind_name(type(sample))}")
    return element_name(sample, text) if isinstance(sample, (list, tuple, set)) else text


def _type_name(sample: object) -> str:
    return _TYPE_NAMES.get(type(sample), kind_name(type(sample)))


def _description_in_file(sample: object) -> str:
    if isinstance(sample, (tuple, set)):  # a list fits them, and every format has lists
        sample = [*sample]
    return _DESCRIPTIONS_IN_FILES.get(type(sample)) or description(sample)


def _how_to_write(text: str, sample: object) -> str:
    """Return a clause on how to write a number in a file, if a string was meant as one."""
    try:
        value: Any = parse(text, sample)
    except Mismatch:
        return ""
    if isinstance(value, float) and not isfinite(value):
        return f"; write `{str(value).replace('inf', '.inf').replace('nan', '.nan')}`, in YAML"
    from re import fullmatch

    # What both YAML and JSON read as a number; `1_000` is not.
    if fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", text):
        return "; remove the quotes"
    return f"; write `{_show(value)}`"


def _show(value: object) -> str:
    return truncate(show_literal(value))
