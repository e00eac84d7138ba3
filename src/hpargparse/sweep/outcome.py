"""The end of a sweep: the best run, what failed, and which commands come next.

Owns the wording. Must not know how a sweep runs.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from hpman import parse_literal
from hpman.text import escape, relative_path, truncate

from ..runs.record import OUTPUT_FILE, RETURN, RunRecord
from ..space.report import default_text, table
from ..space.space import default_of
from .results import COMPLETE, FAILED, PRUNED
from .score import number, scores_data, scores_text
from .study import Study

_BAR = 30  # characters of the longest bar
_SHOWN = 3  # trials of a group of failures
_MOST_REMOVED = 9  # records of failures that a command removes


def text_report(study: Study, failure: str = "") -> str:
    """Return how a sweep ended, as text."""
    outcomes = study.outcomes()
    statuses = [outcome.status for outcome in outcomes.values()]
    complete, pruned, failed = map(statuses.count, (COMPLETE, PRUNED, FAILED))
    ended = f"{pruned} pruned, {failed} failed" if pruned else f"{failed} failed"
    copies = sum(bool(outcome.copy_of) for outcome in outcomes.values())
    ended += f", {copies} not run again" if copies else ""
    more = f"; the same command goes on, or `hpman sweep --resume {study.name}`"
    more = more if len(outcomes) < study.total else ""
    parts = [f"{complete} of {study.total} trials complete, {ended}{more}\n"]
    if len(study.objectives) > 1:
        parts += _front(study)
    elif study.objectives:
        parts += _best(study)
    elif complete:
        parts.append(_advice(study))
    for objective, shares in zip(study.objectives, _importances(study), strict=True):
        if shares:
            parts.append(f"Importance for {escape(objective.name)}:\n{_bars(shares)}")
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
    best = [
        {
            "trial": trial,
            "id": outcome.run,
            **scores_data(study.objectives, outcome.scores),
            "values": dict(outcome.values),
        }
        for trial, outcome in study.front()
    ]
    statuses = [outcome.status for outcome in outcomes.values()]
    return {
        "sweep": study.name,
        "trials": study.total,
        "complete": statuses.count(COMPLETE),
        "pruned": statuses.count(PRUNED),
        "failed": statuses.count(FAILED),
        "copies": sum(bool(outcome.copy_of) for outcome in outcomes.values()),
        "ended_early": failure or None,
        "importances": _importances_data(study),
        **({"front": best} if len(study.objectives) > 1 else {"best": next(iter(best), None)}),
    }


def _importances(study: Study) -> list[dict[str, float]]:
    """Return for each score how much each hyperparameter matters."""
    complete = [o for o in study.outcomes().values() if o.status == COMPLETE and o.scores]
    texts = [outcome.values for outcome in complete]
    names = [name for name in texts[0] if all(name in values for values in texts)] if texts else []
    columns = {name: [parse_literal(values[name]) for values in texts] for name in names}
    varied = {
        name: values for name, values in columns.items() if any(v != values[0] for v in values)
    }
    if not varied:
        return [{} for _objective in study.objectives]
    from .importance import importances  # with plots, which are slow to load

    return [
        importances(varied, [o.scores[number] for o in complete], maximize=objective.maximize)
        for number, objective in enumerate(study.objectives)
    ]


def _importances_data(study: Study) -> dict[str, Any]:
    """Return the importances for one score, or those for several by name."""
    found = _importances(study)
    if len(found) < 2:
        return next(iter(found), {})
    names = [objective.name for objective in study.objectives]
    return dict(zip(names, found, strict=True))


def _front(study: Study) -> Iterator[str]:
    """Yield the trials of the Pareto front as a table, if there are any."""
    front = study.front()
    if not front:
        return
    names = [axis.name for axis in study.trials.space.axes]
    goals = [objective.name for objective in study.objectives]
    headers = ["run", *map(escape, goals), *names]
    rows = []
    for _trial, outcome in front:
        values = [outcome.values.get(name, "") for name in names]
        rows.append([outcome.run, *map(number, outcome.scores), *map(truncate, values)])
    yield f"Pareto front ({len(front)}):\n{table(headers, rows)}"


def _best(study: Study) -> Iterator[str]:
    """Yield the values of the best trial with their defaults and where these are, if any."""
    for trial, outcome in study.front():
        score = escape(scores_text(study.objectives, outcome.scores))
        values = outcome.values
        axes = [axis for axis in study.trials.space.axes if axis.name in values]
        rows = [
            [axis.name, truncate(values[axis.name]), default_text(default_of(axis.converter))]
            for axis in axes
        ]
        shown = table(["name", "value", "default"], rows, [axis.definition for axis in axes])
        yield f"Best: {score}, trial {trial}, run {outcome.run}\n{shown}"


def _bars(shares: Mapping[str, float]) -> str:
    """Return shares of one as bars, one a line."""
    width = max(map(len, shares))
    return "".join(
        f"  {escape(name):<{width}}  {'#' * round(share * _BAR):<{_BAR}}  {share:4.0%}\n"
        for name, share in shares.items()
    )


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
    output = relative_path(os.path.join(study.runs, "ID", OUTPUT_FILE))
    again = "After a repair,\n`hpman runs --remove ID` lets a trial run again"
    return f"Failed; the output is {escape(output)}. {again}:\n{''.join(lines)}"


def _advice(study: Study) -> str:
    """Return how to name a score, for a sweep without one."""
    run = next(outcome.run for outcome in study.outcomes().values() if outcome.status == COMPLETE)
    metrics = RunRecord(os.path.join(study.runs, run)).metrics
    name = escape(next(iter(metrics), "NAME"))
    advice = f"add `--minimize {name}` or `--maximize {name}`"
    if not metrics:
        advice += ", and call `hpman.report(NAME=...)` or use --score"
    return f"No trial is the best, because no score is named: {advice}.\n"


def _next(study: Study) -> list[str]:
    """Return commands for the best run, or for those that failed, and for all of them."""
    where = f'"sweep == {study.name!r}"'  # quotes that any shell understands
    best, *others = [outcome.run for _trial, outcome in study.ranked()] or [""]
    sort, lines = "", []
    objective = next(iter(study.objectives), None)
    if best and objective is not None:
        name = objective.name.removeprefix("best:")
        metrics = RunRecord(os.path.join(study.runs, best)).metrics
        name = name if name in metrics else RETURN
        sort = f" --sort={'-' if objective.maximize else ''}{shlex.quote(name)}"
        lines = [f"runs --where {where}{sort} --plot sweep.svg"]
    lines = [f"runs --where {where}{sort}", *lines]
    if others:
        lines.append(f"compare {best} {others[0]}")
    outcomes = study.outcomes().values()
    failed = [o.run for o in outcomes if o.status == FAILED and o.run][:_MOST_REMOVED]
    if best:
        lines += [f"rerun {best}", f"promote {best}"]
    elif failed:
        lines.append(f"rerun {failed[0]}")
    if failed:
        lines.append(f"runs --remove {' '.join(failed)}")
    return lines
