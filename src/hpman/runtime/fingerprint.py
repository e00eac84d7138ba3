"""A short hash of values, the same in every process.

Owns how a value is encoded for the hash; must not know where values come from.
"""

from __future__ import annotations

from ..errors import NotLiteralEvaluable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

_LENGTH = 12
_ATOMS: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys((type(None), bool, float, complex, str, bytes), repr),
    int: hex,  # `repr` refuses long ones
    NotLiteralEvaluable: lambda value: value.expression,  # its place does not matter
}


def fingerprint(values: Mapping[str, Any]) -> str:
    """Return a hash of values. Types matter, the order of names does not.

    Args:
        values: the values by name.

    Returns:
        Twelve hexadecimal digits.

    >>> fingerprint({"a": 1}) == fingerprint({"a": 1.0})
    False
    """
    from hashlib import sha256

    return sha256(_encode(dict(values), ())).hexdigest()[:_LENGTH]


def _encode(value: Any, above: tuple[int, ...]) -> bytes:
    """Return bytes that are the same only for equal values of the same type."""
    kind = type(value)
    if kind in _ATOMS:
        return _join(kind, [_ATOMS[kind](value).encode("utf-8", "surrogatepass")])
    if id(value) in above:
        return b"<cycle>"
    above = (*above, id(value))
    if kind in (list, tuple):
        return _join(kind, [_encode(item, above) for item in value])
    if kind in (set, frozenset):
        return _join(kind, sorted(_encode(item, above) for item in value))
    if kind is dict:
        pairs = [_encode(k, above) + b"=" + _encode(v, above) for k, v in value.items()]
        return _join(kind, sorted(pairs))
    return _join(kind, list(_encode_object(value, above)))


def _encode_object(value: Any, above: tuple[int, ...]) -> Iterator[bytes]:
    """Encode another object by its name if it has one, else by its parts as in a pickle."""
    name = getattr(value, "__qualname__", None)
    if isinstance(name, str):
        yield f"{_module(value)}.{name}".encode()
        return
    try:
        parts = value.__reduce_ex__(4)
    except Exception:  # noqa: BLE001 - the user's code; only the type is left
        return
    if isinstance(parts, str):
        yield parts.encode()
        return
    for part in parts:
        yield _encode(list(part) if hasattr(part, "__next__") else part, above)


def _join(kind: type, parts: list[bytes]) -> bytes:
    """Join parts, with their lengths, under the name of their type."""
    name = f"{_module(kind)}.{kind.__qualname__}".encode()
    return b"%b(%b)" % (name, b",".join(b"%d:%b" % (len(part), part) for part in parts))


def _module(value: object) -> object:
    # The main module has another name in a worker.
    module = getattr(value, "__module__", None)
    return "__main__" if module == "__mp_main__" else module
