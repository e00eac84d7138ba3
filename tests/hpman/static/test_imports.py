"""Which files the import statements of a script reach."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from hpman.static import files, imports
from hpman.static.imports import connected, find_module, leading_imports, reachable

if TYPE_CHECKING:
    from collections.abc import Callable

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Path]:
    """Write a project into the current directory."""
    monkeypatch.chdir(tmp_path)

    return lambda texts: _write(tmp_path, texts)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the project into a folder that several tests share."""
    return _write(tmp_path_factory.mktemp("project"), PROJECT)


def _write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _reached(script: str, *roots: str) -> list[str]:
    return [path.replace(os.sep, "/") for path in reachable(script, roots or None)]


PROJECT = {
    "a.py": "",
    "b.py": "import c",
    "c.py": "import b, train",
    "p/__init__.py": "",
    "p/x.py": "from . import y",
    "p/y.py": "from ..q.z import V",
    "p/q/__init__.py": "",
    "p/q/deep.py": "from ... import a\nfrom .. import x\n",
    "p/q/z.py": "",
    "n/m.py": "from .k import v",
    "n/k.py": "",
    "n/o/r.py": "",
    "n/o/time.py": "",
    "n/o/clock.py": "from . import time",
    "all/__init__.py": "import os\n__all__ = ['one', 'absent', 3]\n__all__ += ('two',)\nx = 1",
    "all/one.py": "",
    "all/two.py": "",
    "all/three.py": "",
    "own/__init__.py": "__all__ = ['layers', 'inner']\nfrom . import *",
    "own/layers.py": "",
    "own/other.py": "",
    "own/inner/__init__.py": "",
    "own/inner/deep.py": "from .. import *",
    "own/names/module.py": "",
    "both.py": "",
    "both/__init__.py": "",
    "both/inner.py": "",
    "random.py": "",
    "time.py": "",
    "logging/handlers.py": "",
    "folder.py/x.txt": "",
    "venv2/pyvenv.cfg": "",
    "venv2/m.py": "",
    "unused.py": "",
}
STATEMENTS = {
    "import a": ["a.py"],
    "import a as x": ["a.py"],
    "import os, a": ["a.py"],
    "import os; import a": ["a.py"],
    "import \\\n  a": ["a.py"],
    "import b": ["b.py", "c.py"],
    "from a import anything": ["a.py"],
    "from a import *": ["a.py"],
    "import a.b": ["a.py"],
    "import p": ["p/__init__.py"],
    "import p.q.z": ["p/__init__.py", "p/q/__init__.py", "p/q/z.py"],
    "import p.absent.z": ["p/__init__.py"],
    "from p.q import z": ["p/__init__.py", "p/q/__init__.py", "p/q/z.py"],
    "from p import (q,  # ours\n  absent)": ["p/__init__.py", "p/q/__init__.py"],
    "from p import x": ["p/__init__.py", "p/x.py", "p/y.py"],
    "from p.q import deep": [
        "a.py",
        "p/__init__.py",
        "p/q/__init__.py",
        "p/q/deep.py",
        "p/x.py",
        "p/y.py",
    ],
    "import n.m": ["n/k.py", "n/m.py"],
    "from n import m": ["n/k.py", "n/m.py"],
    "from n.o import r": ["n/o/r.py"],
    "import n": [],
    "from all import *": ["all/__init__.py", "all/one.py", "all/two.py"],
    "import own": ["own/__init__.py", "own/inner/__init__.py", "own/layers.py"],
    "from own.names import *": ["own/__init__.py", "own/inner/__init__.py", "own/layers.py"],
    "from all import three": ["all/__init__.py", "all/three.py"],
    "import both.inner": ["both/__init__.py", "both/inner.py"],
    "import random": ["random.py"],
    "import time": [],
    "import n.o.time": ["n/o/time.py"],
    "import n.o.clock": ["n/o/clock.py", "n/o/time.py"],
    "import logging.handlers": [],
    "from logging import handlers": [],
    "import folder": [],
    "import venv2.m": [],
    "import os.path, numpy, json": [],
    "from . import a": ["a.py"],
    "from .p import q": ["p/__init__.py", "p/q/__init__.py"],
    "import train": [],
    "def f():\n  import a": ["a.py"],
    "class C:\n  def f(self):\n    if x: pass\n    else: import a": ["a.py"],
    "async def f():\n  async with x: import a": ["a.py"],
    "try: import a\nexcept ImportError: import both\nelse: import p\nfinally: import random": [
        "a.py",
        "both/__init__.py",
        "p/__init__.py",
        "random.py",
    ],
    "for x in y:\n  while z: import a\nelse: import p": ["a.py", "p/__init__.py"],
    "match x:\n  case 1: import a\n  case _: import p": ["a.py", "p/__init__.py"],
    "if TYPE_CHECKING:\n  from a import T": ["a.py"],
    "'import a'": [],
    "# import a": [],
    "'''\nimport a\n'''\nimport p": ["p/__init__.py"],
    "import_a = 1": [],
    "é = 1\nimport a": ["a.py"],
    "import \uff41": ["a.py"],
    "": [],
    "import a b": [],
    "import a\nx = '\\d'": ["a.py"],
    "import a\0": [],
}


@pytest.mark.parametrize(("text", "expected"), STATEMENTS.items(), ids=map(repr, STATEMENTS))
def test_import_statements_reach_files_of_the_project(
    project: Path, text: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _write(project, {"train.py": text})
    monkeypatch.chdir(root)
    assert _reached("train.py") == expected
    assert _reached(str(root / "train.py")) == [(root / path).as_posix() for path in expected]
    assert _reached("./train.py") == [f"./{path}" for path in expected]


def test_python_itself_loads_the_same_files(plant: Any) -> None:
    texts = ["import b", "import p.q.z", "from p import q", "import both.inner", "import n.o.r"]
    texts += ["from all import one, two", "from n.o import r", "import random, time"]
    project = {name: text for name, text in PROJECT.items() if name != "p/y.py"}
    root = plant({**project, "train.py": "\n".join(texts)})
    # Without `site`, so that nothing is loaded before the script but what Python needs.
    script = "import runpy, sys; runpy.run_path('train.py')\nfor m in list(sys.modules.values()):\n"
    script += "  print(getattr(m, '__file__', ''))"
    shown = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    loaded = {Path(line) for line in shown.splitlines() if line and root in Path(line).parents}
    reached = [Path(path).resolve() for path in ["train.py", *_reached("train.py")]]
    assert sorted(loaded) == sorted(reached)


def test_a_script_in_a_package_finds_it_as_with_m(plant: Any) -> None:
    plant(
        {
            "src/pkg/__init__.py": "",
            "src/pkg/bin/__init__.py": "",
            "src/pkg/bin/train.py": "from pkg import net\nfrom ..data import D\nimport near",
            "src/pkg/bin/near.py": "",
            "src/pkg/net.py": "",
            "src/pkg/data.py": "",
            "src/pkg/other.py": "",
        }
    )
    assert _reached("src/pkg/bin/train.py") == [
        "src/pkg/__init__.py",
        "src/pkg/bin/__init__.py",
        "src/pkg/bin/near.py",
        "src/pkg/data.py",
        "src/pkg/net.py",
    ]


@pytest.mark.parametrize("text", ["from .a import x", "from pkg.a import x", "import a"])
def test_a_script_is_found_from_within_its_package(
    plant: Any, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant({"pkg/__init__.py": "", "pkg/train.py": text, "pkg/a.py": ""})
    monkeypatch.chdir(root / "pkg")
    found = [Path(path).resolve().name for path in _reached("train.py")]
    assert found == ["a.py"] if text == "import a" else ["__init__.py", "a.py"]


def test_imports_above_the_script_are_followed_as_they_stand(plant: Any) -> None:
    root = plant({"c.py": "", "a/b/train.py": "from ... import c\nfrom ..... import far\n"})
    assert [Path(path).resolve() for path in _reached("a/b/train.py")] == [root / "c.py"]


def test_roots_stand_in_place_of_the_folder_of_the_script(plant: Any) -> None:
    plant({"s/train.py": "import lib, a", "lib.py": "", "a.py": "", "s/a.py": ""})
    assert _reached("s/train.py") == ["s/a.py"]
    assert _reached("s/train.py", "absent", ".") == ["./a.py", "./lib.py"]


def test_a_namespace_spans_the_roots(plant: Any) -> None:
    plant({"s/train.py": "import n.a, n.b", "s/n/a.py": "", "more/n/b.py": ""})
    assert _reached("s/train.py", "s", "more") == ["more/n/b.py", "s/n/a.py"]


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_of_what_is_installed_only_the_package_of_the_script_counts(
    plant: Any, folder: str
) -> None:
    plant(
        {
            f"{folder}/p/__init__.py": "import other",
            f"{folder}/p/train.py": "import p.a, other, other.inner",
            f"{folder}/p/a.py": "",
            f"{folder}/other/__init__.py": "",
            f"{folder}/other/inner.py": "",
        }
    )
    found = [f"{folder}/p/{name}.py" for name in ("__init__", "a")]
    assert _reached(f"{folder}/p/train.py", folder) == found


SRC_LAYOUT = {
    "pyproject.toml": "",
    "scripts/train.py": "import pkg.net",
    "src/pkg/__init__.py": "",
    "src/pkg/net.py": "",
    "other/setup.py": "",
    "other/scripts/train.py": "import pkg.net",
}


def test_what_an_editable_install_puts_on_the_path_is_of_its_own_project(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(SRC_LAYOUT)
    assert _reached("scripts/train.py") == []
    monkeypatch.setattr(sys, "path", [*sys.path, str(root / "src")])
    expected = ["src/pkg/__init__.py", "src/pkg/net.py"]
    assert _reached("scripts/train.py") == [(root / path).as_posix() for path in expected]
    assert len(_reached("scripts/train.py", "scripts")) == 2
    assert _reached("other/scripts/train.py") == []


def test_what_cannot_be_installed_has_nothing_on_the_path(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant({name: text for name, text in SRC_LAYOUT.items() if name != "pyproject.toml"})
    monkeypatch.setattr(sys, "path", [str(root / "src")])
    assert _reached("scripts/train.py") == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(["", "{root}/src"], ["{root}/src"], id="current-by-c"),
        pytest.param(["{root}", "{root}"], ["{root}"], id="current-by-m"),
        pytest.param(["{root}/src", "/else"], ["{root}/src"], id="elsewhere"),
        pytest.param(["{root}/env/bin", "{root}/env/lib"], [], id="environment"),
        pytest.param(["{root}/lib/site-packages"], [], id="installed"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_of_the_path_the_folders_of_the_project_count(
    path: list[str], expected: list[str], plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(SRC_LAYOUT)
    monkeypatch.setattr(sys, "path", [folder.format(root=root) for folder in path])
    monkeypatch.setattr(sys, "prefix", str(root / "env"))
    found = imports._installed_roots("scripts/train.py")
    assert found == [path.format(root=root) for path in expected]


def test_our_own_sources_are_of_nobody_elses_project(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = str(Path(imports.__file__).parents[2])
    monkeypatch.setattr(sys, "path", [ours])
    assert imports._installed_roots(str(Path(__file__))) == []


def test_the_standard_library_is_no_project(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    root = plant({"lib/tool.py": "import near", "lib/near.py": ""})
    monkeypatch.setattr(imports, "_STANDARD_LIBRARY", str(root / "lib"))
    assert _reached("lib/tool.py") == []


def test_a_file_that_python_cannot_read_is_listed_and_leads_no_farther(plant: Any) -> None:
    root = plant({"train.py": "import a, b, d", "c.py": "", "d.py": f"import c\nx = {'-' * 9999}1"})
    (root / "a.py").write_bytes(b"import c\n\xff")
    (root / "b.py").write_bytes(b"import c\nx =")
    assert _reached("train.py")[:2] == ["a.py", "b.py"]


def test_a_package_whose_all_cannot_be_read_exports_nothing(plant: Any) -> None:
    plant({"train.py": "from p import *", "p/__init__.py": "__all__ = [", "p/a.py": ""})
    assert _reached("train.py") == ["p/__init__.py"]


def test_a_file_that_may_not_be_read_is_listed(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plant({"train.py": "import a", "a.py": "import b", "b.py": ""})
    read = files.read_file

    def refuse(path: str) -> bytes:
        if path == "a.py":
            raise PermissionError
        return read(path)

    monkeypatch.setattr(imports, "read_file", refuse)
    assert _reached("train.py") == ["a.py"]


def test_a_script_that_cannot_be_read_leads_nowhere(plant: Any) -> None:
    plant({})
    assert _reached("train.py") == []


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        pytest.param([], ["a.py", "b.py", "c.py", "p/__init__.py", "p/x.py"], id="nothing"),
        pytest.param(["b.py"], ["a.py", "p/__init__.py", "p/x.py"], id="with what it leads to"),
        pytest.param(["c.py"], ["a.py", "b.py", "p/__init__.py", "p/x.py"], id="at the end"),
        pytest.param(["p/__init__.py"], ["a.py", "b.py", "c.py", "p/x.py"], id="a package"),
        pytest.param(["train.py"], ["a.py", "b.py", "c.py", "p/__init__.py", "p/x.py"], id="self"),
    ],
)
def test_what_is_excluded_leads_no_farther(
    plant: Any, excluded: list[str], expected: list[str]
) -> None:
    texts = {"train.py": "import a, p.x", "a.py": "import b", "b.py": "import c, train", "c.py": ""}
    plant({**texts, "p/__init__.py": "", "p/x.py": ""})
    scripts = set()

    def is_excluded(path: str, script: str) -> bool:
        scripts.add(script)
        return path.replace(os.sep, "/") in excluded

    found = reachable("train.py", is_excluded=is_excluded)
    assert [path.replace(os.sep, "/") for path in found] == expected
    assert scripts == {"train.py"}


@needs_links
def test_a_module_by_two_routes_counts_once(plant: Any) -> None:
    root = plant({"train.py": "import a, b, train2", "a.py": ""})
    (root / "b.py").symlink_to("a.py")
    (root / "train2.py").symlink_to("train.py")
    assert _reached("train.py") == ["a.py"]


@needs_links
def test_a_script_behind_a_link_imports_from_its_own_folder(plant: Any) -> None:
    texts = {"proj/train.py": "import model", "proj/model.py": "", "bin/model.py": ""}
    root = plant(texts)
    (root / "bin/train.py").symlink_to("../proj/train.py")
    (root / "bin/again.py").symlink_to("train.py")
    for script in ("bin/train.py", "bin/again.py"):
        assert _reached(script) == [f"{os.path.realpath(root)}/proj/model.py"]


def test_the_root_of_the_disk_is_above_all_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    path = SimpleNamespace(**{**vars(os.path), "isfile": bool})
    monkeypatch.setattr(imports, "os", SimpleNamespace(**{**vars(os), "path": path}))
    top = imports._above_packages(os.curdir)
    assert os.path.realpath(top) == os.path.realpath(os.sep)


def test_a_module_is_found_as_pythons_own_finder_does(plant: Any) -> None:
    plant({**PROJECT, "more/n/extra.py": ""})
    folders = [".", "more"]
    assert find_module("p.q.z", folders) == (os.path.join(".", "p", "q", "z.py"), [])
    assert find_module("p", folders) == (os.path.join(".", "p", "__init__.py"), ["./p"])
    assert find_module("n", folders) == (None, ["./n", "more/n"])
    assert find_module("n.extra", folders)[0] == "more/n/extra.py"
    assert find_module("absent.z", folders) == (None, [])


def test_files_are_connected_by_imports_packages_and_links(
    plant: Callable[[dict[str, str]], Path],
) -> None:
    folder = plant(
        {
            "a.py": "import lib.x",
            "b.py": "import gone, os",
            "c.py": "",
            "d.py": "",
            "lib/x.py": "from . import y",
            "lib/y.py": "",
            "package/__init__.py": "",
            "package/z.py": "",
        }
    )
    paths = ["a.py", "b.py", "c.py", "d.py", "lib/x.py", "package/z.py"]
    groups = connected(paths, [("c.py", "d.py")])
    shown = [
        sorted(Path(path).relative_to(folder.resolve()).as_posix() for path in g) for g in groups
    ]
    assert sorted(shown) == [
        ["a.py", "lib/x.py", "lib/y.py"],
        ["b.py"],
        ["c.py", "d.py"],
        ["package/__init__.py", "package/z.py"],
    ]


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("'doc'\nimport a.b as c, d\nfrom e import f as g, h\nimport i", "a.b d e:f,h i"),
        ("x = 1\ny: int = 2\nz: int\ndef f(): print()\nclass C: pass\npass\nimport a", "a"),
        ("x = _('x', 1)\n_('y', 2)\nimport a", "a"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING: import b\nimport a", "typing:* a"),
        ("import typing\nif typing.TYPE_CHECKING: import b\nimport a", "typing a"),
        ("try:\n  import a\n  import b\nexcept ImportError: a = 1\nimport c", "a b c"),
        ("import a\nprint()\nimport b", "a"),
        ("import a\nx = f()\nimport b", "a"),
        ("import a\na.x = 1\nimport b", "a"),
        ("import a\na.x['y'] = 1\nimport b", "a"),
        ("import a\nx += 1\nimport b", "a"),
        ("import a\nif a: import c\nimport b", "a"),
        ("import a\nif __name__ == '__main__': pass\nimport b", "a"),
        ("import a\nwith a: import b", "a"),
        ("import a\nimport near, b", "a"),
        ("import a\nimport quiet, b", "a c b"),
        ("import a\nfrom pack import inner\nimport b", "a d:e b"),
        ("import a\nfrom . import inner\nimport b", "a b"),
        ("import a\nimport broken, b", "a"),
        ("import (", ""),
    ],
)
def test_what_is_imported_before_anything_happens(text: str, modules: str, plant: Any) -> None:
    quiet = "import train\nx = _('x', 1)\nif __name__ == '__main__': print()\nimport c"
    texts = {"quiet.py": quiet, "near.py": "print()", "broken.py": "(", "pack/__init__.py": ""}
    plant({**texts, "pack/inner.py": "from . import other\nfrom d import e", "pack/other.py": ""})
    Path("train.py").write_text(text)
    rows = leading_imports("train.py", managers={"_"})
    shown = [f"{module}:{','.join(names)}" if names else module for module, names in rows]
    assert shown == modules.replace("typing:*", "typing:TYPE_CHECKING").split()


def test_packages_around_a_module_are_imported_first(plant: Any) -> None:
    plant({"pack/__init__.py": "import a", "pack/train.py": "import b"})
    script, packages = "pack/train.py", ["pack/__init__.py"]
    assert [*leading_imports(script, ["."], packages=packages)] == [("a", []), ("b", [])]
    Path("pack/__init__.py").write_text("import a\nprint()")
    assert [*leading_imports(script, ["."], packages=packages)] == [("a", [])]
