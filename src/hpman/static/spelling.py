"""Names as Python compares them: in NFKC, however a file spells and encodes them.

Owns what other spellings a file may hold (PEP 3131, PEP 263); must not know
what the names are for.
"""

from __future__ import annotations

from ..names import normalized
from .decoding import UTF_16_MARKS, DecodingError, decode, encoding_of

_ASCII = bytes(range(128))


def respell(data: bytes, letters: frozenset[str]) -> bytes:
    """Return the text in NFKC and UTF-8; the bytes where that makes none of some letters."""
    try:
        if data.startswith(UTF_16_MARKS):
            text = data.decode("utf-16", "replace")
        elif encoding_of(data) != "utf-8":
            text = decode(data)
        elif "".join(letters).isascii() and letters.isdisjoint(hidden(data)):
            return data
        else:
            text = data.decode(errors="replace")
    except DecodingError:  # Python does not read it, either
        return data
    return normalized(text).encode(errors="surrogatepass")


def hidden(data: bytes) -> frozenset[str]:
    """Return the ASCII characters that other characters of UTF-8 text are spellings of."""
    others = data.translate(None, _ASCII).decode(errors="replace")
    # Joined by newlines, so that no two compose into one.
    spellings = normalized("\n".join(set(others))).split("\n")
    return frozenset("".join(filter(str.isascii, spellings)))


def says(data: bytes, *words: bytes) -> bool:
    """Tell whether a file in UTF-8 says one of some words of ASCII letters, however spelled."""
    if any(word in data for word in words):
        return True
    if data.isascii():
        return False
    letters = hidden(data)
    texts = [text for text in map(bytes.decode, words) if not letters.isdisjoint(text)]
    if not texts:
        return False
    others = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    spelled = normalized(others.decode(errors="replace"))
    return any(text in spelled for text in texts)
