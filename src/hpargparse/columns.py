"""Text whose characters take no column of a terminal, or two.

Owns how who counts characters counts columns instead; knows nothing of tables.
"""

from __future__ import annotations

from hpman._text import display_width

# What Unicode gives to nobody (plane 15): such a character takes one column everywhere.
_FIRST = 0xF0001
FILLER = "\U000f0000"


class Columns:
    """Put characters of one column in the place of others, and take them back.

    Between the two, the length of a text is the number of its columns.

    >>> columns = Columns()
    >>> text = columns.counted("层a")
    >>> len(text), columns.shown(f"[{text}]")
    (3, '[层a]')
    """

    def __init__(self) -> None:
        """Start without any."""
        self._places: dict[str, str] = {}

    def counted(self, text: str) -> str:
        """Return a text that is as long as this one is wide."""
        if text.isascii():
            return text
        found: list[str] = []
        for each in text:
            if found and found[-1] != "\n" and display_width(each) == 0:
                found[-1] += each  # it is drawn over the one before
            else:
                found.append(each)
        return "".join(self._place(each, is_wide=display_width(each) == 2) for each in found)

    def shown(self, text: str) -> str:
        """Return a text with what was there before."""
        back = {ord(place): each for each, place in self._places.items()}
        return text.translate({**back, ord(FILLER): None}) if back else text

    def _place(self, drawn: str, *, is_wide: bool) -> str:
        """Return what stands for something that is drawn in one place."""
        if len(drawn) == 1 and not is_wide and drawn < FILLER:
            return drawn
        place = self._places.setdefault(drawn, chr(_FIRST + len(self._places)))
        return f"{place}{FILLER}" if is_wide else place
