"""Scopes of one module, and what names may mean in them.

Owns Python's look-up of names, scope by scope; knows neither how bindings are
found nor what they are asked for.
"""

from __future__ import annotations

from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import expr
    from collections.abc import Iterator


class Meaning(Record):
    """Say what a name may stand for: a kind, and for a manager its placeholder."""

    __slots__ = ()
    kind: str
    placeholder: str = ""


PACKAGE = Meaning("package")  # hpman
MODULE = Meaning("module")  # hpman.m
CLASS = Meaning("class")  # hpman.HyperParameterManager
SAME = Meaning("same")  # imported from elsewhere by the same name: may be ours, handed on
FOREIGN = Meaning("foreign")  # imported from elsewhere, where it has another name
OTHER = Meaning("other")  # bound by anything else


class Scope:
    """Hold what one module, class, function or comprehension binds."""

    __slots__ = ("bindings", "elsewhere", "is_class", "outer")

    def __init__(self, outer: Scope | None, *, is_class: bool = False) -> None:
        """Open a scope inside another."""
        self.outer = outer
        self.is_class = is_class
        self.bindings: dict[str, list[Meaning | expr]] = {}
        self.elsewhere: dict[str, Scope] = {}  # names declared global or nonlocal

    def home(self, name: str) -> Scope:
        """Return the scope in which this one binds the name."""
        return self.elsewhere.get(name, self)

    def module(self) -> Scope:
        """Return the outermost scope."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def function(self) -> Scope:
        """Return the nearest scope around this one that is no class."""
        scope = self.outer or self
        while scope.is_class and scope.outer is not None:
            scope = scope.outer
        return scope

    def visible(self, name: str) -> Iterator[tuple[Scope, list[Meaning | expr]]]:
        """Yield what the name is bound to, from the inside out, as Python looks it up."""
        scope: Scope | None = self.home(name)
        while scope is not None:
            if name in scope.bindings and (scope is self or not scope.is_class):
                yield scope, scope.bindings[name]
            scope = scope.outer
