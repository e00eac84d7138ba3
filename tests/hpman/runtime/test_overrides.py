"""Blocks that override values, one in the other and across each other."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from hpman.errors import ImpossibleTree
from hpman.runtime.origin import Origin
from hpman.runtime.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


def parsed(**defaults: Any) -> Store:
    store = Store()
    store.adopt_defaults({name.replace("__", "."): value for name, value in defaults.items()})
    return store


def everything(store: Store, *names: str) -> tuple[object, ...]:
    return (
        store.values(),
        store.state()["sets"],
        store.rows(),
        dict(store.hot),
        [store.explain(name) for name in names],
    )


def test_tasks_that_override_across_each_other_leave_all_as_before() -> None:
    store = parsed(lr=0.1)
    store.set({"lr": 0.5}, Origin("option", text="--lr"))
    store.read("lr")
    before = everything(store, "lr")
    seen: list[object] = []

    async def trial(value: int, steps: int) -> None:
        with store.override({"lr": value}, Origin("override", "run.py", 3)):
            for _ in range(steps):
                await asyncio.sleep(0)
            seen.append((value, store.read("lr"), store.hot["lr"], store.explain("lr")[-1].value))

    async def trials() -> None:
        await asyncio.gather(trial(5, 1), trial(6, 2), trial(7, 3))

    asyncio.run(trials())
    assert seen == [(5, 7, 7, 7), (6, 7, 7, 7), (7, 7, 7, 7)]
    assert everything(store, "lr") == before


def test_the_latest_block_that_is_still_open_wins() -> None:
    store = parsed(lr=0.1)
    first, second, third = (store.override({"lr": number}) for number in (1, 2, 3))
    seen: list[object] = []
    for enter, leave in [(first, None), (second, None), (None, first), (third, None)]:
        if enter is not None:
            enter.__enter__()
        if leave is not None:
            leave.__exit__()
        seen.append(store.read("lr"))
    third.__exit__()
    seen.append(store.read("lr"))
    second.__exit__()
    assert seen == [1, 2, 2, 3, 2]
    assert store.read("lr") == 0.1


def test_a_generator_that_waits_in_a_block_takes_nothing_from_another() -> None:
    store = parsed(lr=0.1)

    def steps() -> Generator[object]:
        with store.override({"lr": 1}):
            yield store.read("lr")

    waiting = steps()
    assert next(waiting) == 1
    with store.override({"lr": 2}):
        waiting.close()
        assert store.read("lr") == 2
    assert store.values() == {"lr": 0.1}


def test_threads_that_share_one_block_leave_all_as_before() -> None:
    store = parsed(lr=0.1)
    override = store.override({"lr": 1})

    def work() -> None:
        for _ in range(100):
            with override:
                store.read("lr")

    threads = [threading.Thread(target=work) for _ in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert store.values() == {"lr": 0.1}


def test_what_is_set_in_a_block_belongs_to_the_latest_that_overrides_it() -> None:
    store = parsed(lr=0.1, wd=0, m__a=1, m__b=2)
    here = Origin("setter", "run.py", 1)
    with store.override({"lr": 1, "m": {"a": 3}}):
        with store.override({"wd": 5}):
            store.set({"lr": 2, "wd": 6, "m.b": 7, "new": 8}, here)
            assert store.values() == {"lr": 2, "wd": 6, "m.a": 3, "m.b": 7, "new": 8}
        assert store.values() == {"lr": 2, "wd": 0, "m.a": 3, "m.b": 7, "new": 8}
        assert store.explain("lr")[-1] == here.replace(value=2)
    assert store.values() == {"lr": 0.1, "wd": 0, "m.a": 1, "m.b": 2, "new": 8}
    assert [str(each) for each in store.explain("lr")] == ["default"]


def test_a_whole_dict_that_is_set_in_a_block_replaces_the_key_that_the_block_overrides() -> None:
    store = parsed(opt={"lr": 3, "wd": 0})
    store.set({"opt.wd": 1})
    with store.override({"opt.lr": 5}):
        assert store.values() == {"opt": {"lr": 5, "wd": 1}}
        store.set({"opt": {"lr": 7}})
        assert store.values() == {"opt": {"lr": 7}}
    assert store.values() == {"opt": {"lr": 7}}


def test_a_parse_and_a_call_in_a_block_see_what_it_overrides() -> None:
    store = parsed(lr=0.1)
    with store.override({"lr": 1, "n": {"x": 2}}):
        store.adopt_defaults({"lr": 0.2, "n.x": 0})
        assert store.accept("n.y", 4) == 4
        assert store.values() == {"lr": 1, "n.x": 2, "n.y": 4}
        with store.override({"n.y": 9}):
            pass
        assert store.values() == {"lr": 1, "n.x": 2, "n.y": 4}
    assert store.values() == {"lr": 0.2, "n.x": 0, "n.y": 4}


def test_keys_that_were_set_hold_in_a_block_that_is_about_something_else() -> None:
    store = parsed(lr=1, opt={"lr": 3, "wd": 0})
    store.set({"opt.lr": 1})
    with store.override({"lr": 2}):
        assert store.accept("opt", {"lr": 5, "wd": 7}) == {"lr": 1, "wd": 7}
    assert store.read("opt") == {"lr": 1, "wd": 7}


def test_what_stands_on_a_block_and_fits_nothing_else_goes_with_it() -> None:
    store = parsed(opt=3, lr=0.1)
    below, above = store.override({"opt": {"x": 1}}), store.override({"opt.x": 5, "lr": 1})
    below.__enter__()
    above.__enter__()
    assert store.values() == {"opt": {"x": 5}, "lr": 1}
    below.__exit__()
    assert store.values() == {"opt": 3, "lr": 1}
    store.adopt_defaults({"opt": 4, "lr": 0.2})
    assert store.values() == {"opt": 4, "lr": 1}
    above.__exit__()
    assert store.values() == {"opt": 4, "lr": 0.2}


def test_what_was_set_and_fits_no_more_after_a_block_goes_with_it() -> None:
    store = parsed(opt={"x": 0}, lr=0.1)
    store.set({"opt.x": 1, "lr": 2})
    with store.override({"opt": {"x": 5}}):
        assert store.accept("opt", 3) == {"x": 5}
    assert store.values() == {"opt": 3, "lr": 2}


def test_what_a_worker_gets_from_within_a_block_is_what_holds_there() -> None:
    store, other = parsed(lr=0.1, wd=0), parsed(lr=0.1, wd=0)
    store.set({"wd": 1}, Origin("option", text="--wd"))
    with store.override({"lr": 1}, Origin("override", "run.py", 3)):
        other.restore(store.state())
        assert other.explain("lr") == store.explain("lr")
    assert other.values() == {"lr": 1, "wd": 1}
    other.set({"own": 1})
    other.restore(store.state())
    assert other.values() == {"lr": 0.1, "wd": 1, "own": 1}
    assert [str(each) for each in other.explain("lr")] == ["default"]


def test_what_arrives_in_a_block_waits_below_it() -> None:
    store, other = parsed(lr=0.1), parsed(lr=0.1)
    other.set({"lr": 7})
    with store.override({"lr": 1}):
        store.restore(other.state())
        assert store.read("lr") == 1
    assert store.read("lr") == 7


@pytest.mark.parametrize(
    ("own", "arrives", "expected"),
    [
        pytest.param({"x": 1}, {"y": 2}, {"x": 1, "y": 2}, id="others"),
        pytest.param({"x": 1}, {"x": 2}, {"x": 2}, id="the same"),
        pytest.param({"a": {"b": 1}}, {"a.c": 5}, {"a": {"b": 1, "c": 5}}, id="a key"),
        pytest.param({"a": {"b": 1}}, {"a": {"c": 5}}, {"a": {"c": 5}}, id="a dict"),
    ],
)
def test_what_arrives_wins_name_by_name(
    own: dict[str, Any], arrives: dict[str, Any], expected: dict[str, Any]
) -> None:
    store, other = Store(), Store()
    store.set(own)
    other.set(arrives)
    store.restore(other.state())
    assert store.values() == expected


def test_a_block_that_does_not_fit_the_block_around_it_changes_nothing() -> None:
    store = parsed(lr=0.1)
    with store.override({"a.b": 1}):
        before = everything(store, "a", "lr")
        with pytest.raises(ImpossibleTree), store.override({"lr": 2, "a": 3}):
            pytest.fail("the block must not run")
        assert everything(store, "a", "lr") == before


@pytest.mark.parametrize(
    "use",
    [
        lambda store: store.adopt_defaults({"a.b": 2}),
        lambda store: store.accept("a.b", 2),
        lambda store: store.set({"a.b": 2}),
        lambda store: store.override({"a.b": 2}).__enter__(),
    ],
    ids="parse call set override".split(),
)
def test_what_does_not_fit_a_block_is_told_with_its_place(
    use: Callable[[Store], object],
) -> None:
    store = Store()
    block = store.override({"a": 1}, Origin("override", "train.py", 3, "override"))
    with block, pytest.raises(ImpossibleTree, match=r"`a` \(train.py:3 override\)"):
        use(store)


def test_a_block_that_nobody_can_end_any_more_has_ended() -> None:
    """So it is where a signal strikes between the block and its end."""
    store = parsed(lr=0.1)
    override = store.override({"lr": 1})
    override.__enter__()
    with store.override({"lr": 2}):
        del override
        assert store.read("lr") == 2
    assert store.read("lr") == 0.1


LEFT_OPEN = """
from hpman.m import _

def steps():
    with _.override(lr=2, **{"opt.x": 1}):
        yield

_("lr", 1), _("opt", {"x": 0})
waiting = steps()
next(waiting)
override = _.override(lr=3)
override.__enter__()
"""


def test_a_program_may_end_within_a_block() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEFT_OPEN], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_nothing_is_taken_back_where_python_comes_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = parsed(lr=0.1)
    with store.override({"lr": 1}):
        monkeypatch.setattr(sys, "is_finalizing", lambda: True)
    assert store.read("lr") == 1


few = st.dictionaries(st.sampled_from("abc"), st.integers(), max_size=3)


@given(before=few, waiting=st.lists(few, max_size=5), order=st.randoms(use_true_random=False))
def test_each_name_is_that_of_the_latest_open_block_and_in_the_end_all_is_as_before(
    before: dict[str, int], waiting: list[dict[str, int]], order: Any
) -> None:
    store = parsed(a=-1, b=-1, c=-1)
    store.set(before, Origin("option"))
    for name in "ab":
        store.read(name)
    at_first = everything(store, *"abc")
    are_open: list[tuple[Any, dict[str, int]]] = []
    while waiting or are_open:
        if waiting and (not are_open or order.random() < 0.5):
            block = waiting.pop()
            override = store.override(block, Origin("override", "run.py", 1))
            override.__enter__()
            are_open.append((override, block))
        else:
            override, _ = are_open.pop(order.randrange(len(are_open)))
            override.__exit__()
        expected = {"a": -1, "b": -1, "c": -1, **before}
        for _, block in are_open:
            expected.update(block)
        assert store.values() == expected
        assert store.hot == {name: expected[name] for name in store.hot}
        assert [store.explain(name)[-1].value for name in expected] == list(expected.values())
    assert everything(store, *"abc") == at_first
