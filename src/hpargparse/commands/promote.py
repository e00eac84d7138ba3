"""`hpman promote ID`: write the values of a run into the sources, as defaults.

Owns the command line, and which values of a record are written. Must not know how a default is
replaced.
"""

from __future__ import annotations

import argparse
import os

from hpman import Diagnostic, HpmanError, Index
from hpman.names import advice
from hpman.programs import index_program
from hpman.text import escape, relative_path

from ..cli.output import exit_with_message
from ..edits import unified_diff, write_files
from ..runs.promote import is_defined, promote, same_name
from ..runs.record import RunRecord, find_record, project_of
from ..snapshots.recorded import runs_folder

DESCRIPTION = """\
Write the values of a recorded run into the sources, so that they are the
defaults from now on. Only the defaults themselves change; comments, blanks and
all other bytes of the files stay. A default that is not a literal, or that has
changed since the run, is refused, and then nothing is written."""
EPILOG = """\
exit status: 0, or 2 if a value cannot be written

examples:
  {prog} k3f2              write all values of the run k3f2...
  {prog} k3f2 --only lr    write one
  {prog} k3f2 --dry        show what would change, as a diff"""


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Write the values, and return what was written."""
    record = find_record(runs_folder(), options.id)
    index = _read_sources(record)
    names = {name: same_name(index, name, record.values) for name in options.only}
    unknown = next((name for name, recorded in names.items() if recorded is None), None)
    if unknown is not None:
        hint = advice(unknown, record.values)
        exit_with_message(parser.prog, escape(f"The run has no value of `{unknown}` ({hint})."))
    # Without names, all values are written, except of defaults that were removed since.
    written = (n for n in record.values if n in record.changed or is_defined(index, n))
    values = {name: record.values[name] for name in filter(None, names.values() or written)}
    files, promotions = promote(index, values, record.data["defaults"])
    if not options.dry:
        write_files(files)
    if not promotions:
        return "Nothing to write: these values already are the defaults.\n", 0
    if options.dry:
        return unified_diff(files), 0
    return "".join(f"{promotion}\n" for promotion in promotions), 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("id", metavar="ID", help="a run, or the beginning of its id")
    parser.add_argument(
        "--only",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="write only these hyperparameters (default: all)",
    )
    parser.add_argument(
        "--dry", action="store_true", help="show what would change, but write nothing"
    )


def _read_sources(record: RunRecord) -> Index:
    """Read the sources of a run as they are now, and the modules that they import."""
    project = project_of(record.folder)
    paths = [os.path.join(project, path) for path in record.data["sources"]]
    files = [relative_path(path) for path in paths if os.path.isfile(path)]
    if not files:
        message = f"No source of the run `{record.id}` is here any more."
        raise HpmanError(Diagnostic("promote", message, "Check out the commit of the run."))
    index = index_program(files, follow_imports=True, also=[project])
    problems = [problem for file in index.files.values() for problem in file.diagnostics]
    if problems:
        raise HpmanError(*problems)
    return index
