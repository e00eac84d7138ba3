"""Which kinds of sides can be compared, and what is reported of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.diff.operands import Request
from hpargparse.diff.pipeline import diff
from hpargparse.errors import SnapshotError
from tests.repositories import commit, git, needs_git, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_git


@pytest.mark.parametrize("other", ["HEAD", "b.yaml", "a.py", "."])
def test_a_snapshot_of_another_extension_is_pointed_out(project: Path, other: str) -> None:
    write(project, {"b.yaml": "a: 1\n", "b.yaml.bak": "a: 1\n", "script": "_('a', 1)\n"})
    write(project, {"nothing.py": "a: 1\n"})
    git(project, "add", "-A")
    for operands in ((other, "b.yaml.bak"), ("b.yaml.bak", other)):
        (warning,) = diff(Request(operands)).warnings
        assert warning == (
            "b.yaml.bak was read as Python and contains nothing to compare. If it is a snapshot,"
            " give it one of the extensions .yaml, .yml, .json, .pickle, .pkl."
        )
    assert diff(Request((other, "script"))).warnings == []
    assert diff(Request((other, "nothing.py"))).warnings == []


def test_a_file_with_conflicts_is_left_out_with_a_warning(project: Path) -> None:
    git(project, "checkout", "-q", "-b", "other", "HEAD~1")
    commit(project, {"a.py": "_('a', 3)\n"})
    with pytest.raises(Exception, match="merge"):
        git(project, "merge", "-q", "main")
    found = diff(Request())
    assert found.changes == []
    assert [warning.partition(": ")[0] for warning in found.warnings] == ["a.py:1:1"]


def test_problems_of_other_managers_are_not_reported(project: Path) -> None:
    write(project, {"a.py": "from hpman.m import hp\n_(1, 2)\nhp(x)\n"})
    found = diff(Request(placeholders=("hp",)))
    assert [warning.partition(": ")[0] for warning in found.warnings] == ["a.py:3:1"]


def test_advice_on_a_snapshot_names_no_option_that_only_others_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.json": "{", "b.json": "{}", "train.py": ""})
    for operands in (("a.json", "b.json"), ("b.json", "a.json"), ("a.json", "train.py")):
        with pytest.raises(SnapshotError) as caught:
            diff(Request(operands))
        assert "--" not in str(caught.value)


def test_snapshots_are_compared_with_what_they_include(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"exp.yaml": "include: base.json\nlr: 2\n", "flat.yaml": "lr: 2\nn: 3\n"})
    write(tmp_path, {"base.json": '{"lr": 1,\n"n": 4,\n"opt.lr": 9}'})
    write(tmp_path, {"train.py": '_("lr", 1)\n_("n", 3)\n_("opt", {"lr": 1})\n'})
    changes = diff(Request(("flat.yaml", "exp.yaml"))).changes
    assert [(row.kind, row.latest.name, row.latest.place) for row in changes] == [
        ("added", "opt.lr", "base.json:3"),
        ("changed", "n", "base.json:2"),
    ]
    changes = diff(Request(("train.py", "exp.yaml"))).changes
    assert [(row.latest.name, row.latest.text, row.latest.place) for row in changes] == [
        ("lr", "2", "exp.yaml:2"),
        ("n", "4", "base.json:2"),
        ("opt", "{'lr': 9}", "base.json:3"),
    ]


def test_the_hyperparameter_of_that_name_is_compared_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"exp.yaml": "include: x\n", "train.py": '_("include", "y")\n'})
    (change,) = diff(Request(("train.py", "exp.yaml"))).changes
    assert change.latest.text == "'x'"
