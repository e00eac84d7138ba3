"""The errors of the run-time half: what they say, and that nothing has changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hpman import HyperParameterManager
from hpman.errors import EMPTY, ImpossibleTree
from hpman.runtime.explanation import explain
from hpman.runtime.origin import Origin
from hpman.runtime.store import Store


def parsed(**defaults: Any) -> Store:
    """Make a store with defaults from sources; `__` stands for the separator."""
    store = Store()
    store.adopt_defaults({name.replace("__", "."): value for name, value in defaults.items()})
    return store


def test_a_default_by_keyword_leads_to_the_second_argument() -> None:
    manager = HyperParameterManager("_")
    with pytest.raises(KeyError, match=r"second argument, as in _\(\"lr\", 0\.1\)"):
        manager("lr", default=0.1)
    with pytest.raises(KeyError, match="there are no hyperparameters yet"):
        manager("lr", help="a")


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
            "`lr` not found: there are no hyperparameters yet; give it a default, as in _(",
        ),
        (
            {"u": EMPTY},
            "u",
            "`u` not found: it has no default; give it one where it is used, or set it",
        ),
        (
            {"ab": EMPTY, "b": 1},
            "ab",
            "`ab` not found: it has no default; give it one where it is used, or set it; did you m",
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
        "near far many nothing used used-near near-a-used-one upper-case cases ends-so "
        "ends-nearly-so another-branch no-branch longer key deep-key odd-key"
    ).split(),
)
def test_the_error_for_a_missing_name_says_what_to_do(
    defaults: dict[str, Any], name: str, message: str
) -> None:
    store = parsed(**defaults)
    with pytest.raises(KeyError) as caught:
        store.read(name)
    assert caught.value.args[0].startswith(message)
    assert "\n" not in caught.value.args[0]
    assert store.get(name) is EMPTY


@pytest.mark.parametrize("name", [1, ["lr"]], ids=repr)
@pytest.mark.parametrize(
    "use",
    [
        lambda store, name: store.read(name),
        lambda store, name: store.get(name),
        lambda store, name: store.accept(name, 1),
        explain,
        lambda store, name: store.tree(name),
        lambda store, name: store.set_tree({}, name),
    ],
    ids="read get accept explain tree set_tree".split(),
)
def test_a_name_must_be_a_string(use: Any, name: Any) -> None:
    with pytest.raises(TypeError, match="The name of a hyperparameter must be a str"):
        use(parsed(lr=1), name)


def test_setting_a_name_that_is_not_a_string_sets_nothing() -> None:
    store = Store()
    mixed: Any = {"a": 1, 1: 2}
    with pytest.raises(
        TypeError, match="The name of a hyperparameter must be a str, but 1 is an int"
    ):
        store.set(mixed)
    assert store.values() == {}


@pytest.mark.parametrize("use", [Store.set, Store.set_tree])
def test_values_must_be_a_dict(use: Any) -> None:
    with pytest.raises(TypeError, match="dict"):
        use(Store(), ["lr"])


@pytest.mark.parametrize(("separator", "error"), [("", ValueError), (None, TypeError)])
def test_a_separator_must_be_a_nonempty_string(separator: Any, error: Any) -> None:
    with pytest.raises(error, match="separator"):
        Store(separator)


DEFAULTS: dict[str, Any] = {"a": {"b": 1}, "lr": 0.1, "opt": {"wd": 5}, "m.d": 1, "u": EMPTY}


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda s: s.set({"lr.x": 1}), "`lr.x` cannot be set: `lr` (train.py:3 default 1e-3)"),
        (lambda s: s.set({"opt.wd.x": 1}), "`opt.wd` (train.py:3 default 1e-3) is an int"),
        (
            lambda s: s.set({"m": 1}),
            "`m` is a hyperparameter, so `m.d` (train.py:3",
        ),
        (lambda s: s.set({"new": 1, "new.x": 1}), "`new.x` cannot be set: `new` is an int"),
        (lambda s: s.set({"new.x": 1, "new": 1}), "so `new.x` cannot lie below it."),
        (lambda s: s.accept("m", 1), "`m` ("),
        (lambda s: s.accept("lr.x", 1), "so `lr.x` ("),
        (lambda s: s.accept("opt.wd", 1), "so `opt.wd` ("),
        (
            lambda s: s.adopt_defaults({"set": 3}, lambda _: Origin("source", "new.py", 7, "3", 3)),
            "`set.x` (setter) cannot be set: `set` (new.py:7 default 3) is an int",
        ),
        (lambda s: s.adopt_defaults({"called.x": 1}), "`called` ("),
        (lambda s: s.accept("opt", 5), "`opt.lr` (setter) cannot be set: `opt` ("),
        (lambda s: s.set_tree({"n": {1: 2}}), "but 1 below `n` is an int"),
        (lambda s: s.set_tree({2: 2}), "but 2 at the root is an int"),
        (lambda s: s.tree("lr"), "`lr` (train.py:3 default 1e-3) is a leaf, not a branch."),
        (lambda s: s.tree("opt.wd"), "`opt.wd` is a leaf, not a branch."),
    ],
)
def test_the_error_for_an_impossible_tree_shows_places_and_nothing_changes(
    write: Any, message: str
) -> None:
    store = Store()
    store.adopt_defaults(DEFAULTS, lambda _: Origin("source", "train.py", 3, "1e-3"))
    store.set({"opt.lr": 1, "set.x": 1})
    store.accept("called", 1)
    before = store.state(), store.values(), explain(store, "lr")
    with pytest.raises(ImpossibleTree) as caught:
        write(store)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2
    assert (store.state(), store.values(), explain(store, "lr")) == before


def test_a_default_without_the_key_that_was_set_is_reported_with_both_places() -> None:
    store = parsed(opt={"lr": 3})
    store.set({"opt.lr": 1}, Origin("setter", "main.py", 4, "set_value"))
    before = store.state()
    with pytest.raises(ImpossibleTree) as caught:
        store.accept("opt", 5)
    key, leaf = "`opt.lr` (main.py:4 set_value)", rf"`opt` \(.*{Path(__file__).name}:\d+ call 5\)"
    assert re.match(rf"{re.escape(key)} cannot be set: {leaf} is an int", str(caught.value))
    assert store.state() == before


def test_a_rejected_default_keeps_the_place_of_the_one_before() -> None:
    store = Store()
    store.accept("opt", {"lr": 1})
    store.set({"opt.lr": 2})
    before = explain(store, "opt")
    with pytest.raises(ImpossibleTree, match="has no keys"):
        store.accept("opt", 3)
    assert explain(store, "opt") == before
