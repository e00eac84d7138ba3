"""The command line of a sweep that was started before.

Owns which sweep is meant, and from which folder it was started. Must not know options.
"""

from __future__ import annotations

import os
from typing import Any

from hpman import Frozen
from hpman.text import escape, relative_path

from ..errors import SweepError
from ..snapshots.recorded import find_above, read_json
from .study import PLAN, SWEEPS


class Resumed(Frozen):
    """A sweep that was started before.

    Attributes:
        name: its name.
        folder: the folder in which it was started.
        commands: the arguments that it was started with, and those of each `--resume` since.
    """

    __slots__ = ()
    name: str
    folder: str
    commands: list[list[str]]


def find_sweep(name: str) -> Resumed:
    """Return the sweep of a name in the current project.

    Raises:
        SweepError: if there is none, or its command line cannot be read.
    """
    project = find_above(os.curdir, os.path.join(SWEEPS, ""))
    sweeps = os.path.join(project or "", SWEEPS)
    times: dict[str, float] = {}
    for other in os.listdir(sweeps) if project else ():
        path = os.path.join(sweeps, other, PLAN)
        if os.path.exists(path):
            times[other] = os.path.getmtime(path)
    if not times or project is None:
        message = "No sweep was started in this folder or above it."
        raise SweepError.because(message, "`hpman sweep SCRIPT` starts one.")
    name = name or max(times, key=times.__getitem__)
    if name not in times:
        message = f"There is no sweep `{escape(name)}`."
        advice = f"Name one of these: {', '.join(sorted(map(escape, times)))}."
        raise SweepError.because(message, advice)
    path = os.path.join(sweeps, name, PLAN)
    try:
        data = read_json(path)
        commands = [list(map(_text, argv)) for argv in (data["argv"], *data.get("resumed", ()))]
        folder = os.path.normpath(os.path.join(project, _text(data.get("folder", "."))))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        message = "The command line of the sweep cannot be read."
        advice = "Give it in full, with another --name."
        raise SweepError.because(message, advice, relative_path(path)) from None
    return Resumed(name, folder, commands)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value
