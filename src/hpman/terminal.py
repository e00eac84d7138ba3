"""How many columns of a terminal a text takes.

Owns the width of a character; knows neither lines nor what is shown.
"""

from __future__ import annotations


def width_of(text: str) -> int:
    r"""Return how many columns of a terminal a text takes.

    A character that Unicode calls wide or full width takes two, one that is drawn over
    the one before it or formats text takes none, and any other takes one.

    Args:
        text: the text, of characters that print.

    >>> width_of("lr"), width_of("层数"), width_of("e\u0301")
    (2, 4, 1)
    """
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0
        if category(each) in ("Mn", "Me", "Cf")  # marks of no width, around a letter, formats
        else 2
        if east_asian_width(each) in "WF"
        else 1
        for each in text
    )
