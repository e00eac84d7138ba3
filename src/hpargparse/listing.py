"""The listings of hyperparameters: YAML, JSON, details, origins.

Owns how a manager is shown as text; must not know a parser or files.
"""

from __future__ import annotations

import os

from hpman import (
    EMPTY,
    Frozen,
    NotLiteralEvaluable,
    Occurrence,
    kind_name,
    member_name,
    readable_repr,
)
from hpman.names import SCOPE, ancestors
from hpman.text import display_width, escape, relative_path

from .errors import UnsupportedValueError
from .snapshots.files import dump
from .snapshots.load_save import expression_line, saveable_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hpman import HyperParameter, HyperParameterManager, Mention

    Places = tuple[Occurrence | Mention, ...]

_TAB = 4  # the columns of a tab stop
_CONTEXT = 5  # the lines above and below an occurrence
_LEAST_WIDTH = 12  # of a column of the table in a terminal
_FEW = 20  # hyperparameters; if there are more, a terminal shows no context
# Follows every character that takes two columns, so that the length of a text is its width.
# It takes no column itself: with the package wcwidth, tabulate counts columns.
_FILLER = "\u200b"


def list_values(
    manager: HyperParameterManager,
    kind: str,
    *,
    width: int | None = None,
    selects: Callable[[str], bool] | None = None,
) -> tuple[str, list[str]]:
    r"""List the hyperparameters of a manager; also return a sentence for each that is left out.

    If there is a width, the listing is for a terminal of so many columns.
    """
    with manager.scope(None):  # a listing is the same everywhere in a program
        scoped = _in_scopes(manager)
        lines = [
            _Listed(name, hp, places)
            for hp in manager.hyperparameters()
            if selects is None or selects(hp.name)
            for name, places in [(hp.name, hp.occurrences), *scoped.get(hp.name, ())]
        ]
        if kind == "detail":
            return _details(manager, lines, width), []
        if kind == "origin":
            return _origins(manager, lines), []
        values, left_out = saveable_values(manager, selects=selects)
    shown = {line.name: values[line.name] for line in lines if line.name in values}
    while True:
        try:
            return dump(shown, kind, in_order=True), left_out
        except UnsupportedValueError as problem:
            left_out.append(f"`{escape(problem.name)}` is left out: it {problem.reason}.")
            del shown[problem.name]


class _Listed(Frozen):
    """A line of a listing: a hyperparameter, or what is set for it in a scope."""

    __slots__ = ()
    name: str
    hp: HyperParameter
    places: Places


def _in_scopes(manager: HyperParameterManager) -> dict[str, list[tuple[str, Places]]]:
    """Return what is set in scopes by hyperparameter, with the places that open these."""
    found: dict[str, list[tuple[str, Places]]] = {}
    for name in manager.get_values():
        scope, plain = manager.split_scope(name)
        if scope:
            names = (scope, scope.rpartition(SCOPE)[2], None)
            places = tuple(opening for opening in manager.openings() if opening.name in names)
            for inner in (plain, *ancestors(plain, manager.separator)):
                found.setdefault(inner, []).append((name, places))
    return found


def _details(manager: HyperParameterManager, listed: Sequence[_Listed], width: int | None) -> str:
    """Return a table of hyperparameters with their occurrences in the sources.

    If there is a width, the table fits into it, and shows no context if it is long.
    """
    from tabulate import tabulate

    values = manager.get_values()
    rows = [_row(line, values.get(line.name, EMPTY)) for line in listed]
    names, room, context = _fill(str([line.name for line in listed])), None, _CONTEXT
    if width is not None:
        names = _wrap(names, width - 4).replace("\n", "\n    ")
        rows, room = _fit(rows, width)
        context = _CONTEXT if len(rows) <= _FEW else 0
    for row, line in zip(rows, listed, strict=True):
        row.append(_occurrences(line, context, room))
    are_numbers = all(type(values.get(line.name)) in (int, float) for line in listed)
    table = tabulate(
        rows,
        headers=["name", "type", "value", "details"],
        tablefmt="grid",
        disable_numparse=True,
        colalign=["left", "left", "right" if are_numbers else "left", "left"] if rows else None,
    )
    return f"All hyperparameters:\n    {names}\nDetails:\n{table}\n".replace(_FILLER, "")


def _row(listed: _Listed, value: object) -> list[str]:
    if value is EMPTY:
        kind, shown = "", "(no value)"
    elif (member := member_name(value)) is not None:
        kind, shown = "Enum", member
    elif isinstance(value, NotLiteralEvaluable):
        kind, shown = "expression", value.expression
    else:
        kind = kind_name(type(value))
        shown = listed.hp.expression_of(value) or (
            value if isinstance(value, str) else readable_repr(value)
        )
    # Line breaks and tabs stay; other characters that cannot be printed are escaped.
    lines = ["\t".join(map(escape, line.split("\t"))) for line in shown.split("\n")]
    return [_fill(cell) for cell in (escape(listed.name), kind, "\n".join(lines))]


def _fill(text: str) -> str:
    """Expand tabs, and make the length of a text its width. Combining marks are composed."""
    if not text.isascii():
        from unicodedata import normalize

        text = normalize("NFC", text).replace(_FILLER, "")
        text = "".join(char + _FILLER * (display_width(char) - 1) for char in text)
    return text.expandtabs(_TAB)


def _occurrences(listed: _Listed, context: int, room: int | None) -> str:
    """Show places with the lines around them."""
    shown = []
    for number, occurrence in enumerate(listed.places):
        line, source = occurrence.line, occurrence.source
        place = _fill(f"  {escape(_dotted_path(occurrence.place))}")
        what = "occurrence" if isinstance(occurrence, Occurrence) else "scope"
        shown.append(f"{what}[{number}]:\n{place if room is None else _wrap(place, room)}")
        for excerpt in source.excerpt(line, before=context, after=context).split("\n"):
            mark, colon, code = excerpt.partition(": ")
            text = f"{mark}{colon}{_fill(code)}"
            if room is not None and len(text) > room:
                text = f"{text[: room - 1 - text.startswith(_FILLER, room - 1)]}…"
            shown.append(text)
    return "\n".join(shown)


def _fit(rows: list[list[str]], width: int) -> tuple[list[list[str]], int]:
    """Wrap names and values for a terminal; also return the columns left for the details."""
    share = max(width // 5, _LEAST_WIDTH)
    fitted = [[_wrap(cell, share) for cell in row] for row in rows]
    taken = len("|  |  |  |  |")
    # tabulate puts two spaces beside a header.
    for header, *cells in zip(("name  ", "type  ", "value  "), *fitted, strict=True):
        taken += max(len(line) for cell in (header, *cells) for line in cell.split("\n"))
    return fitted, max(width - taken, _LEAST_WIDTH)


def _wrap(text: str, width: int) -> str:
    """Break lines that are longer than a width, at spaces if there are any."""
    lines = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > width:
            at = rest.rfind(" ", len(rest) - len(rest.lstrip()) + 1, width + 1)
            end = at if at > 0 else width - rest.startswith(_FILLER, width)
            lines.append(rest[:end])
            rest = rest[end + (at > 0) :]
        lines.append(rest)
    return "\n".join(lines)


def _dotted_path(path: str) -> str:
    """Return a path below the current folder as `./main.py`, and any other unchanged."""
    relative = relative_path(path)
    if os.path.isabs(relative) or relative.startswith(("<", os.pardir)):
        return relative
    return os.path.join(os.curdir, os.path.normpath(relative))


def _origins(manager: HyperParameterManager, listed: Sequence[_Listed]) -> str:
    """Show every value, and below it what gave and what overrode it, lowest first."""
    values = manager.get_values()
    lines = []
    for line in listed:
        value = values.get(line.name, EMPTY)
        if value is EMPTY:
            lines.append(f"{line.name} has no value")
            continue
        is_deferred = isinstance(value, NotLiteralEvaluable)
        shown = expression_line(value) if is_deferred else readable_repr(value)
        lines.append(f"{line.name} = {member_name(value) or shown}")
        lines += [f"    {step}" for step in manager.explain(line.name)]
    return "".join(f"{escape(line)}\n" for line in lines)
