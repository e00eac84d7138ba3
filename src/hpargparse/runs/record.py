"""The record of a run, which is the folder that it leaves.

Owns where the folder is, what its files are named and say, and how a run is stopped and its
record deleted. Each file is read once, and only when it is needed.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, BinaryIO

from hpman import Diagnostic, HpmanError
from hpman.run_files import METRICS, STOP, is_held
from hpman.text import escape, relative_path

from ..snapshots.atomic_io import replace_files
from ..snapshots.recorded import (
    DETAILS,
    MARKS,
    RUN_FILE,
    RUNS,
    RecordError,
    find_above,
    find_run,
    is_time,
    open_regular,
    read_json,
    read_run_json,
    value_of,
)

END_FILE, OUTPUT_FILE, PATCH_FILE = "end.json", "output.log", "diff.patch"
LEASE_FILE = "lease"
RETURN = "return"  # the metric that a function returned
CWD_VARIABLE = "HPMAN_CWD"  # the folder to record for a run in a temporary one
RUNNING, LOST = "running", "lost"
_LETTERS = "abcdefghjkmnpqrstuvwxyz"  # none that looks like another
_DIGITS = f"{_LETTERS}23456789"
_LENGTH = 8
_random = os.urandom
_PATIENCE = 2.0  # seconds
_PAUSE = 0.02  # seconds between two looks
_LOST_AFTER = 3600.0  # seconds in which a run of another machine has written nothing
_TAIL = 1 << 16  # bytes of metrics that are read for the last ones


def project_folder(start: str) -> str:
    """Return the folder of the project that a program in a folder belongs to.

    It is the nearest one upwards with a `pyproject.toml`, or else with a `.git`, or else the
    current folder.
    """
    above = (find_above(start, mark) for mark in MARKS)
    return next(filter(None, above), os.getcwd())


def project_of(folder: str) -> str:
    """Return the folder of the project that holds the folder of a record."""
    return os.path.dirname(os.path.dirname(os.path.dirname(folder)))


def make_folder(path: str) -> str:
    """Make a folder of records or sweeps, which git ignores, and return its path."""
    os.makedirs(path, exist_ok=True)
    ignore = os.path.join(os.path.dirname(path), ".gitignore")
    if not os.path.exists(ignore):
        replace_files([(ignore, b"*\n")])
    return path


def create_record(project: str, beginning: str = "") -> str:
    """Create the folder of a new run and return its path. Its name, the id, has a beginning."""
    runs = make_folder(os.path.join(project, RUNS))
    while True:
        first, *rest = _random(_LENGTH)
        start = beginning + _LETTERS[first % len(_LETTERS)]
        folder = os.path.join(runs, start + "".join(_DIGITS[byte % len(_DIGITS)] for byte in rest))
        with suppress(FileExistsError):
            os.mkdir(folder)
            return folder


def write_json(folder: str, name: str, data: Mapping[str, object]) -> None:
    """Write a file of a record atomically, one key per line."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    replace_files([(os.path.join(folder, name), text.encode())])


def removals(runs: str, sweep: str) -> str:
    """Return the path of the list of removed records of a sweep that machines share."""
    return os.path.join(os.path.dirname(runs), "sweeps", sweep, "removed")


class RunRecord:
    """The record of one run, by its folder, whose name is the id of the run.

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
            try:
                os.kill(data["process"], 0)
            except OSError as error:  # a process of another user exists too
                return isinstance(error, PermissionError)
            return True
        with os.scandir(self.folder) as entries:
            latest = max(entry.stat(follow_symlinks=False).st_mtime for entry in entries)
        return time.time() - latest < _LOST_AFTER

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
        """Return the value of one hyperparameter, or raise a `KeyError` if the run has none."""
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
        """Add metrics to the end of a run that has ended, beside those that it reported."""
        merged = {**self.metrics, **metrics}
        if self.end is not None and merged != self.metrics:
            write_json(self.folder, END_FILE, {**self.end, "metrics": merged})
            del self.end, self.metrics  # they are read again

    def history(self) -> Iterator[dict[str, Any]]:
        """Yield what was reported, one dict a call, with `time` and perhaps `step`."""
        return _read_metrics(self.folder)

    def output(self, tail: int | None = None) -> bytes:
        """Return what the run wrote to its standard streams so far, or the bytes at its end."""
        path = os.path.join(self.folder, OUTPUT_FILE)
        with suppress(FileNotFoundError), _open_at_tail(path, tail) as file:
            return file.read()
        return b""


def host() -> str:
    """Return the name of this machine."""
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


def records(folder: str) -> list[RunRecord]:
    """Return all records in a folder of records, in no order. Their files are not read yet."""
    with os.scandir(folder) as entries:
        return [
            RunRecord(entry.path)
            for entry in entries
            if os.path.isdir(entry.path) and not entry.name.startswith(".")  # not a broken link
        ]


def readable(records: Iterable[RunRecord]) -> tuple[list[RunRecord], list[RecordError]]:
    """Return the records that can be read, and the errors of the others. Skip runs that begin."""
    good, errors = [], []
    for record in records:
        try:
            record.summary  # noqa: B018 - it is read here
            good.append(record)
        except RecordError as error:
            is_described = os.path.exists(os.path.join(record.folder, RUN_FILE))
            if is_described or not record.is_running:
                errors.append(error)
    return good, errors


def find_record(folder: str, beginning: str) -> RunRecord:
    """Return the only record whose id has a beginning. Wait until it is complete."""
    path = find_run(folder, beginning)
    wait_until_described(path)
    return RunRecord(path)


def wait_until_described(folder: str) -> None:
    """Wait a moment for the last keys of a record, which another process adds."""
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
    """Return the last value of each metric in a record, or in the bytes at its end."""
    last: dict[str, Any] = {}
    for row in _read_metrics(folder, tail):
        last.update(row)
    for name in ("step", "time"):
        last.pop(name, None)
    return last


def _read_metrics(folder: str, tail: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of metrics. A line that is torn or damaged is left out."""
    with suppress(OSError), _open_at_tail(os.path.join(folder, METRICS), tail) as file:
        for line in file:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if type(row) is dict:
                yield row


def _open_at_tail(path: str, tail: int | None) -> BinaryIO:
    """Open a file to read so many bytes at its end, or all of it."""
    file = open(path, "rb", opener=open_regular)  # noqa: SIM115 - the caller closes it
    if tail is not None:
        file.seek(max(0, os.fstat(file.fileno()).st_size - tail))
    return file


def request_stop(folder: str, reason: str = "stopped") -> None:
    """Ask the run with this record to end. The reason becomes its status."""
    replace_files([(os.path.join(folder, STOP), reason.encode())])


def stop(record: RunRecord, patience: float) -> bool:
    """Ask a run to end, and send SIGTERM if it does not. Return whether it has ended.

    The patience is the seconds to wait before the signal, and as long after it.
    """
    if not record.is_running:
        raise _run_error(record, f"is not running: it is {record.status}.", "")
    if not record.stop_request:
        request_stop(record.folder)
    if wait_while(lambda: record.is_running, patience):
        return True
    where = record.summary.get("host")
    if where != host():
        message = f"runs on {where}, and did not end when it was asked to."
        raise _run_error(record, message, "Stop it on that machine.")
    with suppress(OSError):  # it has just ended, or is another user's
        # While the run is running, the process is its own.
        os.kill(int(record.summary["process"]), signal.SIGTERM)
    return wait_while(lambda: record.is_running, patience)


def remove(record: RunRecord) -> None:
    """Delete the record of a run that has ended."""
    if record.is_running:
        advice = f"`hpman runs --stop {record.id}` stops it."
        raise _run_error(record, "is running.", advice)
    try:
        _delete(record)
    except OSError as error:
        advice = f"Allow writing in {escape(relative_path(os.path.dirname(record.folder)))}."
        raise _run_error(record, f"cannot be removed: {error.strerror}.", advice) from None


def _delete(record: RunRecord) -> None:
    from shutil import rmtree

    if os.path.islink(record.folder):
        os.unlink(record.folder)
        return
    runs = os.path.dirname(record.folder)
    with suppress(HpmanError, OSError):  # it is damaged, or its sweep is not shared
        path = removals(runs, str(record.summary.get("sweep")))
        with open(path, "r+", encoding="utf-8") as file:
            file.seek(0, os.SEEK_END)
            file.write(f"{record.id}\n")
    # Under this name, what is left by a crash in the middle is not listed.
    hidden = os.path.join(runs, f".{record.id}")
    os.rename(record.folder, hidden)
    rmtree(hidden)


def _run_error(record: RunRecord, message: str, advice: str) -> HpmanError:
    return HpmanError(Diagnostic("run", f"`{record.id}` {message}", advice))
