"""Immutable values with named fields, and what else has slots.

Owns how a fact is stored, compared, shown and pickled; knows nothing of what
the fact says.
"""

from __future__ import annotations

from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, SupportsIndex, TypeVar

    from typing_extensions import Self, dataclass_transform

    R = TypeVar("R", bound="Record")
else:

    def dataclass_transform(**_options: object) -> Callable[[type], type]:
        """Leave the class as it is: only type checkers read this decorator."""
        return lambda cls: cls


class Slotted:
    """Serve as the base of classes with slots, so that each protocol of `pickle` takes them.

    >>> class Point(Slotted):
    ...     __slots__ = ("x",)
    >>> Point().__reduce_ex__(0) == Point().__reduce_ex__(2)
    True
    """

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """Pickle by protocol 2, which knows of slots (PEP 307), where an older one is asked for."""
        return super().__reduce_ex__(max(int(protocol), 2))


@dataclass_transform(frozen_default=True)
class Record(tuple):  # type: ignore[type-arg]
    """Serve as the base of immutable values with named fields.

    A subclass annotates its fields, and gives the last ones a default where it
    likes to. It is a tuple underneath, so that making one costs no more than
    a tuple, and `dataclasses` (which loads `inspect`) stays unloaded.

    >>> class Point(Record):
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
        """Turn the annotations of the subclass into read-only fields."""
        fields = tuple(str(name) for name in cls.__annotations__ if not name.startswith("_"))
        cls._fields = fields
        cls._defaults = tuple(cls.__dict__[name] for name in fields if name in cls.__dict__)
        for index, name in enumerate(fields):
            setattr(cls, name, property(itemgetter(index)))

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """Make a value from its fields, by position or by name."""
        if named or len(values) != len(cls._fields):
            values = _arrange(cls, values, named)
        return tuple.__new__(cls, values)

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Pickle the fields, not the layout."""
        return tuple(self)

    def __repr__(self) -> str:
        """Show the fields by name."""
        fields = ", ".join(
            f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True)
        )
        return f"{type(self).__name__}({fields})"

    def replace(self, **changes: Any) -> Self:
        """Return a copy in which the named fields are changed."""
        return type(self)(**{**dict(zip(self._fields, self, strict=True)), **changes})


def _arrange(cls: type[R], values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Put positional, named and default values in the order of the fields."""
    fields = cls._fields
    given = dict(zip(fields, values, strict=False))
    known = {**dict(zip(reversed(fields), reversed(cls._defaults), strict=False)), **given, **named}
    if len(values) > len(fields) or len(known) != len(fields) or given.keys() & named.keys():
        raise TypeError(f"{cls.__name__} takes the fields {', '.join(fields)}")
    return tuple(known[name] for name in fields)
