"""When a trial is not run, because a run that is the same was recorded."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hpargparse.runs.record import RunRecord
from hpargparse.runs.reports import text_report
from hpargparse.space.select import Request, select
from hpargparse.sweep import duplicates
from hpargparse.sweep.duplicates import Duplicates
from hpargparse.sweep.matching import Matcher
from hpargparse.sweep.score import Objective
from hpargparse.sweep.trials import Trials
from hpman import HyperParameterManager
from tests.hpargparse.runs.recorded import write

SOURCE = '_("x", 0, range=[0, 99], search=True)\n_("wd", 0.5)\n'
LOSS = Objective("loss")
ARGV = ["train.py", "--x=3", "--", "a"]
RUNS = Path(".hpman/runs")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(SOURCE)
    return tmp_path


def _write(name: str, end: dict[str, object] | None = None, **changes: Any) -> RunRecord:
    end = end or {"status": "finished", "exit": 0, "ended": 1.0, "metrics": {"loss": 0.25}}
    data = {
        "values": {"x": "3", "wd": "0.5"},
        "changed": ["x"],
        "argv": ["train.py", "--", "a"],
        "cwd": str(Path.cwd()),
        "sources": {"train.py": sha256(SOURCE.encode()).hexdigest()[:16]},
        "revision": None,
    }
    return write(Path.cwd(), name, end, **{**data, **changes})


def _duplicates(*objectives: Objective) -> Duplicates:
    index = HyperParameterManager("_").parse_source(SOURCE).index
    matcher = Matcher(Trials(select(index, Request()), "grid"), 100, ["a"])
    return Duplicates(str(RUNS.absolute()), matcher, objectives)


def _found(*objectives: Objective, argv: list[str] = ARGV) -> str:
    record = _duplicates(*objectives).find({"x": "3"}, argv)
    return "" if record is None else record.id


def test_a_run_of_the_same_program_values_and_sources_is_found() -> None:
    _write("abcdefgh")
    assert _found(LOSS) == "abcdefgh"
    assert _found(LOSS, argv=["-m", "train", "--x=3"]) == ""
    _write("bbcdefgh", program="-m train")
    assert _found(LOSS, argv=["-m", "train", "--x=3"]) == "bbcdefgh"


FAILED = {"status": "failed", "exit": 1, "metrics": {"loss": 1}}


@pytest.mark.parametrize(
    ("end", "changes"),
    [
        (FAILED, {}),
        ({"status": "finished", "metrics": {"loss": float("nan")}}, {}),
        ({"status": "finished", "metrics": {}}, {}),
        (None, {"values": {"x": "4", "wd": "0.5"}}),
        (None, {"values": {"x": "3", "wd": "0.1"}, "changed": ["x", "wd"]}),
        (None, {"values": {"x": "3", "wd": "0.5", "e/wd": "0.1"}, "changed": ["x", "e/wd"]}),
        (None, {"argv": ["train.py"]}),
        (None, {"program": "other.py"}),
        (None, {"cwd": "/"}),
        (None, {"sources": {"train.py": "0" * 16}}),
        (None, {"sources": {"gone.py": "0" * 16}}),
        (None, {"sources": None}),
    ],
)
def test_another_run_is_not(end: dict[str, object] | None, changes: dict[str, object]) -> None:
    _write("abcdefgh", end, **changes)
    assert _found(LOSS) == ""


def test_without_a_score_all_trials_are_run() -> None:
    _write("abcdefgh")
    assert _found() == ""


def test_a_source_that_was_edited_makes_another_run() -> None:
    _write("abcdefgh")
    finder = _duplicates(LOSS)
    assert finder.find({"x": "3"}, ARGV) is not None
    Path("train.py").write_text(f"{SOURCE}\n")
    assert finder.find({"x": "3"}, ARGV) is None


def test_a_run_is_found_when_it_has_ended_and_until_it_is_removed() -> None:
    finder = _duplicates(LOSS)
    folder = RUNS / "abcdefgh"
    folder.mkdir(parents=True)
    (RUNS / ".hidden").mkdir()
    assert finder.find({"x": "3"}, ARGV) is None
    folder.rmdir()
    _write("abcdefgh")
    assert finder.find({"x": "3"}, ARGV) is not None
    folder.rename("away")
    assert finder.find({"x": "3"}, ARGV) is None


def test_a_copy_is_a_record_of_the_sweep() -> None:
    record = _write("abcdefgh")
    (Path(record.folder) / "metrics.jsonl").write_text('{"loss": 0.25}\n')
    _duplicates().copy(record, "s-7r1-", ARGV)
    (name,) = [path.name for path in RUNS.iterdir() if path.name.startswith("s-7r1-")]
    copy = RunRecord(str(RUNS / name))
    keys = ("id", "sweep", "trial", "argv", "copy_of")
    assert [copy.summary[key] for key in keys] == [name, "s", 7, ARGV, "abcdefgh"]
    assert copy.data["sources"] == record.data["sources"] != {}
    assert copy.status == "finished"
    assert copy.end == record.end
    assert [*copy.history()] == [{"loss": 0.25}]
    assert "finished, as abcdefgh" in text_report([copy])
    _duplicates().copy(copy, "t-0-", ARGV)
    (again,) = RUNS.glob("t-0-*/run.json")
    assert json.loads(again.read_text())["copy_of"] == "abcdefgh"


def test_the_file_with_the_score_is_copied_too() -> None:
    record = _write("abcdefgh")
    objective = Objective("loss", source="out/m.json:loss")
    assert _found(objective) == ""
    (Path(record.folder) / "out").mkdir()
    (Path(record.folder) / "out/m.json").write_text('{"loss": 3}')
    assert _found(objective) == "abcdefgh"
    _duplicates(objective).copy(record, "s-7-", ARGV)
    (copy,) = RUNS.glob("s-7-*")
    assert objective.score_of(RunRecord(str(copy))) == 3.0


def test_a_file_is_copied_if_it_cannot_be_linked() -> None:
    Path("new").touch()
    duplicates._link("train.py", "./new")
    assert Path("new").read_text() == SOURCE
