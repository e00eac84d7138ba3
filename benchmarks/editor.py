"""Rows on the editor: a keystroke and a check, without the protocol and its client."""

from __future__ import annotations

import os
from time import process_time
from typing import TYPE_CHECKING

from hpargparse.editor.completion import complete
from hpargparse.editor.workspace import Workspace
from hpman.programs import walk

from . import material
from .measure import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIZES = ((1000, 50), (10_000, 400))  # files, and how many define five names and use one
_KEYS = 60


def rows(folder: str, _upstream: str | None) -> Iterator[Row]:
    """Measure each row in turn, in milliseconds of processor time; the floor is one of them."""
    for files, holders in _SIZES:
        tree = os.path.join(folder, f"edited_{files}")
        material.tree(tree, files, holders)
        what = f"{files:,} files, {holders * 5:,} names"
        workspace = Workspace([tree])
        paths = [file.path for file in walk([tree])]
        seconds = _seconds(workspace.root_of, paths[0])
        yield Row(f"index of {what}", "1 ms", seconds * 1e3, 1200 if files > 1000 else 500)
        path = next(path for path in paths if path.endswith("part_0000.py"))
        root = workspace.root_of(path)
        first = _seconds(root.findings)
        yield Row(f"first check of {what}", "1 ms", first * 1e3)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        keys, checks = [], []
        for number in range(_KEYS):
            keys.append(_seconds(_keystroke, workspace, path, text, number))
            workspace.edit(path, f"{text}\n_('new_{number}', 1)\n")
            checks.append(_seconds(root.findings))
        aim = 20 if files == 1000 else 50
        yield Row(f"keystroke and completion, {what}", "1 ms", max(keys) * 1e3, aim)
        yield Row(f"check after an edit, {what}", "1 ms", sorted(checks)[-2] * 1e3, 50)


def _keystroke(workspace: Workspace, path: str, text: str, number: int) -> None:
    """Type a letter of a name, and complete it."""
    typed = "name_12"[: number % 7 + 1]
    text = f"{text}\nx = [_('{typed}"
    root = workspace.edit(path, text)
    lines = text.split("\n")
    if not complete(root.program(path), path, text, len(lines), len(lines[-1]) + 1):
        raise AssertionError(typed)


def _seconds(action: Callable[..., object], *values: object) -> float:
    start = process_time()
    action(*values)
    return process_time() - start
