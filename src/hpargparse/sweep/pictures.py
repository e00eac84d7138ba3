"""Diagrams of a sweep: its history, what mattered, and the values of all runs side by side.

Owns what they show, from the records alone. Must not know how a diagram is drawn.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate
from math import isfinite, log10
from typing import Any

from hpman import show_literal
from hpman.text import escape, truncate

from ..runs.plots import (
    LOG_METRICS,
    LOG_VALUES,
    Bars,
    Panel,
    Parallel,
    Series,
    is_log,
    short_name,
    varied,
)
from ..runs.query import MISSING, lookup
from ..runs.record import RunRecord, project_of
from ..runs.reports import number_text
from ..snapshots.recorded import read_json
from .importance import importances
from .score import NoScoreError, Objective
from .study import PLAN, SWEEPS

_Axis = tuple[list[float], dict[float, str]]

_MOST_BARS, _MOST_AXES = 6, 4  # their texts have enough room
_TICKS = 6  # texts of an axis
_TEXT = 12  # columns of one


def diagrams(records: Sequence[RunRecord]) -> list[Panel | Bars | Parallel]:
    """Return the diagrams of a sweep; none for other runs, or with fewer than two scores."""
    objective = _objective(records)
    if objective is None:
        return []
    scores: dict[str, float] = {}
    for record in records:
        if record.status == "finished":
            with suppress(NoScoreError):
                scores[record.id] = objective.score_of(record)
    ended = [record for record in records if isfinite(scores.get(record.id, float("nan")))]
    ended.sort(key=lambda record: (record.summary["trial"], record.id))
    results = [scores[record.id] for record in ended]
    if len(ended) < 2:
        return []
    columns = {name: [lookup(record, name) for record in ended] for name in varied(ended)}
    values = {name: column for name, column in columns.items() if MISSING not in column}
    trials = [float(record.summary["trial"]) for record in ended]
    found: list[Panel | Bars | Parallel] = [_history(objective, trials, results)]
    shares = importances(values, results, maximize=objective.maximize)
    if shares:
        found.append(_bars(objective, shares))
    axes = {name: _axis(values[name]) for name in {**shares, **values}}  # what matters first
    return [*found, _parallel(objective, axes, results)] if axes else found


def _objective(records: Sequence[RunRecord]) -> Objective | None:
    """Return the first score of the sweep that all runs belong to."""
    sweeps = {record.summary.get("sweep") for record in records}
    if len(sweeps) != 1 or not all(type(record.summary.get("trial")) is int for record in records):
        return None
    path = os.path.join(project_of(records[0].folder), SWEEPS, str(*sweeps), PLAN)
    with suppress(OSError, ValueError, LookupError, TypeError):  # no sweep, or without a score
        return Objective(*read_json(path)["plan"]["score"][0])
    return None


def _history(objective: Objective, trials: list[float], scores: list[float]) -> Panel:
    """Return the scores by trial, and the best one so far."""
    best = [*accumulate(scores, lambda *pair: objective.best([*pair]))]
    series = [Series(None, trials, scores, joined=False), Series(None, trials, best)]
    label = short_name(objective.name)
    return Panel("trial", label, series, [], log_y=is_log(scores, LOG_METRICS))


def _bars(objective: Objective, shares: dict[str, float]) -> Bars:
    """Return the shares of the most important hyperparameters."""
    names = [*shares][:_MOST_BARS]
    title = f"importance for {short_name(objective.name)}"
    return Bars(title, [*map(short_name, names)], [shares[name] for name in names])


def _parallel(objective: Objective, axes: dict[str, _Axis], scores: list[float]) -> Parallel:
    """Return the values of the runs and their scores. The best run is drawn last."""
    shown = [*[*axes.items()][:_MOST_AXES], (objective.name, _axis(scores))]
    best_last = sorted(range(len(scores)), key=scores.__getitem__, reverse=not objective.maximize)
    return Parallel(
        [short_name(name) for name, _axis in shown],
        [ticks for _name, (_places, ticks) in shown],
        [[places[run] for _name, (places, _ticks) in shown] for run in best_last],
    )


def _axis(values: Sequence[Any]) -> _Axis:
    """Return the places of values on an axis from 0 to 1, and the texts beside it."""
    numbers = [float(value) for value in values if type(value) in (int, float)]
    if len(numbers) == len(values) and all(map(isfinite, numbers)):
        scaled = [log10(x) for x in numbers] if is_log(numbers, LOG_VALUES) else numbers
        low, size = min(scaled), (max(scaled) - min(scaled)) or 1.0
        texts = {0.0: number_text(min(numbers)), 1.0: number_text(max(numbers))}
        return [(x - low) / size for x in scaled], texts
    shown = [value if isinstance(value, str) else show_literal(value) for value in values]
    names = sorted({*shown})
    places = {name: place / max(1, len(names) - 1) for place, name in enumerate(names)}
    pace = -(-len(names) // _TICKS)
    texts = {places[name]: truncate(escape(name), _TEXT) for name in names[::pace]}
    return [places[name] for name in shown], texts
