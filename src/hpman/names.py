"""Names of hyperparameters: their parts, scopes, old names, and the ones most like a wrong name.

Owns the rules that a running program and its sources share; must not know managers.
"""

from __future__ import annotations

from .frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping

SCOPE = "/"  # between a scope and what is in it, as in `encoder/depth`
_LISTED = 5  # maximum number of names that a message lists if none is similar
_FEW = 40  # names that are all compared


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

    Known names keep their slashes. If the separator contains a slash, there are no scopes.

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
    """Return the single scopes that sources open, sorted. A computed name is None."""
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


def closest(
    name: str, candidates: Iterable[str], count: int = 1, *, separator: str = "."
) -> list[str]:
    """Return the candidates that are most similar to a name, the best one first.

    Upper and lower case are equal. Candidates that end in the name come first, then similar
    ones. If there are none, the last parts of the names are compared.

    >>> closest("opt.lt", ["opt", "opt.lr"]), closest("LR", ["lr"]), closest("foo", ["on"])
    (['opt.lr'], ['lr'], [])
    >>> closest("LR", ["batch_size", "blr", "sgd.lr"], 3)
    ['sgd.lr', 'blr']
    """
    wanted = name.casefold()
    names: dict[str, list[str]] = {}
    by_last_part: dict[str, list[str]] = {}
    for candidate in candidates:
        folded = candidate.casefold()
        names.setdefault(folded, []).append(candidate)
        by_last_part.setdefault(folded.rpartition(separator)[2], []).append(folded)
    if wanted in names:
        return names[wanted][:count]
    near = [text for text in names if text.endswith(separator + wanted)]
    if len(near) < count:
        near += _similar(wanted, names, count)
    if not near:
        ends = _similar(wanted.rpartition(separator)[2], by_last_part, count)
        near = [text for end in ends for text in by_last_part[end]]
    return [same for text in dict.fromkeys(near) for same in names[text]][:count]


def _similar(wanted: str, texts: Collection[str], count: int) -> list[str]:
    from difflib import get_close_matches
    from heapq import nlargest

    # The ratio is too low for short names (for `rl` and `lr`, it is 0.5) and for abbreviations.
    edited = [text for text in texts if len(text) > 1 and wanted and edit(wanted, text)]
    begun = [text for text in texts if wanted and text.startswith(wanted)]
    near = {*edited, *begun}
    if len(texts) <= _FEW:
        near.update(texts)
    else:  # a close look takes a hundred times longer
        quarter = max(1, len(wanted) // 4)
        pieces = [wanted[at : at + quarter] for at in range(0, len(wanted), quarter)]
        near.update(nlargest(_FEW, texts, lambda text: sum(piece in text for piece in pieces)))
    return get_close_matches(wanted, sorted(near), count) or [*edited, *begun][:count]


def advice(name: str, candidates: Iterable[str], count: int = 1, *, separator: str = ".") -> str:
    """Return a question whether similar names were meant, or a list of the first candidates.

    >>> advice("rl", ["lr", "depth"]), advice("x", ["lr", "depth"])
    ('did you mean `lr`?', 'there are `lr`, `depth`')
    """
    names = list(candidates)
    if near := closest(name, names, count, separator=separator):
        return f"did you mean {' or '.join(map('`{}`'.format, near))}?"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"there are {', '.join(map('`{}`'.format, names[:_LISTED]))}{more}"


class Edit(Frozen):
    """Describe the one edit that turns a word into another.

    Attributes:
        kind: `swapped` for two neighbours, `missing` for a letter that only the longer word
            has, `wrong` for a letter that differs.
        before: the number of letters before the edit.
        after: the number of letters after it.
    """

    __slots__ = ()
    kind: str
    before: int
    after: int


def edit(one: str, other: str) -> Edit | None:
    """Return the edit between two words, None for equal words and for more than one edit.

    >>> edit("rate", "raet"), edit("rate", "rte")
    (Edit(kind='swapped', before=2, after=0), Edit(kind='missing', before=1, after=2))
    >>> edit("rate", "race"), edit("rate", "rate"), edit("rate", "rules")
    (Edit(kind='wrong', before=2, after=1), None, None)
    """
    if one == other:
        return None
    shorter, longer = sorted((one, other), key=len)
    before = 0
    while before < len(shorter) and one[before] == other[before]:
        before += 1
    after = 0
    while after < len(shorter) - before and one[-1 - after] == other[-1 - after]:
        after += 1
    left, right = shorter[before : len(shorter) - after], longer[before : len(longer) - after]
    if len(right) == 1:
        return Edit("wrong" if left else "missing", before, after)
    if len(left) == len(right) == 2 and left == right[::-1]:
        return Edit("swapped", before, after)
    return None
