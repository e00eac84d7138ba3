"""Test each promise with each library, and print the tables."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from . import beyond, scopes
from .asking import Asker
from .peers import PEERS, REQUIREMENTS
from .promises import PROMISES, Promise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor

    from .peers import Peer

TABLES: dict[str, tuple[Sequence[Peer], Sequence[Promise]]] = {
    "options": (PEERS, PROMISES),
    "scopes": (scopes.PEERS, scopes.PROMISES),
    "beyond": (beyond.PEERS, beyond.PROMISES),
}
_VERSION = "from importlib.metadata import version; print(version({!r}))"


def main() -> None:
    """Install the libraries, unless an environment has them, test them, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conformance", description=__doc__)
    parser.add_argument("--peers", help="the Python of an environment that has the peers")
    parser.add_argument("--jobs", type=int, default=2, help="how many programs run at once")
    parser.add_argument("only", nargs="*", metavar="WORD", help="rows that have a word in them")
    parser.add_argument("--table", choices=TABLES, action="append", help="print only this one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(args.jobs) as pool:
        python = args.peers or _installed(os.path.join(folder, "peers"))
        for peers, promises in map(TABLES.__getitem__, args.table or TABLES):
            chosen = [
                promise
                for promise in promises
                if not args.only or any(word in promise.text for word in args.only)
            ]
            for row in table([_asker(peer, python) for peer in peers], chosen, pool):
                print(f"| {' | '.join(row)} |", flush=True)


def table(
    askers: Sequence[Asker], promises: Sequence[Promise], pool: Executor
) -> Iterator[list[str]]:
    """Yield the rows of a table. Each is tested when it is needed."""
    yield ["", *(asker.peer.name for asker in askers)]
    yield ["---", *(":-:" for _asker in askers)]
    yield ["version", *map(_version, askers)]
    if isinstance(
        askers[0].peer, (scopes.Scoped, beyond.Composed)
    ):  # there all programs do the same
        yield ["lines of the program", *(_lines(asker.peer.path) for asker in askers)]
    for promise in promises:
        yield [promise.text, *pool.map(_cell, [promise] * len(askers), askers)]


def _asker(peer: Peer, python: str) -> Asker:
    """Run our own program here, and those of others in their environment."""
    return Asker(peer, sys.executable if peer.package == "hpman" else python)


def _installed(folder: str) -> str:
    """Make an environment of the peers, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
    subprocess.run([python, "-m", "pip", "install", "-q", *REQUIREMENTS], check=True)
    return python


def _version(asker: Asker) -> str:
    """Return the version of a peer where it is run."""
    code = _VERSION.format(asker.peer.package)
    return subprocess.run(
        [asker.python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def _lines(path: str) -> str:
    """Count the lines of a program, without its docstring and blank lines."""
    with open(path, encoding="utf-8") as file:
        return str(sum(not line.isspace() for line in file) - 1)


def _cell(promise: Promise, asker: Asker) -> str:
    """Test one promise with one library: yes, so many of so many cases, no, or no feature."""
    ways = list(promise.ways(asker))
    if not ways:
        return "-"
    if all(ways):
        return "yes"
    return f"{sum(ways)}/{len(ways)}" if any(ways) else "no"


if __name__ == "__main__":
    main()
