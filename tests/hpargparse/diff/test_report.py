"""What a reader sees of changes."""

from __future__ import annotations

import json

import pytest

from hpargparse.diff.compare import compare
from hpargparse.diff.facts import Fact, Place
from hpargparse.diff.json_report import json_report
from hpargparse.diff.operands import Named
from hpargparse.diff.report import report
from hpman._text import escape


def _fact(name: str, value: object = 1, text: str = "1", **more: object) -> Fact:
    return Fact("_", name, value, text, {}, "a.py", Place("a.py", 1)).replace(**more)


def test_colours_end_before_the_place() -> None:
    shown = report(compare([], [_fact("a")]), "x", "y", is_coloured=True)
    assert shown.splitlines()[0] == "\x1b[32m+ a = 1\x1b[0m  a.py:1"


def test_places_stand_in_one_column_though_one_line_is_too_long_for_it() -> None:
    new = [
        _fact("momentum", 22222, "22222"),
        _fact("lr"),
        _fact("n", 2, "2", file="b" * 30, place=Place("b" * 30, 2)),
        _fact("a" * 35),
    ]
    changes = compare([_fact("n", file="a" * 30, place=Place("a" * 30, 1))], new)
    lines = report(changes, "x", "y", width=60).splitlines()
    assert lines[:-1] == [
        f"+ {'a' * 35} = 1  a.py:1",
        f"+ lr = 1{' ' * 33}  a.py:1",
        f"+ momentum = 22222{' ' * 23}  a.py:1",
        f"~ n: 1 -> 2  {'a' * 30}:1 -> {'b' * 30}:2",
    ]


def test_what_is_wider_than_the_page_pushes_no_other_place() -> None:
    changes = compare([], [_fact("lr"), _fact("momentum"), _fact("x" * 60)])
    lines = report(changes, "x", "y", width=60).splitlines()
    assert lines[:2] == ["+ lr = 1        a.py:1", "+ momentum = 1  a.py:1"]


def test_a_value_that_is_written_alike_shows_its_types() -> None:
    changes = compare([_fact("a", 1)], [_fact("a", 1.0)])
    assert report(changes, "x", "y").startswith("~ a: 1 -> 1 (int -> float)  a.py:1\n")


def test_a_line_that_is_too_long_is_split_and_never_cut() -> None:
    changes = compare(
        [_fact("a", "x" * 50, repr("x" * 50))], [_fact("a", "y" * 50, repr("y" * 50))]
    )
    lines = report(changes, "x", "y", width=60).splitlines()
    assert lines[0].startswith("~ a:")
    assert lines[1:3] == [f"    - '{'x' * 50}'", f"    + '{'y' * 50}'"]
    assert len(report(changes, "x", "y", width=200).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größe", "größe"),
        ("a\nb", r"a\nb"),
        ("\x1b[2J", r"\x1b[2J"),
        ("b\udcff.py", r"b\xff.py"),
        ("\ud800", r"\ud800"),
        ("\u202e", r"\u202e"),
    ],
    ids=ascii,
)
def test_nothing_commands_the_terminal(text: str, shown: str) -> None:
    assert escape(text) == shown
    assert shown in report(compare([], [_fact(text)]), "x", "y")
    assert shown in report([], text, "y")


def test_json_holds_any_path_and_any_value() -> None:
    old = _fact("a", {1: float("nan")}, "{1: nan}", place=Place("b\udcff.py", 3, 4), note="größer")
    shown = json_report(compare([old], []), Named("path", "x"), Named("path", "y"), ["w"])
    assert b'"gr\xc3\xb6\xc3\x9fer"' in shown.encode("utf-8")
    read = json.loads(shown)
    assert read["changes"][0]["old"]["place"] == {"path": "b\udcff.py", "line": 3, "column": 4}
    assert read["changes"][0]["old"]["note"] == "größer"
    assert (read["counts"]["removed"], read["warnings"]) == (1, ["w"])
