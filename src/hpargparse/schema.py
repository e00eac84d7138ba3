"""A JSON Schema of all hyperparameters, for editors and validators of files of values.

Owns which names and values the schema accepts: what a load accepts, as far as JSON can say it.
Must not know the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

from hpman import EMPTY, HyperParameter, Index, is_path
from hpman.names import SCOPE, ancestors, old_names
from hpman.text import display_path

from .cli.output import json_text
from .description import is_exact_in_json
from .errors import ConversionError
from .values.coercion import Number, element_sample
from .values.convert import Converter, saved_form
from .values.keys import key_paths

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFINITIONS = "#/$defs/"
_SPECIAL = frozenset(r"^$\.*+?()[]{}|/")
_TYPES: dict[type, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    complex: {"type": "number"},
    Number: {"type": "number"},
    str: {"type": "string"},
}
_INCLUDE = "include"
_PATH: Schema = {"type": "string", "minLength": 1, "not": {"const": "-"}}


def schema_text(index: Index) -> str:
    """Return the JSON Schema of an index. Names may be flat or nested, and in scopes."""
    builder = _Builder(index.separator)
    scopes: set[str] | None = set()
    for placeholder in sorted(index.placeholders()):
        opened = index.scopes(placeholder)
        scopes = None if scopes is None or opened is None else scopes | opened
        builder.add_all(index.hyperparameters(placeholder))
    return json_text(builder.build(scopes))


class _Builder:
    """Collect the schemas of names, then spell each name in all ways."""

    def __init__(self, separator: str) -> None:
        self._separator = separator
        self._values: dict[str, Schema] = {}  # by name, keys of dicts included
        self._keys: dict[str, str] = {}  # of the definitions, by name or group
        self._prefixes: list[str] = []  # names that any key may follow
        self._leaves: set[str] = set()
        self._inner_dicts: list[str] = []  # keys whose values are dicts: a load sets their keys

    def add_all(self, hps: Iterable[HyperParameter]) -> None:
        """Add hyperparameters, then their old names."""
        aliases: list[tuple[str, HyperParameter]] = []
        for hp in hps:
            if hp.name not in self._leaves:
                self._add(hp.name, hp)
                aliases += ((old, hp) for old in old_names(hp.hints))
        groups = self._groups()
        for old, hp in aliases:
            if old not in self._leaves and old not in groups:
                self._add(old, hp, is_old=True)

    def _groups(self) -> set[str]:
        return {above for name in self._leaves for above in ancestors(name, self._separator)}

    def _add(self, name: str, hp: HyperParameter, *, is_old: bool = False) -> None:
        converter = Converter.of(hp)
        schema = {**value_schema(converter), **_annotations(hp)}
        if is_old:
            schema["deprecated"] = True
        self._leaves.add(name)
        self._values[name] = schema
        if type(converter.default) is dict:
            for key, path in key_paths(converter.default, self._separator).items():
                inner, below = converter.key_converter(path), f"{name}{self._separator}{key}"
                self._values.setdefault(below, value_schema(inner))
                if type(inner.default) is dict and inner.default:
                    self._inner_dicts.append(below)
                if inner.default == {}:
                    self._prefixes.append(f"{below}{self._separator}")
            if not converter.default:
                self._prefixes.append(f"{name}{self._separator}")

    def build(self, scopes: set[str] | None) -> Schema:
        """Return the complete schema. If `scopes` is None, there may be any."""
        for number, name in enumerate(self._values):
            is_plain = name.isascii() and name.replace(".", "").replace("_", "").isalnum()
            self._keys[name] = name if is_plain else f"name-{number}"
        definitions = {self._keys[name]: value for name, value in self._values.items()}
        groups = sorted(self._groups() - self._leaves)
        self._keys |= {group: f"group-{number}" for number, group in enumerate(groups)}
        for name in (*groups, *self._inner_dicts):
            definitions[self._keys[name]] = self._level(f"{name}{self._separator}")
        schema = self._level("")
        if scopes is None or scopes:
            self._add_scopes(schema, scopes)
        if not any(name.partition(self._separator)[0] == _INCLUDE for name in self._leaves):
            schema["properties"][_INCLUDE] = {
                "description": "files to load first",
                "anyOf": [_PATH, {"type": "array", "items": _PATH}],
            }
        return {
            "$schema": _DIALECT,
            "title": "Hyperparameters",
            **schema,
            "type": ["object", "null"],  # an empty file has no values
            "$defs": definitions,
        }

    def _add_scopes(self, schema: Schema, scopes: set[str] | None) -> None:
        """Allow each name in scopes, such as `encoder/depth`."""
        names = "|".join(map(_escaped, sorted(scopes))) if scopes else "[^/.]+"
        start = f"^(?:(?:{names}){_escaped(SCOPE)})+"
        patterns = {
            f"{start}{_escaped(key)}$": value for key, value in schema["properties"].items()
        }
        patterns |= {f"{start}{_escaped(key)}": {} for key in self._prefixes}
        schema.setdefault("patternProperties", {}).update(patterns)

    def _level(self, above: str) -> Schema:
        """Return the schema of the names below a group, flat or nested; all names for ""."""
        properties = {
            name.removeprefix(above): {"$ref": f"{_DEFINITIONS}{key}"}
            for name, key in self._keys.items()
            if name.startswith(above)
        }
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        patterns: Schema = {
            f"^{_escaped(prefix.removeprefix(above))}": {}
            for prefix in self._prefixes
            if prefix.startswith(above)
        }
        return {**schema, "patternProperties": patterns} if patterns else schema


def _escaped(text: str) -> str:
    """Return a regular expression that matches a text, in the dialect of JavaScript."""
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)


def _annotations(hp: HyperParameter) -> Schema:
    """Return what editors show: help, and the default as it is written with its place."""
    call = hp.definition or hp.occurrences[0]
    place = display_path(call.place)
    written = " ".join((call.text or "").split())
    fact = f"default {written}, {place}" if hp.definition else f"used at {place}"
    hint, default = hp.hints.get("help"), saved_form(hp.value)
    shown: Schema = {"description": f"{hint} ({fact})" if isinstance(hint, str) and hint else fact}
    return {**shown, "default": default} if is_exact_in_json(default) else shown


def value_schema(converter: Converter) -> Schema:
    """Return the schema of the values that a hyperparameter accepts."""
    try:
        converter.check_hints()
        if converter.choices is not None:
            schema = _choices_schema(converter)
        elif converter.range is not None:
            schema = _range_schema(converter)
        else:
            schema = _type_schema(converter.sample)
    except ConversionError:  # the check reports the hint
        return {}
    if not converter.is_optional or not schema:
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def _type_schema(sample: Any) -> Schema:
    """Return the schema of what fits a sample, see `values.coercion.fit`."""
    kind = type(sample)
    if kind in (list, tuple, set):
        element, is_optional = element_sample(sample)
        items = _type_schema(element)
        if kind is set and not items:
            items = {"not": {"type": ["array", "object"]}}  # these have no hash
        if is_optional and items:
            items = {"anyOf": [items, {"type": "null"}]}
        return {"type": "array", **({"items": items} if items else {})}
    if kind is dict:
        keys = {
            key: _type_schema(item)
            for key, item in sample.items()
            if type(key) is str and item is not None
        }
        keys = {key: schema for key, schema in keys.items() if schema}
        return {"type": "object", **({"properties": keys} if keys else {})}
    if is_path(sample):
        return {"type": "string"}
    return dict(_TYPES.get(kind, {}))


def _choices_schema(converter: Converter) -> Schema:
    choices = list(_accepted(converter))
    one: Schema = {"enum": [*map(saved_form, choices)]}
    if converter.is_sequence:
        items = [choice for choice in converter.choices or () if is_exact_in_json(choice)]
        several = _with_items(converter.sample, {"enum": items, **_bounds(converter)})
        return {"anyOf": [one, several]} if choices else several
    if converter.sample is EMPTY:
        return {"anyOf": [one, {"type": "array", "items": one}]}
    return one


def _accepted(converter: Converter) -> Iterator[Any]:
    """Yield the values of JSON that a choice or a member of an Enum stands for."""
    values = [*(converter.choices or ()), *converter.members.values()]
    seen: list[Any] = []
    for value in values:
        data = list(value) if isinstance(value, (tuple, set)) else saved_form(value)
        if not is_exact_in_json(data) or any(
            data == old and type(data) is type(old) for old in seen
        ):
            continue
        try:
            converter.check(data)
        except ConversionError:
            continue
        seen.append(data)
        yield data


def _range_schema(converter: Converter) -> Schema:
    sample, bounds = converter.sample, _bounds(converter)
    if not bounds:
        return _type_schema(sample)
    if type(sample) in (int, float, complex, Number):
        return {**_type_schema(sample), **bounds}
    bools = [
        flag
        for flag in (False, True)
        if bounds.get("minimum", flag) <= flag <= bounds.get("maximum", flag)
    ]
    if type(sample) is bool:
        return {"enum": bools}
    one: Schema = {"type": "number", **bounds}
    if bools:
        one = {"anyOf": [one, {"enum": bools}]}
    if converter.is_sequence:
        return _with_items(sample, one)
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _with_items(sample: Any, limits: Schema) -> Schema:
    """Return the schema of a sequence whose items have limits."""
    schema = _type_schema(sample)
    items = schema.get("items")
    return {**schema, "items": {"allOf": [items, limits]} if items else limits}


def _bounds(converter: Converter) -> Schema:
    lowest, highest = converter.range or (None, None)
    pairs = (("minimum", lowest), ("maximum", highest))
    return {
        key: value
        for key, value in pairs
        if type(value) in (int, float) and isfinite(value)  # type: ignore[arg-type]
    }
