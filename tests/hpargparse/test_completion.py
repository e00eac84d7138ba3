"""What a shell is told when it asks what can stand on a command line."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hpargparse.program import complete
from tests.hpargparse.bound import bound

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("argcomplete")

PROGRAM = """\
import hpargparse
from hpman.m import _

def work():
    _("lr", 1e-3)
    _("shuffle", False)
    _("act", "relu", choices=["relu", "tanh"])
    _("weight_decay", 0.5, choices=[0.5, 1.5])
    _("data", "a.txt")

hpargparse.parse_args(_, __file__)
raise SystemExit("it ran")
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(PROGRAM, encoding="utf-8")
    return "train.py"


def asked(command: list[str], line: str) -> list[str]:
    """Complete a line as a shell does that has registered the command."""
    environment = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": "answer",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    with open("answer", encoding="utf-8") as file:
        return [word.strip() for word in file.read().split("\n")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("train.py --we", ["--weight-decay"], id="option"),
        pytest.param("train.py --act t", ["tanh"], id="choice"),
        pytest.param("train.py --act ", ["relu", "tanh"], id="all choices"),
        pytest.param("train.py --weight-decay ", ["0.5", "1.5"], id="choices that are no text"),
        pytest.param("train.py --shuffle t", ["true"], id="flag"),
        pytest.param("train.py --lr ", ["0.001"], id="default of a number"),
        pytest.param("train.py --data tr", ["train.py"], id="file"),
        pytest.param("train.py --hp-load tr", ["train.py"], id="file to load"),
        pytest.param("train.py --hp-list o", ["origin"], id="action"),
        pytest.param("train.py --lr 3 --hp-serial-format j", ["json"], id="after others"),
    ],
)
def test_a_program_completes(program: str, line: str, words: list[str]) -> None:
    assert asked([sys.executable, program], line) == words


def test_hpcli_completes_the_hyperparameters_of_its_paths(program: str) -> None:
    code = "from hpargparse.commands.hpcli import main; main()"
    command = [sys.executable, "-c", code]
    assert asked(command, f"hpcli {program} --we") == ["--weight-decay"]
    assert asked(command, "hpcli --pl") == ["--placeholder"]


def test_nothing_is_completed_where_nobody_asks() -> None:
    complete(bound()[0])


def test_nothing_happens_without_argcomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    complete(bound()[0])
