"""A law of search spaces: each value of a hint comes back from the command line exactly."""

from __future__ import annotations

import argparse
from ast import literal_eval
from typing import Any

from hypothesis import given, strategies as st

from hpargparse import bind
from hpargparse.errors import SpaceError
from hpargparse.space.select import Request, select
from hpman import HyperParameterManager
from hpman.literals import show_literal
from tests.properties.test_values import literals, numbers, plain_texts, shape
from tests.strategies import spelled

_PLACES = st.sampled_from(["x", "encoder/x", "model/encoder/x"])
_SCOPES = 'with _.scope("encoder"), _.scope("model"): pass\n'
_mixed = st.sampled_from(
    [True, 1, 1.0, None, "1", "True", "None", "", "a b", (1,), (True, 1), b"1"]
)
# A hint may be any literal that sources can hold.
_values = st.one_of(
    st.lists(_mixed, min_size=1, max_size=5),
    st.lists(literals, min_size=1, max_size=3),
    st.lists(plain_texts, min_size=1, max_size=3),
    st.lists(numbers, min_size=1, max_size=3),
)


def _reads(manager: HyperParameterManager, name: str, arguments: list[str]) -> object:
    """Return what a program reads after its command line, in a scope if the name has one."""
    parser = argparse.ArgumentParser()
    bind(parser, manager)
    parser.parse_args(arguments)
    scope, _slash, plain = name.rpartition("/")
    return manager.get_values()[name if scope else plain]


def _is_literal(value: object) -> bool:
    """Return whether sources can hold a value: they have no nan and no lone surrogates."""
    try:
        text = spelled(value)
        return shape(literal_eval(text)) == shape(value) and bool(text.encode())
    except (SyntaxError, ValueError, TypeError):
        return False


@given(_values.filter(_is_literal), st.sampled_from(["first", "None", "'auto'", "True"]), _PLACES)
def test_each_value_of_a_hint_comes_back(values: list[Any], default: str, name: str) -> None:
    first = spelled(values[0]) if default == "first" else default
    source = f'{_SCOPES}_("x", {first}, optional=True, choices={spelled([*values])})\n'
    manager = HyperParameterManager("_").parse_source(source)
    try:
        space = select(manager.index, Request((name,))).space
    except SpaceError:
        # The command line has no text for it, or the default is of another type.
        return
    axis = space.axes[-1]
    shown = {show_literal(value) for value in axis.domain.values}  # type: ignore[union-attr]
    assert len(shown) == space.size
    for point in space.grid():
        fresh = HyperParameterManager("_").parse_source(source)
        assert shape(_reads(fresh, name, space.arguments(point))) == shape(point[name])


@given(
    st.one_of(
        st.tuples(st.integers(), st.integers(1), st.none()),
        st.tuples(st.integers(), st.integers(1), st.integers(1)),
        st.tuples(
            st.floats(-1e9, 1e9), st.floats(1e-9, 1e9), st.one_of(st.none(), st.floats(1e-3, 1e3))
        ),
    ),
    _PLACES,
    st.integers(0, 3),
)
def test_each_number_of_a_range_comes_back(
    numbers: tuple[Any, Any, Any], name: str, trial: int
) -> None:
    low, width, step = numbers
    source = f'{_SCOPES}_("x", {low!r}, range=[{low!r}, {low + width!r}], step={step!r})\n'
    manager = HyperParameterManager("_").parse_source(source)
    try:
        space = select(manager.index, Request((name,))).space
    except SpaceError:  # the step does not divide the range, or the range is too small
        return
    try:
        point = space.random(7, trial)
    except IndexError:
        assert space.size is not None
        assert trial >= space.size
        return
    assert space.contains(point)
    assert shape(_reads(manager, name, space.arguments(point))) == shape(point[name])


def test_equal_values_of_different_types_come_back_where_the_command_line_can_tell_them() -> None:
    source = '_("x", "auto", choices=["auto", True, 1, None, (1, 2), [1, 2], 0.0, -0.0])\n'
    manager = HyperParameterManager("_").parse_source(source)
    space = select(manager.index, Request(("x",))).space
    assert space.size == 8
    for point in space.grid():
        fresh = HyperParameterManager("_").parse_source(source)
        assert shape(_reads(fresh, "x", space.arguments(point))) == shape(point["x"])
