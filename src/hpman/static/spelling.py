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


def hidden(data: bytes) -> str:
    """Return the ASCII characters that other characters of UTF-8 text are spellings of."""
    others = data.translate(None, _ASCII).decode(errors="replace")
    # Joined by newlines, so that no two compose into one.
    spellings = normalized("\n".join(set(others))).split("\n")
    return "".join(filter(str.isascii, spellings))


def says(data: bytes, word: bytes) -> bool:
    """Tell whether a file in UTF-8 says a word of ASCII letters, in whichever spelling."""
    if word in data:
        return True
    if data.isascii() or frozenset(word.decode()).isdisjoint(hidden(data)):
        return False
    others = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    return word.decode() in normalized(others.decode(errors="replace"))
