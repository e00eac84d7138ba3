"""What was written when, and from where."""

from __future__ import annotations

import pickle

from hpman.runtime.history import History
from hpman.runtime.origin import Origin


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
