"""Export the runs that have ended to a tracker: TensorBoard, MLflow or Weights & Biases.

Owns what a tracker gets of a run, and that it gets each run once; must not know how a tracker
stores it.
"""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from hpman import Diagnostic, Frozen, HpmanError, NotLiteralError, parse_literal
from hpman.text import escape

from .record import RUNNING, RunRecord, project_of

Scalar = bool | int | float | str

# Where each tracker keeps its runs by default, and the command that shows them.
TRACKERS = {
    "tensorboard": ("tensorboard", "`tensorboard --logdir {}` shows them."),
    "mlflow": ("mlflow.db", "`mlflow ui --backend-store-uri {}` shows them."),
    "wandb": ("wandb", "`wandb sync {}/offline-run-*` uploads them."),
}
_HUGE = 2**1023  # ints beyond it may be too large for a float
_LARGEST = 2**53  # step; trackers hold such integers, and floats hold them exactly


class Point(Frozen):
    """What a run reported at a step."""

    __slots__ = ()
    step: float
    time: float
    metrics: dict[str, float]


class ExportedRun(Frozen):
    """What a tracker gets of a run. Its values are scalars, and its steps are integers."""

    __slots__ = ()
    id: str
    project: str
    program: str
    revision: str
    status: str
    started: float
    ended: float
    values: dict[str, Scalar]
    points: list[Point]


def export(records: Sequence[RunRecord], tracker: str, output: str | None = None) -> str:
    """Export the runs that have ended and have not been exported; return how to look at them.

    The output is a folder or a file, of MLflow also the URI of a server.
    """
    if not records:
        raise HpmanError(Diagnostic("export", "There are no runs to export.", ""))
    default, advice = TRACKERS[tracker]
    require_library(tracker, tracker)
    from . import trackers

    output = output or default
    ended = [record for record in records if record.status != RUNNING]
    send = getattr(trackers, f"to_{tracker}")
    try:
        count = sum(send(_exported(record), output) for record in ended)
    except HpmanError:
        raise
    except Exception as error:  # whatever the library raises
        reason = (str(error).strip() or type(error).__name__).split("\n")[0]
        message = f"Cannot export to {tracker} in `{escape(output)}`: {escape(reason)}"
        raise HpmanError(Diagnostic("export", message, "")) from error
    place = output if tracker != "mlflow" or "://" in output else f"sqlite:///{output}"
    notes = [f"Exported {count} of {len(records)} runs."]
    if len(ended) < len(records):
        notes.append(f"Still running: {len(records) - len(ended)}.")
    if count < len(ended):
        notes.append(f"Exported before: {len(ended) - count}.")
    return f"{' '.join(notes)}\n{advice.format(shlex.quote(place))}\n"


def require_library(module: str, extra: str) -> None:
    """Raise an error unless a library that an extra installs can be found."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:  # any folder of the name is found too
        advice = f"`pip install 'hpman[{extra}]'` installs it."
        raise HpmanError(Diagnostic("export", f"`{module}` is not installed.", advice))


def history(record: RunRecord) -> list[Point]:
    """Return the numbers that a run reported, sorted by step; one point per step.

    A row without a step has the step of the row before it. If no row has one, rows are
    numbered from 0. A metric that was found elsewhere, such as by `--score`, belongs to the
    last point.
    """
    rows = list(record.history())
    stepped = any(_is_step(row.get("step")) for row in rows)
    points: dict[float, Point] = {}
    step: float = 0
    for index, row in enumerate(rows):
        named, time = row.pop("step", None), row.pop("time", None)
        step = named if _is_step(named) else step if stepped else index
        before = points[step].metrics if step in points else {}
        numbers = {name: float(value) for name, value in row.items() if _is_number(value)}
        when = float(time) if _is_step(time) else record.started
        points[step] = Point(step, when, {**before, **numbers})
    reported = {name for point in points.values() for name in point.metrics}
    others = {
        name: float(value)
        for name, value in record.metrics.items()
        if name not in reported and _is_number(value)
    }
    if others:
        ended = record.started + (record.duration or 0)
        last = points[max(points)] if points else Point(0, ended, {})
        points[last.step] = last.replace(metrics={**last.metrics, **others})
    return [points[step] for step in sorted(points) if points[step].metrics]


def scalar(text: str) -> Scalar:
    """Return the value of a literal if it is a scalar, else the literal itself.

    >>> scalar("1e-3"), scalar("'relu'"), scalar("(3, 3)")
    (0.001, 'relu', '(3, 3)')
    """
    try:
        value = parse_literal(text)
    except NotLiteralError:
        return text
    return value if type(value) in (bool, int, float, str) else text


def _exported(record: RunRecord) -> ExportedRun:
    points = history(record)
    if any(point.step != int(point.step) or abs(point.step) > _LARGEST for point in points):
        points = [point.replace(step=index) for index, point in enumerate(points)]
    last = points[-1].time if points else record.started
    return ExportedRun(
        record.id,
        os.path.basename(os.path.abspath(project_of(record.folder))) or "hpman",
        str(record.summary.get("program")),
        str(record.data.get("revision") or ""),
        record.status,
        record.started,
        last if record.duration is None else record.started + record.duration,
        {name: scalar(str(text)) for name, text in record.summary["values"].items()},
        [point.replace(step=int(point.step)) for point in points],
    )


def _is_step(value: Any) -> bool:
    return type(value) is not bool and _is_number(value) and math.isfinite(value)


def _is_number(value: Any) -> bool:
    return type(value) is float or (type(value) in (bool, int) and abs(value) < _HUGE)
