"""`hpman diff [OLD [NEW]]`: what changed in the hyperparameters.

Owns the command line. Must not know how sides are read, compared or shown.
"""

from __future__ import annotations

import argparse

from hpman import HpmanError
from hpman._text import escape

from ..cli.argv import (
    add_follow_imports,
    command_parser,
    parse_command,
    placeholder,
    split_at_dashes,
)
from ..cli.errors import exit_with_errors
from ..cli.output import shows_colours, terminal_width, warn, write_result
from ..completion import complete, get_argv
from ..diff.operands import Request
from ..diff.pipeline import diff
from ..diff.reports import json_report, text_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_USAGE = "%(prog)s [options] [OLD [NEW]] [-- PATH ...]"
_DESCRIPTION = """\
Show what changed in the hyperparameters between two sides: added, removed,
renamed, moved to another file, or with another default or other hints. Sources
are read, not run; revisions are read from git without a checkout.

OLD and NEW are each
  a revision   HEAD~3, a tag, a branch: any name that git has for a commit
  a snapshot   a file .yaml, .yml, .json, .pkl or .pickle; - for standard input
  a path       a file or a folder
OLD defaults to HEAD, NEW to the worktree without the files that git ignores.
OLD..NEW is OLD NEW; OLD...NEW starts at the last commit that both share. Write
./NAME if a path has the name of a revision."""
_EPILOG = """\
first characters of a line:
  +  added      -  removed      ~  default or hints changed
  >  moved to another file      =  likely renamed: same default and hints, and
                                   a similar name

What cannot be read on one side is left out on both, with a warning; it is an
error if nothing is left of a side. A snapshot is compared with the defaults
that are known without running the program.

examples:
  {prog}                     since the last commit
  {prog} v1.0 HEAD -- src    between two revisions, in one folder
  {prog} main...             on this branch, since it left main
  {prog} run.yaml            between a snapshot and the sources"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman diff") -> None:
    """Run the command.

    Args:
        args: the arguments; None for those of the process.
        prog: the name of the command in help and errors.
    """
    before, paths = split_at_dashes(get_argv(args))
    parser = _parser(prog)
    complete(parser)
    options = parse_command(parser, before)
    if len(options.operands) > 2:
        parser.error("there are two sides, OLD and NEW; write paths after `--`")
    request = Request(
        tuple(options.operands),
        tuple(paths),
        tuple(dict.fromkeys(options.placeholder)),
        tuple(options.exclude),
        options.follow_imports,
    )
    try:
        comparison = diff(request)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    warn(prog, [escape(warning) for warning in comparison.warnings])
    if options.format == "json":
        report = json_report(comparison)
    else:
        report = text_report(comparison, terminal_width() or 80, is_coloured=shows_colours())
    write_result(prog, report)
    if comparison.changes and options.exit_code:
        raise SystemExit(1)


def _parser(prog: str) -> argparse.ArgumentParser:
    """Create the parser of what comes before `--`."""
    parser = command_parser(prog, _DESCRIPTION, _EPILOG, _USAGE)
    add = parser.add_argument
    add("operands", nargs="*", help=argparse.SUPPRESS)
    add(
        "--placeholder",
        action="append",
        default=[],
        type=placeholder,
        metavar="NAME",
        help="the name by which the sources import the manager; may repeat (default: all)",
    )
    add(
        "--exclude",
        action="append",
        default=[],
        metavar="GLOB",
        help="files and folders to leave out; may repeat",
    )
    add_follow_imports(parser, "compare")
    add("--format", choices=("text", "json"), default="text", help="how to show it (default: text)")
    add("--exit-code", action="store_true", help="exit with status 1 if something differs")
    return parser
