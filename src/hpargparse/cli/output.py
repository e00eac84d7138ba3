"""Text for the standard streams, whatever they can encode.

Owns that output is UTF-8, and what happens when nobody reads it any more;
knows nothing of what the text says.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, TextIO

# What a shell shows of a program that SIGPIPE has ended, as it ends other tools in a closed pipe.
CLOSED_PIPE = 141


def put(stream: TextIO | None, text: str) -> None:
    """Write text to a stream and flush it; a stream of another encoding gets UTF-8 all the same.

    Args:
        stream: the stream; one without bytes below it, as `io.StringIO`, takes the text.
            None, as Python has for a stream that was closed before it started, takes nothing.
        text: the text. Lone surrogates, which UTF-8 has not, are escaped.

    >>> put(sys.stdout, "größe: 3" + chr(10))
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
    stream.flush()  # what was written as text comes first
    binary.write(text.encode("utf-8", "backslashreplace"))
    binary.flush()


def answer(program: str, text: str) -> None:
    """Write what a program is asked for to the standard output stream.

    Where nobody reads it any more, the program ends as `end_quietly` does; where it
    cannot be written, it ends with a sentence and status 2: it did not do its work.

    Args:
        program: the name of the program, as errors give it.
        text: the text.

    >>> answer("hpman", "lr: 0.1" + chr(10))
    lr: 0.1
    """
    reason = "it was closed"
    try:
        if sys.stdout is not None:
            put(sys.stdout, text)
            return
    except BrokenPipeError:
        end_quietly()
    except OSError as error:
        reason = error.strerror or str(error)
    _give_up_output()
    refuse(program, f"standard output cannot be written: {reason}.")


def refuse(program: str, sentences: str) -> NoReturn:
    """End a program that cannot do what it is asked for: with sentences and status 2.

    Args:
        program: the name of the program, as errors give it.
        sentences: what is wrong, and the way out.
    """
    _tell(f"{program}: error: {sentences}\n")
    raise SystemExit(2)


def warn(program: str, messages: Sequence[str]) -> None:
    """Write warnings to the standard error stream, one a line.

    Args:
        program: the name of the program, as errors give it.
        messages: what to warn of; nothing is written where there is nothing.
    """
    if messages:
        _tell("".join(f"{program}: warning: {message}\n" for message in messages))


def _tell(text: str) -> None:
    """Write to the standard error stream; where that cannot be, nobody can be told."""
    from contextlib import suppress

    with suppress(OSError):
        put(sys.stderr, text)


def terminal_width() -> int | None:
    """Return the columns of the terminal that the output goes to, None where it goes elsewhere."""
    if not _is_terminal():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def shows_colours() -> bool:
    """Tell whether standard output is a terminal that shows colours (no-color.org)."""
    return _is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _is_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def end_quietly() -> NoReturn:
    """End the program as other tools end whose reader has gone: without a word."""
    _give_up_output()
    raise SystemExit(CLOSED_PIPE)


def _give_up_output() -> None:
    """Let what is left of the output go nowhere: Python would try to flush it, and fail."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass  # a stream that a program has put there has no file to point elsewhere
