"""Walk through one module: collect possible calls of managers, and bindings of names.

Owns which statements bind a name, and in which scope; must not know what a name finally
refers to, nor the contents of a call.
"""

from __future__ import annotations

import _ast

from .binding_scopes import (
    CLASS,
    FOREIGN,
    MANAGER,
    MANAGER_CLASS,
    MODULE,
    OTHER,
    PACKAGE,
    PACKAGE_MEMBERS,
    REEXPORT,
    ROOT,
    Binding,
    BindingScope,
    Referent,
    attribute_chain,
    attribute_of_self,
    mentions_names,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from typing import Any

    from .syntax import SourceMap


class _EveryName:
    def __contains__(self, name: object) -> bool:
        return True


class Bindings:
    """Collect the calls in one module that may call managers, and the bindings of names.

    To be fast, the walk descends only into statements whose lines contain a tracked name.
    The first walk tracks the placeholders and hpman. If it finds aliases, a second walk tracks
    them too. If these have aliases themselves, a third walk tracks every name.
    """

    def __init__(
        self,
        tree: _ast.Module,
        source_map: SourceMap,
        placeholders: frozenset[str],
        *,
        follow: bool,
    ) -> None:
        self.tree: _ast.Module = tree
        self.placeholders: frozenset[str] = placeholders
        self._follow = follow
        self._bound: set[str | None] | None = None
        self._class_names = {MANAGER_CLASS}
        tracked = placeholders | {ROOT, MANAGER_CLASS} if follow else placeholders
        self._walk(tracked, source_map.count_candidates(tracked))
        # If a placeholder is our class, the first walk missed the managers that it makes.
        if not self._aliases <= tracked or len(self._class_names) > 1:
            tracked |= self._aliases
            self._walk(tracked, source_map.count_candidates(tracked))
            if not self._aliases <= tracked:
                self._walk(_EveryName(), source_map.count_candidates(None))

    def is_rebound(self, name: str) -> bool:
        """Return whether the module binds a name, other than by importing it from pathlib."""
        if self._bound is None:
            self._bound = bound_names(self.tree)
        return name in self._bound

    # -- the walk ----------------------------------------------------------------

    def _walk(self, tracked: Container[str], counts: Any) -> None:
        self._tracked = tracked
        self._counts = counts
        self._aliases: set[str] = set()  # names that may refer to hpman or a manager
        self.imported_managers: set[str] = set()
        self.reexports: list[tuple[str, str]] = []  # placeholders imported from other modules
        self.foreign_names: set[str] = set()  # names imported from elsewhere under another name
        self.other_imports: set[str] = set()  # names imported in any other way
        self.assignments: list[tuple[str, _ast.expr, BindingScope]] = []
        self.calls: list[tuple[_ast.Call, BindingScope]] = []
        self.bound: set[str] = set()  # the tracked names that a statement binds
        self._declarations: list[tuple[_ast.Global | _ast.Nonlocal, BindingScope]] = []
        self._stack: list[tuple[_ast.AST, BindingScope]] = []
        self._visit_statements(self.tree.body, BindingScope(None))
        stack, visitor, generic_visit = self._stack, _VISITORS.get, Bindings._generic_visit
        while stack:
            node, binding_scope = stack.pop()
            visitor(type(node), generic_visit)(self, node, binding_scope)
        for declaration, binding_scope in self._declarations:
            for name in declaration.names:
                binding_scope.declare(name, is_global=type(declaration) is _ast.Global)

    def _visit_statements(self, statements: Iterable[Any], binding_scope: BindingScope) -> None:
        """Visit the statements that contain a candidate line."""
        counts, stack = self._counts, self._stack
        for statement in statements:
            first = statement.lineno
            if type(statement) in _DECORATED and statement.decorator_list:
                first = min(first, statement.decorator_list[0].lineno)
            if counts[statement.end_lineno] > counts[first - 1]:
                # Files full of calls consist of these two, so they are visited without the stack.
                if type(statement) is _ast.Assign:
                    self._visit_assign(statement, binding_scope)
                elif type(statement) is _ast.Expr:
                    self._visit_value(statement.value, binding_scope)
                else:
                    stack.append((statement, binding_scope))

    def _generic_visit(self, node: _ast.AST, binding_scope: BindingScope) -> None:
        for field in node._fields:
            self._visit_field(getattr(node, field, None), binding_scope)

    def _visit_field(self, value: Any, binding_scope: BindingScope) -> None:
        """Visit the value of a field: a node, a block, or a list of nodes."""
        if isinstance(value, _ast.AST):
            self._stack.append((value, binding_scope))
        elif type(value) is list and value:
            if hasattr(value[0], "end_lineno") and not isinstance(value[0], _ast.expr):
                self._visit_statements(value, binding_scope)
            else:
                nodes = (node for node in value if isinstance(node, _ast.AST))
                self._stack += ((node, binding_scope) for node in nodes)

    def _visit_value(self, value: _ast.expr, binding_scope: BindingScope) -> None:
        if type(value) is _ast.Call:
            self._visit_call(value, binding_scope)
        else:
            self._stack.append((value, binding_scope))

    def _visit_call(self, node: _ast.Call, binding_scope: BindingScope) -> None:
        func = node.func
        if type(func) is _ast.Name:
            if func.id in self._tracked:
                self.calls.append((node, binding_scope))
        else:
            if self._may_be_ours(func) or self._mentions_names(func):
                self.calls.append((node, binding_scope))
            self._stack.append((func, binding_scope))
        for argument in node.args:
            if type(argument) is not _ast.Constant:
                self._stack.append((argument, binding_scope))
        for keyword in node.keywords:
            if type(keyword.value) is not _ast.Constant:
                self._stack.append((keyword.value, binding_scope))

    def _ignore(self, node: _ast.AST, binding_scope: BindingScope) -> None:
        """Skip a node that contains no other."""

    # -- bindings by assignment --------------------------------------------------

    def _bind(
        self,
        name: str,
        value: Referent | _ast.expr,
        binding_scope: BindingScope,
        node: Any,
        after: Any = None,
    ) -> None:
        """Bind a tracked name at a node. It takes effect after the node `after`, if given."""
        if name in self._tracked:
            self.bound.add(name)
            start = node.lineno, node.col_offset
            if after is not None:
                start = after.end_lineno, after.end_col_offset
            binding_scope.bind(name, Binding(value, node.lineno, start))

    def _bind_target(
        self, target: Any, value: Any, binding_scope: BindingScope, after: _ast.expr
    ) -> None:
        """Bind the names in a target, pair by pair if both sides are tuples of equal length.

        The value is None if it cannot be a manager.
        """
        kind = type(target)
        if kind is _ast.Name:
            if self._is_manager_class(value):
                self._class_names.add(target.id)
            if value is not None and self._may_be_ours(value):
                self._aliases.add(target.id)
                self.assignments.append((target.id, value, binding_scope))
            else:
                value = OTHER
            self._bind(target.id, value, binding_scope, target, after)
        elif kind in _SEQUENCES:
            values = getattr(value, "elts", ()) if type(value) in _SEQUENCES else ()
            if len(values) != len(target.elts):
                values = [None] * len(target.elts)
            for inner_target, inner_value in zip(target.elts, values, strict=True):
                self._bind_target(inner_target, inner_value, binding_scope, after)
        elif kind is _ast.Starred:
            self._bind_target(target.value, None, binding_scope, after)
        else:
            if kind is _ast.Attribute and value is not None and self._may_be_ours(value):
                self._bind_attribute(target, value, binding_scope)
            self._stack.append((target, binding_scope))  # an attribute or an item may contain calls

    def _bind_attribute(
        self, target: _ast.Attribute, value: _ast.expr, binding_scope: BindingScope
    ) -> None:
        """Bind an attribute of `self` in the class around a method."""
        base, attributes = attribute_chain(target)
        variable = attribute_of_self(base, attributes, binding_scope)
        if variable is not None and len(attributes) == 1:
            home, name = variable
            self._aliases.add(target.attr)
            self.assignments.append((name, value, binding_scope))
            home.bind(name, Binding(value, target.lineno, binding_scope=binding_scope))

    def _visit_assign(self, node: _ast.Assign, binding_scope: BindingScope) -> None:
        value: Any = node.value
        func = value.func if type(value) is _ast.Call else None
        if not self._follow or (type(func) is _ast.Name and func.id not in self._class_names):
            value = None
        for target in node.targets:
            self._bind_target(target, value, binding_scope, node.value)
        self._visit_value(node.value, binding_scope)

    def _visit_assignment_of_one(
        self, node: _ast.AnnAssign | _ast.NamedExpr, binding_scope: BindingScope
    ) -> None:
        if type(node) is _ast.AnnAssign:
            self._stack.append((node.annotation, binding_scope))
        if node.value is not None:
            is_walrus = type(node) is _ast.NamedExpr
            home = binding_scope.outside_comprehensions() if is_walrus else binding_scope
            self._bind_target(node.target, node.value if self._follow else None, home, node.value)
            self._stack.append((node.value, binding_scope))
        elif type(node.target) is not _ast.Name:
            # Python evaluates the expressions inside it.
            self._stack.append((node.target, binding_scope))

    def _visit_for(self, node: Any, binding_scope: BindingScope) -> None:
        self._bind_target(node.target, None, binding_scope, node.iter)
        self._stack.append((node.iter, binding_scope))
        self._visit_statements(node.body, binding_scope)
        self._visit_statements(node.orelse, binding_scope)

    def _visit_with_item(self, node: _ast.withitem, binding_scope: BindingScope) -> None:
        if node.optional_vars is not None:
            self._bind_target(node.optional_vars, None, binding_scope, node.context_expr)
        self._stack.append((node.context_expr, binding_scope))

    def _may_be_ours(self, value: Any) -> bool:
        """Return whether an expression may be a manager, hpman, hpman.m or the class."""
        if not self._follow:
            return False
        base, attributes = attribute_chain(value)
        if type(base) is _ast.Call:
            return self._is_manager_class(base.func)
        if type(base) is not _ast.Name:
            return False
        of_self = attributes[:1] if base.id == "self" else []
        return any(name in self._tracked for name in (base.id, *of_self))

    def _mentions_names(self, func: Any) -> bool:
        """Return whether a call may mention names, also where managers are not followed."""
        return (
            mentions_names(func)
            and type(func.value) is _ast.Name
            and func.value.id in self._tracked
        )

    def _is_manager_class(self, node: Any) -> bool:
        """Return whether an expression, which may be missing, has the name of our class."""
        name = node.attr if type(node) is _ast.Attribute else getattr(node, "id", None)
        return name in self._class_names and self._follow

    # -- bindings by import ------------------------------------------------------

    def _visit_import(self, node: _ast.Import, binding_scope: BindingScope) -> None:
        for item in node.names:
            top = item.name.partition(".")[0]
            if top == ROOT and not item.asname:
                self._bind(ROOT, PACKAGE, binding_scope, item)
            elif top == ROOT:
                self._bind_ours(item, {ROOT: PACKAGE, f"{ROOT}.m": MODULE}, binding_scope)
            else:
                self._bind_foreign(item, item.asname or top, binding_scope)

    def _visit_import_from(self, node: _ast.ImportFrom, binding_scope: BindingScope) -> None:
        module = node.module or ""
        for item in node.names:
            if item.name == "*":  # binds names that the text does not show
                continue
            if node.level or module.partition(".")[0] != ROOT:
                self._bind_foreign(item, item.asname or item.name, binding_scope)
                if item.asname in (None, item.name) and item.name in self.placeholders:
                    self.reexports.append((item.name, "." * node.level + module))
            elif module == f"{ROOT}.m":
                self.imported_managers.add(item.name)
                self._bind_ours(item, {item.name: Referent(MANAGER, item.name)}, binding_scope)
            else:
                self._bind_ours(item, PACKAGE_MEMBERS, binding_scope)

    def _bind_ours(
        self, item: _ast.alias, members: dict[str, Referent], binding_scope: BindingScope
    ) -> None:
        referent = members.get(item.name, OTHER)
        name = item.asname or item.name
        if referent is CLASS:
            self._class_names.add(name)
        if referent is not OTHER:
            self._aliases.add(name)
            self.other_imports.add(name)
        self._bind(name, referent, binding_scope, item)

    def _bind_foreign(self, item: _ast.alias, name: str, binding_scope: BindingScope) -> None:
        if item.asname and item.asname != item.name:
            self.foreign_names.add(name)
            self._bind(name, FOREIGN, binding_scope, item)
        else:
            self.other_imports.add(name)
            self._bind(name, Referent(REEXPORT, name), binding_scope, item)

    # -- scopes, and what else binds a name --------------------------------------

    def _visit_function(self, node: Any, binding_scope: BindingScope) -> None:
        inner = BindingScope(binding_scope)
        if type(node) is _ast.Lambda:
            self._stack.append((node.body, inner))
        else:
            self._bind(node.name, OTHER, binding_scope, node)
            self._visit_field(node.decorator_list, binding_scope)
            self._visit_field(node.returns, binding_scope)
            self._visit_field(getattr(node, "type_params", None), binding_scope)
            self._visit_statements(node.body, inner)
        arguments = node.args
        plain = *arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs
        for argument in (*plain, arguments.vararg, arguments.kwarg):
            if argument is not None:
                self._visit_parameter(argument, binding_scope, inner)
        self._visit_field(arguments.defaults, binding_scope)
        self._visit_field(arguments.kw_defaults, binding_scope)

    def _visit_parameter(
        self, node: _ast.arg, binding_scope: BindingScope, inner: BindingScope
    ) -> None:
        """Bind a parameter; its annotation belongs to the scope outside the function."""
        is_manager = self._is_manager_class(node.annotation)
        self._bind(node.arg, Referent(MANAGER, node.arg) if is_manager else OTHER, inner, node)
        self._visit_field(node.annotation, binding_scope)

    def _visit_class(self, node: _ast.ClassDef, binding_scope: BindingScope) -> None:
        self._bind(node.name, OTHER, binding_scope, node)
        self._visit_field(node.decorator_list, binding_scope)
        self._visit_field(getattr(node, "type_params", None), binding_scope)
        self._visit_field(node.bases, binding_scope)
        self._visit_field(node.keywords, binding_scope)
        self._visit_statements(node.body, BindingScope(binding_scope, "class"))

    def _visit_comprehension(self, node: Any, binding_scope: BindingScope) -> None:
        inner = BindingScope(binding_scope, "comprehension")
        for field in ("elt", "key", "value"):
            self._visit_field(getattr(node, field, None), inner)
        for index, generator in enumerate(node.generators):
            self._bind_target(generator.target, None, inner, generator.iter)
            # The first iterable is evaluated outside.
            self._stack.append((generator.iter, inner if index else binding_scope))
            self._visit_field(generator.ifs, inner)

    def _visit_declaration(
        self, node: _ast.Global | _ast.Nonlocal, binding_scope: BindingScope
    ) -> None:
        self._declarations.append((node, binding_scope))

    def _visit_capture(
        self, node: _ast.ExceptHandler | _ast.MatchAs, binding_scope: BindingScope
    ) -> None:
        if node.name is not None:
            self._bind(node.name, OTHER, binding_scope, node)
        self._generic_visit(node, binding_scope)


def bound_names(tree: _ast.Module) -> set[str | None]:
    """Return the names that a module binds, but not those that it imports from pathlib."""
    names: set[str | None] = set()
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, (_ast.Import, _ast.ImportFrom)):
            is_elsewhere = getattr(node, "module", "pathlib") != "pathlib"
            for item in node.names:
                if is_elsewhere or item.asname not in (None, item.name):
                    names.add(item.asname or item.name)
            continue
        if isinstance(node, _ast.Name):
            names.add(node.id if type(node.ctx) is _ast.Store else None)
        elif isinstance(node, _ast.arg):
            names.add(node.arg)
        else:
            names.add(getattr(node, "name", None))
        for field in node._fields:
            value = getattr(node, field, None)
            values = value if type(value) is list else [value]
            pending += [inner for inner in values if isinstance(inner, _ast.AST)]
    return names


_SEQUENCES = (_ast.List, _ast.Tuple)
_DECORATED = (_ast.FunctionDef, _ast.AsyncFunctionDef, _ast.ClassDef)
_VISITORS: dict[type, Callable[[Any, Any, BindingScope], None]] = {
    _ast.AnnAssign: Bindings._visit_assignment_of_one,
    _ast.Assign: Bindings._visit_assign,
    _ast.AsyncFor: Bindings._visit_for,
    _ast.AsyncFunctionDef: Bindings._visit_function,
    _ast.Call: Bindings._visit_call,
    _ast.ClassDef: Bindings._visit_class,
    _ast.Constant: Bindings._ignore,
    _ast.DictComp: Bindings._visit_comprehension,
    _ast.ExceptHandler: Bindings._visit_capture,
    _ast.For: Bindings._visit_for,
    _ast.FunctionDef: Bindings._visit_function,
    _ast.GeneratorExp: Bindings._visit_comprehension,
    _ast.Global: Bindings._visit_declaration,
    _ast.Import: Bindings._visit_import,
    _ast.ImportFrom: Bindings._visit_import_from,
    _ast.Lambda: Bindings._visit_function,
    _ast.ListComp: Bindings._visit_comprehension,
    _ast.MatchAs: Bindings._visit_capture,
    _ast.Name: Bindings._ignore,
    _ast.NamedExpr: Bindings._visit_assignment_of_one,
    _ast.Nonlocal: Bindings._visit_declaration,
    _ast.SetComp: Bindings._visit_comprehension,
    _ast.withitem: Bindings._visit_with_item,
}
