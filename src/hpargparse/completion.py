"""The words of a command line, also of one that a shell asks to be completed.

Owns where words come from, and how such a question is told and answered; knows
neither commands nor what words mean.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_INDEX = "_ARGCOMPLETE"  # set by a shell that asks: how many words stand before those of the parser


def is_asked() -> bool:
    """Tell whether a shell asks what can stand on the command line."""
    return _INDEX in os.environ


def words_of(args: Sequence[str] | None) -> list[str]:
    """Return the words of a command: those given, else those of the process.

    Where a shell asks what can follow, these are the finished words that it has so far.
    """
    if is_asked():
        return _finished(os.environ["COMP_LINE"])[int(os.environ[_INDEX]) :]
    return list(sys.argv[1:] if args is None else args)


def _finished(line: str) -> list[str]:
    """Return the words before the one at the cursor, as the shell would hand them on."""
    import shlex

    line = line[: int(os.environ.get("COMP_POINT", len(line)))]
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        words += lexer
        if not line[-1:].isspace() or line[-2:-1] == "\\":
            del words[-1:]
    except ValueError:  # a quote is open: the word at the cursor holds it
        pass
    return [os.path.expanduser(word) for word in words]


def skip_words(count: int) -> None:
    """Let the question of a shell, if it asks, be about the words behind some more."""
    if is_asked():
        os.environ[_INDEX] = str(int(os.environ[_INDEX]) + count)


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks what can stand on the command line; this ends the program.

    Args:
        parser: the parser, with all its options. Nothing happens unless argcomplete
            asks, which is told by its environment variable.
    """
    if not is_asked():
        return
    from contextlib import suppress

    with suppress(ImportError):  # then who asks cannot understand an answer either
        from argcomplete import autocomplete

        _show_all_options(parser)
        autocomplete(parser)


def _show_all_options(parser: argparse.ArgumentParser) -> None:
    """Put `--no-flag` and keys such as `--opt.lr` where completion looks for options."""
    from .parser.actions import BoundAction

    others = {
        id(action): action
        for action in parser._option_string_actions.values()
        if isinstance(action, BoundAction) and action.owner is not action
    }
    for action in others.values():
        action.help = ""  # what is hidden from help is hidden from completion too
        parser._actions.append(action)
