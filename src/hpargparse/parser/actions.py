"""A hyperparameter, or a request such as `--hp-save`, as one option of a parser.

Owns how an option is made and what becomes of its words; knows neither files of
values, nor when values are set, nor how an option looks in help.
"""

from __future__ import annotations

import argparse
import sys
from functools import cached_property

from hpman import EMPTY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType
    from typing import Any, Protocol

    from hpman import HyperParameter, HyperParameterManager

    from ..values.convert import Converter

    Kind = type[Any]

    class Taker(Protocol):
        """What an option is bound to, as far as it hands on what it reads."""

        manager: HyperParameterManager
        show_defaults: bool
        sequences: list[BoundAction]
        moved: Callable[[FrameType | None], None]

        def typed(self, name: str, value: object, option: str) -> None:
            """Note a value that was typed."""

        def asked(self) -> dict[str, Any] | None:
            """Return what is asked for so far, to be added to."""


# Stands for `=` in the middle of an option: argparse takes the first one for its end.
EQUALS = "\0"
# Hints on how an option looks. Every other hint may say which values there are.
PRESENTATION = frozenset(["group", "help", "metavar", "required"])
# How Python itself reads a word, where hints say nothing else: most words need no more.
_PLAIN: dict[type, Callable[[str], object]] = {float: float, int: int, str: str}
SEQUENCES: tuple[Kind | None, ...] = (list, tuple, set)
_SHORT = 400  # characters of a number: longer ones are looked at closely


class BoundAction(argparse.Action):
    """Be an action that tells when a parser made with `parents=` takes it over.

    Such a parser copies the actions of its parents and knows nothing else of
    them. That an action lands in another container is all there is to see.

    Attributes:
        binding: what the action was bound with.
        alone: the word that an option without a word stands for.
        is_required: whether a hint asks for a value.
        shows_default: whether help says which value there is without the option.
        kind: the type of the values, None where they are words.
    """

    binding: Taker
    kind: Kind | None = None
    alone: str = "true"
    is_required: bool = False
    shows_default: bool = True

    @property
    def owner(self) -> Any:
        """The action that the option is another spelling for, or the action itself."""
        return self

    def accepts(self, word: str) -> bool:
        """Tell whether a word belongs to the option, where it may stand alone."""
        return self.choices is not None and word in self.choices

    def spelled(self, option_string: str | None) -> str:
        """Return the option as it was typed."""
        return (option_string or self.option_strings[0]).replace(EQUALS, "=")

    @property
    def container(self) -> Any:
        """The parser or group that the action was last added to."""
        return self.__dict__.get("container")

    @container.setter
    def container(self, container: Any) -> None:
        moved = "container" in self.__dict__
        self.__dict__["container"] = container
        if moved:
            self.binding.moved(sys._getframe(1))


class ValueAction(BoundAction):
    """Read the words behind an option as a value, and hand it on."""

    if TYPE_CHECKING:

        @property
        def converter(self) -> Converter:
            """What reads the words."""

        def take(self, namespace: argparse.Namespace, value: object, option: str) -> None:
            """Note the value, and the option as it was typed."""

    def accepts(self, word: str) -> bool:
        """Tell whether a word spells a value."""
        try:
            self.converter.parse(word)
        except ValueError:
            return False
        return True

    def read(self, words: str | Sequence[Any] | None) -> object:
        """Return the value of the words behind the option; of none, what that stands for.

        Raises:
            ConversionError: the words do not fit.
        """
        if words is None or isinstance(words, str):
            return self.converter.parse(self.alone if words is None else words)
        return self.converter.parse_arguments(words)

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the signature is argparse's
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Turn the words into the value."""
        try:
            value = self.read(values)
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None
        self.take(namespace, value, self.spelled(option_string))


class Choices:
    """Show the choices of an option in help and to shell completion.

    Whether a value is one of them is for the converter to say, which knows
    values where the parser knows words only.
    """

    def __init__(self, action: HyperParameterAction) -> None:
        """Leave the text to be made when it is asked for."""
        self._action = action

    def __iter__(self) -> Iterator[str]:
        """Yield the choices as text."""
        converter = self._action.converter
        return map(converter.format, converter.choices or ())

    def __contains__(self, word: object) -> bool:
        """Let every word pass."""
        return True


class Spellings(list[str]):
    """Hold how an option is spelled; `--weight_decay` is not among it, yet known to the parser.

    A later option of the parser's own may replace that, which argparse does not expect.
    """

    __slots__ = ()

    def remove(self, spelling: str) -> None:
        """Forget a spelling if it is here."""
        if spelling in self:
            super().remove(spelling)


class HyperParameterAction(ValueAction):
    """Read the words of one hyperparameter and hand the value on.

    There may be thousands of them, of which a command line asks for a few: what
    they have in common is said once, by the class, and text is made when it is asked for.

    Args:
        hyperparameter: what is known of it.
        option: the option, as `--weight-decay`.
        default: the value that it has before parsing.
        binding: takes the name, the value, and the option as it was typed.

    Attributes:
        initial: the default that the parser had last.
    """

    const: Any = None
    type: Any = None
    required: bool = False
    deprecated: bool = False
    choices: Iterable[str] | None = None
    metavar: Any = None  # as the hint has it
    nargs: int | str | None = None
    option_strings: Sequence[str]
    kind: Kind

    def __init__(  # not that of `Action`, which says once more what the class says
        self, hyperparameter: HyperParameter, option: str, default: object, binding: Taker
    ) -> None:
        """Take what tells this one from others."""
        self.hyperparameter: HyperParameter = hyperparameter
        self.binding: Taker = binding
        self.option_strings: Sequence[str] = Spellings((option,))
        self.name: str = hyperparameter.name
        self.dest: str = self.name
        self.initial: object = None if default is EMPTY else default
        self.default: Any = self.initial
        self.kind = type(hyperparameter.value)
        hints = hyperparameter.hints
        if hints:
            self._take(hints)
        if self.kind is bool:
            self.nargs = "?"

    def _take(self, hints: dict[str, object]) -> None:
        """Take what hints say about the option itself."""
        if hints.get("required"):
            self.is_required = True
        if hints.get("type") is not None:
            self.kind = type(self.converter.sample)
        if hints.get("choices") is not None:
            self.choices = Choices(self)
        if hints.get("metavar") is not None:
            self.metavar = hints["metavar"]

    @cached_property
    def converter(self) -> Converter:
        """What reads and shows values of the hyperparameter."""
        from ..values.convert import Converter

        return Converter.of(self.hyperparameter)

    @property
    def place(self) -> str:
        """Where the hyperparameter is defined."""
        definition = self.hyperparameter.definition
        return "" if definition is None else f"{definition.path}:{definition.line}"

    @property
    def completer(self) -> Callable[..., Sequence[str]] | None:
        """What completes a word, as argcomplete asks for it; None for choices, or files."""
        if self.choices is None and self.kind is bool:
            return lambda **_asked: ("true", "false")
        if self.choices is None and self.kind in (int, float, complex):
            return lambda **_asked: (self.converter.format(self.default),)
        return None

    @property
    def help(self) -> str:
        """The text of the hint `help`, then type, range, default and place."""
        from .help import about

        return about(self)

    @help.setter  # noqa: A003
    def help(self, text: object) -> None:
        """Ignore what other programs store: the text is made when it is asked for."""

    def parser_default(self) -> object:
        """Return what `set_defaults` gave the parser; text is read as typed text is."""
        return self.checked(self.default, is_text=isinstance(self.default, str))

    def checked(self, value: Any, *, is_text: bool = False) -> object:
        """Return a value that a program gave, fit for the hyperparameter.

        Raises:
            argparse.ArgumentError: the value does not fit.
        """
        try:
            return self.converter.parse(value) if is_text else self.converter.check(value)
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None

    def take(self, namespace: argparse.Namespace, value: object, option: str) -> None:
        """Note the value, and show it in the namespace."""
        show(namespace, self.dest, value)
        self.binding.typed(self.name, value, option)

    def read(self, words: str | Sequence[Any] | None) -> object:
        """Read a word as Python does where that is all there is to it, else by the converter."""
        plain = _PLAIN.get(type(self.hyperparameter.value))
        if (
            plain is not None
            and isinstance(words, str)
            and len(words) < _SHORT
            and PRESENTATION.issuperset(self.hyperparameter.hints)
        ):
            try:
                return plain(words)
            except ValueError:
                pass  # the converter knows what to say, or more ways to read it
        return super().read(words)


class RequestAction(BoundAction):
    """Note what the command line asks for; it is done when parsing is.

    Args:
        binding: the binding that is asked.
        option: the option, as `--hp-save`.
        name: what is asked for, one of `REQUESTS`.
    """

    alone = "yaml"
    shows_default = False  # help names those that there are

    def __init__(self, binding: Taker, option: str, name: str) -> None:
        """Take the settings of the request."""
        self.binding = binding
        self.name = name
        nargs, const = REQUESTS[name]
        super().__init__(
            [option],
            option.lstrip(option[0]).replace("-", "_"),
            nargs=nargs,
            const=const,
            default=False if nargs == 0 else None,
        )

    @property
    def help(self) -> str:
        """What the request does."""
        from .help import REQUESTED

        return REQUESTED[self.name]

    @help.setter  # noqa: A003
    def help(self, text: object) -> None:
        """Ignore what `argparse.Action` stores."""

    @property
    def choices(self) -> Sequence[str] | None:
        """The words that may follow, where not every word may."""
        if self.name not in ("list", "serial_format"):
            return None
        from ..snapshots.formats import FORMATS, LISTINGS

        return LISTINGS if self.name == "list" else FORMATS

    @choices.setter
    def choices(self, choices: object) -> None:
        """Ignore what `argparse.Action` stores: nobody asks before such a word is typed."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the signature is argparse's
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Note the request."""
        asked = self.binding.asked()
        if asked is None:
            raise argparse.ArgumentError(self, "is only known to a parser that was bound")
        self.ask(namespace, asked, self.const if self.nargs == 0 else values)

    def ask(self, namespace: argparse.Namespace, asked: dict[str, Any], value: Any) -> None:
        """Add to what is asked for, and show it in the namespace."""
        if self.name in ("load", "save"):
            asked[self.name] = [*asked.get(self.name, ()), value]
        else:
            asked["list" if self.name == "detail" else self.name] = value
        shown = {"detail": True, "load": asked.get("load")}.get(self.name, value)
        setattr(namespace, self.dest, shown)


# Of each request: how many words follow, and what none stands for.
REQUESTS: dict[str, tuple[int | str | None, object]] = {
    "save": (None, None),
    "load": (None, None),
    "list": ("?", "yaml"),
    "detail": (0, "detail"),
    "serial_format": (None, None),
    "strict": (0, True),
    "exit": (0, True),
}


def show(namespace: argparse.Namespace, dest: str, value: object) -> None:
    """Put a value into a namespace.

    What Python reserves, as `__class__`, is found in its `vars()` only: as an attribute
    it would break the namespace.
    """
    if dest[:2] == "__" == dest[-2:] and hasattr(namespace, "__dict__"):
        vars(namespace)[dest] = value
    else:
        setattr(namespace, dest, value)
