"""What Python itself makes of a name, and what stands above one in the tree.

Owns the rules of names that a running program and its sources have to share;
knows no manager.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def is_dunder(name: str) -> bool:
    """Tell whether a name is one of Python's own, as `__name__`; `__` and `__a` are not.

    >>> [each for each in ("__a__", "__", "_____", "__a", "a__", "___a__") if is_dunder(each)]
    ['__a__']
    """
    return len(name) > 4 and name[:2] == name[-2:] == "__" and "_" not in (name[2], name[-3])


def is_private(name: str) -> bool:
    """Tell whether Python reads a name as another one inside of a class, as `__a`.

    >>> [each for each in ("__a", "___", "__a_", "_a", "__a__", "__") if is_private(each)]
    ['__a', '__a_']
    """
    return name.startswith("__") and not name.endswith("__")


def normalized(name: str) -> str:
    r"""Return a name as Python reads it in a source: in NFKC (PEP 3131).

    >>> normalized("lr"), normalized("\ufb01")
    ('lr', 'fi')
    """
    if name.isascii():
        return name
    from unicodedata import normalize

    return normalize("NFKC", name)


def ancestors(name: str, separator: str) -> Iterator[str]:
    """Give the names above a name, the highest first.

    >>> list(ancestors("a.b.c", "."))
    ['a', 'a.b']
    """
    end = name.find(separator)
    while end >= 0:
        yield name[:end]
        end = name.find(separator, end + len(separator))
