"""Which expressions and texts are literals, and how values are shown."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hpman.literals import (
    NotLiteralError,
    constant_value,
    is_computed,
    literal_value,
    parse_literal,
    readable_repr,
    show_literal,
)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    "text",
    [
        *"1|-1|+1|1.5|-1e-3|1e999|2j|1+2j|-1-2j|1.5-2j|0x10|1_000|True|None|...".split("|"),
        *"'a'|b'a'|'a' 'b'|()|(1,)|[]|[1,[2]]|{1}|{}|{'a':1}|{(1,2):{3}}|set()".split("|"),
    ],
)
def test_a_literal_is_what_ast_takes(text: str) -> None:
    assert repr(literal_value(_expression(text))) == repr(ast.literal_eval(text))


@pytest.mark.parametrize(
    "text",
    [
        *"1+2|1-2|1*2j|2j+1|1j+1j|True+1j|1+(-1j)|--1|-+1|-True|~1|not 1|-'a'|'a'+'b'".split("|"),
        *"x|x.y|f()|dict()|set([1])|set(x=1)|f'a'|[x]|(*x,)|{**x}|{[]:1}|{{}}".split("|"),
        *"[1][0]|lambda: 1|1 if 1 else 2|(x:=1)|'a'+1j".split("|"),
    ],
)
def test_another_expression_is_refused(text: str) -> None:
    with pytest.raises(NotLiteralError):
        literal_value(_expression(text))
    with pytest.raises((ValueError, TypeError)):
        ast.literal_eval(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[1, 'a']", [1, "a"], id="literal"),
        pytest.param("1 / 3", 1 / 3, id="quotient"),
        pytest.param("2 ** 10", 1024, id="power"),
        pytest.param("2 ** -2", 0.25, id="power of a negative number"),
        pytest.param("10 * 1024", 10240, id="product"),
        pytest.param("-(7 // 2 - 1 % 2) + 0.5", -1.5, id="parentheses"),
        pytest.param("1 << 20", 1 << 20, id="shift"),
        pytest.param("'a' + 'b' 'c'", "abc", id="joined text"),
        pytest.param("b'a' + b'b'", b"ab", id="joined bytes"),
        pytest.param("[64] * 2 + [32]", [64, 64, 32], id="joined lists"),
        pytest.param("2 * [64]", [64, 64], id="repeated list"),
        pytest.param("float('-inf')", float("-inf"), id="inf"),
        pytest.param("-float('inf')", float("-inf"), id="minus inf"),
        pytest.param("[float(), {'a': 1 / 2}, (2 * 3,)]", [0.0, {"a": 0.5}, (6,)], id="inside"),
        pytest.param("Path('data')", Path("data"), id="path"),
        pytest.param("pathlib.Path('a', 'b' + 'c')", Path("a/bc"), id="path of a module"),
        pytest.param("Path() / 'a' / ('b' + 'c')", Path("a/bc"), id="joined path"),
    ],
)
def test_a_constant_is_made_of_literals(text: str, expected: object) -> None:
    found = constant_value(_expression(text), lambda _name: False)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        *"x|x/2|1/0|'a'*x|1+'a'|'a'-'b'|'a'+b'b'|-'a'|-True|~1|not 1|1.5<<2".split("|"),
        *"2**10**9|10**10**10|9**9**9|1<<10**9|1e300*1e300**2|2**4096".split("|"),
        *"'a'*10**9|[0]*1000|[[0]]*2|({},)*2|f'{1}'+'a'|[*[1]]+[2]".split("|"),
        *"float('a')|float(1, 2)|float(x='1')|int('1')|math.inf|[Path('a')]|Path(1)".split("|"),
        *"Path('a') / b|Path('a') / 1|'a' / Path('b')|Path('a') * 2".split("|"),
        *"Path(*x)|Path(x)|Path('a', b=1)|os.Path('a')|a.b.Path('c')".split("|"),
    ],
)
def test_no_other_expression_is_a_constant(text: str) -> None:
    with pytest.raises(NotLiteralError):
        constant_value(_expression(text), lambda _name: False)


@pytest.mark.parametrize(
    ("text", "name"),
    [("float('inf')", "float"), ("Path('a')", "Path"), ("pathlib.Path('a')", "pathlib")],
)
def test_a_name_with_another_meaning_is_not_a_constant(text: str, name: str) -> None:
    with pytest.raises(NotLiteralError):
        constant_value(_expression(text), lambda other: other == name)
    assert constant_value(_expression(text), lambda other: other != name) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, False) for text in ("1", "1e-3", "-1", "'a-b'", "[1, -2]", "'a'\n'+'", "1+2j")),
        *((text, True) for text in ("1 / 3", "1 +\n2", "float('inf')", "Path('a')", "--1")),
    ],
)
def test_a_source_is_computed_if_it_is_not_a_literal(text: str, expected: bool) -> None:
    assert is_computed(text) is expected


def test_a_sum_too_large_for_a_complex_number_is_refused() -> None:
    with pytest.raises(NotLiteralError, match="too large"):
        literal_value(_expression(f"1{'0' * 400} + 1j"))


def test_a_literal_nested_deeper_than_the_recursion_limit_is_refused() -> None:
    node = _expression("[]")
    for _level in range(5000):
        node = ast.List([node], ast.Load())
    with pytest.raises(NotLiteralError, match="recursion"):
        literal_value(node)
    # The tree is taken apart from outside: its own destruction would go as deep.
    while isinstance(node, ast.List) and node.elts:
        node = node.elts.pop()


def test_containers_are_new_at_every_call() -> None:
    node = _expression("[[1], {}]")
    first = literal_value(node)
    first[0].append(2)
    assert literal_value(node) == [[1], {}]


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
        pytest.param("[None, True, False, ...]", [None, True, False, ...], id="names"),
    ],
)
def test_a_text_is_read(text: str, expected: object) -> None:
    found = parse_literal(f" {text}\n")
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
            "1jj", "open('a')", "set(1)", "float('a')", "float(x=1)", "frozenset(1)", "1\n+ 2j",
            "float('1'", "lambda: 1", "a.b", "b'é'", "\ud800", "'a\x00'", "[" * 300,
            "(" * 100_000,
            "-" * 100_000, "1+" * 100_000 + "1", "1" * 5000, "[" + "0," * 500_000 + "]", ", 1",
            "1,,",
            "'" + "a" * 1_000_000 + "'",
        ]
    ],
)  # fmt: skip
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it is not a literal$"):
        parse_literal(text)


def test_bare_words_are_read_on_request() -> None:
    assert parse_literal("[null, true, false, inf, -inf]", words=True) == [
        None,
        True,
        False,
        float("inf"),
        float("-inf"),
    ]
    assert repr(parse_literal("{'a': -nan}", words=True)) == "{'a': nan}"


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
def test_a_value_is_shown_such_that_it_reads_back(value: object, text: str) -> None:
    assert show_literal(value) == text
    assert parse_literal(text) == value


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
def test_a_value_is_shown_for_readers(value: object, text: str) -> None:
    assert readable_repr(value) == text
