"""The walk through one module: its calls, and all that makes a name a manager.

Owns which imports, assignments and definitions bind a name, and in which
scope; knows neither what a name means in the end nor what a call says.
"""

from __future__ import annotations

from _ast import (
    AST,
    AnnAssign,
    Assign,
    AsyncFunctionDef,
    Attribute,
    Call,
    ClassDef,
    Constant,
    DictComp,
    ExceptHandler,
    Expr,
    FunctionDef,
    GeneratorExp,
    Global,
    Import,
    ImportFrom,
    Lambda,
    List,
    ListComp,
    MatchAs,
    MatchMapping,
    MatchStar,
    Name,
    NamedExpr,
    Nonlocal,
    SetComp,
    Store,
    Tuple,
    arg,
    expr,
)

from .scopes import (
    CLASS,
    EVERY_NAME,
    FOREIGN,
    HANDED_ON,
    MANAGER_CLASS,
    MODULE,
    OTHER,
    PACKAGE,
    PACKAGE_MEMBERS,
    ROOT,
    Meaning,
    Scope,
    unfold,
)
from .source_map import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Module, alias
    from collections.abc import Callable, Container, Iterable, Sequence
    from typing import Any


class Bindings:
    """Find the calls in one module that may be those of managers, and what names are bound to.

    The walk goes only into statements whose lines hold a tracked name: that is
    what keeps a large file with few hyperparameters cheap. A name that turns
    out to be an alias is tracked too, in a second walk; where that one finds
    aliases of aliases, a third one tracks every name.

    Args:
        tree: the syntax tree of the module.
        candidates: a function that gives the sorted numbers of the lines that
            hold any of some names; all lines for None.
        placeholders: the names whose bare calls count.
    """

    def __init__(
        self,
        tree: Module,
        candidates: Callable[[frozenset[str] | None], Sequence[int]],
        placeholders: frozenset[str],
        *,
        follow: bool = True,
    ) -> None:
        """Walk until no new name turns up."""
        self.tree: Module = tree
        self.placeholders: frozenset[str] = placeholders
        self._follow = follow
        self._classes = {MANAGER_CLASS}
        if not follow:
            self._walk(tree, placeholders, candidates(placeholders))
            return
        tracked = placeholders | {ROOT, MANAGER_CLASS}
        self._walk(tree, tracked, candidates(tracked))
        # Where our class has the name of a placeholder, what it makes was passed by.
        if not (self._aliases <= tracked and self._classes == {MANAGER_CLASS}):
            tracked |= self._aliases
            self._walk(tree, tracked, candidates(tracked))
            if not self._aliases <= tracked:
                self._walk(tree, EVERY_NAME, candidates(None))

    # -- the walk ----------------------------------------------------------------

    def _walk(self, tree: Module, tracked: Container[str], lines: Sequence[int]) -> None:
        """Collect the calls and the bindings of tracked names."""
        self._tracked = tracked
        self._upto = counted(lines, tree.body[-1].end_lineno or 0) if tree.body else ()
        self._aliases: set[str] = set()  # names that turned out to be ours
        self.own: set[str] = set()  # names whose imports are ours, or may be
        self.foreign: set[str] = set()  # names imported under another original name
        self.imported: set[str] = set()  # placeholders that are imported from hpman
        self.borrowed: list[tuple[str, str]] = []  # names that others may hand on
        self.passed: list[tuple[str, expr, Scope]] = []  # what names are assigned
        self.calls: list[tuple[Call, Scope]] = []
        self._declared: list[tuple[Scope, Global | Nonlocal]] = []
        self._annotated: list[tuple[Scope, Name]] = []  # names with a type and no value
        self._stack: list[tuple[AST, Scope]] = []
        self._block(tree.body, Scope(None))
        stack, visitor, otherwise = self._stack, _VISITORS.get, Bindings._children
        while stack:
            node, scope = stack.pop()
            visitor(type(node), otherwise)(self, node, scope)
        for scope, declaration in self._declared:
            for each in declaration.names:
                scope.declare(each, is_global=type(declaration) is Global)
        for scope, name in self._annotated:
            if name.id not in scope.bindings:  # that alone makes it a local of a function
                self._bind(name.id, OTHER, scope, name)

    def _block(self, statements: Iterable[Any], scope: Scope) -> None:
        """Go into the statements that hold a candidate line."""
        upto, stack = self._upto, self._stack
        for statement in statements:
            first = statement.lineno
            if type(statement) in _DECORATED and statement.decorator_list:
                first = min(first, statement.decorator_list[0].lineno)
            if upto[statement.end_lineno] > upto[first - 1]:
                # What dense files consist of takes no turn on the stack.
                if type(statement) is Assign:
                    self._assign(statement, scope)
                elif type(statement) is Expr:
                    self._expression(statement, scope)
                else:
                    stack.append((statement, scope))

    def _children(self, node: AST, scope: Scope) -> None:
        """Go into all parts of a node."""
        for field in node._fields:
            self._part(getattr(node, field, None), scope)

    def _part(self, part: Any, scope: Scope) -> None:
        """Go into one part of a node: a node, a block, or a list of nodes."""
        if isinstance(part, AST):
            self._stack.append((part, scope))
        elif type(part) is list and part:
            if hasattr(part[0], "end_lineno") and not isinstance(part[0], expr):
                self._block(part, scope)
            else:
                self._stack += [(each, scope) for each in part if isinstance(each, AST)]

    def _bind(self, name: str | None, meaning: Meaning | expr, scope: Scope, node: Any) -> None:
        """Note what a tracked name is bound to, and where."""
        if name is not None and name in self._tracked:
            scope.bind(name, meaning, (node.lineno, node.col_offset))

    def _call(self, node: Call, scope: Scope) -> None:
        """Note a call that may be one of a manager; go into its arguments."""
        func = node.func
        if type(func) is Name:
            if func.id in self._tracked:
                self.calls.append((node, scope))
        else:
            if self._may_be_ours(func):
                self.calls.append((node, scope))
            self._stack.append((func, scope))
        for argument in node.args:
            if type(argument) is not Constant:
                self._stack.append((argument, scope))
        for keyword in node.keywords:
            if type(keyword.value) is not Constant:
                self._stack.append((keyword.value, scope))

    def _name(self, node: Name, scope: Scope) -> None:
        """Note a name that is bound by a loop, a `with`, an unpacking, or deleted."""
        if type(node.ctx) is Store:
            self._bind(node.id, OTHER, scope, node)

    def _assign(self, node: Assign, scope: Scope) -> None:
        """Note an assignment to one or more targets."""
        value = node.value
        func = value.func if type(value) is Call else None
        is_other = type(func) is Name and func.id not in self._classes  # the most usual case
        for target in node.targets:
            if is_other and type(target) is Name:
                self._bind(target.id, OTHER, scope, target)
            else:
                self._target(target, value, scope)
        self._expression(node, scope)

    def _expression(self, node: Assign | Expr, scope: Scope) -> None:
        """Go into the value of a statement; by far the most usual one is a call."""
        value = node.value
        if type(value) is Call:
            self._call(value, scope)
        else:
            self._stack.append((value, scope))

    def _assign_one(self, node: AnnAssign | NamedExpr, scope: Scope) -> None:
        """Note an annotated assignment, or one inside an expression."""
        if node.value is not None:
            self._target(node.target, node.value, scope)
            self._stack.append((node.value, scope))
        elif type(node.target) is not Name:
            self._stack.append((node.target, scope))  # Python evaluates what is in there
        elif scope.kind == "function" and scope.outer is not None:
            self._annotated.append((scope, node.target))
        if type(node) is AnnAssign:
            self._stack.append((node.annotation, scope))

    def _target(self, target: Any, value: Any, scope: Scope) -> None:
        """Bind a target, pair by pair where both sides are displays of one length."""
        if type(target) is Name:
            if self._is_class(value):
                self._classes.add(target.id)
            if self._may_be_ours(value):
                self._aliases.add(target.id)
                self.passed.append((target.id, value, scope))
                self._bind(target.id, value, scope, target)
            else:
                self._bind(target.id, OTHER, scope, target)
        elif (
            type(target) in _DISPLAYS
            and type(value) in _DISPLAYS
            and len(target.elts) == len(value.elts)
        ):
            for each, part in zip(target.elts, value.elts, strict=True):
                self._target(each, part, scope)
        else:
            self._stack.append((target, scope))

    def _may_be_ours(self, value: Any) -> bool:
        """Tell whether an expression may be a manager, a module of ours or our class."""
        if not self._follow:
            return False
        base, _members = unfold(value)
        if type(base) is Call:
            return self._is_class(base.func)
        return type(base) is Name and base.id in self._tracked

    def _is_class(self, node: Any) -> bool:
        """Tell whether an expression, if there is one, has the name of our class."""
        name = node.attr if type(node) is Attribute else getattr(node, "id", None)
        return name in self._classes

    def _walrus(self, node: NamedExpr, scope: Scope) -> None:
        """Bind a walrus where Python does: outside of comprehensions."""
        home = scope.outside_comprehensions()
        if home is not scope:  # a generator may run later
            home.shared.add(node.target.id)
        self._assign_one(node, home)

    def _import(self, node: Import, scope: Scope) -> None:
        """Note `import a.b` and `import a.b as c`."""
        for each in node.names:
            top = each.name.partition(".")[0]
            if top == ROOT and not each.asname:
                self._bind(ROOT, PACKAGE, scope, each)
            elif top == ROOT:
                self._bind_ours(each, {ROOT: PACKAGE, f"{ROOT}.m": MODULE}, scope)
            else:
                self._bind_foreign(each, each.asname or top, scope)

    def _import_from(self, node: ImportFrom, scope: Scope) -> None:
        """Note `from a import b` and `from a import b as c`."""
        module = node.module or ""
        for each in node.names:
            if each.name == "*":  # what it brings is bound by no name of this module
                continue
            if node.level or module.partition(".")[0] != ROOT:
                self._bind_foreign(each, each.asname or each.name, scope)
                if each.asname in (None, each.name) and each.name in self.placeholders:
                    self.borrowed.append((each.name, "." * node.level + module))
            elif module == f"{ROOT}.m":
                self.imported.add(each.name)
                self._bind_ours(each, {each.name: Meaning("manager", each.name)}, scope)
            else:
                self._bind_ours(each, PACKAGE_MEMBERS, scope)

    def _bind_ours(self, each: alias, known: dict[str, Meaning], scope: Scope) -> None:
        """Bind a name that comes from hpman."""
        meaning = known.get(each.name, OTHER)
        bound = each.asname or each.name
        if meaning is CLASS:
            self._classes.add(bound)
        if meaning is not OTHER:
            self._aliases.add(bound)
            self.own.add(bound)
        self._bind(bound, meaning, scope, each)

    def _bind_foreign(self, each: alias, bound: str, scope: Scope) -> None:
        """Bind a name that comes from elsewhere."""
        if each.asname and each.asname != each.name:
            self.foreign.add(bound)
            self._bind(bound, FOREIGN, scope, each)
        else:
            self.own.add(bound)
            self._bind(bound, Meaning(HANDED_ON, bound), scope, each)

    def _function(self, node: Any, scope: Scope) -> None:
        """Open the scope of a function or a lambda."""
        inner, around = Scope(scope), scope
        if type(node) is Lambda:
            self._stack.append((node.body, inner))
        else:
            self._bind(node.name, OTHER, scope, node)
            self._part(node.decorator_list, scope)
            inner.outer = around = self._typed(node, scope)
            self._part(node.returns, around)
            self._block(node.body, inner)
        arguments = node.args
        plain = *arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs
        for each in (*plain, arguments.vararg, arguments.kwarg):
            if each is not None:
                self._argument(each, around, inner)
        self._part(arguments.defaults, scope)
        self._part(arguments.kw_defaults, scope)

    def _argument(self, node: arg, around: Scope, inner: Scope) -> None:
        """Bind a parameter; its annotation belongs to the scope around."""
        is_manager = self._follow and self._is_class(node.annotation)
        self._bind(node.arg, Meaning("manager", node.arg) if is_manager else OTHER, inner, node)
        self._part(node.annotation, around)

    def _typed(self, node: Any, scope: Scope) -> Scope:
        """Open the scope of type parameters (PEP 695), where there are any."""
        parameters = getattr(node, "type_params", None)
        if parameters:
            scope = Scope(scope, "comprehension")
            for each in parameters:
                self._bind(each.name, OTHER, scope, each)
            self._part(parameters, scope)
        return scope

    def _class(self, node: ClassDef, scope: Scope) -> None:
        """Open the scope of a class."""
        self._bind(node.name, OTHER, scope, node)
        self._part(node.decorator_list, scope)
        scope = self._typed(node, scope)
        self._part(node.bases, scope)
        self._part(node.keywords, scope)
        self._block(node.body, Scope(scope, "class"))

    def _comprehension(self, node: Any, scope: Scope) -> None:
        """Open the scope of a comprehension; its first iterable belongs to the scope around."""
        inner = Scope(scope, "comprehension")
        for part in ("elt", "key", "value"):
            self._part(getattr(node, part, None), inner)
        for index, each in enumerate(node.generators):
            self._stack.append((each.target, inner))
            self._stack.append((each.iter, inner if index else scope))
            self._part(each.ifs, inner)

    def _declare(self, node: Global | Nonlocal, scope: Scope) -> None:
        """Note that names of this scope live in another one."""
        self._declared.append((scope, node))

    def _capture(self, node: Any, scope: Scope) -> None:
        """Note a name that a handler or a pattern binds."""
        name = getattr(node, "rest", None) or getattr(node, "name", None)
        self._bind(name, OTHER, scope, node)
        self._children(node, scope)

    def _leaf(self, node: AST, scope: Scope) -> None:
        """Leave a node that holds nothing."""


_DISPLAYS = (List, Tuple)
_DECORATED = (FunctionDef, AsyncFunctionDef, ClassDef)
_VISITORS: dict[type, Callable[[Any, Any, Scope], None]] = {
    AnnAssign: Bindings._assign_one,
    Assign: Bindings._assign,
    AsyncFunctionDef: Bindings._function,
    Call: Bindings._call,
    ClassDef: Bindings._class,
    Constant: Bindings._leaf,
    DictComp: Bindings._comprehension,
    ExceptHandler: Bindings._capture,
    Expr: Bindings._expression,
    FunctionDef: Bindings._function,
    GeneratorExp: Bindings._comprehension,
    Global: Bindings._declare,
    Import: Bindings._import,
    ImportFrom: Bindings._import_from,
    Lambda: Bindings._function,
    ListComp: Bindings._comprehension,
    MatchAs: Bindings._capture,
    MatchMapping: Bindings._capture,
    MatchStar: Bindings._capture,
    Name: Bindings._name,
    NamedExpr: Bindings._walrus,
    Nonlocal: Bindings._declare,
    SetComp: Bindings._comprehension,
}
