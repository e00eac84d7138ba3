"""The list of runs, in each format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hpargparse.runs.query import QueryError
from hpargparse.runs.reports import csv_report, json_report, text_report
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path

    from hpargparse.runs.record import RunRecord


@pytest.fixture
def runs(tmp_path: Path) -> list[RunRecord]:
    values = {"lr": "0.1", "ks": "(3, 3)", "act": "'relu'", "x": "None"}
    end = {
        "status": "finished",
        "ended": 1_700_000_075.0,
        "metrics": {"loss": 1 / 3, "n": 3},
    }
    return [
        write(tmp_path, "a", end, values=values, changed=["lr", "gone"]),
        write(tmp_path, "größe", {}, values={"lr": "not a literal"}, started=1_700_100_000.0),
    ]


def test_the_table_shows_what_matters(runs: list[RunRecord]) -> None:
    assert text_report(runs).splitlines() == [
        "id     status    started              duration    changed           metrics",
        "a      finished  2023-11-14 22:13:20  1 min 15 s  lr=0.1            loss=0.3333 n=3",
        "größe  lost      2023-11-16 02:00:00              lr=not a literal",
    ]
    assert text_report([]) == "No runs.\n"


def test_a_terminal_gets_a_table_that_fits(runs: list[RunRecord], tmp_path: Path) -> None:
    values = {"lr": "0.1", "path": f"'{'x' * 99}'"}
    long = write(tmp_path, "b", values=values, changed=["lr", "path"])
    lines = text_report([*runs, long], width=100).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[1].endswith("lr=0.1                    loss=0.3333 n=3")
    assert lines[3].endswith("lr=0.1 path='xxxxxxxx...")


def test_columns_are_fields_values_and_metrics(runs: list[RunRecord]) -> None:
    assert text_report(runs[:1], ["id", "act", "loss", "program"], 80).splitlines() == [
        "id  act   loss    program",
        "a   relu  0.3333  train.py",
    ]
    assert text_report(runs[:1], ["id"], 80) == "id\na\n"
    with pytest.raises(QueryError, match="No run has a value or a metric `lrr`"):
        text_report(runs[:1], ["lrr"])


def test_json_gives_values_as_exactly_as_it_can(runs: list[RunRecord]) -> None:
    first, second = json.loads(json_report(runs))
    assert first == {
        "id": "a",
        "status": "finished",
        "program": "train.py",
        "started": "2023-11-14 22:13:20",
        "duration": 75.0,
        "values": {"lr": 0.1, "ks": "(3, 3)", "act": "relu", "x": None},
        "changed": ["lr"],
        "metrics": {"loss": 1 / 3, "n": 3},
    }
    assert second["values"] == {"lr": "not a literal"}
    assert second["duration"] is None
    assert json.loads(json_report(runs[:1], ["ks", "changed"])) == [
        {"ks": "(3, 3)", "changed": "lr=0.1"}
    ]


def test_csv_has_a_column_for_each_value_and_metric(runs: list[RunRecord]) -> None:
    assert csv_report(runs[:1]).splitlines() == [
        "id,status,started,duration,program,act,ks,lr,x,loss,n",
        'a,finished,2023-11-14 22:13:20,75.0,train.py,relu,"(3, 3)",0.1,,0.3333333333333333,3',
    ]
    assert csv_report(runs[:1], ["id", "loss"]) == "id,loss\na,0.3333333333333333\n"
