"""The error messages of the run-time half.

Owns the wording; must not know how a mistake was found.
"""

from __future__ import annotations

from ..errors import ImpossibleTree
from ..names import SCOPE, respell_scope
from .explanation import latest_origin
from .tree import DICT_MARK, keys_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .precedence import RankedValues


def _impossible(message: str, advice: str, name: str | None) -> ImpossibleTree:
    from ..diagnostics import Diagnostic

    return ImpossibleTree(Diagnostic("HPM203", message, advice, name=name))


def _place(ranked: RankedValues, name: str) -> str:
    origin = latest_origin(ranked, name)
    return f" ({origin})" if origin else ""


def leaf_and_branch(ranked: RankedValues, leaf: str, below: str) -> ImpossibleTree:
    """Return the error for a leaf that has a name below it."""
    return _impossible(
        f"`{leaf}`{_place(ranked, leaf)} is a hyperparameter, "
        f"so `{below}`{_place(ranked, below)} cannot lie below it.",
        f"Rename one of the two. Names are split at `{ranked.separator}`.",
        leaf,
    )


def not_a_dict(ranked: RankedValues, leaf: str, name: str, value: Any) -> ImpossibleTree:
    """Return the error for a key inside a leaf whose value has no dict there."""
    path = leaf
    parts = iter(ranked.path(leaf, name, value))
    while isinstance(value, dict):
        part = next(parts)
        value = value[part]
        path = f"{path}{ranked.separator}{part}"
    return _impossible(
        f"`{name}`{_place(ranked, name)} cannot be set: "
        f"`{path}`{_place(ranked, leaf)} is {type_name(value)}, which has no keys.",
        f"Set `{path}` itself, or a name that is not below it.",
        name,
    )


def not_a_branch(ranked: RankedValues, name: str) -> ImpossibleTree:
    """Return the error for a tree below a leaf whose value is not a dict."""
    return _impossible(
        f"`{name}`{_place(ranked, name)} is a leaf, not a branch.",
        f'Use get_value("{name}").',
        name,
    )


def invalid_key(key: object, prefix: str | None) -> ImpossibleTree:
    """Return the error for a key of a tree that cannot be a part of a name."""
    place = "at the root" if prefix is None else f"below `{prefix}`"
    return _impossible(
        f"The keys of a tree are parts of names, but {key!r} {place} is {type_name(key)}.",
        f'Make it a str, or mark the dict as one value with "{DICT_MARK}": True.',
        prefix,
    )


def invalid_name(name: object) -> TypeError:
    """Return the error for a name that is not a string."""
    return TypeError(
        f"The name of a hyperparameter must be a str, but {name!r} is {type_name(name)}."
    )


def invalid_placeholder(placeholder: object) -> TypeError:
    """Return the error for a placeholder that is not a string."""
    return TypeError(
        f"The placeholder of a manager must be a str, but {placeholder!r} is "
        f"{type_name(placeholder)}. Give the name that the sources call it by, "
        'as in HyperParameterManager("_").'
    )


def invalid_separator(separator: object) -> TypeError | ValueError:
    """Return the error for a separator that cannot split a name."""
    if isinstance(separator, str):
        return ValueError("The separator of names must not be empty. Use `.`.")
    return TypeError(f"The separator of names must be a str, not {type_name(separator)}. Use `.`.")


def missing(ranked: RankedValues, name: str) -> KeyError:
    """Return the error for a name without a value. It suggests similar names."""
    names = {**ranked.resolved, **dict.fromkeys(ranked.used)}
    if name in ranked.used:
        from ..names import closest

        advice = "it has no default; give it one where it is used, or set it"
        meant = "".join(f"; did you mean `{near}`?" for near in closest(name, ranked.resolved))
        return KeyError(f"`{name}` not found: {advice}{meant}")
    if not names:
        advice = f'give it a default, as in _("{name}", 0), or parse the sources'
        return KeyError(f"`{name}` not found: there are no hyperparameters yet; {advice}")
    from ..names import advice as suggestion

    keys = keys_below(ranked.resolved, ranked.separator)
    shown = suggestion(name, [*sorted(names), *keys], 3, separator=ranked.separator)
    return KeyError(f"`{name}` not found; {shown}")


def unknown_name(ranked: RankedValues, name: str) -> str | None:
    """Return the warning about a name that is set and that the sources do not have.

    Return None for the name of a hyperparameter in a scope that the sources open.
    """
    from ..names import advice

    scope, plain = ranked.split(name)
    if scope and ranked.is_known(plain):
        scopes = ranked.scopes
        for part in scope.split(SCOPE):
            if scopes is not None and part not in scopes:
                return f"`{name}` is set, but {no_such_scope(part, scopes)}"
        return None
    names = sorted({*ranked.defaults, *ranked.used})
    scoped = respell_scope(name, ranked.scopes or (), ranked.is_known, ranked.separator)
    suggestion = (
        f"did you mean `{scoped}`?" if scoped else advice(plain, names, separator=ranked.separator)
    )
    what = "no such hyperparameter" if plain == name else f"no hyperparameter `{plain}`"
    return f"`{name}` is set, but the parsed sources have {what}; {suggestion}"


def no_such_scope(scope: str, scopes: Iterable[str]) -> str:
    """Say that no source opens a scope, and suggest similar ones."""
    from ..names import advice

    if not scopes:
        return f'the parsed sources open no scopes; open it, as in `with _.scope("{scope}"):`'
    return f"the parsed sources open no scope `{scope}`; {advice(scope, sorted(scopes))}"


def invalid_scope(name: object, separator: str) -> TypeError | ValueError:
    """Return the error for a scope that cannot be opened."""
    if not isinstance(name, str):
        return TypeError(f"The name of a scope must be a str, not {type_name(name)}.")
    if SCOPE in separator:
        return ValueError(f"A manager whose separator is `{separator}` has no scopes.")
    return ValueError(
        f"`{name}` cannot be the name of a scope: it must not be empty or contain "
        f"`{separator}`, and a `{SCOPE}` must stand between two names."
    )


def old_name(name: str, new: str) -> str:
    """Return the warning about an old name that is set."""
    return f"`{name}` is an old name of `{new}`, which is set instead"


def read_by_old_name(name: str, new: str) -> KeyError:
    """Return the error for an old name that is read."""
    return KeyError(f"`{name}` not found: it is an old name of `{new}`, so read `{new}`")


def default_is_a_hint(name: str, default: object) -> KeyError:
    """Return the error for a call with a default that is given by keyword."""
    return KeyError(
        f"`{name}` not found: a keyword is a hint, and the default is the second argument, as in"
        f' _("{name}", {default!r})'
    )


def type_name(value: object) -> str:
    """Return the name of a value's type with its article."""
    name = type(value).__name__
    return f"an {name}" if name[:1] in "aeiouAEIOU" else f"a {name}"
