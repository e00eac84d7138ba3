"""Places of the keys in YAML and JSON text, and the text of a new key.

Owns how keys are written. Must not know files or hyperparameters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

Place = tuple[tuple[str, ...], int, int]

_JSON = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]')


def key_places(text: str, serial_format: str) -> list[Place]:
    """Return the path of each key in a valid text, and where the key starts and ends.

    Keys inside of lists are left out, and keys of YAML that are not strings.

    Args:
        text: the text.
        serial_format: yaml or json.

    >>> key_places("model: {depth: 3}", "yaml")
    [(('model',), 0, 5), (('model', 'depth'), 8, 13)]
    >>> key_places('{"model": {"depth": 3}}', "json")
    [(('model',), 1, 8), (('model', 'depth'), 11, 18)]
    """
    places = _in_json(text) if serial_format == "json" else _in_yaml(text)
    return sorted(places, key=lambda place: place[1:])


def _in_json(text: str) -> Iterator[Place]:
    open_paths: list[tuple[str, ...] | None] = []  # of each open bracket, None inside an array
    last = key = ""
    start = end = 0
    for match in _JSON.finditer(text):
        mark = match[0]
        if mark == ":":
            key = json.loads(last)
            above = open_paths[-1]
            if above is not None:
                yield (*above, key), start, end
        elif mark in "[{":
            above = open_paths[-1] if open_paths else ()
            if open_paths:
                above = None if above is None or last != ":" else (*above, key)
            open_paths.append(above)
        elif mark in "]}":
            open_paths.pop()
        last, start, end = mark, match.start(), match.end()


class _Collection:
    """A mapping or a list of YAML that has begun.

    Attributes:
        path: the keys that lead to it; None inside of a list, or of a key.
        anchor: its anchor.
        first: the number of keys before it.
        is_after_key: whether the last node was a key.
    """

    def __init__(
        self, path: tuple[str, ...] | None, anchor: str | None, first: int, *, is_mapping: bool
    ) -> None:
        self.path = path
        self.anchor = anchor
        self.first = first
        self._is_mapping = is_mapping
        self._key: str | None = None  # the last key of a mapping, if it is a scalar
        self.is_after_key = False

    def next_path(self, key: str | None) -> tuple[str, ...] | None:
        """Return the path of the next node, given its text in case that it is a key."""
        if not self._is_mapping:
            return None
        self.is_after_key = not self.is_after_key
        if self.is_after_key:
            self._key = key
        return None if self.path is None or self._key is None else (*self.path, self._key)


def _in_yaml(text: str) -> list[Place]:
    import yaml

    # As for values: the two parsers differ in where they accept tabs.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    opened: list[_Collection] = []
    places: list[Place] = []
    anchors: dict[str, tuple[int, list[Place]]] = {}  # the length of the path, and what is below
    event: Any
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionEndEvent):
            done = opened.pop()
            if done.anchor and done.path is not None:
                anchors[done.anchor] = len(done.path), places[done.first :]
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        above = opened[-1] if opened else None
        path = above.next_path(getattr(event, "value", None)) if above else ()
        is_key = above is not None and above.is_after_key
        if isinstance(event, yaml.CollectionStartEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            path = None if is_key else path
            opened.append(_Collection(path, event.anchor, len(places), is_mapping=is_mapping))
        elif isinstance(event, yaml.AliasEvent):
            length, below = anchors.get(event.anchor or "", (0, []))
            if path is not None and not is_key:
                places += [((*path, *names[length:]), start, end) for names, start, end in below]
        elif path is not None and is_key:
            key: Any = event
            places.append((path, key.start_mark.index, key.end_mark.index))
    return places


def key_text(old: str, new: str, serial_format: str) -> str:
    """Return the text of a new key, with the quotes of the old one.

    Args:
        old: the old key, as it is written.
        new: the new key.
        serial_format: yaml or json.

    >>> key_text('"lr"', "rate", "yaml"), key_text("lr", "no", "yaml"), key_text("lr", "a", "yaml")
    ('"rate"', "'no'", 'a')
    """
    if serial_format == "json":
        return json.dumps(new, ensure_ascii=False)
    properties = re.match(r"(?:[&!]\S*\s+)*", old)
    start = properties[0] if properties else ""
    return f"{start}{_yaml_key(old[len(start) :], new)}"


def _yaml_key(old: str, new: str) -> str:
    from .yaml_writer import write_key

    if old[:1] == '"' and new.isprintable():
        return '"' + new.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if old[:1] == "'" and new.isprintable():
        return "'" + new.replace("'", "''") + "'"
    return write_key(new)
