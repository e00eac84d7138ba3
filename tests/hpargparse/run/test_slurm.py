"""What `--slurm` accepts and submits; test_slurm_cluster.py runs it on a cluster."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.commands import run, sweep
from hpargparse.run.slurm import parse_request
from hpman import HpmanError, HyperParameterManager, m

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SLURM runs on Linux")
SOURCE = 'from hpman.m import _\n_("x", 1, choices=[1, 2], search=True)\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and a cluster that accepts all jobs and runs none."""
    folder = tmp_path / "my project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "train.py").write_text(SOURCE)
    (tmp_path / "bin").mkdir()
    for name, script in (("sbatch", "echo Submitted batch job 17"), ("srun", "exit 1")):
        _program(tmp_path / "bin" / name, script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("hpman.manager.PRESETS", {})
    monkeypatch.setitem(vars(m), "_", HyperParameterManager("_"))
    return folder


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _job(project: Path, kind: str) -> Any:
    """Return the job that was submitted."""
    pytest.importorskip("submitit", reason="`pip install submitit` runs this test")
    path = min(project.glob(f".hpman/{kind}/17*submitted.pkl"))
    return pickle.loads(path.read_bytes()).function


@pytest.mark.parametrize(
    ("text", "options", "workers", "minutes"),
    [
        ("workers=3", {}, 3, 60),
        ("--partition=gpu, mem=4G", {"partition": "gpu", "mem": "4G"}, 1, 60),
        ("exclude=n1,n2,cpus-per-task=4", {"exclude": "n1,n2", "cpus_per_task": "4"}, 1, 60),
        ("exclusive=", {"exclusive": True}, 1, 60),
        ("time=90", {}, 1, 90),
        ("time=0:30", {}, 1, 1),
        ("time=1:30:00", {}, 1, 90),
        ("time=1-12", {}, 1, 36 * 60),
        ("time=1-0:30", {}, 1, 24 * 60 + 30),
        ("time=1-0:0:01", {}, 1, 24 * 60 + 1),
    ],
)  # fmt: skip
def test_options_of_sbatch_are_accepted(
    text: str, options: dict[str, object], workers: int, minutes: int
) -> None:
    request = parse_request(text)
    assert (request.options, request.workers, request.minutes) == (options, workers, minutes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "`` is not NAME=VALUE"),
        ("gpu", "`gpu` is not NAME=VALUE"),
        ("=3", "`=3` is not NAME=VALUE"),
        ("workers=0", "workers=0 is not a number above 0"),
        ("workers=two", "workers=two is not a number above 0"),
        ("time=2h", "time=2h is not a time of SLURM"),
        ("time=0", "time=0 is not a time of SLURM"),
    ],
)
def test_a_mistake_in_the_options_is_a_sentence(text: str, message: str) -> None:
    with pytest.raises(HpmanError, match=message):
        parse_request(text)


@pytest.mark.parametrize("command", [sweep.main, run.main])
def test_without_slurm_nothing_is_submitted(
    command: Any, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(SystemExit) as ended:
        command(["--slurm", "time=3", "train.py"])
    assert ended.value.code == 2
    assert "cannot find `sbatch` and `srun` on the PATH" in capsys.readouterr().err
    assert not (project / ".hpman").exists()


def test_without_submitit_a_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("hpargparse.run.slurm.find_spec", lambda _name: None)
    with pytest.raises(SystemExit):
        sweep.main(["train.py", "--slurm", "time=3"])
    assert "`pip install 'hpman[slurm]'` installs it." in capsys.readouterr().err


def test_workers_are_an_array(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("submitit", reason="`pip install submitit` runs this test")
    sweep.main(["train.py", "--name", "a", "--slurm", "gpus=1,workers=2,exclusive="])
    assert (
        capsys.readouterr().out
        == """\
Submitted 2 workers as job 17, for 60 minutes each. SLURM starts those again that
it preempts, or that need more time.
  hpman runs --where "sweep == 'a'"  what they have done
  squeue -j 17                       whether they run
  scancel 17                         ends them; the same command goes on
Output: .hpman/sweeps/a/slurm
"""
    )
    script = (project / ".hpman/sweeps/a/slurm/17_submission.sh").read_text()
    for line in (
        "--array=0-1%2",
        "--gpus=1",
        "--exclusive",
        "--time=60",
        "--job-name=a",
        "--signal=USR2@90",
    ):
        assert f"#SBATCH {line}\n" in script
    assert "--resume=a" in vars(_job(project, "sweeps/a/slurm"))["_arguments"]
    sweep.main(["train.py", "--name", "a", "--slurm", "gpus=1,workers=2,exclusive="])
    assert "Submitted 2 workers" in capsys.readouterr().out, "the same command goes on"


def test_a_worker_goes_on_with_the_sweep_and_submits_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("submitit", reason="`pip install submitit` runs this test")
    monkeypatch.chdir(project.parent)
    sweep.main(["my project/train.py", "--name", "a", "--slurm", "time=9", "--", "x"])
    monkeypatch.chdir(project)
    sweep.main(["--resume", "--format", "json"])  # another worker
    text, data = capsys.readouterr().out.split("slurm\n", 1)
    assert text.startswith("Submitted a worker as job 17, for 9 minutes each.")
    folder = str(project / ".hpman/sweeps/a/slurm")
    assert json.loads(data) == {"event": "submitted", "job": "17", "workers": 1, "output": folder}
    with pytest.raises(SystemExit) as ended:
        _job(project, "sweeps/a/slurm")()
    assert ended.value.code == 0
    assert len(os.listdir(project / ".hpman/runs")) == 2
    plan = json.loads((project / ".hpman/sweeps/a/plan.json").read_text())
    assert plan["argv"][1:] == ["--name", "a", "--slurm", "time=9", "--", "x"]
    assert plan["resumed"] == [["--resume", "--format", "json"]]


def test_a_run_is_submitted_with_a_record(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("submitit", reason="`pip install submitit` runs this test")
    run.main(["--slurm=time=3", "--record", "train.py", "--x", "2"])
    assert capsys.readouterr().out.startswith("Submitted a run as job 17, for 3 minutes each.")
    job = _job(project, "slurm")
    assert job.checkpoint().function is job
    with pytest.raises(SystemExit) as ended:
        job()
    assert ended.value.code == 0
    assert len(os.listdir(".hpman/runs")) == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--slurm", "workers=2", "train.py"], "workers=... is for `hpman sweep`"),
        (["--slurm", "time=2", "train.py", "--y", "2"], "unrecognized arguments: --y"),
        (["--slurm", "time=2", "trian.py"], "Did you mean train.py?"),
        (["train.py", "--slurm", "time=2"], "put --slurm before the program: hpman run --slurm"),
        (["--slurm"], "`` is not NAME=VALUE"),
    ],
)
def test_a_mistake_in_a_run_is_reported_before_it_is_submitted(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("submitit", reason="`pip install submitit` runs this test")
    with pytest.raises(SystemExit) as ended:
        run.main(args)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "echo 'sbatch: error: invalid partition specified: x\nsbatch: error: no' >&2; exit 1",
            "--slurm: invalid partition specified: x.",
        ),
        ("exit 1", "--slurm: FailedJobError."),
    ],
)
def test_what_sbatch_refuses_is_a_sentence(
    script: str, message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("submitit", reason="`pip install submitit` runs this test")
    _program(project.parent / "bin" / "sbatch", script)
    with pytest.raises(SystemExit) as ended:
        sweep.main(["train.py", "--slurm", "partition=x"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        f"hpman sweep: error: {message}\n`sbatch --help` lists the options.\n"
    )


def test_a_sweep_that_is_over_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    sweep.main(["train.py", "--name", "b"])
    capsys.readouterr()
    pytest.importorskip("submitit", reason="`pip install submitit` runs this test")
    sweep.main(["train.py", "--name", "b", "--slurm", "time=2"])
    assert "Submitted" not in capsys.readouterr().out


@pytest.mark.slow
def test_a_job_that_ends_early_stops_its_process(project: Path) -> None:
    """The process ignores the signal of a preemption, and ends by SIGTERM."""
    (project / "train.py").write_text("import time\ntime.sleep(60)\n")
    code = (
        "import signal, sys\n"
        "from hpargparse.run.slurm import _Job\n"
        "signal.signal(signal.SIGUSR2, lambda *_: sys.exit(9))\n"
        f"_Job(['run', 'train.py'], {str(project)!r})()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], start_new_session=True) as process:
        time.sleep(2)
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGUSR2)
        assert process.wait(20) == 9
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.slow
def test_a_signal_may_follow_sigterm(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hpargparse.run.slurm import _Job

    (project / "train.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n")
    monkeypatch.setattr("hpargparse.run.slurm._DELAY", 0.5)
    start = time.monotonic()
    with pytest.raises(SystemExit) as ended:
        _Job(["run", "train.py"], str(project))()
    assert ended.value.code in {-signal.SIGTERM, 128 + signal.SIGTERM}
    assert time.monotonic() > start + 0.5
