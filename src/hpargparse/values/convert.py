"""Text to value and back for one hyperparameter: its default and its hints.

Owns which values a hyperparameter takes; knows neither how a refusal reads, nor
a parser, nor a manager, nor a file.
"""

from __future__ import annotations

from hpman import EMPTY, EmptyValue, NotLiteralEvaluable

from .coercion import SAMPLES, Mismatch, fit, read, read_elements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from hpman import HyperParameter, Occurrence

_NONE_WORDS = ("None", "null")
LIMITING = frozenset(["choices", "range"])  # hints that limit the values, of a dict as a unit
CHECKED_BY = LIMITING | {"type"}  # hints that values are checked by, and that may be malformed
READ_BY = CHECKED_BY | {"optional"}  # hints that text is read by


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
        occurrences: the calls that give the hints, for messages too.

    >>> Converter(0.001, {}, "lr", "train.py:12").parse("1e-4")
    0.0001
    """

    __slots__ = ("default", "hints", "name", "occurrences", "place")

    def __init__(
        self,
        default: object,
        hints: Mapping[str, object],
        name: str,
        place: str = "",
        occurrences: Sequence[Occurrence] = (),
    ) -> None:
        """Keep what messages and conversions need."""
        self.default: object = default
        self.hints: Mapping[str, object] = hints
        self.name: str = name
        self.place: str = place
        self.occurrences: Sequence[Occurrence] = occurrences

    @classmethod
    def of(cls, known: HyperParameter) -> Converter:
        """Make the converter of a hyperparameter of the sources."""
        at = known.definition
        place = "" if at is None else f"{at.path}:{at.line}"
        return cls(known.value, known.hints, known.name, place, known.occurrences)

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
    def is_sequence(self) -> bool:
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

    def check_hints(self) -> None:
        """Refuse hints that no value could be checked by.

        Raises:
            ConversionError: `type`, `choices` or `range` is malformed, leaves no value,
                or has no order with values of the default's kind.

        >>> Converter(3, {"range": [9, 1]}, "a", "train.py:3").check_hints()
        Traceback (most recent call last):
            ...
        hpargparse.errors.ConversionError: ... it has to be [lowest, highest], in this order
        """
        from .messages import check_hints

        check_hints(self)

    def _refuse_hint(self, hint: str, demand: str) -> NoReturn:
        """Raise the error for a hint that is malformed."""
        from .messages import malformed

        raise malformed(self, hint, demand)

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
        mismatch: Mismatch | None = None
        value: object = EMPTY
        try:
            value = read(text, self.sample)
        except Mismatch as found:
            mismatch = found
        choices = self._whole_choices
        if choices and not _among(value, choices):
            for each in choices:
                if text in (each, _shown_whole(each)):
                    return self._within(each, odd_passes=True)
        if mismatch is not None:
            self._refuse(mismatch, text)
        return self._within(value)

    def parse_arguments(self, words: Sequence[str]) -> object:
        """Read several words as a value: a sequence takes one element from each.

        Args:
            words: what the user typed, split by the shell.

        Raises:
            ConversionError: the words spell no value that is taken.

        >>> Converter((1, 2), {}, "ks", "train.py:3").parse_arguments(["3", "4"])
        (3, 4)
        """
        words = list(words)
        if len(words) == 1:
            return self.parse(words[0])
        if not self.is_sequence:
            return self.parse(" ".join(words))
        try:
            value = read_elements(words, self.sample)
        except Mismatch as mismatch:
            self._refuse(mismatch, " ".join(words))
        return self._within(value)

    def check(self, value: object, *, is_written: bool = True) -> object:
        """Fit a value that comes from a file or a program.

        Args:
            value: any value.
            is_written: whether somebody wrote it, so that it can be written in another way.

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
            if _among(value, self._whole_choices):
                return self._within(value, odd_passes=True)
            self._refuse(mismatch, value, is_typed=False, is_written=is_written)
        return self._within(fitted)

    def check_limits(self, value: object) -> None:
        """Refuse a value, of whatever type, that the hints `choices` or `range` rule out.

        Args:
            value: what a program has set; one that has no order with the ends of the
                range is none of its business.

        Raises:
            ConversionError: the value is no choice, or out of range.

        >>> Converter(0.5, {"range": [0, 1]}, "lr", "train.py:12").check_limits(2)
        Traceback (most recent call last):
            ...
        hpargparse.errors.ConversionError: expected a value from 0 to 1, got 2...
        """
        try:
            fitted = fit(value, self.sample)
        except Mismatch:
            fitted = value  # the type is for the program to choose
        try:
            self._within(fitted, odd_passes=True)
        except Exception as error:  # An array, say, has no order and no one truth.
            from ..errors import ConversionError

            if isinstance(error, ConversionError):
                raise

    def format(self, value: object) -> str:
        """Spell a value so that `parse` gives it back.

        Args:
            value: a value that the hyperparameter takes.

        >>> Converter(None, {}, "x", "train.py:3").format("3")
        "'3'"
        """
        sample = self.sample
        if type(value) is str:
            if self._stands_for_itself(value):
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

    @property
    def _whole_choices(self) -> tuple[object, ...]:
        """The choices of whole values, which may be of another kind than the default."""
        choices = self.choices
        return choices if choices and not self.is_sequence else ()

    def _stands_for_itself(self, text: str) -> bool:
        """Tell whether a text, typed as it is, is read as that text, or as that one element."""
        try:
            return read(text, self.sample) in (text, [text], (text,), {text})
        except Mismatch:
            return text in self._whole_choices

    def _within(self, value: object, *, odd_passes: bool = False) -> object:
        """Return a value that is among the choices and in the range; refuse another."""
        if not self.hints or (value is None and self.is_optional):
            return value
        choices = self.choices
        if choices is not None and not _among(value, choices) and not _all(value, choices):
            from .messages import no_choice

            raise no_choice(self, value, choices)
        limits = self.range
        if limits is not None:
            for each in value if isinstance(value, (list, tuple, set)) else (value,):
                if not _is_inside(each, *limits, if_odd=odd_passes):
                    from .messages import out_of_range

                    raise out_of_range(self, each, *limits)
        return value

    def _refuse(
        self,
        mismatch: Mismatch,
        given: object,
        *,
        is_typed: bool = True,
        is_written: bool = True,
    ) -> NoReturn:
        """Raise the error for a text or value of another kind."""
        from .messages import of_another_kind

        raise of_another_kind(
            self, mismatch, given, is_typed=is_typed, is_written=is_written
        ) from None


def _among(value: object, choices: tuple[object, ...]) -> bool:
    """Tell whether a value is one of the choices; True is not the choice 1."""
    return any(
        each == value and isinstance(each, bool) == isinstance(value, bool) for each in choices
    )


def _all(value: object, choices: tuple[object, ...]) -> bool:
    """Tell whether each element of a sequence is one of the choices."""
    return isinstance(value, (list, tuple, set)) and all(_among(each, choices) for each in value)


def _is_inside(value: object, lowest: object, highest: object, *, if_odd: bool) -> bool:
    """Tell whether a value is in a range; nan is not, and another without order only if told."""
    try:
        inside = (lowest is None or lowest <= value) and (  # type: ignore[operator]
            highest is None or value <= highest  # type: ignore[operator]
        )
    except TypeError:
        return if_odd
    return inside and value == value  # noqa: PLR0124 - nan differs from itself


def _shown_whole(value: object) -> str:
    """Spell a value as a literal; what spells is loaded when something is to be shown."""
    from hpman.literals import show_literal

    return show_literal(value)
