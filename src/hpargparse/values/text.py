"""Split text such as `[a, 'b,c'], (d)` at its commas and brackets.

Owns brackets, commas and quotes in what a user types. Must not know the values that the
parts stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hpman import NotLiteralError, parse_literal

_BRACKETS = {"[": "]", "(": ")", "{": "}"}
# A mark, and the strings after it. The quote in a word such as `it's` does not start a string.
_STRING = r"""(?:[bru]|br|rb)?(?:'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")"""
_MARKS = re.compile(rf"([][(){{}},:]|\A)(?:\s*{_STRING})*", re.DOTALL | re.IGNORECASE)


def unquote(item: str) -> str:
    """Return the value of a string literal, or any other item unchanged."""
    if item[:1] in ("'", '"'):
        try:
            return str(parse_literal(item))
        except NotLiteralError:
            pass
    return item


def unwrap(text: str, *, braces: bool) -> str | None:
    """Return what is inside the brackets around a string, or None if there are none."""
    opening = text[:1]
    if opening not in ("[", "(") and not (braces and opening == "{"):
        return None
    for position, depth in _depths(text):
        if depth == 0:
            is_last = position == len(text) - 1 and text[-1] == _BRACKETS[opening]
            return text[1:-1] if is_last else None
    return None


def split_items(text: str) -> list[str]:
    """Split a string at its outer commas. A comma at the end adds no item."""
    if not text.strip():
        return []
    depths = _depths(text)
    # Brackets that are never closed are ordinary characters: `:(,:)` has two items.
    is_balanced = not depths or depths[-1][1] == 0
    commas = [at for at, depth in depths if text[at] == "," and (depth == 0 or not is_balanced)]
    starts = [0, *(at + 1 for at in commas)]
    items = [text[start:end] for start, end in zip(starts, [*commas, len(text)], strict=True)]
    if len(items) > 1 and not items[-1].strip():
        items.pop()
    return items


def rejoin(arguments: Iterable[str]) -> list[str]:
    """Join arguments that a shell split at blanks inside brackets.

    Brackets inside an argument, and those that are never closed, are ordinary characters.

    >>> rejoin(["[1,", "2]", "[3, 4]", "a(", "[5"])
    ['[1, 2]', '[3, 4]', 'a(', '[5']
    """
    items: list[str] = []
    parts: list[str] = []  # of an item whose bracket is open
    depth = 0
    for argument in arguments:
        parts.append(argument)
        if depth or argument[:1] in _BRACKETS:
            for _position, new_depth in _depths(argument, depth):
                depth = new_depth
        if not depth:
            items.append(" ".join(parts))
            parts.clear()
    return [*items, *parts]


def _depths(text: str, depth: int = 0) -> list[tuple[int, int]]:
    """Return the position of each bracket and comma outside strings, and the depth after it."""
    depths: list[tuple[int, int]] = []
    for match in _MARKS.finditer(text):
        mark = match[1]
        if mark in _BRACKETS:
            depth += 1
        elif mark in _BRACKETS.values():
            depth = max(depth - 1, 0)
        elif mark != ",":
            continue
        depths.append((match.start(), depth))
    return depths
