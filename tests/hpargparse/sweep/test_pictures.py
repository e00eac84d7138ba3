"""Diagrams of a sweep, made of its records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.runs.plots import Bars, Panel, Parallel, Series
from hpargparse.sweep import pictures
from hpargparse.sweep.importance import importances
from hpargparse.sweep.pictures import diagrams
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path

    from hpargparse.runs.record import RunRecord


def _write(
    project: Path,
    name: str,
    end: dict[str, object],
    trial: object = 0,
    sweep: object = "s",
    **values: str,
) -> RunRecord:
    return write(project, name, end, sweep=sweep, trial=trial, values=values)


def _ended(acc: float, status: str = "finished") -> dict[str, object]:
    return {"status": status, "metrics": {"acc": acc}}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / ".hpman" / "sweeps" / "s"
    folder.mkdir(parents=True)
    plan = {"plan": {"score": [["acc", True, ""]]}}
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    return tmp_path


def test_a_sweep_has_a_history_and_parallel_axes(project: Path) -> None:
    records = [
        _write(project, "c", _ended(2.0), 2, lr="1e-3", act="None", n="1", old="1"),
        _write(project, "a", _ended(1.0), 0, lr="1e-5", act="'relu'", n="1"),
        _write(project, "b", _ended(3.0), 1, lr="0.1", act="'relu'", n="1"),
        _write(project, "d", _ended(9.0, "failed"), 3, lr="0.2", act="'relu'", n="1"),
        _write(project, "e", {"status": "finished", "metrics": {}}, 4, lr="0.2", n="1"),
    ]
    history, parallel = diagrams(records)
    assert history == Panel(
        "trial",
        "acc",
        [
            Series(None, [0.0, 1.0, 2.0], [1.0, 3.0, 2.0], joined=False),
            Series(None, [0.0, 1.0, 2.0], [1.0, 3.0, 3.0]),
        ],
        [],
    )
    assert isinstance(parallel, Parallel)
    assert parallel.labels == ["lr", "act", "acc"]
    assert parallel.ticks == [
        {0.0: "1e-05", 1.0: "0.1"},
        {0.0: "None", 1.0: "relu"},
        {0.0: "1", 1.0: "3"},
    ]
    assert parallel.lines == [[0.0, 1.0, 0.0], [pytest.approx(0.5), 0.0, 0.5], [1.0, 1.0, 1.0]]


def test_values_that_are_equal_or_lack_in_a_run_have_no_axis(project: Path) -> None:
    records = [
        _write(project, "a", _ended(1.0), 0, n="1"),
        _write(project, "b", _ended(1.0), 1, n="1", new="2"),
    ]
    (history,) = diagrams(records)
    assert isinstance(history, Panel)


@pytest.mark.parametrize(
    "changes", [{"sweep": None}, {"sweep": "other"}, {"trial": None}, {"sweep": "damaged"}]
)
def test_other_runs_have_no_diagrams(project: Path, changes: dict[str, Any]) -> None:
    (project / ".hpman" / "sweeps" / "damaged").mkdir()
    (project / ".hpman" / "sweeps" / "damaged" / "plan.json").write_text('{"plan": {"score": []}}')
    both = [_write(project, name, _ended(1.0), **changes) for name in ("a", "b")]
    assert diagrams(both) == []
    assert diagrams([*both, _write(project, "c", _ended(2.0))]) == []
    assert diagrams([_write(project, "d", _ended(2.0))]) == []


def test_importances_are_bars(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shares = {"lr": 0.75, "n": 0.25}
    monkeypatch.setattr(pictures, "importances", lambda *_rows, **_goal: shares)
    records = [_write(project, n, _ended(float(n)), int(n), n=n, lr=n) for n in "12"]
    _history, bars, parallel = diagrams(records)
    assert bars == Bars("importance for acc", ["lr", "n"], [0.75, 0.25])
    assert isinstance(parallel, Parallel)
    assert parallel.labels == ["lr", "n", "acc"]


def test_what_matters_most_has_the_largest_share() -> None:
    pytest.importorskip("optuna", reason="Optuna is in the extra `sweep`")
    numbers = [*range(20)]
    rows = {"text": ["a", None] * 10, "lr": [10.0**-n for n in numbers], "same": [1] * 20}
    for maximize in (False, True):
        shares = importances(rows, [float(n) for n in numbers], maximize=maximize)
        assert next(iter(shares)) == "lr"
        assert sum(shares.values()) == pytest.approx(1)
    assert importances(rows, [1.0] * 7) == {}
    assert importances({"lr": []}, [1.0] * 8) == {}
