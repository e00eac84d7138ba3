"""Which name a mistyped one may have been meant for.

Owns how alike two names have to be; knows neither options nor files.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# How alike two names have to be, of 1: `rl` is half of `lr`, and `foo` less of `on`.
_NEAR = 0.5


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
