"""What the commands show of a notebook, and how they edit it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from hpargparse.commands.hpman import main
from tests.notebooks import notebook

if TYPE_CHECKING:
    from pathlib import Path

IMPORT = "from hpman.m import _"
CELLS = (IMPORT, ("markdown", "# lr"), "!ls\n_('lr', 1e-3)", "print(_('lr'))")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _output(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> str:
    ended = 0
    try:
        main(list(args))
    except SystemExit as error:
        ended = error.code if isinstance(error.code, int) else int(error.code is not None)
    assert ended == status
    return capsys.readouterr().out


def test_reports_of_findings_name_the_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nb.ipynb").write_bytes(notebook(*CELLS, "\n_('lr', 2)"))
    text = _output(capsys, "check", status=1)
    assert "nb.ipynb:cell 5:2:1: HPM201 " in text
    assert "\n    2 | _('lr', 2)\n" in text
    (finding,) = json.loads(_output(capsys, "check", "--format", "json", status=1))["findings"]
    place = [finding[key] for key in ("path", "cell", "line", "column", "end_line")]
    assert place == ["nb.ipynb", 5, 2, 1, 2]
    assert (finding["related"][0]["cell"], finding["related"][0]["line"]) == (3, 2)
    github = _output(capsys, "check", "--format", "github", status=1)
    assert github.startswith("::error file=nb.ipynb,title=HPM201 ")
    assert "::cell 5:2: " in github
    (result,) = json.loads(_output(capsys, "check", "--format", "sarif", status=1))["runs"][0][
        "results"
    ]
    assert result["message"]["text"].startswith("cell 5:2: ")
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_a_notebook_that_cannot_be_read_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nb.ipynb").write_bytes(b"{}")
    assert "nb.ipynb:1:1: HPM001 Cannot parse this file: it is not a notebook." in (
        _output(capsys, "check", "nb.ipynb", status=1)
    )


def test_explain_and_docs_name_the_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nb.ipynb").write_bytes(notebook(*CELLS))
    text = _output(capsys, "explain", "lr")
    assert "defined at nb.ipynb:cell 3:2:1\n    1: !ls\n==> 2: _('lr', 1e-3)" in text
    (row,) = json.loads(_output(capsys, "explain", "lr", "--format", "json"))
    assert (row["uses"][0]["cell"], row["uses"][0]["line"]) == (4, 1)
    assert "| nb.ipynb:cell 3:2 | nb.ipynb:cell 4:1 |" in _output(capsys, "docs")
    assert "  ./nb.ipynb:cell 3:2" in _output(capsys, "list", "--hp-detail")


def test_a_rename_edits_cells_and_a_diff_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_bytes(notebook(*CELLS))
    for args in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *args]
        subprocess.run(command, check=True, timeout=60)
    _output(capsys, "rename", "lr", "rate", "--write")
    new = (*CELLS[:2], "!ls\n_('rate', 1e-3)", "print(_('rate'))")
    assert path.read_bytes() == notebook(*new)
    text = "+ rate = 1e-3  nb.ipynb:cell 3:2\n- lr = 1e-3    nb.ipynb:cell 3:2\n"
    assert _output(capsys, "diff", "HEAD").startswith(text)
    changes = json.loads(_output(capsys, "diff", "HEAD", "--format", "json"))["changes"]
    assert changes[0]["new"]["place"] == {"path": "nb.ipynb", "cell": 3, "line": 2, "column": 1}
