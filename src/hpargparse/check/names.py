"""The rules for single names, and the memory of what they found.

Owns what is judged from the calls of one name alone. Must not know other names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter
from typing import Any

from hpman import (
    Diagnostic,
    Frozen,
    HyperParameter,
    Index,
    NotLiteralEvaluable,
    Occurrence,
    show_literal,
)
from hpman.names import edit, old_names
from hpman.text import truncate

from ..edits import at_hint
from ..errors import ConversionError
from ..parser.actions import PRESENTATION
from ..parser.bind import options_of
from ..space.hints import equal_choices, space_faults
from ..values.convert import CHECKED_HINTS, CONVERSION_HINTS, Converter
from ..values.renames import is_well_formed
from .registry import RULES
from .typos import SimilarNames

# What the value of a hint may be, beside None; `CHECKED_HINTS` are checked by the converter.
_TYPES: dict[str, Any] = {"aliases": (), "group": str, "help": str, "metavar": (str, list, tuple)}
_VALUES = {"optional": (True, False), "required": (True, False), "scale": ("linear", "log")}
_ADVICE = {
    "aliases": 'Write the old names, such as `aliases=["optim.lr"]`.',
    "choices": "Write a list of values, such as `choices=[1, 2]`.",
    "group": 'Write a string, such as `group="training"`.',
    "help": 'Write a string, such as `help="step size"`.',
    "metavar": 'Write a string, such as `metavar="N"`.',
    "optional": "Write `optional=True`, or remove the hint.",
    "range": "Write the lowest and the highest value, such as `range=[0, 1]`.",
    "required": "Write `required=True`, or remove the hint.",
    "scale": 'Write `scale="linear"` or `scale="log"`.',
    "type": 'Write the name of a type, such as `type="float"`.',
}
HINTS = PRESENTATION | CONVERSION_HINTS | {"aliases", "scale", "search", "step", "when"}
_AT_ONCE = 50  # names, for which the rules take a few milliseconds


class Name(Frozen):
    """What is known of one name as long as its calls stay the same."""

    __slots__ = ()
    name: str
    calls: tuple[Occurrence, ...]
    hp: HyperParameter | None  # None for a branch that is only used
    converter: Converter | None
    options: frozenset[str]  # none if its hints are malformed
    definitions: int  # the number of calls with a default
    old: tuple[str, ...]  # in the hint `aliases`
    findings: tuple[Diagnostic, ...]


class Memory:
    """What the rules found out about single names, for a check after an edit."""

    def __init__(self) -> None:
        self.similar: SimilarNames = SimilarNames()
        self._names: dict[tuple[object, ...], Name] = {}
        self._used: dict[tuple[object, ...], Name] = {}

    def prepare(self, index: Index, seconds: float) -> bool:
        """Look at new names until the time is over, and return whether all are known."""
        end = perf_counter() + seconds
        for placeholder in sorted(index.placeholders()):
            names = index.names(placeholder)
            keys = self._keys(index, placeholder, names)
            new = [name for name, key in zip(names, keys, strict=True) if key not in self._names]
            for start in range(0, len(new), _AT_ONCE):
                part = new[start : start + _AT_ONCE]
                self.names(index, placeholder, part)
                self.similar.learn(part)
                if perf_counter() > end:
                    return False
        return True

    def names(
        self, index: Index, placeholder: str, names: Sequence[str] | None = None
    ) -> list[Name]:
        """Return what is known of names of a manager; of all, in source order, by default."""
        names = index.names(placeholder) if names is None else names
        keys = self._keys(index, placeholder, names)
        new = {key: name for key, name in zip(keys, names, strict=True) if key not in self._names}
        self._names.update(zip(new, _judge(index, placeholder, [*new.values()]), strict=True))
        result = [self._names[key] for key in keys]
        self._used.update(zip(keys, result, strict=True))
        return result

    @staticmethod
    def _keys(index: Index, placeholder: str, names: Iterable[str]) -> list[tuple[object, ...]]:
        # The calls are kept, so that no other objects have these ids.
        return [
            (
                placeholder,
                name,
                index.is_branch(placeholder, name),
                *map(id, index.named(placeholder, name)),
            )
            for name in names
        ]

    def forget_unused(self) -> None:
        """Forget the names that have not been used since the last call."""
        self._names, self._used = self._used, {}
        self.similar.keep({name.name for name in self._names.values()})


def _judge(index: Index, placeholder: str, names: Sequence[str]) -> Iterator[Name]:
    """Apply the rules for single names."""
    hyperparameters = [index.hyperparameter(placeholder, name) for name in names]
    sound = [hp for hp in hyperparameters if hp and not _hint_problem(hp)]
    sound_names = (hp.name for hp in sound)
    options = dict(zip(sound_names, options_of(sound, index.separator), strict=True))
    for name, hp in zip(names, hyperparameters, strict=True):
        calls = index.named(placeholder, name)
        findings = [*default_not_literal(calls), *malformed_name(name, calls, index.separator)]
        findings += misspelled_hint(calls)
        if hp:
            findings += faulty_hints(hp, index.separator)
            findings += faulty_space(hp, index.separator)
        yield Name(
            name,
            calls,
            hp,
            Converter.of(hp) if hp else None,
            options.get(name, frozenset()),
            sum(call.is_definition for call in calls),
            tuple(old for call in calls for old in old_names(call.hints)),
            tuple(findings),
        )


def _is_unknown(default: object) -> bool:
    return isinstance(default, NotLiteralEvaluable) and default.member is None


def default_not_literal(calls: Iterable[Occurrence]) -> Iterator[Diagnostic]:
    """HPM104: a default that is unknown until the program runs."""
    for call in calls:
        if _is_unknown(call.value):
            yield from call.value.diagnostics


def malformed_name(name: str, calls: Sequence[Occurrence], separator: str) -> Iterator[Diagnostic]:
    """HPM105: a name that is probably a mistake, once at its first call."""
    if problem := _name_problem(name, separator):
        advice = "Rename the hyperparameter in all its calls."
        yield finding_about("HPM105", calls, f"The name {name!r} {problem}.", advice)


def _name_problem(name: str, separator: str) -> str:
    """Return what is wrong with a name, or an empty string."""
    if not name:
        return "is empty"
    if name != name.strip():
        return "has surrounding blanks"
    if "" in name.split(separator):
        return f"has an empty part next to a {separator!r}"
    if " " in name or "=" in name:
        return "contains a blank" if " " in name else "contains `=`"
    if any(character < " " or "\x7f" <= character <= "\x9f" for character in name):
        return "contains control characters"
    return ""


def misspelled_hint(calls: Iterable[Occurrence]) -> Iterator[Diagnostic]:
    """HPM106: a hint that is one letter away from one that the command line reads."""
    for call in calls:
        for hint in call.hints:
            if meant := intended_hint(hint):
                message = f"The hint `{hint}` of `{call.name}` has no effect."
                advice = f"Did you mean `{meant}`? If not, rename the hint."
                yield finding_about("HPM106", [call], message, advice)


def intended_hint(hint: str) -> str | None:
    """Return the hint that a misspelled one was probably meant to be.

    >>> [intended_hint(hint) for hint in ("choises", "Help", "tpye", "tape", "types")]
    ['choices', 'help', 'type', None, None]
    """
    lowered = hint.lower()
    if hint in HINTS or lowered.removesuffix("s") in HINTS - {lowered}:  # a plural is a word too
        return None
    for name in sorted(HINTS):
        typo = edit(lowered, name)
        # A wrong letter in a word of four letters often makes another word.
        if lowered == name or (typo and (typo.kind != "wrong" or len(name) > 4)):
            return name
    return None


def faulty_hints(hp: HyperParameter, separator: str) -> Iterator[Diagnostic]:
    """HPM207: a malformed hint. HPM205: a default that the hints refuse."""
    is_malformed = False
    for hint in _ADVICE.keys() & hp.hints.keys():
        if problem := _problem_of_hint(hp, hint, separator):
            is_malformed = True
            message = f"{problem[0].upper()}{problem[1:]}."
            yield at_hint(hp, hint, "HPM207", message, _ADVICE[hint])
    if hp.definition is None or CHECKED_HINTS.isdisjoint(hp.hints):
        return
    if is_malformed or _is_unknown(hp.value):
        return
    try:
        Converter.of(hp).check(hp.value)
    except ConversionError as error:
        message = f"The default of `{hp.name}` does not fit its hints: {error}."
        hints = " or ".join(f"`{hint}`" for hint in hp.hints if hint in CHECKED_HINTS)
        advice = f"Write a default that fits, or change {hints}."
        yield finding_about("HPM205", [hp.definition], message, advice)


def faulty_space(hp: HyperParameter, separator: str) -> Iterator[Diagnostic]:
    """HPM210: a search space that is malformed. HPM211: choices that are equal."""
    if not _problem_of_hint(hp, "scale", separator):  # this is HPM207
        yield from space_faults(hp)
    for problem in equal_choices(hp):
        yield problem.replace(severity=RULES[problem.code].severity)


def _problem_of_hint(hp: HyperParameter, hint: str, separator: str) -> str:
    """Return what is wrong with one hint, or an empty string."""
    value = hp.hints.get(hint)
    if hint in CHECKED_HINTS:
        by_type = {"type": hp.hints.get("type")}
        if hint != "type" and _hint_problem(hp.replace(hints=by_type)):
            return ""
        return _hint_problem(hp.replace(hints={**by_type, hint: value}))
    if hint == "aliases" and is_well_formed(value):
        return _alias_problem(hp, separator)
    is_valid = isinstance(value, _TYPES[hint]) if hint in _TYPES else value in _VALUES[hint]
    is_valid = is_valid or value is None
    return (
        "" if is_valid else f"the hint `{hint}` of `{hp.name}` is {truncate(show_literal(value))}"
    )


def _alias_problem(hp: HyperParameter, separator: str) -> str:
    """Return what is wrong with the old names of a hyperparameter, or an empty string."""
    for old in old_names(hp.hints):
        problem = "is its own name" if old == hp.name else _name_problem(old, separator)
        if problem:
            return f"the alias {old!r} of `{hp.name}` {problem}"
    return ""


def _hint_problem(hp: HyperParameter) -> str:
    """Return what is wrong with the hints that values are checked by, or an empty string."""
    try:
        Converter.of(hp).check_hints()
    except ConversionError as error:
        return str(error)
    return ""


def finding_about(code: str, calls: Sequence[Occurrence], message: str, advice: str) -> Diagnostic:
    """Return a finding about some calls, placed at the first one."""
    severity = RULES[code].severity
    return Diagnostic.at(calls[0], code, message, advice, occurrences=calls, severity=severity)
