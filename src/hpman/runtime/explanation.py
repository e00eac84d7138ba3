"""The chain of origins that led to a value.

Owns how the records of several names are combined for one name; does not change them.
"""

from __future__ import annotations

from ..errors import EMPTY
from ..names import scoped_names
from .origin import Explanation, Origin, brief
from .tree import copied, dig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .precedence import RankedValues
    from .store import Store


def explain(store: Store, name: str) -> Explanation:
    """Return the origins of a value, lowest precedence first."""
    with store.lock:
        store.require(name)
        ranked = store.ranked
        scope, plain = ranked.split(name)
        if scope:
            ranked = store.view.home.ranked.in_scope(scope)
        origins = [
            _with_name(origin, n) if n != plain and not _has_name(origin, n) else origin
            for n in scoped_names(ranked.scope, plain)
            for origin in _origins(ranked, n)
        ]
        return Explanation(origin.replace(value=copied(origin.value)) for origin in origins)


def _origins(ranked: RankedValues, name: str) -> Iterator[Origin]:
    start = name + ranked.separator
    leaf = ranked.leaf_of(name)
    leaves = [leaf] if leaf is not None else [n for n in ranked.resolved if n.startswith(start)]
    origins = [(n, origin) for n in leaves for origin in _default_origins(ranked, n)]
    names = (*ranked.above(name), name)
    if any(n in names or n.startswith(start) for n in ranked.sets):
        events = ranked.history.events(names, below=start)
        origins += [(n, Origin(*place, value)) for _time, n, place, value in events]
    for owner, origin in origins:
        yield from _translated(ranked, origin, owner, name)


def latest_origin(ranked: RankedValues, name: str) -> Origin | None:
    """Return the last origin of a leaf, None if it has none."""
    set_by = [
        Origin(*place, value)
        for scoped in scoped_names(ranked.scope, name)
        for *_, place, value in ranked.history.events([scoped])
    ]
    origins = [*_default_origins(ranked, name), *set_by]
    return origins[-1] if origins else None


def _default_origins(ranked: RankedValues, leaf: str) -> Iterator[Origin]:
    if leaf in ranked.defaults:
        origin = ranked.origin_of(leaf) if ranked.origin_of is not None else None
        yield origin or Origin("source", value=ranked.defaults[leaf])
    if leaf in ranked.calls:
        site = ranked.call_sites[leaf]
        yield Origin("call", site.path, site.line, None, ranked.calls[leaf])


def _has_name(origin: Origin, name: str) -> bool:
    """Return whether the text of an origin says which name it is about."""
    return origin.kind == "option" or name in (origin.text or "")


def _with_name(origin: Origin, name: str) -> Origin:
    return origin.replace(text=f"{origin.text or ''} {name}".strip())


def _translated(ranked: RankedValues, origin: Origin, owner: str, name: str) -> Iterator[Origin]:
    """Return the origin of one name as that of another name, which is above or below it."""
    if owner == name:
        yield origin
    elif owner.startswith(name + ranked.separator):
        text = origin.text or (brief(origin.value) if origin.kind == "call" else "")
        yield _with_name(origin.replace(text=text), owner)
    else:
        value = dig(origin.value, ranked.path(owner, name, origin.value))
        if value is not EMPTY:
            yield origin.replace(value=value)
