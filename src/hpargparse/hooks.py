"""What happens around the methods of a parser.

Owns how a bound parser runs a session, takes other spellings, and answers a
mistyped option; knows neither values nor files.
"""

from __future__ import annotations

import argparse
import sys

from .options import BoundAction, HyperParameterAction
from .session import Binding, current, fail, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

# Each way to run a parser, and the one inside it that returns what it did not know.
_RELAXED = {
    "parse_args": "parse_known_args",
    "parse_intermixed_args": "parse_known_intermixed_args",
}


def attach(parser: argparse.ArgumentParser, binding: Binding) -> None:
    """Let a parser run sessions for a binding, and those that take over its actions too."""
    bindings: list[Binding] | None = parser.__dict__.get("_hpargparse_bindings")
    if bindings is None:
        bindings = parser.__dict__["_hpargparse_bindings"] = []
        _hook(parser, bindings)
    if binding in bindings:
        return
    bindings.append(binding)
    for option, action in binding.aliases.items():
        parser._option_string_actions.setdefault(option, action)
    for own in parser._actions:
        if isinstance(own, BoundAction) and own.adopted is None:
            own.adopted = lambda adopter: attach(adopter, binding)


def _hook(parser: argparse.ArgumentParser, bindings: list[Binding]) -> None:
    """Replace the methods of one parser that parse."""
    strict: list[str] = []  # the relaxed methods that run inside of a strict one now

    def relaxed(name: str) -> None:
        original = getattr(parser, name)

        def parse(
            args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
        ) -> tuple[argparse.Namespace, list[str]]:
            words = _prepare(parser, bindings, args)
            is_strict = bool(strict) and strict[-1] == name
            if is_strict:
                strict[-1] = ""
            result = run(parser, bindings, lambda: original(words, namespace), _first)
            if is_strict and result[1]:
                fail(parser, f"unrecognized arguments: {' '.join(_suggest(parser, result[1]))}")
            return result  # type: ignore[no-any-return]

        parser.__dict__[name] = parse

    def whole(name: str) -> None:
        original = getattr(parser, name)

        def parse(
            args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
        ) -> argparse.Namespace:
            strict.append(_RELAXED[name])
            try:
                parsed = run(parser, bindings, lambda: original(args, namespace), _itself)
            finally:
                strict.pop()
            return parsed  # type: ignore[no-any-return]

        parser.__dict__[name] = parse

    for name in _RELAXED.values():
        relaxed(name)
    for name in _RELAXED:
        whole(name)
    original = parser._get_option_tuples

    def get_option_tuples(option_string: str) -> list[Any]:
        """Count an option once, however many of its spellings an abbreviation fits."""
        found = {id(each[0]): each for each in reversed(original(option_string))}
        return list(reversed(found.values()))

    parser.__dict__["_get_option_tuples"] = get_option_tuples
    parser._negative_number_matcher = _NegativeNumber()  # type: ignore[assignment]


def _first(result: tuple[argparse.Namespace, list[str]]) -> argparse.Namespace:
    """Take the namespace out of what a relaxed method returns."""
    return result[0]


def _itself(result: argparse.Namespace) -> argparse.Namespace:
    """Take what a strict method returns."""
    return result


class _NegativeNumber:
    """Match every negative number that Python reads, where argparse knows `-1` and `-1.5` only."""

    def match(self, word: str) -> bool:
        """Tell whether a word is a negative number, so that it is no option."""
        try:
            complex(word)
        except ValueError:
            return False
        return True


def _prepare(
    parser: argparse.ArgumentParser, bindings: list[Binding], args: Sequence[str] | None
) -> list[str]:
    """Make options whose words may be several, or none, leave positional arguments alone."""
    words = list(sys.argv[1:] if args is None else args)
    positionals = parser._get_positional_actions()
    for binding in bindings:
        for option in binding.options.values():
            if option.converter.takes_words:
                option.nargs = None if positionals else "*"
    return list(_settled(parser, words)) if positionals else words


def _settled(parser: argparse.ArgumentParser, words: list[str]) -> Iterator[str]:
    """Close each option that may stand alone and whose next word is not its own."""
    known = parser._option_string_actions
    for index, word in enumerate(words):
        if word == "--":
            yield from words[index:]
            return
        action = known.get(word)
        follower = words[index + 1] if index + 1 < len(words) else None
        if isinstance(action, BoundAction) and action.nargs == "?" and follower is not None:
            if not action.accepts(follower) and follower[:1] not in parser.prefix_chars:
                yield f"{word}={action.alone}"
                continue
        yield word


def _suggest(parser: argparse.ArgumentParser, words: list[str]) -> Iterator[str]:
    """Put the nearest option behind each word that looks like one."""
    from difflib import get_close_matches

    options = [
        option
        for option, action in parser._option_string_actions.items()
        if action.help != argparse.SUPPRESS or isinstance(action, BoundAction)
    ]
    for word in words:
        option = word.partition("=")[0]
        near = get_close_matches(option, options, n=1) if option[:1] in parser.prefix_chars else []
        yield f"{word} (did you mean {near[0]}?)" if near else word
