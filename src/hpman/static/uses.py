"""Words in the bytes of a file to: may one be a manager that is called or passed on?

Owns what stands around a name, judged without a parse; must not know which
files there are, nor how a parse goes on.
"""

from __future__ import annotations

from .foreign import imports_foreign
from .scopes import CHAINED, MANAGER_CLASS, ROOT
from .spelling import respell, says
from .strings import Strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from re import Match

PACKAGE, _CLASS = ROOT.encode(), MANAGER_CLASS.encode()
# What can follow a manager that is passed on, and one that is called or passed on.
_ENDS = frozenset(each.encode() for each in ("", *"\r\n\\#,;:]}"))
_FOLLOWS = _ENDS | frozenset(each.encode() for each in "( \t\f)")
_CHAINED = tuple(each.encode() for each in CHAINED)
_DISPLAYED = frozenset((b"", b"=", b"(", b",", b"["))  # what stands before a tuple or a list
# What a name never follows at once; an attribute is ours only where the file says `hpman`.
_NEVER_BEFORE = frozenset((b")", b"]", b"}", b"'", b'"', b"."))
_REACH = 200  # how far around a name one looks; where that is not enough, the file is let through
_FAR = 2000  # how far one looks over lines
_MANY = 20  # so many names are followed that a manager is assigned to

# What follows a name that is a target: others up to `=`, in one line or up to a bracket's end.
_TARGETS = rb"(?:(?:[\w \t\f,.*)\]]|[(\[][\w \t\f,.*]*[)\]])*|[\w\s,.*]*[)\]][ \t\f]*)=(?!=)"


class Uses:
    """Look for uses of managers in one file.

    Args:
        data: the file, in UTF-8.
    """

    __slots__ = ("_chains", "_data", "_followed", "_gaps", "_scanned")

    def __init__(self, data: bytes) -> None:
        """Start with nothing looked at."""
        self._data = data
        self._gaps = _Gaps(data)
        self._scanned: Strings | None = None
        self._chains: bool | None = None
        self._followed: set[bytes] = set()  # names that a manager may have been assigned to

    def any(self, name: bytes, words: list[tuple[int, int]]) -> bool:
        """Tell whether any of the words may be a manager that is called or passed on.

        Args:
            name: the placeholder.
            words: where it stands as a word.
        """
        data = self._data
        if says(data, PACKAGE, _CLASS):
            return True
        return self._any(words) and not self._is_foreign(name)

    @property
    def _strings(self) -> Strings:
        """Where the strings and comments are; few files are asked for them."""
        if self._scanned is None:
            self._scanned = Strings(self._data)
        return self._scanned

    @property
    def _has_chains(self) -> bool:
        """Tell whether the file says a method that returns its manager."""
        if self._chains is None:
            self._chains = says(self._data, *_CHAINED)
        return self._chains

    def _any(self, words: list[tuple[int, int]]) -> bool:
        """Look at each word in turn."""
        return any(
            self._is_use(start, end)
            and not self._strings.hold(start)
            and self._leads_on(start, end)
            for start, end in words
        )

    def _is_use(self, start: int, end: int) -> bool:
        """Tell whether a word may be called or passed on, from what stands around it."""
        data = self._data
        before, after = data[start - 1 : start], data[end : end + 1]
        if before in _NEVER_BEFORE or (after not in _FOLLOWS and after != b"."):
            return False
        follower = self._gaps.behind(end)
        if follower == b"." and self._has_chains:
            return True  # what is called there may return the manager
        if after == b".":
            return False
        head = _head(data, start)
        if follower == b"(" or _is_behind_walrus(data, start, head):
            return not _is_defined(head)  # there, anything can follow
        return _is_value(head, data[end : end + _REACH]) and not (
            _is_elsewhere(self._plain(start, head)) or self._is_in_call(start)
        )

    def _plain(self, start: int, head: bytes) -> bytes | None:
        """Return the code of a line up to a word; None if only a parser understands it."""
        begin = start - len(head)
        if len(head) == _REACH or b"\\" in self._data[max(0, begin - 3) : begin]:
            return None
        if _has_quotes(head):
            head = self._strings.outside(begin, start)
        return None if b":=" in head or _has_quotes(head) else head

    def _is_in_call(self, start: int) -> bool:
        """Tell whether a word is inside of a call, or the like, that begins in a line above."""
        code = self._strings.outside(max(0, start - _FAR), start)
        if b":=" in code or _has_quotes(code):
            return False
        return not all(before in _DISPLAYED for before in _openings(code))

    def _leads_on(self, start: int, end: int) -> bool:
        """Tell whether a word is more than assigned to a name that is not used."""
        data = self._data
        line = self._plain(start, _head(data, start))
        alias = _assigned(line, data[end : end + _REACH])
        if alias is None:
            return True
        if alias in self._followed:
            return False
        letters = frozenset(alias.decode())
        if len(self._followed) == _MANY or respell(data, letters) != data:
            return True
        self._followed.add(alias)
        return self._any([word.span() for word in words_of(alias)(data)])

    def _is_foreign(self, name: bytes) -> bool:
        """Tell whether the module imports a name from elsewhere, and nowhere gets one of ours."""
        if b" as " + name not in self._data:
            return False
        if name != b"_" and not self._data.isascii():  # it may be spelled in another way
            return False
        return imports_foreign(self._data, name)


def words_of(name: bytes) -> Callable[[bytes], Iterator[Match[bytes]]]:
    """Return what finds a name as a word, unless it is plainly assigned to.

    Only ASCII makes words: of other encodings one cannot tell what their bytes are.
    """
    import re

    literal = re.escape(name)
    end = rb"\b" if name.isascii() else rb"(?!\w)"  # the former is quicker
    behind = end + rb"(?<!\w" + literal + rb")(?! in | = )"
    loop = rb"(?:(?<!for " + literal + rb")|(?=[\s\\]*\())"
    return re.compile(literal + behind + loop).finditer


def _head(data: bytes, start: int) -> bytes:
    """Return what stands in the line before a position, as far as one looks."""
    return data[max(0, start - _REACH) : start].replace(b"\r", b"\n").rpartition(b"\n")[2]


def _is_behind_walrus(data: bytes, start: int, head: bytes) -> bool:
    """Tell whether a name may be the value of a walrus, also of one in a line above."""
    import re

    base = head.rstrip(b" \t\f(")
    if base or len(head) == start:
        return base.endswith(b":=")
    gap = rb"(?:[\s(\\]|#[^\r\n]*[\r\n])*\Z"
    for reach in (_REACH, _FAR):
        above = data[max(0, start - reach) : start]
        far = rb"|\A[^\r\n]*" if len(above) == reach else b""
        if re.search(rb"(?::=" + far + rb")" + gap, above) is None:
            return False
    return True


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
    target = re.compile(_TARGETS).match(tail)
    if target is not None and b"lambda" not in target[0]:
        return False
    keyword = rb"(?<![\w\x80-\xff])(?:def|del|for|global|import|lambda|nonlocal|return|yield)\b"
    return re.search(keyword + rb"[\w \t\f,.*(]*\Z", head) is None


def _has_quotes(code: bytes) -> bool:
    """Tell whether strings or comments are in a line."""
    return b"'" in code or b'"' in code or b"#" in code


def _assigned(head: bytes | None, tail: bytes) -> bytes | None:
    """Return the one name that a line does nothing but assign a word to."""
    import re

    if head is None:
        return None
    target = re.fullmatch(rb"[ \t\f]*([a-zA-Z_]\w*)[ \t\f]*=[ \t\f]*", head)
    if target is None or re.match(rb"[ \t\f]*(?:[\r\n#]|\Z)", tail) is None:
        return None
    return target[1]


def _is_defined(head: bytes) -> bool:
    """Tell whether what is called is a function or class that is being defined."""
    import re

    return re.search(rb"\b(?:def|class)[ \t\f]+\Z", head) is not None


def _is_elsewhere(head: bytes | None) -> bool:
    """Tell whether a value goes where no name gets it: to an attribute, or into a call."""
    import re

    if head is None:
        return False
    base = head.rstrip(b" \t\f([")
    if base[-1:] == b"=":
        if next(_openings(base), None) is not None:
            return True
        # What ends here of a line above, as a bracket does, may follow another target.
        attribute = rb"[^,=)\]}]*\w[ \t\f]*\.[ \t\f]*\w+[ \t\f]*="
        return re.fullmatch(attribute, base) is not None
    return not all(before in _DISPLAYED for before in _openings(head))


def _openings(code: bytes) -> Iterator[bytes]:
    """Yield what stands before each bracket that is open at the end, from the inside out."""
    import re

    depth = 0
    brackets = re.finditer(rb"(?<![\s\\])[\s\\]*([(\[{])|[)\]}]", code)
    for bracket in reversed(list(brackets)):
        if bracket[1] is None:
            depth += 1
        elif depth:
            depth -= 1
        else:
            start = bracket.start()
            yield code[start - 1 : start]


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
        """Return the character behind the gap."""
        data = self._data
        while True:
            blanks = self._blanks(data, position)
            position = blanks.end() if blanks else position
            found = data[position : position + 1]
            if found != b"#":
                return found
            if position not in self._last:
                comment = self._comment(data, position)
                self._last = range(position, comment.end() if comment else position)
            position = self._last.stop
            if position in self._passed:
                return b""
            self._passed.add(position)
