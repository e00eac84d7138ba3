"""The chain of origins that led to a value."""

from __future__ import annotations

from typing import Any

import pytest

from hpman.errors import EMPTY
from hpman.runtime.explanation import explain
from hpman.runtime.origin import Origin
from hpman.runtime.overrides import override
from hpman.runtime.store import Store

HERE = __file__


def shown(store: Store, name: str) -> list[str]:
    """Explain a name, line by line, without the folders of this file."""
    return str(explain(store, name)).replace(Origin("file", HERE).place, "here.py").splitlines()


def parsed(defaults: dict[str, Any]) -> Store:
    store = Store()
    store.adopt_defaults(
        defaults,
        lambda name: Origin("source", "train.py", 12, repr(defaults[name]), defaults[name]),
    )
    return store


def test_a_value_is_explained_from_its_default_to_what_won() -> None:
    store = parsed({"lr": 1e-3})
    store.set({"lr": 0.2}, Origin("option", text="--lr"))
    store.set({"lr": 0.3}, Origin("file", "cfg.yaml", 4))
    store.accept("lr", 0.1)
    chain = explain(store, "lr")
    assert [str(origin) for origin in chain if origin.kind != "call"] == [
        "train.py:12 default 0.001",
        "--lr",
        "cfg.yaml:4",
    ]
    assert [(origin.kind, origin.value) for origin in chain] == [
        ("source", 1e-3),
        ("call", 0.1),
        ("option", 0.2),
        ("file", 0.3),
    ]
    assert chain[1].path == HERE


def test_a_value_that_was_set_and_dropped_is_not_shown() -> None:
    store = Store()
    store.set({"m": {}})
    store.set({"m.d": 4})
    store.set({"m": {"c": 0}})  # in the place of `m.d` too
    store.accept("m.d", 1)
    assert [(origin.kind, origin.value) for origin in explain(store, "m.d")] == [("call", 1)]
    store.set({"m.d": 5})
    assert explain(store, "m.d")[-1].value == 5


def test_a_value_that_another_process_took_back_is_not_shown() -> None:
    store, other = parsed({"lr": 1}), Store()
    store.set({"lr": 2})
    with override(other, {"lr": 3}, Origin("override"), None):
        store.restore(other.state())
    assert explain(store, "lr")[-1].value == store.read("lr") == 3
    store.restore(other.state())
    assert explain(store, "lr")[-1].value == store.read("lr") == 1


def test_values_set_together_may_have_one_origin_per_name() -> None:
    store = parsed({"a": 1, "m.x": 1, "m.y": 2})
    store.set(
        {"a": 2, "m": {"x": 3, "y": 4}, "b": 5},
        {"a": Origin("file", "c.yaml", 1), "m": Origin("file", "c.yaml", 2)},
    )
    assert explain(store, "a")[-1] == Origin("file", "c.yaml", 1, None, 2)
    assert explain(store, "m.y")[-1] == Origin("file", "c.yaml", 2, None, 4)
    assert str(explain(store, "b")) == "setter"


def test_a_key_set_inside_a_leaf_shows_at_both() -> None:
    store = parsed({"opt": {"lr": 3, "wd": 0}})
    store.set({"opt.lr": 1}, Origin("setter", "run.py", 30, "set_value"))
    store.set({"opt.eps": 1}, Origin("file", "cfg.yaml", 2))
    default = "train.py:12 default {'lr': 3, 'wd': 0}"
    assert shown(store, "opt") == [default, "run.py:30 set_value opt.lr", "cfg.yaml:2 opt.eps"]
    assert shown(store, "opt.lr") == [default, "run.py:30 set_value"]
    assert [origin.value for origin in explain(store, "opt.lr")] == [3, 1]
    assert shown(store, "opt.eps") == ["cfg.yaml:2"]


def test_a_branch_shows_the_origins_of_all_names_below_it() -> None:
    store = parsed({"m.x": 1, "m.y": EMPTY})
    store.accept("m.z", 2)
    store.set({"m.x": 5}, Origin("option", text="--m.x"))
    lines = shown(store, "m")
    assert lines[0] == "train.py:12 default 1 m.x"
    assert lines[1].startswith("here.py:")
    assert lines[1].endswith(" call 2 m.z")
    assert lines[2:] == ["--m.x m.x"]


def test_a_name_that_is_used_without_a_value_has_no_origins() -> None:
    assert explain(parsed({"u": EMPTY}), "u") == ()


def test_a_missing_name_cannot_be_explained() -> None:
    with pytest.raises(KeyError, match="did you mean `lr`"):
        explain(parsed({"lr": 1}), "lrr")


def test_a_default_without_an_origin_is_shown_as_a_default() -> None:
    store = Store()
    store.adopt_defaults({"lr": 1})
    assert explain(store, "lr") == (Origin("source", value=1),)
    store.adopt_defaults({"lr": 1}, lambda _: None)
    assert explain(store, "lr") == (Origin("source", value=1),)


def test_a_state_that_is_restored_again_is_shown_once() -> None:
    store = parsed({"lr": 1})
    store.set({"lr": 2}, Origin("option", text="--lr"))
    store.restore(store.state())
    assert shown(store, "lr") == ["train.py:12 default 1", "--lr"]
    store.set({"lr": 3}, Origin("file", "cfg.yaml", 1))
    store.restore(store.state())
    assert shown(store, "lr") == ["train.py:12 default 1", "--lr", "cfg.yaml:1"]
    store.set({"lr": 4}, Origin("option", text="--lr"))
    assert [origin.value for origin in explain(store, "lr")] == [1, 3, 4]
