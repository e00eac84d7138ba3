"""Every example in a docstring runs and shows what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from typing import TYPE_CHECKING

import pytest

import hpargparse
import hpman

if TYPE_CHECKING:
    from pathlib import Path

MODULES = [
    found.name
    for package in (hpman, hpargparse)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not found.name.endswith("__main__")
]


@pytest.mark.parametrize("name", ["hpman", "hpargparse", *MODULES])
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
