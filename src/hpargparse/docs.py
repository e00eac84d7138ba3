"""A table of all hyperparameters, as Markdown, HTML or JSON.

Owns what the table shows, and its place in a page. Must not know the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hpman import Index, Occurrence, show_literal
from hpman.text import display_path, escape

from .cli.output import json_text
from .description import Description, describe, to_json
from .errors import SnapshotError

FORMATS = ("md", "html", "json")
# Markdown has the comments of HTML.
_BEGIN, _END = "<!-- hpman docs -->\n", "<!-- end of hpman docs -->\n"
_COLUMNS = ("name", "type", "default", "limits", "help", "defined", "used")
_CODE = frozenset(("manager", "name", "default"))  # columns in a fixed-width font
_MOST_USES = 5  # that a cell shows


def render(index: Index, form: str) -> str:
    """Return a table of all hyperparameters of an index, one row for each, in one of `FORMATS`."""
    descriptions = list(_descriptions(index))
    if form == "json":
        return json_text([*map(to_json, descriptions)])
    managers = {description.manager for description in descriptions}
    columns = _COLUMNS if managers <= {"_"} else ("manager", *_COLUMNS)
    rows = [[cells[column] for column in columns] for cells in map(_cells, descriptions)]
    make = _markdown if form == "md" else _html
    return "".join((_BEGIN, *(f"{line}\n" for line in make(columns, rows)), _END))


def insert(path: str, old: str | None, text: str, form: str) -> str:
    """Return a page, if there is one, in which a table replaces the one that is there."""
    if old is None or form == "json":
        return text
    before, begin, rest = old.partition(_BEGIN)
    _old_table, end, after = rest.partition(_END)
    if begin and end:
        return f"{before}{text}{after}"
    message = "The file exists, and has no place for the table."
    begin, end = _BEGIN.strip(), _END.strip()
    advice = f"Write the lines `{begin}` and `{end}` where it belongs, or name a new file."
    raise SnapshotError.at(path, None, message, advice)


def _descriptions(index: Index) -> Iterator[Description]:
    for placeholder in sorted(index.placeholders()):
        hps = {hp.name: hp for hp in index.hyperparameters(placeholder)}
        for name in hps:
            yield describe(index, placeholder, name, hps)


def _cells(description: Description) -> dict[str, str]:
    uses = _places(description.uses[:_MOST_USES])
    more = len(description.uses) - _MOST_USES
    return {
        "manager": description.manager,
        "name": description.name,
        "type": description.type,
        "default": description.default or "",
        "limits": _limits(description.hints),
        "help": str(description.hints.get("help") or ""),
        "defined": _places(description.definitions),
        "used": f"{uses} and {more} more" if more > 0 else uses,
    }


def _limits(hints: dict[str, Any]) -> str:
    choices, limits = hints.get("choices"), hints.get("range")
    shown = []
    if isinstance(choices, (list, tuple, set, dict)):
        items = map(show_literal, choices)
        shown.append(", ".join(sorted(items) if isinstance(choices, set) else items))
    if (
        isinstance(limits, (list, tuple))
        and len(limits) == 2
        and any(limit is not None for limit in limits)
    ):
        low, high = limits
        if low is None or high is None:
            shown.append(f"at most {high}" if low is None else f"at least {low}")
        else:
            shown.append(f"{low} to {high}")
    return "; ".join(shown)


def _places(calls: Iterable[Occurrence]) -> str:
    return ", ".join(dict.fromkeys(display_path(call.place) for call in calls))


def _markdown(columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---' for _column in columns)} |"
    for row in rows:
        cells = (
            _code(cell) if column in _CODE else _plain(cell)
            for column, cell in zip(columns, row, strict=True)
        )
        yield f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Return a text as code in a cell of Markdown."""
    text = _line(text).replace("|", "\\|")
    if not text:
        return ""
    fence = "`"
    while fence in text:
        fence += "`"
    gap = " " if "`" in (text[0], text[-1]) else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def _plain(text: str) -> str:
    """Return a text in a cell of Markdown, with every mark of it escaped."""
    return "".join(f"\\{char}" if char in r"\`*_[]<>|&~" else char for char in _line(text))


def _html(columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    from html import escape as escaped

    yield "<table>"
    yield f"<tr>{''.join(f'<th>{column}</th>' for column in columns)}</tr>"
    for row in rows:
        cells = (
            f"<td><code>{cell}</code></td>" if column in _CODE and cell else f"<td>{cell}</td>"
            for column, cell in zip(columns, (escaped(_line(cell)) for cell in row), strict=True)
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</table>"


def _line(text: str) -> str:
    """Return a text on one line, with control characters escaped."""
    return escape(" ".join(text.split()))
