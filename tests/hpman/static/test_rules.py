"""What must hold among the occurrences of one hyperparameter, and of all."""

from __future__ import annotations

import pytest

from hpman import HyperParameterManager, ImpossibleTree
from hpman.static.index import Index
from hpman.static.rules import violations
from hpman.static.scan import scan_text

PLACEHOLDERS = frozenset({"_", "hp"})


def _violations(*texts: str, placeholder: str = "_") -> list[tuple[str, str]]:
    files = [scan_text(text, f"{name}.py", PLACEHOLDERS) for name, text in zip("abcdef", texts)]  # noqa: B905
    index = Index().swap(files)
    return [(problem.code, problem.place) for problem in violations(index, placeholder, files)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('_("a", 1); _("a"); _("b")', id="one default"),
        pytest.param('_("a", 1); hp("a", 2)', id="one default per manager"),
        pytest.param('_("a.b", 1); _("a.c", 1); _("ab", 1)', id="siblings"),
        pytest.param('_("a.b", 1); _("a")', id="branch without a default"),
        pytest.param('_("a"); _("a.b")', id="no default at all"),
        pytest.param('_("a", 1); hp("a.b", 1)', id="leaf and branch of two managers"),
    ],
)
def test_what_fits_is_no_violation(text: str) -> None:
    assert _violations(text) == []


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        pytest.param(['_("a", 1)\n_("a", 1)'], [("HPM201", "a.py:2:1")], id="same value"),
        pytest.param(['_("a", x); _("a", 1)'], [("HPM201", "a.py:1:12")], id="no literal"),
        pytest.param(['_("a", 1)', '_("a")', '_("a", 2)'], [("HPM201", "c.py:1:1")], id="files"),
        pytest.param(['_("a.b", 1)', '_("a", 1)'], [("HPM203", "b.py:1:1")], id="branch first"),
        pytest.param(['_("a", 1)', '_("a.b")'], [("HPM203", "a.py:1:1")], id="use below a leaf"),
        pytest.param(['_("a")\n_("a", {})\n_("a.b")'], [("HPM203", "a.py:2:1")], id="definition"),
        pytest.param(
            ['_("a.b.c", 1)', '_("a", 1)', '_("a.b", 1)'],
            [("HPM203", "b.py:1:1"), ("HPM203", "c.py:1:1")],
            id="three levels",
        ),
        pytest.param(
            [f'_("{".".join("a" * 250)}", 1)\n_("{".".join("b" * 251)}", 1)'],
            [("HPM203", "a.py:2:1")],
            id="more parts than a name may have",
        ),
        pytest.param(
            ['_("a", 1)', "_(x)", '_("a", 2)', "("],
            [("HPM102", "b.py:1:1"), ("HPM201", "c.py:1:1"), ("HPM001", "d.py:1:1")],
            id="in order of files",
        ),
        pytest.param(
            ['_("a", 1, h=h, i=i)\n_("b.c", h=h)', '_("a", 2)\n_("b", 1)'],
            [
                ("HPM103", "a.py:1:11"),
                ("HPM103", "a.py:1:16"),
                ("HPM103", "a.py:2:10"),
                ("HPM201", "b.py:1:1"),
                ("HPM203", "b.py:2:1"),
            ],
            id="calls with a faulty hint",
        ),
    ],
)
def test_what_does_not_fit_is_found_where_it_stands(
    texts: list[str], found: list[tuple[str, str]]
) -> None:
    assert _violations(*texts) == found


def test_a_finding_holds_all_calls_that_take_part() -> None:
    file = scan_text('_("a", 1)\n_("a", 2)\n_("a")\n_("a", 3)', "a.py", PLACEHOLDERS)
    (found,) = violations(Index().swap([file]), "_", [file])
    assert [call.line for call in found.occurrences] == [1, 2, 4]
    assert found.name == "a"
    assert "Duplicated default values:\nFirst occurrence:\na.py:1\n==> 1:" in str(found)
    assert "Second occurrence:\na.py:2\n" in str(found)
    assert "Third occurrence:\na.py:4\n" in str(found)


def test_a_leaf_that_is_a_branch_shows_every_place() -> None:
    file = scan_text('_("a", 1)\n_("a.c", 2)\n_("a.b")', "a.py", PLACEHOLDERS)
    (found,) = violations(Index().swap([file]), "_", [file])
    assert [call.name for call in found.occurrences] == ["a", "a.c", "a.b"]
    assert "First occurrence:\na.py:1\n" in str(found)
    assert "Third occurrence:\na.py:3\n" in str(found)


def test_a_clash_is_reported_once() -> None:
    names = [".".join("a" * length) for length in range(1, 200)]
    file = scan_text("\n".join(f'_("{name}", 1)' for name in names), "a.py", PLACEHOLDERS)
    found = violations(Index().swap([file]), "_", [file])
    shown = [[call.name for call in problem.occurrences] for problem in found]
    assert shown == [names[at : at + 2] for at in range(198)]


def test_problems_of_another_manager_are_that_ones() -> None:
    assert _violations("_(x); hp(); hp('a', 1, help=h)") == [("HPM102", "a.py:1:1")]
    found = _violations("_(x); hp(); hp('a', 1, help=h)", placeholder="hp")
    assert found == [("HPM101", "a.py:1:7"), ("HPM103", "a.py:1:24")]


def test_a_call_with_faulty_hints_is_one_of_those_that_take_part() -> None:
    file = scan_text('_("a", x, h=1, i=i)\n_("a", 2)', "a.py", PLACEHOLDERS)
    hint, double = violations(Index().swap([file]), "_", [file])
    assert [(call.line, call.text, call.hints) for call in hint.occurrences] == [(1, "x", {"h": 1})]
    assert [call.line for call in double.occurrences] == [1, 2]


def test_files_that_were_there_before_are_trusted() -> None:
    old, new = (scan_text(text, name, PLACEHOLDERS) for text, name in [("_(x)", "a"), ("", "b")])
    assert violations(Index().swap([old, new]), "_", [new]) == ()


def test_a_name_of_very_many_parts_is_refused_before_it_takes_the_memory() -> None:
    manager = HyperParameterManager("_")
    with pytest.raises(ImpossibleTree, match=r"1:1: `a\.a\..{50,60}` has more than 250 parts"):
        manager.parse_source(f'_("{"a." * 100_000}a", 1)')
    assert manager.db.empty()
