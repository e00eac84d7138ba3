"""Text and values as a hyperparameter accepts them."""

from __future__ import annotations

import pickle
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from hpargparse import ConversionError
from hpargparse.values.convert import CHECKED_HINTS, CONVERSION_HINTS, LIMIT_HINTS, Converter
from hpman import EMPTY, NotLiteralEvaluable

EXPRESSION = NotLiteralEvaluable(expression="LR / 10")
MEMBER = NotLiteralEvaluable(
    expression="Opt.SGD",
    member="SGD",
    members={"SGD": "sgd", "ADAM": "adam", "OLD": "sgd", "ONE": 1, "EIGHT": "8"},
)


def converter(default: object, **hints: object) -> Converter:
    return Converter(default, hints, "x", "train.py:12")


@pytest.mark.parametrize(
    ("default", "text", "expected"),
    [
        pytest.param(True, "false", False, id="bool"),
        pytest.param(False, "YES", True, id="bool in any case"),
        pytest.param(False, "1", True, id="bool as a digit"),
        pytest.param(True, "oFF", False, id="bool off"),
        pytest.param(1, "1_000", 1000, id="int with underscore"),
        pytest.param(1, " -3 ", -3, id="int in blanks"),
        pytest.param(1, "1e6", 1_000_000, id="int with exponent"),
        pytest.param(1, "-1.5e3", -1500, id="int with fraction and exponent"),
        pytest.param(1, "1e400", 10**400, id="int beyond a float"),
        pytest.param(1, "1200e-2", 12, id="int with negative exponent"),
        pytest.param(1, "0e-9999", 0, id="int zero with exponent"),
        pytest.param(1, "1.0", 1, id="int with an empty fraction"),
        pytest.param(1, "0x1f", 31, id="int in base 16"),
        pytest.param(1, "9" * 4300, int("9" * 4300), id="int of as many digits as Python reads"),
        pytest.param(["a"], "set()", ["set()"], id="a text that would be a set"),
        pytest.param({"a"}, "set()", set(), id="the empty set"),
        pytest.param(1, ".0", 0, id="int zero without a digit before the point"),
        pytest.param(1, "-.0", 0, id="int zero with a sign and no digit before the point"),
        pytest.param(1, "+.0e3", 0, id="int zero with a point and an exponent"),
        pytest.param(1, "-.5e1", -5, id="int without a digit before the point"),
        pytest.param([1], ".0,2.", [0, 2], id="list of ints with a point"),
        pytest.param(0.5, "1e-3", 0.001, id="float"),
        pytest.param(0.5, "3", 3.0, id="float without a point"),
        pytest.param(0.5, "1_000", 1000.0, id="float with underscore"),
        pytest.param(0.5, "-inf", float("-inf"), id="float without end"),
        pytest.param(0.5, "float('inf')", float("inf"), id="float as it is shown in a list"),
        pytest.param("a", " 1 ", " 1 ", id="text as it is"),
        pytest.param("a", "None", "None", id="text None"),
        pytest.param(None, "None", None, id="None"),
        pytest.param(None, "null", None, id="null"),
        pytest.param(None, "1e-3", 0.001, id="a literal where the default is None"),
        pytest.param(None, "3,4", (3, 4), id="a bare tuple where the default is None"),
        pytest.param(None, "false", False, id="a YAML bool where the default is None"),
        pytest.param(None, "010", 10, id="a YAML int where the default is None"),
        pytest.param(None, "-.inf", float("-inf"), id="a YAML inf where the default is None"),
        pytest.param(None, " ~", None, id="a YAML null where the default is None"),
        pytest.param(None, "", "", id="an empty text where the default is None"),
        pytest.param(None, "no", "no", id="YAML 1.1 where the default is None"),
        pytest.param(None, "9" * 5000, "9" * 5000, id="endless digits where the default is None"),
        pytest.param(None, "a b", "a b", id="a text where the default is None"),
        pytest.param([1, 2], "[3, 4]", [3, 4], id="list"),
        pytest.param([1, 2], "(3, 4)", [3, 4], id="list in parentheses"),
        pytest.param([1, 2], "3,4,", [3, 4], id="list without brackets"),
        pytest.param([1, 2], "3", [3], id="list of one"),
        pytest.param([1, 2], "", [], id="list of none"),
        pytest.param([1, 2], "[]", [], id="empty list"),
        pytest.param((1, 2), "[3, 4, 5]", (3, 4, 5), id="tuple"),
        pytest.param({1, 2}, "{3, 4}", {3, 4}, id="set"),
        pytest.param({1, 2}, "3,4", {3, 4}, id="set without braces"),
        pytest.param({1, 2}, "set()", set(), id="empty set"),
        pytest.param(
            [0.5],
            "1,inf,nan,",
            [1.0, float("inf"), pytest.approx(float("nan"), nan_ok=True)],
            id="floats",
        ),
        pytest.param([True], "yes,no", [True, False], id="list of bool"),
        pytest.param(["a"], "a,b", ["a", "b"], id="list of texts"),
        pytest.param(["a"], "['a,b', \"c\"]", ["a,b", "c"], id="list of quoted texts"),
        pytest.param(["a"], "['a\\'b', 1]", ["a'b", "1"], id="list of texts with an escaped quote"),
        pytest.param(["a"], "it's,ok", ["it's", "ok"], id="list of texts with an apostrophe"),
        pytest.param(["a"], "'a", ["'a"], id="list of texts with a quote left open"),
        pytest.param(["a"], "b'x'", ["b'x'"], id="list of texts that look like bytes"),
        pytest.param(["a"], "'a' b,c", ["'a' b", "c"], id="list of texts that begin in quotes"),
        pytest.param(["a"], ":(,:(", [":(", ":("], id="list of texts with brackets left open"),
        pytest.param(["a"], ":),:]", [":)", ":]"], id="list of texts with closing brackets"),
        pytest.param(["a"], "[a,b)", ["[a,b)"], id="list of texts in unlike brackets"),
        pytest.param(["a"], "[a", ["[a"], id="list of a text in an open bracket"),
        pytest.param(["a"], "(a) (b)", ["(a) (b)"], id="list of texts with inner brackets"),
        pytest.param(["a"], "''", [""], id="list of an empty text"),
        pytest.param([[1], [2]], "[[3], [4, 5]]", [[3], [4, 5]], id="nested list"),
        pytest.param([(1, 2), (3, 4)], "(5, 6),(7, 8)", [(5, 6), (7, 8)], id="list of tuples"),
        pytest.param([{1}, set()], "[set(), {2}]", [set(), {2}], id="list of sets"),
        pytest.param([{1}, {True}], "[{2.5}]", [{2.5}], id="list of sets of unlike elements"),
        pytest.param([1, None], "None,3,null", [None, 3, None], id="list with None"),
        pytest.param([1, "a"], "3,b,2.5", [3, "b", 2.5], id="mixed list"),
        pytest.param([], "3,b", [3, "b"], id="list without a default element"),
        pytest.param([{"lr": 0.1}], "[{'lr': 1}]", [{"lr": 1.0}], id="list of dicts"),
        pytest.param(
            [{"a": 1}, {"a": "b"}], "[{'a': 2.5}]", [{"a": 2.5}], id="dicts of unlike values"
        ),
        pytest.param({"lr": 0.1}, "{'lr': 1, 'wd': 2}", {"lr": 1.0, "wd": 2}, id="dict"),
        pytest.param(
            {"a": None}, '{"a": null, "b": true}', {"a": None, "b": True}, id="dict as JSON"
        ),
        pytest.param({"lr": 0.1}, "{'lr': -inf}", {"lr": float("-inf")}, id="dict with inf"),
        pytest.param(b"a", "b'\\x00'", b"\x00", id="bytes"),
        pytest.param(1j, "(1 + 2j)", 1 + 2j, id="complex"),
        pytest.param(1j, "3", 3 + 0j, id="complex without imaginary part"),
        pytest.param(1j, "complex('infj')", complex("infj"), id="complex as it is shown in a list"),
        pytest.param(..., "...", ..., id="ellipsis"),
        pytest.param(EXPRESSION, "[1]", [1], id="a literal for an expression"),
        pytest.param(EXPRESSION, "relu", "relu", id="a text for an expression"),
        pytest.param(EMPTY, "3", 3, id="a literal without a default"),
        pytest.param(EMPTY, "None", None, id="None without a default"),
        pytest.param(EMPTY, "null", "null", id="null is a text without a default"),
    ],
)
def test_a_text_becomes_a_value_of_the_default_s_kind(
    default: object, text: str, expected: Any
) -> None:
    found = converter(default).parse(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("default", "text", "sentence"),
    [
        pytest.param(
            10,
            "1.5",
            "invalid int value: '1.5'; the default of `x` is the int 10 at train.py:12,"
            " and `10.0` there would allow fractions",
            id="fraction for an int",
        ),
        pytest.param(
            0.001,
            "fast",
            "invalid float value: 'fast'; the default of `x` is the float 0.001 at train.py:12",
            id="text for a float",
        ),
        pytest.param(
            True,
            "maybe",
            "invalid bool value: 'maybe' (expected true or false (or yes, no, on, off, 1, 0));"
            " the default of `x` is the bool True at train.py:12",
            id="text for a bool",
        ),
        *[
            pytest.param(True, word, f"invalid bool value: '{word}'", id=f"{word} for a bool")
            for word in "tfyn"
        ],
        pytest.param(1, "inf", "invalid int value: 'inf'", id="inf for an int"),
        pytest.param(1, "nan", "invalid int value: 'nan'", id="nan for an int"),
        pytest.param(1, "two", "invalid int value: 'two'", id="text for an int"),
        pytest.param(1, "", "invalid int value: ''", id="nothing for an int"),
        pytest.param(1, "1e999999999", "it is too large", id="huge exponent"),
        pytest.param(1, "9" * 5000, "invalid int value: '999", id="many digits"),
        pytest.param(1, "1e-999999999", "`1.0` there would allow fractions", id="tiny exponent"),
        pytest.param([1], "1,b", "invalid int value: 'b' in '1,b'", id="element of another kind"),
        pytest.param([1, 0.5], "1,b", "invalid number value: 'b' in '1,b';", id="text in numbers"),
        pytest.param([[1, 0.5]], "3", "(expected a list of number)", id="numbers without brackets"),
        pytest.param([1], "1,,2", "invalid int value: ''", id="element left out"),
        pytest.param(
            [[1]],
            "3",
            "invalid list value: '3' (expected a list of int)",
            id="element without brackets",
        ),
        pytest.param({1}, "{[1]}", "invalid int value: '[1]'", id="list in a set"),
        pytest.param(set(), "{[1]}", "(unhashable type: 'list')", id="list in a set of anything"),
        pytest.param({"a": 1}, "a", "invalid dict value: 'a' (", id="no dict"),
        pytest.param({"a": 1}, "[1]", "(expected a dict such as {'lr': 1})", id="list for a dict"),
        pytest.param({"a": 1}, "{'a': 'b'}", "invalid int value: 'b'", id="key of another kind"),
        pytest.param(b"a", "a", "invalid bytes value: 'a' (", id="text for bytes"),
        pytest.param(
            b"a", "1", "invalid bytes value: 1 (expected bytes such as b'ab')", id="int for bytes"
        ),
        pytest.param(
            1j,
            "i",
            "invalid complex value: 'i' (expected a complex number such as 1+2j)",
            id="no complex",
        ),
        pytest.param(1j, "3 4", "invalid complex value: '3 4'", id="two numbers for a complex"),
        pytest.param([1j], "1 2j", "invalid complex value: '1 2j'", id="two numbers for one"),
        pytest.param(1j, "[1]", "(expected a complex number", id="list for a complex"),
        pytest.param(..., "x", "invalid literal value: 'x'", id="text for the ellipsis"),
        pytest.param(1, "a" * 99, f"'{'a' * 56}...", id="a long text is shortened"),
        pytest.param(16**4000, "1.5", "invalid int value: '1.5'", id="fraction for a long int"),
    ],
)
def test_a_text_of_another_kind_is_refused_in_a_sentence(
    default: object, text: str, sentence: str
) -> None:
    with pytest.raises(ConversionError) as caught:
        converter(default).parse(text)
    assert sentence in str(caught.value)
    assert "the default of `x` is the" in str(caught.value)
    assert str(caught.value).count("at train.py:12") == 1


@pytest.mark.parametrize(
    ("default", "arguments", "expected"),
    [
        pytest.param([1], ["3", "4"], [3, 4], id="one element a word"),
        pytest.param([1], ["3,4"], [3, 4], id="one word"),
        pytest.param([1], [], [], id="no arguments"),
        pytest.param([1], ["[3,", "4]"], [3, 4], id="a list that the shell split"),
        pytest.param([1], ["3,", "4"], [3, 4], id="commas that the shell split"),
        pytest.param([[1]], ["[3]", "[4, 5]"], [[3], [4, 5]], id="a nested list"),
        pytest.param([], ["[1, 2]", "[3, 4]"], [[1, 2], [3, 4]], id="lists, of no known kind"),
        pytest.param([[1]], ["[3, 4]", "[5, 6]"], [[3, 4], [5, 6]], id="lists with blanks"),
        pytest.param(
            [[1]], ["[3,", "4]", "[5,", "6]"], [[3, 4], [5, 6]], id="lists that the shell split"
        ),
        pytest.param(
            [[1]], ["[3,", "4],", "[5]"], [[3, 4], [5]], id="lists with commas that the shell split"
        ),
        pytest.param(
            [[1]], ["[3,", "4],[5,", "6]"], [[3, 4], [5, 6]], id="lists split within brackets alone"
        ),
        pytest.param(
            [(1, "a")], ["(1, 'b')", "(2, '(')"], [(1, "b"), (2, "(")], id="tuples with a bracket"
        ),
        pytest.param(
            [{"a": 1}], ["{'a': 1}", "{'a': 2}"], [{"a": 1}, {"a": 2}], id="dicts with blanks"
        ),
        pytest.param([1, "a"], ["(x", "3"], ["(x", 3], id="a bracket that never closes"),
        pytest.param(["a"], ["b, c", "d"], ["b, c", "d"], id="texts with commas and blanks"),
        pytest.param(["a"], ["(b", "c)", "d"], ["(b", "c)", "d"], id="texts with brackets"),
        pytest.param(["a"], ["a,b", "c"], ["a,b", "c"], id="texts with commas"),
        pytest.param(["a"], ["", " b "], ["", " b "], id="texts with blanks alone"),
        pytest.param([], ["", "[1, 2]"], ["", [1, 2]], id="an empty word"),
        pytest.param([[1]], [" [1, 2]", "[3] "], [[1, 2], [3]], id="blanks around brackets"),
        pytest.param({1}, ["3", "4"], {3, 4}, id="a set"),
        pytest.param({1}, ["{3,", "4}"], {3, 4}, id="a set that the shell split"),
        pytest.param({(1, 2)}, ["{(3,", "4),", "(5,", "6)}"], {(3, 4), (5, 6)}, id="a split set"),
        pytest.param([1, "a"], ["{b,", "3}"], ["{b, 3}"], id="braces that are no list"),
        pytest.param("a", ["b", "c"], "b c", id="a string in several arguments"),
    ],
)
def test_arguments_become_a_value(default: object, arguments: list[str], expected: object) -> None:
    assert converter(default).parse_arguments(arguments) == expected


def test_a_word_of_another_kind_is_refused() -> None:
    with pytest.raises(ConversionError, match="invalid int value: 'b' in '3 b'"):
        converter([1]).parse_arguments(["3", "b"])


@pytest.mark.parametrize(
    ("default", "value", "expected"),
    [
        pytest.param(0.5, 1, 1.0, id="int as float"),
        pytest.param(1, 1e6, 1_000_000, id="whole float as int"),
        pytest.param(1, 1e23, 10**23, id="a large float as the int that was written"),
        pytest.param(1j, 2, 2 + 0j, id="int as complex"),
        pytest.param((1.0,), [1, 2], (1.0, 2.0), id="list as tuple"),
        pytest.param([1], (1, 2), [1, 2], id="tuple as list"),
        pytest.param({1}, [1, 2], {1, 2}, id="list as set"),
        pytest.param({1.0}, {1, 2}, {1.0, 2.0}, id="set of ints as set of floats"),
        pytest.param([1, None], [None, 2], [None, 2], id="None among elements"),
        pytest.param({"a": 1.5}, {"a": 1, "b": "c"}, {"a": 1.0, "b": "c"}, id="dict"),
        pytest.param(None, [1], [1], id="anything where the default is None"),
        pytest.param(EXPRESSION, [1], [1], id="anything for an expression"),
        pytest.param(None, None, None, id="None where it is the default"),
        pytest.param("a", "b", "b", id="text"),
    ],
)
def test_a_value_that_says_the_same_takes_the_default_s_type(
    default: object, value: object, expected: object
) -> None:
    found = converter(default).check(value)
    assert found == expected
    assert type(found) is type(expected)


def test_ints_and_floats_side_by_side_stay_what_they_are() -> None:
    mixed = converter((0, 0.5, None))
    assert repr(mixed.parse("1,2.0,1e3,0x10,None,inf")) == "(1, 2.0, 1000.0, 16, None, inf)"
    assert repr(mixed.parse("[float('nan')]")) == "(nan,)"
    assert repr(mixed.parse_arguments(["-1", "-inf"])) == "(-1, -inf)"
    assert repr(mixed.check([1, 2.0, None])) == "(1, 2.0, None)"
    assert repr(converter([[0, 0.5], [1]]).parse("[[3, 4.0]]")) == "[[3, 4.0]]"


@pytest.mark.parametrize(
    ("default", "value", "sentence"),
    [
        pytest.param(1, True, "invalid int value: True", id="bool for an int"),
        pytest.param(0.5, True, "invalid float value: True", id="bool for a float"),
        pytest.param(1j, True, "(expected a complex number", id="bool for a complex"),
        pytest.param(True, 1, "invalid bool value: 1 (expected true or false", id="int for a bool"),
        pytest.param(1, "1", "invalid int value: '1'", id="text for an int"),
        pytest.param(1, 1.5, "`1.0` there would allow fractions", id="fraction for an int"),
        pytest.param(1, float("nan"), "invalid int value: float('nan')", id="nan for an int"),
        pytest.param(0.5, 10**400, "it is too large for a float", id="huge int for a float"),
        pytest.param(1j, 10**400, "it is too large for a complex", id="huge int for a complex"),
        pytest.param("a", 1e-4, "quote it to make it a string", id="float for a text"),
        pytest.param("a", None, "invalid str value: None", id="None for a text"),
        pytest.param(
            [1], {1}, "invalid list value: {1} (expected a list of int)", id="set for a list"
        ),
        pytest.param([1], ["a"], "invalid int value: 'a' in ['a']", id="another element"),
        pytest.param([1], [1, None], "invalid int value: None in [1, None]", id="None in a list"),
        pytest.param([1, None], ["a"], "invalid int value: 'a' in ['a']", id="text beside None"),
        pytest.param((1, 0.5), [1, True], "invalid number value: True", id="bool in numbers"),
        pytest.param(
            (1, 0.5),
            [1, "2"],
            "invalid number value: '2' in [1, '2']; the default of `x` is the"
            " tuple (1, 0.5) at train.py:12; remove the quotes",
            id="text in numbers",
        ),
        pytest.param(
            ..., 3, "invalid literal value: 3 (expected the ellipsis, `!ell", id="no ellipsis"
        ),
        pytest.param({1}, [[]], "invalid int value: []", id="list in a set"),
        pytest.param(set(), [[]], "unhashable type: 'list'", id="list in a set of anything"),
        pytest.param({"a": 1}, [1], "(expected a dict such as {'lr': 1})", id="list for a dict"),
    ],
)
def test_a_value_of_another_kind_is_refused_in_a_sentence(
    default: object, value: object, sentence: str
) -> None:
    with pytest.raises(ConversionError) as caught:
        converter(default).check(value)
    assert sentence in str(caught.value)
    assert "at train.py:12" in str(caught.value)


@pytest.mark.parametrize(
    ("default", "hints", "sentence"),
    [
        pytest.param(0.5, {"optional": True}, "(expected a float such as 1e-3, or None)", id="yes"),
        pytest.param(None, {"type": "int"}, "(expected an int, or None)", id="None by default"),
        pytest.param(0.5, {}, "; the hint `optional=True` would allow None", id="no"),
    ],
)
def test_a_refusal_says_how_none_is_given(
    default: object, hints: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConversionError) as caught:
        converter(default, **hints).parse("none")
    assert sentence in str(caught.value)


def test_a_choice_of_another_kind_is_accepted_from_files_too_and_written_as_it_is_typed() -> None:
    mixed = converter(1, choices=[1, "auto", None])
    assert [mixed.check(choice) for choice in (1, "auto", None)] == [1, "auto", None]
    assert [mixed.format(choice) for choice in (1, "auto", None)] == ["1", "auto", "None"]
    with pytest.raises(ConversionError, match="invalid int value: 'b'"):
        mixed.check("b")


@pytest.mark.parametrize("default", [["a"], ("a",), {"a"}, []], ids=repr)
def test_a_choice_of_elements_is_written_as_it_is_typed(default: object) -> None:
    texts = converter(default, choices=["b c", "d,e"])
    assert [texts.format(text) for text in ("b c", "d,e")] == ["b c", "'d,e'"]


def test_elements_are_of_the_default_s_kind_whatever_the_choices() -> None:
    with pytest.raises(ConversionError, match="invalid int value: 'auto'"):
        converter([1], choices=[1, "auto"]).parse("auto")


@pytest.mark.parametrize(
    ("default", "hints", "text", "expected"),
    [
        pytest.param(None, {"type": "float"}, "3", 3.0, id="type"),
        pytest.param(None, {"type": "float"}, "null", None, id="type where the default is None"),
        pytest.param(5, {"type": "float"}, "1.5", 1.5, id="type against the default"),
        pytest.param([0.5], {"type": "list"}, "1", [1.0], id="type of the default"),
        pytest.param(None, {"type": "Path"}, "3", Path("3"), id="a path that may be missing"),
        pytest.param(Path("a"), {"type": "Path"}, "b/c", Path("b/c"), id="type of the path"),
        pytest.param("a", {"optional": True}, "None", None, id="optional"),
        pytest.param("a", {"optional": False}, "None", "None", id="not optional"),
        pytest.param("a", {"choices": ["a", "b"]}, "b", "b", id="choices"),
        pytest.param("a", {"choices": "abc"}, "c", "c", id="choices as characters"),
        pytest.param(None, {"choices": ["1", "2"]}, "1", "1", id="text among choices"),
        pytest.param(None, {"choices": [1, 2]}, "1", 1, id="literal among choices"),
        pytest.param(None, {"choices": ["a"]}, "None", None, id="None beside choices"),
        pytest.param(1, {"choices": [1, "auto"]}, "auto", "auto", id="choice of another kind"),
        pytest.param(1, {"choices": [1, "auto"]}, "1", 1, id="choice of the default's kind"),
        pytest.param(1, {"choices": [1, None]}, "None", None, id="None among choices"),
        pytest.param("a", {"choices": ["a", 2]}, "2", 2, id="number among texts"),
        pytest.param("2", {"choices": ["2", 2]}, "2", "2", id="text among numbers"),
        pytest.param(True, {"choices": [True, "auto"]}, "auto", "auto", id="text for a flag"),
        pytest.param(
            1, {"choices": [1, "auto"], "range": [0, 9]}, "auto", "auto", id="choice without order"
        ),
        pytest.param(["a"], {"choices": ["a", "b"]}, "b,a", ["b", "a"], id="choices of elements"),
        pytest.param([1], {"choices": [[1], [2]]}, "2", [2], id="choices of lists"),
        pytest.param(0.5, {"range": [0, 1]}, "1", 1.0, id="range"),
        pytest.param(0.5, {"range": [None, 1]}, "-inf", float("-inf"), id="range without low end"),
        pytest.param(0.5, {"range": (0, None)}, "inf", float("inf"), id="range without high end"),
        pytest.param([1], {"range": [0, 5]}, "0,5", [0, 5], id="range of elements"),
        pytest.param("b", {"range": ["a", "c"]}, "a", "a", id="range of texts"),
        pytest.param(1, {"help": "a hint of others"}, "2", 2, id="other hints"),
    ],
)
def test_hints_widen_and_narrow_what_is_accepted(
    default: object, hints: dict[str, object], text: str, expected: object
) -> None:
    found = converter(default, **hints).parse(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("default", "hints", "value", "sentence"),
    [
        pytest.param(
            "adam",
            {"choices": ["adam", "sgd"]},
            "sdg",
            "invalid choice: 'sdg' (choose from 'adam', 'sgd');"
            " the choices of `x` are defined at train.py:12",
            id="no choice",
        ),
        pytest.param(
            1, {"choices": [1, True]}, 2, "invalid choice: 2 (choose from 1, True)", id="no int"
        ),
        pytest.param(
            None, {"choices": [1]}, True, "invalid choice: True (choose from 1)", id="True is not 1"
        ),
        pytest.param(
            [1],
            {"choices": [1]},
            [1, 2],
            "invalid choice: [1, 2]",
            id="one element is not a choice",
        ),
        pytest.param(
            0.5,
            {"range": [0, 1]},
            2.0,
            "expected a value from 0 to 1, got 2.0; the range of `x` is defined at train.py:12",
            id="above the range",
        ),
        pytest.param(1, {"range": [0, None]}, -1, "a value of at least 0, got -1", id="below"),
        pytest.param(1, {"range": [None, 9]}, 10, "a value of at most 9, got 10", id="above"),
        pytest.param(0.5, {"range": [None, None]}, float("nan"), "got float('nan')", id="nan"),
        pytest.param([1], {"range": [0, 5]}, [1, 6], "from 0 to 5, got 6", id="element outside"),
        pytest.param(None, {"range": [0, 5]}, "a", "from 0 to 5, got 'a'", id="no order"),
        pytest.param(1, {"type": "flat"}, 1, "the hint `type` of `x` is 'flat'", id="unknown type"),
        pytest.param(1, {"type": 3}, 1, "it must be one of 'bool', 'int',", id="type as a number"),
        pytest.param(1, {"choices": 3}, 1, "it must be a list of values", id="choices no list"),
        pytest.param(1, {"range": 3}, 1, "the pair [lowest, highest]", id="range no pair"),
        pytest.param(1, {"range": [1, 2, 3]}, 1, "the pair [lowest, highest]", id="range of three"),
        pytest.param(
            5, {"type": "float"}, "a", "the hint `type` of `x` is 'float' at train.py:12", id="type"
        ),
    ],
)
def test_a_value_that_hints_forbid_is_refused_in_a_sentence(
    default: object, hints: dict[str, object], value: object, sentence: str
) -> None:
    with pytest.raises(ConversionError) as caught:
        converter(default, **hints).check(value)
    assert sentence in str(caught.value)
    assert "at train.py:12" in str(caught.value)


@pytest.mark.parametrize(
    ("hints", "sentence"),
    [
        pytest.param({}, "the default of `x` is the int 1", id="type"),
        pytest.param({"choices": [1]}, "the choices of `x` are defined in its hints", id="choices"),
        pytest.param({"range": [1, 1]}, "the range of `x` is defined in its hints", id="range"),
    ],
)
def test_a_message_does_without_a_place(hints: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConversionError) as caught:
        Converter(1, hints, "x").parse("2" if hints else "a")
    assert str(caught.value).endswith(sentence)


@pytest.mark.parametrize(
    ("default", "value", "text"),
    [
        pytest.param("a", "1", "1", id="text"),
        pytest.param(None, "1", "'1'", id="text that would be a literal"),
        pytest.param(None, "a", "a", id="text that is not a literal"),
        pytest.param(0.5, float("inf"), "inf", id="float"),
        pytest.param(1j, 1 + 2j, "(1+2j)", id="complex"),
        pytest.param([1], [1, 2], "[1, 2]", id="list"),
        pytest.param(True, False, "False", id="bool"),
        pytest.param(None, None, "None", id="None"),
        pytest.param([0.5], [float("inf")], "[float('inf')]", id="inf in a list"),
        pytest.param(Path("a"), Path("b"), "b", id="path"),
        pytest.param(Path("a"), Path("1"), "1", id="path that looks like a number"),
    ],
)
def test_a_value_is_written_as_it_would_be_typed(default: object, value: object, text: str) -> None:
    assert converter(default).format(value) == text
    assert converter(default).parse(text) == value


@pytest.mark.parametrize(
    ("default", "hints", "name"),
    [
        pytest.param(0.5, {}, "float", id="default"),
        pytest.param(None, {}, "NoneType", id="None"),
        pytest.param(EMPTY, {}, "any", id="no default"),
        pytest.param(EXPRESSION, {}, "any", id="expression"),
        pytest.param(None, {"type": "list"}, "list", id="hint"),
        pytest.param(MEMBER, {}, "one of SGD, ADAM, ONE, EIGHT", id="member of an Enum"),
    ],
)
def test_the_type_has_a_name(default: object, hints: dict[str, object], name: str) -> None:
    assert converter(default, **hints).type_name == name


def test_a_path_takes_text_and_is_a_path() -> None:
    path = converter(Path("data"))
    assert path.parse("a/b") == path.check("a/b") == path.check(Path("a/b")) == Path("a/b")
    assert (path.type_name, path.format(Path("a"))) == ("Path", "a")
    with pytest.raises(ConversionError, match=r"Path value: 3 .*is the Path Path\('data'\)"):
        path.check(3)
    chosen = converter(Path("data"), choices=["data", Path("b")])
    assert chosen.parse("data") == Path("data")
    with pytest.raises(ConversionError, match=r"choose from Path\('data'\), Path\('b'\)"):
        chosen.parse("c")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("ADAM", "ADAM", id="name"),
        pytest.param("adam", "ADAM", id="value"),
        pytest.param("OLD", "SGD", id="alias"),
        pytest.param("1", "ONE", id="number"),
        pytest.param("8", "EIGHT", id="text that looks like a number"),
        pytest.param("'sgd'", "SGD", id="quoted"),
    ],
)
def test_the_text_for_a_member_is_its_name_or_value(text: str, name: str) -> None:
    assert converter(MEMBER).parse(text) == name
    assert converter(MEMBER).parse_arguments([text]) == name
    assert converter(MEMBER).format(name) == name


class Opt(Enum):
    ADAM = object()


def test_a_file_or_a_program_gives_a_member_or_its_name_or_value() -> None:
    for value, name in (("OLD", "SGD"), ("adam", "ADAM"), (1, "ONE"), (Opt.ADAM, "ADAM")):
        assert converter(MEMBER).check(value) == name
    assert converter(MEMBER, optional=True).check(None) is None
    assert converter(MEMBER, optional=True).parse("None") is None


@pytest.mark.parametrize("value", ["Adam", "", "None", "[1]", "8.5", None, [1], 8])
def test_what_stands_for_no_member_is_refused(value: object) -> None:
    shown = "choose from 'SGD', 'ADAM', 'ONE', 'EIGHT'.*; the choices of `x` .* at train.py:12"
    with pytest.raises(ConversionError, match=f"^invalid choice: .*{shown}"):
        converter(MEMBER).check(value)
    if isinstance(value, str):
        with pytest.raises(ConversionError, match=shown):
            converter(MEMBER).parse(value)


def test_choices_may_be_some_members() -> None:
    some = converter(MEMBER, choices=["adam", "OLD"])
    some.check_hints()
    assert (some.choices, some.parse("adam"), some.parse("OLD")) == (("ADAM", "SGD"), "ADAM", "SGD")
    with pytest.raises(ConversionError, match=r"'ONE' .*from 'ADAM', 'SGD'"):
        some.parse("1")
    some.check_limits(Opt.ADAM)
    with pytest.raises(ConversionError, match="'ONE'"):
        some.check_limits(1)


@pytest.mark.parametrize("choices", [["adam", "adm"], ["Adam"], [[]], "OLD"])
def test_choices_that_are_no_members_are_malformed(choices: object) -> None:
    with pytest.raises(ConversionError, match=r"`choices` of `x` is .*; the members .* 'SGD', 'A"):
        converter(MEMBER, choices=choices).check_hints()


@pytest.mark.parametrize("choices", [None, ["OLD", 1], [None, "adam"], [Opt.ADAM]])
def test_choices_may_be_names_values_and_none(choices: object) -> None:
    limited = converter(MEMBER, choices=choices)
    limited.check_hints()
    assert choices is None or limited.choices


def test_what_a_program_sets_need_not_be_a_member() -> None:
    value = object()
    assert converter(MEMBER, mine=1).check_limits(value) is None  # type: ignore[func-returns-value]


def test_a_sequence_takes_several_arguments() -> None:
    assert converter((1,)).is_sequence
    assert not converter("a").is_sequence


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        pytest.param(["lr"], "1", 1.0, id="key"),
        pytest.param(["inner", "n"], "1e3", 1000, id="key of a key"),
        pytest.param(["other"], "1", 1, id="new key"),
        pytest.param(["lr", "deeper"], "a", "a", id="below a value that is not a dict"),
    ],
)
def test_one_key_of_a_dict_is_converted_like_its_default(
    path: list[str], text: str, expected: object
) -> None:
    key = converter({"lr": 0.1, "inner": {"n": 1}}).key_converter(path)
    assert key.parse(text) == expected
    assert key.name == ".".join(["x", *path])


class Array:
    """Compare like an array: element by element, without one truth."""

    def __eq__(self, _other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise ValueError("ambiguous")

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("value", [1, 0.5, Array(), "other type", None])
def test_what_a_program_sets_is_checked_by_its_limits_alone(value: object) -> None:
    choices = [0.5, 1, "other type", None]
    for limited in (converter(0.5, range=[0, 1]), converter(0.5, choices=choices)):
        refusals = []
        try:
            limited.check_limits(value)
        except ConversionError as error:
            refusals.append(str(error))
        assert refusals == []


@pytest.mark.parametrize("hints", [{"range": [0, 1]}, {"choices": [0, 1]}])
def test_what_a_program_sets_beyond_the_limits_is_refused(hints: dict[str, object]) -> None:
    with pytest.raises(ConversionError, match=r"got 2|choice: 2"):
        converter(0.5, **hints).check_limits(2)


def test_an_error_names_the_hyperparameter_and_pickles() -> None:
    with pytest.raises(ValueError, match="invalid int value") as caught:
        converter(1).parse("a")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is ConversionError
    assert again.name == "x"
    assert str(again) == str(caught.value)


class RecordedHints(dict[str, Any]):
    """Hints that record which of them are read."""

    def __init__(self, **hints: Any) -> None:
        super().__init__(hints)
        self.read: set[str] = set()

    def get(self, hint: str, default: Any = None) -> Any:
        self.read.add(hint)
        return super().get(hint, default)


def test_text_is_parsed_by_these_hints_alone() -> None:
    hints = RecordedHints(help="steps")
    assert Converter(3, hints, "steps").parse("4") == 4
    assert hints.read == CONVERSION_HINTS


@pytest.mark.parametrize("hint", sorted(CHECKED_HINTS))
def test_each_hint_that_values_are_checked_by_may_be_malformed(hint: str) -> None:
    with pytest.raises(ConversionError, match=f"the hint `{hint}` of `steps` is"):
        Converter(3, {hint: 0}, "steps").check_hints()


@pytest.mark.parametrize("hint", sorted(CONVERSION_HINTS - CHECKED_HINTS))
def test_the_others_are_never_malformed(hint: str) -> None:
    converter = Converter(3, {hint: object()}, "steps")
    converter.check_hints()
    assert converter.parse("4") == 4


@pytest.mark.parametrize("hint", sorted(LIMIT_HINTS))
def test_a_limiting_hint_refuses_values_of_the_right_type(hint: str) -> None:
    with pytest.raises(ConversionError):
        Converter(3, {hint: [3, 5]}, "steps").check(7)
