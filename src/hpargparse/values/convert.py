"""Convert the values of one hyperparameter from and to text, by its default and hints.

Owns which values a hyperparameter accepts. Must not know the wording of messages,
parsers, managers or files.
"""

from __future__ import annotations

from hpman import (
    EMPTY,
    EmptyValue,
    NotLiteralEvaluable,
    is_path,
    kind_name,
    member_name,
    show_literal,
)
from hpman.text import truncate

from .coercion import HINT_TYPES, Mismatch, fit, hinted_sample, parse, parse_elements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, NoReturn

    from hpman import HyperParameter, Occurrence

LIMIT_HINTS = frozenset(["choices", "range"])  # they limit a value as a unit, even a dict
CHECKED_HINTS = LIMIT_HINTS | {"type"}  # they may be malformed
CONVERSION_HINTS = CHECKED_HINTS | {"optional"}


class Converter:
    """Convert text to values of one hyperparameter and back, and check values.

    Default and hints are interpreted when a value is converted.

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
        self.default: object = default
        self.hints: Mapping[str, object] = hints
        self.name: str = name
        self.place: str = place
        self.occurrences: Sequence[Occurrence] = occurrences

    @classmethod
    def of(cls, hyperparameter: HyperParameter) -> Converter:
        """Return the converter of a hyperparameter of the sources."""
        definition = hyperparameter.definition
        return cls(
            hyperparameter.value,
            hyperparameter.hints,
            hyperparameter.name,
            "" if definition is None else definition.place,
            hyperparameter.occurrences,
        )

    @property
    def sample(self) -> object:
        """A value of the type to convert to; EMPTY if any literal will do."""
        default = self.default
        wanted = self.hints.get("type") if self.hints else None
        if wanted is not None:
            if not isinstance(wanted, str) or wanted not in HINT_TYPES:
                self._refuse_hint("type", f"it must be one of {', '.join(map(repr, HINT_TYPES))}")
            return default if kind_name(type(default)) == wanted else hinted_sample(wanted)
        if default is None or isinstance(default, (EmptyValue, NotLiteralEvaluable)):
            return EMPTY
        return default

    @property
    def type_name(self) -> str:
        """The name of the type for help and tables; "any" if there is no default."""
        sample = self.sample
        if sample is not EMPTY:
            return kind_name(type(sample))
        if self.members:
            return f"one of {', '.join(map(str, self.choices or ()))}"
        return "NoneType" if self.default is None else "any"

    @property
    def members(self) -> Mapping[str, object]:
        """The members by name, if the default is a member of an Enum that is known."""
        default = self.default
        return default.members if isinstance(default, NotLiteralEvaluable) else {}

    @property
    def is_sequence(self) -> bool:
        """Whether the option may be given several arguments."""
        return type(self.sample) in (list, tuple, set)

    @property
    def is_optional(self) -> bool:
        """Whether the hyperparameter accepts None."""
        return self.default is None or bool(self.hints and self.hints.get("optional"))

    @property
    def choices(self) -> tuple[object, ...] | None:
        """The values of the hint `choices`, else the names of the members of an Enum, else None."""
        choices = self.hints.get("choices") if self.hints else None
        if choices is None:
            return tuple(dict.fromkeys(map(self._fit, self.members))) or None
        if not isinstance(choices, (list, tuple, set, dict, str)):
            self._refuse_hint("choices", "it must be a list of values")
        # The order of a set differs between processes.
        choices = sorted(choices, key=show_literal) if isinstance(choices, set) else choices
        if is_path(self.sample):
            choices = [fit(item, self.sample) if type(item) is str else item for item in choices]
        return tuple(map(self._fit, choices)) if self.members else tuple(choices)

    @property
    def range(self) -> tuple[object, object] | None:
        """The bounds of the hint `range`, either of them None if it is open."""
        limits = self.hints.get("range") if self.hints else None
        if limits is None:
            return None
        if not isinstance(limits, (list, tuple)) or len(limits) != 2:
            requirement = "it must be the pair [lowest, highest], with None for an open end"
            self._refuse_hint("range", requirement)
        return limits[0], limits[1]

    def check_hints(self) -> None:
        """Raise an error for a hint that is malformed, accepts no value, or does not fit."""
        sample, limits = self.sample, self.range
        choices = self.choices
        if choices == ():
            self._refuse_hint("choices", "it must contain at least one value")
        names = [None, *self.members]
        if choices and self.members and any(choice not in names for choice in choices):
            members = ", ".join(map(repr, self.members))
            self._refuse_hint("choices", f"the members of the Enum are {members}")
        if limits is None:
            return
        values = [*sample] if isinstance(sample, (list, tuple, set)) else [sample]
        bounds: list[Any] = [bound for bound in limits if bound is not None]
        try:
            is_ordered = len(bounds) < 2 or bounds[0] <= bounds[1]
            for value in values:
                if value is not EMPTY and value is not None:
                    [bound <= value for bound in bounds]
        except TypeError:
            values_text = f"values such as {truncate(show_literal(sample))}"
            others = "each other" if sample is EMPTY else values_text
            self._refuse_hint("range", f"its bounds must be comparable with {others}")
        if not is_ordered:
            self._refuse_hint("range", "it must be [lowest, highest], in this order")

    def _refuse_hint(self, hint: str, requirement: str) -> NoReturn:
        from .messages import malformed

        raise malformed(self, hint, requirement) from None

    def parse(self, text: str) -> object:
        """Return the value that text stands for."""
        if self.is_optional and text in ("None", "null"):
            return None
        mismatch: Mismatch | None = None
        value: object = EMPTY
        try:
            value = self._parse(text)
        except Mismatch as error:
            mismatch = error
        choices = self._scalar_choices
        if choices and not _is_among(value, choices):
            for choice in choices:
                if text in (choice, show_literal(choice)):
                    return self._limited(choice, ignore_unordered=True)
        if mismatch is not None:
            self._refuse(mismatch, text, from_text=True)
        return self._limited(value)

    def parse_arguments(self, arguments: Sequence[str]) -> object:
        """Return the value that several arguments stand for: one element each for a sequence."""
        text = " ".join(arguments)
        if len(arguments) == 1 or not self.is_sequence:
            return self.parse(text)
        try:
            value = parse_elements(list(arguments), self.sample)
        except Mismatch as mismatch:
            self._refuse(mismatch, text, from_text=True)
        return self._limited(value)

    def check(self, value: object) -> object:
        """Convert a value from a file or a program to the type of the default, and check it.

        An int becomes a float, for example, and a list a tuple.
        """
        if value is None and self.is_optional:
            return None
        try:
            fitted = self._fit(value)
        except Mismatch as mismatch:
            if _is_among(value, self._scalar_choices):
                return self._limited(value, ignore_unordered=True)
            self._refuse(mismatch, value, from_text=False)
        return self._limited(fitted)

    def check_limits(self, value: object) -> None:
        """Check a value of any type that a program has set against `choices` and `range`.

        A range is ignored if its bounds cannot be compared with the value.
        """
        if LIMIT_HINTS.isdisjoint(self.hints):
            return
        try:
            fitted = self._fit(value)
        except Mismatch:
            fitted = value  # the program chooses the type
        try:
            self._limited(fitted, ignore_unordered=True)
        except Exception as error:  # An array, say, cannot be compared with one value.
            from ..errors import ConversionError

            if isinstance(error, ConversionError):
                raise

    def format(self, value: object) -> str:
        """Return the text from which `parse` returns the same value.

        >>> Converter(None, {}, "x", "train.py:3").format("3")
        "'3'"
        """
        sample = self.sample
        if type(value) is str:
            if self._is_parsed_as_itself(value):
                return value
        elif type(value) is type(sample) and type(value) in (float, complex):
            return repr(value)
        elif is_path(value) and is_path(sample):
            return str(value)
        return show_literal(value)

    def key_converter(self, path: Sequence[object]) -> Converter:
        """Return the converter of one key of a dict default, as for `--opt.lr 1`."""
        default = self.default
        for key in path:
            default = default.get(key, EMPTY) if isinstance(default, dict) else EMPTY
        return Converter(default, {}, ".".join([self.name, *map(str, path)]), self.place)

    @property
    def _scalar_choices(self) -> tuple[object, ...]:
        """The choices, unless the value is a sequence. They may have other types."""
        choices = self.choices
        return choices if choices and not self.is_sequence else ()

    def _fit(self, value: object) -> object:
        """Convert a value to the type of the default; to the name if it stands for a member."""
        members = self.members
        if not members:
            return fit(value, self.sample)
        value = member_name(value) or value
        wanted = members[value] if type(value) is str and value in members else value
        # An alias becomes the name of the member.
        return next((name for name, member in members.items() if member == wanted), value)

    def _parse(self, text: str) -> object:
        """Parse text. If the default is None, it says the same as a scalar of a YAML file."""
        sample = self.sample
        if self.members:
            name = self._fit(text)  # a text such as "8" may be the value of a member
            return name if name in self.members else self._fit(parse(text, sample))
        value = parse(text, sample)
        if value is not text or not text or sample is not EMPTY or self.default is not None:
            return value
        from .scalars import resolve

        try:
            scalar = resolve(text.strip())
        except ValueError:  # too many digits for an int
            return text
        return text if isinstance(scalar, str) else scalar

    def _is_parsed_as_itself(self, text: str) -> bool:
        """Return whether a string is parsed as itself, or as a sequence of it alone."""
        try:
            return self._parse(text) in (text, [text], (text,), {text})
        except Mismatch:
            return text in self._scalar_choices

    def _limited(self, value: object, *, ignore_unordered: bool = False) -> object:
        """Return a value if it is among the choices and in the range; otherwise raise an error."""
        if not (self.hints or self.members) or (value is None and self.is_optional):
            return value
        elements = value if isinstance(value, (list, tuple, set)) else (value,)
        choices = self.choices
        if choices is not None and not _is_among(value, choices):
            are_choices = elements is value and all(_is_among(item, choices) for item in elements)
            if not are_choices:
                from .messages import not_a_choice

                raise not_a_choice(self, value, choices)
        limits = self.range
        if limits is not None:
            for element in elements:
                if not _is_inside(element, *limits, if_unordered=ignore_unordered):
                    from .messages import out_of_range

                    raise out_of_range(self, element, *limits)
        return value

    def _refuse(self, mismatch: Mismatch, value: object, *, from_text: bool) -> NoReturn:
        from .messages import wrong_type

        raise wrong_type(self, mismatch, value, from_text=from_text) from None


def _is_among(value: object, choices: tuple[object, ...]) -> bool:
    """Return whether a value is one of the choices. True is not the choice 1."""
    return any(
        choice == value and isinstance(choice, bool) == isinstance(value, bool)
        for choice in choices
    )


def _is_inside(value: object, lowest: object, highest: object, *, if_unordered: bool) -> bool:
    """Return whether a value lies in a range. nan never does."""
    try:
        inside = (lowest is None or lowest <= value) and (  # type: ignore[operator]
            highest is None or value <= highest  # type: ignore[operator]
        )
    except TypeError:
        return if_unordered
    return inside and value == value  # noqa: PLR0124 - nan differs from itself


def saved_form(value: object) -> object:
    """Return a value as a file holds it: text for a `Path`, the name for a member of an Enum."""
    return str(value) if is_path(value) else member_name(value) or value
