"""Calls of a name that is bound several times: which manager they meet, or what else.

Owns which of several bindings of a name a call meets; knows neither how
bindings are found nor what is asked of a manager.
"""

from __future__ import annotations

from .flow import Flow, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Call, Module
    from collections.abc import Callable, Collection

    from .flow import Place
    from .scopes import Lookup, Scope


class Shadows:
    """Tell for the calls of names which manager they meet, or what else.

    Names are looked up as Python does: the innermost scope that binds one
    decides; in the body of a class, the module does until the body binds it.
    Where that scope binds it to a manager and to something else, the last binding
    before the call counts; for a call in a function, which runs later, the last of
    all. Where none before it stands in the body of a loop around it, the last one
    behind it counts as well: the next round meets that. What stands in another
    branch of the same `if`, `match` or `try` than a manager is an alternative to
    it, and hides nothing. What an `except` names is gone at its end.

    Args:
        tree: the syntax tree of the module.
        lookup: says what is a manager.
    """

    def __init__(self, tree: Module, lookup: Lookup) -> None:
        """Look at nothing yet: few modules bind a manager's name to something else as well."""
        self._tree = tree
        self._lookup = lookup
        self._flow: Flow | None = None

    def over(self, name: str, scope: Scope) -> Callable[[Call], int | None]:
        """Return what tells of a call which line hides it, if one does.

        Args:
            name: the name that is called, hidden somewhere.
            scope: the scope that the calls stand in. What the name means there has
                to be settled.
        """
        homes = scope.visible(name)
        home = next(homes)
        hiding = self._in(home, name, scope)
        if home.kind != "class":
            return hiding
        outside = next(homes, None)
        hiding_before = self._in(outside, name, scope) if outside else lambda _call: None
        effect = self._in_order().effect
        first = min(map(effect, home.places[name]))
        return lambda call: (hiding_before if start_of(call) < first else hiding)(call)

    def met(self, name: str, scope: Scope) -> Callable[[Call], Collection[str]]:
        """Return what tells of a call which managers it may meet.

        Where a name is bound to one manager after another, a call in between
        belongs to the one that was bound last.

        Args:
            name: the name that is called, bound to several managers in a scope. What
                it means there has to be settled.
            scope: the scope that the calls stand in, and that alone binds the name.
        """
        reached = self._in_order().reaching(
            {
                place: self._lookup.placeholders(each, scope)
                for each, place in zip(scope.bindings[name], scope.places[name], strict=True)
            }
        )
        return lambda call: reached(start_of(call))

    def _in(self, home: Scope, name: str, scope: Scope) -> Callable[[Call], int | None]:
        """Return what tells of a call which line of one scope hides it."""
        places = home.places[name]
        ours = {
            place
            for place, each in zip(places, home.bindings[name], strict=True)
            if self._lookup.placeholders(each, home)
        }
        if not ours:
            return _hidden_in_any_case(sorted(places))
        flow = self._in_order()
        met = flow.last(places, is_later=scope.runs_later_than(home))
        has_alternative = flow.alternatives(ours)

        def hiding(call: Call) -> int | None:
            place = next((each for each in met(start_of(call)) if each not in ours), None)
            return None if place is None or has_alternative(place) else place[0]

        return hiding

    def _in_order(self) -> Flow:
        """Return the order in which the module binds; few ask for it."""
        self._flow = self._flow or Flow(self._tree)
        return self._flow


def _hidden_in_any_case(places: list[Place]) -> Callable[[Call], int]:
    """Return what tells of a call the last line before it that hides it, or else the first."""

    def hiding(call: Call) -> int:
        before = [place for place in places if place <= start_of(call)]
        return (before[-1] if before else places[0])[0]

    return hiding
