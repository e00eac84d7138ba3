"""The values of scalars by the core schema of YAML 1.2 (section 10.3.2 of YAML 1.2.2).

Owns which strings are numbers, booleans or null. Must not know files or hyperparameters.
"""

from __future__ import annotations

import re

_NULL = re.compile(r"(?:null|Null|NULL|~|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
)
# The first character rules out most strings: every pattern starts with one of these.
_FIRST = frozenset(["", *"0123456789+-.~nNtTfF"])


def resolve(text: str) -> object:
    """Return the value of a plain scalar, which is the text itself if no pattern fits.

    >>> [resolve(text) for text in ("1e-4", "no", "0o17", "~", "12:30")]
    [0.0001, 'no', 15, None, '12:30']
    """
    if text[:1] not in _FIRST:
        return text
    if _INT.match(text):
        return as_int(text)
    if _FLOAT.match(text):
        return as_float(text)
    if is_null(text):
        return None
    value = as_bool(text)
    return text if value is None else value


def as_int(text: str) -> int:
    """Return the value of an int."""
    # `010` is ten in YAML 1.2, but an error to Python in base 0.
    return int(text, 0 if text.lstrip("+-")[:2] in ("0x", "0o") else 10)


def as_float(text: str) -> float:
    """Return the value of a float."""
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def as_bool(text: str) -> bool | None:
    """Return the value of a boolean, None for any other scalar."""
    return text[0] in "tT" if _BOOL.match(text) else None


def is_null(text: str) -> bool:
    """Return whether a scalar is null."""
    return _NULL.match(text) is not None
