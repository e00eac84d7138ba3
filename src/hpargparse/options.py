"""A hyperparameter as one option of an `ArgumentParser`.

Owns how an option is spelled, what its help says and how its words become a
value; knows neither files of values nor when values are set.
"""

from __future__ import annotations

import argparse
import sys

from hpman import EMPTY, HpmanError, NotLiteralEvaluable, from_here

from .convert import ConversionError, Converter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import FrameType
    from typing import Any

    from hpman import Diagnostic, HyperParameter

    Typed = Callable[[str, object, str], None]

# Stands for `=` in the middle of an option: argparse takes the first one for its end.
EQUALS = "\0"
_BRACKETS = "[]()"  # what argparse tells the parts of usage by
_SHOWN_LENGTH = 100  # of a default in help


class OptionConflictError(HpmanError, argparse.ArgumentError):
    """Report an option that is there already, or that two hyperparameters make."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        """Fill the fields of an `argparse.ArgumentError` too."""
        Exception.__init__(self, *diagnostics)
        self.diagnostics = diagnostics
        self.argument_name: str | None = None
        self.message: str = str(self)


class BoundAction(argparse.Action):
    """Be an action that tells when a parser made with `parents=` takes it over.

    Such a parser copies the actions of its parents and knows nothing else of
    them. That an action lands in another container is all there is to see.
    """

    adopted: Callable[[argparse.ArgumentParser], None] | None = None
    alone = "true"  # the word that an option without a word stands for
    is_required = False

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

    def presented(self, *, with_help: bool) -> argparse.Action:
        """Return an action in its place whose texts fit a page.

        argparse fills usage in and tells its parts by blanks and brackets; its
        `required` is no use to us, since a file may give the value too; and it
        asks for the help of an option seven times. MetavarTypeHelpFormatter needs
        a type, even where it shows the metavar.
        """
        twin = object.__new__(argparse.Action)
        twin.__dict__.update(self.__dict__)
        shown = _on_a_line if with_help else _in_usage
        twin.option_strings = [shown(self.option_strings[0])]
        twin.metavar = shown(str(self.metavar))
        twin.required, twin.type = self.is_required, str
        twin.help = self.help if with_help else ""
        return twin

    @property
    def container(self) -> Any:
        """The parser or group that the action was last added to."""
        return self.__dict__.get("container")

    @container.setter
    def container(self, container: Any) -> None:
        moved = "container" in self.__dict__
        self.__dict__["container"] = container
        if moved and self.adopted is not None:
            adopter = _adopter(sys._getframe(1))
            if adopter is not None:
                self.adopted(adopter)


def _adopter(frame: FrameType | None) -> argparse.ArgumentParser | None:
    """Return the parser that takes over the actions of its parents, if one does."""
    while frame is not None and frame.f_code.co_name != "_add_container_actions":
        frame = frame.f_back
    adopter = frame.f_locals.get("self") if frame is not None else None
    return adopter if isinstance(adopter, argparse.ArgumentParser) else None


def _limits_text(lowest: object, highest: object) -> str:
    """Show a range.

    >>> _limits_text(0, 1), _limits_text(0, None)
    ('0 to 1', 'at least 0')
    """
    if lowest is None or highest is None:
        return f"at most {highest}" if lowest is None else f"at least {lowest}"
    return f"{lowest} to {highest}"


def _on_a_line(text: str) -> str:
    r"""Escape what would break a line.

    >>> _on_a_line("--a\tb")
    '--a\\tb'
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _in_usage(text: str) -> str:
    r"""Escape what argparse would break usage at.

    >>> _in_usage("--f[x]"), _in_usage("--a  b")
    ('--f\\x5bx\\x5d', '--a\\x20\\x20b')
    """
    shown = _on_a_line(text)
    has_brackets = any(map(shown.count, _BRACKETS))
    if has_brackets or shown != " ".join(shown.split()):
        shown = shown.replace(" ", "\\x20")
    if has_brackets and not (shown[0] == "{" and shown[-1] == "}"):
        for bracket in _BRACKETS:
            shown = shown.replace(bracket, f"\\x{ord(bracket):x}")
    return shown


class Choices:
    """Show the choices of an option in help and to shell completion.

    Whether a value is one of them is for the converter to say, which knows
    values where the parser knows words only.
    """

    def __init__(self, shown: Iterable[str]) -> None:
        """Keep the choices as text."""
        self._shown = tuple(shown)

    def __iter__(self) -> Iterator[str]:
        """Yield the choices as text."""
        return iter(self._shown)

    def __contains__(self, word: object) -> bool:
        """Let every word pass."""
        return True


class Spellings(list[str]):
    """Hold how an option is spelled; `--weight_decay` is not among it, yet known to the parser.

    A later option of the parser's own may replace that, which argparse does not expect.
    """

    def remove(self, spelling: str) -> None:
        """Forget a spelling if it is here."""
        if spelling in self:
            super().remove(spelling)


class HyperParameterAction(BoundAction):
    """Read the words of one hyperparameter and hand the value on.

    Args:
        hyperparameter: what is known of it.
        option: the option, as `--weight-decay`.
        default: the value that it has before parsing.
        typed: takes the name, the value, and the option as it was typed.
        show_default: whether help shows the default.
    """

    choices: Iterable[str] | None
    metavar: str | tuple[str, ...] | None
    nargs: int | str | None
    option_strings: Sequence[str]

    def __init__(
        self,
        hyperparameter: HyperParameter,
        option: str,
        default: object,
        typed: Typed,
        *,
        show_default: bool,
    ) -> None:
        """Leave all text to be made when it is asked for."""
        definition = hyperparameter.definition
        self.name: str = hyperparameter.name
        self.hyperparameter = hyperparameter
        self.place: str = "" if definition is None else f"{definition.path}:{definition.line}"
        hints = hyperparameter.hints
        self.converter: Converter = Converter(hyperparameter.value, hints, self.name, self.place)
        self.initial: object = None if default is EMPTY else default
        self.typed = typed
        self.is_required: bool = bool(hints and hints.get("required"))
        self._show_default = show_default
        super().__init__([option], self.name, default=self.initial, metavar=self.name.upper())
        self.option_strings = Spellings(self.option_strings)
        self.is_flag: bool = self.converter.is_flag
        if self.is_flag:
            self.nargs, self.metavar = "?", "{true,false}"
        if hints:
            self._take(hints)

    @property
    def completer(self) -> Callable[..., Sequence[str]] | None:
        """What completes a word, as argcomplete asks for it; None for choices, or files."""
        sample = self.converter.sample
        if self.choices is None and self.is_flag:
            return lambda **_asked: ("true", "false")
        if self.choices is None and type(sample) in (int, float, complex):
            return lambda **_asked: (self.converter.format(self.default),)
        return None

    def _take(self, hints: Mapping[str, object]) -> None:
        """Show choices, and the placeholder that a hint asks for."""
        if hints.get("choices") is not None:
            choices = self.converter.choices or ()
            self.choices = Choices(map(self.converter.format, choices))
            self.metavar = f"{{{','.join(self.choices)}}}"
        if hints.get("metavar") is not None:
            self.metavar = str(hints["metavar"])

    def accepts(self, word: str) -> bool:
        """Tell whether a word is a value of the hyperparameter."""
        return is_read(self.converter, word)

    @property
    def help(self) -> str:
        """The text of the hint `help`, then type, range, default and place."""
        about = self.hyperparameter.hints.get("help")
        facts = [self._type_text()]
        limits = self.converter.range
        if limits is not None:
            facts.append(_limits_text(*limits))
        if self._show_default:
            facts.append(self._default_text())
        if self.place:
            facts.append(from_here(self.place))
        elif self.hyperparameter.occurrences:
            first = self.hyperparameter.occurrences[0]
            facts.append(f"used at {from_here(first.path)}:{first.line}")
        text = f"({', '.join(facts)})" if not about else f"{about} ({', '.join(facts)})"
        # The empty `%(default).0s` keeps ArgumentDefaultsHelpFormatter from adding another default.
        return text.replace("%", "%%") + "%(default).0s"

    @help.setter  # noqa: A003
    def help(self, text: object) -> None:
        """Ignore what `argparse.Action` stores: the text is made when it is asked for."""

    def _type_text(self) -> str:
        """Name the type for help."""
        converter = self.converter
        if converter.type_name in ("any", "NoneType"):
            return "any literal or text"
        return f"{converter.type_name} or None" if converter.is_optional else converter.type_name

    def _default_text(self) -> str:
        """Show the default for help, shortened where it is long."""
        default = self.default
        if default is None and self.hyperparameter.value is EMPTY:
            return "required" if self.is_required else "no default"
        if isinstance(default, NotLiteralEvaluable):
            shown = default.expression
        else:
            shown = self.converter.format(default) or repr(default)
        shown = " ".join(shown.split())
        if len(shown) > _SHOWN_LENGTH:
            shown = f"{shown[: _SHOWN_LENGTH - 3]}..."
        return f"{'required, ' if self.is_required else ''}default: {shown}"

    def parser_default(self) -> object:
        """Return what `set_defaults` gave the parser; text is read as typed text is.

        Raises:
            argparse.ArgumentError: the value does not fit.
        """
        return self.checked(self.default, is_text=isinstance(self.default, str))

    def checked(self, value: Any, *, is_text: bool = False) -> object:
        """Return a value that a program gave, fit for the hyperparameter.

        Raises:
            argparse.ArgumentError: the value does not fit.
        """
        try:
            return self.converter.parse(value) if is_text else self.converter.check(value)
        except ConversionError as error:
            raise argparse.ArgumentError(self, str(error)) from None

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
        except ConversionError as error:
            raise argparse.ArgumentError(self, str(error)) from None
        show(namespace, self.dest, value)
        self.typed(self.name, value, self.spelled(option_string))

    def read(self, words: Any) -> object:
        """Return the value of the words behind the option.

        Raises:
            ConversionError: the words do not fit.
        """
        if words is None:
            return self.converter.check(True)
        if isinstance(words, str):
            return self.converter.parse(words)
        return self.converter.parse_words(list(words))


def show(namespace: argparse.Namespace, dest: str, value: object) -> None:
    """Put a value into a namespace.

    What Python reserves, as `__class__`, is found in its `vars()` only: as an attribute
    it would break the namespace.
    """
    if dest[:2] == "__" == dest[-2:] and hasattr(namespace, "__dict__"):
        vars(namespace)[dest] = value
    else:
        setattr(namespace, dest, value)


def is_read(converter: Converter, word: str) -> bool:
    """Tell whether a converter takes a word."""
    try:
        converter.parse(word)
    except ConversionError:
        return False
    return True
