"""In which order the statements of a module run, as far as their text tells.

Owns what of the text runs before what, again, or perhaps not at all; knows neither
what names stand for nor what is asked.
"""

from __future__ import annotations

import _ast
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
    Module,
    NamedExpr,
    Raise,
    Return,
    Try,
    While,
)
from bisect import bisect_right
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    Place: TypeAlias = tuple[int, int]  # a line, and a column in bytes
    Span: TypeAlias = tuple[Place, Place]
    Bound: TypeAlias = tuple[Place, Place, bool]  # in force from, written at, a manager

_BRANCHING = (If, Match, Try, getattr(_ast, "TryStar", Try))  # `except*` came with 3.11
_ASSIGNING = (AnnAssign, Assign, AugAssign, NamedExpr)
_LOOPING = (AsyncFor, For)
_SCOPES = (AsyncFunctionDef, ClassDef, FunctionDef, Lambda)


class Flow:
    """Hold in which order the statements of a module bind, as far as their text tells."""

    def __init__(self, tree: Module) -> None:
        """Look at every node once."""
        self._effects: dict[Place, Place] = {}
        self._branchings: list[list[Span]] = []
        self._scopes: list[Span] = []
        self._handlers: dict[Place, Place] = {}
        self._last: list[tuple[Span, Span]] = []  # what no further round of a loop follows
        self._perhaps: set[Place] = set()  # where an expression binds, if it comes to that
        rounds: list[Span] = []
        blocks: list[Span] = []
        pending: list[tuple[AST, list[Span]]] = [(tree, [])]
        while pending:
            node, loops = pending.pop()
            if isinstance(node, _ASSIGNING):
                self._delay(node, _end(node))
                if isinstance(node, NamedExpr):
                    self._perhaps.add(start_of(node.target))
            elif isinstance(node, _LOOPING):
                self._delay(node.target, start_of(node.body[0]))
            elif isinstance(node, _BRANCHING):
                self._branchings.append([*_branches(node)])
            elif isinstance(node, ExceptHandler):
                self._handlers[start_of(node)] = _end(node)
            elif isinstance(node, _SCOPES):
                self._scopes.append((start_of(node), _end(node)))
            inner = [*loops, *_round(node)]
            rounds += inner[len(loops) :]
            blocks += _blocks(node)
            self._note_ends(node, inner)
            pending += [(each, inner) for each in _below(node)]
        self._rounds = _Nested(rounds)  # what a loop runs again
        self._blocks = _Nested(blocks)  # what may run, or not

    def _note_ends(self, node: Any, loops: list[Span]) -> None:
        """Note the blocks of a node that leave loops around it at their ends."""
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if loops and type(block) is list and block:
                span = start_of(block[0]), _end(block[-1])
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
        for loop in self._rounds.around(call):
            if any(_holds(loop, scope[0]) and _holds(scope, call) for scope in self._scopes):
                continue
            inside = [each for each in ordered if _holds(loop, each[1])]
            if any(each[0] <= call for each in inside):
                return []
            ends = [span for each, span in self._last if each == loop]
            left = [each for each in inside if not any(_holds(span, each[1]) for span in ends)]
            if left:
                return left[-1:]
        return []

    def reaching(self, bound: Iterable[Place]) -> Callable[[Place], Iterator[Place]]:
        """Return what tells of a call which bindings of a name it may meet.

        These are all where the text does not tell.

        Args:
            bound: the places of all bindings. None is in a function inside of the scope
                that the calls stand in.
        """
        ordered = sorted((self.effect(place), place) for place in bound)
        effects = [effect for effect, _place in ordered]

        def reached(call: Place) -> Iterator[Place]:
            behind = bisect_right(effects, call)
            for number in range(behind - 1, -1, -1):
                effect, place = ordered[number]
                yield place
                if place not in self._perhaps and self._is_passed(effect, call):
                    until = bisect_right(effects, self._end_of_rounds(call, effect))
                    yield from (place for _effect, place in ordered[behind:until])
                    return
            yield from (place for _effect, place in ordered)

        return reached

    def _is_passed(self, place: Place, call: Place) -> bool:
        """Tell whether who comes to a call has come by a place before it."""
        block = next(self._blocks.around(place), None)
        return block is None or _holds(block, call)

    def _end_of_rounds(self, call: Place, last: Place) -> Place:
        """Return where the outermost loop around a call ends that passes no place before it."""
        loops = [each for each in self._rounds.around(call) if not _holds(each, last)]
        return loops[-1][1] if loops else call

    def _delay(self, node: AST, until: Place) -> None:
        """Let the names that a node binds be bound from another place on."""
        pending = [node]
        while pending:
            each: Any = pending.pop()
            if hasattr(each, "ctx") and hasattr(each, "id"):
                place = start_of(each)
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


class _Nested:
    """Find which of many spans hold a place; each two are apart, or one is inside of the other.

    Args:
        spans: the spans.
    """

    __slots__ = ("_outer", "_spans", "_starts")

    def __init__(self, spans: Iterable[Span]) -> None:
        """Note of each span which one is around it."""
        self._spans = sorted(sorted(spans, reverse=True), key=itemgetter(0))
        self._starts = [start for start, _end in self._spans]
        self._outer: list[int] = []
        around: list[int] = []
        for number, (_start, end) in enumerate(self._spans):
            while around and not _holds(self._spans[around[-1]], end):
                around.pop()
            self._outer.append(around[-1] if around else -1)
            around.append(number)

    def around(self, place: Place) -> Iterator[Span]:
        """Yield the spans that hold a place, the innermost first."""
        number = bisect_right(self._starts, place) - 1
        while number >= 0:
            if _holds(self._spans[number], place):
                yield self._spans[number]
            number = self._outer[number]


def _round(node: AST) -> Iterator[Span]:
    """Yield what a node runs again and again, if it is a loop."""
    if isinstance(node, While):
        yield start_of(node.test), _end(node.body[-1])
    elif isinstance(node, _LOOPING):
        yield start_of(node.body[0]), _end(node.body[-1])


def _blocks(node: Any) -> Iterator[Span]:
    """Yield what of a statement may run, or not."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if type(block) is list and block and not isinstance(node, Module):
            yield start_of(getattr(node, "pattern", block[0])), _end(block[-1])
    if isinstance(node, ExceptHandler):
        yield start_of(node), _end(node)


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
            yield start_of(block[0]), _end(block[-1])


def _below(node: AST) -> Iterator[AST]:
    """Yield the nodes right below a node."""
    for field in node._fields:
        part = getattr(node, field, None)
        for each in part if type(part) is list else (part,):
            if isinstance(each, AST):
                yield each


def start_of(node: Any) -> Place:
    """Return the place of the first character of a node."""
    return node.lineno, node.col_offset


def _end(node: Any) -> Place:
    """Return the place behind the last character of a node."""
    return node.end_lineno, node.end_col_offset
