"""Notebooks are read as the Python that their cells contain."""

from __future__ import annotations

import json
import pickle
import random
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.edits import Edit, EditError, replace_spans
from hpman import HpmanError, HyperParameterManager, index_of
from hpman.static.notebooks import python_of, read_notebook
from hpman.static.syntax import parse
from tests.notebooks import notebook

if TYPE_CHECKING:
    from pathlib import Path

IMPORT = "from hpman.m import _"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("x = 1 % 2", "x = 1 % 2"),
        ("%time f(\n  1)", "pass  # %time f(\n  1)"),
        ("!ls \\\n  -l\nx = 1", "pass  # !ls \\\n#   -l\nx = 1"),
        ("!ls \\", "pass  # !ls \\"),
        ("if x:\n    !ls\nelse:\n    %pdb", "if x:\n    pass  # !ls\nelse:\n    pass  # %pdb"),
        ("a, b = !ls\nself.x = %time 1", "a, b = None  # = !ls\nself.x = None  # = %time 1"),
        ("f?\n?f\nf.g??\nf(1)?", "pass  # f?\npass  # ?f\npass  # f.g??\npass  # f(1)?"),
        ("def f():  # what?\n    pass\n!ls", "def f():  # what?\n    pass\npass  # !ls"),
        ("pip install x\ncd a\nls", "pass  # pip install x\npass  # cd a\npass  # ls"),
        ("ls = 3\n!ls", "ls = 3\npass  # !ls"),
        (
            "/f 1\n,f a\n;f b\nx = (1\n/ 2)",
            "pass  # /f 1\npass  # ,f a\npass  # ;f b\nx = (1\n/ 2)",
        ),
        ("x = ('a'\n  % 3)\n!ls", "x = ('a'\n  % 3)\npass  # !ls"),
        ("x = '''\n!a\n%b\n'''\n!ls", "x = '''\n!a\n%b\n'''\npass  # !ls"),
        ("x = 1 + \\\n%b\n!ls", "x = 1 + \\\n%b\npass  # !ls"),
        ("x = '('  # )\n!ls", "x = '('  # )\npass  # !ls"),
        ("x = '''\n!ls", "x = '''\n!ls"),
        ("%%time\n!ls\nx = 1", "# %%time\npass  # !ls\nx = 1"),
        ("\n%%capture out\nx = (", "\n# %%capture out\nx = ("),
        ("%%bash\nls\n\n", "# %%bash\n# ls\n# \n# "),
        ("%%mine\nx = 1", "# %%mine\nx = 1"),
        ("%%mine\nx <- = 1", "# %%mine\n# x <- = 1"),
        ("%%writefile a.py\nx = 1", "# %%writefile a.py\n# x = 1"),
        ("%%", "# %%"),
    ],
)
def test_what_is_not_python_becomes_a_comment(cell: str, code: str) -> None:
    assert python_of(cell) == code


def test_places_name_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_bytes(notebook(IMPORT, ("markdown", "_('x', 1)"), "!ls\n_('lr', 1)", "_('lr', 2)"))
    with pytest.raises(HpmanError) as caught:
        HyperParameterManager("_").parse_file(path)
    assert str(caught.value) == textwrap.dedent(f"""\
        {path}:cell 4:1:1: Duplicated default values:
        First occurrence:
        {path}:cell 3:2
            1: !ls
        ==> 2: _('lr', 1)
        Second occurrence:
        {path}:cell 4:1
        ==> 1: _('lr', 2)
        Keep one default of `lr`, and write `_("lr")` elsewhere.""")


def test_an_origin_names_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_bytes(notebook(IMPORT, "\n_('lr', 1)"))
    assert str(HyperParameterManager("_").parse_file(path).explain("lr")) == (
        f"{path}:cell 2:2 default 1"
    )


def test_a_line_that_hides_the_manager_is_named_with_its_cell() -> None:
    source = read_notebook("a.ipynb", notebook("x = 1\ny = 2", "z = 3"))
    assert [source.line_name(line) for line in (2, 3)] == ["line 2 of cell 1", "line 1 of cell 2"]


def test_folders_contain_notebooks_and_notebooks_import_modules(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    for name in ("nb.ipynb", ".ipynb_checkpoints/nb-checkpoint.ipynb"):
        (tmp_path / name).write_bytes(notebook("import net\n!ls", f"{IMPORT}\n_('lr', 1)"))
    (tmp_path / "net.py").write_text("_('depth', 2)")
    for path in (tmp_path, tmp_path / "nb.ipynb"):
        index = index_of(path, follow_imports=True)
        assert sorted(index.names("_")) == ["depth", "lr"]


def test_a_notebook_survives_a_pickle_and_a_move() -> None:
    source = read_notebook("a.ipynb", notebook("!ls", "x = 1"))
    for copy in (pickle.loads(pickle.dumps(source)), source.moved("a.ipynb", source.key)):
        assert copy == source
        assert copy.place(2) == "a.ipynb:cell 2:1"
        assert copy.excerpt(1) == "==> 1: !ls"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"a"', "1:5: Cannot parse this file: it is not JSON (Expecting ':' delimiter).\n"),
        (b"\xff", "not valid utf-8 (invalid start byte).\n"),
        (b"[" * 100_000, "it is not the JSON of a notebook.\n"),
        (b"1" * 5_000, "it is not the JSON of a notebook.\n"),
        (b"[]", "it is not a notebook.\n==> 1: []\nRename it, or exclude it."),
        (b'{"nbformat": "4"}', "it is not a notebook."),
        (b'{"nbformat": 3}', "it is a notebook of format 3, not 4.\n"),
        (b'{"nbformat": 5}', 'format 5, not 4.\n==> 1: {"nbformat": 5}\nExclude it.'),
        (b'{"nbformat": 4}', "the cells of the notebook are damaged."),
        (b'{"nbformat": 4, "cells": [1]}', "the cells of the notebook are damaged."),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "are damaged."),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', "are damaged."),
        (
            notebook("x", metadata={"kernelspec": {"language": "R"}}),
            "it is a notebook of r, not of Python.",
        ),
        (
            notebook("x", metadata={"kernelspec": {}, "language_info": {"name": "julia"}}),
            "it is a notebook of julia, not of Python.",
        ),
        (notebook("x = 1", "\ny = 2 3"), "cell 2:2:7: Cannot parse this file: invalid syntax"),
    ],
)
def test_what_is_not_a_notebook_of_python_is_a_sentence(
    tmp_path: Path, data: bytes, sentence: str
) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_bytes(data)
    with pytest.raises(HpmanError) as caught:
        HyperParameterManager("_").parse_file(path)
    assert sentence in str(caught.value)
    assert [problem.code for problem in caught.value.diagnostics] == ["HPM001"]


@pytest.mark.parametrize("metadata", [None, {"kernelspec": 1}, {"language_info": {"name": 1}}])
def test_a_notebook_need_not_name_its_language(metadata: object) -> None:
    assert read_notebook("a.ipynb", notebook("x = 1", metadata=metadata)).text == "x = 1\n"


def test_a_notebook_without_code_is_empty() -> None:
    source = read_notebook("a.ipynb", notebook(("markdown", "# A")))
    assert source.text == ""
    assert source.place(1) == "a.ipynb:cell 1:1"


@pytest.mark.parametrize(
    ("indent", "is_ascii", "end"), [(1, False, "\n"), (2, True, ""), (0, 0, ""), ("\t", 1, "\r\n")]
)
@pytest.mark.parametrize("as_list", [True, False])
def test_an_edit_changes_only_its_cell(
    *, indent: Any, is_ascii: bool, end: str, as_list: bool
) -> None:
    def written(*cells: str) -> bytes:
        value: dict[str, Any] = json.loads(notebook(*cells))
        if not as_list:
            for cell in value["cells"]:
                cell["source"] = "".join(cell["source"])
        text = json.dumps(value, indent=indent or None, ensure_ascii=is_ascii)
        if end == "\r\n":
            text = "\ufeff" + text.replace("\n", end).replace('": ', '" :')
        return f"{text}{end}".encode()

    old = written("x = 'é'", "!ls\ny = (1,\n 2)\nz = 3")
    edits = [Edit("a.ipynb", (4, 2, 4, 3), "2", "4"), Edit("a.ipynb", (5, 5, 5, 6), "3", "'ö'")]
    assert replace_spans(old, edits) == written("x = 'é'", "!ls\ny = (1,\n 4)\nz = 'ö'")


@pytest.mark.parametrize(
    ("span", "old"), [((1, 5, 1, 6), "3"), ((2, 1, 2, 2), "1"), ((3, 1, 3, 3), "yz")]
)
def test_an_edit_of_a_notebook_that_has_changed(span: Any, old: str) -> None:
    edits = [Edit("a.ipynb", span, old, "2"), Edit("a.ipynb", (3, 1, 3, 2), "y", "z")]
    with pytest.raises(EditError, match=f"changed: `{old}` is not at line {span[0]} any more"):
        replace_spans(notebook("x = 1", "", "y"), edits)
    with pytest.raises(EditError, match="Cannot edit this notebook: it is not a notebook"):
        replace_spans(b"[]", edits)


def test_an_edit_over_lines() -> None:
    old = notebook("x = [\n  1,\n  2]\ny", ("markdown", "1"))
    new = replace_spans(old, [Edit("a.ipynb", (1, 5, 3, 5), "[\n  1,\n  2]", "[]")])
    assert new == notebook("x = []\ny", ("markdown", "1"))


LINES = [
    "%matplotlib inline", "!pip install x", "files = !ls", "%time f(_('timed', 1))", "f?", "?f",
    "%%html", "{magic}", "%load_ext autoreload\n%autoreload 2", "plt.plot(x);", "await f()",
    "x = (1\n     % 2)", "'''\n%d\n!x\n'''", "if x:\n    _('branch{n}', 1)", "_('lr{n}', 1e-3)",
    "print(_('lr0'))", "_('both{n}', 'a', choices=['a', 'b'])", "# %% not a cell", "", "\n\n",
]  # fmt: skip
KINDS = ["", "", "", "%%time\n", "%%capture out\n", "%%bash\n", "%%html\n", "%%timeit -n 1\n"]


def _generated(seed: int) -> dict[str, Any]:
    """Return a notebook with magics, errors, outputs, raw and Markdown cells, and without ids."""
    choose = random.Random(seed)
    cells: list[Any] = [IMPORT]
    for number in range(choose.randint(3, 15)):
        lines = choose.choices(LINES, k=choose.randint(1, 4))
        text = "\n".join(lines).replace("{n}", str(number)).replace("{magic}", "%who")
        text = text.replace("%%html", "")
        kind = choose.choice(["code"] * 5 + ["markdown", "raw"])
        cells.append((kind, choose.choice(KINDS) + text if kind == "code" else text))
    made: dict[str, Any] = json.loads(notebook(*cells))
    size = 3_000_000 if seed == 0 else 1_000
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["_('out', 1)\n" * (size // 12)]},
        {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["\x1b[0;31m _('e', 1)"]},
    ]
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = choose.sample(outputs, choose.randint(0, 2))
        if seed % 2 == 0:
            del cell["id"]
    made["nbformat_minor"] = 5 if seed % 2 else 4
    return made


@pytest.mark.parametrize("seed", range(20))
def test_generated_notebooks_are_python_and_lose_no_line(seed: int) -> None:
    made = _generated(seed)
    source = read_notebook("a.ipynb", json.dumps(made).encode())
    parse(source.text)
    assert source.text.count("\n") == source.original.count("\n")
    code = [number for number, cell in enumerate(made["cells"], 1) if cell["cell_type"] == "code"]
    assert [number for number, _line in source.cells] == code


@pytest.mark.parametrize("seed", range(20))
def test_the_names_are_those_of_its_twin(tmp_path: Path, seed: int) -> None:
    jupytext = pytest.importorskip("jupytext")
    made = _generated(seed)
    text = json.dumps(made)
    (tmp_path / "nb.ipynb").write_text(text)
    twin = jupytext.writes(jupytext.reads(text, "ipynb"), "py:percent")
    (tmp_path / "nb.py").write_text(twin)
    names = [index_of(tmp_path / f"nb.{kind}").names("_") for kind in ("ipynb", "py")]
    assert names[0] == names[1]
