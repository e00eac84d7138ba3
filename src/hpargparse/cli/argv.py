"""The words of a command, and which of them are no options.

Owns how the parser of a command is made, and what `--` means; knows no command
and no hyperparameter.
"""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

FOLLOW_IMPORTS = "--follow-imports"
# What a word begins with that is no option, whatever follows; it is gone before anybody sees it.
_NO_OPTION = "\2"


def split_at_dashes(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words before the first `--`, and those behind it.

    >>> split_at_dashes(["--lr", "3", "--", "-x"])
    (['--lr', '3'], ['-x'])
    """
    end = words.index("--") if "--" in words else len(words)
    return list(words[:end]), list(words[end + 1 :])


def command_parser(
    prog: str,
    description: str,
    epilog: str,
    usage: str | None = None,
    make: Callable[..., argparse.ArgumentParser] = argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Make the parser of a command whose texts are laid out already.

    Args:
        prog: what the command is called.
        description: what it does.
        epilog: what stands below the options; `{prog}` in it is what it is called.
        usage: how it is used, where argparse would say it otherwise.
        make: makes it of what an `ArgumentParser` takes.
    """
    return make(
        prog=prog,
        usage=usage,
        description=description,
        epilog=epilog.format(prog=prog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_follow_imports(
    parser: argparse.ArgumentParser, verb: str, dest: str = "follow_imports"
) -> None:
    """Add the option by which a command looks at what its files import.

    Args:
        parser: the parser of the command.
        verb: what the command does with a module.
        dest: where the answer goes.
    """
    parser.add_argument(
        FOLLOW_IMPORTS,
        action="store_true",
        dest=dest,
        help=f"{verb} the modules of the same project, too, that the files import",
    )


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
            setattr(found, each.dest, as_typed(value))
        elif value:
            setattr(found, each.dest, [as_typed(word) for word in value])
    return found


def as_typed(word: str) -> str:
    """Return a word as it was typed, for who sees it inside of `parsed`."""
    return word.removeprefix(_NO_OPTION)


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
