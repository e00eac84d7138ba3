"""Draw what a terminal shows: run commands in one, and write its screen as SVG.

`python -m docs.pictures` writes `docs/images`. With `--check`, it runs the commands again and
says whether a picture shows something else.
"""

from __future__ import annotations

import argparse
import fcntl
import html
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
from itertools import groupby
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.contracts.transcripts import blocks

IMAGES = Path(__file__).parent / "images"
README = Path(__file__).parents[1] / "README.md"
WIDTH = 96

_SETUP = """\
git init -q . && git add train.py &&
git -c user.name=me -c user.email=me@example.org commit -qm first
"""
# The commands of each picture. They run in a folder with `train.py` of the README.
PICTURES = {
    "first": [
        "hpman run train.py --lr 1",
        "hpman run train.py --lr 1 --hp-list origin",
        "sed -i 's/0.9, range/0.5, range/' train.py && hpman diff",
    ],
    "sweep": [
        (
            "hpman sweep train.py --sweep lr=0.1,0.3,1 momentum=0.5,0.9 --minimize loss \\\n"
            "    --score 'loss (\\S+)'"
        ),
        "hpman runs",
    ],
}
_THEME = TerminalTheme(
    (30, 32, 48),
    (214, 218, 236),
    [
        *((73, 77, 100), (237, 135, 150), (166, 218, 149), (238, 212, 159)),
        *((138, 173, 244), (245, 189, 230), (139, 213, 202), (184, 192, 224)),
    ],
)
# Rich's own, without the font that it loads from the network.
_SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre;
}}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
# What differs between two runs of the same command.
_CHANGING = re.compile(
    r"in \d+\.\d s|\d+\.\d s|\b[a-z0-9]{5}-\d+-[a-z0-9]{8}\b|(?<=Sweep )\w+|== '\w+'"
    r"|(?:\d{4}-)?\d\d-\d\d \d\d:\d\d(?::\d\d)?"
)


class Terminal:
    """A screen on which commands run in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.screen = pyte.Screen(WIDTH, 100)
        self.screen.set_mode(pyte.modes.LNM)
        self._stream = pyte.ByteStream(self.screen)

    def run(self, command: str) -> None:
        """Show a prompt and a command, run it, and show what it writes."""
        self._stream.feed(f"\x1b[32m$\x1b[0m \x1b[1m{command}\x1b[0m\n".encode())
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, WIDTH, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "TZ": "UTC"}
        for name in ("COLUMNS", "NO_COLOR"):
            environment.pop(name, None)
        process = subprocess.Popen(
            ["bash", "-c", command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=self.folder,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        while data := _read(ours):
            self._stream.feed(data)
        os.close(ours)
        if process.wait(60):
            raise SystemExit(f"{command}: status {process.returncode}")

    def lines(self) -> list[Text]:
        """Return the lines of the screen, up to the last one that is not empty."""
        rows = [_line(self.screen.buffer[y]) for y in range(self.screen.cursor.y)]
        while rows and not rows[-1].plain:
            rows.pop()
        return rows


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # no process has the other side any more
        return b""


def _line(row: dict[int, pyte.screens.Char]) -> Text:
    chars = [row[column] for column in range(WIDTH)]
    line = Text()
    for (color, bold), group in groupby(chars, lambda char: (char.fg, char.bold)):
        line.append("".join(char.data for char in group), Style(color=_color(color), bold=bold))
    line.rstrip()
    return line


def _color(name: str) -> str | None:
    """Return the name that Rich has for a color of pyte."""
    if re.fullmatch("[0-9a-f]{6}", name):
        return f"#{name}"
    name = name.replace("bright", "bright_").replace("brown", "yellow")
    return None if name == "default" else name


def draw(name: str, folder: Path) -> str:
    """Run the commands of a picture, and return it."""
    terminal = Terminal(folder)
    for command in PICTURES[name]:
        terminal.run(command)
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"))  # noqa: SIM115
    for line in terminal.lines():
        console.print(line)
    return console.export_svg(title="", theme=_THEME, code_format=_SVG, unique_id=name)


def text(picture: str) -> str:
    r"""Return the text of a picture, without what differs between two runs.

    >>> text('<text class="a" y="1">in 0.3 s</text><text y="2">b</text>')
    '*\nb'
    """
    rows: dict[str, str] = {}
    for y, part in re.findall(r'<text [^>]*\by="([\d.]+)"[^>]*>(.*?)</text>', picture):
        rows[y] = rows.get(y, "") + html.unescape(part)
    return "\n".join(_CHANGING.sub("*", " ".join(row.split())) for row in rows.values())


def main() -> None:
    """Write the pictures, or compare them."""
    parser = argparse.ArgumentParser(prog="python -m docs.pictures", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and compare")
    is_check = parser.parse_args().check
    program = next(
        block.text
        for block in blocks(README.read_text(encoding="utf-8"))
        if block.file == "train.py"
    )
    for name in PICTURES:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / "train.py").write_text(program, encoding="utf-8")
            subprocess.run(["bash", "-c", _SETUP], cwd=folder, check=True)
            picture = draw(name, folder)
        path = IMAGES / f"{name}.svg"
        if not is_check:
            path.write_text(picture, encoding="utf-8")
        elif text(path.read_text(encoding="utf-8")) != text(picture):
            raise SystemExit(f"{path} is out of date: run `python -m docs.pictures`.")


if __name__ == "__main__":
    main()
