"""What an exception carries, says and keeps."""

from __future__ import annotations

import copy
import pickle
import traceback

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
    assert [each.name for each in error.occurrences] == {
        DoubleAssignmentException: ["a", "a"],
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


def test_there_is_one_empty_value() -> None:
    assert EmptyValue() is EMPTY
    assert pickle.loads(pickle.dumps(EMPTY)) is EMPTY
    assert copy.deepcopy(EMPTY) is EMPTY
    assert repr(EMPTY) == "EmptyValue()"
