"""The binding scopes of one module, and the managers that its expressions may refer to.

Owns the lookup of names through scopes and chains of assignments; must not know how bindings
are collected.
"""

from __future__ import annotations

from _ast import Attribute, Call, Constant, Name, NamedExpr

from ..frozen import Frozen
from ..names import is_dunder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import expr
    from collections.abc import Container, Iterable, Iterator
    from typing import Any

    Position = tuple[int, int]  # a line, and a column in bytes
    Variable = tuple["BindingScope", str]  # a name in the scope that binds it


class Referent(Frozen):
    """A possible meaning of a name: a kind and, for a manager or a reexport, its placeholder."""

    __slots__ = ()
    kind: str
    placeholder: str = ""


class Binding(Frozen):
    """One statement that binds a name.

    Attributes:
        value: what the name is bound to; an expression is resolved later.
        line: the line of the name.
        start: the position where the binding takes effect.
        binding_scope: where an expression is evaluated; None for the scope that binds the name.
    """

    __slots__ = ()
    value: Referent | expr
    line: int = 0
    start: Position = (0, 0)
    binding_scope: BindingScope | None = None


MANAGER_CLASS = "HyperParameterManager"
ROOT = "hpman"
PACKAGE = Referent("package")  # hpman
MODULE = Referent("module")  # hpman.m
CLASS = Referent("class")  # hpman.HyperParameterManager
FOREIGN = Referent("foreign")  # imported from elsewhere under another name
OTHER = Referent("other")  # anything else
PACKAGE_MEMBERS = {"m": MODULE, MANAGER_CLASS: CLASS}
MANAGER = "manager"
REEXPORT = "reexport"  # imported from elsewhere under the same name, so it may be a manager
_CALLABLE = frozenset([MANAGER, "class"])
_OURS = _CALLABLE | {"package", "module"}

# The methods that return the manager itself.
CHAINED = frozenset("parse_file parse_source set_tree set_value set_values".split())
# The methods that take names.
NAMING = frozenset(
    "exists explain get_occurrence get_tree get_value override scope set_tree set_value"
    " set_values".split()
)


class BindingScope:
    """The bindings of one module, class, function or comprehension. A module has no outer scope."""

    __slots__ = ("bindings", "declared", "kind", "outer", "shared")

    def __init__(self, outer: BindingScope | None, kind: str = "function") -> None:
        self.outer: BindingScope | None = outer
        self.kind: str = kind  # `function` (also for a module), `class` or `comprehension`
        self.bindings: dict[str, list[Binding]] = {}
        self.declared: dict[str, BindingScope] = {}  # the scopes of global and nonlocal names
        self.shared: set[str] = set()  # names that inner scopes bind here

    def bind(self, name: str, binding: Binding) -> None:
        """Add a binding of a name."""
        self.bindings.setdefault(name, []).append(binding)

    def outside_comprehensions(self) -> BindingScope:
        """Return the scope in which a walrus binds (PEP 572)."""
        binding_scope = self
        while binding_scope.kind == "comprehension" and binding_scope.outer is not None:
            binding_scope = binding_scope.outer
        return binding_scope

    def declare(self, name: str, *, is_global: bool) -> None:
        """Move the bindings of a global or nonlocal name to the scope that owns the name.

        Call this after all bindings have been added: a declaration applies to the complete scope.
        """
        owner = self._module() if is_global else self._nonlocal(name)
        if owner is self:
            return
        self.declared[name] = owner
        for binding in self.bindings.pop(name, ()):
            owner.bind(name, binding)
            owner.shared.add(name)

    def lookup(self, name: str) -> Iterator[BindingScope]:
        """Yield the scopes that bind a name, from the inside out, in Python's order."""
        binding_scope: BindingScope | None = self.declared.get(name, self)
        if binding_scope is self and self.kind == "class" and name in self.bindings:
            yield self
            # Until the class body binds it, a name is looked up in the module.
            binding_scope = self._module()
        while binding_scope is not None:
            if binding_scope.kind != "class":
                binding_scope = binding_scope.declared.get(name, binding_scope)
                if name in binding_scope.bindings:
                    yield binding_scope
            binding_scope = binding_scope.outer

    def owns(self, name: str) -> bool:
        """Return whether the code of this scope alone decides what a name refers to."""
        # A class body does not: until it binds the name, the module's binding counts.
        return self.kind != "class" and name in self.bindings and name not in self.shared

    def runs_later_than(self, outer: BindingScope) -> bool:
        """Return whether there is a function between this scope and an outer one."""
        binding_scope: BindingScope | None = self
        while binding_scope is not None and binding_scope is not outer:
            if binding_scope.kind == "function":
                return True
            binding_scope = binding_scope.outer
        return False

    def _module(self) -> BindingScope:
        binding_scope = self
        while binding_scope.outer is not None:
            binding_scope = binding_scope.outer
        return binding_scope

    def _nonlocal(self, name: str) -> BindingScope:
        """Return the nearest enclosing function that binds a name, or else this scope."""
        binding_scope = self.outer
        while binding_scope is not None and binding_scope.outer is not None:
            if name in binding_scope.bindings and binding_scope.kind != "class":
                return binding_scope
            binding_scope = binding_scope.outer
        return self


class Resolver:
    """Resolve expressions of one module to what they may refer to.

    Every variable is resolved once, so long chains and large graphs of assignments take linear
    time.
    """

    def __init__(self, placeholders: Container[str], foreign: Container[str]) -> None:
        self._placeholders = placeholders
        self._foreign = foreign
        self._resolved: dict[Variable, frozenset[Referent]] = {}
        self._hidden: dict[Variable, bool] = {}

    def managers(self, node: expr, binding_scope: BindingScope) -> list[str]:
        """Return the placeholders of the managers that an expression may be, sorted."""
        self._resolve(node, binding_scope)
        referents = self._infer(node, binding_scope)
        return sorted(item.placeholder for item in referents if item.kind == MANAGER)

    def placeholders(self, binding: Binding, binding_scope: BindingScope) -> set[str]:
        """Return the placeholders of the managers that a resolved binding may bind."""
        value = binding.value
        if isinstance(value, Referent):
            referents: Iterable[Referent] = [value]
        else:
            referents = self._infer(value, binding.binding_scope or binding_scope)
        return {item.placeholder for item in referents if item.kind in (MANAGER, REEXPORT)}

    def is_hidden_somewhere(self, name: str, binding_scope: BindingScope) -> bool:
        """Return whether the scope that owns a resolved name binds it to something else, too."""
        home = next(binding_scope.lookup(name), None)
        if home is None:
            return False
        if (home, name) not in self._hidden:  # many functions may bind one global name
            self._hidden[home, name] = not all(
                self.placeholders(binding, home) for binding in home.bindings[name]
            )
        return self._hidden[home, name]

    def _resolve(self, node: expr, binding_scope: BindingScope) -> None:
        """Resolve the variables that an expression depends on, their dependencies first."""
        order: list[Variable] = []
        pending = [(variable, False) for variable in _dependencies(node, binding_scope)]
        while pending:
            variable, is_visited = pending.pop()
            if is_visited:
                order.append(variable)
            elif variable not in self._resolved:
                home, name = variable
                bindings = home.bindings[name]
                values = [binding.value for binding in bindings]
                # Imports count from the start, because all variables of a cycle need them.
                self._resolved[variable] = frozenset(v for v in values if isinstance(v, Referent))
                pending.append((variable, True))
                for binding in bindings:
                    if not isinstance(binding.value, Referent):
                        needed = _dependencies(binding.value, binding.binding_scope or home)
                        pending += [(variable, False) for variable in needed]
        # Variables that depend on each other need several rounds. A variable never loses
        # referents, so the loop ends.
        while sum(map(self._update, order)):
            pass

    def _update(self, variable: Variable) -> bool:
        """Infer the referents of a variable again; return whether there are new ones."""
        home, name = variable
        referents: set[Referent] = set()
        for binding in home.bindings[name]:
            if not isinstance(binding.value, Referent):
                referents.update(self._infer(binding.value, binding.binding_scope or home))
        before = self._resolved[variable]
        self._resolved[variable] = before | referents
        return not before.issuperset(referents)

    def _infer(self, node: expr, binding_scope: BindingScope) -> Iterable[Referent]:
        """Return the referents of an expression, from the variables that are resolved so far."""
        base, attributes = attribute_chain(node)
        referents: Iterable[Referent] = ()
        variable = attribute_of_self(base, attributes, binding_scope)
        if variable is not None:
            referents, attributes = self._resolved.get(variable, ()), attributes[1:]
        elif type(base) is Name:
            referents = self._infer_name(base.id, binding_scope)
        elif type(base) is Call:
            function, path = attribute_chain(base.func)
            if type(function) is Name:
                called = _follow(self._infer_name(function.id, binding_scope), path)
                if CLASS in called:
                    referents = [Referent(MANAGER, name) for name in _literal_placeholder(base)]
        return _follow(referents, attributes)

    def _infer_name(self, name: str, binding_scope: BindingScope) -> Iterable[Referent]:
        if name in self._placeholders:
            return self._infer_placeholder(name, binding_scope)
        for referents in self._by_binding_scope(name, binding_scope):
            return referents
        return [PACKAGE] if name == ROOT else [CLASS] if name == MANAGER_CLASS else ()

    def _infer_placeholder(self, name: str, binding_scope: BindingScope) -> Iterable[Referent]:
        """Return what a placeholder may refer to.

        It stays a manager even if it is bound to something else, except for these cases:

            from hpman.m import hp as _             # the manager `hp`
            from gettext import gettext as _        # no manager
            import hpman.m as _                     # the module, and the manager if called
        """
        kinds = _OURS
        for referents in self._by_binding_scope(name, binding_scope):
            ours = [item for item in referents if item.kind in kinds]
            is_callable = any(item.kind in _CALLABLE for item in ours)
            if not is_callable and (ours or Referent(REEXPORT, name) in referents):
                ours.append(Referent(MANAGER, name))
            if ours:
                return ours
            if FOREIGN in referents:
                return ()
            kinds = frozenset([MANAGER])  # an inner binding hides a module, but not a manager
        return () if name in self._foreign else [Referent(MANAGER, name)]

    def _by_binding_scope(
        self, name: str, binding_scope: BindingScope
    ) -> Iterator[frozenset[Referent]]:
        """Yield the referents of a name in each scope. For a class, add those outside of it."""
        inner: frozenset[Referent] = frozenset()
        for home in binding_scope.lookup(name):
            inner |= self._resolved[home, name]
            if home.kind != "class":
                yield inner
                inner = frozenset()
        if inner:
            yield inner


def mentions_names(func: Any) -> bool:
    """Return whether an expression that is called may be a method that takes names."""
    return type(func) is Attribute and func.attr in NAMING


def attribute_chain(node: Any) -> tuple[Any, list[str]]:
    """Return the expression at the start of a chain of attributes, and the attributes.

    A walrus stands for its value, and a call of a chained method for its manager.

    >>> base, attributes = attribute_chain(
    ...     compile("hpman.m.hp.parse_file('a.py')", "", "eval", 0x400).body
    ... )
    >>> base.id, attributes
    ('hpman', ['m', 'hp'])
    """
    attributes = []
    while True:
        kind = type(node)
        if kind is Attribute:
            attributes.append(node.attr)
            node = node.value
        elif kind is NamedExpr:
            node = node.value
        elif kind is Call and type(node.func) is Attribute and node.func.attr in CHAINED:
            node = node.func.value
        else:
            return node, attributes[::-1]


def attribute_of_self(
    base: Any, attributes: list[str], binding_scope: BindingScope
) -> Variable | None:
    """Return the variable of the attribute of `self` that a chain starts with, if there is one.

    It belongs to the innermost class around a scope, which knows it as `self.hp`.
    """
    home: BindingScope | None = binding_scope
    if not attributes or type(base) is not Name or base.id != "self":
        return None
    while home is not None and home.kind != "class":
        home = home.outer
    return None if home is None else (home, f"self.{attributes[0]}")


def _dependencies(node: expr, binding_scope: BindingScope) -> Iterator[Variable]:
    """Yield the variables that decide what an expression refers to."""
    base, attributes = attribute_chain(node)
    if type(base) is Call:
        base, attributes = attribute_chain(base.func)[0], []
    variable = attribute_of_self(base, attributes, binding_scope)
    if variable is None and type(base) is Name:
        for home in binding_scope.lookup(base.id):
            yield home, base.id
    elif variable is not None and variable[1] in variable[0].bindings:
        yield variable


def _follow(referents: Iterable[Referent], attributes: Iterable[str]) -> Iterable[Referent]:
    """Return the referents of a chain of attributes of some referents."""
    for name in attributes:
        inner = []
        if MODULE in referents and not is_dunder(name):
            inner.append(Referent(MANAGER, name))
        if PACKAGE in referents and name in PACKAGE_MEMBERS:
            inner.append(PACKAGE_MEMBERS[name])
        referents = inner
    return referents


def _literal_placeholder(node: Call) -> list[str]:
    """Return the placeholder that the manager class is called with, if it is a literal."""
    arguments = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "placeholder")]
    return [
        argument.value
        for argument in arguments
        if type(argument) is Constant and type(argument.value) is str
    ]
