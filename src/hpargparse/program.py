"""The short form: one call from sources to values.

Owns the steps parse, bind, parse for a program that has nothing to add; knows
not how any of them works.
"""

from __future__ import annotations

import argparse
import os
import sys

from hpman import HpmanError

from .parser.binding import bind
from .parser.options import BoundAction
from .parser.session import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from hpman import HyperParameterManager


def parse_args(
    manager: HyperParameterManager,
    path: str | os.PathLike[str],
    args: Sequence[str] | None = None,
    *,
    parser: argparse.ArgumentParser | None = None,
    **options: Any,
) -> argparse.Namespace:
    """Parse sources, make a parser, bind the manager to it, and parse the command line.

    Args:
        manager: the manager.
        path: a script, which counts together with the modules of the project
            that it imports, or a folder.
        args: the words of the command line; those of the process for None.
        parser: the parser to bind to; a new one for None.
        options: what `bind` takes beside them.

    Returns:
        The namespace, with the value of each hyperparameter. A mistake in the
        sources or on the command line ends the program with status 2.

    >>> import tempfile
    >>> from hpman import HyperParameterManager
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     script = os.path.join(folder, "train.py")
    ...     with open(script, "w") as file:
    ...         written = file.write('_("lr", 1e-3)')
    ...     parse_args(HyperParameterManager("_"), script, ["--lr", "1"]).lr
    1.0
    """
    parser = argparse.ArgumentParser() if parser is None else parser
    try:
        manager.parse_file(path, follow_imports=not os.path.isdir(path))
        bind(parser, manager, **options)
    except (HpmanError, OSError) as error:
        stop(parser.prog, error)
    complete(parser)
    return parser.parse_args(args)


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks what can stand on the command line; this ends the program.

    Args:
        parser: the parser, with all its options. Nothing happens unless argcomplete
            asks, which is told by its environment variable.
    """
    if "_ARGCOMPLETE" not in os.environ:
        return
    from contextlib import suppress

    with suppress(ImportError):  # then who asks cannot understand an answer either
        from argcomplete import autocomplete

        _show_all_options(parser)
        autocomplete(parser)


def words_of(args: Sequence[str] | None) -> list[str]:
    """Return the words of a command: those given, else those of the process.

    Where a shell asks what can follow, these are the finished words that it has so far.
    """
    if "_ARGCOMPLETE" in os.environ:
        line = os.environ["COMP_LINE"]
        words = line.split()[int(os.environ["_ARGCOMPLETE"]) :]
        return words if line[-1:].isspace() else words[:-1]
    return list(sys.argv[1:] if args is None else args)


def skip_words(count: int) -> None:
    """Let a shell's question be about the words behind some more, as those of a sub-command."""
    os.environ["_ARGCOMPLETE"] = str(int(os.environ["_ARGCOMPLETE"]) + count)


def _show_all_options(parser: argparse.ArgumentParser) -> None:
    """Put `--no-flag` and keys such as `--opt.lr` where completion looks for options."""
    others = {
        id(action): action
        for action in parser._option_string_actions.values()
        if isinstance(action, BoundAction) and action.owner is not action
    }
    for action in others.values():
        action.help = ""  # what is hidden from help is hidden from completion too
        parser._actions.append(action)


def without_option(names: Sequence[str]) -> str:
    """Say which hyperparameters have no option, because a command has one of that name.

    >>> without_option(["help", "hp_load"])
    'No option for the hyperparameters help, hp_load: the command has its own of that name.'
    """
    some = f"hyperparameters {', '.join(names)}" if len(names) > 1 else f"hyperparameter {names[0]}"
    return f"No option for the {some}: the command has its own of that name."


def stop(program: str, error: HpmanError | OSError) -> NoReturn:
    """Tell a mistake in sources or files to somebody at a terminal, and end with status 2."""
    from .streams import put

    put(sys.stderr, f"{program}: error: {sentence(error)}\n")
    raise SystemExit(2)


def sentence(error: HpmanError | OSError) -> str:
    """Put a mistake in sources or files into words: where, what, and the way out.

    >>> print(sentence(FileNotFoundError(2, "No such file or directory", "no/train.py")))
    no/train.py: There is no such file or folder.
    Check how it is spelled, and in which folder you are.
    """
    path = getattr(error, "filename", None)
    if isinstance(error, HpmanError) or not isinstance(path, str):
        return told(error)
    if isinstance(error, FileNotFoundError):
        from difflib import get_close_matches

        folder, name = os.path.split(path)
        there = os.listdir(folder or os.curdir) if os.path.isdir(folder or os.curdir) else []
        stems = {os.path.splitext(each)[0]: each for each in there}
        near = get_close_matches(os.path.splitext(name)[0], stems, 1)
        advice = "Check how it is spelled, and in which folder you are."
        if near:
            advice = f"Did you mean {os.path.join(folder, stems[near[0]])}?"
        return f"{path}: There is no such file or folder.\n{advice}"
    return f"{path}: This cannot be read: {error.strerror}."
