"""Findings as workflow commands, which GitHub shows beside the lines of a change.

Owns their layout and their escapes; knows not how a finding was found.
"""

from __future__ import annotations

from hpman._text import relative_path

from .registry import CATALOGUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .findings import Finding


def github_report(findings: Sequence[Finding]) -> str:
    """Write one workflow command for each finding.

    Args:
        findings: the findings, in order.

    >>> github_report([])
    ''
    """
    return "".join(f"{_command(each)}\n" for each in findings)


def _command(found: Finding) -> str:
    """Write one finding."""
    rule = CATALOGUE[found.code]
    fields: dict[str, object] = {"file": relative_path(found.source.path), "line": found.line}
    if found.end_line in (None, found.line):  # columns of one line only
        fields |= {"col": found.column, "endColumn": found.end_column}
    else:
        fields |= {"endLine": found.end_line}
    fields["title"] = f"{found.code} {rule.name}"
    properties = ",".join(
        f"{key}={_escaped(str(value), in_property=True)}"
        for key, value in fields.items()
        if value is not None
    )
    return f"::{rule.severity} {properties}::{_escaped(f'{found.message} {found.advice}')}"


def _escaped(text: str, *, in_property: bool = False) -> str:
    r"""Escape what would end a command, or a property of one.

    >>> _escaped("50%\n: a,b"), _escaped("a:b,c", in_property=True)
    ('50%25%0A: a,b', 'a%3Ab%2Cc')
    """
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
