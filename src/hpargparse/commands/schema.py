"""`hpman schema [PATH...]`: write a JSON Schema of all hyperparameters.

Owns the command line of this command; must not know what the schema accepts.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..generated import add_output, generate, source_parser
from ..schema import schema_text

_DESCRIPTION = """\
Write a JSON Schema (2020-12) of all hyperparameters. With it, editors complete
and check YAML and JSON files of values: names, flat, nested and in scopes,
types, choices and ranges; and show help and defaults. It accepts what a load
accepts, as far as JSON can say it. The files are read, not run."""
_EPILOG = """\
exit status: 0, 1 if FILE is out of date and --check is given, or 2 for an error

examples:
  {prog} train.py -o hpman.schema.json
  {prog} train.py -o hpman.schema.json --check

With this name, `--hp-save` writes the line that names the schema for editors
into YAML files in the same folder and below. In others, write it yourself:
  # yaml-language-server: $schema=hpman.schema.json"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman schema") -> None:
    """Run the command.

    Args:
        args: the arguments of the command; those of the process if this is None.
        prog: the name of the command in help and errors.
    """
    parser = source_parser(prog, _DESCRIPTION, _EPILOG)
    add_output(parser)
    generate(parser, prog, args, lambda index, _options: schema_text(index))
