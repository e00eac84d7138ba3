"""`hpman lsp`: serve editors, by the Language Server Protocol.

Owns the command line of this command; must not know the protocol.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..cli.argv import command_parser, parse_command
from ..cli.output import exit_with_message
from ..completion import get_argv

_DESCRIPTION = """\
Serve an editor: definitions, uses, descriptions, completion, renames, findings
and fixes of hyperparameters, while you type. The editor starts this command and
talks to it over standard input and output, by the Language Server Protocol. The
sources are read, not run."""
_EPILOG = "The folder `editors` of the project has the settings of editors."
_LIBRARIES = ("pygls", "lsprotocol")


def main(args: Sequence[str] | None = None, *, prog: str = "hpman lsp") -> None:
    """Run the command.

    Args:
        args: the arguments of the command; those of the process if this is None.
        prog: the name of the command in help and errors.
    """
    parser = command_parser(prog, _DESCRIPTION, _EPILOG)
    parser.add_argument("--stdio", action="store_true", help="for editors that add it; the default")
    parse_command(parser, get_argv(args))
    try:
        from ..editor.protocol import make_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        exit_with_message(
            prog, "An editor server needs pygls. `pip install 'hpman[editor]'` installs it."
        )
    make_server().start_io()
