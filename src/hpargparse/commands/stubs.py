"""`hpman stubs [PATH...]`: write a stub with the types of all hyperparameters.

Owns the command line of this command; must not know how types are found.
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
from ..stubs import MODULE, stub_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = f"""\
Write the file {MODULE}.pyi. With it in the root of a project, `_("lr")`
has the type of its definition in mypy, pyright and ty, and editors that use
these complete the names between the quotes. Nothing has to be set, and no
program imports the file. The sources are read, not run."""
_EPILOG = """\
exit status: 0, 1 if FILE is out of date and --check is given, or 2 for an error

examples:
  {prog}             write the stub of this folder
  {prog} --strict    the same; a name without a definition is a type error
  {prog} --check     for continuous integration"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman stubs") -> None:
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
    parser.add_argument(
        "--strict", action="store_true", help="accept only names that the sources define"
    )
    add_output(parser, f"{MODULE}.pyi")
    argv = get_argv(args)
    options = parse_command(parser, argv)
    paths = options.paths or [os.curdir]
    try:
        index = index_program(paths, follow_imports=options.follow_imports)
        warn(prog, parse_errors(index))
        text = stub_text(index, is_strict=options.strict)
        deliver(prog, argv, options.output, text, is_check=options.check)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error, paths=paths)
