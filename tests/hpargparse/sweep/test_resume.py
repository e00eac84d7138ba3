"""Which command line `hpman sweep --resume` finds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from hpargparse.commands.sweep import main
from hpargparse.errors import SweepError
from hpargparse.sweep.study import find_sweep


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _plan(name: str, time: int = 0, **data: object) -> None:
    path = Path(".hpman/sweeps") / name / "plan.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(data))
    os.utime(path, (time, time))


def test_the_sweep_that_was_used_last(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _plan("a", 1, argv=["a.py"])
    _plan("b", 3, argv=["b.py"], resumed=[["--jobs", "2"]], folder="sub")
    _plan("c", 2, argv=["c.py"])
    (project / ".hpman/sweeps/begun").mkdir()
    (project / "sub").mkdir()
    monkeypatch.chdir("sub")
    assert find_sweep("") == ("b", str(project / "sub"), [["b.py"], ["--jobs", "2"]])
    assert find_sweep("a")[1] == str(project)


def test_an_unknown_name_is_a_sentence_with_the_names() -> None:
    with pytest.raises(SweepError, match=r"No sweep was started in this folder or above it\."):
        find_sweep("")
    _plan("b", argv=["a.py"])
    _plan("a", argv=["a.py"])
    with pytest.raises(SweepError, match=r"no sweep `x`\.\nName one of these: a, b\."):
        find_sweep("x")


@pytest.mark.parametrize(
    "data", [{}, {"argv": 3}, {"argv": [3]}, {"argv": [], "resumed": 3}, {"argv": [], "folder": 1}]
)
def test_a_damaged_command_line(data: dict[str, Any]) -> None:
    _plan("a", **data)
    with pytest.raises(SweepError, match="The command line of the sweep cannot be read"):
        find_sweep("a")


def test_the_folder_may_be_gone(capsys: pytest.CaptureFixture[str]) -> None:
    _plan("a", argv=["a.py"], folder="gone")
    with pytest.raises(SystemExit):
        main(["--resume"])
    assert "gone" in capsys.readouterr().err


def test_the_program_cannot_be_changed(capsys: pytest.CaptureFixture[str]) -> None:
    _plan("a", argv=["a.py"])
    with pytest.raises(SystemExit):
        main(["b.py", "--resume"])
    assert "--resume takes the program of the sweep: leave it out" in capsys.readouterr().err
