"""`run:ID` is read wherever a file of values is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import hpargparse
from hpargparse.errors import MissingSnapshotError, SnapshotError
from hpman import HyperParameterManager
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HyperParameterManager:
    monkeypatch.chdir(tmp_path)
    return HyperParameterManager("_").parse_source('_("lr", 1e-3); _("ks", (3, 3))', "train.py")


def test_the_values_of_a_run_are_loaded_exactly(
    manager: HyperParameterManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "k3f2", values={"lr": "float('inf')", "ks": "(5, 7)"})
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir("inner")
    hpargparse.load("run:k3", manager)
    assert manager.get_values() == {"lr": float("inf"), "ks": (5, 7)}
    assert str(manager.explain("lr")[-1]) == "run:k3f2"


def test_a_file_may_include_a_run(manager: HyperParameterManager, tmp_path: Path) -> None:
    write(tmp_path, "k3f2", values={"lr": "2.0"})
    (tmp_path / "cfg").mkdir()
    (tmp_path / "cfg" / "a.yaml").write_text("include: run:k3f2\nks: [1, 1]\n")
    hpargparse.load("cfg/a.yaml", manager)
    assert manager.get_values() == {"lr": 2.0, "ks": (1, 1)}


def test_what_cannot_be_loaded_is_a_sentence(
    manager: HyperParameterManager, tmp_path: Path
) -> None:
    (tmp_path / ".hpman").mkdir()
    (tmp_path / ".hpman" / "runs").touch()
    with pytest.raises(MissingSnapshotError, match="No runs are recorded in this folder"):
        hpargparse.load("run:k", manager)
    (tmp_path / ".hpman" / "runs").unlink()
    write(tmp_path, "k3f2", values={"lrr": "2.0"})
    with pytest.raises(SnapshotError, match="lrr"):
        hpargparse.load("run:k", manager)
    (tmp_path / ".hpman/runs/k3f2/run.json").write_text("{")
    with pytest.raises(SnapshotError, match=r"run\.json: The record is damaged"):
        hpargparse.load("run:k", manager)
    with pytest.raises(MissingSnapshotError, match="run:x: No run in"):
        hpargparse.load("run:x", manager)
