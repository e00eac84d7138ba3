"""What is shown of the ranks of a store: a tree, the missing, the unused, the rows, the state.

Owns these views; must not know threads, nor change anything.
"""

from __future__ import annotations

from ..errors import EMPTY, NotLiteralEvaluable
from .messages import impossible
from .tree import nest, own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .history import Journal
    from .precedence import Ranks

CALLED, SET = 2, 3


def tree(ranks: Ranks, journal: Journal, prefix: str, *, annotate_dict: bool) -> dict[str, Any]:
    """Show the values below a prefix as nested dictionaries of their own.

    Args:
        ranks: what there is.
        journal: where it comes from, for the message.
        prefix: the branch to show, the empty text for all.
        annotate_dict: whether to mark the dictionaries that are values.

    Raises:
        ImpossibleTree: if the prefix is a leaf that holds no dictionary.
    """
    if not prefix:
        return nest(ranks.resolved, ranks.separator, annotate_dict=annotate_dict)
    is_leaf = prefix in ranks.resolved or ranks.leaf_above(prefix) is not None
    value = ranks.value(prefix) if is_leaf else EMPTY
    if value is EMPTY:
        return nest(ranks.resolved, ranks.separator, prefix, annotate_dict=annotate_dict)
    if isinstance(value, dict):
        shown: dict[str, Any] = own(prefix, value, annotate_dict=annotate_dict)
        return shown
    from .explanation import where

    message = f"`{prefix}`{where(journal, ranks, prefix, ranks.layers)} is a leaf, not a tree."
    raise impossible(message, f'Use get_value("{prefix}").', prefix)


def missing(ranks: Ranks, name: str) -> KeyError:
    """Make the error for a name without a value; it names those that are near."""
    from .messages import no_value
    from .tree import keys_below

    known = {**ranks.resolved, **dict.fromkeys(ranks.used)}
    keys = keys_below(ranks.resolved, ranks.separator)
    return KeyError(no_value(name, known, ranks.used, keys, ranks.separator))


def unused(ranks: Ranks, read: set[str]) -> list[str]:
    """List what was set and is not among the names that were read.

    Reading a branch reads what is below it, and reading a key inside a leaf
    reads the leaf.
    """
    touched = {above for name in read for above in ranks.above(name)}
    return [
        name
        for name in ranks.sets
        if name not in read and name not in touched and read.isdisjoint(ranks.above(name))
    ]


def rows(ranks: Ranks, journal: Journal) -> list[tuple[str, Any, int]]:
    """List name, value and rank of run-time defaults and set values, as first written."""
    sets = [(name, value, SET) for name, value in _whole_sets(ranks)]
    found: list[tuple[str, Any, int]] = []
    done = 0
    for name, value in ranks.calls.items():
        written = max(done, journal.places[name][2])
        found += [*sets[done:written], (name, value, CALLED)]
        done = written
    return found + sets[done:]


def _whole_sets(ranks: Ranks) -> Iterator[tuple[str, Any]]:
    """Yield what was set by leaves: one of which a key was set, with its whole value."""
    shown: set[str] = set()
    for name, value in ranks.sets.items():
        leaf = name if name in ranks.resolved else ranks.leaf_above(name)
        if leaf in ranks.patches and not isinstance(ranks.resolved[leaf], NotLiteralEvaluable):
            if leaf not in shown:
                yield leaf, ranks.resolved[leaf]
            shown.add(leaf)
        else:
            yield name, value


def state(ranks: Ranks, journal: Journal) -> dict[str, Any]:
    """Return what was called and is set, with origins, as plain data."""
    return {
        "calls": dict(ranks.calls),
        "sets": dict(ranks.sets),
        "places": {name: journal.place(name) for name in journal.places},
        "history": journal.state(layer.history for layer in ranks.layers),
    }
