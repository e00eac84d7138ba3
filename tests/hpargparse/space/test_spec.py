"""Spaces as they are typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hpargparse.errors import ConversionError, SpaceError
from hpargparse.space.spec import parse_spec
from hpargparse.values.convert import Converter
from hpman import NotLiteralEvaluable

ENUM = NotLiteralEvaluable(member="A", members={"A": 1, "B": "b"})


@pytest.mark.parametrize(
    ("default", "spec", "domain"),
    [
        (4, "2,4, 8", "2, 4, 8"),
        (4, "2", "2"),
        (4, "2..8", "2 to 8"),
        (4, "2..1e3:2", "2 to 1000 in steps of 2"),
        (4, "-8..-2:2", "-8 to -2 in steps of 2"),
        (0.1, "0..0.1:0.01", "0.0 to 0.1 in steps of 0.01"),
        (0.1, "1e-5..1:log", "1e-05 to 1.0, log"),
        (0.1, " .5 .. 1. :linear", "0.5 to 1.0"),
        (0.1, "0...5", "0.0 to 0.5"),
        (0.1, "inf,nan,1", "float('inf'), float('nan'), 1.0"),
        (None, "1..2", "1 to 2"),
        (None, "1..2:0.5", "1.0 to 2.0 in steps of 0.5"),
        (None, "1,'1',None,a,true", "1, '1', None, 'a', True"),
        (True, "true,off", "True, False"),
        ("a", "b,'c,d','',1..2", "'b', 'c,d', '', '1..2'"),
        ((1, 1), "(3,3),[5,5]", "(3, 3), (5, 5)"),
        ([1], "[]", "[]"),
        ({1}, "{1,2},set()", "{1, 2}, set()"),
        ({"a": 1}, "{'a': 2},{'a': 3, 'b': 4}", "{'a': 2}, {'a': 3, 'b': 4}"),
        (b"a", "b'x,y',b''", "b'x,y', b''"),
        (1j, "1j,2", "1j, (2+0j)"),
        (ENUM, "B,A", "'B', 'A'"),
        (ENUM, "b", "'B'"),
        (Path("a"), "a/b,c", "Path('a/b'), Path('c')"),
    ],
)
def test_a_specification_is_read_as_the_option_would_be(
    default: object, spec: str, domain: str
) -> None:
    assert str(parse_spec(spec, Converter(default, {}, "x"))) == domain


@pytest.mark.parametrize(("spec", "is_log"), [("1..2", True), ("1..2:linear", False)])
def test_a_range_has_the_scale_of_the_hints(spec: str, is_log: bool) -> None:
    assert parse_spec(spec, Converter(1.0, {"scale": "log"}, "x")).is_log is is_log
    assert not parse_spec(
        f"{spec}:1".replace(":linear", ""), Converter(1.0, {"scale": "log"}, "x")
    ).is_log


@pytest.mark.parametrize(
    ("default", "hints", "spec", "message"),
    [
        (4, {}, "", "A value of `x` is missing"),
        (4, {}, "2,,4", "A value of `x` is missing"),
        (4, {}, "2,2", "listed twice: 2."),
        (4, {}, "2.5,3", "fraction"),
        (4, {}, "1..x", "The range `1..x` of `x` is malformed"),
        (0.5, {}, "[0.1, 0.3]", r"The values of `x` are in brackets: `\[0.1, 0.3\]`"),
        (0.5, {}, "0..1:lgo", "`lgo` is neither a step nor a scale"),
        (0.5, {}, "0..1:0.5:0.5", "neither a step nor a scale"),
        (0.5, {}, "0..1:log", "lowest value is 0.0"),
        (0.5, {}, "0..1:0.3", "End at 0.9"),
        (0.5, {"range": [0, 1]}, "0..2", "from 0 to 1, got 2.0"),
        (4, {"choices": [2, 4]}, "2,3", "invalid choice: 3"),
        ((1, 1), {}, "3,3", "The value `3` of `x` needs brackets"),
        ((1, 1), {}, "1..2", "is not a number"),
        ("a", {}, "a,a", "listed twice"),
    ],
)
def test_a_specification_that_does_not_fit_is_a_sentence(
    default: object, hints: dict[str, Any], spec: str, message: str
) -> None:
    with pytest.raises((SpaceError, ConversionError), match=message):
        parse_spec(spec, Converter(default, hints, "x", "train.py:3"))
