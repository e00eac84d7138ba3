"""Texts, their lines, and excerpts from them."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING
from unicodedata import category, combining, east_asian_width

import pytest
from hypothesis import example, given, strategies as st

from hpman import SourceHelper
from hpman.text import (
    IN_MESSAGE,
    Source,
    display_path,
    display_width,
    escape,
    relative_path,
    truncate,
)

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=9)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("\n", [""]),
        ("a\x0cb\n\x1c\u2028\x85\x0b", ["a\x0cb", "\x1c\u2028\x85\x0b"]),
    ],
)
def test_lines_end_at_newlines_only(text: str, lines: list[str]) -> None:
    assert Source("a.py", text).lines == lines


def test_sources_are_equal_if_path_and_text_are() -> None:
    assert Source("a", "x") == Source("a", "x")
    assert hash(Source("a", "x")) == hash(Source("a", "x"))
    assert Source("a", "x") != Source("b", "x")
    assert Source("a", "x") != Source("a", "y")
    assert Source("a", "x") != "x"
    assert repr(Source("a", "xyz")) == "Source('a', 3 characters)"


def test_a_source_survives_pickling() -> None:
    twin = pickle.loads(pickle.dumps(Source("a", "x\ny", (0, "b", "a"))))
    assert (twin.path, twin.lines, twin.key) == ("a", ["x", "y"], (0, "b", "a"))


def test_the_text_between_two_places_may_be_within_a_line_or_over_several() -> None:
    source = Source("a", "abc\ndef\nghi")
    assert source.between(1, 2, 1, 3) == "b"
    assert source.between(1, 3, 3, 2) == "c\ndef\ng"


def test_an_excerpt_points_at_its_line() -> None:
    source = Source("a", "".join(f"{number}\n" for number in range(1, 13)))
    assert source.excerpt(10, before=2, after=5).split("\n") == [
        "     8: 8",
        "     9: 9",
        "==> 10: 10",
        "    11: 11",
        "    12: 12",
    ]
    assert source.excerpt(1, before=5, after=0, indent=2) == "  ==> 1: 1"


def test_an_excerpt_may_be_cut_to_a_width() -> None:
    assert Source("a", "abcdef").excerpt(1, width=4) == "==> 1: abc…"
    assert Source("a", "abcd").excerpt(1, width=4) == "==> 1: abcd"


@pytest.mark.parametrize(
    ("text", "start", "end", "shown", "carets"),
    [
        pytest.param("abc", 1, 2, "abc", " ^", id="one"),
        pytest.param("abc", 3, 3, "abc", "   ^", id="after the end"),
        pytest.param("\ta", 1, 2, "    a", "    ^", id="tab"),
        pytest.param("世a", 1, 2, "世a", "  ^", id="wide before"),
        pytest.param("e\u0301a", 2, 3, "e\u0301a", " ^", id="combining"),
        pytest.param("\x1b[a", 2, 3, "\\x1b[a", "     ^", id="escape"),
        pytest.param("\u202ea", 1, 2, "\\u202ea", "      ^", id="not printable"),
        pytest.param("\ud800a", 1, 2, "\\ud800a", "      ^", id="surrogate"),
    ],
)
def test_carets_are_below_the_marked_characters(
    text: str, start: int, end: int, shown: str, carets: str
) -> None:
    assert Source("a", text).marked(1, start + 1, end + 1) == (shown, carets)


@given(TEXTS, TEXTS)
def test_a_caret_is_at_the_column_of_its_character(text: str, mark: str) -> None:
    before = escape(text)
    shown, carets = Source("a", f"{text}x{mark}").marked(1, len(text) + 1, len(text) + 2)
    assert shown.startswith(f"{before}x")
    assert carets == f"{'':{display_width(before)}}^"


def test_a_long_line_is_cut_around_the_mark() -> None:
    shown, carets = Source("a", "a" * 500 + "(x)" + "b" * 500).marked(1, 501, 504)
    assert shown[0] == shown[-1] == "…"
    assert len(shown) <= 122
    assert shown[carets.index("^") :].startswith("(x)b")
    assert carets.strip() == "^^^"


def test_a_mark_that_is_longer_than_a_line_is_cut() -> None:
    shown, carets = Source("a", "a" * 50 + "b" * 500).marked(1, 51, 551)
    assert len(carets) <= len(shown) == 120
    assert set(carets) == {" ", "^"}


@example("00000\u08160000000", 13, 0, 12)
@given(st.lists(TEXTS).map("".join), st.integers(0, 200), st.integers(0, 300), st.integers(12, 90))
def test_a_marked_character_is_shown_however_a_line_is_cut(
    text: str, start: int, length: int, width: int
) -> None:
    source = Source("a", f"{text[:start]}x{text[start:]}")
    start = min(start, len(text))
    shown, carets = source.marked(1, start + 1, start + 1 + length, width=width)
    assert display_width(shown) <= width
    assert len(carets) <= width
    before = carets.index("^")
    columns = [display_width(shown[:index]) for index in range(len(shown))]
    assert "x" in [shown[index] for index, column in enumerate(columns) if column == before]
    if display_width(escape(source.text)) <= width:
        assert shown == escape(source.text)


def test_an_excerpt_is_cut_around_its_column() -> None:
    source = Source("a", f"short\n{'a' * 500}(x){'b' * 500}\n{'c' * 500}")
    first, second, third = source.excerpt(2, width=40, column=502).split("\n")
    assert first == "    1: short"
    assert second == f"==> 2: …{'a' * 12}(x){'b' * 23}…"[: len(second)]
    assert "(x)" in second
    assert third == f"    3: {'c' * 39}…"
    assert {len(line) for line in (second, third)} == {47}


@pytest.mark.parametrize(
    ("column", "shown"),
    [(1, "abcdefghi…"), (9, "abcdefghi…"), (10, "…ghijklmn…"), (15, "…lmnopqrs…"), (26, "…wxyz")],
)
def test_an_excerpt_shows_the_ends_of_a_line(column: int, shown: str) -> None:
    line = "abcdefghijklmnopqrstuvwxyz"
    assert Source("a", line).excerpt(1, width=10, column=column).endswith(f": {shown}")


def test_a_path_below_the_current_folder_is_shown_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert relative_path(str(tmp_path.resolve() / "x" / "a.py")) == os.path.join("x", "a.py")
    assert relative_path("a.py") == "a.py"
    assert relative_path(str(tmp_path.resolve()) + "x") == str(tmp_path.resolve()) + "x"


def test_a_displayed_path_is_relative_and_escaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert display_path(str(tmp_path.resolve() / "a\tb\udcff.py:3")) == "a\\tb\\xff.py:3"


def test_a_path_is_shown_as_it_is_where_there_is_no_current_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(os, "getcwd", refuse)
    assert relative_path("/x/a.py") == "/x/a.py"


def test_the_helper_formats_lines_of_texts_and_files(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("é\nb\nc\n", encoding="utf-8")
    helper = SourceHelper.from_file(path)
    assert helper.format_lines(1, 2, 2) == "    1: é\n==> 2: b"
    assert helper.format_line_with_context(2, 0, 1, indent_spaces=1) == " ==> 2: b\n     3: c"
    shown = helper.format_given_filename_and_lineno("x.py", 1, after=0, indent_spaces=2)
    assert shown == "  x.py:1\n  ==> 1: é"
    assert SourceHelper.format_given_filepath_and_lineno(str(path), 3).startswith(f"{path}:3\n")
    assert SourceHelper.format_given_source_and_lineno("a\nb", 1) == "==> 1: a\n    2: b"
    shown = SourceHelper.format_given_filename_and_source_and_lineno("x.py", "a", 1)
    assert shown == "x.py:1\n==> 1: a"


def test_an_excerpt_gives_a_terminal_no_commands() -> None:
    text = '_("a", 1)  # \x1b]0;title\x07 \u202e \x9b1m \ttab \u3000wide'
    shown = Source("a.py", text).excerpt(1)
    assert shown == '==> 1: _("a", 1)  # \\x1b]0;title\\x07 \\u202e \\x9b1m \ttab \u3000wide'
    assert not set("\x1b\x07\u202e\x9b").intersection(shown)


@pytest.mark.parametrize("length", [IN_MESSAGE - 1, IN_MESSAGE])
def test_a_text_that_fits_is_unchanged(length: int) -> None:
    assert truncate("x" * length) == "x" * length


def test_a_longer_one_is_as_long_as_may_be_with_dots_for_its_end() -> None:
    assert truncate("x" * (IN_MESSAGE + 1)) == "x" * (IN_MESSAGE - 3) + "..."


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("lr: 0.1", 7, id="ASCII"),
        pytest.param("größe", 5, id="letters of other alphabets"),
        pytest.param("层数", 4, id="wide"),
        pytest.param("\uff21", 2, id="full width"),
        pytest.param("\uff71", 1, id="half width"),
        pytest.param("e\u0301", 1, id="an accent"),
        pytest.param("\u093f", 1, id="a mark with a width of its own"),
        pytest.param("\u302a", 0, id="a mark over a wide one"),
        pytest.param("a\u20dd", 1, id="a circle around"),
        pytest.param("a\u200bb", 2, id="a blank of no width"),
        pytest.param("❤\ufe0f", 1, id="a variation"),
        pytest.param("🙂", 2, id="a picture"),
    ],
)
def test_a_text_takes_so_many_columns(text: str, columns: int) -> None:
    assert display_width(text) == columns


@given(TEXTS, TEXTS)
def test_two_texts_take_the_columns_of_both(one: str, other: str) -> None:
    assert display_width(one + other) == display_width(one) + display_width(other)


@given(st.characters(exclude_categories=["Cc", "Cs"]))
def test_a_character_takes_none_one_or_two_columns(character: str) -> None:
    if combining(character) and category(character) != "Mc":
        assert display_width(character) == 0
    elif category(character)[0] in "LNPSZ":
        assert display_width(character) == (2 if east_asian_width(character) in "WF" else 1)
    assert 0 <= display_width(character) <= 2


def test_a_mark_that_is_too_wide_keeps_what_stands_before_it() -> None:
    marked = Source("a.py", f"ab{'c' * 200}").marked(1, 3, 150, width=20)
    assert marked == ("abccccccccccccccccc…", "  ^^^^^^^^^^^^^^^^^^")
