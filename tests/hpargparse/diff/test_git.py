"""What is read of a repository, and that nothing of it is run or changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hpargparse.diff import git as git_module
from hpargparse.diff.git import GitError, locate, read_blobs, resolve
from tests.repositories import changes, commit, git, isolate, needs_git, refused, start, write

pytestmark = needs_git
CHANGED = ["changed a a.py:1>a.py:1"]


def test_a_revision_has_an_id_and_a_type(project: Path) -> None:
    git(project, "tag", "-a", "v1", "-m", "x")
    for name, kind in {"HEAD": "commit", "v1": "tag", "HEAD:": "tree", "HEAD:a.py": "blob"}.items():
        assert resolve(name) == (git(project, "rev-parse", name), kind)


@pytest.mark.parametrize(
    "name",
    ["--output=x", "-p", "^HEAD", "HEAD\0", " ", "", "HEAD\nmain", "HEAD missing", "\udcff"],
    ids=ascii,
)
def test_no_name_reaches_git_as_an_option_or_as_two(project: Path, name: str) -> None:
    assert resolve(name) is None
    assert not (project / "x").exists()


def test_a_name_of_a_tag_and_a_branch_is_refused(project: Path) -> None:
    git(project, "tag", "twice", "HEAD~1")
    git(project, "branch", "twice")
    with pytest.raises(GitError, match=r"refname 'twice' is ambiguous\.\nWrite `refs/heads/"):
        resolve("twice")
    assert changes("refs/tags/twice", "refs/heads/twice") == CHANGED


def test_the_worktree_is_found_from_any_folder_in_it(project: Path) -> None:
    assert locate() == (str(project), ".")
    os.chdir(project / "sub")
    assert locate() == (str(project), "sub")
    os.chdir(project / ".git")
    with pytest.raises(GitError, match="must be run in a work tree"):
        locate()


def test_a_further_worktree_is_its_own(project: Path, tmp_path: Path) -> None:
    git(project, "worktree", "add", "-q", str(tmp_path / "second"), "HEAD~1")
    os.chdir(tmp_path / "second")
    assert changes() == []
    assert changes("main") == CHANGED


def test_the_environment_may_name_a_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(project / ".git"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    assert changes("HEAD~1", "HEAD") == CHANGED
    assert changes() == ["removed a a.py:1", "removed b sub/b.py:1"]


def test_objects_may_be_named_by_sha256(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    folder = start(tmp_path / "new", "--object-format=sha256")
    monkeypatch.chdir(folder)
    commit(folder, {"a.py": "_('a', 1)\n", "b.py": "_('b', 1)\n"})
    write(folder, {"a.py": "_('a', 2)\n"})
    assert changes() == CHANGED


@pytest.mark.usefixtures("project")
def test_a_blob_is_read_once_for_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    requested: list[str] = []

    def counted(blobs: dict[str, str]) -> object:
        requested.extend(blobs.values())
        return read_blobs(blobs)

    monkeypatch.setattr("hpargparse.diff.sources.read_blobs", counted)
    assert changes("HEAD~1", "HEAD") == CHANGED
    assert sorted(requested) == ["a.py", "a.py", "sub/b.py"]


@pytest.mark.parametrize(
    "command",
    [
        "no-such-git",
        pytest.param(
            "./a.py", marks=pytest.mark.skipif(os.name == "nt", reason="any file may be run there")
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_without_git_folders_and_snapshots_remain(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_module, "_COMMAND", (command,))
    assert refused("HEAD").startswith(
        "`HEAD` is neither a path nor a revision: Cannot find `git` on the PATH."
    )
    assert changes("a.py", "./a.py") == []


def test_what_git_reports_of_a_repository_is_reported(project: Path) -> None:
    write(project, {".git/index": "no index at all, but of some length at least"})
    assert refused("HEAD").startswith("`git ls-files` failed: ")
    write(project, {".git/config": "[core\n"})
    assert refused().startswith("`git cat-file` failed: bad config")


@pytest.mark.usefixtures("project")
def test_a_blob_that_is_missing_is_an_error() -> None:
    with pytest.raises(GitError, match=r"^`a.py` cannot be read: the object 0{40} is missing"):
        list(read_blobs({"0" * 40: "a.py"}))


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are those of a shell")
def test_nothing_of_the_repository_is_run(project: Path, tmp_path: Path) -> None:
    touch = f"touch {tmp_path / 'run'}; cat"
    programs = "core.fsmonitor diff.external filter.x.clean filter.x.smudge core.pager".split()
    settings = {
        **dict.fromkeys(programs, touch),
        **{f"alias.{name}": f"!{touch}" for name in ("ls-files", "cat-file", "rev-parse")},
        "color.ui": "always",
        "log.showSignature": "true",
    }
    with (project / ".git" / "config").open("a") as file:
        for name, value in settings.items():
            section, _, key = name.rpartition(".")
            section, _, part = section.partition(".")
            file.write(f'[{section} "{part}"]\n' if part else f"[{section}]\n")
            file.write(f"{key} = {value!r}\n".replace("'", '"'))
    assert git(project, "config", "alias.cat-file").endswith("cat")
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\n{touch}\n")
    hook.chmod(0o755)
    write(project, {".gitattributes": "*.py filter=x diff=x", "a.py": "_('a', 3)\n"})
    assert changes() == CHANGED
    assert changes("HEAD~1", "HEAD") == CHANGED
    assert not (tmp_path / "run").exists()


def test_nothing_is_written_into_the_repository(project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    os.utime(project / "sub" / "b.py", (0, 0))  # so that git would like to refresh its index
    before[project / "sub" / "b.py"] = 0
    assert changes() == []
    assert changes("HEAD~1", "HEAD") == CHANGED
    after = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    assert after == before
