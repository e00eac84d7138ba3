"""The table of occurrences: its rows, queries and predicates, and the nodes of the tree.

Owns the columns of a row; must not know how rows are found or which value wins.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from functools import partial
from typing import Any, SupportsIndex, overload

from .errors import EMPTY
from .occurrence import Occurrence
from .runtime.tree import TreeView

TYPE_CHECKING = False
if TYPE_CHECKING:
    # A call in the sources, or the name, value and priority of a run-time value.
    RowSource = Occurrence | tuple[str, Any, int]

Row = Any  # a HyperParameterOccurrence, or a dict made by `choose_columns`
Predicate = Callable[[Row], Any]


class HyperParameterPriority(enum.IntEnum):
    """Rank where a value came from; the highest rank wins."""

    PRIORITY_PARSED_FROM_SOURCE_CODE = 1
    PRIORITY_SET_FROM_CALLABLE = 2
    PRIORITY_SET_FROM_SETTER = 3


P = HyperParameterPriority
HyperParamTree = TreeView  # its name before 1.0


class DeferredNode:
    """The syntax tree of a default, parsed at first use.

    This saves memory: ten thousand trees take two hundred megabytes.
    """

    __slots__ = ("call", "line", "offset")

    def __init__(self, call: str, line: int, offset: int) -> None:
        self.call: str = call
        self.line: int = line
        self.offset: int = offset

    def __repr__(self) -> str:
        return f"DeferredNode({self.call!r}, {self.line}, {self.offset})"

    def parse(self) -> Any:
        """Return the tree of the default, with its positions in the file."""
        import ast

        call: Any = ast.parse(f"(\n{self.call}\n)", mode="eval").body
        for node in ast.walk(call):
            if hasattr(node, "lineno"):
                self._move(node)
        return call.args[1]

    def _move(self, node: Any) -> None:
        node.col_offset += self.offset if node.lineno == 2 else 0
        node.end_col_offset += self.offset if node.end_lineno == 2 else 0
        node.lineno += self.line - 2
        node.end_lineno += self.line - 2


_COLUMNS: dict[str, Any] = dict.fromkeys(
    "name value priority filename lineno column end_lineno end_column ast_node hints".split()
)
_COLUMNS["value"] = EMPTY


class HyperParameterOccurrence(MutableMapping[str, Any]):
    """One row of the table. Its columns are attributes and items.

    Two rows are equal if their columns are, apart from the syntax tree.

    Args:
        given: columns by name.
        columns: more columns. Missing standard columns are None, but a missing value
            is `EMPTY`.

    >>> row = HyperParameterOccurrence(name="lr", value=1e-3)
    >>> row.name, row["value"], row.hints
    ('lr', 0.001, None)
    """

    __slots__ = ("_columns",)
    _columns: dict[str, Any]

    def __init__(self, given: Mapping[str, Any] | None = None, /, **columns: Any) -> None:
        object.__setattr__(self, "_columns", {**_COLUMNS, **(given or {}), **columns})

    @property
    def has_default_value(self) -> bool:
        """Whether the row has a value."""
        return self._columns["value"] is not EMPTY

    def __getitem__(self, column: str) -> Any:
        value = self._columns[column]
        if type(value) is DeferredNode:
            value = self._columns[column] = value.parse()
        return value

    def __setitem__(self, column: str, value: Any) -> None:
        self._columns[column] = value

    def __delitem__(self, column: str) -> None:
        del self._columns[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HyperParameterOccurrence):
            return NotImplemented
        mine, others = ({**row._columns, "ast_node": None} for row in (self, other))
        return mine == others

    __hash__ = None  # type: ignore[assignment]

    def copy(self) -> HyperParameterOccurrence:
        """Return a row with the same columns."""
        return HyperParameterOccurrence(self._columns)

    def __getattr__(self, column: str) -> Any:
        if column.startswith("__"):
            raise AttributeError(column)
        try:
            return self[column]
        except KeyError:
            columns = ", ".join(self._columns)
            raise AttributeError(f"no column `{column}`; there are {columns}") from None

    def __setattr__(self, column: str, value: Any) -> None:
        self._columns[column] = value

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self._columns.items())
        return f"HyperParameterOccurrence({shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        return HyperParameterOccurrence, (self._columns,)


class HyperParameterDB(list[Row]):
    """A table: a list of rows with queries. Queries return tables.

    >>> db = HyperParameterDB([HyperParameterOccurrence(name="a", value=1)])
    >>> db.select(L.of_name("a")).extract_column("value")
    [1]
    """

    @overload
    def __getitem__(self, index: SupportsIndex) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> HyperParameterDB: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Row | HyperParameterDB:
        """Return a row, or the table of a slice."""
        rows = super().__getitem__(index)
        return HyperParameterDB(rows) if isinstance(index, slice) else rows

    def select(self, where: Predicate) -> HyperParameterDB:
        """Return the rows for which `where` is true."""
        return HyperParameterDB(row for row in self if where(row))

    def count(self, where: Predicate | None = None) -> int:
        """Count the rows for which `where` is true, or all rows."""
        return len(self) if where is None else sum(1 for row in self if where(row))

    def group_by(self, column: str) -> dict[Any, HyperParameterDB]:
        """Return a table for each value of a column, in order of appearance.

        Raises:
            AttributeError: if a row does not have the column.
        """
        groups: dict[Any, HyperParameterDB] = {}
        for row in self:
            groups.setdefault(getattr(row, column), HyperParameterDB()).append(row)
        return groups

    def sorted(self, key: Callable[[Row], Any], reverse: bool = False) -> HyperParameterDB:  # noqa: FBT001, FBT002 - public
        """Return the rows sorted by a key. None sorts before everything else."""

        def nones_first(row: Row) -> tuple[bool, Any]:
            value = key(row)
            return (False, 0) if value is None else (True, value)

        return HyperParameterDB(sorted(self, key=nones_first, reverse=reverse))

    @overload
    def indexing(self, idx: int) -> Row: ...
    @overload
    def indexing(self, idx: Iterable[int] | slice) -> HyperParameterDB: ...
    def indexing(self, idx: int | Iterable[int] | slice) -> Row | HyperParameterDB:
        """Return the row at an index, or the table of the rows at several.

        Raises:
            IndexError: if there is no such row.
        """
        if isinstance(idx, (int, slice)):
            return self[idx]
        try:
            return HyperParameterDB(self[index] for index in idx)
        except TypeError:
            raise IndexError(f"{idx!r} is not the index of a row, nor several") from None

    def extract_column(self, column: str) -> list[Any]:
        """Return the values of one column.

        Raises:
            KeyError: if a row does not have the column.
        """
        return [row[column] for row in self]

    def choose_columns(self, *columns: str) -> HyperParameterDB:
        """Return a table of plain dicts that have only the given columns.

        Raises:
            KeyError: if a row does not have the column.
        """
        return HyperParameterDB({column: row[column] for column in columns} for row in self)

    def apply(self, func: Callable[[Row], Any]) -> HyperParameterDB:
        """Call a function on each row, which it may change, and return this table."""
        for row in self:
            func(row)
        return self

    def reduce(self, reduce_func: Callable[[Any, Row], Any], initial: Any = EMPTY) -> Any:
        """Fold the rows from first to last.

        Args:
            reduce_func: a function of the result so far and a row.
            initial: the first result; by default the first row.

        Raises:
            ValueError: if there is neither a row nor an initial result.
        """
        rows = iter(self)
        result = next(rows, EMPTY) if initial is EMPTY else initial
        if result is EMPTY:
            raise ValueError("reducing an empty table needs an `initial` value")
        for row in rows:
            result = reduce_func(result, row)
        return result

    def any(self, func: Predicate) -> bool:
        """Return whether a predicate is true for some row."""
        return any(func(row) for row in self)

    def all(self, func: Predicate) -> bool:
        """Return whether a predicate is true for every row."""
        return all(func(row) for row in self)

    def find_first(self, where: Predicate) -> Row | None:
        """Return the first row for which `where` is true, or None."""
        return next((row for row in self if where(row)), None)

    def empty(self) -> bool:
        """Return whether the table has no rows."""
        return not self

    def copy(self) -> HyperParameterDB:
        """Return a table with the same rows."""
        return HyperParameterDB(self)


class HyperParameterDBLambdas:
    """Predicates, keys and transforms for the queries of a table.

    >>> db = HyperParameterDB([HyperParameterOccurrence(name="a.b", value=1)])
    >>> db.count(L.land(L.of_name_prefix("a."), L.has_default_value))
    1
    """

    @staticmethod
    def of_name(name: str) -> Predicate:
        """Select the rows of one hyperparameter."""
        return lambda row: row["name"] == name

    @staticmethod
    def of_name_prefix(prefix: str) -> Predicate:
        """Select the rows whose name starts with `prefix`."""
        return lambda row: row["name"].startswith(prefix)

    @staticmethod
    def of_name_suffix(suffix: str) -> Predicate:
        """Select the rows whose name ends with `suffix`."""
        return lambda row: row["name"].endswith(suffix)

    @staticmethod
    def of_value(value: Any) -> Predicate:
        """Select the rows whose value equals `value`."""
        return lambda row: row["value"] == value

    @staticmethod
    def of_priority(priority: int) -> Predicate:
        """Select the rows of one priority, see `P`."""
        return lambda row: row["priority"] == priority

    @staticmethod
    def order_by(column: str) -> Callable[[Row], Any]:
        """Return the key that sorts by a column."""
        return lambda row: row[column]

    @staticmethod
    def has_default_value(row: Row) -> bool:
        """Select the rows that have a value."""
        return row["value"] is not EMPTY

    @staticmethod
    def exist_attr(attr: str) -> Predicate:
        """Select the rows that have a column that is not None."""
        return lambda row: row.get(attr) is not None

    @staticmethod
    def apply_column(column: str, func: Callable[[Any], Any]) -> Callable[[Row], None]:
        """Return a function that replaces a column of a row by a function of it."""

        def change(row: Row) -> None:
            row[column] = func(row[column])

        return change

    @staticmethod
    def value_priority(row: Row) -> int:
        """Return a key that sorts by priority, the highest first, and empty values last."""
        return -10 * int(row["priority"] or 0) + (row["value"] is EMPTY)

    @staticmethod
    def land(*predicates: Predicate) -> Predicate:
        """Select the rows for which all predicates are true."""
        return lambda row: all(predicate(row) for predicate in predicates)

    @staticmethod
    def lor(*predicates: Predicate) -> Predicate:
        """Select the rows for which some predicate is true."""
        return lambda row: any(predicate(row) for predicate in predicates)

    @staticmethod
    def lnot(predicate: Predicate) -> Predicate:
        """Select the rows for which a predicate is false."""
        return lambda row: not predicate(row)


L = HyperParameterDBLambdas


class HyperParamNode:
    """One hyperparameter and its rows. The row whose value wins comes first.

    Attributes:
        name: the flat name.
        db: the rows.
    """

    __slots__ = ("db", "name")

    def __init__(self, name: str, rows: Iterable[Row] = ()) -> None:
        self.name: str = name
        self.db: HyperParameterDB = HyperParameterDB(rows).sorted(L.value_priority)

    @property
    def value(self) -> Any:
        """The value that wins, or `EMPTY`."""
        return self.db[0]["value"] if self.db else EMPTY

    @property
    def empty(self) -> bool:
        """Whether no row has a value."""
        return self.value is EMPTY

    def get(self) -> HyperParameterOccurrence | None:
        """Return the row whose value wins, or None."""
        return self.db[0] if self.db else None

    def __repr__(self) -> str:
        return f"HyperParamNode({self.name!r}, {self.value!r})"


def table_of(sources: Iterable[RowSource]) -> HyperParameterDB:
    """Return the table with one row per occurrence or run-time value."""
    return HyperParameterDB(_row(*numbered) for numbered in enumerate(sources))


def nodes_of(sources: Iterable[RowSource]) -> dict[str, Callable[[], HyperParamNode]]:
    """Return, for each name in order of appearance, a function that makes its node.

    Making rows is expensive, so only the nodes that are used get theirs.
    """
    by_name: dict[str, list[tuple[int, RowSource]]] = {}
    for number, source in enumerate(sources):
        name = source.name if isinstance(source, Occurrence) else source[0]
        by_name.setdefault(name, []).append((number, source))
    return {name: partial(_node, name, numbered) for name, numbered in by_name.items()}


def _node(name: str, numbered: Iterable[tuple[int, RowSource]]) -> HyperParamNode:
    return HyperParamNode(name, [_row(number, source) for number, source in numbered])


def _row(number: int, source: RowSource) -> HyperParameterOccurrence:
    if isinstance(source, Occurrence):
        row = _parsed_row(source)
    else:
        name, value, priority = source
        row = HyperParameterOccurrence(name=name, value=value, priority=P(priority))
    row.index = number
    return row


def _parsed_row(occurrence: Occurrence) -> HyperParameterOccurrence:
    node = None
    if occurrence.is_definition:
        before = occurrence.source.lines[occurrence.line - 1][: occurrence.column - 1]
        node = DeferredNode(occurrence.call, occurrence.line, len(before.encode()))
    return HyperParameterOccurrence(
        name=occurrence.name,
        value=_copy_literal(occurrence.value),
        priority=P.PRIORITY_PARSED_FROM_SOURCE_CODE,
        filename=occurrence.path,
        lineno=occurrence.line,
        column=occurrence.column,
        end_lineno=occurrence.end_line,
        end_column=occurrence.end_column,
        ast_node=node,
        hints=_copy_literal(occurrence.hints),
    )


def _copy_literal(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        return {key: _copy_literal(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return kind([_copy_literal(item) for item in value])
    return set(value) if kind is set else value
