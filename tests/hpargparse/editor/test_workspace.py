"""Which facts hold while somebody types."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hpargparse.editor.workspace import Workspace, encoded
from tests.hpargparse.editor.project import BROKEN, FILES, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from hpargparse.editor.workspace import Root


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    write_project(tmp_path)
    return Workspace([str(tmp_path)])


def _calls(root: Root) -> list[tuple[str, str, int]]:
    return [
        (os.path.basename(call.path), call.name, call.line) for call in root.view.occurrences("_")
    ]


ALL = [
    ("net.py", "lr", 5),
    ("train.py", "lr", 5),
    ("train.py", "momentum", 6),
    ("train.py", "act", 7),
]


def test_a_broken_text_keeps_its_facts(workspace: Workspace, tmp_path: Path) -> None:
    net = str(tmp_path / "net.py")
    root = workspace.root_of(net)
    assert _calls(root) == ALL
    workspace.edit(net, f"x = (\n{FILES['net.py']}")
    assert _calls(root) == [("net.py", "lr", 6), *ALL[1:]]
    workspace.edit(net, f"x = (\n\n{FILES['net.py']}")
    assert _calls(root) == [("net.py", "lr", 7), *ALL[1:]]
    assert [finding.code for finding in root.findings()] == ["HPM001"]
    workspace.edit(net, None)
    assert _calls(root) == ALL
    assert root.findings() == []


def test_another_text_changes_meanwhile(workspace: Workspace, tmp_path: Path) -> None:
    net, train = str(tmp_path / "net.py"), str(tmp_path / "train.py")
    root = workspace.edit(net, FILES["net.py"] + BROKEN)
    workspace.edit(train, FILES["train.py"].replace("momentum", "mom"))
    assert _calls(root) == [*ALL[:2], ("train.py", "mom", 6), ALL[3]]
    workspace.edit(train, "")
    assert _calls(root) == ALL[:1]
    (tmp_path / "new.py").write_text("from hpman.m import _\n_('new', 1)\n")
    workspace.refresh()
    assert _calls(root) == [ALL[0], ("new.py", "new", 2)]
    workspace.edit(net, FILES["net.py"])
    assert _calls(root) == [ALL[0], ("new.py", "new", 2)]


def test_a_module_that_hands_the_manager_on_is_broken(tmp_path: Path) -> None:
    (tmp_path / "common.py").write_text("from hpman.m import _\n")
    (tmp_path / "a.py").write_text("from common import _\n_('x', 1)\n_('x y')\n")
    workspace = Workspace([str(tmp_path)])
    root = workspace.root_of(str(tmp_path / "a.py"))
    before = _calls(root)
    workspace.edit(str(tmp_path / "common.py"), "from hpman.m import (\n")
    assert _calls(root) == before


def test_opened_while_broken(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(f"(\n{FILES['net.py']}")
    root = workspace.edit(str(tmp_path / "net.py"), f"(\n{FILES['net.py']}")
    assert _calls(root) == ALL[1:]


def test_files_that_do_not_count(workspace: Workspace, tmp_path: Path) -> None:
    root = workspace.edit(str(tmp_path / "absent.py"), "from hpman.m import _\n_('x', 1)")
    assert _calls(root) == ALL
    assert workspace.edit(str(tmp_path / "run.yaml"), "lr: 1") is root


def test_a_file_outside_of_all_folders(tmp_path: Path) -> None:
    write_project(tmp_path)
    workspace = Workspace([])
    train = str(tmp_path / "train.py")
    root = workspace.edit(train, FILES["train.py"].replace("act", "activation"))
    assert ("train.py", "activation", 7) in _calls(root)
    assert ("net.py", "lr", 5) in _calls(root)
    assert root.folder == str(tmp_path)
    workspace.edit(train, None)
    assert workspace.roots == []


def test_each_folder_has_its_index(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        write_project(tmp_path / name)
    workspace = Workspace([str(tmp_path / "a"), str(tmp_path / "b")])
    roots = [workspace.root_of(str(tmp_path / name / "net.py")) for name in "ab"]
    assert [*map(_calls, roots)] == [ALL, ALL]
    assert [root.findings() for root in roots] == [[], []]
    workspace.change_folders([str(tmp_path)], [str(tmp_path / "b")])
    assert workspace.root_of(str(tmp_path / "b" / "net.py")).folder == str(tmp_path)
    assert workspace.root_of(str(tmp_path / "a" / "net.py")) is roots[0]


def test_a_program_of_its_own(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.py").write_text("from hpman.m import _\n_('lr', 1)\n")
    root = Workspace([str(tmp_path)]).root_of(str(tmp_path / "a.py"))
    assert root.findings() == []
    assert [*root.program(str(tmp_path / "a.py")).named("_", "lr")] == [
        *root.view.named("_", "lr")
    ][:1]
    assert len(root.program(str(tmp_path / "c.py")).named("_", "lr")) == 2


def test_settings(workspace: Workspace, tmp_path: Path) -> None:
    root = workspace.edit(str(tmp_path / "net.py"), "from hpman.m import _\n_('nope')\n")
    assert [finding.code for finding in root.findings()] == ["HPM202"]
    settings = tmp_path / "pyproject.toml"
    settings.write_text("[tool.hpman]\nignore = ['HPM202']\n")
    workspace.refresh([str(settings)])
    (root,) = workspace.roots
    assert root.findings() == []
    settings.write_text("[tool.hpman]\nignore = 3\n")
    workspace.refresh([str(settings)])
    (root,) = workspace.roots
    assert "`ignore` must be" in root.problem
    assert [finding.code for finding in root.findings()] == ["HPM202"]


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    root = Workspace([str(folder)]).root_of(str(folder / "a.py"))
    assert "No such file" in root.problem
    root.edit(str(folder / "a.py"), "")
    root.refresh()
    assert root.findings() == []
    assert root.program(str(folder / "a.py")).placeholders() == set()
    folder.mkdir()
    (folder / "a.py").write_text("")
    workspace = Workspace([str(folder)])
    root = workspace.root_of(str(folder / "a.py"))
    (folder / "a.py").unlink()
    folder.rmdir()
    workspace.refresh()
    assert "No such file" in root.problem


def test_an_encoding_that_lacks_a_character() -> None:
    assert encoded("# coding: latin-1\n# €") == "# coding: latin-1\n# €".encode()
    assert encoded("# coding: nope\n") == b"# coding: nope\n"


@pytest.mark.parametrize("package", ["asyncio", "email", "json", "unittest", "xml"])
def test_a_folder_that_does_not_use_hpman(package: str) -> None:
    folder = os.path.join(os.path.dirname(os.__file__), package)
    path = os.path.join(folder, "__init__.py")
    workspace = Workspace([folder])
    root = workspace.edit(
        path, "from gettext import gettext as _\nprint(_('Hello, you'), _('%s'))\n"
    )
    assert root.findings() == []
    assert root.view.files == {}
    assert root.problem == ""
