"""Names that are so alike that one of them may be a slip.

Owns what counts as alike; knows no call and no manager.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAST = 4  # letters of a word in which a slip is told from another word
_LEAST_SWAPPED = 5  # where two of them are swapped
_LONG = 6  # letters of the longer of two words, of which one letter may be any
_LEAST_FOLDED = 3  # characters of a name that is told by more than its case


class Similar:
    """Find for a name one that it may be a slip of, among those that came before it.

    Two names are alike if they are the same but for case, dashes and underscores;
    those that only differ in dashes for underscores make one option, which is another
    matter. They are alike, too, if they have the same words but for one, and in that one

    * two neighbours are swapped, in words of at least five letters;
    * a letter is missing, too many or wrong, in a word of at least six letters, so not in
      `seed` and `speed`;
    * a letter is too many that stands at most two places away once more, in a word of
      four letters, as in `bias` and `baias`.

    First letters have to be the same, unless they are swapped: `batch_size` and
    `patch_size` are two names. So are those in which the last letter makes another form
    of the word, as in `layer` and `layers`, `encode`, `encoder` and `encoded`, `factor` and
    `factory`. Digits are never a slip.

    Each name is looked up by its words with one letter left out, so that many names
    take no longer than their number says.

    Args:
        separator: what stands between the parts of a name.

    >>> similar = Similar(".")
    >>> for name in ("weight_decay", "batch_size", "lr1"):
    ...     similar.add(name)
    >>> similar.other("weigth_decay"), similar.other("weightDecay")
    ('weight_decay', 'weight_decay')
    >>> similar.other("patch_size"), similar.other("lr2"), similar.other("weight-decay")
    (None, None, None)
    """

    def __init__(self, separator: str) -> None:
        """Start without names."""
        self._separator = separator
        self._folded: dict[tuple[str, ...], list[str]] = {}
        self._pieces: dict[tuple[object, ...], list[tuple[str, str]]] = {}

    def add(self, name: str) -> None:
        """Take one more name."""
        if key := _folded(name, self._separator):
            self._folded.setdefault(key, []).append(name)
        for word, piece in self._keys(name):
            self._pieces.setdefault(piece, []).append((name, word))

    def other(self, name: str) -> str | None:
        """Return the first name that came before and is like this one, or None."""
        for each in self._folded.get(_folded(name, self._separator), ()):
            if _dashed(each) != _dashed(name):
                return each
        for word, piece in self._keys(name):
            for each, there in self._pieces.get(piece, ()):
                if _is_slip(word, there):
                    return each
        return None

    def _keys(self, name: str) -> Iterator[tuple[str, tuple[object, ...]]]:
        """Yield each long word of a name with what else there is, less one letter of it."""
        words = _words(name, self._separator)
        for number, word in enumerate(words):
            if len(word) >= _LEAST and word.isalpha():
                rest = (*words[:number], number, *words[number + 1 :])
                for piece in {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}:
                    yield word, (piece, *rest)


def _words(name: str, separator: str) -> list[str]:
    """Split a name into words, in lower case.

    >>> _words("opt.weightDecay_2", ".")
    ['opt', '.', 'weight', 'decay', '2']
    """
    import re

    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return [
        word
        for number, part in enumerate(spaced.split(separator))
        for word in ([separator] if number else []) + re.findall(r"\d+|[^\W\d_]+|[^\w-]+", part)
    ]


def _folded(name: str, separator: str) -> tuple[str, ...]:
    """Return a name without case, dashes and underscores; nothing for a short one.

    What stands between two digits tells names apart, as `conv1_1` and `conv11`.

    >>> _folded("opt.weight_Decay", "."), _folded("conv1_1", "."), _folded("LR", ".")
    (('opt', 'weightdecay'), ('conv1_1',), ())
    """
    import re

    bare = re.sub(r"(?<!\d)[-_]|[-_](?!\d)", "", name.replace("-", "_")).lower()
    return tuple(bare.split(separator)) if len(bare) >= _LEAST_FOLDED else ()


def _dashed(name: str) -> str:
    """Return what two names that make one option have in common."""
    return name.replace("_", "-")


def _is_slip(one: str, other: str) -> bool:
    """Tell whether two words differ by a slip of the pen.

    >>> _is_slip("weight", "weigth"), _is_slip("learnin", "learning"), _is_slip("bias", "baias")
    (True, True, True)
    >>> _is_slip("decay", "decoy"), _is_slip("batch", "patch"), _is_slip("layer", "layers")
    (False, False, False)
    """
    if one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if len(left) == len(right) == 2:
        return left == right[::-1] and len(one) >= _LEAST_SWAPPED
    if max(len(left), len(right)) > 1 or not start:
        return False
    shorter, longer = sorted((one, other), key=len)
    if not end and _is_inflected(shorter, longer):
        return False
    return len(longer) >= _LONG or (len(left) != len(right) and _is_repeated(longer, start))


def _is_inflected(shorter: str, longer: str) -> bool:
    """Tell whether two words that differ in the last letter are forms of one.

    >>> _is_inflected("layer", "layers"), _is_inflected("scaled", "scaler")
    (True, True)
    >>> _is_inflected("accuracy", "accuracyy"), _is_inflected("momentum", "momentun")
    (False, False)
    """
    if len(shorter) == len(longer):
        return shorter[-2] == "e" and {shorter[-1], longer[-1]} <= {"d", "r", "s"}
    last, added = shorter[-1], longer[-1]
    return (
        (added == "s" and last != "s")
        or (added in "dr" and last == "e")
        or (added == "y" and last == "r")
    )


def _is_repeated(word: str, place: int) -> bool:
    """Tell whether a letter of a word stands at most two places away once more."""
    return word[place] in word[max(place - 2, 0) : place] + word[place + 1 : place + 3]
