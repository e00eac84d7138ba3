"""Extract the occurrences and diagnostics from one source text.

Owns which calls belong to managers, and the rules for a single call: a literal name, at
most one default, literal hints. Must not know other files or run-time values.
"""

from __future__ import annotations

from _ast import Attribute, Constant, Dict, JoinedStr, Name, expr
from operator import attrgetter, itemgetter
from sys import intern

from ..errors import EMPTY, NotLiteralEvaluable
from ..literals import NotLiteralError, constant_value, literal_value
from ..occurrence import FaultyCall, Mention, Occurrence
from .binding_scopes import ROOT, Resolver, attribute_chain, mentions_names
from .bindings import Bindings
from .index import ModuleScan
from .syntax import SourceMap, UnparsableError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Call, keyword
    from collections.abc import Callable, Iterator
    from typing import Any, TypeAlias

    from ..diagnostics import Diagnostic
    from ..text import Source
    from .binding_scopes import BindingScope
    from .enums import ReadModule
    from .shadowing import Shadowing

    # The managers that a name may refer to, and how to find those of a call if calls differ.
    Callee: TypeAlias = tuple[list[str], Callable[[Call], tuple[list[str], int | None]] | None]

LARGE = 1 << 16  # the tree of such a text takes megabytes
_MARSHALLED = frozenset(
    (type(None), bool, int, float, complex, str, bytes, type(...), list, tuple, set, dict)
)
# The parameters of methods that take names, or a value that may be a group with names.
_NAMED = (None, "name", "prefix", "tree", "value", "values")
_TYPES = ("bool", "int", "float", "str", "list", "tuple", "set", "dict", "bytes", "complex", "Path")
_NO_HINTS: dict[str, Any] = {}  # shared by all occurrences without hints
_CONSTANTS: dict[str, Any] = {}  # by their text; few are unique, so they are shared
_SETS: dict[frozenset[str], frozenset[str]] = {}  # equal sets of all modules are one object
_PLACE = attrgetter("line", "column")
_PLACE_OF_CALL = itemgetter(*map(Occurrence._fields.index, ("line", "column")))  # faster
_VALUE, _SOURCE = map(Occurrence._fields.index, ("value", "source"))


def extract(
    source: Source, placeholders: frozenset[str], read_module: ReadModule | None = None
) -> ModuleScan:
    """Find the calls of managers in a text.

    In a text that contains the word `hpman`, managers are followed through imports and
    assignments. In other texts only the calls of bare placeholders count. A text that cannot be
    parsed gives one problem and no occurrence.
    """
    try:
        scan = _read_calls(source, placeholders, read_module)
    except UnparsableError as error:
        return ModuleScan(source, (), (syntax_diagnostic(source, error),))
    is_large = len(source.text) > LARGE and scan.occurrences
    return _without_tree(scan) if is_large else scan


def _read_calls(
    source: Source, placeholders: frozenset[str], read_module: ReadModule | None
) -> ModuleScan:
    tree = parse(source.text)
    if "marimo" in source.text:
        from .marimo import share_names

        share_names(tree)
    source_map = SourceMap(source)
    follow = ROOT in source.text
    bindings = Bindings(tree, source_map, placeholders, follow=follow)
    ours = {name for name, _value, _scope in bindings.assignments} | bindings.other_imports
    resolver = Resolver(placeholders, bindings.foreign_names - ours)
    reader = _CallReader(source_map, bindings, read_module)
    for node, placeholder, hidden_by in _manager_calls(bindings, resolver):
        reader.read(node, placeholder, hidden_by)
    managers: frozenset[str] = _own_managers(bindings) if follow else frozenset()
    unbound = placeholders - bindings.bound
    if unbound:
        unbound &= {n.func.id for n, _scope in bindings.calls if type(n.func) is Name}
    return ModuleScan(
        source,
        tuple(sorted(reader.occurrences, key=_PLACE_OF_CALL)),
        tuple(sorted(reader.diagnostics, key=_PLACE)),
        _SETS.setdefault(managers, managers),
        tuple(bindings.reexports),
        _SETS.setdefault(unbound, unbound),
        tuple(sorted(_mentions(bindings, resolver, source_map), key=_PLACE)),
    )


def _without_tree(scan: ModuleScan) -> ModuleScan:
    """Copy the values of a scan, to release the memory of the syntax tree.

    The values lie between the nodes of the tree, so most of it could not be released.
    """
    from marshal import dumps, loads

    columns: list[Any] = [*zip(*scan.occurrences, strict=True)]
    values = columns[_VALUE]
    columns[_SOURCE] = None
    columns[_VALUE] = [value if type(value) in _MARSHALLED else None for value in values]
    columns = loads(dumps(columns))  # noqa: S302 - we have just written them
    columns[_SOURCE] = [scan.source] * len(values)
    columns[_VALUE] = [
        copy if type(value) in _MARSHALLED else value
        for copy, value in zip(columns[_VALUE], values, strict=True)
    ]
    rows = zip(*columns, strict=True)
    return scan.replace(occurrences=tuple(tuple.__new__(Occurrence, row) for row in rows))


def _mentions(bindings: Bindings, resolver: Resolver, source_map: SourceMap) -> Iterator[Mention]:
    """Yield the names in calls of managers' methods."""
    for node, binding_scope in bindings.calls:
        func: Any = node.func
        for placeholder in (
            resolver.managers(func.value, binding_scope) if mentions_names(func) else ()
        ):
            for name, at in _names(node, func.attr):
                span = line, column, _end_line, _end_column = source_map.span(at)
                if not isinstance(at, expr):  # of a keyword, the span includes the value
                    span = line, column, line, column + len(name or "")
                yield Mention(placeholder, func.attr, name, source_map.source, *span)


def _names(node: Call, method: str) -> Iterator[tuple[str | None, expr | keyword]]:
    """Yield the names in a call of a method, None for one that is computed."""
    keywords = node.keywords
    if method == "override":
        for keyword in keywords:
            if keyword.arg is not None:
                yield keyword.arg, keyword
                yield from _keys(keyword.value, keyword.arg)
        keywords = [keyword for keyword in keywords if keyword.arg is None]
    parameters = ("tree", "prefix") if method == "set_tree" else ("name", "value")
    pairs: list[tuple[str | None, Any]] = [*zip(parameters, node.args, strict=False)]
    pairs += ((keyword.arg, keyword.value) for keyword in keywords if keyword.arg in _NAMED)
    arguments = dict(pairs)
    if method == "set_value" and "value" in arguments:
        name: Any = arguments.get("name")
        yield from _keys(arguments["value"], name.value if type(name) is Constant else None)
    prefix = arguments.get("prefix") if method == "set_tree" else None
    above: Any = prefix.value if type(prefix) is Constant else ""
    for parameter, at in pairs:
        if at is prefix:
            yield from _literal_names(at, "")
        elif parameter != "value" and (prefix is None or type(prefix) is Constant):
            yield from _literal_names(at, f"{above}." if above else "")  # else it is computed


def _literal_names(node: Any, above: str) -> Iterator[tuple[str | None, expr]]:
    """Yield the name that an expression is, or the keys that it contains, and those below."""
    if type(node) is Dict:
        for key, value in zip(node.keys, node.values, strict=True):
            yield from _literal_names(value if key is None else key, above)
            name: Any = key.value if type(key) is Constant else None
            if isinstance(name, str):
                yield from _keys(value, f"{above}{name}")
    elif type(node) is not Constant:
        yield None, node
    elif isinstance(node.value, str):
        yield f"{above}{node.value}", node


def _keys(value: Any, name: object) -> Iterator[tuple[str | None, expr]]:
    """Yield the keys of a dict that a group gets, or a hyperparameter that is a dict."""
    if type(value) is Dict and isinstance(name, str):
        yield from _literal_names(value, f"{name}.")


def _manager_calls(
    bindings: Bindings, resolver: Resolver
) -> Iterator[tuple[Call, str, int | None]]:
    """Yield the calls of managers, each with the placeholder and the line that hides it.

    A call is hidden by a line that binds its name to something else. It is yielded anyway.
    """
    shadowing: Shadowing | None = None
    callees: dict[tuple[str, BindingScope], Callee] = {}  # most calls are of one name in few scopes
    for node, binding_scope in bindings.calls:
        func = node.func
        if type(func) is not Name:
            for placeholder in resolver.managers(func, binding_scope):
                yield node, placeholder, None
            continue
        key = func.id, binding_scope
        if key not in callees:
            managers, reach = resolver.managers(func, binding_scope), None
            is_hidden = managers and resolver.is_hidden_somewhere(*key)
            if is_hidden or len(managers) > 1:
                from .shadowing import Shadowing  # few modules need it

                shadowing = shadowing or Shadowing(bindings.tree, resolver)
                reach = shadowing.reach(*key, managers)
            callees[key] = managers, reach
        managers, reach = callees[key]
        managers, hidden_by = (managers, None) if reach is None else reach(node)
        for placeholder in managers:
            yield node, placeholder, hidden_by


def _own_managers(bindings: Bindings) -> frozenset[str]:
    """Return the placeholders of the managers that the module imports from hpman or makes."""
    expressions = [(value, binding_scope) for _name, value, binding_scope in bindings.assignments]
    names: dict[tuple[str, BindingScope], expr] = {}  # once in each scope
    for node, binding_scope in bindings.calls:
        if type(node.func) is Name:
            names[node.func.id, binding_scope] = node.func
        else:
            expressions.append((node.func, binding_scope))
    expressions += [(func, binding_scope) for (_name, binding_scope), func in names.items()]
    # Without placeholders, only managers that the module itself imports or makes count.
    managers = Resolver((), ()).managers
    own = {name for node, binding_scope in expressions for name in managers(node, binding_scope)}
    return frozenset(own | bindings.imported_managers)


class _CallReader:
    """Read the calls of managers in one text."""

    def __init__(
        self, source_map: SourceMap, bindings: Bindings, read_module: ReadModule | None
    ) -> None:
        self.occurrences: list[Occurrence] = []
        self.diagnostics: list[Diagnostic] = []
        self._map = source_map
        self._bindings = bindings
        self._read_module = read_module
        self._enums: dict[str, dict[str, Any]] = {}

    def read(self, node: Call, placeholder: str, hidden_by: int | None) -> None:
        """Add the occurrence or the problems of a call."""
        problems: list[Diagnostic] = []
        occurrence = None
        arguments: list[Any] = node.args
        first = arguments[0] if arguments else None
        name = first.value if type(first) is Constant and type(first.value) is str else None
        hints = self._hints(node, problems) if node.keywords else _NO_HINTS
        if name is None or len(arguments) > 2:
            problems.append(self._wrong_arguments(node, placeholder))
        else:
            value, text = EMPTY, None
            if len(arguments) > 1:
                value, text = self._default(node, name, placeholder)
            line, column, end_line, end_column = self._map.span(node)
            end_line = line if end_line == line else end_line  # share the int
            fields = placeholder, name, value, hints, text, self._map.source
            place = line, column, end_line, end_column, hidden_by
            occurrence = tuple.__new__(Occurrence, fields + place)  # faster than the constructor
        if occurrence is not None and not problems:
            self.occurrences.append(occurrence)
            return
        # If only hints are wrong, the occurrence takes part in the checks across files.
        occurrences = () if occurrence is None else (occurrence,)
        call = FaultyCall(*self._map.span(node), hidden_by, len(arguments))
        common = {"name": name, "placeholder": placeholder, "call": call}
        self.diagnostics += (
            problem.replace(occurrences=occurrences, **common) for problem in problems
        )

    def _default(self, node: Call, name: str, placeholder: str) -> tuple[Any, str]:
        default = node.args[1]
        text = intern(self._map.text(default))  # few defaults are unique
        if type(default) is Constant:
            return _CONSTANTS.setdefault(text, default.value), text
        try:
            return constant_value(default, self._bindings.is_rebound), text
        except NotLiteralError:
            problem = self._problem(
                "HPM104",
                f"The default of `{name}` is not a literal, but `{_shorten(text)}`.",
                "Its value is known once the program has run this call.",
                default,
            ).replace(
                name=name,
                placeholder=placeholder,
                call=FaultyCall(*self._map.span(node), None, len(node.args)),
                severity="warning",
            )
            member, members = self._enum(node)
            value = NotLiteralEvaluable(problem, expression=text, member=member, members=members)
            return value, text

    def _enum(self, node: Call) -> tuple[str | None, dict[str, Any]]:
        """Return the name of the member that is the default, and the members of its class."""
        default = node.args[1]
        base, attributes = attribute_chain(default)
        if type(default) is Attribute and type(base) is Name:
            name = ".".join([base.id, *attributes[:-1]])
            if name not in self._enums:
                from .enums import enum_members

                path = self._map.source.path
                members = enum_members(self._bindings.tree, name, path, self._read_module)
                self._enums[name] = members
            members = self._enums[name]
            # These hints ask for other values.
            is_other = {"range", "type"} & {keyword.arg for keyword in node.keywords}
            if default.attr in members and not is_other:
                value = members[default.attr]
                return next(name for name in members if members[name] == value), members
        return None, {}

    def _hints(self, node: Call, problems: list[Diagnostic]) -> dict[str, Any]:
        """Return the hints of a call. Add the problems with them to the list."""
        hints: dict[str, Any] = {}
        for keyword in node.keywords:
            name = keyword.arg
            if name in hints:  # only the compiler rejects this, not the parser
                reason = f"keyword argument repeated: {name}"
                raise UnparsableError(reason, *self._map.span(keyword)[:2])
            try:
                value = literal_value(keyword.value)
            except NotLiteralError:
                name = None
            if name is None:
                problems.append(self._hint_not_literal(keyword))
            else:
                hints[name] = value
        return hints

    def _wrong_arguments(self, node: Call, placeholder: str) -> Diagnostic:
        """Report positional arguments other than a literal name and at most one default."""
        count = len(node.args)
        if not 1 <= count <= 2:
            return self._problem(
                "HPM101",
                f"`{placeholder}(…)` takes a name and at most one default, "
                f"but {count} positional arguments are given.",
                f'Write `{placeholder}("name", default)`; anything else is a hint and needs a '
                "keyword.",
                node,
            )
        name = _shorten(self._map.text(node.args[0]))
        advice = "Write the name itself between quotes: it is read without running the program."
        if count == 1 and type(node.args[0]) in (Name, JoinedStr):
            advice += f" Or read it with `{placeholder}.get_value({name})`."
        message = f"The name of a hyperparameter must be a literal string, not `{name}`."
        return self._problem("HPM102", message, advice, node)

    def _hint_not_literal(self, keyword: keyword) -> Diagnostic:
        value = _shorten(self._map.text(keyword.value))
        hint = f"`{keyword.arg}`" if keyword.arg else f"`**{value}`"
        is_type = keyword.arg == "type" and value in _TYPES
        what = f'`type="{value}"`' if is_type else "its value in place"
        return self._problem(
            "HPM103",
            f"The hint {hint} is not a literal, but `{value}`.",
            f"Write {what}: hints are read without running the program.",
            keyword,
        )

    def _problem(self, code: str, message: str, advice: str, node: Any) -> Diagnostic:
        from ..diagnostics import Diagnostic

        source = self._map.source
        problem = Diagnostic(code, message, advice, source.path, source=source)
        names = "line", "column", "end_line", "end_column"
        return problem.replace(**dict(zip(names, self._map.span(node), strict=True)))


def syntax_diagnostic(source: Source, error: UnparsableError) -> Diagnostic:
    """Report that a text, or undecodable bytes shown as text, cannot be parsed."""
    from ..diagnostics import Diagnostic

    return Diagnostic(
        "HPM001",
        f"Cannot parse this file: {error.reason}.",
        error.advice,
        source.path,
        error.line,
        error.column,
        source=source,
    )


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"
