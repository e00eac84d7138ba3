"""Reports of findings: text, JSON, GitHub workflow commands and SARIF 2.1.0.

Owns their layouts and escapes; must not know how findings are made nor where
a report is written.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from hpman import Diagnostic, Occurrence
from hpman.text import display_path, escape, place_data, relative_path

from .registry import RULES, Rule, explain
from .rules import place_of

_BOLD, _RED, _YELLOW, _CYAN, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[0m"
_MOST_PLACES = 4  # related places in a text
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"  # what code scanning resolves relative paths against


def text_report(findings: Sequence[Diagnostic], files: int, *, is_coloured: bool = False) -> str:
    """Return the findings as text for a terminal, and a line that counts them.

    >>> print(text_report([], 12), end="")
    No problems found in 12 files with hyperparameters.
    """
    parts = [_text(finding, is_coloured=is_coloured) for finding in findings]
    return "\n".join([*parts, _summary(findings, files), ""])


def _text(finding: Diagnostic, *, is_coloured: bool) -> str:
    """Return place, code and message, the line with carets, and the advice."""
    colour = _RED if finding.severity == "error" else _YELLOW
    bold, red, cyan, plain = (_BOLD, colour, _CYAN, _PLAIN) if is_coloured else ("", "", "", "")
    place = display_path(finding.place)
    lines = [f"{bold}{place}:{plain} {red}{finding.code}{plain} {escape(finding.message)}"]
    source, line = finding.source, finding.line
    if source is not None and line is not None and line <= len(source.lines):
        shown, carets = source.marked(line, finding.column or 1, _end(finding, source.lines))
        number = str(source.cell(line)[1])
        lines += [f"    {cyan}{number} |{plain} {shown}"]
        lines += [f"    {'':{len(number)}} {cyan}|{plain} {red}{carets}{plain}"]
    lines += [f"    {escape(text)}" for text in (finding.advice, _see_also(finding)) if text]
    return "\n".join(lines)


def _end(finding: Diagnostic, lines: Sequence[str]) -> int:
    """Return the column after the last character at fault in the first line."""
    if finding.end_line is None or finding.end_column is None or finding.line is None:
        return finding.column or 1
    if finding.end_line == finding.line:
        return finding.end_column
    return len(lines[finding.line - 1].rstrip()) + 1


def _see_also(finding: Diagnostic) -> str:
    """Return a sentence with the related places that the message and the advice do not name."""
    text = f"{finding.message} {finding.advice} "
    places = dict.fromkeys(map(place_of, finding.related))
    new = [place for place in places if not any(f"{place}{end}" in text for end in "),. ")]
    more = f" and {len(new) - _MOST_PLACES} more" if len(new) > _MOST_PLACES else ""
    return f"See also {', '.join(new[:_MOST_PLACES])}{more}." if new else ""


def _summary(findings: Sequence[Diagnostic], files: int) -> str:
    """Count problems and files."""
    if not findings:
        if not files:
            return "No hyperparameters found."
        return f"No problems found in {_count(files, 'file')} with hyperparameters."
    counts = [(_errors(findings), "error"), (len(findings) - _errors(findings), "warning")]
    kinds = ", ".join(_count(number, what) for number, what in counts if number)
    within = len({finding.path for finding in findings})
    return f"Found {_count(len(findings), 'problem')} ({kinds}) in {_count(within, 'file')}."


def _errors(findings: Sequence[Diagnostic]) -> int:
    return sum(finding.severity == "error" for finding in findings)


def _count(number: int, what: str) -> str:
    """Return a number and a noun."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def github_report(findings: Sequence[Diagnostic]) -> str:
    """Return a workflow command per finding, which GitHub shows next to the changed lines."""
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: Diagnostic) -> str:
    fields: dict[str, object] = {"file": relative_path(finding.path or "")}
    cell = _cell(finding)
    if not cell:
        fields["line"] = finding.line
        if finding.end_line in (None, finding.line):  # columns are allowed on a single line only
            fields |= {"col": finding.column, "endColumn": finding.end_column}
        else:
            fields["endLine"] = finding.end_line
    fields["title"] = f"{finding.code} {RULES[finding.code].name}"
    properties = ",".join(
        f"{key}={_github_escape(str(value), in_property=True)}"
        for key, value in fields.items()
        if value is not None
    )
    text = _github_escape(f"{cell}{finding.message} {finding.advice}")
    return f"::{finding.severity} {properties}::{text}"


def _cell(finding: Diagnostic) -> str:
    """Return the cell and line in a notebook: other tools only know lines of the file."""
    place = place_data(finding)
    return f"cell {place['cell']}:{place['line']}: " if "cell" in place else ""


def _github_escape(text: str, *, in_property: bool = False) -> str:
    """Escape what cannot be printed, and what ends a command or one of its properties."""
    text = escape(text).replace("%", "%25")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def json_report(findings: Sequence[Diagnostic], files: int) -> str:
    """Return the findings as a JSON object.

    Its keys are `version` (of the layout, 1), `summary` (`files` that contain hyperparameters,
    `errors` and `warnings`), and `findings`, a list of objects: `code`, `rule`, `severity`,
    `message`, `advice`, `name`, `placeholder`, `path`, `line`, `column`, `end_line`,
    `end_column`, and `related`, a list of other calls with `name` and a place of their own.
    A place in a notebook has a `cell` too, in which lines count. Cells, lines and columns count
    from 1, columns in characters; an end column is the one after the last character. Unknown
    values are null.

    >>> import json
    >>> json.loads(json_report([], 2))["summary"]
    {'files': 2, 'errors': 0, 'warnings': 0}
    """
    from ..cli.output import json_text

    errors = _errors(findings)
    summary = {"files": files, "errors": errors, "warnings": len(findings) - errors}
    return json_text(
        {"version": 1, "summary": summary, "findings": [*map(_json_finding, findings)]}
    )


def _json_finding(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.code,
        "rule": RULES[finding.code].name,
        "severity": finding.severity,
        "message": escape(finding.message),
        "advice": escape(finding.advice),
        "name": finding.name,
        "placeholder": finding.placeholder,
        **place_data(finding),
        "related": [{"name": call.name, **place_data(call)} for call in finding.related],
    }


def sarif_report(findings: Sequence[Diagnostic]) -> str:
    """Return the findings as a SARIF 2.1.0 log (OASIS), for code scanning.

    >>> import json
    >>> json.loads(sarif_report([]))["version"]
    '2.1.0'
    """
    from hpman import __version__

    from ..cli.output import json_text

    driver = {
        "name": "hpman check",
        "version": __version__,
        "rules": [*map(_sarif_rule, RULES.values())],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [*map(_sarif_result, findings)],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(rule.why.split())},
        "help": {"text": explain(rule)},
        "defaultConfiguration": {"level": rule.severity},
    }


def _sarif_result(finding: Diagnostic) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": list(RULES).index(finding.code),
        "level": finding.severity,
        "message": {"text": escape(f"{_cell(finding)}{finding.message} {finding.advice}")},
        "locations": [_sarif_location(finding)],
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": escape(call.call)}, **_sarif_location(call)}
            for number, call in enumerate(finding.related, 1)
        ]
    return result


def _sarif_location(at: Diagnostic | Occurrence) -> dict[str, Any]:
    place = place_data(at)
    uri, is_relative = uri_of(place["path"])
    artifact = {"uri": uri, "uriBaseId": _ROOT} if is_relative else {"uri": uri}
    span = {
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
    }
    is_in_cell = "cell" in place  # the lines of a cell are not those of the file
    region = {key: n for key, n in span.items() if n is not None and not is_in_cell}
    physical = {"artifactLocation": artifact, **({"region": region} if region else {})}
    return {"physicalLocation": physical}


def uri_of(path: str) -> tuple[str, bool]:
    r"""Return a path as a URI (RFC 3986, RFC 8089), and whether it is relative.

    >>> uri_of("a b/ü:.py")
    ('a%20b/%C3%BC%3A.py', True)
    """
    from pathlib import Path
    from urllib.parse import quote

    if os.path.isabs(path):
        return Path(path).as_uri(), False
    return quote(os.fsencode(Path(path).as_posix())), True
