"""The values of YAML scalars and tags.

Owns the core schema of YAML 1.2 and the tags of plain values. Must not know documents
or files.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

STANDARD = "tag:yaml.org,2002:"
# YAML 1.2.2, section 10.3.2, the core schema.
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
    """Return the value of a plain scalar by the core schema of YAML 1.2.

    >>> [resolve(text) for text in ("1e-4", "no", "0o17", "~", "12:30")]
    [0.0001, 'no', 15, None, '12:30']
    """
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
    # `010` is ten in YAML 1.2, but an error to Python in base 0.
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


def _set(pairs: dict[object, object]) -> set[object]:
    if any(value is not None for value in pairs.values()):
        raise ValueError("an element of a set cannot have a value")
    return set(pairs)


# Tags named `python/` are those that PyYAML writes for plain values.
SCALARS: dict[str | None, Callable[[str], object]] = {
    None: resolve,
    f"{STANDARD}null": _null,
    f"{STANDARD}bool": _bool,
    f"{STANDARD}int": _int,
    f"{STANDARD}float": _float,
    f"{STANDARD}str": str,
    f"{STANDARD}binary": _binary,
    f"{STANDARD}python/complex": complex,
    "!complex": complex,
    "!ellipsis": lambda _text: ...,
    "!surrogates": lambda text: _binary(text).decode("utf-8", "surrogatepass"),
}
SEQUENCES: dict[str | None, Callable[..., object]] = {
    None: list,
    "!": list,
    f"{STANDARD}seq": list,
    f"{STANDARD}python/tuple": tuple,
    "!tuple": tuple,
}
MAPPINGS: dict[str | None, Callable[..., object]] = {
    None: dict,
    "!": dict,
    f"{STANDARD}map": dict,
    f"{STANDARD}set": _set,
    "!frozenset": lambda pairs: frozenset(_set(pairs)),
}
