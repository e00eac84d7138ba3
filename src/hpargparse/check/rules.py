"""The rules: one function for each code, from facts to findings.

Owns what is wrong with hyperparameters; knows neither which findings are
wanted nor how they are shown.
"""

from __future__ import annotations

from hpman import NotLiteralEvaluable
from hpman.suggest import edit

from ..parser.actions import PRESENTATION
from ..values.convert import CONVERSION_HINTS
from .findings import at_call, at_fault, place_of
from .option_rules import default_does_not_fit, malformed_hint, option_clash
from .typos import Similar, may_be_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hpman import Occurrence

    from .findings import Finding
    from .ownership import Facts

    Check = Callable[[Facts], Iterator[Finding]]

# So many names are compared in detail with one that nothing defines, and for so many of those.
_MANY_NAMES = 1000
_MANY_UNDEFINED = 100
_HINTS = PRESENTATION | CONVERSION_HINTS
_SHOWN = 40  # characters of a name that is far too long


def _faults(code: str) -> Check:
    """Make the rule for what a scan finds in a single file or call."""

    def rule(facts: Facts) -> Iterator[Finding]:
        for fault, source in facts.faults:
            if fault.code == code:
                yield at_fault(fault, source)

    return rule


def default_not_literal(facts: Facts) -> Iterator[Finding]:
    """HPM104: a default that only a running program knows."""
    for each in _occurrences(facts):
        if isinstance(each.value, NotLiteralEvaluable):
            for fault in each.value.diagnostics:
                found = at_fault(fault, each.source)
                yield found.replace(lines=(each.line, each.end_line))


def malformed_name(facts: Facts) -> Iterator[Finding]:
    """HPM105: a name that is a slip as a rule, once at its first call."""
    separator = facts.calls.separator
    for _placeholder, name, calls in _names(facts):
        if what := _malformation(name, separator):
            yield at_call(
                "HPM105",
                calls[0],
                f"The name {name!r} {what}.",
                "Rename the hyperparameter, at each of its calls.",
                calls[1:],
            )


def misspelled_hint(facts: Facts) -> Iterator[Finding]:
    """HPM106: a hint that is one letter away from one that means something here."""
    for each in _occurrences(facts):
        for hint in each.hints:
            if meant := _meant(hint):
                yield at_call(
                    "HPM106",
                    each,
                    f"Nothing here reads the hint `{hint}` of `{each.name}`; it looks like "
                    f"`{meant}`.",
                    f"Write `{meant}`, or give the hint a name that is easier to tell apart.",
                )


def _meant(hint: str) -> str | None:
    """Return the known hint that another one is likely meant to be.

    >>> _meant("choises"), _meant("Help"), _meant("tpye"), _meant("tape"), _meant("types")
    ('choices', 'help', 'type', None, None)
    """
    lowered = hint.lower()
    if hint in _HINTS or lowered.removesuffix("s") in _HINTS - {lowered}:  # a plural is a word, too
        return None
    for known in sorted(_HINTS):
        slip = edit(lowered, known)
        # A word of four letters is another one as often as not if one of them differs.
        if lowered == known or (slip and (slip.kind != "wrong" or len(known) > 4)):
            return known
    return None


def _malformation(name: str, separator: str) -> str:
    r"""Say what is odd about a name; an empty text for a sound one.

    >>> _malformation("a..b", "."), _malformation("a b", "."), _malformation("a\n", ".")
    ("has an empty part beside a '.'", '', 'has blanks around it')
    """
    if not name:
        return "is empty"
    if name != name.strip():
        return "has blanks around it"
    if "" in name.split(separator):
        return f"has an empty part beside a {separator!r}"
    if any(each < " " or "\x7f" <= each <= "\x9f" for each in name):
        return "has control characters in it"
    return ""


def duplicate_default(facts: Facts) -> Iterator[Finding]:
    """HPM201: among all calls with one name, exactly one carries a default."""
    for placeholder, name, calls in _names(facts):
        defining = [each for each in calls if each.is_definition]
        if len(defining) < 2:
            continue
        first, *others = defining
        times = "twice" if len(others) == 1 else f"{len(others) + 1} times"
        for each in others:  # so that silencing one hides none of the others
            yield at_call(
                "HPM201",
                each,
                f"`{name}` is given a default {times}, first at {place_of(first)}.",
                f'Keep one of them, and write `{placeholder}("{name}")` in place of the others.',
                [first],
            )


def undefined_name(facts: Facts) -> Iterator[Finding]:
    """HPM202: a name that no call gives a default, once at its first use."""
    index = facts.calls
    # HPM301 says why, or what tells of a faulty call: it may be the one that defines the name.
    seeming = {(each.placeholder, each.name) for each in facts.hidden}
    seeming |= {(each.placeholder or "", each.name) for each, _source in facts.faults}
    defined: dict[str, list[str]] = {}
    undefined = []
    for placeholder, name, calls in _names(facts):
        if any(each.is_definition for each in calls):
            defined.setdefault(placeholder, []).append(name)
        elif not (
            index.is_branch(placeholder, name)
            or (placeholder, name) in seeming
            or any(each.hints.get("required") for each in calls)
            # Below a leaf: that is HPM203.
            or any(index.definition(placeholder, each) for each in index.prefixes(name))
        ):
            undefined.append((placeholder, name, calls))
    for number, (placeholder, name, calls) in enumerate(undefined):
        names = defined.get(placeholder, []) if number < _MANY_UNDEFINED else []
        yield _undefined(facts, name, calls, names[:_MANY_NAMES])


def _undefined(facts: Facts, name: str, calls: tuple[Occurrence, ...], names: list[str]) -> Finding:
    """Make the finding for one name, with the nearest of some names."""
    from hpman.suggest import closest

    first = calls[0]
    near = closest(name, names)
    there = facts.calls.definition(first.placeholder, near[0]) if near else None
    meant = f"Did you mean `{near[0]}` ({place_of(there)})? Else give" if there else "Give"
    elsewhere = " With --follow-imports, what is imported is read too." if facts.is_partial else ""
    if any("default" in each.hints for each in calls):
        elsewhere = " A keyword is a hint: the default is the second argument."
    return at_call(
        "HPM202",
        first,
        f"`{name}` is used, and no call gives it a default.",
        f"{meant} one of its calls a default, or the hint `required=True`.{elsewhere}",
        [*([there] if there else []), *calls[1:]],
    )


def leaf_and_branch(facts: Facts) -> Iterator[Finding]:
    """HPM203: a name with a default is a leaf, so no other name may stand below it."""
    index = facts.calls
    below: dict[tuple[str, str], list[Occurrence]] = {}
    for placeholder, name, calls in _names(facts):
        if index.is_too_deep(name):
            yield at_call(
                "HPM203",
                calls[0],
                f"`{name[:_SHOWN]}…` has more than {index.most_parts} parts.",
                f"Rename it: a name is split at `{index.separator}`.",
                calls[1:],
            )
        for each in index.prefixes(name):
            if (leaf := index.definition(placeholder, each)) is not None:
                below.setdefault((placeholder, each), [leaf]).append(calls[0])
    for at, *others in below.values():
        yield at_call(
            "HPM203",
            at,
            f"`{at.name}` is a hyperparameter, and `{others[0].name}` ({place_of(others[0])}) "
            "makes it a group of them.",
            f"Rename one of the two: a name is a leaf or a branch, split at `{index.separator}`.",
            others,
        )


def similar_names(facts: Facts) -> Iterator[Finding]:
    """HPM206: two names with defaults that differ by what looks like a slip."""
    known: dict[str, Similar] = {}
    for placeholder, name, calls in _names(facts):
        at = next((each for each in calls if each.is_definition), None)
        if at is None:
            continue
        similar = known.setdefault(placeholder, Similar(facts.calls.separator))
        for other in similar.others(name):
            there = facts.calls.definition(placeholder, other.name)
            if there is not None and may_be_one(other.how, at.value, there.value):
                yield at_call(
                    "HPM206",
                    at,
                    f"`{name}` and `{there.name}` ({place_of(there)}) differ by what looks "
                    "like a slip.",
                    "Use one name, or two that are easier to tell apart.",
                    [there],
                )
                break
        similar.add(name)


def placeholder_hidden(facts: Facts) -> Iterator[Finding]:
    """HPM301: a call whose name stands for something else when it runs."""
    for each in facts.hidden:
        yield at_call(
            "HPM301",
            each,
            f"`{each.placeholder}` is bound to something else in line {each.by}, so this is no "
            "call of the manager.",
            "Rename what hides the manager, or import the manager by another name.",
        )


def _occurrences(facts: Facts) -> Iterator[Occurrence]:
    """Yield all calls, in source order for each manager."""
    for placeholder in facts.placeholders:
        yield from facts.calls.occurrences(placeholder)


def _names(facts: Facts) -> Iterator[tuple[str, str, tuple[Occurrence, ...]]]:
    """Yield each manager and name, with its calls in source order."""
    for placeholder in facts.placeholders:
        for name in facts.calls.names(placeholder):
            yield placeholder, name, facts.calls.named(placeholder, name)


RULES: dict[str, Check] = {
    "HPM001": _faults("HPM001"),
    "HPM101": _faults("HPM101"),
    "HPM102": _faults("HPM102"),
    "HPM103": _faults("HPM103"),
    "HPM104": default_not_literal,
    "HPM105": malformed_name,
    "HPM106": misspelled_hint,
    "HPM201": duplicate_default,
    "HPM202": undefined_name,
    "HPM203": leaf_and_branch,
    "HPM204": option_clash,
    "HPM205": default_does_not_fit,
    "HPM206": similar_names,
    "HPM207": malformed_hint,
    "HPM301": placeholder_hidden,
}


def applied(facts: Facts, codes: Iterable[str]) -> list[Finding]:
    """Apply rules, and sort what they find: by file, place and code.

    Args:
        facts: what the sources say.
        codes: the codes of the rules.
    """
    found = [each for code in codes for each in RULES[code](facts)]
    return sorted(found, key=_order)


def _order(found: Finding) -> tuple[object, ...]:
    """Sort by file, line, column and code."""
    return found.source.key, found.line or 0, found.column or 0, found.code
