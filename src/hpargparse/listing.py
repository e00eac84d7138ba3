"""Hyperparameters as text for a reader.

Owns the yaml, json, detail and origin listings; knows neither a parser nor
files.
"""

from __future__ import annotations

import os

from hpman import EMPTY, NotLiteralEvaluable
from hpman._text import escape, relative_path
from hpman.literals import readable_repr

from .columns import FILLER, Columns
from .errors import UnsupportedValueError
from .snapshots.files import dump
from .snapshots.load_save import expression_line, saveable_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hpman import HyperParameter, HyperParameterManager


_TAB = 4  # the columns from one stop to the next
_CONTEXT = 5  # lines above and below a place
# At a terminal: the least that a column gets, and how many hyperparameters are few.
_LEAST_WIDTH = 12
_FEW = 20


def listed(
    manager: HyperParameterManager, how: str, *, width: int | None = None
) -> tuple[str, list[str]]:
    r"""List the hyperparameters of a manager.

    Args:
        manager: the manager.
        how: one of `LISTINGS`.
        width: the columns of the terminal that the text is for, None for anything else.

    Returns:
        The text, and a sentence on each hyperparameter that it cannot show.

    >>> from hpman import HyperParameterManager
    >>> manager = HyperParameterManager("_").parse_source('_("weight_decay", 1e-4)')
    >>> listed(manager, "yaml")
    ('weight_decay: 0.0001\n', [])
    """
    if how == "detail":
        return detail(manager, width=width), []
    if how == "origin":
        return origin(manager), []
    values, left_out = saveable_values(manager)
    order = [each.name for each in manager.hyperparameters()]
    shown = {name: values[name] for name in order if name in values}
    while True:
        try:
            return dump(shown, how, in_order=True), left_out
        except UnsupportedValueError as problem:
            left_out.append(f"`{escape(problem.name)}` is left out: it {problem.reason}.")
            del shown[problem.name]


def detail(manager: HyperParameterManager, *, width: int | None = None) -> str:
    """Show a table of all hyperparameters, each with its occurrences in the sources.

    Args:
        manager: the manager.
        width: the columns of a terminal: the table is made to fit, and shows no
            more than the line itself of each place where hyperparameters are many.
    """
    from tabulate import tabulate

    values = manager.get_values()
    found = manager.hyperparameters()
    columns = Columns()
    rows = [_row(each, values.get(each.name, EMPTY)) for each in found]
    rows = [[columns.counted(cell).expandtabs(_TAB) for cell in row] for row in rows]
    names, room, context = str([each.name for each in found]), None, _CONTEXT
    if width is not None:
        names = _wrapped(columns.counted(names), width - 4).replace("\n", "\n    ")
        rows, room = _fitted(rows, width)
        context = _CONTEXT if len(found) <= _FEW else 0
    for row, each in zip(rows, found, strict=True):
        row.append(_places(each, context, room, columns))
    numbers = all(type(values.get(each.name)) in (int, float) for each in found)
    table = tabulate(
        rows,
        headers=["name", "type", "value", "details"],
        tablefmt="grid",
        disable_numparse=True,
        colalign=["left", "left", "right" if numbers else "left", "left"] if rows else None,
    )
    return columns.shown(f"All hyperparameters:\n    {names}\nDetails:\n{table}\n")


def _row(each: HyperParameter, value: object) -> list[str]:
    """Make the row of one hyperparameter."""
    if value is EMPTY:
        kind, shown = "", "(no value)"
    elif isinstance(value, NotLiteralEvaluable):
        kind, shown = "expression", _lines(value.expression)
    else:
        kind = type(value).__name__
        shown = _lines(value) if isinstance(value, str) else readable_repr(value)
    return [escape(each.name), kind, shown]


def _lines(text: str) -> str:
    """Let a text keep its lines and tabs, and escape all else that does not print."""
    return "\n".join("\t".join(map(escape, line.split("\t"))) for line in text.split("\n"))


def _places(each: HyperParameter, context: int, room: int | None, columns: Columns) -> str:
    """Show each place of a hyperparameter with lines around it, cut off without room."""
    shown = []
    for number, occurrence in enumerate(each.occurrences):
        path, line, source = occurrence.path, occurrence.line, occurrence.source
        place = columns.counted(f"  {escape(_seen_from_here(path))}:{line}")
        if room is not None:
            place = _wrapped(place, room)
        shown.append(f"occurrence[{number}]:\n{place}")
        for excerpt in source.excerpt(line, before=context, after=context).split("\n"):
            mark, colon, code = excerpt.partition(": ")
            text = f"{mark}{colon}{columns.counted(code).expandtabs(_TAB)}"
            if room is not None and len(text) > room:
                text = f"{text[: room - 1 - text.startswith(FILLER, room - 1)]}…"
            shown.append(text)
    return "\n".join(shown)


def _fitted(rows: list[list[str]], width: int) -> tuple[list[list[str]], int]:
    """Wrap names and values for a terminal; return how wide the details may be, too."""
    share = max(width // 5, _LEAST_WIDTH)
    fitted = [[_wrapped(cell, share) for cell in row] for row in rows]
    taken = len("|  |  |  |  |")
    # tabulate leaves two blanks beside a header.
    for header, *cells in zip(("name  ", "type  ", "value  "), *fitted, strict=True):
        taken += max(len(line) for cell in (header, *cells) for line in cell.split("\n"))
    return fitted, max(width - taken, _LEAST_WIDTH)


def _wrapped(text: str, width: int) -> str:
    r"""Break lines that are longer than a width, at blanks if there are any.

    >>> _wrapped("[30, 60, 90]\nab", 8)
    '[30, 60,\n90]\nab'
    """
    lines = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > width:
            at = rest.rfind(" ", len(rest) - len(rest.lstrip()) + 1, width + 1)
            end = at if at > 0 else width - rest.startswith(FILLER, width)
            lines.append(rest[:end])
            rest = rest[end + (at > 0) :]
        lines.append(rest)
    return "\n".join(lines)


def _seen_from_here(path: str) -> str:
    """Show a path below the current folder as `./main.py`, and any other as it is.

    >>> _seen_from_here("./src/main.py"), _seen_from_here("../main.py")
    ('./src/main.py', '../main.py')
    """
    relative = relative_path(path)
    if os.path.isabs(relative) or relative.startswith(("<", os.pardir)):
        return relative
    return os.path.join(os.curdir, os.path.normpath(relative))


def origin(manager: HyperParameterManager) -> str:
    """Show where each value came from: name and value, then its chain, lowest first."""
    values = manager.get_values()
    lines = []
    for each in manager.hyperparameters():
        value = values.get(each.name, EMPTY)
        if value is EMPTY:
            lines.append(f"{each.name} has no value")
            continue
        is_deferred = isinstance(value, NotLiteralEvaluable)
        shown = expression_line(value) if is_deferred else readable_repr(value)
        lines.append(f"{each.name} = {shown}")
        lines += [f"    {step}" for step in manager.explain(each.name)]
    return "".join(f"{escape(line)}\n" for line in lines)
