"""Rows on records of runs: what one costs, and how long many take to list."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from time import monotonic
from typing import TYPE_CHECKING

from hpargparse.commands.hpman import main
from hpargparse.runs.record import write_json
from hpman.run_files import VARIABLE

from .measure import Row, best, best_of_processes, best_of_statements, output

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNT = 10_000
_NAMES = 10
_PROGRAM = """\
import time
started = time.monotonic()
from hpman import report
from hpman.m import _
for step in range(10):
    report(val_loss=1 / (step + 1), step=step)
print(started, _("lr", 1e-3))
"""


def rows(folder: str, _upstream: str | None) -> Iterator[Row]:
    """Measure each row in turn."""
    project = os.path.join(folder, "recorded")
    os.makedirs(project)
    script = os.path.join(project, "train.py")
    for path, text in ((script, _PROGRAM), (os.path.join(project, "pyproject.toml"), "")):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    yield from _one_run(project, script)
    yield from _reports(project)
    yield from _listing(os.path.join(folder, "listed"))


def _one_run(project: str, script: str) -> Iterator[Row]:
    command = [sys.executable, "-m", "hpman", "run"]
    plain, recorded = best_of_processes([*command, script], [*command, "--record", script])
    # Where the floor is a unit, the row is no ratio, and the aim is a budget.
    yield Row("a record, whole process", "ms more than without", (recorded - plain) * 1e3)
    pairs = [[_start(command, script), _start([*command, "--record"], script)] for _ in range(10)]
    plain, recorded = map(min, zip(*pairs, strict=True))
    yield Row(
        "a record, until the program starts", "ms more than without", (recorded - plain) * 1e3, 40
    )
    runs = os.path.join(project, ".hpman", "runs")
    sizes = [_size(os.path.join(runs, name)) for name in os.listdir(runs)]
    yield Row("a record, 10 reports", "KiB", max(sizes) / 1024, 5)
    (disk,) = best(lambda: _write_record(project))
    yield Row("the files of a record", "ms", disk * 1e3, 10)


def _start(command: list[str], script: str) -> float:
    """Return the time from the start of a command to the first statement of the program."""
    begun = monotonic()
    return float(output([*command, script]).split()[0]) - begun


def _write_record(folder: str) -> None:
    data = {f"key{number}": "x" * 100 for number in range(20)}
    for name in ("run.json", "run.json", "end.json"):
        write_json(folder, name, data)


def _size(folder: str) -> int:
    with os.scandir(folder) as entries:
        return sum(entry.stat().st_size for entry in entries)


def _reports(folder: str) -> Iterator[Row]:
    names: dict[str, object] = {}
    exec("from hpman import report, stopping", names)
    os.environ.pop(VARIABLE, None)
    (outside,) = best_of_statements("report(a=0.5, step=3)", names=names, number=10_000)
    yield Row("report() without a record", "microseconds", outside * 1e6, 10)
    os.environ[VARIABLE] = folder
    try:
        inside, stopping = best_of_statements(
            "report(a=0.5, step=3)", "stopping()", names=names, number=1000
        )
    finally:
        del os.environ[VARIABLE]
    yield Row("report() in a record", "microseconds", inside * 1e6, 50)
    yield Row("stopping() in a record", "microseconds", stopping * 1e6, 50)


def _listing(folder: str) -> Iterator[Row]:
    """Compare a list of all runs with reading and parsing their files."""
    runs = os.path.join(folder, ".hpman", "runs")
    for number in range(_COUNT):
        _make(os.path.join(runs, f"r{number:05}"), number)

    def read() -> None:
        for name in os.listdir(runs):
            for part in ("run.json", "end.json"):
                with open(os.path.join(runs, name, part), "rb") as file:
                    json.load(file)

    def show() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            main(["runs"])

    here = os.getcwd()
    os.chdir(folder)
    try:
        floor, ours = best(read, show, rounds=3)
    finally:
        os.chdir(here)
    yield Row(f"a list of {_COUNT:,} runs", "json.load of their files", ours / floor, 2)
    yield Row(f"a list of {_COUNT:,} runs", "seconds", ours, 1)


def _make(folder: str, number: int) -> None:
    names = [f"model.name{index}" for index in range(_NAMES)]
    run = {
        "schema": 1,
        "id": os.path.basename(folder),
        "program": "train.py",
        "argv": ["train.py", "--model.name1", "0.5"],
        "started": 1.7e9 + number,
        "process": 1,
        "values": {name: str(number / 7) for name in names},
        "changed": names[:2],
        "origins": {name: ["train.py:12 default 1e-3", "--name"] for name in names},
        "sources": {f"package/module{index}.py": "0123456789abcdef" for index in range(10)},
        "revision": "0" * 40,
        "packages": [f"package{index}==1.{index}.0" for index in range(60)],
    }
    metrics = {"val_loss": 1 / (number + 1), "accuracy": 0.5}
    end = {"status": "finished", "exit": 0, "ended": 1.7e9 + number + 60, "metrics": metrics}
    os.makedirs(folder)
    for name, data in (("run.json", run), ("end.json", end)):
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items()]
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write("{\n" + ",\n".join(lines) + "\n}\n")
