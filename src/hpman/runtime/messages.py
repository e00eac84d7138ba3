"""What the run-time half says when a name or a value does not fit.

Owns the sentences; must not know how the misfit was found.
"""

from __future__ import annotations

from ..errors import ImpossibleTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def impossible(message: str, advice: str, name: str | None) -> ImpossibleTree:
    """Make the error for values that fit no tree."""
    from ..diagnostics import Diagnostic

    return ImpossibleTree(Diagnostic("HPM203", message, advice, name=name))


def too_deep(name: str | None, advice: str) -> ImpossibleTree:
    """Make the error for dictionaries that Python cannot walk down."""
    at = f"`{name}`" if name else "the root"
    return impossible(
        f"The dictionaries at {at} hold themselves, or each other too deeply.", advice, name
    )


def no_name(name: object) -> TypeError:
    """Make the error for a name that is no text."""
    return TypeError(
        f"The name of a hyperparameter is a str, but {name!r} is "
        f"{type_name(name)}; give the name as a text."
    )


def no_placeholder(placeholder: object) -> TypeError:
    """Make the error for a placeholder that is no text."""
    return TypeError(
        f"The placeholder of a manager is a str, but {placeholder!r} is "
        f"{type_name(placeholder)}; give the name that the sources call it by, "
        'as in HyperParameterManager("_").'
    )


def no_separator(separator: object) -> TypeError | ValueError:
    """Make the error for a separator that cannot split a name."""
    if isinstance(separator, str):
        return ValueError("The separator of names cannot be empty; take `.`.")
    return TypeError(f"The separator of names is a str, not {type_name(separator)}; take `.`.")


def no_value(
    name: str,
    known: Collection[str],
    used: Collection[str],
    keys: Iterable[str] = (),
    separator: str = ".",
) -> str:
    """Say on one line that a name has no value, and what to do.

    Args:
        name: the name that was asked for.
        known: all names that there are.
        used: those of them that have no value.
        keys: the keys inside dictionaries that can be asked for too.
        separator: what separates the parts of a name.

    >>> no_value("weight_deacy", ["lr", "weight_decay"], [])
    '`weight_deacy` not found; did you mean `weight_decay`?'
    """
    if name in used:
        return f"`{name}` not found: it has no default; give it one where it is used, or set it"
    if not known:
        return (
            f"`{name}` not found: no hyperparameter is known yet; "
            f'give it a default, as in _("{name}", 0), or parse the sources'
        )
    from ..suggest import advice

    shown = advice(name, [*sorted(known), *keys], 3, separator=separator)
    return f"`{name}` not found; {shown}"


def type_name(value: object) -> str:
    """Name the type of a value with its article.

    >>> type_name([]), type_name(1)
    ('a list', 'an int')
    """
    name = type(value).__name__
    return f"an {name}" if name[:1] in "aeiouAEIOU" else f"a {name}"
