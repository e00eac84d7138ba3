"""What the short form does, from sources to values."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

import hpargparse
from hpman import HyperParameterManager


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["train.py", "--lr", "3"])
    Path("train.py").write_text('import model\nfrom hpman.m import _\n_("lr", 0.1)\n')
    Path("model.py").write_text('from hpman.m import _\n_("depth", 4)\n')
    Path("other.py").write_text('from hpman.m import _\n_("unrelated", 5)\n')


def test_a_script_counts_with_what_it_imports() -> None:
    manager = HyperParameterManager("_")
    args = hpargparse.parse_args(manager, "train.py")
    assert (args.lr, args.depth, manager("lr")) == (3.0, 4, 3.0)
    assert not hasattr(args, "unrelated")


def test_a_folder_counts_whole(tmp_path: Path) -> None:
    args = hpargparse.parse_args(HyperParameterManager("_"), tmp_path, ["--unrelated", "6"])
    assert (args.lr, args.depth, args.unrelated) == (0.1, 4, 6)


def test_a_parser_and_settings_of_bind_may_be_given() -> None:
    parser = ArgumentParser()
    parser.add_argument("--gpu")
    args = hpargparse.parse_args(
        HyperParameterManager("_"), "train.py", ["--gpu", "1"], parser=parser, inject_actions=False
    )
    assert vars(args) == {"gpu": "1", "depth": 4, "lr": 0.1}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        pytest.param('_("a", 1)\n_("a", 2)\n', "Duplicated default values:", id="rule"),
        pytest.param("_(\n", "train.py:2:2: This is no Python", id="syntax"),
        pytest.param('_("help", 1)\n', "both make the option --help.", id="conflict"),
        pytest.param('_("a", 1, type="x")\n', "the hint `type` of `a` is 'x'", id="hint"),
    ],
)
def test_a_mistake_in_the_sources_ends_with_status_2(
    source: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("train.py").write_text(f"from hpman.m import _\n{source}")
    with pytest.raises(SystemExit) as caught:
        hpargparse.parse_args(HyperParameterManager("_"), "train.py", [])
    error = capsys.readouterr().err
    assert caught.value.code == 2
    assert error.startswith("train.py: error: ")
    assert sentence in error


def test_a_missing_script_ends_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        hpargparse.parse_args(HyperParameterManager("_"), "none.py", [])
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        "train.py: error: none.py: There is no such file or folder.\n"
        "Check how it is spelled, and in which folder you are.\n"
    )


def test_bind_stays_a_function_whatever_was_imported_first(tmp_path: Path) -> None:
    program = "import hpargparse; hpargparse.parse_args; print(hpargparse.bind.__name__)"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout == "bind\n"


def test_no_module_bears_the_name_of_what_is_public() -> None:
    owners = hpargparse._OWNERS
    assert not owners.keys() & set(owners.values())


def test_the_version_is_that_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"version of {name}")
    assert hpargparse.__version__ == "version of hpman"


@pytest.mark.parametrize(
    ("manager", "path", "sentence"),
    [
        pytest.param("_", "train.py", "'_' is not a manager", id="the name of a manager"),
        pytest.param(HyperParameterManager("_"), None, "None is not a path; give a str", id="None"),
    ],
)
def test_arguments_of_another_kind_are_refused_with_a_sentence(
    manager: Any, path: Any, sentence: str
) -> None:
    with pytest.raises(TypeError, match=sentence):
        hpargparse.parse_args(manager, path, [])
