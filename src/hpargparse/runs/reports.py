"""The list of runs as a table, JSON or CSV.

Owns columns and their layout; must not know which records are listed.
"""

from __future__ import annotations

from functools import lru_cache

from hpman._text import display_width, escape, truncate
from hpman.literals import NotLiteralError, parse_literal

from ..cli.output import json_text
from ..description import json_value
from .query import MISSING, lookup, require_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .record import RunRecord

_COLUMNS = ("id", "status", "started", "duration", "changed", "metrics")
_LEAST_WIDTH = 20  # of the last column at a terminal


def text_report(
    records: Sequence[RunRecord], columns: Sequence[str] = (), width: int | None = None
) -> str:
    """Return a table with a line for each run.

    Args:
        records: the records, in order.
        columns: the columns; those of `hpman runs` if there are none.
        width: the columns of the terminal; None for anything else.

    Raises:
        QueryError: if no record has a column.
        RecordError: if a record cannot be read.
    """
    columns = columns or _COLUMNS
    if not records:
        return "No runs.\n"
    _require_columns(records, columns)
    rows = [list(columns)]
    rows += [[escape(_cell(record, column)) for column in columns] for record in records]
    widths = column_widths(rows)
    if width is not None:  # the last columns are lists, and may be long
        room = max(width - 2 - sum(wide + 2 for wide in widths[:-2]), 2 * _LEAST_WIDTH)
        widths[-2:] = [min(wide, room // 2) for wide in widths[-2:]]
        rows = [[*row[:-2], *map(truncate, row[-2:], widths[-2:])] for row in rows]
    return "".join(f"{align(row, widths)}\n" for row in rows)


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the width of each column of a table."""
    return [max(map(display_width, column)) for column in zip(*rows, strict=True)]


def align(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row of a table as a line."""
    pairs = zip(row, widths, strict=False)  # a heading has one cell
    return "  ".join(cell + " " * (width - display_width(cell)) for cell, width in pairs).rstrip()


def json_report(records: Sequence[RunRecord], columns: Sequence[str] = ()) -> str:
    """Return a JSON array with an object for each run.

    What JSON cannot represent exactly, such as a tuple, is given as its literal.
    """
    if columns:
        _require_columns(records, columns)
        return json_text([{name: _data(record, name) for name in columns} for record in records])
    rows = []
    for record in records:
        names = ("id", "status", "program", "started", "duration")
        values = {name: _json_value(str(text)) for name, text in record.summary["values"].items()}
        rows.append(
            {
                **{name: _data(record, name) for name in names},
                "values": values,
                "changed": [*record.changed],
                "metrics": {name: json_value(value) for name, value in record.metrics.items()},
            }
        )
    return json_text(rows)


def csv_report(records: Sequence[RunRecord], columns: Sequence[str] = ()) -> str:
    """Return CSV with a line for each run, and a column for each value and metric."""
    import csv
    from io import StringIO

    if not columns:
        values = {name for record in records for name in record.summary["values"]}
        metrics = {name for record in records for name in record.metrics}
        columns = [*_COLUMNS[:4], "program", *sorted(values), *sorted(metrics - values)]
    else:
        _require_columns(records, columns)
    output = StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        data = [_data(record, column) for column in columns]
        writer.writerow(["" if value is None else value for value in data])
    return output.getvalue()


def duration_text(seconds: float) -> str:
    """Return a duration in the two largest of its units.

    >>> duration_text(1.23), duration_text(75), duration_text(7380), duration_text(200000)
    ('1.2 s', '1 min 15 s', '2 h 3 min', '2 d 7 h')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    for unit, size, below, part in (("min", 60, "s", 1), ("h", 3600, "min", 60)):
        if seconds < size * (60 if unit == "min" else 24):
            return f"{seconds // size:.0f} {unit} {seconds % size // part:.0f} {below}"
    return f"{seconds // 86400:.0f} d {seconds % 86400 // 3600:.0f} h"


def _require_columns(records: Sequence[RunRecord], columns: Sequence[str]) -> None:
    for column in columns:
        if column not in _LISTS:
            require_name(column, records)


def _changed(record: RunRecord) -> str:
    return " ".join(f"{name}={text}" for name, text in record.changed.items())


def _metrics(record: RunRecord) -> str:
    return " ".join(f"{name}={number_text(value)}" for name, value in record.metrics.items())


def number_text(value: object) -> str:
    """Return a value; a float has four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


_LISTS: dict[str, Callable[[RunRecord], str]] = {"changed": _changed, "metrics": _metrics}


def _cell(record: RunRecord, column: str) -> str:
    if column in _LISTS:
        return _LISTS[column](record)
    value = lookup(record, column)
    if value is MISSING:
        return ""
    if column == "duration":
        return duration_text(value)
    return number_text(value)


def _data(record: RunRecord, column: str) -> Any:
    if column in _LISTS:
        return _LISTS[column](record)
    value = lookup(record, column)
    return None if value is MISSING else json_value(value)


@lru_cache(maxsize=10_000)
def _json_value(text: str) -> Any:
    try:
        return json_value(parse_literal(text))
    except NotLiteralError:
        return text
