"""The rules of the check: functions from an index to diagnostics.

Owns the rules that a parse does not check itself; must not know which findings are
reported, nor how.
"""

from __future__ import annotations

from collections import Counter
from time import perf_counter

from hpman import Diagnostic, NotLiteralEvaluable
from hpman._text import relative_path, truncate
from hpman.edits import at_hint
from hpman.literals import show_literal
from hpman.names import SCOPE, is_scope, old_names, split_scope
from hpman.programs import conflicts
from hpman.record import Record
from hpman.suggest import closest, edit

from ..errors import ConversionError
from ..parser.actions import PRESENTATION
from ..parser.bind import clashes, options_of, reserved_options
from ..sweep.hints import condition_faults, equal_choices, space_faults
from ..values.convert import CHECKED_HINTS, CONVERSION_HINTS, Converter
from ..values.renames import alias_clashes, is_well_formed
from .registry import RULES
from .typos import SimilarNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from hpman import HyperParameter, Index, Mention, Occurrence

_CONFLICTS = ("HPM201", "HPM203", "HPM204", "HPM206", "HPM208")  # of calls in one program
_SPAN = ("line", "column", "end_line", "end_column")
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
_APART = "If these are separate programs, use `--each`, or `programs` in [tool.hpman]."
# The suggestions for undefined names are limited: each costs a comparison with every name.
_MOST_NAMES = 1000
_MOST_SUGGESTIONS = 100
_MOST_NAMES_SHOWN = 5
_AT_ONCE = 50  # names, for which the rules take a few milliseconds
_SETTERS = ("override", "set_tree", "set_value", "set_values")


class Name(Record):
    """What is known of one name as long as its calls stay the same.

    Attributes:
        name: the name.
        calls: its calls, in source order.
        row: its hyperparameter, None for a branch that is only used.
        converter: the converter of the row.
        options: the options of the row. They are empty if its hints are malformed.
        definitions: the number of calls with a default.
        old: the old names in the hints of the calls.
        findings: what is wrong with these calls alone.
    """

    __slots__ = ()
    name: str
    calls: tuple[Occurrence, ...]
    row: HyperParameter | None
    converter: Converter | None
    options: frozenset[str]
    definitions: int
    old: tuple[str, ...]
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
        self.similar.keep({known.name for known in self._names.values()})


class Program(Record):
    """The hyperparameters of a program.

    Attributes:
        sources: its calls.
        names: what is known of its names, in source order, by placeholder.
        memory: what is known of all names.
    """

    __slots__ = ()
    sources: Index
    names: dict[str, list[Name]]
    memory: Memory

    @classmethod
    def of(cls, index: Index, memory: Memory) -> Program:
        """Look at the names of a program."""
        names = {
            placeholder: memory.names(index, placeholder)
            for placeholder in sorted(index.placeholders())
        }
        return cls(index, names, memory)

    @property
    def rows(self) -> list[HyperParameter]:
        """The hyperparameters."""
        return [name.row for names in self.names.values() for name in names if name.row]


def find_problems(
    index: Index,
    programs: Sequence[Index] = (),
    *,
    is_partial: bool = False,
    memory: Memory | None = None,
) -> list[Diagnostic]:
    """Apply every rule.

    Args:
        index: the calls that belong to hpman, and what is wrong with single calls and files.
        programs: the parts of the index in which calls may conflict. They may overlap. By
            default, the index is one program.
        is_partial: whether imported modules were not read, so that definitions may be missing.
        memory: what an earlier call has found out; it is extended.

    Returns:
        The findings, sorted by file, place and code.
    """
    memory = memory or Memory()
    findings = [finding for file in index.files.values() for finding in file.diagnostics]
    everything = Program.of(index, memory)
    parts = [Program.of(part, memory) for part in programs] or [everything]
    for program in parts:
        for names in program.names.values():
            findings += (finding for name in names for finding in name.findings)
        for rule in _RULES:
            findings += rule(program)
        rows = {row.name: row for row in program.rows}
        if any("when" in row.hints for row in rows.values()):
            findings += condition_faults(rows, is_partial=is_partial)
        if not is_partial:
            findings += unknown_scope(program.sources)
    findings += undefined_name(everything, is_partial=is_partial)
    if len(programs) > 1:  # a file may belong to several
        unique = {(f.code, f.place, f.message): f for f in reversed(findings)}
        findings = [*unique.values()]
    return sorted(findings, key=lambda finding: finding.order)


def _judge(index: Index, placeholder: str, names: Sequence[str]) -> Iterator[Name]:
    """Apply the rules for single names."""
    rows = [index.hyperparameter(placeholder, name) for name in names]
    sound = [row for row in rows if row and not _hint_problem(row)]
    sound_names = (row.name for row in sound)
    options = dict(zip(sound_names, options_of(sound, index.separator), strict=True))
    for name, row in zip(names, rows, strict=True):
        calls = index.named(placeholder, name)
        findings = [*default_not_literal(calls), *malformed_name(name, calls, index.separator)]
        findings += misspelled_hint(calls)
        if row:
            findings += faulty_hints(row, index.separator)
            findings += faulty_space(row, index.separator)
        yield Name(
            name,
            calls,
            row,
            Converter.of(row) if row else None,
            options.get(name, frozenset()),
            sum(call.is_definition for call in calls),
            tuple(old for call in calls for old in old_names(call.hints)),
            tuple(findings),
        )


def cross_files(findings: Iterable[Diagnostic]) -> bool:
    """Return whether calls in different files conflict."""
    return any(
        len({call.path for call in finding.occurrences}) > 1
        for finding in findings
        if finding.code in _CONFLICTS
    )


def place_of(call: Occurrence) -> str:
    """Return the place of a call, as `train.py:12`."""
    return relative_path(call.place)


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
        yield _finding("HPM105", calls, f"The name {name!r} {problem}.", advice)


def _name_problem(name: str, separator: str) -> str:
    r"""Return what is wrong with a name, or an empty string.

    >>> _name_problem("a..b", "."), _name_problem("a b", "."), _name_problem("a\n", ".")
    ("has an empty part next to a '.'", 'contains a blank', 'has surrounding blanks')
    """
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
                yield _finding("HPM106", [call], message, advice)


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


def malformed_scope(program: Program) -> Iterator[Diagnostic]:
    """HPM107: a scope that cannot be opened."""
    index = program.sources
    for placeholder in sorted(index.mentioned()):
        for opening in index.openings(placeholder):
            name = opening.name
            if name is not None and not is_scope(name, index.separator):
                message = f"{name!r} cannot be the name of a scope."
                advice = f"Write names without {index.separator!r}, with a `{SCOPE}` between two."
                yield _about_scope("HPM107", opening, message, advice)


def unknown_scope(index: Index) -> Iterator[Diagnostic]:
    """HPM209: a value for a scope that no source opens."""
    for placeholder in sorted(index.mentioned()):
        scopes = index.scopes(placeholder)
        if scopes is None:
            continue

        def is_known(name: str, placeholder: str = placeholder) -> bool:
            names = (name, *index.prefixes(name))
            return any(
                index.named(placeholder, n) or index.is_branch(placeholder, n) for n in names
            )

        above = ""
        for mention in index.mentions(placeholder):
            if mention.name is None or mention.kind not in _SETTERS:
                continue
            if above and mention.kind == "set_tree" and mention.name.startswith(above):
                continue  # the finding is about the key around it
            scope, name = split_scope(mention.name, is_known, index.separator)
            unknown = [part for part in scope.split(SCOPE) if part and part not in scopes]
            if unknown and is_known(name):
                message = f"No source opens the scope `{unknown[0]}`, so this value has no effect."
                advice = _scope_advice(unknown[0], scopes)
                above = f"{mention.name}{index.separator}"
                yield _about_scope("HPM209", mention, message, advice)


def _scope_advice(scope: str, scopes: frozenset[str]) -> str:
    near = closest(scope, sorted(scopes))
    if near:
        return f"Did you mean `{near[0]}`?"
    names = ", ".join(f"`{name}`" for name in sorted(scopes)[:_MOST_NAMES_SHOWN])
    return f"Open it, or use one of {names}." if names else "Open it, or remove the value."


def conflicting_calls(program: Program) -> Iterator[Diagnostic]:
    """HPM201, HPM203: contradictions that a parse refuses."""
    index = program.sources
    for placeholder, names in program.names.items():
        suspicious = [
            name.name
            for name in names
            if (name.definitions and index.is_branch(placeholder, name.name))
            or name.definitions > 1
            or index.is_too_deep(name.name)
        ]
        for finding in conflicts(index, placeholder, suspicious):
            if finding.code != "HPM201":
                yield finding
                continue
            # One finding per redundant default, so that a `noqa` silences only one of them.
            first, *others = finding.occurrences
            message = f"`{first.name}` already has a default at {place_of(first)}."
            for call in others:
                advice = finding.advice if call.path == first.path else f"{finding.advice} {_APART}"
                yield _finding("HPM201", [call, first], message, advice)


def undefined_name(program: Program, *, is_partial: bool) -> Iterator[Diagnostic]:
    """HPM202: a name without a default, once at its first use."""
    index = program.sources
    # A call that another finding is about may be the one that defines the name.
    faulty = {
        (finding.placeholder, finding.name)
        for file in index.files.values()
        for finding in file.diagnostics
    }
    defined: dict[str, list[str]] = {}
    undefined = []
    for placeholder, names in program.names.items():
        # A use of an old name is HPM208.
        faulty |= {(placeholder, old) for name in names for old in name.old}
        defined[placeholder] = [name.name for name in names if name.definitions]
        undefined += [
            name.calls
            for name in names
            if not name.definitions
            and not index.is_branch(placeholder, name.name)
            and (placeholder, name.name) not in faulty
            and not any(call.hints.get("required") for call in name.calls)
            # Below a leaf, this is HPM203.
            and not any(index.definition(placeholder, above) for above in index.prefixes(name.name))
        ]
    for number, calls in enumerate(undefined):
        others = defined[calls[0].placeholder] if number < _MOST_SUGGESTIONS else []
        near = closest(calls[0].name, others[:_MOST_NAMES])
        definition = index.definition(calls[0].placeholder, near[0]) if near else None
        yield _undefined(calls, definition, is_partial=is_partial)


def _undefined(
    calls: tuple[Occurrence, ...], near: Occurrence | None, *, is_partial: bool
) -> Diagnostic:
    give = f"Did you mean `{near.name}` ({place_of(near)})? If not, give" if near else "Give"
    advice = f"{give} one of its calls a default, or the hint `required=True`."
    if any("default" in call.hints for call in calls):
        advice += " A keyword is a hint: pass the default as the second argument."
    elif is_partial:
        advice += " Use --follow-imports to read imported modules too."
    first, *others = calls
    related = [first, *filter(None, [near]), *others]
    return _finding("HPM202", related, f"`{first.name}` has no default.", advice)


def option_clash(program: Program) -> Iterator[Diagnostic]:
    """HPM204: two names that make the same option, or one that makes an option of `bind`."""
    index = program.sources
    for placeholder, names in program.names.items():
        rows = [*_rows_that_may_clash(names)]
        for clash, pair in clashes(rows, index.separator) if rows else ():
            *others, last = (
                index.definition(placeholder, name) or index.named(placeholder, name)[0]
                for name in pair
            )
            # If one name is below the other, as `a.b` and `a`, this is HPM203.
            above = {*index.prefixes(last.name)}
            if not any(o.name in above or last.name in index.prefixes(o.name) for o in others):
                yield _finding("HPM204", [last, *others], clash.message, clash.advice)


def _rows_that_may_clash(names: Sequence[Name]) -> Iterator[HyperParameter]:
    """Yield the hyperparameters that share an option with another one, or with `bind`."""
    counts = Counter(option for name in names for option in name.options)
    shared = {option for option, count in counts.items() if count > 1}
    shared |= counts.keys() & reserved_options()
    if not shared:
        return
    # The options of clashing aliases are HPM208.
    clashing = {clash.name for clash in alias_clashes(_converters(names))}
    for name in names:
        if name.row and not shared.isdisjoint(name.options):
            hints = {**name.row.hints, "aliases": None}
            yield name.row.replace(hints=hints) if name.name in clashing else name.row


def alias_clash(program: Program) -> Iterator[Diagnostic]:
    """HPM208: an alias that is also the name or the alias of another hyperparameter."""
    for names in program.names.values():
        if any(name.row and "aliases" in name.row.hints for name in names):
            yield from alias_clashes(_converters(names))


def _converters(names: Iterable[Name]) -> list[Converter]:
    return [name.converter for name in names if name.converter]


def faulty_hints(row: HyperParameter, separator: str) -> Iterator[Diagnostic]:
    """HPM207: a malformed hint. HPM205: a default that the hints refuse."""
    malformed = [*_malformed_hints(row, separator)]
    yield from malformed
    if malformed or row.definition is None or CHECKED_HINTS.isdisjoint(row.hints):
        return
    if _is_unknown(row.value):
        return
    try:
        Converter.of(row).check(row.value)
    except ConversionError as error:
        message = f"The default of `{row.name}` does not fit its hints: {error}."
        hints = " or ".join(f"`{hint}`" for hint in row.hints if hint in CHECKED_HINTS)
        advice = f"Write a default that fits, or change {hints}."
        yield _finding("HPM205", [row.definition], message, advice)


def _malformed_hints(row: HyperParameter, separator: str) -> Iterator[Diagnostic]:
    """Yield a finding per malformed hint, placed at the hint."""
    for hint in _ADVICE.keys() & row.hints.keys():
        if problem := _problem_of_hint(row, hint, separator):
            message = f"{problem[0].upper()}{problem[1:]}."
            yield at_hint(row, hint, "HPM207", message, _ADVICE[hint])


def faulty_space(row: HyperParameter, separator: str) -> Iterator[Diagnostic]:
    """HPM210: a search space that is malformed. HPM211: choices that are equal."""
    if not _problem_of_hint(row, "scale", separator):  # this is HPM207
        yield from space_faults(row)
    for finding in equal_choices(row):
        yield finding.replace(severity=RULES[finding.code].severity)


def _problem_of_hint(row: HyperParameter, hint: str, separator: str) -> str:
    """Return what is wrong with one hint, or an empty string."""
    value = row.hints.get(hint)
    if hint in CHECKED_HINTS:
        by_type = {"type": row.hints.get("type")}
        if hint != "type" and _hint_problem(row.replace(hints=by_type)):
            return ""
        return _hint_problem(row.replace(hints={**by_type, hint: value}))
    if hint == "aliases" and is_well_formed(value):
        return _alias_problem(row, separator)
    is_valid = isinstance(value, _TYPES[hint]) if hint in _TYPES else value in _VALUES[hint]
    is_valid = is_valid or value is None
    return (
        "" if is_valid else f"the hint `{hint}` of `{row.name}` is {truncate(show_literal(value))}"
    )


def _alias_problem(row: HyperParameter, separator: str) -> str:
    """Return what is wrong with the old names of a hyperparameter, or an empty string."""
    for old in old_names(row.hints):
        problem = "is its own name" if old == row.name else _name_problem(old, separator)
        if problem:
            return f"the alias {old!r} of `{row.name}` {problem}"
    return ""


def _hint_problem(row: HyperParameter) -> str:
    """Return what is wrong with the hints that values are checked by, or an empty string."""
    try:
        Converter.of(row).check_hints()
    except ConversionError as error:
        return str(error)
    return ""


def similar_names(program: Program) -> Iterator[Diagnostic]:
    """HPM206: two names with defaults that differ by a likely typo."""
    for placeholder, names in program.names.items():
        defined = [name.name for name in names if name.definitions]
        for pair in program.memory.similar.pairs(defined):
            calls = [
                call for name in pair if (call := program.sources.definition(placeholder, name))
            ]
            message = f"`{pair[0]}` and `{pair[1]}` ({place_of(calls[1])}) differ by a likely typo."
            yield _finding("HPM206", calls, message, "Use one name, or rename one of them.")


_RULES = (malformed_scope, conflicting_calls, option_clash, alias_clash, similar_names)


def _finding(code: str, calls: Sequence[Occurrence], message: str, advice: str) -> Diagnostic:
    """Return a finding about some calls, placed at the first one."""
    severity = RULES[code].severity
    return Diagnostic.at(calls[0], code, message, advice, occurrences=calls, severity=severity)


def _about_scope(code: str, mention: Mention, message: str, advice: str) -> Diagnostic:
    """Return a finding about a scope in a call of a method."""
    return Diagnostic(
        code,
        message,
        advice,
        **{field: getattr(mention, field) for field in ("path", "source", "placeholder", *_SPAN)},
        severity=RULES[code].severity,
    )
