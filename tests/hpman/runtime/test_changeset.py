"""Writes that are not all plain leaves: branches, keys inside leaves, trees."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

from hpman.errors import EMPTY, ImpossibleTree, NotLiteralEvaluable
from hpman.runtime.explanation import explain
from hpman.runtime.store import SET, Store

DEFERRED = NotLiteralEvaluable(expression="make()")


def parsed(**defaults: Any) -> Store:
    """Make a store with defaults from sources; `__` stands for the separator."""
    store = Store()
    store.adopt_defaults({name.replace("__", "."): value for name, value in defaults.items()})
    return store


# -- names --------------------------------------------------------------------------


def test_a_branch_reads_as_a_dict_and_a_key_inside_a_leaf_as_its_value() -> None:
    store = parsed(model__depth=4, model__head__width=8, opt={"wd": {"x": 1}}, u__v=EMPTY)
    assert store.read("model") == {"depth": 4, "head": {"width": 8}}
    assert store.read("opt.wd.x") == 1
    assert store.get("opt.wd.y") is EMPTY
    assert store.get("opt.wd.x.y") is EMPTY
    assert store.get("u") is EMPTY
    assert "opt.wd.x" not in store.cache


def test_setting_below_a_leaf_that_holds_a_dict_changes_one_key() -> None:
    default = {"lr": 3, "wd": 0}
    store = parsed(opt=default)
    store.set({"opt.lr": 1})
    assert store.read("opt") == {"lr": 1, "wd": 0}
    assert default == {"lr": 3, "wd": 0}
    assert store.accept("opt", {"lr": 5, "wd": 6}) == {"lr": 1, "wd": 6}
    store.set({"opt": {"q": 1}})
    assert store.accept("opt", default) == {"q": 1}


def test_setting_below_a_leaf_works_before_the_leaf_is_known() -> None:
    store = Store()
    store.set({"opt.lr": 1})
    assert store.read("opt") == {"lr": 1}
    store.adopt_defaults({"opt": {"lr": 3, "wd": 0}})
    assert store.values() == {"opt": {"lr": 1, "wd": 0}}
    store.adopt_defaults({})
    assert store.values() == {"opt.lr": 1}
    assert store.accept("opt", {"wd": 2}) == {"wd": 2, "lr": 1}


def test_setting_below_a_default_that_is_not_a_literal_waits_for_the_call() -> None:
    store = parsed(opt=DEFERRED)
    store.set({"opt.lr": 1})
    store.set_tree({"opt": {"eps": 2}})
    assert store.read("opt") is DEFERRED
    assert store.read("opt.lr") == 1
    assert store.accept("opt", {"lr": 5, "wd": 6}) == {"lr": 1, "wd": 6, "eps": 2}


def test_a_dict_that_was_set_before_its_names_were_known_is_spread_over_them() -> None:
    store = Store()
    store.set({"model": {"depth": 3, "width": 4}})
    assert store.accept("model.depth", 9) == 3
    assert store.values() == {"model.depth": 3, "model.width": 4}


def test_a_dict_for_a_branch_sets_the_names_below_it() -> None:
    store = parsed(model__depth=4, model__width=8)
    store.set({"model": {"depth": 5}})
    assert store.values() == {"model.depth": 5, "model.width": 8}


def test_setting_a_key_to_a_dict_drops_what_was_set_inside_it() -> None:
    store = parsed(opt={"wd": {"x": 1, "y": 2}})
    store.set({"opt.wd.x": 5, "opt.lr": 3})
    store.set({"opt.wd": {"z": 1}})
    assert store.read("opt") == {"wd": {"z": 1}, "lr": 3}
    assert store.rows() == [("opt", {"wd": {"z": 1}, "lr": 3}, SET)]


def test_setting_a_key_drops_what_was_set_below_its_name_in_another_key() -> None:
    store = parsed(opt={"a.b": 1})
    store.set({"opt.a.b": 2, "opt.c": 3})
    store.set({"opt.a": 4})
    assert store.read("opt") == {"a.b": 1, "c": 3, "a": 4}
    assert store.accept("opt", {"a.b": 1}) == {"a.b": 1, "c": 3, "a": 4}


def test_within_one_mapping_the_later_entry_wins() -> None:
    store = parsed(opt={"lr": 3})
    store.set({"opt.lr": 1, "opt": {"q": 1}, "opt.z": 2})
    assert store.read("opt") == {"q": 1, "z": 2}


def test_a_dict_of_another_class_keeps_its_class() -> None:
    store = parsed(opt=OrderedDict(lr=3))
    store.set({"opt.lr": 1})
    assert store.read("opt") == OrderedDict(lr=1)
    assert type(store.read("opt")) is OrderedDict
    assert store.tree() == {"opt": {"lr": 1}}


def test_a_default_below_a_name_that_is_only_used_makes_it_a_branch() -> None:
    store = Store()
    store.adopt_defaults({"u": EMPTY})
    assert store.accept("u.x", 1) == 1
    assert store.read("u") == {"x": 1}


@pytest.mark.parametrize("separator", [".", "/", "::"])
@pytest.mark.parametrize("parts", [["", "a"], ["a", "", "b"], ["a", ""], ["a"], [""]], ids=repr)
def test_odd_names_are_ordinary_names(separator: str, parts: list[str]) -> None:
    name = separator.join(parts)
    store = Store(separator)
    store.set({name: 1, "z" + separator + "q": 2})
    assert store.values() == {name: 1, "z" + separator + "q": 2}
    other = Store(separator)
    other.set_tree(store.tree())
    assert other.values() == store.values()
    tree: Any = store.tree()
    for part in parts:
        tree = tree[part]
    assert tree == 1


def test_a_separator_may_have_two_characters() -> None:
    store = Store("::")
    store.set({"a::b": 1, "c:d": 2})
    assert store.tree() == {"a": {"b": 1}, "c:d": 2}
    with pytest.raises(ImpossibleTree, match="split at `::`"):
        store.set({"a": 1})


# -- trees --------------------------------------------------------------------------


def test_a_tree_has_all_values_or_those_below_a_prefix() -> None:
    store = parsed(opt={"lr": 3, "wd": {"x": 1}}, a__b=1, a__c__d=2, u=EMPTY)
    assert store.tree() == {"opt": {"lr": 3, "wd": {"x": 1}}, "a": {"b": 1, "c": {"d": 2}}}
    assert store.tree("a") == {"b": 1, "c": {"d": 2}}
    assert store.tree("a.c") == {"d": 2}
    assert store.tree("opt") == {"lr": 3, "wd": {"x": 1}}
    assert store.tree("opt.wd") == {"x": 1}
    assert store.tree("missing") == store.tree("opt.missing") == store.tree("u") == {}


def test_dicts_that_are_values_can_be_marked() -> None:
    store = parsed(opt={"lr": 3, "wd": {"x": 1}}, a__b=1)
    marked = {"lr": 3, "wd": {"x": 1}, "__is_dict__": True}
    assert parsed(a__b={"c": 1}).read("a") == {"b": {"c": 1}}
    assert store.tree(annotate_dict=True) == {"opt": marked, "a": {"b": 1}}
    assert store.tree("opt", annotate_dict=True) == marked
    other = Store()
    other.set_tree(store.tree(annotate_dict=True))
    assert other.values() == store.values()


def test_changing_a_tree_does_not_change_the_store() -> None:
    store = parsed(opt={"wd": {"x": 1}})
    store.tree()["opt"]["wd"]["x"] = 5
    store.tree("opt")["wd"]["x"] = 6
    assert store.values() == {"opt": {"wd": {"x": 1}}}


@pytest.mark.parametrize(
    ("tree", "prefix", "expected"),
    [
        ({"opt": {"lr": 1}}, "", {"opt": {"lr": 1, "wd": {"x": 1}}, "a.b": 1}),
        ({"lr": 1}, "opt", {"opt": {"lr": 1, "wd": {"x": 1}}, "a.b": 1}),
        ({"opt": {"lr": 1, "__is_dict__": True}}, "", {"opt": {"lr": 1}, "a.b": 1}),
        ({"lr": 1, "__is_dict__": True}, "opt", {"opt": {"lr": 1}, "a.b": 1}),
        ({"opt": {}}, "", {"opt": {}, "a.b": 1}),
        ({"opt": {"wd": {}}}, "", {"opt": {"lr": 3, "wd": {}}, "a.b": 1}),
        ({"opt": {"lr": {}}}, "", {"opt": {"lr": {}, "wd": {"x": 1}}, "a.b": 1}),
        ({"opt": {1: 2}}, "", {"opt": {"lr": 3, "wd": {"x": 1}, 1: 2}, "a.b": 1}),
        (
            {"opt": {1: 2, "lr": {2: 3}}},
            "",
            {"opt": {"lr": {2: 3}, "wd": {"x": 1}, 1: 2}, "a.b": 1},
        ),
        ({"a": {}, "n": {}}, "", {"opt": {"lr": 3, "wd": {"x": 1}}, "a.b": 1}),
        ({"a": {"b": {}}}, "", {"opt": {"lr": 3, "wd": {"x": 1}}, "a.b": {}}),
        ({"a": {"b": {"c": 1}}}, "", {"opt": {"lr": 3, "wd": {"x": 1}}, "a.b": {"c": 1}}),
        ({"c": 1}, "a.b", {"opt": {"lr": 3, "wd": {"x": 1}}, "a.b": {"c": 1}}),
        (
            {"a": {"b": {1: {"c": 2, "__is_dict__": True}}}},
            "",
            {"opt": {"lr": 3, "wd": {"x": 1}}, "a.b": {1: {"c": 2}}},
        ),
        (
            {"opt": {1: {"c": 2, "__is_dict__": True}}},
            "",
            {"opt": {"lr": 3, "wd": {"x": 1}, 1: {"c": 2}}, "a.b": 1},
        ),
        ({"a.b": 2}, "", {"opt": {"lr": 3, "wd": {"x": 1}}, "a.b": 2}),
        ({"n": {"m": 1}}, "", {"opt": {"lr": 3, "wd": {"x": 1}}, "a.b": 1, "n.m": 1}),
    ],
    ids=(
        "key prefix marked marked-prefix empty empty-key dict-for-scalar odd-key odd-nested "
        "empty-branches empty-on-scalar on-scalar prefix-on-scalar marked-on-scalar "
        "marked-at-odd-key flat new"
    ).split(),
)
def test_a_tree_sets_the_names_in_it(tree: Any, prefix: str, expected: dict[str, Any]) -> None:
    store = parsed(opt={"lr": 3, "wd": {"x": 1}}, a__b=1)
    store.set_tree(tree, prefix)
    assert store.values() == expected


@pytest.mark.parametrize("value", [{"x": 1}, {}, {1: 2}, {"x": {"y": {}}}], ids=repr)
def test_a_tree_carries_a_dict_from_the_leaf_of_one_store_to_another(value: Any) -> None:
    store, other = parsed(a__b=None, c=1), parsed(a__b=None, c=1)
    store.set({"a.b": value})
    other.set_tree(store.tree())
    assert other.values() == store.values()


def test_keys_that_hold_the_separator_stay_keys() -> None:
    store = parsed(opt={"a.b": 1})
    store.set_tree(store.tree())
    store.set_tree({"opt": {"a.b": 2}})
    assert store.values() == {"opt": {"a.b": 2}}


def test_a_key_that_holds_the_separator_is_found_by_its_name() -> None:
    store = parsed(opt={"a.b": 1})
    store.set({"opt.a.b": 3})
    assert store.values() == {"opt": {"a.b": 3}}
    assert store.read("opt.a.b") == 3
    assert store.accept("opt", {"a.b": 4, "c": {}}) == {"a.b": 3, "c": {}}
    assert [origin.value for origin in explain(store, "opt.a.b")] == [1, 4, 3]
    with pytest.raises(ImpossibleTree, match=r"`opt.a.b`.* is an int, which has no keys"):
        store.set({"opt.a.b.c": 1})
