"""What `hpman rerun` runs, with which sources, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.commands.rerun import _run
from hpargparse.runs.record import find_record, records
from tests.commands import status
from tests.hpargparse.runs.recorded import needs_fork, run, write
from tests.repositories import commit, git, isolate, needs_git, start, write as write_files

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [needs_fork, pytest.mark.slow]

# It shows what it was run with.
TRAIN = """\
import sys
from hpman.m import _
print(_("lr", 1e-3), _("depth", 2), sys.argv[1:], open("data.txt").read(), flush=True)
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    for name in ("HPMAN_RUN", "RANK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    Path("temporary").mkdir()
    Path("data.txt").write_text("data")


@pytest.fixture
def rerun(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def rerun(*args: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = status("rerun", *args)
        assert isinstance(code, int)
        return code, *capfd.readouterr()

    return rerun


def test_values_are_changed_by_another_command(rerun: Callable[..., tuple[int, str, str]]) -> None:
    status, _output, errors = rerun("k3f2", "--epochs", "3")
    assert status == 2
    assert "unrecognized arguments: --epochs 3; change values of the run with `hpman run" in errors


def _repository() -> Path:
    """Make a repository that ignores data."""
    here = start(Path.cwd())
    commit(here, {".gitignore": "data.txt\ntemporary\n.hpman\n__pycache__\n", "pyproject.toml": ""})
    return here


def _revision(here: Path) -> dict[str, Any]:
    return {"revision": git(here, "rev-parse", "HEAD"), "patch": "none"}


def _only() -> str:
    (found,) = records(".hpman/runs")
    return found.id


def test_all_values_and_arguments_are_those_of_the_run(
    rerun: Callable[..., tuple[int, str, str]],
) -> None:
    run(Path.cwd(), TRAIN, "--lr", "0.5", "--", "a", "--", "b")
    first = _only()
    Path("train.py").write_text(TRAIN.replace("1e-3", "7.0").replace("2", "8"))
    assert rerun(first[:5]) == (0, "0.5 2 ['a', '--', 'b'] data\n", "")
    second = next(record for record in records(".hpman/runs") if record.id != first)
    assert second.values == find_record(".hpman/runs", first).values


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("raise SystemExit(3)", 3),
        ("import os; os.kill(os.getpid(), 9)", 128 + 9),
        (f"import os, time; os.kill(os.getppid(), {signal.SIGTERM:d}); time.sleep(60)", 128 + 15),
        (f"import os, time; os.kill(os.getppid(), {signal.SIGHUP:d}); time.sleep(60)", 128 + 1),
    ],
)
def test_the_status_is_that_of_the_program(
    end: str,
    status: int,
    rerun: Callable[..., tuple[int, str, str]],
    request: pytest.FixtureRequest,
) -> None:
    # Under `nohup`, a hangup is ignored.
    old = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    request.addfinalizer(lambda: signal.signal(signal.SIGHUP, old))
    Path("train.py").write_text(end)
    write(Path.cwd(), "abc", values={}, changed=[], cwd=str(Path.cwd()), argv=["train.py"])
    assert rerun("abc")[0] == status
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_module_is_run_as_one(rerun: Callable[..., tuple[int, str, str]]) -> None:
    write_files(Path.cwd(), {"a/b.py": 'from hpman.m import _\nprint(__name__, _("lr", 1))\n'})
    here, argv = Path.cwd(), ["-m", "a.b"]
    write(here, "abc", values={"lr": "2"}, program="-m a.b", cwd=str(here), argv=argv)
    assert rerun("abc")[:2] == (0, "__main__ 2\n")


@needs_git
def test_the_sources_of_the_run_are_checked_out(
    rerun: Callable[..., tuple[int, str, str]],
) -> None:
    here = _repository()
    commit(here, {"train.py": "old"})
    run(here, TRAIN, "--lr", "0.5", "--", "a")  # its patch is kept
    write_files(here, {"train.py": "nonsense(", "untracked.py": "", "sub/new.txt": "new"})
    git(here, "rm", "-q", "--cached", "pyproject.toml")  # the checkout has it
    Path("data.txt").write_text("new data")
    first = _only()
    assert rerun(first, "--exact") == (0, "0.5 2 ['a'] new data\n", "")
    second = next(record.id for record in records(".hpman/runs") if record.id != first)
    assert rerun(second, "--exact") == (0, "0.5 2 ['a'] new data\n", "")
    assert len(git(here, "worktree", "list").splitlines()) == 1
    assert list(Path("temporary").iterdir()) == []
    assert len(records(".hpman/runs")) == 3
    assert Path("train.py").read_text() == "nonsense("


@needs_git
@pytest.mark.parametrize("name", ["out.txt", "tracked.txt"])
def test_a_worktree_with_new_files_stays(
    name: str, rerun: Callable[..., tuple[int, str, str]]
) -> None:
    here = _repository()
    tracked = {"deep/tracked.txt": "a"} if name == "tracked.txt" else {}
    commit(here, {**tracked, "sub/train.py": f"open('{name}', 'w').write('x')\n"})
    keys: dict[str, Any] = {**_revision(here), "sources": {}}
    keys |= {"program": "../sub/train.py", "cwd": str(here / "deep"), "argv": [], "python": "x"}
    write_files(here, {"deep/data.txt": "", "deep/code.py": ""})
    write(here, "abc", values={}, changed=[], **keys)
    status, _out, error = rerun("abc", "--exact")
    assert status == 0
    (folder,) = (here / "temporary").glob(f"hpman-abc-*/{here.name}")
    assert (folder / "deep" / name).read_text() == "x"
    assert (folder / "deep" / "data.txt").samefile(here / "deep" / "data.txt")
    assert not (folder / "deep" / "code.py").exists()
    assert f"so the worktree {folder} stays; `git worktree remove --force {folder}` del" in error
    assert "warning: python: x in the run, cpython 3." in error


@needs_git
def test_a_source_that_git_did_not_keep_is_named(
    rerun: Callable[..., tuple[int, str, str]],
) -> None:
    here = _repository()
    commit(here, {"train.py": "print(1)"})
    keys = {**_revision(here), "argv": [], "cwd": str(here)}
    sources = {"train.py": "0", "gone.py": "0", "/outside.py": "0"}
    write(here, "abc", values={}, changed=[], sources=sources, packages=["nowhere==3"], **keys)
    status, out, error = rerun("abc", "--exact")
    assert (status, out) == (0, "1\n")
    lines = [line.removeprefix("hpman rerun: warning: ") for line in error.splitlines()]
    assert lines[:2] == [
        "gone.py is not as it was in the run",
        "train.py is not as it was in the run",
    ]
    assert "nowhere: 3 in the run, missing now" in lines


@needs_git
@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"revision": None}, "abc has no commit of git.\nWithout --exact, the sources of today"),
        ({"patch": "too large"}, "abc has not kept the changes since its commit.\n"),
        ({"cwd": "/"}, "The run was started outside of its repository, in /.\n"),
        ({"revision": "--help"}, "abc has no commit of git.\n"),
        (
            {"revision": "0" * 40},
            "The sources of the run cannot be checked out: `git worktree` failed: ",
        ),
        ({"patch": "kept"}, "The sources of the run cannot be checked out: `git apply` failed: "),
    ],
)
def test_sources_that_cannot_be_checked_out_are_refused(
    keys: dict[str, str], message: str, rerun: Callable[..., tuple[int, str, str]]
) -> None:
    here = _repository()
    usual = {**_revision(here), "cwd": str(here)}
    found = write(here, "abc", sources={}, argv=[], **{**usual, **keys})
    (Path(found.folder) / "diff.patch").write_text(
        "--- a/no.py\n+++ b/no.py\n@@ -1 +1 @@\n-a\n+b\n"
    )
    status, _out, error = rerun("abc", "--exact")
    assert status == 2
    assert error.startswith(f"hpman rerun: error: {message}")
    assert list(Path("temporary").iterdir()) == []
    assert len(git(here, "worktree", "list").splitlines()) == 1


def test_a_folder_that_is_gone_is_refused(rerun: Callable[..., tuple[int, str, str]]) -> None:
    write(Path.cwd(), "abc", cwd=str(Path.cwd() / "gone"), argv=[])
    status, _out, error = rerun("abc")
    assert status == 2
    assert "gone: There is no such file or folder." in error


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs Linux")
def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    text = """\
import os
lines = open(f"/proc/{os.getppid()}/status").readlines()
ignored = next(line.split()[1] for line in lines if line.startswith("SigIgn"))
raise SystemExit(int(ignored, 16) & 1)  # SIGHUP
"""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert _run([sys.executable, "-c", text], str(tmp_path), os.environ, None) == 1
    finally:
        signal.signal(signal.SIGHUP, before)
