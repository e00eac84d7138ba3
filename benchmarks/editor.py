"""Rows on the editor: a keystroke and a check, without the protocol and its client."""

from __future__ import annotations

import os
from time import process_time
from typing import TYPE_CHECKING

from hpargparse.editor.completion import complete
from hpargparse.editor.workspace import Workspace
from hpman import index_of, scan_text
from hpman.programs import walk

from . import material
from .measure import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIZES = ((1000, 50), (10_000, 400))  # files, and how many define five names and use one
_KEYS = 60
_MANAGER = frozenset("_")


def rows(folder: str, _upstream: str | None) -> Iterator[Row]:
    """Measure each row in turn. Rows in milliseconds of processor time depend on the machine."""
    for files, holders in _SIZES:
        tree = os.path.join(folder, f"edited_{files}")
        material.tree(tree, files, holders)
        what = f"{files:,} files"
        path = next(file.path for file in walk([tree]) if file.path.endswith("part_0000.py"))
        workspace, floor = Workspace([tree]), _seconds(index_of, tree)
        yield Row(f"index of {what}", "index_of", _seconds(workspace.root_of, path) / floor, 2)
        root = workspace.root_of(path)
        first = _seconds(root.findings)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        keys, checks, scans = [], [], []
        for number in range(_KEYS):
            scans.append(_seconds(scan_text, text, path, _MANAGER))
            keys.append(_seconds(_keystroke, workspace, path, text, number))
            workspace.edit(path, f"{text}\n_('new_{number}', 1)\n")
            checks.append(_seconds(root.findings))
        keys.sort()
        yield Row(f"key and completion in {what}", "a scan of the text", keys[30] / min(scans), 12)
        yield Row(f"key and completion in {what}, p98", "1 ms", keys[-2] * 1e3)
        yield Row(
            f"check after an edit in {what}", "the first check", sorted(checks)[30] / first, 0.3
        )
        yield Row(f"check after an edit in {what}, p98", "1 ms", sorted(checks)[-2] * 1e3)


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
