"""How a text that is too long to be shown is shortened.

Owns where it is cut, and how long a value may be in a message; knows nothing of what it says.
"""

from __future__ import annotations

IN_MESSAGE = 60  # characters of a value


def shortened(text: str, length: int = IN_MESSAGE) -> str:
    """Return a text whose end is left out where it is long.

    Args:
        text: the text.
        length: the most characters of the result.

    >>> shortened("a long text", 8), shortened("a text", 8)
    ('a lon...', 'a text')
    """
    return text if len(text) <= length else f"{text[: length - 3]}..."
