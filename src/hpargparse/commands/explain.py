"""`hpman explain NAME PATH...`: where a hyperparameter is defined and used.

Owns the command line of this command; knows not what is said of a name.
"""

from __future__ import annotations

import os

from hpman import HpmanError
from hpman._text import escape
from hpman.programs import index_program

from ..cli.argv import add_follow_imports, command_parser, parse_command
from ..cli.errors import exit_with_errors
from ..cli.output import exit_with_message, shows_colours, warn, write_result
from ..completion import complete, get_argv
from ..description import as_data, dossier_of, found, near, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from hpman import Index

_DESCRIPTION = """\
Show where a hyperparameter is defined and used, with its default, its hints and
its option. NAME may be a group, such as `model` for `model.depth`, or an option
as it is typed: --weight-decay. The sources are read, not run."""
_EPILOG = """\
status: 0; 2 if there is no such name, or a path cannot be read

examples:
  {prog} lr                              in this folder
  {prog} lr train.py --follow-imports    in a script and what it imports
  {prog} --weight-decay src --format json"""


def main(args: Sequence[str] | None = None, *, prog: str = "hpman explain") -> None:
    """Run the command.

    Args:
        args: the words of the command line; those of the process for None.
        prog: what the command is called in help and errors.
    """
    parser = _parser(prog)
    complete(parser)
    options = parse_command(parser, _with_name(parser, get_argv(args)))
    paths = options.paths or [os.curdir]
    try:
        index = index_program(paths, follow_imports=options.follow_imports)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error, paths=paths)
    warn(prog, _unreadable(index))
    names = found(index, options.name)
    if not names:
        exit_with_message(prog, escape(_unknown(index, options.name, paths)))
    dossiers = [dossier_of(index, *each) for each in names]
    if options.format == "json":
        from ..cli.output import json_text

        shown = json_text([as_data(each) for each in dossiers])
    else:
        shown = text(dossiers, is_coloured=shows_colours())
    write_result(prog, shown)


def _parser(prog: str) -> argparse.ArgumentParser:
    """Make the parser."""
    parser = command_parser(prog, _DESCRIPTION, _EPILOG)
    parser.add_argument("name", metavar="NAME", help="a name, a group of names, or an option")
    parser.add_argument(
        "paths",
        nargs="*",
        default=None,  # else argparse counts it among what is required
        metavar="PATH",
        help="a Python file, or a folder (default: this one)",
    )
    add_follow_imports(parser, "read")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    return parser


def _with_name(parser: argparse.ArgumentParser, words: list[str]) -> list[str]:
    """Take the dashes from a name that is typed as an option."""
    known = parser._option_string_actions
    rest = iter(enumerate(words))
    for index, word in rest:
        option, has_value, _value = word.partition("=")
        if not word.startswith("-") or word == "--":
            break
        actions = [known[each] for each in known if each.startswith(option)]
        if not actions:
            return [*words[:index], word.lstrip("-"), *words[index + 1 :]]
        if actions[0].nargs is None and not has_value:
            next(rest, None)  # the value of the option is no name
    return words


def _unreadable(index: Index) -> list[str]:
    """Say which files may hide a name, because they are no Python."""
    return [
        str(each)
        for file in index.files.values()
        for each in file.diagnostics
        if each.placeholder is None
    ]


def _unknown(index: Index, name: str, paths: list[str]) -> str:
    """Say that a name is not there, and which one may be meant."""
    if not name:
        return "the name is empty; `hpman list` shows those that there are"
    where = ", ".join(paths)
    if not index.placeholders():
        return f"no hyperparameter is in {where}"
    meant = near(index, name)
    hint = f"did you mean {meant}?" if meant else "`hpman list` shows those that there are"
    return f"no hyperparameter in {where} is called {name} ({hint})"
