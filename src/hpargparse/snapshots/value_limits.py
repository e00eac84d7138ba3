"""What a plain value is: the kinds that literals have, within bounds.

Owns the bounds on depth and size that writers and readers of files share, and how
their messages spell a value; knows no format.
"""

from __future__ import annotations

from hpman._text import truncate

DEPTH_LIMIT = 250
NODE_LIMIT = 4_000_000

SCALARS: tuple[type, ...] = (type(None), bool, int, float, complex, str, bytes, type(...))
NESTED: tuple[type, ...] = (list, tuple, set, frozenset, dict)


def unsupported_reason(
    value: object, *, levels: int = DEPTH_LIMIT, of_any_type: bool = False
) -> str | None:
    """Tell why a value is no plain one.

    Args:
        value: any value, also one that holds itself.
        levels: how deep it may be nested.
        of_any_type: let what is no literal pass, without a look into it.

    Returns:
        a clause such as "holds a numpy.ndarray", or None for a plain value.

    >>> unsupported_reason([1, print])
    'holds a builtin_function_or_method'
    """
    level = [value]
    count = 0
    for _depth in range(levels + 1):
        below: list[object] = []
        for each in level:
            if type(each) in NESTED:
                below += each  # type: ignore[arg-type]
                if type(each) is dict:
                    below += each.values()
            elif not of_any_type and type(each) not in SCALARS:
                return f"{'holds' if _depth else 'is'} a {type_name(each)}"
            count += 1
            if count + len(below) > NODE_LIMIT:
                return f"stands for more than {NODE_LIMIT} values"
        if not below:
            return None
        level = below
    return f"is nested deeper than {DEPTH_LIMIT} levels, or holds itself"


def type_name(value: object) -> str:
    """Name the type of a value, with its module unless that is of Python itself.

    >>> type_name(3)
    'int'
    """
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"


def short_repr(value: object) -> str:
    """Spell a value for a message, shortened where it is long.

    >>> short_repr("lr"), short_repr(1 << 20000)
    ("'lr'", '<an int of many digits>')
    """
    try:
        text = repr(value)
    except ValueError:  # Python spells no int of many digits, not even inside of a tuple
        what = "an int" if type(value) is int else f"a {type_name(value)} with an int"
        return f"<{what} of many digits>"
    return truncate(text)
