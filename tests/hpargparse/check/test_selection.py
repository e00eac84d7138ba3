"""Which codes are wanted: for all files, for some files, and for a line."""

from __future__ import annotations

import os

import pytest

from hpargparse.check.config import Settings
from hpargparse.check.registry import RULES, read_codes
from hpargparse.check.selection import noqa_lines, select
from hpargparse.errors import SettingsError
from hpman import Diagnostic, Source
from hpman.occurrence import FaultyCall

EVERY = [*RULES]


def _is_reported(
    settings: Settings,
    code: str,
    text: str = "",
    lines: tuple[int, int] | None = None,
    path: str = "a.py",
) -> bool:
    start, end = lines or (None, None)
    finding = Diagnostic(code, "No.", "Fix it.", path, start, source=Source(path, text))
    finding = finding.replace(end_line=end)
    return select([finding], settings) == [finding]


@pytest.mark.parametrize(
    ("selected", "ignore", "codes"),
    [
        pytest.param((), (), EVERY, id="all"),
        pytest.param(("HPM",), (), EVERY, id="all, said so"),
        pytest.param(("HPM10",), (), [c for c in EVERY if c[:5] == "HPM10"], id="beginning"),
        pytest.param(("HPM0", "HPM30"), ("HPM301",), ["HPM001", "HPM302"], id="both"),
        pytest.param(("HPM201",), ("HPM2",), ["HPM201"], id="the longer one wins"),
        pytest.param(("HPM201",), ("HPM201",), [], id="of two as long, that which ignores"),
        pytest.param((), ("HPM",), [], id="none"),
    ],
)
def test_codes_are_selected_by_their_beginnings(
    selected: tuple[str, ...], ignore: tuple[str, ...], codes: list[str]
) -> None:
    findings = [Diagnostic(code, "No.", "Fix it.", "a.py") for code in EVERY]
    settings = Settings(selected, ignore)
    assert [finding.code for finding in select(findings, settings)] == codes


@pytest.mark.parametrize("text", ["HPM9", "E501", "HPM1011", "102", "HPM101;HPM102", "", ","])
def test_what_is_not_a_prefix_of_a_code_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="is not a code; "):
        read_codes([text])


def test_every_invalid_code_is_reported_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        read_codes(["E501", "HPM101", "X1", "E501"])
    first, second = str(refused.value).splitlines()
    assert first.startswith("'E501' is not a code; ")
    assert second.startswith("'X1' is not a code; ")


def test_a_rule_may_be_named_and_all_means_every_rule() -> None:
    codes = read_codes(["default-not-literal, Leaf-And-Branch", "all"])
    assert codes == ("HPM104", "HPM203", "HPM")


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa", ("",)),
        ("#noqa", ("",)),
        ("# NoQA", ("",)),
        ("# noqa: HPM102", ("HPM102",)),
        ("# noqa:hpm102", ("HPM102",)),
        ("# noqa : HPM102 , HPM201", ("HPM102", "HPM201")),
        ("# noqa: HPM102 HPM201", ("HPM102", "HPM201")),
        ("# noqa: E501,HPM102", ("E501", "HPM102")),
        ("# noqa: HPM102 - it is computed", ("HPM102",)),
        ("# type: ignore[x] # noqa: HPM1", ("HPM1",)),
        ("# pylint: disable=all  # noqa", ("",)),
        ("# noqa: it is computed", ("",)),
        ("# noqa: E501", ("E501",)),
    ],
)
def test_a_comment_names_the_codes_that_it_silences(comment: str, codes: tuple[str, ...]) -> None:
    assert noqa_lines(f"_(x)  {comment}\n") == {1: codes}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = 1\n", id="no word of it"),
        pytest.param("x = '# noqa'\n", id="string"),
        pytest.param('"""\n# noqa\n"""\n', id="string of several lines"),
        pytest.param("x = 1  # see noqas\n", id="another word"),
        pytest.param("x = 1  # noqaX\n", id="longer word"),
        pytest.param("noqa = 1\n", id="name"),
    ],
)
def test_what_is_no_such_comment_silences_nothing(text: str) -> None:
    assert noqa_lines(text) == {}


def test_what_cannot_be_split_into_tokens_counts_up_to_there() -> None:
    assert noqa_lines("x = 1  # noqa\ny = (\n") == {1: ("",)}


@pytest.mark.parametrize(
    ("line", "is_reported"), [(1, True), (2, False), (3, False), (4, False), (5, True)]
)
def test_a_comment_at_any_line_of_the_call_counts(line: int, is_reported: bool) -> None:
    text = "".join("pass # noqa\n" if number == line else "pass\n" for number in range(1, 6))
    assert _is_reported(Settings(), "HPM102", text, (2, 4)) == is_reported


def test_a_comment_at_any_line_of_the_call_around_counts() -> None:
    source = Source("a.py", "_(\n  'a',\n  h=h,\n)  # noqa")
    call = FaultyCall(1, 1, 4, 2)
    finding = Diagnostic("HPM103", "No.", "Fix it.", "a.py", 3, 5, source=source, end_line=3)
    assert select([finding, finding.replace(call=call)], Settings()) == [finding]


def test_a_comment_silences_the_codes_that_it_names() -> None:
    text = "_(x)  # noqa: HPM102"
    assert not _is_reported(Settings(), "HPM102", text, (1, 1))
    assert _is_reported(Settings(), "HPM103", text, (1, 1))


def test_no_comment_silences_a_file_that_cannot_be_parsed() -> None:
    assert _is_reported(Settings(), "HPM001", "# noqa")


@pytest.mark.parametrize(
    ("glob", "path", "is_reported"),
    [
        ("tests/**", "tests/a.py", False),
        ("tests/**", "tests/deep/a.py", False),
        ("a.py", "tests/deep/a.py", False),
        ("tests/*.py", "tests/deep/a.py", True),
        ("tests", "tests/deep/a.py", False),
        ("tests/", "tests/a.py", False),
        ("tests", "lib/tests/a.py", False),
        ("tests", "my_tests/a.py", True),
        ("lib/tests", "lib/tests/deep/a.py", False),
        ("lib/tests/", "tests/a.py", True),
        ("te*", "tests/deep/a.py", False),
        ("b.py", "tests/a.py", True),
        ("**", "../elsewhere/a.py", True),
    ],
)
def test_a_file_may_leave_codes_out(glob: str, path: str, is_reported: bool) -> None:
    here = os.path.join(os.getcwd(), "project")
    settings = Settings(per_file_ignores=((glob, ("HPM1",)),), folder=here)
    path = os.path.join(here, path)
    assert _is_reported(settings, "HPM102", path=path) == is_reported
    assert _is_reported(settings, "HPM201", path=path)
