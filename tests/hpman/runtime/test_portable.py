"""What of a store can go to another process."""

from __future__ import annotations

import pickle
import sys
import threading
import warnings
from typing import Any

import pytest

from hpman import EMPTY
from hpman.runtime import portable as module
from hpman.runtime.origin import Origin
from hpman.runtime.portable import arrived, is_starting, packed_for_worker, portable
from hpman.runtime.store import Store


class Fragile:
    """A value that pickles, and cannot be built anywhere."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("no number",)


class Stubborn:
    """A value whose pickling fails in its own way."""

    def __reduce__(self) -> tuple[Any, ...]:
        raise OSError("the device\n  is busy")


class Counted:
    """A value that counts how often it is pickled."""

    pickled = 0

    def __reduce__(self) -> tuple[Any, ...]:
        Counted.pickled += 1
        return Counted, ()


def store_of(**values: object) -> Store:
    store = Store()
    store.set(values, Origin("setter", "run.py", 1))
    return store


def received(state: dict[str, Any]) -> Store:
    other = Store()
    other.restore(arrived(pickle.loads(pickle.dumps(state))))
    return other


def test_a_value_that_stays_behind_leaves_no_trace() -> None:
    store = Store()
    here = Origin("setter", "run.py", 1)
    store.accept("depth", 4)
    store.accept("norm", len)
    store.set({"lr": 0.1, "act": len}, here)
    store.set({"act": print}, here)  # the values of one line have times of their own now
    state, stays = portable(store.state(), lambda value: EMPTY if callable(value) else value)
    other = Store()
    other.restore(state)
    assert stays == ["act"]
    assert other.values() == {"depth": 4, "lr": 0.1}
    assert other.explain("lr") == store.explain("lr")
    assert other.explain("depth") == store.explain("depth")
    assert other.get("norm") is EMPTY


def test_what_can_be_pickled_arrives_with_its_origins() -> None:
    store = store_of(lr=0.1, ks=[1, 2], act=len, opt={"lr": 3})
    other = received(packed_for_worker(store.state()))
    assert other.values() == store.values()
    assert other.explain("ks") == store.explain("ks")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(lambda x: x, r"\w+: .*lambda", id="lambda"),
        pytest.param(threading.Lock(), "TypeError: .*lock", id="lock"),
        pytest.param(Stubborn(), "OSError: the device is busy", id="fails in its own way"),
    ],
)
def test_a_value_that_cannot_be_pickled_is_named_and_stays_behind(
    value: object, reason: str
) -> None:
    store = store_of(act=value, lr=1)
    with pytest.warns(RuntimeWarning, match=rf"`act` cannot be pickled \({reason}.*worker") as told:
        other = received(packed_for_worker(store.state()))
    assert other.values() == {"lr": 1}
    assert [each.filename for each in told] == [__file__]


def test_a_value_that_cannot_be_built_is_named_there_and_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = packed_for_worker(store_of(bad=Fragile(), lr=1).state())
    with pytest.warns(RuntimeWarning, match=r"`bad` was sent .* \(ValueError: invalid literal"):
        assert received(packed).values() == {"lr": 1}
    # An exception would end the worker at its start: a pool would start it anew for ever.
    shown: list[object] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: shown.append(message))
    assert received(packed).values() == {"lr": 1}
    assert "the value of `bad` was sent" in str(shown)


def test_a_warning_that_is_an_error_reaches_the_program_but_ends_no_thread_of_a_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = store_of(act=lambda: 0, lr=1).state()
    with pytest.raises(RuntimeWarning, match="`act` cannot be pickled"):
        packed_for_worker(state)
    packed: list[dict[str, Any]] = []
    shown: list[object] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: shown.append(message))
    thread = threading.Thread(target=lambda: packed.append(packed_for_worker(state)))
    thread.start()
    thread.join()
    assert [each["sets"] for each in packed] == [{"lr": 1}]
    assert len(shown) == 1


def test_a_value_is_pickled_once_and_packed_once() -> None:
    store, value = Store(), Counted()
    store.accept("model", value)
    store.set({"model": value, "other": value})
    Counted.pickled = 0
    packed = packed_for_worker(packed_for_worker(store.state()))
    assert Counted.pickled == 1
    assert sorted(received(packed).values()) == ["model", "other"]


def test_a_copy_made_while_a_worker_starts_holds_the_values() -> None:
    other = Store()
    other.restore(arrived(packed_for_worker(store_of(ks=[1, 2]).state())))
    assert other.values() == {"ks": [1, 2]}


def test_a_worker_is_starting_only_while_multiprocessing_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from multiprocessing import context

    assert not is_starting()
    context.set_spawning_popen(object())  # type: ignore[arg-type]
    try:
        assert is_starting()
    finally:
        context.set_spawning_popen(None)
    monkeypatch.delitem(sys.modules, "multiprocessing.context")
    assert not is_starting()


def test_a_process_is_told_from_one_that_has_the_same_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = module.this_process()
    assert before == module.this_process()
    monkeypatch.setattr(module, "_BIRTH", b"another")
    assert module.this_process() != before
