"""What a shell is told when it asks what can stand on a command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hpargparse.commands import hpcli, hpman
from hpargparse.completion import complete, get_argv
from tests.hpargparse.parser.bound import bound

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from types import ModuleType

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
    _("opt", {"lr": 0.1, "inner": {"max_norm": 2}})

hpargparse.parse_args(_, __file__)
raise SystemExit("it ran")
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(PROGRAM, encoding="utf-8")
    return "train.py"


def asked(command: list[str], line: str, point: int | None = None) -> list[str]:
    """Complete a line, the cursor at its end or a point, as a shell that has the command does."""
    environment = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": "answer",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line) if point is None else point),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    with open("answer", encoding="utf-8") as file:
        return [word.strip() for word in file.read().split("\n")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("train.py --we", ["--weight-decay"], id="option"),
        pytest.param("train.py --no", ["--no-shuffle"], id="negated flag"),
        pytest.param("train.py --opt.l", ["--opt.lr"], id="key"),
        pytest.param("train.py --opt.i", ["--opt.inner", "--opt.inner.max-norm"], id="keys"),
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
    assert asked(command, f"hpcli --shuffle {program} --we") == ["--weight-decay"]
    assert asked(command, "hpcli --pl") == ["--placeholder"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("hpman r", ["run"], id="command"),
        pytest.param("hpman run", ["run"], id="command that is whole"),
        pytest.param("hpman --v", ["--version"], id="option"),
        pytest.param("hpman run tr", ["train.py"], id="script"),
        pytest.param("hpman run train.py", ["train.py"], id="script that is whole"),
        pytest.param("hpman run train.py --we", ["--weight-decay"], id="option of a script"),
        pytest.param("hpman run -m train --act t", ["tanh"], id="choice of a module"),
        pytest.param("hpman run -", ["--help", "-h", "-m"], id="options of run"),
        pytest.param("hpman list train.py --we", ["--weight-decay"], id="option of a path"),
        pytest.param("hpman explain --fo", ["--follow-imports", "--format"], id="explain"),
        pytest.param("hpman explain lr tr", ["train.py"], id="path"),
        pytest.param("hpman diff --exit", ["--exit-code"], id="diff"),
    ],
)
def test_each_command_completes(program: str, line: str, words: list[str]) -> None:
    assert sorted(asked([sys.executable, "-m", "hpman"], line)) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("hpman run 'my runs/train.py' --we", ["--weight-decay"], id="quoted"),
        pytest.param('hpman list "my runs" --we', ["--weight-decay"], id="a folder"),
        pytest.param(r"hpman run my\ runs/train.py --act t", ["tanh"], id="escaped"),
        pytest.param("hpman run ~/train.py --we", ["--weight-decay"], id="of the home folder"),
        pytest.param("hpman run train.py --act tanh --hp-load 'my ru", ["my runs/"], id="open"),
        pytest.param(r"hpman run my\ ", [r"my\ runs/"], id="open after a backslash"),
    ],
)
def test_words_are_told_apart_as_a_shell_tells_them(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, words: list[str]
) -> None:
    (tmp_path / "my runs").mkdir()
    (tmp_path / "my runs" / program).write_text(PROGRAM, encoding="utf-8")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert asked([sys.executable, "-m", "hpman"], line) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("x a b ", ["a", "b"], id="between words"),
        pytest.param("x a b", ["a"], id="in a word"),
        pytest.param("x a 'b c", ["a"], id="in a quote"),
        pytest.param("x 'a b' #c ", ["a b", "#c"], id="no comment"),
        pytest.param("x a\\ b\\ ", [], id="behind a blank of the word"),
    ],
)
def test_the_words_before_the_cursor_are_those_of_a_command(
    monkeypatch: pytest.MonkeyPatch, line: str, words: list[str]
) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", line)
    assert get_argv(None) == words


def test_what_stands_behind_the_cursor_is_not_looked_at(program: str) -> None:
    line = f"hpman run {program} --we --act relu"
    command = [sys.executable, "-m", "hpman"]
    assert asked(command, line, line.index(" --act")) == ["--weight-decay"]
    assert asked(command, line, len("hpman r")) == ["run"]


def test_argcomplete_is_handed_the_parser_of_run_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(parser: ArgumentParser) -> None:
        assert (parser.prog, "-m" in parser._option_string_actions) == ("hpman run", True)
        assert os.environ["_ARGCOMPLETE"] == "2"
        raise SystemExit(0)

    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", "hpman run ")
    monkeypatch.setattr("argcomplete.autocomplete", answer)
    with pytest.raises(SystemExit):
        hpman.main()


def test_a_program_is_not_run_where_no_answer_can_be_given(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", f"hpman run {program} ")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    with pytest.raises(SystemExit) as ended:
        hpman.main()
    assert ended.value.code is None


@pytest.mark.parametrize("command", [hpcli, hpman], ids=lambda command: command.__name__)
def test_a_shell_that_completes_all_that_say_so_is_told(command: ModuleType) -> None:
    assert b"# PYTHON_ARGCOMPLETE_OK" in Path(str(command.__file__)).read_bytes()[:1024]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("True", ["true", "false"], id="flag"),
        pytest.param("3", ["3"], id="int"),
        pytest.param("1e-05", ["1e-05"], id="float"),
        pytest.param("'text'", None, id="text, perhaps a file"),
        pytest.param("3, choices=[3, 4]", None, id="choices complete themselves"),
        pytest.param("True, choices=[True]", None, id="choices of a flag"),
    ],
)
def test_an_option_knows_its_words(source: str, words: list[str] | None) -> None:
    parser, _manager = bound(f"_('x', {source})")
    completer = parser._option_string_actions["--x"].completer  # type: ignore[attr-defined]
    assert (completer and [*completer(prefix="")]) == words


def test_argcomplete_is_handed_the_parser_before_anything_is_parsed(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(parser: ArgumentParser) -> None:
        assert "--weight-decay" in parser._option_string_actions
        raise SystemExit(0)  # argcomplete ends the process, and leaves no coverage

    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", f"hpcli {program} --bogus")
    monkeypatch.setattr("argcomplete.autocomplete", answer)
    with pytest.raises(SystemExit):
        hpcli.main([])


def test_nothing_is_completed_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[ArgumentParser] = []
    monkeypatch.delenv("_ARGCOMPLETE", raising=False)
    monkeypatch.setattr("argcomplete.autocomplete", asked.append)
    complete(bound()[0])
    assert asked == []


def test_nothing_happens_without_argcomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    parser, _manager = bound()
    complete(parser)
    assert vars(parser.parse_args([]))
