"""`hpman docs [PATH...]`: write a table of all hyperparameters.

Owns the command line of this command; must not know what the table looks like.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from hpman import Index

from ..docs import FORMATS, insert, render
from ..generated import add_output, generate, old_text, source_parser

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
    parser = source_parser(prog, _DESCRIPTION, _EPILOG)
    parser.add_argument("--format", choices=FORMATS, default="md", help="default: md")
    add_output(parser)

    def page(index: Index, options: argparse.Namespace) -> str:
        text = render(index, options.format)
        return insert(options.output, old_text(options.output), text, options.format)

    generate(parser, prog, args, page)
