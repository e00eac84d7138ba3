"""`hpman sweep --sampler` and `--prune`, with real runs."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from hpargparse.commands import sweep
from hpargparse.runs.record import records
from tests.hpargparse.runs.recorded import needs_fork

HEAD = "import time\nfrom hpman import report, stopping\nfrom hpman.m import _\n"
TRAIN = f"""\
{HEAD}x, y = _("x", 0.5, search=[0.0, 1.0]), _("y", 1, search=[1, 3])
report(loss=(x - 0.3) ** 2 + y)
"""
SLOW = f"""\
{HEAD}x = _("x", 1, search=[1, 20])
for step in range(3):
    report(loss=x / 4, step=step)
    if x > 10:
        time.sleep(0.4)
"""
GOALS = ("--minimize", "loss")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HPMAN_RUN", raising=False)
    monkeypatch.delenv("RANK", raising=False)
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def _sweep(text: str, *args: str) -> None:
    Path("train.py").write_text(text)
    sweep.main(["train.py", "--name", "s", *GOALS, *args])


def _events(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], list[Any], dict[str, Any]]:
    begin, *runs, end = map(json.loads, capsys.readouterr().out.splitlines())
    return begin, runs, end


@needs_fork
@pytest.mark.slow
def test_tpe_is_the_usual_method_of_a_continuous_space(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("optuna", reason="Optuna is in the extra `sweep`")
    _sweep(TRAIN, "--trials", "3", "--format", "json")
    begin, runs, end = _events(capsys)
    assert [begin["method"], len(runs), end["importances"]] == ["tpe", 3, {}]
    assert runs[0]["values"] == {"x": "0.5", "y": "1"}
    _sweep(TRAIN, "--trials", "9")
    shown = capsys.readouterr().out
    assert "Importance for loss:\n" in shown
    assert f" {'#' * 15}" in shown
    assert Path(".hpman/sweeps/s/journal.log").exists()


@needs_fork
@pytest.mark.slow
def test_importances_are_shown_for_each_score(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("optuna", reason="Optuna is in the extra `sweep`")
    text = f"{HEAD}x, y = _('x', 1), _('y', 1)\nreport(loss=x, accuracy=y)\n"
    goals = ("--maximize", "accuracy", "--sweep", "x=1..3", "y=1..3")
    _sweep(text, *goals)
    shown = capsys.readouterr().out
    assert re.findall(r"Importance for (\w+):\n  (\w)  #", shown) == [
        ("loss", "x"),
        ("accuracy", "y"),
    ]
    _sweep(text, *goals, "--format", "json")
    _begin, _runs, end = _events(capsys)
    first = {score: next(iter(shares)) for score, shares in end["importances"].items()}
    assert first == {"loss": "x", "accuracy": "y"}


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("method", [("--random",), ("--sampler", "tpe")])
def test_slow_runs_are_pruned_without_code(
    method: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("optuna", reason="Optuna is in the extra `sweep`")
    _sweep(SLOW, *method, "--trials", "18", "--prune", "--format", "json")
    _begin, runs, end = _events(capsys)
    assert len(runs) == 18
    pruned = [run for run in runs if run["status"] == "pruned"]
    assert end["pruned"] == len(pruned) > 0
    assert end["complete"] + end["pruned"] == 18
    assert all(run["score"] is None for run in pruned)
    # A busy machine is slow enough for other runs to be pruned, too.
    best = min(int(run["values"]["x"]) for run in runs)
    assert all(int(run["values"]["x"]) > best for run in pruned)
    status = {record.id: record.status for record in records(".hpman/runs")}
    assert {status[run["id"]] for run in pruned} == {"pruned"}


@needs_fork
@pytest.mark.slow
def test_a_run_that_ends_by_itself_is_pruned_too(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("optuna", reason="Optuna is in the extra `sweep`")
    text = f"""\
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
{HEAD}x = _("x", 1, range=[1, 20])
for step in range(200):
    report(loss=x, step=step)
    if x > 5 and stopping():
        break
    time.sleep(0.05 if x > 5 else 0)
"""
    _sweep(text, "--sweep", "x=1..9", "--grid", "--prune")
    assert "pruned after" in (shown := capsys.readouterr().out)
    assert "5 of 9 trials complete, 4 pruned, 0 failed" in shown


def test_without_optuna_points_are_random_and_a_line_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    Path("train.py").write_text(TRAIN)
    sweep.main(["train.py", *GOALS, "--dry"])
    assert 'points are random; `pip install "hpman[sweep]"`' in capsys.readouterr().err
    sweep.main(["train.py", "--dry"])
    sweep.main(["train.py", *GOALS, "--random", "--dry"])
    assert capsys.readouterr().err == ""
    for option in ("--sampler=tpe", "--prune"):
        with pytest.raises(SystemExit) as ended:
            sweep.main(["train.py", *GOALS, option, "--trials", "3"])
        assert ended.value.code == 2
        shown = capsys.readouterr().err
        assert f"{option.replace('=', ' ')}` needs optuna." in shown
        assert '`pip install "hpman[sweep]"`' in shown
    assert not os.path.exists(".hpman")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--sampler", "tpe"], "--sampler tpe learns from a score: add --minimize NAME"),
        (["--prune"], "--prune follows what runs report: add --minimize NAME once"),
        ([*GOALS, "--prune", "--score", "x"], "--prune follows what runs report"),
        ([*GOALS, "--prune", "--repeats", "2"], "--prune ends single runs"),
        ([*GOALS, "--sampler", "bayes"], "invalid choice: 'bayes'"),
        ([*GOALS, "--sampler", "tpe", "--grid"], "not allowed with"),
    ],
)
def test_mistakes_are_sentences(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("train.py").write_text(TRAIN)
    with pytest.raises(SystemExit) as ended:
        sweep.main(["train.py", *args])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
