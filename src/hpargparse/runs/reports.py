"""The list of runs as a table, JSON or CSV, and one run in full.

Owns columns and their layout, and the commands that come next for a run; must not know which
records are listed.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from hpman import NotLiteralError, parse_literal
from hpman.text import display_width, escape, relative_path, truncate

from ..cli.output import json_text
from ..description import json_value
from .query import MISSING, lookup, require_name, started_text
from .record import RunRecord

_COLUMNS = ("id", "status", "started", "duration", "changed", "metrics")
_LEAST_WIDTH = 16  # of a long column at a terminal
_RARE = ("duration", "started", "status")  # columns that a narrow terminal can do without
_FEW = 5  # sources that are named
_SHORT = 8  # characters of a float that are easy to read
_CUT = "Cut to fit. In full: `hpman runs ID`, or `hpman runs --format csv` for all."


def text_report(
    records: Sequence[RunRecord], columns: Sequence[str] = (), width: int | None = None
) -> str:
    """Return a table with a line for each run, cut to the width of a terminal if it has one."""
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
    return [[truncate(row[index], limit(index, longest)) for index in widths] for row in rows]


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


_LISTS: dict[str, Callable[[RunRecord], str]] = {
    "changed": lambda record: assignments(record.changed),
    "metrics": lambda record: " ".join(
        f"{name}={number_text(value)}" for name, value in record.metrics.items()
    ),
}


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


def json_details(record: RunRecord) -> str:
    """Return a JSON object: the keys of `hpman runs --format json` and of the files of a record."""
    data = {**record.data, **(record.end or {}), **json_row(record)}
    exact = {name: json_value(value) for name, value in data.items()}
    return json_text({**exact, "files": dict(_files(record))})


def text_details(record: RunRecord) -> str:
    """Return some lines for each of: how it ran, values, metrics, files, commands."""
    default = [name for name in record.summary["values"] if name not in record.changed]
    command = shlex.join(["hpman", "run", *(record.data["argv"] or record.program)])
    again = shlex.join(["hpman", "run", *record.program, "--hp-load", f"run:{record.id}"])
    parts: dict[str, Sequence[Sequence[str]]] = {
        record.id: _facts(record, command),
        "values that differ from the defaults": _values(record, record.changed),
        "other values": _values(record, default),
        "values that the program set itself": [
            (name, str(value)) for name, value in ((record.end or {}).get("set") or {}).items()
        ],
        "metrics": [(name, number_text(value)) for name, value in record.metrics.items()],
        "files": [(name, f"{size:,} bytes") for name, size in _files(record)],
        "commands": [
            (f"hpman rerun {record.id}", "runs it again"),
            (f"hpman promote {record.id} --dry", "shows its values as new defaults"),
            (f"hpman compare {record.id} ID", "shows what differs from another run"),
            (again, "loads its values, and takes others"),
        ],
    }
    return "".join(f"{line}\n" for title, rows in parts.items() for line in _part(title, rows))


def _part(title: str, rows: Iterable[Sequence[str]]) -> list[str]:
    shown = [[escape(cell) for cell in row] for row in rows]
    if not shown:
        return []
    widths = column_widths(shown)
    return [escape(title), *(f"  {align(row, widths)}" for row in shown)]


def _facts(record: RunRecord, command: str) -> list[tuple[str, str]]:
    """Return how a run was started and how it ended. What is unknown is left out."""
    data, end = record.data, record.end or {}
    ended = [f"{key} {end[key]}" for key in ("exit", "signal", "error") if end.get(key) is not None]
    took = "" if record.duration is None else f" for {duration_text(record.duration)}"
    revision = str(data.get("revision") or "")[:12]
    patch = {"none": "", "kept": "changed as in diff.patch"}
    changes = patch.get(str(data.get("patch")), f"changed; the patch is {data.get('patch')}")
    sources = data["sources"]
    facts = {
        "status": (record.status, *ended),
        "started": (f"{started_text(record)}{took}",),
        "command": (command,),
        "in": (record.cwd,),
        "revision": (data.get("branch"), revision, changes) if revision else (),
        "sources": sources if len(sources) <= _FEW else (f"{len(sources)} files",),
        "machine": (data.get("host"), data.get("python"), *data["gpus"]),
        "sweep": (data["sweep"], f"trial {data.get('trial')}") if data.get("sweep") else (),
        "never read": end.get("unused") or (),
        "folder": (relative_path(record.folder),),
    }
    joined = (
        (name, ", ".join(str(part) for part in parts if part)) for name, parts in facts.items()
    )
    return [(name, text) for name, text in joined if text]


def _values(record: RunRecord, names: Iterable[str]) -> list[tuple[str, ...]]:
    texts, origins = record.summary["values"], record.data["origins"]
    return [(name, texts[name], ", ".join(map(str, origins.get(name, ())))) for name in names]


def _files(record: RunRecord) -> list[tuple[str, int]]:
    with os.scandir(record.folder) as entries:
        return sorted((entry.name, entry.stat(follow_symlinks=False).st_size) for entry in entries)
