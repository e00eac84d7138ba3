"""Places of the keys in YAML and JSON text, and the text of a new key.

Owns how keys are written. Must not know files or hyperparameters.
"""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
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


def _in_yaml(text: str) -> Iterator[Place]:
    import yaml

    class Composer(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            if not isinstance(event, yaml.AliasEvent):
                self.anchors.pop(event.anchor, None)  # YAML allows an anchor again, PyYAML not
            return super().compose_node(parent, index)

    stack: list[tuple[tuple[str, ...], Any]] = [((), yaml.compose(text, Loader=Composer))]
    while stack:
        above, node = stack.pop()
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                path = (*above, key.value)
                yield path, key.start_mark.index, key.end_mark.index
                stack.append((path, value))


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
