"""Which facts belong together, and how they differ."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from hpargparse.diff.compare import Definition, canonical, compare
from hpargparse.diff.sources import definitions_of
from hpman import EMPTY, Index
from hpman.static.scan import scan_text


def _read(**files: str) -> list[Definition]:
    """Read some texts as one side."""
    scans = (scan_text(text, f"{name}.py", frozenset("_")) for name, text in files.items())
    definitions, _none, _warnings = definitions_of(Index().swap(scans), Index())
    return definitions


def _kinds(old: str, new: str) -> list[str]:
    return [change.kind for change in compare(_read(a=old), _read(a=new))]


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
    assert _kinds(f"_('a', {old})", f"_('a', {new})") == ([] if is_same else ["changed"])


def test_nan_equals_nan() -> None:
    assert canonical(float("nan")) == canonical(float("nan"))
    assert canonical(frozenset({1})) != canonical({1})


def test_a_default_that_is_gained_or_lost_is_a_change() -> None:
    assert _kinds("_('a')", "_('a', 1)") == ["changed"]
    assert _kinds("_('a', f)", "_('a')") == ["changed"]
    assert _kinds("_('a')", "\n_('a')") == []


def test_a_line_that_shifts_is_no_change() -> None:
    assert _kinds("_('a', 1)", "\n\n  \nif x:\n    _('a', 1)") == []


def test_hints_are_compared_by_keyword() -> None:
    (change,) = compare(
        _read(a="_('a', 1, x=1, y=[1], z=0)"), _read(a="_('a', 1, y=[1.0], z=0, w=None)")
    )
    assert list(change.hints) == [("w", EMPTY, None), ("x", 1, EMPTY), ("y", [1], [1.0])]
    assert (change.default_differs, change.is_moved) == (False, False)


def test_a_definition_in_another_file_is_moved() -> None:
    (moved,) = compare(_read(a="_('a', 1)"), _read(b="_('a', 0x1)"))
    assert (moved.kind, moved.is_moved) == ("moved", True)
    (changed,) = compare(_read(a="_('a', 1)"), _read(b="_('a', 2)"))
    assert (changed.kind, changed.is_moved) == ("changed", True)


def test_managers_are_apart() -> None:
    text = "from hpman.m import hp, _\n"
    found = compare(_read(a=f"{text}_('a', 1)"), _read(a=f"{text}hp('a', 1)"))
    assert [(change.kind, change.latest.placeholder) for change in found] == [
        ("added", "hp"),
        ("removed", "_"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            {"a": "_('x', 1)", "b": "_('x', 2)"},
            {"a": "_('x', 1)", "b": "_('x', 3)"},
            [("changed", "b.py", "b.py")],
            id="change file's own",
        ),
        pytest.param(
            {"a": "_('x', 1)", "b": "_('x', 2)"},
            {"a": "_('x', 2)", "c": "_('x', 1)"},
            [("changed", "a.py", "a.py"), ("changed", "b.py", "c.py")],
            id="the same file first",
        ),
        pytest.param(
            {"a": "_('x', 1)", "b": "_('x', 2)"},
            {"c": "_('x', 2)", "d": "_('x', 1)"},
            [("moved", "a.py", "d.py"), ("moved", "b.py", "c.py")],
            id="then the same value",
        ),
        pytest.param(
            {"a": "_('x', 1)\n_('x', 2)"},
            {"a": "_('x', 2)"},
            [("removed", "a.py", None)],
            id="one of two in a file",
        ),
        pytest.param(
            {"a": "_('x', 1)"},
            {"a": "_('x', 1)", "b": "_('x', 1)"},
            [("added", None, "b.py")],
            id="one more",
        ),
        pytest.param(
            {"a": "_('x', 1)", "b": "_('x', 1)\n_('x', help='b')"},
            {"a": "_('x', 1)", "b": "_('x', 1, help='b')"},
            [],
            id="hints of uses in the file",
        ),
    ],
)
def test_several_defaults_of_a_name_are_compared_each_on_its_own(
    old: dict[str, str], new: dict[str, str], expected: list[object]
) -> None:
    found = compare(_read(**old), _read(**new))
    assert [
        (change.kind, change.old and change.old.path, change.new and change.new.path)
        for change in sorted(found, key=lambda change: str(change.old and change.old.place))
    ] == expected


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        pytest.param("_('dropout', 0.25)", "_('drop_rate', 0.25)", "dropout>drop_rate", id="alike"),
        pytest.param("_('dropout', 0.25)", "_('drop_rate', 0.5)", "", id="another default"),
        pytest.param("_('n_lr', 1)", "_('n_lrs', 1, help='x')", "", id="other hints"),
        pytest.param("_('lr', 0.1)", "_('step', 0.1)", "", id="not alike"),
        pytest.param("_('lr', 0.1)", "_('optim.lr', 0.1)", "lr>optim.lr", id="deeper"),
        pytest.param(
            "_('depth', None)", "_('model.depth', None)", "depth>model.depth", id="into a branch"
        ),
        pytest.param("_('rates')", "_('rate')", "", id="without a default"),
        pytest.param(
            "_('size', 3)", "_('sizes', 3); _('size_of_x', 3)", "size>sizes", id="nearest"
        ),
        pytest.param("_('sizes', 3); _('size_of_x', 3)", "_('size', 3)", "sizes>size", id="once"),
        pytest.param(
            "_('in_size', 3)\n_('out_size', 3)",
            "_('input_size', 3)\n_('output_size', 3)",
            "in_size>input_size out_size>output_size",
            id="the most alike first",
        ),
        pytest.param("_('rate', LR/2)", "_('rates', LR / 2)", "rate>rates", id="an expression"),
        pytest.param("_('a_name', 1)", "hp('a_names', 1)", "", id="another manager"),
    ],
)
def test_what_is_gone_and_what_has_come_may_be_renamed(old: str, new: str, pairs: str) -> None:
    header = "from hpman.m import _, hp\n"
    found = compare(_read(a=header + old), _read(a=header + new))
    renamed = [
        f"{change.old.name}>{change.new.name}"
        for change in found
        if change.kind == "renamed" and change.old and change.new
    ]
    assert " ".join(sorted(renamed)) == pairs


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("_('a', 1)", "_('b', 2, aliases='a')", ["renamed a b True"]),
        ("_('b', 2, aliases=['x', 'a'])", "_('a', 1)", ["renamed b a True"]),
        ("_('a', 1)", "_('b')\n_('b', aliases=['a'])", ["renamed a b True"]),
        ("_('a', 1)", "_('a', 1)\n_('b', 1, aliases=['a'])", ["added - b True"]),
        (
            "_('a', 1)\n_('b', 1)",
            "_('b', 1, aliases='a')",
            ["changed b b True", "removed a - True"],
        ),
        (
            "_('aa', 1)\n_('ab', 2)",
            "_('ac', 2, aliases='aa')\n_('ad', 2, aliases='aa')",
            ["added - ad True", "removed ab - True", "renamed aa ac True"],
        ),
        (
            "_('a', 1)\n_('b', 1)",
            "_('c', 1, aliases=['a', 'b'])",
            ["removed b - True", "renamed a c True"],
        ),
        ("hp('a', 1)", "_('b', 1, aliases='a')", ["added - b True", "removed a - True"]),
    ],
)
def test_a_declared_rename_is_certain(old: str, new: str, changes: list[str]) -> None:
    sides = (_read(a=f"from hpman.m import _, hp\n{text}") for text in (old, new))
    assert changes == sorted(
        f"{change.kind} {change.old.name if change.old else '-'} "
        f"{change.new.name if change.new else '-'} {change.is_certain}"
        for change in compare(*sides)
    )


def test_programs_that_share_an_old_name_are_paired_by_file() -> None:
    old = _read(a="_('x', 1)", b="_('x', 2)", c="_('x', 3)")
    new = _read(b="_('y', 2, aliases='x')", a="_('y', 1, aliases='x')")
    kinds = [(change.kind, change.latest.path) for change in compare(old, new)]
    assert kinds == [("removed", "c.py"), ("renamed", "a.py"), ("renamed", "b.py")]


def test_a_renamed_one_may_stand_in_another_file() -> None:
    (change,) = compare(_read(a="_('dropout', 0.5)"), _read(b="_('drop_out', 0.5)"))
    assert (change.kind, change.is_moved) == ("renamed", True)


def test_what_a_snapshot_cannot_know_is_not_compared() -> None:
    one = Definition("_", "a", 1, "1", None, None, "a.yaml", 1)
    other = Definition("_", "a", 1, "1", {"help": "x"}, ("a.py",), "a.py", 1)
    assert compare([one], [other]) == []
    assert compare([one.replace(value=EMPTY, text=None)], [other])[0].default_differs


definitions = st.builds(
    lambda name, value, hints, file: Definition(
        "_", name, value, repr(value), {"help": hints}, (file,), file, value, hints
    ),
    st.sampled_from(["lr", "lrs", "n.lr", "depth", "depths", "x"]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from(["a.py", "b.py"]),
)


@given(
    st.lists(definitions, unique_by=str, max_size=8),
    st.lists(definitions, unique_by=str, max_size=8),
)
def test_the_other_way_round_what_is_added_is_removed(
    old: list[Definition], new: list[Definition]
) -> None:
    opposite = {"added": "removed", "removed": "added"}
    there = sorted((change.kind, change.latest.placeholder) for change in compare(old, new))
    back = sorted(
        (opposite.get(change.kind, change.kind), change.latest.placeholder)
        for change in compare(new, old)
    )
    assert there == back
    assert compare(old, old) == []
