"""How a bound parser parses: its methods, and one parse from a command line to values.

Owns what `bind` stores on a parser, how arguments are respelled for argparse, and the order of
the steps load, command line, save, list and exit; a failure leaves all values unchanged. Must
not know how options are made, or how files are read.
"""

from __future__ import annotations

import argparse
import sys
from _thread import _local
from functools import partial

from hpman import HpmanError, Origin
from hpman.names import SCOPE, ancestors

from .actions import EQUALS, METHODS, BoundAction, ValueAction, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from typing_extensions import Self

    from hpman import HyperParameterManager

    from ..snapshots.validation import Layer
    from .actions import HyperParameterAction, RequestAction

# Prefix of an argument that argparse would take for an option: a negative number of a sequence.
_NUMBER = "\1"
# The methods that refuse arguments which the method that they call leaves over.
_STRICT = {
    "parse_args": "parse_known_args",
    "parse_intermixed_args": "parse_known_intermixed_args",
}
_METHODS = (
    *_STRICT,
    *_STRICT.values(),
    "format_help",
    # argparse has no public ones for these.
    *("_get_values", "_check_value", "_get_option_tuples", "_get_formatter", "_print_message"),
)


class ManagerOptions:
    """The options of one manager on a parser, from one call of `bind`."""

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
        self.options: dict[str, HyperParameterAction] = {}  # by name
        self.sequences: list[BoundAction] = []  # that may take several arguments
        self.required: list[str] = []  # the names that need a value
        self.limited: list[str] = []  # the names with hints that may limit their values
        self.requests: dict[str, RequestAction] = {}  # by name
        self.aliases: dict[str, argparse.Action] = {}  # other spellings, which help does not show
        self.old_options: set[str] = set()  # those that the hint `aliases` makes
        self.loaded: object = None  # the default of `--hp-load` that an earlier parse has loaded
        self.filled: dict[str, object] = {}  # what the last parse put into a namespace
        self.selects = selects  # the names that listings and saved files show; None for all
        self.show_defaults = show_defaults  # in help
        self.serial_format = serial_format  # if the command line names none
        self.strict = strict  # about unknown names in a file, if the command line does not say
        self.trust_pickle = trust_pickle  # whether it may run code; None if that is impossible

    def __deepcopy__(self, memo: dict[int, Any]) -> ManagerOptions:
        from copy import deepcopy

        memo[id(self.manager)] = self.manager  # copies of a parser set the same values
        twin = memo[id(self)] = object.__new__(ManagerOptions)
        vars(twin).update(deepcopy(vars(self), memo))
        return twin

    def record(self, name: str, value: object, option: str) -> None:
        """Record a typed value; it is set when parsing is done."""
        self.requested()  # require that the parser that runs is bound
        typed = current_session().typed[self.manager]
        typed.pop(name, None)
        typed[name] = value, option

    def requested(self) -> dict[str, Any]:
        """Return the requests recorded so far, by name."""
        requests = current_session().requests
        if self not in requests:
            raise _not_bound()
        return requests[self]

    def attach(self, parser: argparse.ArgumentParser) -> None:
        """Make a parser a bound one. It already has the options."""
        methods = vars(parser).get(METHODS) or ParserMethods(parser)
        methods.bindings = (*methods.bindings, self)
        parser._negative_number_matcher = _NegativeNumber()  # type: ignore[assignment]
        options = parser._option_string_actions
        for option, action in self.aliases.items():
            options.setdefault(option, action)
        for option in [option for option in options if "=" in option]:
            options.setdefault(option.replace("=", EQUALS), options[option])


def describe_by(parser: argparse.ArgumentParser, path: str) -> None:
    """Let help of a bound parser begin with the docstring of a file."""
    vars(parser)[METHODS].script = path


class ParserMethods:
    """What a bound parser does in another way than its class.

    A parser of any class may be bound. So these methods are set on the parser itself, and
    call those that it had.
    """

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.bindings: tuple[ManagerOptions, ...] = ()
        self.script: str | None = None  # the file whose docstring becomes the description
        self._parser = parser
        # Its own methods, as far as they are not those of its class.
        self._set = {name: vars(parser)[name] for name in _METHODS if name in vars(parser)}
        vars(parser).update({name: getattr(self, name) for name in _METHODS})
        vars(parser).update({METHODS: self, "scope_actions": self.scope_actions})

    def parse_args(self, *args: Any, **settings: Any) -> Any:
        """Parse in a session. A method of the user's class sees the final values."""
        return self._strict("parse_args", *args, **settings)

    def parse_intermixed_args(self, *args: Any, **settings: Any) -> Any:
        """Parse in a session, as `parse_args` does."""
        return self._strict("parse_intermixed_args", *args, **settings)

    def parse_known_args(self, *args: Any, **settings: Any) -> Any:
        """Parse in a session."""
        return self._in_session("parse_known_args", *args, **settings)

    def parse_known_intermixed_args(self, *args: Any, **settings: Any) -> Any:
        """Parse in a session."""
        parser, usage = self._parser, self._parser.usage
        if usage is None:
            # argparse would do the same without escaping the `%` of a name.
            parser.usage = parser.format_usage().partition(": ")[2].replace("%", "%%")
        try:
            return self._in_session("parse_known_intermixed_args", *args, **settings)
        finally:
            parser.usage = usage

    def format_help(self) -> str:
        """Show own arguments first, then hyperparameters, then requests."""
        from .help import docstring, sections

        parser = self._parser
        if self.script is not None:
            parser.description = docstring(self.script) or parser.description
        groups = parser._action_groups
        parser._action_groups = sections(parser, self.bindings)  # type: ignore[assignment]
        try:
            return str(self._own("format_help"))
        finally:
            parser._action_groups = groups

    def _own(self, name: str, *args: Any, **settings: Any) -> Any:
        """Call a method that the parser would have if it were not bound."""
        if name in self._set:
            return self._set[name](*args, **settings)
        return getattr(type(self._parser), name)(self._parser, *args, **settings)

    def _strict(self, method: str, *args: Any, **settings: Any) -> Any:
        """Run a method that refuses arguments left over, before anything is set."""
        if getattr(type(self._parser), method) is getattr(argparse.ArgumentParser, method):
            return self._in_session(method, *args, **settings)
        return self._own(method, *args, **settings)

    def scope_actions(self, word: str) -> Iterable[argparse.Action]:
        """Return stand-ins for the options in scopes that a shell may complete a word to."""
        from .scoped import completions

        return completions(self._parser, self.bindings, word)

    def _in_session(
        self, method: str, args: Sequence[str] | None = None, *more: Any, **settings: Any
    ) -> Any:
        """Run a parsing method in a new session, or that of a sub-command in the one above it.

        The method of a user's class may have more parameters than argparse's own. A parser that
        runs within a session without being a sub-command has its own session.
        """
        call = self._own if method in _STRICT else self._parse_known
        parse = partial(call, method, args, *more, **settings)
        parser, outer = self._parser, CURRENT.session
        if outer is not None and outer.has(parser):
            outer.join(parser, self.bindings)
            return parse()
        namespace = more[0] if more else settings.get("namespace")
        given = dict(getattr(namespace, "__dict__", ()))
        session = CURRENT.session = Session(parser, given, _STRICT.get(method, ""))
        session.join(parser, self.bindings)
        try:
            result = parse()
            session.finish(result[0] if isinstance(result, tuple) else result)
        except BrokenPipeError:  # of a standard stream; errors of files become ours
            from ..cli.output import exit_quietly

            exit_quietly()
        except (HpmanError, OSError, argparse.ArgumentError) as error:
            from ..cli.errors import error_text

            if parser.exit_on_error:
                parser.error(error_text(error))
            elif not isinstance(error, argparse.ArgumentError):
                raise argparse.ArgumentError(None, error_text(error)) from error
            raise  # also if the parser's own `error` returns
        finally:
            CURRENT.session = outer
        return result

    def _parse_known(
        self, method: str, args: Sequence[str] | None, *more: Any, **settings: Any
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse respelled arguments, and return the namespace and the arguments left over."""
        session = current_session()
        is_strict = session.strict_method == method and session.parsers[0] is self._parser
        if is_strict:
            session.strict_method = ""  # an action may call this method too
        argv, scoped = self._normalized_argv(args)
        try:
            namespace, rest = self._own(method, argv, *more, **settings)
        finally:
            for option in scoped:
                del self._parser._option_string_actions[option]
        rest = _as_typed(rest)
        if rest and is_strict:
            from .suggestions import unrecognized

            raise argparse.ArgumentError(None, unrecognized(rest, session.parsers, argv))
        return namespace, rest

    def _normalized_argv(self, args: Sequence[str] | None) -> tuple[list[str], list[str]]:
        """Return the arguments, respelled so that argparse reads them as intended.

        Also return the options for scopes among them, which are added to the parser.
        """
        parser = self._parser
        argv = list(sys.argv[1:] if args is None else args)
        if parser.fromfile_prefix_chars is not None:
            argv = parser._read_args_from_files(argv)
        # Arguments may have come since the parser was bound.
        dests = {action.dest for action in parser._actions}
        if len(dests) < len(parser._actions) or parser._subparsers is not None:
            from .conflicts import require_own_places

            require_own_places(parser)
        has_positionals = self._set_nargs()
        scoped: list[str] = []
        if any(SCOPE in arg for arg in argv):
            from .scoped import scoped_actions

            actions = dict(scoped_actions(parser, self.bindings, argv))
            parser._option_string_actions.update(actions)
            scoped += actions
        return list(_normalize(parser, argv, has_positionals=has_positionals)), scoped

    def _set_nargs(self) -> bool:
        """Let sequences take several arguments unless the parser has positional ones.

        Return whether they do.
        """
        has_positionals = bool(self._parser._get_positional_actions())
        for binding in self.bindings:
            for option in binding.sequences:
                option.nargs = None if has_positionals else "*"
        return has_positionals

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        typed = _as_typed(arg_strings)
        if typed == ["--"] and isinstance(action, ValueAction):
            return "--"  # before Python 3.13, argparse drops it from `--name=--`
        return self._own("_get_values", action, typed)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Check only values that are not ours. Our converters check ours."""
        if not isinstance(action, ValueAction):
            self._own("_check_value", action, value)

    def _get_option_tuples(self, option_string: str) -> list[Any]:
        """Count an option once, even if an abbreviation matches several of its spellings.

        `--n` is meant for an option of the program rather than for `--no-hp-strict`, or for an
        old name.
        """
        matches = self._own("_get_option_tuples", option_string)
        old = {option for binding in self.bindings for option in binding.old_options}
        fresh = [match for match in matches if match[1] not in old] or matches
        plain = [m for m in fresh if getattr(m[0], "negation", None) != m[1]] or fresh
        by_action = {id(match[0]): match for match in reversed(plain)}
        return list(reversed(by_action.values()))

    def _get_formatter(self, **settings: Any) -> argparse.HelpFormatter:
        """Return a formatter that shows our options. From Python 3.15 on, it takes a file."""
        from .help import prepare

        self._set_nargs()
        return prepare(self._own("_get_formatter", **settings))

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help and errors in any encoding; a closed stream gets nothing."""
        from ..cli.output import write_text

        try:  # noqa: SIM105 - contextlib is slow to import
            write_text(sys.stderr if file is None else file, message)
        except OSError:  # as argparse does from Python 3.12 on
            pass


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
    """An argument that is respelled so that argparse reads it as intended."""

    __slots__ = ("typed",)
    # The arguments that it stands for. They are restored if they belong to a sub-command or to
    # `argparse.REMAINDER`, and only look like our options.
    typed: tuple[str, ...]

    def __new__(cls, spelling: str, *typed: str) -> Self:
        arg = super().__new__(cls, spelling)
        arg.typed = typed
        return arg


def _as_typed(argv: Iterable[str]) -> list[str]:
    return [part for arg in argv for part in getattr(arg, "typed", (arg,))]


def _normalize(
    parser: argparse.ArgumentParser, argv: list[str], *, has_positionals: bool
) -> Iterator[str]:
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


class PlannedValues:
    """The values to set on one manager, in layers."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []  # values and their origins, by name; later layers win

    def add(self, values: dict[str, object], origins: dict[str, Origin]) -> None:
        """Add a layer on top."""
        if values:
            self.layers.append((values, origins))

    def add_options(self, typed: dict[str, tuple[object, str]]) -> None:
        """Add a layer of values, with the options that gave them as origins."""
        values = {name: value for name, (value, _option) in typed.items()}
        origins = {
            name: Origin("option", text=option, value=value)
            for name, (value, option) in typed.items()
        }
        self.add(values, origins)

    @property
    def values(self) -> dict[str, object]:
        """All values in the order in which they are set. A key after its dict changes the dict."""
        merged: dict[str, object] = {}
        for values, _origins in self.layers:
            for name, value in values.items():
                merged.pop(name, None)
                merged[name] = value
        return merged

    def unset(self, names: Iterable[str], separator: str) -> list[str]:
        """Return the names for which the plan sets neither the value nor a key inside it."""
        planned = self.values
        above = {parent for name in planned for parent in ancestors(name, separator)}
        return [name for name in names if name not in planned and name not in above]


class Session:
    """One parse by a parser and the parsers of its sub-commands."""

    def __init__(
        self, parser: argparse.ArgumentParser, given: dict[str, object], strict_method: str
    ) -> None:
        self.strict_method: str = strict_method  # refuses the arguments left over; "" for none
        self._parser = parser
        self._given = given  # what the namespace that was passed in holds
        self.parsers: list[argparse.ArgumentParser] = []  # that have run, the outermost first
        # The values and requests that were typed; values with their options.
        self.typed: dict[HyperParameterManager, dict[str, tuple[object, str]]] = {}
        self.requests: dict[ManagerOptions, dict[str, Any]] = {}

    def has(self, parser: argparse.ArgumentParser) -> bool:
        """Return whether a parser runs, or is that of a sub-command of one that runs."""
        parsers = [*self.parsers]
        for running in parsers:  # the list grows by the sub-commands of sub-commands
            for action in running._actions:
                if isinstance(action, argparse._SubParsersAction):
                    parsers += [sub for sub in action.choices.values() if sub not in parsers]
        return parser in parsers

    def join(self, parser: argparse.ArgumentParser, bindings: Iterable[ManagerOptions]) -> None:
        """Add a running parser and its bindings."""
        self.parsers.append(parser)
        for binding in bindings:
            self.requests.setdefault(binding, {})
            self.typed.setdefault(binding.manager, {})

    def setting(self, binding: ManagerOptions, name: str) -> Any:
        """Return what was requested for a manager, on any parser that it is bound to."""
        for other in (binding, *self.requests):
            if other.manager is binding.manager and name in self.requests[other]:
                return self.requests[other][name]
        return None

    def finish(self, namespace: argparse.Namespace) -> None:
        """Load, save, set, list and exit. Raise errors before anything is set."""
        if any(
            action.has_default for binding in self.requests for action in binding.requests.values()
        ):
            from .requests import add_defaults

            add_defaults(self, namespace, self._parser)
        plans = self._plans()
        self._validate(plans)
        if any("save" in requests for requests in self.requests.values()):
            from .requests import save

            save(self, plans, self._parser.prog)
        self._set(plans)
        for binding in self.requests:
            _fill(namespace, binding)
        if self._is_listing:
            from .requests import print_listings

            print_listings(self, self._parser.prog)
        if self._is_listing or any("exit" in requests for requests in self.requests.values()):
            self._parser.exit(0)

    @property
    def _is_listing(self) -> bool:
        """Whether a listing is requested, after which nothing runs."""
        return any("list" in requests for requests in self.requests.values())

    def _plans(self) -> dict[HyperParameterManager, PlannedValues]:
        """Collect the values of `set_defaults`, then of files, then of the command line."""
        plans = {manager: PlannedValues() for manager in self.typed}
        for binding in self.requests:
            plans[binding.manager].add_options(_parser_defaults(binding))
            plans[binding.manager].add_options(_namespace_values(binding, self._given))
        for binding, requests in self.requests.items():
            if "load" in requests:
                from .requests import load

                load(self, binding, plans[binding.manager], self._parser.prog)
        for manager, typed in self.typed.items():
            if plans[manager].layers:
                plans[manager].add_options(_typed_outside(manager))
            plans[manager].add_options(typed)
        return plans

    def _validate(self, plans: dict[HyperParameterManager, PlannedValues]) -> None:
        """Check that required values are given, and that all values can be set together."""
        for binding in self.requests:
            if binding.required and not self._is_listing:
                from .validation import require_values

                require_values(binding, plans[binding.manager])
            if binding.limited:
                from .validation import check_limits

                check_limits(binding, plans[binding.manager])
        options = [binding.options for binding in self.requests]
        layers = [values for plan in plans.values() for values, _origins in plan.layers]
        # A single layer of values for options cannot fail.
        if len(layers) > 1 or not all(
            any(values.keys() <= known.keys() for known in options) for values in layers
        ):
            from .validation import check_together

            for manager, plan in plans.items():
                check_together(manager, plan)

    def _set(self, plans: dict[HyperParameterManager, PlannedValues]) -> None:
        """Set the values, and warn about code that has read earlier values."""
        for manager, plan in plans.items():
            for values, origins in plan.layers:
                manager.set_values(values, origins=origins)
        reads = {manager: manager.stale_reads() for manager in plans}
        if any(reads.values()):
            from .stale_reads import warn_of_stale_reads

            warn_of_stale_reads(reads, self._parser.prog)


def _typed_outside(manager: HyperParameterManager) -> dict[str, tuple[object, str]]:
    """Return the values that were typed for `hpman run`: no file of the program overrides them."""
    from hpman.programs import preset_names

    names = filter(manager.exists, preset_names(manager))
    last = {name: manager.explain(name)[-1] for name in names}
    return {
        name: (manager.get_value(name), str(origin))
        for name, origin in last.items()
        if origin.kind == "option"
    }


def _parser_defaults(binding: ManagerOptions) -> dict[str, tuple[object, str]]:
    """Return what `set_defaults` set since the parser was bound, or since its last parse."""
    return {
        name: (option.as_default(option.default), "set_defaults")
        for name, option in binding.options.items()
        if option.default is not option.initial
        and option.default is not argparse.SUPPRESS
        and option.option_strings
    }


def _namespace_values(
    binding: ManagerOptions, given: dict[str, object]
) -> dict[str, tuple[object, str]]:
    """Return the values in the namespace, without those that an earlier parse put there."""
    current = binding.manager.get_values() if given else {}
    values = {}
    for name, option in binding.options.items() if given else ():
        value = given.get(option.dest, option.initial)
        known = (option.initial, current.get(name), binding.filled.get(name))
        if option.option_strings and not any(_is_same(value, other) for other in known):
            values[name] = (option.as_default(value), "namespace")
    return values


def _is_same(value: object, other: object) -> bool:
    """Return whether two values are one, or equal where readers of the manager get copies."""
    return value is other or (
        type(value) in (list, dict, set) and type(value) is type(other) and value == other
    )


def _fill(namespace: argparse.Namespace, binding: ManagerOptions) -> None:
    values = binding.filled = binding.manager.get_values()
    if "load" in binding.requests:
        binding.loaded = binding.requests["load"].default
    for name, option in binding.options.items():
        option.initial = option.default
        if name in values and option.option_strings:  # otherwise another option has replaced it
            show(namespace, option.dest, values[name])
    for name in [name for name in values if SCOPE in name]:
        scope, plain = binding.manager.split_scope(name)
        owners = {plain, *ancestors(plain, binding.manager.separator)}
        if scope and not owners.isdisjoint(binding.options):
            show(namespace, name, values[name])


class _Current(_local):
    """The session that runs in a thread."""

    session: Session | None = None


CURRENT = _Current()


def current_session() -> Session:
    """Return the session that runs."""
    if CURRENT.session is None:
        raise _not_bound()
    return CURRENT.session


def _not_bound() -> argparse.ArgumentError:
    """Return the error for an option that was copied, such as by `parents=`."""
    message = "bind the manager to this parser, not to the one that its options come from"
    return argparse.ArgumentError(None, message)
