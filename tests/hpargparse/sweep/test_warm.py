"""A run that is a fork of a warm process differs in nothing from one in a fresh process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

import hpman
from hpargparse.runs.record import RunRecord, records
from hpargparse.sweep.launch import Launcher
from tests.hpargparse.runs.recorded import environment, wait_for

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="no process is warm here"),
    pytest.mark.slow,
]
HEAD = """\
import atexit, logging, multiprocessing, os, random, signal, subprocess, sys, threading, time
import warnings
from hpman import report
from hpman.m import _
import beside
import installed
"""
# Programs, as bodies of functions. The first ones succeed, because failures end a sweep.
CASES = {
    "facts": """
    flags = [signal.getsignal(n) for n in (1, 2, 3, 13, 17, 28)]
    print(__name__, __file__, __doc__, sorted(globals()), sys.argv, sys.path, sys.flags, flags)
    print(os.getcwd(), os.getpgid(0) == os.getsid(0) == os.getpid(), warnings.filters)
    print({k: v for k, v in os.environ.items() if k != "HPMAN_RUN"}, sys.stdin.isatty())
    print([arg for arg in sys.orig_argv if "--trial" not in arg], threading.active_count())
    print(len(os.listdir("/proc/self/task")), os.listdir("/proc/self/fd")[:3], os.umask(0))
    print(multiprocessing.current_process(), multiprocessing.parent_process(), logging.root)
    print(sys.stdout, sys.stderr, sys.modules["__main__"].__spec__, beside.__file__)""",
    "streams": "\n    print('out'); print('err', file=sys.stderr); os.write(1, b'raw')",
    "reports": "\n    report(loss=1.0, step=1); report(loss=0.5, step=2)",
    "threads": """
    def late():
        time.sleep(0.1); print('late')
    threading.Thread(target=late).start()
    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()""",
    "at_exit": "\n    atexit.register(print, 'bye')",
    "spawn": "\n    multiply('spawn')",
    "forkserver": "\n    multiply('forkserver')",
    "fork": "\n    multiply('fork')",
    "forks": """
    if os.fork() == 0:
        print('child'); sys.exit(7)
    print(os.wait()[1])""",
    "program": "\n    print(subprocess.run([sys.executable, '-c', 'print(1)'], stdout=-1).stdout)",
    "warns": "\n    warnings.warn('old', DeprecationWarning)\n    logging.warning('careful')",
    "exits": "\n    sys.exit(3)",
    "says_why": "\n    sys.exit('no data')",
    "leaves": "\n    print('left', flush=True); os._exit(4)",
    "fails": "\n    {}['x']",
    "reads": "\n    input()",
    "recurses": "\n    recurses()",
    "interrupted": "\n    raise KeyboardInterrupt",
    "ended": "\n    os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)",
    "hung_up": "\n    os.kill(os.getpid(), signal.SIGHUP); time.sleep(9)",
    "aborts": "\n    os.abort()",
    "killed": "\n    os.kill(os.getpid(), signal.SIGKILL)",
}
MULTIPLY = """
def double(x):
    return 2 * x

def multiply(method):
    with multiprocessing.get_context(method).Pool(2) as pool:
        print(pool.map(double, range(5)))
        pool.close()
        pool.join()
"""
COUNTED = "with open('imports', 'a') as file: file.write('x')\n"  # how often it is imported


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "beside.py").touch()
    (tmp_path / "site-packages").mkdir()
    _install(
        "installed",
        COUNTED + "import atexit, os; atexit.register(os.write, 1, b'installed: bye\\n')\n",
    )
    return tmp_path


def _install(name: str, text: str) -> None:
    Path("site-packages", f"{name}.py").write_text(text)


def _sweep(name: str, *args: str, **changes: str) -> dict[str, Any]:
    """Run a sweep in another process, and return what it said: events, by their names."""
    ours = Path(hpman.__file__).parents[1]
    path = os.pathsep.join([os.path.abspath("site-packages"), str(ours)])
    command = ["sweep", "--name", name, "--format", "json", "--retries", "0", *args]
    done = subprocess.run(
        [sys.executable, "-m", "hpman", *command],
        env=environment(PYTHONPATH=path, **changes),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return {line["event"]: line for line in map(json.loads, done.stdout.splitlines())}


def _records(name: str) -> list[RunRecord]:
    found = records(".hpman/runs")
    return sorted(
        (record for record in found if record.id.startswith(f"{name}-")),
        key=lambda record: int(record.id.split("-")[1]),
    )


def _seen(record: RunRecord) -> dict[str, Any]:
    """Return what a record has of a run, but for what differs each time."""
    wait_for(lambda: not record.is_running)
    end = {key: value for key, value in (record.end or {}).items() if key != "ended"}
    rows = [{k: v for k, v in row.items() if k != "time"} for row in record.history()]
    output = re.sub(r"(warm|cold)-(\d+)-\w{8}", r"\2", record.output().decode())
    output = re.sub(r"0x[0-9a-f]+", "0x", output)
    return {"end": end, "rows": rows, "output": output, "argv": record.summary["argv"]}


def _compare(*args: str) -> dict[str, Any]:
    """Check that warm and fresh runs leave the same records; return the events of the warm ones."""
    rmtree(".hpman", ignore_errors=True)
    imports = []
    for name, option in (("cold", ["--no-warm"]), ("warm", [])):
        Path("imports").write_text("")
        events = _sweep(name, *option, *args)
        imports.append(len(Path("imports").read_text()))
    events["imports"] = imports
    seen = [[_seen(record) for record in _records(name)] for name in ("cold", "warm")]
    assert seen[0] == seen[1]
    assert seen[0]
    return events


def test_runs_are_the_same(project: Path) -> None:
    cases = "".join(f"\ndef {name}():{body}\n" for name, body in CASES.items())
    main = "if __name__ == '__main__':\n    globals()[_('case', 'facts')]()\n"
    (project / "train.py").write_text(f"{HEAD}{MULTIPLY}{cases}\n{main}")
    args = ("--sweep", f"case={','.join(CASES)}", "--grid", "--jobs", "2", "--", "a", "b")
    events = _compare("train.py", *args)
    assert "fresh" not in events
    assert events["end"]["complete"] == 11
    ends = {record.value("case"): record.end or {} for record in _records("warm")}
    assert [ends[name].get("exit") for name in ("exits", "leaves", "fails")] == [3, 4, 1]
    assert ends["ended"]["signal"] == "SIGTERM"
    assert ends["killed"] == {}
    # Processes that are spawned import it again.
    assert events["imports"][1] == events["imports"][0] - len(CASES) + 1


IMPORTS = "import installed, other\n"
RUN = "from hpman import report\nfrom hpman.m import _\nreport(loss=_('x', 1))\nprint('done')\n"
# What an installed module does when it is imported, and why runs are fresh processes then.
UNFIT = {
    "print('hello')": "an import writes output",
    "import warnings; warnings.warn('old')": "an import writes output",
    "import threading, time; threading.Thread(target=time.sleep, args=(1,)).start()": (
        "an import starts threads"
    ),
    "import subprocess; p = subprocess.Popen(['sleep', '1'])": "an import opens files, starts",
    "import signal; signal.signal(15, signal.SIG_IGN)": "an import opens files, starts",
    "file = open('pyproject.toml')": "an import opens files, starts",
    "import sys; sys.path.insert(0, 'x')": "an import opens files, starts",
    "import beside": "an import loads",
    "1 / 0": "an import fails: ZeroDivisionError",
    "raise SystemExit(5)": "an import fails: SystemExit",
    "import os; os._exit(6)": "the imports do not end, or end the process",
    "import os; os.kill(os.getpid(), 9)": "the imports do not end, or end the process",
}


@pytest.mark.parametrize("text", UNFIT)
def test_what_an_import_may_not_do(text: str, project: Path) -> None:
    _install("other", text)
    (project / "train.py").write_text(IMPORTS + RUN)
    events = _compare("train.py", "--sweep", "x=1")
    assert UNFIT[text] in events["fresh"]["reason"]


def test_a_program_with_a_module_of_the_same_name(project: Path) -> None:
    _install("other", "import dependency")
    _install("dependency", "raise RuntimeError('not this one')")
    (project / "dependency.py").write_text("print('mine')")
    (project / "train.py").write_text(IMPORTS + RUN)
    reason = _compare("train.py", "--sweep", "x=1")["fresh"]["reason"]
    assert "is not installed" in reason or "writes output" in reason
    (project / "dependency.py").unlink()
    (project / "queue.py").touch()  # one that we have loaded
    _install("other", "")
    events = _compare("train.py", "--sweep", "x=2")
    assert "a module of the same name" in events["fresh"]["reason"]


def test_what_stays_of_an_import(project: Path) -> None:
    """Each run has the state after the imports, none has that of another run."""
    _install("other", COUNTED + "import os; seen = []; os.environ['OTHER'] = '1'")
    text = "other.seen.append(_('x')); print(other.seen, os.environ['OTHER'])\n"
    (project / "train.py").write_text(f"import os\n{IMPORTS}{RUN}{text}")
    events = _compare("train.py", "--sweep", "x=1..4", "--grid", "--jobs", "2")
    assert "fresh" not in events
    assert events["imports"] == [8, 2]


def test_what_is_set_before_an_import_counts(project: Path) -> None:
    _install("other", COUNTED + "import os; found = os.environ.get('OTHER')")
    text = "import os\nos.environ['OTHER'] = '1'\nimport other\nprint(other.found)\n"
    (project / "train.py").write_text(text + RUN)
    events = _compare("train.py", "--sweep", "x=1,2")
    assert "fresh" not in events
    assert events["imports"] == [2, 2]


def test_modules_and_folders(project: Path) -> None:
    package = project / "pack"
    package.mkdir()
    (package / "__init__.py").write_text("import other\n")
    (package / "near.py").write_text("print('near', __name__)\n")
    (package / "__main__.py").write_text(f"from pack import near\n{RUN}")
    (package / "train.py").write_text(f"from . import near\n{RUN}print(__spec__.name)\n")
    _install("other", COUNTED)
    assert _compare("-m", "pack.train", "--sweep", "x=1,2")["imports"] == [2, 1]
    (package / "__main__.py").write_text(f"import other, near\n{RUN}")
    assert _compare("pack", "--sweep", "x=3,4")["imports"] == [2, 1]


@pytest.mark.parametrize(
    ("modules", "number"),
    [("random", "random.random()"), ("numpy.random", "numpy.random.rand()")],
)
def test_runs_have_other_random_numbers(modules: str, number: str, project: Path) -> None:
    pytest.importorskip(modules)
    (project / "train.py").write_text(f"import {modules}\n{RUN}print({number})\n")
    assert "fresh" not in _sweep("warm", "train.py", "--sweep", "x=1,2")
    first, second = (record.output() for record in _records("warm"))
    assert first != second


def test_a_source_may_be_edited_between_runs(project: Path) -> None:
    (project / "beside.py").write_text("print('old')\n")
    edit = "if _('x') == 1: open('beside.py', 'w').write(\"print('new')\")\n"
    (project / "train.py").write_text(f"import beside\n{RUN}{edit}")
    assert "fresh" not in _sweep("warm", "train.py", "--sweep", "x=1,2", "--grid")
    assert [record.output() for record in _records("warm")] == [b"old\ndone\n", b"new\ndone\n"]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_warm_process_that_was_killed_is_started_again(number: int, project: Path) -> None:
    kill = f"if _('x') == 2: os.kill(os.getppid(), {number}); time.sleep(0.5)\n"
    (project / "train.py").write_text(f"import installed, os, time\n{RUN}{kill}")
    events = _sweep("warm", "train.py", "--sweep", "x=1..6", "--grid")
    assert "fresh" not in events
    assert events["end"]["complete"] == 6
    assert [record.status for record in _records("warm")] == ["finished"] * 6
    # Once in the first one, in the run after it was killed, and in the second one.
    assert Path("imports").read_text() == "xxx"


def test_a_warm_process_is_not_started_for_ever(project: Path) -> None:
    command = "open(f'/proc/{os.getppid()}/cmdline').read()"
    kill = f"if '--warm' in {command}: os.kill(os.getppid(), 9); time.sleep(0.1)\n"
    (project / "train.py").write_text(f"import os, time\n{RUN}{kill}")
    events = _sweep("warm", "train.py", "--sweep", "x=1..9", "--grid")
    assert events["fresh"]["reason"] == "the warm process was killed 4 times"
    assert events["end"]["complete"] == 9


def test_the_warm_process_ends_with_the_sweep(project: Path) -> None:
    go_on = "while not os.path.exists('go'): time.sleep(0.01)\n"
    (project / "train.py").write_text(f"import os, time\n{RUN}{go_on}")
    command = "sweep train.py --name warm --sweep x=1,2".split()
    sweep = subprocess.Popen(
        [sys.executable, "-m", "hpman", *command], env=environment(), stdout=subprocess.DEVNULL
    )
    wait_for(lambda: os.path.exists(".hpman/runs") and _records("warm"))
    (template,) = _children(sweep.pid)
    (run,) = _children(template)
    sweep.kill()
    sweep.wait()
    wait_for(lambda: not os.path.exists(f"/proc/{template}"))
    assert os.path.exists(f"/proc/{run}")
    assert _records("warm")[0].status == "running"
    Path("go").touch()
    assert _sweep("warm", "train.py", "--sweep", "x=1,2")["end"]["complete"] == 2
    assert [record.status for record in _records("warm")] == ["finished"] * 2


def test_the_warm_process_of_a_command_with_many_files_answers(project: Path) -> None:
    from resource import RLIMIT_NOFILE, getrlimit

    if getrlimit(RLIMIT_NOFILE)[0] < 1100:
        pytest.skip("a process may not open so many files here")
    (project / "train.py").write_text(RUN)
    launcher = Launcher(["train.py"], [])
    is_awake = threading.Event()
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(1024)]
    try:
        launcher.is_ready(is_awake.set)
        assert is_awake.wait(60)
    finally:
        launcher.close()
        for file in files:
            os.close(file)
    assert launcher.reason == ""
