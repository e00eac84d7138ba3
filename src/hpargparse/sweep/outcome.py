"""The end of a sweep: the best run, what failed, and which commands come next.

Owns the wording. Must not know how a sweep runs.
"""

from __future__ import annotations

import shlex

from hpman._text import escape, truncate

from .progress import number
from .report import default_text, table
from .results import COMPLETE, FAILED
from .space import default_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .plan import Plan
    from .study import Study

_SHOWN = 3  # trials of a group of failures


def text_report(study: Study, plan: Plan, failure: str = "") -> str:
    """Return how a sweep ended, as text.

    Args:
        study: the sweep.
        plan: the values of its trials.
        failure: why it ended early; empty if it did not.
    """
    outcomes = study.outcomes()
    complete = sum(outcome.status == COMPLETE for outcome in outcomes.values())
    failed = len(outcomes) - complete
    more = "; the same command goes on" if len(outcomes) < study.total else ""
    parts = [f"{complete} of {study.total} trials complete, {failed} failed{more}\n"]
    best = study.best()
    if best is not None:
        trial, outcome = best
        score = f"{study.objective.name} {number(outcome.score)}"
        shown = _table(plan, outcome.values)
        parts.append(f"Best: {escape(score)}, trial {trial}, run {outcome.run}\n{shown}")
    if failed:
        parts.append(_failures(study))
    if failure:
        parts.append(f"Ended early: {escape(failure)}\n")
    commands_next = [f"hpman {line}" for line in _next(study)]
    parts.append("Next:\n" + "".join(f"  {line}\n" for line in commands_next))
    return "\n".join(parts)


def json_report(study: Study, failure: str = "") -> dict[str, Any]:
    """Return how a sweep ended, as JSON data."""
    outcomes = study.outcomes()
    best = study.best()
    statuses = [outcome.status for outcome in outcomes.values()]
    return {
        "sweep": study.name,
        "trials": study.total,
        "complete": statuses.count(COMPLETE),
        "failed": statuses.count(FAILED),
        "ended_early": failure or None,
        "best": None
        if best is None
        else {
            "trial": best[0],
            "id": best[1].run,
            "score": best[1].score,
            "values": dict(best[1].values),
        },
    }


def _table(plan: Plan, values: Mapping[str, str]) -> str:
    """Return the values of a trial with their defaults and where these are."""
    axes = [axis for axis in plan.space.axes if axis.name in values]
    rows = [
        [axis.name, truncate(values[axis.name]), default_text(default_of(axis.converter))]
        for axis in axes
    ]
    return table(["name", "value", "default"], rows, [axis.definition for axis in axes])


def _failures(study: Study) -> str:
    """Return the failures, those with the same last line together."""
    groups: dict[str, list[int]] = {}
    runs: dict[str, str] = {}
    for trial, outcome in study.outcomes().items():
        if outcome.status == FAILED:
            groups.setdefault(outcome.error, []).append(trial)
            runs.setdefault(outcome.error, outcome.run)
    lines = []
    for error, trials in sorted(groups.items(), key=lambda item: -len(item[1])):
        shown = ", ".join(map(str, trials[:_SHOWN])) + (", ..." if trials[_SHOWN:] else "")
        lines.append(f"  {len(trials)} x {escape(error)} (trial {shown}; run {runs[error]})\n")
    return "Failed; `hpman runs --remove ID` lets a trial run again:\n" + "".join(lines)


def _next(study: Study) -> list[str]:
    """Return commands for the best run, and for all of them."""
    where = f'"sweep == {study.name!r}"'  # quotes that any shell understands
    objective = study.objective
    sort = ""
    if objective.name and not objective.source:
        name = objective.name.removeprefix("best:")
        sort = f" --sort={'-' if objective.maximize else ''}{shlex.quote(name)}"
    lines = [f"runs --where {where}{sort}"]
    best, *others = [outcome.run for _trial, outcome in study.ranked()] or [""]
    if others:
        lines.append(f"compare {best} {others[0]}")
    if best:
        lines += [f"rerun {best}", f"promote {best}"]
    return lines
