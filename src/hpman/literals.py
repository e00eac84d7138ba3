"""Evaluate and write literals.

Owns what a literal is, by the rule of `ast.literal_eval`, and a constant, made of literals
alone. Must not know calls of a manager, defaults or files. The module `ast` is not loaded:
importing it costs as much as all other imports together.
"""

from __future__ import annotations

import _ast
from _operator import add, floordiv, lshift, mod, mul, neg, pos, sub, truediv

from .errors import NotLiteralEvaluable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

LENGTH_LIMIT = 1_000_000
_BITS = 4096  # of an int that is computed
_REPEATED = 256  # items of a sequence that is repeated, as in CPython's constant folding
_LONG = 10_000  # longer text is compiled twice


class NotLiteralError(ValueError):
    """Report an expression or text that is not a literal."""


def literal_value(node: _ast.expr) -> Any:
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
    if type(node) is _ast.Constant:
        return node.value
    try:
        return _EXPRESSIONS.evaluate(node)
    except (TypeError, OverflowError, RecursionError) as error:
        raise NotLiteralError(str(error)) from None


def constant_value(node: _ast.expr, is_rebound: Callable[[str], bool]) -> Any:
    """Return the value of an expression that is made of literals alone.

    Beyond literals, that is arithmetic, joined and repeated sequences, `float("inf")` and
    the like, and a `Path` of strings, also joined by `/`, as the complete expression.

    >>> node = compile("[1 / 4, 2 ** 10, 'a' + 'b', float('inf')]", "", "eval", 0x400).body
    >>> constant_value(node, lambda name: False)
    [0.25, 1024, 'ab', inf]
    """
    try:
        return literal_value(node)
    except NotLiteralError:
        constants = _Constants(is_rebound)
    try:
        if (parts := constants.path_parts(node)) is not None:
            from pathlib import Path

            return Path(*parts)
        return constants.evaluate(node)
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise NotLiteralError(str(error)) from None


def is_computed(text: str) -> bool:
    """Return whether the source of a constant is more than a literal.

    >>> is_computed("1 / 3"), is_computed("1e-3"), is_computed("'a + b'")
    (True, False, False)
    """
    if _MARKS.isdisjoint(text):
        return False
    try:
        float(text)
    except ValueError:
        try:
            # Brackets, since an expression may be on several lines of a call.
            tree: Any = compile(f"({text}\n)", "", "eval", _ast.PyCF_ONLY_AST, dont_inherit=True)
            literal_value(tree.body)
        except (SyntaxError, ValueError):
            return True
    return False


def is_path(value: object) -> bool:
    """Return whether a value is a `Path`. To ask does not import pathlib."""
    return type(value).__module__.startswith("pathlib")


def member_name(value: object) -> str | None:
    """Return the name of a member of an Enum, also before the program has run; else None."""
    if isinstance(value, NotLiteralEvaluable):
        return value.member
    members = getattr(type(value), "__members__", {})
    return next((name for name, member in members.items() if member is value), None)


def kind_name(kind: type) -> str:
    """Return the name of a type of values: `Path` on every system, else Python's."""
    return "Path" if kind.__module__.startswith("pathlib") else kind.__name__


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
            tree: Any = compile(text, "<literal>", "eval", _ast.PyCF_ONLY_AST, dont_inherit=True)
        return (_TEXT_WITH_WORDS if words else _TEXT).evaluate(tree.body)
    except (SyntaxError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise NotLiteralError("it is not a literal") from None


class _Evaluator:
    """Evaluate expressions with some names and functions."""

    def __init__(
        self, names: Mapping[str, object], calls: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.names = names
        self.calls = calls

    def evaluate(self, node: Any) -> Any:
        kind = type(node)
        if kind is _ast.Constant:
            return node.value
        if kind in _SEQUENCES:
            return _SEQUENCES[kind]([self.evaluate(item) for item in node.elts])
        if kind is _ast.Dict:
            # The key of `**other` is None, which is not an expression.
            pairs = zip(node.keys, node.values, strict=True)
            return {self.evaluate(key): self.evaluate(value) for key, value in pairs}
        if kind in (_ast.UnaryOp, _ast.BinOp):
            return self._arithmetic(node)
        if kind is _ast.Call and type(node.func) is _ast.Name and not node.keywords:
            call = self.calls.get(node.func.id)
            if call is not None:
                return call(*[self.evaluate(argument) for argument in node.args])
        if kind is _ast.Name and node.id in self.names:
            return self.names[node.id]
        raise NotLiteralError(kind.__name__)

    def _number(self, node: Any) -> Any:
        if type(node) in (_ast.Constant, _ast.Name):
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


class _Constants(_Evaluator):
    """Evaluate expressions that are made of literals alone."""

    def __init__(self, is_rebound: Callable[[str], bool]) -> None:
        super().__init__({}, {"set": _empty_set, "float": self._float})
        self._is_rebound = is_rebound

    def path_parts(self, node: Any) -> list[str] | None:
        """Return the strings of `Path("a", "b") / "c"`, None for any other expression."""
        if type(node) is _ast.BinOp and type(node.op) is _ast.Div:
            before = self.path_parts(node.left)
            parts = None if before is None else [*before, self.evaluate(node.right)]
        elif type(node) is _ast.Call and self._is_path(node):
            parts = [self.evaluate(argument) for argument in node.args]
        else:
            return None
        return parts if parts is not None and all(type(part) is str for part in parts) else None

    def _is_path(self, node: _ast.Call) -> bool:
        func: Any = node.func
        is_path = type(func) is _ast.Name and func.id == "Path"
        if type(func) is _ast.Attribute and type(func.value) is _ast.Name:
            is_path = (func.value.id, func.attr) == ("pathlib", "Path")
            func = func.value
        return is_path and not node.keywords and not self._is_rebound(func.id)

    def _float(self, value: Any = 0.0) -> float:
        if self._is_rebound("float"):
            raise NotLiteralError("float")
        return float(value)

    def _arithmetic(self, node: Any) -> Any:
        operator = type(node.op)
        if type(node) is _ast.UnaryOp:
            operand = self.evaluate(node.operand)
            if operator in _SIGNS and type(operand) in _NUMBERS:
                return _SIGNS[operator](operand)
        else:
            left, right = self.evaluate(node.left), self.evaluate(node.right)
            if operator is _ast.Mult and type(left) is int and type(right) in _JOINED:
                left, right = right, left
            is_known = operator in _OPERATORS
            if is_known and type(left) in _NUMBERS and type(right) in _NUMBERS:
                if _is_small(operator, left, right):
                    return _OPERATORS[operator](left, right)
            elif operator is _ast.Add and type(left) is type(right) and type(left) in _JOINED:
                return left + right
            elif operator is _ast.Mult and type(left) in _JOINED and type(right) is int:
                # An inner list repeated again and again would grow without bound.
                is_flat = not any(isinstance(item, _CONTAINERS) for item in left)
                if is_flat and len(left) * right <= _REPEATED:
                    return left * right
        raise NotLiteralError(type(node).__name__)


def _is_small(operator: type, left: Any, right: Any) -> bool:
    """Return whether the result of an operation on two numbers is small, before computing it."""
    sizes = [number.bit_length() if type(number) is int else 0 for number in (left, right)]
    if operator in (_ast.Pow, _ast.LShift) and sizes[1]:
        sizes = [*sizes, sizes[0] * right if operator is _ast.Pow else sizes[0] + right]
    return max(sizes) <= _BITS


def _empty_set() -> set[Any]:
    return set()


_SIGNS: dict[type, Callable[[Any], Any]] = {_ast.UAdd: pos, _ast.USub: neg}
_SUMS: dict[type, Callable[[Any, Any], Any]] = {_ast.Add: add, _ast.Sub: sub}
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    **_SUMS,
    _ast.Mult: mul,
    _ast.Div: truediv,
    _ast.FloorDiv: floordiv,
    _ast.Mod: mod,
    _ast.Pow: pow,
    _ast.LShift: lshift,
}
_NUMBERS = (int, float, complex)
_JOINED = (str, bytes, list, tuple)
_MARKS = frozenset("+-*/%<(")  # of the expressions that are computed
_CONTAINERS = (list, tuple, set, dict)
_SEQUENCES: dict[type, Callable[[list[Any]], Any]] = {
    _ast.List: list,
    _ast.Tuple: tuple,
    _ast.Set: set,
}
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


def show_literal(value: object, quote: str = "'") -> str:
    """Return the text from which `parse_literal` returns exactly the same value.

    Args:
        value: a literal; the repr of anything else is returned.
        quote: the quote of strings, unless it has to be escaped.

    >>> show_literal([1, float("inf"), (2,)])
    "[1, float('inf'), (2,)]"
    >>> print(show_literal(["a", 'b"'], '"'))
    ["a", 'b"']
    """
    if quote == "'":
        return _show(value, _show_exactly)
    return _show(value, _show_in_double_quotes)


def readable_repr(value: object) -> str:
    """Return the repr of a value, with sets sorted and ints of any size; never raise.

    >>> readable_repr([1, float("inf"), {"b", "a"}]), readable_repr(1 << 20000)[:6]
    ("[1, inf, {'a', 'b'}]", '0x1000')
    """
    from contextlib import suppress

    # `_show` fails for a value that contains itself, and a `__repr__` may raise anything.
    with suppress(Exception):
        return _show(value, _show_readably)
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


def _show_readably(value: object) -> str:
    if type(value) is int:
        return _show_int(value)
    return _show_path(value) if is_path(value) else repr(value)


def _show_path(value: object) -> str:
    return f"Path({str(value)!r})"


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
    return _show_path(value) if is_path(value) else shown


def _show_in_double_quotes(value: object) -> str:
    shown = _show_exactly(value)
    if type(value) not in (str, bytes) or '"' in shown:
        return shown
    prefix, text = shown[:-1].split("'", 1)
    return f'{prefix}"{text}"'


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
