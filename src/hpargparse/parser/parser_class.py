"""The class of a bound parser, and the data that `bind` stores on the parser.

Owns how a bound parser starts a session, and how arguments are respelled so that
argparse reads them as intended. Must not know values or files.
"""

from __future__ import annotations

import argparse
import sys
from functools import cache
from types import new_class

from hpman.names import SCOPE

from .actions import EQUALS, BoundAction, ValueAction
from .session import current_session, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType
    from typing import Any

    from typing_extensions import Self

    from hpman import HyperParameterManager

    from .actions import HyperParameterAction, RequestAction

# Prefix of an argument that argparse would take for an option: a negative number of a sequence.
_NUMBER = "\1"
# The methods that raise an error for arguments that the method they call leaves over.
_STRICT = (
    argparse.ArgumentParser.parse_args.__code__,
    argparse.ArgumentParser.parse_intermixed_args.__code__,
)
_SUB_COMMAND = argparse._SubParsersAction.__call__.__code__


class Binding:
    """One call of `bind`.

    Attributes:
        manager: the manager that gets the values.
        options: the option of each hyperparameter, by name.
        sequences: the options that may take several arguments.
        required: the names of the hyperparameters that need a value.
        limited: the names of those with hints that may limit their values.
        requests: the option of each request, by name.
        aliases: other spellings of options, which help does not show.
        old_options: those that the hint `aliases` makes.
        loaded: the default of `--hp-load` that an earlier parse has loaded.
        filled: the values that the last parse put into a namespace.
        selects: whether listings and saved files show a name; None if they show all.
        show_defaults: whether help shows the defaults.
        serial_format: the format of files if the command line names none.
        strict: whether an unknown name in a file is an error if the command line does not say.
        trust_pickle: whether a pickle may run code; None if it cannot be allowed.
    """

    def __init__(
        self,
        manager: HyperParameterManager,
        *,
        selects: Callable[[str], bool] | None = None,
        show_defaults: bool = True,
        serial_format: str = "auto",
        strict: bool = True,
        trust_pickle: bool | None = None,
    ) -> None:
        self.manager = manager
        self.options: dict[str, HyperParameterAction] = {}
        self.sequences: list[BoundAction] = []
        self.required: list[str] = []
        self.limited: list[str] = []
        self.requests: dict[str, RequestAction] = {}
        self.aliases: dict[str, argparse.Action] = {}
        self.old_options: set[str] = set()
        self.loaded: object = None
        self.filled: dict[str, object] = {}
        self.selects = selects
        self.show_defaults = show_defaults
        self.serial_format = serial_format
        self.strict = strict
        self.trust_pickle = trust_pickle

    def __deepcopy__(self, memo: dict[int, Any]) -> Binding:
        from copy import deepcopy

        memo[id(self.manager)] = self.manager  # copies of a parser set the same values
        twin = memo[id(self)] = object.__new__(Binding)
        vars(twin).update(deepcopy(vars(self), memo))
        return twin

    def record(self, name: str, value: object, option: str) -> None:
        """Record a typed value; it is set when parsing is done."""
        typed = current_session().typed.setdefault(self.manager, {})
        typed.pop(name, None)
        typed[name] = value, option

    def requested(self) -> dict[str, Any]:
        """Return the requests recorded so far, by name."""
        return current_session().requests.setdefault(self, {})

    def attach(self, parser: argparse.ArgumentParser) -> None:
        """Make a parser a bound one. It already has the options."""
        if not isinstance(parser, BoundParser):
            parser.__class__ = _bound_class(type(parser))  # type: ignore[arg-type]
        bound: BoundParser = parser  # type: ignore[assignment]
        if self in bound._bindings:
            return
        bound._bindings = (*bound._bindings, self)
        bound._negative_number_matcher = _NegativeNumber()  # type: ignore[assignment]
        known = bound._option_string_actions
        for option, action in self.aliases.items():
            known.setdefault(option, action)
        for option in [option for option in known if "=" in option]:
            known.setdefault(option.replace("=", EQUALS), known[option])


@cache
def _bound_class(base: Any) -> type[BoundParser]:
    """Return the subclass of a parser's class whose instances are bound."""
    return new_class(base.__name__, (BoundParser, base))


class BoundParser(argparse.ArgumentParser):
    """The methods of a bound parser, which override those of its own class.

    A sub-parser, which argparse creates from the same class, also has them, but is not bound.
    """

    _bindings: tuple[Binding, ...] = ()
    _script: str | None = None  # the file whose docstring becomes the description in help

    def format_help(self) -> str:
        """Show own arguments first, then hyperparameters, then requests."""
        if not self._bindings:
            return super().format_help()
        from .help import docstring, sections

        if self._script is not None:
            self.description: str | None = docstring(self._script) or self.description
        groups = self._action_groups
        self._action_groups = sections(self)  # type: ignore[assignment]
        try:
            return super().format_help()
        finally:
            self._action_groups = groups

    def scope_actions(self, word: str) -> Iterable[argparse.Action]:
        """Return stand-ins for the options in scopes that a shell may complete a word to."""
        from .scoped import completions

        return completions(self, self._bindings, word)

    def parse_known_args(self, *args: Any, **settings: Any) -> Any:
        """Parse in a session."""
        return self._in_session(super().parse_known_args, *args, **settings)

    def parse_known_intermixed_args(self, *args: Any, **settings: Any) -> Any:
        """Parse in a session."""
        usage = self.usage
        if usage is None:
            # argparse would do the same without escaping the `%` of a name.
            self.usage = self.format_usage().partition(": ")[2].replace("%", "%%")
        try:
            return self._in_session(super().parse_known_intermixed_args, *args, **settings)
        finally:
            self.usage = usage

    def _in_session(
        self,
        parse: Callable[..., tuple[argparse.Namespace, list[str]]],
        args: Sequence[str] | None = None,
        *more: Any,
        **settings: Any,
    ) -> tuple[argparse.Namespace, list[str]]:
        """Run a parsing method in a session. It returns the arguments that it does not know.

        The method of a user's class may have more parameters than argparse's own.
        """
        if not self._bindings:
            return parse(args, *more, **settings)
        caller = sys._getframe(2)
        is_strict = _is_strict(caller)

        def inside() -> tuple[argparse.Namespace, list[str]]:
            argv, scoped = self._normalized_argv(args)
            try:
                namespace, rest = parse(argv, *more, **settings)
            finally:
                for option in scoped:
                    del self._option_string_actions[option]
            rest = _as_typed(rest)
            if is_strict and rest:
                from .suggestions import unrecognized

                parsers = current_session().parsers
                raise argparse.ArgumentError(None, unrecognized(rest, parsers, argv))
            return namespace, rest

        namespace = more[0] if more else settings.get("namespace")
        is_sub_command = caller.f_code is _SUB_COMMAND
        return run(self, self._bindings, inside, namespace, is_sub_command=is_sub_command)

    def _normalized_argv(self, args: Sequence[str] | None) -> tuple[list[str], list[str]]:
        """Return the arguments, respelled so that argparse reads them as intended.

        Also return the options for scopes among them, which are added to the parser.
        """
        argv = list(sys.argv[1:] if args is None else args)
        if self.fromfile_prefix_chars is not None:
            argv = self._read_args_from_files(argv)
        # Arguments may have come since the parser was bound.
        dests = {action.dest for action in self._actions}
        if len(dests) < len(self._actions) or self._subparsers is not None:
            from .conflicts import require_own_places

            require_own_places(self)
        has_positionals = self._set_nargs()
        scoped: list[str] = []
        if any(SCOPE in arg for arg in argv):
            from .scoped import scoped_actions

            actions = dict(scoped_actions(self, self._bindings, argv))
            self._option_string_actions.update(actions)
            scoped += actions
        return list(_normalize(self, argv, has_positionals=has_positionals)), scoped

    def _set_nargs(self) -> bool:
        """Let sequences take several arguments unless the parser has positional ones.

        Return whether they do.
        """
        has_positionals = bool(self._get_positional_actions())
        for binding in self._bindings:
            for option in binding.sequences:
                option.nargs = None if has_positionals else "*"
        return has_positionals

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        typed = _as_typed(arg_strings)
        if typed == ["--"] and isinstance(action, ValueAction):
            return "--"  # before Python 3.13, argparse drops it from `--name=--`
        return super()._get_values(action, typed)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Check only values that are not ours. Our converters check ours."""
        if not isinstance(action, ValueAction):
            super()._check_value(action, value)

    def _get_option_tuples(self, option_string: str) -> list[Any]:
        """Count an option once, even if an abbreviation matches several of its spellings.

        `--n` is meant for an option of the program rather than for `--no-hp-strict`, or for an
        old name.
        """
        rows = super()._get_option_tuples(option_string)
        old = {option for binding in self._bindings for option in binding.old_options}
        others = [row for row in rows if row[1] not in old] or rows
        rows = [row for row in others if getattr(row[0], "negation", None) != row[1]] or others
        matches = {id(row[0]): row for row in reversed(rows)}
        return list(reversed(matches.values()))

    def _get_formatter(self, **settings: Any) -> argparse.HelpFormatter:
        """Return a formatter that shows our options. From Python 3.15 on, it takes a file."""
        from .help import prepare

        self._set_nargs()
        return prepare(super()._get_formatter(**settings))

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help and errors in any encoding; a closed stream gets nothing."""
        from ..cli.output import write_text

        try:  # noqa: SIM105 - contextlib is slow to import
            write_text(sys.stderr if file is None else file, message)
        except OSError:  # as argparse does from Python 3.12 on
            pass


def _is_strict(caller: FrameType | None) -> bool:
    """Return whether arguments that are left over will be refused.

    That depends on the caller: the `parse_args` of a user's class may accept them, and
    the parser of a sub-command passes them to the parser above it.
    """
    while caller is not None and caller.f_globals.get("__name__") == "argparse":
        if caller.f_code in _STRICT:
            return True
        caller = caller.f_back
    return False


class _NegativeNumber:
    """Matches negative numbers as Python writes them, and several of them separated by commas.

    Such an argument is a value. argparse takes `-1e-3` for an option.
    """

    def match(self, arg: str) -> bool:
        return all(map(_is_python_number, arg.rstrip(",").split(",")))


def _is_python_number(text: str) -> bool:
    try:
        complex(text)
    except ValueError:
        return False
    return text.strip().lower() not in ("-j", "+j")  # these are options


class _Normalized(str):
    """An argument that is respelled so that argparse reads it as intended.

    Attributes:
        typed: the arguments that it stands for. They are restored if they belong to a
            sub-command or to `argparse.REMAINDER`, and only look like our options.
    """

    __slots__ = ("typed",)
    typed: tuple[str, ...]

    def __new__(cls, spelling: str, *typed: str) -> Self:
        arg = super().__new__(cls, spelling)
        arg.typed = typed
        return arg


def _as_typed(argv: Iterable[str]) -> list[str]:
    return [part for arg in argv for part in getattr(arg, "typed", (arg,))]


def _normalize(parser: BoundParser, argv: list[str], *, has_positionals: bool) -> Iterator[str]:
    """Hide the `=` within options, and join options with the values that belong to them.

    A flag without a value before a positional argument gets its value. A negative number
    is a value even if argparse finds an option in it, such as `-i` in `-inf`.
    """
    known = parser._option_string_actions
    odd = sorted((option for option in known if EQUALS in option), key=len, reverse=True)
    has_numbers = any(_is_number(parser, arg) for arg in argv)
    is_in_sequence = False  # the last option takes several arguments
    position = 0
    while position < len(argv):
        arg, follower = argv[position], argv[position + 1 : position + 2]
        if arg == "--":
            yield from argv[position:]
            return
        position += 1
        if is_in_sequence and arg not in known and _is_number(parser, arg):
            yield _Normalized(f"{_NUMBER}{arg}", arg)
            continue
        spelled = arg if arg in known else _without_equals(arg, odd)
        action = _find_action(parser, spelled) if has_positionals or has_numbers else None
        if arg[:1] in parser.prefix_chars:
            is_in_sequence = action is not None and action.nargs == "*"
        option = arg.replace("=", EQUALS)
        if action is None or not follower:
            yield spelled
        elif action.nargs is None and _is_number(parser, follower[0]):
            yield _Normalized(f"{option}={follower[0]}", arg, follower[0])
            position += 1
        elif has_positionals and action.nargs == "?" and not action.accepts(follower[0]):
            yield _Normalized(f"{option}={action.alone}", arg)
        else:
            yield spelled


def _without_equals(arg: str, odd: Sequence[str]) -> str:
    """Hide each `=` inside an option, so that the first visible `=` ends the option."""
    for option in odd:
        if arg.startswith(f"{option.replace(EQUALS, '=')}="):
            return _Normalized(f"{option}{arg[len(option) :]}", arg)
    return arg


def _is_number(parser: argparse.ArgumentParser, arg: str) -> bool:
    """Return whether an argument is a negative number, or ends a split `[1, -2]` with one."""
    number = arg.rstrip("])},")
    if len(number) < 2 or number[0] not in parser.prefix_chars:
        return False
    return bool(parser._negative_number_matcher.match(number))


def _find_action(parser: argparse.ArgumentParser, arg: str) -> BoundAction | None:
    """Return our action for an option, which may be abbreviated."""
    action = parser._option_string_actions.get(arg)
    is_long = len(arg) > 2 and {*arg[:2]} <= {*parser.prefix_chars}
    if action is None and is_long and "=" not in arg and parser.allow_abbrev:
        matches = parser._get_option_tuples(arg)
        action = matches[0][0] if len(matches) == 1 else None
    return action if isinstance(action, BoundAction) else None
