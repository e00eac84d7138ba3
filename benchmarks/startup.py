"""Rows on whole processes: what a user waits for, and what an import loads."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from . import material
from .measure import Row, best_of_processes, output

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAVY = "typing dataclasses inspect re ast enum logging pathlib yaml tabulate".split()
# Nearly all of this is the import of 27 small modules and of `_ast`, and the parse. Machines
# differ in how much that costs: 1.27 to 1.49 and 1.6 to 2.8 were measured, 1.52 for help, which
# loads the formatting of ours.
_SHORT_AIM, _HELP_AIM, _FOLDER_AIM = 1.5, 1.6, 2.8
_SHORT_FORM = """\
import sys
import hpargparse
from hpman.m import _
hpargparse.parse_args(_, __file__)
_("lr", 1e-3)
print(sum(name.split(".")[0] in ("hpman", "hpargparse") for name in sys.modules))
"""


def rows(folder: str, upstream: str | None) -> Iterator[Row]:
    """Measure each row in turn."""
    for count in (10, 100, 1000):
        managed, by_hand = material.program(folder, count)
        what = f"process, {count:,} hyperparameters"
        yield _process(what, [managed, "--name-3", "0.5"], by_hand, upstream, _SHORT_AIM)
        yield _process(f"{what}, -h", [managed, "-h"], by_hand, upstream, _HELP_AIM)
    yield _own_modules(folder)
    main, by_hand = material.project(os.path.join(folder, "project"), 200, 100)
    what = "process, 200 files, 100 hyperparameters"
    yield _process(what, [main, "--name-3", "0.5"], by_hand, upstream, _FOLDER_AIM)
    for statement in ("import hpman", "from hpman.m import _", "import hpargparse"):
        yield _heavy_modules(statement)
        floor, ours = best_of_processes(
            [sys.executable, "-c", "pass"], [sys.executable, "-c", statement]
        )
        yield Row(statement, "python -c pass", ours / floor)


def _process(what: str, managed: list[str], by_hand: str, upstream: str | None, aim: float) -> Row:
    """Compare a program with its twin by hand, under our Python and under upstream's."""
    options = managed[1:]
    floor, ours = best_of_processes([sys.executable, by_hand, *options], [sys.executable, *managed])
    theirs = None
    if upstream is not None:
        least, slow = best_of_processes(
            [upstream, by_hand, *options], [upstream, *managed], rounds=3
        )
        theirs = slow / least
    return Row(what, "argparse by hand", ours / floor, aim, theirs)


def _own_modules(folder: str) -> Row:
    """Count the modules of ours that the short form of a program loads."""
    script = os.path.join(folder, "short.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write(_SHORT_FORM)
    return Row("the short form", "modules of ours", float(output([sys.executable, script])), 27)


def _heavy_modules(statement: str) -> Row:
    """Count the heavy modules that an import loads; none is the aim."""
    code = f"import sys; {statement}; print(len(set({_HEAVY!r}) & set(sys.modules)))"
    return Row(statement, "heavy modules", float(output([sys.executable, "-I", "-c", code])), 0)
