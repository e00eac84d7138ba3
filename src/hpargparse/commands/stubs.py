"""`hpman stubs [PATH...]`: write a stub with the types of all hyperparameters.

Owns the command line of this command; must not know how types are found.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..cli.output import write_result
from ..generated import add_output, generate, source_parser
from ..stubs import MODULE, stub_text

_FILE = f"{MODULE}.pyi"
_DESCRIPTION = f"""\
Write the file {_FILE}. With it in the root of a project, `_("lr")`
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
    parser = source_parser(prog, _DESCRIPTION, _EPILOG)
    parser.add_argument(
        "--strict", action="store_true", help="accept only names that the sources define"
    )
    add_output(parser, _FILE)
    options = generate(
        parser, prog, args, lambda index, options: stub_text(index, is_strict=options.strict)
    )
    if options.output == _FILE and not options.check:  # nobody named this file
        write_result(prog, f"The types are in {_FILE}.\n")
