"""`hpman rename OLD NEW [PATH...]`: rename a hyperparameter everywhere.

Owns the command line of this command; must not know what is edited, or how it is proved.
"""

from __future__ import annotations

import argparse

from hpman.text import escape

from ..check.config import read_settings
from ..cli.argv import add_paths, placeholder
from ..cli.output import warn, write_result
from ..edits import unified_diff, write_files
from ..rename.plan import ProvedRename, plan

DESCRIPTION = """\
Rename a hyperparameter, or a group with its members: in calls, in methods such
as `set_value`, in hints, and in the YAML and JSON files below PATH whose keys
are names of the program. All other bytes stay. The result is read again before
anything is written: it is what was there before, with the new name. Whatever
else has the old name, such as a shell script, is listed and stays."""
EPILOG = """\
exit status: 0, or 2 if something cannot be renamed; then nothing is written

examples:
  {prog} lr learning_rate                 show what would change
  {prog} lr learning_rate --write         change it
  {prog} lr learning_rate --write --keep-alias
  {prog} model net src runs/best.yaml     rename a group"""


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Rename, and write what was changed, then what was not."""
    settings = read_settings(options.paths)
    result = plan(
        options.old,
        options.new,
        options.paths,
        keeps_alias=options.keep_alias,
        placeholders=options.placeholder or (),
        bare=settings.placeholder,
        exclude=settings.exclude_globs,
    )
    if options.write:
        write_files(result.files)
    done = _summary(options, result) if options.write else unified_diff(result.files)
    write_result(parser.prog, done)
    warn(parser.prog, result.notes)
    if not options.write:
        warn(parser.prog, ["Nothing is written without `--write`."])
    return "", 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("old", metavar="OLD", help="a hyperparameter, or a group")
    parser.add_argument("new", metavar="NEW", help="its new name")
    add_paths(parser, "a source, a file of values, or a folder (default: .)")
    parser.add_argument("--write", action="store_true", help="change the files")
    parser.add_argument(
        "--keep-alias",
        action="store_true",
        help="keep the old name usable in files, in records of runs and as an option, by the "
        "hint `aliases`",
    )
    parser.add_argument(
        "--placeholder",
        action="append",
        type=placeholder,
        metavar="NAME",
        help="the manager, if several have the name",
    )


def _summary(options: argparse.Namespace, result: ProvedRename) -> str:
    """Return what was changed, on one line."""
    counts = [f"{_count(result.literals, 'place')} in sources"]
    if result.keys:
        counts.append(f"{_count(result.keys, 'key')} in files of values")
    files = _count(len(result.files), "file")
    return escape(f"{options.old} -> {options.new}: {', '.join(counts)} ({files})") + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
