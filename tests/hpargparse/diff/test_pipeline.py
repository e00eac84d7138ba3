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
