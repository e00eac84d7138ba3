"""Shell completion: answer requests of argcomplete, and find the arguments in them.

Owns the environment variables of a request. Must not know commands or what
arguments mean.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_INDEX = "_ARGCOMPLETE"  # set by a shell: the number of words before those of the parser


def is_completing() -> bool:
    """Return whether a shell requests completion of a command line."""
    return os.environ.get(_INDEX, "").isdigit() and "COMP_LINE" in os.environ


def get_argv(args: Sequence[str] | None) -> list[str]:
    """Return the arguments of a command; those of the process if they are None.

    If a shell requests completion, these are the words before the cursor.
    """
    if is_completing():
        return _finished(os.environ["COMP_LINE"])[int(os.environ[_INDEX]) :]
    return list(sys.argv[1:] if args is None else args)


def _before_cursor(line: str) -> str:
    return line[: int(os.environ.get("COMP_POINT", len(line)))]


def _finished(line: str) -> list[str]:
    """Return the words before the one at the cursor, as the shell would split them."""
    import shlex

    line = _before_cursor(line)
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        words += lexer
        if not line[-1:].isspace() or line[-2:-1] == "\\":
            del words[-1:]
    except ValueError:  # a quote is open: it belongs to the word at the cursor
        pass
    return [os.path.expanduser(word) for word in words]


def skip_arguments(count: int) -> None:
    """Skip leading arguments in a completion request."""
    if is_completing():
        os.environ[_INDEX] = str(int(os.environ[_INDEX]) + count)


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a completion request and end the program. Without a request, do nothing."""
    if not is_completing():
        return
    from contextlib import suppress

    with suppress(ImportError):  # without argcomplete, completion cannot be answered
        from argcomplete import autocomplete

        # argcomplete looks for options here, and would not find `--no-flag` or `--opt.lr`.
        listed = {id(action) for action in parser._actions}
        for action in dict.fromkeys(parser._option_string_actions.values()):
            if id(action) not in listed:
                action.help = ""  # a hidden option is not completed
                parser._actions.append(action)
        if hasattr(parser, "scope_actions"):
            word = _before_cursor(os.environ["COMP_LINE"]).rpartition(" ")[2]
            parser._actions.extend(parser.scope_actions(word))
        autocomplete(parser)
