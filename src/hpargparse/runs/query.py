"""Select and sort records: `lr < 1e-3 and status == 'finished'`.

Owns what a name in an expression refers to, and which expressions are allowed. They are never
run as code. Must not know the layout of a report.
"""

from __future__ import annotations

import ast
import operator
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hpman import Diagnostic, HpmanError, NotLiteralError, literal_value, show_literal
from hpman.text import escape

from .record import RunRecord

Getter = Callable[[RunRecord], Any]


class _Missing:
    """What a record has under a name that it lacks. No comparison with it is true."""

    def __bool__(self) -> bool:
        return False


MISSING = _Missing()
_COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_GROUPS = ("values", "metrics")
_SIGNS = {ast.Div: "/", ast.Sub: "-"}  # in names such as `warm/lr` and `val-loss`


def started_text(record: RunRecord) -> str:
    """Return when a run started as local time, such as `2026-11-30 09:05:00`."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.started))


def _key(group: str, name: str) -> Getter:
    """Return a function that gets a key of one of the files of a record."""
    return lambda record: _present((getattr(record, group) or {}).get(name))


def _present(value: Any) -> Any:
    return MISSING if value is None else value


# The fields of records; values and metrics come after them.
FIELDS: dict[str, Getter] = {
    "id": lambda record: record.id,
    "status": lambda record: record.status,
    "started": started_text,
    "duration": lambda record: _present(record.duration),
    **{name: _key("summary", name) for name in ("name", "program", "host", "python")},
    **{name: _key("summary", name) for name in ("sweep", "trial", "copy_of")},
    **{name: _key("data", name) for name in ("branch", "revision", "dirty")},
    **{name: _key("end", name) for name in ("exit", "signal", "error")},
}


def lookup(record: RunRecord, name: str) -> Any:
    """Return a field, value or metric of a record, `MISSING` if it has none of the name."""
    if name in FIELDS:
        return FIELDS[name](record)
    value = _member(record, "values", name)
    return _member(record, "metrics", name) if value is MISSING else value


def select(records: Iterable[RunRecord], expression: str) -> list[RunRecord]:
    """Return the records for which an expression is true.

    It compares the names of fields, values and metrics with literals and each other, by
    `== != < <= > >= in not in`, and joins comparisons by `and`, `or`, `not`. Dots, slashes and
    dashes may be part of a name; for any other name, there are `values["a b"]` and
    `metrics["a b"]`. A comparison with what a record lacks is false.

    Raises:
        HpmanError: if the expression is not of this form, or no record has one of its names.
    """
    records = list(records)
    where = _Where(expression)
    selected = [record for record in records if where.test(record)]
    for name, get in where.getters.items():
        require_name(name, records, get, "Put text between quotes.")
    return selected


def sort(records: Iterable[RunRecord], key: str) -> list[RunRecord]:
    """Return records sorted by a field, value or metric; backwards if `-` precedes its name.

    Records without it, or with nan, come last. It is an error if no record has it.
    """
    name = key.removeprefix("-")
    records = list(records)
    ranks = {
        # The text of a time lacks the parts of a second.
        record: _sort_key(record.started if name == "started" else lookup(record, name))
        for record in records
    }
    have = {record: rank for record, rank in ranks.items() if rank is not None}
    if not have:
        require_name(name, records)
    ordered = sorted(have, key=have.__getitem__, reverse=key.startswith("-"))
    return ordered + [record for record in records if record not in have]


def require_name(
    name: str, records: Sequence[RunRecord], get: Getter | None = None, advice: str = ""
) -> None:
    """Raise an error if there are records, but none of them has a name."""
    get = get or (lambda record: lookup(record, name))
    if not records or name in FIELDS or any(get(record) is not MISSING for record in records):
        return
    from hpman.names import advice as suggestion

    names = {name for record in records for name in (*record.summary["values"], *record.metrics)}
    message = f"No run has a value or a metric `{escape(name)}`"
    near = suggestion(name, [*sorted(names), *FIELDS])
    raise HpmanError(Diagnostic("query", f"{message} ({near}).", advice))


class _Where:
    """An expression that has been parsed: a test of records, and a getter of each name in it."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self.getters: dict[str, Getter] = {}
        try:
            tree = ast.parse(expression.strip(), mode="eval")
            self.test: Callable[[RunRecord], bool] = self._condition(tree.body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            rest = expression
            for sign in ("==", "!=", "<=", ">=", ":="):
                rest = rest.replace(sign, "")
            problem = "`=` does not compare, `==` does" if "=" in rest else "Cannot parse this"
            raise self._expression_error(problem) from None

    def _expression_error(self, problem: str) -> HpmanError:
        message = f"{problem}: `{escape(self._expression)}`."
        advice = "Write comparisons, such as \"lr < 1e-3 and status == 'finished'\"."
        return HpmanError(Diagnostic("query", message, advice))

    def _condition(self, node: ast.expr) -> Callable[[RunRecord], bool]:
        if isinstance(node, ast.BoolOp):
            parts = [self._condition(value) for value in node.values]
            join = all if isinstance(node.op, ast.And) else any
            return lambda record: join(part(record) for part in parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            negated = self._condition(node.operand)
            return lambda record: not negated(record)
        if isinstance(node, ast.Compare) and _COMPARISONS.keys() >= set(map(type, node.ops)):
            operands = [self._operand(part) for part in (node.left, *node.comparators)]
            links = [_COMPARISONS[type(part)] for part in node.ops]

            def compare(record: RunRecord) -> bool:
                values = [get(record) for get in operands]
                return all(map(_holds, links, values, values[1:]))

            return compare
        get = self._operand(node)
        return lambda record: bool(get(record))

    def _operand(self, node: ast.expr) -> Getter:
        try:
            value = literal_value(node)
        except NotLiteralError:
            name, group = self._name(node)
        else:
            return lambda _record: value

        def get(record: RunRecord) -> Any:
            return _member(record, group, name) if group else lookup(record, name)

        self.getters[name] = get
        return get

    def _name(self, node: ast.expr) -> tuple[str, str]:
        """Return the name in an expression, and `values` or `metrics` if it says which."""
        if isinstance(node, ast.Name):
            return node.id, ""
        if isinstance(node, ast.Attribute):
            name, group = self._name(node.value)
            return f"{name}.{node.attr}", group
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            names, groups = zip(self._name(node.left), self._name(node.right), strict=True)
            if not any(groups):
                return _SIGNS[type(node.op)].join(names), ""
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            group, key = node.value.id, node.slice
            if group in _GROUPS and isinstance(key, ast.Constant) and isinstance(key.value, str):
                return key.value, group
        raise self._expression_error(
            f"`{escape(ast.unparse(node))}` is neither a name nor a literal"
        )


def _sort_key(value: Any) -> tuple[int, Any] | None:
    """Return a key by which values can be sorted, numbers first; None for those without order."""
    if value is MISSING or value != value:  # noqa: PLR0124 - nan
        return None
    if isinstance(value, (bool, int, float)):
        return 0, value
    return 1, value if isinstance(value, str) else show_literal(value)


def _holds(link: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if left is MISSING or right is MISSING:
        return False
    try:
        return bool(link(left, right))
    except TypeError:  # types without an order
        return False


def _member(record: RunRecord, group: str, name: str) -> Any:
    if group == "metrics":
        return record.metrics.get(name, MISSING)
    return record.value(name) if name in record.summary["values"] else MISSING
