"""What the command `hpman` does before a sub-command takes over."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hpargparse.check.registry import RULES
from hpargparse.commands import hpcli
from hpargparse.commands.hpman import COMMANDS, main
from tests.commands import status

if TYPE_CHECKING:
    from collections.abc import Callable


def test_help_names_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["-h"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"    {name} " in shown and summary in shown for name, summary in COMMANDS.items())


PAGES = [*(f"{name} -h" for name in COMMANDS), *(f"check --explain {code}" for code in RULES)]


@pytest.mark.parametrize("args", PAGES)
def test_a_page_fits_a_terminal_of_80_columns(
    args: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert status(*args.split()) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (
            "",
            f"name a command: {', '.join(COMMANDS)}",
        ),
        ("'' list", "name a command: "),
        ("lst", "unknown command `lst` (did you mean `list`?)"),
        ("xyz", "unknown command `xyz` (there are `run`, `sweep`, `runs`"),
        (__file__, f"unknown command `{__file__}` (`hpman run {__file__}` runs it)"),
        ("--no", "name a command: "),
        ("-- list a.py", "name a command: "),
    ],
)
def test_what_is_no_command_ends_with_2(
    args: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(args))
    assert ended.value.code == 2
    assert f"hpman: error: {sentence}" in capsys.readouterr().err


INTERRUPTED = """
import sys
from hpargparse.commands import check, hpman, run
def interrupted(*_, **__):
    raise KeyboardInterrupt
check._check = interrupted
sys.argv[:] = sys.argv[1:]
if "script.py" not in sys.argv:
    run._prepare = interrupted
"""


@pytest.mark.skipif(os.name == "nt", reason="no process ends by a signal there")
@pytest.mark.parametrize(
    ("call", "has_traceback"),
    [
        ("hpman.main() # check", False),
        ("hpman.main() # run", False),
        ("hpman.main() # run script.py", True),
    ],
)
def test_an_interrupt_ends_it_by_its_signal(
    call: str, has_traceback: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("script.py").write_text("raise KeyboardInterrupt\n")
    args = call.partition("#")[2].split()
    command = [sys.executable, "-c", INTERRUPTED + call, "hpman", *args]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (-signal.SIGINT, "")
    assert ran.stderr.endswith("\nKeyboardInterrupt\n") == has_traceback
    assert ran.stderr == "" or has_traceback
    assert "hpargparse" not in ran.stderr


@pytest.mark.parametrize(("command", "args"), [(main, ["check"]), (hpcli.main, ["x.py"])])
def test_an_interrupt_of_a_call_is_for_the_caller(
    command: Callable[[list[str]], None], args: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: object, **_settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hpargparse.commands.check._check", interrupted)
    monkeypatch.setattr(hpcli, "_list", interrupted)
    with pytest.raises(KeyboardInterrupt):
        command(args)


@pytest.mark.parametrize(("command", "args"), [(main, ["check"]), (hpcli.main, ["x.py"])])
def test_an_interrupt_ends_it_where_the_signal_is_blocked(
    command: Callable[[], None], args: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: object, **_settings: object) -> None:
        raise KeyboardInterrupt

    raised: list[int] = []
    monkeypatch.setattr("hpargparse.commands.check._check", interrupted)
    monkeypatch.setattr(hpcli, "_list", interrupted)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(signal, "raise_signal", raised.append)
    monkeypatch.setattr(sys, "argv", ["hpman", *args])
    with pytest.raises(SystemExit) as ended:
        command()
    assert (ended.value.code, raised) == (130, [signal.SIGINT])


BROKEN = 'from hpman.m import _\n_("lr", 1)\n_("lr", 2)\n_(x)\n'


@pytest.mark.skipif(os.name == "nt", reason="no name of a file holds such a character there")
@pytest.mark.parametrize(
    "args",
    [
        "list sound --hp-list detail",
        "list sound --hp-list origin",
        "list sound --lr wrong",
        "list broken",
        "explain lr broken",
        "run broken/\x1b[31m\n.py",
        "check broken",
        "diff sound broken",
    ],
)
def test_the_name_of_a_file_controls_no_terminal(
    args: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, text in (("sound", '_("lr", 1)\n'), ("broken", BROKEN)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "\x1b[31m\n.py").write_text(text)
    with suppress(SystemExit):
        main(args.split(" "))
    shown = "".join(capsys.readouterr())
    assert r"\x1b[31m\n.py" in shown
    assert "\x1b" not in shown
    assert "\n.py" not in shown


def test_list_does_what_hpcli_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "train.py"
    script.write_text('_("lr", 1e-3)\n')
    monkeypatch.setattr(sys, "argv", ["hpman", "list", str(script), "--lr", "2"])
    main()
    assert capsys.readouterr().out == "lr: 2.0\n"
    with pytest.raises(SystemExit):
        main(["list", "-h"])
    assert "hpman list train.py --hp-list detail" in capsys.readouterr().out


def test_the_package_runs_as_the_command() -> None:
    command = [sys.executable, "-m", "hpman", "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("hpman ")
