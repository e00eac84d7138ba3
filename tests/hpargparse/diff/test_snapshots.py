"""What a snapshot says beside sources."""

from __future__ import annotations

import pytest

from hpargparse.diff.compare import Definition, compare
from hpargparse.diff.operands import ComparisonError
from hpargparse.diff.snapshots import definitions_beside
from hpargparse.diff.sources import definitions_of
from hpargparse.snapshots.files import Snapshot
from hpman import Index
from hpman.static.scan import scan_text

SOURCES = """
_("lr", 1e-3)
_("n", 3, range=[0, 9])
_("ks", (1, 2))
_("opt", {"lr": 1, "inner": {"a": 1}})
_("odd", {"a.b": 1, 2: {"c": 3}})
_("model.depth", 4)
_("run", RUN)
_("used")
class Act(Enum): RELU = "relu"; TANH = "tanh"; OLD = "relu"
_("act", Act.OLD)
"""


def _read(text: str) -> list[Definition]:
    scan = scan_text(text, "a.py", frozenset("_"))
    definitions, _none, _warnings = definitions_of(Index().swap([scan]), Index())
    return definitions


def _compared(values: dict[str, object]) -> dict[str, str]:
    complete = {
        "lr": 1e-3,
        "n": 3,
        "ks": (1, 2),
        "opt": {"lr": 1, "inner": {"a": 1}},
        "odd": {"a.b": 1, 2: {"c": 3}},
        "model.depth": 4,
        "act": "RELU",
    }
    given = {**{name: complete[name] for name in complete if name not in values}, **values}
    given = {name: value for name, value in given.items() if value is not ...}
    before, after, _warnings = definitions_beside([Snapshot("a.yaml", given, {})], _read(SOURCES))
    return {
        change.latest.name: f"{change.kind} {change.old.text if change.old else ''}"
        + (f", {change.old.note.partition(':')[0]}" if change.old and change.old.note else "")
        for change in compare(before, after)
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({}, {}, id="the defaults"),
        pytest.param({"ks": [1, 2]}, {}, id="fitted as loading does"),
        pytest.param({"model.depth": ..., "model": {"depth": 4}}, {}, id="nested"),
        pytest.param({"lr": ...}, {"lr": "added "}, id="missing"),
        pytest.param({"lr": 1}, {"lr": "changed 1"}, id="another value"),
        pytest.param(
            {"n": 30},
            {"n": "changed 30, would be refused"},
            id="refused",
        ),
        pytest.param({"act": "relu"}, {}, id="the value of a member"),
        pytest.param({"act": ...}, {"act": "added "}, id="a missing member"),
        pytest.param({"act": "tanh"}, {"act": "changed 'tanh'"}, id="another member"),
        pytest.param({"act": "elu"}, {"act": "changed 'elu', would be refused"}, id="no member"),
        pytest.param({"run": 3, "used": 4}, {}, id="without a literal default"),
        pytest.param({"gone": 3}, {"gone": "removed 3"}, id="unknown"),
        pytest.param({"model": 3}, {"model": "removed 3"}, id="a group with a value"),
        pytest.param({"none": {}}, {"none": "removed {}"}, id="empty and unknown"),
        pytest.param({"opt": ..., "opt.lr": 1}, {}, id="a key with its default"),
        pytest.param(
            {"opt": ..., "opt.lr": 2, "opt.inner.a": 3},
            {"opt": "changed {'lr': 2, 'inner': {'a': 3}}"},
            id="keys of a dict",
        ),
        pytest.param(
            {"odd": ..., "odd.a.b": 2, "odd.2.c": 4},
            {"odd": "changed {'a.b': 2, 2: {'c': 4}}"},
            id="keys that hold a dot or are no text",
        ),
        pytest.param(
            {"opt.inner.a": 3, "opt": {"lr": 2, "inner": {}}},
            {"opt": "changed {'lr': 2, 'inner': {'a': 3}}"},
            id="a key that stands before its dict",
        ),
        pytest.param(
            {"opt": ..., "opt.new": 3},
            {"opt": "changed {'lr': 1, 'inner': {'a': 1}, 'new': 3}"},
            id="a key that the dict lacks",
        ),
        pytest.param(
            {"opt": ..., "opt.lr.x": 2},
            {"opt": "changed 2, would be refused"},
            id="a key below what is no dict",
        ),
        pytest.param({"a.b.c": 2}, {"a.b.c": "removed 2"}, id="below nothing"),
    ],
)
def test_a_snapshot_is_compared_as_it_would_be_loaded(
    values: dict[str, object], expected: dict[str, str]
) -> None:
    assert _compared(values) == expected


JOINT = """
from hpman.m import _, hp
_("lr", 1)
_("opt", {"wd": 1})
hp("width", 2)
hp("run", RUN)
"""


@pytest.mark.parametrize(
    ("values", "managers", "expected"),
    [
        pytest.param({"lr": 1, "width": 2}, [], ["added _ opt"], id="names of both"),
        pytest.param({"width": 2}, [], [], id="names of one"),
        pytest.param({"opt": {"wd": 3}}, [], ["added _ lr", "changed _ opt"], id="a dict"),
        pytest.param({"opt.wd": 3}, [], ["added _ lr", "changed _ opt"], id="a key of a dict"),
        pytest.param(
            {"gone": 3}, [], ["added _ lr", "added _ opt", "removed _ gone"], id="names of nobody"
        ),
        pytest.param({"lr": 1}, ["hp"], ["added hp width"], id="asked for"),
        pytest.param(
            {"lr": 1, "width": 3, "gone": 1},
            ["_", "hp"],
            ["added _ opt", "removed _ gone", "changed hp width"],
            id="both asked for",
        ),
        pytest.param({"run": 3, "width": 3}, [], ["changed hp width"], id="no literal default"),
    ],
)
def test_a_snapshot_belongs_to_the_managers_that_have_its_names(
    values: dict[str, object], managers: list[str], expected: list[str]
) -> None:
    snapshot = Snapshot("a.yaml", values, {})
    before, after, _warnings = definitions_beside([snapshot], _read(JOINT), managers)
    found = compare(before, after)
    assert [f"{change.kind} {' '.join(change.latest.key)}" for change in found] == expected


def test_managers_without_a_value_are_pointed_out() -> None:
    snapshot = Snapshot("a.yaml", {"width": 2}, {})
    *_sides, warnings = definitions_beside([snapshot], _read(JOINT))
    assert warnings == [
        "a.yaml has no value of _. Name all managers with `--placeholder` to see what it lacks."
    ]
    assert definitions_beside([snapshot], _read(JOINT), ["hp"])[2] == []


def test_a_snapshot_of_unknown_names_belongs_to_all_if_there_is_no_usual_manager() -> None:
    sources = _read("from hpman.m import a, b\na('x', 1)\nb('y', 1)")
    _before, after, _warnings = definitions_beside([Snapshot("a.yaml", {}, {})], sources)
    assert [definition.placeholder for definition in after] == ["a", "b"]
    unknown, _after, _warnings = definitions_beside([Snapshot("a.yaml", {"x": 1}, {})], [])
    assert [definition.key for definition in unknown] == [("_", "x")]


def test_a_name_of_several_managers_is_refused_until_one_is_named() -> None:
    sources = _read("from hpman.m import hp\nhp('lr', 1)\n_('lr', 2)")
    snapshot = Snapshot("a.yaml", {"lr": 2}, {("lr",): 1})
    with pytest.raises(ComparisonError, match=r"^a.yaml:1: Several managers have `lr`: _, hp\."):
        definitions_beside([snapshot], sources)
    before, after, _warnings = definitions_beside([snapshot], sources, ["_"])
    assert compare(before, after) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"encoder/n": 4}, {"encoder/n": "changed 4"}),
        ({"encoder/n": 3}, {}),
        ({"encoder/n": 99}, {"encoder/n": "changed 99, would be refused"}),
        ({"a/b/n": 4, "n": 5}, {"a/b/n": "changed 4", "n": "changed 5"}),
        ({"encoder/ks": [1, 2]}, {}),
        (
            {"encoder/opt.lr": 2},
            {"encoder/opt": "changed {'lr': 2, 'inner': {'a': 1}}"},
        ),
        ({"encoder/opt": {"lr": 2}}, {"encoder/opt": "changed {'lr': 2}"}),
        ({"encoder/model": {"depth": 5}}, {"encoder/model.depth": "changed 5"}),
        ({"encoder/act": "TANH"}, {"encoder/act": "changed 'TANH'"}),
        ({"encoder/run": 3}, {}),
        ({"encoder/gone": 3}, {"encoder/gone": "removed 3"}),
        ({"encoder//n": 3}, {"encoder//n": "removed 3"}),
    ],
)
def test_a_value_for_a_scope_is_compared_with_the_default(
    values: dict[str, object], expected: dict[str, str]
) -> None:
    assert _compared(values) == expected


def test_a_value_whose_default_only_a_run_knows_is_pointed_out() -> None:
    file = Snapshot("a.yaml", {"run": 3, "e/run": 4, "used": 5, "lr": 1e-3}, {})
    sources = _read('_("run",\n  N *\n  2); _("used"); _("lr", 1e-3)\nwith _.scope("e"): pass')
    before, after, warnings = definitions_beside([file], sources)
    assert compare(before, after) == []
    assert warnings == [
        "`run` is not compared: only a run knows its default, `N * 2`.",
        "`e/run` is not compared: only a run knows its default, `N * 2`.",
    ]


def test_a_default_of_another_type_than_its_hint_is_compared_as_it_would_be_loaded() -> None:
    sources = _read('_("n", 3, type="float"); _("p", "x", type="Path"); _("s", "a", type="int")')
    file = Snapshot("a.yaml", {"n": 3, "p": "x", "s": "a"}, {})
    before, after, _warnings = definitions_beside([file], sources)
    assert compare(before, after) == []


def test_a_name_with_a_slash_is_compared_with_its_own_default() -> None:
    file = Snapshot("a.yaml", {"encoder/n": 5, "n": 3}, {})
    before, after, _warnings = definitions_beside([file], _read('_("n", 3); _("encoder/n", 5)'))
    assert compare(before, after) == []


def test_an_old_name_in_a_scope_is_renamed_in_that_scope() -> None:
    file = Snapshot("a.yaml", {"old": 5, "encoder/old": 6, "x/y/old": 3}, {})
    before, after, _warnings = definitions_beside([file], _read('_("n", 3, aliases="old")'))
    changes = [(change.old.name, change.new.name) for change in compare(before, after)]  # type: ignore[union-attr]
    assert changes == [("encoder/old", "encoder/n"), ("old", "n"), ("x/y/old", "x/y/n")]
