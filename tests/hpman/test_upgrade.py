"""What the imports say if an old `hpargparse` distribution changed the folder of ours."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

import hpargparse
import hpman
import hpman.m

if TYPE_CHECKING:
    from pathlib import Path

M = sys.modules["hpman.m"]
SENTENCE = "run `pip uninstall hpargparse hpman`, then `pip install hpman`"


def _import_again(package: ModuleType, folder: Path) -> None:
    """Run the `__init__` of a package as if it were in a folder."""
    assert package.__file__
    spec = importlib.util.spec_from_file_location(
        package.__name__, package.__file__, submodule_search_locations=[str(folder)]
    )
    assert spec
    assert spec.loader
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_old_files_over_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    # The old package imports its `hputils`, which imports these names.
    monkeypatch.setitem(sys.modules, "hpargparse.hputils", ModuleType("hpargparse.hputils"))
    monkeypatch.delitem(vars(hpman), "HyperParameterOccurrence", raising=False)
    with pytest.raises(ImportError, match=SENTENCE):
        from hpman import HyperParameterOccurrence  # noqa: F401


def test_our_files_over_old_ones(tmp_path: Path) -> None:
    _import_again(hpargparse, tmp_path)
    (tmp_path / "hputils.py").touch()
    with pytest.warns(RuntimeWarning, match=SENTENCE):
        _import_again(hpargparse, tmp_path)


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Remove the files that both distributions own, as uninstalling the old one does."""
    monkeypatch.setitem(vars(M), "__file__", str(tmp_path / "hpman" / "m.py"))
    (tmp_path / "hpargparse" / "commands").mkdir(parents=True)
    return tmp_path


def test_files_lost_with_the_old_ones(damaged: Path) -> None:
    watch = vars(M)["__ImportWatch__"]()
    with pytest.raises(ImportError, match=SENTENCE):
        watch.find_spec("hpargparse")
    (damaged / "hpargparse" / "__init__.pyc").touch()
    watch.find_spec("hpargparse")


def test_files_lost_and_hpargparse_imported_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ModuleType("hpargparse")
    package.__file__ = None
    monkeypatch.setitem(sys.modules, "hpargparse", package)
    with pytest.raises(ImportError, match=SENTENCE):
        _import_again(hpman, tmp_path)
