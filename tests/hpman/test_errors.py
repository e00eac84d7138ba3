"""What an exception carries, says and keeps."""

from __future__ import annotations

import copy
import pickle
import re
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from hpman import (
    EMPTY,
    ArgumentCountError,
    Diagnostic,
    DoubleAssignmentException,
    EmptyValue,
    HpmanError,
    HyperParameterManager,
    ImpossibleTree,
    NotLiteralEvaluable,
    NotLiteralNameException,
    UnreadableSourceError,
)
from hpman.errors import error_for
from hpman.static.scan import scan_text

if TYPE_CHECKING:
    from pathlib import Path

KINDS = [
    pytest.param("_()", ArgumentCountError, None, id="count"),
    pytest.param("_(x)", NotLiteralNameException, None, id="name"),
    pytest.param("_('a', 1, help=x)", NotLiteralEvaluable, "a", id="hint"),
    pytest.param("_('a', 1); _('a', 2)", DoubleAssignmentException, "a", id="duplicate"),
    pytest.param("_('a', 1); _('a.b', 2)", ImpossibleTree, "a", id="tree"),
    pytest.param("x = (", UnreadableSourceError, None, id="syntax"),
]


def _error(text: str) -> HpmanError:
    with pytest.raises(HpmanError) as caught:
        HyperParameterManager("_").parse_source(text, "a.py")
    return caught.value


@pytest.mark.parametrize(("text", "kind", "name"), KINDS)
def test_an_error_carries_its_fields(text: str, kind: type[HpmanError], name: str | None) -> None:
    error = _error(text)
    assert type(error) is kind
    assert (error.name, error.path, error.line) == (name, "a.py", 1)
    assert error.column is not None
    assert [call.name for call in error.occurrences] == {
        DoubleAssignmentException: ["a", "a"],
        NotLiteralEvaluable: ["a"],
        ImpossibleTree: ["a", "a.b"],
    }.get(kind, [])


@pytest.mark.parametrize(("text", "kind", "name"), KINDS)
@pytest.mark.parametrize("again", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_an_error_survives_pickling_and_copying(
    text: str, kind: type[HpmanError], name: str | None, again: object
) -> None:
    error = _error(text)
    twin = again(error)  # type: ignore[operator]
    assert type(twin) is kind
    assert str(twin) == str(error)
    assert (twin.name, twin.path, twin.line, twin.column) == (name, "a.py", 1, error.column)
    assert twin.diagnostics == error.diagnostics


@pytest.mark.parametrize(("text", "kind", "name"), KINDS)
def test_a_traceback_shows_every_problem(
    text: str, kind: type[HpmanError], name: str | None
) -> None:
    shown = "".join(traceback.format_exception_only(kind, _error(text)))
    assert "a.py:1:" in shown
    assert "==> 1: " in shown


def test_an_error_is_what_python_calls_it_too() -> None:
    assert issubclass(UnreadableSourceError, SyntaxError)
    assert issubclass(ArgumentCountError, TypeError)
    assert issubclass(ImpossibleTree, ValueError)
    error = _error("x = (")
    assert isinstance(error, SyntaxError)
    assert (error.filename, error.lineno, error.offset) == ("a.py", 1, 5)


def _findings(code: str, count: int) -> list[Diagnostic]:
    return [
        Diagnostic(code, f"No {line}.", "Mend it.", "a.py", line, 2) for line in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 10])
@pytest.mark.parametrize("code", ["HPM001", "HPM101", "HPM102", "HPM103", "HPM201", "HPM203"])
@pytest.mark.parametrize(
    "again",
    [
        pytest.param(lambda error: error, id="as it is"),
        pytest.param(lambda error: pickle.loads(pickle.dumps(error)), id="pickled"),
        pytest.param(copy.copy, id="copied"),
        pytest.param(copy.deepcopy, id="copied deeply"),
    ],
)
def test_an_error_holds_any_number_of_findings(code: str, count: int, again: Any) -> None:
    findings = _findings(code, count)
    error = again(error_for(findings))
    assert error.args == error.diagnostics == tuple(findings)
    assert (error.path, error.line, error.column) == ("a.py", 1, 2)
    shown = "".join(traceback.format_exception(error))
    for text in (str(error), shown):
        assert re.findall(r"^(?:[\w.]+: )?a.py:(\d+):2: No \1\.$", text, re.MULTILINE) == [
            str(line) for line in range(1, count + 1)
        ]
    if code == "HPM001":
        assert (error.msg, error.filename, error.lineno) == (str(error), "a.py", 1)


def test_a_broken_file_before_another_problem_is_one_error_of_both(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("_(", encoding="utf-8")
    (tmp_path / "b.py").write_text("_(x)", encoding="utf-8")
    with pytest.raises(UnreadableSourceError) as caught:
        HyperParameterManager("_").parse_file(tmp_path)
    assert [problem.code for problem in caught.value.diagnostics] == ["HPM001", "HPM102"]


def test_the_first_problem_decides_the_type() -> None:
    first = Diagnostic("HPM102", "No name.", "Name it.", "a.py", 1, 1)
    second = Diagnostic("HPM101", "No argument.", "Give one.", "a.py", 2, 1)
    assert type(error_for([first, second])) is NotLiteralNameException
    assert type(error_for([second, first])) is ArgumentCountError
    assert str(error_for([first, second])) == (
        "a.py:1:1: No name.\nName it.\n\na.py:2:1: No argument.\nGive one."
    )


def test_an_error_without_a_finding_has_empty_fields() -> None:
    error = HpmanError()
    assert (error.name, error.path, error.line, error.column) == (None, None, None, None)
    assert error.occurrences == ()
    assert str(error) == ""


def test_a_default_that_is_no_literal_shows_its_expression() -> None:
    assert repr(NotLiteralEvaluable()) == "NotLiteralEvaluable()"
    value = HyperParameterManager("_").parse_source("_('a', f(x))", "a.py").get_value("a")
    assert repr(value) == "NotLiteralEvaluable('f(x)', a.py:1:8)"
    twin = pickle.loads(pickle.dumps(value))
    assert (repr(twin), twin.expression, twin.name) == (repr(value), "f(x)", "a")
    assert "a.py:1:8: The default of `a` is not a literal" in str(twin)


def test_two_defaults_that_are_no_literals_are_equal_by_expression_and_place() -> None:
    def default(text: str, path: str = "a.py") -> NotLiteralEvaluable:
        value = HyperParameterManager("_").parse_source(text, path).get_value("a")
        assert isinstance(value, NotLiteralEvaluable)
        return value

    one = default("_('a', f(x))")
    same = [one, default("_('a', f(x))\ny = 1"), pickle.loads(pickle.dumps(one))]
    assert all(other == one and hash(other) == hash(one) for other in same)
    others = [
        default("_('a', f(y))"),
        default("_('a',  f(x))"),
        default("_('a', f(x))", "b.py"),
        NotLiteralEvaluable(expression="f(x)"),
        "f(x)",
    ]
    assert all(other != one for other in others)
    assert len({one, *others}) == 1 + len(others)


def test_two_scans_of_one_text_are_equal_whatever_its_defaults() -> None:
    text = "_('a', f(x))\n_('b', 1, help='c')\n_('a')"
    one, two = (scan_text(text, "a.py", frozenset("_")) for _time in range(2))
    assert one == two


def test_of_many_problems_a_hundred_are_shown() -> None:
    problems = [Diagnostic("HPM101", f"Wrong {number}.", "", "a.py") for number in range(102)]
    error = HpmanError(*problems)
    assert str(error).endswith("a.py: Wrong 99.\n\n... and 2 more problems.")
    assert str(HpmanError(*problems[:100])).endswith("a.py: Wrong 99.")
    assert error.diagnostics == tuple(problems)


def test_there_is_one_empty_value() -> None:
    assert EmptyValue() is EMPTY
    assert pickle.loads(pickle.dumps(EMPTY)) is EMPTY
    assert copy.deepcopy(EMPTY) is EMPTY
    assert repr(EMPTY) == "EmptyValue()"
