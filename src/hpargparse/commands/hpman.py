"""`hpman COMMAND ...`: one command for all that can be asked of sources.

Owns which sub-commands there are; each is a module beside this one, loaded
when it is asked for, and knows nothing of the others.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

# Each sub-command, and what it does, as the help says it.
COMMANDS = {
    "run": "run a script with a command line for its hyperparameters",
    "list": "list the hyperparameters of files and folders",
    "explain": "show where a hyperparameter is defined and used",
    "check": "find mistakes in how hyperparameters are written",
    "diff": "show what changed between two revisions or snapshots",
}
_ALSO = {"list": "hpcli"}  # which has a command of its own
_DESCRIPTION = """\
Read, check, compare and set the hyperparameters of Python programs. Sources are
read, not run, so nothing that they import has to be installed; `run` alone runs
the script that it is given."""
_EPILOG = "`hpman COMMAND -h` explains a command."


def main(args: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        args: the words of the command line; those of the process for None.
    """
    words = list(sys.argv[1:] if args is None else args)
    if words and words[0] in COMMANDS:
        command = words.pop(0)
    else:
        command = _parser().parse_args(words).command
    module = __import__(f"{__package__}.{_ALSO.get(command, command)}", fromlist=["main"])
    module.main(words, prog=f"hpman {command}")


def _parser() -> argparse.ArgumentParser:
    """Make the parser that explains the sub-commands, or what is wrong with the words."""
    import argparse

    from hpman import __version__

    parser = argparse.ArgumentParser(prog="hpman", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    commands.required = True
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    return parser
