"""What a manager promises to the program that calls it."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from typing import TYPE_CHECKING

import pytest

from hpman import (
    EMPTY,
    ArgumentCountError,
    Diagnostic,
    DoubleAssignmentException,
    EmptyValue,
    HpmanError,
    HyperParameterManager,
    ImpossibleTree,
    L,
    NotLiteralEvaluable,
    NotLiteralNameException,
    Origin,
    UnknownNameWarning,
    UnreadableSourceError,
)
from hpman.hpm_db import HyperParameterOccurrence, HyperParamTree
from hpman.static.rules import locate

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

TEXT = """\
_("lr", 1e-3, help="step")
_("model.depth", 4)
_("model.width", WIDTH * 2)
_("opt", {"lr": 3, "wd": 0})
_("lr")
_("used")
"""


@pytest.fixture
def manager() -> HyperParameterManager:
    return HyperParameterManager("_")


@pytest.fixture
def parsed(manager: HyperParameterManager) -> HyperParameterManager:
    return manager.parse_source(TEXT, "a.py")


def _write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)


def _enter(block: AbstractContextManager[object]) -> object:
    block.__enter__()
    return block


# Parsing


def test_parsing_returns_the_manager(manager: HyperParameterManager, tmp_path: Path) -> None:
    _write(tmp_path, a="")
    assert manager.parse_source("") is manager
    assert manager.parse_file(tmp_path / "a.py") is manager


def test_a_default_is_a_value_once_it_is_parsed(parsed: HyperParameterManager) -> None:
    assert parsed("lr") == parsed.get_value("lr") == 1e-3
    assert parsed.get_values().keys() == {"lr", "model.depth", "model.width", "opt"}


def test_a_default_that_is_no_literal_waits_for_the_program(parsed: HyperParameterManager) -> None:
    waiting = parsed.get_value("model.width")
    assert isinstance(waiting, NotLiteralEvaluable)
    assert "WIDTH * 2" in repr(waiting)
    assert parsed("model.width", 16) == 16
    assert parsed.get_value("model.width") == 16


def test_files_and_folders_may_be_mixed(manager: HyperParameterManager, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    _write(tmp_path, a='_("a", 1)', b='_("b", 2)')
    _write(tmp_path / "sub", c='_("c", 3)')
    manager.parse_file([str(tmp_path / "b.py"), (tmp_path / "sub",), {tmp_path / "a.py"}])
    assert manager.get_values() == {"a": 1, "b": 2, "c": 3}


def test_a_file_that_is_parsed_again_is_replaced(
    manager: HyperParameterManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, a='_("a", 1)\n_("b", 2)', b='_("c", 3)')
    manager.parse_file(tmp_path).parse_file(tmp_path / "a.py")
    _write(tmp_path, a='_("a", 5)')
    monkeypatch.chdir(tmp_path)
    assert manager.parse_file("a.py").get_values() == {"a": 5, "c": 3}
    assert len(manager.db) == 2


def test_a_file_that_holds_nothing_any_more_gives_nothing(
    manager: HyperParameterManager, tmp_path: Path
) -> None:
    _write(tmp_path, a='_("a", 1)', b='_("b", 1)')
    manager.parse_file(tmp_path)
    _write(tmp_path, a="x = 1")
    assert manager.parse_file(tmp_path).get_values() == {"b": 1}


def test_a_text_of_a_file_replaces_the_file(manager: HyperParameterManager, tmp_path: Path) -> None:
    _write(tmp_path, a='_("a", 1)')
    manager.parse_file(tmp_path).parse_source('_("a", 2)', str(tmp_path / "a.py"))
    assert manager.get_values() == {"a": 2}


def test_a_text_without_a_name_is_one_of_its_own(manager: HyperParameterManager) -> None:
    manager.parse_source('_("a", 1)').parse_source('_("b", 2)')
    with pytest.raises(DoubleAssignmentException):
        manager.parse_source('_("a", 1)')
    assert manager.get_values() == {"a": 1, "b": 2}


def test_set_values_outlive_a_parse(parsed: HyperParameterManager) -> None:
    parsed.set_value("lr", 5).parse_source(TEXT, "a.py")
    assert parsed("lr") == 5


def test_exclude_leaves_files_out(manager: HyperParameterManager, tmp_path: Path) -> None:
    _write(tmp_path, a='_("a", 1)', b="_(x)")
    assert manager.parse_file(tmp_path, exclude="b.py").get_values() == {"a": 1}
    assert manager.parse_file(tmp_path, ["b*"]).get_values() == {"a": 1}


def test_imports_are_followed_on_demand(manager: HyperParameterManager, tmp_path: Path) -> None:
    _write(tmp_path, main='import a\n_("main", 1)', a='_("a", 2)', b='_("b", 3)')
    manager.parse_file(tmp_path / "main.py", follow_imports=True)
    assert manager.get_values() == {"a": 2, "main": 1}


def test_another_manager_of_the_file_is_not_this_one(manager: HyperParameterManager) -> None:
    manager.parse_source('from hpman.m import hp\nhp("a", 1)\nhp(x)\n_("b", 2)')
    assert manager.get_values() == {"b": 2}


# Parsing that fails


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("_('a', 1, 2)", ArgumentCountError, id="arguments"),
        pytest.param("_(x)", NotLiteralNameException, id="name"),
        pytest.param("_('a', 1, help=x)", NotLiteralEvaluable, id="hint"),
        pytest.param("_('lr', 1)", DoubleAssignmentException, id="duplicate"),
        pytest.param("_('model', 1)", ImpossibleTree, id="branch"),
        pytest.param("_('lr.a', 1)", ImpossibleTree, id="leaf"),
        pytest.param("if", UnreadableSourceError, id="syntax"),
        pytest.param("\0", UnreadableSourceError, id="null byte"),
        pytest.param("'\ud800'", UnreadableSourceError, id="surrogate"),
    ],
)
def test_a_parse_that_fails_changes_nothing(
    parsed: HyperParameterManager, text: str, kind: type[HpmanError]
) -> None:
    index, values, rows = parsed.index, parsed.get_values(), len(parsed.db)
    with pytest.raises(kind):
        parsed.parse_source(f"_('new', 1)\n{text}", "b.py")
    assert parsed.index is index
    assert repr(parsed.get_values()) == repr(values)
    assert len(parsed.db) == rows


def test_a_parse_that_does_not_fit_what_was_set_changes_nothing(
    manager: HyperParameterManager,
) -> None:
    manager.parse_source('_("a.b", 1)', "a.py")
    manager("c", 1)
    with pytest.raises(ImpossibleTree):
        manager.parse_source('_("c.d", 1)\n_("e", 1)', "b.py")
    assert manager.get_values() == {"a.b": 1, "c": 1}
    assert manager.index.names("_") == ["a.b"]


def test_every_problem_of_every_file_is_reported_at_once(
    manager: HyperParameterManager, tmp_path: Path
) -> None:
    _write(tmp_path, a='\n_("a", 1); _(x)', b='_("a", 2)\n_()', c="_(\n", d='_("d", 1)')
    with pytest.raises(NotLiteralNameException) as caught:
        manager.parse_file(tmp_path)
    assert [problem.code for problem in caught.value.diagnostics] == [
        *("HPM102", "HPM201", "HPM101", "HPM001"),
    ]
    said = str(caught.value)
    places = [f"{tmp_path / 'a.py'}:2:12", f"{tmp_path / 'b.py'}:1:1", f"{tmp_path / 'b.py'}:2:1"]
    for place in places:
        assert f"{place}: " in said
    assert "==> 2: _()" in said
    assert manager.get_values() == {}


def test_duplicated_defaults_are_shown_as_the_seed_shows_them(
    manager: HyperParameterManager,
) -> None:
    with pytest.raises(DoubleAssignmentException) as caught:
        manager.parse_source('_("a", 1)\n_("a", 2)\n')
    said = str(caught.value)
    assert "Duplicated default values:\nFirst occurrence:\n<unknown>:1\n==> 1: _(" in said
    assert "Second occurrence:\n<unknown>:2\n    1: _(" in said


def test_parses_in_threads_lose_nothing_of_each_other(tmp_path: Path) -> None:
    manager = HyperParameterManager("_")
    for number in range(24):
        (tmp_path / f"f{number}.py").write_text(f'_("n{number}", {number})')
    paths = iter(sorted(tmp_path.iterdir()))
    start = threading.Barrier(4)

    def parse() -> None:
        start.wait()
        for path in paths:
            manager.parse_file(path)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=parse) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert manager.get_values() == {f"n{number}": number for number in range(24)}
    assert len(manager.db) == 24


def test_a_parse_takes_over_what_another_thread_took_while_it_read() -> None:
    manager = HyperParameterManager("_")
    other = threading.Thread(target=manager.parse_source, args=('_("b", 2)', "b.py"))
    with manager._store.lock:
        other.start()
        manager.parse_source('_("a", 1)', "a.py")
    other.join()
    assert manager.get_values() == {"a": 1, "b": 2}
    with pytest.raises(DoubleAssignmentException):
        manager.parse_source('_("b", 3)', "c.py")


def test_a_path_that_is_not_there_is_an_error(
    manager: HyperParameterManager, tmp_path: Path
) -> None:
    _write(tmp_path, a='_("a", 1)')
    with pytest.raises(FileNotFoundError):
        manager.parse_file([tmp_path / "a.py", tmp_path / "gone.py"])
    assert manager.get_values() == {}


# Values


def test_the_highest_rank_wins_and_within_it_the_latest(manager: HyperParameterManager) -> None:
    assert manager("a", 2) == 2
    assert manager("a", 3) == 3
    manager.parse_source('_("a", 1)', "a.py")
    assert manager("a") == 3
    assert manager.set_value("a", 9) is manager
    assert (manager("a", 2), manager("a", 3), manager("a")) == (9, 9, 9)
    manager.set_value("a", 10)
    assert manager.get_value("a") == 10


def test_a_missing_value_is_a_key_error_with_the_nearest_names(
    parsed: HyperParameterManager,
) -> None:
    with pytest.raises(KeyError, match=r"model\.depht.*model\.depth"):
        parsed("model.depht")
    with pytest.raises(KeyError, match="used"):
        parsed.get_value("used")
    assert isinstance(parsed.get_value("used", raise_exception=False), EmptyValue)
    assert parsed.get_value("nothing", raise_exception=False) is EMPTY


def test_a_value_that_vanishes_meanwhile_is_there_or_not(manager: HyperParameterManager) -> None:
    done = threading.Event()

    def override() -> None:
        while not done.is_set():
            with manager.override(lr=1):
                pass

    thread = threading.Thread(target=override)
    thread.start()
    values = {repr(manager.get_value("lr", raise_exception=False)) for _ in range(3000)}
    done.set()
    thread.join()
    assert values <= {"1", "EmptyValue()"}


def test_a_value_that_may_be_missing_counts_as_read(manager: HyperParameterManager) -> None:
    assert manager.get_value("lr", raise_exception=False) is EMPTY
    manager.set_value("lr", 1)
    assert manager.get_value("lr", raise_exception=False) == 1
    assert manager.unused() == []


def test_a_name_is_a_text(manager: HyperParameterManager) -> None:
    names: list[object] = [3, [], None]
    for name in names:
        with pytest.raises(TypeError, match="name of a hyperparameter"):
            manager(name)  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="name of a hyperparameter"):
            manager(name, 1)  # type: ignore[call-overload]


def test_a_default_that_was_seen_before_is_the_value_as_long_as_nothing_is_set(
    manager: HyperParameterManager,
) -> None:
    default: object = object()
    assert manager("a", default) is manager("a", default) is default
    manager.set_value("a", 2)
    assert manager("a", default) == manager("a", default) == 2


def test_hints_do_not_change_the_value(manager: HyperParameterManager) -> None:
    assert manager("a", 1, name=2, default=3, self=4) == 1
    assert manager("a", name=2) == 1


def test_existence_is_having_a_value(parsed: HyperParameterManager) -> None:
    assert [parsed.exists(name) for name in ("lr", "model", "used", "nothing")] == [
        *(True, True, False, False),
    ]


def test_several_values_are_set_together_or_not_at_all(parsed: HyperParameterManager) -> None:
    assert parsed.set_values({"lr": 1, "model.depth": 2}) is parsed
    with pytest.raises(ImpossibleTree):
        parsed.set_values({"lr": 5, "model": 6})
    assert (parsed("lr"), parsed("model.depth")) == (1, 2)


@pytest.mark.parametrize(
    ("write", "name", "nearest"),
    [
        pytest.param(lambda m: m.set_value("lrr", 3), "lrr", "lr", id="set_value"),
        pytest.param(
            lambda m: m.set_values({"lr": 1, "model.depht": 8}),
            *("model.depht", "model.depth"),
            id="set_values",
        ),
        pytest.param(
            lambda m: m.set_value("model", {"depht": 8}),
            *("model.depht", "model.depth"),
            id="branch",
        ),
        pytest.param(
            lambda m: m.set_tree({"model": {"widht": 8}}),
            *("model.widht", "model.width"),
            id="set_tree",
        ),
        pytest.param(lambda m: _enter(m.override(lrr=3)), "lrr", "lr", id="override"),
    ],
)
def test_a_name_that_the_sources_do_not_have_is_set_with_one_warning(
    parsed: HyperParameterManager,
    write: Callable[[HyperParameterManager], object],
    name: str,
    nearest: str,
) -> None:
    for count in (1, 0):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            kept = write(parsed)
        assert parsed.exists(name)
        assert [warning.category for warning in caught] == [UnknownNameWarning] * count
        if caught:
            assert caught[0].filename == __file__
            assert f"`{name}` is set, but" in str(caught[0].message)
            assert f"did you mean `{nearest}`?" in str(caught[0].message)
    assert kept is not None


def test_names_that_sources_or_calls_have_are_set_without_a_warning(
    parsed: HyperParameterManager,
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        HyperParameterManager("_").set_value("anything", 1)
        parsed("called", 1)
        parsed.set_values({"lr": 1, "used": 2, "opt.new": 3, "called": 4, "model": {"depth": 5}})
    assert caught == []
    assert parsed("called") == 4


def test_a_warning_that_is_an_error_changes_nothing(parsed: HyperParameterManager) -> None:
    with pytest.raises(UnknownNameWarning):
        parsed.set_values({"lr": 1, "lrr": 3})
    assert parsed.get_values()["lr"] == 1e-3


def test_an_override_ends_with_its_block_also_on_error(parsed: HyperParameterManager) -> None:
    with parsed.override({"model.depth": 1}, lr=2) as changed:
        assert changed is parsed
        assert (parsed("lr"), parsed("model.depth", 4)) == (2, 1)
    with pytest.raises(OSError, match="x"), parsed.override(lr=2):
        raise OSError("x")
    assert (parsed("lr"), parsed("model.depth")) == (1e-3, 4)


def test_a_branch_is_a_dict(parsed: HyperParameterManager) -> None:
    parsed.set_value("model.width", 8)
    assert parsed.get_value("model") == parsed("model") == {"depth": 4, "width": 8}
    assert parsed.get_tree("model") == {"depth": 4, "width": 8}
    assert parsed.get_tree()["model"] == {"depth": 4, "width": 8}


def test_a_branch_that_the_sources_use_is_a_dict(
    manager: HyperParameterManager,
) -> None:
    manager.parse_source('_("model.depth", 4)\n_("model")')
    assert manager("model") == {"depth": 4}
    assert manager.get_values() == {"model.depth": 4}
    assert [row.name for row in manager.hyperparameters()] == ["model.depth"]


def test_a_tree_is_set_as_it_is_got(parsed: HyperParameterManager) -> None:
    assert parsed.set_tree({"model": {"depth": 9, "width": 1}, "lr": 2}) is parsed
    assert parsed.set_tree({"width": 7}, "model").get_tree("model") == {"depth": 9, "width": 7}
    parsed.set_tree(parsed.get_tree(annotate_dict=True))
    assert parsed.get_tree()["opt"] == {"lr": 3, "wd": 0}
    assert parsed.get_tree(annotate_dict=True)["opt"] == {"lr": 3, "wd": 0, "__is_dict__": True}
    assert HyperParamTree.DICT_ANNOTATION == "__is_dict__"


def test_a_key_of_a_dict_is_set_and_the_others_stay(parsed: HyperParameterManager) -> None:
    parsed.set_value("opt.lr", 1)
    assert parsed("opt", {"lr": 3, "wd": 0}) == {"lr": 1, "wd": 0}


def test_an_explanation_leads_from_the_default_to_the_value(parsed: HyperParameterManager) -> None:
    parsed.set_value("lr", 2)
    first, second = parsed.explain("lr")
    assert (first.kind, first.path, first.line, first.value) == ("source", "a.py", 1, 1e-3)
    assert (second.kind, os.path.basename(second.path or "")) == ("setter", "test_manager.py")
    assert str(parsed.explain("lr")).startswith("a.py:1 default 1e-3\n")
    with pytest.raises(KeyError):
        parsed.explain("nothing")


def test_values_that_the_program_never_read_are_known(parsed: HyperParameterManager) -> None:
    parsed.set_values({"lr": 1, "model.depth": 2})
    parsed("lr")
    assert parsed.unused() == ["model.depth"]


def test_equal_values_have_one_fingerprint(parsed: HyperParameterManager) -> None:
    twin = HyperParameterManager("_").parse_source(TEXT, "b.py")
    for manager in (parsed, twin):
        manager("model.width", 8)
    assert twin.fingerprint() == parsed.fingerprint()
    assert twin.set_value("lr", 2).fingerprint() != parsed.fingerprint()


# The table, nodes, the tree


def test_an_occurrence_is_the_row_whose_value_wins(parsed: HyperParameterManager) -> None:
    row = parsed.get_occurrence("lr")
    assert row is not None
    assert (row.value, row.lineno, row.hints) == (1e-3, 1, {"help": "step"})
    parsed.set_value("lr", 2)
    row = parsed.get_occurrence_of_value("lr")
    assert row is not None
    assert (row.value, row.lineno) == (2, None)


def test_a_use_has_an_occurrence_and_none_of_a_value(parsed: HyperParameterManager) -> None:
    row = parsed.get_occurrence("used")
    assert row is not None
    assert row.lineno == 6
    assert parsed.get_occurrence_of_value("used") is None
    assert parsed.get_occurrence("nothing") is None
    assert parsed.get_occurrence_of_value("nothing") is None


def test_nodes_with_a_value_are_in_source_order(parsed: HyperParameterManager) -> None:
    nodes = parsed.get_nodes()
    assert [node.name for node in nodes] == ["lr", "model.depth", "model.width", "opt"]
    assert [len(node.db) for node in nodes] == [2, 1, 1, 1]
    assert [node.name for node in parsed.set_value("used", None).get_nodes()][-1] == "used"


def test_the_tree_holds_what_has_no_value_too(parsed: HyperParameterManager) -> None:
    used = parsed.tree.get("used")
    assert used is not None
    assert used.node is not None
    assert (used.node.empty, used.empty, used.count()) == (True, False, 0)


def test_the_tree_is_a_view_of_nodes(parsed: HyperParameterManager) -> None:
    model, lr = parsed.tree.get("model"), parsed.tree.get("lr")
    assert model is not None
    assert model.is_branch()
    assert not model.is_leaf()
    assert lr is not None
    assert lr.is_leaf()
    assert parsed.tree.get("nothing") is None
    assert HyperParameterManager("_").tree.empty


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_the_tree_is_live(parsed: HyperParameterManager) -> None:
    tree = parsed.tree
    model = tree.get("model")
    assert model is not None
    before = tree.count()
    parsed.set_value("model.new", 1)
    assert (tree.count(), model.count()) == (before + 1, 3)
    parsed("model.called", 1)
    assert (tree.count(), {*model.children} >= {"new", "called"}) == (before + 2, True)
    new = tree.get("model.new")
    parsed.parse_source('_("more", 1)', "more.py")
    assert tree.get("more") is not None
    with parsed.override({"model.block": 1, "opt.lr": 2}):
        block = tree.get("model.block")
        assert block is not None
        assert (block.count(), block.node and block.node.value) == (1, 1)
    assert (block.count(), block.empty, block.is_leaf(), block.node) == (0, True, True, None)
    parsed.set_value("model.new", {"x": 7})
    assert new is not None
    assert new.node is not None
    assert new.node.value == {"x": 7}
    parsed.set_value("model.new.x", 8)
    assert new.node is not None
    assert new.node.value == {"x": 8}


def test_a_tree_that_is_not_written_to_is_sorted_once(parsed: HyperParameterManager) -> None:
    tree = parsed.tree
    first, again = tree.get("lr"), tree.get("lr")
    assert first is not None
    assert again is not None
    assert first.node is again.node


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda _: _.get_occurrence("lr"), id="occurrence"),
        pytest.param(lambda _: _.get_occurrence_of_value("lr"), id="occurrence of value"),
        pytest.param(lambda _: _.tree.get("lr").node, id="tree"),
    ],
)
def test_who_asks_for_one_name_pays_for_the_rows_of_that_name(
    parsed: HyperParameterManager,
    monkeypatch: pytest.MonkeyPatch,
    ask: Callable[[HyperParameterManager], object],
) -> None:
    made: list[str] = []
    make = HyperParameterOccurrence.__init__

    def seen(row: HyperParameterOccurrence, given: Any = None, /, **columns: Any) -> None:
        made.append(columns["name"])
        make(row, given, **columns)

    parsed.set_values({"lr": 2, "other": 3})
    monkeypatch.setattr(HyperParameterOccurrence, "__init__", seen)
    assert ask(parsed) is not None
    assert made == ["lr"] * 3


def test_a_row_of_one_name_has_its_index_in_the_table(
    parsed: HyperParameterManager,
) -> None:
    parsed.set_value("used", 1)
    for name in {row.name for row in parsed.db}:
        row, view = parsed.get_occurrence(name), parsed.tree.get(name)
        assert row is not None
        assert row == parsed.db[row.index]
        assert view is not None
        assert view.node is not None
        assert view.node.get() == row


def test_hyperparameters_that_only_the_program_has_named_come_last(
    parsed: HyperParameterManager,
) -> None:
    parsed("runtime", 5)
    rows = parsed.hyperparameters()
    assert [row.name for row in rows][-2:] == ["used", "runtime"]
    assert (rows[-1].value, rows[-1].occurrences, rows[-1].definition) == (5, (), None)


def test_the_queries_of_the_seed_work(parsed: HyperParameterManager) -> None:
    rows = parsed.db.select(lambda row: row.name == "lr")
    (hinted,) = (row for row in rows if row["hints"])
    assert (hinted["hints"]["help"], hinted["value"]) == ("step", 1e-3)
    assert parsed.db.count(L.of_name("lr")) == 2


def test_changing_a_row_changes_nothing_of_the_manager(manager: HyperParameterManager) -> None:
    manager.parse_source('_("a", [1, {"x": {2}}, ([3],)], choices=[1, {"y": [2]}])\n_("b", LATER)')
    before = manager.db
    row = manager.db[0]
    row.value.append(5)
    row.value[1]["x"].add(6)
    row.value[2][0].append(7)
    row.hints["choices"][1]["y"].append(8)
    row.hints["choices"].append(9)
    manager.db.apply(lambda row: row.hints.update(z=1))
    assert manager.db == before
    assert manager.db[1].value is manager.get_value("b")


# Copies


@pytest.mark.parametrize("placeholder", [3, None, b"_", ["_"]], ids=repr)
def test_a_placeholder_is_a_text(placeholder: Any) -> None:
    with pytest.raises(TypeError, match=r'placeholder .* must be a str, .*Manager\("_"\)'):
        HyperParameterManager(placeholder)


def test_a_manager_shows_its_placeholder(parsed: HyperParameterManager) -> None:
    assert repr(parsed) == "<hyperparameter manager '_', 4 values>"


def test_the_separator_may_be_another(tmp_path: Path) -> None:
    manager = HyperParameterManager("_", separator="/")
    manager.parse_source('_("a/b", 1)\n_("c.d", 2)\n_("c", 3)')
    assert manager.get_tree() == {"a": {"b": 1}, "c.d": 2, "c": 3}
    with pytest.raises(ImpossibleTree):
        manager.parse_source('_("a", 1)')


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
    assert [call.path for call in caught.value.occurrences] == ["f.py"]
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


RENAMED = '_("lr", 0.1, aliases=["optim.lr", "rate"])\n_("ks", [1], aliases="kernels")'


@pytest.mark.parametrize(
    "change",
    [
        lambda manager: manager.set_value("optim.lr", 3),
        lambda manager: manager.set_values({"ks": [2], "rate": 3}),
        lambda manager: manager.set_tree({"ks": [2], "optim": {"lr": 3}}),
        lambda manager: manager.set_tree({"lr": 3}, "optim"),
    ],
)
def test_an_old_name_sets_the_new_one_with_a_warning(
    change: Callable[[HyperParameterManager], object],
) -> None:
    manager = HyperParameterManager("_").parse_source(RENAMED)
    with pytest.warns(UnknownNameWarning, match="is an old name of `lr`, which is set") as caught:
        change(manager)
    assert caught[0].filename == __file__
    assert manager("lr") == 3
    assert {*manager.get_values()} == {"lr", "ks"}
    change(manager)  # it warns once


def test_a_name_with_a_slash_is_no_old_name_in_a_scope() -> None:
    manager = HyperParameterManager("_").parse_source(f"{RENAMED}\n_('encoder/rate', 1)")
    manager.set_value("encoder/rate", 3)
    assert manager.get_value("encoder/rate") == 3
    assert manager.get_value("encoder/lr") == 0.1


def test_an_old_name_may_be_set_for_a_scope() -> None:
    manager = HyperParameterManager("_").parse_source(f"{RENAMED}\n_.scope('encoder')")
    with pytest.warns(UnknownNameWarning, match="`encoder/rate` is an old name of `encoder/lr`"):
        manager.set_value("encoder/rate", 3)
    assert manager.get_values() == {"lr": 0.1, "ks": [1], "encoder/lr": 3}
    with pytest.raises(TypeError, match="must be a str"):
        manager.set_values({3: 4})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("change", "values"),
    [
        (lambda manager: manager.set_value("sgd.wd", 3), {"opt": {"lr": 1, "wd": 3}}),
        (lambda manager: manager.set_tree({"sgd": {"wd": 3}}), {"opt": {"lr": 1, "wd": 3}}),
        (lambda manager: manager.set_tree({"wd": 3}, "sgd"), {"opt": {"lr": 1, "wd": 3}}),
        (lambda manager: manager.set_value("e/sgd.wd", 3), {"e/opt.wd": 3}),
        (lambda manager: manager.set_value("sgd", {"wd": 3}), {"opt": {"wd": 3}}),
    ],
)
def test_an_old_name_of_a_dict_changes_its_keys(
    change: Callable[[HyperParameterManager], object], values: dict[str, object]
) -> None:
    source = '_("opt", {"lr": 1, "wd": 2}, aliases=["sgd"]); _.scope("e")'
    manager = HyperParameterManager("_").parse_source(source)
    with pytest.warns(UnknownNameWarning, match=r"sgd.* is an old name of `.*opt"):
        change(manager)
    assert manager.get_values() == {"opt": {"lr": 1, "wd": 2}, **values}


@pytest.mark.parametrize("read", [HyperParameterManager.get_value, HyperParameterManager.__call__])
def test_an_old_name_that_is_read_is_an_error_with_the_new_one(
    read: Callable[[HyperParameterManager, str], object],
) -> None:
    manager = HyperParameterManager("_").parse_source(RENAMED)
    with pytest.raises(KeyError, match="`rate` not found: it is an old name of `lr`, so read `lr`"):
        read(manager, "rate")


def test_nothing_lies_below_the_old_name_of_a_number() -> None:
    manager = HyperParameterManager("_").parse_source(RENAMED)
    with pytest.warns(UnknownNameWarning, match="no such hyperparameter"):
        manager.set_value("rate.z", 3)
    assert manager.get_values() == {"lr": 0.1, "ks": [1], "rate.z": 3}


def test_an_old_name_overrides_the_new_one_in_a_block() -> None:
    manager = HyperParameterManager("_").parse_source(RENAMED)
    with pytest.warns(UnknownNameWarning, match="`rate`"), manager.override(rate=3, ks=[2]):
        assert manager.get_values() == {"lr": 3, "ks": [2]}
    assert manager("lr") == 0.1


def test_old_names_belong_to_the_sources_that_were_parsed_last() -> None:
    manager = HyperParameterManager("_").parse_source(RENAMED, "a.py")
    manager.parse_source('_("lr", 0.1, aliases="rate")\n_("rate")', "a.py")
    with pytest.raises(ImpossibleTree), manager.override(rate=3):
        manager.set_value("rate.x", 4)
    assert manager.set_value("rate", 3).get_values() == {"lr": 0.1, "rate": 3}
    manager.parse_source('_("lr.x", 0.1, aliases="lr")', "a.py")
    assert manager.set_value("lr", {"x": 3})("lr.x") == 3


def test_a_value_with_an_origin_of_its_own_keeps_its_name() -> None:
    manager = HyperParameterManager("_").parse_source(RENAMED)
    manager.set_values({"rate": 3}, origins=Origin("file", "a.yaml", 1))
    assert manager("rate") == 3
