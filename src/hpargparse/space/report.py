"""The first lines of a sweep: what is searched, what is fixed, and why.

Owns the wording and the columns. Must not know how a space is selected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpman import EmptyValue, NotLiteralEvaluable, Occurrence, readable_repr, show_literal
from hpman.text import display_path, escape, place_data, truncate

from .select import Fixed, Selection
from .space import Axis, Interval, Values

_WIDTH = 40  # of the values of a hyperparameter


def text_report(selection: Selection) -> str:
    """Return what a sweep searches and fixes, and the number of points, as text."""
    space = selection.space
    rows = [
        [axis.name, _values(axis, space.zipped), axis.why, default_text(axis.converter.default)]
        for axis in space.axes
    ]
    calls = [axis.definition for axis in space.axes]
    shown = table(["name", "values", "why", "default"], rows, calls)
    parts = [f"Searched ({len(rows)}):\n{shown}"]
    listed = [line for line in selection.fixed if line.reason or line.has_space]
    if listed:
        rows = [[line.hp.name, default_text(line.hp.value), _reason(line)] for line in listed]
        shown = table(["name", "value", "why"], rows, [line.hp.definition for line in listed])
        parts.append(f"Fixed ({len(rows)}):\n{shown}")
    others = [line.hp for line in selection.fixed if line not in listed]
    if names := ", ".join(escape(hp.name) for hp in others if hp.definition is not None):
        parts.append(f"Fixed, because no space is known: {names}\n")
    if names := ", ".join(escape(hp.name) for hp in others if hp.definition is None):
        parts.append(f"Without a default, so the program has to set a value: {names}\n")
    names = ", ".join(escape(name) for name in space.continuous)
    size = f"infinitely many, because of {names}" if names else show_literal(space.size)
    return "\n".join([*parts, f"Points: {size}\n"])


def json_report(selection: Selection) -> dict[str, Any]:
    """Return what a sweep searches and fixes as JSON data. Values are literals, as text."""
    space = selection.space
    return {
        "searched": [_axis_data(axis) for axis in space.axes],
        "zipped": [list(names) for names in space.zipped],
        "fixed": [
            {
                "name": line.hp.name,
                "value": default_text(line.hp.value),
                "why": _reason(line),
                **_place_data(line.hp.definition),
            }
            for line in selection.fixed
        ],
        "points": space.size,
    }


def table(
    headers: list[str], rows: list[list[str]], calls: list[Occurrence | None] | None = None
) -> str:
    """Return an indented table that may end with the place of a call in each row."""
    from tabulate import tabulate

    cells = [[*map(escape, row)] for row in rows]
    if calls is not None:
        headers = [*headers, "defined"]
        for row, call in zip(cells, calls, strict=True):
            row.append("" if call is None else display_path(call.place))
    text = tabulate(cells, headers=headers, tablefmt="simple", disable_numparse=True)
    return "".join(f"  {line}".rstrip() + "\n" for line in text.split("\n"))


def _values(axis: Axis, zipped: list[tuple[str, ...]]) -> str:
    others = [name for names in zipped if axis.name in names for name in names if name != axis.name]
    return domain_text(_axis_data(axis)) + (f", with {' and '.join(others)}" if others else "")


def domain_text(axis: Mapping[str, Any]) -> str:
    """Return the values of an axis in one line, from its JSON data."""
    if "values" in axis:
        shown = ", ".join(map(truncate, axis["values"]))
    else:
        is_log = axis.get("scale") == "log"
        shown = str(Interval(axis["low"], axis["high"], axis.get("step"), is_log))
    cases = [
        f"{name} is {' or '.join(map(truncate, values))}"
        for name, values in axis.get("when", {}).items()
    ]
    return truncate(shown, _WIDTH) + (f", if {' and '.join(cases)}" if cases else "")


def default_text(value: object) -> str:
    """Return a default in one line; nothing if there is none."""
    if isinstance(value, EmptyValue):
        return ""
    if isinstance(value, NotLiteralEvaluable):
        return value.member or truncate(value.expression)
    return truncate(readable_repr(value))


def _reason(line: Fixed) -> str:
    if line.has_space and not line.reason:
        return f"not selected: --sweep {line.hp.name}"
    return line.reason or ("no space is known" if line.hp.definition else "no default is known")


def _place_data(call: Occurrence | None) -> dict[str, Any]:
    data = {"path": None, "line": None} if call is None else place_data(call)
    return {key: data[key] for key in ("path", "cell", "line") if key in data}


def _axis_data(axis: Axis) -> dict[str, Any]:
    domain = axis.domain
    data: dict[str, Any] = {"name": axis.name, "why": axis.why}
    if isinstance(domain, Values):
        data["values"] = [show_literal(value) for value in domain.values]
    else:
        data |= {"low": domain.low, "high": domain.high, "step": domain.step}
        data["scale"] = "log" if domain.is_log else "linear"
    if axis.conditions:
        data["when"] = {name: [show_literal(v) for v in values] for name, values in axis.conditions}
    return {**data, "default": default_text(axis.converter.default), **_place_data(axis.definition)}
