"""The calls of one manager in a text, found by a plain walk over its tree.

Owns the rules of discovery a second time, slow and simple, so that the
scanner can be compared with it; must not use any part of the scanner.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

_PACKAGE = ("hpman", "HyperParameterManager")


class Finding(NamedTuple):
    """One thing to report: a hyperparameter (no code), or what is wrong with a call."""

    line: int
    column: int
    code: str
    name: str | None


class Expected(NamedTuple):
    """What must be found in a text, and what may be found beyond it.

    Attributes:
        bare: what calls of the bare placeholder give.
        aliased: what other calls give of the placeholder and of names that the text assigns to.
    """

    bare: set[Finding]
    aliased: set[Finding]


def plain_walk(text: str, tree: ast.Module, placeholder: str) -> Expected | None:
    """Find the calls of a manager whose package the text does not mention.

    Args:
        text: the decoded text, with uniform newlines.
        tree: what `ast.parse` makes of it.
        placeholder: the name of the manager.

    Returns:
        What is to be found; None where this walk is too plain to tell: the text
        mentions the package, imports the name both from where it is called so
        and from where it has another name, or gives a keyword twice, which `ast`
        reads and Python does not.
    """
    nodes = list(ast.walk(tree))
    if any(map(_mentions_package, nodes)) or any(map(_repeats_a_keyword, nodes)):
        return None
    origins = {name for node in nodes for name in _origins(node, placeholder)}
    expected = Expected(set(), set())
    if origins - {placeholder}:
        return expected if placeholder not in origins else None
    lines = text.split("\n")
    assigned = {placeholder} | {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for call in nodes:
        if isinstance(call, ast.Call):
            root = _root(call.func)
            if isinstance(call.func, ast.Name) and call.func.id == placeholder:
                expected.bare.update(_read(call, lines))
            elif isinstance(root, ast.Name) and root.id in assigned:
                expected.aliased.update(_read(call, lines))
    return expected


def _mentions_package(node: ast.AST) -> bool:
    """Tell whether a name or an import has to do with our package."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [each.name for each in node.names]
        said = ".".join([getattr(node, "module", None) or "", *names])
        return any(word in said for word in _PACKAGE)
    return isinstance(node, ast.Name) and node.id in _PACKAGE


def _repeats_a_keyword(node: ast.AST) -> bool:
    """Tell whether a call gives a keyword twice."""
    keywords = node.keywords if isinstance(node, ast.Call) else []
    given = [each.arg for each in keywords if each.arg is not None]
    return len({*given}) < len(given)


def _origins(node: ast.AST, bound: str) -> set[str]:
    """Return the names that a name which an import binds has where it comes from."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return set()
    return {
        each.name if each.asname else bound
        for each in node.names
        if bound == (each.asname or each.name.partition(".")[0])
    }


def _root(node: ast.expr) -> ast.expr:
    """Return what walruses, and methods that may return what they are called of, stand for."""
    while True:
        if isinstance(node, ast.NamedExpr):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        else:
            return node


def _read(call: ast.Call, lines: list[str]) -> list[Finding]:
    """Say what one call gives, by the rules of a single call."""
    place = _place(call, lines)
    first = call.args[0] if call.args else None
    literal = first.value if isinstance(first, ast.Constant) else None
    name = literal if isinstance(literal, str) else None
    found = []
    if not 1 <= len(call.args) <= 2:
        found.append(Finding(*place, "HPM101", name))
    elif name is None:
        found.append(Finding(*place, "HPM102", None))
    found += [
        Finding(*_place(each, lines), "HPM103", name)
        for each in call.keywords
        if each.arg is None or not _is_literal(each.value)
    ]
    return found or [Finding(*place, "", name)]


def _place(node: ast.expr | ast.keyword, lines: list[str]) -> tuple[int, int]:
    """Return line and column in characters, both counted from 1."""
    before = lines[node.lineno - 1].encode()[: node.col_offset]
    return node.lineno, len(before.decode()) + 1


def _is_literal(node: ast.expr) -> bool:
    """Tell whether Python's own reader of literals takes an expression."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError, OverflowError):
        return False
    return True
