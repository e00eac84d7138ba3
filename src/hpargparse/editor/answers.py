"""Answers to questions about a place in a source: definition, uses, description, symbols.

Owns what is said about a name. Must not know the protocol, folders or buffers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hpman import Frozen, Index, Occurrence, Source, readable_repr
from hpman.programs import file_key
from hpman.text import display_path, truncate

from ..description import describe
from ..edits import Span, parse_call, span_of
from ..rename.renaming import is_defined, plain_name
from .completion import nearest
from .places import contains
from .snapshots import Key

_HINT_WIDTH = 20  # of a default that is shown in the text
_MOST_VALUES = 5  # of files, in a description


class Place(Frozen):
    """A place in a text."""

    __slots__ = ()
    source: Source
    span: Span


class Target(Frozen):
    """What a cursor is at."""

    __slots__ = ()
    placeholder: str
    name: str  # the name of a hyperparameter or a group, without a scope
    place: Place


def name_place(call: Occurrence) -> Place:
    """Return where a call writes its name; the place of the call while it is being edited."""
    try:
        node, span = parse_call(call)
        return Place(call.source, span(node.args[0]))
    except (ValueError, IndexError, AttributeError):
        return Place(call.source, span_of(call))


def target_at(index: Index, path: str, line: int, column: int) -> Target | None:
    """Return the name at a cursor, which is before a column, None if there is none."""
    file = index.files.get(file_key(path))
    if file is None:
        return None
    for call in reversed(file.occurrences):  # inner calls come after those around them
        if contains(span_of(call), line, column):
            place = name_place(call)
            if contains(place.span, line, column):
                return Target(call.placeholder, call.name, place)
    for mention in file.mentions:
        span = span_of(mention)
        if mention.kind != "scope" and mention.name and contains(span, line, column):
            name = plain_name(index, mention.placeholder, mention.name)
            return Target(mention.placeholder, name, Place(mention.source, span))
    return None


def target_of_key(index: Index, key: Key) -> Target | None:
    """Return the hyperparameter that a key of a file of values stands for."""
    for placeholder in sorted(index.placeholders()):
        name = plain_name(index, placeholder, key.name)
        if is_defined(index, placeholder, name):
            return Target(placeholder, name, Place(key.source, key.span))
    return None


def definitions(index: Index, target: Target) -> list[Place]:
    """Return where a name is defined; for a group, its members; else the first use."""
    names = [target.name]
    if not index.named(target.placeholder, target.name):
        names = [*index.below(target.placeholder, target.name)]
    calls = [call for name in names for call in index.named(target.placeholder, name)]
    defining = [call for call in calls if call.is_definition]
    return [name_place(call) for call in defining or calls[:1]]


def references(index: Index, target: Target, *, with_definitions: bool = True) -> list[Place]:
    """Return where a name is written, in calls and in methods."""
    calls = index.named(target.placeholder, target.name)
    places = [name_place(call) for call in calls if with_definitions or not call.is_definition]
    places += (
        Place(mention.source, span_of(mention))
        for mention in index.mentions(target.placeholder)
        if mention.kind != "scope"
        and mention.name
        and plain_name(index, target.placeholder, mention.name) == target.name
    )
    return sorted(places, key=lambda place: (place.source.path, place.span))


def hover(index: Index, target: Target, keys: Iterable[Key] = ()) -> str:
    """Return what is known of a name, as Markdown. The keys of the nearest file come first."""
    hp = index.hyperparameter(target.placeholder, target.name)
    below = (*index.below(target.placeholder, target.name), target.name)
    members = {
        name: member
        for name in below
        if (member := index.hyperparameter(target.placeholder, name)) is not None
    }
    description = describe(index, target.placeholder, target.name, members or None)
    parts = [f"**{_escape(target.name)}**"]
    if hp and description.default is not None:
        parts[0] += f" = {_code(description.default)}"
    if description.type:
        parts[0] += f" ({_escape(description.type)})"
    text = description.hints.get("help")
    if isinstance(text, str) and text:
        parts.append(_escape(text))
    lines = [
        f"{hint}: {_code(readable_repr(value))}"
        for hint, value in description.hints.items()
        if hint not in ("help", "type")
    ]
    lines += [f"{_code(m.name)} = {_code(m.default or 'no default')}" for m in description.members]
    lines += [f"defined at {_escape(_shown(call))}" for call in description.definitions]
    if description.uses:
        uses = description.uses[:_MOST_VALUES]
        lines.append(f"used at {', '.join(_escape(_shown(call)) for call in uses)}")
    for key in [*keys][:_MOST_VALUES]:
        place = f"{display_path(key.source.path)}:{key.span[0]}"
        lines.append(f"{_escape(place)}: {_code(truncate(key.value))}")
    lines += map(_escape, description.problems)
    return "\n\n".join(filter(None, [*parts, "\n".join(f"- {line}" for line in lines)]))


def _shown(call: Occurrence) -> str:
    return display_path(call.place)


def _escape(text: str) -> str:
    """Return a text as Markdown shows it, on one line."""
    return "".join(f"\\{char}" if char in r"\`*_[]<>" else char for char in " ".join(text.split()))


def _code(text: str) -> str:
    text = " ".join(text.split())
    fence = "`"
    while fence in text:
        fence += "`"
    gap = " " if "`" in text else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def symbols(index: Index, path: str) -> list[Occurrence]:
    """Return the calls that define hyperparameters in a source."""
    file = index.files.get(file_key(path))
    return [call for call in file.occurrences if call.is_definition] if file else []


def find_symbols(index: Index, query: str) -> Iterator[Occurrence]:
    """Yield the definitions of the names that contain the letters of a query, in order.

    A name that nothing defines has its first use.
    """
    for placeholder in sorted(index.placeholders()):
        for name in nearest(query, index.names(placeholder)):
            yield index.definition(placeholder, name) or index.named(placeholder, name)[0]


def inlays(index: Index, path: str, first: int, last: int) -> Iterator[tuple[Occurrence, str]]:
    """Yield the uses in some lines of a source, with the defaults to show after them."""
    file = index.files.get(file_key(path))
    for call in file.occurrences if file else ():
        if call.is_definition or not first <= call.end_line <= last:
            continue
        definition = index.definition(call.placeholder, call.name)
        if definition is not None and definition.text is not None:
            yield call, truncate(" ".join(definition.text.split()), _HINT_WIDTH)
