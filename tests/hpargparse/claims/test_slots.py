"""GPUs as slots: which there are, and that two runs never share one by mistake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hpargparse.claims import slots as module
from hpargparse.claims.slots import Slots, find_gpus
from hpargparse.commands import sweep
from hpargparse.runs.record import RunRecord, records
from hpman import HpmanError, run_files
from hpman.run_files import release
from tests.hpargparse.runs.recorded import environment, needs_fork, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

VISIBLE = "CUDA_VISIBLE_DEVICES"
DRIVERS: list[subprocess.Popen[bytes]] = []


@pytest.mark.parametrize(
    ("request_", "visible", "gpus"),
    [
        ("none", "0", []),
        ("0, 1", "5", ["0", "1"]),
        ("auto", "2,GPU-8f2a", ["2", "GPU-8f2a"]),
    ],
)
def test_which_gpus_there_are(
    request_: str, visible: str, gpus: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VISIBLE, visible)
    assert find_gpus(request_) == gpus


@pytest.mark.parametrize(
    ("request_", "visible", "message"),
    [
        ("", None, "--gpus is ``, which names no GPU."),
        ("0,,1", None, "--gpus is `0,,1`, which names no GPU."),
        ("0,1,0", None, "--gpus names a GPU twice: `0,1,0`."),
        ("auto", "", "CUDA_VISIBLE_DEVICES is ``, which names no GPU."),
        ("auto", "-1", "CUDA_VISIBLE_DEVICES is `-1`, which names no GPU."),
        ("auto", None, "`nvidia-smi -L` does not list the GPUs: "),
    ],
)
def test_no_gpus(
    request_: str,
    visible: str | None,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(VISIBLE, raising=False)
    if visible is not None:
        monkeypatch.setenv(VISIBLE, visible)
    with pytest.raises(HpmanError) as raised:
        find_gpus(request_)
    assert message in str(raised.value)
    assert "Name GPUs, such as `--gpus 0,1`, or leave" in str(raised.value)


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands for the program")
def test_all_gpus_of_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VISIBLE, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'GPU 0: A100 (UUID: GPU-1)'\necho 'GPU 1: A100'\n")
    program.chmod(0o755)
    assert find_gpus("auto") == ["0", "1"]
    program.write_text("#!/bin/sh\n")
    with pytest.raises(HpmanError, match="lists no GPU"):
        find_gpus("auto")
    program.write_text("#!/bin/sh\nexit 9\n")
    with pytest.raises(HpmanError, match="non-zero exit status 9"):
        find_gpus("auto")


def test_slots_are_taken_once(tmp_path: Path) -> None:
    slots = Slots(str(tmp_path), ["0", "MIG-1/2"], 2)
    others = Slots(str(tmp_path), ["0"], 2)
    assert slots.count == 4
    taken = [slots.take() for _ in range(5)]
    assert [slot and slot.gpu for slot in taken] == ["0", "MIG-1/2", "0", "MIG-1/2", None]
    assert others.take() is None
    assert taken[0] is not None
    assert taken[0].environment == {VISIBLE: "0"}
    for slot in filter(None, taken[::-1]):
        release(slot.lease)
    again = others.take()
    assert again is not None
    release(again.lease)


def test_slots_are_taken_once_although_locks_do_not_hold_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(module, "gettempdir", lambda: str(tmp_path / "tmp"))

    def take(path: str) -> int | None:
        return os.open(path, os.O_CREAT) if ".hpman" in path else run_files.take(path)

    monkeypatch.setattr(module, "take", take)
    monkeypatch.setattr(module, "release", os.close)
    one, other = (Slots(str(tmp_path), ["0", "1"], 1) for _ in range(2))
    taken = [one.take(), other.take(), one.take(), other.take()]
    assert [slot and slot.gpu for slot in taken] == ["0", "1", None, None]
    for slot in filter(None, taken):
        release(slot.lease)


def test_mistakes_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text("from hpman.m import _\n_('x', 1)\n")
    for options, message in (
        (["--per-gpu", "2"], "--per-gpu needs GPUs: add --gpus auto, or their names"),
        (["--gpus", "0,0"], "--gpus names a GPU twice: `0,0`."),
    ):
        with pytest.raises(SystemExit, match="2"):
            sweep.main(["train.py", "--sweep", "x=1", *options])
        assert message in capsys.readouterr().err
    assert not Path(".hpman").exists()


TRAIN = f"""\
import os, time
from hpman import report
from hpman.m import _
gpu, x = os.environ["{VISIBLE}"], _("x", 1)
print(gpu, flush=True)
mark = f"busy-{{gpu}}"
os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
while gpu == "7" and os.path.exists("wait"): time.sleep(0.01)
time.sleep(0.05)
os.remove(mark)
report(loss=x)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "train.py").write_text(TRAIN)
    yield tmp_path
    (tmp_path / "wait").unlink(missing_ok=True)
    for driver in DRIVERS:
        driver.kill()
        driver.communicate()
    DRIVERS.clear()


def _start(*options: str, name: str = "s") -> subprocess.Popen[bytes]:
    command = ["train.py", "--name", name, "--sweep", "x=1..6", "--grid", "--minimize", "loss"]
    driver = subprocess.Popen(
        [sys.executable, "-m", "hpman", "sweep", *command, "--format", "json", *options],
        env=environment(),
        stdout=subprocess.PIPE,
    )
    DRIVERS.append(driver)
    return driver


def _end(driver: subprocess.Popen[bytes]) -> dict[str, object]:
    output, _ = driver.communicate(timeout=100)
    event: dict[str, object] = json.loads(output.splitlines()[-1])
    return event


def _records() -> list[RunRecord]:
    return sorted(records(".hpman/runs"), key=lambda record: record.id)


@needs_fork
@pytest.mark.slow
@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("warm", [[], ["--no-warm"]])
def test_two_sweeps_share_gpus(warm: list[str]) -> None:
    """A run fails if another one has the same GPU."""
    drivers = [_start("--gpus", "0,1", *warm, name=name) for name in ("a", "b")]
    assert [_end(driver)["complete"] for driver in drivers] == [6, 6]
    assert {record.output() for record in _records()} == {b"0\n", b"1\n"}


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("warm", [[], ["--no-warm"]])
def test_a_run_keeps_its_gpu_if_the_sweep_is_killed(warm: list[str], project: Path) -> None:
    (project / "wait").touch()
    driver = _start("--gpus", "7", *warm)
    wait_for((project / "busy-7").exists)
    driver.send_signal(signal.SIGKILL)
    driver.communicate(timeout=10)
    again = _start("--gpus", "7", *warm)
    other = _start("--gpus", "7,8", *warm, name="other")
    wait_for(lambda: len(_records()) > 3)  # those of the other GPU
    assert [r.id for r in _records() if r.output() == b"7\n"] == [_records()[-1].id]
    (project / "wait").unlink()
    assert [_end(driver)["complete"] for driver in (again, other)] == [6, 6]
    assert {record.status for record in _records()} == {"finished"}


def test_jobs_of_slurm_do_not_share_slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for job in ("1", "2"):
        monkeypatch.setenv("SLURM_JOB_ID", job)
        found.append(Slots(str(tmp_path), ["0"], 1).take())
    for slot in found:
        assert slot is not None
        release(slot.lease)
