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
    from collections.abc import Mapping

TRAIN = """\
import time
from hpman import report
from hpman.m import _
time.sleep(_("pause", 0.05))
report(loss=_("x", 0.0, range=[0.0, 1.0], search=True))
"""
NAME = "chaos"
HEADERS = ("complete", "unique", "lost", "doubled", "stuck", "kills", "again", "seconds")
_LIMIT = 600  # seconds after which a sweep is stuck


def wreck(
    folder: Path,
    seed: int,
    *,
    trials: int,
    drivers: int,
    kills: int,
    changes: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Run a sweep to its end although processes are killed, and return the counts.

    The environment of the processes has some changes.
    """
    (folder / "train.py").write_text(TRAIN)
    (folder / "pyproject.toml").touch()
    rng = random.Random(seed)
    start = time.monotonic()

    def begin() -> subprocess.Popen[bytes]:
        return _start(folder, trials, changes or {})

    running = [begin() for _ in range(drivers)]
    killed = 0
    while killed < kills and any(driver.poll() is None for driver in running):
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
        killed += 1
        running = [d if d.poll() is None else begin() for d in running]
    for driver in running:
        if rng.random() < 0.5:  # the others finish what these leave
            driver.kill()
        driver.wait(_LIMIT)
    before = time.time()
    begin().wait(_LIMIT)
    later = [record.started for record in _records(folder) if record.started > before]
    finished = [record for record in _records(folder) if record.status == "finished"]
    counts = Counter(record.summary["trial"] for record in finished)
    return {
        "complete": len(finished),
        "unique": len({record.values["x"] for record in finished}),
        "lost": len(set(range(trials)) - set(counts)),
        "doubled": sum(count > 1 for count in counts.values()),
        "stuck": sum(record.status == "running" for record in _records(folder)),
        "kills": killed,
        "again": round(min(later) - before, 2) if later else 0.0,
        "seconds": round(time.monotonic() - start, 1),
    }


def _start(folder: Path, trials: int, changes: Mapping[str, str]) -> subprocess.Popen[bytes]:
    options = f"--name {NAME} --minimize loss --random --trials {trials} --jobs 2 --retries 999"
    return subprocess.Popen(
        [sys.executable, "-m", "hpman", "sweep", "train.py", *options.split()],
        cwd=folder,
        env=environment(**changes),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


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
