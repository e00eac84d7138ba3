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

from hpargparse.claims import presence as module
from hpargparse.claims.presence import FolderClaims, presence
from hpargparse.commands import sweep
from hpargparse.errors import SweepError
from hpman.run_files import is_held, release, take
from tests.hpargparse.sweep.chaos import wreck

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRIALS = 16


def _present(folder: Path) -> list[str]:
    return os.listdir(folder / "workers")


def test_a_command_shows_itself_and_removes_what_is_left(tmp_path: Path) -> None:
    with presence(str(tmp_path)) as (_claims, warnings):
        (own,) = _present(tmp_path)
        (tmp_path / "workers" / own.replace(own[-8:], "00000000")).touch()
        assert warnings == []
        start = time.monotonic()
        with presence(str(tmp_path)):
            assert len(_present(tmp_path)) == 2
        assert time.monotonic() < start + 2, "a dead command of this machine is known at once"
    assert _present(tmp_path) == []


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("_BEAT", 0.05), ("_SECONDS_UNTIL_ENDED", 0.5), ("_PATIENCE", 0.5)):
        monkeypatch.setattr(module, name, seconds)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A command of another machine, whose lock is not seen here."""
    (tmp_path / "workers").mkdir()
    path = tmp_path / "workers" / "node-7-1-abc"
    path.touch()
    has_ended = Event()

    def renew() -> None:
        while not has_ended.wait(0.05):
            os.utime(path)

    thread = Thread(target=renew)
    thread.start()
    yield path
    has_ended.set()
    thread.join()


@pytest.mark.usefixtures("_quick")
def test_a_command_that_keeps_to_locks_that_do_not_hold_is_an_error(
    elsewhere: Path, tmp_path: Path
) -> None:
    with pytest.raises(SweepError) as caught, presence(str(tmp_path)):
        pass
    assert "another command works on this sweep, on node-7, and does not change" in str(
        caught.value
    )
    assert _present(tmp_path) == [elsewhere.name]


def test_a_command_of_another_machine_whose_lock_is_seen_is_fine(
    elsewhere: Path, tmp_path: Path
) -> None:
    lease = take(str(elsewhere))
    assert lease is not None
    with presence(str(tmp_path)) as (claims, _warnings):
        assert len(_present(tmp_path)) == 2
        assert not claims.is_by_time
    release(lease)


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("age", [0, 60])
@pytest.mark.parametrize("text", ["", "time"])
def test_a_machine_that_has_died_is_forgotten(text: str, age: int, tmp_path: Path) -> None:
    (tmp_path / "workers").mkdir()
    path = tmp_path / "workers" / "node-7-1-abc"
    path.write_text(text)
    os.utime(path, (time.time() - age,) * 2)
    with presence(str(tmp_path)) as (claims, _warnings):
        assert path.exists() is (text == "time" and age == 0)
        assert not claims.is_by_time


@pytest.mark.usefixtures("_quick")
def test_all_commands_change_once_one_does_not_see_the_locks_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "claims").mkdir()
    with presence(str(tmp_path)) as (one, _warnings):
        locked = one.take("0")
        assert locked is not None
        monkeypatch.setattr(module, "host", lambda: "node-7")
        monkeypatch.setattr(module, "is_held", lambda path: "/node-7-" in path and is_held(path))
        with presence(str(tmp_path)) as (other, (warning,)):
            assert warning.startswith("locks on files do not hold in `")
            assert one.is_by_time
            assert other.is_by_time
            assert other.take("0") is None
            claim = other.take("1")
            assert claim is not None
            assert one.take("1") is None
            with other.lock():
                pass
            one.release("0", locked, is_over=True)
            _wait_for_claim(other, "0")
            other.release("1", claim, is_over=True)
            _wait_for_claim(one, "1")
    with presence(str(tmp_path)) as (claims, (warning,)):
        assert claims.is_by_time, "the locks of other machines may not hold later either"


def _wait_for_claim(claims: FolderClaims, name: str) -> None:
    end = time.monotonic() + 20
    while (claim := claims.take(name)) is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    claims.release(name, claim, is_over=True)


NO_LOCKS = {
    "no locks": "raise OSError(errno.ENOLCK, 'No locks available')",
    "no function": "raise OSError(errno.ENOSYS, 'Function not implemented')",
    "locks that exclude nobody": "pass",
}


def _without_locks(folder: Path, body: str) -> dict[str, str]:
    """Return the environment of processes whose locks do not hold."""
    folder.mkdir()
    text = f"import errno\nimport hpman.run_files\ndef _lock_file(_file, **_how):\n    {body}\n"
    (folder / "sitecustomize.py").write_text(f"{text}hpman.run_files._lock_file = _lock_file\n")
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"PYTHONPATH": path, "HPMAN_SILENCE": "2"}


@pytest.mark.slow
@pytest.mark.parametrize("body", NO_LOCKS.values(), ids=NO_LOCKS)
def test_without_locks_several_commands_share_the_work_although_some_are_killed(
    body: str, tmp_path: Path
) -> None:
    changes = _without_locks(tmp_path / "site", body)
    row = wreck(tmp_path, 3, trials=20, drivers=3, kills=6, changes=changes)
    assert row["complete"] == row["unique"] == 20
    assert [row["lost"], row["doubled"], row["stuck"]] == [0, 0, 0]


@pytest.fixture
def _no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int, **_how: bool) -> NoReturn:
        raise OSError(ENOLCK, "No locks available")

    monkeypatch.setattr("hpman.run_files._lock_file", fail)


@pytest.mark.usefixtures("_no_locks")
def test_without_locks_one_command_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text('from hpman.m import _\n_("x", 1)\n')
    sweep.main(["train.py", "--sweep", "x=1,2", "--name", "a"])
    out, err = capsys.readouterr()
    place = os.path.join(".hpman", "sweeps", "a")
    assert err == (
        f"hpman sweep: warning: locks on files do not hold in `{place}`, so claims are held by"
        " time: the trials of a machine that dies go on after 30 seconds\n"
    )
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
