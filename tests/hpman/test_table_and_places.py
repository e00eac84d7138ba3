"""What the table shows, and where a clash stands."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from hpman import Diagnostic, HyperParameterManager, ImpossibleTree
from hpman.hpm_db import HyperParameterDB, HyperParameterOccurrence
from hpman.static.rules import locate

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize(
    ("given", "source", "place"),
    [
        ({"a.b": 1}, '\n_("a", 3)', "f.py:2:1: "),
        ({"a": 1}, 'x = _("a.b", 3)', "f.py:1:5: "),
    ],
    ids=["below a new leaf", "above a new leaf"],
)
def test_sources_that_clash_with_what_was_set_say_where(
    given: dict[str, object], source: str, place: str
) -> None:
    manager = HyperParameterManager("_").set_values(given)
    with pytest.raises(ImpossibleTree) as caught:
        manager.parse_source(source, "f.py")
    assert str(caught.value).startswith(place)
    assert "==>" in str(caught.value)
    assert [each.path for each in caught.value.occurrences] == ["f.py"]
    assert manager.get_values() == given
    assert manager.db.count() == 1


def test_a_file_that_was_deleted_is_gone_when_its_folder_is_parsed_again(tmp_path: Path) -> None:
    manager = HyperParameterManager("_")
    (tmp_path / "a.py").write_text('_("a", 1)')
    (tmp_path / "b.py").write_text('_("b", 1)')
    manager.parse_file(tmp_path).parse_source('_("c", 1)', str(tmp_path / "not_saved_yet.py"))
    (tmp_path / "b.py").rename(tmp_path / "moved.py")
    assert manager.parse_file(tmp_path / "a.py").get_values() == {"a": 1, "b": 1, "c": 1}
    assert manager.parse_file(tmp_path).get_values() == {"a": 1, "b": 1, "c": 1}
    assert {row.filename for row in manager.db} == {
        str(tmp_path / name) for name in ("a.py", "moved.py", "not_saved_yet.py")
    }


def test_a_finding_about_no_name_of_the_sources_keeps_its_place() -> None:
    manager = HyperParameterManager("_").parse_source('_("a", 1)', "f.py")
    finding = Diagnostic("HPM203", "`b` clashes", "Rename it.", name="b")
    assert locate(manager.index, "_", finding) is finding
