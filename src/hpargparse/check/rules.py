"""The rules for programs, and the check of an index by all rules.

Owns the rules that compare names; must not know which findings are reported, nor how.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from hpman import Diagnostic, Frozen, HyperParameter, Index, Mention, Occurrence
from hpman.names import SCOPE, closest, is_scope, split_scope
from hpman.programs import conflicts
from hpman.text import relative_path, truncate

from ..parser.bind import clashes, reserved_options
from ..space.hints import condition_faults
from ..values.convert import Converter
from ..values.renames import alias_clashes
from .names import Memory, Name, finding_about
from .registry import RULES

_CONFLICTS = ("HPM201", "HPM203", "HPM204", "HPM206", "HPM208")  # of calls in one program
_SPAN = ("line", "column", "end_line", "end_column")
_APART = "If these are separate programs, use `--each`, or `programs` in [tool.hpman]."
# The suggestions for undefined names are limited: each costs a comparison with every name.
_MOST_NAMES = 1000
_MOST_SUGGESTIONS = 100
_MOST_NAMES_SHOWN = 5
_ASKS = re.compile(r"[\s,]*(raise_exception\s*=\s*)?False\b").match  # what follows the name
_SETTERS = ("override", "set_tree", "set_value", "set_values")


class Program(Frozen):
    """The hyperparameters of a program."""

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


def find_problems(
    index: Index,
    programs: Sequence[Index] = (),
    *,
    is_partial: bool = False,
    memory: Memory | None = None,
) -> list[Diagnostic]:
    """Apply every rule. Return the findings by file, place and code.

    Calls may conflict within one of the programs, which may overlap; by default, the index is
    one program. If it is partial, imported modules are missing, which may define names.
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
        hps = {name.name: name.hp for names in program.names.values() for name in names if name.hp}
        if any("when" in hp.hints for hp in hps.values()):
            findings += condition_faults(hps, is_partial=is_partial)
        if not is_partial:
            findings += unknown_scope(program.sources)
    if not is_partial:
        findings += unknown_name(index)
    findings += undefined_name(everything, is_partial=is_partial)
    if len(programs) > 1:  # a file may belong to several
        unique = {(f.code, f.place, f.message): f for f in reversed(findings)}
        findings = [*unique.values()]
    return sorted(findings, key=lambda finding: finding.order)


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


def malformed_scope(program: Program) -> Iterator[Diagnostic]:
    """HPM107: a scope that cannot be opened."""
    index = program.sources
    for placeholder in sorted(index.mentioned()):
        for opening in index.openings(placeholder):
            name = opening.name
            if name is not None and not is_scope(name, index.separator):
                message = f"{name!r} cannot be the name of a scope."
                advice = f"Write names without {index.separator!r}, with a `{SCOPE}` between two."
                yield _about_mention("HPM107", opening, message, advice)


def unknown_scope(index: Index) -> Iterator[Diagnostic]:
    """HPM209: a value for a scope that no source opens."""
    for placeholder in sorted(index.mentioned()):
        scopes = index.scopes(placeholder)
        if scopes is None:
            continue
        is_known = _name_test(index, placeholder)
        above = ""
        for mention in index.mentions(placeholder):
            if mention.name is None or mention.kind not in _SETTERS:
                continue
            if above and mention.name.startswith(above):
                continue  # the finding is about the key around it
            scope, name = split_scope(mention.name, is_known, index.separator)
            unknown = [part for part in scope.split(SCOPE) if part and part not in scopes]
            if unknown and is_known(name):
                message = f"No source opens the scope `{unknown[0]}`, so this value has no effect."
                advice = _scope_advice(unknown[0], scopes)
                above = f"{mention.name}{index.separator}"
                yield _about_mention("HPM209", mention, message, advice)


def _name_test(index: Index, placeholder: str) -> Callable[[str], bool]:
    """Return a function that says whether a name is that of a hyperparameter, a group or a key."""

    def is_known(name: str) -> bool:
        return index.is_branch(placeholder, name) or any(
            index.named(placeholder, n) for n in (name, *index.prefixes(name))
        )

    return is_known


def unknown_name(index: Index) -> Iterator[Diagnostic]:
    """HPM213: a name that a method sets and nothing reads, or reads and nothing defines."""
    for placeholder in sorted(index.mentioned() & index.placeholders()):
        is_known, renamed = _name_test(index, placeholder), index.renamed(placeholder)
        old_groups = {above for old in renamed for above in index.prefixes(old)}
        mentions = _names_of_values(index, placeholder)
        written = {mention.name for mention in mentions if mention.kind in _SETTERS}
        read = {mention.name for mention in mentions if mention.kind not in _SETTERS}
        written_groups, read_groups = _groups(index, written), _groups(index, read)
        above, reported = "", 0
        for mention in mentions:
            is_set, name = mention.kind in _SETTERS, mention.name
            partners, groups = (read, read_groups) if is_set else (written, written_groups)
            # A name that only the program knows may be any name.
            if name is None or None in partners or (above and name.startswith(above)):
                continue
            plain = split_scope(name, is_known, index.separator)[1]
            is_old = plain in renamed or (mention.kind == "set_tree" and plain in old_groups)
            is_met = name in groups or not partners.isdisjoint({name, *index.prefixes(name)})
            if is_known(plain) or is_old or is_met or _is_question(mention):
                continue
            above = f"{name}{index.separator}"
            reported += 1
            names = index.names(placeholder)[:_MOST_NAMES] if reported < _MOST_SUGGESTIONS else []
            near = closest(plain, names)
            partner = "reads" if is_set else "sets"
            message = f"No hyperparameter is named `{truncate(plain)}`, and nothing {partner} it."
            advice = f"Did you mean `{near[0]}`?" if near else "Correct the name, or remove it."
            yield _about_mention("HPM213", mention, message, advice)


def _names_of_values(index: Index, placeholder: str) -> list[Mention]:
    """Return the names that methods set or read, without those of scopes."""
    return [
        mention
        for mention in index.mentions(placeholder)
        if mention.name != ""
        and mention.kind != "scope"
        # The names in a text that a program parses itself, such as a test, are unknown.
        and "parse_source" not in mention.source.text
    ]


def _groups(index: Index, names: Iterable[str | None]) -> set[str]:
    return {above for name in names if name for above in index.prefixes(name)}


def _is_question(mention: Mention) -> bool:
    """Return whether a call takes any name: `exists`, or `get_value(name, False)`."""
    if mention.kind != "get_value":
        return mention.kind == "exists"
    lines = mention.source.lines[mention.end_line - 1 : mention.end_line + 1]
    return bool(_ASKS("\n".join(lines), mention.end_column - 1))


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
                yield finding_about("HPM201", [call, first], message, advice)


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
    return finding_about("HPM202", related, f"`{first.name}` has no default.", advice)


def option_clash(program: Program) -> Iterator[Diagnostic]:
    """HPM204: two names that make the same option, or one that makes an option of `bind`."""
    index = program.sources
    for placeholder, names in program.names.items():
        hps = [*_may_clash(names)]
        for clash, pair in clashes(hps, index.separator) if hps else ():
            *others, last = (
                index.definition(placeholder, name) or index.named(placeholder, name)[0]
                for name in pair
            )
            # If one name is below the other, as `a.b` and `a`, this is HPM203.
            above = {*index.prefixes(last.name)}
            if not any(o.name in above or last.name in index.prefixes(o.name) for o in others):
                yield finding_about("HPM204", [last, *others], clash.message, clash.advice)


def _may_clash(names: Sequence[Name]) -> Iterator[HyperParameter]:
    """Yield the hyperparameters that share an option with another one, or with `bind`."""
    counts = Counter(option for name in names for option in name.options)
    shared = {option for option, count in counts.items() if count > 1}
    shared |= counts.keys() & reserved_options()
    if not shared:
        return
    # The options of clashing aliases are HPM208.
    clashing = {clash.name for clash in alias_clashes(_converters(names))}
    for name in names:
        if name.hp and not shared.isdisjoint(name.options):
            hints = {**name.hp.hints, "aliases": None}
            yield name.hp.replace(hints=hints) if name.name in clashing else name.hp


def alias_clash(program: Program) -> Iterator[Diagnostic]:
    """HPM208: an alias that is also the name or the alias of another hyperparameter."""
    for names in program.names.values():
        if any(name.hp and "aliases" in name.hp.hints for name in names):
            yield from alias_clashes(_converters(names))


def _converters(names: Iterable[Name]) -> list[Converter]:
    return [name.converter for name in names if name.converter]


def similar_names(program: Program) -> Iterator[Diagnostic]:
    """HPM206: two names with defaults that differ by a likely typo."""
    for placeholder, names in program.names.items():
        defined = [name.name for name in names if name.definitions]
        for pair in program.memory.similar.pairs(defined):
            calls = [
                call for name in pair if (call := program.sources.definition(placeholder, name))
            ]
            message = f"`{pair[0]}` and `{pair[1]}` ({place_of(calls[1])}) differ by a likely typo."
            yield finding_about("HPM206", calls, message, "Use one name, or rename one of them.")


_RULES = (malformed_scope, conflicting_calls, option_clash, alias_clash, similar_names)


def _about_mention(code: str, mention: Mention, message: str, advice: str) -> Diagnostic:
    """Return a finding about a name or a scope in a call of a method."""
    return Diagnostic(
        code,
        message,
        advice,
        **{field: getattr(mention, field) for field in ("path", "source", "placeholder", *_SPAN)},
        severity=RULES[code].severity,
    )
