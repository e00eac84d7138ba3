"""The grammar of literals."""

from __future__ import annotations

import pytest

from hpargparse.values.literals import plainly_spelled, read_literal, show_literal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1", 1, id="int"),
        pytest.param("0x_ff", 255, id="base 16"),
        pytest.param("+.5", 0.5, id="float"),
        pytest.param("1e999", float("inf"), id="overflow"),
        pytest.param("-1-2j", -1 - 2j, id="complex"),
        pytest.param("2j", 2j, id="imaginary"),
        pytest.param("'a' \"b\"", "ab", id="joined texts"),
        pytest.param("b'a' b'b'", b"ab", id="joined bytes"),
        pytest.param("r'\\d'", "\\d", id="raw text"),
        pytest.param("'\\d'", "\\d", id="unknown escape, without a warning"),
        pytest.param("'''a\n'b'''", "a\n'b", id="triple quotes"),
        pytest.param('"""a"b"""', 'a"b', id="triple double quotes"),
        pytest.param("(1)", 1, id="parentheses"),
        pytest.param("(1,)", (1,), id="tuple"),
        pytest.param("()", (), id="empty tuple"),
        pytest.param("1, 2", (1, 2), id="bare tuple"),
        pytest.param("1,", (1,), id="bare tuple of one"),
        pytest.param("[1, [2],]", [1, [2]], id="list"),
        pytest.param("{1, 2,}", {1, 2}, id="set"),
        pytest.param("{1: {2: 3}}", {1: {2: 3}}, id="dict"),
        pytest.param("{}", {}, id="empty dict"),
        pytest.param("{'a': '}'}", {"a": "}"}, id="a mark inside a text"),
        pytest.param("[',', ']']", [",", "]"], id="marks inside texts"),
        pytest.param("set()", set(), id="empty set"),
        pytest.param("frozenset({1})", frozenset({1}), id="frozenset"),
        pytest.param("float('-inf')", float("-inf"), id="inf"),
        pytest.param("complex('infj')", complex("infj"), id="complex inf"),
        pytest.param(
            "[None, True, False, ..., Ellipsis]", [None, True, False, ..., ...], id="names"
        ),
    ],
)
def test_a_literal_is_read(text: str, expected: object) -> None:
    found = read_literal(f" {text}\n")
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=text[:20].replace("\n", " ") or "nothing")
        for text in [
            "", " ", "a", "null", "inf", "-", "--1", "-a", "-'a'", "1 2", "1]", "[1", "[1 2]",
            "[,]",
            "{1: 2, 3}", "{1, 2: 3}", "{1: 2 3: 4}", "{[]}", "{[]: 1}", "{1:}", "1 + 1",
            "1j + 1j",
            "1 + a", "'a' b'b'", "'", "'a\nb'", "f'a'", "'\\N{no}'", "010", "1__0", "1abc", "0xg",
            "1jj", "open('a')", "set(1)", "float(1)", "float('a')", "complex(1)", "frozenset(1)",
            "float('1'", "lambda: 1", "a.b", "b'é'", "\ud800", "'a\x00'", "[" * 300,
            "(" * 100_000,
            "-" * 100_000, "1+" * 100_000 + "1", "1" * 5000, "[" + "0," * 500_000 + "]", ", 1",
            "1,,",
            "'" + "a" * 1_000_000 + "'",
        ]
    ],
)  # fmt: skip
def test_what_is_no_literal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_literal(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a value is missing at the end"),
        ("[", "a value is missing at the end"),
        ("[1, 2", "`]` is missing at the end"),
        ("{1: 2", "`}` is missing at the end"),
        ("[1 2]", "a comma is missing before `2`"),
        ("{1: 2 3}", "a comma is missing before `3`"),
        ("{1: 2, 3}", "`:` is missing before `}`"),
        ("{1: 2, 3", "`:` is missing at the end"),
        ("{1, 2: 3}", "a set holds no `:`"),
        ("-", "a number is missing at the end"),
        ("-x", "a number is missing before `x`"),
        ("float('a'", "`)` is missing at the end"),
        ("float('a' 2)", "`)` is missing before `2`"),
        ("frozenset(,)", "a value is missing before `,`"),
    ],
)
def test_what_is_missing_is_told_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_literal(text)
    assert str(caught.value) == problem


def test_bare_words_are_read_on_request() -> None:
    assert read_literal("[null, true, false, inf, -inf]", words=True) == [
        None,
        True,
        False,
        float("inf"),
        float("-inf"),
    ]
    assert repr(read_literal("{'a': -nan}", words=True)) == "{'a': nan}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param([1, (2,), (3, 4), ()], "[1, (2,), (3, 4), ()]", id="sequences"),
        pytest.param({2, 1}, "{1, 2}", id="set"),
        pytest.param({16, 8, -1}, "{-1, 8, 16}", id="set of ints"),
        pytest.param({True, 16, 8}, "{16, 8, True}", id="set of other numbers"),
        pytest.param(
            [set(), frozenset(), frozenset({1})], "[set(), frozenset(), frozenset({1})]", id="sets"
        ),
        pytest.param({"a": {}}, "{'a': {}}", id="dict"),
        pytest.param(float("inf"), "float('inf')", id="inf"),
        pytest.param(1 + 2j, "(1+2j)", id="complex"),
        pytest.param(complex(-0.0, -0.0), "complex('(-0-0j)')", id="complex with signs of zero"),
        pytest.param(complex("infj"), "complex('infj')", id="complex without end"),
        pytest.param(10**4300, hex(10**4300), id="an int beyond the digits of Python"),
        pytest.param(..., "...", id="ellipsis"),
        pytest.param("a", "'a'", id="text"),
    ],
)
def test_a_value_is_spelled(value: object, text: str) -> None:
    assert show_literal(value) == text
    assert read_literal(text) == value


class Unshown:
    def __repr__(self) -> str:
        raise RuntimeError


UNSHOWN = Unshown()
HOLDS_ITSELF: list[object] = [1]
HOLDS_ITSELF.append(HOLDS_ITSELF)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(set("hgfedcba"), f"{{{', '.join(map(repr, 'abcdefgh'))}}}", id="set"),
        pytest.param({16, 8, -1}, "{-1, 8, 16}", id="set of ints"),
        pytest.param(
            [{"k": (frozenset("dcba"),)}, set()],
            "[{'k': (frozenset({'a', 'b', 'c', 'd'}),)}, set()]",
            id="set in others",
        ),
        pytest.param(
            [float("inf"), ..., print], f"[inf, Ellipsis, {print!r}]", id="as Python does"
        ),
        pytest.param({"a": 10**4300}, f"{{'a': {hex(10**4300)}}}", id="an int of many digits"),
        pytest.param(HOLDS_ITSELF, "[1, [...]]", id="what holds itself"),
        pytest.param(UNSHOWN, object.__repr__(UNSHOWN), id="what cannot be shown"),
    ],
)
def test_a_value_is_spelled_for_readers(value: object, text: str) -> None:
    assert plainly_spelled(value) == text
