"""Dunder names, the names above a nested name, old names, and scopes.

Owns the rules that a running program and its sources share; must not know managers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

SCOPE = "/"  # between a scope and what is in it, as in `encoder/depth`


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


def new_name(
    name: str, renamed: Mapping[str, str], is_dict: Callable[[str], bool], separator: str
) -> str:
    """Return the new name of an old one, or of a key in a dict that has an old name.

    Any other name is returned as it is. Each may be in a scope.

    Args:
        name: the name.
        renamed: the new name of each old one.
        is_dict: whether the default of a new name is a dict.
        separator: the string between the parts of a name.

    >>> renamed = {"optim": "opt"}
    >>> names = ("optim", "encoder/optim.lr", "lr")
    >>> [new_name(name, renamed, {"opt"}.__contains__, ".") for name in names]
    ['opt', 'encoder/opt.lr', 'lr']
    """
    for above in (name, *reversed([*ancestors(name, separator)])):
        old = split_scope(above, renamed.__contains__, separator)[1]
        new = renamed.get(old)
        if new is not None and (above == name or is_dict(new)):
            return f"{above.removesuffix(old)}{new}{name.removeprefix(above)}"
    return name


def split_scope(name: str, is_known: Callable[[str], bool], separator: str) -> tuple[str, str]:
    """Split a name such as `encoder/depth` into its scope and the name of the hyperparameter.

    Args:
        name: the name.
        is_known: whether a name is that of a hyperparameter. These keep their slashes.
        separator: the string between the parts of a name. If it contains a slash, there
            are no scopes.

    Returns:
        The scope, which is empty if there is none, and the name in it.

    >>> split_scope("model/encoder/depth", {"depth"}.__contains__, ".")
    ('model/encoder', 'depth')
    >>> split_scope("encoder/a/b", {"a/b"}.__contains__, "."), split_scope("a/b", bool, ".")
    (('encoder', 'a/b'), ('', 'a/b'))
    """
    if SCOPE not in name or SCOPE in separator or is_known(name):
        return "", name
    splits = [(scope, name[len(scope) + 1 :]) for scope in ancestors(name, SCOPE)]
    known = [(scope, inner) for scope, inner in splits if is_known(inner)]
    scope, inner = (known or splits[-1:])[0]
    return (scope, inner) if inner and is_scope(scope, separator) else ("", name)


def is_scope(name: str, separator: str) -> bool:
    """Return whether a name can be that of a scope, or of scopes in each other.

    >>> [is_scope(name, ".") for name in ("encoder", "model/encoder", "", "a//b", "a.b")]
    [True, True, False, False, False]
    """
    return separator not in name and SCOPE not in separator and all(name.split(SCOPE))


def respell_scope(
    name: str, scopes: Container[str], is_known: Callable[[str], bool], separator: str
) -> str | None:
    """Return the name that was meant if scopes in it end with a separator instead of a slash.

    Args:
        name: a name that does not exist.
        scopes: the scopes that the sources open.
        is_known: whether a name is that of a hyperparameter.
        separator: the string that may have been written instead of a slash.

    >>> respell_scope("encoder.opt.lr", {"encoder"}, {"opt"}.__contains__, ".")
    'encoder/opt.lr'
    """
    for above in ancestors(name, separator):
        parts = [above] if above in scopes else above.split(separator)
        plain = name[len(above) + len(separator) :]
        names = (plain, *ancestors(plain, separator))
        if all(part in scopes for part in parts) and any(map(is_known, names)):
            return SCOPE.join((*parts, plain))
    return None


def literal_scopes(names: Iterable[str | None], separator: str) -> list[str]:
    """Return the single scopes that sources open, sorted.

    Args:
        names: the names in the calls that open them, None for one that is computed.
        separator: the string between the parts of a name.

    >>> literal_scopes(["model/encoder", None, "a.b"], ".")
    ['encoder', 'model']
    """
    valid = [name for name in names if name is not None and is_scope(name, separator)]
    return sorted({part for name in valid for part in name.split(SCOPE)})


def scoped_names(scope: str, name: str) -> list[str]:
    """Return the names whose values may hold for a name in a scope, the weakest first.

    >>> scoped_names("model/encoder", "depth")
    ['depth', 'model/depth', 'model/encoder/depth']
    """
    return [name, *(f"{around}{SCOPE}{name}" for around in nested_scopes(scope))]


def nested_scopes(scope: str) -> list[str]:
    """Return a scope and those around it, the outermost first.

    >>> nested_scopes("model/encoder"), nested_scopes("")
    (['model', 'model/encoder'], [])
    """
    return [*ancestors(scope, SCOPE), scope] if scope else []
