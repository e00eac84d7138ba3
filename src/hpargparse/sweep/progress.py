"""What is seen while a sweep runs: a line for each run that ends, and a block at a terminal.

Owns the wording and the redrawing. Must not know how runs are started.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hpman.text import escape

from ..cli.output import write_result
from ..runs.record import last_metrics
from ..runs.reports import assignments, duration_text
from ..space.report import json_report, text_report
from .live import Block, open_block
from .results import COMPLETE, FAILED, PRUNED, Outcome
from .score import number, scores_data, scores_text
from .study import Study
from .trials import TrialRun
from .worker import Worker

_PAUSE = 0.25  # seconds between two drawings of the block
_TAIL = 1 << 12  # bytes of metrics that are read for the last ones


class Progress:
    """Show a sweep."""

    def __init__(self, prog: str, study: Study, *, is_json: bool) -> None:
        self._prog = prog
        self._study = study
        self._is_json = is_json
        self._block: Block | None = None
        self._is_open = False
        self._drawn = 0.0
        self._runs: dict[Worker, str] = {}  # the ids of their records; empty before they begin
        self._started = time.monotonic()
        self._done_before = 0
        self._interrupts = 0

    def begin(self) -> None:
        """Show what the sweep is."""
        study, trials = self._study, self._study.trials
        selection = trials.selection
        study.refresh()
        outcomes = study.outcomes()
        self._done_before = len(outcomes)
        if self._is_json:
            data = {"sweep": study.name, "trials": study.total, "method": trials.method}
            data |= {"changes": study.changes} if study.changes else {}
            self.write_event("begin", {**data, "done": len(outcomes), **json_report(selection)})
            return
        parts = [f"{trials.method}, {study.total} trials"]
        parts += [f"{trials.repeats} runs each"] if trials.repeats > 1 else []
        goals = ((o.name, "maximize" if o.maximize else "minimize") for o in study.objectives)
        parts += [f"{goal} {escape(name)}" for name, goal in goals] or ["no score"]
        parts += [f"{len(outcomes)} done before"] if outcomes else []
        if study.exchange is not None:
            parts.append(f"shared through {escape(study.exchange.database.url.shown)}")
        text = f"{text_report(selection)}{study.changes_text()}"
        write_result(self._prog, f"{text}Sweep {study.name}: {', '.join(parts)}\n")

    def write_event(self, event: str, data: dict[str, Any]) -> None:
        """Write one JSON object in a line."""
        write_result(self._prog, f"{json.dumps({'event': event, **data})}\n")

    def on_fresh(self, reason: str) -> None:
        """Report in JSON why runs now start as fresh processes."""
        if self._is_json:
            self.write_event("fresh", {"reason": reason})

    def on_end(self, trial_run: TrialRun, outcome: Outcome | None, cause: str = "") -> None:
        """Show that a run has ended. It will be tried again if it has no outcome."""
        lost = f"was killed{cause}"
        values = self._study.trials.values(trial_run)
        if self._is_json:
            data = {
                "trial": trial_run.trial,
                "repeat": trial_run.repeat,
                "status": outcome.status if outcome else "lost",
                "id": outcome.run if outcome else None,
                **scores_data(self._study.objectives, outcome.scores if outcome else ()),
                "copy_of": outcome.copy_of or None if outcome else None,
                "error": outcome.error or None if outcome else lost,
                "seconds": outcome.duration if outcome else None,
                "values": values,
            }
            self.write_event("run", data)
            return
        name = f"trial {trial_run.trial}"
        name += f", repeat {trial_run.repeat}" if self._study.trials.repeats > 1 else ""
        shown = "stopped" if self._interrupts > 1 else f"{lost}, and is tried again"
        if outcome is not None and outcome.status == COMPLETE:
            score = scores_text(self._study.objectives, outcome.scores)
            shown = score or "done"
            time_or_run = f" in {duration_text(outcome.duration)}"
            shown += f", as run {outcome.copy_of}" if outcome.copy_of else time_or_run
        elif outcome is not None and outcome.status == PRUNED:
            shown = f"pruned after {duration_text(outcome.duration)}"
        elif outcome is not None:
            shown = f"failed: {outcome.error}"
        line = escape(f"{name}: {shown}  ({assignments(values)})")
        is_failure = outcome is not None and outcome.status == FAILED
        self._print(line if self._block else f"{line}  [{self._count()}]", is_failure=is_failure)

    def tick(self, running: Sequence[Worker], interrupts: int) -> None:
        """Show what runs now."""
        if self._is_json:
            return
        if not self._is_open:  # the runs have started, so rich may take its time to load
            self._is_open, self._block = True, open_block()
        if interrupts > self._interrupts:
            self._interrupts = interrupts
            shown = "Interrupted: waiting for the runs that have started. Again stops them."
            self._print(shown if interrupts == 1 else "Stopping the runs. Again kills them.")
        now = time.monotonic()
        if self._block is not None and now >= self._drawn + _PAUSE:
            self._drawn = now
            runs = {w: self._runs.get(w) or next(iter(w.new_records()), "") for w in running}
            self._runs = runs
            self._block.draw([*self._head(), *map(self._slot, running)])

    def close(self, *, erase: bool = True) -> None:
        """End the block; leave its last state, or erase it."""
        block, self._block = self._block, None
        if block is not None:
            with suppress(OSError):  # the terminal is gone
                block.close(erase=erase)

    def _print(self, line: str, *, is_failure: bool = False) -> None:
        """Write a line above the block, or to where no block is drawn."""
        if self._block is not None:
            self._block.print(line, "red" if is_failure else "")
        else:
            write_result(self._prog, f"{line}\n")

    def _count(self) -> str:
        """Return how far the sweep is, and the best score."""
        front = self._study.front()
        if len(self._study.objectives) > 1:
            return f"{self._done()}, {len(front)} on the Pareto front"
        shown = (f", best {number(outcome.score)} by trial {trial}" for trial, outcome in front)
        return "".join([self._done(), *shown])

    def _done(self) -> str:
        outcomes = self._study.outcomes().values()
        parts = [f"{len(outcomes)} of {self._study.total}"]
        for status in (PRUNED, FAILED):
            count = sum(outcome.status == status for outcome in outcomes)
            parts += [f"{count} {status}"] if count else []
        return ", ".join(parts)

    def _head(self) -> list[str]:
        """Return how far the sweep is, how fast it is, and the best trial, as lines."""
        study = self._study
        outcomes = study.outcomes()
        done = len(outcomes) - self._done_before
        parts = [self._done()]
        if done:
            seconds = (time.monotonic() - self._started) / done
            parts += [
                rate(1 / seconds),
                f"{duration_text(round((study.total - len(outcomes)) * seconds))} left",
            ]
        for trial, outcome in study.front()[:1]:
            score = scores_text(study.objectives, outcome.scores)
            shown = f"best {score}, trial {trial}  {assignments(outcome.values)}"
            return [", ".join(parts), escape(shown)]
        return [", ".join(parts)]

    def _slot(self, worker: Worker) -> str:
        """Return a line about a run: its trial, how long it takes, what it reported, its values."""
        trial_run, run = worker.claim.trial_run, self._runs[worker]
        seconds = duration_text(float(int(time.monotonic() - worker.started)))
        parts = [f"  trial {trial_run!s:<{len(str(self._study.total - 1))}}", f"{seconds:>5}"]
        if run:
            metrics = last_metrics(os.path.join(self._study.runs, run), _TAIL)
            wanted = [o.name.removeprefix("best:") for o in self._study.objectives]
            names = [name for name in wanted if name in metrics]
            name = next(iter(names), next(reversed(metrics), ""))
            value = metrics.get(name)
            parts += [f"{name} {number(value)}"] if isinstance(value, (int, float)) else []
        return escape("  ".join([*parts, assignments(self._study.trials.values(trial_run))]))


def rate(per_second: float) -> str:
    """Return how often something happens.

    >>> rate(12.3), rate(0.2), rate(0.001)
    ('12.3/s', '12/min', '3.6/h')
    """
    unit, seconds = next(
        (pair for pair in (("s", 1), ("min", 60)) if per_second * pair[1] >= 1), ("h", 3600)
    )
    return f"{per_second * seconds:.3g}/{unit}"
