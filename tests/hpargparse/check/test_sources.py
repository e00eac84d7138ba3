"""Reading what a check looks at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hpargparse.check.sources import read_project
from hpman.programs import Project
from hpman.static.files import read_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("importer", "module", "path"),
    [
        pytest.param("a/b/c.py", "common", "common.py", id="in a folder above"),
        pytest.param("a/b/c.py", "a.d", "a/d/__init__.py", id="package"),
        pytest.param("a/b/c.py", ".", "a/b/__init__.py", id="its own package"),
        pytest.param("a/b/c.py", "..d", "a/d/__init__.py", id="relative"),
        pytest.param("a/b/c.py", "..nowhere", None, id="not found"),
        pytest.param("a/b/c.py", "." * 99, None, id="above the root"),
    ],
)
def test_modules_that_placeholders_come_from_are_read(
    importer: str, module: str, path: str | None, tmp_path: Path
) -> None:
    for name in ("common.py", "a/__init__.py", "a/d/__init__.py", "a/b/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    file = tmp_path / importer
    file.write_text(f"from {module} import _\n_('x')")
    index, modules = read_project(Project([str(file)]))
    assert len(index.files) == 1
    (scan,) = modules.values()
    shown = None if scan is None else os.path.relpath(scan.source.path, tmp_path.resolve())
    assert shown == (None if path is None else os.path.normpath(path))


def test_a_module_is_read_once_for_all_that_import_it(tmp_path: Path) -> None:
    (tmp_path / "common.py").write_text("from other import _")
    (tmp_path / "other.py").write_text("from common import _")
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("from common import _\n_('x')")
    _index, modules = read_project(Project([str(tmp_path / "a.py"), str(tmp_path / "b.py")]))
    first, second, *others = (scan for (_, module), scan in modules.items() if module == "common")
    assert first is second
    assert len(others) == 1
    assert len(modules) == 4


def test_an_imported_manager_is_looked_for_in_every_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from common import hp\nhp('x')")
    (tmp_path / "common.py").write_text("from hpman.m import hp")
    index, _modules = read_project(Project([str(tmp_path)]))
    assert index.names("hp") == ["x"]


def test_a_file_that_cannot_be_read_installs_no_builtin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> bytes:
        if path.endswith("c.py"):
            raise PermissionError
        return read_file(path)

    (tmp_path / "a.py").write_text("_('x')")
    (tmp_path / "b.py").write_text("from hpman.m import _")
    (tmp_path / "c.py").write_text("import builtins\nbuiltins._ = print")
    monkeypatch.setattr("hpman.static.project.read_file", refuse)
    index, _modules = read_project(Project([str(tmp_path)]))
    assert {name for file in index.files.values() for name in file.unbound} == {"_"}
