"""Benchmarks of reading sources: discovery, a dense file, growth, memory."""

from __future__ import annotations

import ast
import contextlib
import gc
import os
import shutil
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING

from hpman import HpmanError, HyperParameterManager

from . import material
from .measure import Row, best, output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RESIDENT = """
import sys

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

bare = resident()
from hpman import HyperParameterManager
manager = HyperParameterManager("_")
manager.parse_file(sys.argv[1])
print(resident() - bare)
"""


def rows(folder: str, upstream: str | None) -> Iterator[Row]:
    """Yield the rows of this group."""
    yield from _discovery(upstream)
    yield _dense()
    yield from _growth(folder)
    if upstream is not None and os.path.exists("/proc/self/statm"):
        yield from _memory(folder, upstream)


def _discovery(upstream: str | None) -> Iterator[Row]:
    """Find the few hyperparameters of the standard library."""
    what = "discovery in the standard library"
    read, ours, two_letters = best(
        material.read_standard_library, _discovering("_"), _discovering("hp")
    )
    theirs = _subject(upstream, "discover") if upstream is not None else None
    # Half of the files use `_` as a throw-away name.
    yield Row(what, "reading", ours / read, 12, theirs and theirs / read)
    yield Row(f"{what}, `hp`", "reading", two_letters / read, 2.5)
    (parsed,) = best(_parse_standard_library, rounds=1)
    yield Row(what, "ast.parse", ours / parsed)
    if theirs is not None:
        yield Row(what, "upstream", ours / theirs, 1 / 30)
    program = shutil.which("xgettext")
    if program is not None:
        (gettext,) = best(_xgettext(program), rounds=3)
        yield Row(what, "xgettext", ours / gettext, 0.5)


def _discovering(placeholder: str) -> Callable[[], object]:
    """Read the standard library into a new manager."""

    def run() -> None:
        # Some of its files break the rules on purpose; all are read before that is reported.
        with contextlib.suppress(HpmanError):
            HyperParameterManager(placeholder).parse_file(os.path.dirname(os.__file__))

    return run


def _parse_standard_library() -> None:
    """Parse all files that Python can parse."""
    warnings.simplefilter("ignore")
    for path in material.standard_library():
        with open(path, "rb") as file, contextlib.suppress(SyntaxError, ValueError):
            ast.parse(file.read())


def _xgettext(program: str) -> Callable[[], object]:
    """Search the same files for the same calls with GNU xgettext."""
    listed = "\n".join(material.standard_library())
    command = [program, "-L", "Python", "-k_", "--from-code=UTF-8", "-o", os.devnull, "-f", "-"]
    return lambda: subprocess.run(
        command, input=listed, text=True, capture_output=True, check=False
    )


def _dense() -> Row:
    """Read a file with 6,000 calls of the manager."""
    text = material.definitions_and_uses(3000)
    floor, ours = best(_parsing(text), _reading(text), rounds=15)
    return Row("3,000 definitions and 3,000 uses", "ast.parse", ours / floor, 1.5)


def _growth(folder: str) -> Iterator[Row]:
    """Compare the time per name of few and of many names."""
    texts = [material.definitions(count) for count in (1000, 30_000)]
    few, many = best(*map(_reading, texts))
    yield Row("growth to 30,000 names, one file", "1,000 names", many / few / 30, 1.3)
    made = [
        material.folder_of_definitions(os.path.join(folder, f"grow{files}"), files, 10)
        for files in (100, 3000)
    ]
    few, many = best(*map(_walking, made), rounds=5)
    yield Row("growth to 30,000 names, 3,000 files", "100 files", many / few / 30, 1.3)


def _memory(folder: str, upstream: str) -> Iterator[Row]:
    """Compare the resident memory with upstream's, both above a bare Python."""
    many = material.folder_of_definitions(os.path.join(folder, "many"), 1000, 10)
    one = material.folder_of_definitions(os.path.join(folder, "one"), 1, 10_000)
    for what, path in (("one file", one), ("1,000 files", many)):
        ours, theirs = (
            float(output([python, "-I", "-c", _RESIDENT, path]))
            for python in (sys.executable, upstream)
        )
        yield Row(f"memory, 10,000 hyperparameters, {what}", "upstream", ours / theirs, 0.5)


def _parsing(text: str) -> Callable[[], object]:
    """Parse a text."""

    def run() -> None:
        gc.collect()  # as below
        ast.parse(text)

    return run


def _reading(text: str) -> Callable[[], object]:
    """Read a text into a new manager."""

    def run() -> None:
        gc.collect()
        HyperParameterManager("_").parse_source(text)

    return run


def _walking(folder: str) -> Callable[[], object]:
    """Read a folder into a new manager."""
    return lambda: HyperParameterManager("_").parse_file(folder)


def _subject(python: str, *task: str) -> float:
    """Run a task with the hpman of another environment."""
    return float(output([python, "-m", "benchmarks.subject", *task]))
