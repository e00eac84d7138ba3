"""New ranks from old ones: with a layer more or less, or with what came from elsewhere.

Owns what happens to what does not fit any more; must not know threads, origins,
or what the program has read.
"""

from __future__ import annotations

from ..errors import ImpossibleTree
from .ranks import Ranks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .layers import Layer


def layered(ranks: Ranks, layer: Layer) -> tuple[Ranks, dict[str, Any]]:
    """Put a layer on top.

    Returns:
        The new ranks, and the values that the layer changes.

    Raises:
        ImpossibleTree: if what the layer gives does not fit.
    """
    new = Ranks(ranks.separator, ranks._where)
    new.defaults, new.used, new.origin_of = ranks.defaults, ranks.used, ranks.origin_of
    new.calls, new.base = ranks.calls, ranks.base
    new.sets, new.resolved = dict(ranks.sets), dict(ranks.resolved)
    new.patches = dict(ranks.patches)
    new._branches = None if ranks._branches is None else set(ranks._branches)
    plan = new.plan(layer.given)
    new.commit(plan)
    new.layers = {**ranks.layers, layer: plan.puts}
    return new, plan.effective


def without(ranks: Ranks, layer: Layer) -> Ranks:
    """Take a layer away, and with it what stood on it and does not fit any more."""
    layers = {each: puts for each, puts in ranks.layers.items() if each is not layer}
    try:
        return ranks.rebuilt(layers=layers)
    except ImpossibleTree:
        new = ranks.on(ranks.defaults, ranks.used, ranks.calls, ranks.origin_of)
        _fit(new, ranks.base)
        new.sets = dict(new.base)
        new.layers = {each: _fit(new, puts) for each, puts in layers.items()}
        return new


def _fit(ranks: Ranks, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set one value after the other if it fits; return what that came to."""
    puts: dict[str, Any] = {}
    for name, value in values.items():
        try:
            puts.update(ranks.put({name: value}))
        except ImpossibleTree:
            continue
    return puts


def joined(
    ranks: Ranks, calls: dict[str, Any], own: Mapping[str, Any], others: Mapping[str, Any]
) -> Ranks:
    """Let what others have set win over what was set here, name by name.

    Args:
        ranks: the ranks to start from.
        calls: the defaults that any program has given.
        own: what was set here.
        others: what others have set.

    Raises:
        ImpossibleTree: if what others have set does not fit.
    """
    kept = {name: value for name, value in own.items() if name not in others}
    try:
        return ranks.rebuilt(calls=calls, sets={**kept, **others})
    except ImpossibleTree:
        apart = dict(_apart(ranks, kept, others))
        return ranks.rebuilt(calls=calls, sets={**apart, **others})


def _apart(
    ranks: Ranks, own: Mapping[str, Any], others: Mapping[str, Any]
) -> Iterable[tuple[str, Any]]:
    """Give what was set here neither above nor below a name that others have set."""
    over = {above for name in others for above in ranks.above(name)}
    for name, value in own.items():
        if name not in over and others.keys().isdisjoint(ranks.above(name)):
            yield name, value
