"""The values of YAML tags.

Owns the tags of plain values. Must not know documents or files.
"""

from __future__ import annotations

from collections.abc import Callable

from ..values.scalars import as_bool, as_float, as_int, is_null, resolve

STANDARD = "tag:yaml.org,2002:"


def _null(text: str) -> None:
    if not is_null(text):
        raise ValueError("it is not empty")


def _bool(text: str) -> bool:
    value = as_bool(text)
    if value is None:
        raise ValueError("it is neither true nor false")
    return value


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
    f"{STANDARD}int": as_int,
    f"{STANDARD}float": as_float,
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
