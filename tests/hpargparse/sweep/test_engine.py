"""What Optuna knows of a sweep, and which values it suggests. The records are the truth."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.claims.storage_url import StorageUrl
from hpargparse.errors import SweepError
from hpargparse.space.select import Request, select
from hpargparse.sweep.engine import (
    Engine,
    check_trials,
    reports_by_step,
)
from hpargparse.sweep.exchange import Exchange
from hpargparse.sweep.journal import Journal
from hpargparse.sweep.outcome import text_report
from hpargparse.sweep.score import Objective
from hpargparse.sweep.studies import JOURNAL
from hpargparse.sweep.study import Study
from hpargparse.sweep.trials import TrialRun, Trials
from hpargparse.values.convert import saved_form
from hpman import HyperParameterManager
from hpman.literals import show_literal
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from hpargparse.space.space import Point

optuna = pytest.importorskip("optuna", reason="Optuna is in the extra `sweep`")

SPACE = """\
_("lr", 0.01, search=[1e-5, 1.0], scale="log")
_("wd", 0.1, search=[0.0, 0.3], step=0.1)
_("depth", 3, search=[1, 9], step=2)
_("opt", "adam", search=["adam", "sgd", "lion"])
_("momentum", 0.9, search=[0.0, 1.0], when={"opt": ["sgd", "lion"]})
_("kernel", (3, 3), search=[(3, 3), (5, 5), (7, 7)])
"""
LIST = '_("a", 1, search=[1, 2, 3])\n_("b", 1, search=[1, 2])\n'


class Sweep:
    """A sweep whose runs are records that are written by hand."""

    def __init__(
        self,
        folder: Path,
        total: int = 20,
        *,
        text: str = SPACE,
        method: str = "tpe",
        zipped: tuple[str, ...] = (),
        objective: Objective = Objective("loss"),  # noqa: B008 - it is immutable
        prunes: bool = False,
        database: Path | None = None,
    ) -> None:
        self.folder = folder
        index = HyperParameterManager("_").parse_source(text).index
        self.plan = Trials(select(index, Request((), zipped)), method, 3)
        self.study = Study(str(folder), "s", total, trials=self.plan, objectives=[objective])
        if database is not None:
            url = StorageUrl(f"sqlite:///{database}")
            self.study.exchange = Exchange(
                url, self.study.runs, "s", [objective], collects=True, say=print
            )
        self.study.open({}, [])
        self.plan.prunes = prunes
        self.engine = self.plan.engine = Engine(self.study)
        self.journal = Path(self.study.folder) / JOURNAL

    def end(
        self, trial: int, point: Point | None = None, status: str = "finished", **reports: Any
    ) -> None:
        """Write the record of the run of a trial."""
        point = self.plan.point(trial) if point is None else point
        end: dict[str, Any] = {"status": status, "exit": 0, "metrics": {"loss": loss(point)}}
        values = {name: show_literal(saved_form(value)) for name, value in point.items()}
        end = {} if status == "lost" else end
        record = write(self.folder, f"s-{trial}-aaaaaaa{trial % 10}", end, values=values)
        lines = [f'{{"loss": {value}}}\n' for value in reports.get("losses", ())]
        Path(record.folder, "metrics.jsonl").write_text("".join(lines))

    def run(self, trials: int) -> list[Point]:
        """Run the first trials, and return their values."""
        points = []
        for trial in range(trials):
            points.append(self.plan.point(trial))
            self.end(trial)
        return points

    def trials(self) -> list[Any]:
        """Return what plain Optuna reads from the journal, in its latest study."""
        backend = optuna.storages.journal.JournalFileBackend(str(self.journal))
        storage = optuna.storages.JournalStorage(backend)
        study = storage.get_all_studies()[-1]
        return list(storage.get_all_trials(study._study_id))


def loss(point: Point) -> float:
    """Return a score that depends on all values."""
    number: Any = sum(value for value in point.values() if isinstance(value, (int, float)))
    return float(round(abs(number - 3) + len(show_literal(list(point.values()))) / 10, 6))


def ended(sweep: Sweep) -> list[tuple[Any, ...]]:
    return [
        (row.user_attrs["trial"], row.state.name, row.values, row.params, row.intermediate_values)
        for row in sweep.trials()
        if row.state.is_finished() and "trial" in row.user_attrs
    ]


def test_the_first_trial_has_the_defaults_and_all_lie_in_the_space(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    points = sweep.run(20)
    assert points[0] == {
        "depth": 3, "kernel": (3, 3), "lr": 0.01, "opt": "adam", "wd": 0.1,
    }  # fmt: skip
    assert all(map(sweep.plan.space.contains, points))
    assert {"momentum" in point for point in points} == {True, False}
    assert {type(point["kernel"]) for point in points} == {tuple}
    assert {point["wd"] for point in points} <= {0.0, 0.1, 0.2, 0.3}
    assert len({*map(show_literal, points)}) == 20


@pytest.mark.slow
def test_a_study_in_a_database_is_that_of_all_machines(tmp_path: Path) -> None:
    database = tmp_path / "db"
    one = Sweep(tmp_path / "a", 6, database=database)
    points = one.run(2)
    other = Sweep(tmp_path / "b", 6, database=database)
    points.append(other.plan.point(2))
    assert one.engine.ask(2) == points[2]
    other.end(2)
    other.study.refresh()
    points.append(one.plan.point(3))
    assert points == Sweep(tmp_path / "c", 6).run(4), "the results are those of one machine"
    storage = optuna.storages.RDBStorage(f"sqlite:///{database}")
    (summary,) = optuna.get_all_study_summaries(storage)
    study = optuna.load_study(study_name=summary.study_name, storage=storage)
    assert [row.state.name for row in study.trials] == ["COMPLETE"] * 3 + ["RUNNING"]
    assert [row.value for row in study.trials[:3]] == [loss(point) for point in points[:3]]
    optuna.delete_study(study_name=summary.study_name, storage=storage)
    other.engine.sync()
    assert [row.value for row in storage.get_all_trials(1)] == [loss(p) for p in points[:3]]
    storage.engine.dispose()
    for sweep in (one, other):
        assert sweep.study.exchange is not None
        sweep.study.exchange.database.close()


def test_plain_optuna_reads_the_same_file(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, 3)
    points = sweep.run(3)
    sweep.engine.sync()
    rows = sweep.trials()
    assert [row.state.name for row in rows] == ["COMPLETE"] * 3
    assert [row.value for row in rows] == [loss(point) for point in points]
    assert rows[0].params["kernel"] == "(3, 3)"
    assert rows[0].params["opt"] == "'adam'"
    assert (Path(sweep.study.folder) / "lock").exists()


@pytest.mark.parametrize("method", ["tpe", "random", "grid"])
def test_a_sweep_that_was_interrupted_at_each_trial_is_the_same(
    method: str, tmp_path: Path
) -> None:
    text = SPACE if method != "grid" else LIST
    total = 16 if method != "grid" else 6
    whole = Sweep(tmp_path / "a", total, text=text, method=method).run(total)
    points = []
    for trial in range(total):
        sweep = Sweep(tmp_path / "b", total, text=text, method=method)
        points.append(sweep.plan.point(trial))
        # It is interrupted, and the next process is asked for the same trial.
        sweep = Sweep(tmp_path / "b", total, text=text, method=method)
        sweep.end(trial)
    assert points == whole


def _delete(path: Path) -> None:
    path.unlink()


def _fill(path: Path) -> None:
    path.write_bytes(b"no journal\n" * 9)


def _foreign(path: Path) -> None:
    path.write_text('{"op_code": 77, "worker_id": "x"}\n')


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _headless(path: Path) -> None:
    """Lose the first lines."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[3:]))


@pytest.mark.parametrize("damage", [_delete, _fill, _foreign, _empty, _headless])
@pytest.mark.parametrize("is_new", [False, True], ids=["same process", "new process"])
def test_a_journal_that_is_gone_or_damaged_is_made_from_the_records(
    damage: Callable[[Path], None], is_new: bool, tmp_path: Path
) -> None:
    sweep = Sweep(tmp_path)
    sweep.run(12)
    sweep.engine.sync()
    before = ended(sweep)
    shutil.copytree(tmp_path, tmp_path / "copy", symlinks=True)
    expected = Sweep(tmp_path / "copy").plan.point(12)
    damage(sweep.journal)
    sweep = Sweep(tmp_path) if is_new else sweep
    assert sweep.plan.point(12) == expected
    assert ended(sweep) == before


@pytest.mark.slow
def test_a_journal_cut_at_any_byte_goes_on_with_the_same_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = Sweep(tmp_path, 3, text='_("a", 1.0, search=[1.0, 2.0])')
    points = [*sweep.run(2), sweep.plan.point(2)]
    text = sweep.journal.read_bytes()
    before = ended(sweep)
    monkeypatch.setattr(Journal, "flush", lambda journal: None)  # it takes most of the time
    for length in range(len(text)):
        sweep.journal.write_bytes(text[:length])
        again = Engine(sweep.study)
        assert [again.ask(trial) for trial in range(3)] == points
        assert ended(sweep) == before


def test_what_is_asked_twice_in_two_processes_is_the_same(tmp_path: Path) -> None:
    one, other = Sweep(tmp_path), Sweep(tmp_path)
    first = one.plan.point(0), other.plan.point(1)
    assert (other.engine.ask(0), one.engine.ask(1)) == first
    other.end(1)
    one.end(0)
    assert one.plan.point(2) == other.engine.ask(2) == Sweep(tmp_path).plan.point(2)
    assert [row.state.name for row in one.trials()] == ["COMPLETE", "COMPLETE", "RUNNING"]


def test_a_retry_has_the_values_of_the_run_that_was_lost(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    point = sweep.plan.point(0)
    sweep.journal.unlink()
    lost = {**point, "lr": 0.5}
    sweep.end(0, lost, "lost")
    assert Sweep(tmp_path).plan.point(0) == lost
    (tmp_path / ".hpman/runs/s-0-aaaaaaa0").rename(tmp_path / "elsewhere")
    sweep.end(0, {**point, "lr": 7.0}, "lost")  # outside of the space
    sweep.journal.unlink()
    assert Sweep(tmp_path).plan.point(0) == point


def test_a_record_beats_what_was_asked_for_after_the_journal_was_lost(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    point = {**sweep.plan.point(0), "lr": 0.5}
    sweep.end(0, point)
    sweep.plan.point(1)
    rows = sweep.trials()
    assert [row.state.name for row in rows] == ["FAIL", "COMPLETE", "RUNNING"]
    assert rows[1].params["lr"] == 0.5


def test_failed_and_pruned_trials_are_told_and_rebuilt(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    sweep.run(2)
    sweep.end(2, status="failed")
    sweep.end(3, status="pruned", losses=[3.0, 2.0])
    sweep.engine.sync()
    rows = ended(sweep)
    assert [row[1] for row in rows] == ["COMPLETE", "COMPLETE", "FAIL", "PRUNED"]
    assert rows[3][2:] == ([2.0], rows[3][3], {0: 3.0, 1: 2.0})
    sweep.journal.unlink()
    again = Sweep(tmp_path)
    again.engine.sync()
    assert [row[:2] + row[3:] for row in ended(again)] == [row[:2] + row[3:] for row in rows]


def test_a_trial_that_failed_without_a_record_is_told(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    sweep.study._retries = 0
    claim = sweep.study.claim()
    assert claim is not None
    point = sweep.plan.point(0)
    assert sweep.study.release(claim, was_killed=True) is not None
    sweep.engine.sync()
    assert [row.state.name for row in sweep.trials()] == ["FAIL"]
    assert sweep.engine.ask(0) == point
    # Another process tries it again.
    again = Sweep(tmp_path)
    again.end(0)
    again.engine.sync()
    assert [row.state.name for row in again.trials()][-1] == "COMPLETE"


def test_a_record_that_was_removed_is_forgotten(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    points = sweep.run(5)
    sweep.engine.sync()
    shutil.rmtree(tmp_path / ".hpman/runs/s-3-aaaaaaa3")
    again = Sweep(tmp_path)
    assert again.plan.point(3) == points[3]
    assert [row[0] for row in ended(again)] == [0, 1, 2, 4]


def test_more_trials_than_this_process_wants_are_no_reason_to_begin_again(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    sweep.run(4)
    sweep.engine.sync()
    before = sweep.journal.read_bytes()
    Sweep(tmp_path, 2).engine.sync()
    assert sweep.journal.read_bytes() == before


def test_a_changed_space_keeps_the_trials_that_fit(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    points = sweep.run(12)
    text = SPACE.replace('"lion"]', '"lion", "rmsprop"]', 1).replace("1e-5, 1.0", "1e-3, 1.0")
    changed = Sweep(tmp_path, text=text)
    changed.engine.sync()
    fitting = [n for n, p in enumerate(points) if changed.plan.space.contains(p)]
    assert [row[0] for row in ended(changed)] == fitting
    assert 0 < len(fitting) < 12


def test_a_small_space_is_searched_without_replacement(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, 6, text=LIST)
    points = sweep.run(6)
    assert len({*map(show_literal, points)}) == 6
    assert points[0] == {"a": 1, "b": 1}
    sweep.study.total = 7
    assert sweep.plan.space.contains(sweep.plan.point(6))  # all have come


def test_zipped_hyperparameters_are_one(tmp_path: Path) -> None:
    text = f'{LIST}_("c", "x", search=["x", "y", "z"])\n'
    sweep = Sweep(tmp_path, 6, text=text, zipped=("a,c",))
    points = sweep.run(6)
    assert {(point["a"], point["c"]) for point in points} == {(1, "x"), (2, "y"), (3, "z")}
    assert sweep.trials()[0].params == {"a,c": "(1, 'x')", "b": 1}


def test_paths_are_searched_and_reported(tmp_path: Path) -> None:
    text = '_("data", Path("a"), search=["a", "b/c"])\n_("lr", 1, search=[1, 2, 3, 4])\n'
    sweep = Sweep(tmp_path, 8, text=text)
    points = sweep.run(8)
    assert {point["data"] for point in points} == {Path("a"), Path("b/c")}
    sweep.study.refresh(now=True)
    report = text_report(sweep.study)
    assert "8 of 8 trials complete" in report
    assert "Importance for loss:" in report
    sweep.journal.unlink()
    again = Sweep(tmp_path, 8, text=text)
    again.engine.sync()
    assert [row[0] for row in ended(again)] == [*range(8)]


@pytest.mark.parametrize("method", ["cmaes", "gp"])
def test_other_samplers_search_too_if_their_packages_are_there(method: str, tmp_path: Path) -> None:
    plan = Trials(select(HyperParameterManager("_").parse_source(SPACE).index, Request()), method)
    try:
        check_trials(plan)
    except SweepError as error:
        pytest.skip(str(error))
    sweep = Sweep(tmp_path, 14, method=method)
    points = sweep.run(10)
    sweep.journal.unlink()
    sweep = Sweep(tmp_path, 14, method=method)
    for trial in range(10, 14):
        points.append(sweep.plan.point(trial))
        sweep.end(trial)
    assert len({*map(show_literal, points)}) == 14
    assert all(map(sweep.plan.space.contains, points))


def test_slow_trials_are_pruned(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path, 20, prunes=True)
    for trial in range(6):
        sweep.end(trial, losses=[3.0, 2.0, 1.0])
    assert not sweep.engine.report(6, {0: 2.0})
    assert sweep.engine.report(6, {0: 2.0, 1: 9.0, 2: 8.0})
    assert not sweep.engine.report(7, {})
    sweep.end(6, status="pruned", losses=[2.0, 9.0, 8.0])
    sweep.engine.sync()
    assert not sweep.engine.report(6, {3: 9.0})
    assert ended(sweep)[6][2:] == ([8.0], ended(sweep)[6][3], {0: 2.0, 1: 9.0, 2: 8.0})
    outcome = sweep.study.outcome(6)
    assert outcome is not None
    assert [outcome.status, outcome.score] == ["pruned", None]
    assert 6 not in dict(sweep.study.ranked())


def test_pruning_follows_a_maximum_and_random_points(tmp_path: Path) -> None:
    objective = Objective("best:loss", maximize=True)
    sweep = Sweep(tmp_path, 20, prunes=True, method="random", objective=objective)
    for trial in range(6):
        sweep.end(trial, losses=[1.0, 2.0])
    assert sweep.engine.report(6, {0: 0.5})
    assert not sweep.engine.report(7, {0: 1.5})
    assert sweep.trials()[-1].params == Sweep(tmp_path, 20).trials()[-1].params
    assert sweep.plan.point(7)["lr"] == sweep.trials()[-1].params["lr"]


def test_steps_are_those_that_were_reported_or_count() -> None:
    rows: list[dict[str, Any]] = [
        {"loss": 3, "step": 5},
        {"loss": 2.0, "step": -1},
        {"loss": "x"},
        {"loss": 1},
    ]
    assert reports_by_step(rows, "loss") == {5: 3.0, 1: 2.0, 2: 1.0}
    assert reports_by_step(rows[3:], "loss", 7) == {7: 1.0}


def test_optuna_cannot_search_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def plan(text: str, method: str = "tpe", *sweep: str) -> Trials:
        index = HyperParameterManager("_").parse_source(text).index
        return Trials(select(index, Request(sweep)), method)

    check_trials(plan(SPACE))
    with pytest.raises(SweepError, match="cannot choose from 1001 values of `a`"):
        check_trials(plan(f'_("a", 1, search={[*range(1001)]})'))
    with pytest.raises(SweepError, match="range of `a` is too wide"):
        check_trials(plan('_("a", 1.0, search=[-1e308, 1e308])'))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SweepError, match=r'(?s)`--sampler tpe` needs optuna.*"hpman\[sweep\]"'):
        check_trials(plan(SPACE))
    with pytest.raises(SweepError, match=r"(?s)gp` needs optuna and torch and scipy.* torch scipy"):
        check_trials(plan(SPACE, "gp"))
    with pytest.raises(SweepError, match="`--prune` needs optuna"):
        check_trials(plan(SPACE, "random"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk here")
def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    sweep = Sweep(tmp_path)
    sweep.journal.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        sweep.plan.point(0)


def test_the_plan_of_a_sampler_is_another_than_that_of_a_grid(tmp_path: Path) -> None:
    plan = Sweep(tmp_path, 2, text=LIST).plan
    assert plan.identity()["method"] == "tpe"
    assert plan.identity()["seed"] == 3
    assert plan.arguments(TrialRun(0)) == ["--a=1", "--b=1"]
