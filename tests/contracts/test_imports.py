"""What an import loads is part of the product: start-up is nearly all imports."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import hpman

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = frozenset(
    "typing dataclasses inspect re ast enum logging pathlib yaml tabulate argparse json pickle "
    "multiprocessing difflib tokenize importlib.metadata".split()
)
OURS = ("hpman", "hpargparse")
# Of the standard library, an import may load these beside what each Python starts with.
THIN = frozenset(
    "__future__ _collections _contextvars _functools _operator _thread _weakref _weakrefset "
    "collections functools itertools keyword operator reprlib threading types weakref".split()
)


def _loaded_by(program: str) -> set[str]:
    """Name the modules that a program loads into a bare Python.

    Nothing of the environment's start-up (path files, coverage) takes part, for
    what it loads would hide what we load.
    """
    where = os.path.dirname(os.path.dirname(os.path.abspath(hpman.__file__)))
    environment = {key: value for key, value in os.environ.items() if key.startswith("SYSTEM")}
    code = (
        "import sys, os, io, stat, codecs, site\n"
        f"sys.path.insert(0, {where!r})\n"
        "bare = set(sys.modules)\n"
        f"{program}\n"
        "print(*set(sys.modules) - bare)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", code],
        capture_output=True,
        env=environment,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "program",
    [
        "import hpman",
        "import hpman.m",
        "from hpman.m import _",
        "from hpman.m import _; _('a', 1); _('a'); _.set_value('a', 2); _.get_values()",
        "import hpargparse",
    ],
)
def test_a_thin_import_loads_none_of(program: str) -> None:
    loaded = {name for name in _loaded_by(program) if name.split(".")[0] not in OURS}
    assert loaded & HEAVY == set()
    assert loaded <= THIN


def test_importing_the_package_loads_no_half_of_it() -> None:
    loaded = _loaded_by("import hpman, hpargparse")
    assert {name for name in loaded if name.startswith(OURS)} == {"hpman", "hpargparse"}


def test_reading_a_value_loads_nothing_of_the_static_half() -> None:
    loaded = _loaded_by("from hpman.m import _; _('a', 1)")
    assert not any(name.startswith("hpman.static.") for name in loaded)
    assert not any(name.startswith("hpargparse") for name in loaded)


def test_parsing_loads_no_writer_of_files_and_no_command_line() -> None:
    loaded = _loaded_by("from hpman.m import _; _.parse_source('_(\"a\", 1)')")
    assert loaded.isdisjoint({"yaml", "tabulate", "argparse", "pickle", "json", "logging"})
    assert loaded.isdisjoint({"typing", "dataclasses", "inspect", "pathlib"})


def test_a_small_program_loads_at_most_27_of_our_modules(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(
        "from hpman.m import _\nimport hpargparse\n"
        "hpargparse.parse_args(_, __file__)\nassert _('lr', 0.1) == 3\n"
    )
    run = f"import runpy; sys.argv = ['train.py', '--lr', '3']; runpy.run_path({str(path)!r})"
    assert len([name for name in _loaded_by(run) if name.split(".")[0] in OURS]) <= 27
