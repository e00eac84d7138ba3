"""The short form, one call from sources to values, and what all commands share.

Owns the steps parse, bind, parse for a program that has nothing to add, how words are
taken, and how mistakes are told; knows not how any of the steps works.
"""

from __future__ import annotations

import argparse
import os
import sys
from errno import EIO, ELOOP, ENOENT

from hpman import HpmanError, printable

from .parser.binding import bind
from .parser.options import BoundAction
from .parser.session import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, NoReturn

    from hpman import HyperParameterManager


# What a word begins with that is no option, whatever follows; it is gone before anybody sees it.
_NO_OPTION = "\2"


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


def parsed(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """Parse the words of a command: options anywhere, and what stands behind `--` is none.

    In `parse_intermixed_args`, a word behind `--` that begins as options do is one.

    Args:
        parser: the parser of the command.
        words: the words.

    >>> parser = argparse.ArgumentParser()
    >>> paths = parser.add_argument("paths", nargs="*")
    >>> parsed(parser, ["a.py", "--", "-b.py"]).paths
    ['a.py', '-b.py']
    """
    before, behind = split_at_dashes(words)
    marked = [f"{_NO_OPTION}{each}" for each in behind]
    found = parser.parse_intermixed_args([*before, "--", *marked] if marked else before)
    for each in parser._get_positional_actions():
        value = getattr(found, each.dest)
        if isinstance(value, str):
            setattr(found, each.dest, value.removeprefix(_NO_OPTION))
        elif value:
            setattr(found, each.dest, [word.removeprefix(_NO_OPTION) for word in value])
    return found


def split_at_dashes(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words before the first `--`, and those behind it.

    >>> split_at_dashes(["--lr", "3", "--", "-x"])
    (['--lr', '3'], ['-x'])
    """
    end = words.index("--") if "--" in words else len(words)
    return list(words[:end]), list(words[end + 1 :])


class ProgramParser(argparse.ArgumentParser):
    """Parse the options of a program that has arguments of its own, behind `--`.

    Args:
        program: what the program is called.
        settings: what an `ArgumentParser` takes.
    """

    def __init__(self, program: str, **settings: Any) -> None:
        """Keep the name of the program."""
        super().__init__(**settings)
        self.program = program

    def error(self, message: str) -> NoReturn:
        """Tell a mistake; who types an option of the program learns where that stands."""
        if message.startswith("unrecognized arguments: "):
            message = f"{message}; arguments for {self.program} itself stand behind `--`"
        super().error(message)


def without_option(names: Sequence[str]) -> str:
    """Say which hyperparameters have no option, because a command has one of that name.

    >>> without_option(["help", "hp_load"])
    'No option for the hyperparameters help, hp_load: the command has its own of that name.'
    """
    some = f"hyperparameters {', '.join(names)}" if len(names) > 1 else f"hyperparameter {names[0]}"
    return f"No option for the {some}: the command has its own of that name."


def stop(program: str, *errors: HpmanError | OSError, paths: Iterable[str] = ()) -> NoReturn:
    """Tell mistakes in sources or files to somebody at a terminal, and end with status 2.

    Args:
        program: the name of the program.
        errors: the mistakes.
        paths: the paths that were given; those that are not there are told first.
    """
    from .streams import put

    sentences = dict.fromkeys(map(sentence, [*missing(paths), *errors]))
    put(sys.stderr, f"{program}: error: {chr(10).join(sentences)}\n")
    raise SystemExit(2)


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
    shown = printable(path)
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
    there: list[str] = []
    with suppress(OSError):  # one that may not be listed
        there = os.listdir(folder or os.curdir)
    stems = {os.path.splitext(each)[0]: each for each in there}
    near = get_close_matches(os.path.splitext(name)[0], stems, 1)
    if near:
        return f"Did you mean {printable(os.path.join(folder, stems[near[0]]))}?"
    return "Check how it is spelled, and in which folder you are."
