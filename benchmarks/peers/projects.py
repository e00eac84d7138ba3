"""A folder in which sweeps run and are stopped, and the log that their trials write.

Owns processes and folders; must not know peers or what is counted.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROGRAMS = os.path.join(os.path.dirname(__file__), "programs")
_LIMIT = 300.0  # seconds of a sweep
_PATIENCE = 30.0  # seconds until an interrupt ends a sweep


class Event(NamedTuple):
    """A trial started or ended."""

    kind: str
    when: float
    value: str


class Project:
    """A new folder with the programs.

    Args:
        parent: the folder that it is made in.
        seconds: how long a trial takes.
    """

    def __init__(self, parent: str, seconds: float = 0) -> None:
        self.folder = tempfile.mkdtemp(dir=parent)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_PROGRAMS, self.folder, ignore=ignored, dirs_exist_ok=True)
        self.write("pyproject.toml", "")
        self.write("trials", "")
        self._variables = {
            **os.environ,
            "TRIAL_LOG": os.path.join(self.folder, "trials"),
            "TRIAL_SECONDS": str(seconds),
            "RAY_TMPDIR": self.folder,
        }

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name: str) -> str:
        """Read a file."""
        with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a sweep; its output is in the file `output`."""
        with open(os.path.join(self.folder, "output"), "ab") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        atexit.register(kill, process)  # if the measurement itself is interrupted
        return process

    def run(self, command: Sequence[str]) -> float | None:
        """Run a sweep; return its seconds, None if it fails or does not end in time."""
        begun = time.monotonic()
        process = self.start(command)
        with contextlib.suppress(subprocess.TimeoutExpired):
            if process.wait(_LIMIT) == 0:
                return time.monotonic() - begun
        kill(process)
        print(f"{' '.join(command)}\n{self.read('output')[-2000:]}", file=sys.stderr)
        return None

    def wait_for(self, kind: str, count: int, process: subprocess.Popen[bytes]) -> None:
        """Wait until so many trials have started or ended, or the sweep has."""
        limit = time.monotonic() + _LIMIT
        while self.count(kind) < count and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.01)

    def count(self, kind: str) -> int:
        """Count the trials that have started or ended."""
        return sum(event.kind == kind for event in self.events())

    def events(self) -> list[Event]:
        """Return what the trials have logged."""
        rows = (line.split(" ", 2) for line in self.read("trials").splitlines())
        return [Event(kind, float(when), value) for kind, when, value in rows]


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Stop a sweep as Ctrl+C at a terminal does, and wait for its end."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a sweep and all processes below it with SIGKILL, parents first."""
    if process.poll() is not None:
        return
    for number in [process.pid, *_descendants(process.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    process.wait()


def _descendants(parent: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=", "-o", "ppid="], stdout=subprocess.PIPE, text=True, check=True
    )
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found, parents = [], {parent}
    while parents:
        parents = {child for child, above in pairs if above in parents}
        found += sorted(parents)
    return found
