"""Ask each peer for each promise, and print the table."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from .asking import Asker
from .peers import PEERS, REQUIREMENTS, Ours
from .promises import PROMISES, Promise

_VERSION = "from importlib.metadata import version; print(version({!r}))"


def main() -> None:
    """Install the peers, unless an environment has them; ask; print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conformance", description=__doc__)
    parser.add_argument("--peers", help="the Python of an environment that has the peers")
    parser.add_argument("--jobs", type=int, default=2, help="how many are asked at once")
    parser.add_argument("only", nargs="*", metavar="WORD", help="rows that have a word in them")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        python = args.peers or _installed(os.path.join(folder, "peers"))
        askers = [Asker(peer, sys.executable if type(peer) is Ours else python) for peer in PEERS]
        _print_row("", [peer.name for peer in PEERS])
        _print_row("---", [":-:"] * len(PEERS))
        _print_row("version", [_version(asker, python) for asker in askers])
        with ThreadPoolExecutor(args.jobs) as pool:
            for promise in PROMISES:
                if not args.only or any(word in promise.text for word in args.only):
                    _print_row(promise.text, list(pool.map(_cell, [promise] * len(askers), askers)))


def _installed(folder: str) -> str:
    """Make an environment of the peers, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
    subprocess.run([python, "-m", "pip", "install", "-q", *REQUIREMENTS], check=True)
    return python


def _version(asker: Asker, python: str) -> str:
    """Return the version of a peer where it is run."""
    where = sys.executable if type(asker.peer) is Ours else python
    code = _VERSION.format(asker.peer.package)
    return subprocess.run(
        [where, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def _cell(promise: Promise, asker: Asker) -> str:
    """Ask one peer for one promise: yes, how many ways of how many, no, or nothing to ask."""
    ways = list(promise.ways(asker))
    if not ways:
        return "-"
    if all(ways):
        return "yes"
    return f"{sum(ways)}/{len(ways)}" if any(ways) else "no"


def _print_row(head: str, cells: list[str]) -> None:
    print(f"| {' | '.join([head, *cells])} |", flush=True)


if __name__ == "__main__":
    main()
