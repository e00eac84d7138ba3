"""What is seen while a sweep runs: a line for each run that ends, and a block at a terminal.

Owns the wording and the redrawing. Must not know how runs are started.
"""

from __future__ import annotations

import json
import time

from hpman._text import escape

from ..cli.output import terminal_width, write_result
from .plan import text_of
from .report import json_report, text_report
from .study import COMPLETE, FAILED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .plan import Plan, Unit
    from .study import Outcome, Study
    from .worker import Worker

_CLEAR = "\x1b[{}F\x1b[J"  # go up some lines, and erase all below


class Progress:
    """Show a sweep.

    Args:
        prog: the name of the command.
        study: the sweep.
        plan: the values of its trials.
        is_json: whether to write a JSON object a line.
    """

    def __init__(self, prog: str, study: Study, plan: Plan, *, is_json: bool) -> None:
        self._prog = prog
        self._study = study
        self._plan = plan
        self._is_json = is_json
        self._width = None if is_json else terminal_width()
        self._block: list[str] = []
        self._started = time.monotonic()
        self._ended = 0  # runs that this command has seen end
        self._interrupts = 0

    def begin(self) -> None:
        """Show what the sweep is."""
        study, plan, selection = self._study, self._plan, self._plan.selection
        study.refresh()
        outcomes = study.outcomes()
        if self._is_json:
            data = {"sweep": study.name, "trials": study.total, "method": plan.method}
            self.write_event("begin", {**data, "done": len(outcomes), **json_report(selection)})
            return
        goal = "maximize" if study.objective.maximize else "minimize"
        parts = [f"{plan.method}, {study.total} trials"]
        parts += [f"{plan.repeats} runs each"] if plan.repeats > 1 else []
        parts += [f"{goal} {escape(study.objective.name)}"] if study.objective.name else []
        parts += [f"{len(outcomes)} done before"] if outcomes else []
        text = f"{text_report(selection)}Sweep {study.name}: {', '.join(parts)}\n"
        write_result(self._prog, text)

    def write_event(self, event: str, data: dict[str, Any]) -> None:
        """Write one JSON object in a line."""
        write_result(self._prog, f"{json.dumps({'event': event, **data})}\n")

    def on_end(self, unit: Unit, outcome: Outcome | None) -> None:
        """Show that a run has ended. It will be tried again if it has no outcome."""
        self._ended += outcome is not None
        values = self._plan.values(unit)
        if self._is_json:
            data = {
                "trial": unit.trial,
                "repeat": unit.repeat,
                "status": outcome.status if outcome else "lost",
                "id": outcome.run if outcome else None,
                "score": outcome.score if outcome else None,
                "error": outcome.error or None if outcome else None,
                "seconds": outcome.duration if outcome else None,
                "values": values,
            }
            self.write_event("run", data)
            return
        name = f"trial {unit.trial}" + (f", repeat {unit.repeat}" if self._plan.repeats > 1 else "")
        shown = "stopped" if self._interrupts > 1 else "was killed, and is tried again"
        if outcome is not None and outcome.status == COMPLETE:
            score = f"{self._study.objective.name} {number(outcome.score)}"
            shown = "done" if outcome.score is None else score
            shown += f" in {span(outcome.duration)}"
        elif outcome is not None:
            shown = f"failed: {outcome.error}"
        line = escape(f"{name}: {shown}  ({text_of(values)})")
        self._write(line if self._width else f"{line}  [{self._count()}]", [])

    def tick(self, running: Sequence[Worker], interrupts: int) -> None:
        """Show what runs now.

        Args:
            running: the runs.
            interrupts: how often the sweep was interrupted.
        """
        if interrupts > self._interrupts and not self._is_json:
            self._interrupts = interrupts
            shown = "Interrupted: waiting for the runs that have started. Again stops them."
            self._write(shown if interrupts == 1 else "Stopping the runs. Again kills them.", [])
        if self._width:
            now = time.monotonic()
            lines = [self._count()]
            for worker in running:
                values = text_of(self._plan.values(worker.claim.unit))
                seconds = span(float(int(now - worker.started)))
                lines.append(escape(f"  trial {worker.claim.unit}  {seconds}  {values}"))
            self._write("", [line[: self._width - 1] for line in lines])

    def close(self) -> None:
        """Erase the block."""
        if self._block:
            self._write("", [])

    def _count(self) -> str:
        """Return how far the sweep is, how fast it is, and the best score."""
        study = self._study
        outcomes = study.outcomes().values()
        parts = [f"{len(outcomes)} of {study.total}"]
        failed = sum(outcome.status == FAILED for outcome in outcomes)
        if failed:
            parts.append(f"{failed} failed")
        if self._width and self._ended:
            left = (study.total - len(outcomes)) * self._plan.repeats
            seconds = (time.monotonic() - self._started) / self._ended
            parts.append(f"{span(round(left * seconds))} left")
        best = study.best()
        if best is not None:
            parts.append(f"best {number(best[1].score)} by trial {best[0]}")
        return ", ".join(parts)

    def _write(self, line: str, block: list[str]) -> None:
        """Write a line above the block, and draw the block again if it is another."""
        if not line and block == self._block:
            return
        text = _CLEAR.format(len(self._block)) if self._block else ""
        text += f"{line}\n" if line else ""
        self._block = block if self._width else []
        text += "".join(f"{row}\n" for row in self._block)
        write_result(self._prog, text)


def number(score: float | None) -> str:
    """Return a score with six digits.

    >>> number(0.123456789), number(None)
    ('0.123457', '')
    """
    return "" if score is None else f"{score:.6g}"


def span(seconds: float) -> str:
    """Return a span of time.

    >>> span(1.234), span(75), span(7300)
    ('1.2 s', '1:15', '2:01:40')
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds != int(seconds) else f"{int(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
