"""Find the bindings of a name that reach a call, if the name is bound more than once.

Owns the order of bindings, which depends on scopes, on the branches of `if`, `match` and
`try`, and on the order of the text. Loops are treated as straight code.
"""

from __future__ import annotations

import _ast
from _ast import ExceptHandler, If, Try, match_case
from _bisect import bisect_right
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import AST, Call, Module
    from collections.abc import Callable, Iterator
    from typing import Any

    from .binding_scopes import BindingScope, Position, Resolver

    Span = tuple[Position, Position]

_BRANCHING = (If, Try, getattr(_ast, "TryStar", Try))  # `except*` came with Python 3.11
_END = (1 << 62, 0)  # after all bindings


class Shadowing:
    """Find the managers that a call reaches, or the line that hides them."""

    def __init__(self, tree: Module, resolver: Resolver) -> None:
        self._branch_at = _branch_finder(tree)
        self._resolver = resolver
        self._definitions: dict[tuple[BindingScope, str], _Definitions] = {}

    def reach(
        self, name: str, binding_scope: BindingScope, managers: list[str]
    ) -> Callable[[Call], tuple[list[str], int | None]]:
        """Return a function from a call to the managers that it may reach, or what hides them."""
        homes = [*binding_scope.lookup(name)]
        is_class = homes[0].kind == "class"
        is_owner = binding_scope.owns(name)
        first = self._in(homes[0], name).starts[0]

        def reached(call: Call) -> tuple[list[str], int | None]:
            position = call.lineno, call.col_offset
            # Until a class body binds a name, the name is looked up outside the class.
            visible = homes[1:] if is_class and position < first else homes
            if not visible:
                return managers, None
            home = visible[0]
            runs_later = binding_scope.runs_later_than(home)
            placeholders, line = self._in(home, name).reaching(_END if runs_later else position)
            here = [p for p in managers if p in placeholders] if is_owner else []
            return here or managers, None if placeholders else line

        return reached

    def _in(self, home: BindingScope, name: str) -> _Definitions:
        variable = home, name
        if variable not in self._definitions:
            self._definitions[variable] = _Definitions(
                [
                    (binding.start, binding.line, self._resolver.placeholders(binding, home))
                    for binding in home.bindings[name]
                ],
                self._branch_at,
            )
        return self._definitions[variable]


class _Definitions:
    """The bindings of one name in one scope: position, line and placeholders, in order."""

    def __init__(
        self,
        definitions: list[tuple[Position, int, set[str]]],
        branch_at: Callable[[Position], Span | None],
    ) -> None:
        self._definitions = sorted(definitions, key=itemgetter(0))
        self.starts: list[Position] = [start for start, _line, _names in self._definitions]
        self._branches = [branch_at(start) for start in self.starts]
        self._latest: tuple[Position, tuple[set[str], int]] | None = None

    def reaching(self, position: Position) -> tuple[set[str], int]:
        """Return the placeholders that may reach a position, and the line of the last binding.

        The last binding in a block around the position certainly runs, and hides those above
        it. Those in branches after it may run, so all of them count:

            _ = None                        # hidden by no binding, but
            try:
                from hpman.m import _       # this and
            except ImportError:
                _ = stand_in                # this may reach
            _("lr", 1e-3)                   # the call
        """
        if self._latest is None or self._latest[0] != position:
            self._latest = position, self._find(position)
        return self._latest[1]

    def _find(self, position: Position) -> tuple[set[str], int]:
        # If nothing is bound yet, it is unknown what runs before.
        stop = bisect_right(self.starts, position)
        placeholders: set[str] = set()
        for number in reversed(range(stop or len(self.starts))):
            placeholders |= self._definitions[number][2]
            branch = self._branches[number]
            if stop and (branch is None or branch[0] <= position <= branch[1]):
                break
        return placeholders, self._definitions[max(stop - 1, 0)][1]


def _branch_finder(tree: Module) -> Callable[[Position], Span | None]:
    """Return a function from a position to the innermost branch around it.

    Branches are blocks that may be skipped: those of `if`, `match` and `try`.
    """
    spans = sorted(_branch_spans(tree))
    starts = [start for start, _end in spans]
    outer: list[int] = []  # for each branch, the number of the one around it, or -1
    around = -1
    for number, (start, _end) in enumerate(spans):
        while around >= 0 and spans[around][1] <= start:
            around = outer[around]
        outer.append(around)
        around = number

    def branch_at(position: Position) -> Span | None:
        number = bisect_right(starts, position) - 1
        while number >= 0 and spans[number][1] < position:
            number = outer[number]
        return spans[number] if number >= 0 else None

    return branch_at


def _branch_spans(tree: Module) -> Iterator[Span]:
    pending: list[AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, (ExceptHandler, match_case)):  # these bind names before their body
            yield _span(getattr(node, "pattern", node), node.body[-1])
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            block: Any = getattr(node, field, None)
            if type(block) is list and block:
                pending += block
                if isinstance(node, _BRANCHING) and field in ("body", "orelse"):
                    yield _span(block[0], block[-1])


def _span(first: Any, last: Any) -> Span:
    return (first.lineno, first.col_offset), (last.end_lineno, last.end_col_offset)
