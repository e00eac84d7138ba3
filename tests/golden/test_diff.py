"""What `hpman diff` shows of small histories.

Each folder below `diff` holds folders `1`, `2` and so on, each what one commit
holds as a whole; a `tree`, where the worktree has more than the last commit; a
`case.json` that says why the case exists and which command lines it tries; and
an `expected.txt`, written anew by `pytest tests/golden --update-golden`: read
the difference.
"""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from hpargparse.commands.hpman import main
from tests.repositories import commit, git, isolate, needs_git, start

CASES = sorted(path.parent for path in Path(__file__).parent.glob("diff/*/case.json"))

pytestmark = needs_git


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_difference_is_shown_as_expected(
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    isolate(monkeypatch)
    said = json.loads((case / "case.json").read_text(encoding="utf-8"))
    folder = start(tmp_path / "project")
    for state in sorted(each for each in case.iterdir() if each.name.isdigit()):
        _replace(folder, state)
        commit(folder, {})
        git(folder, "tag", f"v{state.name}")
    for tag in said.get("tags", ()):
        git(folder, "tag", tag)
    if (case / "tree").is_dir():
        _replace(folder, case / "tree")
    monkeypatch.chdir(folder / said.get("from", "."))
    shown = []
    for line in said["lines"]:
        status = _run(shlex.split(line))
        captured = capfd.readouterr()
        marked = "".join(f"! {each}\n" for each in captured.err.splitlines())
        shown.append(f"$ {line}\n{captured.out}{marked}" + (f"=> {status}\n" if status else ""))
    found = "\n".join(shown)
    expected = case / "expected.txt"
    if request.config.getoption("--update-golden"):
        expected.write_bytes(found.encode())
    assert found == expected.read_bytes().decode()


def test_each_difference_says_why_it_exists() -> None:
    reasons = [json.loads((case / "case.json").read_bytes())["why"] for case in CASES]
    assert len(set(reasons)) == len(reasons) >= 8


def _replace(folder: Path, state: Path) -> None:
    """Make a folder hold what another one holds, and nothing else."""
    for each in folder.iterdir():
        if each.is_dir() and each.name != ".git":
            shutil.rmtree(each)
        elif each.is_file():
            each.unlink()
    # Without their times: git takes a file of one size and one time for the same.
    shutil.copytree(state, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    if (folder / "gitignore").exists():  # under its own name, it would count for ours
        (folder / "gitignore").rename(folder / ".gitignore")


def _run(words: list[str]) -> object:
    """Run the command; return the status that it ends with."""
    try:
        main(words[1:])
    except SystemExit as ended:
        return ended.code
    return 0
