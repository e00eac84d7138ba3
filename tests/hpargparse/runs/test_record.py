"""What records say to those who read them."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from errno import ENOLCK
from pathlib import Path

import pytest

from hpargparse.errors import SnapshotError
from hpargparse.runs.record import (
    create_record,
    find_record,
    host,
    last_metrics,
    project_folder,
    readable,
    records,
    write_json,
)
from hpargparse.snapshots.recorded import RecordError
from hpman.run_files import release, take
from tests.hpargparse.runs.recorded import needs_fork, write

CORRUPT = {
    "not JSON": ("{", "The record is damaged: "),
    "empty": ("", "The record is damaged: "),
    "too deep": ("[" * 100_000, "The record is damaged: it is nested too deeply."),
    "a list": ("[]", "The record is damaged: it is not a JSON object."),
    "not text": ("\udcff", "The record is damaged: "),
    "a key": ('{"schema": 1}', "The record is damaged: its key `program` is missing or wrong."),
    "a type": (
        '{"schema": 1, "program": "", "process": 1, "started": "now", "values": {}, "changed": []}',
        "its key `started` is missing or wrong.",
    ),
    "newer": ('{"schema": 2}', "The record has the schema 2, and this version knows 1.\nUpgrade"),
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", "1"),
        ("process", -1),
        ("process", None),
        ("started", 10**400),
        ("started", float("nan")),
        ("values", {"lr": 1}),
        ("changed", [[]]),
        ("argv", [1]),
        ("cwd", 1),
        ("defaults", []),
        ("origins", {"lr": 1}),
        ("sources", {"a": 1}),
        ("packages", 1),
    ],
)
def test_a_key_of_another_type_is_damage(key: str, value: object, tmp_path: Path) -> None:
    found = write(tmp_path, "abc", None, **{key: value})
    with pytest.raises(RecordError, match=f"damaged: its key `{key}` is missing or wrong"):
        found.data  # noqa: B018


@pytest.mark.parametrize("ended", ["now", 10**400, float("nan"), True, None])
def test_an_end_without_a_time_has_no_duration(ended: object, tmp_path: Path) -> None:
    found = write(tmp_path, "abc", {"status": "finished", "ended": ended})
    assert found.status == "finished"
    assert found.duration is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_nothing_waits_for_a_fifo_in_a_record(tmp_path: Path) -> None:
    found = write(tmp_path, "abc", {})
    for name in ("end.json", "metrics.jsonl", "stop", "lease", "run.json"):
        path = Path(found.folder) / name
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    assert found.status == "lost"
    assert found.metrics == {}
    with pytest.raises(RecordError, match="damaged: it is not a regular file"):
        found.values  # noqa: B018


def test_a_giant_file_is_not_read(tmp_path: Path) -> None:
    found = write(tmp_path, "abc")
    os.truncate(Path(found.folder) / "run.json", 1 << 32)
    with pytest.raises(RecordError, match="damaged: it is too large"):
        found.values  # noqa: B018


@pytest.mark.parametrize("name", CORRUPT)
def test_a_damaged_record_is_a_sentence(name: str, tmp_path: Path) -> None:
    text, message = CORRUPT[name]
    found = write(tmp_path, "abc")
    (Path(found.folder) / "run.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RecordError) as caught:
        found.values  # noqa: B018
    assert "run.json: " in str(caught.value)
    assert message in str(caught.value)
    _runs, (error,) = readable([found])
    assert str(error) == str(caught.value)


def test_a_value_that_is_no_literal_is_a_sentence(tmp_path: Path) -> None:
    found = write(tmp_path, "abc", values={"lr": "import os"})
    with pytest.raises(RecordError, match="The value of `lr` is not a literal"):
        found.value("lr")


def test_the_summary_ends_before_the_long_keys(tmp_path: Path) -> None:
    found = write(tmp_path, "abc", sources={"a.py": "0"}, packages=[])
    assert found.summary["sources"] == {}
    assert found.summary["values"] == found.data["values"]
    assert found.data["sources"] == {"a.py": "0"}


def test_the_status_is_derived(tmp_path: Path) -> None:
    assert write(tmp_path, "a").status == "finished"
    assert write(tmp_path, "b", {}).status == "lost"
    assert write(tmp_path, "b2", {"exit": 0}).status == "lost"
    stopping = write(tmp_path, "c", {})
    (Path(stopping.folder) / "stop").touch()
    assert stopping.status == "stopped"
    (Path(stopping.folder) / "stop").write_bytes(b"\xff")
    assert write(tmp_path, "d", {}).duration is None
    running = write(tmp_path, "e", {}, started=time.time() - 9)
    lease = take(f"{running.folder}/lease")
    assert lease is not None
    assert running.status == "running"
    assert running.duration == pytest.approx(9, abs=5)
    release(lease)


def test_a_machine_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert host()
    monkeypatch.delattr("os.uname", raising=False)
    monkeypatch.setenv("COMPUTERNAME", "pc")
    assert host() == "pc"


@needs_fork
@pytest.mark.parametrize(
    ("status", "changes"),
    [
        ("running", {}),
        ("running", {"process": 1}),
        ("running", {"host": "other"}),
        ("lost", {"process": 2**22 + 1}),
        ("lost", {"schema": 2}),
    ],
)
def test_without_locks_the_process_or_the_last_write_counts(
    status: str, changes: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_settings: object) -> None:
        raise OSError(ENOLCK, "No locks available")

    monkeypatch.setattr("hpman.run_files._lock_file", fail)
    here = {"host": host(), "process": os.getpid(), "started": time.time()}
    found = write(tmp_path, "a", {}, **{**here, **changes})
    assert found.status == status
    write_json(found.folder, "end.json", {"status": "finished"})
    assert not found.is_running
    silent = write(tmp_path, "b", {}, host="other")
    for name in os.listdir(silent.folder):
        os.utime(os.path.join(silent.folder, name), (0, 0))
    assert silent.status == "lost"


def test_an_end_that_is_written_while_it_is_read_counts(tmp_path: Path) -> None:
    found = write(tmp_path, "a", {})
    assert found.end is None
    (Path(found.folder) / "end.json").write_text('{"status": "failed", "metrics": {"a": 1}}')
    assert found.status == "failed"
    assert found.metrics == {"a": 1}
    assert found.duration is None


def test_a_run_that_begins_is_no_damaged_record(tmp_path: Path) -> None:
    folder = create_record(str(tmp_path))
    lease = take(f"{folder}/lease")
    assert lease is not None
    assert readable(records(f"{tmp_path}/.hpman/runs")) == ([], [])
    release(lease)
    _runs, (error,) = readable(records(f"{tmp_path}/.hpman/runs"))
    assert "no `run.json`" in str(error)


def test_metrics_survive_torn_lines(tmp_path: Path) -> None:
    found = write(tmp_path, "a", {})
    assert found.metrics == {}
    text = '{"time": 1, "step": 1, "a": 1}\n[]\n{"b"\n{"b": 2, "a": 3}\n{"a": 4'
    (Path(found.folder) / "metrics.jsonl").write_text(text)
    assert last_metrics(found.folder) == {"a": 3, "b": 2}
    assert last_metrics(found.folder, tail=10) == {}
    assert found.output() == b""


def test_the_beginning_of_an_id_is_enough(tmp_path: Path) -> None:
    first = write(tmp_path, "abc")
    write(tmp_path, "abcd")
    write(tmp_path, "b1")
    (tmp_path / ".hpman/runs/.b2").mkdir()
    folder = f"{tmp_path}/.hpman/runs"
    assert find_record(folder, "b").id == "b1"
    assert find_record(folder, "abc").folder == first.folder
    for beginning, message in (
        ("a", "2 runs begin with this: abc, abcd.\nGive more of the id."),
        ("x", "No run in "),
        ("", "No run in "),
    ):
        with pytest.raises(SnapshotError) as caught:
            find_record(folder, beginning)
        assert message in str(caught.value)
    with suppress(OSError):  # Windows may refuse links
        os.symlink("loop", f"{folder}/loop")
    assert sorted(found.id for found in records(folder)) == ["abc", "abcd", "b1"]


def test_a_record_without_rights_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:  # root may read all
        raise PermissionError

    found = write(tmp_path, "abc")
    monkeypatch.setattr("hpargparse.snapshots.recorded.read_json", refuse)
    with pytest.raises(RecordError, match=r"run.json: Cannot read this record.\nAllow reading it"):
        found.summary  # noqa: B018


def test_records_are_beside_the_project_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert project_folder(str(inner)) == str(tmp_path)
    (tmp_path / "a" / ".git").mkdir()
    assert project_folder(str(inner)) == str(tmp_path / "a")
    (tmp_path / "pyproject.toml").touch()
    assert project_folder(str(inner)) == str(tmp_path)


def test_an_id_is_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter([b"\0" * 8, b"\0" * 8, b"\1" * 8])
    monkeypatch.setattr("hpargparse.runs.record._random", lambda _size: next(draws))
    names = [Path(create_record(str(tmp_path))).name for _ in range(2)]
    assert names == ["aaaaaaaa", "bbbbbbbb"]
    monkeypatch.undo()
    assert Path(create_record(str(tmp_path), "k3f2-")).name.startswith("k3f2-")


def test_a_file_of_a_record_has_a_line_for_each_key(tmp_path: Path) -> None:
    write_json(str(tmp_path), "run.json", {"a": [1, {"b": 2}], "größe": None})
    text = (tmp_path / "run.json").read_text()
    assert text.count("\n") == 4
    assert json.loads(text) == {"a": [1, {"b": 2}], "größe": None}


def test_the_end_of_an_output_is_read_alone(tmp_path: Path) -> None:
    record = write(tmp_path, "a")
    assert record.output(5) == b""
    Path(record.folder, "output.log").write_bytes(b"first\nlast\n")
    assert (record.output(5), record.output(50)) == (b"last\n", b"first\nlast\n")
