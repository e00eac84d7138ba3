"""What `report` keeps, and what it costs where nothing is recorded."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from hpman import report, run_files, stopping
from hpman.run_files import VARIABLE, last_reported, release, take

if TYPE_CHECKING:
    from pathlib import Path


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
