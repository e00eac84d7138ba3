"""Evaluate and write literals.

Owns which expressions are literals, by the rule of `ast.literal_eval`. Must not know
calls of a manager, defaults or files. The module `ast` is not loaded: importing it costs
as much as all other imports together.
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
    PyCF_ONLY_AST,
    Set,
    Sub,
    Tuple,
    UAdd,
    UnaryOp,
    USub,
)
from _operator import add, neg, pos, sub

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import expr
    from collections.abc import Callable, Mapping
    from typing import Any

LENGTH_LIMIT = 1_000_000
_LONG = 10_000  # longer text is compiled twice


class NotLiteralError(ValueError):
    """Report an expression or text that is not a literal."""


def literal_value(node: expr) -> Any:
    """Return the value of a literal expression.

    Args:
        node: the expression.

    Returns:
        The value. Containers are new at every call.

    Raises:
        NotLiteralError: if `ast.literal_eval` would not accept the expression.

    >>> literal_value(compile("[1, -2.5, {'a': set()}]", "", "eval", 0x400).body)
    [1, -2.5, {'a': set()}]
    """
    if type(node) is Constant:
        return node.value
    try:
        return _EXPRESSIONS.evaluate(node)
    except (TypeError, OverflowError, RecursionError) as error:
        raise NotLiteralError(str(error)) from None


def parse_literal(text: str, *, words: bool = False) -> Any:
    """Return the value of a literal that is given as text.

    Beyond what `ast.literal_eval` accepts, this reads the calls that `show_literal` writes
    for values without a literal: `float('nan')`, `complex('infj')`, `frozenset({1})`.

    Args:
        text: the text; blanks around the literal are ignored.
        words: whether to read the bare words null, true, false, nan and inf too.

    Raises:
        NotLiteralError: if the text is not a literal, or longer than a million characters.

    >>> parse_literal("[1, (2.5, None)]")
    [1, (2.5, None)]
    """
    import warnings

    text = text.strip()
    try:
        if len(text) > LENGTH_LIMIT:
            raise NotLiteralError
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings about escapes such as "\d"
            if len(text) > _LONG:
                # On Python 3.10, building the tree of a long `1+1+...` overflows the C stack.
                # A complete compilation raises RecursionError instead.
                compile(text, "<literal>", "eval", dont_inherit=True)
            tree: Any = compile(text, "<literal>", "eval", PyCF_ONLY_AST, dont_inherit=True)
        return (_TEXT_WITH_WORDS if words else _TEXT).evaluate(tree.body)
    except (SyntaxError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise NotLiteralError("it is not a literal") from None


class _Evaluator:
    """Evaluate expressions.

    Args:
        names: the names that are allowed, with their values.
        calls: the names that may be called, with their functions.
    """

    def __init__(
        self, names: Mapping[str, object], calls: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.names = names
        self.calls = calls

    def evaluate(self, node: Any) -> Any:
        kind = type(node)
        if kind is Constant:
            return node.value
        if kind in _SEQUENCES:
            return _SEQUENCES[kind]([self.evaluate(item) for item in node.elts])
        if kind is Dict:
            # The key of `**other` is None, which is not an expression.
            pairs = zip(node.keys, node.values, strict=True)
            return {self.evaluate(key): self.evaluate(value) for key, value in pairs}
        if kind in (UnaryOp, BinOp):
            return self._arithmetic(node)
        if kind is Call and type(node.func) is Name and not node.keywords:
            call = self.calls.get(node.func.id)
            if call is not None:
                return call(*[self.evaluate(argument) for argument in node.args])
        if kind is Name and node.id in self.names:
            return self.names[node.id]
        raise NotLiteralError(kind.__name__)

    def _number(self, node: Any) -> Any:
        if type(node) in (Constant, Name):
            value = self.evaluate(node)
            if type(value) in (int, float, complex):
                return value
        raise NotLiteralError(type(node).__name__)

    def _arithmetic(self, node: Any) -> Any:
        operator = type(node.op)
        if operator in _SIGNS:
            return _SIGNS[operator](self._number(node.operand))
        if operator in _SUMS:
            real, imaginary = self.evaluate(node.left), self._number(node.right)
            if type(real) in (int, float) and type(imaginary) is complex:
                return _SUMS[operator](real, imaginary)
        raise NotLiteralError(type(node).__name__)


def _empty_set() -> set[Any]:
    return set()


_SIGNS: dict[type, Callable[[Any], Any]] = {UAdd: pos, USub: neg}
_SUMS: dict[type, Callable[[Any, Any], Any]] = {Add: add, Sub: sub}
_SEQUENCES: dict[type, Callable[[list[Any]], Any]] = {List: list, Tuple: tuple, Set: set}
_WORDS: dict[str, object] = {
    "null": None,
    "true": True,
    "false": False,
    "nan": float("nan"),
    "inf": float("inf"),
}
_CALLS = {kind.__name__: kind for kind in (set, frozenset, float, complex)}
_EXPRESSIONS = _Evaluator({}, {"set": _empty_set})
_TEXT = _Evaluator({}, _CALLS)
_TEXT_WITH_WORDS = _Evaluator(_WORDS, _CALLS)


def show_literal(value: object) -> str:
    """Return the text from which `parse_literal` returns exactly the same value.

    Args:
        value: a literal; the repr of anything else is returned.

    >>> show_literal([1, float("inf"), (2,)])
    "[1, float('inf'), (2,)]"
    """
    return _show(value, _show_exactly)


def readable_repr(value: object) -> str:
    """Return the repr of a value, with sets sorted and ints of any size; never raise.

    >>> readable_repr([1, float("inf"), {"b", "a"}]), readable_repr(1 << 20000)[:6]
    ("[1, inf, {'a', 'b'}]", '0x1000')
    """
    from contextlib import suppress

    # `_show` fails for a value that contains itself, and a `__repr__` may raise anything.
    with suppress(Exception):
        return _show(value, lambda item: _show_int(item) if type(item) is int else repr(item))
    with suppress(Exception):
        return repr(value)
    return object.__repr__(value)


def _show(value: Any, show_scalar: Callable[[Any], str]) -> str:
    kind = type(value)
    if kind is dict:
        pairs = [f"{_show(k, show_scalar)}: {_show(v, show_scalar)}" for k, v in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if kind not in (list, tuple, set, frozenset):
        return show_scalar(value)
    if kind not in (list, tuple) and all(type(item) is int for item in value):
        value = sorted(value)
    items = [_show(item, show_scalar) for item in value]
    if kind is list:
        return f"[{', '.join(items)}]"
    if kind is tuple:
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    if not items:
        return f"{kind.__name__}()"
    # The order of a set differs between processes.
    shown = f"{{{', '.join(items if type(value) is list else sorted(items))}}}"
    return shown if kind is set else f"frozenset({shown})"


def _show_exactly(value: Any) -> str:
    kind = type(value)
    if value is ...:
        return "..."
    if kind is int:
        return _show_int(value)
    shown = repr(value)
    if kind is float and "n" in shown:
        return f"float({shown!r})"
    if kind is complex and not _is_exact(shown):
        return f"complex({shown!r})"
    return shown


def _show_int(value: int) -> str:
    try:
        return repr(value)
    except ValueError:  # Python limits the digits of base 10 only.
        return hex(value)


def _is_exact(shown: str) -> bool:
    """Return whether a sum such as `(1+2j)` keeps the signs of its zeros."""
    try:
        return repr(parse_literal(shown)) == shown
    except NotLiteralError:
        return False
