"""Hyperparameters as text for a reader.

Owns the yaml, json, detail and origin listings; knows neither a parser nor
files.
"""

from __future__ import annotations

import os

from hpman import EMPTY, NotLiteralEvaluable, from_here

from .errors import Unholdable
from .snapshot import dump
from .transfer import saveable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hpman import HyperParameter, HyperParameterManager


def listed(manager: HyperParameterManager, how: str) -> tuple[str, list[str]]:
    r"""List the hyperparameters of a manager.

    Args:
        manager: the manager.
        how: one of `LISTINGS`.

    Returns:
        The text, and a sentence on each hyperparameter that it cannot show.

    >>> from hpman import HyperParameterManager
    >>> manager = HyperParameterManager("_").parse_source('_("weight_decay", 1e-4)')
    >>> listed(manager, "yaml")
    ('weight_decay: 0.0001\n', [])
    """
    if how == "detail":
        return detail(manager), []
    if how == "origin":
        return origin(manager), []
    values, left_out = saveable(manager)
    order = [each.name for each in manager.hyperparameters()]
    shown = {name: values[name] for name in order if name in values}
    while True:
        try:
            return dump(shown, how, in_order=True), left_out
        except Unholdable as problem:
            name, why = problem.args
            left_out.append(f"`{name}` is left out: it {why}.")
            del shown[name]


def detail(manager: HyperParameterManager) -> str:
    """Show a table of all hyperparameters, each with its occurrences in the sources."""
    from tabulate import tabulate

    values = manager.get_values()
    found = manager.hyperparameters()
    rows = [_row(each, values.get(each.name, EMPTY)) for each in found]
    numbers = all(type(values.get(each.name)) in (int, float) for each in found)
    table = tabulate(
        rows,
        headers=["name", "type", "value", "details"],
        tablefmt="grid",
        disable_numparse=True,
        colalign=["left", "left", "right" if numbers else "left", "left"] if rows else None,
    )
    names = [each.name for each in found]
    return f"All hyperparameters:\n    {names}\nDetails:\n{table}\n"


def _row(each: HyperParameter, value: object) -> list[str]:
    """Make the row of one hyperparameter."""
    if value is EMPTY:
        kind, shown = "", "(no value)"
    elif isinstance(value, NotLiteralEvaluable):
        kind, shown = "expression", value.expression
    else:
        kind, shown = type(value).__name__, value if isinstance(value, str) else repr(value)
    occurrences = []
    for number, occurrence in enumerate(each.occurrences):
        occurrences.append(
            f"occurrence[{number}]:\n"
            f"  {_seen_from_here(occurrence.path)}:{occurrence.line}\n"
            f"{occurrence.source.excerpt(occurrence.line)}"
        )
    return [each.name, kind, shown, "\n".join(occurrences)]


def _seen_from_here(path: str) -> str:
    """Show a path below the current folder as `./main.py`, and any other as it is.

    >>> _seen_from_here("./src/main.py"), _seen_from_here("../main.py")
    ('./src/main.py', '../main.py')
    """
    relative = from_here(path)
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
        shown = value.expression if isinstance(value, NotLiteralEvaluable) else repr(value)
        lines.append(f"{each.name} = {shown}")
        lines += [f"    {step}" for step in manager.explain(each.name)]
    return "".join(f"{line}\n" for line in lines)
