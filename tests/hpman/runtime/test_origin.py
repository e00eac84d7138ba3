"""Where values come from, and who called."""

from __future__ import annotations

import os
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest

from hpman.runtime.origin import CallSite, Explanation, Origin, brief, caller, frame_outside

if TYPE_CHECKING:
    from pathlib import Path

HERE = __file__


@pytest.mark.parametrize(
    ("origin", "text"),
    [
        (Origin("source", "train.py", 12, "1e-3", 0.001), "train.py:12 default 1e-3"),
        (Origin("source", "train.py", 12, "{\n  'a': 1,\n}"), "train.py:12 default { 'a': 1, }"),
        (Origin("source", value=1), "default"),
        (Origin("call", "run.py", 3, None, 0.5), "run.py:3 call 0.5"),
        (Origin("call", "run.py", 3, "0.5 a.b", 0.5), "run.py:3 call 0.5 a.b"),
        (Origin("file", "cfg.yaml", 4), "cfg.yaml:4"),
        (Origin("file", "cfg.yaml"), "cfg.yaml"),
        (Origin("option", text="--lr"), "--lr"),
        (Origin("setter", "run.py", 30, "set_value"), "run.py:30 set_value"),
        (Origin("override", "run.py", 30, "override"), "run.py:30 override"),
        (Origin("environment"), "environment"),
        (Origin("call", value="x" * 999), "call 'xxxxxxxxxxxx...xxxxxxxxxxxxx'"),
        (Origin("source", "a.py", 1, "f(" + "x" * 99 + ")"), f"a.py:1 default f({'x' * 75}..."),
    ],
)
def test_an_origin_is_shown_on_one_line(origin: Origin, text: str) -> None:
    assert str(origin) == text
    assert origin.is_default == (origin.kind in {"source", "call"})


def test_a_path_below_the_current_directory_is_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inside = Origin("file", str(tmp_path / "sub" / "cfg.yaml"), 4)
    outside = Origin("file", str(tmp_path.parent / "cfg.yaml"), 4)
    assert inside.place == f"{os.path.join('sub', 'cfg.yaml')}:4"
    assert outside.place == f"{tmp_path.parent / 'cfg.yaml'}:4"
    monkeypatch.setattr("os.getcwd", lambda: os.sep)
    assert Origin("file", f"{os.sep}cfg.yaml").place == "cfg.yaml"


def test_a_path_is_unchanged_if_the_current_directory_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("os.getcwd", gone)
    assert Origin("file", HERE, 1).place == f"{HERE}:1"


def test_an_explanation_is_data_and_prints_one_line_each() -> None:
    chain = Explanation(
        [Origin("source", "a.py", 1, "2", 2), Origin("option", text="--a", value=3)]
    )
    assert str(chain) == "a.py:1 default 2\n--a"
    assert [(origin.kind, origin.value) for origin in chain] == [("source", 2), ("option", 3)]
    copy = pickle.loads(pickle.dumps(chain))
    assert copy == chain
    assert type(copy) is Explanation


def test_any_value_is_shown_briefly() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ValueError

    assert "Broken" in brief(Broken())
    assert brief("a\nb") == r"'a\nb'"
    # Python 3.14 says it in its own words.
    assert re.fullmatch("<list of many digits>|\\[<int .* digits .*>\\]", brief([1 << 20_000]))


def test_the_caller_is_the_nearest_frame_outside_the_project() -> None:
    inside: dict[str, Any] = {"__name__": "hpargparse.bind", "caller": caller}
    exec("def bind(): return caller('setter', 'set_value')", inside)
    origin = inside["bind"]()
    line = test_the_caller_is_the_nearest_frame_outside_the_project.__code__.co_firstlineno + 3
    assert origin == Origin("setter", __file__, line, "set_value")


class _EveryPackage:
    def __contains__(self, package: object) -> bool:
        return True


def test_the_caller_is_the_outermost_frame_if_all_are_of_the_project() -> None:
    frame = frame_outside(_EveryPackage())
    assert frame.f_back is None or not isinstance(frame.f_globals.get("__name__"), str)


@pytest.mark.parametrize("name", ["hpmanager", "myhpman.hpman", None, 3])
def test_other_modules_are_not_of_the_project(name: Any) -> None:
    outside: dict[str, Any] = {"__name__": name, "caller": caller}
    exec(compile("def call(): return caller('setter', '')", "other.py", "exec"), outside)
    assert outside["call"]().path == "other.py"


def test_a_call_site_has_the_line_of_its_instruction() -> None:
    code = compile("a\n\nb(\n  c)\n", "x.py", "exec")
    sites = [CallSite("x.py", code, offset) for offset in range(0, len(code.co_code), 2)]
    assert {site.line for site in sites} >= {1, 3, 4}
    assert [site.line for site in sites] == [
        next(line for start, end, line in code.co_lines() if start <= offset < end) or 1
        for offset in range(0, len(code.co_code), 2)
    ]
    assert CallSite("x.py", code, 10**6).line == code.co_firstlineno


def test_a_call_site_keeps_its_line_when_it_is_pickled() -> None:
    code = compile("\n\na", "x.py", "exec")
    site = CallSite("x.py", code, len(code.co_code) - 2)
    twin = pickle.loads(pickle.dumps(site))
    assert (twin.path, twin.line, twin.runs_once) == ("x.py", 3, False)
    assert site.runs_once
