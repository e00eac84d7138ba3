"""Blocks that override values."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from hpman.errors import ImpossibleTree
from hpman.runtime import overrides
from hpman.runtime.explanation import explain
from hpman.runtime.origin import Origin
from hpman.runtime.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager

pytestmark = pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")

BLOCK = Origin("override", "run.py", 3, "override")


def parsed(**defaults: Any) -> Store:
    """Make a store with defaults from sources; `__` stands for the separator."""
    store = Store()
    store.adopt_defaults({name.replace("__", "."): value for name, value in defaults.items()})
    return store


def override(store: Store, values: Mapping[str, Any]) -> AbstractContextManager[Store]:
    return overrides.override(store, values, BLOCK, store)


def everything(store: Store, *names: str) -> tuple[object, ...]:
    return (
        store.values(),
        store.state()["sets"],
        sorted(store.rows(), key=lambda row: row[0]),
        [explain(store, name) for name in names],
    )


def test_an_override_ends_with_its_block_also_on_error() -> None:
    store = parsed(lr=0.1, model__depth=3)
    store.set({"lr": 0.5}, Origin("option", text="--lr"))
    store.read("lr")
    before = everything(store, "lr", "model.depth")

    def fail_inside() -> None:
        values = {"lr": 1, "model.depth": 4, "new": 5}
        with override(store, values) as target:
            assert target is store
            assert store.values() == values
            assert str(explain(store, "lr")).endswith("--lr\nrun.py:3 override")
            store.set({"lr": 2})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert everything(store, "lr", "model.depth") == before


def test_whatever_is_set_in_a_block_ends_with_it() -> None:
    store = parsed(lr=0.1, seed=0, m__a=1, m__b=2)
    with override(store, {"lr": 1}):
        store.set({"seed": 7, "lr": 2}, Origin("option", text="--seed"))
        with override(store, {}):
            store.set({"new.x": 8, "m": {"b": 3}})
            assert store.values() == {"lr": 2, "seed": 7, "m.a": 1, "m.b": 3, "new.x": 8}
        assert store.values() == {"lr": 2, "seed": 7, "m.a": 1, "m.b": 2}
    assert store.values() == {"lr": 0.1, "seed": 0, "m.a": 1, "m.b": 2}
    assert str(explain(store, "seed")) == "default"


def test_the_default_of_a_call_in_a_block_stays() -> None:
    store = parsed(lr=0.1)
    with override(store, {}):
        assert store.accept("late", 3) == 3
    assert store.values() == {"lr": 0.1, "late": 3}


def test_an_override_of_a_key_a_leaf_or_a_branch_restores_the_keys_that_were_set() -> None:
    store = parsed(opt={"lr": 3, "wd": 0}, m__a=1, m__b=2)
    store.set({"opt.lr": 1, "m.a": 5})
    before = store.values(), explain(store, "opt"), explain(store, "m.a")
    for values in ({"opt.lr": 7}, {"opt": {"q": 1}}, {"m": {"a": 6, "b": 7}}):
        with override(store, values):
            assert store.values() != before[0]
        assert (store.values(), explain(store, "opt"), explain(store, "m.a")) == before


def test_a_parse_and_a_call_in_a_block_see_what_it_overrides() -> None:
    store = parsed(lr=0.1)
    with override(store, {"lr": 1, "n": {"x": 2}}):
        store.adopt_defaults({"lr": 0.2, "n.x": 0})
        assert store.accept("n.y", 4) == 4
        assert store.values() == {"lr": 1, "n.x": 2, "n.y": 4}
        with override(store, {"n.y": 9}):
            assert store.accept("n.y", 5) == 9
        assert store.values() == {"lr": 1, "n.x": 2, "n.y": 5}
    assert store.values() == {"lr": 0.2, "n.x": 0, "n.y": 5}


def test_a_call_in_a_block_leaves_what_was_set_before() -> None:
    store = parsed(lr=0.1)
    store.set({"opt.x": 1, "lr": 2})
    with override(store, {"opt.x": 3}), pytest.raises(ImpossibleTree):
        store.accept("opt", 7)
    store = parsed(opt={"x": 0}, lr=0.1)
    store.set({"opt.x": 1, "lr": 2})
    with override(store, {"opt": {"x": 5}}):
        assert store.accept("opt", 7) == {"x": 5}
    assert store.values() == {"opt": {"x": 1}, "lr": 2}


def test_an_override_that_does_not_fit_changes_nothing() -> None:
    store = parsed(lr=0.1)
    with override(store, {"a.b": 1}):
        before = everything(store, "a", "lr")
        with pytest.raises(ImpossibleTree), override(store, {"lr": 2, "a": 3}):
            pytest.fail("the block must not run")
        assert everything(store, "a", "lr") == before
    assert store.values() == {"lr": 0.1}


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.adopt_defaults({"a.b": 2}),
        lambda store: store.accept("a.b", 2),
        lambda store: store.set({"a.b": 2}),
        lambda store: override(store, {"a.b": 2}).__enter__(),
    ],
    ids="parse call set override".split(),
)
def test_the_error_for_a_name_below_an_overridden_one_shows_the_block(
    write: Callable[[Store], object],
) -> None:
    store = Store()
    with override(store, {"a": 1}), pytest.raises(ImpossibleTree, match=r"`a` \(run.py:3 over"):
        write(store)


def test_a_worker_gets_the_values_that_hold_in_the_block() -> None:
    store, other = parsed(lr=0.1, wd=0), parsed(lr=0.1, wd=0)
    store.set({"wd": 1}, Origin("option", text="--wd"))
    with override(store, {"lr": 1}):
        other.restore(store.state())
        assert explain(other, "lr") == explain(store, "lr")
    assert other.values() == {"lr": 1, "wd": 1}


def test_tasks_see_their_own_blocks_and_those_that_they_were_started_in() -> None:
    store = parsed(lr=0.1, wd=0)
    store.set({"lr": 0.5}, Origin("option", text="--lr"))
    store.read("lr")
    before = everything(store, "lr")

    async def trial(value: int, steps: int) -> None:
        with override(store, {"lr": value}):
            for _ in range(steps):
                await asyncio.sleep(0)
                assert (store.read("lr"), store.read("wd")) == (value, 1)
            assert [origin.value for origin in explain(store, "lr")] == [0.1, 0.5, value]

    async def trials() -> None:
        with override(store, {"wd": 1}):
            tasks = [asyncio.create_task(trial(value, value)) for value in (3, 1, 2)]
        assert everything(store, "lr") == before
        await asyncio.gather(*tasks)

    asyncio.run(trials())
    assert everything(store, "lr") == before


def test_threads_see_their_own_blocks_alone() -> None:
    store = parsed(lr=0.1)
    barrier = threading.Barrier(3)

    def trial(value: int) -> tuple[int, list[Any]]:
        with override(store, {"lr": value}):
            barrier.wait()
            store.set({f"own{value}": value})
            seen = [store.read("lr"), store.values()]
            barrier.wait()
        return value, seen

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(trial, value) for value in (1, 2)]
        barrier.wait()
        assert store.read("lr") == store.accept("lr", 0.1) == 0.1
        store.set({"wd": 3})
        barrier.wait()
        for value, seen in (result.result() for result in results):
            assert seen == [value, {"lr": value, f"own{value}": value}]
    assert store.values() == {"lr": 0.1, "wd": 3}


def test_reads_are_cached_again_as_soon_as_no_block_is_open() -> None:
    store = parsed(lr=0.1)
    store.read("lr")

    def fail_inside() -> None:
        with override(store, {"lr": 1}):
            assert store.cache == {"lr": None}
            assert store.read("lr") == store.accept("lr", 0.1) == store.accept("lr", 0.1) == 1
            assert store.cache == {"lr": None}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        fail_inside()
    assert caught.tb is not None
    assert not store.views
    assert store.read("lr") == 0.1
    assert store.cache == {"lr": 0.1}


def test_a_context_that_was_copied_in_a_block_keeps_its_values() -> None:
    store = parsed(lr=0.1)
    with override(store, {"lr": 1}):
        context = contextvars.copy_context()
    assert (store.read("lr"), context.run(store.read, "lr")) == (0.1, 1)
    context.run(store.set, {"lr": 2})
    assert (store.read("lr"), context.run(store.read, "lr")) == (0.1, 2)
    assert store.latest_view().ranked is store.ranked
    del context
    assert not store.views


def test_a_parse_reaches_all_contexts() -> None:
    store = parsed(lr=0.1)
    with override(store, {"wd": 1}):
        context = contextvars.copy_context()
    store.adopt_defaults({"lr": 0.2, "wd": 0})
    assert context.run(store.values) == {"lr": 0.2, "wd": 1}
    context.run(store.adopt_defaults, {"lr": 0.3})
    assert store.values() == {"lr": 0.3}


def test_a_block_that_ends_in_another_context_goes_on_where_it_began() -> None:
    store = parsed(lr=0.1)
    block, context = override(store, {"lr": 1}), contextvars.copy_context()
    context.run(block.__enter__)
    block.__exit__(None, None, None)
    assert (store.read("lr"), context.run(store.read, "lr")) == (0.1, 1)


def test_a_suspended_generator_ends_its_block_when_it_is_closed() -> None:
    store = parsed(lr=0.1)

    def steps() -> Generator[object]:
        with override(store, {"lr": 1}):
            yield store.read("lr")

    suspended = steps()
    assert next(suspended) == 1
    with override(store, {"lr": 2}):
        suspended.close()
        assert store.read("lr") == 2
    assert store.values() == {"lr": 0.1}


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
def test_blocks_that_end_in_any_order_leave_nothing(order: tuple[int, ...]) -> None:
    store = parsed(a=0, b=0, c=0)
    blocks = [override(store, {name: 1}) for name in "abc"]
    for block in blocks:
        block.__enter__()
    for number in order:
        # The innermost block goes on with the values that it started with.
        assert store.read("c") == (order.index(number) <= order.index(2))
        blocks[number].__exit__(None, None, None)
    assert store.values() == {"a": 0, "b": 0, "c": 0}


few = st.dictionaries(st.sampled_from(["a", "b", "c.x"]), st.integers(), max_size=3)


@given(before=few, waiting=st.lists(few, max_size=5), order=st.randoms(use_true_random=False))
def test_blocks_in_any_order_leave_everything_as_it_was(
    before: dict[str, int], waiting: list[dict[str, int]], order: Any
) -> None:
    store = parsed(a=-1, b=-1, c={"x": 0})
    store.set(before)
    for name in "ab":
        store.read(name)
    at_first = everything(store, *"abc")
    blocks: list[AbstractContextManager[Store]] = []
    while waiting or blocks:
        if waiting and (not blocks or order.random() < 0.5):
            values = waiting.pop()
            blocks.append(override(store, values))
            blocks[-1].__enter__()
            assert {name: store.get(name) for name in values} == values
        else:
            blocks.pop(order.randrange(len(blocks))).__exit__(None, None, None)
    assert everything(store, *"abc") == at_first
