"""A repository with two commits."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.repositories import imported, isolate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "project"
    files = {"a.py": b"_('a', 1)\n", "sub/b.py": b"_('b', 1)\n"}
    imported(folder, [files, {**files, "a.py": b"_('a', 2)\n"}])
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(monkeypatch)
    folder = tmp_path / "project"
    shutil.copytree(template, folder)
    monkeypatch.chdir(folder)
    return folder
