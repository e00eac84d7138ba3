"""Bytes of a file to: may it hold a hyperparameter?

Owns a search at reading speed that hides nothing that a full parse would find;
must not know how the full parse goes on.
"""

from __future__ import annotations

from .decoding import DecodingError, decode, encoding_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from re import Match

_PACKAGE = b"hpman"
_CLASS = b"HyperParameterManager"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ASCII = bytes(range(128))
_REACH = 200  # how far around a name one looks; what is cut off counts as a use


class Prefilter:
    r"""Decide from the bytes of a file whether it may hold a hyperparameter.

    False means that a parse would find nothing; True that it may. Any way to
    write an occurrence has the placeholder in it as a word of its own, so the
    search is for that word, with the literal first and the look-behind after it
    (a look-behind in front is ten times slower). Few files have it; there, what
    stands around the word decides:

    * a call, over blanks, comments, line joins and closing brackets;
    * an assignment to another name;
    * an attribute or an import under another name: if the file says `hpman`;
    * a string: if the file says `HyperParameterManager`.

    A name can be spelled in other characters too (PEP 3131: names are compared
    in NFKC), and a cookie can name an encoding in which nothing looks like
    itself (PEP 263). Such files are searched once more, as Python reads them.

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

    __slots__ = ("_is_ascii", "_is_one_character", "_others", "_words")

    def __init__(self, placeholders: Iterable[str], *, others: bool = False) -> None:
        """Compile the search for each placeholder."""
        import re

        names = [_normal(each) for each in placeholders if each]
        self._words = [
            (name.encode(), re.compile(_word_pattern(name.encode())).finditer) for name in names
        ]
        self._is_ascii = "".join(names).isascii()
        self._is_one_character = all(len(name) == 1 for name in names)
        self._others = others

    def __call__(self, data: bytes) -> bool:
        """Tell whether the bytes may hold a hyperparameter."""
        if self._may_hold(data):
            return True
        if data.isascii() and b"coding" not in _two_lines(data):
            return False
        respelled = self._respell(data)
        return respelled != data and self._may_hold(respelled)

    def _may_hold(self, data: bytes) -> bool:
        """Search bytes in which each name is spelled as it is."""
        if self._others and data.rfind(_PACKAGE) >= 0:
            return True
        for name, find in self._words:
            # The search for two letters and more is quicker than the pattern.
            if (len(name) == 1 or data.rfind(name) >= 0) and _is_used(data, find(data)):
                return True
        # In a string, a name can be in pieces, or be all escapes.
        return (b"\\" in data or not self._is_one_character) and _CLASS in data

    def _respell(self, data: bytes) -> bytes:
        """Return the text in NFKC and UTF-8, or the bytes where that shows nothing new."""
        try:
            if data.startswith(_UTF_16_MARKS):
                text = data.decode("utf-16", "replace")
            elif encoding_of(data) != "utf-8":
                text = decode(data)
            elif self._is_ascii and not _hides_ascii(data):
                return data
            else:
                text = data.decode(errors="replace")
        except DecodingError:
            return data
        return _normal(text).encode(errors="surrogatepass")


def _normal(text: str) -> str:
    """Return the text as Python compares names: in NFKC (PEP 3131)."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFKC", text)


def _hides_ascii(data: bytes) -> bool:
    """Tell whether any character of UTF-8 text is another spelling of ASCII letters or digits."""
    characters = set(data.translate(None, _ASCII).decode(errors="replace"))
    # Joined by newlines, so that no two compose into one.
    spellings = _normal("\n".join(characters)).split("\n")
    return any(each.isascii() and f"_{each}".isidentifier() for each in spellings)


def _two_lines(data: bytes) -> bytes:
    r"""Return the lines in which a cookie can stand; more where lines end in `\r` alone."""
    return data[: data.find(b"\n", data.find(b"\n") + 1)]


def _word_pattern(name: bytes) -> bytes:
    """Return a pattern that finds a name as a word, unless it is plainly assigned to.

    Only ASCII makes words: of other encodings one cannot tell what their bytes are.
    """
    import re

    literal = re.escape(name)
    return literal + rb"\b(?<!\w" + literal + rb")(?! (?:in|=) )"


def _is_used(data: bytes, words: Iterator[Match[bytes]]) -> bool:
    """Tell whether any of the words may be a manager that is called or passed on."""
    gaps = _Gaps(data)
    for word in words:
        start, end = word.span()
        head = data[max(0, start - _REACH) : start].replace(b"\r", b"\n").rpartition(b"\n")[2]
        before = head.rstrip(b" \t\f(")[-1:]
        behind = b"" if before == b"." else gaps.behind(end)
        if before == b"." or behind == b"as":
            if _PACKAGE in data:
                return True
        elif head[-1:] in (b"'", b'"'):
            if _CLASS in data:
                return True
        elif behind == b"(" or before == b"=" or _is_element(head, data[end : end + _REACH]):
            return True
    return False


def _is_element(head: bytes, tail: bytes) -> bool:
    """Tell whether a name may be an element of an assigned tuple, from its line.

    What stands alone in its line counts too: that may be part of anything.
    """
    import re

    if head.rstrip(b" \t\f(")[-1:] not in (b"", b","):
        return False
    if tail.lstrip(b" \t\f)")[:1] not in (b"", b",", b";", b"#", b"\\", b"\r", b"\n"):
        return False
    if len(head) == _REACH:  # the line begins farther to the left
        return True
    target = re.compile(rb"[\w \t\f,.*)]*=(?!=)").match(tail)
    if target is not None and b"lambda" not in target[0]:
        return False
    keyword = rb"\b(?:def|del|for|global|import|lambda|nonlocal|return|yield)\b[\w \t\f,.*(]*\Z"
    return re.search(keyword, head) is None


class _Gaps:
    """Look behind what may stand between a name and its bracket, in linear time.

    Args:
        data: the bytes of a file.
    """

    __slots__ = ("_blanks", "_comment", "_data", "_last", "_passed")

    def __init__(self, data: bytes) -> None:
        """Start with no comment seen."""
        import re

        self._data = data
        self._blanks = re.compile(rb"[ \t\f\r\n)]*(?:\\[\r\n][ \t\f\r\n)]*)*").match
        self._comment = re.compile(rb"#[^\r\n]*").match
        self._last = range(0)  # where the last comment stands
        self._passed: set[int] = set()  # where comments end from which one has looked

    def behind(self, position: int) -> bytes:
        """Return what stands behind the gap: `(`, `as`, or nothing of interest."""
        data = self._data
        while True:
            blanks = self._blanks(data, position)
            position = blanks.end() if blanks else position
            if data[position : position + 1] != b"#":
                break
            if position not in self._last:
                comment = self._comment(data, position)
                self._last = range(position, comment.end() if comment else position)
            position = self._last.stop
            if position in self._passed:
                return b""
            self._passed.add(position)
        return b"(" if data[position : position + 1] == b"(" else data[position : position + 2]
