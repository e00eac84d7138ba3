"""`hpcli PATH...`: look at the hyperparameters of any sources, without running them.

Owns the command line of this command; knows not how values are read or shown.
"""

# PYTHON_ARGCOMPLETE_OK: for shells that complete any program that says so.

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from hpman import HpmanError, HyperParameterManager, index_of
from hpman.record import Record

from ..cli.argv import (
    FOLLOW_IMPORTS,
    add_follow_imports,
    command_parser,
    is_placeholder,
    parse_command,
    placeholder,
    split_at_dashes,
    without_mark,
)
from ..cli.errors import exit_interrupted, exit_with_errors, missing_paths
from ..cli.output import exit_with_message, warn, write_result, write_text
from ..completion import complete, get_argv, is_completing
from ..listing import listed
from ..parser.bind import bind_what_fits
from ..parser.conflicts import without_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_DESCRIPTION = """\
List the hyperparameters of Python files and folders. The sources are read, not
run, so nothing that they import has to be installed. Options for the
hyperparameters that are found may stand before or behind the paths."""
_EXAMPLES = """\
examples:
  {prog} .                                   all values, as yaml
  {prog} train.py --hp-list detail           every place where one is used
  {prog} train.py --lr 0.1 --hp-save a.yaml  a file for --hp-load
  {prog} src --placeholder hp                for `from hpman.m import hp`"""

# No hyperparameter needs one of these attributes for itself.
_PATHS, _PLACEHOLDER, _FOLLOW = " paths", " placeholder", " follow"
_WITH_WORD = ("--placeholder", "--hp-save", "--hp-load", "--hp-serial-format")
_HELP = {"-h", "--help"}
_WITHOUT_WORD = {FOLLOW_IMPORTS, *_HELP}

_CIRCLE = """\
It depends on the paths which words are values of options, and on these which are paths.
Name the paths first, and join options to their values: --option=value."""


def main(args: Sequence[str] | None = None, *, prog: str = "hpcli") -> None:
    """Run the command.

    Args:
        args: the words of the command line; those of the process for None.
        prog: what the command is called in help and errors.
    """
    try:
        _list(get_argv(args), prog)
    except KeyboardInterrupt:
        if args is not None:
            raise
        exit_interrupted()


def _list(words: list[str], prog: str) -> None:
    """Run the command on some words."""
    notes: set[str] = set()
    guesses = _guesses(words)
    asked = guesses.pop()
    tried: set[tuple[_Asked, bool]] = set()
    problem: HpmanError | OSError | None = None
    while True:
        is_guess = bool(guesses)
        if (asked, is_guess) in tried:
            if not is_guess:
                exit_with_message(prog, _CIRCLE)
            asked = guesses.pop()
            continue
        tried.add((asked, is_guess))
        try:
            parser, manager = _bound(prog, asked, notes, is_guess=is_guess)
        except (HpmanError, OSError) as error:
            problem = problem or error
            if not is_guess:
                exit_with_errors(prog, problem, paths=asked.paths)
            asked = guesses.pop()
            continue
        complete(parser)
        try:
            found = vars(parse_command(parser, words))
        except _OtherPaths as others:
            asked = asked.replace(paths=others.args)
            continue
        # Once imports are followed, they are: what they bring may be an option of that name.
        is_following = asked.follow_imports or found[_FOLLOW]
        read = _Asked(found[_PLACEHOLDER], tuple(found[_PATHS]), is_following)
        if read == asked:
            break
        asked = read
    text, left_out = listed(manager, "yaml")
    write_result(parser.prog, text)
    warn(parser.prog, left_out)


class _OtherPaths(Exception):
    """Tell of the paths to try instead of those whose hyperparameters a parser has options for.

    What looked like a path was the value of an option, or the other way round.
    """


class _Parser(argparse.ArgumentParser):
    """Tell of other paths before anything is done with what is asked for of these.

    Args:
        paths: the paths whose hyperparameters this has options for.
        is_guess: whether there are other paths to try where an option is unknown.
        settings: what an `ArgumentParser` takes.
    """

    def __init__(self, paths: tuple[str, ...], *, is_guess: bool, **settings: Any) -> None:
        """Keep what is known of the paths."""
        super().__init__(**settings)
        self.paths = paths
        self.is_guess = is_guess

    def parse_known_intermixed_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; options that nobody knows are told of first, for they may have taken a word."""
        found, rest = super().parse_known_intermixed_args(args, namespace)
        paths = tuple(map(without_mark, vars(found)[_PATHS]))
        if rest and self.is_guess:
            # Paths behind unknown options are left over; what is not there may be their value.
            raise _OtherPaths(*filter(os.path.exists, (*paths, *map(without_mark, rest))))
        if paths != self.paths and not rest:
            raise _OtherPaths(*paths)
        return found, rest


class _Asked(Record):
    """Hold what tells which hyperparameters there are."""

    __slots__ = ()
    placeholder: str
    paths: tuple[str, ...]
    follow_imports: bool


def _guesses(words: list[str]) -> list[_Asked]:
    """Guess what is asked for, the likeliest last, before it is known which options there are.

    The paths of which there is no doubt tell of the options, and these of the other paths.
    Where there is no option of that name, what stands behind it may be a path that brings
    it, beside values that cannot be read: each is tried by itself.
    """
    asked, candidates = _first_look(words)
    sure = tuple(word for word, option in candidates if not option)
    with_one = [
        tuple(each[0] for each in candidates if not each[1] or each is one)
        for one in candidates
        if one[1]
    ]
    last = [sure] if sure and with_one else []
    # Help is given at once, as the answer to a shell is: of all that may be a path.
    is_final = is_completing() or not _HELP.isdisjoint(words)
    first = [tuple(word for word, _option in candidates)] if is_final else []
    return [asked.replace(paths=each) for each in (*last, *with_one, sure, *first)]


def _first_look(words: list[str]) -> tuple[_Asked, list[tuple[str, str]]]:
    """Look for what may be a path, each with the option that it stands behind, if any."""
    placeholder, candidates = "_", []
    before, behind = split_at_dashes(words)
    is_behind_option = False  # one that is not known yet, and may take words
    previous = ""
    rest = iter(before)
    for word in rest:
        option, given, value = word.partition("=")
        if len(option) > len("--p") and "--placeholder".startswith(option):
            option = "--placeholder"  # as the parser will read an abbreviation
        is_option = word.startswith("-")
        if option in _WITH_WORD:
            value = value if given else next(rest, placeholder)
            placeholder = value if option == "--placeholder" else placeholder
        elif is_option:
            is_behind_option |= word != FOLLOW_IMPORTS
        elif not is_behind_option or os.path.exists(word):
            candidates.append((word, previous))
        takes_a_word = is_option and not given and option not in {*_WITH_WORD, *_WITHOUT_WORD}
        previous = word if takes_a_word else ""
    candidates += [(word, "") for word in behind]
    return _Asked(placeholder, (), FOLLOW_IMPORTS in before), candidates


def _bound(
    prog: str, asked: _Asked, notes: set[str], *, is_guess: bool = False
) -> tuple[argparse.ArgumentParser, HyperParameterManager]:
    """Make the parser for what some paths hold; note each further placeholder once.

    Raises:
        HpmanError: the sources break a rule.
        OSError: a path cannot be read.
    """
    make = partial(_Parser, asked.paths, is_guess=is_guess)
    parser = command_parser(prog, _DESCRIPTION, _EXAMPLES, parser_class=make)
    _add_own(parser)
    manager = HyperParameterManager(asked.placeholder)
    gone = missing_paths(asked.paths)
    there = set(asked.paths).difference(each.filename for each in gone)
    manager.parse_file(there, follow_imports=asked.follow_imports)
    # Nothing is run: a hyperparameter that has no value can be listed all the same.
    without = bind_what_fits(parser, manager, require=False)
    if gone:
        exit_with_errors(prog, *gone)
    if without:
        parser.epilog = f"{without_option(without)}\n\n{parser.epilog}"
    index = index_of(asked.paths, [asked.placeholder], follow_imports=asked.follow_imports)
    others = sorted(index.placeholders() - {manager.placeholder} - notes)
    if others and is_placeholder(asked.placeholder):  # else it will be refused
        notes.update(others)
        options = " or ".join(map(_way_to_see, others))
        write_text(sys.stderr, f"{prog}: there are hyperparameters of other managers: {options}\n")
    return parser, manager


def _way_to_see(name: str) -> str:
    """Say how the hyperparameters of another manager are seen; a private one may have any name."""
    if is_placeholder(name):
        return f"--placeholder {name}"
    return f"{name!r}, which `hpman explain` and `hpman check` look at"


def _add_own(parser: argparse.ArgumentParser) -> None:
    """Add what the command itself takes."""
    parser.add_argument(_PATHS, nargs="+", metavar="PATH", help="a Python file, or a folder")
    parser.add_argument(
        "--placeholder",
        default="_",
        type=placeholder,
        dest=_PLACEHOLDER,
        metavar="PLACEHOLDER",
        help="the name by which the sources import the manager (default: _)",
    )
    add_follow_imports(parser, "read", _FOLLOW)
