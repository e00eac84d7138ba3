"""The command line of `hpman runs`, beside its golden case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hpargparse.commands import runs
from hpman.lease import release, take
from tests.hpargparse.runs.recorded import write


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _run(*args: str, status: int = 0) -> None:
    if not status:
        runs.main(args)
        return
    with pytest.raises(SystemExit) as caught:
        runs.main(args)
    assert caught.value.code == status


def test_without_records_it_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    _run(status=2)
    assert "`hpman run --record train.py` records one." in capsys.readouterr().err


def test_records_that_cannot_be_read_are_named_and_the_others_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a")
    write(tmp_path, "b", schema=2)
    (Path(write(tmp_path, "c").folder) / "run.json").write_text("{")
    _run("--format", "json")
    output, errors = capsys.readouterr()
    assert [row["id"] for row in json.loads(output)] == ["a"]
    warned = errors.splitlines()
    assert "runs/b/run.json: The record has the schema 2" in warned[0]
    assert "runs/c/run.json: The record is damaged" in warned[1]
    assert len(warned) == 2


def test_records_are_removed_by_the_beginning_of_an_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("abc", "bcd", "cde"):
        write(tmp_path, name)
    _run("--remove", "a", "c")
    assert [path.name for path in (tmp_path / ".hpman/runs").iterdir()] == ["bcd"]
    _run("--remove", "x", status=2)
    assert "run:x: There is no such run" in capsys.readouterr().err


def test_a_run_that_cannot_be_stopped_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = write(tmp_path, "abc", {}, process=2**22 + 1, host=_host())
    _run("--stop", "a", "--patience", "0", status=2)
    assert "`abc` is not running: it is lost." in capsys.readouterr().err
    lease = take(f"{record.folder}/lease")
    assert lease is not None
    _run("--stop", "a", "--patience", "0", status=2)
    assert "`abc` did not end.\n`kill -9 4194305` ends it" in capsys.readouterr().err
    release(lease)


def test_a_run_that_is_stopped_needs_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "abc", {})
    monkeypatch.setattr(runs, "stop", lambda _record, _patience: True)
    _run("--stop", "a")
    assert capsys.readouterr() == ("", "")


def _host() -> str:
    from hpargparse.runs.environment import host

    return host()
