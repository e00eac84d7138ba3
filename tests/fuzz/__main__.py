"""Fuzz the scanner, guided by coverage; run by `nox -s fuzz`, not by pytest.

Owns the laws that hold for any text and any bytes. An input that
breaks one is written to a file, to become a golden case.
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import pickle
import sys
import tempfile
import warnings
from typing import TYPE_CHECKING

import atheris  # type: ignore[import-untyped] # only the session installs it

with atheris.instrument_imports(include=["hpman"]):
    # Modules that the scanner imports late have to be instrumented, too.
    import hpman.diagnostics
    import hpman.manager
    import hpman.static.imports
    import hpman.static.prefilter
    import hpman.static.rules
    import hpman.static.scan
    from hpman import HpmanError, HyperParameterManager, index_of

from benchmarks.plain_walk import Finding, plain_walk
from tests.fuzz.grafts import LONGEST_SEED, Grafts, seeds

if TYPE_CHECKING:
    from hpman import Index

PLACEHOLDERS = ["_", "hp"]
SLOW = 20  # seconds that no input may take


class Target:
    """Test one input after the other, and count.

    Args:
        folder: where inputs can be written.
        count: how many inputs to test.
    """

    def __init__(self, folder: str, count: int) -> None:
        """Start with no input tested."""
        self._path = os.path.join(folder, "main.py")
        self._folder = folder
        self._count = count
        self.tested = self.parsed = self.compared = self.calls = 0

    def text(self, data: bytes) -> None:
        """Parse a text, and compare the result with a plain walk."""
        self._stop_at_the_end()
        text = data.decode(errors="surrogateescape")  # a program may pass such a text
        manager = HyperParameterManager("_")
        try:
            manager.parse_source(text)
        except HpmanError as error:
            _is_whole(error)
            assert not manager.index.files, "a failed parse has changed the manager"
        else:
            self.parsed += 1
            assert set(manager.get_values()) <= set(manager.index.names("_"))
        self._compare(text)

    def file(self, data: bytes) -> None:
        """Scan a file by name and by its folder, where the bytes decide what is read at all."""
        self._stop_at_the_end()
        with open(self._path, "wb") as file:
            file.write(data)
        named = index_of(self._path, PLACEHOLDERS)
        walked = index_of(self._folder, PLACEHOLDERS)
        (scanned,) = named.files.values()
        self.parsed += not any(problem.code == "HPM001" for problem in scanned.diagnostics)
        self.calls += len(scanned.occurrences)
        for placeholder in PLACEHOLDERS:
            found, seen = (_places(index, placeholder) for index in (named, walked))
            assert found == seen, f"the bytes hid {found}"
        for problem in scanned.diagnostics:
            assert str(problem), "a diagnostic has no text"
            assert problem.code != "HPM001" or not scanned.occurrences

    def _compare(self, text: str) -> None:
        """Compare with a plain walk over the tree."""
        text = io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)
        text = text.removeprefix("\ufeff")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return
        expected = plain_walk(text, tree, "_")
        if expected is None:
            return
        self.compared += 1
        file = hpman.static.scan.scan_text(text, "<fuzz>", frozenset("_"))
        found = {Finding(call.line, call.column, "", call.name) for call in file.occurrences}
        found |= {
            Finding(problem.line or 0, problem.column or 0, problem.code, problem.name)
            for problem in file.diagnostics
        }
        self.calls += len(found)
        assert found == expected, f"missed {expected - found}, invented {found - expected}"

    def _stop_at_the_end(self) -> None:
        """Count an input; report and exit when all are tested."""
        if self.tested == self._count:
            sys.stdout.write(
                f"{self.tested} inputs tested, {self.parsed} accepted, {self.compared} compared "
                f"with a plain walk, {self.calls} calls\n"
            )
            sys.stdout.flush()
            os._exit(0)  # nothing else ends the loop of the fuzzer
        self.tested += 1


def _places(index: Index, placeholder: str) -> list[tuple[str, int, int]]:
    """Return names and places of the calls of a manager."""
    return [(call.name, call.line, call.column) for call in index.occurrences(placeholder)]


def _is_whole(error: HpmanError) -> None:
    """Check that an error can be shown and pickled."""
    assert str(error)
    assert error.diagnostics
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def main() -> None:
    """Run the fuzzer on one target."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=["text", "file"])
    parser.add_argument("--count", type=int, default=100_000, help="how many inputs to test")
    parser.add_argument("--seed", type=int, default=0, help="0 picks a random one")
    parser.add_argument("--keep", default=".", help="the folder for inputs that break a law")
    args = parser.parse_args()
    folder = tempfile.mkdtemp()
    corpus = os.path.join(folder, "corpus")
    os.mkdir(corpus)
    for number, seed in enumerate(seeds()):
        with open(os.path.join(corpus, str(number)), "wb") as file:
            file.write(seed)
    sources = os.path.join(folder, "sources")
    os.mkdir(sources)
    target = Target(sources, args.count)
    options = [
        sys.argv[0],
        corpus,
        f"-max_len={2 * LONGEST_SEED}",
        f"-timeout={SLOW}",
        f"-seed={args.seed}",
        f"-artifact_prefix={os.path.join(args.keep, '')}",
        "-rss_limit_mb=4096",
        "-verbosity=1",
    ]
    grafts = Grafts(seeds())
    atheris.Setup(options, getattr(target, args.target), custom_mutator=grafts)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
