"""Dunder names, the names above a nested name, and old names.

Owns the rules that a running program and its sources share; must not know managers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def is_dunder(name: str) -> bool:
    """Return whether a name is reserved for Python, such as `__name__`.

    >>> [name for name in ("__a__", "__", "_____", "__a", "a__", "___a__") if is_dunder(name)]
    ['__a__']
    """
    return len(name) > 4 and name[:2] == name[-2:] == "__" and "_" not in (name[2], name[-3])


def ancestors(name: str, separator: str) -> Iterator[str]:
    """Yield the names above a name, the highest first.

    >>> list(ancestors("a.b.c", "."))
    ['a', 'a.b']
    """
    end = name.find(separator)
    while end >= 0:
        yield name[:end]
        end = name.find(separator, end + len(separator))


def old_names(hints: Mapping[str, object]) -> list[str]:
    """Return the old names of a hyperparameter: its hint `aliases`, a string or a list of them.

    >>> old_names({"aliases": "a"}), old_names({"aliases": ["a", "b"]}), old_names({"aliases": 3})
    (['a'], ['a', 'b'], [])
    """
    value = hints.get("aliases")
    names = value if isinstance(value, (list, tuple)) else [value]
    return [name for name in names if isinstance(name, str) and name]
