"""A short hash of values, the same in every process.

Owns how a value is encoded for the hash; must not know where values come from.
"""

from __future__ import annotations

from ..errors import NotLiteralEvaluable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_LENGTH = 12
_ATOMS: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys((type(None), bool, float, complex, str, bytes), repr),
    int: hex,  # `repr` refuses large integers
    NotLiteralEvaluable: lambda value: value.expression,  # not its place
}


def fingerprint(values: Mapping[str, Any]) -> str:
    """Return a hash of values. It depends on their types, but not on their order or the process."""
    from hashlib import sha256

    return sha256(_encode(dict(values), ())).hexdigest()[:_LENGTH]


def _encode(value: Any, above: tuple[int, ...]) -> bytes:
    """Return bytes that are equal only for equal values of the same type."""
    kind = type(value)
    if id(value) in above:
        return b"<cycle>"
    above = (*above, id(value))
    if kind in _ATOMS:
        parts = [_ATOMS[kind](value).encode("utf-8", "surrogatepass")]
    elif kind is dict:
        parts = sorted(_encode(key, above) + b"=" + _encode(value[key], above) for key in value)
    elif kind in (list, tuple):
        parts = [_encode(item, above) for item in value]
    elif kind in (set, frozenset):
        parts = sorted(_encode(item, above) for item in value)
    elif isinstance(name := getattr(value, "__qualname__", None), str):
        parts = [f"{_module(value)}.{name}".encode()]
    else:
        parts = [
            _encode(list(part) if hasattr(part, "__next__") else part, above)
            for part in _reduced(value)
        ]
    type_name = f"{_module(kind)}.{kind.__qualname__}".encode()
    return b"%b(%b)" % (type_name, b",".join(b"%d:%b" % (len(part), part) for part in parts))


def _reduced(value: Any) -> tuple[Any, ...]:
    """Return the parts into which `pickle` reduces an object, or nothing if it cannot."""
    try:
        parts = value.__reduce_ex__(4)
    except Exception:  # noqa: BLE001 - this runs the user's code
        return ()
    return (parts,) if isinstance(parts, str) else parts


def _module(value: object) -> object:
    module = getattr(value, "__module__", None)
    return "__main__" if module == "__mp_main__" else module  # its name in a worker
