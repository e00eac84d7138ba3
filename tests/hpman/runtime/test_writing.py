"""Writes that are interrupted, and readers beside them."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from hpman import HyperParameterManager
from hpman.errors import ImpossibleTree
from hpman.runtime.origin import Origin
from hpman.runtime.overrides import Override
from hpman.runtime.store import Store
from hpman.runtime.writing import WRITING, carry_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from hpman.runtime.callsite import Place
    from hpman.runtime.override_stack import Layer

# Who holds the lock, or has nothing left to do but to return: Python looks for
# signals after calls, not before each instruction.
SPARED = frozenset(["WRITING", "_accepted", "_target"])


at_each_instruction = pytest.mark.skipif(
    sys.version_info[:2] == (3, 12),
    reason="Python 3.12 may crash where a trace function raises at an instruction",
)

# What is raised at an instruction that closes a generator, Python tells of and goes on.
# Only from 3.14 on does a trace function see these.
though_a_generator_closes = pytest.mark.filterwarnings(
    "ignore:Exception ignored while closing generator"
)


def parsed() -> Store:
    store = Store()
    store.adopt_defaults({"a": 0, "b": 0, "n.b": 0, "opt": {"x": 0, "y": 0}})
    for name in ("a", "b", "n.b", "opt"):
        store.read(name)
    return store


def elsewhere() -> dict[str, Any]:
    other = Store()
    other.set({"a": 1, "b": 1})
    return other.state()


WRITES = [
    pytest.param(lambda store: store.set({"a": 1, "b": 1}), id="plain"),
    pytest.param(lambda store: store.set({"a": 1, "opt.x": 1, "b": 1}), id="a key"),
    pytest.param(lambda store: store.set({"opt.x": 1, "opt": {"x": 2}}), id="a key and its dict"),
    pytest.param(lambda store: store.set({"c.d": 1, "e": 1}), id="new names"),
    pytest.param(lambda store: store.set_tree({"a": 1, "n": {"b": 1}}), id="tree"),
    pytest.param(lambda store: store.accept("a", 5), id="call"),
    pytest.param(lambda store: store.accept("c.d", 5), id="new call"),
    pytest.param(lambda store: store.adopt_defaults({"c": 1, "d": 1}), id="parse"),
    pytest.param(lambda store: store.restore(elsewhere()), id="arrival"),
]


class Interrupted(BaseException):
    """What a handler of a signal raises."""


def interrupted_at(step: int, write: Callable[[Store], object], store: Store) -> bool:
    """Raise at one instruction of a write; tell whether it came that far.

    The frames that hold the lock themselves are left out, for it would be kept.
    """
    came = 0

    def trace(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal came
        if not frame.f_globals["__name__"].startswith("hpman."):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and SPARED.isdisjoint(frame.f_code.co_names):
            came += 1
            if came == step:
                sys.settrace(None)
                raise Interrupted
        return trace

    def traced() -> None:
        sys.settrace(trace)
        try:
            write(store)
        except Interrupted:
            pass
        finally:
            sys.settrace(None)

    # A thread of its own, so that the trace of coverage in this one stays.
    thread = threading.Thread(target=traced)
    thread.start()
    thread.join()
    return came >= step


def seen(store: Store) -> tuple[object, ...]:
    """Look through every route."""
    values = store.values()
    return values, {name: values[name] for name in store.hot}, dict(store.hot), store.tree()


@at_each_instruction
@though_a_generator_closes
@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_is_interrupted_anywhere_is_done_or_not(
    write: Callable[[Store], object],
) -> None:
    after = parsed()
    write(after)
    step = 1
    is_old = is_new = False
    store = parsed()
    while interrupted_at(step, write, store):
        old, new = seen(parsed()) == seen(store), seen(after) == seen(store)
        assert old or new
        # What is shown is also what stands behind it: a new parse changes nothing of it.
        sets = store.state()["sets"]
        assert sets == (after if new else parsed()).state()["sets"]
        is_old, is_new = is_old or old, is_new or new
        store = parsed()
        step += 1
    assert (is_old, is_new) == (True, True)


@at_each_instruction
@though_a_generator_closes
def test_a_block_that_is_interrupted_anywhere_leaves_nothing_behind() -> None:
    def block(store: Store) -> None:
        with store.override({"a": 1, "opt.x": 1, "c": 1}):
            pass

    step = 1
    store = parsed()
    while interrupted_at(step, block, store):
        assert seen(store) == seen(parsed())
        assert store.state()["sets"] == {}
        store = parsed()
        step += 1
    assert step > 50


def test_what_fails_for_another_reason_fails() -> None:
    def write() -> None:
        raise ImpossibleTree

    with pytest.raises(ImpossibleTree):
        carry_out(write)


def test_a_write_that_is_interrupted_is_done_again_and_the_interrupt_goes_on() -> None:
    done: list[int] = []

    def write() -> None:
        done.append(1)
        if len(done) == 1:
            raise Interrupted

    with pytest.raises(Interrupted):
        carry_out(write)
    assert len(done) == 2


class Hasty:
    """A store whose end of a block is interrupted once, before or after it is done."""

    def __init__(self, is_done: bool) -> None:
        self.store = parsed()
        self.is_done = is_done
        self.is_left = False

    def begin(self, layer: Layer, origin: Place) -> None:
        self.store.begin(layer, origin)

    def end(self, layer: Layer) -> None:
        if self.is_left or self.is_done:
            self.store.end(layer)
        if not self.is_left:
            self.is_left = True
            raise Interrupted


@pytest.mark.parametrize("is_done", [True, False])
def test_the_end_of_a_block_that_is_interrupted_is_the_end(is_done: bool) -> None:
    hasty = Hasty(is_done)
    override = Override(hasty, {"a": 1}, Origin("override"))
    with pytest.raises(Interrupted), override:
        assert hasty.store.values()["a"] == 1
    assert hasty.store.values()["a"] == 0
    with override:
        assert hasty.store.values()["a"] == 1
    assert hasty.store.values()["a"] == 0


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda m: m.get_values(), id="get_values"),
        pytest.param(lambda m: m.get_value("a"), id="get_value"),
        pytest.param(lambda m: m.get_value("a", raise_exception=False), id="or empty"),
        pytest.param(lambda m: m.get_tree(), id="get_tree"),
        pytest.param(lambda m: m.explain("a"), id="explain"),
        pytest.param(lambda m: m.db, id="db"),
        pytest.param(lambda m: m("n"), id="call of a branch"),
        pytest.param(lambda m: m("new"), id="first call"),
        pytest.param(lambda m: m.exists("a"), id="exists"),
        pytest.param(lambda m: m.unused(), id="unused"),
        pytest.param(lambda m: m.fingerprint(), id="fingerprint"),
        pytest.param(lambda m: m.__reduce__(), id="pickle"),
    ],
)
def test_a_reader_waits_for_the_end_of_a_write(
    read: Callable[[HyperParameterManager], object],
) -> None:
    manager = HyperParameterManager("_").set_values({"a": 0, "n.b": 0, "new": 0})
    manager("a")
    reader = threading.Thread(target=read, args=(manager,))
    with WRITING:
        reader.start()
        reader.join(0.05)
        assert reader.is_alive()
    reader.join()


@pytest.mark.parametrize("write", WRITES)
def test_a_call_is_never_behind_for_one_who_waits(write: Callable[[Store], object]) -> None:
    """Whenever the lock is free, the dictionary of the hot call is what is resolved."""
    store = parsed()
    found: list[bool] = []

    def look() -> None:
        if WRITING.acquire(blocking=False):
            found.append(dict(store.hot) == {k: store.values()[k] for k in store.hot})
            WRITING.release()

    def trace(frame: FrameType, _event: str, _arg: object) -> Any:
        if not frame.f_globals["__name__"].startswith("hpman."):
            return None
        frame.f_trace_opcodes = True
        another = threading.Thread(target=look)
        another.start()
        another.join()
        return trace

    def traced() -> None:
        sys.settrace(trace)
        write(store)
        sys.settrace(None)

    thread = threading.Thread(target=traced)
    thread.start()
    thread.join()
    assert found
    assert all(found)
