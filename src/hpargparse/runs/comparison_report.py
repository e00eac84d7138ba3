"""Show how runs differ, as text or JSON.

Owns the layout. Must not know how differences are found.
"""

from __future__ import annotations

from hpman._text import escape

from ..cli.output import json_text
from ..description import json_value
from ..diff import reports
from .reports import align, column_widths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .compare import Row, SourceChanges


def text_report(ids: Sequence[str], rows: Sequence[Row], sources: Sequence[SourceChanges]) -> str:
    """Return a table with a column for each run, and a list of what differs in the sources.

    Args:
        ids: the ids of the runs.
        rows: what differs beside the sources.
        sources: how the sources differ.
    """
    if not (rows or sources):
        return "These runs do not differ.\n"
    table = [["", *ids, ""]]
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            table.append([group])
        table.append([f"  {row.name}", *_cells(row), row.place])
    table = [[escape(cell) for cell in line] for line in table]
    widths = column_widths([line for line in table if len(line) > 1])  # others are headings
    lines = [align(line, widths) for line in table] if rows else []
    for changes in sources:
        lines.append(f"sources of {changes.old} and {changes.new}")
        lines += [f"  {escape(path)}" for path in changes.files]
        if changes.comparison is None:
            lines += [f"  {line}" for line in changes.reason.split("\n")]
        else:
            report = reports.text_report(changes.comparison)
            lines += [f"  {line}" for line in report.splitlines()]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cells(row: Row) -> list[str]:
    if row.group == "metrics":
        return _numbers(row.cells)
    return ["-" if cell is None else str(cell) for cell in row.cells]


def _numbers(cells: Sequence[Any]) -> list[str]:
    """Return the texts of metrics, with no more digits than tell them apart."""
    for digits in (4, 7):
        texts = [f"{cell:.{digits}g}" if type(cell) is float else str(cell) for cell in cells]
        if len({*texts}) == len({*map(repr, cells)}):
            break
    else:
        texts = [str(cell) for cell in cells]
    return ["-" if cell is None else text for cell, text in zip(cells, texts, strict=True)]


def json_report(ids: Sequence[str], rows: Sequence[Row], sources: Sequence[SourceChanges]) -> str:
    """Return the same as one JSON document. Values are literals, as in `run.json`."""
    return json_text(
        {
            "runs": list(ids),
            "differences": [
                {
                    "group": row.group,
                    "name": row.name,
                    "cells": [json_value(cell) for cell in row.cells],
                    "place": row.place or None,
                }
                for row in rows
            ],
            "sources": [
                {
                    "old": changes.old,
                    "new": changes.new,
                    "files": list(changes.files),
                    "changes": None
                    if changes.comparison is None
                    else reports.json_changes(changes.comparison),
                    "reason": changes.reason or None,
                }
                for changes in sources
            ],
        }
    )
