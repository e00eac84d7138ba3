"""Which names of one module are managers, and which are not.

Owns scopes, imports and assignments, as far as they make a name a manager;
knows nothing of what a call of a manager says.
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
    FunctionDef,
    GeneratorExp,
    Global,
    Import,
    ImportFrom,
    Lambda,
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
from bisect import bisect_left

from .scopes import CLASS, FOREIGN, MODULE, OTHER, PACKAGE, SAME, Meaning, Scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Module, alias
    from collections.abc import Callable, Container, Iterable, Sequence
    from typing import Any

MANAGER_CLASS = "HyperParameterManager"
ROOT = "hpman"
_PACKAGE_MEMBERS = {"m": MODULE, MANAGER_CLASS: CLASS}


class _EveryName:
    """Hold every name there is."""

    def __contains__(self, name: object) -> bool:
        """Say yes."""
        return True


_EVERY_NAME = _EveryName()

class Bindings:
    """Find the calls of managers in one module.

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
    ) -> None:
        """Walk until no new name turns up."""
        self._placeholders = placeholders
        self._classes = {MANAGER_CLASS}
        tracked = placeholders | {ROOT, MANAGER_CLASS}
        self._walk(tree, tracked, candidates(tracked))
        if not self._aliases <= tracked:
            tracked |= self._aliases
            self._walk(tree, tracked, candidates(tracked))
            if not self._aliases <= tracked:
                self._walk(tree, _EVERY_NAME, candidates(None))

    def calls(self) -> Iterable[tuple[Call, str]]:
        """Yield each call of a manager with the manager's placeholder."""
        known: dict[tuple[str, Scope], list[str]] = {}  # most calls are of one name in few scopes
        for node, scope in self._calls:
            func = node.func
            if type(func) is Name:
                placeholders = known.get((func.id, scope))
                if placeholders is None:
                    placeholders = known[func.id, scope] = self._placeholders_of(func, scope)
            else:
                placeholders = self._placeholders_of(func, scope)
            for placeholder in placeholders:
                yield node, placeholder

    def _placeholders_of(self, func: expr, scope: Scope) -> list[str]:
        """Return the placeholders of the managers that a called expression may be."""
        try:
            found = self._mean(func, scope)
        except RecursionError:  # an alias of an alias, a thousand times over
            return []
        return sorted(meaning.placeholder for meaning in found if meaning.kind == "manager")

    # -- what an expression means ------------------------------------------------

    def _mean(self, node: Any, scope: Scope, seen: frozenset[int] = frozenset()) -> set[Meaning]:
        """Return what an expression may stand for."""
        members = []
        while type(node) is Attribute:
            members.append(node.attr)
            node = node.value
        kind = type(node)
        found: set[Meaning] = set()
        if kind is Name:
            found = self._mean_name(node.id, scope, seen)
        elif kind is NamedExpr:
            found = self._mean(node.value, scope, seen)
        elif kind is Call and self._makes_manager(node) and CLASS in self._mean(node.func, scope, seen):
            found = {Meaning("manager", name) for name in _literal_placeholder(node)}
        while members and found:
            found = _members(found, members.pop())
        return found

    def _mean_name(self, name: str, scope: Scope, seen: frozenset[int]) -> set[Meaning]:
        """Return what a bare name may stand for."""
        bare = name in self._placeholders
        for home, bound in scope.visible(name):
            found: set[Meaning] = set()
            for each in bound:
                if isinstance(each, Meaning):
                    found.add(each)
                elif id(each) not in seen:
                    found |= self._mean(each, home, seen | {id(each)})
            if not bare:
                return found
            # A name bound to anything else still counts: the seed's rule.
            if managers := {each for each in found if each.kind == "manager"}:
                return managers
            if SAME in found:
                return {Meaning("manager", name)}
            if FOREIGN in found:
                return set()
        if bare:
            is_foreign = name in self._foreign and name not in self._own
            return set() if is_foreign else {Meaning("manager", name)}
        return {PACKAGE} if name == ROOT else {CLASS} if name == MANAGER_CLASS else set()

    # -- the walk ----------------------------------------------------------------

    def _walk(self, tree: Module, tracked: Container[str], lines: Sequence[int]) -> None:
        """Collect the calls and the bindings of tracked names."""
        self._tracked, self._lines = tracked, lines
        self._aliases: set[str] = set()  # names that turned out to be ours
        self._own: set[str] = set()  # names that are ours, or may be
        self._foreign: set[str] = set()  # names imported under another original name
        self._calls: list[tuple[Call, Scope]] = []
        self._stack: list[tuple[AST, Scope]] = []
        self._block(tree.body, Scope(None))
        stack, visitors = self._stack, _VISITORS
        while stack:
            node, scope = stack.pop()
            visit = visitors.get(type(node))
            if visit is None:
                self._children(node, scope)
            else:
                visit(self, node, scope)

    def _block(self, statements: Iterable[Any], scope: Scope) -> None:
        """Go into the statements that hold a candidate line."""
        lines, stack = self._lines, self._stack
        for statement in statements:
            first = statement.lineno
            decorators = getattr(statement, "decorator_list", None)
            if decorators:
                first = min(first, decorators[0].lineno)
            index = bisect_left(lines, first)
            if index < len(lines) and lines[index] <= statement.end_lineno:
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

    def _bind(self, name: str | None, meaning: Meaning | expr, scope: Scope) -> None:
        """Note what a tracked name is bound to."""
        if name in self._tracked:
            scope.home(name).bindings.setdefault(name, []).append(meaning)

    def _call(self, node: Call, scope: Scope) -> None:
        """Note a call that may be one of a manager; go into its arguments."""
        func = node.func
        if type(func) is Name:
            if func.id in self._tracked:
                self._calls.append((node, scope))
        else:
            if self._may_be_ours(func):
                self._calls.append((node, scope))
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
            self._bind(node.id, OTHER, scope)

    def _assign(self, node: Assign, scope: Scope) -> None:
        """Note an assignment to one or more targets."""
        for target in node.targets:
            self._target(target, node.value, scope)
        self._stack.append((node.value, scope))

    def _assign_one(self, node: AnnAssign | NamedExpr, scope: Scope) -> None:
        """Note an annotated assignment, or one inside an expression."""
        if node.value is not None:
            self._target(node.target, node.value, scope)
            self._stack.append((node.value, scope))
        if type(node) is AnnAssign:
            self._stack.append((node.annotation, scope))

    def _target(self, target: expr, value: expr, scope: Scope) -> None:
        """Bind a target, pair by pair where both sides are tuples."""
        if type(target) is Name:
            if self._may_be_ours(value):
                self._aliases.add(target.id)
                self._own.add(target.id)
                self._bind(target.id, value, scope)
            else:
                self._bind(target.id, OTHER, scope)
        elif type(target) is Tuple and type(value) is Tuple and len(target.elts) == len(value.elts):
            for each, part in zip(target.elts, value.elts):
                self._target(each, part, scope)
        else:
            self._stack.append((target, scope))

    def _may_be_ours(self, value: Any) -> bool:
        """Tell whether an expression may be a manager, a module of ours or our class."""
        while type(value) in (Attribute, NamedExpr):
            value = value.value
        if type(value) is Call:
            return self._makes_manager(value)
        return type(value) is Name and value.id in self._tracked

    def _makes_manager(self, node: Call) -> bool:
        """Tell whether a call has the name of our class."""
        func = node.func
        name = func.attr if type(func) is Attribute else getattr(func, "id", None)
        return name in self._classes

    def _walrus(self, node: NamedExpr, scope: Scope) -> None:
        """Bind a walrus where Python does: outside of comprehensions."""
        home = scope
        while home.outer is not None and "<comprehension>" in home.elsewhere:
            home = home.outer
        self._assign_one(node, home)

    def _import(self, node: Import, scope: Scope) -> None:
        """Note `import a.b` and `import a.b as c`."""
        for each in node.names:
            top = each.name.partition(".")[0]
            if top == ROOT and not each.asname:
                self._bind(ROOT, PACKAGE, scope)
            elif top == ROOT:
                self._bind_ours(each, {ROOT: PACKAGE, f"{ROOT}.m": MODULE}, scope)
            else:
                self._bind_foreign(each, each.asname or top, scope)

    def _import_from(self, node: ImportFrom, scope: Scope) -> None:
        """Note `from a import b` and `from a import b as c`."""
        module = node.module or ""
        for each in node.names:
            if node.level or module.partition(".")[0] != ROOT:
                self._bind_foreign(each, each.asname or each.name, scope)
            elif module == f"{ROOT}.m":
                self._bind_ours(each, {each.name: Meaning("manager", each.name)}, scope)
            else:
                self._bind_ours(each, _PACKAGE_MEMBERS, scope)

    def _bind_ours(self, each: alias, known: dict[str, Meaning], scope: Scope) -> None:
        """Bind a name that comes from hpman."""
        meaning = known.get(each.name, OTHER)
        bound = each.asname or each.name
        if meaning is CLASS:
            self._classes.add(bound)
        if meaning is not OTHER:
            self._aliases.add(bound)
            self._own.add(bound)
        self._bind(bound, meaning, scope)

    def _bind_foreign(self, each: alias, bound: str, scope: Scope) -> None:
        """Bind a name that comes from elsewhere."""
        if each.asname and each.asname != each.name:
            self._foreign.add(bound)
            self._bind(bound, FOREIGN, scope)
        else:
            self._own.add(bound)
            self._bind(bound, SAME, scope)

    def _function(self, node: Any, scope: Scope) -> None:
        """Open the scope of a function or a lambda."""
        inner = Scope(scope)
        if type(node) is Lambda:
            self._stack.append((node.body, inner))
        else:
            self._bind(node.name, OTHER, scope)
            for part in (node.decorator_list, node.returns, getattr(node, "type_params", None)):
                self._part(part, scope)
            self._block(node.body, inner)
        arguments = node.args
        for each in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        ):
            if each is not None:
                self._argument(each, scope, inner)
        self._part(arguments.defaults, scope)
        self._part(arguments.kw_defaults, scope)

    def _argument(self, node: arg, scope: Scope, inner: Scope) -> None:
        """Bind a parameter; its annotation belongs to the scope around."""
        self._bind(node.arg, OTHER, inner)
        self._part(node.annotation, scope)

    def _class(self, node: ClassDef, scope: Scope) -> None:
        """Open the scope of a class."""
        self._bind(node.name, OTHER, scope)
        for part in (
            node.decorator_list,
            node.bases,
            node.keywords,
            getattr(node, "type_params", None),
        ):
            self._part(part, scope)
        self._block(node.body, Scope(scope, is_class=True))

    def _comprehension(self, node: Any, scope: Scope) -> None:
        """Open the scope of a comprehension; its first iterable belongs to the scope around."""
        inner = Scope(scope)
        inner.elsewhere["<comprehension>"] = scope
        for part in ("elt", "key", "value"):
            self._part(getattr(node, part, None), inner)
        for index, each in enumerate(node.generators):
            self._stack.append((each.target, inner))
            self._stack.append((each.iter, inner if index else scope))
            self._part(each.ifs, inner)

    def _declare(self, node: Global | Nonlocal, scope: Scope) -> None:
        """Note that names of this scope live in another one."""
        home = scope.module() if type(node) is Global else scope.function()
        scope.elsewhere.update(dict.fromkeys(node.names, home))

    def _capture(self, node: Any, scope: Scope) -> None:
        """Note a name that a handler or a pattern binds."""
        self._bind(getattr(node, "rest", None) or getattr(node, "name", None), OTHER, scope)
        self._children(node, scope)

    def _leaf(self, node: AST, scope: Scope) -> None:
        """Leave a node that holds nothing."""


def _members(bases: set[Meaning], name: str) -> set[Meaning]:
    """Return what an attribute of something of ours is."""
    found: set[Meaning] = set()
    if MODULE in bases and not name.startswith("__"):
        found.add(Meaning("manager", name))
    if PACKAGE in bases and name in _PACKAGE_MEMBERS:
        found.add(_PACKAGE_MEMBERS[name])
    return found


def _literal_placeholder(node: Call) -> Iterable[str]:
    """Yield the placeholder that a private manager is made with, where it is literal."""
    given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "placeholder")]
    return [each.value for each in given if type(each) is Constant and type(each.value) is str]


_VISITORS: dict[type, Callable[[Any, Any, Scope], None]] = {
    AnnAssign: Bindings._assign_one,
    Assign: Bindings._assign,
    AsyncFunctionDef: Bindings._function,
    Call: Bindings._call,
    ClassDef: Bindings._class,
    Constant: Bindings._leaf,
    DictComp: Bindings._comprehension,
    ExceptHandler: Bindings._capture,
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
