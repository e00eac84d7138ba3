"""What words name, and how each kind of side is read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from hpargparse.diff import git as git_module
from hpargparse.diff.compare import compare
from hpargparse.diff.errors import ComparisonError
from hpargparse.diff.git import Repository
from hpargparse.diff.sides import Request, Sides, sides
from hpargparse.errors import SnapshotError
from tests.repositories import commit, git, isolate, needs_git, start, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = needs_git

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository with two commits, and go there."""
    isolate(monkeypatch)
    folder = start(tmp_path / "project")
    monkeypatch.chdir(folder)
    commit(folder, {"a.py": "_('a', 1)\n", "sub/b.py": "_('b', 1)\n"})
    commit(folder, {"a.py": "_('a', 2)\n"})
    return folder


def _changes(*words: str, limits: Sequence[str] = ()) -> list[str]:
    """Compare, and name what differs with its places."""
    return _named(sides(Request(words, tuple(limits))))


def _named(found: Sides) -> list[str]:
    named = []
    for each in compare(found.old_facts, found.new_facts):
        places = ">".join(str(one.place) for one in (each.old, each.new) if one)
        named.append(f"{each.kind} {each.fact.name} {places}")
    return named


def _refused(*words: str, limits: Sequence[str] = ()) -> str:
    with pytest.raises(ComparisonError) as caught:
        _changes(*words, limits=limits)
    return str(caught.value)


CHANGED = ["changed a a.py:1>a.py:1"]


@pytest.mark.parametrize(
    "words",
    [
        ["HEAD~1"],
        ["HEAD~1", "HEAD"],
        ["HEAD~1..HEAD"],
        ["HEAD~1.."],
        ["HEAD~1..."],
        ["HEAD~1", "main"],
        ["main~1", "main^{commit}"],
        ["HEAD~1", ":/a commit"],
        ["HEAD~1", "a.py"],
        ["HEAD~1", "."],
        ["HEAD~1", "./a.py"],
        ["HEAD~1:", "HEAD:"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("project")
def test_two_sides_are_written_in_many_ways(words: list[str]) -> None:
    assert _changes(*words) == CHANGED


def test_a_stash_is_a_revision(project: Path) -> None:
    write(project, {"a.py": "_('a', 3)\n"})
    git(project, "stash", "-q")
    assert _changes("HEAD", "stash@{0}") == CHANGED
    assert _changes() == []


def test_three_dots_begin_where_two_branches_have_parted(project: Path) -> None:
    git(project, "checkout", "-q", "-b", "other", "HEAD~1")
    commit(project, {"sub/b.py": "_('b', 5)\n"})
    assert _changes("main...other") == ["changed b sub/b.py:1>sub/b.py:1"]
    assert len(_changes("main..other")) == 2
    git(project, "checkout", "-q", "--orphan", "alone")
    commit(project, {})
    assert "no commit in common" in _refused("main...alone")


def test_a_path_on_disk_with_dots_is_no_range(project: Path) -> None:
    write(project, {"x..y/a.py": "_('a', 2)\n"})
    assert "is a path" in _refused("x..y")
    assert "is a path" in _refused("../project")
    assert _changes("x..y", "./x..y") == []


def test_what_a_tag_and_a_branch_are_called_alike_is_said(project: Path) -> None:
    git(project, "tag", "twice", "HEAD~1")
    git(project, "branch", "twice")
    assert any("ambiguous" in each for each in sides(Request(("twice",))).warnings)


def test_a_tree_of_a_folder_is_compared_with_another(project: Path) -> None:
    commit(project, {"sub/b.py": "_('b', 2)\n"})
    os.chdir(project / "sub")
    assert _changes("HEAD~1:sub", "HEAD:sub") == ["changed b b.py:1>b.py:1"]
    assert _changes("HEAD~1:./", "HEAD:./") == ["changed b b.py:1>b.py:1"]


@pytest.mark.parametrize("tree", ["HEAD:sub", "HEAD@{0}:sub", "HEAD^{/a commit}:sub"])
@pytest.mark.parametrize("path", ["sub", "./sub", "sub/"])
def test_a_tree_of_a_folder_is_compared_with_the_folder(
    tree: str, path: str, project: Path
) -> None:
    assert _changes(tree, path) == []
    write(project, {"sub/b.py": "_('b', 2)\n", "sub/c.py": "_('c', 3)\n"})
    added, changed = "added c sub/c.py:1", "changed b b.py:1>sub/b.py:1"
    assert _changes(tree, path) == [added, changed]
    assert _changes(path, tree) == [
        added.replace("added", "removed"),
        "changed b sub/b.py:1>b.py:1",
    ]


def test_the_tree_of_all_is_compared_below_a_path(project: Path) -> None:
    write(project, {"sub/b.py": "_('b', 2)\n"})
    assert _changes("HEAD:", "sub") == ["changed b sub/b.py:1>sub/b.py:1"]


def test_a_colon_in_the_message_of_a_commit_is_no_tree(project: Path) -> None:
    git(project, "commit", "-q", "--allow-empty", "-m", "sub: nothing")
    os.chdir(project / "sub")
    write(project, {"a.py": "_('a', 3)\n"})
    for word in (":/sub: nothing", "HEAD^{/sub: nothing}"):
        assert _changes(word, "../a.py") == ["changed a ../a.py:1>../a.py:1"]


def test_paths_are_shown_as_seen_from_here(project: Path) -> None:
    write(project, {"sub/deep/c.py": "_('c', 1)\n", "sub/b.py": None})
    os.chdir(project / "sub")
    assert _changes("HEAD~1") == [
        "added c deep/c.py:1",
        "removed b b.py:1",
        "changed a ../a.py:1>../a.py:1",
    ]
    assert _changes("HEAD~1", limits=["."]) == ["added c deep/c.py:1", "removed b b.py:1"]
    assert _changes("HEAD~1", limits=[str(project / "a.py")]) == ["changed a ../a.py:1>../a.py:1"]
    assert _changes("HEAD~1", limits=["../a.py", "deep"]) == [
        "added c deep/c.py:1",
        "changed a ../a.py:1>../a.py:1",
    ]


def test_paths_may_be_named_by_a_link_to_the_repository(project: Path, tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("links need a privilege there")
    (tmp_path / "link").symlink_to(project)
    assert _changes("HEAD~1", limits=[str(tmp_path / "link" / "a.py")]) == CHANGED


@on_posix
def test_links_and_other_files_are_no_sources(project: Path) -> None:
    (project / "link.py").symlink_to("a.py")
    commit(project, {"pipe.py": "_('pipe', 1)\n"})
    assert _changes("HEAD~1", "HEAD") == ["added pipe pipe.py:1"]
    (project / "pipe.py").unlink()
    os.mkfifo(project / "pipe.py")
    assert _changes() == ["removed pipe pipe.py:1"]
    (project / "sub" / "b.py").unlink()
    (project / "sub").rmdir()
    write(project, {"sub": "a file"})
    assert "removed b sub/b.py:1" in _changes()


def test_submodules_and_repositories_within_are_left_alone(project: Path) -> None:
    inner = start(project / "inner")
    commit(inner, {"c.py": "_('c', 1)\n"})
    assert _changes() == []
    git(project, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    commit(project, {})
    assert _changes("HEAD~1") == []
    assert _changes("HEAD~1", "HEAD") == []


@pytest.mark.parametrize(
    "name", ["a b.py", "模.py", 'q".py', "a\nb.py", "-x.py", "tab\t.py"], ids=ascii
)
def test_files_may_have_any_name(project: Path, name: str) -> None:
    if sys.platform == "win32" and set(name) & set('"\n\t'):
        pytest.skip("no such name there")
    git(project, "config", "core.quotePath", "true")
    commit(project, {name: "_('x', 1)\n"})
    write(project, {name: "_('x', 2)\n"})
    expected = [f"changed x {name}:1>{name}:1"]
    assert _changes() == expected
    assert _changes("HEAD~1..HEAD") == [f"added x {name}:1"]
    assert _changes(limits=[name]) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="names are texts there")
def test_names_may_be_no_characters_at_all(project: Path) -> None:
    name = os.fsdecode(b"b\xff.py")
    commit(project, {name: "_('x', 1)\n"})
    write(project, {name: "_('x', 2)\n"})
    assert _changes() == [f"changed x {name}:1>{name}:1"]


def test_objects_may_be_named_by_sha256(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    folder = start(tmp_path / "new", "--object-format=sha256")
    monkeypatch.chdir(folder)
    commit(folder, {"a.py": "_('a', 1)\n", "b.py": "_('b', 1)\n"})
    write(folder, {"a.py": "_('a', 2)\n"})
    assert _changes() == CHANGED
    read = git_module.Repository.blobs
    asked: list[str] = []

    def counted(self: Repository, ids: Sequence[str]) -> object:
        asked.extend(ids)
        return read(self, ids)

    monkeypatch.setattr(Repository, "blobs", counted)
    assert _changes() == CHANGED
    assert len(asked) == 1  # what is the same on disk is not read again


def test_newlines_that_git_converts_make_no_difference(project: Path) -> None:
    git(project, "config", "core.autocrlf", "true")
    write(project, {"a.py": "_('a', 2)\r\n"})
    assert _changes() == []


def test_what_conflicts_is_left_out_with_a_warning(project: Path) -> None:
    git(project, "checkout", "-q", "-b", "other", "HEAD~1")
    commit(project, {"a.py": "_('a', 3)\n"})
    with pytest.raises(Exception, match="merge"):
        git(project, "merge", "-q", "main")
    found = sides(Request())
    assert _named(found) == []
    assert [each.partition(": ")[0] for each in found.warnings] == ["a.py:1:1"]


def test_what_a_sparse_checkout_leaves_out_is_there(project: Path) -> None:
    git(project, "update-index", "--skip-worktree", "sub/b.py")
    (project / "sub" / "b.py").unlink()
    assert _changes() == []
    assert _changes("HEAD~1") == CHANGED


def test_what_cannot_be_read_is_left_out_with_a_warning(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _deny(monkeypatch, "a.py")
    found = sides(Request(("HEAD~1",)))
    assert _named(found) == []
    assert found.warnings == [
        "a.py: This file cannot be read: Permission denied. It is left out.",
    ]


def _deny(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let a file of the worktree look like one that nobody may read."""
    look = os.lstat

    def refuse(path: str) -> os.stat_result:
        if path.endswith(name):
            raise PermissionError(13, "Permission denied", path)
        return look(path)

    monkeypatch.setattr("hpargparse.diff.trees.os.lstat", refuse)


@pytest.mark.parametrize(
    ("words", "limits", "place"),
    [
        pytest.param(["broken.py", "a.py"], [], "broken.py:1:2", id="old-file"),
        pytest.param(["a.py", "./broken.py"], [], "broken.py:1:2", id="new-file"),
        pytest.param(["broken.py", "./broken.py"], [], "broken.py:1:2", id="itself"),
        pytest.param(["sub", "all_broken/one.py"], [], "all_broken/one.py:1:2", id="in-a-folder"),
        pytest.param(["HEAD~2", "broken.py"], [], "broken.py:1:2", id="beside-a-revision"),
        pytest.param(["HEAD~1", "HEAD"], ["broken.py"], "HEAD~1:broken.py:1:2", id="limit"),
        pytest.param(["values.yaml", "broken.py"], [], "broken.py:1:2", id="beside-a-snapshot"),
    ],
)
def test_a_side_of_which_nothing_can_be_read_is_refused(
    words: list[str], limits: list[str], place: str, project: Path
) -> None:
    broken = "_('a', 1\n"
    commit(project, {"broken.py": broken, "all_broken/one.py": broken, "values.yaml": "a: 1\n"})
    commit(project, {"broken.py": f"{broken}\n"})
    said = _refused(*words, limits=limits)
    assert said.startswith(f"{place}: This is no Python")
    assert said.endswith("Mend the file, or compare something else.")


def test_of_a_side_without_named_files_it_is_kept_why_nothing_can_be_read(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"all_broken/one.py": "_('a', 1\n"})
    assert [each.place for each in sides(Request(("./all_broken", "./sub"))).faults] == [
        os.path.join("all_broken", "one.py") + ":1:2"
    ]
    (project / "all_broken" / "one.py").unlink()
    _deny(monkeypatch, ".py")
    assert [each.place for each in sides(Request(("HEAD~1",))).faults] == ["a.py", "sub/b.py"]
    assert "a.py: This file cannot be read: Permission denied.\n" in _refused(
        "HEAD~1", limits=["a.py"]
    )


def test_a_file_on_disk_that_nobody_may_read_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("hpman.static.scan.read", refuse)
    assert _refused("a.py", "./a.py").startswith("a.py: This file cannot be read: Permission")


def test_a_worktree_without_any_file_is_compared(project: Path) -> None:
    git(project, "rm", "-q", "-r", ".")
    assert _changes() == ["removed a a.py:1", "removed b sub/b.py:1"]


def test_folders_on_disk_are_compared_by_the_paths_in_them(project: Path, tmp_path: Path) -> None:
    write(tmp_path, {"x/a.py": "_('a', 1)\n", "y/a.py": "_('a', 2)\n", "one.py": "_('a', 3)\n"})
    x, y, one = (str(tmp_path / each) for each in ("x", "y", "one.py"))
    assert _changes(x, y) == [f"changed a {x}/a.py:1>{y}/a.py:1".replace("/", os.sep)]
    assert _changes(str(project / "a.py"), one) == [f"changed a a.py:1>{one}:1"]
    assert _changes(os.path.join(x, "a.py"), one) == [f"changed a {x}{os.sep}a.py:1>{one}:1"]
    assert _changes("HEAD", y) == ["removed b sub/b.py:1"]
    assert _changes(y, "HEAD") == ["added b sub/b.py:1"]


@pytest.mark.parametrize("other", ["HEAD", "b.yaml", "a.py", "."])
def test_a_snapshot_that_is_called_otherwise_is_doubted(project: Path, other: str) -> None:
    write(project, {"b.yaml": "a: 1\n", "b.yaml.bak": "a: 1\n", "script": "_('a', 1)\n"})
    write(project, {"nothing.py": "a: 1\n"})
    for words in ((other, "b.yaml.bak"), ("b.yaml.bak", other)):
        (warning,) = sides(Request(words)).warnings
        assert warning == (
            "b.yaml.bak is read as Python, and holds nothing to compare. If it is a snapshot,"
            " rename it: they are known by .yaml, .yml, .json, .pickle, .pkl."
        )
    assert sides(Request((other, "script"))).warnings == []
    assert sides(Request((other, "nothing.py"))).warnings == []


def test_a_bare_repository_has_revisions_alone(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "-q", "--bare", "project", "bare")
    monkeypatch.chdir(tmp_path / "bare")
    assert _changes("HEAD~1", "HEAD") == CHANGED
    assert _changes("HEAD~1", "HEAD", limits=["sub"]) == []
    assert _changes("HEAD~1", "HEAD", limits=["./a.py"]) == CHANGED
    assert _changes("HEAD", str(tmp_path / "project")) == []
    assert "There is no worktree here" in _refused()
    assert "outside" in _refused("HEAD~1", "HEAD", limits=["../x"])
    monkeypatch.chdir(project / ".git")
    assert "There is no worktree here" in _refused("HEAD")
    assert _changes("HEAD~1", "HEAD") == CHANGED


def test_a_further_worktree_is_its_own(project: Path, tmp_path: Path) -> None:
    git(project, "worktree", "add", "-q", str(tmp_path / "second"), "HEAD~1")
    os.chdir(tmp_path / "second")
    assert _changes() == []
    assert _changes("main") == CHANGED


def test_a_repository_may_be_named_by_the_environment(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(project / ".git"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    assert _changes("HEAD~1", "HEAD") == CHANGED
    assert _changes() == ["removed a a.py:1", "removed b sub/b.py:1"]


def test_a_shallow_clone_says_so(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", project.as_uri(), "shallow")
    os.chdir(tmp_path / "shallow")
    assert _changes() == []
    assert "git fetch --unshallow" in _refused("HEAD~1")


def test_what_a_partial_clone_lacks_is_not_fetched(project: Path, tmp_path: Path) -> None:
    git(project, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", project.as_uri(), "partial")
    os.chdir(tmp_path / "partial")
    assert "the clone may be a partial one" in _refused("HEAD~1", "HEAD")


def test_outside_of_a_repository_folders_and_snapshots_remain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.py": "_('a', 1)", "s.yaml": "a: 2", "sub/x.txt": ""})
    assert "no git repository here" in _refused()
    assert "`a.yp` is no path here, and no revision either: There is no git" in _refused("a.yp")
    assert _changes("s.yaml") == ["changed a s.yaml:1>a.py:1"]
    assert _changes("a.py", ".") == ["moved a a.py:1>a.py:1"]
    assert "Paths behind `--`" in _refused("s.yaml", limits=["a.py"])


@pytest.mark.parametrize(
    "command",
    [
        "no-such-git",
        pytest.param(
            "./a.py", marks=pytest.mark.skipif(os.name == "nt", reason="any file may be run there")
        ),
    ],
)
def test_without_git_folders_and_snapshots_remain(
    command: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_module, "_COMMAND", (command,))
    assert "There is no `git` on the PATH" in _refused("HEAD")
    assert _changes("a.py", "./a.py") == []


def test_what_git_says_of_a_repository_is_said(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {".git/config": "[core\n"})
    assert "git cannot read the repository: bad config" in _refused()


def test_an_index_that_is_broken_is_said(project: Path) -> None:
    write(project, {".git/index": "no index at all, but of some length at least"})
    assert "git cannot read the repository: " in _refused()


def test_an_object_that_is_broken_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Repository.find()
    assert list(found.blobs([])) == []
    monkeypatch.setattr(git_module, "_COMMAND", (sys.executable, "-c", "pass"))
    with pytest.raises(ComparisonError, match=r"is not in this repository|git has ended"):
        list(found.blobs(["0" * 40] * 100))


def test_git_may_end_before_it_has_read_what_it_is_asked(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Repository.find()
    answers = r"import os; os.close(0); print('x blob 0\n\n' * 48, end='', flush=True)"
    monkeypatch.setattr(git_module, "_COMMAND", (sys.executable, "-c", answers))
    with pytest.raises(ComparisonError, match="git has ended before"):
        list(found.blobs(["0" * 40] * 100))


def test_problems_of_managers_that_are_not_asked_for_are_not_said(project: Path) -> None:
    write(project, {"a.py": "from hpman.m import hp\n_(1, 2)\nhp(x)\n"})
    found = sides(Request(placeholders=("hp",)))
    assert [each.partition(": ")[0] for each in found.warnings] == ["a.py:3:1"]


def test_without_a_commit_there_is_nothing_to_compare_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    monkeypatch.chdir(start(tmp_path / "empty"))
    assert "no commit here yet" in _refused()
    assert "no commit here yet" in _refused("HEAD")


@on_posix
def test_a_current_directory_that_is_gone_is_said(project: Path) -> None:
    (project / "gone").mkdir()
    os.chdir(project / "gone")
    (project / "gone").rmdir()
    assert "not there any more" in _refused()


@pytest.mark.parametrize(
    "word", ["--output=x", "-p", "^HEAD", "HEAD\0", " ", "HEAD\nmain"], ids=ascii
)
def test_no_word_reaches_git_as_an_option(project: Path, word: str) -> None:
    assert "is no revision" in _refused("HEAD", word)
    assert not (project / "x").exists()


@pytest.mark.parametrize("words", [[""], ["", "HEAD"], ["HEAD", ""]], ids=repr)
def test_an_empty_word_is_no_side(words: list[str], project: Path) -> None:
    assert _refused(*words).startswith("A side is empty.\nName a revision")
    assert "A path behind `--` is empty" in _refused("HEAD", limits=[""])


@on_posix
def test_nothing_of_the_repository_is_run(project: Path, tmp_path: Path) -> None:
    touch = f"touch {tmp_path / 'run'}; cat"
    for name in (
        "core.fsmonitor",
        "diff.external",
        "filter.x.clean",
        "filter.x.smudge",
        "core.pager",
    ):
        git(project, "config", name, touch)
    for name in ("alias.ls-files", "alias.cat-file", "alias.rev-parse"):
        git(project, "config", name, f"!{touch}")
    git(project, "config", "color.ui", "always")
    git(project, "config", "log.showSignature", "true")
    write(project, {".gitattributes": "*.py filter=x diff=x", "a.py": "_('a', 3)\n"})
    assert _changes() == CHANGED
    assert _changes("HEAD~1", "HEAD") == CHANGED
    assert not (tmp_path / "run").exists()


def test_nothing_is_written_into_the_repository(project: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (project / ".git").rglob("*")}
    os.utime(project / "a.py")  # so that git would like to refresh its index
    assert _changes() == []
    assert _changes("HEAD~1", "HEAD") == CHANGED
    after = {path: path.stat().st_mtime_ns for path in (project / ".git").rglob("*")}
    assert after == before


def _followed(*words: str, limits: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[str]:
    """Compare, imports included, and name what differs with its places."""
    return _named(sides(Request(words, tuple(limits), exclude=tuple(exclude), follow_imports=True)))


@pytest.fixture
def importing(project: Path) -> Path:
    """Give a script that imports a module, which is another one in each revision."""
    commit(project, {"train.py": "import pkg.one\n", "pkg/one.py": "_('x', 1)\n"})
    commit(project, {"train.py": "from pkg import two\n", "pkg/two.py": "_('y', 1)\n"})
    write(project, {"pkg/two.py": "_('y', 2)\n", "a.py": "_('a', 9)\n"})
    return project


@pytest.mark.usefixtures("importing")
def test_imports_are_followed_on_each_side_as_it_has_them() -> None:
    script = ["train.py"]
    assert _followed("HEAD~1", "HEAD", limits=script) == [
        "added y pkg/two.py:1",
        "removed x pkg/one.py:1",
    ]
    assert _followed("HEAD", limits=script) == ["changed y pkg/two.py:1>pkg/two.py:1"]
    assert _followed("HEAD", "train.py") == ["changed y pkg/two.py:1>pkg/two.py:1"]
    assert _followed("HEAD", limits=script, exclude=["two.py"]) == []
    assert _changes("HEAD~1", "HEAD", limits=script) == []
    assert "changed a a.py:1>a.py:1" in _followed("HEAD")


def test_imports_of_files_on_disk_are_followed(importing: Path, tmp_path: Path) -> None:
    write(tmp_path, {"old/train.py": "import net\n", "old/net.py": "_('x', 1)\n"})
    write(tmp_path, {"new/train.py": "import net\n", "new/net.py": "_('x', 2)\n"})
    old, new = (str(tmp_path / each / "train.py") for each in ("old", "new"))
    nets = ">".join(f"{os.path.dirname(each)}{os.sep}net.py:1" for each in (old, new))
    assert _followed(old, new) == [f"changed x {nets}"]
    write(importing, {"s.yaml": "y: 3\n"})
    assert _followed("s.yaml", "train.py") == [
        f"changed y s.yaml:1>{os.path.join('pkg', 'two.py')}:1"
    ]
    assert _followed("s.yaml", limits=["train.py"]) == ["changed y s.yaml:1>pkg/two.py:1"]


@pytest.mark.usefixtures("importing")
def test_what_is_imported_and_cannot_be_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    _deny(monkeypatch, "two.py")
    found = sides(Request(("HEAD",), ("train.py", "a.py"), follow_imports=True))
    assert [each.partition(":")[0] for each in found.warnings] == ["pkg/two.py"]


def test_advice_on_a_snapshot_names_no_option_that_only_others_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("{}")
    (tmp_path / "train.py").write_text("")
    for words in (("a.json", "b.json"), ("b.json", "a.json"), ("a.json", "train.py")):
        with pytest.raises(SnapshotError) as caught:
            sides(Request(words))
        assert str(caught.value).endswith("\nMend the line.")
