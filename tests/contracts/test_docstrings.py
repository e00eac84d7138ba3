"""Every example in a docstring runs and shows what it says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import hpargparse
import hpman

# The modules whose docstrings have examples.
MODULES = sorted(
    ".".join((package.__name__, *path.relative_to(root).with_suffix("").parts))
    for package in (hpman, hpargparse)
    for root in map(Path, package.__path__)
    for path in root.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", [name.removesuffix(".__init__") for name in MODULES])
def test_docstring_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    finder = doctest.DocTestFinder()
    # A module such as hpman.m makes any attribute: look at what it holds.
    runner = doctest.DocTestRunner(optionflags=flags)
    says: list[str] = []
    for case in finder.find(module, name):
        runner.run(case, out=says.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(says)
