"""How texts become trees, and what can go wrong on the way."""

from __future__ import annotations

import gc
import subprocess
import sys
import warnings

import pytest

from hpman.static import syntax
from hpman.static.syntax import UnparsableError, collector_at_rest, parse


def test_a_text_becomes_a_tree() -> None:
    assert type(parse("x = 1\n")).__name__ == "Module"


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        pytest.param("x = (\n", "never closed", (1, 5), id="syntax"),
        pytest.param("if x:\npass", "expected an indented block", (2, 1), id="indentation"),
        pytest.param("x = 1\n'a\0b'", "null bytes", (2, 3), id="null byte"),
        pytest.param("x = 1\ny = '\ud800'", "surrogate", (2, 6), id="surrogate"),
        pytest.param("x = " + "-" * 100_000 + "1", "nested too deeply", (1, 1), id="deep"),
        pytest.param("x = " + "(" * 1000, "too many nested", None, id="brackets"),
        pytest.param("# coding: klingon\nx = (", "never closed", (2, 5), id="cookie is past"),
    ],
)
def test_what_cannot_be_parsed_says_why_and_where(
    text: str, reason: str, place: tuple[int, int] | None
) -> None:
    with pytest.raises(UnparsableError, match=reason) as caught:
        parse(text)
    assert place in (None, (caught.value.line, caught.value.column))
    assert caught.value.line >= 1 <= caught.value.column


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = " + "1 + " * 300_000 + "1", id="sums"),
        pytest.param("x = y" + ".z" * 300_000, id="attributes"),
    ],
)
def test_a_chain_of_any_length_leaves_the_process_alive(text: str) -> None:
    code = (
        "import sys\n"
        "from hpman.static.syntax import UnparsableError, parse\n"
        "try: parse(sys.stdin.read())\n"
        "except UnparsableError as error: print(error.reason)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True
    )
    assert "nested too deeply" in done.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("x = " + "1+" * 60_000 + "1", "nested too deeply", id="long line"),
        pytest.param("x = (1" + "\n+1" * 60_000 + ")", "nested too deeply", id="many lines"),
        pytest.param("return\n" + "#" * 200_000 + "\n(", "never closed", id="no chain"),
    ],
)
def test_an_old_parser_is_kept_from_long_chains(
    text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syntax, "_OVERFLOWS", True)
    with pytest.raises(UnparsableError, match=message):
        parse(text)
    parse("return 1\n")
    parse("return 1\n" * 20_000)  # long, but without a chain; no function is no matter of syntax


def test_whatever_else_the_parser_refuses_is_said_in_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise ValueError("never seen before")

    monkeypatch.setattr(syntax, "compile", refuse, raising=False)
    with pytest.raises(UnparsableError, match="never seen before"):
        parse("x")


def test_an_integer_too_long_to_be_read_is_no_crash() -> None:
    if not hasattr(sys, "set_int_max_str_digits"):
        pytest.skip("this Python reads integers of any length")
    with pytest.raises(UnparsableError, match="digits"):
        parse("x = " + "1" * 5000)


def test_warnings_of_the_parser_are_neither_shown_nor_raised() -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        parse('x = "\\d"')
    assert shown == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse('x = "\\d"')


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_rests_and_is_left_as_it_was_also_on_error(collecting: bool) -> None:
    was_on = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        with pytest.raises(UnparsableError), collector_at_rest():
            parse("x = 1" if gc.isenabled() else "(")
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if was_on else gc.disable)()
