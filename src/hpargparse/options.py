"""A hyperparameter as one option of an `ArgumentParser`.

Owns how an option is spelled, what its help says and how its words become a
value; knows neither files of values nor when values are set.
"""

from __future__ import annotations

import argparse
import sys

from hpman import EMPTY, Diagnostic, HpmanError, NotLiteralEvaluable, from_here

from .convert import ConversionError, Converter
from .kinds import BOOLS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from hpman import HyperParameter

    Typed = Callable[[str, object, str], None]


class OptionConflictError(HpmanError, argparse.ArgumentError):
    """Report an option that is there already, or that two hyperparameters make."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        """Fill the fields of an `argparse.ArgumentError` too."""
        super().__init__(*diagnostics)
        self.argument_name, self.message = None, diagnostics[0].message


class BoundAction(argparse.Action):
    """Be an action that tells when a parser made with `parents=` takes it over.

    Such a parser copies the actions of its parents and knows nothing else of
    them. That an action lands in another container is all there is to see.
    """

    adopted: Callable[[argparse.ArgumentParser], None] | None = None
    alone = "true"  # the word that an option without a word stands for

    def accepts(self, word: str) -> bool:
        """Tell whether a word belongs to the option, where it may stand alone."""
        return word.lower() in BOOLS

    @property
    def container(self) -> Any:
        """The parser or group that the action was last added to."""
        return self.__dict__.get("container")

    @container.setter
    def container(self, container: Any) -> None:
        moved = "container" in self.__dict__
        self.__dict__["container"] = container
        if moved and self.adopted is not None:
            frame = sys._getframe(1)
            while frame is not None and frame.f_code.co_name != "_add_container_actions":
                frame = frame.f_back  # type: ignore[assignment]
            adopter = frame.f_locals.get("self") if frame is not None else None
            if isinstance(adopter, argparse.ArgumentParser):
                self.adopted(adopter)


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


class HyperParameterAction(BoundAction):
    """Read the words of one hyperparameter and hand the value on.

    Args:
        hyperparameter: what is known of it.
        option: the option, as `--weight-decay`.
        default: the value that it has before parsing.
        typed: takes the name, the value, and the option as it was typed.
        show_default: whether help shows the default.
    """

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
        self.name = hyperparameter.name
        self.hyperparameter = hyperparameter
        self.place = "" if definition is None else f"{definition.path}:{definition.line}"
        self.converter = Converter(
            hyperparameter.value, hyperparameter.hints, self.name, self.place
        )
        self.initial = None if default is EMPTY else default
        self.typed = typed
        self._show_default = show_default
        hints = hyperparameter.hints
        super().__init__([option], self.name, default=self.initial, metavar=hints.get("metavar"))
        if self.converter.is_flag:
            self.nargs = "?"
            self.metavar = self.metavar or "{true,false}"
        if hints.get("choices") is not None:
            self.choices = Choices(map(self.converter.format, self.converter.choices or ()))
            if self.metavar is None:
                self.metavar = f"{{{','.join(self.choices)}}}"

    @property
    def is_required(self) -> bool:
        """Whether a value has to be given, on the command line or in a file."""
        return bool(self.hyperparameter.hints.get("required"))

    @property
    def help(self) -> str:  # type: ignore[override]
        """The text of the hint `help`, then type, default and place."""
        about = self.hyperparameter.hints.get("help")
        facts = [self.converter.type_name if self.converter.type_name != "any" else "any literal"]
        if self._show_default:
            facts.append(self._default_text())
        if self.place:
            facts.append(from_here(self.place))
        text = f"({', '.join(facts)})" if not about else f"{about} ({', '.join(facts)})"
        # The empty `%(default).0s` keeps ArgumentDefaultsHelpFormatter from adding another default.
        return text.replace("%", "%%") + "%(default).0s"

    @help.setter
    def help(self, text: object) -> None:
        """Ignore what `argparse.Action` stores: the text is made when it is asked for."""

    def _default_text(self) -> str:
        """Show the default for help."""
        if isinstance(self.default, NotLiteralEvaluable):
            return f"default: {self.default.expression}"
        if self.default is None and self.hyperparameter.value is EMPTY:
            return "required" if self.is_required else "no default"
        try:
            return f"default: {self.converter.format(self.default) or repr(self.default)}"
        except (ConversionError, TypeError, ValueError):
            return f"default: {self.default!r}"

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Turn the words into the value."""
        try:
            value = self.read(values, option_string or "")
        except ConversionError as error:
            raise argparse.ArgumentError(self, str(error)) from None
        setattr(namespace, self.dest, value)
        self.typed(self.name, value, option_string or self.option_strings[0])

    def read(self, words: Any, option: str) -> object:
        """Return the value of the words behind an option.

        Raises:
            ConversionError: the words do not fit.
        """
        if words is None:
            return self.converter.check(True)
        if isinstance(words, str):
            return self.converter.parse(words)
        return self.converter.parse_words(list(words))


class NegatedAction(BoundAction):
    """Be `--no-flag` beside `--flag`."""

    def __init__(self, flag: HyperParameterAction, option: str) -> None:
        """Take no words."""
        super().__init__(
            [option], flag.dest, nargs=0, default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
        self._flag = flag

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Turn the flag off."""
        setattr(namespace, self.dest, False)
        self._flag.typed(self._flag.name, False, option_string or self.option_strings[0])


class KeyAction(BoundAction):
    """Set one key of a hyperparameter whose default is a dict: `--opt.lr 1`."""

    def __init__(self, whole: HyperParameterAction, key: str, name: str, option: str) -> None:
        """Leave the namespace alone: it holds the whole dict."""
        super().__init__([option], argparse.SUPPRESS, help=argparse.SUPPRESS)
        self._whole = whole
        self._name = name
        self._converter = whole.converter.key_converter((key,))
        if self._converter.is_flag:
            self.nargs = "?"

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Turn the word into the value of the key."""
        try:
            value = True if values is None else self._converter.parse(str(values))
        except ConversionError as error:
            raise argparse.ArgumentError(self, str(error)) from None
        self._whole.typed(self._name, value, option_string or self.option_strings[0])
