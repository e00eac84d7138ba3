"""How a finding reads."""

from __future__ import annotations

import pickle

import pytest

from hpman import Diagnostic, text
from hpman.errors import EMPTY
from hpman.occurrence import FaultyCall, Occurrence
from hpman.text import Source

SOURCE = Source("a.py", "one\ntwo\nthree\nfour\nfive\nsix\n")


def _finding(**fields: object) -> Diagnostic:
    return Diagnostic("HPM101", "What.", "Do.").replace(**fields)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"path": "a.py"}, "a.py", id="file"),
        pytest.param({"path": "a.py", "line": 3}, "a.py:3", id="line"),
        pytest.param({"path": "a.py", "line": 3, "column": 5}, "a.py:3:5", id="column"),
    ],
)
def test_a_place_is_as_exact_as_it_is_known(fields: dict[str, object], place: str) -> None:
    assert _finding(**fields).place == place


def test_a_finding_without_a_file_is_a_sentence() -> None:
    assert str(_finding()) == "What.\nDo."


def test_a_finding_shows_the_line_and_two_around_it() -> None:
    finding = _finding(path="a.py", line=4, column=1, source=SOURCE)
    assert str(finding).split("\n") == [
        "a.py:4:1: What.",
        "    2: two",
        "    3: three",
        "==> 4: four",
        "    5: five",
        "    6: six",
        "Do.",
    ]


def test_a_finding_about_several_calls_shows_each_with_its_context() -> None:
    calls = tuple(
        Occurrence("_", "a", EMPTY, {}, None, SOURCE, line % 6 + 1, 1, 1, 2) for line in range(11)
    )
    lines = str(_finding(path="a.py", line=1, occurrences=calls)).split("\n")
    assert lines[:3] == ["a.py:1: What.", "First occurrence:", "a.py:1"]
    assert "Tenth occurrence:" in lines
    assert "11th occurrence:" in lines


def test_what_a_finding_says_cannot_command_a_terminal() -> None:
    name = "lr\x1b[2J\nwd"
    source = Source("\x1b.py", "one\ntwo\n")
    calls = tuple(
        Occurrence("_", name, EMPTY, {}, None, source, line, 1, line, 2) for line in (1, 2)
    )
    finding = Diagnostic("HPM201", f"`{name}` is.", f"Keep `{name}`.", "\x9b.py", occurrences=calls)
    lines = str(finding).split("\n")
    assert lines[0] == r"\x9b.py: `lr\x1b[2J\nwd` is."
    assert lines[2] == r"\x1b.py:1"
    assert lines[-1] == r"Keep `lr\x1b[2J\nwd`."


def test_findings_sort_by_file_place_and_code() -> None:
    other = Source("b.py", "")
    in_order = [
        _finding(),
        _finding(source=SOURCE),
        _finding(source=SOURCE, line=2, column=1),
        _finding(source=SOURCE, line=2, column=1, code="HPM102"),
        _finding(source=SOURCE, line=2, column=10),
        _finding(source=other, line=1, column=1),
    ]
    assert sorted({*in_order}, key=lambda finding: finding.order) == in_order


def test_related_calls_are_those_elsewhere() -> None:
    first, second = (
        Occurrence("_", "a", EMPTY, {}, None, SOURCE, line, 1, line, 3) for line in (1, 2)
    )
    calls = (first, second)
    assert _finding(path="a.py", line=2, column=1, occurrences=calls).related == (first,)
    call = FaultyCall(2, 1, 2, 3)
    hint = _finding(path="a.py", line=2, column=2, occurrences=calls, call=call)
    assert hint.related == (first,)


def test_a_finding_survives_pickling() -> None:
    finding = _finding(path="a.py", line=1, source=SOURCE, severity="warning")
    assert pickle.loads(pickle.dumps(finding)) == finding


def test_a_long_line_is_shown_around_its_column() -> None:
    source = Source("a.py", f"{'x' * 900}(y){'z' * 900}")
    finding = _finding(path="a.py", line=1, column=901, source=source)
    assert "(y)" in str(finding)
    call = Occurrence("_", "a", EMPTY, {}, None, source, 1, 901, 1, 904)
    assert str(finding.replace(occurrences=(call, call))).count("(y)") == 2


def test_a_very_long_line_does_not_drown_a_message() -> None:
    source = Source("a.py", "x" * 100_000)
    assert len(str(_finding(path="a.py", line=1, source=source))) < 300


def test_of_many_calls_some_are_shown() -> None:
    source = Source("a.py", "_('a', 1)")
    call = Occurrence("_", "a", EMPTY, {}, None, source, 1, 1, 1, 9)
    text = str(_finding(path="a.py", line=1, source=source, occurrences=(call,) * 30))
    assert text.count(" occurrence:\n") == 20
    assert "\n... and 10 more occurrences.\n" in text


def test_an_excerpt_looks_at_no_more_of_a_line_than_it_shows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Source("a.py", "\xe9\x1b" * 100_000)
    looked: list[int] = []
    width = text.display_width

    def look(text: str) -> int:
        looked.append(len(text))
        return width(text)

    monkeypatch.setattr(text, "display_width", look)
    assert len(source.excerpt(1, width=200, column=99_999)) < 300
    assert max(looked) < 2000


def test_a_place_behind_the_last_line_shows_what_there_is() -> None:
    assert "    6: six" in str(_finding(path="a.py", line=7, column=1, source=SOURCE))
