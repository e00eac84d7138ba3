"""Whole outputs of commands, one text file for each case.

A file below `cli`, `messages`, `check`, `diff` or `scan` begins with the reason for the
case and its settings, as `NAME: JSON`:

    why: one sentence that no other case has
    columns: 200            the width of the terminal, 80 by default
    since: [3, 12]          the first Python that the case holds for
    tags: ["both"]          more tags of the last commit
    from: "src"             the folder that the commands start in

Then come the files, each after a line `--- PATH`. A file marked `--- PATH (escaped)` is
written in Python's string escapes, line breaks included. Files in folders `1`, `2` and so
on are commits, tagged `v1`, `v2` and so on; those in `tree` are the worktree after them.

After `--- expected` stand the commands with what they print: `$` before a command, `!`
before a line of standard error, `=>` before a status other than 0. The commands are
`hpman`, `hpcli`, a script of the case, whose values are shown, and `scan`, which lists
what the static half finds. Cases of `messages` leave out the usage.

`pytest tests/golden --update-golden` writes the output anew: read the difference.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import hpargparse
from hpargparse.check.registry import RULES
from hpargparse.commands import hpcli, hpman
from hpman import HyperParameterManager, __version__, index_of, m
from hpman.errors import EMPTY, NotLiteralEvaluable
from hpman.static.rules import violations
from tests.repositories import commit, git, isolate, start

if TYPE_CHECKING:
    from hpman import Diagnostic, Occurrence

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.txt"))
_EXITING = (" -h", " --help", " --hp-list", " --hp-exit")


class Case(NamedTuple):
    """What a file of a case holds."""

    kind: str
    head: str  # all before the expected output, as it is written
    settings: dict[str, Any]
    files: dict[str, bytes]
    expected: str

    @property
    def commands(self) -> list[str]:
        return re.findall(r"^\$ (.*)$", self.expected, re.MULTILINE)


def read_case(path: Path) -> Case:
    """Read a case; `path` is its file."""
    head, mark, expected = path.read_bytes().decode().partition("\n--- expected\n")
    assert mark, f"{path} has no line `--- expected`"
    settings, *parts = head.split("\n--- ")
    lines = [line.split(": ", 1) for line in settings.split("\n")]
    assert lines[0][0] == "why", f"{path} does not begin with its reason"
    values = {name: value if name == "why" else json.loads(value) for name, value in lines}
    files = dict(map(_file, (f"{part}\n" if "\n" in part else part for part in parts)))
    return Case(path.parent.name, head + mark, values, files, expected)


def _file(part: str) -> tuple[str, bytes]:
    title, _, text = part.partition("\n")
    name = title.removesuffix(" (escaped)")
    if name == title:
        return name, text.encode()
    return name, text.replace("\n", "").encode().decode("unicode_escape").encode("latin-1")


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_commands_print_what_is_expected(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    case = read_case(path)
    if sys.version_info < tuple(case.settings.get("since", ())):
        pytest.skip(f"the case needs Python {case.settings['since']}")
    isolate(monkeypatch)
    folder = tmp_path / "project"
    if any(name.startswith("1/") for name in case.files):
        _make_history(folder, case)
    else:
        _write(folder, case.files)
    monkeypatch.chdir(folder / case.settings.get("from", "."))
    monkeypatch.setenv("COLUMNS", str(case.settings.get("columns", 80)))
    outputs = []
    for command in case.commands:
        for placeholder in ("_", "hp"):
            monkeypatch.setitem(vars(m), placeholder, HyperParameterManager(placeholder))
        status = _run(command, monkeypatch)
        captured = capfd.readouterr()
        error = captured.err
        if case.kind == "messages" and error.startswith("usage: "):
            error = error[error.rindex("\n", 0, error.index(": error: ")) + 1 :]
        errors = "".join(f"! {line}\n" for line in error.splitlines())
        ending = f"=> {status}\n" if status else ""
        outputs.append(f"$ {command}\n{captured.out}{errors}{ending}")
    output = "\n".join(outputs).replace(f'"{__version__}"', '"(the version)"')
    if request.config.getoption("--update-golden"):
        path.write_bytes((case.head + output).encode())
    else:
        assert output == case.expected


def test_every_case_says_why_it_exists() -> None:
    reasons = [read_case(path).settings["why"] for path in CASES]
    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_hit_and_a_near_miss(code: str) -> None:
    hit, miss = (read_case(HERE / f"check/{code}-{kind}.txt") for kind in ("hit", "near-miss"))
    assert f" {code} " in hit.expected
    assert f" {code} " not in miss.expected


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _make_history(folder: Path, case: Case) -> None:
    """Make a repository of the commits of a case, and its worktree."""
    if shutil.which("git") is None:
        pytest.skip("there is no git here")
    start(folder)
    states: dict[str, dict[str, bytes]] = {}
    for path, content in case.files.items():
        state, _, name = path.partition("/")
        states.setdefault(state, {})[name] = content
    worktree = states.pop("tree", None)
    for state, files in sorted(states.items()):
        _replace(folder, files)
        commit(folder, {})
        git(folder, "tag", f"v{state}")
    for tag in case.settings.get("tags", ()):
        git(folder, "tag", tag)
    if worktree is not None:
        _replace(folder, worktree)


def _replace(folder: Path, files: dict[str, bytes]) -> None:
    """Make a folder hold these files and nothing else, except for its repository."""
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
        elif path.name != ".git":
            shutil.rmtree(path)
    _write(folder, files)


def _run(command: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a command and return its status."""
    program, *argv = shlex.split(command)
    if command.startswith("hpman run ") and not any(option in command for option in _EXITING):
        # A program that is run takes over the process.
        return subprocess.run([sys.executable, "-m", "hpman", *argv], check=False).returncode
    try:
        if program == "hpman":
            hpman.main(argv)
        elif program == "hpcli":
            hpcli.main(argv)
        elif program == "scan":
            _scan(argv)
        else:
            _parse_and_show(program, argv, monkeypatch)
    except SystemExit as stopped:
        return stopped.code
    return 0


def _parse_and_show(script: str, argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse a script's arguments and show the values."""
    monkeypatch.setattr("sys.argv", [script])
    manager = HyperParameterManager("_")
    args = hpargparse.parse_args(manager, script, argv, parser=ArgumentParser(prog=script))
    for name, value in vars(args).items():
        if not name.startswith("hp_"):
            print(f"{name} = {value!r}")  # noqa: T201 - the program's output


def _scan(argv: list[str]) -> None:
    """Show the occurrences of each manager, then the problems."""
    parser = ArgumentParser()
    parser.add_argument("paths", nargs="*", default=["."])
    parser.add_argument("--placeholder", action="append", dest="placeholders")
    parser.add_argument("--exclude", action="append", default=[])
    parser.add_argument("--follow-imports", action="store_true")
    args = parser.parse_args(argv)
    placeholders = args.placeholders or ["_"]
    index = index_of(args.paths, placeholders, args.exclude, follow_imports=args.follow_imports)
    files = index.files.values()
    complained = {problem.placeholder or "_" for file in files for problem in file.diagnostics}
    lines: dict[str, None] = {}  # what is wrong with a file is wrong for each manager
    managers = sorted(index.placeholders() | complained | set(placeholders))
    for placeholder in managers:
        lines |= dict.fromkeys(map(_occurrence, index.occurrences(placeholder)))
    for placeholder in managers:
        lines |= dict.fromkeys(map(_problem, violations(index, placeholder, files)))
    print("".join(f"{line}\n" for line in lines), end="")  # noqa: T201 - the program's output


def _occurrence(occurrence: Occurrence) -> str:
    start, end = (occurrence.line, occurrence.column), (occurrence.end_line, occurrence.end_column)
    place = "{}:{}:{}-{}:{}".format(_path(occurrence.path), *start, *end)
    value = "" if occurrence.value is EMPTY else f" = {_value(occurrence.value)}"
    hints = f" {occurrence.hints}" if occurrence.hints else ""
    return f"{place} {occurrence.placeholder}({occurrence.name!a}){value}{hints}"


def _value(value: object) -> str:
    if isinstance(value, NotLiteralEvaluable):
        return f"<{value.expression!r}>"
    return repr(value).encode("ascii", "backslashreplace").decode()


def _problem(problem: Diagnostic) -> str:
    # What Python's parser says, and its column, differ from version to version.
    if problem.code == "HPM001":
        return f"{_path(problem.path)}:{problem.line} {problem.code}"
    others = "".join(f" {_path(other.path)}:{other.line}" for other in problem.occurrences)
    place = f"{_path(problem.path)}:{problem.line}:{problem.column}"
    return f"{place} {problem.code} {problem.message}{others}"


def _path(path: str | None) -> str:
    return Path(path or "").as_posix()
