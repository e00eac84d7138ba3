"""How streams are copied, without a process of their own."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from hpargparse.runs import output
from hpargparse.runs.output import copy_streams
from tests.hpargparse.runs.recorded import needs_fork

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_fork


class Copying:
    """A copy in a thread: `write` is what a program writes to, `show` where it is shown."""

    def __init__(self, log: Path) -> None:
        self.read, self.write = os.pipe()
        self.shown, self.show = os.pipe()
        self.done_read, self.done = os.pipe()
        self.drained, self.drained_write = os.pipe()
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        arguments = ({self.read: self.show}, self.log, self.done_read, self.drained_write)
        self.thread = threading.Thread(target=copy_streams, args=arguments)
        self.thread.start()

    def end(self) -> None:
        self.thread.join(10)
        assert not self.thread.is_alive()
        for descriptor in (self.shown, self.show, self.done_read, self.drained):
            os.close(descriptor)


def test_what_was_written_is_copied_before_the_end_is_confirmed(tmp_path: Path) -> None:
    copying = Copying(tmp_path / "log")
    os.write(copying.write, b"a" * 60_000)
    os.close(copying.done)
    assert os.read(copying.drained, 1) == b""
    assert os.read(copying.shown, 1 << 16) == b"a" * 60_000
    os.write(copying.write, b"b")  # by another process
    assert os.read(copying.shown, 9) == b"b"
    os.close(copying.write)
    copying.end()
    assert (tmp_path / "log").read_bytes() == b"a" * 60_000 + b"b"


def test_a_stream_that_ends_first_is_no_end(tmp_path: Path) -> None:
    copying = Copying(tmp_path / "log")
    os.close(copying.write)
    os.close(copying.done)
    assert os.read(copying.drained, 1) == b""
    copying.end()


def test_a_process_that_never_stops_writing_delays_no_end(tmp_path: Path) -> None:
    copying = Copying(tmp_path / "log")
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            os.write(copying.write, b"a")
        os.close(copying.write)

    def read() -> None:
        while os.read(copying.shown, 1 << 16) != b"end":
            pass

    threads = [threading.Thread(target=write), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    os.close(copying.done)
    assert os.read(copying.drained, 1) == b""
    is_over.set()
    threads[0].join()
    copying.thread.join(10)
    while threads[1].is_alive():
        os.write(copying.show, b"end")
        threads[1].join(0.1)
    copying.end()


def test_a_log_that_fails_is_reported_once_and_output_is_shown(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    closed = os.open(tmp_path, os.O_RDONLY)
    assert output._keep(closed, b"x") == -1
    assert output._keep(-1, b"x") == -1
    os.close(closed)
    assert capfd.readouterr().err.startswith(
        "hpman: warning: the output of this run is no longer kept: "
    )


def test_a_target_that_is_not_ready_is_waited_for() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    thread = threading.Thread(target=output._write, args=(write, b"x" * 200_000))
    thread.start()
    size = 0
    while size < 200_000:
        size += len(os.read(read, 1 << 16))
    thread.join()
    os.close(read)
    assert not output._show(write, b"x")
    os.close(write)


def test_descriptors_stay_away_from_closed_streams() -> None:
    saved = os.dup(0)
    os.close(0)
    try:
        low = os.open(os.devnull, os.O_RDONLY)
        assert low == 0
        moved = output._above_standard(low)
        assert moved > 2
        os.close(moved)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(0)
    finally:
        os.dup2(saved, 0)
        os.close(saved)


def test_a_copy_that_does_not_start_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_args: object) -> None:
        raise MemoryError

    monkeypatch.setattr(output.Copier, "_copy", fail)
    with pytest.raises(OSError, match="did not start"):
        output.Copier(str(tmp_path / "log"), lambda: None)
    os.write(1, b"shown")
    assert capfd.readouterr() == ("shown", "")


def test_streams_are_copied_until_they_are_given_back(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    copier = output.Copier(str(tmp_path / "log"), (tmp_path / "worked").touch)
    os.write(1, b"out")
    os.write(2, b"err")
    copier.close()
    os.write(1, b"put")
    assert capfd.readouterr() == ("output", "err")
    assert sorted((tmp_path / "log").read_bytes()) == sorted(b"outerr")
