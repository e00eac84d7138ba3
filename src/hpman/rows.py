"""The rows of the table, and how facts become rows.

Owns the columns of a row and its rank; knows no query.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from .errors import EMPTY
from .occurrence import Occurrence
from .record import Slotted

TYPE_CHECKING = False
if TYPE_CHECKING:
    Given = tuple[str, Any, int]  # name, value and rank of what the running program gave
    Fact = Occurrence | Given


class HyperParameterPriority(enum.IntEnum):
    """Rank where a value came from; the highest rank wins."""

    PRIORITY_PARSED_FROM_SOURCE_CODE = 1
    PRIORITY_SET_FROM_CALLABLE = 2
    PRIORITY_SET_FROM_SETTER = 3


P = HyperParameterPriority


class DeferredNode(Slotted):
    """Stand for the syntax tree of a default until somebody asks for it.

    Trees are large: ten thousand of them cost two hundred megabytes.

    Args:
        call: the call as it is written.
        line: its line, counted from 1.
        offset: how many bytes of the line stand in front of it.
    """

    __slots__ = ("call", "line", "offset")

    def __init__(self, call: str, line: int, offset: int) -> None:
        """Keep text and place."""
        self.call: str = call
        self.line: int = line
        self.offset: int = offset

    def __repr__(self) -> str:
        """Show text and place."""
        return f"DeferredNode({self.call!r}, {self.line}, {self.offset})"

    def parse(self) -> Any:
        """Return the tree of the call's default, at its place in the file."""
        import ast

        call: Any = ast.parse(f"(\n{self.call}\n)", mode="eval").body
        for node in ast.walk(call):
            if hasattr(node, "lineno"):
                self._move(node)
        return call.args[1]

    def _move(self, node: Any) -> None:
        """Shift one node from the call's own lines to the file's."""
        node.col_offset += self.offset if node.lineno == 2 else 0
        node.end_col_offset += self.offset if node.end_lineno == 2 else 0
        node.lineno += self.line - 2
        node.end_lineno += self.line - 2


class HyperParameterOccurrence(MutableMapping[str, Any]):
    """One row of the table; its columns read as attributes and as items.

    Two rows are equal when their columns are, the syntax tree aside: trees have
    no equality.

    Args:
        given: columns by name.
        columns: more of them. Those that every row has and that are not given
            are None; the value is `EMPTY`.

    >>> row = HyperParameterOccurrence(name="lr", value=1e-3)
    >>> row.name, row["value"], row.hints
    ('lr', 0.001, None)
    """

    __slots__ = ("_columns",)
    _columns: dict[str, Any]

    def __init__(self, given: Mapping[str, Any] | None = None, /, **columns: Any) -> None:
        """Fill the columns that are not given."""
        object.__setattr__(self, "_columns", {**_COLUMNS, **(given or {}), **columns})

    @property
    def has_default_value(self) -> bool:
        """Whether the row carries a value."""
        return self._columns["value"] is not EMPTY

    def __getitem__(self, column: str) -> Any:
        """Return a column; the syntax tree is made now."""
        value = self._columns[column]
        if type(value) is DeferredNode:
            value = self._columns[column] = value.parse()
        return value

    def __setitem__(self, column: str, value: Any) -> None:
        """Set a column, or add one."""
        self._columns[column] = value

    def __delitem__(self, column: str) -> None:
        """Take a column away."""
        del self._columns[column]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the columns."""
        return iter(self._columns)

    def __len__(self) -> int:
        """Count the columns."""
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        """Compare all columns but the syntax tree."""
        if not isinstance(other, HyperParameterOccurrence):
            return NotImplemented
        mine, others = ({**row._columns, "ast_node": None} for row in (self, other))
        return mine == others

    __hash__ = None  # type: ignore[assignment]

    def copy(self) -> HyperParameterOccurrence:
        """Return a row with the same columns."""
        return HyperParameterOccurrence(self._columns)

    def __getattr__(self, column: str) -> Any:
        """Read a column as an attribute."""
        if column.startswith("__"):
            raise AttributeError(column)
        try:
            return self[column]
        except KeyError:
            known = ", ".join(self._columns)
            raise AttributeError(f"no column `{column}`; there are {known}") from None

    def __setattr__(self, column: str, value: Any) -> None:
        """Set a column as an attribute."""
        self._columns[column] = value

    def __repr__(self) -> str:
        """Show the columns."""
        shown = ", ".join(f"{name}={value!r}" for name, value in self._columns.items())
        return f"HyperParameterOccurrence({shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the columns."""
        return _row, (self._columns,)


_COLUMNS: dict[str, Any] = {
    "name": None,
    "value": EMPTY,
    "priority": None,
    "filename": None,
    "lineno": None,
    "column": None,
    "end_lineno": None,
    "end_column": None,
    "ast_node": None,
    "hints": None,
}


def _row(columns: dict[str, Any]) -> HyperParameterOccurrence:
    """Rebuild a pickled row."""
    return HyperParameterOccurrence(**columns)


def parsed_row(each: Occurrence) -> HyperParameterOccurrence:
    """Make the row of an occurrence in the sources; changing it changes nothing of them."""
    node = None
    if each.is_definition:
        offset = len(each.source.lines[each.line - 1][: each.column - 1].encode())
        node = DeferredNode(each.call, each.line, offset)
    return HyperParameterOccurrence(
        name=each.name,
        value=_own(each.value),
        priority=P.PRIORITY_PARSED_FROM_SOURCE_CODE,
        filename=each.path,
        lineno=each.line,
        column=each.column,
        end_lineno=each.end_line,
        end_column=each.end_column,
        ast_node=node,
        hints=_own(each.hints),
    )


def _own(value: Any) -> Any:
    """Copy what can be changed of a literal."""
    kind = type(value)
    if kind is dict:
        return {key: _own(each) for key, each in value.items()}
    if kind is list or kind is tuple:
        return kind([_own(each) for each in value])
    return set(value) if kind is set else value


def runtime_row(name: str, value: Any, rank: int) -> HyperParameterOccurrence:
    """Make the row of a default that a call gave, or of a value that was set: the very object."""
    return HyperParameterOccurrence(name=name, value=value, priority=P(rank))


def name_of(fact: Fact) -> str:
    """Return the hyperparameter that a fact is about."""
    return fact.name if isinstance(fact, Occurrence) else fact[0]


def row_of(number: int, fact: Fact) -> HyperParameterOccurrence:
    """Make the row of a fact, whose place in the table is known."""
    row = parsed_row(fact) if isinstance(fact, Occurrence) else runtime_row(*fact)
    row.index = number
    return row
