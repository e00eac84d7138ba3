"""Completion in lines that cannot be parsed yet."""

from __future__ import annotations

import pytest

from hpargparse.editor.completion import MOST, complete, nearest
from hpman import HyperParameterManager

SOURCE = """\
_('model.depth', 3, help='layers')
_('act', 'relu', choices=['relu', 3, 'tanh'])
_('flag', True)
with _.scope('enc'):
    pass
"""
INDEX = HyperParameterManager("_").parse_source(SOURCE).index
HEAD = "from hpman.m import _\nimport hpman.m as z\nhello = _\n"
NAMES = ["model.depth", "act", "flag"]


def _complete(path: str, text: str, after: str = "") -> list[str]:
    lines = text.split("\n")
    items = complete(INDEX, path, text + after, len(lines), len(lines[-1]) + 1)
    return [item.text for item in items]


@pytest.mark.parametrize("after", ["", "\nx = 1\n", "\n    pass\n", "')\n"])
@pytest.mark.parametrize(
    ("line", "items"),
    [
        pytest.param("_('", NAMES, id="name"),
        pytest.param('x = [1, _("mod', ["model.depth"], id="in a list"),
        pytest.param("x = _(\n    '", NAMES, id="next line"),
        pytest.param("for i in range(_('", NAMES, id="for"),
        pytest.param("if _('", NAMES, id="if"),
        pytest.param("def f(a=_('", NAMES, id="def"),
        pytest.param("z._('", NAMES, id="through the module"),
        pytest.param("hello('", NAMES, id="alias"),
        pytest.param("_(r'ac", ["act"], id="prefix"),
        pytest.param("_.get_value('", NAMES, id="method"),
        pytest.param("_.set_values({'", NAMES, id="key"),
        pytest.param("_.set_values({'act': 1, '", NAMES, id="second key"),
        pytest.param("_.scope('", ["enc"], id="scope"),
        pytest.param("_('act', 'r", ["relu", "tanh"], id="choices"),
        pytest.param("_.set_value('act', '", ["relu", "tanh"], id="choices in a method"),
        pytest.param("_('nope', '", [], id="choices of nothing"),
        pytest.param("_('flag', '", [], id="no choices"),
        pytest.param("_.scope('x', '", [], id="second argument of a scope"),
        pytest.param("_.set_values({'act': '", [], id="value of a key"),
        pytest.param("print('", [], id="another function"),
        pytest.param("x = '", [], id="no call"),
        pytest.param("x['", [], id="subscript"),
        pytest.param("('", [], id="no callee"),
        pytest.param("# _('", [], id="comment"),
        pytest.param("'''_('", [], id="docstring"),
        pytest.param("_(", [], id="no quote"),
        pytest.param("_.get_value('lr', ", [], id="no hints in a method"),
        pytest.param("{'a': 1, ", [], id="dict"),
        pytest.param("_({1: _('", NAMES, id="call in a dict"),
        pytest.param("_('a')('", [], id="called twice"),
    ],
)
def test_in_a_source(line: str, items: list[str], after: str) -> None:
    if after == "')\n" and "'" not in line:
        return
    assert _complete("a.py", HEAD + line, after) == items


def test_hints() -> None:
    hints = _complete("a.py", f"{HEAD}_('lr', 1, ")
    assert {"choices=", "help=", "range="} <= {*hints}
    assert _complete("a.py", f"{HEAD}_('lr', 1, ch") == hints


def test_without_an_import() -> None:
    assert _complete("a.py", "_('") == []


def test_a_line_that_does_not_exist() -> None:
    assert complete(INDEX, "a.py", "", 9, 1) == []


def test_details() -> None:
    (item,) = complete(INDEX, "a.py", f"{HEAD}_('model.wi')", 4, 9)
    assert (item.text, item.detail, item.help) == ("model.depth", "3", "layers")
    assert item.span == (4, 4, 4, 12)


def test_the_nearest_names() -> None:
    names = [f"n{number}" for number in range(MOST * 2)]
    assert len(nearest("", names)) == MOST
    assert nearest(names[-1], names) == names[-1:]


@pytest.mark.parametrize(
    ("path", "text", "items"),
    [
        pytest.param("a.yaml", "act: relu\nmod", ["model.depth"], id="key"),
        pytest.param("a.yaml", "act: relu\nmodel:\n  ", ["depth"], id="nested key"),
        pytest.param("a.yaml", "act: ", ["relu", "3", "tanh"], id="value"),
        pytest.param("a.yaml", "flag: t", ["true", "false"], id="flag"),
        pytest.param("a.yaml", "model:\n  depth: ", [], id="no choices"),
        pytest.param("a.yaml", "act: 1\nx: ", [], id="unknown"),
        pytest.param("a.yaml", "act: relu # ", [], id="comment"),
        pytest.param("a.yaml", "foo: 1\nmod", [], id="another file"),
        pytest.param("a.json", '{"act": "', ["relu", "3", "tanh"], id="JSON value"),
        pytest.param("a.json", '{"act": "relu", "f', ["flag"], id="JSON key"),
        pytest.param("a.json", '{"act": 1', [], id="JSON number"),
        pytest.param("a.json", '{"act": 1, "model": {"', ["depth"], id="nested JSON"),
        pytest.param("a.json", '{"model": {"depth": 1}}}, {"f', ["flag"], id="JSON after a group"),
    ],
)
def test_in_a_file_of_values(path: str, text: str, items: list[str]) -> None:
    assert _complete(path, text) == items


def test_names_with_a_default_come_first() -> None:
    index = HyperParameterManager("_").parse_source("_('mod'), _('model', 1)").index
    assert [item.text for item in complete(index, "a.py", f"{HEAD}_('mo", 4, 6)] == ["model", "mod"]
