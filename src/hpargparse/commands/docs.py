"""`hpman docs [PATH...]`: write a table of all hyperparameters.

Owns the command line of this command; must not know what the table looks like.
"""

from __future__ import annotations

import os

from hpman import HpmanError
from hpman.programs import index_program

from ..cli.argv import add_follow_imports, command_parser, parse_command
from ..cli.errors import exit_with_errors
from ..cli.output import warn
from ..completion import get_argv
from ..description import parse_errors
from ..docs import FORMATS, insert, render
from ..generated import add_output, deliver, old_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = """\
Write a table of all hyperparameters: name, type, default, limits, help, and the
places that define and use them. The files are read, not run. Where FILE has the
lines `<!-- hpman docs -->` and `<!-- end of hpman docs -->`, the table replaces
what is between them, so it may be a part of a README."""
_EPILOG = """\
exit status: 0, 1 if FILE is out of date and --check is given, or 2 for an error

examples:
  {prog}                       print the table of this folder
  {prog} src -o README.md      write it into the README
  {prog} src -o README.md --check"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman docs") -> None:
    """Run the command.

    Args:
        args: the arguments of the command; those of the process if this is None.
        prog: the name of the command in help and errors.
    """
    parser = command_parser(prog, _DESCRIPTION, _EPILOG)
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="a Python file or a folder (default: .)"
    )
    add_follow_imports(parser, "read")
    parser.add_argument("--format", choices=FORMATS, default="md", help="default: md")
    add_output(parser)
    argv = get_argv(args)
    options = parse_command(parser, argv)
    paths = options.paths or [os.curdir]
    try:
        index = index_program(paths, follow_imports=options.follow_imports)
        warn(prog, parse_errors(index))
        text = render(index, options.format)
        page = insert(options.output, old_text(options.output), text, options.format)
        deliver(prog, argv, options.output, page, is_check=options.check)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error, paths=paths)
