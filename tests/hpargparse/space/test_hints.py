"""What hints say about a space. What is wrong with them: golden/check/HPM210 to HPM212."""

from __future__ import annotations

from typing import Any

import pytest

from hpargparse.errors import ConversionError, SpaceError
from hpargparse.space.hints import (
    condition_faults,
    equal_choices,
    hinted_domain,
    interval,
    is_hinted,
    opt_in,
)
from hpargparse.values.convert import Converter
from hpman import HyperParameterManager, NotLiteralEvaluable

INF = float("inf")


@pytest.mark.parametrize(
    ("default", "hints", "domain"),
    [
        (1, {"range": [1, 9]}, "1 to 9"),
        (1.0, {"range": [1, 9]}, "1.0 to 9.0"),
        (1.0, {"range": [1, 9], "scale": "linear", "step": 2}, "1.0 to 9.0 in steps of 2.0"),
        (1, {"range": [1, 9], "search": [2, 4], "scale": "log"}, "2 to 4, log"),
        (1, {"range": [1, 9], "search": {4, 2}}, "2, 4"),
        (1, {"range": [1, 9], "search": [2, 4, 8]}, "2, 4, 8"),
        (1, {"choices": [1, 2, 4], "search": [2, 4]}, "2, 4"),
        (1, {"choices": [1, 2], "search": True}, "1, 2"),
        (None, {"search": [1, 2]}, "1 to 2"),
        (None, {"search": [1, 0.5, None]}, "1, 0.5, None"),
        (None, {"search": [1, 2.5]}, "1.0 to 2.5"),
        (None, {"search": ["a", "b"]}, "'a', 'b'"),
        ("a", {"choices": {"c", "a", 10, 9}}, "'a', 'c', 10, 9"),
        ("auto", {"choices": ["auto", True, 1, None]}, "'auto', True, 1, None"),
        ((1, 1), {"choices": [(3, 3), (5, 5)]}, "(3, 3), (5, 5)"),
        ((1, 1), {"optional": True, "choices": [(3, 3), None]}, "(3, 3), None"),
        (1.0, {"choices": [1, 1.0, 2]}, "1.0, 2.0"),
        (True, {"search": True}, "False, True"),
        (NotLiteralEvaluable(member="A", members={"A": 1, "B": 2}), {}, "'A', 'B'"),
        (NotLiteralEvaluable(member="A", members={"A": 1, "B": 2}), {"search": ["B"]}, "'B'"),
        (["a"], {"choices": ["a", "b"]}, "None"),
        ([1], {"range": [1, 2]}, "None"),
        (3, {}, "None"),
        (3, {"range": [None, 3]}, "None"),
        ("a", {"range": ["a", "f"]}, "None"),
    ],
)
def test_hints_describe_a_domain(default: object, hints: dict[str, Any], domain: str) -> None:
    assert str(hinted_domain(Converter(default, hints, "x"))) == domain


@pytest.mark.parametrize(
    ("default", "arguments", "message"),
    [
        ("a", (1, 2), "is not a number"),
        (True, (0, 1), "is not a number"),
        (1, (0.5, 2), "fraction"),
        (1, (3, 3), "The bounds of `x` are 3 and 3."),
        (0.5, (0, INF), "A bound of `x` is float\\('inf'\\)."),
        (1, (0, 10**400), "A bound of `x` is 1000"),
        (1, (1, 3, 0.5), "The step of `x` is 0.5.\nWrite an int above 0."),
        (0.5, (1, 3, INF), "The step of `x` is float\\('inf'\\).\nWrite a number above 0."),
        (0.5, (1, 3, 0), "The step of `x` is 0"),
        (0.5, (1, 3, 10**400), "The step of `x` is 1000"),
        (0.5, (1, 3, "a"), "The step of `x` is 'a'"),
    ],
)
def test_an_interval_says_what_does_not_fit(
    default: object, arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises((SpaceError, ConversionError), match=message):
        interval(Converter(default, {}, "x"), *arguments)


def test_a_range_that_no_value_is_in_is_named() -> None:
    with pytest.raises(SpaceError, match="The bounds of `x` are 3"):
        hinted_domain(Converter(1.0, {"range": [3.0, 2.0]}, "x"))


@pytest.mark.parametrize(
    ("hints", "opts_in", "hinted"),
    [
        ({}, "", False),
        ({"range": [0, 1], "choices": None}, "", True),
        ({"search": True}, "search", True),
        ({"scale": "log", "search": None}, "scale", True),
        ({"scale": "log", "search": False}, "", False),
        ({"help": "x", "step": 2}, "", True),
    ],
)
def test_a_search_or_a_scale_opts_in(hints: dict[str, Any], opts_in: str, hinted: bool) -> None:
    assert opt_in(hints) == opts_in
    assert is_hinted(hints) is hinted


def test_choices_that_are_no_list_are_left_to_another_rule() -> None:
    manager = HyperParameterManager("_").parse_source('_("x", 1, choices={1: 2})')
    assert [*equal_choices(manager.hyperparameters()[0])] == []


def test_a_condition_may_be_about_a_name_in_a_module_that_is_not_read() -> None:
    manager = HyperParameterManager("_").parse_source('_("x", 1, when={"elsewhere": 1})')
    rows = {row.name: row for row in manager.hyperparameters()}
    assert [*condition_faults(rows, is_partial=True)] == []
    assert [finding.code for finding in condition_faults(rows)] == ["HPM212"]
