"""Notebooks of marimo: Python files in which each cell is a function.

Owns that names are shared by all cells, except those with a leading underscore. Must not know
hyperparameters.
"""

from __future__ import annotations

import _ast

from .syntax import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Cell = _ast.FunctionDef | _ast.AsyncFunctionDef


def share_names(tree: _ast.Module) -> None:
    """Move the statements of all cells into the module, where marimo runs them."""
    body: list[_ast.stmt] = []
    for statement in tree.body:
        if _is_cell(statement):
            body += (inner for inner in statement.body if not isinstance(inner, _ast.Return))  # type: ignore[attr-defined]
        else:
            body.append(statement)
    tree.body = body


def private_names(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    r"""Yield the first and the last line of each cell, and the private names that it binds."""
    from ast import walk  # the module is slow to import, and most programs are not of marimo

    for statement in parse(text).body:
        if _is_cell(statement):
            names = (name for node in walk(statement) for name in _bound(node))
            private = frozenset(name for name in names if name.startswith("_"))
            yield statement.lineno, statement.end_lineno or statement.lineno, private


def _is_cell(statement: _ast.stmt) -> bool:
    """Return whether a statement is a function with the decorator `@app.cell`."""
    if not isinstance(statement, (_ast.FunctionDef, _ast.AsyncFunctionDef)):
        return False
    names = (
        decorator.func if isinstance(decorator, _ast.Call) else decorator
        for decorator in statement.decorator_list
    )
    return any(isinstance(name, _ast.Attribute) and name.attr == "cell" for name in names)


def _bound(node: _ast.AST) -> Iterator[str]:
    if isinstance(node, (_ast.Import, _ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, _ast.Name) and isinstance(node.ctx, _ast.Store):
        yield node.id
