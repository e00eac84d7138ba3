"""Measure, print the table, fail past an aim."""

from __future__ import annotations

import argparse
import sys
import tempfile
from typing import TYPE_CHECKING

from . import check, diff, editor, reading, runs, startup, sweep, values

if TYPE_CHECKING:
    from .measure import Row

GROUPS = {
    "reading": reading.rows,
    "check": check.rows,
    "editor": editor.rows,
    "values": values.rows,
    "startup": startup.rows,
    "diff": diff.rows,
    "runs": runs.rows,
    "sweep": sweep.rows,
}
LINE = "| {:<42} | {:<27} | {:>8} | {:>8} | {:>8} | {:<4} |"


def main() -> int:
    """Run the requested groups and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=" ".join(GROUPS))
    parser.add_argument("--upstream", help="the Python of an environment with upstream's releases")
    args = parser.parse_args()
    print(LINE.format("what", "floor", "ratio", "aim", "upstream", ""))
    print(LINE.format("---", "---", "---:", "---:", "---:", "---"))
    past = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in args.groups or GROUPS:
            for row in GROUPS[name](folder, args.upstream):
                print(_line(row), flush=True)
                past += row.is_past
    return 1 if past else 0


def _line(row: Row) -> str:
    """Return a row as Markdown."""
    verdict = "" if row.aim is None else "PAST" if row.is_past else "ok"
    return LINE.format(
        row.what, row.floor, *map(_number, (row.ratio, row.aim, row.upstream)), verdict
    )


def _number(ratio: float | None) -> str:
    """Return a ratio with two significant digits, or an empty string for None."""
    if ratio is None:
        return ""
    return f"{ratio:.2f}" if ratio >= 0.1 or ratio == 0 else f"1/{1 / ratio:.0f}"


if __name__ == "__main__":
    sys.exit(main())
