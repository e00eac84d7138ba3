"""The list of runs as a table, JSON or CSV.

Owns columns and their layout; must not know which records are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from hpman import NotLiteralError, parse_literal
from hpman.text import display_width, escape

from ..cli.output import json_text
from ..description import json_value
from .query import MISSING, lookup, require_name
from .record import RunRecord

_COLUMNS = ("id", "status", "started", "duration", "changed", "metrics")
_LEAST_WIDTH = 16  # of a long column at a terminal
_RARE = ("duration", "started", "status")  # columns that a narrow terminal can do without
_SHORT = 8  # characters of a float that are easy to read
_CUT = "Cut to fit. In full: `hpman runs ID`, or `hpman runs --format csv` for all."


def text_report(
    records: Sequence[RunRecord], columns: Sequence[str] = (), width: int | None = None
) -> str:
    """Return a table with a line for each run.

    Args:
        records: the records, in order.
        columns: the columns; those of `hpman runs` if there are none.
        width: the columns of the terminal; None for anything else.

    Raises:
        HpmanError: if no record has a column.
        RecordError: if a record cannot be read.
    """
    columns = columns or _COLUMNS
    if not records:
        return "No runs.\n"
    _require_columns(records, columns)
    rows = [list(columns)]
    rows += [[escape(_cell(record, column)) for column in columns] for record in records]
    fitted = rows if width is None else _fit(rows, width)
    widths = column_widths(fitted)
    lines = [align(row, widths) for row in fitted]
    if width is not None and fitted != rows:
        from textwrap import wrap

        lines += wrap(_CUT, width)
    return "".join(f"{line}\n" for line in lines)


def _fit(rows: Sequence[list[str]], width: int) -> list[list[str]]:
    """Shorten cells, and leave out columns, until a table fits a terminal."""
    heading = rows[0]
    widths = dict(enumerate(column_widths(rows)))  # of the columns that stay

    def limit(index: int, longest: int) -> int:
        is_score = heading[index] == "metrics" and widths[index] <= width // 3
        share = width // 2 if is_score or heading[index] == "id" else 0  # it is needed in full
        return max(longest, share)

    def fits(longest: int) -> bool:
        sizes = (min(wide, limit(index, longest)) for index, wide in widths.items())
        return sum(size + 2 for size in sizes) - 2 <= width

    if not fits(width) and "started" in heading:  # a day and a minute are enough
        index = heading.index("started")
        widths[index] = 11
        rows = [heading, *([*row[:index], row[index][5:16], *row[index + 1 :]] for row in rows[1:])]
    for name in _RARE:
        if not fits(_LEAST_WIDTH) and name in heading:
            del widths[heading.index(name)]
    while not fits(_LEAST_WIDTH) and len(widths) > 1:
        widths.popitem()
    longest = next(filter(fits, range(width, 3, -1)), 3)
    return [[_cut(row[index], limit(index, longest)) for index in widths] for row in rows]


def _cut(cell: str, width: int) -> str:
    if display_width(cell) <= width:
        return cell
    cell = cell[:width]
    while display_width(cell) > width - 3:
        cell = cell[:-1]
    return f"{cell}..."


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
    return json_text(list(map(json_row, records)))


def json_row(record: RunRecord) -> dict[str, Any]:
    """Return what `json_report` shows of a run."""
    values = record.summary["values"]
    return {
        **{name: _data(record, name) for name in ("id", "status", "program", *_COLUMNS[2:4])},
        "values": {name: _json_value(str(text)) for name, text in values.items()},
        "changed": [*record.changed],
        "metrics": {name: json_value(value) for name, value in record.metrics.items()},
    }


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
    """Return a duration.

    >>> duration_text(1.234), duration_text(75), duration_text(7300)
    ('1.2 s', '1:15', '2:01:40')
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds != int(seconds) else f"{int(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _require_columns(records: Sequence[RunRecord], columns: Sequence[str]) -> None:
    for column in columns:
        if column not in _LISTS:
            require_name(column, records)


def _changed(record: RunRecord) -> str:
    return assignments(record.changed)


def _metrics(record: RunRecord) -> str:
    return " ".join(f"{name}={number_text(value)}" for name, value in record.metrics.items())


def assignments(values: Mapping[str, str]) -> str:
    """Return values in one line, to be read: a long float has four digits.

    >>> assignments({"lr": "0.0018778077087856712", "depth": "3"})
    'lr=0.001878 depth=3'
    """
    return " ".join(f"{name}={_short(text)}" for name, text in values.items())


def _short(text: str) -> str:
    """Return a literal; a float that takes more than eight characters has four digits."""
    if len(text) <= _SHORT or text.lstrip("-").isdigit():
        return text
    try:
        return number_text(float(text))
    except ValueError:
        return text


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
    if column == "status" and record.summary.get("copy_of"):
        return f"{value}, as {record.summary['copy_of']}"
    if column == "duration":
        return duration_text(value)
    return number_text(value)


def _data(record: RunRecord, column: str) -> Any:
    if column == "changed":
        return " ".join(f"{name}={text}" for name, text in record.changed.items())
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
