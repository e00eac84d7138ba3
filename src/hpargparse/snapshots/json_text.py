"""Convert values to JSON text, and JSON text to values and the places of their keys.

Owns what JSON can represent. Must not know files or hyperparameters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite

from ..errors import SnapshotError, UnsupportedValueError
from .value_limits import DEPTH_LIMIT, KeyPlace, short_repr, type_name, unsupported_reason

_SCALARS = (type(None), bool, int, float, str)
# Alternatives per character in the pattern of a string would need much memory.
_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]')


def to_json(values: Mapping[str, object], *, in_order: bool = False) -> str:
    """Return named values as a JSON object, with one name per line, sorted or in order.

    Raises:
        UnsupportedValueError: if JSON cannot represent a value.
    """
    lines = []
    for name in values if in_order else sorted(values):
        value = values[name]
        reason = unsupported_reason(value) or _not_json(name) or _not_json(value)
        if reason is not None:
            raise UnsupportedValueError(name, reason)
        try:
            text = json.dumps(value, ensure_ascii=False)
        except ValueError as error:  # Python limits the digits of an int.
            raise UnsupportedValueError(name, f"cannot be written: {error}") from None
        lines.append(f"  {json.dumps(name, ensure_ascii=False)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"


def from_json(path: str, text: str, advice: str = "Fix the line.") -> tuple[object, list[KeyPlace]]:
    """Return the value of a JSON text, and the places of its keys.

    Path and advice are used in messages about text that is not JSON.
    """
    line = None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        line, problem = error.lineno, f"{error.msg}, at column {error.colno}"
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError as error:  # Python limits the digits of an int.
        problem = str(error)
    else:
        return value, _key_places(path, text, advice)
    raise _malformed(path, line, problem, advice)


def _malformed(path: str, line: int | None, problem: str, advice: str) -> SnapshotError:
    return SnapshotError.at(path, line, f"Cannot read this as JSON: {problem}.", advice)


def _key_places(path: str, text: str, advice: str) -> list[KeyPlace]:
    """Return the place of each key in a valid JSON text, and refuse keys that are given twice."""
    places: list[KeyPlace] = []
    # For each open bracket: its path, None inside an array; and where its keys are.
    levels: list[tuple[tuple[str, ...] | None, dict[str, int]]] = []
    last = key = ""
    start = end = 0
    for match in _MARK.finditer(text):
        mark = match[0]
        if mark == ":":
            key = json.loads(last)
            above, starts = levels[-1]
            if key in starts:
                line, first = (text.count("\n", 0, at) + 1 for at in (start, starts[key]))
                message = f"The key {short_repr(key)} is given twice, first in line {first}."
                raise SnapshotError.at(path, line, message, "Delete one of the two.")
            starts[key] = start
            if above is not None:
                places.append(((*above, key), start, end))
        elif mark in "[{":
            if len(levels) > DEPTH_LIMIT + 1:  # names are a level of their own
                problem = f"it is nested deeper than {DEPTH_LIMIT} levels"
                raise _malformed(path, text.count("\n", 0, match.start()) + 1, problem, advice)
            above = levels[-1][0] if levels else None
            inner = (*above, key) if above is not None and last == ":" else None
            levels.append((inner if levels else (), {}))
        elif mark in "]}":
            levels.pop()
        last, start, end = mark, match.start(), match.end()
    return places


def _not_json(value: object) -> str | None:
    if isinstance(value, float) and not isfinite(value):
        return f"contains {value!r}, which JSON cannot represent"
    if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
        return "contains a lone surrogate, which JSON cannot represent"
    if isinstance(value, dict):
        for key in value:
            if type(key) is not str:
                return f"has the key {short_repr(key)}, but keys of JSON are strings"
        value = [*value, *value.values()]
    if isinstance(value, list):
        return next(filter(None, map(_not_json, value)), None)
    if type(value) not in _SCALARS:
        return f"contains a {type_name(value)}, which JSON cannot represent"
    return None
