"""Immutable values with named fields."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from hpman.frozen import Frozen


class Point(Frozen):
    __slots__ = ()
    x: int
    y: int = 0


def test_fields_are_given_by_position_or_by_name() -> None:
    assert Point(1, 2) == Point(1, y=2) == Point(y=2, x=1)
    assert Point(1) == Point(1, 0)
    assert Point(x=1).y == 0


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param((), {}, id="missing"),
        pytest.param((1, 2, 3), {}, id="too many"),
        pytest.param((1,), {"x": 2}, id="twice"),
        pytest.param((1,), {"z": 2}, id="unknown"),
    ],
)
def test_other_fields_are_refused(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Point takes the fields x, y"):
        Point(*values, **named)


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Point(1).z = 2  # type: ignore[attr-defined]


def test_a_change_makes_a_new_record() -> None:
    point = Point(1, 2)
    assert point.replace(x=3) == Point(3, 2)
    assert point == Point(1, 2)
    with pytest.raises(TypeError):
        point.replace(z=1)


def test_a_record_shows_its_fields() -> None:
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"


def test_a_record_survives_pickling_and_copying() -> None:
    point = Point(1, 2)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(point, protocol))
        assert type(twin) is Point
        assert twin == point
    assert copy.deepcopy(point) == copy.copy(point) == point


def test_a_record_without_fields_is_one() -> None:
    class Empty(Frozen):
        __slots__ = ()

    assert repr(Empty()) == "Empty()"
