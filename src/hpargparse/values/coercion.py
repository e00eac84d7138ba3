"""Text and values as a sample asks for them.

Owns how a text is read, and how a value is fitted, to be of the kind of a
sample value; knows neither hints nor whose default the sample is.
"""

from __future__ import annotations

from hpman import EMPTY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# Python's own limit for an int; beyond it the time grows with the square of the digits.
DIGIT_LIMIT = 4300
TOO_MANY_DIGITS = f"it has more than {DIGIT_LIMIT} digits"
FRACTION = "it has a fraction"
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
BOOLS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


class Number:
    """Be like ints and floats side by side, as in `[0, 0.5]`: each stays what it is."""


class Mismatch(Exception):
    """Tell what was expected and what was given instead.

    Args:
        sample: the sample that the value had to be like.
        given: the text or value.
        detail: a clause that says more, or an empty text.
    """

    def __init__(self, sample: object, given: object, detail: str = "") -> None:
        """Keep the fields."""
        super().__init__(sample, given, detail)
        self.sample = sample
        self.given = given
        self.detail = detail


def element_sample(sample: list[object] | tuple[object, ...] | set[object]) -> tuple[object, bool]:
    """Find what the elements of a sequence are like.

    Args:
        sample: the sequence.

    Returns:
        a sample element, a `Number` for ints beside floats, EMPTY where there is none
        or where they differ otherwise; and whether None is among them.

    >>> element_sample([1, None, 2])
    (1, True)
    """
    kinds = {type(each) for each in sample}
    optional = type(None) in kinds
    kinds.discard(type(None))
    if len(kinds) != 1:
        return Number() if kinds == {int, float} else EMPTY, optional
    kind = kinds.pop()
    elements: list[object] = [each for each in sample if each is not None]
    if kind in (list, tuple, set):
        return _merged_sequences(elements), optional
    if kind is dict:
        return _merged_dicts(elements), optional
    return elements[0], optional


def _merged_sequences(sequences: list[Any]) -> object:
    """Make one sequence of what all hold, so that its elements tell the kind of each."""
    elements = [inner for each in sequences for inner in each]
    merged = type(sequences[0])(elements)
    # A set keeps one of 1, 1.0 and True: without the others it would tell too little.
    return merged if len({*map(type, merged)}) == len({*map(type, elements)}) else set()


def _merged_dicts(dicts: list[Any]) -> object:
    """Make one dict that tells for each key what its values are like."""
    values: dict[object, list[object]] = {}
    for each in dicts:
        for key, value in each.items():
            values.setdefault(key, []).append(value)
    samples = {key: element_sample(found) for key, found in values.items()}
    return {key: EMPTY if optional else sample for key, (sample, optional) in samples.items()}


def read(text: str, sample: object) -> object:
    """Read a text as a value of the sample's kind.

    Args:
        text: what was typed.
        sample: a value of the kind to read; EMPTY for any literal, else the text.

    Raises:
        Mismatch: the text spells no such value.

    >>> read("3,4", (0.5,))
    (3.0, 4.0)
    """
    if sample is EMPTY:
        try:
            return _literal(text)
        except ValueError:
            return text
    return _READERS.get(type(sample), _read_as_literal)(text, sample)


def read_elements(words: list[str], sample: object) -> object:
    """Read several words as one sequence of the sample's kind.

    Args:
        words: what was typed, one element a word; a shell may have split bracketed
            texts at their blanks.
        sample: a list, tuple or set.

    Raises:
        Mismatch: a word spells no such element.

    >>> read_elements(["3", "4"], [0])
    [3, 4]
    """
    from .text import rejoined, unwrapped

    joined = " ".join(words)
    is_of_texts = type(element_sample(sample)[0]) is str  # type: ignore[arg-type]
    items = words if is_of_texts else [item.strip() for item in rejoined(words)]
    is_whole = unwrapped(joined, braces=type(sample) is set) is not None
    if is_whole or len(items) == 1 or (items[:1] and items[0].endswith(",")):
        return read(joined, sample)
    return _from_items(items, joined, sample)


def fit(value: object, sample: object) -> object:
    """Make a value of the sample's kind from one that says the same.

    An int fits a float, a list fits a tuple or a set; a bool fits no number and
    a text fits nothing else, because guessing there hides mistakes.

    Args:
        value: a value from a file or a program.
        sample: a value of the kind to make; EMPTY lets everything through.

    Raises:
        Mismatch: the value is of another kind.

    >>> fit([1, 2], (0.5,))
    (1.0, 2.0)
    """
    if sample is EMPTY:
        return value
    fitter = _FITTERS.get(type(sample))
    if fitter is not None:
        return fitter(value, sample)
    if type(value) is not type(sample):
        raise Mismatch(sample, value)
    return value


def _read_bool(text: str, sample: object) -> object:
    value = BOOLS.get(text.strip().lower())
    if value is None:
        raise Mismatch(sample, text)
    return value


def _read_int(text: str, sample: object) -> object:
    value = _plain_int(text, sample)
    return _whole_number(text.strip(), text, sample) if value is None else value


def _read_number(text: str, sample: object) -> object:
    if (value := _plain_int(text, sample)) is not None:
        return value
    try:
        return _read_float(text, 0.0)
    except Mismatch:
        raise Mismatch(sample, text) from None


def _plain_int(text: str, sample: object) -> int | None:
    """Read an int in any of the bases that Python writes; None for anything else."""
    digits = text.strip()
    if len(digits) > DIGIT_LIMIT:
        raise Mismatch(sample, text, TOO_MANY_DIGITS)
    for base in (10, 0):
        try:
            return int(digits, base)
        except ValueError:
            pass
    return None


def _whole_number(number: str, given: object, sample: object) -> int:
    """Read `1e6` or `1.5e3` exactly, without a detour through a float."""
    try:
        float(number)
    except ValueError:
        raise Mismatch(sample, given) from None
    if "n" in number.lower():  # inf, infinity, nan
        raise Mismatch(sample, given)
    mantissa, _, exponent = number.lower().replace("_", "").partition("e")
    whole, _, fraction = mantissa.partition(".")
    shift = int(exponent or 0) - len(fraction)
    digits = int(f"{whole}{fraction}")
    if digits == 0:
        return 0
    while shift < 0 and digits % 10 == 0:
        digits, shift = digits // 10, shift + 1
    if shift < 0:
        raise Mismatch(sample, given, FRACTION)
    if shift > DIGIT_LIMIT:
        raise Mismatch(sample, given, TOO_MANY_DIGITS)
    return digits * int(10**shift)


def _read_float(text: str, sample: object) -> object:
    try:
        return float(text)
    except ValueError:
        return _read_call(text, sample)


def _read_complex(text: str, sample: object) -> object:
    try:
        return complex(text)
    except ValueError:
        return _read_call(text, sample)


def _read_call(text: str, sample: object) -> object:
    """Read `float('inf')`, as a list with such an element is shown."""
    try:
        value = _literal(text)
    except ValueError:
        raise Mismatch(sample, text) from None
    if type(value) is not type(sample):
        raise Mismatch(sample, text)
    return value


def _read_str(text: str, _sample: object) -> object:
    return text


def _read_dict(text: str, sample: object) -> object:
    return _read_as_literal(text, sample, words=True)


def _read_as_literal(text: str, sample: object, *, words: bool = False) -> object:
    try:
        value = _literal(text, words=words)
    except ValueError:
        raise Mismatch(sample, text) from None
    return fit(value, sample)


def _read_sequence(text: str, sample: object) -> object:
    stripped = text.strip()
    if stripped == "set()" and type(sample) is set:
        return set()
    from .text import split_items, unwrapped

    inner = unwrapped(stripped, braces=type(sample) is set)
    items = split_items(stripped if inner is None else inner)
    return _from_items([item.strip() for item in items], text, sample)


def _literal(text: str, *, words: bool = False) -> object:
    """Read a literal; numbers do without what reads one, so it is loaded here."""
    from hpman.literals import parse_literal

    return parse_literal(text, words=words)


def _from_items(items: list[str], text: str, sample: object) -> object:
    """Read each item as the sample's elements are, and put them together."""
    element, optional = element_sample(sample)  # type: ignore[arg-type]
    values = [_read_element(item, element, optional=optional) for item in items]
    try:
        return type(sample)(values)  # type: ignore[call-arg]
    except TypeError as error:
        raise Mismatch(sample, text, str(error)) from None


def _read_element(item: str, element: object, *, optional: bool) -> object:
    """Read one element; a text may stand in quotes, a nested one needs its brackets."""
    from .text import unquoted, unwrapped

    if optional and item in ("None", "null"):
        return None
    if type(element) is str:
        return unquoted(item)
    if (
        type(element) in (list, tuple, set)
        and item != "set()"
        and unwrapped(item, braces=type(element) is set) is None
    ):
        raise Mismatch(element, item)
    return read(item, element)


def _fit_int(value: object, sample: object) -> object:
    if type(value) is int:
        return value
    if type(value) is float:
        return _whole_number(repr(value), value, sample)
    raise Mismatch(sample, value)


def _fit_number(value: object, sample: object) -> object:
    if type(value) not in (int, float):
        raise Mismatch(sample, value)
    return value


def _fit_float(value: object, sample: object) -> object:
    if type(value) is float:
        return value
    if type(value) is not int:
        raise Mismatch(sample, value)
    try:
        return float(value)
    except OverflowError:
        raise Mismatch(sample, value, "it is too large for a float") from None


def _fit_complex(value: object, sample: object) -> object:
    if type(value) not in (int, float, complex):
        raise Mismatch(sample, value)
    try:
        return complex(value)  # type: ignore[call-overload]
    except OverflowError:
        raise Mismatch(sample, value, "it is too large for a complex number") from None


def _fit_sequence(value: object, sample: object) -> object:
    kind = type(sample)
    if type(value) not in (list, tuple) and type(value) is not kind:
        raise Mismatch(sample, value)
    element, optional = element_sample(sample)  # type: ignore[arg-type]
    fitted = [
        each if each is None and optional else fit(each, element)
        for each in value  # type: ignore[attr-defined]
    ]
    try:
        return kind(fitted)  # type: ignore[call-arg]
    except TypeError as error:
        raise Mismatch(sample, value, str(error)) from None


def _fit_dict(value: object, sample: object) -> object:
    if type(value) is not dict:
        raise Mismatch(sample, value)
    known: dict[object, object] = sample  # type: ignore[assignment]
    return {
        key: each if known.get(key) is None else fit(each, known[key])
        for key, each in value.items()
    }


_READERS: dict[type, Callable[[str, object], object]] = {
    bool: _read_bool,
    int: _read_int,
    float: _read_float,
    Number: _read_number,
    complex: _read_complex,
    str: _read_str,
    dict: _read_dict,
    list: _read_sequence,
    tuple: _read_sequence,
    set: _read_sequence,
}
_FITTERS: dict[type, Callable[[object, object], object]] = {
    int: _fit_int,
    float: _fit_float,
    Number: _fit_number,
    complex: _fit_complex,
    dict: _fit_dict,
    list: _fit_sequence,
    tuple: _fit_sequence,
    set: _fit_sequence,
}
