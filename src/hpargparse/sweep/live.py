"""A block of lines that is drawn again and again at the bottom of a terminal, by rich.

Owns how it is drawn. Must not know what its lines say.
"""

from __future__ import annotations

from ..cli.output import terminal_width

TYPE_CHECKING = False
if TYPE_CHECKING:  # rich is an extra, and slow to load
    from rich.console import Console
    from rich.text import Text

_MARGIN = 3  # columns at the end of a line, for the ^C that a terminal shows


class Block:
    """Lines at the bottom of a terminal. What is printed meanwhile stands above them."""

    def __init__(self, console: Console) -> None:
        from rich.live import Live

        self._console = console
        self._live = Live(console=console, auto_refresh=False)
        self._lines: list[Text] = []
        self._width = console.width
        self._live.start()
        console.show_cursor()  # a process that is killed would leave it hidden

    def draw(self, lines: list[str]) -> None:
        """Draw other lines. The first one is bold.

        Raises:
            OSError: if the terminal is gone.
        """
        from rich.text import Text

        self._erase_wrapped()
        self._lines = [Text(line, "" if number else "bold") for number, line in enumerate(lines)]
        self._live.update(self._fitted(), refresh=True)

    def print(self, line: str, style: str = "") -> None:
        """Print a line above the block.

        Raises:
            OSError: if the terminal is gone.
        """
        self._erase_wrapped()
        self._live.update(self._fitted())
        self._console.print(line, style=style, soft_wrap=True)

    def close(self, *, erase: bool) -> None:
        """End it; leave the lines, or erase them.

        Raises:
            OSError: if the terminal is gone.
        """
        self._erase_wrapped()
        self._live.transient = erase
        self._live.stop()

    def _fitted(self) -> Text:
        """Return the lines, cut at the width of the terminal."""
        from rich.text import Text

        for line in self._lines:
            line.truncate(max(1, self._width - _MARGIN), overflow="ellipsis")
        return Text("\n").join(self._lines)

    def _erase_wrapped(self) -> None:
        """Erase the rows that were added when a narrower terminal wrapped the lines."""
        from rich.control import Control
        from rich.segment import ControlType

        width = self._console.width
        if width < self._width:
            rows = sum(max(0, line.cell_len - 1) // width for line in self._lines)
            step = ((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1))
            self._console.control(Control(*step * rows))
        self._width = width


def open_block() -> Block | None:
    """Return a block; None without rich, or without a terminal that can draw it."""
    if terminal_width() is None:
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    console = Console(highlight=False, markup=False, emoji=False)
    if console.is_interactive and console.encoding == "utf-8":
        return Block(console)
    return None
