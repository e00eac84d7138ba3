"""`[tool.hpman]` of a TOML file, where no reader of TOML is installed.

Owns the part of TOML 1.0 that settings are written in: tables, texts, and lists of
texts. What is not of that part is refused there, and skipped in other tables.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Match
    from typing import NoReturn

_OURS = ["tool", "hpman"]
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
# A long text may end with two quotes of its own.
_TOKENS = r"""
    (?P<blank>[ \t]+|\#[^\n]*)
    | (?P<line>\n)
    | (?P<long>"{3}(?:\\.|[^\\])*?"{3,5} | '{3}.*?'{3,5})
    | (?P<text>"(?!"")(?:\\[^\n]|[^"\\\n])*" | '(?!'')[^'\n]*')
    | (?P<word>[A-Za-z0-9_-]+)
    | (?P<mark>.)
"""


class UnreadSettingsError(ValueError):
    """Report what this reader does not understand, with the number of its line."""


def loads(text: str) -> dict[str, object]:
    r"""Read the settings of a text, in the shape in which `tomllib.loads` gives them.

    Args:
        text: the text of a TOML file.

    Returns:
        The table `tool` with the table `hpman` in it, or nothing where there is none.

    Raises:
        UnreadSettingsError: our tables hold what this reader does not understand, or
            it cannot tell where they are.

    >>> loads("[a]\nb = 1\n[tool.hpman]\nselect = ['HPM1', \"HPM2\"]  # some")
    {'tool': {'hpman': {'select': ['HPM1', 'HPM2']}}}
    """
    settings = _Reader(text).document()
    return {} if settings is None else {"tool": {"hpman": settings}}


class _Reader:
    """Read one text, token by token."""

    def __init__(self, text: str) -> None:
        """Stand before the first token."""
        import re

        self._text = text
        found = re.compile(_TOKENS, re.VERBOSE | re.DOTALL).finditer(text)
        self._tokens: Iterator[Match[str]] = (each for each in found if each.lastgroup != "blank")
        self._settings: dict[str, object] | None = None
        self._here: dict[str, object] | None = None  # the table of ours that this is in
        self._opened: set[tuple[str, ...]] = set()
        self._next()

    def _next(self) -> str:
        """Return the token that this stands before, and go behind it; "" at the end."""
        token = getattr(self, "_now", "")
        found = next(self._tokens, None)
        self._kind = found.lastgroup if found is not None else "end"
        self._now = found.group() if found is not None else ""
        self._place = found.start() if found is not None else len(self._text)
        return token

    def _refuse(self) -> NoReturn:
        """Say which line is not understood."""
        line = self._text.count("\n", 0, self._place) + 1
        raise UnreadSettingsError(
            f"line {line} is not understood; install tomli, which reads all of TOML"
        )

    def _take(self, *tokens: str) -> str:
        """Go behind one of some tokens."""
        if self._kind in ("text", "long") or self._now not in tokens:
            self._refuse()
        return self._next()

    def document(self) -> dict[str, object] | None:
        """Return our table; None where there is none."""
        table: list[str] = []
        while self._kind != "end":
            if self._now == "\n":
                self._next()
                continue
            if self._now == "[":
                table = self._header()
            else:
                self._pair(table)
            self._take("\n", "")
        return self._settings

    def _header(self) -> list[str]:
        """Read `[a.b]` or `[[a.b]]`, and return its parts."""
        self._take("[")
        is_list = self._now == "["
        if is_list:
            self._take("[")
        table = self._key()
        self._here = None
        if table[:2] == _OURS and not is_list:
            self._here = self._open(table)
        elif is_list and table in (_OURS[:1], [*_OURS, *table[2:]]):
            self._refuse()
        if is_list:
            self._take("]")
        self._take("]")
        return table

    def _open(self, table: list[str]) -> dict[str, object]:
        """Make a table of ours."""
        if len(table) > len(_OURS) + 1 or tuple(table) in self._opened:
            self._refuse()
        self._opened.add(tuple(table))
        if self._settings is None:
            self._settings = {}
        if table == _OURS:
            return self._settings
        if table[-1] in self._settings:
            self._refuse()
        inner = self._settings[table[-1]] = dict[str, object]()
        return inner

    def _key(self) -> list[str]:
        """Read a key, with dots between its parts."""
        parts = []
        while True:
            if self._kind not in ("word", "text"):
                self._refuse()
            parts.append(self._plain())
            if self._now != ".":
                return parts
            self._next()

    def _pair(self, table: list[str]) -> None:
        """Read `key = value`; only a value in a table of ours is looked at."""
        key = self._key()
        path = [*table, *key]
        self._take("=")
        if self._here is not None:
            if len(key) > 1 or key[0] in self._here:
                self._refuse()
            self._here[key[0]] = self._value()
        elif path[:2] == _OURS or (path == _OURS[:1] and self._now == "{"):
            self._refuse()  # settings that are written in a way of their own
        else:
            self._skip()

    def _skip(self) -> None:
        """Go behind a value of others."""
        depth = 0
        while self._kind != "end" and (depth or self._now != "\n"):
            if self._kind == "mark":
                depth += (self._now in "[{") - (self._now in "]}")
                if depth < 0 or self._now in "\"'":
                    self._refuse()
            self._next()
        if depth:
            self._refuse()

    def _value(self) -> object:
        """Read a text, a list of texts, or a table in braces."""
        if self._now == "[":
            return self._list()
        if self._now == "{":
            return self._braces()
        if self._kind != "text":
            self._refuse()
        return self._plain()

    def _list(self) -> list[str]:
        """Read a list of texts, over any number of lines."""
        found: list[str] = []
        self._take("[")
        self._lines()
        while self._now != "]":
            if self._kind != "text":
                self._refuse()
            found.append(self._plain())
            self._lines()
            if self._now != "]":
                self._take(",")
                self._lines()
        self._next()
        return found

    def _braces(self) -> dict[str, object]:
        """Read `{key = value, …}`, on one line."""
        found: dict[str, object] = {}
        self._take("{")
        while self._now != "}":
            if found:
                self._take(",")
            (name, *more) = self._key()
            if more or name in found:
                self._refuse()
            self._take("=")
            found[name] = self._value()
        self._next()
        return found

    def _lines(self) -> None:
        """Go behind the ends of lines."""
        while self._now == "\n":
            self._next()

    def _plain(self) -> str:
        """Read a word, or a text of one line, for what it means."""
        import re

        token = self._now
        if any((each < " " and each != "\t") or each == "\x7f" for each in token):
            self._refuse()
        if token.startswith('"'):
            token = re.sub(r"\\(u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}|.)", self._escaped, token[1:-1])
        elif token.startswith("'"):
            token = token[1:-1]
        self._next()
        return token

    def _escaped(self, found: Match[str]) -> str:
        """Return the character that a backslash and what follows it stand for."""
        said = found[1]
        code = int(said[1:], 16) if len(said) > 1 else 0
        if said not in _ESCAPES and (not code or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF):
            self._refuse()
        return _ESCAPES.get(said) or chr(code)
