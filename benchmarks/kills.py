"""Kill a program at random points of a save, many times, and look at what it leaves.

A child saves one snapshot after the other; the values of a snapshot consist of one
letter. SIGKILL ends the child after a random time. The file must then hold one of
these snapshots, byte for byte. Run it as `python -m benchmarks.kills`.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile

_NAME = "run.yaml"
_LETTERS = "abcdefgh"
# It reports its start, so that the time that Python takes to start does not count as saving.
_CHILD = """
import itertools, sys
import hpargparse
from hpman import HyperParameterManager
values = [
    HyperParameterManager("_").set_values(
        {{f"name{{index:03}}": letter * 1000 for index in range({size})}}
    )
    for letter in sys.argv[1]
]
hpargparse.save({name!r}, values[0])
print(flush=True)
for manager in itertools.cycle(values):
    hpargparse.save({name!r}, manager)
"""


def main() -> int:
    """Kill the child as often as requested, print the result, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("times", nargs="?", type=int, default=1000)
    parser.add_argument("--size", type=int, default=200, help="kilobytes of a snapshot")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        broken, different, leftovers = _kill(folder, args.times, args.size, args.seed)
    print(
        f"{args.times} kills: {broken} broken files, {different} different snapshots, "
        f"{leftovers} temporary files left at the end"
    )
    return 1 if broken else 0


def _kill(folder: str, times: int, size: int, seed: int) -> tuple[int, int, int]:
    """Start and kill; count broken files, different contents, and leftovers."""
    chance = random.Random(seed)
    path = os.path.join(folder, _NAME)
    complete = {_snapshot(letter, size) for letter in _LETTERS}
    seen: set[bytes] = set()
    broken = 0
    code = _CHILD.format(name=_NAME, size=size)
    for _time in range(times):
        letters = "".join(chance.sample(_LETTERS, len(_LETTERS)))
        _start_and_kill([sys.executable, "-c", code, letters], folder, chance.uniform(0, 0.05))
        if os.path.exists(path):
            with open(path, "rb") as file:
                data = file.read()
            broken += data not in complete
            seen.add(data)
    return broken, len(seen), len(os.listdir(folder)) - os.path.exists(path)


def _start_and_kill(command: list[str], folder: str, seconds: float) -> None:
    """Run a child for a limited time."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()


def _snapshot(letter: str, size: int) -> bytes:
    """Return the complete snapshot of one letter."""
    return "".join(f"name{index:03}: {letter * 1000}\n" for index in range(size)).encode()


if __name__ == "__main__":
    sys.exit(main())
