"""Command lines, and what a user reads of them.

Each folder below `cli` and `messages` holds a `tree` to start them in, a
`case.json` that says why the case exists and which command lines it tries, and
an `expected.txt`. The latter are written anew by `pytest tests/golden
--update-golden`: read the difference. A case of `messages` leaves usage out.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

import hpargparse
from hpargparse.commands import hpcli, hpman
from hpman import HyperParameterManager, m

HERE = Path(__file__).parent
_EXITING = (" -h", " --help", " --hp-list", " --hp-exit")
CASES = sorted(
    path.parent for kind in ("cli", "messages") for path in HERE.glob(f"{kind}/*/case.json")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_command_line_shows_what_is_expected(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    shutil.copytree(case / "tree", tmp_path / "tree")
    monkeypatch.chdir(tmp_path / "tree")
    data = json.loads((case / "case.json").read_text(encoding="utf-8"))
    monkeypatch.setenv("COLUMNS", str(data.get("columns", 80)))
    shown = []
    for line in data["lines"]:
        for placeholder in ("_", "hp"):
            monkeypatch.setitem(vars(m), placeholder, HyperParameterManager(placeholder))
        # A program that is run takes over the process.
        is_running = case.parent.name == "cli" and line.startswith("hpman run ")
        is_running = is_running and not any(option in line for option in _EXITING)
        status = _run(shlex.split(line), monkeypatch, is_running=is_running)
        captured = capfd.readouterr()
        error = captured.err
        if case.parent.name == "messages" and error.startswith("usage: "):
            error = error[error.rindex("\n", 0, error.index(": error: ")) + 1 :]
        marked = "".join(f"! {message}\n" for message in error.splitlines())
        shown.append(f"$ {line}\n{captured.out}{marked}" + (f"=> {status}\n" if status else ""))
    text = "\n".join(shown)
    expected = case / "expected.txt"
    if request.config.getoption("--update-golden"):
        expected.write_bytes(text.encode())
    assert text == expected.read_bytes().decode()


def test_each_command_line_case_says_why_it_exists() -> None:
    reasons = [json.loads((case / "case.json").read_bytes())["why"] for case in CASES]
    assert len(set(reasons)) == len(reasons)


def _run(argv: list[str], monkeypatch: pytest.MonkeyPatch, *, is_running: bool) -> object:
    """Run a command; a script is a program that shows its values."""
    program, *argv = argv
    if program == "hpman" and is_running:
        return subprocess.run([sys.executable, "-m", "hpman", *argv], check=False).returncode
    try:
        if program in ("hpman", "hpcli"):
            (hpman if program == "hpman" else hpcli).main(argv)
            return 0
        monkeypatch.setattr("sys.argv", [program])
        manager = HyperParameterManager("_")
        args = hpargparse.parse_args(manager, program, argv, parser=ArgumentParser(prog=program))
    except SystemExit as stopped:
        return stopped.code
    for name, value in vars(args).items():
        if not name.startswith("hp_"):
            print(f"{name} = {value!r}")  # noqa: T201 - the program's output
    return 0
