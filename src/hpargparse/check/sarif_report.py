"""Findings as SARIF 2.1.0 (OASIS), for code scanning.

Owns its layout, and how a path becomes a URI; knows neither how a finding was
found nor where the text goes.
"""

from __future__ import annotations

import os

from hpman import __version__
from hpman._text import relative_path

from ..cli.documents import json_document
from .registry import CATALOGUE, explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from hpman import Occurrence

    from .findings import Finding
    from .registry import Rule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"  # what code scanning takes paths to be relative to


def sarif_report(findings: Sequence[Finding]) -> str:
    """Write findings as a SARIF 2.1.0 log (OASIS), as code scanning of forges takes it.

    Args:
        findings: the findings, in order.

    >>> import json
    >>> json.loads(sarif_report([]))["version"]
    '2.1.0'
    """
    order = list(CATALOGUE)
    run = {
        "tool": {
            "driver": {
                "name": "hpman check",
                "version": __version__,
                "rules": [*map(_rule, CATALOGUE.values())],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, order.index(each.code)) for each in findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_document(log)


def _rule(rule: Rule) -> dict[str, Any]:
    """Describe one rule."""
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(rule.why.split())},
        "help": {"text": explained(rule)},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(found: Finding, index: int) -> dict[str, Any]:
    """Describe one finding."""
    span = found.line, found.column, found.end_line, found.end_column
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": CATALOGUE[found.code].severity,
        "message": {"text": f"{found.message} {found.advice}"},
        "locations": [_location(found.source.path, *span)],
    }
    if found.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": each.call}, **_related(each)}
            for number, each in enumerate(found.related, 1)
        ]
    return result


def _related(each: Occurrence) -> dict[str, Any]:
    """Describe where another call stands."""
    return _location(each.path, each.line, each.column, each.end_line, each.end_column)


def _location(
    path: str, line: int | None, column: int | None, end_line: int | None, end_column: int | None
) -> dict[str, Any]:
    """Describe a place in a file."""
    uri, is_relative = uri_of(relative_path(path))
    artifact = {"uri": uri, "uriBaseId": _ROOT} if is_relative else {"uri": uri}
    span = {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }
    region = {key: number for key, number in span.items() if number is not None}
    physical = {"artifactLocation": artifact, **({"region": region} if region else {})}
    return {"physicalLocation": physical}


def uri_of(path: str, *, is_windows: bool = os.name == "nt") -> tuple[str, bool]:
    r"""Return a path as a URI (RFC 3986, RFC 8089), and whether that is relative.

    Args:
        path: the path, relative or absolute.
        is_windows: whether it is one of Windows.

    >>> uri_of("a b/ü.py"), uri_of("/a%b.py", is_windows=False)
    (('a%20b/%C3%BC.py', True), ('file:///a%25b.py', False))
    >>> uri_of("src\\a.py", is_windows=True), uri_of("C:\\a b.py", is_windows=True)
    (('src/a.py', True), ('file:///C:/a%20b.py', False))
    """
    from urllib.parse import quote

    if is_windows:
        path = path.replace("\\", "/")
    quoted = quote(path.encode("utf-8", "surrogateescape"))
    if path.startswith("//"):  # a share of Windows
        return f"file:{quoted}", False
    if path.startswith("/"):
        return f"file://{quoted}", False
    if is_windows and path[1:3] == ":/":
        return f"file:///{path[0]}:{quoted[4:]}", False
    return quoted, True
