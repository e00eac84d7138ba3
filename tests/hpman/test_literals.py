"""Which expressions are literals, and what they come to."""

from __future__ import annotations

import ast

import pytest

from hpman.literals import NotLiteralError, literal


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
    assert repr(literal(_expression(text))) == repr(ast.literal_eval(text))


@pytest.mark.parametrize(
    "text",
    [
        *"1+2|1-2|1*2j|2j+1|1j+1j|True+1j|1+(-1j)|--1|-+1|-True|~1|not 1|-'a'|'a'+'b'".split("|"),
        *"x|x.y|f()|dict()|set([1])|set(x=1)|f'a'|[x]|(*x,)|{**x}|{[]:1}|{{}}".split("|"),
        *"[1][0]|lambda: 1|1 if 1 else 2|(x:=1)|'a'+1j".split("|"),
    ],
)
def test_another_expression_is_none(text: str) -> None:
    with pytest.raises(NotLiteralError):
        literal(_expression(text))
    with pytest.raises((ValueError, TypeError)):
        ast.literal_eval(text)


def test_a_sum_too_large_for_a_complex_number_is_none() -> None:
    with pytest.raises(NotLiteralError, match="too large"):
        literal(_expression(f"1{'0' * 400} + 1j"))


def test_a_literal_nested_deeper_than_python_goes_is_none() -> None:
    node = _expression("[]")
    for _level in range(5000):
        node = ast.List([node], ast.Load())
    with pytest.raises(NotLiteralError, match="recursion"):
        literal(node)
    # The tree is taken apart from outside: its own destruction would go as deep.
    while isinstance(node, ast.List) and node.elts:
        node = node.elts.pop()


def test_containers_are_new_at_every_call() -> None:
    node = _expression("[[1], {}]")
    first = literal(node)
    first[0].append(2)
    assert literal(node) == [[1], {}]
