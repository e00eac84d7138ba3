"""Literal values of expressions, without running anything.

Owns which expressions are literals, by the rule of `ast.literal_eval`; knows
no call of a manager.
"""

from __future__ import annotations

from _ast import (
    Add,
    BinOp,
    Call,
    Constant,
    Dict,
    List,
    Name,
    Set,
    Sub,
    Tuple,
    UAdd,
    UnaryOp,
    USub,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import expr
    from collections.abc import Callable
    from typing import Any


class NotLiteralError(ValueError):
    """Say that an expression is not a literal."""


def literal(node: expr) -> Any:
    """Return the value of a literal expression.

    What is a literal is what `ast.literal_eval` takes. The module `ast` itself
    is not loaded: that would cost as much as all other imports together.

    Args:
        node: the expression.

    Returns:
        The value; containers are new at every call.

    Raises:
        NotLiteralError: it is another expression, nested too deeply, or one
            that cannot be built, as `{[]}`.

    >>> literal(compile("[1, -2.5, {'a': set()}]", "", "eval", 0x400).body)
    [1, -2.5, {'a': set()}]
    """
    if type(node) is Constant:
        return node.value
    try:
        return _evaluate(node)
    except (TypeError, OverflowError, RecursionError) as error:
        raise NotLiteralError(str(error)) from None


def _evaluate(node: Any) -> Any:
    """Evaluate one node and those below it."""
    evaluate = _READERS.get(type(node))
    if evaluate is None:
        raise NotLiteralError(type(node).__name__)
    return evaluate(node)


def _constant(node: Constant) -> Any:
    """Return what the parser has read."""
    return node.value


def _tuple(node: Tuple) -> tuple[Any, ...]:
    """Build a tuple."""
    return tuple(map(_evaluate, node.elts))


def _list(node: List) -> list[Any]:
    """Build a list."""
    return list(map(_evaluate, node.elts))


def _set(node: Set) -> set[Any]:
    """Build a set."""
    return set(map(_evaluate, node.elts))


def _dict(node: Dict) -> dict[Any, Any]:
    """Build a dict; `**other` in it has no key and is no literal."""
    pairs = zip(node.keys, node.values, strict=True)
    return {_evaluate(key): _evaluate(value) for key, value in pairs}


def _call(node: Call) -> set[Any]:
    """Take `set()`, the one literal that is written as a call."""
    if type(node.func) is Name and node.func.id == "set" and not node.args and not node.keywords:
        return set()
    raise NotLiteralError("Call")


def _number(node: Any) -> Any:
    """Return an unsigned number."""
    if type(node) is Constant and type(node.value) in (int, float, complex):
        return node.value
    raise NotLiteralError(type(node).__name__)


def _signed(node: Any) -> Any:
    """Return a number with at most one sign in front."""
    if type(node) is UnaryOp:
        if type(node.op) is USub:
            return -_number(node.operand)
        if type(node.op) is UAdd:
            return +_number(node.operand)
    return _number(node)


def _sum(node: BinOp) -> complex:
    """Build a complex number from `real + imaginary` or `real - imaginary`."""
    left, right = _signed(node.left), _number(node.right)
    if type(left) in (int, float) and type(right) is complex:
        if type(node.op) is Add:
            return left + right  # type: ignore[no-any-return]
        if type(node.op) is Sub:
            return left - right  # type: ignore[no-any-return]
    raise NotLiteralError("BinOp")


_READERS: dict[type, Callable[[Any], Any]] = {
    BinOp: _sum,
    Call: _call,
    Constant: _constant,
    Dict: _dict,
    List: _list,
    Set: _set,
    Tuple: _tuple,
    UnaryOp: _signed,
}
