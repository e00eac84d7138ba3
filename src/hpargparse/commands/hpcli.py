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

from ..completion import complete, words_of
from ..listing import listed
from ..mistakes import end_interrupted, missing, stop
from ..parser.binding import bind_what_fits
from ..parser.conflicts import without_option
from ..parser.hooks import bindings_of
from ..placeholders import is_placeholder, placeholder
from ..streams import answer, put, warn
from ..words import (
    FOLLOW_IMPORTS,
    add_follow_imports,
    as_typed,
    command_parser,
    parsed,
    split_at_dashes,
)

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


def main(args: Sequence[str] | None = None, *, prog: str = "hpcli") -> None:
    """Run the command.

    Args:
        args: the words of the command line; those of the process for None.
        prog: what the command is called in help and errors.
    """
    try:
        _run(words_of(args), prog)
    except KeyboardInterrupt:
        if args is not None:
            raise
        end_interrupted()


def _run(words: list[str], prog: str) -> None:
    """Run the command on some words."""
    asked = _first_look(words)
    notes: set[str] = set()
    while True:
        parser, manager = _bound(prog, asked, notes)
        complete(parser)
        try:
            found = vars(parsed(parser, words))
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
    answer(parser.prog, text)
    warn(parser.prog, left_out)


class _OtherPaths(Exception):
    """Tell of other paths than those whose hyperparameters a parser has options for.

    What looked like a path was the value of an option, or the other way round.
    """


class _Parser(argparse.ArgumentParser):
    """Tell of other paths before anything is done with what is asked for of these.

    Args:
        paths: the paths whose hyperparameters this has options for.
        settings: what an `ArgumentParser` takes.
    """

    def __init__(self, paths: tuple[str, ...], **settings: Any) -> None:
        """Keep the paths."""
        super().__init__(**settings)
        self.paths = paths

    def parse_known_intermixed_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; options that nobody knows are told of first, for they may have taken a word."""
        found, rest = super().parse_known_intermixed_args(args, namespace)
        paths = tuple(map(as_typed, vars(found)[_PATHS]))
        if paths != self.paths and not rest:
            raise _OtherPaths(*paths)
        return found, rest


class _Asked(Record):
    """Hold what tells which hyperparameters there are."""

    __slots__ = ()
    placeholder: str
    paths: tuple[str, ...]
    follow_imports: bool


def _first_look(words: list[str]) -> _Asked:
    """Guess placeholder and paths, before it is known which options there are."""
    placeholder, paths = "_", []
    before, behind = split_at_dashes(words)
    is_behind_option = False  # one that is not known yet, and may take words
    rest = iter(before)
    for word in rest:
        option, given, value = word.partition("=")
        if len(option) > len("--p") and "--placeholder".startswith(option):
            option = "--placeholder"  # as the parser will read an abbreviation
        if option in _WITH_WORD:
            value = value if given else next(rest, placeholder)
            placeholder = value if option == "--placeholder" else placeholder
        elif word.startswith("-"):
            is_behind_option |= word != FOLLOW_IMPORTS
        elif not is_behind_option or os.path.exists(word):
            paths.append(word)
    return _Asked(placeholder, (*paths, *behind), FOLLOW_IMPORTS in before)


def _bound(
    prog: str, asked: _Asked, notes: set[str]
) -> tuple[argparse.ArgumentParser, HyperParameterManager]:
    """Make the parser for what some paths hold; note each further placeholder once."""
    make = partial(_Parser, asked.paths)
    parser = command_parser(prog, _DESCRIPTION, _EXAMPLES, make=make)
    _add_own(parser)
    manager = HyperParameterManager(asked.placeholder)
    gone = missing(asked.paths)
    there = set(asked.paths).difference(each.filename for each in gone)
    try:
        manager.parse_file(there, follow_imports=asked.follow_imports)
        without = bind_what_fits(parser, manager)
    except (HpmanError, OSError) as error:
        stop(prog, error, paths=asked.paths)
    if gone:
        stop(prog, *gone)
    if without:
        parser.epilog = f"{without_option(without)}\n\n{parser.epilog}"
    for each in bindings_of(parser):
        each.required.clear()  # nothing is run: what has no value can be listed all the same
    index = index_of(asked.paths, [asked.placeholder], follow_imports=asked.follow_imports)
    others = sorted(index.placeholders() - {manager.placeholder} - notes)
    if others and is_placeholder(asked.placeholder):  # else it will be refused
        notes.update(others)
        options = " or ".join(map(_way_to_see, others))
        put(sys.stderr, f"{prog}: there are hyperparameters of other managers: {options}\n")
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
