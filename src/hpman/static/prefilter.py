"""Bytes of a file to: may it hold a hyperparameter?

Owns a search at reading speed that hides nothing that a full parse would find;
must not know how the full parse goes on.
"""

from __future__ import annotations

from .decoding import DecodingError, decode, encoding_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PACKAGE = b"hpman"
_CLASS = b"HyperParameterManager"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ASCII = bytes(range(128))
# What can follow a manager that is passed on, and one that is called or passed on.
_ENDS = frozenset(each.encode() for each in ("", *"\r\n\\#,;:]}"))
_FOLLOWS = _ENDS | frozenset(each.encode() for each in "( \t\f)")
_OPENING = frozenset((b"(", b"[", b"{"))
_DISPLAYED = frozenset((b"", b"=", b"(", b",", b"["))  # what stands before a tuple or a list
_CLOSING = frozenset((b")", b"]", b"}"))  # a name never follows one at once
_REACH = 200  # how far around a name one looks; where that is not enough, the file is let through


class Prefilter:
    r"""Decide from the bytes of a file whether it may hold a hyperparameter.

    False means that a parse would find nothing; True that it may find some. An
    occurrence needs the placeholder as a word of its own in the file, whichever
    way it is written, so the search is for that word, with the literal first and
    the look-behind after it (the other way round is ten times slower). Few files
    have it; there, what stands around the word decides:

    * a call, over blanks, comments, line joins and closing brackets;
    * an assignment to another name, also as an element of a tuple or a list;
    * an attribute or an import under another name: if the file says `hpman`;
    * a string of its own: if the file says `HyperParameterManager`.

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
        import re

        names = [_normal(each) for each in placeholders if each]
        self._words = [re.compile(_word_pattern(name.encode())).finditer for name in names]
        # `_` alone can be spelled in no other way: NFKC makes `_` of six more
        # characters, and a name can begin with none of them (str.isidentifier).
        self._letters = frozenset("".join(name for name in names if name != "_"))
        self._others = others

    def __call__(self, data: bytes) -> bool:
        """Tell whether the bytes may hold a hyperparameter."""
        if self._holds(data):
            return True
        if data.isascii() or not self._letters:
            is_plain = data.find(b"coding", 0, _end_of_cookies(data)) < 0
            if is_plain and (data.isascii() or not data.startswith(_UTF_16_MARKS)):
                return False
        respelled = _respell(data, self._letters)
        return respelled != data and self._holds(respelled)

    def _holds(self, data: bytes) -> bool:
        """Search bytes in which each name is spelled as it is."""
        if self._others and _says(data, _PACKAGE):
            return True
        for find in self._words:
            words = [word.span() for word in find(data)]
            if words and _is_used(data, words):
                return True
        return False


def _normal(text: str) -> str:
    """Return the text as Python compares names: in NFKC (PEP 3131)."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFKC", text)


def _respell(data: bytes, letters: frozenset[str]) -> bytes:
    """Return the text in NFKC and UTF-8; the bytes where that makes none of some letters."""
    try:
        if data.startswith(_UTF_16_MARKS):
            text = data.decode("utf-16", "replace")
        elif encoding_of(data) != "utf-8":
            text = decode(data)
        elif "".join(letters).isascii() and letters.isdisjoint(_hidden(data)):
            return data
        else:
            text = data.decode(errors="replace")
    except DecodingError:  # Python does not read it, either
        return data
    return _normal(text).encode(errors="surrogatepass")


def _hidden(data: bytes) -> str:
    """Return the ASCII characters that other characters of UTF-8 text are spellings of."""
    others = data.translate(None, _ASCII).decode(errors="replace")
    # Joined by newlines, so that no two compose into one.
    spellings = _normal("\n".join(set(others))).split("\n")
    return "".join(filter(str.isascii, spellings))


def _says(data: bytes, word: bytes) -> bool:
    """Tell whether a file says `hpman` or the name of our class, in whichever spelling."""
    if data.rfind(word) >= 0:
        return True
    return not data.isascii() and _respell(data, frozenset(word.decode())).rfind(word) >= 0


def _end_of_cookies(data: bytes) -> int:
    """Return the end of the lines in which a cookie can stand, or a later place."""
    return data.find(b"\n", data.find(b"\n") + 1)


def _word_pattern(name: bytes) -> bytes:
    """Return a pattern that finds a name as a word, unless it is plainly assigned to.

    Only ASCII makes words: of other encodings one cannot tell what their bytes are.
    """
    import re

    literal = re.escape(name)
    end = rb"\b" if name.isascii() else rb"(?!\w)"  # the former is quicker
    behind = end + rb"(?<!\w" + literal + rb")(?<!for " + literal + rb")"
    return literal + behind + rb"(?! in | = )"


def _is_used(data: bytes, words: list[tuple[int, int]]) -> bool:
    """Tell whether any of the words may be a manager that is called or passed on."""
    gaps = _Gaps(data)
    says: dict[bytes, bool] = {}
    for start, end in words:
        needed = _needed(data, start, end, gaps)
        if needed == b"":
            return True
        if needed is not None:
            if needed not in says:
                says[needed] = _says(data, needed)
            if says[needed]:
                return True
    return False


def _needed(data: bytes, start: int, end: int, gaps: _Gaps) -> bytes | None:
    """Return what a file must say for a word to be a use of a manager; None for what is no use."""
    before, after = data[start - 1 : start], data[end : end + 1]
    if before == b".":
        return _PACKAGE
    if before in (b"'", b'"'):  # a name never follows a string at once
        return _CLASS if before == after and _is_argument(data, start, end) else None
    if after not in _FOLLOWS or before in _CLOSING:
        return None
    behind, head = gaps.behind(end), _head(data, start)
    if behind == b"(" or _is_behind_walrus(data, start, head):  # there, anything can follow
        return None if _is_defined(head) else b""
    if _is_value(head, data[end : end + _REACH]):
        return None if _is_plain(data, start, head) and _is_elsewhere(head) else b""
    last = head.rstrip(b" \t\f(")[-1:]
    return _PACKAGE if last == b"." or behind == b"as" else None


def _head(data: bytes, start: int) -> bytes:
    """Return what stands in the line before a position, as far as one looks."""
    return data[max(0, start - _REACH) : start].replace(b"\r", b"\n").rpartition(b"\n")[2]


def _is_argument(data: bytes, start: int, end: int) -> bool:
    """Tell whether a string may be an argument of our class, from what is beside it."""
    import re

    tail = data[end : end + _REACH].lstrip(b"'\" \t\f")
    if tail[:1] not in (b"", b")", b",", b"\r", b"\n", b"#", b"\\"):
        return False
    head = re.sub(rb"[ \t\f]*[a-zA-Z]*['\"]+\Z", b"", _head(data, start))
    if head[-1:] not in (b"", b"(", b"="):
        return False
    method = re.search(rb"\.(\w+)\(\Z", head)
    return method is None or method[1] == _CLASS


def _is_behind_walrus(data: bytes, start: int, head: bytes) -> bool:
    """Tell whether a name may be the value of a walrus, also of one in a line above."""
    import re

    base = head.rstrip(b" \t\f(")
    if base or len(head) == start:
        return base.endswith(b":=")
    above = data[max(0, start - _REACH) : start]
    far = rb"|\A[^\r\n]*" if len(above) == _REACH else b""
    gap = rb"(?:[\s(\\]|#[^\r\n]*[\r\n])*\Z"
    return re.search(rb"(?::=" + far + rb")" + gap, above) is not None


def _is_value(head: bytes, tail: bytes) -> bool:
    """Tell whether a name may be assigned, alone or in a tuple, from the rest of its line.

    What stands alone in its line counts, too: that may be part of anything.
    """
    import re

    base, after = head.rstrip(b" \t\f(["), tail.lstrip(b" \t\f)]")[:1]
    if base.endswith(b"="):
        return after in _ENDS
    if base[-1:] not in (b"", b",") or after not in _ENDS - {b":", b"}"}:
        return False
    if len(head) == _REACH:  # the line begins farther to the left
        return True
    target = re.compile(rb"[\w \t\f,.*)]*=(?!=)").match(tail)
    if target is not None and b"lambda" not in target[0]:
        return False
    keyword = rb"(?<![\w\x80-\xff])(?:def|del|for|global|import|lambda|nonlocal|return|yield)\b"
    return re.search(keyword + rb"[\w \t\f,.*(]*\Z", head) is None


def _is_defined(head: bytes) -> bool:
    """Tell whether what is called is a function or class that is being defined."""
    import re

    return re.search(rb"\b(?:def|class)[ \t\f]+\Z", head) is not None


def _is_plain(data: bytes, start: int, head: bytes) -> bool:
    """Tell whether the line up to a position has nothing in it that only a parser understands."""
    begin = start - len(head)
    if len(head) == _REACH or b"\\" in data[max(0, begin - 3) : begin] or b":=" in head:
        return False
    return not any(each in head for each in (b"'", b'"', b"#"))


def _is_elsewhere(head: bytes) -> bool:
    """Tell whether a value goes where no name gets it: to an attribute, or into a call."""
    import re

    base = head.rstrip(b" \t\f([")
    if base[-1:] == b"=":
        if next(_openings(base), None) is not None:
            return True
        return re.fullmatch(rb"[^,=]*\.[ \t\f]*\w+[ \t\f]*=", base) is not None
    return not all(before in _DISPLAYED for before in _openings(head))


def _openings(head: bytes) -> Iterator[bytes]:
    """Yield what stands before each bracket that is open at the end, from the inside out."""
    depth = 0
    for index in range(len(head) - 1, -1, -1):
        character = head[index : index + 1]
        if character in _CLOSING:
            depth += 1
        elif character in _OPENING:
            if not depth:
                yield head[:index].rstrip(b" \t\f")[-1:]
            depth = max(0, depth - 1)


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
            found = data[position : position + 1]
            if found != b"#":
                return found if found == b"(" else data[position : position + 2]
            if position not in self._last:
                comment = self._comment(data, position)
                self._last = range(position, comment.end() if comment else position)
            position = self._last.stop
            if position in self._passed:
                return b""
            self._passed.add(position)
