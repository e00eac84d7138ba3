"""Fuzz the scanner, guided by coverage; run by `nox -s fuzz`, not by pytest.

Owns the laws that hold of any text and any bytes, and the run. An input that
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
    # What the scanner imports late has to be instrumented, too.
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
    """Try one input after the other, and count.

    Args:
        folder: where inputs can be written.
        count: how many inputs to try.
    """

    def __init__(self, folder: str, count: int) -> None:
        """Start with nothing tried."""
        self._path = os.path.join(folder, "main.py")
        self._folder = folder
        self._count = count
        self.tried = self.parsed = self.compared = self.calls = 0

    def text(self, data: bytes) -> None:
        """Parse a text, and compare what is found with a plain walk."""
        self._stop_at_the_end()
        text = data.decode(errors="surrogateescape")  # which texts of programs may hold, too
        manager = HyperParameterManager("_")
        try:
            manager.parse_source(text)
        except HpmanError as error:
            _is_whole(error)
            assert not manager.index.files, "a parse that failed has left something"
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
        self.parsed += not any(each.code == "HPM001" for each in scanned.diagnostics)
        self.calls += len(scanned.occurrences)
        for placeholder in PLACEHOLDERS:
            found, seen = (_places(index, placeholder) for index in (named, walked))
            assert found == seen, f"the bytes hid {found}"
        for each in scanned.diagnostics:
            assert str(each), "a finding says nothing"
            assert each.code != "HPM001" or not scanned.occurrences

    def _compare(self, text: str) -> None:
        """Compare with what a walk over the whole tree finds."""
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
        found = {Finding(each.line, each.column, "", each.name) for each in file.occurrences}
        found |= {
            Finding(each.line or 0, each.column or 0, each.code, each.name)
            for each in file.diagnostics
        }
        self.calls += len(found)
        assert found == expected, f"missed {expected - found}, invented {found - expected}"

    def _stop_at_the_end(self) -> None:
        """Count an input; report when all are tried."""
        if self.tried == self._count:
            sys.stdout.write(
                f"{self.tried} inputs tried, {self.parsed} accepted, {self.compared} compared "
                f"with a plain walk, {self.calls} calls\n"
            )
            sys.stdout.flush()
            os._exit(0)  # the fuzzer knows no other way out of its loop
        self.tried += 1


def _places(index: Index, placeholder: str) -> list[tuple[str, int, int]]:
    """Return what tells the calls of a manager apart."""
    return [(each.name, each.line, each.column) for each in index.occurrences(placeholder)]


def _is_whole(error: HpmanError) -> None:
    """See that an error can be shown and sent to another process."""
    assert str(error)
    assert error.diagnostics
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def main() -> None:
    """Run the fuzzer on one target."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=["text", "file"])
    parser.add_argument("--count", type=int, default=100_000, help="how many inputs to try")
    parser.add_argument("--seed", type=int, default=0, help="0 means another one each time")
    parser.add_argument("--keep", default=".", help="where an input goes that breaks a law")
    args = parser.parse_args()
    folder = tempfile.mkdtemp()
    corpus = os.path.join(folder, "corpus")
    os.mkdir(corpus)
    for number, each in enumerate(seeds()):
        with open(os.path.join(corpus, str(number)), "wb") as file:
            file.write(each)
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
