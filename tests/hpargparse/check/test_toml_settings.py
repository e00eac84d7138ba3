"""`[tool.hpman]` without a reader of TOML, against the reader of the standard library."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpargparse.check.toml_settings import UnreadSettingsError, loads

if TYPE_CHECKING:
    from collections.abc import Callable

OURS = "[tool.hpman]\n"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("a = 'b'", {"a": "b"}, id="literal text"),
        pytest.param('a = "b"  # "c"', {"a": "b"}, id="basic text and a comment"),
        pytest.param('a-1_ = "b"\n\n', {"a-1_": "b"}, id="bare key"),
        pytest.param("'a b' = ''\n\"c\\u0064\" = \"\"", {"a b": "", "cd": ""}, id="quoted keys"),
        pytest.param(r'a = "\t\n\"\\\u00e4\U0001F600"', {"a": '\t\n"\\ä😀'}, id="escapes"),
        pytest.param("a = []\nb = ['c']", {"a": [], "b": ["c"]}, id="lists"),
        pytest.param("a = [\n 'b', # c\n\n 'd'\n,\n]", {"a": ["b", "d"]}, id="list over lines"),
        pytest.param("a = {}\nb = {'c' = 'd', e = ['f']}", {"a": {}, "b": {"c": "d", "e": ["f"]}}),
        pytest.param("[tool.hpman.a]\n'b' = 'c'", {"a": {"b": "c"}}, id="inner table"),
        pytest.param("[ tool . 'hpman'.a ]\nb = 'c'\n[x]\ny = 1", {"a": {"b": "c"}}, id="blanks"),
        pytest.param("[[x]]\na = [1, {b = [2]}]\n[[tool.y]]\nz = -1.5e3", {}, id="others below"),
        pytest.param('[x]\na = """\n[tool.hpman.b]\n"""""\nc = \'\'\'d\'\'\'', {}, id="long texts"),
    ],
)
def test_settings_are_read(text: str, settings: dict[str, object]) -> None:
    assert loads(f"# first\nx.y = 1979-05-27 07:32:00\n{OURS}{text}\n") == {
        "tool": {"hpman": settings}
    }


@pytest.mark.parametrize(
    "text", ["", "a = 1", "tool = 3\nhpman = 4", "[tool]\na.hpman = 1", "[a.tool.hpman]\nb = 1"]
)
def test_a_text_without_settings_holds_nothing(text: str) -> None:
    assert loads(text) == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("[tool.hpman]\na = 1", 2, id="number"),
        pytest.param("[tool.hpman]\na = true", 2, id="boolean"),
        pytest.param("[tool.hpman]\na = [\n'b',\n1]", 4, id="number in a list"),
        pytest.param("[tool.hpman]\na = ['b' 'c']", 2, id="no comma"),
        pytest.param("[tool.hpman]\na = ['b'", 2, id="open list"),
        pytest.param('[tool.hpman]\na = """b"""', 2, id="long text"),
        pytest.param("[tool.hpman]\na = 'b", 2, id="open text"),
        pytest.param("[tool.hpman]\na = 'b' 'c'", 2, id="two values"),
        pytest.param("[tool.hpman]\na = 'b\0'", 2, id="control character"),
        pytest.param(r"[tool.hpman]" + "\n" + r'a = "\q"', 2, id="unknown escape"),
        pytest.param(r"[tool.hpman]" + "\n" + r'a = "\ud800"', 2, id="half a character"),
        pytest.param("[tool.hpman]\na = 'b'\na = 'c'", 3, id="key given twice"),
        pytest.param("[tool.hpman]\na.b = 'c'", 2, id="key with a dot"),
        pytest.param("[tool.hpman]\na = {b.c = 'd'}", 2, id="key with a dot in braces"),
        pytest.param("[tool.hpman]\na = {b = 'd', b = 'd'}", 2, id="key given twice in braces"),
        pytest.param("[tool.hpman]\na = {b = 'd',}", 2, id="comma at the end of braces"),
        pytest.param("[tool.hpman]\n[tool.hpman]", 2, id="table given twice"),
        pytest.param("[tool.hpman]\na = {}\n[tool.hpman.a]", 3, id="table and key"),
        pytest.param("[tool.hpman.a.b]", 1, id="table in a table"),
        pytest.param("[[tool.hpman]]", 1, id="list of tables"),
        pytest.param("[[tool.hpman.a]]", 1, id="list of tables inside"),
        pytest.param("[[tool]]", 1, id="list of tables around"),
        pytest.param("[tool]\nhpman = {}", 2, id="key of the table around"),
        pytest.param("tool.hpman.a = 'b'", 1, id="key of the document"),
        pytest.param("tool = {hpman = {}}", 1, id="in braces"),
        pytest.param("a = 1]", 1, id="bracket of others"),
        pytest.param("a = [\n1", 2, id="open list of others"),
        pytest.param("a = 'b\nc = 1", 1, id="open text of others"),
        pytest.param("a", 1, id="no value"),
        pytest.param("= 1", 1, id="no key"),
        pytest.param("[a\n]", 1, id="open header"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(
        UnreadSettingsError, match=rf"^line {line} is not understood; install tomli"
    ):
        loads(text)


PIECES = st.sampled_from(
    [
        *(
            "[tool.hpman]\n",
            "[tool.hpman.files]\n",
            "[tool]\n",
            "[x]\n",
            "[[x.y]]\n",
            "\n",
            "# c\n",
        ),
        *("a = 'b'\n", 'c = "d\\t"\n', "e = ['f', \"g\",]\n", "h = [\n 'i', # ' \n]\n", "j = {}\n"),
        *("'k' = {l = 'm'}\n", "n = 1\n", "o = [1, [2]]\n", 'p = """\n[tool.hpman]\n"""\n'),
        *("q = '''\n[tool.hpman]\n''''\n", "r.s = 'hpman'\n", "tool.hpman.t = 'u'\n", "v = '\n"),
        *("w = 'x", '"', "'", "]", "[", "=", ".", ",", "a", " ", "\\"),
    ]
)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the standard library reads no TOML")
@given(st.lists(PIECES, max_size=9).map("".join))
def test_what_is_read_is_what_the_standard_library_reads(text: str) -> None:
    reader: Callable[[str], dict[str, Any]] = __import__("tomllib").loads
    try:
        expected = reader(text)
    except ValueError:
        return
    tool = expected.get("tool")
    ours = tool.get("hpman") if isinstance(tool, dict) else None
    try:
        assert loads(text) == ({} if ours is None else {"tool": {"hpman": ours}})
    except UnreadSettingsError:
        assert "tool" in expected
