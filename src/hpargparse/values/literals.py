"""Text to literal value and back, for every kind of literal that Python has.

Owns the grammar of literals; knows no default, no hint and no file.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Set as AbstractSet
    from typing import Any

DEPTH_LIMIT = 200
LENGTH_LIMIT = 1_000_000

# Strings first: a prefix such as `b` would else be taken for a name.
_QUOTED = (
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
)
_TOKEN = (
    rf"\s*(?:(?P<text>(?:[bB][rR]?|[rR][bB]?|[uU])?(?:{_QUOTED}))"
    r"|(?P<number>\.?[0-9](?:[eE][+-](?=[0-9])|[0-9A-Za-z_.])*)"
    r"|(?P<name>\.\.\.|[A-Za-z_]+)"
    r"|(?P<mark>[][(){},:+-]))"
)
_NAMES: dict[str, object] = {
    "None": None,
    "True": True,
    "False": False,
    "...": ...,
    "Ellipsis": ...,
}
_WORDS: dict[str, object] = {
    **_NAMES,
    "null": None,
    "true": True,
    "false": False,
    "nan": float("nan"),
    "inf": float("inf"),
}
_CLOSING = {"[": "]", "(": ")", "{": "}"}


def read_literal(text: str, *, words: bool = False) -> object:
    """Read the literal that a text spells.

    Beside what `ast.literal_eval` reads, the calls that stand for values
    without a spelling of their own are read: `float('nan')`,
    `complex('nanj')`, `frozenset({1})`. Nothing is compiled but single
    strings, because compiling a long text can end the process on CPython 3.10.

    Args:
        text: the text, with blanks around it or not.
        words: also read the bare words null, true, false, nan and inf.

    Raises:
        ValueError: the text is no literal, is nested deeper than 200 levels,
            or is longer than a million characters.

    >>> read_literal("[1, (2.5, None)]")
    [1, (2.5, None)]
    """
    if len(text) > LENGTH_LIMIT:
        raise ValueError(f"the text is longer than {LENGTH_LIMIT} characters")
    reader = _Reader(text, _WORDS if words else _NAMES)
    return reader.whole()


def show_literal(value: object) -> str:
    """Spell a value so that `read_literal` gives it back, sign of zero and all.

    Args:
        value: a literal; anything else is shown by its repr.

    >>> show_literal([1, float("inf"), (2,)])
    "[1, float('inf'), (2,)]"
    """
    nested = _NESTED_SHOWERS.get(type(value))
    if nested is not None:
        return nested(value, show_literal)
    show = _SHOWERS.get(type(value))
    return repr(value) if show is None else show(value)


def plainly_spelled(value: object) -> str:
    """Spell a value as Python does, for readers; a set in order, an int of any size.

    >>> plainly_spelled([1, float("inf"), {"b", "a"}]), plainly_spelled(1 << 20000)[:6]
    ("[1, inf, {'a', 'b'}]", '0x1000')
    """
    from contextlib import suppress

    for spell in (_plainly_spelled, repr):  # the latter where it holds itself, perhaps
        with suppress(Exception):  # others' code may raise anything
            return spell(value)
    return object.__repr__(value)


def _plainly_spelled(value: object) -> str:
    nested = _NESTED_SHOWERS.get(type(value))
    if nested is not None:
        return nested(value, _plainly_spelled)
    return _show_int(value) if type(value) is int else repr(value)


class _Reader:
    """Read one literal by recursive descent, one token ahead."""

    __slots__ = ("kind", "names", "token", "tokens")

    def __init__(self, text: str, names: dict[str, object]) -> None:
        self.names = names
        self.tokens = _tokens(text)
        self.kind = self.token = ""
        self.advance()

    def advance(self) -> str:
        """Return the token at hand and look at the next."""
        token = self.token
        self.kind, self.token = next(self.tokens)
        return token

    @property
    def here(self) -> str:
        """Say where a problem is."""
        return "at the end" if self.kind == "end" else f"before `{self.token}`"

    def whole(self) -> object:
        """Read the whole text: one value, or several with commas, which are a tuple."""
        value = self.value(0)
        if self.token == "," and self.kind == "mark":  # noqa: S105
            items = [value]
            while self.comma() and self.kind != "end":
                items.append(self.value(0))
            value = tuple(items)
        if self.kind != "end":
            raise ValueError(f"`{self.token}` comes after the end of the literal")
        return value

    def value(self, depth: int) -> object:
        """Read one value."""
        if depth > DEPTH_LIMIT:
            raise ValueError(f"the text is nested deeper than {DEPTH_LIMIT} levels")
        if self.kind == "text":
            return self.string()
        if self.kind == "number" or self.token in ("+", "-"):
            return self.number()
        if self.kind == "name":
            return self.name(depth)
        if self.token in _CLOSING:
            opening = self.advance()
            return self.mapping_or_set(depth) if opening == "{" else self.sequence(opening, depth)
        raise ValueError(f"a value is missing {self.here}")

    def string(self) -> object:
        """Read a text or bytes, several in a row joined as Python joins them."""
        value = _string(self.advance())
        while self.kind == "text":
            more = _string(self.advance())
            if type(more) is not type(value):
                raise ValueError("text and bytes cannot be joined")
            value += more  # type: ignore[operator]
        return value

    def number(self) -> object:
        """Read a signed number, or the sum of a real and an imaginary one."""
        value = self.signed()
        if self.token in ("+", "-") and type(value) is not complex:
            sign = self.advance()
            imaginary = _number(self.advance()) if self.kind == "number" else None
            if type(imaginary) is not complex:
                raise ValueError("only an imaginary number can be added")
            return value + imaginary if sign == "+" else value - imaginary
        return value

    def signed(self) -> int | float | complex:
        """Read one number with the signs before it."""
        sign = self.advance() if self.token in ("+", "-") else ""
        if self.kind == "name" and self.token in ("nan", "inf") and self.token in self.names:
            value: int | float | complex = float(self.advance())
        elif self.kind == "number":
            value = _number(self.advance())
        else:
            raise ValueError(f"a number is missing {self.here}")
        return -value if sign == "-" else value

    def name(self, depth: int) -> object:
        """Read a constant, or a call that stands for a value."""
        name = self.advance()
        if self.token != "(":  # noqa: S105 - a token of the text
            if name not in self.names:
                raise ValueError(f"`{name}` is a name, not a literal")
            return self.names[name]
        make = _CALLS.get(name)
        if make is None:
            raise ValueError(f"`{name}(...)` is a call, not a literal")
        self.advance()
        arguments = [] if self.token == ")" else [self.value(depth + 1)]  # noqa: S105
        self.expect(")")
        try:
            return make(*arguments)
        except TypeError as error:
            raise ValueError(f"`{name}(...)` is not a literal: {error}") from error

    def sequence(self, opening: str, depth: int) -> object:
        """Read a list, a tuple, or a value in parentheses."""
        items: list[object] = []
        comma = True
        while self.token != _CLOSING[opening] or self.kind != "mark":
            self.demand_comma(_CLOSING[opening], is_there=comma)
            items.append(self.value(depth + 1))
            comma = self.comma()
        self.advance()
        if opening == "[":
            return items
        return items[0] if len(items) == 1 and not comma else tuple(items)

    def mapping_or_set(self, depth: int) -> object:
        """Read a dict or a set; empty braces are a dict."""
        pairs: dict[object, object] = {}
        is_set = None
        comma = True
        try:
            while self.token != "}" or self.kind != "mark":  # noqa: S105
                self.demand_comma("}", is_there=comma)
                key = self.value(depth + 1)
                colon = self.token == ":"  # noqa: S105
                if is_set is colon:
                    problem = "a set holds no `:`" if is_set else f"`:` is missing {self.here}"
                    raise ValueError(problem)
                is_set = not colon
                if colon:
                    self.advance()
                pairs[key] = self.value(depth + 1) if colon else None
                comma = self.comma()
        except TypeError as error:
            raise ValueError(f"a key or an element of a set is not hashable: {error}") from error
        self.advance()
        return set(pairs) if is_set else pairs

    def comma(self) -> bool:
        """Step over a comma if one is there."""
        if self.token == "," and self.kind == "mark":  # noqa: S105
            self.advance()
            return True
        return False

    def demand_comma(self, closing: str, *, is_there: bool) -> None:
        """Refuse a further item without a comma before it, and brackets that never close."""
        if not is_there:
            what = f"`{closing}`" if self.kind == "end" else "a comma"
            raise ValueError(f"{what} is missing {self.here}")

    def expect(self, mark: str) -> None:
        """Step over a mark that has to be there."""
        if self.token != mark:
            raise ValueError(f"`{mark}` is missing {self.here}")
        self.advance()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Split a text into kinds and tokens; the last is the kind "end"."""
    import re

    match = re.compile(_TOKEN, re.DOTALL).match
    text = text.rstrip()
    position = 0
    while position < len(text):
        found = match(text, position)
        if found is None or found.lastgroup is None:
            raise ValueError(f"`{text[position : position + 20]}` is not part of a literal")
        yield found.lastgroup, found[found.lastgroup]
        position = found.end()
    while True:
        yield "end", ""


def _string(token: str) -> str | bytes:
    """Give the value of one string token."""
    import warnings
    from _ast import PyCF_ONLY_AST

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of "\d" where it reads a source.
        try:
            node = compile(token, "<literal>", "eval", PyCF_ONLY_AST)
        except (SyntaxError, MemoryError) as error:
            raise ValueError(f"the string cannot be read: {error}") from error
    return node.body.value  # type: ignore[attr-defined, no-any-return]


def _number(token: str) -> int | float | complex:
    """Give the value of one number token, without a sign."""
    if token[-1] in "jJ":
        return complex(0.0, float(token[:-1]))
    if token[:2].lower() in ("0x", "0o", "0b") or token.replace("_", "").isdigit():
        return int(token, 0)
    return float(token)


def _float(text: object) -> float:
    """Make the float of a call; only a text is a literal's way to spell one."""
    if type(text) is not str:
        raise TypeError("its argument is not a text")
    return float(text)


def _complex(text: object) -> complex:
    """Make the complex of a call."""
    if type(text) is not str:
        raise TypeError("its argument is not a text")
    return complex(text)


def _set(*elements: object) -> set[object]:
    """Make the empty set, which has no other spelling."""
    if elements:
        raise TypeError("only the empty set is written so")
    return set()


_CALLS: dict[str, Callable[..., object]] = {
    "set": _set,
    "frozenset": frozenset,
    "float": _float,
    "complex": _complex,
}


def _show_int(value: int) -> str:
    """Spell an int, in base 16 where Python limits the digits of base 10."""
    try:
        return repr(value)
    except ValueError:
        return hex(value)


def _show_float(value: float) -> str:
    """Spell a float, by a call where it has no literal."""
    shown = repr(value)
    return f"float({shown!r})" if shown in ("nan", "inf", "-inf") else shown


def _show_complex(value: complex) -> str:
    """Spell a complex, by a call where a sum would lose a sign or is no literal."""
    shown = repr(value)
    try:
        same = repr(read_literal(shown)) == shown
    except ValueError:
        same = False
    return shown if same else f"complex({shown!r})"


def _show_list(value: list[object], show: Callable[[object], str]) -> str:
    return f"[{', '.join([show(each) for each in value])}]"


def _show_tuple(value: tuple[object, ...], show: Callable[[object], str]) -> str:
    inner = ", ".join([show(each) for each in value])
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _show_set(value: AbstractSet[Any], show: Callable[[object], str]) -> str:
    # Sorted, by their spelling but for ints, so that the text does not depend on hash seeds.
    are_ints = all(type(each) is int for each in value)
    spelled = [show(each) for each in (sorted(value) if are_ints else value)]
    return f"{{{', '.join(spelled if are_ints else sorted(spelled))}}}" if value else "set()"


def _show_frozenset(value: frozenset[object], show: Callable[[object], str]) -> str:
    return f"frozenset({_show_set(value, show)})" if value else "frozenset()"


def _show_dict(value: dict[object, object], show: Callable[[object], str]) -> str:
    pairs = [f"{show(key)}: {show(each)}" for key, each in value.items()]
    return f"{{{', '.join(pairs)}}}"


# How a value is spelled that holds others, by what spells these.
_NESTED_SHOWERS: dict[type, Callable[..., str]] = {
    list: _show_list,
    tuple: _show_tuple,
    set: _show_set,
    frozenset: _show_frozenset,
    dict: _show_dict,
}
_SHOWERS: dict[type, Callable[..., str]] = {
    int: _show_int,
    float: _show_float,
    complex: _show_complex,
    type(...): lambda _value: "...",
}
