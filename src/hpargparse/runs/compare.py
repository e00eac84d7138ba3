"""Compare recorded runs: values, metrics, environments and sources.

Owns what differs between records, and how that is shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hpman import Frozen, HpmanError
from hpman.names import new_name
from hpman.text import escape

from ..cli.output import json_text
from ..description import json_value
from ..diff import reports
from ..diff.compare import compare
from ..diff.operands import Operand, Request
from ..diff.pipeline import Comparison
from ..diff.sources import definitions_of, read_sources
from .record import PATCH_FILE, RunRecord, project_of
from .reports import align, column_widths

_DEFAULT = re.compile(r"(.*?:\d+) default ")  # as in `train.py:3 default 1e-3`
_FIELDS = ("status", "program", "revision", "python", "host")


class Row(Frozen):
    """One thing that differs between runs."""

    __slots__ = ()
    group: str  # values, metrics, run or packages
    name: str
    cells: tuple[Any, ...]  # what each run has, None for a run without it
    place: str = ""  # where the default of a value is, as the last of the runs knows it


class SourceChanges(Frozen):
    """How the sources of two runs differ."""

    __slots__ = ()
    old: str  # the id of the first run
    new: str
    files: tuple[str, ...]  # those that differ, relative to the project
    comparison: Comparison | None = None  # of the hyperparameters in them, if it is known
    reason: str = ""  # a sentence that says why it is unknown


def differing_rows(records: Sequence[RunRecord]) -> list[Row]:
    """Return what differs between runs, beside their sources."""
    rows = _rows("values", list(_values(records)))
    places = {
        name: match[1]
        for record in records
        for name, chain in record.data["origins"].items()
        if chain and (match := _DEFAULT.match(chain[0]))
    }
    return [
        *(row.replace(place=places.get(row.name, "")) for row in rows),
        *_rows("metrics", [record.metrics for record in records]),
        *_rows("run", [_fields(record) for record in records]),
        *_rows("packages", [versions(record.data["packages"]) for record in records]),
    ]


def _values(records: Sequence[RunRecord]) -> Iterator[dict[str, str]]:
    """Yield the values of each run by name. An old name becomes the new one of another run."""
    renamed = {old: new for record in records for old, new in record.data["renamed"].items()}
    for record in records:
        values = record.data["values"]
        new_names = {name: new_name(name, renamed, lambda _name: False, ".") for name in values}
        yield {
            name if new_names[name] in values else new_names[name]: text
            for name, text in values.items()
        }


def _rows(group: str, columns: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield a row for each key whose values differ."""
    for name in dict.fromkeys(name for column in columns for name in column):
        cells = tuple(column.get(name) for column in columns)
        if len(set(map(repr, cells))) > 1:
            yield Row(group, name, cells)


def _fields(record: RunRecord) -> dict[str, str]:
    fields = {name: record.data.get(name) for name in _FIELDS} | {"status": record.status}
    if fields["revision"]:
        dirty = "-dirty" if record.data.get("dirty") else ""  # as `git describe` shows it
        fields["revision"] = f"{fields['revision'][:12]}{dirty}"
    return {name: str(value) for name, value in fields.items() if value is not None}


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of packages such as `numpy==2.1`, by name."""
    pairs = (package.partition("==") for package in packages)
    return {name: version for name, _equals, version in pairs}


def differing_sources(records: Sequence[RunRecord]) -> list[SourceChanges]:
    """Return how the sources of the first run and those of each other one differ."""
    first, *others = records
    pairs = ((first, other) for other in others)
    return [changes for pair in pairs if (changes := _source_changes(*pair)).files]


def _source_changes(old: RunRecord, new: RunRecord) -> SourceChanges:
    before, after = (record.data["sources"] for record in (old, new))
    files = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    changes = SourceChanges(old.id, new.id, tuple(sorted(files)))
    if not files:
        return changes
    for record in (old, new):
        if reason := why_sources_unknown(record):
            return changes.replace(reason=reason)
    sides = old_side, new_side = _operand(old), _operand(new)
    try:
        old_index, new_index = read_sources(sides, Request())
        *both, warnings = definitions_of(old_index, new_index)
    except (HpmanError, OSError) as error:
        return changes.replace(reason=f"They cannot be compared: {error}")
    project = project_of(old.folder)
    own = {os.path.join(project, *path.split("/")) for path in {**before, **after}}
    definitions = [
        [definition for definition in side if os.path.abspath(definition.path) in own]
        for side in both
    ]
    comparison = Comparison(old_side, new_side, compare(*definitions), warnings)
    return changes.replace(comparison=comparison)


def why_sources_unknown(record: RunRecord) -> str:
    """Return why the sources of a run cannot be read again, or an empty string."""
    if not (record.data.get("revision") or "").isalnum():  # it becomes an argument of git
        return f"{record.id} has no commit of git."
    if record.data.get("patch") not in ("none", "kept"):
        return f"{record.id} has not kept the changes since its commit."
    return ""


def _operand(record: RunRecord) -> Operand:
    has_patch = record.data["patch"] == "kept"
    patch = os.path.abspath(os.path.join(record.folder, PATCH_FILE)) if has_patch else ""
    return Operand("revision", record.id, record.data["revision"], patch)


def text_report(ids: Sequence[str], rows: Sequence[Row], sources: Sequence[SourceChanges]) -> str:
    """Return a table with a column for each run, and a list of what differs in the sources."""
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
        lines.append(escape(f"sources of {changes.old} and {changes.new}"))
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
    differences = [
        {
            "group": row.group,
            "name": row.name,
            "cells": [json_value(cell) for cell in row.cells],
            "place": row.place or None,
        }
        for row in rows
    ]
    changed = [
        {
            "old": changes.old,
            "new": changes.new,
            "files": list(changes.files),
            "changes": changes.comparison and reports.json_changes(changes.comparison),
            "reason": changes.reason or None,
        }
        for changes in sources
    ]
    return json_text({"runs": list(ids), "differences": differences, "sources": changed})
