"""What a run depends on, and where it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.runs import environment
from hpargparse.runs.environment import describe
from tests.repositories import commit, git, isolate, needs_git, start, write

if TYPE_CHECKING:
    from pathlib import Path


def test_sources_are_named_from_the_project(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    paths = [str(tmp_path / name) for name in ("a.py", "gone.py")]
    described, patch = describe(str(tmp_path), [*paths, __file__], keep_patch=True)
    assert [*described["sources"]] == ["a.py", __file__]
    assert described["revision"] is None
    assert patch == b""


@needs_git
def test_a_repository_without_a_commit_has_no_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    start(tmp_path)
    described, _patch = describe(str(tmp_path), [], keep_patch=True)
    assert described["revision"] is None


def test_packages_are_named_by_their_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a-1.0.dist-info", "b.egg-info", "c-2.0-py3.10.egg-info", "d"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("sys.path", [str(tmp_path), "no/such/folder", str(tmp_path)])
    described, _patch = describe(str(tmp_path), [], keep_patch=True)
    assert described["packages"] == ["a==1.0", "b", "c==2.0"]


def test_gpus_are_those_of_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "0000:01").mkdir()
    (tmp_path / "0000:02").mkdir()
    (tmp_path / "0000:01" / "information").write_text("Model: \t NVIDIA A100\nIRQ: 3\n")
    monkeypatch.setattr(environment, "_GPUS", str(tmp_path))
    assert [*environment._gpus()] == ["NVIDIA A100"]


@needs_git
@pytest.mark.parametrize("name", ["clean", "dirty", "left out", "too large", "new and large"])
def test_the_patch_is_as_long_as_it_may_be(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    start(tmp_path)
    git(tmp_path, "config", "diff.context", "0")  # `git apply` needs some lines around a change
    commit(tmp_path, {"a.py": "x = 1\ny = 1\n", "inner/b.py": ""})
    new = {"dirty": "x = 2\ny = 1\n", "left out": "x = 2\n", "too large": "#" * 2_000_000}.get(name)
    if new:
        write(tmp_path, {"a.py": new})
    if name in ("dirty", "too large"):
        write(tmp_path, {"inner/c.py": "y = 1\n"})
    if name == "new and large":
        write(tmp_path, {"inner/c.py": "#" * 2_000_000})
    sources = [str(tmp_path / path) for path in ("a.py", "inner/b.py", "inner/c.py")]
    project = str(tmp_path / "inner")
    described, patch = describe(project, [*sources, __file__], keep_patch=name != "left out")
    states = {"clean": "none", "dirty": "kept", "new and large": "too large"}
    assert described["patch"] == states.get(name, name)
    assert described["dirty"] is (name != "clean")
    assert described["branch"] == "main"
    assert bool(patch) is (name == "dirty")
    if patch:
        assert b"+++ b/a.py\n" in patch
        assert b"+x = 2\n y = 1\n" in patch
        assert b"+++ b/inner/c.py\n" in patch
