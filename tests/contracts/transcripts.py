"""Run what a Markdown file shows: its files, its programs, its transcripts.

CONTRIBUTING.md describes the marks of a block.
"""

from __future__ import annotations

import doctest
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = sorted(CHECKOUT.glob("examples/*/README.md"))

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*?) -->\n+)?^```(?P<language>\w*)\n(?P<text>.*?)^```$"
    r"|^(?P<heading>\#{1,2} [^\n]*)$",
    re.MULTILINE | re.DOTALL,
)
_FILE = re.compile(r"(?:#!.*\n)?# File: (\S+)\n")
_BETWEEN = "\x01"  # separates the outputs of two commands
_SHELLS = ("bash", "console", "sh")


class Block(NamedTuple):
    """One fenced block, with the mark above it."""

    mark: str
    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The file that the block is written to."""
        if self.mark.startswith("file: "):
            return self.mark.removeprefix("file: ")
        named = _FILE.match(self.text)
        return named[1] if named else None

    @property
    def is_run(self) -> bool:
        """Whether the block is more than an illustration."""
        return self.mark != "not run" and not self.mark.startswith("command: ")


class Section(NamedTuple):
    """The blocks below one heading; they share a folder."""

    heading: str
    blocks: list[Block]


def sections(markdown: str) -> list[Section]:
    """Split a text at its headings of the first two levels; keep those that hold blocks."""
    found = [Section("top", [])]
    for match in _BLOCK.finditer(markdown):
        if match["heading"]:
            found.append(Section(match["heading"].lstrip("# "), []))
        else:
            block = Block(match["mark"] or "", match["language"], match["text"])
            found[-1].blocks.append(block)
    return [section for section in found if any(block.is_run for block in section.blocks)]


def shown(path: Path) -> list[Section]:
    """Return the sections of a file."""
    return sections(path.read_text(encoding="utf-8"))


def commands(transcript: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a transcript and the output that it shows."""
    for part in re.split(r"^\$ ", transcript, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        end = next(number for number, line in enumerate(lines, 1) if not line.endswith("\\\n"))
        yield "".join(lines[:end]).strip(), "".join(lines[end:])


def run(section: Section, folder: Path) -> int:
    """Write the files of a section, run its programs, compare its transcripts.

    Returns:
        How many blocks there were to write, run or compare.
    """
    number = -1
    for number, block in enumerate(filter(lambda block: block.is_run, section.blocks)):
        if block.file is not None:
            _write(folder / block.file, block.text)
        elif block.language == "python" and ">>> " in block.text:
            _write(folder / f"block{number}.txt", block.text)
            _expect(
                "", _shell(f"python3 -m doctest -o ELLIPSIS block{number}.txt", folder), block.text
            )
        elif block.language == "python":
            _write(folder / f"block{number}.py", block.text)
            done = _shell(f"python3 block{number}.py >/dev/null || echo failed", folder)
            (folder / f"block{number}.py").unlink()
            _expect("", done, block.text)
        elif block.language in _SHELLS:
            _compare(block.text, folder)
    return number + 1


def missing(readme: Path) -> list[str]:
    """Return the packages that an example needs and that are not installed."""
    needed = " ".join(re.findall(r"<!-- needs: (.*?) -->", readme.read_text(encoding="utf-8")))
    return [name for name in needed.split() if importlib.util.find_spec(name) is None]


def _run_section(section: Section, folder: Path) -> int:
    """Run a section of the README of the project."""
    if any("examples/" in block.text for block in section.blocks):
        _bring_examples(folder)
    return run(section, folder)


def _run_example(readme: Path, folder: Path) -> int:
    """Run the README of an example among copies of all examples: it may use another's file."""
    _bring_examples(folder)
    folder = folder / "examples" / readme.parent.name
    return sum(run(section, folder) for section in shown(readme))


def _bring_examples(folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "examples", folder / "examples", ignore=ignored)


def _compare(transcript: str, folder: Path) -> None:
    """Run the commands of one block in one shell, so that `cd` lasts to its end."""
    pairs = list(commands(transcript))
    script = "".join(f"{command}\nprintf '\\001'\n" for command, _ in pairs)
    outputs = _shell(script, folder).split(_BETWEEN) + [""] * len(pairs)
    for (command, expected), output in zip(pairs, outputs, strict=False):
        _expect(_trimmed(expected), _trimmed(output), command)


def _expect(expected: str, output: str, what: str) -> None:
    """Compare as doctest does: `...` stands for any text."""
    same = doctest.OutputChecker().check_output(expected, output, doctest.ELLIPSIS)
    assert same, f"{what}\nexpected:\n{expected}\ngot:\n{output}"


def _trimmed(text: str) -> str:
    """Drop blanks at the ends of lines, and empty lines at the end."""
    return "".join(f"{line.rstrip()}\n" for line in text.rstrip().split("\n") if text.strip())


def _write(path: Path, text: str) -> None:
    """Write a program that can be started by its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def _shell(script: str, folder: Path) -> str:
    """Run commands with the Python and the console scripts of this environment first."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
        "OMP_NUM_THREADS": "1",  # transcripts run beside the tests
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def _outcome(action: Callable[[Path], int]) -> int | str:
    """Return how many blocks were run in a new folder, or what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return action(Path(folder))
        except Exception:  # noqa: BLE001 - it is reported by the test
            return traceback.format_exc()


def main() -> None:
    """Run README.md and the README of each example; write the outcomes as JSON."""
    actions = {
        section.heading: partial(_run_section, section) for section in shown(CHECKOUT / "README.md")
    } | {str(path): partial(_run_example, path) for path in EXAMPLES if not missing(path)}
    json.dump({name: _outcome(action) for name, action in actions.items()}, sys.stdout)


if __name__ == "__main__":
    main()
