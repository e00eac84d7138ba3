"""A short hash of values, the same in every process."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections import OrderedDict
from typing import Any

import pytest

from hpman.errors import NotLiteralEvaluable
from hpman.runtime.fingerprint import fingerprint

DEFERRED = NotLiteralEvaluable(expression="make()")


class Thing:
    """An object without a name of its own."""

    def __init__(self, value: object) -> None:
        self.value = value


class Elsewhere:
    """An object of the main module, as a worker sees it."""


Elsewhere.__module__ = "__mp_main__"


class Opaque:
    """An object that cannot be taken apart."""

    def __reduce_ex__(self, _protocol: Any) -> Any:
        raise TypeError


class Named:
    """An object that pickles as a global name."""

    def __reduce_ex__(self, _protocol: Any) -> str:
        return "float32"


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({1, 2, "a"}, {"a", 2, 1}),
        ({"x": 1, "y": {2: 3, 1: 2}}, {"y": {1: 2, 2: 3}, "x": 1}),
        (frozenset("abc"), frozenset("cba")),
        (float("nan"), float("nan")),
        (Thing({"a", "b"}), Thing({"b", "a"})),
        (OrderedDict(a=1), OrderedDict(a=1)),
        (functools.partial(print, 1), functools.partial(print, 1)),
        (Opaque(), Opaque()),
        (Named(), Named()),
        (LOOP, LOOP),
        (print, print),
        ("\ud800", "\ud800"),
        pytest.param(10**5000, 10**5000, id="a long int"),  # Python refuses to write it in decimals
        (DEFERRED, NotLiteralEvaluable(expression=DEFERRED.expression)),
    ],
    ids=lambda value: type(value).__name__,  # not repr, which differs between processes
)
def test_equal_values_have_one_fingerprint(one: object, other: object) -> None:
    assert fingerprint({"a": one, "b": 1}) == fingerprint({"b": 1, "a": other})


def test_a_class_of_the_main_module_is_the_same_in_a_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_worker = fingerprint({"thing": Elsewhere(), "type": Elsewhere})
    monkeypatch.setattr(Elsewhere, "__module__", "__main__")
    assert fingerprint({"thing": Elsewhere(), "type": Elsewhere}) == of_worker


DIFFERENT: list[Any] = [
    *(
        1,
        1.0,
        True,
        1 + 0j,
        "1",
        b"1",
        None,
        0,
        0.0,
        -0.0,
        [],
        (),
        {},
        [1],
        (1,),
        {1},
        frozenset([1]),
    ),
    *(["a,b"], ["a", "b"], [["a"], "b"], [["a", "b"]], {"a": 1}, {1: "a"}, {"a": "1"}),
    *(Thing(1), Thing(2), print, len, int, Opaque(), Named(), DEFERRED),
    *(NotLiteralEvaluable(expression="LR / 11"), "a=b", {"a": "b"}),
]


def test_values_that_differ_have_different_fingerprints() -> None:
    fingerprints = {fingerprint({"a": value}) for value in DIFFERENT}
    assert len(fingerprints) == len(DIFFERENT)
    assert all(len(digits) == 12 and int(digits, 16) >= 0 for digits in fingerprints)


def test_every_process_has_the_same_fingerprint() -> None:
    values = "{'tags': {'a', 'b', 'c', 'd'}, 'lr': 0.1, 'f': {frozenset('xyz'): print}}"
    program = f"from hpman.runtime.fingerprint import fingerprint; print(fingerprint({values}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == f"{fingerprint(eval(values))}\n"
