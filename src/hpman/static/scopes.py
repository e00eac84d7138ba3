"""Scopes of one module, and what names may mean in them.

Owns Python's look-up of names, scope by scope, through any chain of
assignments; knows neither how bindings are found nor what is asked of them.
"""

from __future__ import annotations

from _ast import Attribute, Call, Constant, Name, NamedExpr

from ..names import is_dunder, is_private, normalized
from ..record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import expr
    from collections.abc import Container, Iterable, Iterator
    from typing import Any

    Cell = tuple["Scope", str]  # a name in the scope that binds it


class Meaning(Record):
    """Say what a name may stand for: a kind, and for a manager its placeholder."""

    __slots__ = ()
    kind: str
    placeholder: str = ""


MANAGER_CLASS = "HyperParameterManager"
ROOT = "hpman"
PACKAGE = Meaning("package")  # hpman
MODULE = Meaning("module")  # hpman.m
CLASS = Meaning("class")  # hpman.HyperParameterManager
FOREIGN = Meaning("foreign")  # imported from elsewhere, where it has another name
OTHER = Meaning("other")  # bound by anything else
PACKAGE_MEMBERS = {"m": MODULE, MANAGER_CLASS: CLASS}
HANDED_ON = "same"  # the kind of what is imported from elsewhere, where it has the same name
_MANAGERS = frozenset(["manager"])
_CALLED = _MANAGERS | {"class"}
_OURS = _CALLED | {"package", "module"}


class _EveryName:
    """Hold every name there is."""

    def __contains__(self, name: object) -> bool:
        """Say yes."""
        return True


EVERY_NAME = _EveryName()

# The methods that return their manager.
CHAINED = frozenset("parse_file parse_source set_tree set_value set_values".split())


class Scope:
    """Hold what one module, class, function or comprehension binds.

    Args:
        outer: the scope around, None for a module.
        kind: `function` (a module counts as one), `class` or `comprehension`.
    """

    __slots__ = ("bindings", "elsewhere", "kind", "outer", "places", "shared")

    def __init__(self, outer: Scope | None, kind: str = "function") -> None:
        """Open a scope inside another."""
        self.outer: Scope | None = outer
        self.kind: str = kind
        self.bindings: dict[str, list[Meaning | expr]] = {}
        self.places: dict[str, list[tuple[int, int]]] = {}
        self.elsewhere: dict[str, Scope] = {}  # names declared global or nonlocal
        self.shared: set[str] = set()  # names that scopes inside bind here

    def bind(self, name: str, meaning: Meaning | expr, place: tuple[int, int] = (0, 0)) -> None:
        """Note one more thing that a name is bound to, and where in the text."""
        self.bindings.setdefault(name, []).append(meaning)
        self.places.setdefault(name, []).append(place)

    def outside_comprehensions(self) -> Scope:
        """Return the scope in which a walrus binds (PEP 572)."""
        scope = self
        while scope.kind == "comprehension" and scope.outer is not None:
            scope = scope.outer
        return scope

    def is_in_class(self) -> bool:
        """Tell whether this is, or is inside of, the body of a class."""
        scope: Scope | None = self
        while scope is not None and scope.kind != "class":
            scope = scope.outer
        return scope is not None

    def declare(self, name: str, *, is_global: bool) -> None:
        """Move a name, and what it is bound to, to the scope where it lives.

        To be called when everything is bound: a declaration holds for the whole
        scope, wherever in it it stands.
        """
        home = self._module() if is_global else self._enclosing(name)
        if home is self:  # `nonlocal` of a name that nothing around binds
            return
        self.elsewhere[name] = home
        for meaning, place in zip(
            self.bindings.pop(name, ()), self.places.pop(name, ()), strict=True
        ):
            home.bind(name, meaning, place)
            home.shared.add(name)

    def visible(self, name: str) -> Iterator[Scope]:
        """Yield the scopes that bind a name, from the inside out, as Python looks it up.

        What the body of a class binds is that of the module until it is bound.
        """
        scope: Scope | None = self.elsewhere.get(name, self)
        if scope is self and self.kind == "class" and name in self.bindings:
            yield self
            scope = self._module()
        while scope is not None:
            if scope.kind != "class":
                scope = scope.elsewhere.get(name, scope)  # a declaration holds for what is inside
                if name in scope.bindings:
                    yield scope
            scope = scope.outer

    def settles(self, name: str) -> bool:
        """Tell whether what a name means in this scope is bound by the code of this scope alone.

        The body of a class does not: what it has not bound yet is looked up outside.
        """
        return self.kind != "class" and name in self.bindings and name not in self.shared

    def runs_later_than(self, home: Scope) -> bool:
        """Tell whether a function stands between this scope and one around it."""
        scope: Scope | None = self
        while scope is not None and scope is not home:
            if scope.kind == "function":
                return True
            scope = scope.outer
        return False

    def _module(self) -> Scope:
        """Return the outermost scope."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def _enclosing(self, name: str) -> Scope:
        """Return the nearest function around this scope that binds a name; this scope if none."""
        scope = self.outer
        while scope is not None and scope.outer is not None:
            if name in scope.bindings and scope.kind != "class":
                return scope
            scope = scope.outer
        return self


class Lookup:
    """Say what the expressions of one module may stand for, when everything is bound.

    Each name is settled once, so that neither a long chain of assignments nor
    a dense net of them costs more than its size.

    Args:
        placeholders: the names that are managers unless something else is known.
        foreign: those among them that the module imports from elsewhere only.
    """

    def __init__(self, placeholders: Container[str], foreign: Container[str]) -> None:
        """Start with no name settled."""
        self._placeholders = placeholders
        self._foreign = foreign
        self._settled: dict[Cell, frozenset[Meaning]] = {}

    def managers(self, node: expr, scope: Scope) -> list[str]:
        """Return the placeholders of the managers that an expression may be, sorted."""
        self._settle(node, scope)
        found = self._mean(node, scope)
        return sorted(meaning.placeholder for meaning in found if meaning.kind == "manager")

    def placeholders(self, binding: Meaning | expr, home: Scope) -> set[str]:
        """Return those of the managers that a name may be by one of the things it is bound to."""
        found = [binding] if isinstance(binding, Meaning) else self._mean(binding, home)
        return {each.placeholder for each in found if each.kind in ("manager", HANDED_ON)}

    def is_ours(self, node: expr, scope: Scope) -> bool:
        """Tell whether an expression may be a manager, or what managers are taken from."""
        self._settle(node, scope)
        return any(each.kind in _OURS for each in self._mean(node, scope))

    def is_hidden_somewhere(self, name: str, scope: Scope) -> bool:
        """Tell whether the scope that decides what a name is binds it to something else, too.

        Args:
            name: the name. What it means has to be settled.
            scope: the scope that the name stands in.
        """
        home = next(scope.visible(name), None)
        return home is not None and not all(
            self.placeholders(each, home) for each in home.bindings[name]
        )

    def _settle(self, node: expr, scope: Scope) -> None:
        """Settle the names that an expression depends on, those that they depend on first."""
        order: list[Cell] = []
        pending = [(cell, False) for cell in _cells(node, scope)]
        while pending:
            cell, is_entered = pending.pop()
            if is_entered:
                order.append(cell)
            elif cell not in self._settled:
                home, name = cell
                known = [each for each in home.bindings[name] if isinstance(each, Meaning)]
                # From the start: an import from elsewhere has to be known in a ring, too.
                self._settled[cell] = frozenset(known)
                pending.append((cell, True))
                for each in home.bindings[name]:
                    if not isinstance(each, Meaning):
                        pending += [(needed, False) for needed in _cells(each, home)]
        # Names that chase each other in rings need more than one round. What a
        # name means only grows, so this ends.
        while sum(map(self._grows, order)):
            pass

    def _grows(self, cell: Cell) -> bool:
        """Settle one name by what is settled so far; tell whether that adds anything."""
        home, name = cell
        found: set[Meaning] = set()
        for each in home.bindings[name]:
            if isinstance(each, Meaning):
                found.add(each)
            else:
                found.update(self._mean(each, home))
        before = self._settled[cell]
        self._settled[cell] = before | found
        return not before.issuperset(found)

    def _mean(self, node: expr, scope: Scope) -> Iterable[Meaning]:
        """Return what an expression may stand for."""
        base, members = unfold(node)
        if members and any(map(is_private, members)) and scope.is_in_class():
            return ()  # Python looks for another attribute there, `_Class__a` for `__a`
        found: Iterable[Meaning] = ()
        if type(base) is Name:
            found = self._mean_name(base.id, scope)
        elif type(base) is Call:
            maker, path = unfold(base.func)
            if type(maker) is Name and CLASS in _dig(self._mean_name(maker.id, scope), path):
                found = [Meaning("manager", name) for name in _literal_placeholder(base)]
        return _dig(found, members)

    def _mean_name(self, name: str, scope: Scope) -> Iterable[Meaning]:
        """Return what a bare name may stand for."""
        is_bare = name in self._placeholders
        ours = _OURS
        for found in self._bound(name, scope):
            if not is_bare:
                return found
            known = [each for each in found if each.kind in ours]
            # A name bound to anything else still counts: the seed's rule. Only our class
            # makes managers when it is called.
            is_handed_on = Meaning(HANDED_ON, name) in found
            if not any(each.kind in _CALLED for each in known) and (known or is_handed_on):
                known.append(Meaning("manager", name))
            if known:
                return known
            if FOREIGN in found:
                return ()
            ours = _MANAGERS  # a module of an outer scope is hidden
        if is_bare:
            return () if name in self._foreign else [Meaning("manager", name)]
        return [PACKAGE] if name == ROOT else [CLASS] if name == MANAGER_CLASS else ()

    def _bound(self, name: str, scope: Scope) -> Iterator[frozenset[Meaning]]:
        """Yield what a name may be in each scope; in that of a class, what is outside as well."""
        inner: frozenset[Meaning] = frozenset()
        for home in scope.visible(name):
            inner |= self._settled[home, name]
            if home.kind != "class":
                yield inner
                inner = frozenset()
        if inner:
            yield inner


def unfold(node: Any) -> tuple[Any, list[str]]:
    """Return the expression that a chain of attributes starts from, and the attributes.

    A walrus stands for its value, and a call that returns its manager for the manager.

    >>> base, members = unfold(compile("hpman.m.hp.parse_file('a.py')", "", "eval", 0x400).body)
    >>> base.id, members
    ('hpman', ['m', 'hp'])
    """
    members = []
    while True:
        kind = type(node)
        if kind is Attribute:
            members.append(node.attr)
            node = node.value
        elif kind is NamedExpr:
            node = node.value
        elif kind is Call and type(node.func) is Attribute and node.func.attr in CHAINED:
            node = node.func.value
        else:
            return node, members[::-1]


def _cells(node: expr, scope: Scope) -> Iterator[Cell]:
    """Yield the names, with their scopes, that the meaning of an expression depends on."""
    base, _members = unfold(node)
    if type(base) is Call:
        base, _members = unfold(base.func)
    if type(base) is Name:
        for home in scope.visible(base.id):
            yield home, base.id


def _dig(found: Iterable[Meaning], members: Iterable[str]) -> Iterable[Meaning]:
    """Return what the attributes of something of ours are."""
    for name in members:
        inner = []
        if MODULE in found and not is_dunder(name):
            inner.append(Meaning("manager", name))
        if PACKAGE in found and name in PACKAGE_MEMBERS:
            inner.append(PACKAGE_MEMBERS[name])
        found = inner
    return found


def _literal_placeholder(node: Call) -> list[str]:
    """Return the placeholder that a private manager is made with, where it is literal."""
    given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "placeholder")]
    return [
        normalized(each.value)
        for each in given
        if type(each) is Constant and type(each.value) is str
    ]
