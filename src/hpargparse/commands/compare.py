"""`hpman compare A B ...`: what differs between recorded runs.

Owns the command line. Must not know how runs are compared or shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from hpman import HpmanError

from ..cli.argv import command_parser, parse_command
from ..cli.errors import exit_with_errors
from ..cli.output import write_result
from ..completion import get_argv
from ..runs.compare import differing_rows, differing_sources, json_report, text_report
from ..runs.record import find_record
from ..snapshots.recorded import runs_folder

_DESCRIPTION = """\
Show only what differs between recorded runs: the values, with the places of
their defaults; the last metrics; how and where they ran; the versions of
packages; and the sources, as `hpman diff` compares them."""
_EPILOG = """\
The sources of each run are compared with those of the first one. This takes the
commit of git and the patch in its record, so the files may have changed since.

examples:
  {prog} k3f2 m9a1         the beginnings of two ids
  {prog} k3f2 m9a1 x7      more runs, a column for each"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman compare") -> None:
    """Run the command with some arguments, by default those of the process."""
    parser = command_parser(prog, _DESCRIPTION, _EPILOG)
    parser.add_argument("ids", nargs="+", metavar="ID", help="a run, or the beginning of its id")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    options = parse_command(parser, get_argv(args))
    if len(options.ids) < 2:
        parser.error("name at least two runs")
    report = json_report if options.format == "json" else text_report
    try:
        folder = runs_folder()
        records = [find_record(folder, beginning) for beginning in options.ids]
        ids = [record.id for record in records]
        text = report(ids, differing_rows(records), differing_sources(records))
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    write_result(prog, text)
