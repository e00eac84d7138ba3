"""The arguments of commands.

Owns how the parser of a command is built, what `--` means, and which names of managers
are valid; must not know any command or hyperparameter.
"""

from __future__ import annotations

import argparse

from ..completion import complete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

FOLLOW_IMPORTS = "--follow-imports"
# Completes the sentence "NAME must be ...".
PLACEHOLDER_RULE = "a name that Python can import, as in `from hpman.m import NAME`"
# Marks an argument after `--`, so that argparse does not take it for an option. The mark is
# removed after parsing.
_MARK = "\2"


def split_at_dashes(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the arguments before the first `--` and those after it.

    >>> split_at_dashes(["--lr", "3", "--", "-x"])
    (['--lr', '3'], ['-x'])
    """
    end = args.index("--") if "--" in args else len(args)
    return list(args[:end]), list(args[end + 1 :])


def command_parser(
    prog: str, description: str, epilog: str, usage: str | None = None, *, advice: str = ""
) -> argparse.ArgumentParser:
    """Create the parser of a command. Its help keeps the line breaks of the texts.

    `{prog}` in the epilog becomes the name of the command.
    """
    return AdvisingParser(
        advice,
        prog=prog,
        usage=usage,
        description=description,
        epilog=epilog.format(prog=prog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_paths(parser: argparse.ArgumentParser, text: str, dest: str = "paths") -> None:
    """Add the paths of a command, with a text for its help."""
    # With any other default, argparse reports them among the missing arguments.
    parser.add_argument(dest, nargs="*", default=None, metavar="PATH", help=text)


def add_follow_imports(
    parser: argparse.ArgumentParser, verb: str, dest: str = "follow_imports"
) -> None:
    """Add the option `--follow-imports`. The verb is what the command does with a module."""
    parser.add_argument(
        FOLLOW_IMPORTS,
        action="store_true",
        dest=dest,
        help=f"also {verb} the modules of the same project that the files import",
    )


def parse_command(parser: argparse.ArgumentParser, args: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments of a command, or answer a completion request.

    Options may stand anywhere before `--`.
    `parse_intermixed_args` alone would take an argument like `-b.py` after `--` for an option.

    >>> parser = argparse.ArgumentParser()
    >>> paths = parser.add_argument("paths", nargs="*")
    >>> parse_command(parser, ["a.py", "--", "-b.py"]).paths
    ['a.py', '-b.py']
    """
    complete(parser)
    before, after = split_at_dashes(args)
    marked = [f"{_MARK}{arg}" for arg in after]
    namespace = parser.parse_intermixed_args([*before, "--", *marked] if marked else before)
    for action in parser._get_positional_actions():
        value = getattr(namespace, action.dest)
        if isinstance(value, str):
            setattr(namespace, action.dest, without_mark(value))
        elif value:
            setattr(namespace, action.dest, [without_mark(arg) for arg in value])
    return namespace


def without_mark(arg: str) -> str:
    """Return an argument as the user typed it, for code that runs inside `parse_command`."""
    return arg.removeprefix(_MARK)


def is_placeholder(name: str) -> bool:
    """Return whether sources can import a manager by a name.

    >>> [name for name in ("_", "größe", "a b", "a-b", "", "class") if is_placeholder(name)]
    ['_', 'größe']
    """
    from keyword import iskeyword

    return name.isidentifier() and not iskeyword(name)


def placeholder(arg: str) -> str:
    """Check the argument of `--placeholder`, as an argparse type.

    >>> placeholder("hp")
    'hp'
    """
    if is_placeholder(arg):
        return arg
    raise argparse.ArgumentTypeError(f"{arg!r} must be {PLACEHOLDER_RULE}")


class AdvisingParser(argparse.ArgumentParser):
    """Parse arguments, and say what to do about unknown ones: the advice, in the imperative."""

    def __init__(self, advice: str = "", **settings: Any) -> None:
        super().__init__(**settings)
        self.advice: str = advice

    def error(self, message: str) -> NoReturn:
        """Report an error. Suggest options for unknown ones, and give the advice."""
        prefix = "unrecognized arguments: "
        if message.startswith(prefix):
            if "(did you mean" not in message:  # the options of a program have been searched
                words = message.removeprefix(prefix).split(" ")
                message = f"{prefix}{' '.join(map(self._suggest, words))}"
            message += f"; {self.advice}" if self.advice else ""
        super().error(message)

    def _suggest(self, arg: str) -> str:
        """Return an unknown argument, with the option that was perhaps meant."""
        from hpman.names import closest

        names = [option[2:] for option in self._option_string_actions if option[:2] == "--"]
        near = closest(arg[2:].partition("=")[0], names) if arg[:2] == "--" else []
        return f"{arg} (did you mean --{near[0]}?)" if near else arg
