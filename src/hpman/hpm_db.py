"""The table of occurrences: queries, predicates, and the nodes of the tree.

Owns how rows are asked for; knows neither how they were found nor which value
wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, SupportsIndex, TypeVar, overload

from .errors import EMPTY
from .record import Slotted
from .rows import HyperParameterOccurrence, HyperParameterPriority, P, name_of, row_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .rows import Fact

T = TypeVar("T")
Row = Any  # a HyperParameterOccurrence, or the dict that `choose_columns` leaves of one
Predicate = Callable[[Row], Any]


class HyperParameterDB(list[Row]):
    """A table: a list of rows with queries, each of which gives a table again.

    >>> db = HyperParameterDB([HyperParameterOccurrence(name="a", value=1)])
    >>> db.select(L.of_name("a")).extract_column("value")
    [1]
    """

    @overload
    def __getitem__(self, index: SupportsIndex) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> HyperParameterDB: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Row | HyperParameterDB:
        """Return a row, or a table of those that a slice takes."""
        found = super().__getitem__(index)
        return HyperParameterDB(found) if isinstance(index, slice) else found

    def select(self, where: Predicate) -> HyperParameterDB:
        """Return the rows for which `where` holds."""
        return HyperParameterDB(row for row in self if where(row))

    def count(self, where: Predicate | None = None) -> int:
        """Count the rows for which `where` holds, or all rows."""
        return len(self) if where is None else sum(1 for row in self if where(row))

    def group_by(self, column: str) -> dict[Any, HyperParameterDB]:
        """Return a table for each value of a column, in order of appearance.

        Raises:
            AttributeError: a row has no such column.
        """
        groups: dict[Any, HyperParameterDB] = {}
        for row in self:
            groups.setdefault(getattr(row, column), HyperParameterDB()).append(row)
        return groups

    def sorted(self, key: Callable[[Row], Any], reverse: bool = False) -> HyperParameterDB:  # noqa: FBT001, FBT002 - public
        """Return the rows ordered by a key; None sorts before all else."""

        def nones_first(row: Row) -> tuple[bool, Any]:
            value = key(row)
            return (False, 0) if value is None else (True, value)

        return HyperParameterDB(sorted(self, key=nones_first, reverse=reverse))

    @overload
    def indexing(self, idx: int) -> Row: ...
    @overload
    def indexing(self, idx: Iterable[int] | slice) -> HyperParameterDB: ...
    def indexing(self, idx: int | Iterable[int] | slice) -> Row | HyperParameterDB:
        """Return the row at an index, or a table of the rows at several.

        Raises:
            IndexError: there is no such row.
        """
        if isinstance(idx, (int, slice)):
            return self[idx]
        return HyperParameterDB(self[each] for each in idx)

    def extract_column(self, column: str) -> list[Any]:
        """Return the values of one column.

        Raises:
            KeyError: a row has no such column.
        """
        return [row[column] for row in self]

    def choose_columns(self, *columns: str) -> HyperParameterDB:
        """Return a table of plain dicts with the named columns only.

        Raises:
            KeyError: a row has no such column.
        """
        return HyperParameterDB({column: row[column] for column in columns} for row in self)

    def apply(self, func: Callable[[Row], Any]) -> HyperParameterDB:
        """Call a function on each row, for what it changes there, and return this table."""
        for row in self:
            func(row)
        return self

    def reduce(self, reduce_func: Callable[[Any, Row], Any], initial: Any = EMPTY) -> Any:
        """Fold the rows from first to last.

        Args:
            reduce_func: takes what was folded so far and a row.
            initial: what to start with; the first row where nothing is given.

        Raises:
            ValueError: there is neither a row nor something to start with.
        """
        rows = iter(self)
        folded = next(rows, EMPTY) if initial is EMPTY else initial
        if folded is EMPTY:
            raise ValueError("an empty table can only be reduced with an `initial` value")
        for row in rows:
            folded = reduce_func(folded, row)
        return folded

    def any(self, func: Predicate) -> bool:
        """Tell whether a predicate holds for some row."""
        return any(func(row) for row in self)

    def all(self, func: Predicate) -> bool:
        """Tell whether a predicate holds for every row."""
        return all(func(row) for row in self)

    def find_first(self, where: Predicate) -> Row | None:
        """Return the first row for which `where` holds, or None."""
        return next((row for row in self if where(row)), None)

    def empty(self) -> bool:
        """Tell whether there is no row."""
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
        """Hold for the rows of one hyperparameter."""
        return lambda row: row["name"] == name

    @staticmethod
    def of_name_prefix(prefix: str) -> Predicate:
        """Hold where the name starts with `prefix`."""
        return lambda row: row["name"].startswith(prefix)

    @staticmethod
    def of_name_suffix(suffix: str) -> Predicate:
        """Hold where the name ends with `suffix`."""
        return lambda row: row["name"].endswith(suffix)

    @staticmethod
    def of_value(value: Any) -> Predicate:
        """Hold where the value equals `value`."""
        return lambda row: row["value"] == value

    @staticmethod
    def of_priority(priority: int) -> Predicate:
        """Hold for the rows of one rank, see `P`."""
        return lambda row: row["priority"] == priority

    @staticmethod
    def order_by(column: str) -> Callable[[Row], Any]:
        """Return the key that sorts by a column."""
        return lambda row: row[column]

    @staticmethod
    def has_default_value(row: Row) -> bool:
        """Hold where the row carries a value."""
        return row["value"] is not EMPTY

    @staticmethod
    def exist_attr(attr: str) -> Predicate:
        """Hold where the row has a column and it is not None."""
        return lambda row: row.get(attr) is not None

    @staticmethod
    def apply_column(column: str, func: Callable[[Any], Any]) -> Callable[[Row], None]:
        """Return what replaces a column of a row by a function of it."""

        def change(row: Row) -> None:
            row[column] = func(row[column])

        return change

    @staticmethod
    def value_priority(row: Row) -> int:
        """Sort the row whose value wins first: by rank, and empty values behind the others."""
        return -10 * int(row["priority"] or 0) + (row["value"] is EMPTY)

    @staticmethod
    def land(*predicates: Predicate) -> Predicate:
        """Hold where all predicates hold."""
        return lambda row: all(each(row) for each in predicates)

    @staticmethod
    def lor(*predicates: Predicate) -> Predicate:
        """Hold where some predicate holds."""
        return lambda row: any(each(row) for each in predicates)

    @staticmethod
    def lnot(predicate: Predicate) -> Predicate:
        """Hold where a predicate does not."""
        return lambda row: not predicate(row)


L = HyperParameterDBLambdas


class HyperParamNode(Slotted):
    """One hyperparameter with all its rows, the one whose value wins first.

    Attributes:
        name: the flat name.
        db: the rows.
    """

    __slots__ = ("db", "name")

    def __init__(self, name: str, rows: Iterable[Row] = ()) -> None:
        """Order the rows."""
        self.name: str = name
        self.db: HyperParameterDB = HyperParameterDB(rows).sorted(L.value_priority)

    @property
    def value(self) -> Any:
        """The value that wins, or `EMPTY`."""
        return self.db[0]["value"] if self.db else EMPTY

    @property
    def empty(self) -> bool:
        """Whether no row carries a value."""
        return self.value is EMPTY

    def get(self) -> HyperParameterOccurrence | None:
        """Return the row whose value wins, or None."""
        return self.db[0] if self.db else None

    def __repr__(self) -> str:
        """Show name and value."""
        return f"HyperParamNode({self.name!r}, {self.value!r})"


def table_of(facts: Iterable[Fact]) -> HyperParameterDB:
    """Make the row of each fact."""
    return HyperParameterDB(row_of(*each) for each in enumerate(facts))


def node_of(name: str, facts: Iterable[tuple[int, Fact]]) -> HyperParamNode:
    """Make the node of a name from all that is known of it, and where that stands in the table."""
    return HyperParamNode(name, [row_of(*each) for each in facts])


def node_among(facts: Iterable[Fact], name: str) -> HyperParamNode:
    """Make the node of one name among all."""
    return node_of(name, [each for each in enumerate(facts) if name_of(each[1]) == name])


def nodes_of(facts: Iterable[Fact]) -> dict[str, Callable[[], HyperParamNode]]:
    """Return what makes the node of each name, in order of appearance.

    Rows cost far more than facts do: who asks for one name pays for its rows only.
    """
    found: dict[str, list[tuple[int, Fact]]] = {}
    for number, fact in enumerate(facts):
        found.setdefault(name_of(fact), []).append((number, fact))
    return {name: partial(node_of, name, those) for name, those in found.items()}


__all__ = [
    "HyperParamNode",
    "HyperParameterDB",
    "HyperParameterDBLambdas",
    "HyperParameterOccurrence",
    "HyperParameterPriority",
    "L",
    "P",
]
