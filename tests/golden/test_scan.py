"""Small trees of sources, and what a scan finds in them.

Each folder below `scan` holds a `tree` of sources, a `case.json` that says why
the case exists and how it is scanned, and an `expected.txt`. The latter are
written anew by `pytest tests/golden --update-golden`: read the difference.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hpman import index_of
from hpman.errors import EMPTY, NotLiteralEvaluable
from hpman.static.rules import violations

if TYPE_CHECKING:
    from hpman import Diagnostic, Occurrence

CASES = sorted(path.parent for path in Path(__file__).parent.glob("scan/*/case.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_scan_finds_what_is_expected(
    case: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    said = json.loads((case / "case.json").read_text(encoding="utf-8"))
    if sys.version_info < tuple(said.get("since", [])):
        pytest.skip(f"the case is written in the Python of {said['since']}")
    monkeypatch.chdir(case / "tree")
    found = _scan(said)
    expected = case / "expected.txt"
    if request.config.getoption("--update-golden"):
        expected.write_bytes(found.encode())
    assert found == expected.read_bytes().decode()


def test_each_case_says_why_it_exists() -> None:
    reasons = [json.loads((case / "case.json").read_bytes())["why"] for case in CASES]
    assert len(set(reasons)) == len(reasons) >= 80


def _scan(said: dict[str, Any]) -> str:
    placeholders = said.get("placeholders", ["_"])
    index = index_of(
        said.get("paths", ["."]),
        placeholders,
        said.get("exclude", ()),
        follow_imports=said.get("follow_imports", False),
    )
    files = index.files.values()
    complained = {each.placeholder or "_" for file in files for each in file.diagnostics}
    lines: dict[str, None] = {}  # what is wrong with a file is wrong for each manager
    managers = sorted(index.placeholders() | complained | set(placeholders))
    for placeholder in managers:
        lines |= dict.fromkeys(map(_occurrence, index.occurrences(placeholder)))
    for placeholder in managers:
        lines |= dict.fromkeys(map(_problem, violations(index, placeholder, files)))
    return "".join(f"{line}\n" for line in lines)


def _occurrence(each: Occurrence) -> str:
    place = f"{_path(each.path)}:{each.line}:{each.column}-{each.end_line}:{each.end_column}"
    value = "" if each.value is EMPTY else f" = {_value(each.value)}"
    hints = f" {each.hints}" if each.hints else ""
    return f"{place} {each.placeholder}({each.name!a}){value}{hints}"


def _value(value: object) -> str:
    if isinstance(value, NotLiteralEvaluable):
        return f"<{value.expression!r}>"
    return repr(value).encode("ascii", "backslashreplace").decode()


def _problem(each: Diagnostic) -> str:
    # What Python's parser says, and its column, differ from version to version.
    if each.code == "HPM001":
        return f"{_path(each.path)}:{each.line} {each.code}"
    others = "".join(f" {_path(o.path)}:{o.line}" for o in each.occurrences)
    return f"{_path(each.path)}:{each.line}:{each.column} {each.code} {each.message}{others}"


def _path(path: str | None) -> str:
    return Path(path or "").as_posix()
