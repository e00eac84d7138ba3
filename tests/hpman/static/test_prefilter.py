"""Which files are parsed, decided on their bytes."""

from __future__ import annotations

import pytest

from hpman.static.prefilter import prefilter

NOT_PARSED = {
    "empty": "",
    "loop": "for _ in range(3): pass",
    "unpacking": "a, _ = f()\n_, b = f()",
    "parameter": "def f(a, _): pass",
    "longer name": "__init__(x_('a'), _x('a'), hp1('a'))",
    "attribute": "self._('a')\nx.hp('a')",
    "string": "'_'.join(x); x.split('hp')",
    "alias without hpman": "h = _\nh('a', 1)",
    "other method without hpman": "_.parse_file('a')",
    "longer method": "_.scopes('a')\n_.override_all()",
    "definition": "def _(x): pass",
}
PARSED = {
    "call": "_('a', 1)",
    "call of a lettered name": "x = hp('a', 1)",
    "method": "_.set_value('a', 1)",
    "method after blanks": "(_) \\\n . scope('a')",
    "after brackets": "((_))('a', 1)",
    "after blanks": "_ \t\f('a', 1)",
    "after a line join": "_ \\\r\n('a', 1)",
    "after a comment": "(_ # comment\n)('a', 1)",
    "in an f-string": "f'{_(\"a\", 1)}'",
    "mention of another manager": "from hpman.m import other\nother('a', 1)",
    "mention": "import hpman\nfor _ in x: pass",
    "mention in a comment": "# not an hpman file",
}


@pytest.mark.parametrize("text", NOT_PARSED.values(), ids=NOT_PARSED)
def test_a_file_that_calls_no_placeholder_is_not_parsed(text: str) -> None:
    assert not prefilter(["_", "hp"])(text.encode())


@pytest.mark.parametrize("text", PARSED.values(), ids=PARSED)
def test_a_file_that_may_call_one_is_parsed(text: str) -> None:
    assert prefilter(["_", "hp"])(text.encode())


def test_no_placeholder_matches_nothing() -> None:
    assert not prefilter([""])(b"_('a', 1)")


def test_a_placeholder_beyond_ascii_may_be_in_any_encoding() -> None:
    may_hold = prefilter(["größe"])
    assert may_hold("größe('a', 1)".encode())
    assert may_hold("# coding: latin-1\ngröße('a', 1)".encode("latin-1"))
    assert not may_hold("x = 1\ny = 2\n# größe, coding: latin-1".encode())
    assert not may_hold("# coding: latin-1\ngrösse('a', 1)".encode("latin-1"))


def test_an_encoding_may_hide_a_call_of_an_ascii_name() -> None:
    may_hold = prefilter(["_"])
    assert may_hold(b"# coding: unicode_escape\n\\x5f('a', 1)")
    assert may_hold(b"\xef\xbb\xbf# coding: utf-8\r_('a', 1)")
    assert not may_hold(b"# coding: absent\nx = 1")
    assert may_hold(b"# coding: absent\n_('a', 1)")


def test_a_pattern_in_a_placeholder_stands_for_itself() -> None:
    assert not prefilter(["a.b"])(b"axb('a', 1)")


@pytest.mark.parametrize(
    "data",
    [
        b"_ # x\n" * 20_000,
        b"_" + b" " * 200_000,
        b"(" * 50_000 + b"_" + b")" * 50_000,
        b"_ \\\n" * 20_000,
        b"_,_;" * 20_000,
    ],
    ids=["comments", "blanks", "brackets", "line joins", "names"],
)
def test_the_search_takes_linear_time(data: bytes) -> None:
    # Not timed: what is quadratic would run for minutes.
    assert prefilter(["_", "hp"])(data) in (True, False)
