"""The error for arguments that a parser does not know.

Owns which options are suggested for a mistyped one. Must not know values or sessions.
"""

from __future__ import annotations

import argparse

from hpman.suggest import closest

from .actions import BoundAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def unrecognized(
    rest: Sequence[str], parsers: Sequence[argparse.ArgumentParser], argv: Sequence[str]
) -> str:
    """Return the message for arguments left over, with the nearest options of the parsers.

    >>> parser = argparse.ArgumentParser()
    >>> action = parser.add_argument("--lr")
    >>> unrecognized(["--rl", "3"], [parser], ["--rl", "3"])
    'unrecognized arguments: --rl (did you mean --lr?) 3'
    """
    prefixes = "".join(parser.prefix_chars for parser in parsers)
    # Hidden options are not suggested, except for aliases of ours.
    options = {
        option.lstrip(prefixes): action.option_strings[0]
        if isinstance(action, BoundAction) and action.option_strings
        else option
        for parser in parsers
        for option, action in parser._option_string_actions.items()
        if isinstance(action, BoundAction) or action.help != argparse.SUPPRESS
    }
    shown = []
    for arg in rest:
        option = arg.partition("=")[0]
        name = option.strip(prefixes) if option[:1] in prefixes else ""
        near = closest(name, options) if name else []
        command = _command_after(option, parsers, argv)
        if command is not None:
            shown.append(f"{arg} (it must come before {command})")
        elif not near or options[near[0]] == option:
            shown.append(arg)
        else:
            shown.append(f"{arg} (did you mean {options[near[0]]}?)")
    return f"unrecognized arguments: {' '.join(shown)}"


def _command_after(
    option: str, parsers: Sequence[argparse.ArgumentParser], argv: Sequence[str]
) -> str | None:
    """Return the sub-command that an option of a parser above it must come before."""
    for parser in parsers:
        if option in parser._option_string_actions:
            for action in parser._actions:
                if isinstance(action, argparse._SubParsersAction):
                    return next((arg for arg in argv if arg in action.choices), None)
    return None
