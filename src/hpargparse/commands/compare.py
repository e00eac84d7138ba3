"""`hpman compare A B ...`: what differs between recorded runs.

Owns the command line. Must not know how runs are compared or shown.
"""

from __future__ import annotations

import argparse

from ..runs.compare import differing_rows, differing_sources, json_report, text_report
from ..runs.record import find_record
from ..snapshots.recorded import runs_folder

DESCRIPTION = """\
Show only what differs between recorded runs: the values, with the places of
their defaults; the last metrics; how and where they ran; the versions of
packages; and the sources, as `hpman diff` compares them."""
EPILOG = """\
The sources of each run are compared with those of the first one. This takes the
commit of git and the patch in its record, so the files may have changed since.

examples:
  {prog} k3f2 m9a1         the beginnings of two ids
  {prog} k3f2 m9a1 x7      more runs, a column for each"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("ids", nargs="+", metavar="ID", help="a run, or the beginning of its id")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Return a report."""
    if len(options.ids) < 2:
        parser.error("name at least two runs")
    report = json_report if options.format == "json" else text_report
    folder = runs_folder()
    records = [find_record(folder, beginning) for beginning in options.ids]
    ids = [record.id for record in records]
    return report(ids, differing_rows(records), differing_sources(records)), 0
