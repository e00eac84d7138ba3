"""The prefilter hides nothing that a parse would find."""

from __future__ import annotations

import sys
import unicodedata
import warnings

import pytest
from hypothesis import example, given, strategies as st

from hpman._text import Source
from hpman.static.decoding import DecodingError, decode
from hpman.static.extract import extract
from hpman.static.prefilter import Prefilter

WIDE = "\uff48\uff50"  # `hp` in full-width letters
PLACEHOLDERS = ["_", "hp", "_p", "größe", "模"]

# What may stand between the name and its bracket, inside of brackets.
GAPS = st.lists(
    st.sampled_from(
        [
            " ",
            "\t",
            "\f",
            "\n",
            "\r\n",
            "\r",
            "\\\n",
            "\\\r\n",
            "#\n",
            "# ) é (\n",
            "# _ \n",
            "#" * 300 + "\n",
        ]
    ),
    max_size=5,
).map("".join)


def _other_spelling(name: str) -> str:
    """Spell a name in full-width letters as far as there are some."""
    return "".join(chr(ord(each) + 0xFEE0) if "a" <= each <= "z" else each for each in name)


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a placeholder, and a program that calls it in some way."""
    name = draw(st.sampled_from(PLACEHOLDERS))
    said = draw(st.sampled_from([name, _other_spelling(name)]))
    package = draw(st.sampled_from(["hpman", _other_spelling("hpman")]))
    maker = draw(
        st.sampled_from(["HyperParameterManager", _other_spelling("HyperParameterManager")])
    )
    gap = draw(GAPS)
    call = draw(
        st.sampled_from(
            [
                "({said}{gap}('a', 1))",
                "(({said}{gap}){gap}('a', 1))",
                "((({said}{gap})){gap}('a', 1))",
                "f'{{{said}(\"a\", 1)}}'",
                "f'{{1:{{{said} (\"a\", 1)}}}}'",
                "@{said}('a')\ndef f(): pass",
                "x = 0if {said}('a')else 1",
                "h = {said}\nh('a', 1)",
                "h: int = ({gap}{said}{gap})\nh('a', 1)",
                "g = h = {said}; h('a', 1)",
                "(h := ({gap}{said}))('a', 1)",
                "[h := {said}, h('a', 1)]",
                "x, h = 1, {said}\nh('a', 1)",
                "x, h, y = (1,{gap}{said}{gap}, 2)\nh('a', 1)",
                "h, x = {said}, 1\nh('a', 1)",
                "h, x = ({gap}{said}, 1)\nh('a', 1)",
                "h, x = {said}, lambda x=1: x\nh('a', 1)",
                "from {package}.m import {said} as h\nh('a', 1)",
                "from {package}.m import (x,{gap}{said}{gap} as h)\nh('a', 1)",
                "import {package}.m\n({package}.m.{said}{gap}('a', 1))",
                "import {package}\n({package}{gap}.{gap}m{gap}.{gap}{said}{gap}('a', 1))",
                "import {package}.m as z\nz.{said}('a', 1)",
                "from {package} import m\nh = m.{said}\nh('a', 1)",
                "h = {maker}('{name}')\nh('a', 1)",
                "h = ({maker}('{name}'){gap}.{gap}parse_file('b.py'))\nh('a', 1)",
                "h = ({said}{gap}.{gap}set_value{gap}('b', 1))\nh('a', 1)",
                "({said}{gap}.{gap}parse_source{gap}('b'){gap}('a', 1))",
                'h = {package}.{maker}({gap}placeholder="""{name}"""{gap})\nh(\'a\', 1)',
                "from {package} import {maker} as H\nh = H({gap}u'{name}'{gap})\nh('a', 1)",
                "h = {maker}('{name}',{gap} separator='/')\nh('a', 1)",
                "{package}.{maker}('{name}')('a', 1)",
                "h = \\\nx.y = {said}\nh('a', 1)",
                "h = x.y = {said}\nh('a', 1)",
                "h = f(\n).y = {said}\nh('a', 1)",
                "h, x[\n0].y = {said}, 1\nh('a', 1)",
                "h = {{\n}} .y = {said}\nh('a', 1)",
                "h, '''\n'''.y = {said}, 1\nh('a', 1)",
                "h = x.y = ({gap}{said}{gap})\nh('a', 1)",
                "f(h := {said}, 1)\nh('a', 1)",
                "f((h := {said}))\nh('a', 1)",
                "(h, x) = ({said}, f(1))\nh('a', 1)",
                "(h, x) = ((({said}), f(1)))\nh('a', 1)",
                "x[f(1)], h = 1, {said}\nh('a', 1)",
                "class A({said}('a', 1)): pass",
                "def f(x={said}('a', 1)): pass",
            ]
        )
    )
    program = call.format(said=said, gap=gap, package=package, maker=maker, name=name)
    before = draw(st.sampled_from(["", "x = '_'\n", "for _ in hp: pass\n", "# _ # hp\n", "'é'\n"]))
    return name, before + program


def _found(data: bytes, placeholder: str) -> bool:
    """Tell whether a full parse finds an occurrence, or a finding, of a placeholder."""
    try:
        text = decode(data)
    except DecodingError:
        return False
    found = extract(Source("a.py", text), frozenset({placeholder}))
    return any(each.placeholder == placeholder for each in found.occurrences) or any(
        each.placeholder == placeholder for each in found.diagnostics
    )


@given(programs(), st.sampled_from(["utf-8", "utf-8-sig", "utf-7", "gb18030"]))
def test_what_is_called_is_let_through(program: tuple[str, str], encoding: str) -> None:
    placeholder, text = program
    plain = encoding.startswith("utf-8")
    text = text if plain else f"# coding: {encoding}\n{text}"
    data = text.encode(encoding)
    assert _found(data, placeholder), text
    assert Prefilter([placeholder])(data), text
    assert Prefilter(["other", placeholder])(data), text


TOKENS = st.sampled_from(
    [
        "_", "_", "hp", WIDE, "(", "(", ")", ")", "'a'", "1", ",", "=", ":=", " ", "\n", "\\\n",
        "# c\n", "#", "\t", ".", "x", "h", "as", "if", "else", "for", "in", "lambda", ":", "[", "]",
        "hpman", "from hpman.m import ", "import hpman.m as ", "HyperParameterManager", "'_'",
        '"hp"', ";", "f'{", "}'", "\nh('a', 1)\n", "h = ", "x, h = ", "é", "'", '"""', "*", "==",
        "def f(", "\r", "return ", "def ", "class ", "x.y = ", "f(", "a=", "{", "}",
    ]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=14).map("".join))
@example("x, h = lambda x, y: 0, _\nh('a', 1)")
@example("x, h = [1 for x in h], _\nh('a', 1)")
@example("x, h = 'for x', _\nh('a', 1)")
@example("h, x = _, x == 1\nh('a', 1)")
def test_no_row_of_tokens_hides_a_call(text: str) -> None:
    data = text.encode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for placeholder in ("_", "hp"):
            if _found(data, placeholder):
                assert Prefilter([placeholder])(data), text


@given(st.binary(max_size=60), st.lists(st.sampled_from([*PLACEHOLDERS, ""]), max_size=3))
def test_no_bytes_make_it_fail(data: bytes, placeholders: list[str]) -> None:
    for others in (False, True):
        assert Prefilter(placeholders, others=others)(data) in (True, False)


PASSED_BY = {
    "loop": "for _ in range(3): pass",
    "loop over pairs": "for a, _, b in x: pass",
    "unpacking": "a, _ = f()\n_, b = f()\na, _, b, c = f()",
    "parameter": "def f(a, _): pass\ng = lambda a, _, b: a",
    "return": "def f(): return a, _",
    "in a longer name": "__init__(x_('a'), _x('a'), a_._b('a'))",
    "attribute without hpman": "self._('a')\nx = self._",
    "string": "'_'.join(x); x.split('_'); {'_': 1}; x['_']",
    "string to a function": "f('_', 1)",
    "comparison": "_ == x; x = _ + 1",
    "comment": "x = 1 # _, and _ else",
    "import of another name": "from a import _ as x",
    "pattern": "match x:\n    case [_, a]: pass\n    case _: pass",
    "other non-ASCII": "x = 'éß日本 ²'",
    "latin-1": "# coding: latin-1\nx = 'é'",
    "wide string": f"x = '{WIDE}'",
    "subscript": "_[0]('a')",
    "definition": "def _(x): pass\nasync def  _(x): pass\nclass _(list): pass",
    "attribute": "self.x = _\na.b.c = (_)",
    "argument": "f(x, _)\nf(a=_, b=_)\nself.f[0](g(1), _)\nf(a)(b, _)",
    "target": "with x as (a, _, _): pass\nwith x as (a, _,\n    _): pass",
    "string that ends elsewhere": 'x = """\n_(\'a\')\nhp(\'a\')"""',
    "comment that says more": "x = 1  # _('a') hp('a')",
    "unused alias": "h = _  # c\nx.y = h\ng = h\nh += 1\nh, x = y\nf('a', [h])\nf('h(1)', h.x)",
    "aliases in a ring": "h = _\ng = h\nh = g",
    "alias, other letters": "# é\nh = _",
    "import from elsewhere": "from gettext import gettext as _\n_('a')\nx = f(_('a'))\nh = _\nh(1)",
    "argument in a line of its own": "x = f(\n    'a',\n    _,\n    [b,\n    hp, 1])",
    "targets over lines": "(\n    _, *_, _\n) = f()\n[\n  _, a\n] = f()",
    "targets in brackets": "[_, a] = f()\n(_, a), (_, b) = f()",
    "target below comments": "x = 1\n" + "# comment\n" * 30 + "_, a = f()",
}
LET_THROUGH = {
    "our module": "import hpman\nfor _ in x: pass\nprint(_ + 1)",
    "our class": "HyperParameterManager('x'); '_'.join(x)",
    "target that is called": "for _('a', [0])[0] in x: pass",
    "target that is called over lines": "for _ \\\n('a', [0])[0] in x: pass",
    "used alias": "h = _\nh('a', 1)",
    "alias of an alias": "h = _\ng = h  # c\nx.y = g\ng('a', 1)",
    "alias in a line that goes on": "h = x = \\\ng = _\nh('a', 1)",
    "alias in other letters": f"h = _\n{WIDE[0]}('a', 1)",
    "more aliases than one follows": "".join(f"h{n + 1} = h{n}\n" for n in range(50)) + "h0 = _",
    "import from elsewhere and from hpman": (
        "from gettext import gettext as _\ndef f():\n  from hpman.m import _\n  _('a', 1)"
    ),
    "import from elsewhere, other letters": "# é\nfrom x import y as hp\nhp('a', 1)",
    "walrus in a line above": "(h :=  # c\n_)('a', 1)",
    "walrus in a call": "x = f(h := 1, [\n_, y])",
    "string beside that nobody understands": "x = f(f'{f'{1}'}', [\n_, y])",
    "walrus far above": "(h :=\n" + "# comment\n" * 300 + "_)('a', 1)",
}


@pytest.mark.parametrize("text", PASSED_BY.values(), ids=PASSED_BY)
def test_what_can_be_no_occurrence_costs_no_parse(text: str) -> None:
    encoding = "latin-1" if "latin-1" in text else "utf-8"
    assert not Prefilter(["_", "hp"])(text.encode(encoding))


@pytest.mark.parametrize("text", LET_THROUGH.values(), ids=LET_THROUGH)
def test_what_only_a_parser_understands_is_let_through(text: str) -> None:
    assert Prefilter(["_", "hp"])(text.encode())


def test_an_empty_file_holds_nothing() -> None:
    assert not Prefilter(["_"])(b"")
    assert not Prefilter([])(b"_('a', 1)")


def test_other_placeholders_are_let_through_where_one_asks_for_them() -> None:
    data = b"from hpman.m import hp\nhp('a', 1)"
    assert not Prefilter(["_"])(data)
    assert Prefilter(["_"], others=True)(data)
    assert Prefilter(["_"], others=True)(f"from {WIDE}man.m import hp".encode())
    assert not Prefilter(["_"], others=True)("x = 'é'".encode())


def test_utf_16_is_searched_though_python_does_not_read_it() -> None:
    assert Prefilter(["_"])("_('a', 1)".encode("utf-16"))
    assert Prefilter(["hp"])("hp('a', 1)".encode("utf-16"))
    assert not Prefilter(["_"])("x = 1".encode("utf-16"))


def test_an_encoding_that_python_does_not_know_hides_nothing() -> None:
    assert not Prefilter(["_"])(b"# coding: klingon\nx = 1")
    assert Prefilter(["_"])(b"# coding: klingon\n_('a', 1)")


def test_what_is_too_long_to_judge_is_let_through() -> None:
    assert Prefilter(["_"])(b"a, b = " + b"x + " * 100 + b"1, _\n")


def test_comments_in_a_row_are_looked_at_once() -> None:
    assert not Prefilter(["_"])(b"f(_ # _ # _ # _\n# _\n, x)")
    assert Prefilter(["_"])(b"f(_ # _ # _\n# _\n(x))")


HOSTILE = {
    "comments": b"_ # x\n" * 20_000,
    "comments in a row": b"_ # " * 20_000,
    "commented commas": b"_, # x\n" * 20_000,
    "blanks": b"_" + b" " * 200_000,
    "brackets": b"(" * 50_000 + b"_" + b")" * 50_000,
    "line joins": b"_ \\\n" * 20_000,
    "names": b"_,_;" * 20_000,
    "calls on one line": b"self._(x);" * 10_000,
    "strings": b"f('_');" * 10_000,
    "attributes": b"_.x;" * 50_000,
    "carriage returns": b"_ # x\r" * 20_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_no_file_takes_more_than_linear_time(data: bytes) -> None:
    # Not timed: what is quadratic would run for minutes.
    assert Prefilter(["_", "hp"])(data) in (True, False)


def test_an_underscore_has_no_other_spelling_at_the_start_of_a_name() -> None:
    spellings = [
        each
        for each in map(chr, range(0x80, sys.maxunicode + 1))
        if each.isidentifier() and unicodedata.normalize("NFKC", each).startswith("_")
    ]
    assert spellings == []
