"""Find pairs of names in which one is probably a typo of the other.

Owns when two names are similar; must not know calls or managers.
"""

from __future__ import annotations

from hpman.suggest import edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The least number of letters in a word for an edit to count as a typo. Short words have many real
# neighbours, such as `seed` and `speed`. Swapped letters rarely make another word.
_SHORTEST = {"swapped": 4, "missing": 6, "wrong": 8}
_LONGEST = 100  # characters of a name that is compared


def similar_pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that is similar to an earlier one, and the first such name.

    Args:
        names: the names of the hyperparameters of one manager.

    >>> list(similar_pairs(["weight_decay", "lr1", "weigth_decay", "lr2", "weightDecay"]))
    [('weigth_decay', 'weight_decay'), ('weightDecay', 'weight_decay')]
    """
    by_spelling: dict[str, list[str]] = {}
    by_piece: dict[str, list[str]] = {}
    for name in names:
        if len(name) > _LONGEST:
            continue
        spelling, folded = _spelling(name), name.casefold()
        same = by_spelling.setdefault(spelling, [])
        # Two names that differ by one edit have a piece in common.
        pieces = {folded, *(folded[:at] + folded[at + 1 :] for at in range(len(folded)))}
        near = dict.fromkeys(other for piece in pieces for other in by_piece.get(piece, ()))
        for other in (*same, *near):
            if is_typo(folded, other.casefold()) or (other in same and not _is_option(name, other)):
                yield name, other
                break
        same.append(name)
        for piece in pieces:
            by_piece.setdefault(piece, []).append(name)


def is_typo(one: str, other: str) -> bool:
    """Return whether one name is probably a typo of another.

    One edit is: two swapped letters in a word, or a letter inside a word that is missing
    or wrong. The first and last letters count only if they are swapped: `layer`
    and `layers`, `batch_size` and `patch_size` are different names.

    >>> is_typo("batch_size", "batch_szie"), is_typo("momentum", "momntum")
    (True, True)
    >>> is_typo("layer", "layers"), is_typo("seed", "speed"), is_typo("conv1_1", "conv11")
    (False, False, False)
    """
    import re

    typo = edit(one, other)
    if typo is None:
        return False
    longer = max(one, other, key=len)
    stop = len(longer) - typo.after
    middle = longer[typo.before : stop]
    if not middle.isalpha():
        return False
    start = re.split(r"[\W\d_]", longer[: typo.before])[-1]
    end = re.split(r"[\W\d_]", longer[stop:])[0]
    if len(start + middle + end) < _SHORTEST[typo.kind]:
        return False
    return typo.kind == "swapped" or bool(start and end)


def _spelling(name: str) -> str:
    """Return a name without case, dashes and underscores.

    A single letter keeps its case (`K` and `k` differ), and digits stay apart.

    >>> _spelling("opt.weight_Decay"), _spelling("conv1_1"), _spelling("K_1")
    ('opt.weightdecay', 'conv1_1', 'K1')
    """
    import re

    bare = re.sub(r"(?<!\d)[-_]|[-_](?!\d)", "", name.replace("-", "_"))
    return re.sub(r"[^\W\d_]{2,}", lambda word: word[0].casefold(), bare)


def _is_option(one: str, other: str) -> bool:
    """Return whether two names make the same option, which is another mistake."""
    return one.replace("_", "-") == other.replace("_", "-")
