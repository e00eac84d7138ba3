"""What OLD and NEW stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.diff.operands import Operand, resolve_operands
from hpman import HpmanError
from tests.repositories import changes, commit, git, isolate, needs_git, refused, start, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_git


@pytest.mark.parametrize(
    "operands",
    [
        ["HEAD~1"],
        ["HEAD~1", "HEAD"],
        ["HEAD~1..HEAD"],
        ["HEAD~1.."],
        ["HEAD~1..."],
        ["main~1", "main^{commit}"],
        ["HEAD~1", ":/a commit"],
        ["HEAD~1", "a.py"],
        ["HEAD~1", "."],
        ["HEAD~1", "./a.py"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("project")
def test_two_sides_are_written_in_many_ways(operands: list[str]) -> None:
    assert changes(*operands) == ["changed a a.py:1>a.py:1"]


def test_missing_operands_are_the_last_commit_and_the_worktree(project: Path) -> None:
    head = Operand("revision", "HEAD", git(project, "rev-parse", "HEAD"))
    worktree = Operand("worktree", "the worktree")
    assert resolve_operands([]) == (head, worktree)
    assert resolve_operands(["HEAD"]) == (head, worktree)
    assert resolve_operands(["run.yaml"]) == (Operand("snapshot", "run.yaml"), worktree)


def test_a_stash_is_a_revision(project: Path) -> None:
    write(project, {"a.py": "_('a', 3)\n"})
    git(project, "stash", "-q")
    assert changes("HEAD", "stash@{0}") == ["changed a a.py:1>a.py:1"]
    assert changes() == []


def test_three_dots_start_at_the_last_common_commit(project: Path) -> None:
    git(project, "checkout", "-q", "-b", "other", "HEAD~1")
    commit(project, {"sub/b.py": "_('b', 5)\n"})
    assert changes("main...other") == ["changed b sub/b.py:1>sub/b.py:1"]
    assert len(changes("main..other")) == 2


def test_a_path_with_dots_is_not_a_range(project: Path) -> None:
    write(project, {"x..y/a.py": "_('a', 2)\n"})
    assert "is a path" in refused("x..y")
    assert "is a path" in refused("../project")
    assert changes("x..y", "./x..y") == []


@pytest.mark.parametrize("name", ["HEAD:sub", "HEAD:a.py", "HEAD^{tree}"])
@pytest.mark.usefixtures("project")
def test_a_part_of_a_commit_is_refused(name: str) -> None:
    assert "not a commit.\nName files and folders of a commit after `--`." in refused(name)


@pytest.mark.usefixtures("project")
def test_an_empty_operand_is_refused() -> None:
    assert refused("", "HEAD").startswith("`` is neither a path nor a revision.")
    assert refused("HEAD", paths=[""]).startswith("`` is outside the repository.")


def test_without_a_commit_there_is_nothing_to_compare_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    monkeypatch.chdir(start(tmp_path / "empty"))
    assert "no commit yet" in refused()
    assert "no commit yet" in refused("HEAD")


def test_outside_a_repository_folders_and_snapshots_remain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.py": "_('a', 1)", "s.yaml": "a: 2", "sub/x.txt": ""})
    assert "no git repository here" in refused()
    assert "`a.yp` is neither a path nor a revision: There is no git" in refused("a.yp")
    assert changes("s.yaml") == ["changed a s.yaml:1>a.py:1"]
    assert changes("a.py", ".") == ["moved a a.py:1>a.py:1"]
    assert "Paths after `--`" in refused("s.yaml", paths=["a.py"])


def test_without_a_worktree_there_is_no_default_side(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / ".git")
    with pytest.raises(HpmanError, match="must be run in a work tree"):
        resolve_operands(["main"])
