"""Notebooks run in a real kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.notebooks import notebook

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

IMPORT = "from hpman.m import _"


# A process that a signal ends would not save its coverage.
UNSIGNALLED = """\
import signal
from hpargparse.commands.hpman import main
signal.raise_signal = print
main()
"""


def _run(
    *args: str, cwd: Path, start: tuple[str, str] = ("-m", "hpman"), **env: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *start, *args]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **env},
        timeout=300,
        check=False,
    )


def test_a_notebook_runs_with_values_and_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / "nb.ipynb"
    cells = (
        f"import hpman, os, sys\n{IMPORT}\nprint(os.getcwd(), sys.argv)",
        ("markdown", "_('text', 1)"),
        "!echo shell\n_('lr', 1e-3, range=(0, 1))\n_('depth', 1);",
        "print(*_.explain('lr'), sep=', ')\nhpman.report(loss=_('lr'))\n_('lr')",
    )
    path.write_bytes(notebook(*cells))
    before = path.read_bytes()
    args = ("--lr", "0.25", "-o", "out.ipynb", "--", "a")
    done = _run("run", "--record", "sub/nb.ipynb", *args, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, shell, origins, value = done.stdout.splitlines()
    assert first == f"{os.path.realpath(tmp_path / 'sub')} ['sub/nb.ipynb', 'a']"
    assert (shell, value) == ("shell", "0.25")
    assert origins.startswith("sub/nb.ipynb:cell 3:2 default 1e-3, ")
    assert origins.endswith(", --lr")
    assert path.read_bytes() == before
    out: dict[str, Any] = json.loads((tmp_path / "out.ipynb").read_bytes())
    assert [cell.get("execution_count") for cell in out["cells"]] == [1, None, 2, 3]
    assert out["cells"][3]["outputs"][-1]["data"] == {"text/plain": ["0.25"]}
    (record,) = (tmp_path / ".hpman" / "runs").iterdir()
    end = json.loads((record / "end.json").read_bytes())
    assert (end["status"], end["metrics"], end["unused"]) == ("finished", {"loss": 0.25}, [])
    assert (record / "output.log").read_text().splitlines()[-1] == "0.25"
    done = _run("promote", record.name, cwd=tmp_path)
    assert done.stdout == "sub/nb.ipynb:cell 3:2: lr: 1e-3 -> 0.25\n"
    assert path.read_bytes() == before.replace(b"1e-3", b"0.25")


def test_an_error_in_a_cell_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_bytes(notebook(IMPORT, "import os\n1 / _('zero', 0)", "print('never')"))
    spec = tmp_path / "kernels" / "python3" / "kernel.json"  # of another Python
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": ["python2"], "display_name": "x", "language": "python"}))
    done = _run("run", "nb.ipynb", "-o", "out.ipynb", cwd=tmp_path, JUPYTER_PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("nb.ipynb:cell 2: ZeroDivisionError: division by zero\n")
    out: dict[str, Any] = json.loads((tmp_path / "out.ipynb").read_bytes())
    assert [len(cell["outputs"]) for cell in out["cells"]] == [0, 1, 0]


def test_a_kernel_that_dies_and_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "out.ipynb").mkdir()
    path = tmp_path / "nb.ipynb"
    path.write_bytes(
        notebook(f"import os, sys\n{IMPORT}\nprint('x', file=sys.stderr)", "os._exit(3)")
    )
    done = _run("run", "nb.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("nb.ipynb:cell 2: the kernel died\n")
    text = {"cell_type": "markdown", "source": ""}
    cells = [
        {"cell_type": "code", "source": "1"},
        {**text, "attachments": [1]},
        {**text, "attachments": {"a": 1}},
        {**text, "attachments": {"a": {}}},
    ]
    path.write_text(json.dumps({"nbformat": 4, "metadata": None, "cells": cells}))
    done = _run("run", "nb.ipynb", "-o", "out.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("hpman run: error: out.ipynb: ")
    assert "Traceback" not in done.stderr


def test_a_kernel_that_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "nb.ipynb").write_bytes(notebook("1"))
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit(1)\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = _run("run", "nb.ipynb", cwd=tmp_path, PYTHONPATH=path)
    assert done.returncode == 1
    assert done.stderr.startswith("hpman run: error: cannot start a kernel: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("catches", [True, False])
def test_an_interrupt_ends_a_cell_and_the_run(tmp_path: Path, *, catches: bool) -> None:
    sleep = "os.kill(os.getppid(), 2)\n    time.sleep(60)\n"
    handler = "except KeyboardInterrupt:\n    print('caught')" if catches else "finally:\n    pass"
    cells = IMPORT, f"import os, time\ntry:\n    _('x', 1)\n    {sleep}{handler}", "print('never')"
    (tmp_path / "nb.ipynb").write_bytes(notebook(*cells))
    command = ("run", "--record", "nb.ipynb", "-o", "out.ipynb")
    done = _run(*command, cwd=tmp_path, start=("-c", UNSIGNALLED))
    assert done.returncode == 130
    assert done.stdout == ("caught\n2\n" if catches else "2\n")
    assert "zmq" not in done.stderr
    out: dict[str, Any] = json.loads((tmp_path / "out.ipynb").read_bytes())
    assert [len(cell["outputs"]) for cell in out["cells"]] == [0, 1, 0]
    (record,) = (tmp_path / ".hpman" / "runs").iterdir()
    assert json.loads((record / "end.json").read_bytes())["status"] == "stopped"
