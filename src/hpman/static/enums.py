"""Read the members of an Enum from a class statement.

Owns which classes are an Enum whose members are known without running the module; must
not know calls of a manager, or other files.
"""

from __future__ import annotations

from _ast import AnnAssign, Assign, Call, ClassDef, Expr, FunctionDef, Module, Name, Pass

from ..literals import NotLiteralError, literal_value
from .bindings import bound_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import expr
    from collections.abc import Iterator
    from typing import Any

# The type of all values of a class by its bases, None for any type.
_KINDS: dict[tuple[str, ...], type | None] = {
    ("Enum",): None,
    ("IntEnum",): int,
    ("StrEnum",): str,
    ("int", "Enum"): int,
    ("str", "Enum"): str,
}
_IGNORED = (Expr, FunctionDef, Pass)
# Methods that change the values of members, or accept other values.
_CHANGING = ("__new__", "_generate_next_value_", "_missing_")


def enum_members(tree: Module, name: str) -> dict[str, Any]:
    """Return the values of the members and aliases of an Enum that a module defines, by name.

    The result is empty if there is no such class at the top of the module, if the module
    binds its name again, or if a value is neither a literal nor `auto()`.

    >>> tree = compile("class Opt(enum.Enum): X = 3; Y = enum.auto()", "", "exec", 0x400)
    >>> enum_members(tree, "Opt")
    {'X': 3, 'Y': 4}
    """
    classes = [node for node in tree.body if type(node) is ClassDef and node.name == name]
    if not classes or name in bound_names(
        Module([node for node in tree.body if node is not classes[0]], [])
    ):
        return {}
    try:
        return _members(classes[0])
    except NotLiteralError:
        return {}


def _members(node: ClassDef) -> dict[str, Any]:
    bases = tuple(map(_last_name, node.bases))
    if bases not in _KINDS or node.keywords or {*map(_last_name, node.decorator_list)} - {"unique"}:
        raise NotLiteralError
    members: dict[str, Any] = {}
    for name, item in _assignments(node):
        if type(item) is not Call or _last_name(item.func) != "auto":
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


def _assignments(node: ClassDef) -> Iterator[tuple[str, expr]]:
    """Yield the names that a class assigns to, and the expressions."""
    for statement in node.body:
        if isinstance(statement, (Assign, AnnAssign)):
            targets = statement.targets if isinstance(statement, Assign) else [statement.target]
            for target in targets:
                if not isinstance(target, Name):
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
