"""The list of runs, in each format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hpargparse.runs.reports import csv_report, duration_text, json_report, text_report
from hpman import HpmanError
from hpman.text import display_width
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
        "id     status    started              duration  changed           metrics",
        "a      finished  2023-11-14 22:13:20  1:15      lr=0.1            loss=0.3333 n=3",
        "größe  lost      2023-11-16 02:00:00            lr=not a literal",
    ]
    assert text_report([]) == "No runs.\n"


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (200, "id status started duration changed metrics"),
        (90, "id status started duration changed metrics"),
        (75, "id status started changed metrics"),
        (62, "id status changed metrics"),
        (52, "id changed metrics"),
        (40, "id changed"),
        (16, "id"),
        (8, "id"),
    ],
)
def test_a_terminal_gets_a_table_that_fits(width: int, columns: str, tmp_path: Path) -> None:
    values = {"lr": "0.1", "path": f"'{'x' * 99}'"}
    end = {"status": "finished", "ended": 1_700_000_075.0, "metrics": {"层": 1, "n" * 99: 2}}
    long = write(tmp_path, "层-3-k3f2m8x", end, values=values, changed=["lr", "path"])
    lines = text_report([long], width=width).splitlines()
    assert lines[0].split() == columns.split()
    assert max(map(display_width, lines)) <= width
    assert " ".join(lines[2:]).startswith("Cut to fit")
    assert "Cut" not in text_report([long], ["id"], 20)


def test_a_terminal_shows_the_score_and_short_numbers(tmp_path: Path) -> None:
    values = {"optimizer.lr": "1.8747819425390072e-05", "seed": "1234567890", "wd": "0.0001"}
    end = {"status": "finished", "ended": 1_700_000_075.0, "metrics": {"validation_loss": 0.25}}
    long = write(tmp_path, "abcdef-12-frj9vztt", end, values=values, changed=[*values])
    assert text_report([long], width=80).splitlines()[1] == (
        "abcdef-12-frj9vztt  finished  optimizer.lr=1.875e-05 se...  validation_loss=0.25"
    )
    assert "lr=1.875e-05 seed=1234567890 wd=0.0001" in text_report([long])
    assert "lr=1.8747819425390072e-05" in csv_report([long], ["changed"])


def test_columns_are_fields_values_and_metrics(runs: list[RunRecord]) -> None:
    assert text_report(runs[:1], ["id", "act", "loss", "program"], 80).splitlines() == [
        "id  act   loss    program",
        "a   relu  0.3333  train.py",
    ]
    assert text_report(runs[:1], ["id"], 80) == "id\na\n"
    with pytest.raises(HpmanError, match="No run has a value or a metric `lrr`"):
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


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.96, "60.0 s"), (60, "1:00"), (3600, "1:00:00")]
)
def test_a_span_of_time(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
