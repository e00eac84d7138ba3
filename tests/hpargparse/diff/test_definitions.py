"""What a side says about its hyperparameters, and what of it cannot be compared."""

from __future__ import annotations

import pytest

from hpargparse.diff.definitions import Definition, canonical, definitions_of
from hpman import Index
from hpman.static.scan import scan_text


def _index(**files: str) -> Index:
    scans = (scan_text(text, f"{name}.py", frozenset("_")) for name, text in files.items())
    return Index().swap(scans)


def _definition(default: str) -> Definition:
    ((definition,), _none, _warnings) = definitions_of(_index(a=f"_('a', {default})"), Index())
    return definition


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("1", "1", True),
        ("1", "0x1", True),
        ("1e-3", "0.001", True),
        ("1", "1.0", False),
        ("1", "True", False),
        ("0", "False", False),
        ("0.0", "-0.0", False),
        ("1e999", "1e999", True),
        ("1e999", "-1e999", False),
        ("1e999-1j", "1e999-1j", True),
        ("{1, 2}", "{2, 1}", True),
        ("{1}", "{1.0}", False),
        ("{1}", "[1]", False),
        ("(1,)", "[1]", False),
        ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", True),
        ("{1: 'a'}", "{True: 'a'}", False),
        ("{'a': [1]}", "{'a': [1.0]}", False),
        ("'a'", "b'a'", False),
        ("'a'", '"a"', True),
        ("None", "...", False),
        ("None", "''", False),
        ("LR/10", "LR / 10", True),
        ("LR / 10", "(LR / 10)", True),
        ("f('a')", 'f("a")', True),
        ("f(\n1 # one\n)", "f(1)", True),
        ("LR / 10", "LR / 20", False),
        ("relu", "'relu'", False),
        ("*x", "*y", False),
        ("*x", "*x", True),
        ("f(" + "1," * 5000 + "1)", "f(" + "1 ," * 5000 + "1)", True),
        ("f('a b')", "f('ab')", False),
        ("[{1: 2, 3: 4}]", "[{3: 4, 1: 2}]", True),
        ("x is 1", "x  is  1", True),
    ],
    ids=lambda value: str(value)[:20],
)
def test_defaults_are_the_same_by_type_and_value_or_as_expressions(
    old: str, new: str, is_same: bool
) -> None:
    assert (_definition(old).identity == _definition(new).identity) is is_same


def test_nan_equals_nan() -> None:
    assert canonical(float("nan")) == canonical(float("nan"))
    assert canonical(frozenset({1})) != canonical({1})


def test_a_name_without_a_default_is_at_its_first_use() -> None:
    index = _index(b="_('a')\n_('a', help='x')", a="\n_('a')\n")
    ((definition,), _none, _warnings) = definitions_of(index, Index())
    assert (definition.text, definition.hints) == (None, {"help": "x"})
    assert definition.place == "a.py:2"
    assert definition.identity != _definition("None").identity


def test_each_of_several_defaults_has_the_hints_of_its_file() -> None:
    index = _index(a="_('x', 1, help='a')", b="_('x', 2, help='b')\n_('x', group='b')")
    (definitions, _none, _warnings) = definitions_of(index, Index())
    assert [definition.hints for definition in definitions] == [
        {"help": "a"},
        {"help": "b", "group": "b"},
    ]


def test_a_group_is_not_a_hyperparameter() -> None:
    (definitions, _none, _warnings) = definitions_of(_index(a="_('m.n', 1)\n_('m')"), Index())
    assert [definition.name for definition in definitions] == ["m.n"]


def test_what_cannot_be_read_on_one_side_is_left_out_on_both() -> None:
    old = _index(a="_('a', 1)", b="_('b', 1)\n_('c', 1)\n_('d', 1, x=1)", c="_('a')")
    new = _index(a="_('a', ", b="_('b', 1)\n_('c', 1, x=f)\n_('d', 1, x=2)", c="_('a')")
    before, after, warnings = definitions_of(old, new)
    assert [definition.place for definition in before] == ["b.py:1", "b.py:3", "c.py:1"]
    assert [definition.place for definition in after] == ["b.py:1", "b.py:3", "c.py:1"]
    assert [warning.partition(": ")[0] for warning in warnings] == ["a.py:1:2", "b.py:2:11"]
    assert warnings[0].endswith("The file is left out.")
    assert warnings[1].endswith("The call is left out.")


def test_problems_that_both_sides_have_are_not_reported() -> None:
    broken = _index(a="_('a', ", b="_('b', x=f)")
    assert definitions_of(broken, broken) == ([], [], [])


def test_only_the_managers_asked_for_are_listed() -> None:
    text = "from hpman.m import _, hp\n_('a', x=f)\nhp('b', 1)"
    before, after, warnings = definitions_of(_index(a=text), Index(), ["hp"])
    assert [definition.key for definition in before] == [("hp", "b")]
    assert (after, warnings) == ([], [])
