"""Find pairs of names in which one is probably a typo of the other.

Owns when two names are similar; must not know calls or managers.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from hpman.names import edit

# The least number of letters in a word for an edit to count as a typo. Short words have many real
# neighbours, such as `seed` and `speed`. Swapped letters rarely make another word.
_SHORTEST = {"swapped": 4, "missing": 6, "wrong": 8}
_LONGEST = 100  # characters of a name that is compared


class SimilarNames:
    """Keep which names are similar, so that a new name is compared once.

    >>> list(SimilarNames().pairs(["weight_decay", "lr1", "weigth_decay", "lr2", "weightDecay"]))
    [('weigth_decay', 'weight_decay'), ('weightDecay', 'weight_decay')]
    """

    def __init__(self) -> None:
        self._similar: dict[str, set[str]] = {}
        self._by_piece: dict[str, set[str]] = {}

    def pairs(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield each name that is similar to an earlier one, and the first such name."""
        order = {name: number for number, name in enumerate(names)}
        self.learn(order)
        for name, number in order.items():
            near = [other for other in self._similar[name] if order.get(other, number) < number]
            if near:
                yield name, min(near, key=order.__getitem__)

    def learn(self, names: Iterable[str]) -> None:
        """Compare new names with all others."""
        for name in names:
            if name in self._similar:
                continue
            pieces = _pieces(name)
            near = {other for piece in pieces for other in self._by_piece.get(piece, ())}
            similar = self._similar[name] = {other for other in near if _is_similar(name, other)}
            for other in similar:
                self._similar[other].add(name)
            for piece in pieces:
                self._by_piece.setdefault(piece, set()).add(name)

    def keep(self, names: Container[str]) -> None:
        """Forget all other names."""
        for name in [name for name in self._similar if name not in names]:
            for other in self._similar.pop(name):
                self._similar[other].discard(name)
            for piece in _pieces(name):
                self._by_piece[piece].discard(name)
                if not self._by_piece[piece]:
                    del self._by_piece[piece]


def _pieces(name: str) -> set[str]:
    """Return texts. Two similar names share at least one of them."""
    if len(name) > _LONGEST:
        return set()
    folded = name.casefold()
    # Two names that differ by one edit are equal without one letter.
    return {
        f" {_spelling(name)}",
        folded,
        *(folded[:at] + folded[at + 1 :] for at in range(len(folded))),
    }


def _is_similar(one: str, other: str) -> bool:
    if is_typo(one.casefold(), other.casefold()):
        return True
    # Names that make the same option are another mistake.
    is_option = one.replace("_", "-") == other.replace("_", "-")
    return _spelling(one) == _spelling(other) and not is_option


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
    shorter = min(one, other, key=len)
    stop = len(longer) - typo.after
    middle = longer[typo.before : stop]
    if not (middle + shorter[typo.before : len(shorter) - typo.after]).isalpha():
        return False
    start = re.split(r"[\W\d_]", longer[: typo.before])[-1]
    end = re.split(r"[\W\d_]", longer[stop:])[0]
    if len(start + middle + end) < _SHORTEST[typo.kind]:
        return False
    return typo.kind == "swapped" or bool(start and end)


def _spelling(name: str) -> str:
    """Return a name without case, dashes and underscores.

    A single letter keeps its case (`K` and `k` differ), and digits stay apart.
    """
    import re

    bare = re.sub(r"(?<!\d)[-_]|[-_](?!\d)", "", name.replace("-", "_"))
    return re.sub(r"[^\W\d_]{2,}", lambda word: word[0].casefold(), bare)
