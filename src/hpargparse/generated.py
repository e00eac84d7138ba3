"""Commands that make a file from the sources: it is printed, written, or compared.

Owns what `-o FILE` and `--check` mean. Must not know what the text says.
"""

from __future__ import annotations

import argparse
import os
import shlex

from hpman import Index
from hpman.programs import index_program
from hpman.text import display_path, escape

from .cli.argv import add_follow_imports, add_paths
from .cli.output import exit_with_message, warn
from .description import parse_errors
from .edits import EditedFile, unified_diff
from .errors import SnapshotError
from .snapshots.atomic_io import STANDARD, read_bytes, replace_files


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the sources."""
    add_paths(parser, "a Python file or a folder (default: .)")
    add_follow_imports(parser, "read")


def read_sources(options: argparse.Namespace, parser: argparse.ArgumentParser) -> Index:
    """Read the sources, and warn about files that cannot be parsed."""
    index = index_program(options.paths, follow_imports=options.follow_imports)
    warn(parser.prog, parse_errors(index))
    return index


def add_output(parser: argparse.ArgumentParser, default: str = STANDARD) -> None:
    """Add the options `-o FILE` and `--check`."""
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
    """Return the text of a file that a command may replace, None if there is none."""
    if path == STANDARD or not os.path.lexists(path):
        return None
    data = read_bytes(path, limit=None)
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise SnapshotError.at(path, None, "The file is not UTF-8.", "Name another.") from None


def deliver(
    options: argparse.Namespace, parser: argparse.ArgumentParser, text: str
) -> tuple[str, int]:
    """Write a text to a file, or compare the file with it.

    Return what to print, and 1 if the file is compared and has another text.
    """
    path, prog = options.output, parser.prog
    if path == STANDARD:
        if options.check:
            exit_with_message(prog, "`--check` compares a file: name it with `-o FILE`.")
        return text, 0
    old, new = old_text(path), text.encode()
    before = b"" if old is None else old.encode()
    if old is not None and before == new:
        return "", 0
    if not options.check:
        replace_files([(path, new)])
        return "", 0
    what = "does not exist" if old is None else "is out of date"
    rest = shlex.join(arg for arg in options.argv if arg != "--check")
    advice = f"Write it with `{escape(f'{prog} {rest}'.rstrip())}`."
    changes = unified_diff([EditedFile(path, before, new)])
    return f"{changes}{display_path(path)} {what}. {advice}\n", 1
