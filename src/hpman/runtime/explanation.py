"""The chain of what gave a name its value and what overrode it.

Owns how what was noted of several names becomes the story of one; must not
know which value wins, nor write anything.
"""

from __future__ import annotations

from ..errors import EMPTY
from .history import UNKNOWN
from .origin import Explanation, Origin, brief
from .tree import dig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .history import History, Journal
    from .override_stack import Layer
    from .precedence import Ranks


def explain(journal: Journal, ranks: Ranks, name: str) -> Explanation:
    """Chain what gave a name its value, lowest first; empty for an unknown name."""
    names = [*ranks.above(name), name]
    found = [
        seen
        for leaf in _leaves(ranks, name)
        for origin in _given(journal, ranks, leaf)
        for seen in _seen_from(ranks, origin, leaf, name)
    ]
    below = name + ranks.separator
    if _is_set(ranks, names, below):
        more = _histories(ranks.layers)
        for _, given, place, value in journal.events(names, below=below, more=more):
            found.extend(_seen_from(ranks, Origin(*place, value), given, name))
    return Explanation(found)


def _is_set(ranks: Ranks, names: Iterable[str], below: str) -> bool:
    """Tell whether something that was set is still there, at one of the names or below."""
    return not ranks.sets.keys().isdisjoint(names) or any(
        each.startswith(below) for each in ranks.sets
    )


def where(journal: Journal, ranks: Ranks, name: str, layers: Iterable[Layer]) -> str:
    """Show the latest origin of a name for a message, as far as it is known.

    Args:
        journal: what was written where.
        ranks: the ranks that the message is about; perhaps not whole, and without layers.
        name: the name.
        layers: the blocks that last.
    """
    events = journal.events([name], more=_histories(layers))
    given = [Origin(*place, value) for *_, place, value in events if place != UNKNOWN]
    shown = [*_given(journal, ranks, name), *given]
    return f" ({shown[-1]})" if shown else ""


def _histories(layers: Iterable[Layer]) -> list[History]:
    """List the histories of what is set for the length of a block."""
    return [layer.history for layer in layers]


def _leaves(ranks: Ranks, name: str) -> list[str]:
    """List the leaf at or above a name, else those below."""
    leaf = name if name in ranks.resolved else ranks.leaf_above(name)
    if leaf is not None:
        return [leaf]
    start = name + ranks.separator
    return [each for each in ranks.resolved if each.startswith(start)]


def _given(journal: Journal, ranks: Ranks, leaf: str) -> Iterator[Origin]:
    """Give the origins of the two ranks of defaults."""
    if leaf in ranks.defaults:
        origin = ranks.origin_of(leaf) if ranks.origin_of is not None else None
        yield origin or Origin("source", value=ranks.defaults[leaf])
    if leaf in ranks.calls and leaf in journal.places:  # one from elsewhere may not fit here
        path, line, _ = journal.place(leaf)
        yield Origin("call", path, line, None, ranks.calls[leaf])


def _seen_from(ranks: Ranks, origin: Origin, given: str, name: str) -> Iterator[Origin]:
    """Turn the origin of one name into that of another, above or below it."""
    if given == name:
        yield origin
    elif given.startswith(name + ranks.separator):
        text = origin.text or (brief(origin.value) if origin.kind == "call" else "")
        yield origin.replace(text=f"{text} {given}".strip())
    else:
        value = dig(origin.value, ranks.path(given, name, origin.value))
        if value is not EMPTY:
            yield origin.replace(value=value)
