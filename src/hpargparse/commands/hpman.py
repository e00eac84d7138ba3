"""`hpman COMMAND ...`: one command for all that can be asked of sources.

Owns which sub-commands there are; each is a module beside this one, loaded
when it is asked for, and knows nothing of the others.
"""

# PYTHON_ARGCOMPLETE_OK: for shells that complete any program that says so.

from __future__ import annotations

from ..completion import complete, get_argv, skip_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

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
    words = get_argv(args)
    if not (words and words[0] in COMMANDS):
        _explain(words)
    command = words.pop(0)
    skip_arguments(1)
    try:
        module = __import__(f"{__package__}.{_ALSO.get(command, command)}", fromlist=["main"])
        module.main(words, prog=f"hpman {command}")
    except KeyboardInterrupt:
        if args is not None or command == "run":  # a script is interrupted as `python` does it
            raise
        from ..cli.errors import exit_interrupted

        exit_interrupted()


def _explain(words: Sequence[str]) -> NoReturn:
    """Explain the sub-commands, or what is wrong with words that name none."""
    import argparse

    from hpman import __version__

    parser = argparse.ArgumentParser(prog="hpman", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    complete(parser)
    first = words[0] if words else ""
    if first and not first.startswith("-"):
        from difflib import get_close_matches

        near = get_close_matches(first, COMMANDS, 1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}"
        parser.error(f"{first} is no command ({hint})")
    parser.parse_known_args([first] if first else [])  # -h and --version end here
    parser.error(f"name a command: {', '.join(COMMANDS)}")
