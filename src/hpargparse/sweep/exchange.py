"""The records of a sweep whose machines share no folder: each machine has copies of all.

Owns which files of a record travel through the database, and when. Must not know how a record
counts for a sweep.
"""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from shutil import rmtree
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from hpman import HpmanError
from hpman.run_files import METRICS, STOP
from hpman.text import escape

from ..claims.database import Database
from ..claims.storage_url import StorageUrl
from ..claims.timed import SECONDS_UNTIL_FREE, Store, TimedClaims, random_token
from ..errors import SweepError
from ..runs.record import (
    END_FILE,
    OUTPUT_FILE,
    PATCH_FILE,
    RUNNING,
    RunRecord,
    create_record,
    project_of,
    removals,
    wait_until_described,
    write_json,
)
from ..snapshots.recorded import RUN_FILE, read_json
from .score import Objective

_HIDDEN = ".pull-"  # a record with such a name is not listed
_PAUSE = 0.5  # seconds between two looks for new records
_OVERLAP = 200  # numbers of records that may appear in another order
_TAIL = 1 << 12  # bytes of the output of a run that has failed


class Exchange:
    """The records of a sweep, here and in a database."""

    def __init__(
        self,
        url: StorageUrl,
        runs: str,
        sweep: str,
        objectives: Sequence[Objective],
        *,
        collects: bool,
        token: str = "",
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        token = token or random_token()
        self.database: Database = Database(
            url, sweep, token=token, seconds_until_free=SECONDS_UNTIL_FREE, say=say
        )
        self._runs = runs
        self._sweep = sweep
        self._objectives = tuple(objectives)
        self._collects = collects
        self._token = token
        self._is_run = re.compile(rf"{re.escape(sweep)}-\d+(r\d+)?-[a-z0-9]+").fullmatch
        self._numbers: dict[str, int] = {}  # of the runs that the database has; 0 if unknown
        self._last = 0
        self._looked = -_PAUSE

    def open(self, description: Mapping[str, Any]) -> list[str]:
        """Open the database, and return the keys in which the sweep is another there.

        Records that were removed here since the last time are removed there.

        Raises:
            SweepError: if the database cannot be opened.
            OSError: if the folder of the sweep cannot be used.
        """
        found = json.loads(self.database.open(json.dumps(description)))
        path = removals(self._runs, self._sweep)
        with suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
            for run in file.read().split():
                self.database.remove_run(run)
        with open(path, "w", encoding="utf-8"):  # from now on, removals are noted
            pass
        return [key for key, value in description.items() if found.get(key) != value]

    def pull(self, *, now: bool) -> None:
        """Copy the records of other machines that are new.

        Raises:
            SweepError: if the database is away for too long.
            OSError: if the folder cannot be written.
        """
        if not now and time.monotonic() < self._looked + _PAUSE:
            return
        for number, run, is_removed in self.database.runs_after(self._last - _OVERLAP):
            if self._numbers.get(run) != number and self._is_run(run):
                is_here = os.path.isdir(os.path.join(self._runs, run))
                if is_removed and is_here:
                    self._remove(run)
                elif not is_removed and not is_here:
                    self._unpack(run, self.database.read_run(number))
                self._numbers[run] = number
            self._last = max(self._last, number)
        self._looked = time.monotonic()

    def push(self, runs: Iterable[str]) -> None:
        """Send those records to the database that it lacks. Their runs have ended.

        Raises:
            SweepError: if the database is away for too long.
        """
        for run in runs:
            if run not in self._numbers and self._is_run(run):
                try:
                    packed = self._pack(os.path.join(self._runs, run))
                except (OSError, HpmanError, ValueError):  # it is damaged, or was removed
                    continue
                if packed:
                    self.database.add_run(run, packed)
                    self._numbers[run] = 0

    @contextmanager
    def claims(self) -> Iterator[tuple[TimedClaims, list[str]]]:
        """Hold claims in the database. Yield them, and no warnings; close it at the end."""
        claims = TimedClaims(self.store())
        try:
            yield claims, []
        finally:
            claims.close()
            self.database.close()

    def store(self) -> Store:
        """Return where claims are kept. The record of a run is sent before its claim is free."""
        return _SharedClaims(self)

    def named(self, trial_run: str) -> list[str]:
        """Return the records that were begun here for a run."""
        beginning = f"{self._sweep}-{trial_run}-"
        return [run for run in os.listdir(self._runs) if run.startswith(beginning)]

    def settings(self) -> dict[str, Any]:
        """Return the arguments of an equal object, as JSON data."""
        return {
            "url": self.database.url.text,
            "runs": self._runs,
            "sweep": self._sweep,
            "objectives": [list(objective) for objective in self._objectives],
            "collects": self._collects,
            "token": self._token,
        }

    def _pack(self, folder: str) -> bytes:
        """Return the files of a record that others need; nothing while the run goes on."""
        wait_until_described(folder)
        record = RunRecord(folder)
        if record.status == RUNNING:
            return b""
        for objective in self._objectives:
            objective.collect(record, from_cwd=self._collects)
        paths = [os.path.join(record.folder, n) for n in (END_FILE, METRICS, STOP, PATCH_FILE)]
        paths += [path for objective in self._objectives for path in objective.files(record)]
        project = project_of(record.folder)
        data = read_json(os.path.join(record.folder, RUN_FILE))
        if isinstance(data.get("cwd"), str):
            below = os.path.relpath(os.path.realpath(data["cwd"]), os.path.realpath(project))
            data["cwd"] = data["cwd"] if below.startswith(os.pardir) else below
        packed = io.BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as file:
            file.writestr(RUN_FILE, json.dumps(data))
            for path in dict.fromkeys(paths):
                if os.path.isfile(path):
                    file.write(path, os.path.relpath(path, record.folder))
            if any(objective.reads_output for objective in self._objectives):
                output = record.output()
            else:
                output = record.output(_TAIL) if record.status == "failed" else b""
            if output:
                file.writestr(OUTPUT_FILE, output)
        return packed.getvalue()

    def _remove(self, run: str) -> None:
        hidden = os.path.join(self._runs, f".{run}")
        os.rename(os.path.join(self._runs, run), hidden)
        rmtree(hidden, ignore_errors=True)

    def _unpack(self, run: str, packed: bytes) -> None:
        """Write a record of another machine."""
        project = project_of(os.path.join(self._runs, run))
        folder = create_record(project, _HIDDEN)
        try:
            with ZipFile(io.BytesIO(packed)) as file:
                data = json.loads(file.read(RUN_FILE))
                file.extractall(folder)  # it removes `..` from names
            data["cwd"] = os.path.normpath(os.path.join(project, data.get("cwd") or ""))
            write_json(folder, RUN_FILE, data)
            with suppress(OSError):  # another process was faster
                os.rename(folder, os.path.join(self._runs, run))
                return
        except (BadZipFile, KeyError, ValueError) as error:
            message = f"The record of the run {escape(run)} in the database is damaged: {error}."
            raise SweepError.because(message, "Choose another --name.") from None
        finally:
            rmtree(folder, ignore_errors=True)


class _SharedClaims:
    """Claims in the database, for `TimedClaims`."""

    def __init__(self, exchange: Exchange) -> None:
        self.seconds_until_free: float = exchange.database.seconds_until_free
        self._exchange = exchange
        self._database = exchange.database

    def settings(self) -> dict[str, Any]:
        return self._exchange.settings()

    def take(self, name: str) -> bool:
        return self._database.take(name)

    def busy(self) -> set[str]:
        return self._database.busy()

    def renew(self, names: Mapping[int, str]) -> None:
        self._database.renew(names)

    def free(self, name: str) -> None:
        # If the sweep was killed, nobody else sends the record.
        self._exchange.push(self._exchange.named(name))
        self._database.free(name)


def store_of(settings: dict[str, Any]) -> Store:
    """Return claims equal to those of the exchange that has some settings."""
    settings["url"] = StorageUrl(settings["url"])
    settings["objectives"] = [Objective(*fields) for fields in settings["objectives"]]
    return Exchange(**settings).store()
