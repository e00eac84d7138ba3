"""Calls of a name that stands for something else when they run.

Owns which of several bindings of a name a call meets; knows neither how
bindings are found nor what is asked of a manager.
"""

from __future__ import annotations

from .flow import Flow, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Call, Module
    from collections.abc import Callable

    from .flow import Place
    from .scopes import Lookup, Scope


class Shadows:
    """Tell for the calls of names what else than a manager they meet.

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

    def met(self, name: str, scope: Scope) -> Callable[[Call], set[str]]:
        """Return what tells of a call which managers it may meet.

        Where a name is bound to one manager after another, a call in between
        belongs to the one that was bound last.

        Args:
            name: the name that is called, bound to several managers in a scope. What
                it means there has to be settled.
            scope: the scope that the calls stand in, and that alone binds the name.
        """
        bound = {
            place: self._lookup.placeholders(each, scope)
            for each, place in zip(scope.bindings[name], scope.places[name], strict=True)
        }
        every = set().union(*bound.values())
        reached = self._in_order().reaching(bound)

        def managers(call: Call) -> set[str]:
            found: set[str] = set()
            for place in reached(start_of(call)):
                found |= bound[place]
                if found == every:
                    break
            return found

        return managers

    def _in(self, home: Scope, name: str, scope: Scope) -> Callable[[Call], int | None]:
        """Return what tells of a call which line of one scope hides it."""
        kinds = [bool(self._lookup.placeholders(each, home)) for each in home.bindings[name]]
        if not any(kinds):
            return _hidden_in_any_case(sorted(home.places[name]))
        return self._telling(home, [*zip(home.places[name], kinds, strict=True)], scope)

    def _telling(
        self, home: Scope, bindings: list[tuple[Place, bool]], scope: Scope
    ) -> Callable[[Call], int | None]:
        """Return what tells of a call which line hides it, where a manager is bound as well."""
        flow = self._in_order()
        ordered = sorted((flow.effect(place), place, is_ours) for place, is_ours in bindings)
        ours = [place for place, is_ours in bindings if is_ours]
        is_later = scope.runs_later_than(home)

        def hiding(call: Call) -> int | None:
            at = start_of(call)
            known = [each for each in ordered if flow.is_alive(each[1], at)]
            met = [each for each in known if is_later or each[0] <= at][-1:]
            if not met or met[0][2]:
                met = [] if is_later else flow.met_again(at, known)
            if not met or met[0][2]:
                return None
            place = met[0][1]
            return None if any(flow.are_alternatives(place, each) for each in ours) else place[0]

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
