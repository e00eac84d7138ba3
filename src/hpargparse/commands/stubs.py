"""`hpman stubs [PATH...]`: write a stub with the types of all hyperparameters.

Owns the command line of this command; must not know how types are found.
"""

from __future__ import annotations

import argparse

from ..generated import add_output, add_sources, deliver, read_sources
from ..stubs import MODULE, stub_text

_FILE = f"{MODULE}.pyi"
DESCRIPTION = f"""\
Write the file {_FILE}. With it in the root of a project, `_("lr")`
has the type of its definition in mypy, pyright and ty, and editors that use
these complete the names between the quotes. Nothing has to be set, and no
program imports the file. The sources are read, not run."""
EPILOG = """\
exit status: 0, 1 if FILE is out of date and --check is given, or 2 for an error

examples:
  {prog}             write the stub of this folder
  {prog} --strict    the same; a name without a definition is a type error
  {prog} --check     for continuous integration"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_sources(parser)
    parser.add_argument(
        "--strict", action="store_true", help="accept only names that the sources define"
    )
    add_output(parser, _FILE)


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Return what happened to the file, or the stub itself."""
    stub = stub_text(read_sources(options, parser), is_strict=options.strict)
    text, status = deliver(options, parser, stub)
    if options.output == _FILE and not options.check:  # nobody named this file
        text = f"The types are in {_FILE}.\n"
    return text, status
