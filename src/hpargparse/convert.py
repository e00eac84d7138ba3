"""Text to value and back for one hyperparameter: its default and its hints.

Owns which values a hyperparameter takes and how a refusal reads; knows
neither a parser, nor a manager, nor a file.
"""

from __future__ import annotations

from hpman import EMPTY, EmptyValue, NotLiteralEvaluable, from_here

from .errors import ConversionError
from .kinds import FRACTION, SAMPLES, Mismatch, fit, noun, read, read_elements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

__all__ = ["ConversionError", "Converter"]

_NONE_WORDS = ("None", "null")
_SHOWN_LENGTH = 60
# What a file holds, where that is spelled in another way than on a command line.
_HELD = {
    bool: "true or false",
    bytes: "bytes, `!!binary YWI=` in YAML",
    complex: "a complex number, `!complex 1+2j` in YAML",
    type(...): "the ellipsis, `!ellipsis '...'` in YAML",
}


class Converter:
    """Turn text into values of one hyperparameter, and values into text.

    Making one costs next to nothing; what default and hints mean is worked
    out when a value is converted.

    Args:
        default: the default as parsed; a `NotLiteralEvaluable` or EMPTY where
            there is no literal one.
        hints: the hints of the definition; `type`, `choices`, `range` and
            `optional` are read.
        name: the name of the hyperparameter, for messages.
        place: where the default stands, as `train.py:12`, for messages.

    >>> Converter(0.001, {}, "lr", "train.py:12").parse("1e-4")
    0.0001
    """

    __slots__ = ("default", "hints", "name", "place")

    def __init__(
        self, default: object, hints: Mapping[str, object], name: str, place: str = ""
    ) -> None:
        """Keep what messages and conversions need."""
        self.default: object = default
        self.hints: Mapping[str, object] = hints
        self.name: str = name
        self.place: str = place

    @property
    def sample(self) -> object:
        """A value of the kind to convert to; EMPTY where any literal will do.

        Raises:
            ConversionError: the hint `type` names no known type.
        """
        default = self.default
        wanted = self.hints.get("type") if self.hints else None
        if wanted is not None:
            if not isinstance(wanted, str) or wanted not in SAMPLES:
                self._refuse_hint("type", f"it has to be one of {', '.join(map(repr, SAMPLES))}")
            return default if type(default).__name__ == wanted else SAMPLES[wanted]
        if default is None or isinstance(default, (EmptyValue, NotLiteralEvaluable)):
            return EMPTY
        return default

    @property
    def type_name(self) -> str:
        """The name of the type for help and tables; "any" where no default tells one."""
        sample = self.sample
        if sample is not EMPTY:
            return type(sample).__name__
        return "NoneType" if self.default is None else "any"

    @property
    def is_flag(self) -> bool:
        """Whether the option may stand without a value."""
        return type(self.sample) is bool

    @property
    def takes_words(self) -> bool:
        """Whether the option may be given several words."""
        return type(self.sample) in (list, tuple, set)

    @property
    def is_optional(self) -> bool:
        """Whether None is a value that the hyperparameter takes."""
        return self.default is None or bool(self.hints and self.hints.get("optional"))

    @property
    def choices(self) -> tuple[object, ...] | None:
        """The values of the hint `choices`, or None without that hint.

        Raises:
            ConversionError: the hint is not a collection.
        """
        choices = self.hints.get("choices") if self.hints else None
        if choices is None:
            return None
        if not isinstance(choices, (list, tuple, set, dict, str)):
            self._refuse_hint("choices", "it has to be a list of values")
        # The order of a set is another one in each process.
        return tuple(sorted(choices, key=_shown_whole) if isinstance(choices, set) else choices)

    @property
    def range(self) -> tuple[object, object] | None:
        """The lowest and the highest value of the hint `range`, either None where it is open.

        Raises:
            ConversionError: the hint is not a pair.
        """
        limits = self.hints.get("range") if self.hints else None
        if limits is None:
            return None
        if not isinstance(limits, (list, tuple)) or len(limits) != 2:
            self._refuse_hint(
                "range", "it has to be the pair [lowest, highest], with None for an open end"
            )
        return limits[0], limits[1]

    def demand_sound_hints(self) -> None:
        """Refuse hints that no value could be checked by.

        Raises:
            ConversionError: `type`, `choices` or `range` is malformed, leaves no value,
                or has no order with values of the default's kind.

        >>> Converter(3, {"range": [9, 1]}, "a", "train.py:3").demand_sound_hints()
        Traceback (most recent call last):
            ...
        hpargparse.errors.ConversionError: ... it has to be [lowest, highest], in this order
        """
        sample, choices, limits = self.sample, self.choices, self.range
        if choices == ():
            self._refuse_hint("choices", "it has to name a value at least")
        if limits is None:
            return
        # None of several values is there to compare with where the default is empty.
        values = [*sample] if isinstance(sample, (list, tuple, set)) else [sample]
        bounds = [each for each in limits if each is not None]
        try:
            is_ordered = len(bounds) < 2 or bounds[0] <= bounds[1]  # type: ignore[operator]
            for value in values:
                if value is not EMPTY and value is not None:
                    [bound <= value for bound in bounds]  # type: ignore[operator]
        except TypeError:
            kind = f"its values, as {_shown(sample)} is" if sample is not EMPTY else "each other"
            self._refuse_hint("range", f"its ends have to be comparable with {kind}")
        if not is_ordered:
            self._refuse_hint("range", "it has to be [lowest, highest], in this order")

    def _refuse_hint(self, hint: str, demand: str) -> NoReturn:
        """Raise the error for a hint that is malformed."""
        raise self._error(
            f"the hint `{hint}` of `{self.name}` is {_shown(self.hints[hint])}{self._at()};"
            f" {demand}"
        )

    def parse(self, text: str) -> object:
        """Read one text as a value.

        Args:
            text: what the user typed.

        Raises:
            ConversionError: the text spells no value that is taken.

        >>> Converter([1, 2], {}, "ks", "train.py:3").parse("3,4")
        [3, 4]
        """
        if self.is_optional and text in _NONE_WORDS:
            return None
        sample = self.sample
        try:
            value = read(text, sample)
        except Mismatch as mismatch:
            self._refuse(mismatch, text)
        if sample is EMPTY and value != text:
            # `1` may stand for the choice "1" where no default tells the type.
            choices = self.choices
            if choices and not _among(value, choices) and text in choices:
                return text
        return self._within(value)

    def parse_words(self, words: Sequence[str]) -> object:
        """Read several words as a value: a sequence takes one element from each.

        Args:
            words: what the user typed, split by the shell.

        Raises:
            ConversionError: the words spell no value that is taken.

        >>> Converter((1, 2), {}, "ks", "train.py:3").parse_words(["3", "4"])
        (3, 4)
        """
        words = list(words)
        if len(words) == 1:
            return self.parse(words[0])
        if not self.takes_words:
            return self.parse(" ".join(words))
        try:
            value = read_elements(words, self.sample)
        except Mismatch as mismatch:
            self._refuse(mismatch, " ".join(words))
        return self._within(value)

    def check(self, value: object) -> object:
        """Fit a value that comes from a file or a program.

        Args:
            value: any value.

        Returns:
            the value, in the type of the default where it says the same: an
            int as a float, a list as a tuple.

        Raises:
            ConversionError: the value is of another type, no choice, or out of range.

        >>> Converter(0.5, {}, "lr", "train.py:12").check(1)
        1.0
        """
        if value is None and self.is_optional:
            return None
        try:
            fitted = fit(value, self.sample)
        except Mismatch as mismatch:
            self._refuse(mismatch, value, wanted=_as_value(mismatch.sample))
        return self._within(fitted)

    def format(self, value: object) -> str:
        """Spell a value so that `parse` gives it back.

        Args:
            value: a value that the hyperparameter takes.

        >>> Converter(None, {}, "x", "train.py:3").format("3")
        "'3'"
        """
        sample = self.sample
        if type(value) is str:
            if type(sample) is str or (sample is EMPTY and read(value, EMPTY) is value):
                return value
        elif type(value) is type(sample) and type(value) in (float, complex):
            return repr(value)
        return _shown_whole(value)

    def key_converter(self, path: Sequence[object]) -> Converter:
        """Make the converter of one key of a dict default, as for `--opt.lr 1`.

        Args:
            path: the keys from the default down.

        >>> Converter({"lr": 0.1}, {}, "opt", "train.py:3").key_converter(["lr"]).parse("1")
        1.0
        """
        default = self.default
        for key in path:
            default = default.get(key, EMPTY) if isinstance(default, dict) else EMPTY
        return Converter(default, {}, ".".join([self.name, *map(str, path)]), self.place)

    def _within(self, value: object) -> object:
        """Return a value that is among the choices and in the range; refuse another."""
        if not self.hints or (value is None and self.is_optional):
            return value
        choices = self.choices
        if choices is not None and not _among(value, choices) and not _all(value, choices):
            shown = ", ".join(map(_shown, choices))
            raise self._error(
                f"invalid choice: {_shown(value)} (choose from {shown});"
                f" the choices of `{self.name}` stand{self._at() or ' in its hints'}"
            )
        limits = self.range
        if limits is not None:
            for each in value if isinstance(value, (list, tuple, set)) else (value,):
                self._in_range(each, *limits)
        return value

    def _in_range(self, value: object, lowest: object, highest: object) -> None:
        """Refuse a value below or above the range, or one that has no order, as nan."""
        try:
            inside = (lowest is None or lowest <= value) and (  # type: ignore[operator]
                highest is None or value <= highest  # type: ignore[operator]
            )
        except TypeError:
            inside = False
        if inside and value == value:  # noqa: PLR0124 - nan differs from itself
            return
        bound = f"from {_shown(lowest)} to {_shown(highest)}"
        if lowest is None:
            bound = f"of at most {_shown(highest)}"
        elif highest is None:
            bound = f"of at least {_shown(lowest)}"
        raise self._error(
            f"expected a value {bound}, got {_shown(value)};"
            f" the range of `{self.name}` stands{self._at() or ' in its hints'}"
        )

    def _refuse(self, mismatch: Mismatch, given: object, wanted: str = "") -> NoReturn:
        """Raise the error for a text or value of another kind."""
        sample = mismatch.sample
        kind = "literal" if sample is ... else type(sample).__name__
        parts = [f"invalid {kind} value: {_shown(mismatch.given)}"]  # as argparse begins
        if given not in (mismatch.given, _shown(mismatch.given)):
            parts.append(f" in {_shown(given)}")
        if mismatch.detail and mismatch.detail != FRACTION:
            parts.append(f" ({mismatch.detail})")
        elif type(sample) not in (int, float, str):
            parts.append(f" (expected {wanted or noun(sample)})")
        parts.append(f"; {self._origin()}")
        if mismatch.detail == FRACTION and mismatch.sample is self.default:
            parts.append(f", and `{self.default}.0` there would allow fractions")
        elif type(sample) is str:
            parts.append("; put it in quotes to make it a text")
        elif wanted and type(sample) in (int, float) and _is_read(mismatch.given, sample):
            parts.append("; leave its quotes out")
        raise self._error("".join(parts)) from None

    def _origin(self) -> str:
        """Say where the wanted type comes from."""
        if self.hints and self.hints.get("type") is not None:
            return f"the hint `type` of `{self.name}` is {self.hints['type']!r}{self._at()}"
        default = self.default
        return (
            f"the default of `{self.name}` is the {type(default).__name__}"
            f" {_shown(default)}{self._at()}"
        )

    def _at(self) -> str:
        """Give the place as the end of a clause."""
        return f" at {from_here(self.place)}" if self.place else ""

    def _error(self, message: str) -> ConversionError:
        return ConversionError.because(message, name=self.name)


def _as_value(sample: object) -> str:
    """Name the kind of a sample where a file or a program gives the value, not a text.

    >>> _as_value(False), _as_value((1, 2))
    ('true or false', 'a list of int')
    """
    name = _HELD.get(type(sample)) or noun(sample)
    for kind in ("a tuple", "a set"):  # a list does for each, and every format has lists
        name = f"a list{name[len(kind) :]}" if name.startswith(kind) else name
    return name


def _is_read(given: object, sample: object) -> bool:
    """Tell whether a text would do where it was typed."""
    try:
        return isinstance(given, str) and read(given, sample) is not given
    except Mismatch:
        return False


def _among(value: object, choices: tuple[object, ...]) -> bool:
    """Tell whether a value is one of the choices; True is not the choice 1."""
    return any(
        each == value and isinstance(each, bool) == isinstance(value, bool) for each in choices
    )


def _all(value: object, choices: tuple[object, ...]) -> bool:
    """Tell whether each element of a sequence is one of the choices."""
    return isinstance(value, (list, tuple, set)) and all(_among(each, choices) for each in value)


def _shown(value: object) -> str:
    """Spell a value for a message, shortened where it is long."""
    shown = _shown_whole(value)
    return shown if len(shown) <= _SHOWN_LENGTH else f"{shown[: _SHOWN_LENGTH - 3]}..."


def _shown_whole(value: object) -> str:
    """Spell a value as a literal; what spells is loaded when something is to be shown."""
    from .literals import show_literal

    return show_literal(value)
