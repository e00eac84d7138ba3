"""Find and read the records of runs, which are also files of values: `run:ID`.

Owns where the folder of records is, how the beginning of an id names a run, and which
contents of `run.json` are valid; must not know how a record is written.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from hpman import Diagnostic, HpmanError, NotLiteralError, parse_literal
from hpman.text import escape, relative_path

from ..errors import MissingSnapshotError, SnapshotError
from .formats import RUN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = 1
_SIZE_LIMIT = 1 << 22  # bytes; a record has a few thousand
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_LATEST = 1e11  # seconds: all systems can show the date
DETAILS = "sources"  # the first of the keys that are long, and are written last
RUN_FILE = "run.json"
RUNS = os.path.join(".hpman", "runs")
MARKS = ("pyproject.toml", ".git")  # of the folder of a project


class RecordError(HpmanError):
    """Report a record that cannot be read."""


def find_above(start: str, name: str) -> str | None:
    """Return the nearest folder, from a folder upwards, that contains a file of this name."""
    folder = os.path.abspath(start)
    while True:
        if os.path.exists(os.path.join(folder, name)):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def runs_folder() -> str:
    """Return the folder of records in the current folder, or the nearest one above it.

    Raises:
        MissingSnapshotError: if there is none.
    """
    above = find_above(os.curdir, os.path.join(RUNS, ""))  # not a file
    if above is None:
        raise MissingSnapshotError.at(
            os.path.join(os.curdir, RUNS),
            None,
            "No runs are recorded in this folder or above it.",
            "`hpman run --record train.py` records one.",
        )
    return os.path.join(above, RUNS)


def find_run(folder: str, beginning: str) -> str:
    """Return the folder of the run whose id has a beginning.

    Raises:
        MissingSnapshotError: if no run matches.
        SnapshotError: if there are several.
    """
    ids = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    matches = [beginning] if beginning in ids else []
    if beginning:
        matches = matches or [name for name in ids if name.startswith(beginning)]
    matches = [name for name in matches if os.path.isdir(os.path.join(folder, name))]
    if len(matches) == 1:
        return os.path.join(folder, matches[0])
    shown = f"{RUN}{escape(beginning)}"
    if matches:
        some = ", ".join(matches[:3]) + (", ..." if matches[3:] else "")
        message = f"{len(matches)} runs begin with this: {some}."
        raise SnapshotError.at(shown, None, message, "Give more of the id.")
    message = f"No run in {relative_path(folder)} has this id."
    raise MissingSnapshotError.at(shown, None, message, "`hpman runs` lists the ids.")


def read_run_json(folder: str, *, until: str = "") -> dict[str, Any]:
    """Return the contents of `run.json` of a run, perhaps without the keys from one on."""
    try:
        data = read_json(os.path.join(folder, RUN_FILE), until)
        problem = _damaged_key(data)
    except FileNotFoundError:
        raise _record_error(folder, "The record has no `run.json`.") from None
    except PermissionError:
        raise _record_error(folder, "Cannot read this record.", "Allow reading it.") from None
    except (OSError, ValueError) as error:
        raise _record_error(folder, f"The record is damaged: {error}.") from None
    if data.get("schema") != SCHEMA and isinstance(data.get("schema"), int):
        message = f"The record has the schema {data['schema']}, and this version knows {SCHEMA}."
        raise _record_error(folder, message, "Upgrade hpman to read it.")
    if problem:
        raise _record_error(
            folder, f"The record is damaged: its key `{problem}` is missing or wrong."
        )
    return data


def read_json(path: str, until: str = "") -> dict[str, Any]:
    """Return the JSON object in a file, perhaps without the keys from one on.

    Raises:
        OSError: if it cannot be read, or is not a regular file.
        ValueError: if it is not JSON, not an object, or too large.
    """
    import json

    descriptor = open_regular(path, os.O_RDONLY | _BINARY)  # faster than `open`, for thousands
    try:
        size = os.fstat(descriptor).st_size
        if size > _SIZE_LIMIT:
            raise ValueError("it is too large")
        text = os.read(descriptor, size + 1).decode()
    finally:
        os.close(descriptor)
    end = text.find(f',\n"{until}": ') if until else -1
    try:
        data = json.loads(text if end < 0 else f"{text[:end]}}}")
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if type(data) is not dict:
        raise ValueError("it is not a JSON object")
    return data


def open_regular(path: str, flags: int) -> int:
    """Open a file of a record, as the `opener` of `open`. A FIFO would wait for a writer.

    Raises:
        OSError: if it cannot be opened, or is not a regular file.
    """
    descriptor = os.open(path, flags | _NONBLOCK)
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is not a regular file")
    return descriptor


def is_time(value: object) -> bool:
    """Return whether a value is a time in seconds that can be shown as a date."""
    return type(value) in (int, float) and 0 <= value < _LATEST  # type: ignore[operator]


# What readers of a record rely on: the type of a key, and of its items. Lists and dicts that
# are missing or null are read as empty.
_KINDS: dict[str, tuple[type, type | None]] = {
    "schema": (int, None),
    "program": (str, None),
    "process": (int, None),
    "values": (dict, str),
    "changed": (list, str),
    "argv": (list, str),
    "cwd": (str, None),
    "defaults": (dict, str),
    "origins": (dict, list),
    "renamed": (dict, str),
    "sources": (dict, str),
    "revision": (str, None),
    "packages": (list, str),
    "gpus": (list, str),
    **dict.fromkeys(("branch", "patch", "host", "python", "name", "sweep"), (str, None)),
    "trial": (int, None),
}
_NEEDED = ("schema", "program", "process", "values", "changed")


def _damaged_key(data: dict[str, Any]) -> str:
    """Return a key that is missing or wrong, or an empty string. Add empty lists and dicts."""
    for key, (kind, item_kind) in _KINDS.items():
        value = data.get(key)
        if value is None and key not in _NEEDED:
            if item_kind is not None:
                data[key] = kind()
            continue
        if type(value) is not kind:
            return key
        if item_kind is not None:
            items: Any = value.values() if type(value) is dict else value
            if not {*map(type, items)} <= {item_kind}:
                return key
    if not 0 < data["process"] < 1 << 31:  # 0 and -1 would be more than one process
        return "process"
    return "" if is_time(data.get("started")) else "started"


def read_values(folder: str) -> dict[str, object]:
    """Return the values of a run by name."""
    texts = read_run_json(folder, until=DETAILS)["values"]
    return {name: value_of(folder, name, text) for name, text in texts.items()}


def value_of(folder: str, name: str, text: object) -> Any:
    """Return a value of a record, which holds its literal."""
    try:
        return parse_literal(str(text))
    except NotLiteralError:
        raise _record_error(folder, f"The value of `{escape(name)}` is not a literal.") from None


def _record_error(folder: str, message: str, advice: str = "") -> RecordError:
    advice = advice or f"`hpman runs --remove {escape(os.path.basename(folder))}` deletes it."
    place = relative_path(os.path.join(folder, RUN_FILE))
    return RecordError(Diagnostic("record", message, advice, place))
