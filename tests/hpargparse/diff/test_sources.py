"""Which files of each side are read, and how they are shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.diff.operands import Request
from hpargparse.diff.pipeline import diff
from hpargparse.diff.sources import definitions_of
from hpman import Index
from hpman.static.scan import scan_text
from tests.repositories import changes, commit, git, needs_git, refused, start, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_git
CHANGED = ["changed a a.py:1>a.py:1"]

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


def test_paths_are_shown_as_seen_from_the_current_directory(project: Path) -> None:
    write(project, {"sub/deep/c.py": "_('c', 1)\n", "sub/b.py": None})
    os.chdir(project / "sub")
    added, removed, changed = [
        "added c deep/c.py:1",
        "removed b b.py:1",
        "changed a ../a.py:1>../a.py:1",
    ]
    assert changes("HEAD~1") == [added, removed, changed]
    assert changes("HEAD~1", paths=["."]) == [added, removed]
    assert changes("HEAD~1", paths=[str(project / "a.py")]) == [changed]
    assert changes("HEAD~1", paths=["../a.py", "deep"]) == [added, changed]


@on_posix
def test_paths_may_go_through_a_link_to_the_repository(project: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project)
    assert changes("HEAD~1", paths=[str(tmp_path / "link" / "a.py")]) == CHANGED


@on_posix
def test_links_and_special_files_are_not_sources(project: Path) -> None:
    (project / "link.py").symlink_to("a.py")
    commit(project, {"pipe.py": "_('pipe', 1)\n"})
    assert changes("HEAD~1", "HEAD") == ["added pipe pipe.py:1"]
    (project / "pipe.py").unlink()
    os.mkfifo(project / "pipe.py")
    assert changes() == ["removed pipe pipe.py:1"]
    (project / "sub" / "b.py").unlink()
    (project / "sub").rmdir()
    write(project, {"sub": "a file"})
    assert "removed b sub/b.py:1" in changes()


def test_submodules_and_repositories_within_are_left_alone(project: Path) -> None:
    commit(start(project / "inner"), {"c.py": "_('c', 1)\n"})
    assert changes() == []
    git(project, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    git(project, "commit", "-q", "-m", "a commit")
    assert changes("HEAD~1") == []
    assert changes("HEAD~1", "HEAD") == []


NAMES = (
    ["a b.py", "模.py", "-x.py"]
    if sys.platform == "win32"
    else [
        *("a b.py", "模.py", 'q".py', "a\nb.py", "-x.py", "tab\t.py", "script"),
        *([os.fsdecode(b"b\xff.py")] if sys.platform == "linux" else []),
    ]
)


def test_files_may_have_any_name(project: Path) -> None:
    commit(project, dict.fromkeys(NAMES, "_('x', 1)\n"))
    write(project, dict.fromkeys(NAMES, "_('x', 2)\n"))
    sources = sorted(name for name in NAMES if name.endswith(".py"))
    assert sorted(changes()) == [f"changed x {name}:1>{name}:1" for name in sources]
    added = changes("HEAD~1..HEAD", paths=NAMES)
    assert sorted(added) == sorted(f"added x {name}:1" for name in NAMES)


@pytest.mark.parametrize("path", ["../x.py", "a/../../x.py", "./x.py"])
def test_an_unsafe_path_of_a_revision_is_refused(project: Path, path: str, tmp_path: Path) -> None:
    *folders, name = path.split("/")
    entry = f"100644 blob {git(project, 'rev-parse', 'HEAD:a.py')}\t{name}\n"
    for folder in reversed(folders):
        entry = f"040000 tree {git(project, 'mktree', data=entry.encode())}\t{folder}\n"
    tree = git(project, "mktree", data=entry.encode())
    unsafe = git(project, "commit-tree", "-m", "x", tree)
    assert refused(unsafe, "HEAD").startswith(f"A revision has a file at the unsafe path `{path}`.")
    assert not list(tmp_path.glob("**/x.py"))


def test_newlines_that_git_converts_make_no_difference(project: Path) -> None:
    git(project, "config", "core.autocrlf", "true")
    write(project, {"a.py": "_('a', 2)\r\n"})
    assert changes() == []


def test_a_worktree_without_any_file_is_compared(project: Path) -> None:
    git(project, "rm", "-q", "-r", ".")
    assert changes() == ["removed a a.py:1", "removed b sub/b.py:1"]


def test_a_file_of_the_worktree_that_cannot_be_read_is_an_error(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, _target: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("hpargparse.diff.sources.shutil.copyfile", refuse)
    with pytest.raises(PermissionError, match=r"a\.py"):
        diff(Request())


def test_globs_mean_what_they_mean_in_a_checkout(project: Path) -> None:
    os.chdir(project / "sub")
    write(project, {"a.py": "_('a', 3)\n", "sub/b.py": "_('b', 3)\n"})
    both = ["changed a ../a.py:1>../a.py:1", "changed b b.py:1>b.py:1"]
    for exclude, left in {
        ("b.py",): both[:1],
        ("../*.py",): both[1:],
        (str(project / "a.py"), "none/b.py"): both[1:],
        ("sub/*.py",): both[:1],
    }.items():
        assert changes(exclude=exclude) == left, exclude


def test_folders_on_disk_are_compared_by_the_paths_in_them(project: Path, tmp_path: Path) -> None:
    write(tmp_path, {"x/a.py": "_('a', 1)\n", "y/a.py": "_('a', 2)\n", "one.py": "_('a', 3)\n"})
    x, y, one = (str(tmp_path / name) for name in ("x", "y", "one.py"))
    assert changes(x, y) == [f"changed a {x}/a.py:1>{y}/a.py:1".replace("/", os.sep)]
    assert changes(str(project / "a.py"), one) == [f"changed a a.py:1>{one}:1"]
    assert changes(os.path.join(x, "a.py"), one) == [f"changed a {x}{os.sep}a.py:1>{one}:1"]
    assert f"`{y}` is outside the repository." in refused("HEAD", y)


@pytest.mark.parametrize(
    ("operands", "paths", "place"),
    [
        pytest.param(["broken.py", "a.py"], [], "broken.py:1:2", id="old-file"),
        pytest.param(["a.py", "./broken.py"], [], "broken.py:1:2", id="new-file"),
        pytest.param(["sub", "all_broken/one.py"], [], "all_broken/one.py:1:2", id="folder"),
        pytest.param(["HEAD~2", "broken.py"], [], "broken.py:1:2", id="beside-a-revision"),
        pytest.param(["HEAD~1", "HEAD"], ["broken.py"], "HEAD~1:broken.py:1:2", id="limit"),
        pytest.param(["values.yaml", "broken.py"], [], "broken.py:1:2", id="beside-a-snapshot"),
    ],
)
def test_a_side_of_which_nothing_can_be_parsed_is_refused(
    operands: list[str], paths: list[str], place: str, project: Path
) -> None:
    broken = "_('a', 1\n"
    commit(project, {"broken.py": broken, "all_broken/one.py": broken, "values.yaml": "a: 1\n"})
    commit(project, {"broken.py": f"{broken}\n"})
    message = refused(*operands, paths=paths)
    assert message.startswith(place.replace("/", os.sep) if ":" not in place[:6] else place)
    assert message.endswith("Fix the file, or compare something else.")


@pytest.fixture
def importing(project: Path) -> Path:
    """Give a script that imports a module, which is another one in each revision."""
    commit(project, {"train.py": "import pkg.one\n", "pkg/one.py": "_('x', 1)\n"})
    commit(project, {"train.py": "from pkg import two\n", "pkg/two.py": "_('y', 1)\n"})
    write(project, {"pkg/two.py": "_('y', 2)\n", "a.py": "_('a', 9)\n"})
    return project


@pytest.mark.usefixtures("importing")
def test_imports_are_followed_on_each_side_as_it_has_them() -> None:
    def followed(*operands: str, **options: Any) -> list[str]:
        return changes(*operands, follow_imports=True, **options)

    script = ["train.py"]
    assert followed("HEAD~1", "HEAD", paths=script) == [
        "added y pkg/two.py:1",
        "removed x pkg/one.py:1",
    ]
    assert followed("HEAD", paths=script) == ["changed y pkg/two.py:1>pkg/two.py:1"]
    assert followed("HEAD", "train.py") == ["changed y pkg/two.py:1>pkg/two.py:1"]
    assert followed("HEAD", paths=script, exclude=["two.py"]) == []
    assert changes("HEAD~1", "HEAD", paths=script) == []
    assert "changed a a.py:1>a.py:1" in followed("HEAD")


def test_imports_find_what_an_editable_install_adds(
    importing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(importing, {"scripts/run.py": "import pkg.two, net\n", "src/net.py": "_('n', 1)\n"})
    write(importing, {"src/net.py": "_('n', 2)\n"})
    monkeypatch.setattr(sys, "path", [*sys.path, str(importing / "src")])
    found = changes(paths=["scripts/run.py"], follow_imports=True)
    assert found == ["changed n src/net.py:1>src/net.py:1"]


def test_a_repository_that_is_a_package_may_import_itself(project: Path) -> None:
    files = {"__init__.py": "", "run.py": "from project import net\n", "net.py": "_('n', 1)\n"}
    commit(project, files)
    write(project, {"net.py": "_('n', 2)\n"})
    assert changes(paths=["run.py"], follow_imports=True) == ["changed n net.py:1>net.py:1"]


def test_imports_of_files_on_disk_are_followed(importing: Path, tmp_path: Path) -> None:
    write(tmp_path, {"old/train.py": "import net\n", "old/net.py": "_('x', 1)\n"})
    write(tmp_path, {"new/train.py": "import net\n", "new/net.py": "_('x', 2)\n"})
    old, new = (str(tmp_path / name / "train.py") for name in ("old", "new"))
    nets = ">".join(f"{os.path.dirname(path)}{os.sep}net.py:1" for path in (old, new))
    assert changes(old, new, follow_imports=True) == [f"changed x {nets}"]
    write(importing, {"s.yaml": "y: 3\n"})
    two = os.path.join("pkg", "two.py")
    beside = [f"changed y s.yaml:1>{two}:1"]
    assert changes("s.yaml", "train.py", follow_imports=True) == beside
    of_git = changes("s.yaml", paths=["train.py"], follow_imports=True)
    assert of_git == ["changed y s.yaml:1>pkg/two.py:1"]


def _index(**files: str) -> Index:
    scans = (scan_text(text, f"{name}.py", frozenset("_")) for name, text in files.items())
    return Index().swap(scans)


def test_a_name_without_a_default_is_at_its_first_use() -> None:
    index = _index(b="_('a')\n_('a', help='x')", a="\n_('a')\n")
    ((definition,), _none, _warnings) = definitions_of(index, Index())
    assert (definition.text, definition.hints) == (None, {"help": "x"})
    assert definition.place == "a.py:2"


def test_each_of_several_defaults_has_the_hints_of_its_file() -> None:
    index = _index(a="_('x', 1, help='a')", b="_('x', 2, help='b')\n_('x', group='b')")
    (definitions, _none, _warnings) = definitions_of(index, Index())
    assert [definition.hints for definition in definitions] == [
        {"help": "a"},
        {"help": "b", "group": "b"},
    ]


def test_a_group_is_not_a_hyperparameter() -> None:
    (definitions, _none, _warnings) = definitions_of(_index(a="_('m.n', 1)\n_('m')"), Index())
    assert [definition.name for definition in definitions] == ["m.n"]


def test_what_cannot_be_read_on_one_side_is_left_out_on_both() -> None:
    old = _index(a="_('a', 1)", b="_('b', 1)\n_('c', 1)\n_('d', 1, x=1)", c="_('a')")
    new = _index(a="_('a', ", b="_('b', 1)\n_('c', 1, x=f)\n_('d', 1, x=2)", c="_('a')")
    before, after, warnings = definitions_of(old, new)
    assert [definition.place for definition in before] == ["b.py:1", "b.py:3", "c.py:1"]
    assert [definition.place for definition in after] == ["b.py:1", "b.py:3", "c.py:1"]
    assert [warning.partition(": ")[0] for warning in warnings] == ["a.py:1:2", "b.py:2:11"]
    assert warnings[0].endswith("The file is left out.")
    assert warnings[1].endswith("The call is left out.")


def test_problems_that_both_sides_have_are_not_reported() -> None:
    broken = _index(a="_('a', ", b="_('b', x=f)")
    assert definitions_of(broken, broken) == ([], [], [])


def test_only_the_managers_asked_for_are_listed() -> None:
    text = "from hpman.m import _, hp\n_('a', x=f)\nhp('b', 1)"
    before, after, warnings = definitions_of(_index(a=text), Index(), ["hp"])
    assert [definition.key for definition in before] == [("hp", "b")]
    assert (after, warnings) == ([], [])
