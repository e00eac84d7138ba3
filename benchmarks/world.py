"""Compare the scanner with a plain walk over `ast`, on large trees of others.

Owns what is read and the table; the plain walk has a module of its own. Run by
`nox -s world`, which installs the packages; nothing of them is imported.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import os
import sys
import sysconfig
import tokenize
import warnings
from typing import TYPE_CHECKING, NamedTuple

from hpman import HpmanError, HyperParameterManager, index_of

from .measure import best
from .plain_walk import Finding, plain_walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hpman import Diagnostic, Index

# Of the last one each call is told apart: what it is given is a text, as names are.
PLACEHOLDERS = ("_", "f", "ValueError")
STANDARD_LIBRARY = "stdlib"
LINE = "| {:<13} | {:<11} | {:>6} | {:>7} | {:>8} | {:>8} | {:>7} | {:>9} | {:>9} |"
HEAD = (
    "tree",
    "placeholder",
    "files",
    "broken",
    "bare",
    "aliased",
    "untold",
    "seconds",
    "reading",
)


class Sources(NamedTuple):
    """A tree of sources, as read by a walk of our own."""

    name: str
    folder: str
    paths: list[str]


class Comparison:
    """What both ways have found in one tree for one placeholder."""

    def __init__(self, folder: str, placeholder: str) -> None:
        """Scan the tree."""
        self.placeholder = placeholder
        self.found = _found(index_of(folder, [placeholder]), placeholder)
        self.bare = self.aliased = self.untold = 0
        self.differences: list[str] = []

    def compare(self, path: str, text: str, tree: ast.Module) -> None:
        """Compare what both find in one file."""
        found = self.found.get(os.path.realpath(path), set())
        expected = plain_walk(text, tree, self.placeholder)
        if expected is None:
            self.untold += 1
            return
        self.bare += len(expected.bare)
        self.aliased += len(found - expected.bare)
        missed, invented = expected.bare - found, found - expected.bare - expected.aliased
        self.differences += [f"{path}: missed {each}" for each in sorted(missed, key=str)]
        self.differences += [f"{path}: invented {each}" for each in sorted(invented, key=str)]

    def compare_broken(self, path: str) -> None:
        """See that a file that is no Python gives nothing but that."""
        for each in self.found.get(os.path.realpath(path), ()):
            if each.code != "HPM001":
                self.differences.append(f"{path}: {each} in a file that is no Python")


def main() -> int:
    """Compare the trees that were asked for; return how a shell takes it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.world", description=__doc__)
    parser.add_argument("packages", nargs="*", help=f"installed packages, or {STANDARD_LIBRARY}")
    parser.add_argument("--placeholder", action="append", help=f"default: {PLACEHOLDERS}")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # of the parser, about the sources of others
    print(LINE.format(*HEAD))
    print(LINE.format(*["---"] * 2, *["---:"] * 7))
    differences: list[str] = []
    for name in args.packages or [STANDARD_LIBRARY]:
        differences += _compare(_sources(name), args.placeholder or PLACEHOLDERS)
    print(*differences, sep="\n", file=sys.stderr)
    return 1 if differences else 0


def _sources(name: str) -> Sources:
    """List the Python files of an installed package, without importing it."""
    if name == STANDARD_LIBRARY:
        folder = sysconfig.get_path("stdlib")
    else:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            sys.exit(f"{name} is no installed package")
        folder = spec.submodule_search_locations[0]
    return Sources(name, folder, list(_walk(folder)))


def _walk(root: str) -> Iterator[str]:
    """Yield the files that belong to a tree."""
    for folder, folders, files in os.walk(root):
        folders[:] = [
            each
            for each in folders
            if not each.startswith(".")
            and each not in {"__pycache__", "node_modules", "site-packages"}
            and not os.path.exists(os.path.join(folder, each, "pyvenv.cfg"))
        ]
        yield from (os.path.join(folder, each) for each in files if each.endswith(".py"))


def _read(sources: Sources) -> None:
    """Walk the folders and read the bytes: the floor of discovery."""
    for path in _walk(sources.folder):
        with open(path, "rb", buffering=0) as file:
            file.read()


def _compare(sources: Sources, placeholders: Sequence[str]) -> list[str]:
    """Compare one tree, print its rows, return the differences."""
    comparisons = [Comparison(sources.folder, each) for each in placeholders]
    broken = 0
    for path in sources.paths:
        try:
            with tokenize.open(path) as file:
                text = file.read()
            with open(path, "rb") as file_of_bytes:
                tree = ast.parse(file_of_bytes.read())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            broken += 1
            for each in comparisons:
                each.compare_broken(path)
        else:
            for each in comparisons:
                each.compare(path, text, tree)
    differences = []
    for each in comparisons:
        complaints, seconds, ratio = _parse(sources, each.placeholder)
        differences += each.differences + complaints
        print(
            LINE.format(
                sources.name,
                each.placeholder,
                len(sources.paths),
                broken,
                each.bare,
                each.aliased,
                each.untold,
                f"{seconds:.2f}",
                f"{ratio:.1f} x",
            ),
            flush=True,
        )
    return differences


def _parse(sources: Sources, placeholder: str) -> tuple[list[str], float, float]:
    """Parse the whole tree as a program does; return complaints, seconds, ratio to reading."""
    complaints: list[str] = []

    def parse() -> None:
        manager = HyperParameterManager(placeholder)
        try:
            manager.parse_file(sources.folder)
        except HpmanError as error:
            complaints[:] = _false_places(error.diagnostics, set(sources.paths))
            if manager.index.files:
                complaints.append(f"{sources.folder}: a parse that failed has left something")

    read, ours = best(lambda: _read(sources), parse, rounds=3)
    return complaints, ours, ours / read


def _false_places(diagnostics: tuple[Diagnostic, ...], paths: set[str]) -> list[str]:
    """Return what is reported of a place that no file of the tree has."""
    lengths: dict[str | None, int] = {}
    false = []
    for each in diagnostics:
        if each.path not in lengths:
            lengths[each.path] = _count_lines(each.path) if each.path in paths else 0
        if not (each.line and each.column and each.line <= lengths[each.path] and str(each)):
            false.append(f"{each.place}: no such place: {each.message}")
    return false


def _count_lines(path: str | None) -> int:
    """Count the lines of a file, that behind its last newline too."""
    with open(str(path), "rb") as file:
        return len(file.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))


def _found(index: Index, placeholder: str) -> dict[str, set[Finding]]:
    """Return what the scanner has found of one manager, by file."""
    found: dict[str, set[Finding]] = {}
    for file in index.files.values():
        found[os.path.realpath(file.source.path)] = {
            Finding(each.line, each.column, "", each.name)
            for each in file.occurrences
            if each.placeholder == placeholder
        } | {
            Finding(each.line or 0, each.column or 0, each.code, each.name)
            for each in file.diagnostics
            if each.placeholder in (None, placeholder)
        }
    return found


if __name__ == "__main__":
    sys.exit(main())
