"""A rename changes each name and nothing else: by a scan, by loading files, by running."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, strategies as st

from hpargparse.edits import write_files
from hpargparse.rename.plan import plan
from hpargparse.rename.renaming import Renaming
from hpman import HpmanError, m
from hpman.literals import show_literal
from hpman.programs import index_program
from tests.properties.rename_projects import check, project_of
from tests.strategies import names as any_names, programs

if TYPE_CHECKING:
    from pathlib import Path

    from hpman import Index
    from tests.strategies import Program

# What precedes the text, the encoding, and the ends of lines.
_FORMS = st.sampled_from(
    [
        ("", "utf-8", "\n"),
        ("", "utf-8", "\r\n"),
        ("\ufeff", "utf-8", "\n"),
        ("# coding: latin-1\n", "latin-1", "\r\n"),
        ("#!\n# coding: shift_jis\n", "shift_jis", "\n"),
    ]
)
_NEW = st.one_of(
    any_names, st.sampled_from(["rate", "a.b", "é", "x'y", 'x"y', "x\\y", "超参", "😀"])
)


def _facts(index: Index, renaming: Renaming | None = None) -> list[Any]:
    def of(owner: str, name: Any) -> Any:
        return renaming.of(name) if renaming and owner == renaming.placeholder else name

    calls = [call for owner in sorted(index.placeholders()) for call in index.occurrences(owner)]
    mentions = [row for owner in sorted(index.mentioned()) for row in index.mentions(owner)]
    return [
        [
            (row.placeholder, of(row.placeholder, row.name), row.text, show_literal(row.hints))
            for row in calls
        ],
        [(row.kind, row.name and of(row.placeholder, row.name)) for row in mentions],
    ]


@given(programs(), _FORMS, _NEW, st.data())
def test_the_index_is_the_one_before_with_the_name_replaced(
    tmp_path_factory: pytest.TempPathFactory,
    program: Program,
    form: tuple[str, str, str],
    new: str,
    data: st.DataObject,
) -> None:
    head, encoding, newline = form
    text = head + program.text
    assume("\r" not in text and program.calls)
    try:
        before = text.replace("\n", newline).encode(encoding)
    except UnicodeEncodeError:
        assume(False)
    path: Path = tmp_path_factory.getbasetemp() / "renamed.py"
    path.write_bytes(before)
    index = index_program(str(path))
    call = data.draw(st.sampled_from(program.calls))[0]
    try:
        result = plan(call.name, new, [str(path)])
    except HpmanError:
        return
    write_files(result.files)
    renaming = Renaming(call.placeholder, call.name, new, index)
    assert _facts(index_program(str(path))) == _facts(index, renaming)


@pytest.mark.filterwarnings("ignore")
@given(st.integers(0, 10**9))
def test_a_program_shows_the_same_after_a_rename(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)
        for name in ("_", "hp", "P"):
            patch.setitem(vars(m), name, None)  # they are as before afterwards
        check(tmp_path_factory.getbasetemp() / "project", project_of(seed))
