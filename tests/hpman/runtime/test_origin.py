"""Where values come from, as data and as text."""

from __future__ import annotations

import os
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest

from hpman.errors import EMPTY
from hpman.runtime.origin import (
    Explanation,
    History,
    Origin,
    brief,
    caller,
    frame_outside,
    line_at,
)
from hpman.runtime.store import Store

if TYPE_CHECKING:
    from pathlib import Path

HERE = __file__


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("source", "train.py", 12, "1e-3", 0.001), "train.py:12 default 1e-3"),
        (Origin("source", "train.py", 12, "{\n  'a': 1,\n}"), "train.py:12 default { 'a': 1, }"),
        (Origin("source", value=1), "default"),
        (Origin("call", "run.py", 3, None, 0.5), "run.py:3 call 0.5"),
        (Origin("call", "run.py", 3, "0.5 a.b", 0.5), "run.py:3 call 0.5 a.b"),
        (Origin("file", "cfg.yaml", 4), "cfg.yaml:4"),
        (Origin("file", "cfg.yaml"), "cfg.yaml"),
        (Origin("option", text="--lr"), "--lr"),
        (Origin("setter", "run.py", 30, "set_value"), "run.py:30 set_value"),
        (Origin("override", "run.py", 30, "override"), "run.py:30 override"),
        (Origin("environment"), "environment"),
        (Origin("call", value="x" * 999), "call 'xxxxxxxxxxxx...xxxxxxxxxxxxx'"),
        (Origin("source", "a.py", 1, "f(" + "x" * 99 + ")"), f"a.py:1 default f({'x' * 75}..."),
    ],
)
def test_an_origin_reads_as_one_line(origin: Origin, text: str) -> None:
    assert str(origin) == text


def test_a_path_below_the_current_folder_is_shown_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inside = Origin("file", str(tmp_path / "sub" / "cfg.yaml"), 4)
    outside = Origin("file", str(tmp_path.parent / "cfg.yaml"), 4)
    assert inside.place == f"{os.path.join('sub', 'cfg.yaml')}:4"
    assert outside.place == f"{tmp_path.parent / 'cfg.yaml'}:4"
    monkeypatch.setattr("os.getcwd", lambda: os.sep)
    assert Origin("file", f"{os.sep}cfg.yaml").place == "cfg.yaml"


def test_a_path_is_shown_as_it_is_where_the_current_folder_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("os.getcwd", gone)
    assert Origin("file", HERE, 1).place == f"{HERE}:1"


def test_an_explanation_is_data_and_prints_one_line_each() -> None:
    chain = Explanation(
        [Origin("source", "a.py", 1, "2", 2), Origin("option", text="--a", value=3)]
    )
    assert str(chain) == "a.py:1 default 2\n--a"
    assert [(each.kind, each.value) for each in chain] == [("source", 2), ("option", 3)]
    copy = pickle.loads(pickle.dumps(chain))
    assert copy == chain
    assert type(copy) is Explanation


def test_the_caller_is_the_nearest_frame_outside_the_project() -> None:
    inside: dict[str, Any] = {"__name__": "hpargparse.bind", "caller": caller}
    exec("def bind(): return caller('setter', 'set_value')", inside)
    found = inside["bind"]()
    assert (found.kind, found.path, found.text) == ("setter", HERE, "set_value")
    assert (
        found.line
        == test_the_caller_is_the_nearest_frame_outside_the_project.__code__.co_firstlineno + 3
    )


class _EveryPackage:
    def __contains__(self, package: object) -> bool:
        return True


def test_the_caller_is_the_outermost_frame_where_all_are_ours() -> None:
    found = frame_outside(_EveryPackage())
    assert found.f_back is None or not isinstance(found.f_globals.get("__name__"), str)


def test_the_line_of_an_instruction_is_that_of_the_code_where_no_line_is_known() -> None:
    code = compile("a\nb\n", "x.py", "exec")
    assert [line_at(code, at) for at in (0, len(code.co_code) - 2, 10**6)][1:] == [2, 1]


@pytest.mark.parametrize("name", ["hpmanager", "myhpman.hpman", None, 3])
def test_other_modules_are_not_ours(name: Any) -> None:
    outside: dict[str, Any] = {"__name__": name, "caller": caller}
    exec(compile("def call(): return caller('setter', '')", "other.py", "exec"), outside)
    assert outside["call"]().path == "other.py"


def test_any_value_is_shown_briefly() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ValueError

    assert "Broken" in brief(Broken())
    assert brief("a\nb") == r"'a\nb'"
    # Python 3.14 says it in its own words.
    assert re.fullmatch("<list of many digits>|\\[<int .* digits .*>\\]", brief([1 << 20_000]))


# -- explain ------------------------------------------------------------------------


def shown(store: Store, name: str) -> list[str]:
    """Explain a name, line by line, without the folders of this file."""
    return str(store.explain(name)).replace(Origin("file", HERE).place, "here.py").splitlines()


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
    chain = store.explain("lr")
    assert [str(origin) for origin in chain if origin.kind != "call"] == [
        "train.py:12 default 0.001",
        "--lr",
        "cfg.yaml:4",
    ]
    assert [(each.kind, each.value) for each in chain] == [
        ("source", 1e-3),
        ("call", 0.1),
        ("option", 0.2),
        ("file", 0.3),
    ]
    assert chain[1].path == HERE


def test_values_set_together_may_have_an_origin_each() -> None:
    store = parsed({"a": 1, "m.x": 1, "m.y": 2})
    store.set(
        {"a": 2, "m": {"x": 3, "y": 4}, "b": 5},
        {"a": Origin("file", "c.yaml", 1), "m": Origin("file", "c.yaml", 2)},
    )
    assert store.explain("a")[-1] == Origin("file", "c.yaml", 1, None, 2)
    assert store.explain("m.y")[-1] == Origin("file", "c.yaml", 2, None, 4)
    assert str(store.explain("b")) == "setter"


def test_a_key_set_inside_a_leaf_shows_at_both() -> None:
    store = parsed({"opt": {"lr": 3, "wd": 0}})
    store.set({"opt.lr": 1}, Origin("setter", "run.py", 30, "set_value"))
    store.set({"opt.eps": 1}, Origin("file", "cfg.yaml", 2))
    default = "train.py:12 default {'lr': 3, 'wd': 0}"
    assert shown(store, "opt") == [default, "run.py:30 set_value opt.lr", "cfg.yaml:2 opt.eps"]
    assert shown(store, "opt.lr") == [default, "run.py:30 set_value"]
    assert [each.value for each in store.explain("opt.lr")] == [3, 1]
    assert shown(store, "opt.eps") == ["cfg.yaml:2"]


def test_a_branch_is_explained_by_all_that_is_below() -> None:
    store = parsed({"m.x": 1, "m.y": EMPTY})
    store.accept("m.z", 2)
    store.set({"m.x": 5}, Origin("option", text="--m.x"))
    lines = shown(store, "m")
    assert lines[0] == "train.py:12 default 1 m.x"
    assert lines[1].startswith("here.py:")
    assert lines[1].endswith(" call 2 m.z")
    assert lines[2:] == ["--m.x m.x"]


def test_a_name_that_is_used_and_has_no_value_is_explained_by_nothing() -> None:
    assert parsed({"u": EMPTY}).explain("u") == ()


def test_a_name_that_is_not_known_cannot_be_explained() -> None:
    with pytest.raises(KeyError, match="did you mean `lr`"):
        parsed({"lr": 1}).explain("lrr")


def test_a_default_whose_origin_nobody_knows_is_still_a_default() -> None:
    store = Store()
    store.adopt_defaults({"lr": 1})
    assert store.explain("lr") == (Origin("source", value=1),)
    store.adopt_defaults({"lr": 1}, lambda _: None)
    assert store.explain("lr") == (Origin("source", value=1),)


# -- history ------------------------------------------------------------------------


def test_a_loop_that_sets_from_one_line_does_not_grow_the_history() -> None:
    history = History()
    here = Origin("setter", "run.py", 3, "set_value")
    for number in range(1000):
        history.record({"a": number}, here, 3 * number)
        history.record({"a": number, "b": number}, here, 3 * number + 1)
        history.record({"c": number}, here, 3 * number + 2)
    assert len(pickle.dumps(history.batches())) < 500
    assert [(name, value) for _, name, _, value in history.events("abc")] == [
        ("a", 999),
        ("b", 999),
        ("c", 999),
    ]


def test_the_place_that_set_a_name_last_comes_last() -> None:
    history = History()
    one, two = Origin("setter", "run.py", 1), Origin("setter", "run.py", 2)
    history.record({"x": 1, "y": 1}, one, 1)
    history.record({"x": 2}, two, 2)
    history.record({"y": 3}, one, 3)
    assert [place[2] for _, _, place, _ in history.events(["x"])] == [1, 2]
    history.record({"x": 4}, one, 4)
    assert [place[2] for _, _, place, _ in history.events(["x"])] == [2, 1]


def test_of_two_histories_the_younger_word_of_a_place_counts() -> None:
    one, two = Origin("setter", "run.py", 1), Origin("setter", "run.py", 2)
    history, other = History(), History()
    history.record({"x": 1, "y": 1}, one, 1)
    history.record({"y": 2}, one, 4)
    other.record({"x": 3, "y": 3, "z": 3}, one, 2)
    other.record({"z": 5}, one, 3)
    other.record({"x": 6}, two, 3)
    history.add(other.batches())
    assert [(name, value) for _, name, _, value in history.events("xyz")] == [
        ("x", 3),
        ("z", 5),
        ("x", 6),
        ("y", 2),
    ]
    history.add(other.batches(), later=10)
    assert [time for time, *_ in history.events("xyz")] == [12, 12, 13, 13]


def test_what_arrives_again_is_told_once() -> None:
    store = parsed({"lr": 1})
    store.set({"lr": 2}, Origin("option", text="--lr"))
    store.restore(store.state())
    assert shown(store, "lr") == ["train.py:12 default 1", "--lr"]
    store.set({"lr": 3}, Origin("file", "cfg.yaml", 1))
    store.restore(store.state())
    assert shown(store, "lr") == ["train.py:12 default 1", "--lr", "cfg.yaml:1"]
    store.set({"lr": 4}, Origin("option", text="--lr"))
    assert [each.value for each in store.explain("lr")] == [1, 3, 4]
