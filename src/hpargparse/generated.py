"""Commands that make a file from the sources: it is printed, written, or compared.

Owns what `-o FILE` and `--check` mean. Must not know what the text says.
"""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable, Sequence

from hpman import HpmanError, Index
from hpman.programs import index_program
from hpman.text import display_path, escape

from .cli.argv import add_follow_imports, command_parser, parse_command
from .cli.errors import exit_with_errors
from .cli.output import exit_with_message, warn, write_result
from .completion import get_argv
from .description import parse_errors
from .edits import EditedFile, unified_diff
from .errors import SnapshotError
from .snapshots.atomic_io import STANDARD, read_bytes, replace_files


def source_parser(prog: str, description: str, epilog: str) -> argparse.ArgumentParser:
    """Return a parser of a command that reads files and folders of sources."""
    parser = command_parser(prog, description, epilog)
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="a Python file or a folder (default: .)"
    )
    add_follow_imports(parser, "read")
    return parser


def generate(
    parser: argparse.ArgumentParser,
    prog: str,
    args: Sequence[str] | None,
    text_of: Callable[[Index, argparse.Namespace], str],
) -> argparse.Namespace:
    """Read the sources, and deliver what a command makes of them.

    Args:
        parser: the parser of the command.
        prog: the name of the command.
        args: its arguments; those of the process if this is None.
        text_of: returns the text, from the index of the sources and the options.

    Returns:
        The options.
    """
    argv = get_argv(args)
    options = parse_command(parser, argv)
    paths = options.paths or [os.curdir]
    try:
        index = index_program(paths, follow_imports=options.follow_imports)
        warn(prog, parse_errors(index))
        text = text_of(index, options)
        deliver(prog, argv, options.output, text, is_check=options.check)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error, paths=paths)
    return options


def add_output(parser: argparse.ArgumentParser, default: str = STANDARD) -> None:
    """Add the options `-o FILE` and `--check`.

    Args:
        parser: the parser of the command.
        default: the file without `-o`.
    """
    shown = "standard output" if default == STANDARD else default
    parser.add_argument(
        *("-o", "--output"),
        default=default,
        metavar="FILE",
        help=f"the file to write; `-` is standard output (default: {shown})",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; if FILE is out of date, show what would change and exit with 1",
    )


def old_text(path: str) -> str | None:
    """Return the text of a file that a command may replace, None if there is none.

    Raises:
        SnapshotError: if the path is not one of a UTF-8 file.
    """
    if path == STANDARD or not os.path.lexists(path):
        return None
    data = read_bytes(path, limit=None)
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise SnapshotError.at(path, None, "The file is not UTF-8.", "Name another.") from None


def deliver(prog: str, argv: Sequence[str], path: str, text: str, *, is_check: bool) -> None:
    """Print a text, write it to a file, or compare the file with it.

    Args:
        prog: the name of the command.
        argv: its arguments, for the advice.
        path: the file; `-` is standard output.
        text: the text.
        is_check: whether to compare: a file with another text is an error with the status 1.

    Raises:
        SnapshotError: if the file cannot be read or written.
    """
    if path == STANDARD:
        if is_check:
            exit_with_message(prog, "`--check` compares a file: name it with `-o FILE`.")
        write_result(prog, text)
        return
    old, new = old_text(path), text.encode()
    if old is not None and old.encode() == new:
        return
    if not is_check:
        replace_files([(path, new)])
        return
    before = b"" if old is None else old.encode()
    write_result(prog, unified_diff([EditedFile(path, before, new)]))
    what = "does not exist" if old is None else "is out of date"
    rest = shlex.join(arg for arg in argv if arg != "--check")
    advice = f"Write it with `{escape(f'{prog} {rest}'.rstrip())}`."
    write_result(prog, f"{display_path(path)} {what}. {advice}\n")
    raise SystemExit(1)
