"""Mistakes in sources, files and paths, as they are told to somebody at a terminal.

Owns the words for what the system says of a path, and how a command ends then; what
the errors of the family say is theirs.
"""

from __future__ import annotations

import os
from errno import EIO, ELOOP, ENOENT

from hpman import HpmanError
from hpman._text import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn


def stop(program: str, *errors: HpmanError | OSError, paths: Iterable[str] = ()) -> NoReturn:
    """Tell mistakes in sources or files to somebody at a terminal, and end with status 2.

    Args:
        program: the name of the program.
        errors: the mistakes.
        paths: the paths that were given; those that are not there are told first.
    """
    from .output import refuse

    refuse(program, "\n".join(dict.fromkeys(map(sentence, [*missing(paths), *errors]))))


def end_interrupted() -> NoReturn:
    """End as a process does that leaves an interrupt alone: by its signal, without a traceback."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)
    raise SystemExit(128 + signal.SIGINT)  # the signal is blocked


def missing(paths: Iterable[str]) -> list[OSError]:
    """Return an error for each path at which nothing is, or nothing can be seen.

    >>> [each.filename for each in missing([os.curdir, "no/such.py", "no/other.py"])]
    ['no/such.py', 'no/other.py']
    """
    found: list[OSError] = []
    for path in paths:
        try:
            os.stat(path)
        except PermissionError as error:
            found.append(error)
        except (OSError, ValueError):  # the latter for characters that no path can hold
            found.append(FileNotFoundError(ENOENT, os.strerror(ENOENT), path))
    return found


def sentence(error: HpmanError | OSError) -> str:
    """Put a mistake in sources or files into words: where, what, and the way out.

    >>> print(sentence(FileNotFoundError(2, "No such file or directory", "no/train.py")))
    no/train.py: There is no such file or folder.
    Check how it is spelled, and in which folder you are.
    """
    path = getattr(error, "filename", None)
    if isinstance(error, HpmanError) or not isinstance(path, str):
        return told(error)
    if not path:
        return "The path is empty.\nName a file or a folder; `.` is the one that you are in."
    shown = escape(path)
    is_gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
    if (is_gone or error.errno == ELOOP) and os.path.islink(path):
        return f"{shown}: This symbolic link leads to nothing.\nMend the link, or leave it out."
    if is_gone:
        return f"{shown}: There is no such file or folder.\n{_way_to(path)}"
    reason = os.strerror(error.errno or EIO)
    advice = "Mend what is there, or leave it out."
    if isinstance(error, PermissionError):
        advice = "Allow reading it, or leave it out."
    return f"{shown}: This cannot be read: {reason}.\n{advice}"


def _way_to(path: str) -> str:
    """Say what may be meant by a path that is not there."""
    from contextlib import suppress
    from difflib import get_close_matches

    folder, name = os.path.split(path.rstrip(f"{os.sep}/"))
    above = folder
    while above and not os.path.exists(above):
        above = os.path.dirname(above)
    if os.path.isfile(above):  # as for the `__file__` of a program in a zip archive
        return f"{escape(above)} is a file, and sources inside of one are not read: unpack it."
    there: list[str] = []
    with suppress(OSError):  # one that may not be listed
        there = os.listdir(folder or os.curdir)
    stems = {os.path.splitext(each)[0]: each for each in there}
    near = get_close_matches(os.path.splitext(name)[0], stems, 1)
    if near:
        return f"Did you mean {escape(os.path.join(folder, stems[near[0]]))}?"
    return "Check how it is spelled, and in which folder you are."


def told(error: Exception) -> str:
    """Put any error into words for somebody at a terminal.

    >>> told(FileNotFoundError(2, "No such file or directory", "no/train.py"))
    'no/train.py: No such file or directory'
    """
    if isinstance(error, OSError) and not isinstance(error, HpmanError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return str(error)
