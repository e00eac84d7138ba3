"""The rules on what `bind` would refuse: options, hints, and defaults that do not fit.

Owns how the findings of `bind` become those of the check; the judgement itself
is that of `bind`.
"""

from __future__ import annotations

from hpman import NotLiteralEvaluable

from ..values.convert import CHECKED_HINTS
from .findings import at_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hpman import HyperParameter, Index, Occurrence

    from .findings import Finding
    from .ownership import Facts


def option_clash(facts: Facts) -> Iterator[Finding]:
    """HPM204: two names that make one option, or one that makes an option of `bind`."""
    from ..parser.bind import clashes

    index = facts.calls
    for placeholder in facts.placeholders:
        sound = [each for each in index.hyperparameters(placeholder) if not _malformation(each)]
        for clash, names in clashes(sound, index.separator):
            *others, at = (_first(index, placeholder, name) for name in names)
            if not any(_is_below(index, *pair) for pair in ((at, each) for each in others)):
                yield at_call("HPM204", at, clash.message, clash.advice, others)


def default_does_not_fit(facts: Facts) -> Iterator[Finding]:
    """HPM205: a default that its own hints refuse."""
    from ..errors import ConversionError
    from ..values.convert import Converter

    for each in _with_hints(facts):
        at = each.definition
        if at is None or isinstance(at.value, NotLiteralEvaluable) or _malformation(each):
            continue
        try:
            Converter.of(each).check(each.value)
        except ConversionError as error:
            yield at_call(
                "HPM205",
                at,
                f"The default of `{each.name}` does not fit its hints: {error}.",
                "Change the default, or the hint.",
            )


def malformed_hint(facts: Facts) -> Iterator[Finding]:
    """HPM207: a hint that no value could be checked by."""
    for each in _with_hints(facts):
        if problem := _malformation(each):
            yield at_call(
                "HPM207",
                each.definition or each.occurrences[0],
                f"{problem[0].upper()}{problem[1:]}.",
                "Mend the hint.",
            )


def _with_hints(facts: Facts) -> Iterator[HyperParameter]:
    """Yield the hyperparameters with a hint that values are checked by."""
    for placeholder in facts.placeholders:
        for each in facts.calls.hyperparameters(placeholder):
            if not each.hints.keys().isdisjoint(CHECKED_HINTS):
                yield each


def _malformation(each: HyperParameter) -> str:
    """Say what is wrong with the hints of a hyperparameter; an empty text if nothing is."""
    from ..errors import ConversionError
    from ..values.convert import Converter

    if each.hints.keys().isdisjoint(CHECKED_HINTS):
        return ""
    try:
        Converter.of(each).check_hints()
    except ConversionError as error:
        return str(error)
    return ""


def _first(index: Index, placeholder: str, name: str) -> Occurrence:
    """Return the definition of a hyperparameter, or its first use."""
    return index.definition(placeholder, name) or index.named(placeholder, name)[0]


def _is_below(index: Index, one: Occurrence, other: Occurrence) -> bool:
    """Tell whether one of two names stands below the other: that is HPM203."""
    return one.name in index.prefixes(other.name) or other.name in index.prefixes(one.name)
