"""The code of notebooks is found in cells that are open, and in files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given, strategies as st

from hpargparse.editor.answers import name_place
from hpargparse.editor.cells import Cell, NotebookFile, OpenNotebook
from hpargparse.editor.places import Lines
from hpargparse.editor.workspace import Workspace
from hpman.edits import scan_bytes
from tests.notebooks import notebook

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = (
    "x = '😀é\\u20ac', _('lr😀\\\\ \"', 1)\r\n\n_('lr')",
    "!ls\n_('a', 1), _('b', 2)\n",
    "# Title",
    "",
    "%%bash\n_('no', 1)",
    "if _('lr'):\r  _('\\t', 3)",
)


@given(
    st.lists(st.sampled_from(TEXTS), max_size=4),
    st.booleans(),
    st.sampled_from([None, 1, 4]),
    st.sampled_from(["lines", "text", "characters"]),
)
def test_a_name_in_a_file(texts: list[str], is_ascii: bool, indent: int | None, way: str) -> None:
    cells: list[object] = [{"cell_type": "markdown", "source": []}]
    for text in texts:
        split = {"lines": text.splitlines(keepends=True), "text": text, "characters": [*text]}
        cells.append({"cell_type": "code", "outputs": ["_('lr')"], "source": split[way]})
    document = {"cells": cells, "nbformat": 4}
    file_text = json.dumps(document, ensure_ascii=is_ascii, indent=indent)
    scan = scan_bytes("a.ipynb", file_text.encode(), frozenset("_"))
    file, lines = NotebookFile(file_text), Lines(file_text)
    for call in scan.occurrences:
        place = name_place(call)
        span = file.span(call.source, place.span)
        part = file_text[lines.offset(*span[:2]) : lines.offset(*span[2:])]
        found = "".join(json.loads(f'["{part}"]'))
        assert found == call.source.between(*place.span)


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
