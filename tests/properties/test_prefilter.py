"""The prefilter lets through whatever a parse finds."""

from __future__ import annotations

import os
import tempfile
import warnings

from hypothesis import example, given, strategies as st

from hpman.static.extract import extract
from hpman.static.prefilter import prefilter
from hpman.static.scan import scan
from hpman.text import Source

PLACEHOLDERS = ["_", "hp", "_p", "größe", "模"]

# What may stand between the name and its bracket, inside of brackets.
GAPS = st.lists(
    st.sampled_from([" ", "\t", "\f", "\n", "\r\n", "\r", "\\\n", "#\n", "# ) é (\n", "# _ \n"]),
    max_size=5,
).map("".join)
PROGRAMS = st.sampled_from(
    [
        "({name}{gap}('a', 1))",
        "((({name}{gap})){gap}('a', 1))",
        "f'{{{name}(\"a\", 1)}}'",
        "@{name}('a')\ndef f(): pass",
        "x = 0if {name}('a')else 1",
        "class A({name}('a', 1)): pass",
        "def f(x={name}('a', 1)): pass",
        "from hpman.m import {name} as h\nh('a', 1)",
        "import hpman\n(hpman{gap}.{gap}m{gap}.{gap}{name}{gap}('a', 1))",
        "from hpman import HyperParameterManager as H\nh = H({gap}u'{name}'{gap})\nh('a', 1)",
        "from hpman.m import *\nh = {name}; h('a', 1)",
    ]
)
OTHER_SPELLINGS = st.sampled_from(["\uff3f", "\uff48p"])  # the parser reads `_` and `hp`
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "gb18030", "unicode_escape"])
TOKENS = st.sampled_from(
    [
        "_", "_", "hp", "(", "(", ")", ")", "'a'", "1", ",", "=", ":=", " ", "\n", "\\\n",
        "# c\n", "#", "\t", ".", "x", "h", "as", "if", "else", "for", "in", "lambda", ":", "[", "]",
        "hpman", "from hpman.m import ", "import hpman.m as ", "HyperParameterManager", "'_'",
        '"hp"', ";", "f'{", "}'", "\nh('a', 1)\n", "h = ", "é", "'", '"""', "*", "def f(", "\r",
        "from gettext import gettext as _\n", "from common import _\n", "class ", "{", "}",
    ]
)  # fmt: skip


def _is_found(text: str, placeholder: str) -> bool:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = extract(Source("a.py", text), frozenset({placeholder}))
    placeholders: set[str | None] = {row.placeholder for row in found.occurrences}
    placeholders |= {row.placeholder for row in found.diagnostics}
    return placeholder in placeholders


@given(
    PROGRAMS,
    st.sampled_from(PLACEHOLDERS),
    GAPS,
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
def test_what_is_called_is_let_through(program: str, name: str, gap: str, encoding: str) -> None:
    text = program.format(name=name, gap=gap)
    assert _is_found(text, name)
    data = f"# coding: {encoding}\n{text}".encode(encoding)
    assert prefilter([name])(data)
    assert prefilter(["other", name])(data)


@given(st.lists(TOKENS, max_size=14).map("".join))
@example("_ # (\n('a', 1)")
@example("(_\\\n)('a', 1)")
def test_no_row_of_tokens_hides_a_call(text: str) -> None:
    for placeholder in ("_", "hp"):
        if _is_found(text, placeholder):
            assert prefilter([placeholder])(text.encode())


@given(st.binary(max_size=60), st.lists(st.sampled_from([*PLACEHOLDERS, ""]), max_size=3))
def test_no_bytes_make_it_fail(data: bytes, placeholders: list[str]) -> None:
    assert prefilter(placeholders)(data) in (True, False)


@given(st.lists(TOKENS | OTHER_SPELLINGS, max_size=14).map("".join), ENCODINGS)
@example("cfg: t.Any = _\ncfg('lr', 1e-3)", "utf-8")
@example("import hpman\ncfg: t.Any = _\ncfg('lr', 1e-3)", "utf-8")
@example("f(depth=_\n('depth', 4),)", "utf-8")
@example("x = _; \uff3f('a', 1)", "utf-8")
@example("import hpman; x = _; \uff3f('a', 1)", "utf-8")
@example("x = 1\n_('a', 1)", "unicode_escape")
@example("from hpman import HyperParameterManager as H; x = H('\\x5f'); x('a', 1)", "utf-8")
def test_a_file_gives_the_same_alone_and_in_a_folder(text: str, encoding: str) -> None:
    data = f"# coding: {encoding}\n".encode()
    data += text.encode(encoding, "backslashreplace")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.py")
        with open(path, "wb") as file:
            file.write(data)
        for placeholder in ("_", "hp"):
            alone, met = (_found(where, placeholder) for where in (path, folder))
            # A file that cannot be parsed is reported in a folder if it may hold a call.
            assert met == alone or (met == [] and "HPM001" in repr(alone))


def _found(path: str, placeholder: str) -> list[object]:
    files = scan(path, frozenset({placeholder}))[0]
    return [item for file in files for item in (*file.occurrences, *file.diagnostics)]
