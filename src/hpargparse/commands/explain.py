"""`hpman explain NAME PATH...`: show where a hyperparameter is defined and used.

Owns the command line of this command; must not know how a name is described.
"""

from __future__ import annotations

import argparse
import os
import shlex

from hpman import Index
from hpman.programs import index_program
from hpman.text import escape

from ..cli.argv import add_follow_imports, add_paths
from ..cli.output import exit_with_message, json_text, shows_colours, warn
from ..description import (
    describe,
    describe_in_scope,
    find_names,
    is_old_name,
    parse_errors,
    render_text,
    suggestion,
    to_json,
)

DESCRIPTION = """\
Show where a hyperparameter is defined and used, with its default, hints and
option. NAME may also be a group, such as `model` for `model.depth`, or an
option, such as --weight-decay, or lie in a scope, such as encoder/depth.
The files are read, not run."""
EPILOG = """\
exit status: 0, or 2 if there is no such name or a path cannot be read

examples:
  {prog} lr                              read this folder
  {prog} lr train.py --follow-imports    also read what it imports
  {prog} --weight-decay src --format json"""


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Return the descriptions of a name."""
    prog, paths = parser.prog, options.paths
    if os.path.exists(options.name) and not any(map(os.path.exists, paths)):
        parser.error(f"put the name first: {prog} {shlex.join([*paths, options.name])}")
    index = index_program(paths, follow_imports=options.follow_imports)
    warn(prog, parse_errors(index))
    names = find_names(index, options.name)
    descriptions = [describe(index, *pair) for pair in names]
    renamed = [one.name for one in descriptions if is_old_name(options.name, one)]
    warn(prog, [escape(f"`{options.name}` is an old name of `{name}`") for name in renamed])
    if not names:
        descriptions = describe_in_scope(index, options.name)
    if not descriptions:
        exit_with_message(prog, escape(_not_found(index, options.name, paths)))
    if options.format == "json":
        return json_text([to_json(description) for description in descriptions]), 0
    return render_text(descriptions, is_coloured=shows_colours()), 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", metavar="NAME", help="a name, a group of names, or an option")
    add_paths(parser, "a Python file or a folder (default: this folder)")
    add_follow_imports(parser, "read")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def arrange(parser: argparse.ArgumentParser, argv: list[str]) -> list[str]:
    """Remove the dashes of a NAME that is an option."""
    own = parser._option_string_actions
    args = iter(enumerate(argv))
    for position, arg in args:
        option, equals, _value = arg.partition("=")
        if not arg.startswith("-") or arg == "--":
            break
        actions = [own[name] for name in own if name.startswith(option)]
        if not actions:
            return [*argv[:position], arg.lstrip("-"), *argv[position + 1 :]]
        if actions[0].nargs is None and not equals:
            next(args, None)  # the value of the option
    return argv


def _not_found(index: Index, name: str, paths: list[str]) -> str:
    """Return the message for a name that does not exist."""
    if not name:
        return "the name is empty; `hpman list` shows all names"
    where = ", ".join(paths)
    if not index.placeholders():
        return f"no hyperparameters in {where}"
    command = "hpman list" if paths == [os.curdir] else f"hpman list {shlex.join(paths)}"
    hint = suggestion(index, name) or f"`{command}` shows all names"
    return f"no hyperparameter `{name}` in {where} ({hint})"
