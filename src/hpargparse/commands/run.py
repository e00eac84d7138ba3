"""`hpman run SCRIPT ...`: a command line for a program that has none.

Owns the words of this command. It imports inside of functions, so that it can
tell what was loaded before; it knows neither how sources are read nor how a program runs.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import NoReturn

    from hpman import HyperParameterManager

    from ..run.runner import Program

_USAGE = "%(prog)s [-h] (SCRIPT | -m MODULE) [its options] [-- its arguments]"
_DESCRIPTION = """\
Run a program as `python` does, with an option for each hyperparameter that its
sources name: those of the script, and of the modules of the same project that
it imports. They are read, not run, to find the options, so a mistake in them
costs no start of the program, and help needs nothing that it imports."""
_EXAMPLES = """\
examples:
  {prog} train.py --help               which hyperparameters there are
  {prog} train.py --lr 0.1             with another value
  {prog} train.py --hp-list            all values, and no run
  {prog} train.py --lr 0.1 -- a.csv    with an argument of the script's own
  {prog} -m project.train --lr 0.1     a module, as `python -m` runs it"""
_EPILOG = "Words behind `--` are arguments for the program itself."


def main(args: Sequence[str] | None = None, *, prog: str = "hpman run") -> None:
    """Run the command.

    Args:
        args: the words of the command line; those of the process for None.
        prog: what the command is called in help and errors.
    """
    loaded_before = frozenset(sys.modules)
    program, arguments = _set_up(args, prog)
    program.start(arguments, loaded_before)


def _set_up(args: Sequence[str] | None, prog: str) -> tuple[Program, list[str]]:
    """Find the program, set the values that are typed, and return what is left for it."""
    from hpman import HpmanError
    from hpman.programs import preset_values

    from ..cli.argv import split_at_dashes
    from ..cli.errors import exit_with_errors
    from ..completion import get_argv, is_completing
    from ..run.runner import module, script

    words = get_argv(args)
    flag, given, words = _split(words, prog)
    called = f"{prog} {flag} {given}" if flag else f"{prog} {given}"
    words, arguments = split_at_dashes(words)
    try:
        program = module(given) if flag else script(given)
        parser, managers = _bound(called, program)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    if is_completing():
        _answer(parser, 2 if flag else 1)
    parser.parse_args(words)
    preset_values(managers)
    return program, arguments


def _split(words: list[str], prog: str) -> tuple[str, str, list[str]]:
    """Split words into `-m` or nothing, the program, and the rest."""
    first, rest = (words[0], words[1:]) if words else ("", [])
    if first == "-m" and rest:
        return "-m", rest[0], rest[1:]
    if first[:2] == "-m" and len(first) > 2:
        return "-m", first[2:], rest
    if first == "--" and rest:
        return "", rest[0], rest[1:]
    if not words or (first != "-" and first.startswith("-")):
        _explain(words, prog)
    return "", first, rest


def _explain(words: list[str], prog: str) -> NoReturn:
    """Explain the command, or what is wrong with words that name no program."""
    from ..cli.argv import command_parser
    from ..completion import is_completing

    parser = command_parser(prog, _DESCRIPTION, _EXAMPLES, _USAGE)
    parser.add_argument(
        "script", nargs="?", metavar="SCRIPT", help="a Python file, or a folder with `__main__.py`"
    )
    parser.add_argument("-m", dest="module", metavar="MODULE", help="a module, named with dots")
    if is_completing():
        _answer(parser, 0)
    parser.parse_known_args(words[:1])
    if not words:
        parser.error("name a script to run")
    file = next((each for each in words if os.path.isfile(each)), "SCRIPT")
    mended = " ".join([prog, file, *(each for each in words if each != file)])
    parser.error(f"{words[0]} stands in front of the script; options stand behind it: {mended}")


def _bound(
    called: str, program: Program
) -> tuple[argparse.ArgumentParser, list[HyperParameterManager]]:
    """Make the parser for the hyperparameters of a program; return it and their managers.

    Raises:
        HpmanError: the sources break a rule.
        OSError: the program is not there, or cannot be read.
    """
    from hpman.programs import index_program, load_managers

    from ..cli.argv import ProgramParser
    from ..parser.bind import bind_what_fits
    from ..parser.conflicts import without_option
    from ..run.runner import path_of_environment

    also = path_of_environment()
    index = index_program(program.source, follow_imports=True, roots=program.roots, also=also)
    managers = load_managers(index)
    manager = managers[0]
    if len(managers) > 1:
        from ..run.manager_group import JointManager

        manager = JointManager(managers)
    about = f"Run {program.given} with other values for its hyperparameters."
    if not index.placeholders():
        about = f"{program.given} has no hyperparameters, nor has what it imports of its project."
    parser = ProgramParser(program.given, prog=called, description=about, epilog=_EPILOG)
    without = bind_what_fits(parser, manager)
    if without:
        parser.epilog = f"{_EPILOG} {without_option(without)}"
    return parser, managers


def _answer(parser: argparse.ArgumentParser, named: int) -> NoReturn:
    """Answer a shell that asks what can follow; the program is not run in any case."""
    from ..completion import complete, skip_arguments

    skip_arguments(named)
    complete(parser)
    raise SystemExit
