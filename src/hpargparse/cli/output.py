"""Write text to the standard streams.

Owns the encoding, which is always UTF-8, and what happens if the reader is gone; must
not know what the text says.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, TextIO

# The status that a shell shows for a program that SIGPIPE ended.
CLOSED_PIPE = 141


def write_text(stream: TextIO | None, text: str) -> None:
    """Write text to a stream as UTF-8, whatever its encoding, and flush it.

    A stream without a buffer, such as `io.StringIO`, gets the text itself. None, which Python
    uses for a closed stream, is ignored. Lone surrogates are escaped.

    >>> write_text(sys.stdout, "größe: 3" + chr(10))
    größe: 3
    """
    if stream is None:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    binary = getattr(stream, "buffer", None)
    try:
        if binary is None or encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
            stream.write(text)
            stream.flush()
            return
    except UnicodeEncodeError:
        if binary is None:
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            stream.flush()
            return
    stream.flush()  # earlier text comes first
    binary.write(text.encode("utf-8", "backslashreplace"))
    binary.flush()


def write_result(prog: str, text: str) -> None:
    """Write a result to standard output.

    If the reader has closed the pipe, exit as `exit_quietly` does. If writing fails for
    another reason, exit with a message and status 2.

    >>> write_result("hpman", "lr: 0.1" + chr(10))
    lr: 0.1
    """
    reason = "it is closed"
    try:
        if sys.stdout is not None:
            write_text(sys.stdout, text)
            return
    except BrokenPipeError:
        exit_quietly()
    except OSError as error:
        reason = error.strerror or str(error)
    _discard_output()
    exit_with_message(prog, f"standard output cannot be written: {reason}.")


def json_text(data: object) -> str:
    r"""Return data as an indented JSON document. Lone surrogates, as in paths, are escaped.

    >>> print(json_text({"path": "größe\udcff.py"}), end="")
    {
      "path": "größe\udcff.py"
    }
    """
    import json

    lines = json.dumps(data, indent=2, ensure_ascii=False).split("\n")
    return "".join(f"{line if line.isprintable() else _json_escape(line)}\n" for line in lines)


def _json_escape(line: str) -> str:
    import json

    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def exit_with_message(prog: str, message: str) -> NoReturn:
    """Write what is wrong, and what to do, to standard error. Exit with status 2."""
    _write_error(f"{prog}: error: {message}\n")
    raise SystemExit(2)


def warn(prog: str, messages: Sequence[str]) -> None:
    """Write warnings to standard error, one per line."""
    if messages:
        _write_error("".join(f"{prog}: warning: {message}\n" for message in messages))


def _write_error(text: str) -> None:
    from contextlib import suppress

    with suppress(OSError):  # it cannot be reported elsewhere
        write_text(sys.stderr, text)


def terminal_width() -> int | None:
    """Return the columns of the terminal at standard output, or None if it is not a terminal."""
    if not _is_terminal():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def shows_colours() -> bool:
    """Return whether standard output is a terminal that shows colours (no-color.org)."""
    return _is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def exit_quietly() -> NoReturn:
    """Exit without a message after the reader of standard output has gone."""
    _discard_output()
    raise SystemExit(CLOSED_PIPE)


def _discard_output() -> None:
    """Redirect standard output to nowhere. Otherwise Python would fail to flush it at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass  # a stream that the program put there may have no file
