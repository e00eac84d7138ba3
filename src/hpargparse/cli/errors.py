"""Errors in sources, files and paths, as text for a terminal.

Owns the messages about paths, and how a command ends with errors. The errors of hpman
have their own text.
"""

from __future__ import annotations

import os
from errno import EIO, ELOOP, ENOENT

from hpman import HpmanError
from hpman.text import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

_CHECK_PATH = "Check the spelling and the current folder."


def exit_with_errors(
    prog: str, *errors: HpmanError | OSError, paths: Iterable[str] = ()
) -> NoReturn:
    """Report missing paths, then errors in sources or files, and exit with status 2."""
    from .output import exit_with_message

    messages = dict.fromkeys(map(format_error, [*missing_paths(paths), *errors]))
    exit_with_message(prog, "\n".join(messages))


def exit_interrupted(number: int = 2) -> NoReturn:
    """Exit with a signal, by default SIGINT, as a process without a handler does."""
    import signal

    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
    raise SystemExit(128 + number)  # only reached if the signal is blocked


def missing_paths(paths: Iterable[str]) -> list[OSError]:
    """Return an error for every path that does not exist or cannot be looked at.

    >>> [error.filename for error in missing_paths([os.curdir, "no/such.py", "no/other.py"])]
    ['no/such.py', 'no/other.py']
    """
    errors: list[OSError] = []
    for path in paths:
        try:
            os.stat(path)
        except PermissionError as error:
            errors.append(error)
        except (OSError, ValueError):  # ValueError: no path can have these characters
            errors.append(FileNotFoundError(ENOENT, os.strerror(ENOENT), path))
    return errors


def format_error(error: HpmanError | OSError) -> str:
    """Return the message for an error in sources or files: where, what, and what to do.

    >>> print(format_error(FileNotFoundError(2, "No such file or directory", "no/train.py")))
    no/train.py: There is no such file or folder.
    Check the spelling and the current folder.
    """
    path = getattr(error, "filename", None)
    if isinstance(error, HpmanError) or not isinstance(path, str):
        return error_text(error)
    if not path:
        return "The path is empty.\nName a file or a folder; `.` is the current folder."
    shown = escape(path)
    is_missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
    if (is_missing or error.errno == ELOOP) and os.path.islink(path):
        return f"{shown}: The symbolic link is broken.\nFix it or leave it out."
    if is_missing:
        return f"{shown}: There is no such file or folder.\n{_advice(path)}"
    advice = "Fix the problem or leave the path out."
    if isinstance(error, PermissionError):
        advice = "Allow reading it or leave it out."
    return f"{shown}: Cannot read this: {os.strerror(error.errno or EIO)}.\n{advice}"


def _advice(path: str) -> str:
    """Suggest what was meant by a path that does not exist."""
    from contextlib import suppress

    from hpman.names import closest

    folder, name = os.path.split(path.rstrip(f"{os.sep}/"))
    outer = folder
    while outer and not os.path.exists(outer):
        outer = os.path.dirname(outer)
    if os.path.isfile(outer):  # such as the `__file__` of a program in a zip archive
        return f"{escape(outer)} is a file. Unpack it: sources inside an archive cannot be read."
    names: list[str] = []
    with suppress(OSError):  # the folder cannot be listed
        names = os.listdir(folder or os.curdir)
    by_stem = {os.path.splitext(entry)[0]: entry for entry in names}
    near = closest(os.path.splitext(name)[0], by_stem)
    if near:
        return f"Did you mean {escape(os.path.join(folder, by_stem[near[0]]))}?"
    return _CHECK_PATH


def error_text(error: Exception) -> str:
    """Return the message for any error.

    >>> error_text(FileNotFoundError(2, "No such file or directory", "no/train.py"))
    'no/train.py: No such file or directory'
    """
    if isinstance(error, OSError) and not isinstance(error, HpmanError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return str(error)
