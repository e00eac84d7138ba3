"""A check after an edit finds what a new check finds, and repeats little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.check import names
from hpargparse.check.checker import Checker
from hpargparse.check.config import Settings
from hpargparse.check.typos import SimilarNames

if TYPE_CHECKING:
    from pathlib import Path

    from hpman import Index

IMPORT = "from hpman.m import _\n"
FILES = {
    "train.py": f"{IMPORT}import net, other\n_('lr', 0.1)\n_('momentum', 0.9)\n",
    "net.py": f"{IMPORT}_('lr')\n_('depth', 3, choices=[3, 4])\n",
    "other.py": "",
}


@pytest.fixture
def checker(tmp_path: Path) -> Checker:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return Checker([str(tmp_path)], Settings())


EDITS = [
    pytest.param("net.py", f"{IMPORT}_('lr', 0.2)\n", ["HPM201"], id="duplicate default"),
    pytest.param("net.py", f"{IMPORT}_('lr'\n", ["HPM001"], id="broken"),
    pytest.param("train.py", "import net\n", ["HPM202"], id="definition gone"),
    pytest.param("other.py", f"{IMPORT}_('momntum', 1)", ["HPM206"], id="similar name"),
    pytest.param("other.py", f"{IMPORT}_('help', 1)", ["HPM204"], id="option"),
    pytest.param("other.py", f"{IMPORT}_('lr.x', 1)", ["HPM203"], id="leaf and branch"),
    pytest.param("other.py", "_('lr')", ["HPM302"], id="not bound"),
    pytest.param("net.py", f"{IMPORT}_('depth', 5, choices=[3])", ["HPM205"], id="choices"),
    pytest.param("other.py", f"{IMPORT}_('a', 1, aliases='lr')", ["HPM208"], id="alias"),
    pytest.param("other.py", f"{IMPORT}_('a', 1, when={{'l': [1]}})", ["HPM212"], id="when"),
]


@pytest.mark.parametrize(("name", "text", "codes"), EDITS)
def test_an_edit_and_back(
    checker: Checker, tmp_path: Path, name: str, text: str, codes: list[str]
) -> None:
    path = str(tmp_path / name)
    assert checker.findings() == []
    checker.project.edit(path, text.encode())
    assert [finding.code for finding in checker.findings()] == codes
    (tmp_path / name).write_text(text)
    assert Checker([str(tmp_path)], Settings()).findings() == checker.findings()
    checker.project.edit(path, FILES[name].encode())
    assert checker.findings() == []


def test_all_edits_together(checker: Checker, tmp_path: Path) -> None:
    for case in EDITS:
        name, text, _codes = case.values
        (tmp_path / str(name)).write_text(str(text))
        checker.project.edit(str(tmp_path / str(name)), str(text).encode())
        assert Checker([str(tmp_path)], Settings()).findings() == checker.findings()


def test_only_names_that_changed_are_judged_again(
    checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker.findings()
    judged: list[str] = []
    judge = names._judge

    def note(index: Index, placeholder: str, new: list[str]) -> object:
        judged.extend(new)
        return judge(index, placeholder, new)

    monkeypatch.setattr(names, "_judge", note)
    checker.project.edit(str(tmp_path / "net.py"), f"{IMPORT}_('depth', 4)".encode())
    checker.findings()
    assert judged == ["depth", "lr"]


def test_separate_programs_stay_separate(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.py").write_text(f"{IMPORT}_('lr', 1)")
    checker = Checker([str(tmp_path)], Settings())
    assert checker.findings() == []
    checker.project.edit(str(tmp_path / "b.py"), f"import a\n{IMPORT}_('lr', 1)".encode())
    assert [finding.code for finding in checker.findings()] == ["HPM201"]
    checker.project.edit(str(tmp_path / "b.py"), None)
    assert checker.findings() == []


def test_a_builtin_that_a_file_installs(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("_('x', 1)")
    (tmp_path / "b.py").write_text(IMPORT)
    (tmp_path / "c.py").write_text("")
    checker = Checker([str(tmp_path)], Settings())
    assert [finding.code for finding in checker.findings()] == ["HPM302"]
    checker.project.edit(str(tmp_path / "c.py"), b"import builtins\nbuiltins._ = print")
    assert checker.findings() == []


def test_an_edited_module_hands_a_manager_on(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from common import _\n_('x y')\n")
    (tmp_path / "common.py").write_text(IMPORT)
    (tmp_path / "b.py").write_text("import hpman")
    checker = Checker([str(tmp_path)], Settings())
    assert [finding.code for finding in checker.findings()] == ["HPM105", "HPM202"]
    checker.project.edit(str(tmp_path / "common.py"), b"_ = print")
    assert checker.findings() == []


def test_similar_names_are_forgotten() -> None:
    names = SimilarNames()
    assert [*names.pairs(["momentum", "momntum", "mometum"])] == [
        ("momntum", "momentum"),
        ("mometum", "momentum"),
    ]
    names.keep({"momntum"})
    assert [*names.pairs(["momntum"])] == []
    assert [*names.pairs(["momentum", "momntum"])] == [("momntum", "momentum")]


def test_a_check_is_prepared_in_slices(tmp_path: Path) -> None:
    names = "".join(f"_('name{number}', 1)\n" for number in range(120))
    (tmp_path / "a.py").write_text(f"{IMPORT}{names}_('momentum', 1)\n_('momntum', 1)\n")
    checker = Checker([str(tmp_path)], Settings())
    assert not checker.prepare(0)
    assert not checker.prepare(0)
    assert not checker.prepare(0)
    assert checker.prepare(0)
    assert [finding.code for finding in checker.findings()] == ["HPM206"]
    assert checker.prepare(60)
    assert Checker([str(tmp_path)], Settings()).prepare(60)
