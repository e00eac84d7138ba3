"""What the store promises: ranks, nested names, one lookup, all or nothing."""

from __future__ import annotations

import functools
import os
import pickle
import re
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hpman.errors import EMPTY, ImpossibleTree, NotLiteralEvaluable
from hpman.runtime.fingerprint import fingerprint
from hpman.runtime.origin import Origin
from hpman.runtime.override_stack import Layer
from hpman.runtime.store import Store
from hpman.runtime.views import CALLED, SET

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

LATER = NotLiteralEvaluable(expression="make()")


def parsed(**defaults: Any) -> Store:
    """Make a store with defaults from sources; `__` stands for the separator."""
    store = Store()
    store.adopt_defaults({name.replace("__", "."): value for name, value in defaults.items()})
    return store


# -- ranks --------------------------------------------------------------------------


def test_the_highest_rank_wins_and_within_a_rank_the_latest() -> None:
    store = parsed(a=1)
    assert store.read("a") == 1
    assert store.accept("a", 2) == 2
    assert store.accept("a", 3) == store.read("a") == 3
    store.set({"a": 9})
    assert store.accept("a", 4) == store.read("a") == 9
    assert store.rows() == [("a", 4, CALLED), ("a", 9, SET)]


def test_a_parse_replaces_what_the_parse_before_gave() -> None:
    store = parsed(a=1, b=2)
    store.read("a")
    store.adopt_defaults({"b": 3})
    assert store.values() == store_hot(store, "b") == {"b": 3}
    assert store.get("a") is EMPTY


def store_hot(store: Store, *names: str) -> dict[str, Any]:
    """Read names, and return what the hot call finds afterwards."""
    for name in names:
        store.read(name)
    return dict(store.hot)


def test_none_is_a_value_like_any_other() -> None:
    store = parsed(a=None)
    assert store.read("a") is None
    assert store.get("a") is not EMPTY
    store.set({"a": 1})
    store.set({"a": None})
    assert store.accept("a", 2) is None


def test_a_mutable_default_is_the_very_object_that_the_call_gave() -> None:
    store = Store()
    first, second = [1, 2], [1, 2]
    assert store.accept("ks", first) is first
    assert store.accept("ks", second) is second
    assert store.read("ks") is second


def test_a_default_that_is_no_literal_lasts_until_the_call_runs() -> None:
    store = parsed(end=LATER)
    assert store.read("end") is LATER
    assert store.accept("end", 0.01) == 0.01
    assert store.read("end") == 0.01


@pytest.mark.parametrize("write", ["set", "set_tree"])
def test_setting_all_values_to_what_they_are_leaves_no_stand_in_behind(write: str) -> None:
    store = parsed(end=LATER, lr=1)
    getattr(store, write)(store.values())
    assert store.rows() == [("lr", 1, SET)]
    assert store.accept("end", 5) == 5


def test_a_stand_in_for_a_value_sets_no_new_name() -> None:
    store = Store()
    store.set({"end": LATER, "lr": 1})
    assert store.values() == {"lr": 1}


# -- the hot call -------------------------------------------------------------------


def test_the_dictionaries_of_the_hot_call_are_never_replaced() -> None:
    store = parsed(a=1, opt={"lr": 3})
    hot, accepted = store.hot, store.accepted
    assert store_hot(store, "a", "opt") == {"a": 1, "opt": {"lr": 3}}
    store.accept("a", 2)
    store.set({"opt.lr": 4, "new": 1})
    with store.override({"a": 5}):
        assert hot["a"] == 5
    store.restore(store.state())
    assert store.hot is hot
    assert store.accepted is accepted
    assert hot == {"a": 2, "opt": {"lr": 4}}


@pytest.mark.parametrize("reads", [0, 1, 3, 6], ids="none one half all".split())
@pytest.mark.parametrize("writes", [1, 3, 6], ids="one half all".split())
def test_a_write_reaches_what_was_read_and_nothing_else(reads: int, writes: int) -> None:
    names = list("abcdef")
    store = parsed(**dict.fromkeys(names, 0))
    for name in names[:reads]:
        store.read(name)
    store.set(dict.fromkeys(names[6 - writes :], 1))
    assert store.hot == {name: store.values()[name] for name in names[:reads]}


def test_a_new_name_is_set_without_a_look_at_those_that_are_known() -> None:
    hashed = []

    class Name(str):
        """A name that tells when somebody looks it up."""

        __slots__ = ()

        def __hash__(self) -> int:
            hashed.append(self)
            return super().__hash__()

    store = Store()
    store.set({Name(f"group.p{number}"): number for number in range(100)})
    hashed.clear()
    store.set({"group.new": 1})
    assert hashed == []
    assert len(store.values()) == 101


def test_a_default_given_again_is_known_until_the_leaf_gets_a_patch() -> None:
    store = Store()
    default = {"lr": 3}
    store.accept("opt", default)
    assert store.accepted["opt"] is default
    store.set({"opt.wd": 1})
    assert "opt" not in store.accepted
    default["lr"] = 4
    assert store.accept("opt", default) == {"lr": 4, "wd": 1}
    assert "opt" not in store.accepted


# -- names that are not there -------------------------------------------------------


@pytest.mark.parametrize(
    ("defaults", "name", "message"),
    [
        ({"z": 1}, "zz", "`zz` not found; did you mean `z`?"),
        ({"lr": 1}, "depth", "`depth` not found; there are `lr`"),
        (
            dict.fromkeys("abcdefg", 1),
            "depth",
            "`depth` not found; there are `a`, `b`, `c`, `d`, `e` and 2 more",
        ),
        (
            {},
            "lr",
            "`lr` not found: no hyperparameter is known yet; give it a default, as in _(",
        ),
        (
            {"u": EMPTY},
            "u",
            "`u` not found: it has no default; give it one where it is used, or set it",
        ),
        ({"weight_decay": EMPTY}, "wieght_decay", "`wieght_decay` not found; did you mean"),
        ({"lr": 1, "ls": 2, "depth": 3}, "LR", "`LR` not found; did you mean `lr`?"),
        ({"Lr": 1, "lR": 2}, "lr", "`lr` not found; did you mean `Lr` or `lR`?"),
        ({"opt__sgd__lr": 1, "clr": 2}, "lr", "`lr` not found; did you mean `opt.sgd.lr` or `clr`"),
        ({"opt__weight_decay": 1}, "weight_deacy", "`weight_deacy` not found; did you mean `opt."),
        ({"a__lr": 1}, "optimizer.lr", "`optimizer.lr` not found; did you mean `a.lr`?"),
        ({"lr": 1}, "optimizer.sgd.lr", "`optimizer.sgd.lr` not found; did you mean `lr`?"),
        ({"optimizer__learning_rate": 1}, "learning_rate", "`learning_rate` not found; did you"),
        ({"opt": {"lr": 1}}, "opt.lrr", "`opt.lrr` not found; did you mean `opt.lr`"),
        ({"opt": {"adam": {"lr": 1}}}, "lr", "`lr` not found; did you mean `opt.adam.lr`?"),
        ({"opt": {1: 2}}, "depth", "`depth` not found; there are `opt`"),
    ],
    ids=(
        "near far many nothing used near-a-used-one upper-case cases ends-so ends-nearly-so "
        "another-branch no-branch longer key deep-key odd-key"
    ).split(),
)
def test_a_missing_name_is_told_with_a_way_out(
    defaults: dict[str, Any], name: str, message: str
) -> None:
    store = parsed(**defaults)
    with pytest.raises(KeyError) as caught:
        store.read(name)
    assert caught.value.args[0].startswith(message)
    assert "\n" not in caught.value.args[0]
    assert store.get(name) is EMPTY


@pytest.mark.parametrize("name", [1, None, b"lr", ["lr"]], ids=repr)
@pytest.mark.parametrize(
    "use",
    [
        lambda store, name: store.read(name),
        lambda store, name: store.get(name),
        lambda store, name: store.accept(name, 1),
        lambda store, name: store.explain(name),
        lambda store, name: store.tree(name),
        lambda store, name: store.set_tree({}, name),
    ],
    ids="read get accept explain tree set_tree".split(),
)
def test_a_name_that_is_no_text_is_refused(use: Any, name: Any) -> None:
    with pytest.raises(TypeError, match="The name of a hyperparameter is a str"):
        use(parsed(lr=1), name)


def test_setting_a_name_that_is_no_text_sets_nothing() -> None:
    store = Store()
    mixed: Any = {"a": 1, 1: 2}
    with pytest.raises(TypeError, match="The name of a hyperparameter is a str, but 1 is an int"):
        store.set(mixed)
    assert store.values() == {}


@pytest.mark.parametrize("use", [Store.set, Store.set_tree])
def test_values_that_are_no_dict_are_refused(use: Any) -> None:
    with pytest.raises(TypeError, match="dict"):
        use(Store(), ["lr"])


@pytest.mark.parametrize(("separator", "error"), [("", ValueError), (None, TypeError)])
def test_a_separator_that_cannot_split_is_refused(separator: Any, error: Any) -> None:
    with pytest.raises(error, match="separator"):
        Store(separator)


# -- nested names -------------------------------------------------------------------


def test_a_branch_reads_as_a_dict_and_a_key_inside_a_leaf_as_its_value() -> None:
    store = parsed(model__depth=4, model__head__width=8, opt={"wd": {"x": 1}}, u__v=EMPTY)
    assert store.read("model") == {"depth": 4, "head": {"width": 8}}
    assert store.read("opt.wd.x") == 1
    assert store.get("opt.wd.y") is EMPTY
    assert store.get("opt.wd.x.y") is EMPTY
    assert store.get("u") is EMPTY
    assert "opt.wd.x" not in store.hot


def test_setting_below_a_leaf_that_holds_a_dict_changes_that_key_alone() -> None:
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


def test_setting_below_a_default_that_is_no_literal_waits_for_the_run() -> None:
    store = parsed(opt=LATER)
    store.set({"opt.lr": 1})
    store.set_tree({"opt": {"eps": 2}})
    assert store.read("opt") is LATER
    assert store.read("opt.lr") == 1
    assert store.accept("opt", {"lr": 5, "wd": 6}) == {"lr": 1, "wd": 6, "eps": 2}


def test_a_dict_that_was_set_before_its_names_were_known_is_spread_over_them() -> None:
    store = Store()
    store.set({"model": {"depth": 3, "width": 4}})
    assert store.accept("model.depth", 9) == 3
    assert store.values() == {"model.depth": 3, "model.width": 4}


def test_a_dict_for_a_branch_sets_what_is_below() -> None:
    store = parsed(model__depth=4, model__width=8)
    store.set({"model": {"depth": 5}})
    assert store.values() == {"model.depth": 5, "model.width": 8}


def test_a_key_set_again_as_a_whole_loses_what_was_set_inside_it() -> None:
    store = parsed(opt={"wd": {"x": 1, "y": 2}})
    store.set({"opt.wd.x": 5, "opt.lr": 3})
    store.set({"opt.wd": {"z": 1}})
    assert store.read("opt") == {"wd": {"z": 1}, "lr": 3}
    assert store.rows() == [("opt", {"wd": {"z": 1}, "lr": 3}, SET)]


def test_what_was_set_below_a_key_by_name_is_forgotten_where_it_is_a_key_beside_it_too() -> None:
    store = parsed(opt={"a.b": 1})
    store.set({"opt.a.b": 2, "opt.c": 3})
    store.set({"opt.a": 4})
    assert store.read("opt") == {"a.b": 1, "c": 3, "a": 4}
    assert store.accept("opt", {"a.b": 1}) == {"a.b": 1, "c": 3, "a": 4}


def test_within_one_mapping_the_later_entry_wins() -> None:
    store = parsed(opt={"lr": 3})
    store.set({"opt.lr": 1, "opt": {"q": 1}, "opt.z": 2})
    assert store.read("opt") == {"q": 1, "z": 2}


def test_a_dict_of_another_class_keeps_it_when_a_key_is_set() -> None:
    store = parsed(opt=OrderedDict(lr=3))
    store.set({"opt.lr": 1})
    assert store.read("opt") == OrderedDict(lr=1)
    assert type(store.read("opt")) is OrderedDict
    assert store.tree() == {"opt": {"lr": 1}}


DEFAULTS: dict[str, Any] = {"a": {"b": 1}, "lr": 0.1, "opt": {"wd": 5}, "m.d": 1, "u": EMPTY}


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda s: s.set({"lr.x": 1}), "`lr.x` cannot be set: `lr` (train.py:3 default 1e-3)"),
        (lambda s: s.set({"opt.wd.x": 1}), "`opt.wd` (train.py:3 default 1e-3) holds an int"),
        (lambda s: s.set({"m": 1}), "`m` is a hyperparameter, and `m.d` (train.py:3"),
        (lambda s: s.set({"new": 1, "new.x": 1}), "`new.x` cannot be set: `new` holds an int"),
        (lambda s: s.set({"new.x": 1, "new": 1}), "and `new.x` makes it a group"),
        (lambda s: s.accept("m", 1), "`m` ("),
        (lambda s: s.accept("lr.x", 1), "and `lr.x` ("),
        (lambda s: s.accept("opt.wd", 1), "and `opt.wd` ("),
        (
            lambda s: s.adopt_defaults({"set": 3}, lambda _: Origin("source", "new.py", 7, "3", 3)),
            "`set.x` cannot be set: `set` (new.py:7 default 3) holds an int, which has no keys.",
        ),
        (lambda s: s.adopt_defaults({"called.x": 1}), "`called` ("),
        (lambda s: s.accept("opt", 5), "`opt.lr` cannot be set: `opt` ("),
        (lambda s: s.set_tree({"n": {1: 2}}), "but 1 below `n` is an int"),
        (lambda s: s.set_tree({2: 2}), "but 2 at the root is an int"),
        (lambda s: s.tree("lr"), "`lr` (train.py:3 default 1e-3) is a leaf, not a tree."),
        (lambda s: s.tree("opt.wd"), "`opt.wd` is a leaf, not a tree."),
    ],
)
def test_what_fits_no_tree_is_told_with_places_and_changes_nothing(
    write: Any, message: str
) -> None:
    store = Store()
    store.adopt_defaults(DEFAULTS, lambda _: Origin("source", "train.py", 3, "1e-3"))
    store.set({"opt.lr": 1, "set.x": 1})
    store.accept("called", 1)
    before = store.state(), store.values(), store.explain("lr")
    with pytest.raises(ImpossibleTree) as caught:
        write(store)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2
    assert (store.state(), store.values(), store.explain("lr")) == before


def test_a_default_that_does_not_fit_a_key_that_was_set_is_told_with_both_places() -> None:
    store = parsed(opt={"lr": 3})
    store.set({"opt.lr": 1}, Origin("setter", "main.py", 4, "set_value"))
    before = store.state()
    with pytest.raises(ImpossibleTree) as caught:
        store.accept("opt", 5)
    key, leaf = "`opt.lr` (main.py:4 set_value)", rf"`opt` \(.*{Path(__file__).name}:\d+ call 5\)"
    assert re.match(rf"{re.escape(key)} cannot be set: {leaf} holds an int", str(caught.value))
    assert store.state() == before


def test_a_refused_default_leaves_the_place_of_the_one_before() -> None:
    store = Store()
    store.accept("opt", {"lr": 1})
    store.set({"opt.lr": 2})
    before = store.explain("opt")
    with pytest.raises(ImpossibleTree, match="has no keys"):
        store.accept("opt", 3)
    assert store.explain("opt") == before


@pytest.mark.parametrize("separator", [".", "/", "::"])
@pytest.mark.parametrize("parts", [["", "a"], ["a", "", "b"], ["a", ""], ["a"], [""]], ids=repr)
def test_odd_names_are_just_names(separator: str, parts: list[str]) -> None:
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


def test_a_separator_of_two_characters_splits_at_both_together() -> None:
    store = Store("::")
    store.set({"a::b": 1, "c:d": 2})
    assert store.tree() == {"a": {"b": 1}, "c:d": 2}
    with pytest.raises(ImpossibleTree, match="split at `::`"):
        store.set({"a": 1})


# -- trees --------------------------------------------------------------------------


def test_the_tree_is_shown_whole_or_below_a_prefix() -> None:
    store = parsed(opt={"lr": 3, "wd": {"x": 1}}, a__b=1, a__c__d=2, u=EMPTY)
    assert store.tree() == {"opt": {"lr": 3, "wd": {"x": 1}}, "a": {"b": 1, "c": {"d": 2}}}
    assert store.tree("a") == {"b": 1, "c": {"d": 2}}
    assert store.tree("a.c") == {"d": 2}
    assert store.tree("opt") == {"lr": 3, "wd": {"x": 1}}
    assert store.tree("opt.wd") == {"x": 1}
    assert store.tree("missing") == store.tree("opt.missing") == store.tree("u") == {}


def test_dictionaries_that_are_values_can_be_marked() -> None:
    store = parsed(opt={"lr": 3, "wd": {"x": 1}}, a__b=1)
    marked = {"lr": 3, "wd": {"x": 1}, "__is_dict__": True}
    assert parsed(a__b={"c": 1}).read("a") == {"b": {"c": 1}}
    assert store.tree(annotate_dict=True) == {"opt": marked, "a": {"b": 1}}
    assert store.tree("opt", annotate_dict=True) == marked
    other = Store()
    other.set_tree(store.tree(annotate_dict=True))
    assert other.values() == store.values()


def test_changing_a_tree_changes_nothing_of_the_store() -> None:
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
def test_a_tree_sets_what_it_names(tree: Any, prefix: str, expected: dict[str, Any]) -> None:
    store = parsed(opt={"lr": 3, "wd": {"x": 1}}, a__b=1)
    store.set_tree(tree, prefix)
    assert store.values() == expected


@pytest.mark.parametrize("value", [{"x": 1}, {}, {1: 2}, {"x": {"y": {}}}], ids=repr)
def test_a_tree_gives_a_leaf_of_another_store_the_dict_that_it_held_in_this_one(value: Any) -> None:
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
    assert [each.value for each in store.explain("opt.a.b")] == [1, 4, 3]
    with pytest.raises(ImpossibleTree, match=r"`opt.a.b`.* holds an int, which has no keys"):
        store.set({"opt.a.b.c": 1})


def _without_end() -> dict[str, Any]:
    whole: dict[str, Any] = {}
    whole["a"] = whole
    return whole


def _too_deep() -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for _level in range(100_000):
        whole = {"a": whole}
    return whole


@pytest.mark.parametrize("make", [_without_end, _too_deep])
def test_a_tree_without_end_is_no_tree(make: Callable[[], dict[str, Any]]) -> None:
    store, tree = parsed(model__a__b=1), make()
    writes: dict[str, Callable[[], None]] = {
        "the root": lambda: store.set_tree(tree),
        "`opt`": lambda: store.set_tree(tree, "opt"),
        "`model`": lambda: store.set({"lr": 1, "model": tree}),
    }
    for at, write in writes.items():
        with pytest.raises(ImpossibleTree, match=f"at {at} hold themselves, or each other too"):
            write()
    assert store.values() == {"model.a.b": 1}
    store.set({"opt.x": tree})
    assert store.read("opt.x") is tree
    reads: list[Callable[[], Any]]
    reads = [store.tree, lambda: store.tree("opt.x"), lambda: store.read("opt")]
    for read in reads:
        with pytest.raises(ImpossibleTree, match=r"at `opt.x` hold .*\n.*get_value\("):
            read()


# -- override -----------------------------------------------------------------------


def test_an_override_lasts_for_the_block_also_on_error() -> None:
    store = parsed(lr=0.1, model__depth=3)
    store.set({"lr": 0.5}, Origin("option", text="--lr"))
    before = store.explain("lr")

    def fail_inside() -> None:
        given = {"lr": 1, "model.depth": 4, "new": 5}
        with store.override(given, Origin("override", "a.py", 1)):
            assert store.values() == given
            assert str(store.explain("lr")).endswith("--lr\na.py:1")
            store.set({"lr": 2})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert store.values() == {"lr": 0.5, "model.depth": 3}
    assert store.explain("lr") == before
    assert store.explain("model.depth")[-1].kind == "source"


def test_an_override_leaves_alone_what_else_the_block_sets() -> None:
    store = parsed(lr=0.1, seed=0)
    with store.override({"lr": 1}):
        store.set({"seed": 7})
        assert store.accept("late", 3) == 3
    assert store.values() == {"lr": 0.1, "seed": 7, "late": 3}


def test_overrides_nest_and_one_can_be_entered_again() -> None:
    store = parsed(lr=0.1)
    override = store.override({"lr": 1})
    with override, store.override({"lr": 2}), override:
        assert store.read("lr") == 1
    assert store.read("lr") == 0.1


def test_an_override_of_a_key_a_leaf_or_a_branch_restores_the_patches() -> None:
    store = parsed(opt={"lr": 3, "wd": 0}, m__a=1, m__b=2)
    store.set({"opt.lr": 1, "m.a": 5})
    before = store.values(), store.explain("opt"), store.explain("m.a")
    for given in ({"opt.lr": 7}, {"opt": {"q": 1}}, {"m": {"a": 6, "b": 7}}):
        with store.override(given):
            assert store.values() != before[0]
        assert (store.values(), store.explain("opt"), store.explain("m.a")) == before


def test_an_override_that_does_not_fit_changes_nothing() -> None:
    store = parsed(lr=0.1)
    with pytest.raises(ImpossibleTree), store.override({"new": 1, "lr.x": 1}):
        pytest.fail("the block must not run")
    assert store.values() == {"lr": 0.1}


# -- what is known of reads and writes ----------------------------------------------


def test_the_unused_were_set_and_never_read() -> None:
    store = parsed(a=1, b=2, m__x=1, m__y=2, opt={"lr": 3}, t__u=1)
    store.set({"a": 1, "b": 1, "m.x": 1, "opt.lr": 1, "typo": 1, "called": 1, "t.u": 2})
    store.get("a")
    store.values()
    store.tree()
    assert store.unused() == ["a", "b", "m.x", "opt.lr", "typo", "called", "t.u"]
    store.read("a")
    store.read("m")
    store.read("opt.lr")
    store.tree("t")
    store.accept("called", 1)
    assert store.unused() == ["b", "typo"]


def test_reading_a_key_reads_its_leaf_and_what_vanished_stays_read() -> None:
    store = parsed(opt={"lr": 3}, gone=1)
    store.set({"opt": {"lr": 4}})
    store.read("opt.lr")
    store.read("gone")
    store.adopt_defaults({"opt": {"lr": 3}})
    store.set({"gone": 1})
    assert store.unused() == []


def test_rows_stand_in_the_order_of_their_first_writing() -> None:
    store = parsed(k=2)
    store.accept("r", 3)
    store.set({"q": 1})
    store.accept("r", 4)
    store.set({"q": 2})
    store.set({"k": 9})
    store.accept("k", 7)
    store.set({"new": 1})
    store.accept("r", 1)
    assert store.rows() == [
        ("r", 1, CALLED),
        ("q", 2, SET),
        ("k", 9, SET),
        ("k", 7, CALLED),
        ("new", 1, SET),
    ]


# -- threads and processes ----------------------------------------------------------


def at_each_step(write: Callable[[], object], look: Callable[[], object]) -> list[Any]:
    """Look before every instruction of a write, as another thread may do."""
    seen: list[Any] = []

    def trace(frame: FrameType, _event: str, _arg: object) -> Any:
        if not frame.f_globals["__name__"].startswith("hpman."):
            return None
        frame.f_trace_opcodes = True
        sys.settrace(None)
        seen.append(look())
        sys.settrace(trace)
        return trace

    def traced() -> None:
        sys.settrace(trace)
        write()
        sys.settrace(None)

    # A thread of its own, so that the trace of coverage in this one stays.
    thread = threading.Thread(target=traced)
    thread.start()
    thread.join()
    return seen


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda store: store.set({"a": 1, "b": 1}), id="plain"),
        pytest.param(lambda store: store.set({"a": 1, "opt.x": 1, "b": 1}), id="a key"),
        pytest.param(lambda store: store.set({"opt.x": 1, "opt.y": 1}), id="keys of a dict"),
        pytest.param(lambda store: store.set({"c": 1, "d": 1}), id="new names"),
        pytest.param(lambda store: store.set_tree({"a": 1, "n": {"b": 1}}), id="tree"),
        pytest.param(
            lambda store: store.begin(Layer({"a": 1, "b": 1}), Origin("override")), id="override"
        ),
        pytest.param(lambda store: store.adopt_defaults({"c": 1, "d": 1}), id="parse"),
        pytest.param(lambda store: store.restore(parsed_elsewhere()), id="arrival"),
    ],
)
def test_a_reader_never_sees_half_of_what_is_set_together(write: Callable[[Store], object]) -> None:
    store = parsed(a=0, b=0, n__b=0, opt={"x": 0, "y": 0})
    before = store.values()
    seen = at_each_step(lambda: write(store), store.values)
    after = store.values()
    assert before != after
    assert seen[0] == before
    assert seen[-1] == after
    assert [each for each in seen if each not in (before, after)] == []


def parsed_elsewhere() -> dict[str, Any]:
    """Make a state of a store in which two names are set."""
    other = Store()
    other.set({"a": 1, "b": 1})
    return other.state()


class Slow(dict[str, int]):
    """A dictionary whose copy, which a writer makes halfway, waits for another writer."""

    halfway: Callable[[], object] = staticmethod(lambda: None)

    def copy(self) -> Slow:
        twin = Slow(self)
        halfway, Slow.halfway = Slow.halfway, staticmethod(lambda: None)
        halfway()
        return twin


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        pytest.param(lambda store: store.set({"opt.x": 1}), {"x": 1, "y": 2}, id="set"),
        pytest.param(
            lambda store: store.accept("opt", Slow(x=5, y=0)), {"x": 5, "y": 2}, id="call"
        ),
        pytest.param(
            lambda store: store.adopt_defaults({"opt": Slow(x=6, y=0)}),
            {"x": 6, "y": 2},
            id="parse",
        ),
        pytest.param(lambda store: store.set_tree({"opt": {"x": 7}}), {"x": 7, "y": 2}, id="tree"),
    ],
)
def test_a_writer_that_is_halfway_loses_nothing_of_another(
    write: Callable[[Store], None], expected: dict[str, int]
) -> None:
    # Without a lock the other writer is done while the first one is halfway,
    # whatever the interpreter does between threads; with it, it has to wait.
    store = parsed(opt=Slow(x=0, y=0))
    store.set({"opt.y": 1})
    other = threading.Thread(target=lambda: store.set({"opt.y": 2, "new": 3}))

    def halfway() -> None:
        other.start()
        other.join(timeout=0.1)

    Slow.halfway = staticmethod(halfway)
    write(store)
    other.join()
    assert store.values() == {"opt": expected, "new": 3}


def test_writers_in_threads_lose_nothing() -> None:
    store = Store()

    def write(thread: int) -> None:
        for number in range(50):
            store.accept(f"call{thread}.n{number}", number)
            store.set({f"set{thread}": number})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.values()) == 4 * 50 + 4


FORK = """
import os, threading
from hpman.runtime.store import Store

store, done = Store(), threading.Event()

def write():
    number = 0
    while not done.is_set():
        store.set({"a": number, "b": number})
        number += 1

thread = threading.Thread(target=write)
thread.start()
codes = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        values = store.values()
        store.set({"c": 1})
        os._exit(values.get("a") != values.get("b"))
    codes.append(os.waitpid(child, 0)[1])
done.set()
thread.join()
print(codes == [0] * 20)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_that_is_forked_during_a_write_can_read_and_write() -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORK]
    # Coverage has a lock of its own, and a child that is forked while it is held never ends.
    plain = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    run = subprocess.run(command, capture_output=True, env=plain, text=True, timeout=60, check=True)
    assert run.stdout == "True\n"


def test_what_was_called_and_set_travels_with_its_origins() -> None:
    store = parsed(opt={"lr": 3}, lr=0.1)
    store.accept("called", 5)
    store.set({"opt.lr": 1, "lr": 0.5}, Origin("option", text="--lr"))
    other = parsed(opt={"lr": 3}, lr=0.1)
    other.accept("own", 1)
    other.set({"lr": 7, "kept": 1}, Origin("file", "own.yaml", 1))
    other.restore(pickle.loads(pickle.dumps(store.state())))
    assert other.values() == {**store.values(), "own": 1, "kept": 1}
    assert other.explain("lr")[1] == Origin("file", "own.yaml", 1, None, 7)
    assert other.explain("lr")[2:] == store.explain("lr")[1:]
    assert other.explain("called") == store.explain("called")
    assert other.accepted == {}
    store.set({"lr": 9})
    assert other.read("lr") == 0.5


def test_a_state_that_does_not_fit_is_refused_whole() -> None:
    store, other = Store(), parsed(a=1)
    store.set({"a.b": 1, "c": 2})
    with pytest.raises(ImpossibleTree):
        other.restore(store.state())
    assert other.values() == {"a": 1}


def test_a_call_from_elsewhere_that_does_not_fit_is_refused_too() -> None:
    store, other = Store(), parsed(a=1)
    store.accept("a.b", 1)
    with pytest.raises(ImpossibleTree, match=r"`a\.b` makes it a group"):
        other.restore(store.state())
    assert other.values() == {"a": 1}


def test_what_is_set_over_a_default_that_only_a_run_can_give_is_shown_whole() -> None:
    store = parsed(b=LATER)
    store.set({"b": {"a": 1}})
    store.set({"b.a": 2})
    assert store.rows() == [("b", {"a": 2}, 3)]


# -- fingerprint --------------------------------------------------------------------


class Thing:
    """An object without a name of its own."""

    def __init__(self, value: object) -> None:
        self.value = value


class Elsewhere:
    """An object of the main module, as a worker sees it."""


Elsewhere.__module__ = "__mp_main__"


class Opaque:
    """An object that cannot be taken apart."""

    def __reduce_ex__(self, _protocol: Any) -> Any:
        raise TypeError


class Named:
    """An object that pickles as a global name."""

    def __reduce_ex__(self, _protocol: Any) -> str:
        return "float32"


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({1, 2, "a"}, {"a", 2, 1}),
        ({"x": 1, "y": {2: 3, 1: 2}}, {"y": {1: 2, 2: 3}, "x": 1}),
        (frozenset("abc"), frozenset("cba")),
        (float("nan"), float("nan")),
        (Thing({"a", "b"}), Thing({"b", "a"})),
        (OrderedDict(a=1), OrderedDict(a=1)),
        (functools.partial(print, 1), functools.partial(print, 1)),
        (Opaque(), Opaque()),
        (Named(), Named()),
        (LOOP, LOOP),
        (print, print),
        ("\ud800", "\ud800"),
        pytest.param(10**5000, 10**5000, id="a long int"),  # Python refuses to write it in decimals
        (LATER, NotLiteralEvaluable(expression=LATER.expression)),
    ],
    ids=repr,
)
def test_values_that_are_alike_have_one_fingerprint(one: object, other: object) -> None:
    assert fingerprint({"a": one, "b": 1}) == fingerprint({"b": 1, "a": other})


def test_what_the_main_module_defines_is_the_same_in_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_worker = fingerprint({"thing": Elsewhere(), "type": Elsewhere})
    monkeypatch.setattr(Elsewhere, "__module__", "__main__")
    assert fingerprint({"thing": Elsewhere(), "type": Elsewhere}) == of_worker


DIFFERENT: list[Any] = [
    *(
        1,
        1.0,
        True,
        1 + 0j,
        "1",
        b"1",
        None,
        0,
        0.0,
        -0.0,
        [],
        (),
        {},
        [1],
        (1,),
        {1},
        frozenset([1]),
    ),
    *(["a,b"], ["a", "b"], [["a"], "b"], [["a", "b"]], {"a": 1}, {1: "a"}, {"a": "1"}),
    *(Thing(1), Thing(2), print, len, int, Opaque(), Named(), LATER),
    *(NotLiteralEvaluable(expression="LR / 11"), "a=b", {"a": "b"}),
]


def test_values_that_differ_have_different_fingerprints() -> None:
    found = {fingerprint({"a": value}) for value in DIFFERENT}
    assert len(found) == len(DIFFERENT)
    assert all(len(each) == 12 and int(each, 16) >= 0 for each in found)


def test_the_fingerprint_is_that_of_every_process() -> None:
    program = (
        "from hpman.runtime.store import Store; s = Store()\n"
        "s.set({'tags': {'a', 'b', 'c', 'd'}, 'lr': 0.1, 'f': {frozenset('xyz'): print}})\n"
        "print(s.fingerprint())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(found) == 1


def test_a_default_below_a_name_that_is_only_used_makes_it_a_branch() -> None:
    store = Store()
    store.adopt_defaults({"u": EMPTY})
    assert store.accept("u.x", 1) == 1
    assert store.read("u") == {"x": 1}


@pytest.mark.parametrize("absent", [EMPTY, NotLiteralEvaluable(expression="f(1)")], ids=repr)
def test_what_stands_for_no_value_sets_nothing(absent: object) -> None:
    store = Store()
    store.adopt_defaults({"a": 1})
    store.set({"a": absent, "b": absent, "c": 3})
    assert store.values() == {"a": 1, "c": 3}
