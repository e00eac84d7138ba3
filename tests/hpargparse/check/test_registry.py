"""The registry of rules: each explanation is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.check.ownership import Owned
from hpargparse.check.registry import RULES, Rule, explain
from hpargparse.check.rules import find_problems
from hpargparse.check.sources import read_project
from hpman.programs import Project

if TYPE_CHECKING:
    from pathlib import Path

of_each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)


def _found(text: str, tmp_path: Path) -> set[tuple[str, str]]:
    """Return code and severity of each finding in an example, which may omit the import."""
    path = tmp_path / "example.py"
    path.write_text(text if "import" in text else f"from hpman.m import _\n\n{text}\n")
    findings = find_problems(Owned().update(*read_project(Project([str(path)]))))
    return {(finding.code, finding.severity) for finding in findings}


def test_no_two_rules_have_one_name() -> None:
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


@of_each_rule
def test_the_bad_example_is_found_and_the_good_one_is_not(rule: Rule, tmp_path: Path) -> None:
    assert _found(rule.bad, tmp_path) == {(rule.code, rule.severity)}
    assert _found(rule.good, tmp_path) == set()


@of_each_rule
def test_an_explanation_fits_a_terminal(rule: Rule) -> None:
    text = explain(rule)
    assert max(map(len, text.splitlines())) <= 88
    assert text.startswith(f"{rule.code} {rule.name} ({rule.severity})\n")
