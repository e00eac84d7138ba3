"""Write values into the sources as defaults.

Owns which defaults can be replaced, and their new text. Must not know where the values come
from, or how files are written.
"""

from __future__ import annotations

from _ast import expr
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from hpman import (
    Diagnostic,
    Frozen,
    HpmanError,
    Index,
    NotLiteralError,
    NotLiteralEvaluable,
    Occurrence,
    is_path,
    parse_literal,
    show_literal,
)
from hpman.names import advice, split_scope
from hpman.programs import scan_bytes
from hpman.text import escape, relative_path, truncate

from ..edits import Edit, EditedFile, edit_files, has_comment, parse_call

_CODE = "promote"
_LEAVE_OUT = "Name the other values with --only."
_IN_SCOPE = "`--hp-load run:ID` loads it; --only NAME writes other values."
_BY_HAND = "Change it by hand, or name the other values with --only."


class PromotionError(HpmanError):
    """Report values that cannot be written into the sources."""


class Promotion(Frozen):
    """Describe a default to replace: its call, the edits, and the new default."""

    __slots__ = ()
    call: Occurrence
    edits: list[Edit]
    new: Any

    def __str__(self) -> str:
        """Return the place, the name, and what the default was and becomes, on one line."""
        place = escape(relative_path(self.call.place))
        old, new = _line(str(self.call.text)), _line(self.edits[0].new)
        if self.edits[0].old != self.call.text:  # only items of it change
            old, new = _line(show_literal(self.call.value)), _line(show_literal(self.new))
        return f"{place}: {escape(self.call.name)}: {escape(old)} -> {escape(new)}"


def promote(
    index: Index, values: Mapping[str, Any], defaults: Mapping[str, str]
) -> tuple[list[EditedFile], list[Promotion]]:
    """Return the files in which values have become the defaults, or raise all problems.

    The new bytes are scanned again: the defaults in them are exactly the values, and nothing
    else has changed. `defaults` are those that the sources had when the values were used, as they
    were written. A name that is missing there may have any default.
    """
    promotions: list[Promotion] = []
    problems: list[Diagnostic] = []
    for name, value in values.items():
        try:
            call = _definition(index, name, value)
            promotions.append(_promotion(call, value, defaults.get(name)))
        except PromotionError as error:
            problems += error.diagnostics
    if problems:
        raise PromotionError(*problems)
    promotions = [promotion for promotion in promotions if promotion.edits]
    files = edit_files(edit for promotion in promotions for edit in promotion.edits)
    for file in files:
        own = [promotion for promotion in promotions if promotion.call.path == file.path]
        if not _is_proved(file, own, index):
            faulty = [one for one in own if not _is_proved(edit_files(one.edits)[0], [one], index)]
            problems += map(_not_read_back, faulty or own)
    if problems:
        raise PromotionError(*problems)
    return files, promotions


def is_defined(index: Index, name: str) -> bool:
    """Return whether the sources have a call with a name, or with its new name."""
    return bool(_calls(index, name))


def same_name(index: Index, name: str, names: Iterable[str]) -> str | None:
    """Return which of some names is a name, or is of the same hyperparameter; None if none is."""
    if name in names:
        return name
    calls = _calls(index, name)
    return next((other for other in names if calls and _calls(index, other) == calls), None)


def _calls(index: Index, name: str) -> list[Occurrence]:
    return [
        call
        for placeholder in sorted(index.placeholders())
        for call in index.named(placeholder, index.renamed(placeholder).get(name, name))
    ]


def _definition(index: Index, name: str, value: Any) -> Occurrence:
    """Return the call whose default is that of a name."""
    calls = _calls(index, name)
    definitions = [call for call in calls if call.is_definition and call.hidden_by is None]
    if len(definitions) == 1:
        return definitions[0]
    if definitions:
        message = f"`{name}` has {len(definitions)} defaults."
        raise _refusal(definitions[0], message, "Keep one of them.", definitions)
    if calls:
        call = f"`{calls[0].placeholder}({name!r}, {truncate(show_literal(value))})`"
        raise _refusal(calls[0], f"`{name}` has no default.", f"Write {call} by hand.")
    scope, inner = split_scope(name, lambda name: is_defined(index, name), index.separator)
    if scope and is_defined(index, inner):
        message = f"`{name}` is a value of a scope, but a default holds in all scopes."
        raise PromotionError(Diagnostic(_CODE, message, _IN_SCOPE, name=name))
    names = [other for one in index.placeholders() for other in index.names(one)]
    message = f"The sources do not define `{name}` ({advice(name, names)})."
    raise PromotionError(Diagnostic(_CODE, message, _LEAVE_OUT, name=name))


def _promotion(call: Occurrence, value: Any, recorded: str | None) -> Promotion:
    """Return the edits that make a value the default of a call; none if it is already."""
    node, span = parse_call(call)
    new = _new_default(call, value)
    # The quote of the old default if it has one, else that of the name.
    quote = next(char for char in f"{call.text}{call.call}" if char in "'\"")
    edits = [
        Edit(call.path, span(part), call.source.between(*span(part)), _text(call, item, quote))
        for part, item in _differences(node.args[1], call.value, new)
    ]
    if edits and recorded is not None and not _is_default(call, recorded):
        was, now = truncate(recorded), truncate(f"{call.text}")
        message = f"The default of `{call.name}` was `{was}` in the run, and is `{now}` now."
        raise _refusal(call, message, _BY_HAND)
    if any(has_comment(edit.old) for edit in edits):
        message = f"The default of `{call.name}` contains a comment, which would be lost."
        raise _refusal(call, message, _BY_HAND)
    return Promotion(call, edits, new)


def _new_default(call: Occurrence, value: Any) -> Any:
    """Return a value as a default of the same kind as the old one."""
    old = call.value
    if isinstance(old, NotLiteralEvaluable) and not (old.members and value is None):
        if not old.members:
            shown = _line(old.expression)
            message = f"The default of `{call.name}` is not a literal, but `{shown}`."
            raise _refusal(call, message, _BY_HAND)
        owner = old.expression.rpartition(".")[0]
        if not (isinstance(value, str) and value in old.members):
            message = f"`{owner}` has no member `{_line(show_literal(value))}`."
            raise _refusal(call, message, _BY_HAND)
        if old.members[value] == old.members[str(old.member)]:  # the same, or an alias
            return old
        return NotLiteralEvaluable(expression=f"{owner}.{value}")
    if is_path(old) and (type(value) is str or is_path(value)):
        return type(old)(value)
    if call.hints.get("type") == "Path" and type(value) is str and value != old:
        message = f"The value of `{call.name}` is a `Path`, which has to be imported."
        raise _refusal(call, message, _BY_HAND)
    try:
        parse_literal(show_literal(value))
    except NotLiteralError:
        shown = _line(show_literal(value))
        message = f"The value of `{call.name}` is not a literal, but `{shown}`."
        raise _refusal(call, message, _BY_HAND) from None
    return _with_floats(old, value)


def _with_floats(old: Any, new: Any) -> Any:
    """Return a value in which an int becomes a float where the old value has a float."""
    if type(old) is float and type(new) is int:
        with suppress(OverflowError):
            return float(new) if float(new) == new else new
    if type(old) is not type(new):
        return new
    before = dict(_items(old))
    items = {key: _with_floats(before.get(key), item) for key, item in _items(new)}
    if type(new) is dict:
        return items
    return type(new)(items.values()) if type(new) in (list, tuple) else new


def _items(value: Any) -> list[tuple[Any, Any]]:
    """Return the items of a list, a tuple or a dict, each with its index or its key."""
    if type(value) is dict:
        return [*value.items()]
    return [*enumerate(value)] if type(value) in (list, tuple) else []


def _differences(node: Any, old: Any, new: Any) -> Iterator[tuple[expr, Any]]:
    """Yield the nodes to replace, with their values.

    If a list, a tuple or a dict keeps its indices or keys, only items are replaced. So the
    comments and line breaks between them stay.
    """
    if _key(old) == _key(new):
        return
    before, after = _items(old), _items(new)
    nodes = getattr(node, "elts", getattr(node, "values", ()))
    keys = [[_key(key) for key, _item in items] for items in (before, after)]
    if type(old) is type(new) and before and len(nodes) == len(before) and keys[0] == keys[1]:
        for item, was, becomes in zip(nodes, before, after, strict=True):
            yield from _differences(item, was[1], becomes[1])
    else:
        yield node, new


def _text(call: Occurrence, value: Any, quote: str) -> str:
    """Return the source of a new default."""
    if isinstance(value, NotLiteralEvaluable):
        return value.expression
    if is_path(value):
        return f"{str(call.text).partition('(')[0]}({show_literal(str(value), quote)})"
    return show_literal(value, quote)


def _key(value: Any) -> str:
    """Return a text that is equal for equal defaults of the same types."""
    if isinstance(value, NotLiteralEvaluable):
        return f"`{value.expression}`"
    return show_literal(value)


def _is_default(call: Occurrence, recorded: str) -> bool:
    """Return whether the default of a call still is a recorded one, perhaps written otherwise."""
    if recorded.split() == str(call.text).split():
        return True
    try:
        return show_literal(parse_literal(recorded)) == _key(call.value)
    except NotLiteralError:
        return False


def _is_proved(file: EditedFile, promotions: Iterable[Promotion], index: Index) -> bool:
    """Return whether a scan finds the new defaults, and everything else as before."""
    placeholders = frozenset(index.placeholders())
    before, after = (scan_bytes(file.path, data, placeholders) for data in (file.old, file.new))
    new = {(one.call.line, one.call.column, one.call.name): one.new for one in promotions}
    wanted = [
        (*_facts(call), _key(new.pop((call.line, call.column, call.name), call.value)))
        for call in before.occurrences
    ]
    codes = [[problem.code for problem in scan.diagnostics] for scan in (before, after)]
    occurrences = [(*_facts(call), _key(call.value)) for call in after.occurrences]
    return codes[0] == codes[1] and not new and occurrences == wanted


def _facts(call: Occurrence) -> tuple[str, ...]:
    return call.placeholder, call.name, show_literal(call.hints)


def _not_read_back(promotion: Promotion) -> Diagnostic:
    name, new = promotion.call.name, _line(promotion.edits[0].new)
    message = f"The default of `{name}` cannot be `{new}`: here, it would be read differently."
    return Diagnostic.at(promotion.call, _CODE, message, _BY_HAND)


def _line(text: str) -> str:
    return truncate(" ".join(text.split()))


def _refusal(
    call: Occurrence, message: str, advice: str, occurrences: Iterable[Occurrence] = ()
) -> PromotionError:
    diagnostic = Diagnostic.at(call, _CODE, message, advice, occurrences=occurrences)
    return PromotionError(diagnostic)
