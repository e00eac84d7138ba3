"""The tables of `docs/explanation/comparison.md` are those of `benchmarks.conformance`."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import pytest

from benchmarks.conformance.__main__ import TABLES, table
from benchmarks.conformance.asking import Asker

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "comparison.md"


def _tables() -> dict[str, list[list[str]]]:
    """Return the rows of the tables in the page that a program made."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    groups = (list(group) for is_row, group in groupby(lines, lambda x: x[:1] == "|") if is_row)
    rows = [[row.removeprefix("| ").removesuffix(" |").split(" | ") for row in g] for g in groups]
    return dict(zip(TABLES, rows[1:], strict=True))


@pytest.mark.parametrize("name", TABLES)
def test_the_page_has_all_rows_and_columns(name: str) -> None:
    (_corner, *heads), _rule, version, *rows = _tables()[name]
    peers, promises = TABLES[name]
    assert heads == [peer.name for peer in peers]
    assert version[0] == "version"
    texts = [row[0] for row in rows if row[0] != "lines of the program"]
    assert texts == [promise.text for promise in promises]
    assert {len(row) for row in rows} == {len(heads) + 1}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_our_column_is_what_our_program_does(name: str) -> None:
    peers, promises = TABLES[name]
    with ThreadPoolExecutor(2) as pool:
        rows = list(table([Asker(peers[0], sys.executable)], promises, pool))
    assert rows == [row[:2] for row in _tables()[name]]
