"""Read the records of runs.

Owns what a record says: its status, values and metrics. Each file is read once, and only when
it is needed. Must not know how a record is written or shown.
"""

from __future__ import annotations

import json
import os
import time
from functools import cached_property

from hpman.run_files import METRICS, STOP, is_held

from ..snapshots.recorded import (
    DETAILS,
    RUN_FILE,
    RecordError,
    find_run,
    is_time,
    open_regular,
    read_json,
    read_run_json,
    value_of,
)
from .folder import END_FILE, LEASE_FILE, OUTPUT_FILE, project_of, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

_PATIENCE = 2.0  # seconds
_PAUSE = 0.02  # seconds between two looks
_SILENCE = 3600.0  # seconds after which a run of another machine is lost
_TAIL = 1 << 16  # bytes of metrics that are read for the last ones
RUNNING, LOST = "running", "lost"


class RunRecord:
    """The record of one run.

    Args:
        folder: the folder of the record. Its name is the id of the run.

    Attributes:
        folder: the folder.
        id: the id.

    All properties but `id`, `status` and `metrics` raise a `RecordError` if `run.json` is
    missing, damaged, or written by a newer version.
    """

    def __init__(self, folder: str) -> None:
        self.folder: str = folder
        self.id: str = os.path.basename(folder)

    @cached_property
    def data(self) -> dict[str, Any]:
        """The contents of `run.json`."""
        return read_run_json(self.folder)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The contents of `run.json` but the last keys, which are long: from `sources` on."""
        return read_run_json(self.folder, until=DETAILS)

    @cached_property
    def end(self) -> dict[str, Any] | None:
        """The contents of `end.json`; None before the end, and without a readable one."""
        try:
            end = read_json(os.path.join(self.folder, END_FILE))
        except (OSError, ValueError):
            return None
        kinds = {"unused": list, "set": dict}
        is_valid = all(type(end.get(key) or kind()) is kind for key, kind in kinds.items())
        return end if is_valid and type(end.get("status")) is str else None

    @cached_property
    def status(self) -> str:
        """The status: finished, failed, pruned, stopped, running or lost.

        A run is lost if it ended without writing its end, such as by a `kill -9`, or if it
        has started another program in its place, as `os.execv` does.
        """
        if self.end is None and self.is_running:
            return RUNNING
        if self.end is None:  # it may have ended since it was read
            self.__dict__.pop("end")
        if self.end is not None:
            return str(self.end["status"])
        return self.stop_request or LOST

    @property
    def is_running(self) -> bool:
        """Whether the process of the run holds its lease now.

        Where the file system has no locks, a run is running if its process is, or if it has
        written anything in the last hour on another machine.
        """
        is_locked = is_held(os.path.join(self.folder, LEASE_FILE))
        return self._seems_alive() if is_locked is None else is_locked

    def _seems_alive(self) -> bool:
        try:
            data = self.summary
        except RecordError:
            return False
        if os.path.exists(os.path.join(self.folder, END_FILE)):
            return False
        if data.get("host") == host():
            return _is_process(data["process"], self.started)
        with os.scandir(self.folder) as entries:
            latest = max(entry.stat(follow_symlinks=False).st_mtime for entry in entries)
        return time.time() - latest < _SILENCE

    @property
    def stop_request(self) -> str:
        """The status that the run is asked to end with, such as stopped; empty if it is not."""
        try:
            path = os.path.join(self.folder, STOP)
            with open(path, encoding="utf-8", opener=open_regular) as file:
                return file.read().strip() or "stopped"
        except (OSError, UnicodeDecodeError):
            return ""

    @cached_property
    def values(self) -> dict[str, Any]:
        """The values of the hyperparameters at the start, by name."""
        return {name: self.value(name) for name in self.summary["values"]}

    def value(self, name: str) -> Any:
        """Return the value of one hyperparameter.

        Raises:
            KeyError: if the run has no such hyperparameter.
        """
        return value_of(self.folder, name, self.summary["values"][name])

    @property
    def changed(self) -> dict[str, str]:
        """The values that differ from the defaults, as literals."""
        texts = self.summary["values"]
        return {name: str(texts[name]) for name in self.summary["changed"] if name in texts}

    @property
    def program(self) -> list[str]:
        """The arguments that name the program: a script, or `-m` and a module."""
        program = self.summary["program"]
        module = program.removeprefix("-m ")
        return [program] if module == program else ["-m", module]

    @property
    def cwd(self) -> str:
        """The folder in which the run was started, or that of the project if it is unknown."""
        return self.data.get("cwd") or project_of(self.folder)

    @property
    def started(self) -> float:
        """When the run started, in seconds since 1970."""
        return float(self.summary["started"])

    @property
    def duration(self) -> float | None:
        """How long the run took, or has taken, in seconds; None for a lost run."""
        if self.end is not None and is_time(self.end.get("ended")):
            return round(float(self.end["ended"]) - self.started, 3)
        if self.status == RUNNING:
            return time.time() - self.started
        return None

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The last value of each metric; of a run that has not ended, of the latest reports."""
        if self.end is not None and isinstance(self.end.get("metrics"), dict):
            return dict(self.end["metrics"])
        return last_metrics(self.folder, _TAIL)

    def add_metrics(self, metrics: Mapping[str, float]) -> None:
        """Add metrics to the end of a run that has ended, beside those that it reported.

        Raises:
            OSError, SnapshotError: if `end.json` cannot be written.
        """
        merged = {**self.metrics, **metrics}
        if self.end is not None and merged != self.metrics:
            write_json(self.folder, END_FILE, {**self.end, "metrics": merged})
            del self.end, self.metrics  # they are read again

    def history(self) -> Iterator[dict[str, Any]]:
        """Yield what was reported, one dict a call, with `time` and perhaps `step`."""
        return _rows(self.folder)

    def output(self, tail: int | None = None) -> bytes:
        """Return what the run wrote to its standard streams so far.

        Args:
            tail: the bytes at the end to read; None for all.
        """
        try:
            path = os.path.join(self.folder, OUTPUT_FILE)
            with open(path, "rb", opener=open_regular) as file:
                if tail is not None:
                    file.seek(max(0, os.fstat(file.fileno()).st_size - tail))
                return file.read()
        except FileNotFoundError:
            return b""


def host() -> str:
    """Return the name of this machine."""
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


def _is_process(number: int, started: float) -> bool:
    """Return whether a process of this machine runs that was there at some time."""
    try:
        os.kill(number, 0)
    except PermissionError:
        pass
    except OSError:
        return False
    try:
        with open(f"/proc/{number}/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])
    except OSError:  # pragma: no cover - this system has no such files
        return True
    uptime = time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK") < started + 1


def records(folder: str) -> list[RunRecord]:
    """Return all records in a folder, in no order. Their files are not read yet.

    Args:
        folder: the folder of records, see `runs_folder`.

    Raises:
        OSError: if the folder cannot be read.
    """
    with os.scandir(folder) as entries:
        return [
            RunRecord(entry.path)
            for entry in entries
            if os.path.isdir(entry.path) and not entry.name.startswith(".")  # not a broken link
        ]


def readable(records: Iterable[RunRecord]) -> Iterator[RunRecord | RecordError]:
    """Yield each record, or the error if it cannot be read. Skip runs that just begin."""
    for record in records:
        try:
            record.summary  # noqa: B018 - it is read here
        except RecordError as error:
            is_described = os.path.exists(os.path.join(record.folder, RUN_FILE))
            if is_described or not record.is_running:
                yield error
        else:
            yield record


def find_record(folder: str, beginning: str) -> RunRecord:
    """Return the record whose id has a beginning. Wait until it is complete.

    Raises:
        SnapshotError: if there is none, or more than one.
    """
    path = find_run(folder, beginning)
    wait_until_described(path)
    return RunRecord(path)


def wait_until_described(folder: str) -> None:
    """Wait a moment for the last keys of a record. Another process adds them.

    Args:
        folder: the folder of the record.
    """
    wait_while(lambda: _is_being_described(RunRecord(folder)), _PATIENCE)


def wait_while(condition: Callable[[], object], seconds: float) -> bool:
    """Wait some time while a condition holds. Return whether it has ended to hold."""
    end = time.monotonic() + seconds
    while condition():
        if time.monotonic() >= end:
            return False
        time.sleep(_PAUSE)
    return True


def _is_being_described(record: RunRecord) -> bool:
    try:
        age = time.time() - record.summary["started"]
    except RecordError:  # whoever reads more of it will report it
        return False
    return 0 <= age < _PATIENCE and "revision" not in record.data


def last_metrics(folder: str, tail: int | None = None) -> dict[str, Any]:
    """Return the last value of each metric in a record.

    Args:
        folder: the folder of the record.
        tail: the bytes at the end of the file to look at; None for all.
    """
    last: dict[str, Any] = {}
    for row in _rows(folder, tail):
        last.update(row)
    for name in ("step", "time"):
        last.pop(name, None)
    return last


def _rows(folder: str, tail: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of metrics. A line that is torn or damaged is left out."""
    try:
        with open(os.path.join(folder, METRICS), "rb", opener=open_regular) as file:
            if tail is not None:
                file.seek(max(0, os.fstat(file.fileno()).st_size - tail))
            for line in file:
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if type(row) is dict:
                    yield row
    except OSError:
        return
