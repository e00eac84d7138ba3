"""What `hpman diff` shows of small histories.

Each folder below `diff` has folders `1`, `2` and so on, which hold the files of
one commit each; a `tree`, if the worktree differs from the last commit; a
`case.json` with the reason for the case and its command lines; and an
`expected.txt`, which `pytest tests/golden --update-golden` rewrites: read the
difference.
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
    settings = json.loads((case / "case.json").read_text(encoding="utf-8"))
    folder = start(tmp_path / "project")
    for state in sorted(path for path in case.iterdir() if path.name.isdigit()):
        _replace(folder, state)
        commit(folder, {})
        git(folder, "tag", f"v{state.name}")
    for tag in settings.get("tags", ()):
        git(folder, "tag", tag)
    if (case / "tree").is_dir():
        _replace(folder, case / "tree")
    monkeypatch.chdir(folder / settings.get("from", "."))
    shown = []
    for line in settings["lines"]:
        status = _run(shlex.split(line))
        captured = capfd.readouterr()
        marked = "".join(f"! {error}\n" for error in captured.err.splitlines())
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
    for path in folder.iterdir():
        if path.is_dir() and path.name != ".git":
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
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
