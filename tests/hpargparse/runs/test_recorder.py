"""What is recorded of a program, however it ends, and what its user sees."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hpargparse.runs.record import records
from tests.hpargparse.runs.recorded import COMMAND, environment, needs_fork, record, run, wait_for
from tests.notebooks import notebook
from tests.repositories import commit, git, needs_git, start, write as write_files

pytestmark = [needs_fork, pytest.mark.slow]

TRAIN = """\
import model
from pathlib import Path
from hpman import report
from hpman.m import _

_("lr", 1e-3), _("ks", (3, 3)), _("data", Path("data")), _("n", len("ab"))
_("depth", aliases="layers")
report(val_loss=0.5, step=1)
report(val_loss=0.25, step=2)
"""


def test_a_record_says_what_ran_and_how_it_ended(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text('from hpman.m import _\n_("depth", 2)\n_("wd", 0.0)\n')
    run(tmp_path, TRAIN, "--lr", "0.1", "--ks", "5,5", "--depth", "2", "--", "a")
    found = record(tmp_path)
    assert found.status == "finished"
    assert found.values == {"lr": 0.1, "ks": (5, 5), "data": "data", "depth": 2, "wd": 0.0}
    assert found.changed == {"lr": "0.1", "ks": "(5, 5)"}
    assert found.data["origins"]["lr"] == ["train.py:6 default 1e-3", "--lr"]
    assert found.data["defaults"]["ks"] == "(3, 3)"
    assert found.data["defaults"]["lr"] == "1e-3"
    assert found.metrics == {"val_loss": 0.25}
    assert [row["step"] for row in found.history()] == [1, 2]
    assert found.end is not None
    assert found.end["exit"] == 0
    assert found.end["unused"] == []
    data = found.data
    assert data["argv"][-2:] == ["--", "a"]
    assert data["renamed"] == {"layers": "depth"}
    assert [data[key] for key in ("program", "cwd")] == ["train.py", str(tmp_path)]
    assert sorted(data["sources"]) == ["model.py", "train.py"]
    assert data["revision"] is None
    assert any(package.startswith("pytest==") for package in data["packages"])
    assert (tmp_path / ".hpman" / ".gitignore").read_text() == "*\n"
    files = sorted(os.listdir(found.folder))
    assert files == ["end.json", "lease", "metrics.jsonl", "output.log", "run.json"]


def test_values_that_the_program_sets_itself_are_in_its_end(tmp_path: Path) -> None:
    text = (
        "import hpargparse\nfrom hpman.m import _\n"
        "def main():\n"
        "    _.set_value('depth', 3), _.set_value('same', 1)\n"
        "    print(_('lr', 0.1), _('depth', 2), _('same', 1))\n"
        "    _.set_value('seed', 4)\n"
        "    _('decay', len('ab')), _('unset', len('ab')), _('seed')\n"
        "hpargparse.parse_args(_, __file__)\nmain()\n"
    )
    assert run(tmp_path, text, "--depth=5", "--", "--lr=0.5", "--decay=7").stdout == "0.5 3 1\n"
    found = record(tmp_path)
    assert found.values == {"lr": 0.1, "depth": 5, "same": 1}
    assert found.end is not None
    assert found.end["set"] == {"lr": "0.5", "depth": "3", "decay": "7", "seed": "4"}


INTERRUPT = "import os, signal, time; signal.signal(2, signal.default_int_handler)"
ENDS: dict[str, tuple[str, int, dict[str, object]]] = {
    "raise": ("raise ValueError('a\\nb')", 1, {"status": "failed", "exit": 1, "error": "b"}),
    "exit": ("raise SystemExit(3)", 3, {"status": "failed", "exit": 3}),
    "exit-0": ("raise SystemExit", 0, {"status": "finished", "exit": 0}),
    "exit-256": ("raise SystemExit(256)", 0, {"status": "finished", "exit": 0}),
    "message": (
        "raise SystemExit('no data')",
        1,
        {"status": "failed", "exit": 1, "error": "no data"},
    ),
    "no message": (
        "class A:\n    def __str__(self): 1 / 0\nraise SystemExit(A())",
        1,
        {"status": "failed", "exit": 1, "error": "an object of the type A"},
    ),
    "closed": ("import os; os.closerange(3, 99)", 0, {"status": "finished", "exit": 0}),
    "_exit": ("import os; os._exit(5)", 5, {"status": "failed", "exit": 5}),
    "interrupt": (
        # A job in the background ignores interrupts.
        f"{INTERRUPT}; os.kill(os.getpid(), 2); time.sleep(9)",
        -signal.SIGINT,
        {"status": "stopped", "signal": "SIGINT"},
    ),
    "terminate": (
        "import os; os.kill(os.getpid(), 15); import time; time.sleep(9)",
        -signal.SIGTERM,
        {"status": "stopped", "signal": "SIGTERM"},
    ),
    "kill": ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL, {}),
    "children": (
        (
            "import os, signal\n"
            "for n in (0, 15):\n"
            "    if not (p := os.fork()):\n"
            "        assert n or signal.getsignal(15) is signal.SIG_DFL\n"
            "        os.kill(os.getpid(), n); os._exit(7)\n"
            "    print(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))"
        ),
        0,
        {"status": "finished", "exit": 0},
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_end_is_recorded(name: str, tmp_path: Path) -> None:
    text, status, end = ENDS[name]
    done = run(tmp_path, f"print('shown', flush=True)\n{text}\n", status=status)
    assert done.stdout == "shown\n" + ("7\n-15\n" if name == "children" else "")
    found = record(tmp_path)
    assert found.output().startswith(b"shown\n")
    if not end:
        assert found.status == "lost"
        return
    assert found.end is not None
    assert {key: found.end[key] for key in end} == end


def test_the_end_comes_after_what_the_program_does_at_exit(tmp_path: Path) -> None:
    text = (
        "import atexit\nfrom hpman import report\n"
        "atexit.register(lambda: (report(last=1), print('bye')))\n"
    )
    assert run(tmp_path, text).stdout == "bye\n"
    assert record(tmp_path).metrics == {"last": 1}


def test_an_interrupted_notebook_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_bytes(notebook("from hpman.m import _\n_('x', 1)"))
    for library in ("nbclient", "ipykernel"):
        (tmp_path / f"{library}.py").touch()
    # A process that a signal ends would not save its coverage.
    code = """\
import signal
from hpargparse.commands.hpman import main
from hpargparse.run.runner import Program
def run(*_):
    raise KeyboardInterrupt
Program.run = run
signal.raise_signal = print
main()
"""
    command = [sys.executable, "-c", code, "run", "--record", "nb.ipynb"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "2\n")
    (found,) = records(str(tmp_path / ".hpman" / "runs"))
    assert found.status == "stopped"


def test_metrics_of_a_worker_are_the_final_ones(tmp_path: Path) -> None:
    text = """\
import multiprocessing
from hpman import report
from hpman.m import _

def work(rank):
    print("rank", rank, _("lr", 1.0))
    report(rank=_("lr"))

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    for rank in range(2):
        process = context.Process(target=work, args=(rank,))
        process.start()
        process.join()
"""
    done = run(tmp_path, text, "--lr", "3")
    found = record(tmp_path)  # one record, and the output of all
    assert found.output().decode() == done.stdout == "rank 0 3.0\nrank 1 3.0\n"
    assert found.metrics == {"rank": 3.0}


def test_one_of_two_ranks_records(tmp_path: Path) -> None:
    text = "from hpman import report\nfrom hpman.m import _\nreport(lr=_('lr', 1))\nprint('ok')\n"
    for rank in "10":
        assert run(tmp_path, text, env=environment(RANK=rank)).stdout == "ok\n"
    assert [row["lr"] for row in record(tmp_path).history()] == [1]


@pytest.mark.parametrize(
    ("settings", "args", "count"),
    [
        ("record = true", "train.py", 1),
        ("record = true", "--no-record train.py", 0),
        ("record = true", "--record --no-record -m train", 0),
        ("record = true", "-m train", 1),
        ("", "train.py", 0),
        ("record = 1", "train.py", 0),
        ("record = 1", "--record train.py", 1),
    ],
)
def test_a_project_may_record_all_its_runs(
    settings: str, args: str, count: int, tmp_path: Path
) -> None:
    pytest.importorskip("tomllib" if sys.version_info >= (3, 11) else "tomli")
    (tmp_path / "train.py").write_text("print('ok')\n")
    (tmp_path / "pyproject.toml").write_text(f"[tool.hpman]\n{settings}\n")
    command = [*COMMAND, *args.split()]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "ok\n"
    warning = "hpman run: warning: pyproject.toml:2: `record` must be true or false.\n"
    assert done.stderr == (warning if settings == "record = 1" else "")
    runs = tmp_path / ".hpman" / "runs"
    found = records(str(runs)) if runs.exists() else []
    assert len(found) == count
    assert all(row.data["program"] == args.replace("--record ", "") for row in found)


STREAMS = {
    "megabytes": ("import sys\nfor i in range(40): print('x' * 99_999)\n", "", 4_000_000),
    "both": ("import sys\nprint('a'); print('b', file=sys.stderr)\n", "2>&1", 4),
    "programs": (
        "import os, sys\nos.system('echo a'); os.chdir('/'); os.system('echo b')\n",
        "",
        4,
    ),
    "closed": ("import sys\nprint('a'); sys.stdout.close()\n", "", 2),
    "no stdout": ("import sys\nassert sys.stdout is None\nprint('a', file=sys.stderr)\n", ">&-", 2),
    "none": (
        "import sys, os\nassert sys.stdin is sys.stdout is sys.stderr is None\n",
        "<&- >&- 2>&-",
        0,
    ),
}


@pytest.mark.parametrize("name", STREAMS)
def test_output_is_kept_and_shown_as_before(name: str, tmp_path: Path) -> None:
    text, redirection, size = STREAMS[name]
    (tmp_path / "train.py").write_text(text)
    (tmp_path / "pyproject.toml").touch()
    plain, recorded = (
        subprocess.run(
            f"{' '.join(COMMAND)} {option} train.py {redirection}",
            shell=True,
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            check=True,
        )
        for option in ("--no-record", "--record")
    )
    assert (recorded.stdout, recorded.stderr) == (plain.stdout, plain.stderr)
    assert len(record(tmp_path).output()) == size


def test_a_reader_that_ends_ends_the_program(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("while True: print('x' * 999)\n")
    command = f"{' '.join(COMMAND)} --record train.py 2>/dev/null | head -c 1"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env=environment(), capture_output=True, check=False
    )
    assert done.stdout == b"x"
    wait_for(lambda: record(tmp_path).status == "failed")
    assert "BrokenPipe" in record(tmp_path).end["error"]  # type: ignore[index]


def test_a_terminal_stays_a_terminal(tmp_path: Path) -> None:
    text = "import os, sys\nprint(sys.stdout.isatty(), os.get_terminal_size(1).columns)\n"
    (tmp_path / "train.py").write_text(text)
    import pty
    from fcntl import ioctl
    from struct import pack
    from termios import TIOCSWINSZ

    controller, terminal = pty.openpty()
    ioctl(terminal, TIOCSWINSZ, pack("HHHH", 30, 77, 0, 0))
    with subprocess.Popen(
        [*COMMAND, "--record", "train.py"],
        cwd=tmp_path,
        env=environment(),
        stdout=terminal,
        stderr=terminal,
    ) as process:
        assert process.wait() == 0
    os.close(terminal)
    assert os.read(controller, 99) == b"True 77\r\n"
    os.close(controller)
    assert record(tmp_path).output() == b"True 77\n"


def test_a_program_in_the_background_is_kept_after_the_end(tmp_path: Path) -> None:
    text = "import os\nos.system('(echo a; sleep 0.3; echo b) &')\nimport time; time.sleep(0.1)\n"
    done = run(tmp_path, text)
    assert done.stdout == "a\nb\n"
    assert record(tmp_path).status == "finished"
    wait_for(lambda: record(tmp_path).output() == b"a\nb\n")


def test_files_of_children_and_their_children_stay_open(tmp_path: Path) -> None:
    text = """\
import os
if os.fork() == 0:
    files = [open("out.txt", "w") for _ in range(9)]
    if os.fork() == 0:
        for file in files:
            print("x", file=file, flush=True)
        print("grandchild", flush=True)
    else:
        os.wait()
    os._exit(0)
os.wait()
"""
    done = run(tmp_path, text)
    assert (done.stdout, done.stderr) == ("grandchild\n", "")


def test_a_program_may_close_all_it_did_not_open(tmp_path: Path) -> None:
    text = """\
import os, sys
print("a", flush=True)
os.closerange(3, 99)
pipes = [os.pipe() for _ in range(9)]
if os.fork() == 0:
    os.write(pipes[0][1], b"b")
    os._exit(0)
os.wait()
print(os.read(pipes[0][0], 1))
"""
    done = run(tmp_path, text)
    assert (done.stdout, done.stderr) == ("a\nb'b'\n", "")
    assert record(tmp_path).status == "finished"


def test_a_program_canwait_for_all_its_children(tmp_path: Path) -> None:
    text = """\
import os
if os.fork() == 0:
    os._exit(0)
os.wait()
try:
    os.wait()
except ChildProcessError:
    print("none left")
"""
    assert run(tmp_path, text).stdout == "none left\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs a file system")
def test_a_full_disk_does_not_end_a_program(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount")
    text = (
        "from hpman import report\n"
        "for i in range(99): print('x' * 9999, flush=True); report(text='x' * 999)\n"
    )
    try:
        done = run(disk, text)
        assert done.stdout.count("\n") == 99
        for problem in ("output of this run is", "metrics of this run are"):
            assert done.stderr.count(f"the {problem} no longer kept") == 1
        assert "the end of this run is not recorded" in done.stderr
        assert record(disk).status == "lost"
        done = run(disk, "print('runs')\n")
        assert done.stdout == "runs\n"
        assert "this run is not recorded" in done.stderr
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_folder_that_cannot_be_written_does_not_end_a_program(tmp_path: Path) -> None:
    (tmp_path / ".hpman").touch()
    done = run(tmp_path, "print('runs')\n")
    assert done.stdout == "runs\n"
    assert done.stderr.startswith("hpman run: warning: this run is not recorded: ")
    assert done.stderr.count("\n") == 1


@needs_git
def test_a_patch_makes_the_sources_again(tmp_path: Path) -> None:
    start(tmp_path)
    commit(tmp_path, {"train.py": "print(1)\n", "pyproject.toml": "", "data.bin": b"\0\1"})
    run(tmp_path, "print(1)\n")
    clean = record(tmp_path)
    assert (clean.data["branch"], clean.data["dirty"]) == ("main", False)
    assert clean.data["revision"] == git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / ".hpman").rename(tmp_path / "old")
    write_files(
        tmp_path, {"new.py": "x = 2\n", "data.bin": b"\0\2", "unread.py": "", "old.txt": ""}
    )
    run(tmp_path, "import new\nprint(new.x)\n")
    dirty = record(tmp_path)
    assert (dirty.data["dirty"], dirty.data["patch"]) == (True, "kept")
    git(tmp_path, "worktree", "add", "-q", "--detach", str(tmp_path / "again"))
    git(tmp_path / "again", "apply", str(Path(dirty.folder) / "diff.patch"))
    assert (tmp_path / "again" / "new.py").read_text() == "x = 2\n"
    assert (tmp_path / "again" / "data.bin").read_bytes() == b"\0\2"
    assert (tmp_path / "again" / "train.py").read_text() == "import new\nprint(new.x)\n"
    assert not (tmp_path / "again" / "unread.py").exists()


@needs_git
@pytest.mark.parametrize(
    ("setting", "text", "state"),
    [("record-patch = false", "print(2)\n", "left out"), ("", "#" * 2_000_000, "too large")],
)
def test_a_patch_may_be_left_out(setting: str, text: str, state: str, tmp_path: Path) -> None:
    start(tmp_path)
    commit(tmp_path, {"train.py": "", "pyproject.toml": f"[tool.hpman]\n{setting}\n"})
    run(tmp_path, text)
    assert record(tmp_path).data["patch"] == state
    assert record(tmp_path).data["dirty"] is True
    assert "diff.patch" not in os.listdir(record(tmp_path).folder)


CHAOS = """\
from hpman import report
from hpman.m import _
import multiprocessing, sys, time
print("started", flush=True)
for i in range(_("steps", 100)):
    report(loss=1 / (i + 1), step=i)
    print("x" * 999)
    time.sleep(0.001)
"""


@pytest.mark.parametrize("seed", range(int(os.environ.get("HPMAN_CHAOS", "3"))))
def test_a_kill_at_any_moment_leaves_a_record_that_reads(seed: int, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(CHAOS)
    (tmp_path / "pyproject.toml").touch()
    chance = random.Random(seed)
    started = time.monotonic()
    with subprocess.Popen(
        [*COMMAND, "--record", "train.py"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
    ) as process:
        runs = tmp_path / ".hpman" / "runs"
        while not runs.exists() and process.poll() is None:
            time.sleep(0.001)
        try:
            process.wait(chance.uniform(0, 0.5))
        except subprocess.TimeoutExpired:
            process.kill()
        is_killed = process.wait() != 0
    for found in records(str(runs)):
        assert found.status == ("lost" if is_killed and found.end is None else "finished")
        assert not found.is_running
        losses = [row["loss"] for row in found.history()]
        assert losses == [1 / (i + 1) for i in range(len(losses))]
        if os.path.exists(os.path.join(found.folder, "run.json")):
            assert found.values == {"steps": 100}
    listed = subprocess.run(
        [*COMMAND[:-1], "runs", "--format", "json"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=True,
    )
    json.loads(listed.stdout)
    assert time.monotonic() - started < 60
