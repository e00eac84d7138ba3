"""The catalogue of rules: each code has a rule, and its explanation is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.check.ownership import gather
from hpargparse.check.registry import CATALOGUE, ERROR, WARNING, Rule, explained
from hpargparse.check.rules import RULES, applied

if TYPE_CHECKING:
    from pathlib import Path

of_each_rule = pytest.mark.parametrize("rule", CATALOGUE.values(), ids=lambda rule: rule.code)


def _codes(text: str, tmp_path: Path) -> set[str]:
    """Return the codes of what is found in an example, which leaves the import out."""
    path = tmp_path / "example.py"
    path.write_text(text if "import" in text else f"from hpman.m import _\n\n{text}\n")
    return {each.code for each in applied(gather([str(path)]), RULES)}


def test_each_code_has_one_rule() -> None:
    assert list(RULES) == list(CATALOGUE)


def test_codes_and_names_are_those_of_one_rule() -> None:
    assert len({rule.name for rule in CATALOGUE.values()}) == len(CATALOGUE)


@of_each_rule
def test_a_severity_is_one_of_two(rule: Rule) -> None:
    assert rule.severity in {ERROR, WARNING}


@of_each_rule
def test_the_bad_example_is_found_and_the_good_one_is_not(rule: Rule, tmp_path: Path) -> None:
    assert _codes(rule.bad, tmp_path) == {rule.code}
    assert _codes(rule.good, tmp_path) == set()


@of_each_rule
def test_an_explanation_fits_a_terminal(rule: Rule) -> None:
    text = explained(rule)
    assert max(map(len, text.splitlines())) <= 88
    assert text.startswith(f"{rule.code} {rule.name} ({rule.severity})\n")
