"""`hpman diff [OLD [NEW]]`: what changed in the hyperparameters.

Owns the command line of this command; knows not how sides are read, compared
or shown.
"""

from __future__ import annotations

import argparse

from hpman import HpmanError
from hpman._text import escape

from ..cli.argv import add_follow_imports, command_parser, parsed, split_at_dashes
from ..cli.errors import stop
from ..cli.output import answer, shows_colours, terminal_width, warn
from ..cli.placeholders import placeholder
from ..completion import complete, get_argv
from ..diff.compare import compare
from ..diff.errors import ComparisonError
from ..diff.report import report
from ..diff.sides import Request, sides
from ..diff.sources import several

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..diff.compare import Change
    from ..diff.sides import Sides

_WIDTH = 80  # columns where the output goes to no terminal
_USAGE = "%(prog)s [options] [OLD [NEW]] [-- PATH ...]"
_DESCRIPTION = """\
Show what changed in the hyperparameters between two sides: which were added,
removed, moved to another file or likely renamed, and whose defaults or hints
differ, each with its place. Sources are read, not run; revisions are read from
git's objects, and nothing is checked out.

OLD and NEW are each
  a revision       anything that `git rev-parse` takes: HEAD~3, a tag, a branch
  a snapshot       a file .yaml, .yml, .json, .pkl or .pickle; - for YAML on
                   standard input
  sources on disk  a file or a folder
Without NEW it is the worktree with what git does not ignore, and without OLD it
is HEAD. OLD..NEW is OLD NEW; OLD...NEW begins where the two have parted. A word
that is a revision and a path is refused: write ./word for the path."""
_EPILOG = """\
what a line begins with:
  +  added      -  removed      ~  default or hints changed
  >  moved to another file      =  likely renamed: same default and hints, and
                                   a name that is alike or the same place

What cannot be read is said on standard error. A file that is no Python on one
side is left out on both; where nothing of a side can be read, that is an error.
A snapshot is compared with defaults that are known without running the program.
Paths are shown as seen from the current directory.

status: 0; 1 if something differs and --exit-code is given; 2 for an error

examples:
  {prog}                        since the last commit
  {prog} v1.0 HEAD -- src       between two revisions, in one folder
  {prog} v1.0 --follow-imports -- train.py
                                in a script and what it imports
  {prog} main...                on this branch, since it left main
  {prog} a.yaml b.yaml          between two snapshots
  {prog} run.yaml               is this snapshot in line with the sources?"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman diff") -> None:
    """Run the command.

    Args:
        args: the words of the command line; those of the process for None.
        prog: what the command is called in help and errors.
    """
    words, paths = split_at_dashes(get_argv(args))
    parser = _parser(prog)
    complete(parser)
    options = parsed(parser, words)
    if len(options.sides) > 2:
        parser.error("there are two sides, OLD and NEW; paths stand behind `--`")
    request = Request(
        tuple(options.sides),
        tuple(paths),
        tuple(dict.fromkeys(options.placeholder)),
        tuple(options.exclude),
        options.follow_imports,
    )
    try:
        found = sides(request)
    except (HpmanError, OSError) as error:
        stop(prog, error)
    changes = compare(found.old_facts, found.new_facts)
    if found.faults and not changes:  # that nothing differs would be no answer
        stop(prog, ComparisonError(*found.faults))
    warnings = [*found.warnings, *_several(found, changes)]
    warn(prog, [escape(each) for each in warnings])
    answer(prog, _shown(options.format, found, changes, warnings))
    if changes and options.exit_code:
        raise SystemExit(1)


def _several(found: Sides, changes: Sequence[Change]) -> list[str]:
    """Say which of the names that differ have several defaults on one side."""
    names = {(each.fact.placeholder, each.fact.name) for each in changes}
    return [
        *several(found.old_facts, found.old.word, names),
        *several(found.new_facts, found.new.word, names),
    ]


def _shown(how: str, found: Sides, changes: Sequence[Change], warnings: Sequence[str]) -> str:
    """Show the changes in a format."""
    if how == "json":
        from ..diff.json_report import json_report

        return json_report(changes, found.old, found.new, warnings)
    return report(
        changes,
        found.old.word,
        found.new.word,
        width=terminal_width() or _WIDTH,
        is_coloured=shows_colours(),
    )


def _parser(prog: str) -> argparse.ArgumentParser:
    """Make the parser of what stands before `--`."""
    parser = command_parser(prog, _DESCRIPTION, _EPILOG, _USAGE)
    parser.add_argument("sides", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument(
        "--placeholder",
        action="append",
        default=[],
        type=placeholder,
        metavar="NAME",
        help="the name by which the sources import the manager; may repeat (default: all)",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="GLOB",
        help="files and folders to leave out; may repeat",
    )
    add_follow_imports(parser, "compare")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to show it (default: text)"
    )
    parser.add_argument(
        "--exit-code", action="store_true", help="end with status 1 if something differs"
    )
    return parser
