"""Rows on the check: a tree in which few files hold hyperparameters."""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING

from hpargparse.commands.hpman import main
from hpman import HyperParameterManager

from . import material
from .measure import Row, best

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES, _HOLDERS = 1000, 50


def rows(folder: str, _upstream: str | None) -> Iterator[Row]:
    """Measure each row in turn."""
    tree = os.path.join(folder, "checked")
    material.tree(tree, _FILES, _HOLDERS)

    def check() -> None:
        with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.suppress(SystemExit):
            main(["check", tree])
        if not shown.getvalue().startswith(f"No problems found in {_HOLDERS} files"):
            raise AssertionError(shown.getvalue())

    def read() -> None:
        for parent, folders, files in os.walk(tree):
            folders.sort()
            for file in files:
                with open(os.path.join(parent, file), "rb", buffering=0) as opened:
                    opened.read()

    what = f"check of {_FILES:,} files, {_HOLDERS} of which hold"
    floor, parsed, ours = best(read, lambda: HyperParameterManager("_").parse_file(tree), check)
    yield Row(what, "parse_file", ours / parsed, 1.5)
    # To parse a twentieth of the files takes longer than to read them all.
    yield Row(what, "reading", ours / floor)
