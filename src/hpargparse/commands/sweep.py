"""`hpman sweep SCRIPT --dry`: what a sweep of a program would search.

Owns the command line of this command; must not know how a space is read or shown.
"""

from __future__ import annotations

from hpman import HpmanError
from hpman._text import escape
from hpman.programs import index_program, require_sound

from ..cli.argv import command_parser, parse_command
from ..cli.errors import exit_with_errors
from ..cli.output import exit_with_message, json_text, warn, write_result
from ..completion import complete, get_argv
from ..run.runner import locate_module, locate_script, python_path
from ..sweep.report import json_report, text_report
from ..sweep.select import Request, select

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

    from hpman import Index

    from ..run.runner import Program

_USAGE = "%(prog)s (SCRIPT | -m MODULE) [options]"
_DESCRIPTION = """\
Run a program many times with other values for its hyperparameters. Searched are
those with the hint `search` or `scale`, and those that --sweep names."""
_EPILOG = """\
a SPACE is
  lr                a name, for the values of its hints
  depth=2,4,8       a list; ks=(3,3),(5,5) for tuples
  depth=2..8        all ints of a range; depth=2..8:2 with a step
  lr=1e-5..1:log    floats, with a logarithmic scale
  encoder/depth=2,4 the value in a scope

examples:
  {prog} train.py --dry                       show the space
  {prog} train.py --dry --sweep lr depth=2,4  select some hyperparameters
  {prog} train.py --dry --zip lr,wd           change two together"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman sweep") -> None:
    """Run the command.

    Args:
        args: the arguments of the command; those of the process if this is None.
        prog: the name of the command in help and errors.
    """
    parser = _parser(prog)
    complete(parser)
    options = parse_command(parser, get_argv(args))
    if (options.script is None) == (options.module is None):
        parser.error("name one script, or `-m` and a module")
    if not options.dry:
        exit_with_message(prog, "this version only shows the space. Add --dry.")
    request = Request(
        tuple(options.sweep), tuple(options.zip), tuple(options.fix), options.all_hinted
    )
    try:
        if options.module is not None:
            program = locate_module(options.module)
        else:
            program = locate_script(options.script)
        selection = select(_read(program), request)
        if options.grid:
            selection.space.grid()
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    warn(prog, [escape(note) for note in selection.notes])
    if options.format == "json":
        write_result(prog, json_text(json_report(selection)))
    else:
        write_result(prog, text_report(selection))


def _read(program: Program) -> Index:
    """Return the hyperparameters that a program reaches by imports.

    Raises:
        HpmanError: if the sources break a rule.
        OSError: if a source cannot be read.
    """
    index = index_program(
        (program.source, *program.packages),
        follow_imports=True,
        roots=program.roots,
        also=python_path(),
    )
    require_sound(index)
    return index


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = command_parser(prog, _DESCRIPTION, _EPILOG, _USAGE)
    add = parser.add_argument
    add("script", nargs="?", metavar="SCRIPT", help="a Python file, or a folder to run")
    add("-m", dest="module", metavar="MODULE", help="a module, such as a.b")
    add("--dry", action="store_true", help="show the space, and run nothing")
    several: dict[str, Any] = {"action": "extend", "nargs": "+", "default": []}
    add("--sweep", **several, metavar="SPACE", help="search these hyperparameters")
    add("--all-hinted", action="store_true", help="search all that have a space by their hints")
    add("--zip", **several, metavar="NAME,NAME", help="change these hyperparameters together")
    add("--fix", **several, metavar="NAME", help="do not search these hyperparameters")
    add("--grid", action="store_true", help="all points; an error if there is no end of them")
    add("--format", choices=("text", "json"), default="text", help="default: text")
    return parser
