"""Programs that are recorded in a process of their own, and records written by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.runs.record import RunRecord, records

if TYPE_CHECKING:
    from pathlib import Path

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
COMMAND = (sys.executable, "-m", "hpman", "run")
RUN = {
    "schema": 1,
    "id": "abc",
    "program": "train.py",
    "process": 1,
    "started": 1_700_000_000.0,
    "values": {"lr": "0.1"},
    "changed": ["lr"],
    "origins": {"lr": ["train.py:1 default 1e-3", "--lr"]},
}


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a program that may be recorded."""
    kept = {k: v for k, v in os.environ.items() if k not in ("HPMAN_RUN", "RANK")}
    return {**kept, **changes}


def run(
    folder: Path, text: str, *args: str, status: int | None = 0, **settings: Any
) -> subprocess.CompletedProcess[str]:
    """Record a program with this text, and return what it showed."""
    (folder / "train.py").write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").touch()
    settings = {"capture_output": True, "env": environment(), **settings}
    done = subprocess.run(
        [*COMMAND, "--record", "train.py", *args], cwd=folder, text=True, check=False, **settings
    )
    assert status in (None, done.returncode), done.stderr
    return done


def record(folder: Path) -> RunRecord:
    """Return the only record of a project."""
    (found,) = records(str(folder / ".hpman" / "runs"))
    return found


def write(
    folder: Path, name: str, end: dict[str, object] | None = None, **changes: object
) -> RunRecord:
    """Write a record of a run that finished, or ended otherwise."""
    path = folder / ".hpman" / "runs" / name
    path.mkdir(parents=True)
    data = {**RUN, "id": name, **changes}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items()]
    (path / "run.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    (path / "lease").touch()
    if end is None:
        end = {"status": "finished", "exit": 0, "ended": 1_700_000_075.0, "metrics": {}}
    if end:
        (path / "end.json").write_text(json.dumps(end))
    return RunRecord(str(path))


def wait_for(condition: object) -> None:
    """Wait until a condition holds; the process that copies may end later than the run."""
    end = time.monotonic() + 10
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)
