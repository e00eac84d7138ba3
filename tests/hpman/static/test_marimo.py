"""Names in notebooks of marimo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpargparse.check.checker import Checker
from hpargparse.check.config import Settings
from hpman import index_of

if TYPE_CHECKING:
    from pathlib import Path

SHARED = """\
import marimo

app = marimo.App()


@app.cell
def _(hp):
    lr = hp("lr", 1e-3)
    return (lr,)


@app.cell(hide_code=True)
async def named():
    from hpman.m import hp
    return (hp,)


@app.function
def function(hp):
    return hp("other", 1)


@app.cell
def _(hp, lr):
    hp("depth", 3), lr
"""
PRIVATE = """\
import marimo

app = marimo.App()


@app.cell
def _():
    from hpman.m import _
    _("lr", 1e-3)
    return


@app.cell
def _():
    _x = 1
    _("depth", 3)
    return
"""


def _findings(path: Path) -> list[str]:
    findings = Checker([str(path)], Settings()).findings()
    return [f"{row.line} {row.code} {row.message} {row.advice}" for row in findings]


def test_a_manager_that_a_cell_gets_as_an_argument_counts(tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text(SHARED)
    index = index_of(path)
    assert [(call.name, call.line) for call in index.occurrences("hp") if not call.hidden_by] == [
        ("lr", 8),
        ("depth", 25),
    ]


def test_a_private_name_is_reported_in_other_cells(tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text(PRIVATE)
    (finding,) = _findings(path)
    assert finding == (
        "16 HPM302 `_` is private to the cell of marimo that binds it, so the call raises "
        "NameError. Use a name without a leading underscore: `from hpman.m import hp`."
    )
    path.write_text(SHARED.replace('    return hp("other", 1)', "    return hp"))
    assert _findings(path) == []
