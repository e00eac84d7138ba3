"""What trackers get of runs, without the trackers; `nox -s exports` tests these themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.runs import exports, trackers
from hpargparse.runs.exports import Point, export, history
from hpman import HpmanError
from hpman.run_files import release, take
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path

    from hpargparse.runs.exports import ExportedRun
    from hpargparse.runs.record import RunRecord


def _report(record: RunRecord, *rows: dict[str, Any]) -> RunRecord:
    with open(f"{record.folder}/metrics.jsonl", "w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)
    return record


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> list[ExportedRun]:
    """What a tracker without a library gets; it has the run `old` already."""
    got: list[ExportedRun] = []

    def to_wandb(run: ExportedRun, output: str) -> bool:
        if output == "bad":
            raise ZeroDivisionError
        if output == "full":
            raise OSError(28, "No space left on device")
        if run.id == "old":
            return False
        got.append(run)
        return True

    monkeypatch.setattr(trackers, "to_wandb", to_wandb)
    monkeypatch.setattr(exports, "require_library", lambda *_names: None)
    return got


def test_points_are_numbers_by_step(tmp_path: Path) -> None:
    record = _report(
        write(tmp_path, "a"),
        {"time": 5.0, "step": 2, "loss": 1.5, "text": "x", "none": None, "huge": 10**400},
        {"time": 6.0, "step": 1, "ok": True},
        {"time": 7.0, "step": 2, "acc": 3},
        {"time": "?", "loss": float("inf")},
        {"time": 9.0, "step": 3, "text": "y"},
    )
    assert history(record) == [
        Point(1, 6.0, {"ok": 1.0}),
        Point(2, 1_700_000_000.0, {"loss": float("inf"), "acc": 3.0}),
    ]


def test_rows_without_steps_are_numbered(tmp_path: Path) -> None:
    record = _report(write(tmp_path, "a"), {"x": 1}, {"step": "end", "x": 2}, {"step": True})
    assert [(point.step, point.metrics) for point in history(record)] == [
        (0, {"x": 1.0}),
        (1, {"x": 2.0}),
    ]
    assert history(write(tmp_path, "b")) == []


def test_a_metric_that_was_not_reported_belongs_to_the_last_step(tmp_path: Path) -> None:
    end = {"status": "finished", "ended": 1_700_000_075.0, "metrics": {"acc": 0.5, "x": 3, "s": ""}}
    found_in_output = write(tmp_path, "a", end)
    assert history(found_in_output) == [Point(0, 1_700_000_075.0, {"acc": 0.5, "x": 3.0})]
    beside_reports = _report(found_in_output, {"step": 4, "time": 1, "x": 1}, {"step": 2, "x": 2})
    assert [(point.step, point.metrics) for point in history(beside_reports)] == [
        (2, {"x": 2.0}),
        (4, {"x": 1.0, "acc": 0.5}),
    ]


def test_a_tracker_gets_scalars_and_whole_steps(
    tmp_path: Path, exported: list[ExportedRun]
) -> None:
    values = {"lr": "1e-3", "act": "'relu'", "flag": "True", "ks": "(3, 3)", "x": "a b"}
    half = _report(
        write(tmp_path, "a", values=values, revision="1234"),
        {"time": 1.0, "step": 0.5, "loss": 3},
        {"time": 2.0, "step": 1, "loss": 2},
    )
    lost = _report(write(tmp_path, "b", {}), {"time": 1_700_000_009.0, "step": 7, "loss": 1})
    text = export([half, lost, write(tmp_path, "c", {})], "wandb")
    assert text == "Exported 3 of 3 runs.\n`wandb sync wandb/offline-run-*` uploads them.\n"
    run = exported[0]
    assert run.values == {"lr": 1e-3, "act": "relu", "flag": True, "ks": "(3, 3)", "x": "a b"}
    assert run.points == [Point(0, 1.0, {"loss": 3.0}), Point(1, 2.0, {"loss": 2.0})]
    assert run.project == tmp_path.name
    assert run[2:7] == ("train.py", "1234", "finished", 1_700_000_000.0, 1_700_000_075.0)
    assert exported[1].points[0].step == 7
    assert [(run.status, run.ended) for run in exported[1:]] == [
        ("lost", 1_700_000_009.0),
        ("lost", 1_700_000_000.0),
    ]


def test_steps_that_no_tracker_holds_are_numbered(
    tmp_path: Path, exported: list[ExportedRun]
) -> None:
    export([_report(write(tmp_path, "a"), {"step": 3, "x": 1}, {"step": 1e30, "x": 2})], "wandb")
    assert [point.step for point in exported[0].points] == [0, 1]


def test_each_run_is_exported_once_and_at_its_end(
    tmp_path: Path, exported: list[ExportedRun]
) -> None:
    running = write(tmp_path, "running", {})
    records = [write(tmp_path, "old"), write(tmp_path, "new"), running]
    lease = take(f"{running.folder}/lease")
    assert lease is not None
    text = export(records, "wandb", "my runs")
    release(lease)
    assert text.splitlines() == [
        "Exported 1 of 3 runs. Still running: 1. Exported before: 1.",
        "`wandb sync 'my runs'/offline-run-*` uploads them.",
    ]
    assert [run.id for run in exported] == ["new"]


@pytest.mark.usefixtures("exported")
def test_a_failure_of_a_tracker_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(HpmanError, match="There are no runs to export"):
        export([], "wandb")
    record = write(tmp_path, "a")
    with pytest.raises(HpmanError, match=r"Cannot export to wandb in `full`: .* No space left"):
        export([record], "wandb", "full")
    with pytest.raises(HpmanError, match="Cannot export to wandb in `bad`: ZeroDivisionError"):
        export([record], "wandb", "bad")
    (tmp_path / ".hpman/runs/a/run.json").write_text("{")
    del record.__dict__["status"]
    with pytest.raises(HpmanError, match="The record is damaged"):
        export([write(tmp_path, "b", schema=1), type(record)(record.folder)], "wandb")


def test_mlflow_is_looked_at_by_its_uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trackers, "to_mlflow", lambda _run, _output: True)
    monkeypatch.setattr(exports, "require_library", lambda *_names: None)
    records = [write(tmp_path, "a")]
    assert "--backend-store-uri sqlite:///mlflow.db`" in export(records, "mlflow")
    assert "--backend-store-uri http://host`" in export(records, "mlflow", "http://host")


def test_a_missing_library_is_named_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no_such_library").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))  # a folder of the name is no library
    for name in ("no_such_library", "nor_such_folder"):
        with pytest.raises(HpmanError, match=f"`{name}` is not installed") as caught:
            exports.require_library(name, "plot")
        assert "`pip install 'hpman[plot]'` installs it." in str(caught.value)
    exports.require_library("pytest", "test")
