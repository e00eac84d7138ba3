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
PAGES = (CHECKOUT / "README.md", *sorted(CHECKOUT.glob("docs/**/*.md")))
EXAMPLES = sorted(CHECKOUT.glob("examples/*/README.md"))

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*?) -->\n+)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
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


class Document(NamedTuple):
    """A file, and the blocks that are run in one folder."""

    path: Path
    blocks: list[Block]

    @property
    def is_slow(self) -> bool:
        """Whether only `pytest --slow` runs it."""
        return "<!-- slow -->\n" in self.path.read_text(encoding="utf-8")

    @property
    def missing(self) -> list[str]:
        """The packages that it needs and that are not installed."""
        text = self.path.read_text(encoding="utf-8")
        needed = " ".join(re.findall(r"<!-- needs: (.*?) -->", text)).split()
        return [name for name in needed if importlib.util.find_spec(name) is None]


def blocks(markdown: str) -> list[Block]:
    """Return the blocks of a text that are written, run or compared."""
    found = (
        Block(match["mark"] or "", match["language"], match["text"])
        for match in _BLOCK.finditer(markdown)
    )
    return [block for block in found if block.is_run]


def documents() -> dict[str, Document]:
    """Return the files that show something, by their paths in the repository."""
    found = (
        Document(path, blocks(path.read_text(encoding="utf-8"))) for path in (*PAGES, *EXAMPLES)
    )
    return {
        document.path.relative_to(CHECKOUT).as_posix(): document
        for document in found
        if document.blocks
    }


def commands(transcript: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a transcript and the output that it shows."""
    for part in re.split(r"^\$ ", transcript, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        end = next(number for number, line in enumerate(lines, 1) if not line.endswith("\\\n"))
        yield "".join(lines[:end]).strip(), "".join(lines[end:])


def run(shown: list[Block], folder: Path) -> int:
    """Write the files of blocks, run their programs, compare their transcripts.

    Returns:
        How many blocks there were to write, run or compare.
    """
    for number, block in enumerate(shown):
        if block.file is not None:
            _write(folder / block.file, block.text)
        elif block.language in ("python", "pycon") and ">>> " in block.text:
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
    return len(shown)


def _run_document(document: Document, folder: Path) -> int:
    """Run a document; an example among copies of all examples, since it may use another's file."""
    if document.path in EXAMPLES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / "examples", folder / "examples", ignore=ignored)
        folder = folder / "examples" / document.path.parent.name
    return run(document.blocks, folder)


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
    """Run the documents that are named as arguments; write the outcomes as JSON."""
    found = documents()
    outcomes = {name: _outcome(partial(_run_document, found[name])) for name in sys.argv[1:]}
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
