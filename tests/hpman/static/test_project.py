"""A project reads again what has changed, and nothing else."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from hpman import scan_text
from hpman.programs import Project

if TYPE_CHECKING:
    from pathlib import Path

ENUM = "import enum\nclass Opt(enum.Enum):\n    A = {}\n"
USER = "from hpman.m import _\nfrom opt import Opt\n_('opt', Opt.A)\n"


def _old(path: Path, text: str) -> Path:
    """Write a file whose time of change is long ago, as most are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    stamp = time.time_ns() - 10**11 - len(text)
    os.utime(path, ns=(stamp, stamp))
    return path


def _names(project: Project) -> list[str]:
    return project.index("_").names("_")


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the files that are read from now on."""
    from hpman.static.files import read_file

    names: list[str] = []

    def note(path: str) -> bytes:
        names.append(os.path.basename(path))
        return read_file(path)

    monkeypatch.setattr("hpman.static.project.read_file", note)
    return names


def test_one_edit_costs_one_file(tmp_path: Path, reads: list[str]) -> None:
    path = _old(tmp_path / "a.py", "_('a', 1)")
    _old(tmp_path / "b.py", "_('b', 1)")
    _old(tmp_path / "c.py", "")
    project = Project(str(tmp_path))
    assert _names(project) == ["a", "b"]
    reads.clear()
    project.edit(str(path), b"_('x', 1)")
    assert _names(project) == ["x", "b"]
    project.refresh()
    assert _names(project) == ["x", "b"]
    assert reads == []
    project.edit(str(path), None)
    assert _names(project) == ["a", "b"]
    assert reads == ["a.py"]


def test_changed_new_and_deleted_files(tmp_path: Path, reads: list[str]) -> None:
    _old(tmp_path / "a.py", "_('a', 1)")
    gone = _old(tmp_path / "b.py", "_('b', 1)")
    _old(tmp_path / "d.py", "_('d', 1)")
    project = Project(str(tmp_path))
    assert _names(project) == ["a", "b", "d"]
    reads.clear()
    _old(tmp_path / "a.py", "_('longer', 1)")
    gone.unlink()
    _old(tmp_path / "c.py", "_('c', 1)")
    assert _names(project) == ["a", "b", "d"]
    project.refresh()
    assert _names(project) == ["longer", "c", "d"]
    assert sorted(reads) == ["a.py", "c.py"]


def test_a_file_that_was_written_just_now_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    path = tmp_path / "a.py"
    path.write_text("_('a', 1)")
    project = Project(str(tmp_path))
    stamp = os.stat(path).st_mtime_ns
    _names(project)
    path.write_text("_('b', 1)")
    os.utime(path, ns=(stamp, stamp))
    project.refresh()
    assert _names(project) == ["b"]


def test_a_file_that_no_longer_holds_a_name(tmp_path: Path) -> None:
    path = _old(tmp_path / "a.py", "_('a', 1)")
    project = Project(str(tmp_path))
    assert _names(project) == ["a"]
    project.edit(str(path), b"")
    assert project.index("_").files == {}


def test_an_enum_of_another_file_is_read_again(tmp_path: Path) -> None:
    path = _old(tmp_path / "opt.py", ENUM.format(1))
    _old(tmp_path / "a.py", USER)
    project = Project(str(tmp_path))

    def members() -> object:
        (call,) = project.index("_").named("_", "opt")
        return getattr(call.value, "members", None)

    assert members() == {"A": 1}
    project.edit(str(path), ENUM.format(2).encode())
    assert members() == {"A": 2}
    path.unlink()
    project.refresh()
    assert members() == {}


def test_each_set_of_placeholders_has_its_index(tmp_path: Path) -> None:
    path = _old(tmp_path / "a.py", "_('a', 1); hp('b', 1); q('c', 1)")
    project = Project(str(tmp_path))
    for names in (("_",), ("_", "hp"), ("q",), ("_",)):
        assert project.index(names).placeholders() == {*names}
    project.edit(str(path), b"_('a', 1)")
    assert project.index(("q",)).placeholders() == set()
    assert project.index(("_",)).placeholders() == {"_"}


def test_a_file_outside_of_the_project(tmp_path: Path, reads: list[str]) -> None:
    inside = _old(tmp_path / "in" / "a.py", "_('a', 1)")
    outside = os.path.realpath(_old(tmp_path / "b.py", "from hpman.m import _"))
    project = Project(str(inside.parent))
    for _time in range(2):
        assert project.scan(outside, frozenset("_")).managers == {"_"}
    assert reads == ["b.py"]
    project.refresh()
    project.scan(outside, frozenset("_"))
    assert reads == ["b.py", "b.py"]


def test_imports_are_followed(tmp_path: Path) -> None:
    script = _old(tmp_path / "a.py", "import b")
    _old(tmp_path / "b.py", "_('b', 1)")
    project = Project(str(script), follow_imports=True)
    assert _names(project) == ["b"]


def test_a_text_without_a_file() -> None:
    scan = scan_text("from hpman.m import hp\nhp('lr', 1)", "a.py", frozenset())
    assert [(call.placeholder, call.name) for call in scan.occurrences] == [("hp", "lr")]


def test_a_text_whose_file_is_gone(tmp_path: Path) -> None:
    path = _old(tmp_path / "a.py", "_('a', 1)")
    project = Project(str(tmp_path))
    project.edit(str(path), b"_('b', 1)")
    path.unlink()
    assert _names(project) == ["b"]
    project.edit(str(path), None)
    (scan,) = project.index("_").files.values()
    assert [problem.code for problem in scan.diagnostics] == ["HPM001"]
    project.refresh()
    assert _names(project) == []
