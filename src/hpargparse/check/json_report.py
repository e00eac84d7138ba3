"""Findings as JSON, for scripts.

Owns the keys of that object; knows neither how a finding was found nor where the
text goes.
"""

from __future__ import annotations

from hpman._text import relative_path

from ..cli.documents import json_document
from .registry import CATALOGUE, ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .findings import Finding


def json_report(findings: Sequence[Finding], files: int) -> str:
    """Write findings as one JSON object.

    Its keys are `version` (of the layout, 1), `summary` (with `files` that hold
    hyperparameters, `errors` and `warnings`), and `findings`, a list of objects: `code`,
    `rule`, `severity`, `message`, `advice`, `name`, `placeholder`, `path`, `line`, `column`,
    `end_line`, `end_column`, and `related`, a list of other calls with `name`, `path`,
    `line`, `column`, `end_line`, `end_column`. Lines and columns count from 1, columns in
    characters, and an end column is that behind the last character. What is not known is null.

    Args:
        findings: the findings, in order.
        files: how many files hold hyperparameters.

    >>> import json
    >>> json.loads(json_report([], 2))["summary"]
    {'files': 2, 'errors': 0, 'warnings': 0}
    """
    errors = sum(CATALOGUE[each.code].severity == ERROR for each in findings)
    summary = {"files": files, "errors": errors, "warnings": len(findings) - errors}
    report = {"version": 1, "summary": summary, "findings": [*map(_finding, findings)]}
    return json_document(report)


def _finding(found: Finding) -> dict[str, Any]:
    """Describe one finding."""
    rule = CATALOGUE[found.code]
    return {
        "code": found.code,
        "rule": rule.name,
        "severity": rule.severity,
        "message": found.message,
        "advice": found.advice,
        "name": found.name,
        "placeholder": found.placeholder,
        "path": relative_path(found.source.path),
        "line": found.line,
        "column": found.column,
        "end_line": found.end_line,
        "end_column": found.end_column,
        "related": [
            {
                "name": each.name,
                "path": relative_path(each.path),
                "line": each.line,
                "column": each.column,
                "end_line": each.end_line,
                "end_column": each.end_column,
            }
            for each in found.related
        ],
    }
