"""How runs are stopped, and records removed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from hpargparse.errors import SnapshotError
from hpargparse.runs.record import RunRecord, find_record, records, remove, request_stop, stop
from hpman import HpmanError
from hpman.run_files import release, take
from tests.hpargparse.runs.recorded import COMMAND, environment, needs_fork, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

LOOP = "import time\nprint('up', flush=True)\n"
PROGRAMS = {
    "looks": ("from hpman import stopping\nwhile not stopping(): time.sleep(0.01)\n", 0, 30.0),
    "does not look": ("while True: time.sleep(9)\n", -signal.SIGTERM, 0.1),
}


def _start(folder: Path, text: str) -> tuple[subprocess.Popen[bytes], RunRecord]:
    (folder / "train.py").write_text(LOOP + text)
    (folder / "pyproject.toml").touch()
    process = subprocess.Popen(
        [*COMMAND, "--record", "train.py"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    (record,) = records(f"{folder}/.hpman/runs")
    assert RunRecord(record.folder).status == "running"
    return process, record


@needs_fork
@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("reason", ["stopped", "pruned"])
def test_a_run_is_asked_to_end_and_then_told(name: str, reason: str, tmp_path: Path) -> None:
    text, status, patience = PROGRAMS[name]
    process, record = _start(tmp_path, text)
    with process:
        with pytest.raises(HpmanError, match="is running"):
            remove(record)
        request_stop(record.folder, reason)
        assert stop(record, patience) or status
        assert process.wait(20) == status
    assert RunRecord(record.folder).status == reason
    remove(record)
    assert os.listdir(tmp_path / ".hpman/runs") == []


@needs_fork
def test_a_run_that_goes_on_is_reported(tmp_path: Path) -> None:
    text = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True)\n"
    process, record = _start(tmp_path, text + "while True: time.sleep(9)\n")
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        assert not stop(record, 0.1)
        process.kill()
    assert RunRecord(record.folder).status == "stopped"


def test_a_run_that_is_over_is_not_stopped(tmp_path: Path) -> None:
    with pytest.raises(HpmanError, match="`a` is not running: it is finished"):
        stop(write(tmp_path, "a"), 0)


def test_a_run_elsewhere_is_only_asked(tmp_path: Path) -> None:
    record = write(tmp_path, "a", {}, started=time.time(), host="elsewhere")
    lease = take(f"{record.folder}/lease")
    assert lease is not None
    with pytest.raises(HpmanError, match="runs on elsewhere, and did not end"):
        stop(record, 0)
    release(lease)
    assert RunRecord(record.folder).status == "stopped"


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_of_a_record_elsewhere_only_the_link_is_removed(tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere", "abc")
    folder = tmp_path / ".hpman" / "runs"
    folder.mkdir(parents=True)
    (folder / "abc").symlink_to(elsewhere.folder)
    (folder / "file").touch()
    remove(find_record(str(folder), "abc"))
    assert os.listdir(folder) == ["file"]
    assert elsewhere.status == "finished"
    with pytest.raises(SnapshotError, match="No run in"):
        find_record(str(folder), "file")
