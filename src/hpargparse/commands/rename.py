"""`hpman rename OLD NEW [PATH...]`: rename a hyperparameter everywhere.

Owns the command line of this command; must not know what is edited, or how it is proved.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from hpman import HpmanError
from hpman.text import escape

from ..check.config import read_settings
from ..check.selection import SettingsError
from ..cli.argv import command_parser, parse_command, placeholder
from ..cli.errors import exit_with_errors
from ..cli.output import exit_with_message, warn, write_result
from ..completion import get_argv
from ..edits import unified_diff, write_files
from ..rename.plan import ProvedRename, plan

_DESCRIPTION = """\
Rename a hyperparameter, or a group with its members: in calls, in methods such
as `set_value`, in hints, and in the YAML and JSON files below PATH whose keys
are names of the program. All other bytes stay. The result is read again before
anything is written: it is what was there before, with the new name. Whatever
else has the old name, such as a shell script, is listed and stays."""
_EPILOG = """\
exit status: 0, or 2 if something cannot be renamed; then nothing is written

examples:
  {prog} lr learning_rate                 show what would change
  {prog} lr learning_rate --write         change it
  {prog} lr learning_rate --write --keep-alias
  {prog} model net src runs/best.yaml     rename a group"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman rename") -> None:
    """Run the command.

    Args:
        args: the arguments of the command; those of the process if this is None.
        prog: the name of the command in help and errors.
    """
    options = parse_command(_parser(prog), get_argv(args))
    paths = options.paths or [os.curdir]
    try:
        settings = read_settings(paths)
        result = plan(
            options.old,
            options.new,
            paths,
            keeps_alias=options.keep_alias,
            placeholders=options.placeholder or (),
            bare=settings.placeholder,
            exclude=settings.exclude_globs,
        )
        if options.write:
            write_files(result.files)
    except SettingsError as error:
        exit_with_message(prog, str(error))
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error, paths=paths)
    done = _summary(options, result)
    notes = [*result.notes, *([] if options.write else ["Nothing is written without `--write`."])]
    write_result(prog, done if options.write else unified_diff(result.files))
    warn(prog, notes)


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = command_parser(prog, _DESCRIPTION, _EPILOG)
    parser.add_argument("old", metavar="OLD", help="a hyperparameter, or a group")
    parser.add_argument("new", metavar="NEW", help="its new name")
    parser.add_argument(
        "paths",
        nargs="*",
        default=None,  # any other default makes argparse report the paths as required
        metavar="PATH",
        help="a source, a file of values, or a folder (default: .)",
    )
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
    return parser


def _summary(options: argparse.Namespace, result: ProvedRename) -> str:
    """Return what was changed, on one line."""
    counts = [f"{_count(result.literals, 'place')} in sources"]
    if result.keys:
        counts.append(f"{_count(result.keys, 'key')} in files of values")
    files = _count(len(result.files), "file")
    return escape(f"{options.old} -> {options.new}: {', '.join(counts)} ({files})") + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
