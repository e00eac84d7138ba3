"""What to say of words that no option of a parser is.

Owns which option a mistyped one may have been meant for; knows neither values
nor sessions.
"""

from __future__ import annotations

import argparse

from hpman.suggest import closest

from .actions import BoundAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def unrecognized(
    words: Sequence[str], parsers: Sequence[argparse.ArgumentParser], line: Sequence[str]
) -> str:
    """Word the error for what is left over, with the nearest options.

    Args:
        words: what is left over.
        parsers: the parsers that have run, the outermost first.
        line: all words.

    >>> parser = argparse.ArgumentParser()
    >>> action = parser.add_argument("--lr")
    >>> unrecognized(["--rl", "3"], [parser], ["--rl", "3"])
    'unrecognized arguments: --rl (did you mean --lr?) 3'
    """
    return f"unrecognized arguments: {' '.join(_suggesting(words, parsers, line))}"


def _suggesting(
    words: Sequence[str], parsers: Sequence[argparse.ArgumentParser], line: Sequence[str]
) -> Iterator[str]:
    """Put what may have been meant behind each word that looks like an option."""
    prefixes = "".join(parser.prefix_chars for parser in parsers)
    # A hidden option of the parser's own stays hidden; ours are other spellings.
    options = {
        option.lstrip(prefixes): action.option_strings[0]
        if isinstance(action, BoundAction) and action.option_strings
        else option
        for parser in parsers
        for option, action in parser._option_string_actions.items()
        if action.help != argparse.SUPPRESS or isinstance(action, BoundAction)
    }
    for word in words:
        option = word.partition("=")[0]
        name = option.strip(prefixes) if option[:1] in prefixes else ""
        near = closest(name, options) if name else []
        meant = options[near[0]] if near else option
        command = _command_behind(option, parsers, line)
        if command is not None:
            yield f"{word} (it has to stand before {command})"
        else:
            yield word if meant == option else f"{word} (did you mean {meant}?)"


def _command_behind(
    option: str, parsers: Sequence[argparse.ArgumentParser], line: Sequence[str]
) -> str | None:
    """Return the sub-command that an option of a parser above it has to stand before."""
    for parser in parsers:
        if option in parser._option_string_actions:
            for action in parser._actions:
                if isinstance(action, argparse._SubParsersAction):
                    return next((word for word in line if word in action.choices), None)
    return None
