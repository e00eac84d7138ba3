"""Findings as text, as workflow commands, as JSON and as SARIF."""

from __future__ import annotations

import json
import os

import pytest

from hpargparse.check.reports import (
    github_report,
    json_report,
    sarif_report,
    text_report,
    uri_of,
)
from hpman import Diagnostic, HyperParameterManager, Source

SOURCE = Source("a.py", "x = 1\n_(\n  x)\n")
FOUND = Diagnostic("HPM102", "No.", "Fix it.", "a.py", 2, 1, None, (), SOURCE, "_", 3, 5)
WHOLE = Diagnostic("HPM001", "No.", "Fix it.", "b.py", source=Source("b.py", ""))


def test_a_terminal_gets_colours() -> None:
    text = text_report([FOUND, WHOLE], 2, is_coloured=True)
    assert "\x1b[1ma.py:2:1:\x1b[0m \x1b[31mHPM102\x1b[0m No." in text
    plain = text_report([FOUND, WHOLE], 2)
    assert "\x1b" not in plain
    warning = FOUND.replace(code="HPM104", severity="warning")
    assert "\x1b[33mHPM104" in text_report([warning], 1, is_coloured=True)


def test_a_file_as_a_whole_has_no_excerpt() -> None:
    assert text_report([WHOLE], 1).startswith("b.py: HPM001 No.\n    Fix it.\nFound 1 problem")


def test_a_line_behind_the_end_has_no_excerpt() -> None:
    assert text_report([FOUND.replace(line=9)], 1).startswith("a.py:9:1: HPM102 No.\n    Fix")


@pytest.mark.parametrize(
    ("found", "says"),
    [
        pytest.param([FOUND], "Found 1 problem (1 error) in 1 file.", id="one"),
        pytest.param(
            [FOUND, FOUND.replace(code="HPM104", severity="warning"), WHOLE],
            "Found 3 problems (2 errors, 1 warning) in 2 files.",
            id="several",
        ),
        pytest.param([FOUND.replace(severity="warning")], "(1 warning)", id="warning"),
    ],
)
def test_the_last_line_counts(found: list[Diagnostic], says: str) -> None:
    assert says in text_report(found, 3).splitlines()[-1]


def test_a_call_over_lines_has_lines_and_no_columns_on_github() -> None:
    assert github_report([FOUND, WHOLE]) == (
        "::error file=a.py,line=2,endLine=3,title=HPM102 name-not-literal::No. Fix it.\n"
        "::error file=b.py,title=HPM001 unreadable-file::No. Fix it.\n"
    )


def test_a_path_of_any_kind_is_escaped_on_github() -> None:
    found = WHOLE.replace(path="a,b:c%\n\r.py", message="50%\nof :: it,")
    assert github_report([found]) == (
        "::error file=a%2Cb%3Ac%25\\n\\r.py,title=HPM001 unreadable-file::"
        "50%25\\nof :: it, Fix it.\n"
    )


def test_what_is_not_known_is_null_in_json() -> None:
    (found,) = json.loads(json_report([WHOLE], 1))["findings"]
    assert (found["line"], found["end_column"], found["name"]) == (None, None, None)


def test_a_file_as_a_whole_has_no_region_in_sarif() -> None:
    (run,) = json.loads(sarif_report([WHOLE]))["runs"]
    assert run["results"][0]["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "b.py", "uriBaseId": "%SRCROOT%"}}}
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such paths")
@pytest.mark.parametrize(
    ("path", "uri"),
    [
        pytest.param("a/b.py", ("a/b.py", True), id="relative"),
        pytest.param("../b.py", ("../b.py", True), id="above"),
        pytest.param("a b?#%.py", ("a%20b%3F%23%25.py", True), id="reserved"),
        pytest.param("a:b.py", ("a%3Ab.py", True), id="colon is no scheme"),
        pytest.param("a\nb.py", ("a%0Ab.py", True), id="newline"),
        pytest.param("\udcff.py", ("%FF.py", True), id="no UTF-8"),
        pytest.param("a\\b.py", ("a%5Cb.py", True), id="backslash in a name"),
        pytest.param("/a/ü.py", ("file:///a/%C3%BC.py", False), id="absolute"),
        pytest.param("/\udcff.py", ("file:///%FF.py", False), id="absolute and no UTF-8"),
    ],
)
def test_a_path_becomes_a_uri(path: str, uri: tuple[str, bool]) -> None:
    assert uri_of(path) == uri


def test_no_report_holds_a_character_that_cannot_be_printed() -> None:
    odd = "a\x1b\x85\u202eb"
    source = Source(f"{odd}.py", f"_('{odd}', 1)\n_('{odd}', 2)")
    index = HyperParameterManager("_").parse_source("_('a', 1)").index
    call = index.named("_", "a")[0].replace(source=source)
    finding = Diagnostic(
        *("HPM201", f"`{odd}`.", f"Rename {odd}.", f"{odd}.py", 2, 1, odd, (call,)),
        source=source,
    )
    reports = [
        text_report([finding], 1),
        github_report([finding]),
        json_report([finding], 1),
        sarif_report([finding]),
    ]
    assert [
        line for report in reports for line in report.split("\n") if not line.isprintable()
    ] == []
    assert json.loads(reports[2])["findings"][0]["path"] == f"{odd}.py"
