"""What YAML scalars and tags stand for.

Owns the core schema of YAML 1.2 and the tags that make plain values; knows no
document and no file.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

STANDARD = "tag:yaml.org,2002:"
# YAML 1.2.2, section 10.3.2, the core schema.
_FIRST = frozenset(["", *"0123456789+-.~nNtTfF"])
_NULL = re.compile(r"(?:null|Null|NULL|~|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
)


def resolve(text: str) -> object:
    """Make the value of a plain scalar by the core schema of YAML 1.2.

    Args:
        text: the scalar.

    >>> [resolve(text) for text in ("1e-4", "no", "0o17", "~", "12:30")]
    [0.0001, 'no', 15, None, '12:30']
    """
    # Most texts are told by their first character: no pattern begins with another letter.
    if text[:1] not in _FIRST:
        return text
    if _INT.match(text):
        return _int(text)
    if _FLOAT.match(text):
        return _float(text)
    if _NULL.match(text):
        return None
    return _bool(text) if _BOOL.match(text) else text


def _int(text: str) -> int:
    # Python takes `010` for an error in base 0; YAML 1.2 takes it for ten.
    return int(text, 0 if text.lstrip("+-")[:2] in ("0x", "0o") else 10)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _null(text: str) -> None:
    if not _NULL.match(text):
        raise ValueError("it is not empty")


def _bool(text: str) -> bool:
    if not _BOOL.match(text):
        raise ValueError("it is neither true nor false")
    return text[0] in "tT"


def _binary(text: str) -> bytes:
    from base64 import b64decode

    return b64decode("".join(text.split()), validate=True)


def _surrogates(text: str) -> str:
    return _binary(text).decode("utf-8", "surrogatepass")


def _complex(text: str) -> complex:
    return complex(text)


def _ellipsis(_text: str) -> object:
    return ...


def _set(pairs: dict[object, object]) -> set[object]:
    if any(value is not None for value in pairs.values()):
        raise ValueError("an element of a set has no value of its own")
    return set(pairs)


def _frozenset(pairs: dict[object, object]) -> frozenset[object]:
    return frozenset(_set(pairs))


# Beside our own tags those are read that PyYAML writes for plain values of Python.
SCALARS: dict[str | None, Callable[[str], object]] = {
    None: resolve,
    f"{STANDARD}null": _null,
    f"{STANDARD}bool": _bool,
    f"{STANDARD}int": _int,
    f"{STANDARD}float": _float,
    f"{STANDARD}str": str,
    f"{STANDARD}binary": _binary,
    f"{STANDARD}python/none": _null,
    f"{STANDARD}python/bool": _bool,
    f"{STANDARD}python/int": _int,
    f"{STANDARD}python/long": _int,
    f"{STANDARD}python/float": _float,
    f"{STANDARD}python/complex": _complex,
    f"{STANDARD}python/str": str,
    f"{STANDARD}python/unicode": str,
    f"{STANDARD}python/bytes": _binary,
    "!complex": _complex,
    "!ellipsis": _ellipsis,
    "!surrogates": _surrogates,
}
SEQUENCES: dict[str | None, Callable[..., object]] = {
    None: list,
    "!": list,
    f"{STANDARD}seq": list,
    f"{STANDARD}python/list": list,
    f"{STANDARD}python/tuple": tuple,
    "!tuple": tuple,
}
MAPPINGS: dict[str | None, Callable[..., object]] = {
    None: dict,
    "!": dict,
    f"{STANDARD}map": dict,
    f"{STANDARD}python/dict": dict,
    f"{STANDARD}set": _set,
    "!frozenset": _frozenset,
}
