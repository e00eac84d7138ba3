"""What a reader sees of changes."""

from __future__ import annotations

import json

import pytest

from hpargparse.diff.compare import Definition, compare
from hpargparse.diff.operands import Operand
from hpargparse.diff.pipeline import Comparison
from hpargparse.diff.reports import json_report, text_report
from hpman.text import escape


def _definition(name: str, value: object = 1, text: str = "1", **more: object) -> Definition:
    return Definition("_", name, value, text, {}, ("a.py",), "a.py", 1).replace(**more)


def _comparison(
    old: list[Definition], new: list[Definition], warnings: list[str] | None = None
) -> Comparison:
    sides = Operand("path", "x"), Operand("revision", "y", "1f")
    return Comparison(*sides, compare(old, new), warnings or [])


def test_colours_end_before_the_place() -> None:
    shown = text_report(_comparison([], [_definition("a")]), is_coloured=True)
    assert shown.splitlines()[0] == "\x1b[32m+ a = 1\x1b[0m  a.py:1"


def test_places_stand_in_one_column_though_one_line_is_too_long_for_it() -> None:
    new = [
        _definition("momentum", 22222, "22222"),
        _definition("lr"),
        _definition("n", 2, "2", file=("b",), path="b" * 30, line=2),
        _definition("a" * 35),
    ]
    comparison = _comparison([_definition("n", file=("a",), path="a" * 30, line=1)], new)
    lines = text_report(comparison, 60).splitlines()
    assert lines[:-1] == [
        f"+ {'a' * 35} = 1  a.py:1",
        f"+ lr = 1{' ' * 33}  a.py:1",
        f"+ momentum = 22222{' ' * 23}  a.py:1",
        f"~ n: 1 -> 2  {'a' * 30}:1 -> {'b' * 30}:2",
    ]


def test_what_is_wider_than_the_page_pushes_no_other_place() -> None:
    comparison = _comparison(
        [], [_definition("lr"), _definition("momentum"), _definition("x" * 60)]
    )
    lines = text_report(comparison, 60).splitlines()
    assert lines[:2] == ["+ lr = 1        a.py:1", "+ momentum = 1  a.py:1"]


def test_a_line_that_is_too_long_is_split_and_never_cut() -> None:
    comparison = _comparison(
        [_definition("a", "x" * 50, repr("x" * 50))], [_definition("a", "y" * 50, repr("y" * 50))]
    )
    lines = text_report(comparison, 60).splitlines()
    assert lines[0].startswith("~ a:")
    assert lines[1:3] == [f"    - '{'x' * 50}'", f"    + '{'y' * 50}'"]
    assert len(text_report(comparison, 200).splitlines()) == 2


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
    assert shown in text_report(_comparison([], [_definition(text)]))
    assert shown in text_report(_comparison([], []).replace(old=Operand("path", text)))


def test_json_holds_any_path_and_any_value() -> None:
    old = _definition(
        "a", {1: float("nan")}, "{1: nan}", path="b\udcff.py", line=3, column=4, note="größer"
    )
    shown = json_report(_comparison([old], [], ["w"]))
    assert b'"gr\xc3\xb6\xc3\x9fer"' in shown.encode("utf-8")
    read = json.loads(shown)
    assert read["changes"][0]["old"]["place"] == {"path": "b\udcff.py", "line": 3, "column": 4}
    assert read["changes"][0]["old"]["note"] == "größer"
    assert read["old"] == {"kind": "path", "name": "x", "id": None}
    assert read["new"] == {"kind": "revision", "name": "y", "id": "1f"}
    assert (read["counts"]["removed"], read["warnings"]) == (1, ["w"])
