"""What happens around the methods of a parser.

Owns how a bound parser runs a session, takes other spellings, and shows what
argparse cannot; knows neither values nor files.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial

from .actions import EQUALS, BoundAction
from .context import RUNNING
from .session import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType
    from typing import Any

    from typing_extensions import Self

    from .context import Binding

    Parse = Callable[..., tuple[argparse.Namespace, list[str]]]

# Stands before a word that argparse would take for an option: a negative number of a sequence.
_NUMBER = "\1"
_RELAXED = ("parse_known_args", "parse_known_intermixed_args")
# Those who call a relaxed method and refuse what it leaves over.
_STRICT = (
    argparse.ArgumentParser.parse_args.__code__,
    argparse.ArgumentParser.parse_intermixed_args.__code__,
)

_SUB_COMMAND = argparse._SubParsersAction.__call__.__code__
_STATE = "_hpargparse"  # the attribute of a parser that holds what we keep of it


class _State:
    """Hold what is known of a parser that is bound.

    Attributes:
        bindings: what is bound to it.
        checked: how many arguments it had when each of them was known to have a place of its
            own; None where some may have come since.
    """

    __slots__ = ("bindings", "checked")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.bindings: list[Binding] = []
        self.checked: int | None = None


def attach(parser: argparse.ArgumentParser, binding: Binding) -> None:
    """Let a parser run sessions for a binding, and those that take over its actions too."""
    state: _State | None = parser.__dict__.get(_STATE)
    if state is None:
        state = parser.__dict__[_STATE] = _State()
        _hook(parser, state)
    if binding in state.bindings:
        return
    state.bindings.append(binding)
    known = parser._option_string_actions
    for option, action in binding.aliases.items():
        known.setdefault(option, action)
    for option in [option for option in known if "=" in option]:
        known.setdefault(option.replace("=", EQUALS), known[option])
    binding.moved = partial(_adopt, binding)
    # What `bind` has just looked at is known; between two of them arguments may have come.
    state.checked = len(parser._actions) if len(state.bindings) == 1 else None
    _set_word_counts(parser, state.bindings)


def _adopt(binding: Binding, frame: FrameType | None) -> None:
    """Attach a binding to the parser that takes over the actions of its parents, if one does."""
    while frame is not None and frame.f_code.co_name != "_add_container_actions":
        frame = frame.f_back
    adopter = frame.f_locals.get("self") if frame is not None else None
    if isinstance(adopter, argparse.ArgumentParser):
        attach(adopter, binding)


def bindings_of(parser: argparse.ArgumentParser) -> list[Binding]:
    """Return what is bound to a parser."""
    state: _State = parser.__dict__[_STATE]
    return state.bindings


def _hook(parser: argparse.ArgumentParser, state: _State) -> None:
    """Replace the methods of one parser that parse, that resolve abbreviations, and that format.

    A copy of the parser gets copies of what takes their place: a function that is made
    here would stay with the parser that it was made for.
    """
    own = parser.__dict__
    for name in _RELAXED:
        own[name] = partial(_parse, parser, state, getattr(parser, name))
    own["_get_option_tuples"] = partial(_option_tuples, parser._get_option_tuples)
    own["_get_values"] = partial(_values, parser, parser._get_values)
    own["_get_formatter"] = partial(_formatter, parser, state.bindings, parser._get_formatter)
    own["_print_message"] = partial(_print_message, parser._print_message)
    parser._negative_number_matcher = _NegativeNumber()  # type: ignore[assignment]


class _Respelled(str):
    """Be a word in a spelling that argparse reads as it is meant.

    Not all words are for the options that they look like: those of a sub-command are not,
    nor those that `argparse.REMAINDER` takes.

    Attributes:
        typed: the words that it stands for.
    """

    __slots__ = ("typed",)
    typed: tuple[str, ...]

    def __new__(cls, spelling: str, *typed: str) -> Self:
        """Remember the words."""
        word = super().__new__(cls, spelling)
        word.typed = typed
        return word


def _as_typed(words: Iterable[str]) -> list[str]:
    """Return words as they were typed."""
    return [each for word in words for each in getattr(word, "typed", (word,))]


def _values(
    parser: argparse.ArgumentParser,
    original: Callable[[argparse.Action, list[str]], Any],
    action: argparse.Action,
    words: Iterable[str],
) -> Any:
    """Read the words of an option or an argument as they were typed.

    Before Python 3.13, argparse loses the `--` of `--name=--`.
    """
    typed = _as_typed(words)
    if typed == ["--"] and isinstance(action, BoundAction):
        parser._check_value(action, "--")
        return "--"
    return original(action, typed)


def _option_tuples(original: Callable[[str], list[Any]], option_string: str) -> list[Any]:
    """Count an option once, however many of its spellings an abbreviation fits."""
    found = {id(each[0]): each for each in reversed(original(option_string))}
    return list(reversed(found.values()))


def _print_message(original: Callable[..., None], message: str, file: Any = None) -> None:
    """Write help and errors: not every terminal has the characters of every name.

    There may be no stream at all, which argparse does not expect on Python 3.10.
    """
    if file is None and sys.stderr is None:
        return
    try:
        original(message, file)
    except UnicodeEncodeError:
        from ..cli.output import put

        put(sys.stderr if file is None else file, message)


def _parse(
    parser: argparse.ArgumentParser,
    state: _State,
    original: Parse,
    args: Sequence[str] | None = None,
    namespace: argparse.Namespace | None = None,
    *more: Any,
    **settings: Any,
) -> tuple[argparse.Namespace, list[str]]:
    """Run a method in a session that returns what it did not know.

    That of a subclass may take more than argparse's own.
    """
    caller = sys._getframe(1)
    strict = _is_strict(caller)
    is_below = caller.f_code is _SUB_COMMAND

    def inside() -> tuple[argparse.Namespace, list[str]]:
        words = _prepared(parser, state, args)
        parsed, rest = original(words, namespace, *more, **settings)
        rest = _as_typed(rest)
        asked = RUNNING.asked
        if strict and rest and asked is not None:
            from .suggestions import unrecognized

            raise argparse.ArgumentError(None, unrecognized(rest, asked.parsers, words))
        return parsed, rest

    return run(parser, state.bindings, inside, namespace, is_below=is_below)


def _is_strict(caller: FrameType | None) -> bool:
    """Tell whether words that are left over will be refused.

    Only who calls tells: a subclass may let them pass in a `parse_args` of its
    own, and the parser of a sub-command is asked by the one above it.
    """
    while caller is not None and caller.f_globals.get("__name__") == "argparse":
        if caller.f_code in _STRICT:
            return True
        caller = caller.f_back
    return False


class _NegativeNumber:
    """Match negative numbers as Python writes them, and several with commas between them.

    What matches is a word of its own; argparse knows `-1` and `-1.5` only, and
    takes `-1e-3` for an option.
    """

    def match(self, word: str) -> bool:
        """Tell whether a word is a negative number, so that it is no option."""
        return all(map(self._is_number, word.rstrip(",").split(",")))

    def _is_number(self, part: str) -> bool:
        for kind in (complex, _whole):
            try:
                kind(part.strip())
            except ValueError:
                continue
            return part.strip().lower() not in ("-j", "+j")  # these are options
        return False


def _whole(word: str) -> int:
    """Read an int in any of the bases that Python writes."""
    return int(word, 0)


def _set_word_counts(parser: argparse.ArgumentParser, bindings: list[Binding]) -> bool:
    """Let sequences take several words, unless these may be positional arguments.

    Returns:
        Whether the parser has positional arguments.
    """
    has_positionals = bool(parser._get_positional_actions())
    for binding in bindings:
        for option in binding.sequences:
            option.nargs = None if has_positionals else "*"
    return has_positionals


def _prepared(
    parser: argparse.ArgumentParser, state: _State, args: Sequence[str] | None
) -> list[str]:
    """Spell the words so that argparse reads them as they are meant."""
    words = list(sys.argv[1:] if args is None else args)
    if parser.fromfile_prefix_chars is not None:
        words = parser._read_args_from_files(words)
    # Nothing tells when a sub-command gets arguments.
    if len(parser._actions) != state.checked or parser._subparsers is not None:
        from .conflicts import demand_own_places

        demand_own_places(parser)
        state.checked = len(parser._actions)
    has_positionals = _set_word_counts(parser, state.bindings)
    return list(_respelled(parser, words, settle=has_positionals))


def _respelled(parser: argparse.ArgumentParser, words: list[str], *, settle: bool) -> Iterator[str]:
    """Hide the `=` within options, and settle what belongs to the option before it.

    An option that may stand alone is closed before another's word. A negative number is a
    value, also where argparse would see an option in it: `-inf`, where there is one `-i`.
    """
    known = parser._option_string_actions
    odd = sorted((option for option in known if EQUALS in option), key=len, reverse=True)
    has_numbers = any(_is_element(parser, word) for word in words)
    is_taking = False  # an option that takes several words is before this one
    position = 0
    while position < len(words):
        word, follower = words[position], words[position + 1 : position + 2]
        if word == "--":
            yield from words[position:]
            return
        position += 1
        if is_taking and word not in known and _is_element(parser, word):
            yield _Respelled(f"{_NUMBER}{word}", word)
            continue
        spelled = word if word in known else _without_equals(word, odd)
        action = _action_of(parser, spelled) if settle or has_numbers else None
        if word[:1] in parser.prefix_chars:
            is_taking = action is not None and action.nargs == "*"
        option = word.replace("=", EQUALS)
        if action is None or not follower:
            yield spelled
        elif action.nargs is None and _is_number(parser, follower[0]):
            yield _Respelled(f"{option}={follower[0]}", word, follower[0])
            position += 1
        elif settle and action.nargs == "?" and not action.accepts(follower[0]):
            yield _Respelled(f"{option}={action.alone}", word)
        else:
            yield spelled


def _without_equals(word: str, odd: Sequence[str]) -> str:
    """Hide the `=` within an option, so that the first one of the word ends it."""
    for option in odd:
        if word.startswith(f"{option.replace(EQUALS, '=')}="):
            return _Respelled(f"{option}{word[len(option) :]}", word)
    return word


def _is_number(parser: argparse.ArgumentParser, word: str) -> bool:
    """Tell whether a word that begins as options do is a number."""
    if len(word) < 2 or word[0] not in parser.prefix_chars:
        return False
    return bool(parser._negative_number_matcher.match(word))


def _is_element(parser: argparse.ArgumentParser, word: str) -> bool:
    """Tell whether a word is a negative number, of brackets that a shell has split perhaps."""
    return _is_number(parser, word.rstrip("])},"))


def _action_of(parser: argparse.ArgumentParser, word: str) -> BoundAction | None:
    """Return the action of ours that a word, an abbreviation perhaps, stands for."""
    action = parser._option_string_actions.get(word)
    is_long = len(word) > 2 and {*word[:2]} <= {*parser.prefix_chars}
    if action is None and is_long and "=" not in word and parser.allow_abbrev:
        found = parser._get_option_tuples(word)
        action = found[0][0] if len(found) == 1 else None
    return action if isinstance(action, BoundAction) else None


def _formatter(
    parser: argparse.ArgumentParser,
    bindings: list[Binding],
    original: Callable[..., argparse.HelpFormatter],
    **where: Any,
) -> argparse.HelpFormatter:
    """Let a formatter see options in a form that fits a page.

    From Python 3.15 on it is told the file that the page is for.
    """
    from .help import presented, without_stand_ins, wrapped

    _set_word_counts(parser, bindings)
    formatter = original(**where)
    add_usage, add_argument = formatter.add_usage, formatter.add_argument
    format_help, split_lines = formatter.format_help, formatter._split_lines

    def usage(text: Any, actions: Any, groups: Any, prefix: Any = None) -> None:
        shown = [presented(action, with_help=False) for action in actions]
        add_usage(text, shown, groups, prefix)

    def argument(action: argparse.Action) -> None:
        add_argument(presented(action, with_help=True))

    formatter.__dict__.update(
        add_usage=usage,
        add_argument=argument,
        format_help=lambda: without_stand_ins(format_help()),
    )
    if type(formatter)._split_lines is argparse.HelpFormatter._split_lines:
        formatter.__dict__["_split_lines"] = lambda text, width: (
            wrapped(text, width) or split_lines(text, width)
        )
    return formatter
