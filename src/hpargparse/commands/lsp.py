"""`hpman lsp`: serve editors, by the Language Server Protocol.

Owns the command line of this command; must not know the protocol.
"""

from __future__ import annotations

import argparse

from ..cli.output import exit_with_message

DESCRIPTION = """\
Serve an editor: definitions, uses, descriptions, completion, renames, findings
and fixes of hyperparameters, while you type. The editor starts this command and
talks to it over standard input and output, by the Language Server Protocol. The
sources are read, not run."""
EPILOG = "The folder `editors` of the project has the settings of editors."
_LIBRARIES = ("pygls", "lsprotocol")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--stdio", action="store_true", help="for editors that add it; the default")


def perform(_options: object, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Serve until the editor ends."""
    try:
        from ..editor.protocol import make_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        exit_with_message(
            parser.prog, "An editor server needs pygls. `pip install 'hpman[editor]'` installs it."
        )
    make_server().start_io()
    return "", 0
