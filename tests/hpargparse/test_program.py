"""What the short form does, from sources to values."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

import hpargparse
from hpargparse.program import missing, parsed, sentence, stop
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


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(
            FileNotFoundError(2, "No", "trian.py"),
            "trian.py: There is no such file or folder.\nDid you mean train.py?",
            id="near",
        ),
        pytest.param(
            FileNotFoundError(2, "No", os.path.join("none", "train.py")),
            f"{os.path.join('none', 'train.py')}: There is no such file or folder.\n"
            "Check how it is spelled, and in which folder you are.",
            id="no folder",
        ),
        pytest.param(
            PermissionError(13, "Permission denied", "train.py"),
            "train.py: This cannot be read: Permission denied.\nAllow reading it, or leave it out.",
            id="not allowed",
        ),
        pytest.param(
            OSError(5, "Input/output error", "train.py"),
            f"train.py: This cannot be read: {os.strerror(5)}.\n"
            "Mend what is there, or leave it out.",
            id="broken",
        ),
        pytest.param(
            NotADirectoryError(20, "No", "train.py/"),
            "train.py/: There is no such file or folder.\nDid you mean train.py?",
            id="no folder at all",
        ),
        pytest.param(
            FileNotFoundError(2, "No", "\x1b[1m.py"),
            "\\x1b[1m.py: There is no such file or folder.\n"
            "Check how it is spelled, and in which folder you are.",
            id="not printable",
        ),
        pytest.param(
            FileNotFoundError(2, "No", ""),
            "The path is empty.\nName a file or a folder; `.` is the one that you are in.",
            id="empty",
        ),
        pytest.param(OSError(5, "Input/output error"), "Input/output error", id="no path"),
    ],
)
def test_a_path_that_is_of_no_use_is_a_sentence(error: OSError, told: str) -> None:
    assert sentence(error) == told


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("target", ["gone.py", "link.py"])
def test_a_link_to_nothing_is_told_as_that(target: str) -> None:
    Path("link.py").symlink_to(target)
    with pytest.raises(OSError, match="link") as caught:
        os.stat("link.py")
    assert sentence(caught.value) == (
        "link.py: This symbolic link leads to nothing.\nMend the link, or leave it out."
    )


def test_a_near_name_is_not_looked_for_where_the_folder_may_not_be_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: str) -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "listdir", refuse)
    assert "Check how it is spelled" in sentence(FileNotFoundError(2, "No", "trian.py"))


def test_what_is_not_there_or_not_to_be_seen_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    look = os.stat

    def refuse(path: str, **rest: Any) -> os.stat_result:
        if path == "closed/a.py":
            raise PermissionError(13, "Permission denied", path)
        return look(path, **rest)

    monkeypatch.setattr(os, "stat", refuse)
    found = missing(["train.py", "none.py", "closed/a.py", "train.py/a", "a\0b", ""])
    assert [each.filename for each in found] == ["none.py", "closed/a.py", "train.py/a", "a\0b", ""]
    kinds = [type(each) for each in found]
    assert kinds == [FileNotFoundError, PermissionError, *[FileNotFoundError] * 3]


def test_mistakes_are_told_once_and_what_is_missing_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as caught:
        stop("hp", OSError(5, "Odd"), FileNotFoundError(2, "No", "b"), paths=["b", "train.py", "b"])
    assert caught.value.code == 2
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "hp: error: b: There is no such file or folder."
    assert rest[1:] == ["Odd"]


@pytest.mark.parametrize(
    ("line", "first", "rest"),
    [
        ("a b c", "a", ["b", "c"]),
        ("a -x 1 b", "a", ["b"]),
        ("a -- -b --x --", "a", ["-b", "--x", "--"]),
        ("-x 1 -- -a", "-a", []),
        ("a --", "a", []),
    ],
)
def test_behind_two_dashes_no_word_is_an_option(line: str, first: str, rest: list[str]) -> None:
    parser = ArgumentParser()
    parser.add_argument("first")
    parser.add_argument("rest", nargs="*", default=None)
    parser.add_argument("-x")
    found = parsed(parser, line.split())
    assert (found.first, found.rest or []) == (first, rest)


def test_an_option_takes_no_word_from_behind_two_dashes(capsys: pytest.CaptureFixture[str]) -> None:
    parser = ArgumentParser()
    parser.add_argument("rest", nargs="*")
    parser.add_argument("-x")
    with pytest.raises(SystemExit):
        parsed(parser, ["-x", "--", "a"])
    assert "argument -x: expected one argument" in capsys.readouterr().err


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
