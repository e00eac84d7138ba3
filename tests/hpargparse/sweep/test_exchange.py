"""Machines that share no folder: claims and copies of records through a database."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.claims import database as module
from hpargparse.claims.database import Database
from hpargparse.claims.storage_url import StorageUrl
from hpargparse.commands import sweep
from hpargparse.errors import SweepError
from hpargparse.run.slurm import parse_request
from hpargparse.runs.record import RunRecord, remove
from hpargparse.space.select import Request, select
from hpargparse.sweep.exchange import Exchange, store_of
from hpargparse.sweep.score import Objective
from hpargparse.sweep.study import Claim, Study
from hpargparse.sweep.trials import TrialRun, Trials
from hpman import HyperParameterManager
from hpman.run_files import release, take
from tests.hpargparse.runs import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

sqlalchemy = pytest.importorskip("sqlalchemy", reason="SQLAlchemy comes with the extra `sweep`")
IDENTITY = {"program": "train.py", "score": [["loss", False, ""]], "fixed": {}}
LOST: dict[str, object] = {}


class Machine:
    """A folder of a project, and the sweep in it."""

    opened: list[Machine]

    def __init__(
        self, folder: Path, *, database: Path, source: str = "", retries: int = 3, **settings: Any
    ) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.said: list[str] = []
        index = HyperParameterManager("_").parse_source('_("x", 0, search=[0, 9])').index
        plan = Trials(select(index, Request(("x=0..9",))), "grid")
        objectives = [Objective("loss", source=source)]
        study = Study(str(folder), "s", 10, trials=plan, objectives=objectives, retries=retries)
        study.exchange = Exchange(
            StorageUrl(f"sqlite:///{database}"),
            study.runs,
            "s",
            objectives,
            collects=True,
            say=self.said.append,
            **settings,
        )
        self.study, self.exchange = study, study.exchange
        study.open(IDENTITY, ["train.py"])
        self._stack = ExitStack()

    def claim(self) -> Claim:
        """Return a claim on a run, in the database."""
        if not self.study.claims.is_by_time:
            self.study.claims, _none = self._stack.enter_context(self.exchange.claims())
        claim = self.study.claim()
        assert claim is not None
        self._stack.callback(release, claim.lease)
        return claim

    def end(self, trial: int, end: dict[str, object] | None = None, **changes: Any) -> str:
        """Write the record of a run."""
        done = {"status": "finished", "exit": 0, "ended": 1_700_000_002.0}
        end = {**done, "metrics": {"loss": trial + 0.5}} if end is None else end
        name = f"s-{trial}-{self.folder.name}aaaaaaa"
        values = {"x": str(trial)}
        changes = {"values": values, "changed": ["x"], "cwd": str(self.folder), **changes}
        return recorded.write(self.folder, name, end, **changes).folder

    def close(self) -> None:
        self._stack.close()
        self.exchange.database.close()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Any]:
    opened: list[Machine] = []

    def begin(name: str, **settings: Any) -> Machine:
        opened.append(Machine(tmp_path / name, database=tmp_path / "db", **settings))
        return opened[-1]

    yield begin
    for machine in opened:
        machine.close()


def _wait(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def _program(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").touch()
        (tmp_path / name / "train.py").write_text(
            "from hpman import report\nfrom hpman.m import _\n"
            'report(loss=_("x", 0.0, range=[0, 1], search=True))\n'
        )


@pytest.mark.slow
@pytest.mark.usefixtures("_program")
def test_a_command_on_another_machine_goes_on_with_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/db"
    options = ["train.py", "--minimize", "loss", "--storage", url]
    monkeypatch.chdir(tmp_path / "a")
    sweep.main([*options, "--trials=3"])
    assert f"shared through {url}\n" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path / "b")
    sweep.main([*options, "--trials=3"])
    assert "3 done before" in capsys.readouterr().out
    sweep.main(["--resume", "--trials=4"])
    assert "\n4 of 4 trials complete" in capsys.readouterr().out
    copies = [{p.name for p in (tmp_path / n / ".hpman/runs").iterdir()} for n in "ab"]
    assert len(copies[1]) == 4
    assert copies[0] < copies[1]


@pytest.mark.usefixtures("_program")
@pytest.mark.parametrize("password", ["s3cret", ""])
def test_a_password_is_not_kept_but_given_to_the_jobs_of_slurm(
    password: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path / "a")
    monkeypatch.setenv("HPMAN_STORAGE_PASSWORD", password)
    submitted = []

    def submit(command: list[str], *_rest: Any, **_named: Any) -> str:
        submitted.append((command, os.environ.get("HPMAN_STORAGE_PASSWORD", "")))
        return "7"

    monkeypatch.setattr("hpargparse.run.slurm.submit", submit)
    monkeypatch.setattr("hpargparse.run.slurm.request_jobs", parse_request)
    url = f"sqlite:///{tmp_path}/db"
    options = ["--minimize=loss", "--trials=3", "--name=c", "--slurm=time=1", "--random"]
    sweep.main(["train.py", *options, f"--storage={url}"])
    assert submitted == [(["sweep", "--resume=c"], password)]
    assert "job 7" in capsys.readouterr().out
    kept = Path(".hpman/sweeps/c/plan.json").read_text()
    assert url in kept
    assert "s3cret" not in kept


@pytest.mark.slow
def test_machines_share_the_trials_and_see_all_results(machines: Any) -> None:
    one, other = machines("a"), machines("b")
    first, second = one.claim(), other.claim()
    assert [first.trial_run, second.trial_run] == [TrialRun(0), TrialRun(1)]
    folder = one.end(0, cwd=str(one.folder / "below"))
    Path(folder, "output.log").write_text("a lot")
    Path(folder, "diff.patch").write_text("patch")
    assert one.study.release(first).score == 0.5
    other.study.refresh(now=True)
    assert other.study.outcomes()[0].score == 0.5
    copy = other.folder / ".hpman/runs" / os.path.basename(folder)
    data = json.loads((copy / "run.json").read_text())
    assert data["cwd"] == str(other.folder / "below")
    assert [*data][-1] == [*json.loads(Path(folder, "run.json").read_text())][-1]
    assert (copy / "diff.patch").read_text() == "patch"
    assert not (copy / "output.log").exists()
    assert other.claim().trial_run == TrialRun(2)


@pytest.mark.slow
def test_a_claim_of_another_machine_is_free_when_that_gives_it_back(machines: Any) -> None:
    one, other = machines("a"), machines("b")
    claim = one.claim()
    assert not other.exchange.database.take("0")
    assert one.study.release(claim) is None
    _wait(lambda: other.exchange.database.take("0"))
    with one.study.claims.lock():
        assert other.exchange.database.busy() == {"0", "lock"}


@pytest.mark.slow
def test_a_killed_run_counts_for_the_retries_of_all(machines: Any) -> None:
    one, other = machines("a", retries=1), machines("b", retries=1)
    claim = one.claim()
    one.end(0, LOST)
    assert one.study.release(claim) is None
    _wait(lambda: "0" not in other.exchange.database.busy())
    claim = other.claim()
    assert claim.trial_run == TrialRun(0)
    other.end(0, LOST)
    outcome = other.study.release(claim)
    assert outcome.error == "was killed 2 times (--retries 1)"


def test_a_machine_that_vanishes_counts_too(machines: Any) -> None:
    one = machines("a", retries=1)
    gone = Database(
        StorageUrl(f"sqlite:///{one.folder}/../db"), "s", token="gone", seconds_until_free=9.0
    )
    for trial_run in ("0", "1"):
        assert gone.take(trial_run)
        assert not one.exchange.database.take(trial_run)
    one.exchange.database.seconds_until_free = -1.0
    assert one.exchange.database.take("1")
    gone.renew({1: "0", 2: "1"})
    gone.free("1")
    assert one.exchange.database.lost["1"] == 1
    one.exchange.database.free("1")
    assert one.exchange.database.take("1")
    assert one.exchange.database.lost["1"] == 1, "a claim that was given back is not lost"
    gone.close()


def test_the_output_travels_if_a_score_reads_it_and_its_end_if_a_run_failed(machines: Any) -> None:
    one, other = machines("a", source=r"loss (\S+)"), machines("b", source=r"loss (\S+)")
    Path(one.end(0), "output.log").write_text("loss 0.25\n" + "x" * 9000)
    one.study.refresh()
    other.study.refresh(now=True)
    assert other.study.outcomes()[0].score == 0.25
    one, other = machines("c"), machines("d")
    failed = {"status": "failed", "exit": 3}
    Path(one.end(1, failed), "output.log").write_text("x" * 9000 + "\nboom")
    one.study.refresh()
    other.study.refresh(now=True)
    assert other.study.outcomes()[1].error == "exit status 3: boom"
    copy = other.folder / ".hpman/runs/s-1-caaaaaaa/output.log"
    assert copy.stat().st_size == 4096


def test_a_file_with_the_score_travels(machines: Any, tmp_path: Path) -> None:
    one, other = machines("a", source="m.json:loss"), machines("b", source="m.json:loss")
    one.end(0)
    (one.folder / "m.json").write_text('{"loss": 3}')
    one.study.refresh(now=True)
    one.exchange.push(one.exchange.named("0"))
    other.study.refresh(now=True)
    assert other.study.outcomes()[0].score == 3


def test_what_a_machine_could_not_send_is_sent_at_the_next_start(machines: Any) -> None:
    one, other = machines("a"), machines("b")
    one.end(3)
    damaged = one.end(4)
    Path(damaged, "run.json").write_text("{")
    running = one.end(5, LOST)
    lease = take(f"{running}/lease")
    assert lease is not None
    one.exchange.push([os.path.basename(running)])
    machines("a").study.refresh()
    other.study.refresh(now=True)
    assert [*other.study.outcomes()] == [3]
    release(lease)


def test_a_record_that_is_removed_here_is_removed_everywhere(machines: Any) -> None:
    one, other = machines("a"), machines("b")
    folder = one.end(0, sweep="s")
    one.end(1)
    one.study.refresh()
    other.study.refresh(now=True)
    assert [*other.study.outcomes()] == [0, 1]
    remove(RunRecord(folder))
    again = machines("a")
    again.study.refresh(now=True)
    assert [*again.study.outcomes()] == [1]
    other.study.refresh(now=True)
    assert [*other.study.outcomes()] == [1]
    late = machines("c")
    late.study.refresh(now=True)
    assert [*late.study.outcomes()] == [1]
    again.exchange.database.remove_run("s-0-gone")


def test_a_sweep_with_another_program_may_not_have_the_name(machines: Any) -> None:
    one = machines("a")
    with pytest.raises(SweepError) as caught:
        one.study.open({**IDENTITY, "program": "other.py"}, [])
    assert "another program" in str(caught.value)
    (one.folder / ".hpman/sweeps/s/plan.json").unlink()
    with pytest.raises(SweepError) as caught:
        one.study.open({**IDENTITY, "program": "other.py"}, [])
    assert "db has another program.\nChoose another --name." in str(caught.value)


def test_a_record_in_the_database_that_is_damaged_is_an_error(machines: Any) -> None:
    one = machines("a")
    one.exchange.database.add_run("s-1-bbbbbbbb", b"no zip")
    one.exchange.database.add_run("../evil", b"no zip")
    with pytest.raises(SweepError, match="record of the run s-1-bbbbbbbb in the database is dam"):
        one.exchange.pull(now=True)
    assert [path.name for path in (one.folder / ".hpman/runs").iterdir()] == []


def test_records_are_looked_for_again_after_a_moment(machines: Any) -> None:
    one, other = machines("a"), machines("b")
    other.exchange.pull(now=True)
    one.end(0)
    one.study.refresh()
    other.study.refresh()
    assert other.study.outcomes() == {}
    other.exchange._looked -= 10
    other.study.refresh()
    assert [*other.study.outcomes()] == [0]


def test_the_process_that_renews_sends_records_too(machines: Any) -> None:
    one, other = machines("a"), machines("b")
    store: Any = store_of(json.loads(json.dumps(one.exchange.settings())))
    assert one.exchange.database.take("7")
    one.end(7)
    store.renew({1: "7"})
    assert store.busy() == {"7"}
    store.free("7")
    assert store.take("7")
    other.study.refresh(now=True)
    assert [*other.study.outcomes()] == [7]
    assert store.settings() == one.exchange.settings()
    store._exchange.database.close()


class _Away:
    """A database that does not answer so many times."""

    def __init__(self, engine: Any, times: float) -> None:
        self._engine = engine
        self.times = times

    def begin(self) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise sqlalchemy.exc.OperationalError("SELECT", {}, RuntimeError("server closed"))
        return self._engine.begin()

    def dispose(self) -> None:
        self._engine.dispose()


def test_a_database_that_is_away_for_a_while_ends_nothing(
    machines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.01)
    one, other = machines("a"), machines("b")
    assert other.exchange.database.take("0")
    database = one.exchange.database
    database._engine = _Away(database._engine, 3)
    database.seconds_until_free = 0.0
    one.study.refresh(now=True)
    assert one.said == [
        "the database does not answer: server closed; trying again for 10 minutes",
        "the database answers again",
    ]
    database.seconds_until_free = 60.0
    other.exchange.database._update(["0"], renewed=0.0)
    assert not database.take("0"), "its holder may not have been able to renew it"
    database._was_away -= 100
    assert database.take("0")


def test_a_database_that_is_away_for_long_ends_the_sweep(
    machines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.01)
    monkeypatch.setattr(module, "_LIMIT", 0.03)
    database = machines("a").exchange.database
    database._engine = away = _Away(database._engine, float("inf"))
    message = r"^The database does not answer: server closed\.\nRuns that have ended are kept"
    with pytest.raises(SweepError, match=message):
        database.busy()
    monkeypatch.setattr(module, "_LIMIT", 1000)
    database.give_up()
    with pytest.raises(SweepError, match=message):
        database.busy()
    away.times = 0


def test_other_errors_of_the_database_are_errors(machines: Any) -> None:
    def fail() -> None:
        raise sqlalchemy.exc.ProgrammingError("SELECT", {}, ValueError())

    with pytest.raises(sqlalchemy.exc.ProgrammingError):
        machines("a").exchange.database.persist(fail)


def test_two_that_add_the_same_at_once_are_no_problem(
    machines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = machines("a").exchange.database

    def fail(_action: Any) -> None:
        raise sqlalchemy.exc.IntegrityError("INSERT", {}, RuntimeError("duplicate"))

    monkeypatch.setattr(database, "_run", fail)
    assert not database.take("0")
    database.add_run("s-1-aaaaaaaa", b"")


def test_tables_that_another_machine_creates_at_once_are_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    database = Database(
        StorageUrl(f"sqlite:///{tmp_path}/db"), "s", token="a", seconds_until_free=9.0
    )
    metadata = database._tables["hpman_sweeps"].metadata
    create, calls = metadata.create_all, []

    def create_all(engine: Any) -> None:
        calls.append(1)
        if len(calls) < 3:
            raise sqlalchemy.exc.ProgrammingError("CREATE", {}, RuntimeError("it exists"))
        create(engine)

    monkeypatch.setattr(metadata, "create_all", create_all)
    assert database.open("{}") == "{}"
    database.close()
