"""What a snapshot says beside sources."""

from __future__ import annotations

import pytest

from hpargparse.diff.compare import compare
from hpargparse.diff.facts import facts
from hpargparse.diff.snapshots import beside
from hpargparse.files.snapshot import Snapshot
from hpman import index_of_blobs

SOURCES = """
_("lr", 1e-3)
_("n", 3, range=[0, 9])
_("ks", (1, 2))
_("opt", {"lr": 1, "inner": {"a": 1}})
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
        "model.depth": 4,
    }
    given = {**{name: complete[name] for name in complete if name not in values}, **values}
    given = {name: value for name, value in given.items() if value is not ...}
    both = beside(
        Snapshot("a.yaml", given, {}), facts(index, lambda path: (path, path), ["_"]), "_"
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


def test_another_manager_is_not_looked_at() -> None:
    index = index_of_blobs([("a.py", b"from hpman.m import hp\nhp('lr', 1)\n_('lr', 2)")])
    both = beside(
        Snapshot("a.yaml", {"lr": 2}, {}), facts(index, lambda path: (path, path), ["_", "hp"]), "_"
    )
    assert compare(both.snapshot, both.sources) == []
