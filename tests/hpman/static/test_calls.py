"""What a module tells of where its managers come from."""

from __future__ import annotations

import pytest

from hpman.static.scan import scan_text


@pytest.mark.parametrize(
    ("text", "own"),
    [
        pytest.param("from hpman.m import _, hp as x", {"_", "hp"}, id="import"),
        pytest.param("import hpman\nhpman.m.hp('a')", {"hp"}, id="call through the module"),
        pytest.param("import hpman.m as z\nhp = z.hp", {"hp"}, id="assignment from the module"),
        pytest.param("_ = HyperParameterManager('_')", {"_"}, id="private manager"),
        pytest.param("HyperParameterManager('_')('a')", {"_"}, id="private manager called"),
        pytest.param("def f():\n from hpman.m import _", {"_"}, id="import in a function"),
        pytest.param("from hpman.m import _ as x\nx('a')\ny = x", {"_"}, id="alias"),
        pytest.param("_('a')\nx = _", set(), id="bare name"),
        pytest.param("from common import _\n_('a')", set(), id="handed on"),
        pytest.param("_ = gettext.gettext\n_('a')", set(), id="something else"),
        pytest.param("import hpman\nfrom hpman import L", set(), id="no manager"),
    ],
)
def test_a_module_tells_which_managers_it_has_of_its_own(text: str, own: set[str]) -> None:
    assert scan_text(text, "a.py", frozenset({"_"})).links.own == own


def test_a_module_tells_which_names_others_may_hand_on() -> None:
    text = "from a.b import _\nfrom .. import _ as _, hp\nfrom d import _ as x"
    found = scan_text(text, "a.py", frozenset({"_"})).links
    assert sorted(found.borrowed) == [("_", ".."), ("_", "a.b")]


def test_a_module_without_managers_tells_nothing() -> None:
    assert scan_text("import os\n_ = os\n_('a')", "a.py", frozenset({"_"})).links == (set(), ())
