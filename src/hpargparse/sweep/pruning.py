"""Follow what the runs of a sweep report, and end those that the engine gives up.

Owns where the reports are. Must not know how the engine judges.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any

from hpman import HpmanError
from hpman.run_files import METRICS

from ..runs.record import request_stop
from .engine import Engine, reports_by_step
from .results import PRUNED
from .study import Study
from .worker import Worker


class Pruner:
    """Follow the running runs of a sweep."""

    def __init__(self, study: Study, engine: Engine) -> None:
        self._study = study
        self._engine = engine
        self._metric = study.objectives[0].name.removeprefix("best:")
        self._runs: dict[Worker, str] = {}
        self._read: dict[str, tuple[int, int]] = {}  # the bytes, and the reports
        self._pruned: set[str] = set()

    def check(self, worker: Worker) -> None:
        """Read what a run has reported since the last time, and end it if it is pruned.

        Raises:
            OSError: if the journal of the engine cannot be written.
        """
        run = self._runs.get(worker) or next(iter(worker.new_records()), "")
        if not run or run in self._pruned:
            return
        self._runs[worker] = run
        folder = os.path.join(self._study.runs, run)
        offset, count = self._read.get(run, (0, 0))
        rows, offset = _rows(os.path.join(folder, METRICS), offset)
        values = reports_by_step(rows, self._metric, count)
        self._read[run] = offset, count + len(values)
        if values and self._engine.report(worker.claim.trial_run.trial, values):
            with suppress(HpmanError):  # the disk is full
                request_stop(folder, PRUNED)
                self._pruned.add(run)
                worker.stop()


def _rows(path: str, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return the rows after an offset in a file of metrics, and where the next one begins."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            text, newline, _torn = file.read().rpartition(b"\n")
    except OSError:  # nothing was reported
        return [], offset
    rows = []
    for line in text.splitlines():
        with suppress(ValueError, RecursionError):
            row = json.loads(line)
            rows += [row] if type(row) is dict else []
    return rows, offset + len(text) + len(newline)
