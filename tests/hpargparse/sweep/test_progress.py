"""What is seen at a terminal while a sweep runs."""

from __future__ import annotations

import re
import sys
import time
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hpargparse.space.select import Request, select
from hpargparse.sweep import progress
from hpargparse.sweep.progress import Progress
from hpargparse.sweep.results import Outcome
from hpargparse.sweep.score import Objective
from hpargparse.sweep.study import Study
from hpargparse.sweep.trials import TrialRun, Trials
from hpman import HyperParameterManager
from tests.hpargparse.runs.recorded import write


def _progress(folder: Path, *, is_json: bool = False, repeats: int = 1) -> Progress:
    text = '_("x", 1, search=[1, 2, 3])\n_("seed", 0)\n'
    index = HyperParameterManager("_").parse_source(text).index
    plan = Trials(select(index, Request()), repeats=repeats)
    study = Study(str(folder), "s", 3, trials=plan, objectives=[Objective("loss")])
    study.open({}, [])
    study.refresh()
    return Progress("hpman sweep", study, is_json=is_json)


class _Running:
    def __init__(self, trial: int, *records: str) -> None:
        self.claim = SimpleNamespace(trial_run=TrialRun(trial))
        self.started = time.monotonic() - 72
        self._records = records

    def new_records(self) -> list[str]:
        return [*self._records]


def _running(trial: int, *records: str) -> Any:
    return _Running(trial, *records)


class _Terminal(StringIO):
    encoding = "utf-8"

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Become standard output. A fixture cannot do it: pytest captures again after it."""
        monkeypatch.setattr(sys, "stdout", self)

    def isatty(self) -> bool:
        return True

    def rows(self) -> list[str]:
        """Return what the terminal has shown since the last time, without colours."""
        text = re.sub(r"\x1b\[[\d;]*m|\x1b\[\?25[hl]", "", self.getvalue())
        self.seek(0)
        self.truncate()
        return text.replace("\r\x1b[2K", "<").replace("\x1b[1A\x1b[2K", "^").split("\n")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    pytest.importorskip("rich")
    shown = _Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("TTY_INTERACTIVE", raising=False)
    monkeypatch.setattr(progress, "_PAUSE", 0.0)
    return shown


def test_a_block_below_the_lines_is_drawn_again(
    tmp_path: Path, terminal: _Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.use(monkeypatch)
    shown = _progress(tmp_path)
    shown.tick([_running(0)], 0)
    assert terminal.rows() == ["0 of 3", "  trial 0   1:12  x=1"]
    end = {"status": "finished", "ended": 1_700_000_002.0, "metrics": {"loss": 0.5}}
    write(tmp_path, "s-0-aaaaaaaa", end, values={"x": "1", "seed": "0"}, changed=[])
    shown._study.refresh()
    shown.on_end(TrialRun(0), shown._study.outcome(0))
    assert terminal.rows()[0] == "<^trial 0: loss 0.5 in 2 s  (x=1)"
    shown.tick([_running(1), _running(2)], 0)
    first, *others = terminal.rows()
    assert re.fullmatch(r"<\^1 of 3, \S+/(s|min), \d+ s left", first)
    assert others == [
        "best loss 0.5, trial 0  x=1",
        "  trial 1   1:12  x=2",
        "  trial 2   1:12  x=3",
    ]
    shown.tick([], 1)
    text = "<^^^Interrupted: waiting for the runs that have started. Again stops them."
    assert terminal.rows()[0] == text
    shown.tick([], 2)
    assert terminal.rows()[0] == "<^Stopping the runs. Again kills them."
    sys.stderr.write("a warning\n")  # it goes through rich
    assert terminal.rows()[0].rstrip() == "<^a warning"
    shown.close()
    shown.close()
    assert terminal.rows()[-1].endswith("^^")
    assert sys.stdout is terminal


def test_a_run_shows_its_last_metric(
    tmp_path: Path, terminal: _Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.use(monkeypatch)
    shown = _progress(tmp_path)
    for trial, rows in enumerate(
        ('{"a": 1}\n{"loss": 0.25, "step": 1}\n', '{"a": 1.5}\n', '{"a": "text"}\n')
    ):
        path = Path(write(tmp_path, f"s-{trial}-aaaaaaaa", {}).folder)
        (path / "metrics.jsonl").write_text(rows)
    shown.tick([_running(n, f"s-{n}-aaaaaaaa") for n in range(3)], 0)
    assert terminal.rows() == [
        "0 of 3",
        "  trial 0   1:12  loss 0.25  x=1",
        "  trial 1   1:12  a 1.5  x=2",
        "  trial 2   1:12  x=3",
    ]
    shown.close(erase=False)
    assert terminal.rows()[-2:] == ["  trial 2   1:12  x=3", ""]


def test_a_line_is_as_wide_as_the_terminal(
    tmp_path: Path, terminal: _Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.use(monkeypatch)
    shown = _progress(tmp_path)
    shown.tick([_running(0)], 0)
    terminal.rows()
    monkeypatch.setenv("COLUMNS", "12")
    shown._block._console._width = 12  # type: ignore[union-attr]
    shown.tick([_running(0)], 0)
    # The terminal has made two rows of the second line.
    assert terminal.rows() == ["\x1b[2K\x1b[1A<^0 of 3", "  trial …"]


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("encoding", "latin-1")])
def test_a_terminal_that_cannot_draw_a_block_gets_lines(
    name: str, value: str, tmp_path: Path, terminal: _Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "TERM":
        monkeypatch.setenv(name, value)
    else:
        monkeypatch.setattr(_Terminal, name, value)
    terminal.use(monkeypatch)
    shown = _progress(tmp_path)
    shown.tick([_running(0)], 1)
    assert terminal.getvalue().startswith("Interrupted: ")


def test_without_rich_a_terminal_gets_lines(
    tmp_path: Path, terminal: _Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    terminal.use(monkeypatch)
    shown = _progress(tmp_path)
    shown.tick([_running(0)], 0)
    assert terminal.getvalue() == ""


def test_a_terminal_that_closes_is_an_error_once(
    tmp_path: Path, terminal: _Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_text: str) -> int:
        raise OSError(5, "Input/output error")

    terminal.use(monkeypatch)
    shown = _progress(tmp_path)
    shown.tick([_running(0)], 0)
    monkeypatch.setattr(terminal, "write", fail)
    with pytest.raises(OSError, match="Input/output error"):
        shown.tick([_running(1)], 0)
    shown.close(erase=False)
    assert sys.stdout is terminal


def test_a_pipe_gets_lines_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = _progress(tmp_path, repeats=2)
    shown.begin()
    assert capsys.readouterr().out.endswith("Sweep s: grid, 3 trials, 2 runs each, minimize loss\n")
    shown.tick([_running(0)], 0)
    assert capsys.readouterr().out == ""
    shown.on_end(TrialRun(1, 1), Outcome("failed", "s-1r1-a", {}, error="bad\x1b"))
    assert capsys.readouterr().out == (
        "trial 1, repeat 1: failed: bad\\x1b  (x=2 seed=1)  [0 of 3]\n"
    )


def test_json_is_not_interrupted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = _progress(tmp_path, is_json=True)
    shown.tick([_running(0)], 1)
    assert capsys.readouterr().out == ""
    shown.on_end(TrialRun(0), None)
    assert '"status": "lost", "id": null' in capsys.readouterr().out
