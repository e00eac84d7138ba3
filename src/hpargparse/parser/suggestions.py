"""The error for arguments that a parser does not know.

Owns which options are suggested for a mistyped one. Must not know values or sessions.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from hpman.names import SCOPE, closest

from .actions import SEQUENCES, BoundAction, bindings_of


def unrecognized(
    rest: Sequence[str], parsers: Sequence[argparse.ArgumentParser], argv: Sequence[str]
) -> str:
    """Return the message for arguments left over, with the nearest options of the parsers.

    >>> parser = argparse.ArgumentParser()
    >>> action = parser.add_argument("--lr")
    >>> unrecognized(["--rl", "3"], [parser], ["--rl", "3"])
    'unrecognized arguments: --rl (did you mean --lr?) 3'
    >>> unrecognized(["lr=3"], [parser], ["lr=3"])
    'unrecognized arguments: lr=3 (did you mean --lr?)'
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
    shown: list[str] = []
    for arg in rest:
        option = arg.partition("=")[0]
        name = option.strip(prefixes) if option[:1] in prefixes or "=" in arg else ""
        near = closest(name, options) if name else []
        command = _command_after(option, parsers, argv)
        joined = None if name or shown else _joined(arg, rest, parsers, argv)
        if joined is not None:
            shown.append(f"{arg} (write {joined})")
        elif command is not None:
            shown.append(f"{arg} (it must come before {command})")
        elif name and (hint := _scope_hint(option, parsers)):
            shown.append(f"{arg} ({hint})")
        elif not near or SCOPE in option or options[near[0]] == option:
            shown.append(arg)
        else:
            shown.append(f"{arg} (did you mean {options[near[0]]}?)")
    message = f"unrecognized arguments: {' '.join(shown)}"
    bindings = [binding for parser in parsers for binding in bindings_of(parser)]
    if not any(binding.options for binding in bindings):
        for binding in bindings[:1]:
            if binding.trust_pickle is not None:  # not a command, which parses the sources itself
                manager = binding.manager.placeholder
                what = f"`{manager}` has no hyperparameters"
                message += f"; {what}: call `{manager}.parse_file` before `bind`"
    return message


def _scope_hint(option: str, parsers: Sequence[argparse.ArgumentParser]) -> str:
    """Return what to write instead of an option that may be meant for a scope."""
    from .scoped import respelled, suggestion

    hint_of = suggestion if SCOPE in option else respelled
    return next(filter(None, [hint_of(option, parser) for parser in parsers]), "")


def _joined(
    arg: str, rest: Sequence[str], parsers: Sequence[argparse.ArgumentParser], argv: Sequence[str]
) -> str | None:
    """Return how to write an option that takes one argument, if it was given several."""
    at = argv.index(arg) if arg in argv else 0
    for parser in parsers:
        action = parser._option_string_actions.get(argv[at - 2]) if at > 1 else None
        if isinstance(action, BoundAction) and action.kind in SEQUENCES and action.nargs is None:
            end = at
            while end < len(argv) and argv[end] in rest:
                end += 1
            return f"{argv[at - 2]} {','.join(argv[at - 1 : end])}"
    return None


def _command_after(
    option: str, parsers: Sequence[argparse.ArgumentParser], argv: Sequence[str]
) -> str | None:
    """Return the sub-command that an option of a parser above it must come before."""
    from .scoped import scoped_actions

    for parser in parsers:
        scoped = dict(scoped_actions(parser, bindings_of(parser), [option]))
        if option in {**parser._option_string_actions, **scoped}:
            for action in parser._actions:
                if isinstance(action, argparse._SubParsersAction):
                    return next((arg for arg in argv if arg in action.choices), None)
    return None
