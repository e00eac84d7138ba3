"""Leases end with the process that holds them, and only then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Timer
from typing import TYPE_CHECKING

import pytest

from hpman import run_files
from hpman.run_files import is_held, release, take

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import os, sys, time
from hpman.run_files import take
assert take(sys.argv[1]) is not None
if sys.argv[2] == "fork" and os.fork() != 0:
    time.sleep(60)  # the child prints, and has no lease any more
if sys.argv[2] == "start":
    import subprocess
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
print(os.getpid(), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("children", ["none", "fork", "start"])
def test_a_lease_ends_with_a_kill_and_no_child_holds_it(children: str, tmp_path: Path) -> None:
    path = str(tmp_path / "lease")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path, children], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            process.stdout.readline()
            assert is_held(path)
            assert take(path) is None
            process.kill()
            process.wait()
            assert not is_held(path)
            again = take(path)
            assert again is not None
            release(again)
        finally:
            os.killpg(process.pid, signal.SIGKILL) if children != "none" else None


def test_a_lease_that_is_released_is_free(tmp_path: Path) -> None:
    path = str(tmp_path / "lease")
    assert not is_held(path)
    first = take(path)
    assert first is not None
    assert is_held(path)
    release(first)
    release(first)  # a second time does nothing
    assert not is_held(path)


def test_without_locks_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int, *, shared: bool, waits: bool = False) -> None:
        raise OSError(38 + shared, "Function not implemented")

    monkeypatch.setattr(run_files, "_lock_file", fail)
    path = str(tmp_path / "lease")
    descriptor = take(path)
    assert descriptor is not None
    assert is_held(path) is None
    release(descriptor)


def test_a_forked_child_closes_leases(tmp_path: Path) -> None:
    descriptor = take(str(tmp_path / "lease"))
    assert descriptor is not None
    run_files._close_all()
    release(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_whoever_waits_gets_a_lease_when_it_is_free(tmp_path: Path) -> None:
    path = str(tmp_path / "lease")
    first = take(path)
    assert first is not None
    Timer(0.1, release, [first]).start()
    second = take(path, waits=True)
    assert second is not None
    assert take(path) is None
    release(second)
