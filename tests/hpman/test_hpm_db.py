"""The table of occurrences and its queries."""

from __future__ import annotations

import ast
import copy
import pickle
from typing import Any

import pytest

import hpman
from hpman import HyperParameterManager
from hpman.errors import EMPTY
from hpman.hpm_db import HyperParameterDB, HyperParameterOccurrence, HyperParamNode, L, P

PARSED = P.PRIORITY_PARSED_FROM_SOURCE_CODE
CALLED = P.PRIORITY_SET_FROM_CALLABLE
SET = P.PRIORITY_SET_FROM_SETTER

TEXT = '_("a", 1, help="x")\n_("b.c", [2])\n  # é\n_("a")\n'


@pytest.fixture
def manager() -> HyperParameterManager:
    return HyperParameterManager("_").parse_source(TEXT, "a.py")


@pytest.fixture
def db(manager: HyperParameterManager) -> HyperParameterDB:
    return manager.db


def _row(**columns: Any) -> HyperParameterOccurrence:
    return HyperParameterOccurrence(**columns)


def test_a_parsed_row_has_every_column(db: HyperParameterDB) -> None:
    row = db[0]
    assert {name: row[name] for name in row if name != "ast_node"} == {
        "name": "a",
        "value": 1,
        "priority": PARSED,
        "filename": "a.py",
        "lineno": 1,
        "column": 1,
        "end_lineno": 1,
        "end_column": 20,
        "hints": {"help": "x"},
        "index": 0,
    }
    assert isinstance(row.ast_node, ast.Constant)


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_rows_are_in_source_order_then_run_time_values_follow(
    manager: HyperParameterManager,
) -> None:
    manager("b.c", [3])
    manager.set_value("new", 4)
    rows = [(row.name, row.value, row.priority, row.index) for row in manager.db]
    assert rows == [
        ("a", 1, PARSED, 0),
        ("b.c", [2], PARSED, 1),
        ("a", EMPTY, PARSED, 2),
        ("b.c", [3], CALLED, 3),
        ("new", 4, SET, 4),
    ]
    assert [row.hints for row in manager.db] == [{"help": "x"}, {}, {}, None, None]


def test_the_hints_of_a_row_are_a_dict_of_its_own(manager: HyperParameterManager) -> None:
    manager.db[0].hints["help"] = "changed"
    assert manager.db[0].hints == {"help": "x"}


@pytest.mark.parametrize(
    ("text", "line", "offset", "end"),
    [
        pytest.param('_("a", x)', 1, 7, 8, id="one line"),
        pytest.param('[\n  _("a",\n x  )]', 3, 1, 2, id="next line"),
        pytest.param('"é"; _("é", x)', 1, 14, 15, id="bytes in front"),
        pytest.param("print(f\"{_('a', x)}\")", 1, 16, 17, id="f-string"),
    ],
)
def test_the_tree_of_a_default_has_its_place_in_the_file(
    text: str, line: int, offset: int, end: int
) -> None:
    node = HyperParameterManager("_").parse_source(text).db[0].ast_node
    assert isinstance(node, ast.Name)
    assert (node.lineno, node.col_offset, node.end_col_offset) == (line, offset, end)
    parsed = ast.parse(text)
    (there,) = (n for n in ast.walk(parsed) if isinstance(n, ast.Name) and n.id == "x")
    assert (there.lineno, there.col_offset) == (line, offset)


def test_the_tree_of_a_use_is_none(db: HyperParameterDB) -> None:
    assert db[2].ast_node is None


def test_a_row_reads_as_attributes_and_as_a_mapping() -> None:
    row = _row(name="a", extra=1)
    assert row.name == row["name"] == row.get("name") == "a"
    assert row.extra == 1
    assert row.value is EMPTY
    assert not row.has_default_value
    assert dict(row)["hints"] is None
    assert len(row) == 11
    assert "name='a'" in repr(row)


def test_a_parsed_row_shows_its_call_in_place_of_the_tree() -> None:
    row = HyperParameterManager("_").parse_source("x = _('a', 1)").db[0]
    assert "ast_node=DeferredNode(\"_('a', 1)\", 1, 4)" in repr(row)


def test_a_row_can_be_changed_either_way() -> None:
    row = _row(name="a")
    row.value = 1
    row["name"] = "b"
    assert (row.has_default_value, row.name, row["value"]) == (True, "b", 1)
    del row["hints"]
    assert "hints" not in row
    with pytest.raises(AttributeError, match="no column `hints`; there are name, value"):
        row.hints  # noqa: B018
    with pytest.raises(KeyError):
        row["hints"]


def test_a_row_survives_pickling_and_copying(db: HyperParameterDB) -> None:
    for twin in (pickle.loads(pickle.dumps(db[0])), copy.copy(db[0]), copy.deepcopy(db[0])):
        assert (twin.name, twin.priority, twin.hints) == ("a", PARSED, {"help": "x"})
        twin.name = "changed"
    assert db[0].name == "a"


def test_select_and_count(db: HyperParameterDB) -> None:
    selected = db.select(lambda row: row.name == "a")
    assert isinstance(selected, HyperParameterDB)
    assert selected.count() == len(selected) == 2
    assert db.count(L.has_default_value) == 2


def test_group_by(db: HyperParameterDB) -> None:
    groups = db.group_by("name")
    assert [(name, len(rows)) for name, rows in groups.items()] == [("a", 2), ("b.c", 1)]
    assert all(isinstance(rows, HyperParameterDB) for rows in groups.values())
    with pytest.raises(AttributeError, match="no column `nothing`"):
        db.group_by("nothing")


def test_sorted(db: HyperParameterDB) -> None:
    by_line = db.sorted(L.order_by("lineno"), reverse=True)
    assert by_line.extract_column("lineno") == [4, 2, 1]
    mixed = HyperParameterDB([_row(name="b"), _row(), _row(name="a")])
    assert mixed.sorted(L.order_by("name")).extract_column("name") == [None, "a", "b"]


def test_indexing(db: HyperParameterDB) -> None:
    assert db.indexing(1).name == "b.c"
    assert db.indexing(-1).lineno == 4
    assert db.indexing([2, 0]).extract_column("lineno") == [4, 1]
    assert db.indexing(slice(1, None)).extract_column("lineno") == [2, 4]
    with pytest.raises(IndexError):
        db.indexing(3)


@pytest.mark.parametrize("index", ["a", ["a"], None, 1.5])
def test_indexing_by_something_else_is_an_index_error(db: HyperParameterDB, index: Any) -> None:
    with pytest.raises(IndexError, match="is not the index of a row"):
        db.indexing(index)


def test_columns(db: HyperParameterDB) -> None:
    assert db.extract_column("name") == ["a", "b.c", "a"]
    assert db.choose_columns("name", "lineno")[1] == {"name": "b.c", "lineno": 2}
    with pytest.raises(KeyError):
        db.extract_column("nothing")
    with pytest.raises(KeyError):
        db.choose_columns("nothing")


def test_apply_and_reduce(db: HyperParameterDB) -> None:
    assert db.apply(L.apply_column("name", str.upper)) is db
    assert db.extract_column("name") == ["A", "B.C", "A"]
    assert db.reduce(lambda total, row: total + row.lineno, 0) == 7
    assert db.reduce(lambda first, _row: first) is db[0]
    assert HyperParameterDB().reduce(lambda a, _b: a, 5) == 5
    with pytest.raises(ValueError, match="`initial`"):
        HyperParameterDB().reduce(lambda a, _b: a)


def test_any_all_find_first_empty_copy(db: HyperParameterDB) -> None:
    assert db.any(L.of_name("b.c"))
    assert not db.any(L.of_name("nothing"))
    assert db.all(L.of_priority(PARSED))
    assert not db.all(L.has_default_value)
    assert db.find_first(L.of_name("a")) is db[0]
    assert db.find_first(L.of_name("nothing")) is None
    assert not db.empty()
    assert HyperParameterDB().empty()
    twin = db.copy()
    assert isinstance(twin, HyperParameterDB)
    twin.clear()
    assert len(db) == 3


@pytest.mark.parametrize(
    ("predicate", "lines"),
    [
        pytest.param(L.of_name("a"), [1, 4], id="of_name"),
        pytest.param(L.of_name_prefix("b."), [2], id="of_name_prefix"),
        pytest.param(L.of_name_suffix("c"), [2], id="of_name_suffix"),
        pytest.param(L.of_value([2]), [2], id="of_value"),
        pytest.param(L.of_priority(SET), [], id="of_priority"),
        pytest.param(L.has_default_value, [1, 2], id="has_default_value"),
        pytest.param(L.exist_attr("ast_node"), [1, 2], id="exist_attr"),
        pytest.param(L.exist_attr("nothing"), [], id="exist_attr of no column"),
        pytest.param(L.land(L.of_name("a"), L.has_default_value), [1], id="land"),
        pytest.param(L.lor(L.of_name("b.c"), L.of_value(1)), [1, 2], id="lor"),
        pytest.param(L.lnot(L.of_name("a")), [2], id="lnot"),
        pytest.param(L.land(), [1, 2, 4], id="nothing to hold"),
    ],
)
def test_predicates(db: HyperParameterDB, predicate: Any, lines: list[int]) -> None:
    assert db.select(predicate).extract_column("lineno") == lines


def test_the_row_whose_value_wins_sorts_first() -> None:
    rows = [_row(priority=PARSED), _row(priority=PARSED, value=1), _row(priority=SET, value=2)]
    assert HyperParameterDB(rows).sorted(L.value_priority)[:] == rows[::-1]


def test_a_node_holds_the_rows_of_a_name() -> None:
    node = HyperParamNode("a", [_row(name="a", priority=PARSED, value=1)])
    assert (node.value, node.empty, repr(node)) == (1, False, "HyperParamNode('a', 1)")
    assert node.get() is node.db[0]
    empty = HyperParamNode("a")
    assert (empty.value, empty.empty, empty.get()) == (EMPTY, True, None)


def test_predicates_can_be_had_from_the_package() -> None:
    assert hpman.L is L
    assert hpman.P is P


def test_the_table_is_the_same_as_long_as_nothing_happens() -> None:
    manager = HyperParameterManager("_").parse_source('_("a", 1)\n_("a")')
    before = manager.db
    assert manager.db == before
    assert manager.db[0] == before[0]
    assert before.index(manager.db[1]) == 1
    assert pickle.loads(pickle.dumps(manager)).db == before
    assert before[0] != before[1]
    assert before[0] != {"name": "a"}


def test_a_slice_of_a_table_is_a_table_and_a_row_copies() -> None:
    db = HyperParameterDB([HyperParameterOccurrence({"name": "a"}, value=1)] * 3)
    assert isinstance(db[1:], HyperParameterDB)
    assert db[1:].count() == 2
    assert db[0].copy() == db[0]
    assert db[0].copy() is not db[0]


def test_a_key_that_was_set_shows_in_the_table_and_in_the_tree() -> None:
    manager = HyperParameterManager("_").parse_source('_("opt", {"lr": 3, "wd": 0})')
    manager.set_value("opt.lr", 1)
    row = manager.get_occurrence_of_value("opt")
    assert row is not None
    assert row.value == {"lr": 1, "wd": 0}
    assert [node.value for node in manager.get_nodes()] == [{"lr": 1, "wd": 0}]
    assert manager.tree.count() == 1
    branch = manager.tree.get("opt")
    assert branch is not None
    assert branch.is_leaf()
