"""Kill a program at random points of a save, many times, and look at what it leaves.

A child saves one snapshot after the other, each whole in one letter; it is killed
without a warning (SIGKILL) after a random time. What bears the name afterwards has
to be one of these snapshots, byte by byte. Hidden files may stay where a system has
no files without a name; a save an hour later removes them. Run it as
`python -m benchmarks.kills`.
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
# Says when it starts, so that the time of starting Python is not counted as saving.
_CHILD = """
import itertools, sys
from hpargparse.snapshots import snapshot
if sys.argv[1] == "named":
    from hpargparse.snapshots import access
    access._open_nameless = lambda folder: None
snapshot.dump({{}})
print(flush=True)
for letter in itertools.cycle(sys.argv[2]):
    snapshot.write({name!r}, {{f"name{{each:03}}": letter * 1000 for each in range({size})}})
"""


def main() -> int:
    """Kill as often as asked for, print what was found, and tell a shell whether it is well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("times", nargs="?", type=int, default=1000)
    parser.add_argument("--size", type=int, default=200, help="kilobytes of a snapshot")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    is_well = True
    for kind in ("nameless", "named"):
        with tempfile.TemporaryDirectory() as folder:
            broken, found, left = _kill(folder, kind, args.times, args.size, args.seed)
        print(
            f"{args.times} kills, the new file {kind} until it is whole: {broken} broken files, "
            f"{found} different snapshots found, {left} hidden files left at the end"
        )
        is_well = is_well and not broken
    return 0 if is_well else 1


def _kill(folder: str, kind: str, times: int, size: int, seed: int) -> tuple[int, int, int]:
    """Start and kill; count broken files, different contents, and leftovers."""
    chance = random.Random(seed)
    path = os.path.join(folder, _NAME)
    whole = {_snapshot(letter, size) for letter in _LETTERS}
    seen: set[bytes] = set()
    broken = 0
    code = _CHILD.format(name=_NAME, size=size)
    for _time in range(times):
        letters = "".join(chance.sample(_LETTERS, len(_LETTERS)))
        command = [sys.executable, "-c", code, kind, letters]
        _start_and_kill(command, folder, chance.uniform(0, 0.05))
        if os.path.exists(path):
            with open(path, "rb") as file:
                data = file.read()
            broken += data not in whole
            seen.add(data)
    return broken, len(seen), len(os.listdir(folder)) - os.path.exists(path)


def _start_and_kill(command: list[str], folder: str, seconds: float) -> None:
    """Let a child work for some time, and no longer."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()


def _snapshot(letter: str, size: int) -> bytes:
    """Write down what a whole snapshot of one letter looks like."""
    return "".join(f"name{each:03}: {letter * 1000}\n" for each in range(size)).encode()


if __name__ == "__main__":
    sys.exit(main())
