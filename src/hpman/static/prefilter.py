"""Bytes of a file to: may it hold a hyperparameter?

Owns a search at reading speed that hides nothing that a full parse would find;
must not know how the full parse goes on.
"""

from __future__ import annotations

from ..names import normalized
from .decoding import UTF_16_MARKS
from .spelling import respell, says
from .uses import PACKAGE, Uses, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Prefilter:
    r"""Decide from the bytes of a file whether it may hold a hyperparameter.

    False means that a parse would find nothing; True that it may find some. An
    occurrence needs the placeholder as a word of its own in the file, whichever
    way it is written, so the search is for that word, with the literal first and
    the look-behind after it (the other way round is ten times slower). Few files
    have it; there, what stands around the word decides:

    * anything: if the file says `hpman` or `HyperParameterManager`, too;
    * a call, over blanks, comments, line joins and closing brackets;
    * an assignment to another name, also as an element of a tuple or a list, unless
      nothing is done with that name in turn.

    What is inside of strings and comments does not count, and neither does a
    name that the head of the file imports from elsewhere, as `gettext as _`.

    A name can be spelled in other characters, too (PEP 3131: names are compared
    in NFKC), and a cookie can name an encoding in which nothing looks like
    itself (PEP 263). Such files are searched once more, as Python reads them.
    What is not seen is a placeholder that `HyperParameterManager` is given in
    pieces or in escapes, as in `HyperParameterManager("\x5f")`.

    Args:
        placeholders: the names of the managers.
        others: let through, too, what says `hpman` at all, and so may hold
            hyperparameters of other placeholders.

    >>> may_hold = Prefilter(["_"])
    >>> may_hold(b'_("lr", 1e-3)'), may_hold(b"for _ in range(3): pass")
    (True, False)
    >>> may_hold(b'(_ # comment\n) \\\n ("lr")')
    True
    """

    __slots__ = ("_letters", "_others", "_words")

    def __init__(self, placeholders: Iterable[str], *, others: bool = False) -> None:
        """Compile the search for each placeholder."""
        names = [normalized(each) for each in placeholders if each]
        self._words = [(each, words_of(each)) for each in map(str.encode, names)]
        # `_` alone can be spelled in no other way: NFKC makes `_` of six more
        # characters, and a name can begin with none of them (str.isidentifier).
        self._letters = frozenset("".join(name for name in names if name != "_"))
        self._others = others

    def __call__(self, data: bytes) -> bool:
        """Tell whether the bytes may hold a hyperparameter."""
        if self._holds(data):
            return True
        if not self._letters or data.isascii():
            is_plain = data.find(b"coding", 0, _end_of_cookies(data)) < 0
            if is_plain and not data.startswith(UTF_16_MARKS):
                return False
        respelled = respell(data, self._letters)
        return respelled != data and self._holds(respelled)

    def _holds(self, data: bytes) -> bool:
        """Search bytes in which each name is spelled as it is."""
        if self._others and says(data, PACKAGE):
            return True
        uses = None
        for name, find in self._words:
            words = [word.span() for word in find(data)]
            if words:
                uses = uses or Uses(data)
                if uses.any(name, words):
                    return True
        return False


def _end_of_cookies(data: bytes) -> int:
    """Return the end of the lines in which a cookie can stand, or a later place."""
    return data.find(b"\n", data.find(b"\n") + 1)
