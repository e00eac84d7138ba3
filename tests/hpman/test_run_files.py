"""What `report` keeps, and that leases end with the process that holds them, and only then."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from hpman import report, run_files, stopping
from hpman.run_files import VARIABLE, is_held, last_reported, release, take

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import os, sys, time
from hpman.run_files import take
assert take(sys.argv[1]) is not None
if sys.argv[2] == "fork" and os.fork() != 0:
    time.sleep(60)  # the child prints, and has no lease any more
if sys.argv[2] == "start":
    import subprocess
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
print(os.getpid(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.setattr(run_files, "_writer", None)
    return tmp_path


def _rows(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "time"} for line in lines]


class Scalar:
    def __init__(self, value: object) -> None:
        self.value = value

    def item(self) -> object:
        if self.value is None:
            raise ValueError
        return self.value

    def __repr__(self) -> str:
        return "Scalar"


def test_without_a_record_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    report(val_loss=0.3, step=1)
    assert not stopping()
    assert not os.listdir()


def test_each_report_is_a_line(folder: Path) -> None:
    report(val_loss=0.3, step=1)
    report(acc=1, **{"größe/a": True})
    assert _rows(folder) == [{"step": 1, "val_loss": 0.3}, {"acc": 1, "größe/a": True}]
    assert last_reported(str(folder)) == {"val_loss": 0.3, "acc": 1, "größe/a": True}
    assert last_reported("elsewhere") is None


def test_what_is_no_number_is_kept_as_well_as_possible(folder: Path) -> None:
    report(a=Scalar(1.5), b=Scalar([1]), c=Scalar(None), d=Fraction(1, 2), e="x", f=float("inf"))
    (row,) = _rows(folder)
    assert row == {
        "a": 1.5,
        "b": "[1]",
        "c": "Scalar",
        "d": "Fraction(1, 2)",
        "e": "x",
        "f": float("inf"),
    }


def test_only_rank_0_reports(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    report(a=1)
    assert not os.listdir(folder)
    monkeypatch.setenv("RANK", "0")
    report(a=1)
    assert len(_rows(folder)) == 1


def test_a_request_to_stop_is_seen(folder: Path) -> None:
    assert not stopping()
    (folder / "stop").touch()
    assert stopping()


def test_an_error_of_the_disk_is_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.rmdir(folder)
    report(a=1)
    report(a=2)
    assert capsys.readouterr().err.count("metrics of this run are no longer kept") == 1
    assert last_reported(str(folder)) is None


def test_an_error_without_standard_error_is_silent(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.rmdir(folder)
    monkeypatch.setattr("sys.stderr", None)
    report(a=1)
    assert last_reported(str(folder)) is None


def test_another_record_gets_its_own_metrics(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report(a=1)
    for name in ("taken", "other"):
        (folder / name).mkdir()
    lease = take(str(folder / "taken" / "metrics.jsonl"))
    monkeypatch.setenv(VARIABLE, str(folder / "taken"))
    report(a=2)  # another process reports there
    assert _rows(folder / "taken") == []
    release(lease or 0)
    monkeypatch.setenv(VARIABLE, str(folder / "other"))
    report(b=2)
    assert _rows(folder / "other") == [{"b": 2}]


def test_threads_report_together(folder: Path) -> None:
    threads = [threading.Thread(target=report, kwargs={"a": number}) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(row["a"]) for row in _rows(folder)) == sorted(map(str, range(20)))


def _report_from_a_worker() -> None:
    report(worker=1)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_one_process_of_a_run_reports(method: str, folder: Path) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this system")
    context: Any = multiprocessing.get_context(method)

    def work() -> None:
        process = context.Process(target=_report_from_a_worker)
        process.start()
        process.join()
        assert process.exitcode == 0

    work()  # the first to report, and only until it ends
    assert last_reported(str(folder)) is None
    report(main=1)
    work()
    report(main=2)
    assert _rows(folder) == [{"worker": 1}, {"main": 1}, {"main": 2}]


@pytest.mark.parametrize("children", ["none", "fork", "start"])
def test_a_lease_ends_with_a_kill_and_no_child_holds_it(children: str, tmp_path: Path) -> None:
    path = str(tmp_path / "lease")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path, children], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            process.stdout.readline()
            assert is_held(path)
            assert take(path) is None
            process.kill()
            process.wait()
            assert not is_held(path)
            again = take(path)
            assert again is not None
            release(again)
        finally:
            os.killpg(process.pid, signal.SIGKILL) if children != "none" else None


def test_a_lease_that_is_released_is_free(tmp_path: Path) -> None:
    path = str(tmp_path / "lease")
    assert not is_held(path)
    first = take(path)
    assert first is not None
    assert is_held(path)
    release(first)
    release(first)  # a second time does nothing
    assert not is_held(path)


def test_without_locks_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int, *, shared: bool, waits: bool = False) -> None:
        raise OSError(38 + shared, "Function not implemented")

    monkeypatch.setattr(run_files, "_lock_file", fail)
    path = str(tmp_path / "lease")
    descriptor = take(path)
    assert descriptor is not None
    assert is_held(path) is None
    release(descriptor)


def test_a_forked_child_closes_leases(tmp_path: Path) -> None:
    descriptor = take(str(tmp_path / "lease"))
    assert descriptor is not None
    run_files._close_all()
    release(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_whoever_waits_gets_a_lease_when_it_is_free(tmp_path: Path) -> None:
    path = str(tmp_path / "lease")
    first = take(path)
    assert first is not None
    threading.Timer(0.1, release, [first]).start()
    second = take(path, waits=True)
    assert second is not None
    assert take(path) is None
    release(second)
