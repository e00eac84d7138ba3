"""Mistakes in sources, files and paths, as they are told."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hpargparse.cli import errors
from hpargparse.cli.errors import error_text, exit_with_errors, format_error, missing_paths


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text("")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(
            FileNotFoundError(2, "No", "trian.py"),
            "trian.py: There is no such file or folder.\nDid you mean train.py?",
            id="near",
        ),
        pytest.param(
            FileNotFoundError(2, "No", os.path.join("none", "train.py")),
            f"{os.path.join('none', 'train.py')}: There is no such file or folder.\n"
            "Check the spelling and the current folder.",
            id="no folder",
        ),
        pytest.param(
            FileNotFoundError(2, "No", os.path.join("train.py", "pkg", "__main__.py")),
            f"{os.path.join('train.py', 'pkg', '__main__.py')}: There is no such file or folder.\n"
            "train.py is a file. Unpack it: sources inside an archive cannot be read.",
            id="in a zip archive",
        ),
        pytest.param(
            PermissionError(13, "Permission denied", "train.py"),
            "train.py: Cannot read this: Permission denied.\nAllow reading it or leave it out.",
            id="not allowed",
        ),
        pytest.param(
            OSError(5, "Input/output error", "train.py"),
            f"train.py: Cannot read this: {os.strerror(5)}.\n"
            "Fix the problem or leave the path out.",
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
            "Check the spelling and the current folder.",
            id="not escape",
        ),
        pytest.param(
            FileNotFoundError(2, "No", ""),
            "The path is empty.\nName a file or a folder; `.` is the current folder.",
            id="empty",
        ),
        pytest.param(OSError(5, "Input/output error"), "Input/output error", id="no path"),
    ],
)
def test_a_path_that_is_of_no_use_is_a_sentence(error: OSError, text: str) -> None:
    assert format_error(error) == text


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("target", ["gone.py", "link.py"])
def test_a_link_to_nothing_is_told_as_that(target: str) -> None:
    Path("link.py").symlink_to(target)
    with pytest.raises(OSError, match="link") as caught:
        os.stat("link.py")
    assert format_error(caught.value) == (
        "link.py: The symbolic link is broken.\nFix it or leave it out."
    )


def test_a_near_name_is_not_looked_for_where_the_folder_may_not_be_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: str) -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(errors, "os", SimpleNamespace(**{**vars(os), "listdir": refuse}))
    assert "Check the spelling" in format_error(FileNotFoundError(2, "No", "trian.py"))


def test_what_is_not_there_or_not_to_be_seen_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    look = os.stat

    def refuse(path: str, **rest: Any) -> os.stat_result:
        if path == "closed/a.py":
            raise PermissionError(13, "Permission denied", path)
        return look(path, **rest)

    monkeypatch.setattr(errors, "os", SimpleNamespace(**{**vars(os), "stat": refuse}))
    found = missing_paths(["train.py", "none.py", "closed/a.py", "train.py/a", "a\0b", ""])
    names = [error.filename for error in found]
    assert names == ["none.py", "closed/a.py", "train.py/a", "a\0b", ""]
    kinds = [type(error) for error in found]
    assert kinds == [FileNotFoundError, PermissionError, *[FileNotFoundError] * 3]


def test_mistakes_are_told_once_and_what_is_missing_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as caught:
        exit_with_errors(
            "hp", OSError(5, "Odd"), FileNotFoundError(2, "No", "b"), paths=["b", "train.py", "b"]
        )
    assert caught.value.code == 2
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "hp: error: b: There is no such file or folder."
    assert rest[1:] == ["Odd"]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(FileNotFoundError(2, "No such file", "a.py"), "a.py: No such file", id="file"),
        pytest.param(OSError("broken"), "broken", id="no file"),
        pytest.param(ValueError("wrong"), "wrong", id="another"),
    ],
)
def test_errors_are_told_in_a_sentence(error: Exception, text: str) -> None:
    assert error_text(error) == text
