"""Fixes remove their finding, and a rename is proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.check.registry import RULES
from hpargparse.editor import answers
from hpargparse.editor.edits import apply_edits, fixes, line_edits, rename
from hpargparse.editor.snapshots import Snapshots
from hpargparse.editor.workspace import Workspace
from hpargparse.edits import EditedFile
from hpman import HpmanError, Source
from tests.hpargparse.editor.project import FILES, write_project
from tests.notebooks import notebook

if TYPE_CHECKING:
    from pathlib import Path

    from hpargparse.editor.edits import Fix
    from hpargparse.editor.workspace import Root

IMPORT = "from hpman.m import _\n"
DOC = '"""Doc."""\nfrom __future__ import annotations\n'
UNBOUND = "@f\ndef g(): _('lr', 1)\nimport hpman.m\nhpman.m._('a', 1)\n"
SCOPE = f"{IMPORT}_('depth', 1)\nwith _.scope('encoder'): pass\n"
OPTIMIZER = f"{IMPORT}_('optimizer', 'adam')\n"


def _root(folder: Path, text: str) -> Root:
    (folder / "a.py").write_text(text)
    workspace = Workspace([str(folder)])
    return workspace.edit(str(folder / "a.py"), text)


def _fixes(root: Root, number: int = 0) -> list[Fix]:
    return fixes(root.view, root.findings()[number], {})


CASES = [
    pytest.param(
        f"{IMPORT}_('momentum', 1)\n_('momentun')\nx = _('momentun')\n",
        [
            f"{IMPORT}_('momentum', 1)\n_('momentum')\nx = _('momentum')\n",
            f"{IMPORT}_('momentum', 1)\n_('momentun', None)\nx = _('momentun')\n",
            f"{IMPORT}_('momentum', 1)\n_('momentun')  # noqa: HPM202\nx = _('momentun')\n",
        ],
        id="HPM202",
    ),
    pytest.param(
        f"{IMPORT}_('lr', 1)\n_('lr', 2, help='x')\n",
        [
            f"{IMPORT}_('lr', 1)\n_('lr', help='x')\n",
            f"{IMPORT}_('lr')\n_('lr', 2, help='x')\n",
            f"{IMPORT}_('lr', 1)\n_('lr', 2, help='x')  # noqa: HPM201\n",
        ],
        id="HPM201",
    ),
    pytest.param(
        f"{IMPORT}_('a', 'b', choises=['b'])  # noqa: E501\n",
        [
            f"{IMPORT}_('a', 'b', choices=['b'])  # noqa: E501\n",
            f"{IMPORT}_('a', 'b', choises=['b'])  # noqa: HPM106,E501\n",
        ],
        id="HPM106",
    ),
    pytest.param(
        f"{DOC}{UNBOUND}",
        [f"{DOC}{IMPORT}{UNBOUND}", f"{DOC}{UNBOUND}".replace("1)", "1)  # noqa: HPM302", 1)],
        id="HPM302",
    ),
    pytest.param(
        f"{SCOPE}_.set_value('encodr/depth', 1)\n",
        [
            f"{SCOPE}_.set_value('encoder/depth', 1)\n",
            f"{SCOPE}_.set_value('encodr/depth', 1)  # noqa: HPM209\n",
        ],
        id="HPM209",
    ),
    pytest.param(
        f"{OPTIMIZER}_('m', 1, when={{'optimizr': ['adam']}})\n",
        [
            f"{OPTIMIZER}_('m', 1, when={{'optimizer': ['adam']}})\n",
            f"{OPTIMIZER}_('m', 1, when={{'optimizr': ['adam']}})  # noqa: HPM212\n",
        ],
        id="HPM212",
    ),
    pytest.param(
        f"{OPTIMIZER}_.set_value('optimizr', 1)\n",
        [
            f"{OPTIMIZER}_.set_value('optimizer', 1)\n",
            f"{OPTIMIZER}_.set_value('optimizr', 1)  # noqa: HPM213\n",
        ],
        id="HPM213",
    ),
    pytest.param(f"{IMPORT}x = _('a b', 1) + 1 \\\n  + 1\n", [], id="no comment after a line join"),
    pytest.param(f"{IMPORT}_('a", [], id="HPM001"),
    pytest.param(
        f"{IMPORT}_('a' # why\n)\n",
        [f"{IMPORT}_('a', None # why\n)\n", f"{IMPORT}_('a' # why\n)  # noqa: HPM202\n"],
        id="nothing is near",
    ),
    pytest.param(
        f"{IMPORT}_('momentum', 1)\n_('moment' # why\n'un')\n",
        [f"{IMPORT}_('momentum', 1)\n_('moment' # why\n'un')  # noqa: HPM202\n"],
        id="a comment inside of a name",
    ),
    pytest.param(
        f"{IMPORT}_('depth', 1)\n_.set_value('zzz/depth', 1)\n",
        [f"{IMPORT}_('depth', 1)\n_.set_value('zzz/depth', 1)  # noqa: HPM209\n"],
        id="no scope is near",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_fixes(tmp_path: Path, text: str, expected: list[str]) -> None:
    root = _root(tmp_path, text)
    before = root.findings()
    found = _fixes(root)
    assert [apply_edits(Source("a.py", text), fix.edits) for fix in found] == expected
    assert not any(fix.is_best for fix in found[1:])
    for new in expected:
        root.edit(str(tmp_path / "a.py"), new)
        assert [f for f in root.findings() if f.code == before[0].code] == []


def test_each_example_of_a_rule_has_fixes(tmp_path: Path) -> None:
    for rule in RULES.values():
        text = rule.bad if "import" in rule.bad else f"{IMPORT}{rule.bad}"
        root = _root(tmp_path, f"{text}\n")
        assert bool(_fixes(root)) is (rule.code != "HPM001")


def test_a_rename_of_texts_that_are_not_saved(tmp_path: Path) -> None:
    write_project(tmp_path)
    workspace = Workspace([str(tmp_path)])
    train, yaml = str(tmp_path / "train.py"), str(tmp_path / "run.yaml")
    text = f"# coding: latin-1\n{FILES['train.py']}".replace("😀", "é")
    root = workspace.edit(train, text)
    workspace.edit(yaml, "momentum: 1\nlr: 2\n")
    target = answers.target_at(root.view, train, 6, 17)
    assert target is not None
    snapshots = Snapshots(str(tmp_path), (), workspace.texts)
    edits = rename(root.view, target, "rate€", snapshots)
    new = {path: [edit for edit in edits if edit.path == path] for path in (train, yaml)}
    assert '"rate\\u20ac"' in apply_edits(Source(train, text), new[train])
    assert [edit.span for edit in new[yaml]] == [(2, 1, 2, 3)]
    assert len(edits) == 5
    with pytest.raises(HpmanError, match="already exists"):
        rename(root.view, target, "act", snapshots)
    workspace.edit(yaml, "momentum: 1\nx: [\nlr: 2\n")
    with pytest.raises(HpmanError, match=r"run\.yaml:3: .*the key `lr`, and cannot be read"):
        rename(root.view, target, "rate", snapshots)
    workspace.edit(train, text.replace('"lr"', '"l(r"').replace("1e-3", "1e-"))
    with pytest.raises(HpmanError, match=r"train\.py:6:\d+: Cannot parse this file"):
        rename(root.view, target, "rate", snapshots)


def test_a_rename_edits_the_lines_of_a_notebook(tmp_path: Path) -> None:
    path = tmp_path / "nb.ipynb"
    path.write_bytes(notebook("!ls", f"{IMPORT}_('lr', 1)", "_('lr')"))
    root = _root(tmp_path, f"{IMPORT}_('lr')\n_('x', 1, type=3)\n")
    target = answers.target_at(root.view, str(tmp_path / "a.py"), 2, 4)
    assert target is not None
    edits = rename(root.view, target, "rate", Snapshots(str(tmp_path), (), {}))
    own = [edit for edit in edits if edit.path == str(path)]
    new = apply_edits(Source(str(path), path.read_text()), own)
    assert new.encode() == notebook("!ls", f"{IMPORT}_('rate', 1)", "_('rate')")
    assert len(edits) == 3


@pytest.mark.parametrize("is_open", [False, True])
def test_a_fix_reaches_a_notebook(tmp_path: Path, is_open: bool) -> None:
    path = tmp_path / "nb.ipynb"
    before = notebook("import a", f"{IMPORT}_('lr', 1)")
    path.write_bytes(before)
    root = _root(tmp_path, f"{IMPORT}_('lr', 2)\n")
    texts = {str(path): before.decode()} if is_open else {}
    remove, keep, _noqa = fixes(root.view, root.findings()[0], texts)
    (edit,) = remove.edits
    if is_open:
        assert (edit.span, edit.old) == ((3, 7, 3, 10), ", 1")
    else:
        text = apply_edits(Source(str(path), before.decode()), [edit])
        assert text.encode() == notebook("import a", f"{IMPORT}_('lr')")
        path.write_bytes(b"[]")
        assert fixes(root.view, root.findings()[0], texts) == [keep]


def test_lines_that_differ_in_number() -> None:
    (edit,) = line_edits(EditedFile("a", b"a: 1\nb: 2\n", b"a: 1\nc: 3\nb: 2\n"))
    assert (edit.span, edit.old, edit.new) == ((2, 1, 2, 1), "", "c: 3\n")
