"""Hyperparameters as text for a reader.

Owns the yaml, json, detail and origin listings; knows neither a parser nor
files.
"""

from __future__ import annotations

from hpman import EMPTY, NotLiteralEvaluable, from_here

from .errors import Unholdable
from .snapshot import dump
from .transfer import saveable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hpman import HyperParameter, HyperParameterManager


def listed(manager: HyperParameterManager, how: str) -> tuple[str, list[str]]:
    """List the hyperparameters of a manager.

    Args:
        manager: the manager.
        how: one of `LISTINGS`.

    Returns:
        The text, and a sentence on each hyperparameter that it cannot show.

    >>> from hpman import HyperParameterManager
    >>> manager = HyperParameterManager("_").parse_source('_("weight_decay", 1e-4)')
    >>> listed(manager, "yaml")
    ('weight_decay: 0.0001\\n', [])
    """
    if how == "detail":
        return detail(manager), []
    if how == "origin":
        return origin(manager), []
    values, left_out = saveable(manager)
    order = [each.name for each in manager.hyperparameters() if each.name in values]
    shown: dict[str, object] = {}
    for name in order:
        try:
            dump({name: values[name]}, how)
        except Unholdable as problem:
            left_out.append(f"`{name}` is left out: it {problem.args[1]}.")
        else:
            shown[name] = values[name]
    return dump(shown, how), left_out


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
        path = from_here(occurrence.path)
        here = "./" if path != occurrence.path or not path.startswith(("/", "<")) else ""
        occurrences.append(
            f"occurrence[{number}]:\n"
            f"  {here}{path}:{occurrence.line}\n"
            f"{occurrence.source.excerpt(occurrence.line)}"
        )
    return [each.name, kind, shown, "\n".join(occurrences)]


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
