"""`hpman check` and its options."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import hpman
from hpargparse.cli.output import shows_colours
from tests.commands import status

if TYPE_CHECKING:
    from pathlib import Path

SOUND = 'from hpman.m import _\n_("lr", 1e-3)\n'
FAULTY = f"{SOUND}_(x)\n"


def _status(*args: str) -> object:
    return status("check", *args)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "args", "status"),
    [
        pytest.param(SOUND, (), 0, id="nothing found"),
        pytest.param(FAULTY, (), 1, id="an error"),
        pytest.param(f"{SOUND}_('b', x)", (), 1, id="a warning"),
        pytest.param(FAULTY, ("--ignore", "HPM102"), 0, id="left out"),
        pytest.param(SOUND, ("nope.py",), 2, id="no such path"),
        pytest.param(SOUND, ("--format", "xml"), 2, id="no such format"),
        pytest.param(SOUND, ("--select", "X"), 2, id="no such code"),
        pytest.param(SOUND, ("--explain", "X"), 2, id="no such rule"),
        pytest.param(FAULTY, ("--explain", "HPM102"), 0, id="explained"),
        pytest.param(SOUND, ("--no-such",), 2, id="no such option"),
        pytest.param(SOUND, ("-h",), 0, id="help"),
    ],
)
def test_the_status_says_what_came_of_it(
    text: str, args: tuple[str, ...], status: int, here: Path
) -> None:
    (here / "a.py").write_text(text)
    assert _status(*args) == status


def test_every_missing_path_is_reported(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _status("gone.py", str(here), "none.py", "") == 2
    message = capsys.readouterr().err
    assert message.startswith("hpman check: error: gone.py: There is no such file or folder.\n")
    assert "\nnone.py: There is no such file or folder.\n" in message
    assert "\nThe path is empty.\n" in message


def test_names_with_a_dash_follow_two_dashes(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "-a.py").write_text(FAULTY)
    assert _status("--", "-a.py") == 1
    assert capsys.readouterr().out.startswith("-a.py:3:1: ")


def test_settings_that_are_malformed_end_with_2(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "pyproject.toml").write_bytes(b"\xff")
    assert _status() == 2
    assert capsys.readouterr().err.startswith("hpman check: error: pyproject.toml: ")


@pytest.mark.parametrize(
    "args",
    ["--select E501 --ignore HPM1,X1", "--explain E501 --explain X1", "--select E501 --select X1"],
)
def test_every_invalid_code_is_reported_at_once(
    args: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _status(*args.split()) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("hpman check: error: 'E501' is not a code; ")
    assert second.startswith("'X1' is not a code; ")


def test_globs_of_settings_are_read_from_their_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "[x]" / "src" / "old").mkdir(parents=True)
    (here / "[x]" / "pyproject.toml").write_text("[tool.hpman]\nexclude = 'src/old/*.py'\n")
    (here / "[x]" / "src" / "old" / "a.py").write_text(FAULTY)
    monkeypatch.chdir(here / "[x]" / "src" / "old")
    assert _status() == 0
    assert _status("--exclude", "b.py") == 1
    monkeypatch.chdir(here / "[x]")
    assert _status("src") == 0


@pytest.mark.parametrize(
    ("variables", "is_terminal", "is_coloured"),
    [
        ("TERM=xterm", True, True),
        ("TERM=xterm", False, False),
        ("TERM=xterm NO_COLOR=1", True, False),
        ("TERM=dumb", True, False),
    ],
)
def test_only_a_terminal_that_wants_colours_gets_them(
    variables: str, is_terminal: bool, is_coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for variable in variables.split():
        monkeypatch.setenv(*variable.split("="))
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal, raising=False)
    assert shows_colours() == is_coloured


def test_colours_are_those_of_the_report(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.py").write_text(FAULTY)
    monkeypatch.setattr("hpargparse.commands.check.shows_colours", lambda: True)
    assert _status() == 1
    assert "\x1b[31mHPM102" in capsys.readouterr().out


def test_output_is_utf_8_in_any_locale(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"{FAULTY}_('世界')\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "hpman", "check"],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 1
    assert "HPM202 `世界`" in done.stdout.decode()
    assert done.stderr == b""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_are_not_utf_8_are_escaped(
    here: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    try:
        with open(os.fsencode(here) + b"/\xff\n.py", "w") as file:
            file.write(FAULTY)
    except OSError:
        pytest.skip("the file system takes no such name")
    assert _status() == 1
    assert b"\\xff\\n.py:3:1: HPM102" in capfdbinary.readouterr().out


def test_only_what_is_needed_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOUND)
    where = os.path.dirname(os.path.dirname(os.path.abspath(hpman.__file__)))
    code = (
        f"import sys\nsys.path.insert(0, {where!r})\n"
        "from hpargparse.commands.hpman import main\n"
        "try:\n    main(['check'])\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, sep='\\n')"
    )
    environment = {key: value for key, value in os.environ.items() if key.startswith("SYSTEM")}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"yaml", "tabulate", "json", "tomllib", "difflib", "pickle"})
