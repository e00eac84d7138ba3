"""`hpman schema [PATH...]`: write a JSON Schema of all hyperparameters.

Owns the command line of this command; must not know what the schema accepts.
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
from ..generated import add_output, deliver
from ..schema import schema_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = """\
Write a JSON Schema (2020-12) of all hyperparameters. With it, editors complete
and check YAML and JSON files of values: names, flat, nested and in scopes,
types, choices and ranges; and show help and defaults. It accepts what a load
accepts, as far as JSON can say it. The files are read, not run."""
_EPILOG = """\
exit status: 0, 1 if FILE is out of date and --check is given, or 2 for an error

examples:
  {prog} train.py -o schema.json
  {prog} train.py -o schema.json --check

A YAML file names its schema in its first line:
  # yaml-language-server: $schema=schema.json"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman schema") -> None:
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
    add_output(parser)
    argv = get_argv(args)
    options = parse_command(parser, argv)
    paths = options.paths or [os.curdir]
    try:
        index = index_program(paths, follow_imports=options.follow_imports)
        warn(prog, parse_errors(index))
        deliver(prog, argv, options.output, schema_text(index), is_check=options.check)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error, paths=paths)
