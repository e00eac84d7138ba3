"""Files that a command generates: printed, written, or compared with what is there.

Owns what `-o FILE` and `--check` mean. Must not know what the text says.
"""

from __future__ import annotations

import os
import shlex

from hpman._text import display_path, escape

from .cli.output import exit_with_message, write_result
from .edits import EditedFile, unified_diff
from .errors import SnapshotError
from .snapshots.atomic_io import STANDARD, read_bytes, replace_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


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
    rest = [arg for arg in argv if arg != "--check"]
    advice = f"Write it with `{prog} {escape(shlex.join(rest))}`."
    write_result(prog, f"{display_path(path)} {what}. {advice}\n")
    raise SystemExit(1)
