"""What to say of words that no option of a parser is.

Owns which option a mistyped one may have been meant for; knows neither values
nor sessions.
"""

from __future__ import annotations

import argparse

from .options import BoundAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# How alike two names have to be, of 1: `rl` is half of `lr`, and `foo` less of `on`.
_NEAR = 0.5


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
        near = nearest(name, list(options)) if name else None
        yield word if near is None else f"{word} (did you mean {options[near]}?)"


def nearest(name: str, names: Sequence[str]) -> str | None:
    """Return the name that is nearest: of those in its own branch, if one of them is near.

    Args:
        name: the name as typed, without dashes: they are alike in all.
        names: the names that there are.

    >>> nearest("opt.lt", ["opt", "opt.lr"]), nearest("foo", ["on"])
    ('opt.lr', None)
    """
    from difflib import get_close_matches

    branch = name.rpartition(".")[0]
    siblings = [each for each in names if branch and each.startswith(f"{branch}.")]
    near = get_close_matches(name, siblings, 1, _NEAR) or get_close_matches(name, names, 1, _NEAR)
    return near[0] if near else None
