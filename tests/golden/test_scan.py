"""Small trees of sources, and what a scan finds in them.

Each file below `scan` is one case: why it exists, how to scan it, the files of a
tree after lines `--- PATH`, and the expected output after `--- expected`. An
`(escaped)` file is written in Python's string escapes, line breaks included.
`pytest tests/golden --update-golden` rewrites the expected output: read the difference.
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

CASES = sorted(Path(__file__).parent.glob("scan/*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_scan_finds_what_is_expected(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    options, files, expected = _read(case)
    if sys.version_info < tuple(options.get("since", [])):
        pytest.skip(f"the case needs Python {options['since']}")
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    monkeypatch.chdir(tmp_path)
    actual = _scan(options)
    if request.config.getoption("--update-golden"):
        kept = case.read_bytes().decode().rpartition("--- expected\n")[0]
        case.write_bytes(f"{kept}--- expected\n{actual}".encode())
    else:
        assert actual == expected


def test_every_case_says_why_it_exists() -> None:
    reasons = [_read(case)[0]["why"] for case in CASES]
    assert len(set(reasons)) == len(reasons) >= 80


def _read(case: Path) -> tuple[dict[str, Any], dict[str, bytes], str]:
    """Return the options, the files and the expected output of a case."""
    head, *parts = ("\n" + case.read_bytes().decode()).split("\n--- ")
    why, *settings = head.strip().split("\n")
    options = {key: json.loads(value) for key, value in (line.split(": ", 1) for line in settings)}
    options["why"] = why.removeprefix("why: ")
    *files, expected = (part.partition("\n") for part in parts)
    assert expected[0] == "expected"
    contents = dict(_content(title, text + end) for title, end, text in files)
    return options, contents, expected[2]


def _content(title: str, text: str) -> tuple[str, bytes]:
    name = title.removesuffix(" (escaped)")
    if name == title:
        return name, text.encode()
    escaped = text.replace("\n", "")  # every line break of the file is written as an escape
    return name, escaped.encode().decode("unicode_escape").encode("latin-1")


def _scan(options: dict[str, Any]) -> str:
    placeholders = options.get("placeholders", ["_"])
    index = index_of(
        options.get("paths", ["."]),
        placeholders,
        options.get("exclude", ()),
        follow_imports=options.get("follow_imports", False),
    )
    files = index.files.values()
    complained = {problem.placeholder or "_" for file in files for problem in file.diagnostics}
    lines: dict[str, None] = {}  # what is wrong with a file is wrong for each manager
    managers = sorted(index.placeholders() | complained | set(placeholders))
    for placeholder in managers:
        lines |= dict.fromkeys(map(_occurrence, index.occurrences(placeholder)))
    for placeholder in managers:
        lines |= dict.fromkeys(map(_problem, violations(index, placeholder, files)))
    return "".join(f"{line}\n" for line in lines)


def _occurrence(row: Occurrence) -> str:
    place = f"{_path(row.path)}:{row.line}:{row.column}-{row.end_line}:{row.end_column}"
    value = "" if row.value is EMPTY else f" = {_value(row.value)}"
    hints = f" {row.hints}" if row.hints else ""
    return f"{place} {row.placeholder}({row.name!a}){value}{hints}"


def _value(value: object) -> str:
    if isinstance(value, NotLiteralEvaluable):
        return f"<{value.expression!r}>"
    return repr(value).encode("ascii", "backslashreplace").decode()


def _problem(row: Diagnostic) -> str:
    # What Python's parser says, and its column, differ from version to version.
    if row.code == "HPM001":
        return f"{_path(row.path)}:{row.line} {row.code}"
    others = "".join(f" {_path(o.path)}:{o.line}" for o in row.occurrences)
    return f"{_path(row.path)}:{row.line}:{row.column} {row.code} {row.message}{others}"


def _path(path: str | None) -> str:
    return Path(path or "").as_posix()
