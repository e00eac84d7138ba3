"""Kill the processes of a sweep at random, and count what became of its trials.

`python -m tests.hpargparse.sweep.chaos` prints a table of many seeds.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hpargparse.runs.record import RunRecord, records
from tests.hpargparse.runs.recorded import environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

TRAIN = """\
import time
from hpman import report
from hpman.m import _
time.sleep(_("pause", 0.05))
report(loss=_("x", 0.0, range=[0.0, 1.0], search=True))
"""
NAME = "chaos"
HEADERS = ("complete", "unique", "lost", "doubled", "stuck", "kills", "again", "seconds")
LIMIT = 600  # seconds after which a sweep is stuck


def wreck(
    folder: Path, seed: int, *, trials: int, drivers: int, kills: int, **settings: Any
) -> dict[str, float]:
    """Run a sweep to its end although processes are killed, and return the counts."""
    machines = Machines([folder], trials, **settings)
    rng = random.Random(seed)
    start = time.monotonic()
    running = [machines.begin(number) for number in range(drivers)]
    killed = 0
    while killed < kills and any(driver.poll() is None for driver in running):
        kill_one(rng, running)
        killed += 1
        running = [machines.again(number, driver) for number, driver in enumerate(running)]
    for driver in running:
        if rng.random() < 0.5:  # the others finish what these leave
            driver.kill()
        driver.wait(LIMIT)
    before = time.time()
    machines.begin(0).wait(LIMIT)
    later = [record.started for record in _records(folder) if record.started > before]
    return {
        **count(folder, trials),
        "kills": killed,
        "again": round(min(later) - before, 2) if later else 0.0,
        "seconds": round(time.monotonic() - start, 1),
    }


class Machines:
    """Folders in which commands of the same sweep run.

    Args:
        folders: the folders of the project.
        trials: the number of trials.
        options: more options.
        changes: what changes in the environment.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        trials: int,
        *,
        options: Sequence[str] = (),
        changes: Mapping[str, str] | None = None,
    ) -> None:
        self._folders = folders
        common = f"--name {NAME} --minimize loss --trials {trials} --jobs 2 --retries 999"
        self._command = ["train.py", *common.split(), *(options or ["--random"])]
        self._environment = environment(**(changes or {}))
        for folder in folders:
            folder.mkdir(exist_ok=True)
            (folder / "train.py").write_text(TRAIN)
            (folder / "pyproject.toml").touch()

    def begin(self, number: int) -> subprocess.Popen[bytes]:
        """Start the command in one of the folders."""
        return subprocess.Popen(
            [sys.executable, "-m", "hpman", "sweep", *self._command],
            cwd=self._folders[number % len(self._folders)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def again(self, number: int, driver: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """Return a command that runs, or start it again."""
        return driver if driver.poll() is None else self.begin(number)


def kill_one(rng: random.Random, running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Kill a command, or one of its runs, after a moment."""
    time.sleep(rng.uniform(0.0, 0.6))
    driver = rng.choice(running)
    children = _children(driver.pid) if driver.poll() is None else []
    # The warm process, and those that it has forked.
    children += [run for child in children for run in _children(child)]
    if children and rng.random() < 0.4:
        with suppress(ProcessLookupError):
            os.kill(rng.choice(children), signal.SIGKILL)
    else:
        driver.kill()
        driver.wait()


def count(folder: Path, trials: int) -> dict[str, float]:
    """Return what became of the trials, by the records in a folder."""
    finished = [record for record in _records(folder) if record.status == "finished"]
    counts = Counter(record.summary["trial"] for record in finished)
    return {
        "complete": len(finished),
        "unique": len({record.values["x"] for record in finished}),
        "lost": len(set(range(trials)) - set(counts)),
        "doubled": sum(count > 1 for count in counts.values()),
        "stuck": sum(record.status == "running" for record in _records(folder)),
    }


def _children(pid: int) -> list[int]:
    """Return the processes that a process has started, on Linux."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _records(folder: Path) -> list[RunRecord]:
    found = records(str(folder / ".hpman" / "runs"))
    return [record for record in found if (Path(record.folder) / "run.json").exists()]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("seeds", 20), ("trials", 200), ("drivers", 4), ("kills", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    print("seed", *HEADERS, sep="\t")
    bad = 0
    for seed in range(options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            row = wreck(
                Path(folder),
                seed,
                trials=options.trials,
                drivers=options.drivers,
                kills=options.kills,
            )
        print(seed, *row.values(), sep="\t", flush=True)
        is_good = row["complete"] == row["unique"] == options.trials
        bad += not is_good or bool(row["lost"] or row["doubled"] or row["stuck"])
    raise SystemExit(bad > 0)


if __name__ == "__main__":
    main()
