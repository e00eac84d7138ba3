"""Compare the scanner with a plain walk over `ast`, on large packages of other projects.

Owns the choice of files and the table. Run by `nox -s world`, which installs the
packages; none of them is imported.
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

# `ValueError` is often called with a string, as a hyperparameter is.
PLACEHOLDERS = ("_", "f", "ValueError")
STANDARD_LIBRARY = "stdlib"
LINE = "| {:<13} | {:<11} | {:>6} | {:>7} | {:>8} | {:>8} | {:>9} | {:>9} |"
HEAD = ("tree", "placeholder", "files", "broken", "found", "skipped", "seconds", "reading")


class Sources(NamedTuple):
    """A tree of sources, listed without the scanner."""

    name: str
    folder: str
    paths: list[str]


class Comparison:
    """The results of both ways in one tree for one placeholder."""

    def __init__(self, folder: str, placeholder: str) -> None:
        """Scan the tree."""
        self.placeholder = placeholder
        self.found = _found(index_of(folder, [placeholder]), placeholder)
        self.expected = self.skipped = 0
        self.differences: list[str] = []

    def compare(self, path: str, text: str, tree: ast.Module) -> None:
        """Compare the results for one file."""
        found = self.found.get(os.path.realpath(path), set())
        expected = plain_walk(text, tree, self.placeholder)
        if expected is None:
            self.skipped += 1
            return
        self.expected += len(expected)
        for what, findings in (("missed", expected - found), ("invented", found - expected)):
            self.differences += [f"{path}: {what} {row}" for row in sorted(findings, key=str)]

    def compare_broken(self, path: str) -> None:
        """Check that a file that Python cannot parse gives only that finding."""
        for finding in self.found.get(os.path.realpath(path), ()):
            if finding.code != "HPM001":
                self.differences.append(f"{path}: {finding} in a file that Python cannot parse")


def main() -> int:
    """Compare the requested trees; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.world", description=__doc__)
    parser.add_argument("packages", nargs="*", help=f"installed packages, or {STANDARD_LIBRARY}")
    parser.add_argument("--placeholder", action="append", help=f"default: {PLACEHOLDERS}")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # of the parser, about other projects' sources
    print(LINE.format(*HEAD))
    print(LINE.format(*["---"] * 2, *["---:"] * 6))
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
            sys.exit(f"{name} is not an installed package")
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
                each.expected,
                each.skipped,
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
