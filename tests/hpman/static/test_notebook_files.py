"""The places of code in the files of notebooks."""

from __future__ import annotations

import json
import re

from hypothesis import given, strategies as st

from hpargparse.edits import Edit, replace_spans
from hpman.static.notebooks import NotebookFile, read_notebook

TEXTS = (
    "x = '😀é\\u20ac', _('lr😀\\\\ \"', 1)\r\n\n_('lr')",
    "!ls\n_('a', 1), _('b', 2)\n",
    "# Title",
    "",
    "%%bash\n_('no', 1)",
    "if _('lr'):\r  _('\\t', 3)",
)

NEW = "'\\\\😀\u20ac\"'"


@given(
    st.lists(st.sampled_from(TEXTS), max_size=4),
    st.booleans(),
    st.sampled_from([None, 1, 4]),
    st.sampled_from(["lines", "text", "characters"]),
)
def test_a_word_in_a_file(texts: list[str], is_ascii: bool, indent: int | None, way: str) -> None:
    """A word of the code is found in the file, and can be replaced there."""
    cells: list[object] = [{"cell_type": "markdown", "source": []}]
    for text in texts:
        split = {"lines": text.splitlines(keepends=True), "text": text, "characters": [*text]}
        cells.append({"cell_type": "code", "outputs": ["_('lr')"], "source": split[way]})
    document = {"cells": cells, "nbformat": 4}
    file_text = json.dumps(document, ensure_ascii=is_ascii, indent=indent)
    source, file = read_notebook("a.ipynb", file_text.encode()), NotebookFile(file_text)
    for number, line in enumerate(source.lines, 1):
        for word in re.finditer(r"'\S+'|\d", line.partition("#")[0]):
            start, end = (file.offset(source, number, at + 1) for at in word.span())
            assert "".join(json.loads(f'["{file_text[start:end]}"]')) == word[0]
            span = number, word.start() + 1, number, word.end() + 1
            data = replace_spans(file_text.encode(), [Edit("a.ipynb", span, word[0], NEW)])
            assert data.decode().startswith(file_text[:start])
            assert data.decode().endswith(file_text[end:])
            lines = [*source.lines]
            lines[number - 1] = line[: word.start()] + NEW + line[word.end() :]
            assert read_notebook("a.ipynb", data).text == "\n".join([*lines, ""])
