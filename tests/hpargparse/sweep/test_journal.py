"""The journal: what is appended is read, whatever has become of the file."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hpargparse.sweep.journal import Journal

LOGS: list[dict[str, Any]] = [
    {"op_code": 4, "text": "é\u2028\r\n"},
    {"op_code": 6, "values": [0.1]},
    {"op_code": 0},
]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "journal.log")


def test_logs_are_read_from_any_number(path: str) -> None:
    journal, other = Journal(path), Journal(path)
    journal.append_logs(LOGS[:1])
    assert list(other.read_logs(0)) == LOGS[:1]
    journal.append_logs(LOGS[1:])
    journal.flush()
    assert list(other.read_logs(1)) == LOGS[1:]
    assert list(other.read_logs(3)) == []
    assert list(other.read_logs(0)) == LOGS
    assert list(Journal(path).read_logs(2)) == LOGS[2:]
    assert Path(path).read_bytes().count(b"\n") == 3
    journal.close()
    other.close()


@pytest.mark.parametrize(
    "torn", [b'{"op_code": 1', b"{}", b"\0" * 9 + b"\n", b"\n", b"[3]\n", b"[" * 100_000 + b"\n"]
)
def test_a_torn_line_is_ignored_and_cut_off_before_the_next(torn: bytes, path: str) -> None:
    Journal(path).append_logs(LOGS[:2])
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole + torn)
    journal, late = Journal(path), Journal(path)
    assert list(journal.read_logs(0)) == LOGS[:2]
    assert Path(path).read_bytes() == whole + torn
    late.append_logs(LOGS[2:])
    assert list(journal.read_logs(2)) == LOGS[2:]
    assert Path(path).read_bytes().startswith(whole)


def test_a_journal_cut_at_any_byte_keeps_what_is_whole(path: str) -> None:
    Journal(path).append_logs(LOGS)
    whole = Path(path).read_bytes()
    for length in range(len(whole)):
        Path(path).write_bytes(whole[:length])
        kept = whole[:length].count(b"\n")
        journal = Journal(path)
        journal.append_logs(LOGS[kept:])
        assert Path(path).read_bytes() == whole
        journal.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk here")
def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        Journal("/dev/full").append_logs(LOGS)


def test_a_log_that_did_not_fit_leaves_no_trace(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    journal.append_logs(LOGS[:1])
    whole = Path(path).read_bytes()
    parts = iter([5])

    def write(file: int, text: bytes) -> int:
        for length in parts:
            return os.write(file, text[:length])
        raise OSError(28, "No space left on device")

    class Disk:
        def __getattr__(self, name: str) -> object:
            return write if name == "write" else getattr(os, name)

    monkeypatch.setattr("hpargparse.sweep.journal.os", Disk())
    with pytest.raises(OSError, match="No space left"):
        journal.append_logs(LOGS[1:])
    assert Path(path).read_bytes() == whole


def test_a_file_that_was_replaced_or_cut_is_not_current(path: str) -> None:
    journal = Journal(path)
    journal.append_logs(LOGS)
    assert list(journal.read_logs(0)) == LOGS
    assert journal.is_current()
    os.truncate(path, 9)
    assert not journal.is_current()
    os.unlink(path)
    assert not journal.is_current()
    Journal(path).append_logs(LOGS)
    assert not journal.is_current()


def test_a_journal_that_is_forgotten_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    journal = Journal(str(path))
    descriptor = journal._file
    assert os.path.samestat(os.fstat(descriptor), path.stat())
    del journal
    gc.collect()
    with suppress(OSError):  # the number may be that of another file now
        assert not os.path.samestat(os.fstat(descriptor), path.stat())
