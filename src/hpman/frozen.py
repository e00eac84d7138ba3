"""The base class of immutable values with named fields.

Owns how values are stored, compared, shown and pickled; must not know what they mean.
"""

from __future__ import annotations

from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, TypeVar

    from typing_extensions import Self, dataclass_transform

    R = TypeVar("R", bound="Frozen")
else:

    def dataclass_transform(**_options: object) -> Callable[[type], type]:
        """Return the class unchanged. Only type checkers use this decorator."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Frozen(tuple):  # type: ignore[type-arg]
    """Provide immutable values with named fields.

    A subclass annotates its fields and may give the last ones defaults. It is a tuple, so
    it is cheap. The slow import of `dataclasses`, which imports `inspect`, is not needed.

    >>> class Point(Frozen):
    ...     __slots__ = ()
    ...     x: int
    ...     y: int = 0
    >>> Point(3)
    Point(x=3, y=0)
    >>> Point(3).replace(y=4).y
    4
    """

    __slots__ = ()
    if TYPE_CHECKING:
        _fields: ClassVar[tuple[str, ...]]
        _defaults: ClassVar[tuple[Any, ...]]
    else:
        _fields = _defaults = ()

    def __init_subclass__(cls) -> None:
        """Turn the annotations of a subclass into read-only fields."""
        fields = tuple(str(name) for name in cls.__annotations__ if not name.startswith("_"))
        cls._fields = fields
        cls._defaults = tuple(cls.__dict__[name] for name in fields if name in cls.__dict__)
        for index, name in enumerate(fields):
            setattr(cls, name, property(itemgetter(index)))

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """Create a value from its fields, by position or by name."""
        if named or len(values) != len(cls._fields):
            values = _in_order(cls, values, named)
        return tuple.__new__(cls, values)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    def __repr__(self) -> str:
        fields = ", ".join(
            f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True)
        )
        return f"{type(self).__name__}({fields})"

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed."""
        return type(self)(**{**dict(zip(self._fields, self, strict=True)), **changes})


def _in_order(cls: type[R], values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Return positional, named and default values in the order of the fields."""
    fields = cls._fields
    positional = dict(zip(fields, values, strict=False))
    defaults = dict(zip(reversed(fields), reversed(cls._defaults), strict=False))
    merged = {**defaults, **positional, **named}
    if len(values) > len(fields) or len(merged) != len(fields) or positional.keys() & named.keys():
        raise TypeError(f"{cls.__name__} takes the fields {', '.join(fields)}")
    return tuple(merged[name] for name in fields)
