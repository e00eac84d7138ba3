"""How a sweep runs: what is started and shown, and what ends it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from hpargparse.commands import sweep
from hpargparse.runs.record import RunRecord, records
from hpargparse.space.select import Request, select
from hpargparse.sweep import launch, worker
from hpargparse.sweep.driver import Driver
from hpargparse.sweep.launch import Launcher
from hpargparse.sweep.progress import Progress
from hpargparse.sweep.score import Objective
from hpargparse.sweep.study import Study
from hpargparse.sweep.trials import Trials
from hpman import HyperParameterManager
from tests.hpargparse.runs.recorded import environment, needs_fork, wait_for
from tests.hpargparse.sweep.chaos import wreck

pytestmark = [needs_fork, pytest.mark.slow]
HEAD = """\
import os, signal, sys, time
from hpman import report
from hpman.m import _
x = _("x", 1, range=[1, 20])
"""
TRAIN = f"{HEAD}report(loss=x / 4)\n"
# Instead of `hpman run`, which takes ten times as long.
QUICK = """\
import json, os, signal, sys
beginning = sys.argv[1][8:].partition("/")[0]
given = dict(arg[2:].split("=") for arg in sys.argv[2:] if arg[:2] == "--" and "=" in arg)
x = int(given["x"])
if os.path.exists("interrupt") and open("interrupt").read() == beginning:
    os.remove("interrupt")
    os.kill(os.getppid(), signal.SIGINT)
end = {"status": "finished", "exit": 0, "metrics": {"loss": x / 4}}
if os.path.exists("fail"):
    end["exit"] = eval(open("fail").read())
    end["status"] = "failed" if end["exit"] else "finished"
folder = f".hpman/runs/{beginning}{os.urandom(4).hex()}"
os.mkdir(folder)
open(f"{folder}/run.json", "w").write(json.dumps({"schema": 1, "program": "train.py",
    "process": 1, "started": 1.0, "values": {"x": "1", "y": "0", **given},
    "changed": [*given], "argv": sys.argv[2:], "trial": int(beginning.split("-")[1])}))
open(f"{folder}/end.json", "w").write(json.dumps(end))
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HPMAN_RUN", raising=False)
    monkeypatch.delenv("RANK", raising=False)

    def leave(number: int) -> None:
        raise SystemExit(128 + number)

    monkeypatch.setattr(sweep, "exit_interrupted", leave)
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


@pytest.fixture
def quick(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "quick.py").write_text(QUICK)
    monkeypatch.setattr(launch, "_COMMAND", ("-S", "-E", "quick.py"))
    monkeypatch.setattr(launch, "_CAN_FORK", False)


def _sweep(text: str, *args: str, status: int | None = None) -> None:
    """Run a sweep of a program in this process."""
    Path("train.py").write_text(text)
    command = ["train.py", "--name", "s", *args]
    if status is None:
        sweep.main(command)
        return
    with pytest.raises(SystemExit) as ended:
        sweep.main(command)
    assert ended.value.code == status


def _shown(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the output without the space, and without what differs each time."""
    text = capsys.readouterr().out
    text = text[text.index("Sweep s:") :]
    return re.sub(r"(s-\d+(?:r\d)?)-\w{8}\b", r"\1-ID", re.sub(r"in \d+(\.\d)? s", "in T", text))


def _records() -> list[RunRecord]:
    return sorted(records(".hpman/runs"), key=lambda record: record.id)


def test_a_sweep_from_its_first_line_to_its_last(capsys: pytest.CaptureFixture[str]) -> None:
    text = f'{HEAD}if x == 2: raise ValueError("bad")\nassert sys.argv[1:] == ["a"]\n'
    text += "report(loss=x / 4)\n"
    _sweep(text, "--minimize", "loss", "--sweep", "x=3,2,1", "--", "a")
    assert (
        _shown(capsys)
        == """\
Sweep s: grid, 3 trials, minimize loss
trial 0: loss 0.75 in T  (x=3)  [1 of 3, best 0.75 by trial 0]
trial 1: failed: ValueError: bad  (x=2)  [2 of 3, 1 failed, best 0.75 by trial 0]
trial 2: loss 0.25 in T  (x=1)  [3 of 3, 1 failed, best 0.25 by trial 2]

2 of 3 trials complete, 1 failed

Best: loss 0.25, trial 2, run s-2-ID
  name    value    default    defined
  ------  -------  ---------  ----------
  x       1        1          train.py:4

Failed; the output is .hpman/runs/ID/output.log. After a repair,
`hpman runs --remove ID` lets a trial run again:
  1 x ValueError: bad (trial 1; run s-1-ID)

Next:
  hpman runs --where "sweep == 's'" --sort=loss
  hpman runs --where "sweep == 's'" --sort=loss --plot sweep.svg
  hpman compare s-2-ID s-0-ID
  hpman rerun s-2-ID
  hpman promote s-2-ID
  hpman runs --remove s-1-ID
"""
    )
    first = _records()[0]
    assert [first.summary[key] for key in ("sweep", "trial", "argv")] == [
        "s",
        0,
        ["train.py", "--x=3", "--", "a"],
    ]
    _sweep(text, "--minimize", "loss", "--sweep", "x=3,2,1", "--", "a")
    assert _shown(capsys).startswith(
        "Sweep s: grid, 3 trials, minimize loss, 3 done before\n\n2 of 3 trials complete"
    )


def test_json_and_repeats_and_more_trials(capsys: pytest.CaptureFixture[str]) -> None:
    text = f'{HEAD}report(loss=x + _("seed", 0))\n'
    args = "--maximize loss --sweep x=1..9 --format json --jobs 2 --random".split()
    _sweep(text, *args, "--trials", "1", "--repeats", "2")
    begin, *runs, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert [begin["event"], begin["sweep"], begin["method"]] == ["begin", "s", "random"]
    assert sorted(run["values"]["seed"] for run in runs) == ["0", "1"]
    x = int(runs[0]["values"]["x"])
    assert [end["complete"], end["best"]["score"]] == [1, x + 0.5]
    _sweep(text, *args, "--trials", "2", "--repeats", "2")
    begin, *runs, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert [begin["done"], len(runs), end["complete"]] == [1, 2, 2]


@pytest.mark.parametrize("warm", [[], ["--no-warm"]])
def test_a_sweep_that_was_killed_goes_on(warm: list[str]) -> None:
    kill = "if 'KILL' in os.environ and x == 2: os.kill(int(os.environ['KILL']), 9)"
    Path("train.py").write_text(f"{HEAD}{kill}\nreport(loss=x / 4)\n")
    args = ["train.py", *"--name s --minimize loss --sweep x=2,3".split(), *warm]
    kill_me = ["sh", "-c", 'KILL=$$ exec "$0" "$@"']
    subprocess.run(
        [*kill_me, sys.executable, "-m", "hpman", "sweep", *args],
        env=environment(),
        stdout=subprocess.DEVNULL,
        check=False,
    )
    sweep.main(args)
    assert [record.summary["trial"] for record in _records()] == [0, 1]
    assert [record.values["x"] for record in _records()] == [2, 3]
    assert {record.status for record in _records()} == {"finished"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", ["--grid", "--random"])
@pytest.mark.parametrize("at", range(5))
def test_a_sweep_that_was_interrupted_ends_as_if_it_was_not(
    at: int, method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ("--minimize", "loss", "--sweep", "x=1..6", method, "--trials", "5", "--seed", "5")
    Path("interrupt").write_text(f"s-{at}-")
    _sweep(TRAIN, *args, status=130)
    assert len(_records()) == at + 1
    _sweep(TRAIN, *args)
    values = [record.values["x"] for record in _records()]
    assert values == [_plan("x=1..6", method=method[2:], seed=5).point(n)["x"] for n in range(5)]
    assert "5 of 5 trials complete" in _shown(capsys)


def _plan(*spec: str, **settings: Any) -> Trials:
    source = f"{TRAIN}y = _('y', 0)\n"
    index = HyperParameterManager("_").parse_source(source).index
    return Trials(select(index, Request(spec)), **settings)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("count", [1, 2, 8])
def test_any_number_of_drivers_run_so_many_trials(count: int, project: Path) -> None:
    _drive(project, _plan("x=1..16"), 16, count)
    assert sorted(record.values["x"] for record in _records()) == [*range(1, 17)]


def _drive(project: Path, plan: Trials, total: int, count: int) -> tuple[int, int]:
    """Run a sweep by several drivers, some of which come late.

    Return how many runs had ended before, and how many of them counted.
    """
    drivers, studies = [], []
    for _ in range(count):
        own = deepcopy(plan)  # as in a process
        study = Study(str(project), "s", total, trials=own, objectives=[Objective("loss")])
        study.open({}, [])
        study.refresh()
        studies.append(study)
        progress = Progress("hpman sweep", study, is_json=True)
        drivers.append(
            Driver(study, Launcher(["train.py"], []), jobs=1, timeout=None, progress=progress)
        )
    before = len(_records()), len(studies[0].outcomes())
    threads = [Thread(target=driver.run) for driver in drivers]
    for number, thread in enumerate(threads):
        thread.start()
        thread.join(0.05 * (number % 3))
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    for study in studies:
        study.refresh()
        assert len(study.outcomes()) == total
    return before


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ("x=1..12", "x=1..8", (12, 8, 8)),
        ("x=5..14", "x=1..10", (10, 10, 6)),
        ("x=1,2,3,4", "x=8,7,6,4,3,2,1", (4, 7, 4)),
        ("x=1,2,3,4", "x=1..20", (4, 9, 4)),
        ("x=1,2,3,4", "x=1,2,3,4 y=1,0", (4, 8, 4)),
        ("x=1,2,3,4 y=1,0", "x=1,2,3,4,5", (8, 5, 4)),
    ],
    ids=["narrowed", "moved", "widened", "a range", "an axis more", "an axis less"],
)
@pytest.mark.parametrize("drivers", [1, 8])
def test_the_space_may_change(
    drivers: int, first: str, second: str, counts: tuple[int, int, int], project: Path
) -> None:
    _change_space(project, first, second, counts, drivers)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("drivers", [2, 32])
def test_the_space_may_change_for_many_drivers(drivers: int, project: Path) -> None:
    _change_space(project, "x=1..15", "x=6..20 y=0,1", (15, 30, 10), drivers)


def _change_space(
    project: Path, first: str, second: str, counts: tuple[int, int, int], drivers: int
) -> None:
    """Run a sweep with one space, then with another, then with the first one again."""
    trials, total, fits = counts
    _drive(project, _plan(*first.split()), trials, drivers)
    assert len(_records()) == trials
    assert _drive(project, _plan(*second.split()), total, drivers) == (trials, fits)
    records = _records()
    assert len(records) == trials + total - fits
    points = [(record.values["x"], record.values["y"]) for record in records]
    assert len({*points}) == len(points)
    assert _drive(project, _plan(*first.split()), trials, drivers)[1] == trials
    assert len(_records()) == len(records)


@pytest.mark.usefixtures("quick")
def test_more_trials_of_another_space(project: Path) -> None:
    _drive(project, _plan("x=1..20"), 6, 2)
    assert _drive(project, _plan("x=1..20", seed=1), 9, 2) == (6, 6)
    assert len(_records()) == 9
    assert _drive(project, _plan("x=1..20", seed=1), 20, 2) == (9, 9)
    assert sorted(record.values["x"] for record in _records()) == [*range(1, 21)]


def test_a_trial_that_was_recorded_before_is_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text(TRAIN)
    run = [sys.executable, "-m", "hpman", "run", "--record", "train.py", "--x=2"]
    subprocess.run(run, env=environment(), check=True)
    (first,) = _records()
    _sweep(TRAIN, "--minimize", "loss", "--sweep", "x=1,2")
    shown = _shown(capsys)
    assert f"trial 1: loss 0.5, as run {first.id}  (x=2)  [2 of 2, best 0.25 by trial 0]" in shown
    assert "2 of 2 trials complete, 0 failed, 1 not run again\n" in shown
    _sweep(TRAIN, "--minimize", "loss", "--sweep", "x=2", "--name", "t", "--format", "json")
    _begin, run_event, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert [run_event["copy_of"], run_event["score"], end["copies"]] == [first.id, 0.5, 1]
    _sweep(f"{TRAIN}\n", "--minimize", "loss", "--sweep", "x=2", "--name", "u")
    assert "1 of 1 trials complete, 0 failed\n" in capsys.readouterr().out
    assert len(_records()) == 5


def test_several_objectives(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{HEAD}report(loss=x / 4, accuracy=x / 10 if x < 3 else 0.0)\n"
    args = ("--minimize", "loss", "--maximize", "accuracy", "--sweep", "x=1,2,3")
    _sweep(text, *args)
    assert (
        _shown(capsys)
        == """\
Sweep s: grid, 3 trials, minimize loss, maximize accuracy
trial 0: loss 0.25, accuracy 0.1 in T  (x=1)  [1 of 3, 1 on the Pareto front]
trial 1: loss 0.5, accuracy 0.2 in T  (x=2)  [2 of 3, 2 on the Pareto front]
trial 2: loss 0.75, accuracy 0 in T  (x=3)  [3 of 3, 2 on the Pareto front]

3 of 3 trials complete, 0 failed

Pareto front (2):
  run           loss    accuracy    x
  ------------  ------  ----------  ---
  s-0-ID  0.25    0.1         1
  s-1-ID  0.5     0.2         2

Next:
  hpman runs --where "sweep == 's'" --sort=loss
  hpman runs --where "sweep == 's'" --sort=loss --plot sweep.svg
  hpman compare s-0-ID s-1-ID
  hpman rerun s-0-ID
  hpman promote s-0-ID
"""
    )
    _sweep(text, *args, "--format", "json", "--name", "t")
    _begin, *runs, end = map(json.loads, capsys.readouterr().out.splitlines())
    assert runs[1]["scores"] == {"loss": 0.5, "accuracy": 0.2}
    assert [row["scores"]["loss"] for row in end["front"]] == [0.25, 0.5]
    _sweep(text, "--minimize", "loss", "--sweep", "x=1,2,3", status=2)
    assert "The sweep `s` has another score." in capsys.readouterr().err


def test_several_objectives_without_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("--minimize", "a", "--minimize", "b", "--sweep", "x=1,2")
    _sweep(f"{HEAD}raise ValueError", *args, status=1)
    assert "Pareto front (" not in capsys.readouterr().out


@pytest.mark.usefixtures("quick")
def test_a_sweep_is_resumed_from_any_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _sweep(TRAIN, "--minimize", "loss", "--sweep", "x=1,2,3,4", "--trials", "2", "--", "a")
    _sweep(TRAIN, "--minimize", "loss", "--sweep", "x=7", "--name", "t")
    (project / "sub").mkdir()
    monkeypatch.chdir(project / "sub")
    capsys.readouterr()
    sweep.main(["--resume"])
    assert "Sweep t: grid, 1 trials, minimize loss, 1 done before" in capsys.readouterr().out
    monkeypatch.chdir(project / "sub")
    sweep.main(["--resume", "s", "--trials", "3"])
    assert "Sweep s: grid, 3 trials, minimize loss, 2 done before" in capsys.readouterr().out
    sweep.main(["--resume"])
    assert "Sweep s: grid, 3 trials, minimize loss, 3 done before" in capsys.readouterr().out
    sweep.main(["--resume", "--sweep", "x=3,5", "--jobs", "2"])
    shown = capsys.readouterr().out
    assert "x was 1, 2, 3, 4, now 3, 5. 1 of 3 earlier trials fit and count." in shown
    sweep.main(["--resume", "s", "--", "b"])
    assert "command line was a, now b. 0 of 4 earlier trials" in capsys.readouterr().out
    plan = json.loads((project / ".hpman/sweeps/s/plan.json").read_text())
    assert [plan["folder"], len(plan["resumed"])] == [".", 3]
    assert plan["plan"]["arguments"] == ["b"]
    _sweep(TRAIN, "--minimize", "loss", "--sweep", "x=3,5")
    plan = json.loads((project / ".hpman/sweeps/s/plan.json").read_text())
    assert plan["resumed"] == []


def test_the_score_is_what_a_function_returns(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text(f"{HEAD}def main(): return x / 4\n")
    args = ["--minimize", "loss", "--sweep", "x=1,2", "--name", "s"]
    sweep.main(["-m", "train:main", *args])
    shown = _shown(capsys)
    assert "trial 1: loss 0.5 in T  (x=2)" in shown
    assert """hpman runs --where "sweep == 's'" --sort=return\n""" in shown


def test_sources_that_change_meanwhile_end_a_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{HEAD}y = _('y', 2)\nimport pathlib\np = pathlib.Path('train.py')\n"
    text += "p.write_text(p.read_text().replace(\"'y', 2\", \"'y', 3\"))\n"
    _sweep(text, "--sweep", "x=1,2,3", status=2)
    assert capsys.readouterr().err == (
        "hpman sweep: error: Trial 1 did not run with its values: `y` is 3, not 2.\n"
        "The sources may have changed. The same command goes on with those of now.\n"
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_doubled_or_stuck_if_processes_are_killed(seed: int, project: Path) -> None:
    row = wreck(project, seed, trials=3, drivers=2, kills=2)
    assert [row[name] for name in ("complete", "unique", "lost", "doubled", "stuck")] == [
        *(3, 3, 0, 0, 0)
    ]


def _interrupting(count: int, after: str) -> str:
    kill = f"    os.kill({os.getpid()}, signal.SIGINT); time.sleep(0.4)\n"
    return f"{HEAD}if not os.path.exists('go'):\n{kill * count}    {after}\nreport(loss=x)\n"


def test_an_interrupt_lets_runs_finish(capsys: pytest.CaptureFixture[str]) -> None:
    text = _interrupting(1, "pass")
    _sweep(text, "--minimize", "loss", "--sweep", "x=1,2", status=130)
    shown = _shown(capsys)
    assert "Interrupted: waiting for the runs that have started. Again stops them." in shown
    assert "1 of 2 trials complete" in shown
    Path("go").touch()
    _sweep(text, "--minimize", "loss", "--sweep", "x=1,2")
    assert [record.values["x"] for record in _records()] == [1, 2]


@pytest.mark.parametrize(
    ("count", "after", "status"),
    [
        (2, "time.sleep(60)", "stopped"),
        (3, "time.sleep(60)", "lost"),
    ],
)
def test_more_interrupts_stop_and_kill_runs(
    count: int, after: str, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = _interrupting(count, after)
    if count == 3:
        text = text.replace("if not", "signal.signal(15, signal.SIG_IGN)\nif not")
    _sweep(text, "--minimize", "loss", "--sweep", "x=1", status=130)
    assert [record.status for record in _records()] == [status]
    shown = _shown(capsys)
    assert "trial 0: stopped  (x=1)" in shown
    assert (
        "0 of 1 trials complete, 0 failed; the same command goes on, or `hpman sweep --resume s`\n"
        in shown
    )
    Path("go").touch()
    _sweep(text, "--minimize", "loss", "--sweep", "x=1")
    assert sorted(record.status for record in _records()) == ["finished", status]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_that_ends_programs_stops_runs(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"{HEAD}os.kill({os.getpid()}, signal.{name})\ntime.sleep(60)\n"
    _sweep(text, "--sweep", "x=1", status=128 + signal.Signals[name])
    assert [record.status for record in _records()] == ["stopped"]
    assert "trial 0: stopped  (x=1)" in _shown(capsys)


def test_a_sweep_goes_on_after_nohup() -> None:
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        _sweep(f"{HEAD}os.kill({os.getpid()}, signal.SIGHUP)\n", "--sweep", "x=1")
    finally:
        signal.signal(signal.SIGHUP, old)
    assert [record.status for record in _records()] == ["finished"]


@pytest.mark.parametrize("ignores", [False, True])
def test_a_run_that_takes_too_long_fails(
    ignores: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "_PATIENCE", 0.1)
    ignore = "signal.signal(15, signal.SIG_IGN)\n" if ignores else ""
    text = f"{HEAD}{ignore}time.sleep(60)\n"
    _sweep(text, "--sweep", "x=1", "--timeout", "0.1s", status=1)
    assert "failed: took longer than --timeout" in _shown(capsys)


@pytest.mark.usefixtures("quick")
def test_the_same_sweep_has_the_same_name(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text(TRAIN)
    for spec, arguments in (("x=1", []), ("x=1", []), ("x=2", []), ("x=1", ["--", "a"])):
        sweep.main(["train.py", "--sweep", spec, *arguments])
    sweep.main(["-m", "train", "--sweep", "x=1"])
    names = re.findall(
        r"^Sweep (\w{5}): grid, 1 trials, no score(.*)", capsys.readouterr().out, re.MULTILINE
    )
    assert names[0][0] == names[1][0]
    assert [after for _name, after in names] == ["", ", 1 done before", "", "", ""]
    assert len({name for name, _after in names}) == 4


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="there is no /proc")
def test_a_run_that_is_ended_leaves_no_process() -> None:
    child = "if os.fork() == 0:\n    open('child', 'w').write(str(os.getpid()))\n"
    _sweep(f"{HEAD}{child}time.sleep(100)\n", "--sweep", "x=1", "--timeout", "1", status=1)
    number = Path("child").read_text()
    wait_for(lambda: not os.path.exists(f"/proc/{number}/fd/0"))


@pytest.mark.usefixtures("quick")
def test_the_first_three_failures_end_a_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    Path("fail").write_text("x")
    _sweep(TRAIN, "--sweep", "x=1,2,3,4,5,6", status=1)
    shown = _shown(capsys)
    assert "0 of 6 trials complete, 3 failed" in shown
    assert "Ended early: the first 3 runs have failed, the last one with: exit status 3" in shown
    assert "  1 x exit status 1 (trial 0; run s-0-ID)" in shown
    assert shown.endswith("""
Next:
  hpman runs --where "sweep == 's'"
  hpman rerun s-0-ID
  hpman runs --remove s-0-ID s-1-ID s-2-ID
""")


@pytest.mark.usefixtures("quick")
def test_five_failures_in_a_row_end_a_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    Path("fail").write_text("{1: 0, 2: 7, 3: 0}.get(x, 9)")
    _sweep(TRAIN, "--sweep", "x=1..12", "--grid", status=1)
    shown = _shown(capsys)
    assert "Ended early: 5 runs in a row have failed with: exit status 9" in shown
    assert "  5 x exit status 9 (trial 3, 4, 5, ...; run s-3-ID)" in shown
    Path("fail").unlink()
    _sweep(TRAIN, "--sweep", "x=1..12", "--grid")
    assert "6 of 12 trials complete, 6 failed" in _shown(capsys)


def test_a_status_comes_with_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{HEAD}print('usage:', file=sys.stderr)\nprint('bad\\n', file=sys.stderr)\nexit(2)"
    _sweep(text, "--sweep", "x=1", status=1)
    assert "  1 x exit status 2: bad (trial 0; run s-0-ID)" in _shown(capsys)


@pytest.mark.usefixtures("quick")
def test_a_sweep_without_a_score_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    _sweep(TRAIN, "--sweep", "x=1")
    assert (
        "\nNo trial is the best, because no score is named: add `--minimize loss` or"
        " `--maximize loss`.\n"
    ) in _shown(capsys)


def test_a_sweep_without_reports_says_how_to_report(capsys: pytest.CaptureFixture[str]) -> None:
    _sweep(HEAD, "--sweep", "x=1")
    advice = "`--maximize NAME`, and call `hpman.report(NAME=...)` or use --score.\n"
    assert advice in _shown(capsys)


def test_nan_fails_a_trial_alone(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{HEAD}print('loss: nan')"
    args = ("--minimize", "l", "--score", r"loss: (\S+)", "--sweep", "x=1")
    _sweep(text, *args, status=1)
    shown = _shown(capsys)
    assert "Ended early" not in shown
    assert "  1 x the score `l` is nan (trial 0; run s-0-ID)" in shown


def test_a_run_without_a_record_ends_a_sweep(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RANK", "1")
    _sweep(TRAIN, "--sweep", "x=1,2", status=2)
    assert capsys.readouterr().err == (
        "hpman sweep: error: Trial 0 ended with status 2, and left no record.\n"
        "This shows why: hpman run --record train.py --x=1\n"
    )


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (9, "SIGKILL, perhaps out of memory"),
        (15, "SIGTERM"),
        pytest.param(
            *(35, "signal 35"), marks=pytest.mark.skipif(sys.platform != "linux", reason="no such")
        ),
    ],
)
def test_a_run_that_is_killed_before_its_record_is_tried_again(
    number: int,
    cause: str,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    python = project / "python"
    test = f"[ -e flag ] || {{ touch flag; kill -{number} $$; }}"
    python.write_text(f'#!/bin/sh\n{test}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    _sweep(TRAIN, "--sweep", "x=1", "--no-warm")
    assert _shown(capsys).startswith(
        "Sweep s: grid, 1 trials, no score\n"
        f"trial 0: was killed by {cause}, and is tried again  (x=1)  [0 of 1]\n"
        "trial 0: done in T  (x=1)  [1 of 1]\n"
    )


@pytest.mark.parametrize(
    ("number", "name", "message"),
    [
        (24, None, "cannot go on: Too many open files.\nUse fewer --jobs.\n"),
        (
            2,
            "claims",
            "cannot go on: claims: No such file or directory.\nDoes the program delete it?",
        ),
    ],
)
def test_an_error_of_the_system_comes_with_advice(
    number: int,
    name: str | None,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_args: object) -> None:
        raise OSError(number, os.strerror(number), name)

    monkeypatch.setattr(Progress, "tick", fail)
    _sweep(f"{HEAD}time.sleep(60)", "--sweep", "x=1", status=2)
    assert message in capsys.readouterr().err


def test_an_error_of_the_disk_stops_the_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Progress, "tick", fail)
    _sweep(f"{HEAD}time.sleep(60)", "--sweep", "x=1", status=2)
    assert capsys.readouterr().err == "hpman sweep: error: No space left on device\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file system")
def test_a_sweep_goes_on_after_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("this user may not mount")
    try:
        monkeypatch.chdir(disk)
        Path("pyproject.toml").touch()
        Path("fill").write_bytes(bytes(960_000))
        Path("train.py").write_text(TRAIN)
        args = ("--minimize", "loss", "--sweep", "x=1..12", "--grid", "--jobs", "2")
        full = subprocess.run(
            [sys.executable, "-m", "hpman", "sweep", "train.py", "--name", "s", *args],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert full.returncode == 2, full.stdout
        assert full.stderr.startswith("hpman sweep: error: ")
        done = [r.summary["trial"] for r in _records() if r.status == "finished"]
        assert 0 < len(done) < 12
        Path("fill").unlink()
        _sweep(TRAIN, *args)
        assert f"{len(done)} done before" in _shown(capsys)
        values = sorted(r.values["x"] for r in _records() if r.status == "finished")
        assert values == [*range(1, 13)]
    finally:
        monkeypatch.chdir(tmp_path)
        subprocess.run(["umount", "-l", str(disk)], check=True)
