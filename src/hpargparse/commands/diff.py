"""`hpman diff [OLD [NEW]]`: what changed in the hyperparameters.

Owns the command line. Must not know how sides are read, compared or shown.
"""

from __future__ import annotations

import argparse

from hpman.text import escape

from ..cli.argv import add_follow_imports, placeholder, split_at_dashes
from ..cli.output import shows_colours, terminal_width, warn
from ..diff.operands import Request
from ..diff.pipeline import diff
from ..diff.reports import json_report, text_report

_USAGE = "%(prog)s [options] [OLD [NEW]] [-- PATH ...]"
DESCRIPTION = """\
Show which hyperparameters were added, removed, renamed or moved to another
file, and which got another default or other hints. Sources are read, not run;
revisions are read from git without a checkout.

OLD and NEW can each be
  a revision   HEAD~3, a tag, a branch: any name that git has for a commit
  a snapshot   a file .yaml, .yml, .json, .pkl or .pickle; - for standard input
  a path       a file or a folder
OLD defaults to HEAD, NEW to the worktree without the files that git ignores.
OLD..NEW means OLD NEW, and OLD...NEW starts at the last commit that both share.
Write ./NAME for a path that has the same name as a revision."""
EPILOG = """\
first characters of a line:
  +  added      -  removed      ~  default or hints changed
  >  moved to another file      =  renamed, as the hint `aliases` says; likely
                                   renamed: same default and hints, and a
                                   similar name

A file that cannot be read on one side is left out on both, with a warning. If
nothing is left on a side, that is an error. A snapshot is compared with the
defaults that are known without running the program.

examples:
  {prog}                     since the last commit
  {prog} v1.0 HEAD -- src    between two revisions, in one folder
  {prog} main...             on this branch, since it forked from main
  {prog} run.yaml            between a snapshot and the sources"""


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Return a report, and 1 if `--exit-code` is given and something differs."""
    paths = split_at_dashes(options.argv)[1]
    sides = options.operands[: len(options.operands) - len(paths)]
    if len(sides) > 2:
        parser.error("there are two sides, OLD and NEW; write paths after `--`")
    request = Request(
        tuple(sides),
        tuple(paths),
        tuple(dict.fromkeys(options.placeholder)),
        tuple(options.exclude),
        options.follow_imports,
    )
    comparison = diff(request)
    warn(parser.prog, [escape(warning) for warning in comparison.warnings])
    if options.format == "json":
        report = json_report(comparison)
    else:
        report = text_report(comparison, terminal_width() or 80, is_coloured=shows_colours())
    return report, int(options.exit_code and bool(comparison.changes))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.usage = _USAGE
    add = parser.add_argument
    add("operands", nargs="*", help=argparse.SUPPRESS)
    add(
        "--placeholder",
        action="append",
        default=[],
        type=placeholder,
        metavar="NAME",
        help="the name by which the sources import the manager; repeatable (default: all)",
    )
    add(
        "--exclude",
        action="append",
        default=[],
        metavar="GLOB",
        help="leave out matching files and folders (repeatable)",
    )
    add_follow_imports(parser, "compare")
    add("--format", choices=("text", "json"), default="text", help="default: text")
    add("--exit-code", action="store_true", help="exit with status 1 if something differs")
