"""Extract the occurrences and diagnostics from one source text.

Owns which calls belong to managers, and the rules for a single call: a literal name, at
most one default, literal hints. Must not know other files or run-time values.
"""

from __future__ import annotations

from _ast import Attribute, Constant, Dict, JoinedStr, Name, expr
from operator import attrgetter
from sys import intern

from ..errors import EMPTY, NotLiteralEvaluable
from ..literals import NotLiteralError, constant_value, literal_value
from ..occurrence import FaultyCall, Mention, Occurrence
from .bindings import Bindings
from .index import ModuleScan
from .scopes import ROOT, Resolver, attribute_chain, mentions_names
from .source_map import SourceMap
from .syntax import UnparsableError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Call, keyword
    from collections.abc import Callable, Iterator
    from typing import Any, TypeAlias

    from ..diagnostics import Diagnostic
    from ..text import Source
    from .enums import ReadModule
    from .scopes import Scope
    from .shadowing import Shadowing

    # The fields of an occurrence without its source.
    Row: TypeAlias = tuple[
        str, str, Any, dict[str, Any], str | None, int, int, int, int, int | None
    ]
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


def extract(
    source: Source, placeholders: frozenset[str], read_module: ReadModule | None = None
) -> ModuleScan:
    """Find the calls of managers in a text.

    In a text that contains the word `hpman`, managers are followed through imports and
    assignments. In other texts only the calls of bare placeholders count.

    Args:
        source: the text.
        placeholders: the names whose bare calls count.
        read_module: finds the modules that define Enums, see `enum_members`.

    Returns:
        The occurrences and the problems. A text that cannot be parsed gives one problem and
        no occurrence.

    >>> from hpman.text import Source
    >>> scan = extract(Source("a.py", '_("lr", 1e-3, help="x")'), frozenset({"_"}))
    >>> [(item.name, item.value, item.hints, item.line) for item in scan.occurrences]
    [('lr', 0.001, {'help': 'x'}, 1)]
    """
    try:
        rows, scan = _read_calls(source, placeholders, read_module)
    except UnparsableError as error:
        return ModuleScan(source, (), (syntax_diagnostic(source, error),))
    return scan.replace(occurrences=tuple(sorted(_occurrences(rows, source), key=_PLACE)))


def _read_calls(
    source: Source, placeholders: frozenset[str], read_module: ReadModule | None
) -> tuple[list[Row], ModuleScan]:
    """Read all calls of managers, and release the syntax tree.

    Return the rows of the occurrences, and everything else.
    """
    tree = parse(source.text)
    if "marimo" in source.text:
        from .marimo import share_names

        share_names(tree)
    source_map = SourceMap(source)
    rows: list[Row] = []
    diagnostics: list[Diagnostic] = []
    mentions_hpman = ROOT in source.text
    if not (mentions_hpman or source_map.is_ascii):
        # The parser normalizes names (NFKC). Those that are called only in another spelling
        # do not count here either.
        from .prefilter import prefilter

        data = source.text.encode()
        placeholders = frozenset(name for name in placeholders if prefilter([name])(data))
    bindings = Bindings(
        tree, source_map, placeholders, follow=mentions_hpman, read_module=read_module
    )
    resolver = _resolver(bindings)
    for node, placeholder, hidden_by in _manager_calls(bindings, resolver):
        result = _read(node, placeholder, source_map, hidden_by, bindings)
        if isinstance(result, tuple):
            rows.append(result)
        else:
            diagnostics += result
    managers: frozenset[str] = _own_managers(bindings) if mentions_hpman else frozenset()
    unbound = placeholders - bindings.bound
    if unbound:
        unbound &= {n.func.id for n, _scope in bindings.calls if type(n.func) is Name}
    managers, unbound = _SETS.setdefault(managers, managers), _SETS.setdefault(unbound, unbound)
    mentions = tuple(sorted(_mentions(bindings, resolver, source_map), key=_PLACE))
    problems = tuple(sorted(diagnostics, key=_PLACE))
    reexports = tuple(bindings.reexports)
    return rows, ModuleScan(source, (), problems, managers, reexports, unbound, mentions)


def _occurrences(rows: list[Row], source: Source) -> list[Occurrence]:
    """Return the occurrences of rows, and empty the list of these."""
    objects = {}  # those that `marshal` cannot write
    for number, row in enumerate(rows):
        if type(row[2]) not in _MARSHALLED:
            objects[number] = row[2]
            rows[number] = (*row[:2], None, *row[3:])
    if len(source.text) > LARGE:
        # These values lie between the nodes of the tree in memory, so most of it could not be
        # released. Therefore they are copied.
        from marshal import dumps, loads

        data = dumps(rows)
        rows.clear()
        rows = loads(data)  # noqa: S302 - we have just written them
    new = tuple.__new__  # the constructor would take most of the time
    occurrences = [
        new(Occurrence, (a, b, EMPTY if text is None else c, d, text, source, e, f, g, h, i))
        for a, b, c, d, text, e, f, g, h, i in rows
    ]
    for number, value in objects.items():
        occurrences[number] = occurrences[number].replace(value=value)
    return occurrences


def _resolver(bindings: Bindings) -> Resolver:
    ours = {name for name, _value, _scope in bindings.assignments} | bindings.other_imports
    return Resolver(bindings.placeholders, bindings.foreign_names - ours)


def _mentions(bindings: Bindings, resolver: Resolver, source_map: SourceMap) -> Iterator[Mention]:
    """Yield the names in calls of managers' methods."""
    for node, scope in bindings.calls:
        func: Any = node.func
        for placeholder in resolver.managers(func.value, scope) if mentions_names(func) else ():
            for name, at in _names(node, func.attr):
                span = line, column, _end_line, _end_column = source_map.span(at)
                if not isinstance(at, expr):  # of a keyword, the span includes the value
                    span = line, column, line, column + len(name or "")
                yield Mention(placeholder, func.attr, name, source_map.source, *span)


def _names(node: Call, method: str) -> Iterator[tuple[str | None, expr | keyword]]:
    """Yield the names in a call of a method, None for one that is computed."""
    keywords = node.keywords
    if method == "override":
        for row in keywords:
            if row.arg is not None:
                yield row.arg, row
                yield from _keys(row.value, row.arg)
        keywords = [row for row in keywords if row.arg is None]
    parameters = ("tree", "prefix") if method == "set_tree" else ("name", "value")
    pairs: list[tuple[str | None, Any]] = [*zip(parameters, node.args, strict=False)]
    pairs += ((row.arg, row.value) for row in keywords if row.arg in _NAMED)
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
    callees: dict[tuple[str, Scope], Callee] = {}  # most calls are of one name in few scopes
    for node, scope in bindings.calls:
        func = node.func
        hidden_by = None
        if type(func) is Name:
            name = func.id
            if (name, scope) not in callees:
                managers, reach = resolver.managers(func, scope), None
                is_hidden = managers and resolver.is_hidden_somewhere(name, scope)
                if is_hidden or len(managers) > 1:
                    from .shadowing import Shadowing  # few modules need it

                    shadowing = shadowing or Shadowing(bindings.tree, resolver)
                    reach = shadowing.reach(name, scope, managers)
                callees[name, scope] = managers, reach
            managers, reach = callees[name, scope]
            if reach is not None:
                managers, hidden_by = reach(node)
        else:
            managers = resolver.managers(func, scope)
        for placeholder in managers:
            yield node, placeholder, hidden_by


def _own_managers(bindings: Bindings) -> frozenset[str]:
    """Return the placeholders of the managers that the module imports from hpman or makes."""
    expressions = [(value, scope) for _name, value, scope in bindings.assignments]
    names: dict[tuple[str, Scope], expr] = {}  # once in each scope
    for node, scope in bindings.calls:
        if type(node.func) is Name:
            names[node.func.id, scope] = node.func
        else:
            expressions.append((node.func, scope))
    expressions += [(func, scope) for (_name, scope), func in names.items()]
    # Without placeholders, only managers that the module itself imports or makes count.
    managers = Resolver((), ()).managers
    own = {name for node, scope in expressions for name in managers(node, scope)}
    return frozenset(own | bindings.imported_managers)


def _read(
    node: Call,
    placeholder: str,
    source_map: SourceMap,
    hidden_by: int | None,
    bindings: Bindings,
) -> Row | list[Diagnostic]:
    """Read one call of a manager, as the row of an occurrence or as problems."""
    name = _literal_name(node)
    problems: list[Diagnostic] = []
    row = None
    if name is None or len(node.args) > 2:
        problems.append(_wrong_arguments(node, placeholder, source_map))
    hints = _hints(node, placeholder, source_map, problems) if node.keywords else _NO_HINTS
    if name is not None and len(node.args) <= 2:
        value, text = None, None
        if len(node.args) > 1:
            value, text = _default(node, name, placeholder, source_map, bindings)
        line, column, end_line, end_column = source_map.span(node)
        end_line = line if end_line == line else end_line  # share the int
        row = placeholder, name, value, hints, text, line, column, end_line, end_column, hidden_by
    if row is not None and not problems:
        return row
    # If only hints are wrong, the occurrence takes part in the checks across files.
    call = FaultyCall(*source_map.span(node), hidden_by, len(node.args))
    occurrences = tuple(_occurrences([row] if row else [], source_map.source))
    return [problem.replace(call=call, occurrences=occurrences) for problem in problems]


def _literal_name(node: Call) -> str | None:
    """Return the name of a hyperparameter, None if it is not a literal string."""
    first: Any = node.args[0] if node.args else None
    return first.value if type(first) is Constant and type(first.value) is str else None


def _default(
    node: Call, name: str, placeholder: str, source_map: SourceMap, bindings: Bindings
) -> tuple[Any, str]:
    default = node.args[1]
    text = intern(source_map.text(default))  # few defaults are unique
    if type(default) is Constant:
        return _CONSTANTS.setdefault(text, default.value), text
    try:
        return constant_value(default, bindings.is_rebound), text
    except NotLiteralError:
        problem = _diagnostic(
            "HPM104",
            f"The default of `{name}` is not a literal, but `{_shorten(text)}`.",
            "Its value is known once the program has run this call.",
            default,
            source_map,
            name=name,
            placeholder=placeholder,
            call=FaultyCall(*source_map.span(node), None, len(node.args)),
            severity="warning",
        )
        member, members = _enum_of(node, bindings, source_map.source.path)
        return NotLiteralEvaluable(problem, expression=text, member=member, members=members), text


def _enum_of(node: Call, bindings: Bindings, path: str) -> tuple[str | None, dict[str, Any]]:
    """Return the name of the member that is the default, and the members of its class."""
    default = node.args[1]
    base, attributes = attribute_chain(default)
    if type(default) is Attribute and type(base) is Name:
        name = ".".join([base.id, *attributes[:-1]])
        members = bindings.enums.get(name)
        if members is None:
            from .enums import enum_members

            members = enum_members(bindings.tree, name, path, bindings.read_module)
            bindings.enums[name] = members
        # These hints ask for other values.
        if default.attr in members and not {"range", "type"} & {row.arg for row in node.keywords}:
            value = members[default.attr]
            return next(name for name in members if members[name] == value), members
    return None, {}


def _hints(
    node: Call, placeholder: str, source_map: SourceMap, problems: list[Diagnostic]
) -> dict[str, Any]:
    """Return the hints of a call. Add the problems with them to the list.

    Raises:
        UnparsableError: if a hint is repeated.
    """
    hints: dict[str, Any] = {}
    for keyword in node.keywords:
        name = keyword.arg
        if name in hints:  # only the compiler rejects this, not the parser
            raise UnparsableError(
                f"keyword argument repeated: {name}",
                keyword.lineno,
                source_map.column(keyword.lineno, keyword.col_offset),
            )
        try:
            value = literal_value(keyword.value)
        except NotLiteralError:
            name = None
        if name is None:
            problems.append(_hint_not_literal(node, keyword, placeholder, source_map))
        else:
            hints[name] = value
    return hints


def _wrong_arguments(node: Call, placeholder: str, source_map: SourceMap) -> Diagnostic:
    """Report positional arguments other than a literal name and at most one default."""
    count = len(node.args)
    if 1 <= count <= 2:
        name = _shorten(source_map.text(node.args[0]))
        other = f" Or read it with `{placeholder}.get_value({name})`."
        if count > 1 or type(node.args[0]) not in (Name, JoinedStr):
            other = ""
        return _diagnostic(
            "HPM102",
            f"The name of a hyperparameter must be a literal string, not `{name}`.",
            f"Write the name itself between quotes: it is read without running the program.{other}",
            node,
            source_map,
            placeholder=placeholder,
        )
    return _diagnostic(
        "HPM101",
        f"`{placeholder}(…)` takes a name and at most one default, "
        f"but {count} positional arguments are given.",
        f'Write `{placeholder}("name", default)`; anything else is a hint and needs a keyword.',
        node,
        source_map,
        name=_literal_name(node),
        placeholder=placeholder,
    )


def _hint_not_literal(
    node: Call, keyword: Any, placeholder: str, source_map: SourceMap
) -> Diagnostic:
    value = _shorten(source_map.text(keyword.value))
    hint = f"`{keyword.arg}`" if keyword.arg else f"`**{value}`"
    what = (
        f'`type="{value}"`' if keyword.arg == "type" and value in _TYPES else "its value in place"
    )
    return _diagnostic(
        "HPM103",
        f"The hint {hint} is not a literal, but `{value}`.",
        f"Write {what}: hints are read without running the program.",
        keyword,
        source_map,
        name=_literal_name(node),
        placeholder=placeholder,
    )


def _diagnostic(
    code: str, message: str, advice: str, node: Any, source_map: SourceMap, **fields: Any
) -> Diagnostic:
    from ..diagnostics import Diagnostic

    source = source_map.source
    line, column, end_line, end_column = source_map.span(node)
    return Diagnostic(
        code,
        message,
        advice,
        source.path,
        line,
        column,
        source=source,
        end_line=end_line,
        end_column=end_column,
        **fields,
    )


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
