"""Calls of a name that stands for something else when they run.

Owns which of several bindings of a name a call meets; knows neither how
bindings are found nor what is asked of a manager.
"""

from __future__ import annotations

from _ast import (
    AST,
    AnnAssign,
    Assign,
    AsyncFor,
    AsyncFunctionDef,
    AugAssign,
    Break,
    ClassDef,
    ExceptHandler,
    For,
    FunctionDef,
    If,
    Lambda,
    Match,
    NamedExpr,
    Raise,
    Return,
    Try,
    While,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Call, Module
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeAlias

    from .scopes import Lookup, Scope

    Place: TypeAlias = tuple[int, int]  # a line, and a column in bytes
    Span: TypeAlias = tuple[Place, Place]
    Bound: TypeAlias = tuple[Place, Place, bool]  # in force from, written at, a manager

_BRANCHING = (If, Match, Try)
_ASSIGNING = (AnnAssign, Assign, AugAssign, NamedExpr)
_LOOPING = (AsyncFor, For)
_SCOPES = (AsyncFunctionDef, ClassDef, FunctionDef, Lambda)


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
        self._flow: _Flow | None = None

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
        return lambda call: (hiding_before if _start(call) < first else hiding)(call)

    def _in(self, home: Scope, name: str, scope: Scope) -> Callable[[Call], int | None]:
        """Return what tells of a call which line of one scope hides it."""
        kinds = [self._lookup.may_be_manager(each, home) for each in home.bindings[name]]
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
            at = _start(call)
            known = [each for each in ordered if flow.is_alive(each[1], at)]
            met = [each for each in known if is_later or each[0] <= at][-1:]
            if not met or met[0][2]:
                met = [] if is_later else flow.met_again(at, known)
            if not met or met[0][2]:
                return None
            place = met[0][1]
            return None if any(flow.are_alternatives(place, each) for each in ours) else place[0]

        return hiding

    def _in_order(self) -> _Flow:
        """Return the order in which the module binds; few ask for it."""
        self._flow = self._flow or _Flow(self._tree)
        return self._flow


def _hidden_in_any_case(places: list[Place]) -> Callable[[Call], int]:
    """Return what tells of a call the last line before it that hides it, or else the first."""

    def hiding(call: Call) -> int:
        before = [place for place in places if place <= _start(call)]
        return (before[-1] if before else places[0])[0]

    return hiding


class _Flow:
    """Hold in which order the statements of a module bind, as far as their text tells."""

    def __init__(self, tree: Module) -> None:
        """Look at every node once."""
        self._effects: dict[Place, Place] = {}
        self._branchings: list[list[Span]] = []
        self._scopes: list[Span] = []
        self._handlers: dict[Place, Place] = {}
        self._rounds: list[Span] = []  # what a loop runs again, the innermost first
        self._last: list[tuple[Span, Span]] = []  # what no further round of a loop follows
        pending: list[tuple[AST, list[Span]]] = [(tree, [])]
        while pending:
            node, loops = pending.pop()
            if isinstance(node, _ASSIGNING):
                self._delay(node, _end(node))
            elif isinstance(node, _LOOPING):
                self._delay(node.target, _start(node.body[0]))
            elif isinstance(node, _BRANCHING):
                self._branchings.append([*_branches(node)])
            elif isinstance(node, ExceptHandler):
                self._handlers[_start(node)] = _end(node)
            elif isinstance(node, _SCOPES):
                self._scopes.append((_start(node), _end(node)))
            inner = [*loops, *_round(node)]
            self._rounds += inner[len(loops) :]
            self._note_ends(node, inner)
            pending += [(each, inner) for each in _below(node)]
        self._rounds.sort(reverse=True)

    def _note_ends(self, node: Any, loops: list[Span]) -> None:
        """Note the blocks of a node that leave loops around it at their ends."""
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if loops and type(block) is list and block:
                span = _start(block[0]), _end(block[-1])
                if isinstance(block[-1], Break):
                    self._last.append((loops[-1], span))
                elif isinstance(block[-1], (Raise, Return)):
                    self._last += [(loop, span) for loop in loops]

    def met_again(self, call: Place, ordered: Sequence[Bound]) -> list[Bound]:
        """Return the last binding that a call meets in the next round of a loop, if any.

        Args:
            call: the place of the call.
            ordered: all bindings, in the order in which they come into force.
        """
        for loop in self._rounds:
            if not _holds(loop, call) or any(
                _holds(loop, scope[0]) and _holds(scope, call) for scope in self._scopes
            ):
                continue
            inside = [each for each in ordered if _holds(loop, each[1])]
            if any(each[0] <= call for each in inside):
                return []
            ends = [span for each, span in self._last if each == loop]
            left = [each for each in inside if not any(_holds(span, each[1]) for span in ends)]
            if left:
                return left[-1:]
        return []

    def _delay(self, node: AST, until: Place) -> None:
        """Let the names that a node binds be bound from another place on."""
        pending = [node]
        while pending:
            each: Any = pending.pop()
            if hasattr(each, "ctx") and hasattr(each, "id"):
                place = _start(each)
                self._effects[place] = max(until, self._effects.get(place, until))
            pending += _below(each)

    def effect(self, place: Place) -> Place:
        """Return where what is written at a place has come into force."""
        return self._effects.get(place, place)

    def is_alive(self, place: Place, call: Place) -> bool:
        """Tell whether what is written at a place may still be bound where a call stands."""
        return place not in self._handlers or place <= call <= self._handlers[place]

    def are_alternatives(self, one: Place, other: Place) -> bool:
        """Tell whether two places stand in different branches of one statement."""
        for branches in self._branchings:
            found = [
                next((n for n, (first, last) in enumerate(branches) if first <= each <= last), -1)
                for each in (one, other)
            ]
            if found[0] != found[1] and -1 not in found:
                return True
        return False


def _round(node: AST) -> Iterator[Span]:
    """Yield what a node runs again and again, if it is a loop."""
    if isinstance(node, While):
        yield _start(node.test), _end(node.body[-1])
    elif isinstance(node, _LOOPING):
        yield _start(node.body[0]), _end(node.body[-1])


def _holds(span: Span, place: Place) -> bool:
    """Tell whether a place stands in a span."""
    return span[0] <= place <= span[1]


def _branches(node: Any) -> Iterator[Span]:
    """Yield first and last place of each branch of a statement."""
    handlers = [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    # What follows a `try` that went well is of one branch with it.
    body = getattr(node, "body", [])
    rest = getattr(node, "orelse", [])
    blocks = [body + rest] if handlers and body else [body, rest]
    for block in (*blocks, *(each.body for each in handlers)):
        if block:
            yield _start(block[0]), _end(block[-1])


def _below(node: AST) -> Iterator[AST]:
    """Yield the nodes right below a node."""
    for field in node._fields:
        part = getattr(node, field, None)
        for each in part if type(part) is list else (part,):
            if isinstance(each, AST):
                yield each


def _start(node: Any) -> Place:
    """Return the place of the first character of a node."""
    return node.lineno, node.col_offset


def _end(node: Any) -> Place:
    """Return the place behind the last character of a node."""
    return node.end_lineno, node.end_col_offset
