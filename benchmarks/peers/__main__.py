"""Run the same sweep with each peer, and print what it costs and what it does."""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile

from . import behaviour
from .peers import ENVIRONMENTS, PEERS, Peer
from .projects import Project

_CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "hpman-peers")
_VERSION = "from importlib.metadata import version; print(version({!r}))"
_TIME = "time of a trial"
_COLUMNS = {
    "": "---",
    "version": "---",
    _TIME: "---:",
    "lost": "---:",
    "doubled": "---:",
    "runs in all": "---:",
    "after Ctrl+C": "---",
    "a point that ran": "---",
    "offline": "---",
}


def main() -> None:
    """Install what is missing, measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="WORD", help="rows that have a word in them")
    parser.add_argument(
        "--environments", metavar="FOLDER", default=_CACHE, help="default: %(default)s"
    )
    parser.add_argument("--trials", type=int, help="time so many trials (default: 100, Ray 20)")
    parser.add_argument("--rounds", type=int, default=3, help="the shortest counts; 0: no times")
    args = parser.parse_args()
    pythons = _pythons(os.path.expanduser(args.environments))
    chosen = [peer for peer in PEERS if _is_wanted(peer, args.only) and _is_there(peer, pythons)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        times = _times([PEERS[0], *chosen], pythons, folder, args)
        columns = {key: line for key, line in _COLUMNS.items() if times or key != _TIME}
        _print_row(*columns)
        _print_row(*columns.values())
        for peer in chosen:
            python = pythons[peer.environment]
            _print_row(
                peer.name,
                _versions(peer, python),
                *([f"{times[peer.name] / times[PEERS[0].name]:.2f}"] if times else []),
                *behaviour.after_kill(peer, python, folder),
                behaviour.after_interrupt(peer, python, folder),
                behaviour.duplicates(peer, python, folder),
                behaviour.offline(peer, python, folder),
            )


def _pythons(folder: str) -> dict[str, str]:
    """Return the Python of each environment; make those that are missing."""
    pythons = {"": sys.executable}
    for name, packages in ENVIRONMENTS.items():
        place = os.path.join(folder, name)
        python = os.path.join(place, "bin", "python")
        if not os.path.exists(os.path.join(place, "complete")):
            subprocess.run([sys.executable, "-m", "venv", place], check=True)
            command = [python, "-m", "pip", "install", "-q", *packages]
            if subprocess.run(command, check=False).returncode:
                print(f"No rows of {name}: pip cannot install it.", file=sys.stderr)
                continue
            with open(os.path.join(place, "complete"), "w", encoding="utf-8"):
                pass
        pythons[name] = python
    return pythons


def _is_wanted(peer: Peer, only: list[str]) -> bool:
    return not only or any(word in peer.name for word in only)


def _is_there(peer: Peer, pythons: dict[str, str]) -> bool:
    """Return whether a peer is installed and has its options; say so if it has not."""
    if peer.environment not in pythons:
        return False
    missing = [option for option in peer.options if option not in sweep_help()]
    if missing:
        print(f"No row {peer.name}: `hpman sweep` has no {missing[0]}.", file=sys.stderr)
    return not missing


def sweep_help() -> str:
    """Return the help of `hpman sweep`."""
    command = [sys.executable, "-m", "hpman", "sweep", "-h"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _times(
    peers: list[Peer], pythons: dict[str, str], folder: str, args: argparse.Namespace
) -> dict[str, float]:
    """Time all peers in turn; return the shortest seconds a trial of each."""
    times: dict[str, float] = {}
    for _round in range(args.rounds):
        for peer in dict.fromkeys(peers):
            project = Project(folder)
            count = args.trials or peer.trials
            seconds = project.run(behaviour.sweep(peer, pythons[peer.environment], count))
            if seconds is None or project.count("end") != count:
                sys.exit(f"{peer.name} fails:\n{project.read('output')}")
            times[peer.name] = min(times.get(peer.name, math.inf), seconds / count)
    return times


def _versions(peer: Peer, python: str) -> str:
    return ", ".join(
        f"{package} " + subprocess.check_output([python, "-c", code], text=True).strip()
        for package, code in ((name, _VERSION.format(name)) for name in peer.packages)
    )


def _print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
