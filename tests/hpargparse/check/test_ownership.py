"""What ties a call to hpman, in sources that hold others' `_` too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.check.ownership import Owned
from hpargparse.check.sources import read_project
from hpman.programs import Project

if TYPE_CHECKING:
    from pathlib import Path

    from hpman import Index

TIED = "from hpman.m import _\n_('lr', 1)\n"


def _owned(folder: Path, files: dict[str, str], *placeholders: str) -> Index:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    read = read_project(Project([str(folder)]), placeholders)
    return Owned().update(*read, placeholders)


def _kept(index: Index) -> list[str]:
    """Return the names of all calls, the codes of problems, and hidden calls with a `!`."""
    names = [
        call.name
        for placeholder in sorted(index.placeholders())
        for call in index.occurrences(placeholder)
    ]
    problems = [problem for file in index.files.values() for problem in file.diagnostics]
    return names + [
        f"!{problem.name}" if problem.code == "HPM301" else problem.code for problem in problems
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("from hpman.m import _\n_('Hello'); _(x)", ["Hello", "HPM102"], id="import"),
        pytest.param("import hpman\n_ = hpman.m._\n_('Hello')", ["Hello"], id="through the module"),
        pytest.param("from hpman.m import hp as x\nx('Hello')", ["Hello"], id="alias"),
        pytest.param(
            "from hpman.m import _\ndef f(_): _('Hello'); _(x)", ["!Hello", "!None"], id="hidden"
        ),
        pytest.param("_('lr', 1); _('Hello'); _(x)", ["lr", "Hello", "HPM102"], id="looks right"),
        pytest.param("_('a', 1, h=h); _()", ["a", "HPM103", "HPM101"], id="typical and faulty"),
        pytest.param("_('a', h=h); _('b c', 1, 2); _(x, 1)", [], id="faulty calls of others"),
        pytest.param("_ = f\n_('a', 1, 2)", [], id="a faulty call that is hidden"),
        pytest.param("_('Hello'); _(x)", [], id="nothing looks right"),
        pytest.param("_('Hello you', 'now'); _('lr')", [], id="a message has blanks"),
        pytest.param(
            "from common import _\n_('lr', 1); _()", ["lr", "HPM101"], id="unknown module"
        ),
        pytest.param("from common import _\n_('Hello'); _(x)", [], id="unknown module, messages"),
        pytest.param("_ = f\n_('lr', 1); _('Hello'); _(x)", ["!lr"], id="bound to something else"),
        pytest.param("from gettext import gettext as _\n_('lr', 1)", [], id="imported from others"),
        pytest.param("_('lr', 1)\ndef f(_): _('b', 1); _(x)", ["lr", "!b"], id="bound in a scope"),
        pytest.param("_('lr'", ["HPM001"], id="broken"),
    ],
)
def test_what_counts_of_a_file(text: str, kept: list[str], tmp_path: Path) -> None:
    assert _kept(_owned(tmp_path, {"a.py": text, "z.py": "import hpman"})) == kept


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "_ = gettext.translation('app').gettext\n_('Remove', 'action')", id="with a context"
        ),
        pytest.param("gettext.install('app')\n_('menu', 1); _('menu', 2)", id="installed"),
        pytest.param("for _ in xs: _('a', 1)", id="loop variable"),
        pytest.param("def _(a, b=None): ...\n_('a', 1)", id="function"),
        pytest.param("from common import _\n_('lr', 1)", id="import"),
        pytest.param("_('lr', 1", id="broken"),
    ],
)
def test_nothing_counts_where_no_file_mentions_hpman(text: str, tmp_path: Path) -> None:
    assert not _owned(tmp_path, {"a.py": text, "b.py": "_('lr', 1)"}).files


def test_a_file_mentions_hpman_if_the_module_of_its_placeholder_does(tmp_path: Path) -> None:
    (tmp_path / "common.py").write_text("from hpman.m import _")
    path = tmp_path / "a.py"
    path.write_text("from common import _\n_('lr', 1)")
    assert _kept(Owned().update(*read_project(Project([str(path)])))) == ["lr"]


@pytest.mark.parametrize(
    ("files", "kept"),
    [
        pytest.param(
            {"a.py": "_('lr'); _('Hello')"}, ["lr", "Hello", "lr", "HPM302"], id="defined name"
        ),
        pytest.param({"a.py": "_('Hello')"}, ["lr", "HPM302"], id="undefined name"),
        pytest.param({"a.py": "_ = f\n_('lr'); _('Hello')"}, ["lr", "!lr"], id="defined, hidden"),
        pytest.param(
            {"a.py": "from elsewhere import _\n_('Hello')"}, ["Hello", "lr"], id="module not found"
        ),
        pytest.param(
            {
                "a.py": "from common import hp, _\n_('Hello')",
                "common.py": "from hpman.m import _, hp",
            },
            ["Hello", "lr"],
            id="module with a manager and more",
        ),
        pytest.param(
            {"a.py": "from common import _\n_('Hello')", "common.py": "_ = str"},
            ["lr"],
            id="module without a manager",
        ),
        pytest.param(
            {"a.py": "from common import _\n_('Hello')", "common.py": "from hpman.m import _"},
            ["Hello", "lr"],
            id="module with a manager",
        ),
        pytest.param(
            {
                "a/b.py": "from ..c import _\n_('Hello')",
                "c/__init__.py": "from .d import _\n",
                "c/d.py": "from z import _",
            },
            ["Hello", "lr"],
            id="by way of two modules, relative",
        ),
        pytest.param(
            {
                "a/b.py": "from c import _\n_('Hello')",
                "c/__init__.py": "from .d import _\n",
                "c/d.py": "from . import _",
            },
            ["lr"],
            id="in a ring",
        ),
        pytest.param(
            {
                "a.py": "from i18n import _\n_('Hello')",
                "c.py": "from i18n import _\n_('Hello')",
                "a/b.py": "from i18n import _\n_('Hello')",
                "i18n.py": "_ = str",
            },
            ["lr"],
            id="one module for two folders",
        ),
        pytest.param(
            {"a/b.py": "from a import _\n_('Hello')", "a/__init__.py": "import gettext"},
            ["lr"],
            id="package above",
        ),
    ],
)
def test_what_counts_beside_a_file_with_a_manager(
    files: dict[str, str], kept: list[str], tmp_path: Path
) -> None:
    assert _kept(_owned(tmp_path, {**files, "z.py": TIED})) == kept


def test_a_name_that_the_caller_gives_is_a_manager_unless_it_is_bound(tmp_path: Path) -> None:
    files = {"a.py": "_('Hello'); _(x)", "b.py": "_ = f\n_('Hello')"}
    assert _kept(_owned(tmp_path, files, "_")) == ["Hello", "HPM102"]


def test_a_manager_that_one_file_imports_is_known_by_its_bare_name(tmp_path: Path) -> None:
    files = {
        "a.py": "from common import hp\nhp('a')",
        "common.py": "from hpman.m import hp",
        "i18n.py": "_('Hello')",
    }
    index = _owned(tmp_path, files)
    assert index.placeholders() == {"hp"}
    assert _kept(index) == ["a"]


def test_files_without_hyperparameters_or_problems_are_left_out(tmp_path: Path) -> None:
    files = {"a.py": TIED, "b.py": "_('x'", "c.py": "from hpman.m import _"}
    assert len(_owned(tmp_path, {**files, "d.py": "_ = f\n_('lr')"}).files) == 3
