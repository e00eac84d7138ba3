"""What a shell is shown that asks what can stand on a command line.

Owns how such a question is answered; knows neither commands nor their words.
"""

from __future__ import annotations

import os

from .parser.options import BoundAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks what can stand on the command line; this ends the program.

    Args:
        parser: the parser, with all its options. Nothing happens unless argcomplete
            asks, which is told by its environment variable.
    """
    if "_ARGCOMPLETE" not in os.environ:
        return
    from contextlib import suppress

    with suppress(ImportError):  # then who asks cannot understand an answer either
        from argcomplete import autocomplete

        _show_all_options(parser)
        autocomplete(parser)


def _show_all_options(parser: argparse.ArgumentParser) -> None:
    """Put `--no-flag` and keys such as `--opt.lr` where completion looks for options."""
    others = {
        id(action): action
        for action in parser._option_string_actions.values()
        if isinstance(action, BoundAction) and action.owner is not action
    }
    for action in others.values():
        action.help = ""  # what is hidden from help is hidden from completion too
        parser._actions.append(action)
