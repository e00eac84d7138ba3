"""Read the members of an Enum from a class statement.

Owns which class a name refers to, and whether its members are known without running the
program; must not know calls of a manager, or how modules are found.
"""

from __future__ import annotations

import _ast
from contextlib import suppress

from ..literals import NotLiteralError, literal_value
from .bindings import bound_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeAlias

    # Takes the path of the importer, the name of a module, and the level of a relative import;
    # returns the paths and trees of the modules that may be meant.
    ReadModule: TypeAlias = Callable[[str, str, int], Iterable[tuple[str, _ast.Module]]]

# The type of all values of a class by its bases, None for any type.
_KINDS: dict[tuple[str, ...], type | None] = {
    ("Enum",): None,
    ("IntEnum",): int,
    ("StrEnum",): str,
    ("int", "Enum"): int,
    ("str", "Enum"): str,
}
_IGNORED = (_ast.Expr, _ast.FunctionDef, _ast.Pass)
# Methods that change the values of members, or accept other values.
_CHANGING = ("__new__", "_generate_next_value_", "_missing_")
_HOPS = 2  # a class may be imported from a package that imports it


def enum_members(
    tree: _ast.Module,
    name: str,
    path: str = "",
    read_module: ReadModule | None = None,
    hops: int = _HOPS,
) -> dict[str, Any]:
    """Return the values of the members and aliases of an Enum, by name.

    The result is empty if the module neither defines nor imports such a class at its top, if
    the module binds the name again, or if a value is neither a literal nor `auto()`.

    >>> tree = compile("class Opt(enum.Enum): X = 3; Y = enum.auto()", "", "exec", 0x400)
    >>> enum_members(tree, "Opt")
    {'X': 3, 'Y': 4}
    """
    first, *attributes = name.split(".")
    origins = {node: origin for node in tree.body if (origin := _origin(node, first))}
    if len({*origins.values()}) != 1:
        return {}
    origin = next(iter(origins.values()))
    results: list[dict[str, Any]] = []
    if not isinstance(origin, _ast.ClassDef):
        level, imported = origin
        module, _, class_name = ".".join([imported, *attributes]).rpartition(".")
        if read_module is not None and hops and (module or level):
            results = [
                enum_members(tree, class_name, path, read_module, hops - 1)
                for path, tree in read_module(path, module, level)
            ]
    elif not attributes:
        with suppress(NotLiteralError):
            results = [_members(origin)]
    # It does not matter which of several modules is meant if they agree.
    members, *others = [*filter(None, results)] or [{}]
    rest = _ast.Module([node for node in tree.body if node not in origins], [])
    if any(other != members for other in others) or (members and first in bound_names(rest)):
        return {}
    return members


def _origin(node: Any, name: str) -> _ast.ClassDef | tuple[int, str] | None:
    """Return what a statement binds a name to: a class, or the level and name of an import."""
    if isinstance(node, _ast.ClassDef):
        return node if node.name == name else None
    if isinstance(node, _ast.Import):
        imports = {alias.asname or alias.name.partition(".")[0]: alias for alias in node.names}
        alias = imports.get(name)
        return None if alias is None else (0, alias.name if alias.asname else name)
    if isinstance(node, _ast.ImportFrom):
        start = f"{node.module}." if node.module else ""
        names = {
            alias.asname or alias.name: (node.level, start + alias.name) for alias in node.names
        }
        return names.get(name)
    return None


def _members(node: _ast.ClassDef) -> dict[str, Any]:
    bases = tuple(map(_last_name, node.bases))
    if bases not in _KINDS or node.keywords or {*map(_last_name, node.decorator_list)} - {"unique"}:
        raise NotLiteralError
    members: dict[str, Any] = {}
    for name, item in _assignments(node):
        if type(item) is not _ast.Call or _last_name(item.func) != "auto":
            value = literal_value(item)
        elif bases == ("StrEnum",):
            value = name.lower()
        else:
            value = _next([*members.values()])
        if name in members or name.startswith("_") or _KINDS[bases] not in (None, type(value)):
            raise NotLiteralError
        members[name] = value
    return members


def _last_name(node: Any) -> str:
    """Return the name of an expression such as `Enum` or `enum.Enum`."""
    return getattr(node, "attr", "") or getattr(node, "id", "")


def _assignments(node: _ast.ClassDef) -> Iterator[tuple[str, _ast.expr]]:
    """Yield the names that a class assigns to, and the expressions."""
    for statement in node.body:
        if isinstance(statement, (_ast.Assign, _ast.AnnAssign)):
            targets = (
                statement.targets if isinstance(statement, _ast.Assign) else [statement.target]
            )
            for target in targets:
                if not isinstance(target, _ast.Name):
                    raise NotLiteralError
                if statement.value is not None:  # an annotation alone assigns nothing
                    yield target.id, statement.value
        elif getattr(statement, "name", "") in _CHANGING or not isinstance(statement, _IGNORED):
            raise NotLiteralError


def _next(values: list[Any]) -> int:
    """Return the value of `auto()` after others. Versions of Python differ if they descend."""
    if {*map(type, values)} - {int} or values[-1:] != sorted(values)[-1:]:
        raise NotLiteralError
    return int(values[-1]) + 1 if values else 1
