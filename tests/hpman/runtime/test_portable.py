"""What of a store can go to another process."""

from __future__ import annotations

from hpman.runtime.origin import Origin
from hpman.runtime.portable import portable
from hpman.runtime.store import Store


def test_a_value_that_stays_behind_leaves_no_trace() -> None:
    store = Store()
    here = Origin("setter", "run.py", 1)
    store.accept("depth", 4)
    store.accept("norm", len)
    store.set({"lr": 0.1, "act": len}, here)
    store.set({"act": print}, here)  # the values of one line have times of their own now
    state, stays = portable(store.state(), lambda value: not callable(value))
    other = Store()
    other.restore(state)
    assert stays == ["act"]
    assert other.values() == {"depth": 4, "lr": 0.1}
    assert other.explain("lr") == store.explain("lr")
    assert other.explain("depth") == store.explain("depth")
    assert not other.exists("norm")
