"""`hpman COMMAND ...`: one command for everything.

Owns which sub-commands there are, and what they share: from the arguments to the errors. Each
is a module in this package, is loaded only when it is used, and must not know the others.
"""

# PYTHON_ARGCOMPLETE_OK: the mark that the global completion of argcomplete looks for.

from __future__ import annotations

import sys

from ..completion import complete, get_argv, skip_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

# The sub-commands, and their summaries in the help.
COMMANDS = {
    "run": "run a script with a command line for its hyperparameters",
    "sweep": "run a program many times with other values",
    "runs": "list, export, plot, stop and remove recorded runs",
    "compare": "show what differs between recorded runs",
    "rerun": "run a program again with the values of a recorded run",
    "promote": "write the values of a recorded run into the sources",
    "list": "list the hyperparameters of files and folders",
    "explain": "show where a hyperparameter is defined and used",
    "docs": "write a table of all hyperparameters",
    "schema": "write a JSON Schema of all hyperparameters",
    "stubs": "write a stub with the types of all hyperparameters",
    "rename": "rename a hyperparameter everywhere",
    "lsp": "serve an editor",
    "check": "find mistakes in how hyperparameters are written",
    "diff": "show what changed between two revisions or snapshots",
}
_MODULES = {"list": "hpcli"}  # where it is not the name of the command
_DESCRIPTION = """\
Read, check, compare and set the hyperparameters of Python programs. Only `run`,
`sweep` and `rerun` run a program. The other commands read its source files, so
nothing that these import has to be installed."""
_EPILOG = "`hpman COMMAND -h` explains a command."


def main(args: Sequence[str] | None = None) -> None:
    """Run the command with some arguments, by default those of the process."""
    original = sys.modules["__main__"]
    argv = get_argv(args)
    if not (argv and argv[0] in COMMANDS):
        _exit_without_command(argv)
    command = argv.pop(0)
    skip_arguments(1)
    try:
        module = __import__(f"{__package__}.{_MODULES.get(command, command)}", fromlist=["main"])
        if hasattr(module, "main"):  # its options depend on the sources
            module.main(argv, prog=f"hpman {command}")
        else:
            _perform(module, f"hpman {command}", argv)
    except KeyboardInterrupt:
        # An interrupt ends a script that `run` has started, as in `python`.
        if args is not None or sys.modules["__main__"] is not original:
            raise
        from ..cli.errors import exit_interrupted

        exit_interrupted()


def _perform(module: Any, prog: str, argv: list[str]) -> None:
    """Parse arguments, write what a command makes of them, and report its errors.

    Args:
        module: the command. It has `add_arguments`, and `perform`, which returns the output and
            the exit status. It may have `arrange`, which prepares the arguments for argparse.
        prog: the name of the command in help and errors.
        argv: the arguments. `perform` finds them in the options too.
    """
    import os

    from hpman import HpmanError

    from ..cli.argv import command_parser, parse_command
    from ..cli.errors import exit_with_errors
    from ..cli.output import exit_with_message, write_result
    from ..errors import SettingsError

    parser = command_parser(prog, module.DESCRIPTION, module.EPILOG)
    module.add_arguments(parser)
    arranged = module.arrange(parser, argv) if hasattr(module, "arrange") else argv
    options = parse_command(parser, arranged)
    options.argv = argv
    paths = options.paths = getattr(options, "paths", None) or [os.curdir]
    try:
        text, status = module.perform(options, parser)
    except SettingsError as error:
        exit_with_message(prog, str(error))
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error, paths=paths)
    if text:
        write_result(prog, text)
    if status:
        raise SystemExit(status)


def _exit_without_command(argv: Sequence[str]) -> NoReturn:
    """Show help, or report that the arguments do not begin with a command."""
    import argparse
    import os

    from hpman import __version__

    parser = argparse.ArgumentParser(prog="hpman", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    complete(parser)
    first = argv[0] if argv else ""
    if first and not first.startswith("-"):
        from hpman.names import advice

        is_program = os.path.isfile(first)
        hint = f"`hpman run {first}` runs it" if is_program else advice(first, COMMANDS)
        parser.error(f"unknown command `{first}` ({hint})")
    parser.parse_known_args([first] if first else [])  # -h and --version end here
    parser.error(f"name a command: {', '.join(COMMANDS)}")
