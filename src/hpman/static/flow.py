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
    AugAssign,
    Break,
    ExceptHandler,
    For,
    If,
    Match,
    NamedExpr,
    Raise,
    Return,
    Try,
    While,
    match_case,
    stmt,
)
from bisect import bisect_left, bisect_right
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Module
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias, TypeVar

    Place: TypeAlias = tuple[int, int]  # a line, and a column in bytes
    Span: TypeAlias = tuple[Place, Place]
    T = TypeVar("T")

_BRANCHING = (If, Match, Try, getattr(_ast, "TryStar", Try))  # `except*` came with 3.11
_ASSIGNING = (AnnAssign, AugAssign, NamedExpr)
_LOOPING = (AsyncFor, For)


class Flow:
    """Hold in which order the statements of a module bind, as far as their text tells."""

    def __init__(self, tree: Module) -> None:
        """Look at every node once."""
        self._effects: dict[Place, Place] = {}
        # What an expression binds, if it comes to that, and where its statement begins.
        self._perhaps: dict[Place, Place] = {}
        self._handlers: dict[Place, Place] = {}
        self._branches: dict[Span, tuple[Place, int]] = {}  # the statement, and which branch of it
        self._ends: dict[Span, list[Span]] = {}  # what no further round of a loop follows
        rounds: list[Span] = []
        blocks: list[tuple[Span, AST]] = []  # each with its last statement
        pending: list[tuple[AST, Place]] = [(tree, (0, 0))]
        while pending:
            node, statement = pending.pop()
            if isinstance(node, stmt):
                statement = _span([node])[0]
            self._note_binding(node, statement)
            if isinstance(node, _BRANCHING):
                self._branches.update(
                    (span, (statement, number)) for span, number in _branches(node)
                )
            rounds += _round(node)
            blocks += _blocks(node)
            pending += [(each, statement) for each in _below(node)]
        self._rounds = _Nested(rounds)  # what a loop runs again
        self._blocks = _Nested(span for span, _last in blocks)  # what may run, or not
        for span, last in blocks:
            self._note_end(span, last)

    def _note_binding(self, node: AST, statement: Place) -> None:
        """Note from where on the names hold that a node binds."""
        if isinstance(node, Assign):
            self._delay(node.targets, _end(node))
        elif isinstance(node, _ASSIGNING):
            self._delay([node.target], _end(node))
            if isinstance(node, NamedExpr):
                self._perhaps[start_of(node.target)] = statement
        elif isinstance(node, _LOOPING):
            self._delay([node.target], _span(node.body)[0])
        elif isinstance(node, ExceptHandler):
            self._handlers[start_of(node)] = _end(node)

    def _delay(self, targets: Sequence[Any], until: Place) -> None:
        """Let the names in targets be bound from another place on."""
        pending = [*targets]
        while pending:
            each = pending.pop()
            if hasattr(each, "ctx") and hasattr(each, "id"):
                place = start_of(each)
                self._effects[place] = max(until, self._effects.get(place, until))
            pending += _below(each)

    def _note_end(self, span: Span, last: AST) -> None:
        """Note a block that leaves loops around it at its end."""
        if isinstance(last, (Break, Raise, Return)):
            for loop in self._rounds.around(span[0]):
                self._ends.setdefault(loop, []).append(span)
                if isinstance(last, Break):
                    return

    def effect(self, place: Place) -> Place:
        """Return where what is written at a place has come into force."""
        return self._effects.get(place, place)

    def last(self, bound: Iterable[Place], *, is_later: bool) -> Callable[[Place], Iterator[Place]]:
        """Return what tells of a call which bindings of a name it meets, going by the text alone.

        That is the last one before it; what an `except` names is gone at its end. Where
        none before it stands in the body of a loop around it, the last one behind it
        follows: the next round meets that.

        Args:
            bound: the places of all bindings.
            is_later: whether the calls run after all of them.
        """
        handlers = _Nested(
            (place, self._handlers[place]) for place in bound if place in self._handlers
        )
        ordered = sorted(
            (self.effect(place), place) for place in bound if place not in self._handlers
        )
        effects = [effect for effect, _place in ordered]
        last_in: dict[Span, Place | None] = {}

        def met(call: Place) -> Iterator[Place]:
            behind = len(ordered) if is_later else bisect_right(effects, call)
            handler = next(handlers.around(call), None)
            if behind and (handler is None or effects[behind - 1] > handler[0]):
                yield ordered[behind - 1][1]
            elif handler is not None:
                yield handler[0]
            for loop in self._rounds.around(call):
                first = bisect_left(effects, loop[0])
                if first < behind:
                    return
                if loop not in last_in:
                    until = bisect_right(effects, loop[1])
                    last_in[loop] = self._last_that_stays(loop, ordered[first:until])
                found = last_in[loop]
                if found is not None:
                    yield found
                    return

        return met

    def _last_that_stays(self, loop: Span, inside: Sequence[tuple[Place, Place]]) -> Place | None:
        """Return the last binding in a loop that a further round may follow."""
        ends = _Nested(self._ends.get(loop, ()))
        left = (place for _effect, place in reversed(inside) if not any(ends.around(place)))
        return next(left, None)

    def reaching(self, bound: Mapping[Place, Collection[T]]) -> Callable[[Place], Collection[T]]:
        """Return what tells of a call which of all that a name is bound to it may meet.

        That is everything where the text does not tell.

        Args:
            bound: what each binding brings, by its place. None is in a function inside of
                the scope that the calls stand in.
        """
        # A statement need not run in the order of its text: `x() if (x := y) else z`.
        ordered = sorted((self._perhaps.get(each, self.effect(each)), each) for each in bound)
        effects = [effect for effect, _place in ordered]
        sure: dict[Span, list[int]] = {}  # by the block that they are met in
        numbers: dict[T, list[int]] = {}
        for number, (effect, place) in enumerate(ordered):
            if place not in self._perhaps:
                sure.setdefault(next(self._blocks.around(effect)), []).append(number)
            for each in bound[place]:
                numbers.setdefault(each, []).append(number)

        def reached(call: Place) -> Collection[T]:
            behind = bisect_right(effects, call)
            for block in self._blocks.around(call):
                count = bisect_left(sure.get(block, ()), behind)
                if count:  # whoever comes to the call has come by this one
                    first = sure[block][count - 1]
                    until = bisect_right(effects, self._end_of_rounds(call, effects[first]))
                    return [
                        each
                        for each, known in numbers.items()
                        if bisect_left(known, first) < bisect_left(known, until)
                    ]
            return numbers.keys()

        return reached

    def _end_of_rounds(self, call: Place, last: Place) -> Place:
        """Return where the outermost loop around a call ends that passes no place before it."""
        loops = [each for each in self._rounds.around(call) if not _holds(each, last)]
        return loops[-1][1] if loops else call

    def alternatives(self, places: Iterable[Place]) -> Callable[[Place], bool]:
        """Return what tells of a place whether one of some stands in another branch beside it."""
        taken: dict[Place, set[int]] = {}
        for each in places:
            for statement, number in self._branches_of(each):
                taken.setdefault(statement, set()).add(number)

        def has_alternative(place: Place) -> bool:
            return any(
                taken.get(statement, set()) - {number}
                for statement, number in self._branches_of(place)
            )

        return has_alternative

    def _branches_of(self, place: Place) -> Iterator[tuple[Place, int]]:
        """Yield the statements that branch around a place, each with the branch that it is in."""
        for block in self._blocks.around(place):
            if block in self._branches:
                yield self._branches[block]


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
        yield _span(node.body)


def _blocks(node: Any) -> Iterator[tuple[Span, AST]]:
    """Yield what of a node may run, or not, each with the last statement in it."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if type(block) is list and block:
            yield _span(block), block[-1]
    if isinstance(node, (ExceptHandler, match_case)):  # these bind names before their blocks
        last = node.body[-1]
        yield (start_of(getattr(node, "pattern", node)), _end(last)), last


def _branches(node: Any) -> Iterator[tuple[Span, int]]:
    """Yield the blocks of a statement, each with the number of the branch that it is in."""
    if isinstance(node, If):
        branches = [[node.body], [node.orelse]]
    elif isinstance(node, Match):
        branches = [[each.body] for each in node.cases]
    else:  # what follows a `try` that went well is of one branch with it
        branches = [[node.body, node.orelse], *([each.body] for each in node.handlers)]
    for number, blocks in enumerate(branches):
        for block in filter(None, blocks):
            yield _span(block), number


def _span(block: Sequence[Any]) -> Span:
    """Return first and last place of some statements, with the decorators of the first."""
    decorators = getattr(block[0], "decorator_list", ())
    return start_of([*decorators, block[0]][0]), _end(block[-1])


def _holds(span: Span, place: Place) -> bool:
    """Tell whether a place stands in a span."""
    return span[0] <= place <= span[1]


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
