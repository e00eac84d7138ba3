"""A short hash of values, the same in every process.

Owns how a value is spelled for the hash; must not know where values live.
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
    NotLiteralEvaluable: lambda value: value.expression,  # wherever it stands
}


def fingerprint(values: Mapping[str, Any]) -> str:
    """Hash values by what they are: neither order nor process matters, types do.

    Args:
        values: the value of each name.

    Returns:
        Twelve hexadecimal digits.

    >>> fingerprint({"a": 1}) == fingerprint({"a": 1.0})
    False
    """
    from hashlib import sha256

    return sha256(_spell(dict(values), ())).hexdigest()[:_LENGTH]


def _spell(value: Any, above: tuple[int, ...]) -> bytes:
    """Spell a value so that equal ones of one type, and no others, read the same."""
    kind = type(value)
    if kind in _ATOMS:
        return _join(kind, [_ATOMS[kind](value).encode("utf-8", "surrogatepass")])
    if id(value) in above:
        return b"<cycle>"
    above = (*above, id(value))
    if kind in (list, tuple):
        return _join(kind, [_spell(each, above) for each in value])
    if kind in (set, frozenset):
        return _join(kind, sorted(_spell(each, above) for each in value))
    if kind is dict:
        pairs = [_spell(k, above) + b"=" + _spell(v, above) for k, v in value.items()]
        return _join(kind, sorted(pairs))
    return _join(kind, list(_spell_object(value, above)))


def _spell_object(value: Any, above: tuple[int, ...]) -> Iterator[bytes]:
    """Spell any other object: by its name where it has one, else as pickle takes it apart."""
    name = getattr(value, "__qualname__", None)
    if isinstance(name, str):
        yield f"{_module(value)}.{name}".encode()
        return
    try:
        parts = value.__reduce_ex__(4)
    except Exception:  # noqa: BLE001  (user code: what cannot be taken apart is told by type)
        return
    if isinstance(parts, str):
        yield parts.encode()
        return
    for part in parts:
        yield _spell(list(part) if hasattr(part, "__next__") else part, above)


def _join(kind: type, parts: list[bytes]) -> bytes:
    """Put spelled parts together under the name of their type, lengths in front."""
    name = f"{_module(kind)}.{kind.__qualname__}".encode()
    return b"%b(%b)" % (name, b",".join(b"%d:%b" % (len(part), part) for part in parts))


def _module(value: object) -> object:
    """Return the module of a class or function; the main one has another name in a worker."""
    module = getattr(value, "__module__", None)
    return "__main__" if module == "__mp_main__" else module
