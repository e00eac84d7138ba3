"""Rows on values: calls of a manager, and many values at once."""

from __future__ import annotations

from contextlib import nullcontext
from copy import copy
from typing import TYPE_CHECKING, Any

from .measure import Row, best_of_statements, output
from .subject import manager

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from hpman import HyperParameterManager

_EMPTY = object()


class Floor:
    """The least that a manager's call can do: take the arguments and look up a name."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, object]) -> None:
        """Keep the values."""
        self.values = values

    def __call__(self, name: str, default: object = _EMPTY, /, **hints: object) -> Any:
        """Look the name up."""
        return self.values[name]


def rows(_folder: str, upstream: str | None) -> Iterator[Row]:
    """Measure each row in turn."""
    subject = manager()
    values = subject.get_values()
    many = {f"name_{number}": number for number in range(1000)}
    names: dict[str, object] = {
        "_": subject,
        "floor": Floor(dict(values)),
        "d": dict(values),
        "many": many,
        "items": list(many.items()),
        "copy": copy,
        "hidden": [64, 64],
        "closed": manager(1),
    }
    for what, floor, statement, aim, number in [
        ("_('lr')", "floor('lr')", "_('lr')", 1.1, 100_000),
        ("_('lr', 1e-3)", "floor('lr', 1e-3)", "_('lr', 1e-3)", 1.25, 100_000),
        (
            "_('hidden', [64, 64])",
            "copy(hidden); floor('lr', [64, 64])",
            "_('hidden', [64, 64])",
            1.5,
            2000,
        ),
        ("_('hidden')", "copy(hidden); floor('lr')", "_('hidden')", 1.5, 2000),
        ("_('lr') in an override", "closed('lr')", "_('lr')", 6, 2000),
        ("_('lr') after an override", "floor('lr')", "_('lr')", 1.1, 100_000),
        ("_('lr') in a scope", "closed('lr')", "_('lr')", 6, 2000),
        ("_('lr') after a scope", "floor('lr')", "_('lr')", 1.1, 100_000),
        ("_('a.b.c')", "_('lr')", "_('a.b.c')", 1.25, 100_000),
        ("get_values(), 1,000", "dict(d)", "_.get_values()", 3, 2000),
        ("set_values(), 1,000", "for k, v in items: d[k] = v", "_.set_values(many)", 5, 1000),
        ("_('lr', 1e-3) after a set", "floor('lr', 1e-3)", "_('lr', 1e-3)", 1.25, 100_000),
    ]:
        if "after a set" in what:
            subject.set_value("lr", 0.5)
        with _block(subject, what):
            least, ours = best_of_statements(floor, statement, names=names, number=number)
        theirs = None
        if upstream is not None and hasattr(subject, "get_values"):
            theirs = _upstream(upstream, statement) / least
        yield Row(what, floor, ours / least, aim, theirs)


def _block(subject: HyperParameterManager, what: str) -> AbstractContextManager[object]:
    """Return the block that a row runs in."""
    if "in an override" in what:
        return subject.override(depth=1)
    return subject.scope("encoder") if "in a scope" in what else nullcontext()


def _upstream(python: str, statement: str) -> float:
    """Time a statement on upstream's manager."""
    return float(output([python, "-m", "benchmarks.subject", "call", statement]))
