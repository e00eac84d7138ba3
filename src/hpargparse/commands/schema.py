"""`hpman schema [PATH...]`: write a JSON Schema of all hyperparameters.

Owns the command line of this command; must not know what the schema accepts.
"""

from __future__ import annotations

import argparse

from ..generated import add_output, add_sources, deliver, read_sources
from ..schema import schema_text

DESCRIPTION = """\
Write a JSON Schema (2020-12) of all hyperparameters. With it, editors complete
and check YAML and JSON files of values: names, flat, nested and in scopes,
types, choices and ranges; and show help and defaults. It accepts what a load
accepts, as far as JSON can say it. The files are read, not run."""
EPILOG = """\
exit status: 0, 1 if FILE is out of date and --check is given, or 2 for an error

examples:
  {prog} train.py -o hpman.schema.json
  {prog} train.py -o hpman.schema.json --check

With this name, `--hp-save` writes the line that names the schema for editors
into YAML files in the same folder and below. In others, write it yourself:
  # yaml-language-server: $schema=hpman.schema.json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_sources(parser)
    add_output(parser)


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Return a schema, or what happened to the file with it."""
    return deliver(options, parser, schema_text(read_sources(options, parser)))
