"""What is seen at a terminal while a sweep runs."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.sweep import progress
from hpargparse.sweep.plan import Plan, Unit
from hpargparse.sweep.progress import Progress, span
from hpargparse.sweep.score import Objective
from hpargparse.sweep.select import Request, select
from hpargparse.sweep.study import Outcome, Study
from hpman import HyperParameterManager
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path


def _progress(folder: Path, *, is_json: bool = False, repeats: int = 1) -> Progress:
    text = '_("x", 1, search=[1, 2, 3])\n_("seed", 0)\n'
    index = HyperParameterManager("_").parse_source(text).index
    plan = Plan(select(index, Request()), repeats=repeats)
    study = Study(str(folder), "s", 3, objective=Objective("loss"), repeats=repeats)
    study.open({}, [])
    study.refresh()
    return Progress("hpman sweep", study, plan, is_json=is_json)


def _running(trial: int) -> Any:
    return SimpleNamespace(claim=SimpleNamespace(unit=Unit(trial)), started=time.monotonic() - 72)


def test_a_block_below_the_lines_is_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "terminal_width", lambda: 40)
    shown = _progress(tmp_path)
    shown.tick([_running(0)], 0)
    assert capsys.readouterr().out == "0 of 3\n  trial 0  1:12  x=1\n"
    shown.tick([_running(0)], 0)
    assert capsys.readouterr().out == ""
    end = {"status": "finished", "ended": 1_700_000_002.0, "metrics": {"loss": 0.5}}
    write(tmp_path, "s-0-aaaaaaaa", end)
    shown._study.refresh()
    shown.on_end(Unit(0), shown._study.outcome(0))
    clear = "\x1b[2F\x1b[J"
    assert capsys.readouterr().out == f"{clear}trial 0: loss 0.5 in 2 s  (x=1)\n"
    shown.tick([_running(1), _running(2)], 0)
    assert capsys.readouterr().out == (
        "1 of 3, 0 s left, best 0.5 by trial 0\n  trial 1  1:12  x=2\n  trial 2  1:12  x=3\n"
    )
    shown.tick([_running(1)], 1)
    out = capsys.readouterr().out
    assert out.startswith("\x1b[3F\x1b[JInterrupted: waiting for the runs")
    shown.tick([_running(1)], 2)
    assert capsys.readouterr().out.startswith(
        f"{clear}Stopping the runs. Again kills them.\n1 of 3"
    )
    shown.close()
    shown.close()
    assert capsys.readouterr().out == clear


def test_a_line_is_as_wide_as_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "terminal_width", lambda: 12)
    _progress(tmp_path).tick([_running(0)], 0)
    assert capsys.readouterr().out == "0 of 3\n  trial 0  \n"


def test_a_pipe_gets_lines_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = _progress(tmp_path, repeats=2)
    shown.begin()
    assert capsys.readouterr().out.endswith("Sweep s: grid, 3 trials, 2 runs each, minimize loss\n")
    shown.tick([_running(0)], 0)
    assert capsys.readouterr().out == ""
    shown.on_end(Unit(1, 1), Outcome("failed", "s-1r1-a", error="bad\x1b"))
    assert capsys.readouterr().out == (
        "trial 1, repeat 1: failed: bad\\x1b  (x=2 seed=1)  [0 of 3]\n"
    )


def test_json_is_not_interrupted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = _progress(tmp_path, is_json=True)
    shown.tick([_running(0)], 1)
    assert capsys.readouterr().out == ""
    shown.on_end(Unit(0), None)
    assert '"status": "lost", "id": null' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.96, "60.0 s"), (60, "1:00"), (3600, "1:00:00")]
)
def test_a_span_of_time(seconds: float, text: str) -> None:
    assert span(seconds) == text
