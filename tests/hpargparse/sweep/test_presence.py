"""Several commands on a sweep, and folders in which locks on files do not hold."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from errno import ENOLCK
from threading import Event, Thread
from typing import TYPE_CHECKING, NoReturn

import pytest

from hpargparse.commands import sweep
from hpargparse.errors import SweepError
from hpargparse.sweep.presence import presence
from hpman.lease import release, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRIALS = 16


def _present(folder: Path) -> list[str]:
    return os.listdir(folder / "workers")


def test_a_command_shows_itself_and_removes_what_is_left(tmp_path: Path) -> None:
    with presence(str(tmp_path)) as warnings:
        (own,) = _present(tmp_path)
        (tmp_path / "workers" / own.replace(own[-8:], "00000000")).touch()
        assert warnings == []
        start = time.monotonic()
        with presence(str(tmp_path)):
            assert len(_present(tmp_path)) == 2
        assert time.monotonic() < start + 2, "a dead command of this machine is known at once"
    assert _present(tmp_path) == []


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A command of another machine, whose lock is not seen here."""
    (tmp_path / "workers").mkdir()
    path = tmp_path / "workers" / "node-7-1-abc"
    path.touch()
    has_ended = Event()

    def renew() -> None:
        while not has_ended.wait(0.2):
            os.utime(path)

    thread = Thread(target=renew)
    thread.start()
    yield path
    has_ended.set()
    thread.join()


def test_locks_that_hold_on_one_machine_only_are_noticed(elsewhere: Path, tmp_path: Path) -> None:
    with pytest.raises(SweepError) as caught, presence(str(tmp_path)):
        pass
    assert "another command works on this sweep, on node-7, and its lock is not" in str(
        caught.value
    )
    assert _present(tmp_path) == [elsewhere.name]


def test_a_command_of_another_machine_whose_lock_is_seen_is_fine(
    elsewhere: Path, tmp_path: Path
) -> None:
    lease = take(str(elsewhere))
    assert lease is not None
    with presence(str(tmp_path)):
        assert len(_present(tmp_path)) == 2
    release(lease)


@pytest.mark.parametrize("age", [0, 60])
def test_a_machine_that_has_died_is_forgotten(age: int, tmp_path: Path) -> None:
    (tmp_path / "workers").mkdir()
    path = tmp_path / "workers" / "node-7-1-abc"
    path.touch()
    os.utime(path, (time.time() - age,) * 2)
    with presence(str(tmp_path)):
        assert not path.exists()


@pytest.fixture
def _no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int, **_how: bool) -> NoReturn:
        raise OSError(ENOLCK, "No locks available")

    monkeypatch.setattr("hpman.lease._lock", fail)


@pytest.mark.usefixtures("_no_locks")
def test_without_locks_a_second_command_is_refused(tmp_path: Path) -> None:
    with presence(str(tmp_path)) as (warning,):
        assert warning.startswith("locks on files do not hold in `")
        with pytest.raises(SweepError, match="another command"), presence(str(tmp_path)):
            pass


@pytest.mark.usefixtures("_no_locks")
def test_without_locks_one_command_goes_on_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text('from hpman.m import _\n_("x", 1)\n')
    sweep.main(["train.py", "--sweep", "x=1,2", "--name", "a"])
    out, err = capsys.readouterr()
    assert err.startswith("hpman sweep: warning: locks on files do not hold in `")
    assert "2 of 2" in out


def _machine(name: str, folder: Path) -> subprocess.Popen[bytes]:
    """Run a sweep on a machine: processes and mounts of its own, and a name."""
    sweep = [sys.executable, "-m", "hpman", "sweep", "train.py", f"--sweep=x=0..{TRIALS - 1}"]
    script = f'hostname {name} && mount -t proc proc /proc && exec "$@"'
    namespaces = ["--pid", "--mount", "--uts", "--fork", "--kill-child"]
    return subprocess.Popen(
        ["unshare", *namespaces, "sh", "-c", script, "sh", *sweep, "--name=a", "--jobs=2"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )


def _records(folder: Path) -> list[dict[str, object]]:
    paths = sorted(folder.glob(".hpman/runs/*/run.json"))
    found = [json.loads(path.read_text()) for path in paths]
    ends = [path.parent / "end.json" for path in paths]
    return [run | {"ended": end.exists()} for run, end in zip(found, ends, strict=True)]


def _can_unshare() -> bool:
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    command = ["unshare", "--pid", "--mount", "--uts", "--fork", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not _can_unshare(), reason="this needs root and Linux")
def test_another_machine_takes_over_the_trials_of_one_that_dies(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        'import time\nfrom hpman.m import _\n_("x", 0)\ntime.sleep(0.5)\n'
    )
    first, second = _machine("one", tmp_path), _machine("two", tmp_path)
    end = time.monotonic() + 60
    while {run["host"] for run in _records(tmp_path)} != {"one", "two"}:
        assert time.monotonic() < end
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)  # and with it all of its processes
    first.wait(20)
    lost = sum(run["host"] == "one" and not run["ended"] for run in _records(tmp_path))
    assert second.wait(120) == 0
    runs = _records(tmp_path)
    assert sorted(run["trial"] for run in runs if run["ended"]) == [*range(TRIALS)]  # type: ignore[type-var]
    assert len([run for run in runs if not run["ended"]]) <= max(lost, 2)
    assert {run["host"] for run in runs} == {"one", "two"}
