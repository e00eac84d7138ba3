"""Read plain values, and the line of each key, from YAML text.

Owns the rules of YAML 1.2 and the limits for hostile input. Must not know files or
hyperparameters. The reader builds the values from the events of PyYAML itself, so a tag
can only build a plain value.
"""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import yaml

from hpman.text import truncate

from ..errors import SnapshotError
from ..values.scalars import as_bool, as_float, as_int, is_null, resolve
from .value_limits import DEPTH_LIMIT, HashLimit, KeyPlace, short_repr, type_name

ALIAS_LIMIT = 100_000
_STANDARD = "tag:yaml.org,2002:"


class YamlReader:
    """Read one YAML document."""

    def __init__(self, path: str, text: str, advice: str = "Fix the line.") -> None:
        self.path = path
        self.advice = advice
        self.text = text
        self.places: list[KeyPlace] = []
        self._open: list[_Collection] = []
        self._hash_limit = HashLimit()

    def read(self) -> object:
        """Return the value of the document, and fill `places` with its keys."""
        value: object = None
        last: _Event | None = None
        for event in _AliasExpander(self._yaml_error).expand(self._events()):
            if event.kind in "[{":
                if last is not None and last.is_merge_key and self._open[-1].key == last.text:
                    raise self._yaml_error(
                        last.line,
                        f"YAML 1.2 has no merge key `{last.text}`.",
                        "Repeat the merged values here, or quote the key.",
                    )
                self._open.append(self._start(event))
            else:
                if event.kind == "end":
                    collection = self._open.pop()
                    value, start = self._finish(collection), collection.event
                else:
                    value, start = self._scalar(event), event
                if self._open:
                    self._add(self._open[-1], value, start)
            last = event
        return value

    def _yaml_error(self, line: int | None, message: str, advice: str) -> SnapshotError:
        return SnapshotError.at(self.path, line, message, advice)

    def _events(self) -> Iterator[_Event]:
        # The parser written in C is ten times as fast, but not every build of PyYAML has it.
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        is_in_document = False
        try:
            parser = loader(self.text)
            while not isinstance(parsed := parser.get_event(), yaml.StreamEndEvent):
                event = _Event(parsed)
                if event.kind == "document":
                    if is_in_document:
                        raise self._yaml_error(
                            event.line,
                            "A second YAML document begins here.",
                            "Keep one document per file, and load several files instead.",
                        )
                    is_in_document = True
                elif event.kind:
                    yield event
        except yaml.MarkedYAMLError as error:
            mark: Any = error.problem_mark or error.context_mark
            problem = ", ".join(filter(None, [error.context, error.problem]))
            lines = self.text.split("\n")[mark.line :] if mark else []
            if any("\t" in line[: -len(line.lstrip()) or None] for line in lines[:1]):
                problem = "a tab indents this line, where YAML allows only blanks"
            raise self._malformed(mark.line + 1 if mark else None, problem) from None
        except yaml.reader.ReaderError as error:
            # The parser decides whether the position counts bytes or characters.
            refused = chr(int(error.character))
            line = self.text.count("\n", 0, self.text.index(refused)) + 1
            problem = f"control characters such as {refused!r} are not allowed"
            raise self._malformed(line, problem) from None

    def _malformed(self, line: int | None, problem: str) -> SnapshotError:
        return self._yaml_error(line, f"Cannot read this as YAML: {problem}.", self.advice)

    def _start(self, event: _Event) -> _Collection:
        """Start a sequence or mapping inside the innermost open one."""
        if len(self._open) >= DEPTH_LIMIT + 2:
            raise self._yaml_error(
                event.line,
                f"Values are nested deeper than {DEPTH_LIMIT} levels.",
                "No hyperparameter needs that. Check where the file comes from.",
            )
        build = (_SEQUENCES if event.kind == "[" else _MAPPINGS).get(event.tag)
        if build is None:
            raise self._unknown_tag(event)
        if not self._open:
            return _Collection(event, build, ())
        above, key = self._open[-1].path, self._open[-1].key
        if above is not None and isinstance(key, str):
            return _Collection(event, build, (*above, key))
        return _Collection(event, build, None)

    def _add(self, collection: _Collection, value: object, event: _Event) -> None:
        """Add an item to a sequence, or a key or the value of one to a mapping."""
        if collection.event.kind == "[":
            collection.items.append(value)
        elif collection.key is _NO_KEY:
            self._add_key(collection, value, event)
        else:
            collection.pairs[collection.key] = value
            collection.key = _NO_KEY

    def _add_key(self, mapping: _Collection, key: object, event: _Event) -> None:
        line = event.line
        try:
            is_too_many = self._hash_limit.exceeded_by(key, mapping.hashes)
        except TypeError:
            raise self._yaml_error(
                line,
                f"A {type(key).__name__} cannot be a key.",
                "Use a string, a number or a !tuple as the key.",
            ) from None
        if is_too_many:
            raise self._yaml_error(
                line,
                "Too many keys have the same hash.",
                "No set of hyperparameters needs that. Check where the file comes from.",
            )
        first = mapping.key_lines.get(key)
        if first is not None:
            raise self._yaml_error(
                line,
                f"The key {short_repr(key)} is given twice, first in line {first}.",
                "Delete one of the two.",
            )
        if mapping.path == () and type(key) is not str:
            raise self._yaml_error(
                line,
                f"The key {short_repr(key)} is of type {type_name(key)}, but names are strings.",
                "Quote it.",
            )
        mapping.key = key
        mapping.key_lines[key] = line
        if mapping.path is not None and type(key) is str:
            self.places.append(((*mapping.path, key), event.start, event.end))

    def _finish(self, collection: _Collection) -> object:
        """Return the value of a sequence or mapping that has ended."""
        event = collection.event
        try:
            return collection.build(collection.items if event.kind == "[" else collection.pairs)
        except (TypeError, ValueError) as error:
            raise self._yaml_error(
                event.line,
                f"This is not a valid {_short_tag(event)}: {error}.",
                "Fix the value, or remove the tag.",
            ) from None

    def _scalar(self, event: _Event) -> object:
        """Return the value of a scalar, by its tag or else by the core schema."""
        build = _SCALARS.get(event.tag)
        if build is None:
            raise self._unknown_tag(event)
        if event.tag is None and not event.is_plain:
            return event.text
        try:
            return build(event.text)
        except ValueError as error:
            raise self._yaml_error(
                event.line,
                f"{truncate(event.text)!r} is not a valid {_short_tag(event) or 'number'}:"
                f" {error}.",
                "Fix the value, or quote it to make it a string.",
            ) from None

    def _unknown_tag(self, event: _Event) -> SnapshotError:
        return self._yaml_error(
            event.line,
            f"The tag `{_short_tag(event)}` does not stand for a plain value of this kind.",
            "Write the value as a literal without the tag.",
        )


_KINDS = {
    yaml.ScalarEvent: "scalar",
    yaml.AliasEvent: "alias",
    yaml.SequenceStartEvent: "[",
    yaml.MappingStartEvent: "{",
    yaml.SequenceEndEvent: "end",
    yaml.MappingEndEvent: "end",
    yaml.DocumentStartEvent: "document",
}


class _Event:
    """The parts of a PyYAML event that matter here."""

    __slots__ = (
        "anchor",
        "end",
        "is_merge_key",
        "is_plain",
        "kind",
        "line",
        "start",
        "tag",
        "text",
    )

    def __init__(self, event: Any) -> None:
        self.kind = _KINDS.get(type(event), "")
        self.line: int = event.start_mark.line + 1
        self.start: int = event.start_mark.index
        self.end: int = event.end_mark.index
        self.anchor: str | None = getattr(event, "anchor", None)
        self.tag: str | None = getattr(event, "tag", None)
        self.text = ""
        self.is_plain = False
        if self.kind == "scalar":
            self.text = event.value
            self.is_plain = event.implicit[0]
            if self.tag == "!":  # the tag of a scalar that is not to be resolved
                self.tag, self.is_plain = None, False
        self.is_merge_key = self.is_plain and self.text == "<<"


class _Collection:
    """A sequence or mapping that is being filled."""

    __slots__ = ("build", "event", "hashes", "items", "key", "key_lines", "pairs", "path")

    def __init__(
        self, event: _Event, build: Callable[..., object], path: tuple[str, ...] | None
    ) -> None:
        self.event = event
        self.build = build
        self.path = path  # the keys that lead to it; None inside a sequence
        self.key: object = _NO_KEY  # the key whose value comes next
        self.key_lines: dict[object, int] = {}
        self.hashes: Counter[int] = Counter()
        self.pairs: dict[object, object] = {}
        self.items: list[object] = []


_NO_KEY = object()


class _AliasExpander:
    """Replace each alias by the events that its anchor stands for.

    Names never share a value in this way, and the number of copied events can be limited.
    """

    def __init__(self, error: Callable[[int | None, str, str], SnapshotError]) -> None:
        self.error = error
        self.events: list[_Event] = []  # all events since the first anchor
        self.spans: dict[str, tuple[int, int | None]] = {}  # start and end of each anchor there
        self.open: list[tuple[str | None, int]] = []  # anchor and start of each open collection
        self.copied = 0

    def expand(self, events: Iterable[_Event]) -> Iterator[_Event]:
        for event in events:
            if event.kind == "alias":
                expanded = self._copy(event)
            else:
                expanded = [event]
                self._note_anchor(event)
            if self.spans:
                self.events += expanded
            yield from expanded

    def _note_anchor(self, event: _Event) -> None:
        position = len(self.events)
        if event.kind == "end":
            anchor, start = self.open.pop()
            # The anchor may have been given to another value meanwhile.
            if anchor is not None and self.spans[anchor] == (start, None):
                self.spans[anchor] = (start, position + 1)
            return
        if event.anchor is not None:
            end = position + 1 if event.kind == "scalar" else None
            self.spans[event.anchor] = (position, end)
        if event.kind != "scalar":
            self.open.append((event.anchor, position))

    def _copy(self, alias: _Event) -> list[_Event]:
        start, end = self.spans.get(alias.anchor or "", (0, None))
        if end is None:
            raise self.error(
                alias.line,
                f"The alias `*{alias.anchor}` has no anchor, or is inside the value of its anchor.",
                "Write the value out instead.",
            )
        self.copied += end - start
        if self.copied > ALIAS_LIMIT:
            raise self.error(
                alias.line,
                f"The aliases up to this line stand for more than {ALIAS_LIMIT} values.",
                "No set of hyperparameters needs that. Check where the file comes from.",
            )
        return self.events[start:end]


def _short_tag(event: _Event) -> str:
    return truncate((event.tag or "").replace(_STANDARD, "!!"))


def _null(text: str) -> None:
    if not is_null(text):
        raise ValueError("it is not empty")


def _bool(text: str) -> bool:
    value = as_bool(text)
    if value is None:
        raise ValueError("it is neither true nor false")
    return value


def _binary(text: str) -> bytes:
    return b64decode("".join(text.split()), validate=True)


def _set(pairs: dict[object, object]) -> set[object]:
    if any(value is not None for value in pairs.values()):
        raise ValueError("an element of a set cannot have a value")
    return set(pairs)


# Tags named `python/` are those that PyYAML writes for plain values.
_SCALARS: dict[str | None, Callable[[str], object]] = {
    None: resolve,
    f"{_STANDARD}null": _null,
    f"{_STANDARD}bool": _bool,
    f"{_STANDARD}int": as_int,
    f"{_STANDARD}float": as_float,
    f"{_STANDARD}str": str,
    f"{_STANDARD}binary": _binary,
    f"{_STANDARD}python/complex": complex,
    "!complex": complex,
    "!ellipsis": lambda _text: ...,
    "!surrogates": lambda text: _binary(text).decode("utf-8", "surrogatepass"),
}
_SEQUENCES: dict[str | None, Callable[..., object]] = {
    None: list,
    "!": list,
    f"{_STANDARD}seq": list,
    f"{_STANDARD}python/tuple": tuple,
    "!tuple": tuple,
}
_MAPPINGS: dict[str | None, Callable[..., object]] = {
    None: dict,
    "!": dict,
    f"{_STANDARD}map": dict,
    f"{_STANDARD}set": _set,
    "!frozenset": lambda pairs: frozenset(_set(pairs)),
}
