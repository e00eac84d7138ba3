"""Plot runs: metrics over steps, and values against a metric.

Owns which panels a picture has, and what is in them; must not know how they are drawn, or
what a sweep is.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence

from hpman import Diagnostic, Frozen, HpmanError, show_literal
from hpman.text import escape, truncate

from ..snapshots.atomic_io import replace_files
from .exports import Point, history, require_library, scalar
from .query import MISSING, lookup, require_name
from .record import RunRecord
from .reports import number_text

FORMATS = ("png", "svg", "html")
LINES = 10  # colours that are easy to distinguish
_PANELS = 6  # of each kind
_NAME, _RUN, _CATEGORY = 40, 48, 16  # columns that a text may take
_HUGE = 1e300  # no axis reaches this; nan is not below it either
LOG_VALUES, LOG_METRICS = 30, 1000  # a scale is log from this ratio of numbers on
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{}</title>
<style>body {{ margin: 1em }} svg {{ max-width: 100%; height: auto }}</style></head>
<body>
{}</body></html>
"""


class Series(Frozen):
    """A line or a dot of a run."""

    __slots__ = ()
    run: int | None  # its index among the runs with a colour; None for all the others
    x: list[float]
    y: list[float]  # the numbers of the metric
    joined: bool = True  # whether a line joins them


class Panel(Frozen):
    """One diagram. If `categories` is not empty, x is an index into it."""

    __slots__ = ()
    x_label: str
    y_label: str
    series: list[Series]
    categories: list[str]
    log_x: bool = False
    log_y: bool = False


class Bars(Frozen):
    """A diagram with a bar for each label."""

    __slots__ = ()
    x_label: str
    labels: list[str]
    sizes: list[float]


class Parallel(Frozen):
    """A diagram with a line for each run, through an axis from 0 to 1 for each label."""

    __slots__ = ()
    labels: list[str]  # the names of the axes; the last one decides the colours
    ticks: list[dict[float, str]]  # for each axis, places on it and their texts
    lines: list[list[float]]  # for each run, its place on each axis


class Picture(Frozen):
    """All diagrams, the label of each run that has a colour, and a note on what is left out."""

    __slots__ = ()
    panels: list[Panel]
    labels: list[str]
    note: str
    first: Sequence[Panel | Bars | Parallel] = ()


def plot(
    records: Sequence[RunRecord],
    path: str,
    columns: Sequence[str] = (),
    others: Sequence[Panel | Bars | Parallel] = (),
) -> None:
    """Draw runs to a file, the most important last, after other diagrams.

    Without columns, these are all metrics, and the values that differ between the runs.
    """
    kind = os.path.splitext(path)[1][1:].lower()
    if kind not in FORMATS:
        message = f"Cannot plot to `{escape(path)}`."
        advice = f"End the name of the file with .{', .'.join(FORMATS[:-1])} or .{FORMATS[-1]}."
        raise HpmanError(Diagnostic("plot", message, advice))
    require_library("matplotlib", "plot")
    from .figures import draw

    data = draw(picture(records, columns).replace(first=others), "svg" if kind == "html" else kind)
    if kind == "html":
        text = data.decode()
        data = _PAGE.format("Runs", text[text.index("<svg") :]).encode()
    replace_files([(path, data)])


def picture(records: Sequence[RunRecord], columns: Sequence[str] = ()) -> Picture:
    """Return what to draw; see `plot`."""
    points = {record.id: history(record) for record in records}
    reported = {name: None for run in points.values() for point in run for name in point.metrics}
    values = [name for name in columns if name not in reported] if columns else varied(records)
    for name in values:
        require_name(name, records)
    metrics = [name for name in columns if name in reported] or list(reported)
    if not metrics:
        message = (
            f"These {len(records)} runs have reported no numbers, so there is nothing to plot."
        )
        advice = "`hpman.report(loss=0.3, step=1)` in the program reports one."
        raise HpmanError(Diagnostic("plot", message, advice))
    coloured = {record.id: index for index, record in enumerate(records[-LINES:])}
    panels = [
        _curves(name, [(index, points[run]) for run, index in coloured.items()])
        for name in metrics[:_PANELS]
    ]
    results = [
        (record, coloured.get(record.id), result)
        for record in records
        if (result := _last(points[record.id], metrics[0])) is not None
    ]
    if values and all(len(line.x) == 1 for line in panels[0].series):
        del panels[0]  # those of the values show the same numbers
    panels += [_dots(name, metrics[0], results) for name in values[:_PANELS]]
    labels = [truncate(escape(_label(record)), _RUN) for record in records[-LINES:]]
    panels = [panel for panel in panels if panel.series]
    return Picture(panels, labels, _note(len(records), len(metrics), len(values)))


def _curves(metric: str, runs: Iterable[tuple[int, list[Point]]]) -> Panel:
    """Return a metric over steps."""
    series = []
    for index, points in runs:
        reported = [
            (point.step, point.metrics[metric]) for point in points if metric in point.metrics
        ]
        if reported:
            series.append(Series(index, [x for x, _y in reported], [y for _x, y in reported]))
    log = is_log([number for line in series for number in line.y], LOG_METRICS)
    return Panel("step", short_name(metric), series, [], log_y=log)


def _last(points: Sequence[Point], metric: str) -> float | None:
    numbers = [point.metrics[metric] for point in points if metric in point.metrics][-1:]
    return numbers[0] if numbers and math.isfinite(numbers[0]) else None


def _dots(name: str, metric: str, results: Sequence[tuple[RunRecord, int | None, float]]) -> Panel:
    """Return the last value of a metric over a value, a dot per run."""
    dots = [(lookup(record, name), index, result) for record, index, result in results]
    dots = [dot for dot in dots if dot[0] is not MISSING]
    texts = [value if isinstance(value, str) else show_literal(value) for value, *_rest in dots]
    numeric = all(type(value) in (int, float) and abs(value) < _HUGE for value, *_rest in dots)
    categories = [] if numeric else sorted(set(texts))
    places = {text: float(place) for place, text in enumerate(categories)}
    series: dict[int | None, Series] = {}
    for text, (value, index, result) in zip(texts, dots, strict=True):
        line = series.setdefault(index, Series(index, [], [], joined=False))
        line.x.append(float(value) if numeric else places[text])
        line.y.append(result)
    return Panel(
        short_name(name),
        short_name(metric),
        list(series.values()),
        [truncate(escape(text), _CATEGORY) for text in categories],
        log_x=numeric and is_log([dot[0] for dot in dots], LOG_VALUES),
        log_y=is_log([dot[2] for dot in dots], LOG_METRICS),
    )


def is_log(numbers: Iterable[float], ratio: float) -> bool:
    """Return whether a scale of some numbers should be logarithmic."""
    finite = [number for number in numbers if math.isfinite(number)]
    return bool(finite) and min(finite) > 0 and max(finite) / min(finite) >= ratio


def varied(records: Sequence[RunRecord]) -> list[str]:
    """Return the names of the values that differ between runs."""
    texts: dict[str, set[str]] = {}
    for record in records:
        for name, text in record.summary["values"].items():
            texts.setdefault(name, set()).add(str(text))
    return [name for name, different in texts.items() if len(different) > 1]


def short_name(text: str) -> str:
    """Return a name as a diagram shows it."""
    return truncate(escape(text), _NAME)


def _label(record: RunRecord) -> str:
    values = (f"{name}={number_text(scalar(text))}" for name, text in record.changed.items())
    return " ".join([record.id, *values])


def _note(runs: int, metrics: int, values: int) -> str:
    """Return what is left out."""
    parts = []
    if runs > LINES:
        parts.append(f"{LINES} of {runs} runs in colour")
    for count, noun in ((metrics, "metrics"), (values, "values")):
        if count > _PANELS:
            parts.append(f"{_PANELS} of {count} {noun}")
    return f"Shown: {', '.join(parts)}." if parts else ""
