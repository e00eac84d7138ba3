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
            name
            for name in folders
            if not name.startswith(".")
            and name not in {"__pycache__", "node_modules", "site-packages"}
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        ]
        yield from (os.path.join(folder, name) for name in files if name.endswith(".py"))


def _read(sources: Sources) -> None:
    """Walk the folders and read the bytes: the floor of discovery."""
    for path in _walk(sources.folder):
        with open(path, "rb", buffering=0) as file:
            file.read()


def _compare(sources: Sources, placeholders: Sequence[str]) -> list[str]:
    """Compare one tree, print its rows, return the differences."""
    comparisons = [Comparison(sources.folder, name) for name in placeholders]
    broken = 0
    for path in sources.paths:
        try:
            with tokenize.open(path) as file:
                text = file.read()
            with open(path, "rb") as file_of_bytes:
                tree = ast.parse(file_of_bytes.read())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            broken += 1
            for comparison in comparisons:
                comparison.compare_broken(path)
        else:
            for comparison in comparisons:
                comparison.compare(path, text, tree)
    differences = []
    for comparison in comparisons:
        faults, seconds, ratio = _parse(sources, comparison.placeholder)
        differences += comparison.differences + faults
        print(
            LINE.format(
                sources.name,
                comparison.placeholder,
                len(sources.paths),
                broken,
                comparison.expected,
                comparison.skipped,
                f"{seconds:.2f}",
                f"{ratio:.1f} x",
            ),
            flush=True,
        )
    return differences


def _parse(sources: Sources, placeholder: str) -> tuple[list[str], float, float]:
    """Parse the tree as a program does; return faults, seconds, ratio to reading."""
    faults: list[str] = []

    def parse() -> None:
        manager = HyperParameterManager(placeholder)
        try:
            manager.parse_file(sources.folder)
        except HpmanError as error:
            faults[:] = _false_places(error.diagnostics, set(sources.paths))
            if manager.index.files:
                faults.append(f"{sources.folder}: a failed parse has changed the manager")

    read, ours = best(lambda: _read(sources), parse, rounds=3)
    return faults, ours, ours / read


def _false_places(diagnostics: tuple[Diagnostic, ...], paths: set[str]) -> list[str]:
    """Return the diagnostics whose place does not exist in any file of the tree."""
    lengths: dict[str | None, int] = {}
    false = []
    for problem in diagnostics:
        path, line = problem.path, problem.line
        if path not in lengths:
            lengths[path] = _count_lines(path) if path in paths else 0
        if not (line and problem.column and line <= lengths[path] and str(problem)):
            false.append(f"{problem.place}: no such place: {problem.message}")
    return false


def _count_lines(path: str | None) -> int:
    """Count the lines of a file, including the one after its last newline."""
    with open(str(path), "rb") as file:
        return len(file.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))


def _found(index: Index, placeholder: str) -> dict[str, set[Finding]]:
    """Return the findings of the scanner for one manager, by file."""
    found: dict[str, set[Finding]] = {}
    for file in index.files.values():
        found[os.path.realpath(file.source.path)] = {
            Finding(call.line, call.column, "", call.name)
            for call in file.occurrences
            if call.placeholder == placeholder
        } | {
            Finding(problem.line or 0, problem.column or 0, problem.code, problem.name)
            for problem in file.diagnostics
            if problem.placeholder in (None, placeholder)
        }
    return found


if __name__ == "__main__":
    sys.exit(main())
