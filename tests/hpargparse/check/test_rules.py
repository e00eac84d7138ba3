"""The rules: what one finding says, where another one says it already, and many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from hpargparse.check.ownership import Owned
from hpargparse.check.rules import find_problems
from hpargparse.check.sources import read_project
from hpman import HpmanError, HyperParameterManager
from hpman.programs import Project

if TYPE_CHECKING:
    from pathlib import Path

    from hpman import Diagnostic

IMPORT = "from hpman.m import _\n"
# What `parse_file` refuses, and the check finds under the same codes.
REFUSED = ("HPM001", "HPM101", "HPM102", "HPM103", "HPM201", "HPM203")


def _check(path: Path) -> list[Diagnostic]:
    return find_problems(Owned().update(*read_project(Project([str(path)]))))


def _found(folder: Path, text: str) -> list[Diagnostic]:
    path = folder / "a.py"
    path.write_text(IMPORT + text)
    return _check(path)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param("def f(_): _(x, h=h)", ["HPM301"], id="a hidden call with other faults"),
        pytest.param("_(x, h=h)", ["HPM102", "HPM103"], id="two faults of one call"),
        pytest.param("_('a', 1, h=h); _('a')", ["HPM103"], id="a definition with a faulty hint"),
        pytest.param("_('a', required=h); _('a')", ["HPM103"], id="required, perhaps"),
        pytest.param("_('a', 1, 2); _('a')", ["HPM101"], id="a definition with too much"),
        pytest.param("_('a', 1, h=h); _('a', 2)", ["HPM103", "HPM201"], id="two causes"),
        pytest.param(
            "_('opt', {'lr': 1}); _('opt.lr', 2)", ["HPM203"], id="a key of a dict beside a name"
        ),
        pytest.param("_('a', 1); _('a.b')", ["HPM203"], id="a use below a leaf"),
        pytest.param(f"_('{'a.' * 250}a', 1)", ["HPM203"], id="more parts than a name may have"),
        pytest.param("_('weight_decay', 1); _('weight-decay', 2)", ["HPM204"], id="one option"),
        pytest.param("_('a', 3, range=[2, 1], choices=3)", ["HPM207"] * 2, id="malformed hints"),
        pytest.param("_('a', x, range=[2, 1])", ["HPM104", "HPM207"], id="malformed, no literal"),
        pytest.param("def f(_): _('a', 1)\n_('a')", ["HPM301"], id="defined by a hidden call"),
        pytest.param("_('weight_decay', 1); _('weight_deacy')", ["HPM202"], id="undefined slip"),
        pytest.param("_('a', range=[2, 1])", ["HPM202", "HPM207"], id="hints of a use"),
        pytest.param("_('a', range=[0, 1])", ["HPM202"], id="sound hints of a use"),
    ],
)
def test_one_cause_is_reported_once(text: str, codes: list[str], tmp_path: Path) -> None:
    assert [finding.code for finding in _found(tmp_path, text)] == codes


def test_findings_stand_in_the_order_of_their_places(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text(f"{IMPORT}_(x)")
    (tmp_path / "a.py").write_text(f"{IMPORT}_('z')\n_(y); _('a b ', x)")
    places = [(finding.path, finding.line, finding.code) for finding in _check(tmp_path)]
    assert [(path and path[-4:], line, code) for path, line, code in places] == [
        ("a.py", 2, "HPM202"),
        ("a.py", 3, "HPM102"),
        ("a.py", 3, "HPM105"),
        ("a.py", 3, "HPM104"),
        ("b.py", 2, "HPM102"),
    ]


def test_a_name_far_down_the_list_is_found_without_a_suggestion(tmp_path: Path) -> None:
    found = _found(tmp_path, "_('name', 1)\n" + "".join(f"_('nam{i}x')\n" for i in range(102)))
    assert "Did you mean" in found[99].advice
    assert "Did you mean" not in found[100].advice


@given(
    st.lists(
        st.sampled_from(
            [
                *("_('a', 1)", "_('a')", "_('a.b', 1)", "_('a.b')", "_('a.b.c', x)", "_('c', 2)"),
                *("_(x)", "_()", "_('d', h=h)", "_('a', 1, h=h)", "x = _"),
                *("hp('a', 1)", "hp('a.b', 2)", "hp()"),
            ]
        ),
        max_size=6,
    )
)
def test_what_parsing_refuses_is_found_by_the_check(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.mktemp("tree") / "a.py"
    path.write_text("from hpman.m import _, hp\n" + "\n".join(lines))
    found = {(finding.code, finding.placeholder) for finding in _check(path)}
    refused = set()
    for placeholder in ("_", "hp"):
        try:
            HyperParameterManager(placeholder).parse_file(path)
        except HpmanError as error:
            refused |= {(problem.code, placeholder) for problem in error.diagnostics}
    assert {row for row in found if row[0] in REFUSED} == refused
