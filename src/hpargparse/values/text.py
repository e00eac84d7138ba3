"""A text such as `[a, 'b,c'], (d)` taken apart at its commas and brackets.

Owns brackets, commas and quotes in what a user types; knows nothing of the
values that the parts stand for.
"""

from __future__ import annotations

from hpman.literals import parse_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PAIRS = {"[": "]", "(": ")", "{": "}"}
# What may stand before the quote of a literal.
_PREFIXES = ("", "b", "r", "u", "br", "rb")


def unquoted(item: str) -> str:
    """Take the quotes off a text that is a string literal; leave any other as it is."""
    if item[:1] in ("'", '"'):
        try:
            return str(parse_literal(item))
        except ValueError:
            pass
    return item


def unwrapped(text: str, *, braces: bool) -> str | None:
    """Return what stands between brackets around the whole text, or None if there are none."""
    opening = text[:1]
    if opening not in ("[", "(") and not (braces and opening == "{"):
        return None
    for position, depth in _depths(text):
        if depth == 0:
            at_end = position == len(text) - 1 and text[-1] == _PAIRS[opening]
            return text[1:-1] if at_end else None
    return None


def split_items(text: str) -> list[str]:
    """Split a text at its outer commas; one comma at the end is no further item."""
    if not text.strip():
        return []
    depths = _depths(text)
    # Brackets that never close are characters like others: `:(,:)` is two items.
    balanced = not depths or depths[-1][1] == 0
    commas = [at for at, depth in depths if text[at] == "," and (depth == 0 or not balanced)]
    starts = [0, *(at + 1 for at in commas)]
    items = [text[start:end] for start, end in zip(starts, [*commas, len(text)], strict=True)]
    if len(items) > 1 and not items[-1].strip():
        items.pop()
    return items


def rejoined(words: Iterable[str]) -> list[str]:
    """Put together again what a shell split at the blanks within brackets.

    Brackets inside a word, and those that never close, are characters like others.

    >>> rejoined(["[1,", "2]", "[3, 4]", "a(", "[5"])
    ['[1, 2]', '[3, 4]', 'a(', '[5']
    """
    items: list[str] = []
    parts: list[str] = []  # of brackets that are open
    depth = 0
    for word in words:
        parts.append(word)
        if depth or word[:1] in _PAIRS:
            for _at, after in _depths(word, depth):
                depth = after
        if not depth:
            items.append(" ".join(parts))
            parts.clear()
    return [*items, *parts]


def _depths(text: str, depth: int = 0) -> list[tuple[int, int]]:
    """List each bracket and comma outside quotes with the depth of brackets after it."""
    found: list[tuple[int, int]] = []
    position = start = 0
    while position < len(text):
        character = text[position]
        if character in "'\"":
            # A quote inside a word, as in `it's`, opens nothing.
            if text[start:position].lower() in _PREFIXES:
                position = _end_of_quoted(text, position)
            start = -1
        elif character in "[({])},:":
            if character in _PAIRS:
                depth += 1
            elif character in "])}":
                depth = max(depth - 1, 0)
            if character != ":":
                found.append((position, depth))
            start = position + 1
        elif character.isspace() and start == position:
            start += 1
        position += 1
    return found


def _end_of_quoted(text: str, start: int) -> int:
    """Return where the quoted text that begins at a position ends, or the position itself."""
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == text[start]:
            return position
        position += 1
    return start
