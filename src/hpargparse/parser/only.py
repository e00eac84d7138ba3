"""The argument `only` of `bind`: which hyperparameters a parser shows.

Owns how globs select names. Must not know options or files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from hpman.names import advice, ancestors


def selection(
    only: str | Iterable[str], names: Iterable[str], separator: str = "."
) -> Callable[[str], bool]:
    """Return a test of names by globs, in which `*` also matches separators.

    >>> is_selected = selection(["train.*", "seed"], ["train.opt.lr", "eval.k", "seed"])
    >>> [name for name in ("train.opt.lr", "eval.k", "seed") if is_selected(name)]
    ['train.opt.lr', 'seed']
    """
    try:
        globs = [only] if isinstance(only, str) else [*only]
    except TypeError:
        globs = [only]  # type: ignore[list-item]
    if not all(isinstance(glob, str) for glob in globs):
        raise TypeError(f"only={only!r} is not a glob or a list of globs, such as 'train.*'")
    names = [*names]
    problems = [
        f"only={glob!r} matches no hyperparameter; {_advice(glob, names, separator)}"
        for glob in globs
        if not any(_matches(name, glob) for name in names)
    ]
    if problems:
        raise ValueError("\n".join(problems))
    return lambda name: any(_matches(name, glob) for glob in globs)


def _matches(name: str, glob: str) -> bool:
    return name == glob or fnmatchcase(name, glob)  # a name may contain `[` itself


def _advice(glob: str, names: list[str], separator: str) -> str:
    if not names:
        return "was the source parsed?"
    branches = {above: None for name in names for above in ancestors(name, separator)}
    return advice(glob, [*names, *(f"{branch}{separator}*" for branch in branches)])
