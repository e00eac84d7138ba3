"""YAML as this project reads and writes it."""

from __future__ import annotations

import pytest
import yaml

from hpargparse.errors import SnapshotError
from hpargparse.snapshots.files import read_text
from hpargparse.snapshots.yaml_reader import YamlReader
from hpargparse.snapshots.yaml_writer import to_yaml
from hpargparse.values.scalars import resolve


@pytest.fixture(params=["C", "Python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with the parser written in C, and with the one that is always there."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


def load(text: str) -> object:
    return YamlReader("cfg.yaml", text).read()


# The table of the core schema, YAML 1.2.2 section 10.3.2, and what YAML 1.1 read otherwise.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[
            pytest.param(text, None, id=text or "nothing")
            for text in ("", "~", "null", "Null", "NULL")
        ],
        *[pytest.param(text, True, id=text) for text in ("true", "True", "TRUE")],
        *[pytest.param(text, False, id=text) for text in ("false", "False", "FALSE")],
        pytest.param("017", 17, id="017"),
        pytest.param("-0", 0, id="-0"),
        pytest.param("+12", 12, id="+12"),
        pytest.param("0o17", 15, id="0o17"),
        pytest.param("0x1F", 31, id="0x1F"),
        pytest.param("1e-4", 1e-4, id="1e-4"),
        pytest.param("1E4", 1e4, id="1E4"),
        pytest.param("1.", 1.0, id="1."),
        pytest.param(".5", 0.5, id=".5"),
        pytest.param("-1.5e+3", -1500.0, id="-1.5e+3"),
        pytest.param(".inf", float("inf"), id=".inf"),
        pytest.param("+.Inf", float("inf"), id="+.Inf"),
        pytest.param("-.INF", float("-inf"), id="-.INF"),
        *[
            pytest.param(text, text, id=text)
            for text in (
                "no",
                "yes",
                "on",
                "off",
                "y",
                "n",
                "12:30",
                "1:30:00",
                "2024-01-01",
                "1_000",
                "0b1",
                "nULL",
                "tRUE",
                "inf",
                "nan",
                "1e",
                "e5",
                "0x",
                "-0x1f",
                "0o8",
                ".",
                "-",
                "1 2",
                "<<",
            )
        ],
    ],
)
def test_a_plain_scalar_follows_the_core_schema(text: str, expected: object) -> None:
    found = resolve(text)
    assert found == expected
    assert type(found) is type(expected)


def test_nan_is_nan() -> None:
    assert [repr(resolve(text)) for text in (".nan", ".NaN", ".NAN")] == ["nan"] * 3


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "a: 'no'\nb: \"1\"\nc: |\n  x\n", {"a": "no", "b": "1", "c": "x\n"}, id="texts"
        ),
        pytest.param("a: [1, [2], {b: c}]", {"a": [1, [2], {"b": "c"}]}, id="flow"),
        pytest.param("a:\n- 1\n- b: 2\n", {"a": [1, {"b": 2}]}, id="block"),
        pytest.param("a: ! 1\nb: ! [1]\nc: ! {d: 1}", {"a": "1", "b": [1], "c": {"d": 1}}, id="!"),
        pytest.param(
            "a: !!str 1\nb: !!int '0x1f'\nc: !!float 3", {"a": "1", "b": 31, "c": 3.0}, id="scalars"
        ),
        pytest.param("a: !!null ''\nb: !!bool TRUE", {"a": None, "b": True}, id="null and bool"),
        pytest.param("a: !!seq [1]\nb: !!map {c: 1}", {"a": [1], "b": {"c": 1}}, id="collections"),
        pytest.param("a: !!set {1, x}\nb: !!set\n  ? 2\n", {"a": {1, "x"}, "b": {2}}, id="set"),
        pytest.param("a: !!binary |\n  AAEC\n  Aw==\n", {"a": b"\x00\x01\x02\x03"}, id="binary"),
        pytest.param(
            "a: !tuple [1]\nb: !frozenset {2}", {"a": (1,), "b": frozenset({2})}, id="ours"
        ),
        pytest.param(
            "a: !complex 1+2j\nb: !ellipsis '...'", {"a": 1 + 2j, "b": ...}, id="our scalars"
        ),
        pytest.param("a: !surrogates 7aCA", {"a": "\ud800"}, id="surrogates"),
        pytest.param(
            "a: !!python/tuple [1]\nb: !!python/complex 1j",
            {"a": (1,), "b": 1j},
            id="as PyYAML writes",
        ),
        pytest.param("a: {? !tuple [1] : 2}", {"a": {(1,): 2}}, id="tuple as key"),
        pytest.param(
            "a: &x [1, &y 2]\nb: *x\nc: *y", {"a": [1, 2], "b": [1, 2], "c": 2}, id="aliases"
        ),
        pytest.param("a: &x [&x 1, *x]\nb: *x", {"a": [1, 1], "b": 1}, id="anchor given again"),
        pytest.param(
            "a: &x {k: &y [1]}\nb: [*x, *y]",
            {"a": {"k": [1]}, "b": [{"k": [1]}, [1]]},
            id="nested anchors",
        ),
        pytest.param("<<: 1", {"<<": 1}, id="no merge key in YAML 1.2"),
        pytest.param("a: {'<<': {b: 1}}", {"a": {"<<": {"b": 1}}}, id="a key in quotes"),
        pytest.param("a: [<<, {b: 1}]", {"a": ["<<", {"b": 1}]}, id="a text before a dict"),
        pytest.param("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}, id="directive"),
    ],
)
def test_a_document_becomes_plain_values(text: str, expected: object) -> None:
    found = load(text)
    assert found == expected
    assert repr(found) == repr(expected)


def test_an_alias_shares_nothing() -> None:
    found = load("a: &x [1]\nb: *x")
    assert isinstance(found, dict)
    assert found["a"] is not found["b"]


def test_each_key_has_its_line() -> None:
    text = "a: 1\n\nb:\n  c: {d: 2}\n  e:\n  - f: 3\n"
    assert read_text("cfg.yaml", text, "yaml").lines == {
        ("a",): 1,
        ("b",): 3,
        ("b", "c"): 4,
        ("b", "c", "d"): 4,
        ("b", "e"): 5,
    }


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "a: 1\nb: 2\na: 3", "3: The key 'a' is given twice, first in line 1.", id="twice"
        ),
        pytest.param(
            "a: &a {b: 1}\nc:\n  <<: *a", "3: YAML 1.2 has no merge key `<<`", id="merge key"
        ),
        pytest.param(
            "a: &a {b: 1}\nc:\n  ? <<\n  : [*a]", "3: YAML 1.2 has no merge key", id="merge list"
        ),
        pytest.param(
            "a: {b: 1,\n b: 1}", "2: The key 'b' is given twice, first in line 1.", id="nested"
        ),
        pytest.param("a: {1: x, 1.0: y}", "1: The key 1.0 is given twice", id="equal keys"),
        pytest.param(
            "x: 1\n1: a", "2: The key 1 is of type int, but names are strings.", id="name"
        ),
        pytest.param("a:\n  ? [1]\n  : 2", "2: A list cannot be a key.", id="list as key"),
        pytest.param(
            "a: b: c", "1: Cannot read this as YAML: mapping values are not allowed", id="colon"
        ),
        pytest.param(
            "a: [1\nb: 2", "Cannot read this as YAML: while parsing a flow sequence", id="open"
        ),
        pytest.param(
            "a: 'x", "Cannot read this as YAML: while scanning a quoted scalar", id="quote"
        ),
        pytest.param("a: 1\nb:\n\tc: 2\n", "3: Cannot read this as YAML: a tab indents", id="tab"),
        pytest.param("x: 1\na: \x01", "2: Cannot read this as YAML: ", id="control character"),
        pytest.param(
            "# größe\na: \x1b\n\n\n",
            r"2: Cannot read this as YAML: control characters such as '\x1b' are not allowed.",
            id="control character after letters of two bytes",
        ),
        pytest.param("a: 1\n---\nb: 2", "2: A second YAML document begins here.", id="documents"),
        pytest.param("a: *x", "1: The alias `*x` has no anchor", id="alias without anchor"),
        pytest.param(
            "a: &x [*x]",
            "1: The alias `*x` has no anchor, or is inside the value of its anchor",
            id="loop",
        ),
        pytest.param("a: " + "[" * 400, "1: Values are nested deeper than 250 levels.", id="deep"),
        pytest.param(
            "a: " + "{b: " * 400,
            "1: Values are nested deeper than 250 levels.",
            id="deep mappings",
        ),
        pytest.param(
            "a: !!python/object/apply:os.system ['true']",
            "1: The tag `!!python/object/apply:os.system`",
            id="call",
        ),
        pytest.param(
            "x: 1\na: !!python/name:os.system ''",
            "2: The tag `!!python/name:os.system`",
            id="name of an object",
        ),
        pytest.param(
            "a: !mine {b: 1}",
            "1: The tag `!mine` does not stand for a plain value",
            id="unknown tag",
        ),
        pytest.param("a: !tuple {b: 1}", "1: The tag `!tuple`", id="tag of another kind"),
        pytest.param("a: !!timestamp 2001-01-01", "1: The tag `!!timestamp`", id="timestamp"),
        pytest.param("a: !!int x", "1: 'x' is not a valid !!int: invalid literal", id="no int"),
        pytest.param(
            "a: !!bool yes",
            "1: 'yes' is not a valid !!bool: it is neither true nor false.",
            id="no bool",
        ),
        pytest.param("a: !!null x", "1: 'x' is not a valid !!null: it is not empty.", id="no null"),
        pytest.param("a: !!binary 'a?'", "1: 'a?' is not a valid !!binary", id="no base 64"),
        pytest.param(
            "a: !!set {b: 1}",
            "1: This is not a valid !!set: an element of a set cannot have a value",
            id="no set",
        ),
        pytest.param(
            "a: " + "1" * 5000, "...' is not a valid number: Exceeds the limit", id="many digits"
        ),
    ],
)
def test_a_bad_document_is_refused_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        load(text)
    assert str(caught.value).startswith("cfg.yaml:")
    assert sentence in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2


def test_aliases_that_explode_are_stopped() -> None:
    lines = ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)]
    with pytest.raises(
        SnapshotError, match=r"cfg\.yaml:5: The aliases up to this line stand for more"
    ):
        load("\n".join(lines))


def test_an_error_without_a_line_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_text: str) -> None:
        raise yaml.MarkedYAMLError(problem="it is odd")

    monkeypatch.setattr(yaml, "CSafeLoader", fail, raising=False)
    with pytest.raises(SnapshotError, match=r"cfg\.yaml: Cannot read this as YAML: it is odd\."):
        load("a: 1")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(1e-05, "1.0e-05", id="small float"),
        pytest.param(0.0001, "0.0001", id="float"),
        pytest.param(1e22, "1.0e+22", id="large float"),
        pytest.param(-0.0, "-0.0", id="negative zero"),
        pytest.param(float("inf"), ".inf", id="inf"),
        pytest.param(float("-inf"), "-.inf", id="-inf"),
        pytest.param(float("nan"), ".nan", id="nan"),
        pytest.param("adam", "adam", id="word"),
        pytest.param("a b-c/d.e_f=g", "a b-c/d.e_f=g", id="words"),
        pytest.param("名字", "名字", id="letters of any script"),
        pytest.param("a ", "'a '", id="blank at the end"),
        pytest.param(" a", "' a'", id="blank at the start"),
        pytest.param("1e-5", "'1e-5'", id="text like a float"),
        pytest.param("Yes", "'Yes'", id="text like a bool"),
        pytest.param("C:\\data", "'C:\\data'", id="backslash"),
        pytest.param("it's", '"it\'s"', id="apostrophe"),
        pytest.param("\"\\\n\t\r'", '"\\"\\\\\\n\\t\\r\'"', id="escapes"),
        pytest.param("é\u2028\x00\U000e0001", '"é\\u2028\\u0000\\U000E0001"', id="unprintable"),
        pytest.param("\ud800", '!surrogates "7aCA"', id="surrogate"),
        pytest.param(b"", '!!binary ""', id="no bytes"),
        pytest.param({1, "a"}, "!!set {1, a}", id="set"),
        pytest.param(set(), "!!set {}", id="empty set"),
        pytest.param({(1,)}, "!!set {? !tuple [1]}", id="set of tuples"),
        pytest.param(frozenset(), "!frozenset {}", id="empty frozenset"),
    ],
)
def test_a_value_is_spelled(value: object, text: str) -> None:
    assert to_yaml({"a": value}) == f"a: {text}\n"
    assert repr(load(to_yaml({"a": value}))) == repr({"a": value})


@pytest.mark.parametrize("value", [10**4300, -(10**4300)], ids=["positive", "negative"])
def test_an_int_beyond_the_digits_of_python_is_spelled_in_base_16(value: int) -> None:
    text = to_yaml({"a": value})
    assert hex(value) in text
    assert load(text) == {"a": value}
    assert yaml.safe_load(text) == {"a": value}


def test_a_long_name_is_an_explicit_key() -> None:
    values = {"x" * 2000: {"y" * 2000: 1}}
    assert to_yaml(values).startswith("? xxx")
    assert load(to_yaml(values)) == values
    assert yaml.safe_load(to_yaml(values)) == values
