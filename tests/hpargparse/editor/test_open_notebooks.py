"""The code of notebooks is found in the cells that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpargparse.editor.workspace import Cell, OpenNotebook, Workspace
from tests.notebooks import notebook

if TYPE_CHECKING:
    from pathlib import Path


def test_a_cell_while_it_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_bytes(notebook("1"))
    workspace = Workspace([str(tmp_path)])

    def calls(*texts: str) -> list[tuple[str, str, int]]:
        cells = [Cell(f"#{number}", text, is_code=True) for number, text in enumerate(texts)]
        opened = OpenNotebook(str(path), [Cell("#", "# Title", is_code=False), *cells])
        root = workspace.edit(str(path), opened.text)
        return [
            (call.name, uri, call.line - above)
            for call in root.view.occurrences("_")
            for uri, above in [opened.locate(call.line)]
        ]

    good = "from hpman.m import _\n_('lr', 1)", "_('lr')"
    assert calls(*good) == [("lr", "#0", 2), ("lr", "#1", 1)]
    assert calls(good[0], "x = (", "\n_('lr')") == [("lr", "#0", 2), ("lr", "#2", 2)]
    assert calls(good[0], "x = (", "", "_('lr'") == [("lr", "#0", 2), ("lr", "#3", 1)]
    assert calls() == []
