"""Points of a search space: how many, in which order, and drawn how."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from hpargparse.errors import SpaceError
from hpargparse.space.space import Axis, Interval, Space, Values
from hpargparse.values.convert import Converter
from hpman import NotLiteralEvaluable
from hpman.literals import show_literal

if TYPE_CHECKING:
    from collections.abc import Sequence


def axis(
    name: str, domain: Values | Interval, conditions: dict[str, Sequence[object]] | None = None
) -> Axis:
    default = domain.at(0) if domain.size else 0.5
    pairs = tuple((parent, tuple(values)) for parent, values in (conditions or {}).items())
    return Axis(name, domain, Converter(default, {}, name), "", pairs)


OPTIMIZER = axis("z_optimizer", Values(("adam", "sgd", "lion")))
MOMENTUM = axis("momentum", Values((0.8, 0.9)), {"z_optimizer": ["sgd", "lion"]})
NESTEROV = axis("a_nesterov", Values((True, False)), {"momentum": [0.9], "z_optimizer": ["sgd"]})


def test_a_grid_is_the_product_in_the_order_of_the_names() -> None:
    space = Space([axis("b", Values((1, 2))), axis("a", Values(("x", None)))])
    points = [{"a": "x", "b": 1}, {"a": "x", "b": 2}, {"a": None, "b": 1}, {"a": None, "b": 2}]
    assert list(space.grid()) == points
    assert [axis.name for axis in space.axes] == ["a", "b"]


def test_conditions_come_first_and_leave_no_two_points_equal() -> None:
    space = Space([NESTEROV, MOMENTUM, OPTIMIZER])
    points = list(space.grid())
    assert [axis.name for axis in space.axes] == ["z_optimizer", "momentum", "a_nesterov"]
    assert points == [
        {"z_optimizer": "adam"},
        {"z_optimizer": "sgd", "momentum": 0.8},
        {"z_optimizer": "sgd", "momentum": 0.9, "a_nesterov": True},
        {"z_optimizer": "sgd", "momentum": 0.9, "a_nesterov": False},
        {"z_optimizer": "lion", "momentum": 0.8},
        {"z_optimizer": "lion", "momentum": 0.9},
    ]
    assert all(map(space.contains, points))
    assert not space.contains({"z_optimizer": "adam", "momentum": 0.8})
    assert not space.contains({"z_optimizer": "sgd"})
    assert space.default_point() == {"z_optimizer": "adam"}


def test_zipped_axes_are_one() -> None:
    axes = [axis("lr", Values((0.1, 0.2))), axis("wd", Interval(1, 2)), axis("b", Values((1, 2)))]
    space = Space(axes, [("lr", "wd")])
    points = [
        {"b": 1, "lr": 0.1, "wd": 1},
        {"b": 1, "lr": 0.2, "wd": 2},
        {"b": 2, "lr": 0.1, "wd": 1},
        {"b": 2, "lr": 0.2, "wd": 2},
    ]
    assert list(space.grid()) == points
    assert space.contains(points[1])
    assert not space.contains({"b": 1, "lr": 0.1, "wd": 2})
    assert space.zipped == [("lr", "wd")]
    drawn = Space([*axes, axis("x", Interval(0.0, 1.0))], [("lr", "wd")]).random(0, 3)
    assert {name: drawn[name] for name in ("b", "lr", "wd")} in points


def test_a_zipped_axis_can_be_what_a_condition_is_about() -> None:
    axes = [
        axis("b", Values((1, 2))),
        axis("c", Values((3, 4))),
        axis("a", Values((5, 6)), {"c": [4]}),
    ]
    points = [{"b": 1, "c": 3}, {"b": 2, "c": 4, "a": 5}, {"b": 2, "c": 4, "a": 6}]
    assert list(Space(axes, [("b", "c")]).grid()) == points


@pytest.mark.parametrize("number", [-1, 6])
def test_there_is_no_point_beyond_the_last(number: int) -> None:
    space = Space([OPTIMIZER, MOMENTUM, NESTEROV])
    with pytest.raises(IndexError, match=f"there is no point {number}"):
        space.point(number)
    with pytest.raises(IndexError, match=f"there is no point {number}"):
        space.random(0, number)


def test_a_huge_grid_is_not_listed() -> None:
    space = Space([axis(name, Interval(0, 10**9)) for name in "abcd"])
    assert space.size == (10**9 + 1) ** 4
    assert space.point(space.size - 1) == dict.fromkeys("abcd", 10**9)
    assert space.random(1, 5) != space.random(2, 5)


def test_a_continuous_axis_has_no_grid_and_says_how_to_get_one() -> None:
    space = Space([axis("lr", Interval(1e-5, 1.0, None, True)), OPTIMIZER])
    assert space.size is None
    assert space.continuous == ["lr"]
    with pytest.raises(SpaceError, match=r"--sweep lr=1e-05\.\.1\.0:STEP"):
        space.grid()
    with pytest.raises(IndexError):
        space.point(0)


@given(st.integers(0, 5), st.integers(1, 40))
def test_a_finite_space_is_drawn_without_replacement(seed: int, size: int) -> None:
    space = Space([axis("a", Interval(1, size)), OPTIMIZER, MOMENTUM])
    drawn = [show_literal(space.random(seed, number)) for number in range(space.size or 0)]
    assert sorted(drawn) == sorted(map(show_literal, space.grid()))


def test_a_trial_is_the_same_whatever_came_before_and_whatever_else_is_searched() -> None:
    lr, wd = axis("lr", Interval(1e-5, 1.0, None, True)), axis("wd", Interval(0.0, 1.0))
    space, more = Space([lr, OPTIMIZER, MOMENTUM]), Space([lr, OPTIMIZER, MOMENTUM, wd])
    assert [more.random(3, number) | space.random(3, number) for number in range(20)] == [
        more.random(3, number) for number in range(20)
    ]
    assert all(space.contains(space.random(3, number)) for number in range(20))
    assert len({show_literal(space.random(3, number)) for number in range(20)}) == 20
    # The same on every machine and Python, so that a sweep can go on elsewhere.
    assert Space([wd]).random(3, 7) == {"wd": Random("3/7/wd").random()}


def test_a_logarithmic_scale_draws_each_decade_as_often() -> None:
    space = Space(
        [axis("lr", Interval(1e-4, 1.0, None, True)), axis("n", Interval(1, 1000, None, True))]
    )
    points = [space.random(0, number) for number in range(1000)]
    for name, limit in (("lr", 1e-2), ("n", 31)):
        share = sum(point[name] < limit for point in points) / 1000  # type: ignore[operator]
        assert 0.4 < share < 0.6
    assert {type(point["n"]) for point in points} == {int}
    assert Space([axis("n", Interval(1, 3, None, True))]).random(0, 100)["n"] in (1, 2, 3)


@pytest.mark.parametrize(
    ("domain", "inside", "outside"),
    [
        (Values((True, 1, None, (3, 3))), [True, 1, None, (3, 3)], [1.0, False, [3, 3]]),
        (Interval(1, 9, 2), [1, 9], [2, 11, 1.0, True, "1"]),
        (Interval(0.0, 0.3, 0.1), [0.0, 0.1, 0.2, 0.3], [0.15, 0, float("nan")]),
        (Interval(0.0, 0.3), [0.25], [0.31, None]),
    ],
)
def test_a_domain_contains_its_values_alone(
    domain: Values | Interval, inside: list[object], outside: list[object]
) -> None:
    assert all(map(domain.contains, inside))
    assert not any(map(domain.contains, outside))
    assert domain.contains(domain.draw(Random(1)))


def test_steps_are_exact() -> None:
    domain = Interval(0.0, 1.0, 0.1)
    assert [domain.at(number) for number in range(domain.size or 0)] == [
        0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0,
    ]  # fmt: skip


@pytest.mark.parametrize("default", [0.05, None, NotLiteralEvaluable(expression="LR")])
def test_there_is_no_point_of_defaults_outside_of_the_space(default: object) -> None:
    row = Axis("lr", Interval(0.1, 0.2), Converter(default, {}, "lr"))
    assert Space([row]).default_point() is None


def test_the_point_of_defaults_is_as_the_command_line_reads_it() -> None:
    enum = NotLiteralEvaluable(member="A", members={"A": 1, "B": 2})
    axes = [
        Axis("act", Values(("B", "A")), Converter(enum, {}, "act")),
        Axis("depth", Values((2, 4)), Converter(2, {"choices": [3]}, "depth")),
    ]
    assert Space(axes).default_point() == {"act": "A", "depth": 2}
