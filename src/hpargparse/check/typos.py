"""Names that are so alike that one of them may be a slip.

Owns what counts as alike, and which defaults speak against it; knows no call and no manager.
"""

from __future__ import annotations

from hpman import NotLiteralEvaluable
from hpman.record import Record
from hpman.suggest import edit

from .lexicon import are_both_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hpman.suggest import Edit

SPELLING = "spelling"  # the same but for case, dashes and underscores
SLIP = "slip"  # the same but for one slip of the pen
FORM = "form"  # the same but for a word in another form: layer, layers
AGENT = "agent"  # the same but for a verb and what does it: optimize, optimizer

_LEAST = 3  # letters of a word that may be a slip or a form of another one
_MOST = 50  # letters of one at most: looking up a word takes the square of them
_SHORT = 4  # letters of the longer of two words in which a slip is told from another word
_MEDIUM = 5  # letters of one that may lack any letter inside
_LONG = 6  # letters of one of which any letter may be missing or wrong
_TELLING = 5  # letters of all other words of a name in which short words may lack any letter
_LEAST_FOLDED = 2  # characters of a name, and letters of a part whose case does not count


class Alike(Record):
    """Say which name another is like, and how.

    Attributes:
        name: the name that came before.
        how: `SPELLING`, `SLIP`, `FORM` or `AGENT`.
    """

    __slots__ = ()
    name: str
    how: str


class Similar:
    """Find for a name those that it may be a slip of, among those that came before it.

    Two names are alike if they are the same but for case, dashes and underscores;
    those that only differ in dashes for underscores make one option, which is another
    matter. The case of a single letter counts: `K` and `k` are two names.

    They are alike, too, if they have the same words but for one, and in that one

    * two neighbours are swapped, in words of at least four letters;
    * a letter is missing or too many: inside of a word of at least five letters, at the end
      of one of six, and in one of four too if the letter stands at most two places away
      once more, as in `baias`, or if the other words of the name have at least five
      letters, as in `learning_rte`;
    * a letter is wrong, in a word of at least six letters.

    First letters have to be the same, unless they are swapped: `batch_size` and
    `patch_size` are two names. So do digits, and words that are known to be two, as in
    `states` and `stages`, are no slip of each other. Forms of a word, as `layer` and
    `layers`, `encode` and `encoder`, are told as such, whatever their length.

    Each name is looked up by its words with one letter left out, so that many names
    take no longer than their number says.

    Args:
        separator: what stands between the parts of a name.

    >>> similar = Similar(".")
    >>> for name in ("weight_decay", "batch_size", "lr1", "layer"):
    ...     similar.add(name)
    >>> [each.name for name in ("weigth_decay", "weightDecay") for each in similar.others(name)]
    ['weight_decay', 'weight_decay']
    >>> [*similar.others("patch_size"), *similar.others("lr2"), *similar.others("weight-decay")]
    []
    >>> list(similar.others("layers"))
    [Alike(name='layer', how='form')]
    """

    def __init__(self, separator: str) -> None:
        """Start without names."""
        self._separator = separator
        self._names: list[str] = []
        self._folded: dict[tuple[str, ...], list[int]] = {}
        self._pieces: dict[tuple[object, ...], list[tuple[int, str]]] = {}

    def add(self, name: str) -> None:
        """Take one more name."""
        number = len(self._names)
        self._names.append(name)
        if key := _folded(name, self._separator):
            self._folded.setdefault(key, []).append(number)
        for word, _rest, piece in self._keys(name):
            self._pieces.setdefault(piece, []).append((number, word))

    def others(self, name: str) -> Iterator[Alike]:
        """Yield the names that came before and are like this one, in the order they came."""
        found = {
            number: SPELLING
            for number in self._folded.get(_folded(name, self._separator), ())
            if _dashed(self._names[number]) != _dashed(name)
        }
        for word, rest, piece in self._keys(name):
            for number, there in self._pieces.get(piece, ()):
                if number not in found and (how := _likeness(word, there, rest)):
                    found[number] = how
        for number in sorted(found):
            yield Alike(self._names[number], found[number])

    def _keys(self, name: str) -> Iterator[tuple[str, int, tuple[object, ...]]]:
        """Yield each word of a name with the letters of the others, and it less one letter."""
        words = _words(name, self._separator)
        letters = sum(len(word) for word in words if word.isalpha())
        for number, word in enumerate(words):
            if _LEAST <= len(word) <= _MOST and word.isalpha():
                rest = (*words[:number], number, *words[number + 1 :])
                for piece in {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}:
                    yield word, letters - len(word), (piece, *rest)


def may_be_one(how: str, one: object, other: object) -> bool:
    """Tell whether the defaults of two names that are alike let them be meant as one.

    Names that are the same but for case, dashes and underscores are, whatever their
    defaults. One that is a slip has the same kind of default as the other, unless one is
    None or no literal. Forms of a word are two names, unless they have one default that
    many others have not; so are a verb and what does it, unless both are texts: a verb
    by itself is a flag.

    Args:
        how: how the names are alike.
        one: the default of one of them.
        other: the default of the other.

    >>> may_be_one(SLIP, 0.1, 1), may_be_one(SLIP, True, "adam"), may_be_one(SLIP, None, 3)
    (True, False, True)
    >>> may_be_one(FORM, 12, 12), may_be_one(FORM, 12, 6), may_be_one(FORM, True, True)
    (True, False, False)
    >>> may_be_one(AGENT, "adam", "sgd"), may_be_one(AGENT, True, "bpe")
    (True, False)
    """
    if how == SPELLING:
        return True
    kinds = _kind(one), _kind(other)
    if how == SLIP:
        return None in kinds or kinds[0] == kinds[1]
    if how == AGENT and kinds == (str, str):
        return True
    is_common = not one or one in (1, -1)
    return kinds[0] is not None and kinds[0] == kinds[1] and one == other and not is_common


def _kind(default: object) -> type | None:
    """Return the kind of a default, in which numbers are of one; None for one that is open."""
    if default is None or isinstance(default, NotLiteralEvaluable):
        return None
    kind = type(default)
    return float if kind is int else list if kind in (tuple, set) else kind


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
    """Return a name without dashes and underscores, and without case where that tells nothing.

    What stands between two digits tells names apart, as `conv1_1` and `conv11`.

    >>> _folded("opt.weight_Decay", "."), _folded("conv1_1", "."), _folded("K_1", ".")
    (('opt', 'weightdecay'), ('conv1_1',), ('K1',))
    >>> _folded("x_", "."), _folded("Lr", ".")
    ((), ('lr',))
    """
    import re

    bare = re.sub(r"(?<!\d)[-_]|[-_](?!\d)", "", name.replace("-", "_"))
    if len(bare) < _LEAST_FOLDED:
        return ()
    return tuple(
        part.lower() if sum(map(str.isalpha, part)) >= _LEAST_FOLDED else part
        for part in bare.split(separator)
    )


def _dashed(name: str) -> str:
    """Return what two names that make one option have in common."""
    return name.replace("_", "-")


def _likeness(one: str, other: str, rest: int) -> str | None:
    """Tell how alike two words are in names whose other words have so many letters.

    >>> _likeness("weight", "weigth", 0), _likeness("rate", "rat", 8), _likeness("bit", "bits", 0)
    ('slip', 'slip', 'form')
    >>> _likeness("rate", "rat", 0), _likeness("decay", "decoy", 0), _likeness("batch", "patch", 4)
    (None, None, None)
    """
    found = edit(one, other)
    if found is None:
        return None
    shorter, longer = sorted((one, other), key=len)
    if form := _form(shorter, longer):
        return form
    return SLIP if _is_slip(longer, found, rest) and not are_both_known(one, other) else None


def _is_slip(longer: str, found: Edit, rest: int) -> bool:
    """Tell whether an edit that makes the longer of two words is a slip of the pen."""
    size = len(longer)
    if found.kind == "swapped":
        return size >= _SHORT
    if not found.before:
        return False
    if found.kind == "wrong" or size >= _LONG:
        return size >= _LONG
    return (
        (found.after > 0 and size >= _MEDIUM)
        or (size >= _SHORT and rest >= _TELLING)
        or (size >= _SHORT and _is_repeated(longer, found.before))
    )


def _form(shorter: str, longer: str) -> str | None:
    """Tell whether two words, one edit apart, are forms of one, and which.

    >>> _form("layer", "layers"), _form("scaled", "scaler"), _form("encode", "encoder")
    ('form', 'form', 'agent')
    >>> _form("scales", "scalers"), _form("accuracy", "accuracyy"), _form("momentum", "momentun")
    ('form', None, None)
    """
    if len(shorter) == len(longer):
        is_form = shorter[-2] == "e" and {shorter[-1], longer[-1]} <= {"d", "r", "s"}
        return FORM if is_form and shorter[:-1] == longer[:-1] else None
    if longer == f"{shorter[:-1]}rs" and shorter.endswith("es"):
        return FORM
    last, added = shorter[-1], longer[-1]
    if shorter != longer[:-1]:
        return None
    if added == "r" and last == "e":
        return AGENT
    is_form = (
        (added == "s" and last != "s")
        or (added == "d" and last == "e")
        or (added == "y" and last == "r")
    )
    return FORM if is_form else None


def _is_repeated(word: str, place: int) -> bool:
    """Tell whether a letter of a word stands at most two places away once more."""
    return word[place] in word[max(place - 2, 0) : place] + word[place + 1 : place + 3]
