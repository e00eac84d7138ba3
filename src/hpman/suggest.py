"""How near two names are to each other, and which is the nearest.

Owns the measures, one by the letter and one by degree; knows neither options
nor files nor which nearness is a mistake.
"""

from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# How alike two names have to be, of 1: `rl` is half of `lr`, and `foo` less of `on`.
_NEAR = 0.5


class Edit(Record):
    """Describe the one edit that turns a word into another.

    Attributes:
        kind: `swapped` of two neighbours, `missing` of a letter that the longer word has,
            `wrong` of a letter that is another.
        before: how many letters stand before it.
        behind: how many letters stand behind it.
    """

    __slots__ = ()
    kind: str
    before: int
    behind: int


def edit(one: str, other: str) -> Edit | None:
    """Return the one edit between two words; None for equal words, and for more edits.

    Args:
        one: a word.
        other: another one.

    >>> edit("rate", "raet"), edit("rate", "rte")
    (Edit(kind='swapped', before=2, behind=0), Edit(kind='missing', before=1, behind=2))
    >>> edit("rate", "race"), edit("rate", "rate"), edit("rate", "rules")
    (Edit(kind='wrong', before=2, behind=1), None, None)
    """
    if one == other:
        return None
    shorter, longer = sorted((one, other), key=len)
    before = 0
    while before < len(shorter) and one[before] == other[before]:
        before += 1
    behind = 0
    while behind < len(shorter) - before and one[-1 - behind] == other[-1 - behind]:
        behind += 1
    left, right = shorter[before : len(shorter) - behind], longer[before : len(longer) - behind]
    if len(right) == 1:
        return Edit("wrong" if left else "missing", before, behind)
    if len(left) == len(right) == 2 and left == right[::-1]:
        return Edit("swapped", before, behind)
    return None


def likeness(one: str, other: str, least: float = 0) -> float:
    """Tell how alike two names are, of 1, by the letters that they have in one order.

    Args:
        one: a name.
        other: another one.
        least: with fewer letters in common than this asks for, in whichever order, the
            answer is 0, and comes sooner.

    >>> likeness("rate", "rate"), likeness("lr", "rl"), likeness("lr", "wd", 0.6)
    (1.0, 0.5, 0)
    """
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= least else 0


def nearest(name: str, names: Iterable[str], separator: str = ".") -> str | None:
    """Return the name that is nearest: of those in its own branch, if one of them is near.

    Args:
        name: the name as typed; its case does not count.
        names: the names that there are.
        separator: what stands between the parts of a name.

    >>> nearest("opt.lt", ["opt", "opt.lr"]), nearest("LR", ["lr"]), nearest("foo", ["on"])
    ('opt.lr', 'lr', None)
    """
    from difflib import get_close_matches

    folded = {each.casefold(): each for each in names}
    wanted = name.casefold()
    branch = wanted.rpartition(separator)[0]
    siblings = [each for each in folded if branch and each.startswith(f"{branch}{separator}")]
    near = get_close_matches(wanted, siblings, 1, _NEAR) or get_close_matches(
        wanted, folded, 1, _NEAR
    )
    return folded[near[0]] if near else None
