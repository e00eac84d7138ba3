"""The options of a bound parser: one per hyperparameter, and requests such as `--hp-save`.

Owns how an option reads its arguments. Must not know files, help texts, or when
values are set.
"""

from __future__ import annotations

import argparse
from functools import cached_property

from hpman import EMPTY, NotLiteralEvaluable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from hpman import HyperParameter

    from ..values.convert import Converter
    from .session import ManagerOptions

    Kind = type[Any]  # within the classes below, `type` is an attribute

METHODS = "_hpargparse"  # the attribute of a bound parser with its `ParserMethods`
# Stands for `=` inside an option: argparse takes the first `=` for the end of the option.
EQUALS = "\0"
# Hints on how an option looks. Every other hint may limit its values.
PRESENTATION = frozenset(["group", "help", "metavar", "required"])
# The functions that read most arguments, if no hint limits them.
_PLAIN: dict[type, Callable[[str], object]] = {
    bool: {"true": True, "false": False}.__getitem__,
    float: float,
    int: int,
    str: str,
}
SEQUENCES: tuple[Kind | None, ...] = (list, tuple, set)
_SHORT = 400  # characters of a number; the converter checks longer ones
# For each request: the `nargs` of argparse, and the value without an argument.
REQUESTS: dict[str, tuple[int | str | None, object]] = {
    "save": (None, None),
    "load": (None, None),
    "list": ("?", "yaml"),
    "detail": (0, "detail"),
    "serial_format": (None, None),
    "strict": (0, True),
    "exit": (0, True),
}
_REQUEST_HELP = {
    "save": "write all values to this file, after every other option is applied",
    "load": "read values from this file first; other options override them, and later files "
    "override earlier ones",
    "list": "print all values and exit: as yaml by default, as json, with every place in the "
    "sources (detail), or with what set them (origin)",
    "detail": "print the detailed listing and exit",
    "serial_format": "the format of the files to save or, if none is saved, to load; auto chooses "
    "by the extension (default: auto)",
    "strict": "refuse files with unknown names, as by default, or only warn of them",
    "exit": "exit after all of this",
}


class BoundAction(argparse.Action):
    """An option that `bind` made.

    Subclasses do not call `Action.__init__`. It would store, for each of thousands
    of options, what the class attributes say once.
    """

    const: Any = None
    type: Any = None
    required: bool = False
    deprecated: bool = False
    choices: Iterable[Any] | None = None
    metavar: Any = None  # as in the hint
    nargs: int | str | None = None
    option_strings: Sequence[str]
    binding: ManagerOptions
    kind: Kind | None = None  # the type of the values, None for requests
    alone: str = "true"  # the argument that is assumed if the option has none
    is_required: bool = False  # by a hint
    shows_default: bool = True  # in help

    @property
    def owner(self) -> BoundAction:
        """The option of the hyperparameter: this one, or the one that this is an alias of."""
        return self

    def accepts(self, argument: str) -> bool:
        """Return whether an option that may have no value takes an argument as its value."""
        return self.choices is not None and argument in self.choices


class ValueAction(BoundAction):
    """An option that reads its arguments as a value."""

    name: str  # the name that the value is recorded under

    if TYPE_CHECKING:

        @property
        def converter(self) -> Converter:
            """The converter that reads the arguments."""

    def accepts(self, argument: str) -> bool:
        """Return whether an argument is a value."""
        try:
            self.converter.parse(argument)
        except ValueError:
            return False
        return True

    def read_arguments(self, arguments: str | Sequence[Any] | None) -> object:
        """Read the arguments of the option."""
        if arguments is None or isinstance(arguments, str):
            return self.converter.parse(self.alone if arguments is None else arguments)
        return self.converter.parse_arguments(arguments)

    def __call__(
        self, _parser: Any, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Read the arguments and record the value."""
        try:
            value = self.read_arguments(values)
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None
        self.take(namespace, value, (option or self.dest).replace(EQUALS, "="))

    def named(self, value: object) -> tuple[str, object]:
        """Return the name and the value to set for a value that was read."""
        return self.name, value

    def take(self, _namespace: argparse.Namespace, value: object, option: str) -> None:
        """Record the value, and the option as it was typed."""
        self.binding.record(*self.named(value), option)


class Spellings(list[str]):
    """The option strings of an action, without its aliases. The aliases are on the parser.

    With `conflict_handler="resolve"`, argparse removes a string from this list when
    a later option has the same string. That string may be an alias.
    """

    __slots__ = ()

    def remove(self, spelling: str) -> None:
        """Remove a spelling if it is here."""
        if spelling in self:
            super().remove(spelling)


class HyperParameterAction(ValueAction):
    """The option of one hyperparameter."""

    kind: Kind

    def __init__(
        self, hyperparameter: HyperParameter, option: str, default: object, binding: ManagerOptions
    ) -> None:
        self.hyperparameter: HyperParameter = hyperparameter
        self.binding = binding
        self.option_strings: Sequence[str] = Spellings((option,))
        self.name: str = hyperparameter.name
        self.dest: str = self.name
        # The default at the end of the last parse.
        self.initial: object = None if default is EMPTY else default
        self.default: Any = self.initial
        self.kind = type(hyperparameter.value)
        hints = hyperparameter.hints
        if hints:
            self.is_required: bool = bool(hints.get("required"))
            self.metavar: Any = hints.get("metavar")
            if hints.get("type") is not None:
                self.kind = type(self.converter.sample)
        if self.kind is bool:
            self.nargs: int | str | None = "?"

    @cached_property
    def converter(self) -> Converter:
        """The converter of the hyperparameter."""
        from ..values.convert import Converter

        return Converter.of(self.hyperparameter)

    @property
    def choices(self) -> list[str] | None:  # type: ignore[override]
        """The choices for help and completion; the converter checks values."""
        hyperparameter = self.hyperparameter
        is_literal = not isinstance(hyperparameter.value, NotLiteralEvaluable)
        if is_literal and hyperparameter.hints.get("choices") is None:
            return None
        choices = self.converter.choices
        return None if choices is None else [self.converter.format(choice) for choice in choices]

    @property
    def completer(self) -> Callable[..., Sequence[str]] | None:
        """What argcomplete calls; it completes choices or files if this is None."""
        if self.choices is None and self.kind is bool:
            return lambda **_context: ("true", "false")
        if self.choices is None and self.kind in (int, float, complex):
            return lambda **_context: (self.converter.format(self.default),)
        return None

    @property
    def help(self) -> str:  # type: ignore[override]
        """The hint `help`, then type, range, default and place, formatted anew at each use."""
        from .help import help_text

        return help_text(self)

    def as_default(self, value: object) -> object:
        """Check a value that was not typed. A string is read as an argument is."""
        converter = self.converter
        try:
            return converter.parse(value) if isinstance(value, str) else converter.check(value)
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None

    def take(self, namespace: argparse.Namespace, value: object, option: str) -> None:
        """Record the value, and put it into the namespace."""
        show(namespace, self.dest, value)
        super().take(namespace, value, option)

    def read_arguments(self, arguments: str | Sequence[Any] | None) -> object:
        """Read an argument with a Python type if that is enough, else with the converter."""
        plain = _PLAIN.get(type(self.hyperparameter.value))
        text = self.alone if arguments is None else arguments
        if (
            plain is not None
            and isinstance(text, str)
            and len(text) < _SHORT
            and PRESENTATION.issuperset(self.hyperparameter.hints)
        ):
            try:
                return plain(text)
            except (KeyError, ValueError):
                pass  # the converter accepts more, and writes the error
        return super().read_arguments(arguments)


class RequestAction(BoundAction):
    """The option of a request, which is carried out after parsing."""

    alone = "yaml"
    shows_default = False  # help names those that matter

    def __init__(self, binding: ManagerOptions, option: str, name: str) -> None:
        self.binding = binding
        self.name = name
        nargs, const = REQUESTS[name]
        self._option = option
        self.option_strings: Sequence[str] = [option]
        self.dest: str = option.lstrip(option[0]).replace("-", "_")
        self.nargs: int | str | None = nargs
        self.const: Any = const
        self.help: str | None = _REQUEST_HELP[name]
        self.default: Any = False if nargs == 0 and name != "strict" else None

    @property
    def negation(self) -> str | None:
        """The alias that requests the opposite, as `--no-hp-strict`, or None."""
        if self.name != "strict":
            return None
        dashes = self._option[:2]
        return f"{dashes}no-{self._option[2:]}"

    @property
    def has_default(self) -> bool:
        """Whether the default requests something."""
        requests_nothing = self.default in (None, False, argparse.SUPPRESS)
        return not requests_nothing or (self.name == "strict" and self.default is False)

    @property
    def choices(self) -> Sequence[str] | None:  # type: ignore[override]
        """The possible arguments, None if any is possible."""
        if self.name not in ("list", "serial_format"):
            return None
        from ..snapshots.formats import FORMATS, LISTINGS

        return LISTINGS if self.name == "list" else FORMATS

    def __call__(
        self, _parser: Any, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Record the request."""
        value = self.const if self.nargs == 0 else values
        self.request(namespace, False if option is not None and option == self.negation else value)

    def request(self, namespace: argparse.Namespace, value: Any) -> None:
        """Record a request, and put it into the namespace."""
        requests = self.binding.requested()
        if self.name in ("load", "save"):
            requests[self.name] = [*requests.get(self.name, ()), value]
        else:
            requests["list" if self.name == "detail" else self.name] = value
        shown = {"detail": True, "load": requests.get("load")}.get(self.name, value)
        setattr(namespace, self.dest, shown)


def bindings_of(parser: argparse.ArgumentParser) -> tuple[ManagerOptions, ...]:
    """Return what was bound to a parser."""
    return getattr(vars(parser).get(METHODS), "bindings", ())


def show(namespace: argparse.Namespace, dest: str, value: object) -> None:
    """Put a value into a namespace.

    A reserved name such as `__class__` is only stored in its `vars()`: as an
    attribute, it would break the namespace.
    """
    if dest[:2] == "__" == dest[-2:]:
        vars(namespace)[dest] = value
    else:
        setattr(namespace, dest, value)
