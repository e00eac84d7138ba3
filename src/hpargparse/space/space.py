"""The search space of a sweep: which values there are, all points of it, random points.

Owns how points are counted, numbered and drawn. Must not know hints, the command line,
sources or an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from math import exp, log
from random import Random
from typing import Any

from hpman import EMPTY, Frozen, NotLiteralEvaluable, Occurrence, show_literal
from hpman.text import truncate

from ..errors import ConversionError, SpaceError
from ..values.convert import Converter

Point = dict[str, object]

_ROUNDS = 4  # of the shuffle, enough for a permutation that looks random


class Values(Frozen):
    """A list of values, for a hyperparameter that takes one of them.

    >>> Values((2, 4, None)).size
    3
    """

    __slots__ = ()
    values: tuple[object, ...]
    is_log = False

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.values)

    def at(self, number: int) -> object:
        """Return the value of a number from 0."""
        return self.values[number]

    def draw(self, rng: Random) -> object:
        """Return a random value."""
        return self.values[rng.randrange(self.size)]

    def contains(self, value: object) -> bool:
        """Return whether a value is one of them. True is not 1."""
        return show_literal(value) in map(show_literal, self.values)

    def __str__(self) -> str:
        return ", ".join(truncate(show_literal(value)) for value in self.values)


class Interval(Frozen):
    """All ints or floats from `low` to `high`. Both have the same type.

    >>> drawn = Interval(0.0, 0.3, 0.1)
    >>> drawn.size, drawn.at(3), str(drawn)
    (4, 0.3, '0.0 to 0.3 in steps of 0.1')
    """

    __slots__ = ()
    low: Any  # the lowest value
    high: Any  # the highest value
    step: Any = None  # the distance between values; None for all ints, or all floats
    is_log: bool = False  # whether the logarithms of the values are drawn uniformly

    @property
    def size(self) -> int | None:
        """How many values there are; None for all floats."""
        if self.step is None and type(self.low) is float:
            return None
        return int(_steps(self.low, self.high, self.step or 1)) + 1

    def at(self, number: int) -> object:
        """Return the value of a number from 0."""
        step = 1 if self.step is None else self.step
        return type(self.low)(_exact(self.low) + number * _exact(step))

    def nearest(self, number: Any) -> object:
        """Return the value that is nearest to a number."""
        size = self.size
        if size is None:
            return min(max(number, self.low), self.high)
        steps = round(_steps(self.low, number, self.step or 1))
        return self.at(min(max(steps, 0), size - 1))

    def draw(self, rng: Random) -> object:
        """Return a random value."""
        if self.is_log:
            half = 0.5 if type(self.low) is int else 0.0  # so that the ends are not rarer
            drawn = exp(rng.uniform(log(self.low - half), log(self.high + half)))
            value = round(drawn) if half else drawn
        elif (size := self.size) is not None:
            return self.at(rng.randrange(size))
        else:
            share = rng.random()
            value = self.low * (1 - share) + self.high * share
        return min(max(value, self.low), self.high)

    def contains(self, value: Any) -> bool:
        """Return whether a value is one of them."""
        is_inside = type(value) is type(self.low) and self.low <= value <= self.high
        if not is_inside or self.step is None:
            return is_inside
        return _steps(self.low, value, self.step).denominator == 1

    def __str__(self) -> str:
        ends = f"{show_literal(self.low)} to {show_literal(self.high)}"
        steps = "" if self.step is None else f" in steps of {show_literal(self.step)}"
        return f"{ends}{steps}{', log' if self.is_log else ''}"


class Axis(Frozen):
    """One hyperparameter that is searched."""

    __slots__ = ()
    name: str  # its name, after a scope if there is one, such as `encoder/depth`
    domain: Values | Interval  # its values
    converter: Converter  # reads and writes them
    why: str = ""  # why it is searched, such as `hint search` or `--sweep`
    # The names of other axes with the values that each must have.
    conditions: tuple[tuple[str, tuple[object, ...]], ...] = ()
    definition: Occurrence | None = None  # the call with the default


class Space:
    """All points that a sweep may try: dicts from names to values.

    An axis whose conditions do not hold is left out of a point, so no two points are equal.
    The points are in a stable order: by the names of the axes, conditions first, the last
    axis changing fastest.

    >>> from hpargparse.values.convert import Converter
    >>> axes = [Axis(name, Values((1, 2)), Converter(1, {}, name)) for name in "ab"]
    >>> space = Space(axes)
    >>> space.size, space.point(1), Space(axes, [("a", "b")]).size
    (4, {'a': 1, 'b': 2}, 2)
    """

    def __init__(self, axes: Iterable[Axis], zipped: Iterable[Sequence[str]] = ()) -> None:
        by_name = {axis.name: axis for axis in sorted(axes, key=lambda axis: axis.name)}
        group_of = {name: tuple(names) for names in zipped for name in names}
        # The same axes; those that change together are one group.
        self.groups: list[tuple[Axis, ...]] = []
        placed: set[str] = set()
        while len(placed) < len(by_name):
            names = next(
                group_of.get(name, (name,))
                for name, axis in by_name.items()
                if name not in placed and placed.issuperset(parent for parent, _ in axis.conditions)
            )
            self.groups.append(tuple(by_name[name] for name in names))
            placed.update(names)
        # The axes, in the order of the grid.
        self.axes: list[Axis] = [axis for group in self.groups for axis in group]
        # The names of the axes that have no grid.
        self.continuous: list[str] = [a.name for a in self.axes if a.domain.size is None]
        groups = [tuple(axis.name for axis in group) for group in self.groups]
        # The groups of axes that change together.
        self.zipped: list[tuple[str, ...]] = [names for names in groups if len(names) > 1]
        # By number: the names that the conditions of this group and later ones are about.
        self._parents: list[set[str]] = [set()]
        for group in reversed(self.groups):
            names_of_conditions = {name for name, _values in group[0].conditions}
            self._parents.insert(0, self._parents[0] | names_of_conditions)
        self._counts: dict[tuple[object, ...], int] = {}

    @property
    def size(self) -> int | None:
        """How many points there are; None if an axis is continuous."""
        return None if self.continuous else self._count(0, {})

    def point(self, number: int) -> Point:
        """Return the point of a number from 0 to `size - 1`, in the order of the grid.

        Raises:
            IndexError: if there is no such point, or an axis is continuous.
        """
        if not 0 <= number < (self.size or 0):
            raise IndexError(f"there is no point {number}")
        point: Point = {}
        for depth, group in enumerate(self.groups):
            if not is_active(group[0], point):
                continue
            if not self._is_parent(depth, group):
                index, number = divmod(number, self._count(depth + 1, point))
                point |= _at(group, index)
                continue
            index = 0
            while True:
                point |= _at(group, index)
                below = self._count(depth + 1, point)
                if number < below:
                    break
                number, index = number - below, index + 1
        return point

    def random(self, seed: int, number: int) -> Point:
        """Return the point of a trial, which depends on the seed and its number alone.

        The first `size` trials of a finite space are all its points, shuffled, unless an axis
        has a logarithmic scale: then points may come again.

        Raises:
            IndexError: if all points have come.
        """
        size = self.size
        if size is not None and not any(axis.domain.is_log for axis in self.axes):
            if not 0 <= number < size:
                raise IndexError(f"there is no point {number}")
            return self.point(_shuffled(number, size, seed))

        def draw(group: tuple[Axis, ...]) -> Point:
            # Each axis has a generator of its own, so one axis more changes no other value.
            rng = Random(f"{seed}/{number}/{group[0].name}")  # noqa: S311 - no secret
            if len(group) > 1:
                return _at(group, rng.randrange(_length(group)))
            return {group[0].name: group[0].domain.draw(rng)}

        return self.compose(draw)

    def compose(self, values: Callable[[tuple[Axis, ...]], Point]) -> Point:
        """Return a point from the values of each group whose conditions hold."""
        point: Point = {}
        for group in self.groups:
            if is_active(group[0], point):
                point |= values(group)
        return point

    def grid(self) -> Iterator[Point]:
        """Return all points in order.

        Raises:
            SpaceError: if an axis is continuous.
        """
        if not self.continuous:
            return map(self.point, range(self.size or 0))
        name = self.continuous[0]
        domain: Any = next(axis.domain for axis in self.axes if axis.name == name)
        low, high = show_literal(domain.low), show_literal(domain.high)
        raise SpaceError.because(
            f"`{name}` has all floats from {low} to {high}, so there is no grid.",
            f"Write a step, as in `--sweep {name}={low}..{high}:STEP`, or a list of values.",
        )

    def contains(self, point: Mapping[str, object]) -> bool:
        """Return whether a point, such as that of an earlier trial, lies in the space."""
        rest = dict(point)
        for group in self.groups:
            if not is_active(group[0], point):
                continue
            values = [rest.pop(axis.name, EMPTY) for axis in group]
            if len(group) == 1:
                if not group[0].domain.contains(values[0]):
                    return False
            elif show_literal(values) not in (
                show_literal([*_at(group, index).values()]) for index in range(_length(group))
            ):
                return False
        return not rest

    def default_point(self) -> Point | None:
        """Return the point of the defaults; None if it is unknown or outside of the space."""
        point = self.compose(
            lambda group: {axis.name: default_of(axis.converter) for axis in group}
        )
        return point if self.contains(point) else None

    def arguments(self, point: Mapping[str, object]) -> list[str]:
        """Return the options that give a program the values of a point."""
        return [
            f"--{axis.name.replace('_', '-')}={axis.converter.format(point[axis.name])}"
            for axis in self.axes
            if axis.name in point
        ]

    def _count(self, depth: int, point: Mapping[str, object]) -> int:
        """Return how many points the groups from one on have, after the values of others."""
        if depth == len(self.groups):
            return 1
        parents = sorted(self._parents[depth] & point.keys())
        key = depth, *((name, show_literal(point[name])) for name in parents)
        if key not in self._counts:
            group = self.groups[depth]
            if not is_active(group[0], point):
                count = self._count(depth + 1, point)
            elif self._is_parent(depth, group):
                numbers = range(_length(group))
                count = sum(self._count(depth + 1, {**point, **_at(group, n)}) for n in numbers)
            else:
                count = _length(group) * self._count(depth + 1, point)
            self._counts[key] = count
        return self._counts[key]

    def _is_parent(self, depth: int, group: tuple[Axis, ...]) -> bool:
        """Return whether later conditions are about a group."""
        return not self._parents[depth + 1].isdisjoint(axis.name for axis in group)


def default_of(converter: Converter) -> object:
    """Return a default as the command line would read it.

    It is the name of a member of an Enum, and a `NotLiteralEvaluable` or EMPTY if it is unknown.
    """
    default = converter.default
    if isinstance(default, NotLiteralEvaluable):
        return default.member or default
    with suppress(ConversionError):
        return converter.check(default)
    return default


def is_active(axis: Axis, point: Mapping[str, object]) -> bool:
    """Return whether the conditions of an axis hold in a point."""
    return all(
        name in point and Values(values).contains(point[name]) for name, values in axis.conditions
    )


def _length(group: tuple[Axis, ...]) -> int:
    return group[0].domain.size or 0


def _at(group: tuple[Axis, ...], number: int) -> Point:
    return {axis.name: axis.domain.at(number) for axis in group}


def _shuffled(number: int, size: int, seed: int) -> int:
    """Return where a number from 0 to `size - 1` is after a shuffle, without shuffling all.

    It is a Feistel network: each round changes one half by a function of the other one, which
    can be undone, so no two numbers meet. One that lands outside goes on until it is inside.
    """
    bits = max(1, ((size - 1).bit_length() + 1) // 2)
    while True:
        left, right = divmod(number, 1 << bits)
        for step in range(_ROUNDS):
            mask = Random(f"{seed}/{step}/{right}").getrandbits(bits)  # noqa: S311 - no secret
            left, right = right, left ^ mask
        number = (left << bits) | right
        if number < size:
            return number


def _exact(number: Any) -> Fraction:
    """Return a number as it is written: 0.1 is one tenth."""
    return Fraction(number if type(number) is int else repr(number))


def _steps(low: Any, high: Any, step: Any) -> Fraction:
    return (_exact(high) - _exact(low)) / _exact(step)
