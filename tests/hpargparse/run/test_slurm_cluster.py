"""Sweeps on a real SLURM cluster of one node; `nox -s slurm` installs what it needs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.slurm import Cluster, cluster, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("HPMAN_SLURM" not in os.environ, reason="`nox -s slurm` runs this test"),
    pytest.mark.skipif(bool(missing()), reason=missing() or "a cluster can be started"),
]
TRIALS = 40
SOURCE = """\
import os, time
from hpman.m import _
from hpman import report

x = _("x", 0, range=[0, 999], search=True)
start = time.time()
time.sleep(_("seconds", 0.7))
report(loss=(x - 30) ** 2)
with open("seen.txt", "a") as file:
    print(os.environ["CUDA_VISIBLE_DEVICES"], start, time.time(), file=file)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("submitit", reason="`nox -s slurm` installs submitit")
    folder = tmp_path / "my project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "train.py").write_text(SOURCE)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def slurm(project: Path, tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "slurm") as started:
        yield started


def _finished(project: Path) -> list[tuple[int, str]]:
    """Return the trials of the runs that have finished, with their values."""
    found = []
    for path in project.glob(".hpman/runs/*/end.json"):
        if json.loads(path.read_text())["status"] == "finished":
            run = json.loads((path.parent / "run.json").read_text())
            found.append((run["trial"], run["values"]["x"]))
    return sorted(found)


def _submit(slurm: Cluster, *args: str, command: str = "sweep") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hpman", command, *args],
        env=slurm.environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    match = re.search(r"as job (\d+)", done.stdout)
    assert match, done
    return match[1]


def test_a_sweep_survives_what_a_cluster_does_to_it(slurm: Cluster, project: Path) -> None:
    args = ["train.py", "--minimize", "loss", "--random", f"--trials={TRIALS}", "--name=a"]
    args += ["--retries=9", "--slurm", "gpus=1,time=30,workers=3"]
    job = _submit(slurm, *args)

    def wait_for(number: int) -> None:
        slurm.wait(lambda: len(_finished(project)) >= number, 120)

    wait_for(4)
    slurm.run("scontrol", "requeue", f"{job}_0")
    slurm.try_run("scontrol", "update", f"JobId={job}_0", "StartTime=now")
    wait_for(8)
    slurm.run("scancel", "--signal=TERM", f"{job}_1")  # as submitit says a preemption is
    slurm.run("scancel", "--signal=USR2", f"{job}_1")
    slurm.wait(lambda: slurm.states().get(f"{job}_1") != "RUNNING", 60)
    assert f"{job}_1" in slurm.states(), "it was not requeued"
    slurm.try_run("scontrol", "update", f"JobId={job}_1", "StartTime=now")
    wait_for(12)
    slurm.run("scancel", f"{job}_2")
    wait_for(16)
    slurm.run("scancel", job)
    slurm.wait(lambda: not slurm.states(), 60)
    ended = len(_finished(project))
    assert 16 <= ended < TRIALS
    seen = [line.split() for line in (project / "seen.txt").read_text().splitlines()]

    job = _submit(slurm, "--resume", "a", "--slurm", "gpus=1,time=30,workers=2")
    wait_for(ended + 4)
    slurm.kill_slurmd()
    wait_for(ended + 8)
    slurm.start_slurmd()
    slurm.wait(lambda: len(_finished(project)) >= TRIALS or _restart(slurm), 240)
    slurm.wait(lambda: not slurm.states() or _restart(slurm), 60)
    finished = _finished(project)
    assert [trial for trial, _x in finished] == [*range(TRIALS)]
    assert len({x for _trial, x in finished}) == TRIALS

    assert {gpu for gpu, _start, _end in seen} == {"0", "1"}
    for gpu in "01":
        times = sorted((float(s), float(e)) for number, s, e in seen if number == gpu)
        assert all(a[1] <= b[0] for a, b in pairwise(times)), "shared a GPU"


def _restart(slurm: Cluster) -> bool:
    """Let requeued jobs start now; SLURM would wait for two minutes."""
    for job, state in slurm.states().items():
        if state == "PENDING":
            slurm.try_run("scontrol", "update", f"JobId={job}", "StartTime=now")
    return False


def test_a_run_leaves_a_record(slurm: Cluster, project: Path) -> None:
    spec = "--slurm=gpus=1,time=5"
    _submit(slurm, spec, "train.py", "--x", "7", "--seconds", "0", command="run")
    slurm.wait(lambda: not slurm.states(), 60)
    (end,) = project.glob(".hpman/runs/*/end.json")
    assert json.loads(end.read_text())["metrics"] == {"loss": 23**2}
