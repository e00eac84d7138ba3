"""What the command `hpman diff` does beside comparing."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from hpargparse.commands import hpman
from tests.commands import command
from tests.repositories import commit, isolate, needs_git, start, write

if TYPE_CHECKING:
    from pathlib import Path

main = command("diff")

pytestmark = needs_git


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository with one commit and a change in the worktree, and go there."""
    isolate(monkeypatch)
    folder = start(tmp_path / "project")
    monkeypatch.chdir(folder)
    commit(folder, {"a.py": "_('a', 1)\n"})
    write(folder, {"a.py": "_('a', 2)\n"})
    return folder


def _status(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_the_arguments_of_the_process_are_the_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["hpman", "diff", "--format", "json"])
    hpman.main()
    assert json.loads(capsys.readouterr().out)["counts"]["changed"] == 1


def test_the_status_says_whether_something_differs_if_requested() -> None:
    main([])
    main(["HEAD", "HEAD", "--exit-code"])
    assert _status("--exit-code") == 1
    assert _status("nothing") == 2


def test_a_side_that_cannot_be_parsed_is_an_error_or_a_warning(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"a.py": "_('a', 2\n"})
    assert _status() == 2
    assert capsys.readouterr().err.startswith("hpman diff: error: a.py:1:2: Cannot parse")
    write(project, {"b.py": "_('b', 2)\n"})
    main([])
    captured = capsys.readouterr()
    assert "+ b = 2" in captured.out
    assert captured.err.startswith("hpman diff: warning: a.py:1:2: Cannot parse")


def test_options_may_stand_between_the_sides(capsys: pytest.CaptureFixture[str]) -> None:
    main(["HEAD", "--format", "text", "HEAD", "--", "a.py"])
    assert capsys.readouterr().out == "No hyperparameter differs between HEAD and HEAD.\n"


def test_a_snapshot_may_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 3\n")))
    main(["-"])
    assert capsys.readouterr().out.startswith("~ a: 3 -> 2  -:1 -> a.py:1\n")


@pytest.mark.parametrize(
    ("variable", "value", "is_coloured"),
    [("NO_COLOR", "1", False), ("NO_COLOR", "", True), ("TERM", "dumb", False)],
)
def test_a_terminal_shows_colours_unless_the_environment_says_no(
    variable: str, value: str, is_coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(variable, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    main([])
    assert ("\x1b[33m" in terminal.getvalue()) is is_coloured


def test_warnings_cannot_command_the_terminal(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, {"a.py": "_('a', 1)\n_('\x1b[2J', f=x)\n"})
    main([])
    assert "\x1b" not in capsys.readouterr().err


def test_a_reader_that_goes_away_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    assert _status() == 141
