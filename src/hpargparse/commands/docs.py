"""`hpman docs [PATH...]`: write a table of all hyperparameters.

Owns the command line of this command; must not know what the table looks like.
"""

from __future__ import annotations

import argparse

from ..docs import FORMATS, insert, render
from ..generated import add_output, add_sources, deliver, old_text, read_sources

DESCRIPTION = """\
Write a table of all hyperparameters: name, type, default, limits, help, and the
places that define and use them. The files are read, not run. Where FILE has the
lines `<!-- hpman docs -->` and `<!-- end of hpman docs -->`, the table replaces
what is between them, so it may be a part of a README."""
EPILOG = """\
exit status: 0, 1 if FILE is out of date and --check is given, or 2 for an error

examples:
  {prog}                       print the table of this folder
  {prog} src -o README.md      write it into the README
  {prog} src -o README.md --check"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_sources(parser)
    parser.add_argument("--format", choices=FORMATS, default="md", help="default: md")
    add_output(parser)


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Return a table, or what happened to the file with it."""
    text = render(read_sources(options, parser), options.format)
    page = insert(options.output, old_text(options.output), text, options.format)
    return deliver(options, parser, page)
