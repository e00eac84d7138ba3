"""What a snapshot says beside sources."""

from __future__ import annotations

import pytest

from hpargparse.diff.compare import compare
from hpargparse.diff.errors import ComparisonError
from hpargparse.diff.facts import Fact, facts
from hpargparse.diff.snapshots import beside, owners
from hpargparse.snapshots.flatten import Snapshot
from hpman import index_of_blobs

SOURCES = """
_("lr", 1e-3)
_("n", 3, range=[0, 9])
_("ks", (1, 2))
_("opt", {"lr": 1, "inner": {"a": 1}})
_("odd", {"a.b": 1, 2: {"c": 3}})
_("model.depth", 4)
_("run", RUN)
_("used")
"""


def _compared(values: dict[str, object]) -> dict[str, str]:
    index = index_of_blobs([("a.py", SOURCES.encode())])
    complete = {
        "lr": 1e-3,
        "n": 3,
        "ks": (1, 2),
        "opt": {"lr": 1, "inner": {"a": 1}},
        "odd": {"a.b": 1, 2: {"c": 3}},
        "model.depth": 4,
    }
    given = {**{name: complete[name] for name in complete if name not in values}, **values}
    given = {name: value for name, value in given.items() if value is not ...}
    both = beside(
        Snapshot("a.yaml", given, {}), facts(index, lambda path: (path, path), ["_"]), ["_"]
    )
    return {
        each.fact.name: f"{each.kind} {each.old.text if each.old else ''}"
        + (f", {each.old.note.partition(':')[0]}" if each.old and each.old.note else "")
        for each in compare(both.snapshot, both.sources)
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
        pytest.param({"run": 3, "used": 4}, {}, id="without a literal default"),
        pytest.param({"gone": 3}, {"gone": "removed 3"}, id="unknown"),
        pytest.param(
            {"model.depth": ..., "model": {}}, {"model.depth": "added "}, id="empty group"
        ),
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
            {"opt": "changed {'lr': {'x': 2}, 'inner': {'a': 1}}, would be refused"},
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


def _facts(text: str) -> list[Fact]:
    index = index_of_blobs([("a.py", text.encode())])
    return list(facts(index, lambda path: (path, path), sorted(index.placeholders())))


@pytest.mark.parametrize(
    ("values", "asked", "expected"),
    [
        pytest.param({"lr": 1, "width": 2}, [], ["_", "hp"], id="names of both"),
        pytest.param({"width": 2}, [], ["hp"], id="names of one"),
        pytest.param({"opt": {"wd": 3}}, [], ["_"], id="a dict"),
        pytest.param({"opt.wd": 3}, [], ["_"], id="a key of a dict"),
        pytest.param({"gone": 3}, [], ["_"], id="names of nobody"),
        pytest.param({"lr": 1}, ["hp"], ["hp"], id="asked for"),
    ],
)
def test_a_snapshot_belongs_to_whom_its_names_belong_to(
    values: dict[str, object], asked: list[str], expected: list[str]
) -> None:
    assert owners(Snapshot("a.yaml", values, {}), _facts(JOINT), asked) == expected


def test_a_snapshot_of_unknown_names_belongs_to_all_where_nobody_is_usual() -> None:
    sources = _facts("from hpman.m import a, b\na('x', 1)\nb('y', 1)")
    assert owners(Snapshot("a.yaml", {}, {}), sources) == ["a", "b"]
    assert owners(Snapshot("a.yaml", {}, {}), []) == ["_"]


def test_a_name_of_several_managers_is_refused_until_one_is_named() -> None:
    sources = _facts("from hpman.m import hp\nhp('lr', 1)\n_('lr', 2)")
    snapshot = Snapshot("a.yaml", {"lr": 2}, {("lr",): 1})
    with pytest.raises(ComparisonError, match=r"^a.yaml:1: Several managers have `lr`: _, hp\."):
        owners(snapshot, sources)
    both = beside(snapshot, sources, owners(snapshot, sources, ["_"]))
    assert compare(both.snapshot, both.sources) == []


@pytest.mark.parametrize(
    ("placeholders", "expected"),
    [
        (["_", "hp"], ["added _ opt", "removed _ gone", "changed hp width"]),
        (["hp"], ["removed hp gone", "changed hp width"]),
        (["_"], ["added _ opt", "removed _ gone"]),
    ],
    ids=", ".join,
)
def test_each_value_is_compared_with_the_default_of_its_manager(
    placeholders: list[str], expected: list[str]
) -> None:
    snapshot = Snapshot("a.yaml", {"lr": 1, "width": 3, "gone": 1}, {})
    both = beside(snapshot, _facts(JOINT), placeholders)
    changes = compare(both.snapshot, both.sources)
    assert [f"{each.kind} {each.fact.placeholder} {each.fact.name}" for each in changes] == expected
