"""Where the score of a run is looked for."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from hpargparse.sweep.score import NanError, NoScoreError, Objective
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path


def _end(**metrics: object) -> dict[str, object]:
    return {"status": "finished", "exit": 0, "metrics": metrics}


def test_the_score_is_what_was_reported_last(tmp_path: Path) -> None:
    record = write(tmp_path, "a", _end(loss=0.25))
    assert Objective("loss").score_of(record) == 0.25


def test_the_number_that_a_function_returned_is_the_score_of_nothing_else(tmp_path: Path) -> None:
    record = write(tmp_path, "a", _end(**{"return": 0.5}))
    assert Objective("loss").score_of(record) == 0.5
    with pytest.raises(NoScoreError):
        Objective("loss", takes_return=False).score_of(record)
    assert Objective("loss").score_of(write(tmp_path, "b", _end(**{"return": 1, "loss": 2}))) == 2.0


def test_the_best_of_all_reports(tmp_path: Path) -> None:
    record = write(tmp_path, "a", _end(loss=0.5))
    rows = [{"loss": value} for value in (0.75, 0.25, float("nan"), "x", 0.5)]
    (tmp_path / ".hpman/runs/a/metrics.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert Objective("best:loss").score_of(record) == 0.25
    assert Objective("best:loss", maximize=True).score_of(record) == 0.75


def test_the_best_of_no_numbers_is_the_last(tmp_path: Path) -> None:
    with pytest.raises(NanError):
        Objective("best:loss").score_of(write(tmp_path, "a", _end(loss=float("nan"))))


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ({}, r"did not report `loss`: call `hpman.report\(loss=...\)`, or use --score"),
        ({"acc": 1}, r"did not report `loss`, but `acc`: did you mean --minimize acc\?"),
        ({"acc": 1, "Loss": 2}, "`loss`, but `Loss`: did you mean --minimize Loss"),
        ({"acc": 1, "err": 2}, "did not report `loss`, but acc, err$"),
        ({"loss": "x"}, "is 'x', which is not a number"),
        ({"loss": None}, "is None, which is not a number"),
        ({"loss": float("nan")}, "`loss` is nan"),
    ],
)
def test_no_score(metrics: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(NoScoreError, match=message):
        Objective("loss").score_of(write(tmp_path, "a", _end(**metrics)))


def test_a_function_that_returns_no_number(tmp_path: Path) -> None:
    with pytest.raises(NoScoreError, match="no number was returned"):
        Objective("return").score_of(write(tmp_path, "a", _end()))


def test_the_best_of_another_name(tmp_path: Path) -> None:
    with pytest.raises(NoScoreError, match=r"mean --maximize best:acc\?"):
        Objective("best:accuracy", maximize=True).score_of(write(tmp_path, "a", _end(acc=1)))


@pytest.mark.parametrize(
    ("pattern", "score"),
    [
        (r"loss: (\S+)", 0.25),
        (r"0\.\d+$", 0.25),
        (r"^loss: 0.(5)", 5.0),
        (r"loss: (0\.5)?", 0.5),
    ],
)
def test_the_last_match_in_the_output(pattern: str, score: float, tmp_path: Path) -> None:
    record = write(tmp_path, "a")
    (tmp_path / ".hpman/runs/a/output.log").write_text("loss: 0.5\nloss: 0.25\n")
    assert Objective("loss", source=pattern).score_of(record) == score


def test_output_without_a_match(tmp_path: Path) -> None:
    with pytest.raises(NoScoreError, match="nothing in the output matches"):
        Objective("loss", source="x").score_of(write(tmp_path, "a"))


def test_a_match_without_a_number_needs_a_group(tmp_path: Path) -> None:
    record = write(tmp_path, "a")
    (tmp_path / ".hpman/runs/a/output.log").write_text("loss: 0.5\n")
    with pytest.raises(NoScoreError, match=r"'loss: 0.5', which is not a number: put it in paren"):
        Objective("loss", source=r"loss: \S+").score_of(record)
    with pytest.raises(NoScoreError, match=r"'loss: ', which is not a number$"):
        Objective("loss", source="(loss: )").score_of(record)


def test_a_file_is_copied_into_the_record_before_it_is_read(tmp_path: Path) -> None:
    record = write(tmp_path, "a", cwd=str(tmp_path))
    objective = Objective("loss", source="m.json:val.losses.1")
    (tmp_path / "m.json").write_text('{"val": {"losses": [1, 0.5]}}')
    assert not objective.is_collected(record)
    objective.collect(record, from_cwd=True)
    (tmp_path / "m.json").unlink()
    assert objective.is_collected(record)
    objective.collect(record, from_cwd=True)
    assert objective.score_of(record) == 0.5
    with pytest.raises(NoScoreError, match=r"no `val\.x`: there is 'losses', but not 'x'"):
        Objective("loss", source="m.json:val.x").score_of(record)
    with pytest.raises(NoScoreError, match=r"has no `val\.losses\.7`"):
        Objective("loss", source="m.json:val.losses.7").score_of(record)


def test_a_run_may_write_the_file_into_its_record(tmp_path: Path) -> None:
    record = write(tmp_path, "a")
    (tmp_path / ".hpman/runs/a/m.json").write_text('{"loss": 3}')
    objective = Objective("loss", source="m.json:loss")
    objective.collect(record, from_cwd=False)
    assert objective.score_of(record) == 3.0


@pytest.mark.parametrize("from_cwd", [True, False])
def test_a_file_of_an_earlier_run_does_not_count(from_cwd: bool, tmp_path: Path) -> None:
    record = write(tmp_path, "a", cwd=str(tmp_path))
    (tmp_path / "m.json").write_text('{"loss": 3}')
    if from_cwd:
        os.utime(tmp_path / "m.json", (1.0, 1.0))
    objective = Objective("loss", source="m.json:loss")
    objective.collect(record, from_cwd=from_cwd)
    assert objective.is_collected(record)
    with pytest.raises(NoScoreError, match=r"wrote no m\.json"):
        objective.score_of(record)


def test_a_file_is_the_score_of_one_run(tmp_path: Path) -> None:
    objective, path = Objective("loss", source="m.json:loss"), tmp_path / "m.json"
    first, second, third = (write(tmp_path, name, cwd=str(tmp_path)) for name in "abc")
    path.write_text('{"loss": 3}')
    objective.collect(first, from_cwd=True)
    objective.collect(second, from_cwd=True)
    path.unlink()
    path.write_text('{"loss": 4}')
    os.utime(path, (2_000_000_000, 2_000_000_000))
    objective.collect(third, from_cwd=True)
    assert [objective.score_of(first), objective.score_of(third)] == [3.0, 4.0]
    with pytest.raises(NoScoreError, match=r"wrote no m\.json"):
        objective.score_of(second)


def test_several_files_are_copied(tmp_path: Path) -> None:
    record = write(tmp_path, "a", cwd=str(tmp_path))
    objectives = [Objective(name, source=f"out/{name}.json:x") for name in ("a", "b")]
    (tmp_path / "out").mkdir()
    for number, objective in enumerate(objectives):
        (tmp_path / "out" / f"{objective.name}.json").write_text(f'{{"x": {number}}}')
        objective.collect(record, from_cwd=True)
    assert [objective.score_of(record) for objective in objectives] == [0.0, 1.0]


def test_a_missing_or_damaged_file(tmp_path: Path) -> None:
    objective = Objective("loss", source="m.json:loss")
    record = write(tmp_path, "a", cwd=str(tmp_path))
    objective.collect(record, from_cwd=True)
    with pytest.raises(NoScoreError, match=r"wrote no m\.json"):
        objective.score_of(record)
    (tmp_path / ".hpman/runs/a/m.json").write_text("{")
    with pytest.raises(NoScoreError, match=r"m\.json cannot be read"):
        objective.score_of(record)


def test_what_has_not_finished_is_not_collected(tmp_path: Path) -> None:
    record = write(tmp_path, "a", {"status": "failed"})
    objective = Objective("loss", source="m.json:loss")
    objective.collect(record, from_cwd=True)
    assert not objective.is_collected(record)
