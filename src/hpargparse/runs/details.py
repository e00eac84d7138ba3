"""One run in full, as text or JSON.

Owns what is shown of a run, and the commands that come next; must not know the list of runs.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence

from hpman.text import escape, relative_path

from ..cli.output import json_text
from ..description import json_value
from .query import started_text
from .record import RunRecord
from .reports import align, column_widths, duration_text, json_row, number_text

_FEW = 5  # sources that are named


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
