"""Who called: the nearest line outside of this project."""

from __future__ import annotations

from typing import Any

import pytest

from hpman.runtime.callsite import caller, frame_outside, line_at, lines_at


def test_the_caller_is_the_nearest_frame_outside_the_project() -> None:
    inside: dict[str, Any] = {"__name__": "hpargparse.bind", "caller": caller}
    exec("def bind(): return caller('setter', 'set_value')", inside)
    found = inside["bind"]()
    line = test_the_caller_is_the_nearest_frame_outside_the_project.__code__.co_firstlineno + 3
    assert found == ("setter", __file__, line, "set_value")


class _EveryPackage:
    def __contains__(self, package: object) -> bool:
        return True


def test_the_caller_is_the_outermost_frame_where_all_are_ours() -> None:
    found = frame_outside(_EveryPackage())
    assert found.f_back is None or not isinstance(found.f_globals.get("__name__"), str)


def test_the_line_of_an_instruction_is_that_of_the_code_where_no_line_is_known() -> None:
    code = compile("a\nb\n", "x.py", "exec")
    assert [line_at(code, at) for at in (0, len(code.co_code) - 2, 10**6)][1:] == [2, 1]


def test_the_lines_of_many_instructions_are_those_of_each() -> None:
    codes = [compile(text, "x.py", "exec") for text in ("a\n\nb(\n  c)\n", "\n\nd\n")]
    sites = [(code, at) for at in range(0, len(codes[1].co_code), 2) for code in codes]
    assert [*lines_at(sites)] == [line_at(*site) for site in sites]
    assert [*lines_at(sites)] == [
        next(line for start, end, line in code.co_lines() if start <= at < end) or 1
        for code, at in sites
    ]
    assert {*lines_at(sites)} >= {1, 3}


@pytest.mark.parametrize("name", ["hpmanager", "myhpman.hpman", None, 3])
def test_other_modules_are_not_ours(name: Any) -> None:
    outside: dict[str, Any] = {"__name__": name, "caller": caller}
    exec(compile("def call(): return caller('setter', '')", "other.py", "exec"), outside)
    assert outside["call"]()[1] == "other.py"
