"""The calls of one manager in a text, found by a plain walk over its tree.

Owns the rules of discovery a second time, slow and simple, so that the
scanner can be compared with it; must not use any part of the scanner.
"""

from __future__ import annotations

import ast
from typing import NamedTuple


class Finding(NamedTuple):
    """One thing to report: a hyperparameter (no code), or what is wrong with a call."""

    line: int
    column: int
    code: str
    name: str | None


def plain_walk(text: str, tree: ast.Module, placeholder: str) -> set[Finding] | None:
    """Find the calls of a manager in a text that does not mention hpman.

    Args:
        text: the decoded text, with uniform newlines.
        tree: the result of `ast.parse`.
        placeholder: the name of the manager.

    Returns:
        What has to be found; None where this walk is too plain: the text mentions hpman,
        imports the name both under its own and under another name, or repeats a keyword,
        which `ast` accepts and Python does not.
    """
    nodes = list(ast.walk(tree))
    if "hpman" in text or any(map(_repeats_a_keyword, nodes)):
        return None
    origins = {name for node in nodes for name in _origins(node, placeholder)}
    if origins - {placeholder}:
        return None if placeholder in origins else set()
    lines = text.split("\n")
    calls = (node for node in nodes if isinstance(node, ast.Call))
    return {
        finding
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == placeholder
        for finding in _read(call, lines)
    }


def _repeats_a_keyword(node: ast.AST) -> bool:
    keywords = node.keywords if isinstance(node, ast.Call) else []
    names = [keyword.arg for keyword in keywords if keyword.arg is not None]
    return len({*names}) < len(names)


def _origins(node: ast.AST, bound: str) -> set[str]:
    """Return the original names of what an import binds to a name."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return set()
    return {
        alias.name if alias.asname else bound
        for alias in node.names
        if bound == (alias.asname or alias.name.partition(".")[0])
    }


def _read(call: ast.Call, lines: list[str]) -> list[Finding]:
    """Apply the rules of a single call."""
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
        Finding(*_place(keyword, lines), "HPM103", name)
        for keyword in call.keywords
        if keyword.arg is None or not _is_literal(keyword.value)
    ]
    return found or [Finding(*place, "", name)]


def _place(node: ast.expr | ast.keyword, lines: list[str]) -> tuple[int, int]:
    """Return line and column in characters, both counted from 1."""
    before = lines[node.lineno - 1].encode()[: node.col_offset]
    return node.lineno, len(before.decode()) + 1


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError, OverflowError):
        return False
    return True
