"""Convert text and values to the type of a sample value.

Owns how text is parsed and how values are converted. Must not know hints, or which
hyperparameter has the sample as its default.
"""

from __future__ import annotations

from hpman import EMPTY, NotLiteralError, is_path, parse_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FRACTION = "it has a fraction"
_EXPONENT_LIMIT = 4300  # Python refuses to parse an int of more digits, too
SAMPLES: dict[str, object] = {
    "bool": False,
    "int": 0,
    "float": 0.0,
    "str": "",
    "list": [],
    "tuple": (),
    "set": set(),
    "dict": {},
    "bytes": b"",
    "complex": 0j,
}
HINT_TYPES = (*SAMPLES, "Path")
_BOOLS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


class Number:
    """The sample of elements that mix ints and floats, as in `[0, 0.5]`. Each keeps its type."""


class Mismatch(Exception):
    """Report text or a value that does not fit its sample; `detail` is a clause about why."""

    def __init__(self, sample: object, value: object, detail: str = "") -> None:
        super().__init__(sample, value, detail)
        self.sample = sample
        self.value = value
        self.detail = detail


def hinted_sample(name: str) -> object:
    """Return a value of the type that the hint `type` names, one of `HINT_TYPES`."""
    if name == "Path":
        from pathlib import Path

        return Path()
    return SAMPLES[name]


def element_sample(sample: list[Any] | tuple[Any, ...] | set[Any]) -> tuple[object, bool]:
    """Return a sample for the elements of a sequence, and whether None is among them.

    The sample is EMPTY if there are no elements, or elements of different types.

    >>> element_sample([1, None, 2])
    (1, True)
    """
    types = {type(element) for element in sample}
    optional = type(None) in types
    types.discard(type(None))
    if len(types) != 1:
        return Number() if types == {int, float} else EMPTY, optional
    kind = types.pop()
    elements: list[Any] = [element for element in sample if element is not None]
    if kind in (list, tuple, set):
        return _merge_sequences(elements), optional
    if kind is dict:
        return _merge_dicts(elements), optional
    return elements[0], optional


def element_name(sample: Any, name: str) -> str:
    """Return the name of a sequence's type with that of its elements."""
    element, _optional = element_sample(sample)
    if element is EMPTY:
        return name
    return f"{name} of {'number' if type(element) is Number else type(element).__name__}"


def _merge_sequences(sequences: list[Any]) -> object:
    elements = [element for sequence in sequences for element in sequence]
    merged = type(sequences[0])(elements)
    # A set keeps one of 1, 1.0 and True, so it may have lost a type.
    return merged if len({*map(type, merged)}) == len({*map(type, elements)}) else set()


def _merge_dicts(dicts: list[Any]) -> object:
    """Return one dict with a sample for the values of each key."""
    values: dict[object, list[object]] = {}
    for item in dicts:
        for key, value in item.items():
            values.setdefault(key, []).append(value)
    samples = {key: element_sample(group) for key, group in values.items()}
    return {key: EMPTY if optional else sample for key, (sample, optional) in samples.items()}


def parse(text: str, sample: object) -> object:
    """Return the value that text stands for, in the type of a sample.

    If the sample is EMPTY, return the value of any literal, or else the text itself.

    >>> parse("3,4", (0.5,))
    (3.0, 4.0)
    """
    if sample is EMPTY:
        try:
            return parse_literal(text)
        except NotLiteralError:
            return text
    if is_path(sample):
        return fit(text, sample)
    return _PARSERS.get(type(sample), _parse_literal)(text, sample)


def parse_elements(arguments: list[str], sample: object) -> object:
    """Return the sequence that several arguments stand for, in the type of a sample.

    Each argument is an element, except for brackets that a shell has split at blanks.

    >>> parse_elements(["3", "4"], [0])
    [3, 4]
    """
    from .text import rejoin, unwrap

    text = " ".join(arguments)
    has_strings = type(element_sample(sample)[0]) is str  # type: ignore[arg-type]
    items = arguments if has_strings else [item.strip() for item in rejoin(arguments)]
    is_wrapped = unwrap(text, braces=type(sample) is set) is not None
    if is_wrapped or len(items) == 1 or (items[:1] and items[0].endswith(",")):
        return parse(text, sample)
    return _from_items(items, text, sample)


def fit(value: object, sample: object) -> object:
    """Convert a value to the type of a sample, if this does not change its meaning.

    An int fits a float, a list fits a tuple or a set, and a string fits a `Path`. A bool does
    not fit a number, and a string fits no other type, because guessing hides mistakes.
    Everything fits EMPTY.

    >>> fit([1, 2], (0.5,))
    (1.0, 2.0)
    """
    if sample is EMPTY:
        return value
    fitter = _FITTERS.get(type(sample))
    if fitter is not None:
        return fitter(value, sample)
    if is_path(sample) and isinstance(value, str):
        kind: Any = type(sample)
        return kind(value)
    if type(value) is not type(sample):
        raise Mismatch(sample, value)
    return value


def _parse_bool(text: str, sample: object) -> object:
    value = _BOOLS.get(text.strip().lower())
    if value is None:
        raise Mismatch(sample, text)
    return value


def _parse_int(text: str, sample: object) -> object:
    for base in (10, 0):  # base 0: any prefix of Python
        try:
            return int(text, base)
        except ValueError:
            pass
    return _exact_int(text.strip(), text, sample)


def _exact_int(number: str, value: object, sample: object) -> int:
    """Return the int that `1e6` or `1.5e3` stands for, without rounding."""
    mantissa, _, exponent = number.lower().replace("_", "").partition("e")
    whole, _, fraction = mantissa.partition(".")
    try:
        float(number)
        digits, shift = int(f"{whole}{fraction}"), int(exponent or 0) - len(fraction)
    except ValueError:  # inf and nan have no digits
        raise Mismatch(sample, value) from None
    if digits == 0:
        return 0
    while shift < 0 and digits % 10 == 0:
        digits, shift = digits // 10, shift + 1
    if not 0 <= shift <= _EXPONENT_LIMIT:
        raise Mismatch(sample, value, FRACTION if shift < 0 else "it is too large")
    return digits * int(10**shift)


def _parse_inexact(text: str, sample: Any) -> object:
    try:
        return type(sample)(text)
    except ValueError:  # perhaps `float('inf')`, as a list that contains it is shown
        return _parse_literal(text, sample)


def _parse_literal(text: str, sample: object) -> object:
    try:
        value = parse_literal(text, words=type(sample) in (dict, Number))
    except NotLiteralError:
        raise Mismatch(sample, text) from None
    return fit(value, sample)


def _parse_sequence(text: str, sample: object) -> object:
    stripped = text.strip()
    if stripped == "set()" and type(sample) is set:
        return set()
    from .text import split_items, unwrap

    inner = unwrap(stripped, braces=type(sample) is set)
    items = split_items(stripped if inner is None else inner)
    return _from_items([item.strip() for item in items], text, sample)


def _from_items(items: list[str], text: str, sample: object) -> object:
    """Return a sequence of items that are parsed like the elements of the sample."""
    element, optional = element_sample(sample)  # type: ignore[arg-type]
    values = [_parse_element(item, element, optional=optional) for item in items]
    try:
        return type(sample)(values)  # type: ignore[call-arg]
    except TypeError as error:
        raise Mismatch(sample, text, str(error)) from None


def _parse_element(item: str, sample: object, *, optional: bool) -> object:
    """Parse one element. A string may be quoted; a nested sequence needs its brackets."""
    from .text import unquote, unwrap

    if optional and item in ("None", "null"):
        return None
    if type(sample) is str:
        return unquote(item)
    if (
        type(sample) in (list, tuple, set)
        and item != "set()"
        and unwrap(item, braces=type(sample) is set) is None
    ):
        raise Mismatch(sample, item)
    return parse(item, sample)


def _fit_int(value: object, sample: object) -> object:
    if type(value) is int:
        return value
    if type(value) is float:
        return _exact_int(repr(value), value, sample)
    raise Mismatch(sample, value)


def _fit_number(value: object, sample: object) -> object:
    if type(value) not in (int, float):
        raise Mismatch(sample, value)
    return value


def _fit_inexact(value: Any, sample: object) -> object:
    kind: Any = type(sample)
    if type(value) not in (int, float, kind):
        raise Mismatch(sample, value)
    try:
        return kind(value)
    except OverflowError:
        raise Mismatch(sample, value, f"it is too large for a {kind.__name__}") from None


def _fit_sequence(value: Any, sample: object) -> object:
    kind = type(sample)
    if type(value) not in (list, tuple, kind):
        raise Mismatch(sample, value)
    element_like, optional = element_sample(sample)  # type: ignore[arg-type]
    elements = [
        element if element is None and optional else fit(element, element_like) for element in value
    ]
    try:
        return kind(elements)  # type: ignore[call-arg]
    except TypeError as error:
        raise Mismatch(sample, value, str(error)) from None


def _fit_dict(value: Any, sample: Any) -> object:
    if type(value) is not dict:
        raise Mismatch(sample, value)
    return {
        key: item if sample.get(key) is None else fit(item, sample[key])
        for key, item in value.items()
    }


_PARSERS: dict[type, Callable[[str, object], object]] = {
    bool: _parse_bool,
    int: _parse_int,
    float: _parse_inexact,
    complex: _parse_inexact,
    str: lambda text, _sample: text,
    list: _parse_sequence,
    tuple: _parse_sequence,
    set: _parse_sequence,
}
_FITTERS: dict[type, Callable[[Any, Any], object]] = {
    int: _fit_int,
    float: _fit_inexact,
    complex: _fit_inexact,
    Number: _fit_number,
    dict: _fit_dict,
    list: _fit_sequence,
    tuple: _fit_sequence,
    set: _fit_sequence,
}
