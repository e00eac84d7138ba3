"""What `import hpman` gives."""

from __future__ import annotations

import subprocess
import sys

import pytest

import hpman


@pytest.mark.parametrize("name", hpman.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(hpman, name) is not None
    assert name in dir(hpman)


def test_a_public_module_needs_no_import_of_its_own() -> None:
    code = "import hpman; print(hpman.errors, hpman.hpm_db, hpman.m, hpman.manager)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("<module 'hpman.") == 4


def test_the_version_is_that_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"version of {name}")
    assert hpman.__version__ == "version of hpman"


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="module 'hpman' has no attribute 'nothing'"):
        hpman.nothing  # noqa: B018
    with pytest.raises(ImportError):
        from hpman import nothing  # noqa: F401


@pytest.mark.parametrize("name", ["_", "hp"])
def test_managers_are_imported_from_m(name: str) -> None:
    with pytest.raises(ImportError, match=f"write `from hpman.m import {name}`"):
        exec(f"from hpman import {name}")
    with pytest.raises(AttributeError, match=f"write `from hpman.m import {name}`"):
        getattr(hpman, name)
    assert not hasattr(hpman, name)


def test_everything_can_be_imported_at_once() -> None:
    namespace: dict[str, object] = {}
    exec("from hpman import *", namespace)
    assert set(hpman.__all__) <= set(namespace)
