"""The folder of a record: where it is, what its files are named, and how they are written.

Owns the layout on disk; must not know what the files say.
"""

from __future__ import annotations

import os

from ..snapshots.atomic_io import replace_files
from ..snapshots.recorded import MARKS, RUNS, find_above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

END_FILE, OUTPUT_FILE, PATCH_FILE = "end.json", "output.log", "diff.patch"
LEASE_FILE = "lease"
RETURN = "return"  # the metric that a function returned
CWD_VARIABLE = "HPMAN_CWD"  # the folder to record for a run in a temporary one
_LETTERS = "abcdefghjkmnpqrstuvwxyz"  # none that looks like another
_LENGTH = 8
_random = os.urandom


def project_folder(start: str) -> str:
    """Return the folder that holds the records of a program.

    Args:
        start: the folder of the program. The nearest folder from there upwards with a
            `pyproject.toml` is the project, or else the nearest with a `.git`, or else the
            current folder.
    """
    found = (find_above(start, mark) for mark in MARKS)
    return next(filter(None, found), os.getcwd())


def make_folder(path: str) -> str:
    """Make a folder of records or sweeps, which git ignores, and return its path.

    Raises:
        OSError: if it cannot be made.
    """
    os.makedirs(path, exist_ok=True)
    ignore = os.path.join(os.path.dirname(path), ".gitignore")
    if not os.path.exists(ignore):
        replace_files([(ignore, b"*\n")])
    return path


def create(project: str, beginning: str = "") -> str:
    """Create the folder of a new run and return its path; the id is its name.

    Args:
        project: the folder of the project.
        beginning: the beginning of the id, such as that of a sweep.

    Raises:
        OSError: if the folder cannot be created.
    """
    runs = make_folder(os.path.join(project, RUNS))
    while True:
        digits = [*_LETTERS, *"23456789"]
        random = [digits[byte % len(digits)] for byte in _random(_LENGTH)]
        if not beginning:
            random[0] = _LETTERS[_random(1)[0] % len(_LETTERS)]
        folder = os.path.join(runs, beginning + "".join(random))
        try:
            os.mkdir(folder)
        except FileExistsError:
            continue
        return folder


def write_json(folder: str, name: str, data: Mapping[str, object]) -> None:
    """Write a file of a record atomically, one key per line.

    Raises:
        SnapshotError: if the file cannot be written.
    """
    import json

    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    replace_files([(os.path.join(folder, name), text.encode())])


def removals(runs: str, sweep: str) -> str:
    """Return the file that lists the removed records of a sweep that machines share, if it exists.

    Args:
        runs: the folder of records.
        sweep: the name of the sweep.
    """
    return os.path.join(os.path.dirname(runs), "sweeps", sweep, "removed")


def project_of(folder: str) -> str:
    """Return the folder of the project that holds the folder of a record.

    >>> project_of(os.path.join("project", RUNS, "k3f2"))
    'project'
    """
    return os.path.dirname(os.path.dirname(os.path.dirname(folder)))
