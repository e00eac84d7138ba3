"""What to say of words that no option of a parser is.

Owns which option a mistyped one may have been meant for; knows neither values
nor sessions.
"""

from __future__ import annotations

import argparse

from .nearness import nearest
from .options import BoundAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def unrecognized(words: Sequence[str], parsers: Sequence[argparse.ArgumentParser]) -> str:
    """Word the error for what is left over, with the nearest options.

    Args:
        words: what is left over.
        parsers: the parsers that have run, the outermost first.

    >>> parser = argparse.ArgumentParser()
    >>> action = parser.add_argument("--lr")
    >>> unrecognized(["--rl", "3"], [parser])
    'unrecognized arguments: --rl (did you mean --lr?) 3'
    """
    return f"unrecognized arguments: {' '.join(_suggesting(words, parsers))}"


def _suggesting(words: Sequence[str], parsers: Sequence[argparse.ArgumentParser]) -> Iterator[str]:
    """Put the nearest option behind each word that looks like one."""
    prefixes = "".join(parser.prefix_chars for parser in parsers)
    # A hidden option of the parser's own stays hidden; ours are other spellings.
    options = {
        option.lstrip(prefixes): action.option_strings[0]
        if isinstance(action, BoundAction)
        else option
        for parser in parsers
        for option, action in parser._option_string_actions.items()
        if action.help != argparse.SUPPRESS or isinstance(action, BoundAction)
    }
    for word in words:
        option = word.partition("=")[0]
        name = option.strip(prefixes) if option[:1] in prefixes else ""
        near = nearest(name, options) if name else None
        yield word if near is None else f"{word} (did you mean {options[near]}?)"
