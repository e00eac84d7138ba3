"""Spaces on the command line: `depth=2,4,8`, `lr=1e-5..1:log`, `wd=0..0.1:0.01`.

Owns this notation. Must not know sources, or any hint of a space but `scale`.
"""

from __future__ import annotations

import re

from hpman import EMPTY

from ..errors import SpaceError
from ..values.coercion import parse
from ..values.convert import Converter
from ..values.text import split_items, unquote, unwrap
from .hints import interval, values
from .space import Interval, Values

_NUMBER = r"[-+]?(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*((?::[^:]*)*)")
_SCALES = ("log", "linear")


def parse_spec(spec: str, converter: Converter) -> Values | Interval:
    """Return the values that a specification stands for.

    Without a step or a scale, the hint `scale` counts.

    Raises:
        ConversionError: if the hyperparameter does not accept a value.
        SpaceError: if the specification is malformed.

    >>> from hpargparse.values.convert import Converter
    >>> str(parse_spec("1e-5..1:log", Converter(0.1, {}, "lr")))
    '1e-05 to 1.0, log'
    >>> parse_spec("(3,3),(5,5)", Converter((1, 1), {}, "ks")).values
    ((3, 3), (5, 5))
    """
    match = _RANGE.fullmatch(spec)
    takes_text = type(converter.sample) is str or bool(converter.members)
    if match and not takes_text:
        return _interval(match, converter)
    if ".." in spec and type(converter.sample) in (int, float):
        message = f"The range `{spec}` of `{converter.name}` is malformed."
        raise SpaceError.because(message, "Write `lowest..highest`, and `:step` or `:log` after.")
    if spec.lstrip().startswith(("[", "(")) and type(converter.sample) in (int, float):
        message = f"The values of `{converter.name}` are in brackets: `{spec}`."
        raise SpaceError.because(message, "Write values with commas between them, such as `1,2`.")
    items = [item.strip() for item in split_items(spec)]
    if not all(items) or not items:
        advice = "Write values with commas between them; '' is the empty string."
        raise SpaceError.because(f"A value of `{converter.name}` is missing: `{spec}`.", advice)
    if converter.is_sequence:
        is_set = type(converter.sample) is set
        for item in items:
            is_none = item in ("None", "null", "set()")
            if not is_none and unwrap(item, braces=is_set) is None:
                message = f"The value `{item}` of `{converter.name}` needs brackets."
                raise SpaceError.because(message, "Write each list in brackets: `[1,2],[3,4]`.")
    elif takes_text:
        items = [unquote(item) for item in items]
    found = [converter.parse(item) for item in items]
    domain = values(converter, found)
    if domain.size < len(found):
        message = f"A value of `{converter.name}` is listed twice: {domain}."
        raise SpaceError.because(message, "Write each value once.")
    return domain


def _interval(match: re.Match[str], converter: Converter) -> Interval:
    suffixes = [suffix.strip() for suffix in match[3].split(":")[1:]]
    scales = [suffix for suffix in suffixes if suffix in _SCALES]
    steps = [suffix for suffix in suffixes if suffix not in _SCALES]
    if len(scales) > 1 or len(steps) > 1 or not all(re.fullmatch(_NUMBER, step) for step in steps):
        wrong = next((step for step in steps if not re.fullmatch(_NUMBER, step)), match[3])
        message = f"`{wrong}` is neither a step nor a scale, for `{converter.name}`."
        raise SpaceError.because(message, "Write one of `:0.1`, `:log` and `:linear`.")
    low, high = converter.parse(match[1]), converter.parse(match[2])
    step = parse(steps[0], EMPTY) if steps else None
    is_log = "log" in scales or (not suffixes and converter.hints.get("scale") == "log")
    return interval(converter, low, high, step, is_log=is_log)
