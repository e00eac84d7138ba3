"""Limits for plain values, which are the values of literals.

Owns the limits that readers and writers of snapshots share, and how their messages show
a value. Must not know formats.
"""

from __future__ import annotations

from hpman.text import truncate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from typing import Any

DEPTH_LIMIT = 250
NODE_LIMIT = 1_000_000
COMPARISON_LIMIT = 2_000_000  # of keys with the same hash, in all dicts and sets of a file

KeyPlace = tuple[tuple[str, ...], int, int]  # path, and where the key starts and ends

SCALARS: tuple[type, ...] = (type(None), bool, int, float, complex, str, bytes, type(...))
NESTED: tuple[type, ...] = (list, tuple, set, frozenset, dict)


def unsupported_reason(
    value: object,
    *,
    levels: int = DEPTH_LIMIT,
    limit: int = NODE_LIMIT,
    of_any_type: bool = False,
) -> str | None:
    """Return why a value is not plain, as a clause, or None if it is.

    With `of_any_type`, values that are not literals are accepted, without looking into them.
    """
    level = [value]
    count = 0
    for depth in range(levels + 1):
        below: list[object] = []
        for item in level:
            if type(item) in NESTED:
                below += item  # type: ignore[arg-type]
                if type(item) is dict:
                    below += item.values()
            elif not of_any_type and type(item) not in SCALARS:
                return f"{'contains' if depth else 'is'} a {type_name(item)}"
            count += 1
            if count + len(below) > limit:
                return f"consists of more than {limit} values"
        if not below:
            return None
        level = below
    return f"is nested deeper than {DEPTH_LIMIT} levels, or contains itself"


def with_plain_numbers(value: Any) -> Any:
    """Return a value with scalars of numpy, torch and the like replaced by plain numbers.

    Such a scalar has the shape `()`, and a method `item` that returns the number.
    """
    kind = type(value)
    if kind in SCALARS or (kind in NESTED and unsupported_reason(value, of_any_type=True)):
        return value  # of endless values, too
    if kind is dict:
        pairs = value.items()
        return {with_plain_numbers(key): with_plain_numbers(item) for key, item in pairs}
    if kind in NESTED:
        return kind(map(with_plain_numbers, value))
    shape, item = getattr(value, "shape", None), getattr(value, "item", None)
    if isinstance(shape, tuple) and not shape and callable(item):
        number = item()
        return number if type(number) in SCALARS else value
    return value


class HashLimit:
    """Count how often the keys of a file are compared because they have the same hash."""

    def __init__(self) -> None:
        self.comparisons: int = 0

    def exceeded_by(self, key: object, hashes: Counter[int]) -> bool:
        """Return whether a key is one too many. The hashes are those of its dict or set so far."""
        number = hash(key)
        self.comparisons += hashes[number]
        hashes[number] += 1
        return self.comparisons > COMPARISON_LIMIT


def type_name(value: object) -> str:
    """Return the name of the type of a value, with its module unless it is built in."""
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"


def short_repr(value: object) -> str:
    """Return the repr of a value, shortened if it is long."""
    try:
        return truncate(repr(value))
    except ValueError:  # Python limits the digits of an int, even inside a tuple.
        what = "an int" if type(value) is int else f"a {type_name(value)} with an int"
        return f"<{what} of many digits>"
