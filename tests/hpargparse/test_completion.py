"""What a shell gets that requests completion of a command line."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hpargparse
from hpargparse.commands import hpcli, hpman
from hpargparse.completion import complete, get_argv
from hpman import HyperParameterManager
from tests.hpargparse.parser.bound import bound

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable
    from types import ModuleType

    Complete = Callable[..., list[str]]

argcomplete = pytest.importorskip("argcomplete")

PROGRAM = """\
from enum import Enum

import hpargparse
from hpman.m import _

class Mode(Enum):
    FAST = "fast"
    EXACT = "exact"

def work():
    _("lr", 1e-3)
    _("shuffle", False)
    _("act", "relu", choices=["relu", "tanh"])
    _("weight_decay", 0.5, choices=[0.5, 1.5])
    _("data", "a.txt")
    _("opt", {"lr": 0.1, "inner": {"max_norm": 2}}, aliases=["optimizer", "opt_old"])
    _("turns", 3, aliases="epochs")
    _("mode", Mode.FAST)
    with _.scope("encoder"), _.scope("inner"):
        pass

hpargparse.parse_args(_, __file__)
raise SystemExit("it ran")
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(PROGRAM, encoding="utf-8")
    return "train.py"


_NUMBERS = count()


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A script for `run`, with a manager of its own: these are one of a name in a process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)  # `run` would follow the import of hpman
    text = PROGRAM.replace("import _", f"import m{next(_NUMBERS)} as _")
    (tmp_path / "train.py").write_text(text.replace("import hpargparse\n", ""), encoding="utf-8")
    return "train.py"


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch) -> Complete:
    """Complete a line in this process, the cursor at its end or a point."""

    class Finder(argcomplete.CompletionFinder):  # type: ignore[name-defined, misc]
        def _init_debug_stream(self) -> None:
            """Leave descriptor 9 alone, which is that of a shell."""

    def run(main: Callable[[], object], line: str, point: int | None = None) -> list[str]:
        output = io.StringIO()
        monkeypatch.setattr(
            "argcomplete.autocomplete",
            lambda parser: Finder()(parser, exit_method=sys.exit, output_stream=output),
        )
        monkeypatch.setenv("_ARGCOMPLETE", "1")
        monkeypatch.setenv("_ARGCOMPLETE_IFS", "\n")
        monkeypatch.setenv("COMP_LINE", line)
        monkeypatch.setenv("COMP_POINT", str(len(line) if point is None else point))
        with pytest.raises(SystemExit):
            main()
        return [word.strip() for word in output.getvalue().split("\n")]

    return run


def test_a_shell_gets_its_answer_and_the_program_does_not_run(program: str) -> None:
    environment = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": "answer",
        "COMP_LINE": "train.py --we",
        "COMP_POINT": "13",
    }
    command = [sys.executable, program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert Path("answer").read_text(encoding="utf-8").strip() == "--weight-decay"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("train.py --we", ["--weight-decay"], id="option"),
        pytest.param("train.py --no", ["--no-shuffle"], id="negated flag"),
        pytest.param("train.py --opt.l", ["--opt.lr"], id="key"),
        pytest.param("train.py --opt.i", ["--opt.inner", "--opt.inner.max-norm"], id="keys"),
        pytest.param("train.py --epo", [""], id="old option"),
        pytest.param("train.py --epochs ", ["3"], id="default of an old option"),
        pytest.param("train.py --enc", ["--encoder/"], id="scope"),
        pytest.param("train.py --encoder/in", ["--encoder/inner/"], id="scope in a scope"),
        pytest.param("train.py --encoder/we", ["--encoder/weight-decay"], id="option in a scope"),
        pytest.param("train.py --act t", ["tanh"], id="choice"),
        pytest.param("train.py --act ", ["relu", "tanh"], id="all choices"),
        pytest.param("train.py --weight-decay ", ["0.5", "1.5"], id="choices that are no text"),
        pytest.param("train.py --mode ", ["FAST", "EXACT"], id="members"),
        pytest.param("train.py --shuffle t", ["true"], id="flag"),
        pytest.param("train.py --lr ", ["0.001"], id="default of a number"),
        pytest.param("train.py --data tr", ["train.py"], id="file"),
        pytest.param("train.py --hp-load tr", ["train.py"], id="file to load"),
        pytest.param("train.py --hp-list o", ["origin"], id="action"),
        pytest.param("train.py --lr 3 --hp-serial-format j", ["json"], id="after others"),
    ],
)
def test_a_program_completes(
    program: str, completed: Complete, line: str, words: list[str]
) -> None:
    main = lambda: hpargparse.parse_args(HyperParameterManager("_"), program)  # noqa: E731
    assert completed(main, line) == words


def test_hpcli_completes_the_hyperparameters_of_its_paths(
    program: str, completed: Complete
) -> None:
    assert completed(hpcli.main, f"hpcli {program} --we") == ["--weight-decay"]
    assert completed(hpcli.main, f"hpcli --shuffle {program} --we") == ["--weight-decay"]
    assert completed(hpcli.main, "hpcli --pl") == ["--placeholder"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("hpman l", ["list", "lsp"], id="command"),
        pytest.param("hpman list", ["list"], id="complete command"),
        pytest.param("hpman --v", ["--version"], id="option"),
        pytest.param("hpman run tr", ["train.py"], id="script"),
        pytest.param("hpman run train.py", ["train.py"], id="complete script"),
        pytest.param("hpman run train.py --we", ["--weight-decay"], id="option of a script"),
        pytest.param("hpman run -m train --act t", ["tanh"], id="choice of a module"),
        pytest.param(
            "hpman run -", ["--help", "--no-record", "--record", "-h", "-m"], id="options of run"
        ),
        pytest.param("hpman list train.py --fo", ["--follow-imports"], id="option of list"),
        pytest.param("hpman explain --fo", ["--follow-imports", "--format"], id="explain"),
        pytest.param("hpman explain lr tr", ["train.py"], id="path"),
        pytest.param("hpman diff --exit", ["--exit-code"], id="diff"),
    ],
)
@pytest.mark.usefixtures("script")
def test_commands_complete(completed: Complete, line: str, words: list[str]) -> None:
    assert sorted(completed(hpman.main, line)) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("hpman list 'my runs/train.py' --we", ["--weight-decay"], id="quoted"),
        pytest.param(r"hpman list my\ runs/train.py --act t", ["tanh"], id="escaped"),
        pytest.param("hpman list ~/train.py --we", ["--weight-decay"], id="of the home folder"),
        pytest.param("hpman list train.py --act tanh --hp-load 'my ru", ["my runs/"], id="open"),
        pytest.param(r"hpman list my\ ", [r"my\ runs/"], id="open after a backslash"),
    ],
)
@pytest.mark.usefixtures("program")
def test_arguments_are_split_as_a_shell_splits_them(
    completed: Complete,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    words: list[str],
) -> None:
    (tmp_path / "my runs").mkdir()
    (tmp_path / "my runs" / "train.py").write_text(PROGRAM, encoding="utf-8")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert completed(hpman.main, line) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("x a b ", ["a", "b"], id="between words"),
        pytest.param("x a b", ["a"], id="in a word"),
        pytest.param("x a 'b c", ["a"], id="in a quote"),
        pytest.param("x 'a b' #c ", ["a b", "#c"], id="no comment"),
        pytest.param("x a\\ b\\ ", [], id="after a blank of the word"),
    ],
)
def test_the_words_before_the_cursor_are_the_arguments(
    monkeypatch: pytest.MonkeyPatch, line: str, words: list[str]
) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", line)
    assert get_argv(None) == words


def test_what_stands_after_the_cursor_is_not_read(script: str, completed: Complete) -> None:
    line = f"hpman run {script} --we --act relu"
    assert completed(hpman.main, line, line.index(" --act")) == ["--weight-decay"]
    assert completed(hpman.main, line, len("hpman ru")) == ["run", "runs"]


def test_a_program_is_not_run_where_no_answer_can_be_given(
    script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", f"hpman run {script} ")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    with pytest.raises(SystemExit) as ended:
        hpman.main()
    assert ended.value.code is None


@pytest.mark.parametrize("command", [hpcli, hpman], ids=lambda command: command.__name__)
def test_global_completion_finds_the_commands(command: ModuleType) -> None:
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
def test_an_option_has_a_completer(source: str, words: list[str] | None) -> None:
    parser, _manager = bound(f"_('x', {source})")
    completer = parser._option_string_actions["--x"].completer  # type: ignore[attr-defined]
    assert (completer and [*completer(prefix="")]) == words


def test_nothing_is_completed_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    parsers: list[ArgumentParser] = []
    monkeypatch.delenv("_ARGCOMPLETE", raising=False)
    monkeypatch.setattr("argcomplete.autocomplete", parsers.append)
    complete(bound()[0])
    assert parsers == []


@pytest.mark.parametrize("index", ["1", "x"])
def test_variables_of_half_a_request_are_ignored(
    index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", index)
    monkeypatch.delenv("COMP_LINE", raising=False)
    complete(bound()[0])
    assert get_argv(["list"]) == ["list"]


def test_nothing_happens_without_argcomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setenv("COMP_LINE", "train.py ")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    parser, _manager = bound()
    complete(parser)
    assert vars(parser.parse_args([]))
