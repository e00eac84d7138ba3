"""Which codes are wanted: for all files, for some files, and for a line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hpargparse.check.findings import Finding
from hpargparse.check.registry import CATALOGUE
from hpargparse.check.selection import Selection, UnknownCodeError, known, rules_of, silenced_lines
from hpman import Source

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = [*CATALOGUE]


def _found(
    code: str, text: str = "", lines: tuple[int, int] | None = None, path: str = "a.py"
) -> Finding:
    return Finding(code, "No.", "Mend it.", Source(path, text), lines and lines[0], lines=lines)


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        pytest.param((), (), EVERY, id="all"),
        pytest.param(("HPM",), (), EVERY, id="all, said so"),
        pytest.param(("HPM10",), (), [c for c in EVERY if c[:5] == "HPM10"], id="beginning"),
        pytest.param(("HPM0", "HPM30"), ("HPM301",), ["HPM001"], id="both"),
        pytest.param(("HPM201",), ("HPM2",), ["HPM201"], id="the longer one wins"),
        pytest.param(("HPM201",), ("HPM201",), [], id="of two as long, that which ignores"),
        pytest.param((), ("HPM",), [], id="none"),
    ],
)
def test_codes_are_selected_by_their_beginnings(
    select: tuple[str, ...], ignore: tuple[str, ...], codes: list[str]
) -> None:
    assert Selection(select, ignore).codes() == codes


@pytest.mark.parametrize("text", ["HPM9", "E501", "HPM1011", "102", "HPM101;HPM102", "", ","])
def test_what_no_code_begins_with_is_refused(text: str) -> None:
    with pytest.raises(UnknownCodeError, match="is the code of no rule; "):
        known([text])


@pytest.mark.parametrize("read", [known, rules_of])
def test_all_that_is_no_code_is_told_at_once(read: Callable[[list[str]], object]) -> None:
    with pytest.raises(UnknownCodeError) as refused:
        read(["E501", "HPM101", "X1", "E501"])
    first, second = str(refused.value).splitlines()
    assert first.startswith("'E501' is the code of no rule; ")
    assert second.startswith("'X1' is the code of no rule; ")


def test_a_rule_may_be_given_by_its_name_and_each_by_all() -> None:
    assert known(["default-not-literal, Leaf-And-Branch", "all"]) == ("HPM104", "HPM203", "HPM")


@pytest.mark.parametrize("text", ["", "HPM1", "HPM", "no-such-rule"])
def test_a_rule_is_named_in_full(text: str) -> None:
    with pytest.raises(UnknownCodeError):
        rules_of([text])


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
    assert silenced_lines(f"_(x)  {comment}\n") == {1: codes}


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
    assert silenced_lines(text) == {}


def test_what_cannot_be_split_into_tokens_counts_up_to_there() -> None:
    assert silenced_lines("x = 1  # noqa\ny = (\n") == {1: ("",)}


@pytest.mark.parametrize(
    ("line", "is_wanted"), [(1, True), (2, False), (3, False), (4, False), (5, True)]
)
def test_a_comment_at_any_line_of_the_call_counts(line: int, is_wanted: bool) -> None:
    text = "".join("pass # noqa\n" if each == line else "pass\n" for each in range(1, 6))
    assert Selection().wants()(_found("HPM102", text, (2, 4))) == is_wanted


def test_a_comment_silences_the_codes_that_it_names() -> None:
    wanted = Selection().wants()
    text = "_(x)  # noqa: HPM102"
    assert not wanted(_found("HPM102", text, (1, 1)))
    assert wanted(_found("HPM103", text, (1, 1)))


def test_no_comment_silences_a_file_that_cannot_be_read() -> None:
    assert Selection().wants()(_found("HPM001", "# noqa"))


@pytest.mark.parametrize(
    ("glob", "path", "is_wanted"),
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
def test_a_file_may_leave_codes_out(glob: str, path: str, is_wanted: bool) -> None:
    here = os.path.join(os.getcwd(), "project")
    wanted = Selection(per_file=((glob, ("HPM1",)),), folder=here).wants()
    assert wanted(_found("HPM102", path=os.path.join(here, path))) == is_wanted
    assert wanted(_found("HPM201", path=os.path.join(here, path)))
