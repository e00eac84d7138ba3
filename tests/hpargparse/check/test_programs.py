"""Which files of a check make one program."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpargparse.check.checker import split
from hpargparse.check.ownership import Owned
from hpargparse.check.sources import read_project
from hpman.programs import Project

IMPORT = "from hpman.m import _\n"
LR = f"{IMPORT}_('lr', 1)\n"


def _split(folder: Path, files: dict[str, str], *programs: str) -> list[list[str]]:
    """Return the files with hyperparameters of each program that has any."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    project = Project([str(folder)])
    index, modules = read_project(project)
    named = [str(folder / program) for program in programs]
    parts = split(project, index, Owned().update(index, modules), named)
    groups = ([Path(file.source.path) for file in part.files.values()] for part in parts)
    return sorted(sorted(p.relative_to(folder).as_posix() for p in g) for g in groups if g)


@pytest.mark.parametrize(
    ("files", "groups"),
    [
        pytest.param({"a.py": LR, "b.py": LR}, [["a.py"], ["b.py"]], id="nothing shared"),
        pytest.param(
            {"a.py": f"import lib\n{LR}", "lib.py": LR}, [["a.py", "lib.py"]], id="import"
        ),
        pytest.param(
            {"a.py": f"import b\n{LR}", "b.py": "import c", "c.py": LR},
            [["a.py", "c.py"]],
            id="import by way of a file without hyperparameters",
        ),
        pytest.param(
            {"a.py": f"import u\n{LR}", "b.py": f"import u\n{LR}", "u.py": ""},
            [["a.py", "b.py"]],
            id="shared module",
        ),
        pytest.param(
            {"a.py": f"import u\n{LR}", "x/b.py": f"import u\n{LR}", "u.py": "", "x/u.py": ""},
            [["a.py"], ["x/b.py"]],
            id="modules of one name",
        ),
        pytest.param(
            {"p/__init__.py": "", "p/a.py": LR, "p/q/__init__.py": "", "p/q/b.py": LR},
            [["p/a.py", "p/q/b.py"]],
            id="one package",
        ),
        pytest.param(
            {"a.py": f"{LR}_('x')", "b.py": f"{LR}_('x', 1)"}, [["a.py", "b.py"]], id="use"
        ),
        pytest.param(
            {"a.py": f"{IMPORT}_('lr')", "b.py": LR, "c.py": LR},
            [["a.py"], ["b.py"], ["c.py"]],
            id="use of a name with two definitions",
        ),
        pytest.param(
            {"x/a.py": f"{LR}_.parse_file('x')", "x/y/b.py": LR, "c.py": LR},
            [["c.py"], ["x/a.py", "x/y/b.py"]],
            id="parsed folder",
        ),
        pytest.param(
            {"a.py": f"{LR}_.parse_file( __file__, ())", "b.py": LR},
            [["a.py"], ["b.py"]],
            id="parsed file",
        ),
        pytest.param(
            {"a.py": f"{LR}hpargparse.parse_args(_, 'src')", "b.py": LR},
            [["a.py", "b.py"]],
            id="folder that hpargparse parses",
        ),
        pytest.param(
            {"a.py": f"{LR}hpargparse.parse_args(_, __file__)", "b.py": LR},
            [["a.py"], ["b.py"]],
            id="file that hpargparse parses",
        ),
    ],
)
def test_files_that_share_something_make_one_program(
    files: dict[str, str], groups: list[list[str]], tmp_path: Path
) -> None:
    assert _split(tmp_path, files) == groups


def test_a_named_program_is_a_script_or_a_folder_with_what_it_imports(tmp_path: Path) -> None:
    files = {
        "train.py": f"import model\n{LR}",
        "eval.py": "import model, metrics",
        "metrics.py": LR,
        "model.py": f"{IMPORT}_('depth', 1)",
        "tools/a.py": LR,
        "tools/b.py": LR,
        "rest.py": f"import more\n{LR}",
        "more.py": LR,
    }
    assert _split(tmp_path, files, "train.py", "eval.py", "tools") == [
        ["metrics.py", "model.py"],
        ["model.py", "train.py"],
        ["more.py", "rest.py"],
        ["tools/a.py", "tools/b.py"],
    ]
