"""What set each value, when and from where."""

from __future__ import annotations

import pickle

from hpman.runtime.origin import History, Origin

ONE, TWO = Origin("setter", "run.py", 1), Origin("setter", "run.py", 2)


def record(history: History, origin: Origin, **values: int) -> None:
    history.record(values, origin, lambda _: ())


def test_a_loop_that_sets_from_one_line_does_not_grow_the_history() -> None:
    history = History()
    for number in range(1000):
        record(history, ONE, a=number)
        record(history, ONE, a=number, b=number)
        record(history, ONE, c=number)
    assert len(pickle.dumps(history.state())) < 500
    assert [(name, value) for _, name, _, value in history.events("abc")] == [
        ("a", 999),
        ("b", 999),
        ("c", 999),
    ]


def test_the_place_that_set_a_name_last_comes_last() -> None:
    history = History()
    record(history, ONE, x=1, y=1)
    record(history, TWO, x=2)
    record(history, ONE, y=3)
    assert [place[2] for _, _, place, _ in history.events(["x"])] == [1, 2]
    record(history, ONE, x=4)
    assert [place[2] for _, _, place, _ in history.events(["x"])] == [2, 1]


def test_a_name_below_another_is_found_by_its_start() -> None:
    history = History()
    history.record({"a": 1, "b.x": 2, "b": 3, "bc": 4}, ONE, lambda _: ())
    assert [name for _, name, *_ in history.events(["b"], below="b.")] == ["b", "b.x"]


def test_the_state_of_another_process_comes_after_what_was_recorded_here() -> None:
    history, other = History(), History()
    record(history, ONE, x=1)
    record(history, TWO, y=2)
    record(other, ONE, y=3)
    record(other, TWO, x=4)
    state = other.state()
    for _again in range(2):
        history.adopt(state)
        assert [(name, value) for _, name, _, value in history.events("xy")] == [
            ("x", 1),
            ("y", 2),
            ("y", 3),
            ("x", 4),
        ]


def test_what_a_block_sets_is_not_recorded_outside_of_it() -> None:
    history = History()
    record(history, ONE, x=1)
    block = history.copy()
    record(block, TWO, x=2)
    record(block, ONE, x=3)
    assert [value for *_, value in block.events("x")] == [2, 3]
    assert [value for *_, value in history.events("x")] == [1]
