"""Rename in Python sources: the literals to replace, and the proof that this is all.

Owns where sources write a name. Must not know snapshots.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hpman import (
    Diagnostic,
    Mention,
    ModuleScan,
    NotLiteralError,
    NotLiteralEvaluable,
    Occurrence,
    parse_literal,
    show_literal,
)
from hpman.names import old_names
from hpman.programs import scan_bytes
from hpman.text import Source, truncate

from ..check.names import Memory
from ..check.rules import find_problems
from ..edits import Edit, EditedFile, Span, has_comment, parse_call, span_of
from .renaming import CODE, RenameError, Renaming

Place = tuple[str, str, int, int]

_READERS_OF_KEYS = ("get_tree", "get_value")
_READERS = (*_READERS_OF_KEYS, "exists", "explain", "get_occurrence")
_BY_HAND = "Change it by hand first, or choose another name."


class Refusal(Exception):
    """Report one place that cannot be edited: what is wrong and what to do."""


def source_edits(renaming: Renaming, *, keeps_alias: bool) -> list[Edit]:
    """Return the edits of all sources, or raise an error about all places that have none."""
    edits: dict[tuple[str, Span], Edit] = {}
    problems = [*_faulty_calls(renaming), *_changed_groups(renaming)]
    problems += _lost_aliases(renaming) if keeps_alias else ()
    for call, make in _places(renaming, keeps_alias=keeps_alias):
        try:
            for edit in make():
                edits[edit.path, edit.span] = edit
        except Refusal as refusal:
            message, advice = refusal.args
            fields = (call.path, call.line, call.column)
            problems.append(Diagnostic(CODE, message, advice, *fields, source=call.source))
    if problems:
        raise RenameError(*sorted(problems, key=lambda problem: problem.order))
    return [*edits.values()]


def _places(renaming: Renaming, *, keeps_alias: bool) -> Iterator[tuple[Occurrence | Mention, Any]]:
    """Yield the calls with a name that changes, each with a function that makes its edits."""
    index, placeholder, names = renaming.sources, renaming.placeholder, _lines(renaming)
    aliased = _aliased(renaming) if keeps_alias else {}
    for call in index.occurrences(placeholder):
        if renaming.of(call.name) != call.name or _conditions(call, renaming):
            yield call, lambda call=call: _call_edits(call, renaming, aliased.get(_at(call)))
    for mention in index.mentions(placeholder):
        if mention.name is None:
            yield mention, lambda mention=mention: _computed(mention, renaming.old, names)
        elif mention.kind != "scope" and renaming.of(mention.name) != mention.name:
            yield mention, lambda mention=mention: _mention_edits(mention, renaming)


def _call_edits(call: Occurrence, renaming: Renaming, alias: list[str] | None) -> Iterator[Edit]:
    node, span = parse_call(call)
    edit = literal_edit(call.source, span(node.args[0]), call.name, renaming.of(call.name))
    quote = '"' if '"' in edit.old else "'"
    if edit.old != edit.new:
        yield edit
    for keyword in node.keywords:
        value: Any = keyword.value
        if keyword.arg == "when":
            for key in getattr(value, "keys", ()):
                name = getattr(key, "value", None)
                if isinstance(name, str) and renaming.of(name) != name:
                    yield literal_edit(call.source, span(key), name, renaming.of(name))
        elif keyword.arg == "aliases" and alias is not None:
            old = call.source.between(*span(value))
            _refuse_comment(old, call.name)
            yield Edit(call.path, span(value), old, show_literal(alias, quote))
            alias = None
    if alias is not None:
        at = (call.end_line, call.end_column - 1) * 2
        comma = "" if _ends_with_comma(call.call) else ", "
        yield Edit(call.path, at, "", f"{comma}aliases={show_literal(alias, quote)}")


def _mention_edits(mention: Mention, renaming: Renaming) -> Iterator[Edit]:
    name = mention.name or ""
    span = span_of(mention)
    old, new = mention.source.between(*span), renaming.of(name)
    if mention.kind == "override" and old == name:
        if not _is_keyword(new):
            message = f"`{new}` cannot be the keyword of an argument, as `{name}` is here."
            raise Refusal(message, f'Write `**{{"{name}": …}}` first.')
        yield Edit(mention.path, span, old, new)
        return
    try:
        key: Any = parse_literal(f"({old})")
    except NotLiteralError:
        message = f"`{name}` is written in other letters here, as `{old}`."
        raise Refusal(message, f"Write `{name}` first.") from None
    above = name.removesuffix(key).removesuffix(renaming.sources.separator)
    text = renaming.of_key(above, key)
    if text is None:
        message = f"`{key}` lies below `{above}` here, so it cannot become `{new}`."
        raise Refusal(message, f'Write the key as `"{name}"` first, outside of `{above}`.')
    if text != key:
        yield literal_edit(mention.source, span, key, text)


def literal_edit(source: Source, span: Span, name: str, new: str) -> Edit:
    """Return the edit that replaces a string literal, with the same quote if it can."""
    old = source.between(*span)
    if name == new:
        return Edit(source.path, span, old, old)
    _refuse_comment(old, name)
    quote = next(char for char in old if char in "'\"")
    return Edit(source.path, span, old, show_literal(new, quote))


def _refuse_comment(old: str, name: str) -> None:
    if has_comment(old):
        message = f"The text to replace for `{name}` contains a comment, which would be lost."
        raise Refusal(message, "Move the comment.")


def _is_keyword(name: str) -> bool:
    from keyword import iskeyword
    from unicodedata import normalize

    return name.isidentifier() and not iskeyword(name) and normalize("NFKC", name) == name


def _ends_with_comma(call: str) -> bool:
    from io import StringIO
    from tokenize import COMMENT, NL, generate_tokens

    tokens = generate_tokens(StringIO(f"({call})").readline)
    shown = [token.string for token in tokens if token.type not in (COMMENT, NL)]
    end = max(number for number, text in enumerate(shown) if text == ")")
    return shown[end - 2] in (",", "(")


def _aliased(renaming: Renaming) -> dict[Place, list[str]]:
    """Return the new hint `aliases` of the calls that keep an old name usable."""
    hints: dict[Place, list[str]] = {}
    for hp in renaming.sources.hyperparameters(renaming.placeholder):
        if renaming.of(hp.name) != hp.name:
            calls = [*hp.occurrences, *filter(None, [hp.definition])]
            owners = [call for call in calls if "aliases" in call.hints] or calls
            names = [*old_names(hp.hints), hp.name]
            new = renaming.of(hp.name)
            hints[_at(owners[-1])] = [name for name in dict.fromkeys(names) if name != new]
    return hints


def _conditions(call: Occurrence, renaming: Renaming) -> bool:
    """Return whether the hint `when` of a call has a name that changes."""
    when = call.hints.get("when")
    names = [name for name in when if isinstance(name, str)] if isinstance(when, dict) else []
    return any(renaming.of(name) != name for name in names)


def _faulty_calls(renaming: Renaming) -> Iterator[Diagnostic]:
    """Yield the findings about calls that may have a name that changes."""
    names = _lines(renaming)
    for file in renaming.sources.files.values():
        for problem in file.diagnostics:
            name = problem.name
            if problem.placeholder is None:  # the file cannot be parsed
                if renaming.old in file.source.text:
                    yield problem
            elif problem.placeholder != renaming.placeholder:
                continue
            elif name is not None:
                if problem.code in ("HPM101", "HPM301") and renaming.of(name) != name:
                    yield problem
            elif problem.call and _may_be(file.source, span_of(problem.call), names, is_call=True):
                yield problem


def _lost_aliases(renaming: Renaming) -> Iterator[Diagnostic]:
    """Yield an error for each call whose old name would be a group."""
    groups: dict[str, str] = {}  # with the first name below each
    for new in map(renaming.of, _old_names(renaming)):
        for above in renaming.sources.prefixes(new):
            groups.setdefault(above, new)
    for call in renaming.calls():
        if call.name in groups:
            new = groups[call.name]
            message = f"`{call.name}` cannot stay usable: it would be the group of `{new}`."
            advice = "Leave `--keep-alias` out, or choose another name."
            yield Diagnostic.at(call, CODE, message, advice)


def _changed_groups(renaming: Renaming) -> Iterator[Diagnostic]:
    """Yield an error for each call that reads a group which a name would leave or join."""
    prefixes, changes = renaming.sources.prefixes, dict[str, tuple[str, str]]()
    for old in _old_names(renaming):
        new = renaming.of(old)
        above, new_above = {*prefixes(old)}, {*prefixes(new)}
        for group in above ^ new_above:
            changes.setdefault(group, ("leave" if group in above else "join", new))
    for call, group in _read_groups(renaming):
        if group in changes:
            change, new = changes[group]
            message = f"`{new}` would {change} the group `{group}`, which is read here."
            place = (call.path, call.line, call.column)
            yield Diagnostic(CODE, message, _BY_HAND, *place, source=call.source)


def groups_with_new_keys(renaming: Renaming) -> Iterator[Occurrence | Mention]:
    """Yield the calls whose result has a new name as a key."""
    prefixes = renaming.sources.prefixes
    groups = {above for name in _old_names(renaming) for above in prefixes(name)}
    for call, group in _read_groups(renaming):
        has_keys = not isinstance(call, Mention) or call.kind in _READERS_OF_KEYS
        if has_keys and group in groups:
            yield call


def _read_groups(renaming: Renaming) -> Iterator[tuple[Occurrence | Mention, str]]:
    """Yield the calls that may read a group whose own name stays, with this name."""
    index, placeholder = renaming.sources, renaming.placeholder
    calls: list[Occurrence | Mention] = [*index.occurrences(placeholder)]
    calls += (call for call in index.mentions(placeholder) if call.kind in _READERS)
    for call in calls:
        group = renaming.plain(call.name or "")
        if group and renaming.of(group) == group:
            yield call, group


def _old_names(renaming: Renaming) -> list[str]:
    """Return the names that change, in the order of their calls."""
    return [*dict.fromkeys(call.name for call in renaming.calls())]


def _lines(renaming: Renaming) -> str:
    """Return the names that change as the lines of a text."""
    return "".join(f"\n{name}" for name in _old_names(renaming)) + "\n"


def _at(call: Occurrence) -> Place:
    return call.placeholder, call.path, call.line, call.column


def _computed(mention: Mention, old: str, names: str) -> Iterable[Edit]:
    """Refuse a computed name that may be one that changes."""
    if mention.kind != "scope" and _may_be(mention.source, span_of(mention), names):
        shown = truncate(" ".join(mention.source.between(*span_of(mention)).split()))
        message = f"The name `{shown}` is computed, and may be `{old}`."
        raise Refusal(message, "Write the name as one literal, or choose another name.")
    return ()


def computed_names(renaming: Renaming) -> Iterator[tuple[Source, Span, str]]:
    """Yield the calls whose names are computed: the source, a place in it, and the method."""
    for mention in renaming.sources.mentions(renaming.placeholder):
        if mention.name is None and mention.kind != "scope":
            yield mention.source, span_of(mention), mention.kind
    for file in renaming.sources.files.values():
        for problem in file.diagnostics:
            if problem.placeholder == renaming.placeholder and problem.call and not problem.name:
                yield file.source, span_of(problem.call), ""


def _may_be(source: Source, span: Span, names: str, *, is_call: bool = False) -> bool:
    """Return whether a computed text contains a part of one of some names, and may be all of it.

    The names are the lines of a text. To search it is far quicker than to match name by name.
    """
    import ast

    try:
        node: Any = ast.parse(f"({source.between(*span)})", mode="eval").body
    except SyntaxError:  # an argument with a star
        return False
    if is_call:
        node = next(iter(getattr(node, "args", ())), None)
    template = _template(node)
    parts = (template, template.rpartition("/")[2], template.partition(".")[0])
    return any(part.strip(_ANY) and _matches_line(part, names) for part in parts)


def _matches_line(template: str, lines: str) -> bool:
    literals = [*filter(None, f"\n{template}\n".split(_ANY))]
    if not all(literal in lines for literal in literals):
        return False
    return re.search("[^\n]*".join(map(re.escape, literals)), lines) is not None


_ANY = "\0"  # stands for any text


def _template(node: Any) -> str:
    """Return what an expression of texts may be."""
    import ast

    template, mark = None, ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_template, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _template(node.left) + _template(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        template, mark = node.left, r"%(?:\(\w*\))?[-+ #0\d.*]*\w"
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
    ):
        template, mark = node.func.value, r"\{[^{}]*\}"
    if isinstance(template, ast.Constant) and isinstance(template.value, str):
        return re.sub(mark, _ANY, template.value)
    return _ANY


def prove_sources(renaming: Renaming, files: Sequence[EditedFile], *, keeps_alias: bool) -> None:
    """Scan edited files: each name is the new one, everything else is as before.

    It is an error if it is not, or if the check finds a new mistake.
    """
    placeholders = frozenset(renaming.sources.placeholders())
    before, after = (
        [
            scan_bytes(file.path, data, placeholders)
            for file, data in zip(files, all_data, strict=True)
        ]
        for all_data in ([file.old for file in files], [file.new for file in files])
    )
    aliased = _aliased(renaming) if keeps_alias else {}
    for file, old, new in zip(files, before, after, strict=True):
        is_same = _facts(new, renaming) == _facts(old, renaming, aliased)
        if not is_same:  # pragma: no cover - Python 3.11 reads f-strings worse
            message = f"With `{renaming.new}` in it, this file would be read differently."
            raise RenameError(Diagnostic(CODE, message, _BY_HAND, file.path))
    index, memory = renaming.sources, Memory()
    findings = [find_problems(index.swap(scans), memory=memory) for scans in (before, after)]
    counts = [
        Counter((problem.code, problem.path) for problem in problems) for problems in findings
    ]
    for problem in findings[1]:
        if counts[1][problem.code, problem.path] > counts[0][problem.code, problem.path]:
            raise RenameError(problem.replace(code=CODE, advice="Choose another name."))


def _facts(
    scan: ModuleScan, renaming: Renaming, aliased: Mapping[Place, list[str]] | None = None
) -> list[Any]:
    """Return everything that a scan finds; with `aliased`, as it should be after the renaming."""

    def of(owner: str | None, name: Any) -> Any:
        is_old = aliased is not None and owner == renaming.placeholder and isinstance(name, str)
        return renaming.of(name) if is_old else name

    facts: list[Any] = []
    for call in scan.with_faulty().occurrences:
        hints = dict(call.hints)
        if isinstance(hints.get("when"), dict):
            hints["when"] = [
                (of(call.placeholder, name), value) for name, value in hints["when"].items()
            ]
        if aliased and _at(call) in aliased:
            hints["aliases"] = aliased[_at(call)]
        name = call.name if call.hidden_by else of(call.placeholder, call.name)
        facts.append((call.placeholder, name, _default(call, renaming), show_literal(hints)))
    for mention in scan.mentions:
        name = mention.name if mention.kind == "scope" else of(mention.placeholder, mention.name)
        facts.append((mention.placeholder, mention.kind, name))
    facts += (
        (problem.code, problem.placeholder, of(problem.placeholder, problem.name))
        for problem in scan.diagnostics
    )
    return facts


def _default(call: Occurrence, renaming: Renaming) -> str | None:
    """Return a default as text, with new names in the calls that it contains."""
    if not isinstance(call.value, NotLiteralEvaluable):
        return call.text
    import ast

    tree = ast.parse(f"({call.text})", mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value, node.kind = renaming.of(node.value), None
        elif isinstance(node, ast.keyword):
            node.arg = node.arg and renaming.of(node.arg)
        elif isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "aliases"]
    return ast.dump(tree)
