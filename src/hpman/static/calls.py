"""What a walk through one module has found: the calls of managers.

Owns which calls are those of managers, and what the module tells of where its
managers come from; knows not what a call says.
"""

from __future__ import annotations

from _ast import Name

from .scopes import Lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Call, expr
    from collections.abc import Callable, Collection, Iterator
    from typing import TypeAlias

    from .bindings import Bindings
    from .scopes import Scope
    from .shadowing import Shadows

    Origins: TypeAlias = tuple[frozenset[str], tuple[tuple[str, str], ...]]
    # The managers that a name may be; of a call, which ones it meets, and which line hides it.
    _Settled: TypeAlias = tuple[
        list[str], Callable[[Call], Collection[str]] | None, Callable[[Call], int | None] | None
    ]


def calls(found: Bindings) -> Iterator[tuple[Call, str, int | None]]:
    """Yield each call of a manager, the manager's placeholder, and the line that hides it.

    Args:
        found: the walk. A call is hidden by a line that binds its name to something
            else; by the seed's rule it counts all the same.
    """
    lookup = Lookup(found.placeholders, _foreign(found))
    shadows: Shadows | None = None
    # Most calls are of one name in few scopes.
    known: dict[tuple[str, Scope], _Settled] = {}
    for node, scope in found.calls:
        func = node.func
        if type(func) is Name:
            settled = known.get((func.id, scope))
            if settled is None:
                managers = lookup.managers(func, scope)
                is_rebound = len(managers) > 1 and scope.settles(func.id)
                is_hidden = lookup.is_hidden_somewhere(func.id, scope)
                settled = managers, None, None
                if is_rebound or is_hidden:
                    shadows = shadows or _shadows(found, lookup)
                    met = shadows.met(func.id, scope) if is_rebound else None
                    settled = managers, met, shadows.over(func.id, scope) if is_hidden else None
                known[func.id, scope] = settled
            placeholders, met, hiding = settled
        else:
            placeholders, met, hiding = lookup.managers(func, scope), None, None
        if met is not None:
            meets = met(node)
            placeholders = [each for each in placeholders if each in meets] or placeholders
        for placeholder in placeholders:
            yield node, placeholder, None if hiding is None else hiding(node)


def _foreign(found: Bindings) -> set[str]:
    """Return the names that the module imports from elsewhere only."""
    names = found.foreign - found.own
    if not names:
        return names
    is_ours = Lookup((), ()).is_ours
    return names - {name for name, value, scope in found.passed if is_ours(value, scope)}


def _shadows(found: Bindings, lookup: Lookup) -> Shadows:
    """Return what finds hidden calls, and those of rebound names; few modules need it."""
    from .shadowing import Shadows

    return Shadows(found.tree, lookup)


def origins(found: Bindings) -> Origins:
    """Return the placeholders that a module imports from hpman or makes, and its reexports."""
    # Without a placeholder, nothing is a manager that is not known to be one.
    managers = Lookup((), ()).managers
    named: dict[tuple[str, Scope], expr] = {}  # each name once in each scope
    passed = [(value, scope) for _name, value, scope in found.passed]
    for node, scope in found.calls:
        func = node.func
        if type(func) is Name:
            named[func.id, scope] = func
        else:
            passed.append((func, scope))
    passed += [(func, scope) for (_name, scope), func in named.items()]
    own = {name for node, scope in passed for name in managers(node, scope)}
    own |= found.imported
    return frozenset(own), tuple(found.borrowed)
