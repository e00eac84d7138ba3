"""What the records of a sweep say, and who may start a run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hpargparse.claims import locks as module
from hpargparse.errors import SweepError
from hpargparse.runs.record import RunRecord
from hpargparse.space.select import Request, select
from hpargparse.sweep.results import COMPLETE, FAILED
from hpargparse.sweep.score import Objective
from hpargparse.sweep.study import Claim, Study
from hpargparse.sweep.trials import TrialRun, Trials
from hpman import HyperParameterManager
from hpman.run_files import release, take
from tests.hpargparse.runs import recorded

SOURCE = '_("x", 0, range=[0, 99], search=True)\n_("seed", 0)\n'
IDENTITY = {"program": "train.py", "score": [["loss", False, ""]], "fixed": {}}
LOST: dict[str, object] = {}
STOPPED: dict[str, object] = {"status": "stopped", "signal": "SIGTERM"}


def _plan(*sweep: str, method: str = "grid", repeats: int = 1, source: str = SOURCE) -> Trials:
    index = HyperParameterManager("_").parse_source(source).index
    return Trials(select(index, Request(sweep)), method, repeats=repeats)


def _study(
    folder: Path, total: int = 2, *, plan: Trials | None = None, repeats: int = 1, **settings: Any
) -> Study:
    settings = {"objectives": [Objective("loss")], **settings}
    plan = plan or _plan(repeats=repeats)
    study = Study(str(folder), "s", total, trials=plan, **settings)
    study.open(IDENTITY, ["train.py"])
    study.refresh()
    return study


def write(
    folder: Path, name: str, end: dict[str, object] | None = None, **changes: object
) -> RunRecord:
    """Write the record of a trial whose `x` is its number."""
    trial, _r, repeat = name.split("-")[1].partition("r")
    values = {"x": trial, "seed": repeat or "0"}
    return recorded.write(folder, name, end, **{"values": values, "changed": ["x"], **changes})


def test_a_run_with_an_old_name_counts(tmp_path: Path) -> None:
    values = {"old": "1", "seed": "0"}
    write(tmp_path, "s-1-aaaaaaaa", _done(0.5), values=values, changed=["old"])
    source = SOURCE.replace("search=True", "search=True, aliases=['old']")
    study = _study(tmp_path, plan=_plan("x=0,1", source=source))
    assert [*study.outcomes()] == [1]


def _done(loss: float) -> dict[str, object]:
    return {"status": "finished", "exit": 0, "ended": 1_700_000_002.0, "metrics": {"loss": loss}}


def _claim(study: Study) -> Claim:
    claim = study.claim()
    assert claim is not None
    return claim


def test_the_folder_holds_the_command_line_and_the_plan(tmp_path: Path) -> None:
    _study(tmp_path)
    data = json.loads((tmp_path / ".hpman/sweeps/s/plan.json").read_text())
    folder = os.path.relpath(Path.cwd(), tmp_path)
    commands = {"argv": ["train.py"], "resumed": [], "folder": folder}
    assert data == {"schema": 1, **commands, "plan": IDENTITY}
    assert (tmp_path / ".hpman/.gitignore").read_text() == "*\n"


@pytest.mark.parametrize("text", ['{"plan": {"program": "x.py"}}', "{", '{"plan": 3}'])
def test_another_sweep_may_not_have_the_name(text: str, tmp_path: Path) -> None:
    _study(tmp_path)
    (tmp_path / ".hpman/sweeps/s/plan.json").write_text(text)
    with pytest.raises(SweepError, match="The sweep `s` has another program"):
        _study(tmp_path)


def test_runs_are_claimed_in_order_and_once(tmp_path: Path) -> None:
    one, other = _study(tmp_path), _study(tmp_path)
    first, second = _claim(one), _claim(other)
    assert [first.trial_run, second.trial_run] == [TrialRun(0), TrialRun(1)]
    assert first.beginning == "s-0-"
    assert one.claim() is other.claim() is None
    assert not one.is_over()
    write(tmp_path, "s-0-aaaaaaaa", _done(0.5))
    assert one.claim() is None
    outcome = one.release(first)
    assert outcome is not None
    assert [outcome.status, outcome.score, outcome.duration] == [COMPLETE, 0.5, 2.0]
    assert not (tmp_path / ".hpman/sweeps/s/claims/0").exists()
    assert other.release(second) is None
    assert _claim(one).trial_run == TrialRun(1)


def test_a_run_that_ended_meanwhile_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = _study(tmp_path, 1)
    monkeypatch.setattr(study, "_pending", lambda: iter([TrialRun(0)]))
    write(tmp_path, "s-0-aaaaaaaa", _done(0.5))
    assert study.claim() is None


def test_the_lease_of_a_file_that_was_removed_is_no_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = _study(tmp_path, 1)

    def take_late(path: str) -> int | None:
        lease = take(path)
        Path(path).unlink()
        return lease

    monkeypatch.setattr(module, "take", take_late)
    assert one.claim() is None
    monkeypatch.undo()
    assert _claim(one).trial_run == TrialRun(0)


def test_records_of_others_do_not_count(tmp_path: Path) -> None:
    for name in ("t-0-aaaaaaaa", "s-b-0-aaaaaaaa", "abcd-efgh", "s-0-"):
        write(tmp_path, name, _done(0.5))
    assert _study(tmp_path).outcomes() == {}


@pytest.mark.parametrize(
    ("end", "error"),
    [
        ({"status": "failed", "exit": 3}, "exit status 3"),
        ({"status": "failed", "exit": 1, "error": "ValueError: x"}, "ValueError: x"),
        (
            {"status": "failed", "exit": 1, "error": "EOFError: EOF when reading a line"},
            "EOFError: EOF when reading a line, because runs of a sweep have no standard input",
        ),
        ({"status": "finished", "metrics": {}}, "the run did not report"),
    ],
)
def test_a_failed_run_is_not_tried_again(
    end: dict[str, object], error: str, tmp_path: Path
) -> None:
    write(tmp_path, "s-0-aaaaaaaa", end)
    study = _study(tmp_path, 1)
    assert study.is_over()
    assert study.claim() is None
    outcome = study.outcome(0)
    assert outcome is not None
    assert outcome.status == FAILED
    assert outcome.error.startswith(error)
    assert not study.has_success()


def test_a_pruned_run_has_ended_but_has_no_rank(tmp_path: Path) -> None:
    write(tmp_path, "s-0-aaaaaaaa", {**_done(0.5), "status": "pruned"})
    study = _study(tmp_path, 1)
    assert study.is_over()
    outcome = study.outcome(0)
    assert outcome is not None
    assert [outcome.status, outcome.score, outcome.duration] == ["pruned", None, 2.0]
    assert study.front() == []
    assert not study.has_success()


@pytest.mark.parametrize(
    ("request_", "error"),
    [("stopped", "was stopped"), ("failed", "took longer than --timeout")],
)
def test_a_run_that_was_asked_to_stop_is_not_tried_again(
    request_: str, error: str, tmp_path: Path
) -> None:
    write(tmp_path, "s-0-aaaaaaaa", LOST)
    (tmp_path / ".hpman/runs/s-0-aaaaaaaa/stop").write_text(request_)
    outcome = _study(tmp_path, 1).outcome(0)
    assert outcome is not None
    assert outcome.error == error


@pytest.mark.parametrize("end", [LOST, STOPPED])
def test_a_run_that_was_killed_is_tried_again_so_often(
    end: dict[str, object], tmp_path: Path
) -> None:
    study = _study(tmp_path, 1, retries=2)
    for number in range(2):
        write(tmp_path, f"s-0-aaaaaaa{number + 2}", end)
        assert study.release(_claim(study)) is None
    claim = _claim(study)
    write(tmp_path, "s-0-bbbbbbbb", end)
    outcome = study.release(claim, cause=" by SIGSEGV")
    assert outcome is not None
    assert outcome.error == "was killed 3 times by SIGSEGV (--retries 2)"
    assert study.is_over()
    assert _study(tmp_path, 1, retries=3).claim() is not None


def test_a_run_that_was_killed_before_its_record_counts_too(tmp_path: Path) -> None:
    study = _study(tmp_path, 1, retries=0)
    outcome = study.release(_claim(study), was_killed=True)
    assert outcome is not None
    assert [outcome.run, outcome.status] == ["", FAILED]


def test_a_retry_may_succeed(tmp_path: Path) -> None:
    write(tmp_path, "s-0-aaaaaaaa", STOPPED)
    write(tmp_path, "s-0-bbbbbbbb", _done(0.5))
    study = _study(tmp_path, 1)
    assert study.front() == [(0, study.outcome(0))]
    assert study.has_success()


def test_a_run_without_its_claim_is_left_alone(tmp_path: Path) -> None:
    record = write(tmp_path, "s-0-aaaaaaaa", LOST)
    lease = take(f"{record.folder}/lease")
    assert lease is not None
    study = _study(tmp_path, 1)
    assert study.claim() is None
    assert not study.is_over()
    release(lease)
    assert _claim(study).trial_run == TrialRun(0)


def test_a_damaged_record_does_not_count(tmp_path: Path) -> None:
    record = write(tmp_path, "s-0-aaaaaaaa", _done(0.5))
    (Path(record.folder) / "run.json").write_text("{")
    study = _study(tmp_path, 1)
    assert study.mismatch("s-0-aaaaaaaa") == "its record is damaged"
    assert _claim(study).trial_run == TrialRun(0)


def test_the_file_with_the_score_is_copied_by_the_holder_of_the_claim(tmp_path: Path) -> None:
    study = _study(tmp_path, 1, objectives=[Objective("loss", source="m.json:loss")])
    write(tmp_path, "s-0-aaaaaaaa", _done(0.5), cwd=str(tmp_path))
    study.refresh()
    assert not study.is_over()
    (tmp_path / "m.json").write_text('{"loss": 3}')
    assert study.claim() is None
    assert study.is_over()
    assert study.front() == [(0, study.outcome(0))]


def test_a_score_that_is_not_reported_becomes_a_metric_of_the_record(tmp_path: Path) -> None:
    objectives = [Objective("loss", source="m.json:loss"), Objective("accuracy", maximize=True)]
    end = {**_done(0.0), "metrics": {"accuracy": 0.5, "epochs": [3]}, "unused": ["x"]}
    record = write(tmp_path, "s-0-aaaaaaaa", end)
    Path(record.folder, "m.json").write_text('{"loss": 3}')
    study = _study(tmp_path, 1, objectives=objectives)
    assert study.is_over()
    record = RunRecord(record.folder)
    assert record.metrics == {"accuracy": 0.5, "epochs": [3], "loss": 3.0}
    assert record.end == {**end, "metrics": record.metrics}


def test_the_score_of_repeats_is_their_mean(tmp_path: Path) -> None:
    study = _study(tmp_path, 2, repeats=2)
    claims = [_claim(study) for _ in range(4)]
    assert [str(claim.trial_run) for claim in claims] == ["0", "0r1", "1", "1r1"]
    write(tmp_path, "s-0-aaaaaaaa", _done(0.5))
    write(tmp_path, "s-0r1-aaaaaaaa", _done(1.0))
    write(tmp_path, "s-1-aaaaaaaa", {"status": "failed", "exit": 2})
    study.refresh()
    first, second = study.outcomes().values()
    assert [first.score, first.duration, first.run] == [0.75, 4.0, "s-0-aaaaaaaa"]
    assert second.status == FAILED
    assert study.is_over()


def test_the_best_is_the_lowest_or_the_highest(tmp_path: Path) -> None:
    for number, loss in enumerate((0.5, 0.25, 0.75, 0.25)):
        write(tmp_path, f"s-{number}-aaaaaaaa", _done(loss))
    assert [trial for trial, _outcome in _study(tmp_path, 4).front()] == [1]
    study = _study(tmp_path, 4, objectives=[Objective("loss", maximize=True)])
    assert [trial for trial, _outcome in study.front()] == [2]


def test_the_front_has_the_trials_that_no_other_beats(tmp_path: Path) -> None:
    scores = ((0.5, 0.5), (0.25, 0.25), (0.5, 0.5), (0.5, 0.4), (0.25, 0.2), (0.75, 0.9))
    for trial, (loss, accuracy) in enumerate(scores):
        end = _done(loss) | {"metrics": {"loss": loss, "accuracy": accuracy}}
        write(tmp_path, f"s-{trial}-aaaaaaaa", end)
    objectives = [Objective("loss"), Objective("accuracy", maximize=True)]
    study = _study(tmp_path, 6, objectives=objectives)
    assert [trial for trial, _outcome in study.front()] == [1, 0, 2, 5]
    assert [trial for trial, _outcome in study.ranked()] == [1, 0, 2, 5, 4, 3]


def test_each_score_of_repeats_is_a_mean(tmp_path: Path) -> None:
    for name, loss, accuracy in (("s-0-aaaaaaaa", 1.0, 0.0), ("s-0r1-aaaaaaaa", 2.0, 0.5)):
        write(tmp_path, name, _done(loss) | {"metrics": {"loss": loss, "accuracy": accuracy}})
    objectives = [Objective("loss"), Objective("accuracy", maximize=True)]
    outcome = _study(tmp_path, 1, repeats=2, objectives=objectives).outcome(0)
    assert outcome is not None
    assert outcome.scores == (1.5, 0.25)


def test_nan_for_one_objective_fails_the_trial(tmp_path: Path) -> None:
    metrics = {"loss": 1.0, "accuracy": float("nan")}
    write(tmp_path, "s-0-aaaaaaaa", _done(0.5) | {"metrics": metrics})
    study = _study(tmp_path, 1, objectives=[Objective("loss"), Objective("accuracy")])
    outcome = study.outcome(0)
    assert outcome is not None
    assert [outcome.status, outcome.error] == [FAILED, "the score `accuracy` is nan"]
    assert study.front() == []


def test_records_count_for_the_trials_that_have_their_values_now(tmp_path: Path) -> None:
    for trial in range(3):
        write(tmp_path, f"s-{trial}-aaaaaaaa", _done(trial))
    study = _study(tmp_path, 4, plan=_plan("x=7,2,1,8"))
    assert {trial: outcome.run for trial, outcome in study.outcomes().items()} == {
        1: "s-2-aaaaaaaa",
        2: "s-1-aaaaaaaa",
    }
    assert study.mismatch("s-0-aaaaaaaa") == "x=0 is outside of the space"
    assert [_claim(study).trial_run.trial for _ in range(2)] == [0, 3]


def test_points_that_were_drawn_from_another_space_count_for_free_trials(tmp_path: Path) -> None:
    plan = _plan("x=0..99", method="random")
    others = [x for x in range(100) if x not in [plan.point(trial)["x"] for trial in range(5)]]
    planned = plan.point(1)["x"]
    points = (
        ("0", others[0]),
        ("3", others[1]),
        ("8", others[2]),
        ("9", others[3]),
        ("2", planned),
    )
    for number, x in points:
        write(tmp_path, f"s-{number}-aaaaaaaa", _done(0.5), values={"x": str(x), "seed": "0"})
    write(tmp_path, "s-3-bbbbbbbb", _done(0.5), values={"x": str(others[4]), "seed": "0"})
    study = _study(tmp_path, 5, plan=plan)
    runs = {trial: outcome.run for trial, outcome in study.outcomes().items()}
    assert runs == {
        0: "s-0-aaaaaaaa",
        1: "s-2-aaaaaaaa",
        2: "s-3-bbbbbbbb",
        3: "s-3-aaaaaaaa",
        4: "s-8-aaaaaaaa",
    }
    assert study.is_over()


def test_a_point_of_another_space_counts_with_all_of_its_repeats(tmp_path: Path) -> None:
    plan = _plan("x=0..99", method="random", repeats=2)
    planned = [plan.point(trial)["x"] for trial in range(4)]
    one, two, three = [x for x in range(100) if x not in planned][:3]
    for name, x in (("0", one), ("0r1", one), ("1", two), ("2r1", three)):
        values = {"x": str(x), "seed": str(int("r" in name))}
        end = {"status": "failed", "exit": 1} if x == three else _done(0.5)
        write(tmp_path, f"s-{name}-aaaaaaaa", end, values=values)
    outcomes = _study(tmp_path, 4, plan=plan).outcomes()
    assert {trial: outcome.status for trial, outcome in outcomes.items()} == {
        0: COMPLETE,
        2: FAILED,
    }
    assert outcomes[0].values == {"x": str(one), "seed": "0"}


def test_a_kill_counts_for_the_trial_that_has_the_values_now(tmp_path: Path) -> None:
    write(tmp_path, "s-1-aaaaaaaa", STOPPED)
    write(tmp_path, "s-5-aaaaaaaa", LOST)
    study = _study(tmp_path, 2, plan=_plan("x=7,1"), retries=0)
    assert _claim(study).trial_run == TrialRun(0)
    assert study.claim() is None
    outcome = study.outcome(1)
    assert outcome is not None
    assert [outcome.run, outcome.error] == ["s-1-aaaaaaaa", "was killed (--retries 0)"]


def test_a_record_that_was_removed_counts_no_more(tmp_path: Path) -> None:
    write(tmp_path, "s-0-aaaaaaaa", _done(0.5))
    study = _study(tmp_path, 1)
    assert study.is_over()
    (tmp_path / ".hpman/runs/s-0-aaaaaaaa").rename(tmp_path / "away")
    study.refresh()
    assert _claim(study).trial_run == TrialRun(0)


def test_what_has_changed_is_a_line(tmp_path: Path) -> None:
    for trial in range(3):
        write(tmp_path, f"s-{trial}-aaaaaaaa", _done(0.5))
    assert _study(tmp_path).changes_text() == ""
    study = Study(str(tmp_path), "s", 2, trials=_plan("x=1,7"), objectives=[Objective("loss")])
    study.open({**IDENTITY, "fixed": {"lr": "0.1"}, "arguments": ["a b"]}, [])
    study.refresh()
    assert study.changes_text() == (
        "Changed: lr is new: fixed at 0.1; the program's command line was empty, now 'a b'."
        " 1 of 3 earlier trials fit and count.\n"
    )
