"""The settings of a project in `pyproject.toml`."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from hpargparse.check.config import Config, ConfigError, configured, configured_for

if TYPE_CHECKING:
    from pathlib import Path


def _write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def test_settings_are_read(tmp_path: Path) -> None:
    _write(
        tmp_path,
        '[tool.hpman]\nselect = ["HPM1", "hpm201"]\nignore = "HPM104, HPM105"\n'
        'exclude = "old"\nplaceholder = ["hp", "cfg"]\n'
        '[tool.hpman.per-file-ignores]\n"tests/**" = ["HPM2"]\n"x.py" = "HPM"\n',
    )
    assert configured(str(tmp_path)) == Config(
        select=("HPM1", "HPM201"),
        ignore=("HPM104", "HPM105"),
        exclude=("old",),
        placeholder=("hp", "cfg"),
        per_file_ignores=(("tests/**", ("HPM2",)), ("x.py", ("HPM",))),
        folder=str(tmp_path),
    )


def test_the_nearest_file_that_has_settings_counts(tmp_path: Path) -> None:
    _write(tmp_path, "[tool.hpman]\nignore = 'HPM1'\n")
    _write(tmp_path / "a", "[tool.hpman]\nignore = 'HPM2'\n")
    _write(tmp_path / "a" / "b", "[project]\nname = 'hpman'\n")
    (tmp_path / "a" / "b" / "c" / "pyproject.toml").mkdir(parents=True)
    assert configured(str(tmp_path / "a" / "b" / "c")).ignore == ("HPM2",)
    assert configured(str(tmp_path)).ignore == ("HPM1",)


@pytest.mark.parametrize(
    ("paths", "ignore"),
    [
        pytest.param(["a"], "HPM2", id="folder"),
        pytest.param(["a/b", "a/x.py"], "HPM2", id="folder around several"),
        pytest.param(["a/x.py"], "HPM2", id="file"),
        pytest.param(["a", "c"], "HPM1", id="nothing but here"),
        pytest.param(["."], "HPM1", id="here"),
        pytest.param(["c/nope"], "HPM1", id="path that is not there"),
        pytest.param([os.sep], "HPM1", id="elsewhere"),
    ],
)
def test_settings_are_those_of_the_folder_of_all_paths_else_of_this_one(
    paths: list[str], ignore: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "[tool.hpman]\nignore = 'HPM1'\n")
    _write(tmp_path / "a", "[tool.hpman]\nignore = 'HPM2'\n")
    (tmp_path / "a" / "b").mkdir()
    (tmp_path / "a" / "x.py").touch()
    (tmp_path / "c").mkdir()
    monkeypatch.chdir(tmp_path)
    assert configured_for(paths).ignore == (ignore,)


def test_paths_without_a_common_folder_have_the_settings_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_two_drives(_paths: list[str]) -> str:
        raise ValueError("Paths don't have the same drive")

    _write(tmp_path, "[tool.hpman]\nignore = 'HPM1'\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "commonpath", on_two_drives)
    assert configured_for(["a", "b"]).ignore == ("HPM1",)


@pytest.mark.parametrize("text", ["", "[tool.other]\n", "tool = 3\nhpman = 4\n"])
def test_a_file_without_settings_says_nothing(text: str, tmp_path: Path) -> None:
    _write(tmp_path, text)
    assert configured(str(tmp_path)) == Config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[tool.hpman]\n\nignroe = []", ":3: `ignroe` is no .* `ignore`?", id="key"),
        pytest.param("[tool.hpman]\nzzz = 1", ":2: `zzz` is no .*there are select, ", id="far"),
        pytest.param("[tool.hpman]\nselect = 1", ":2: `select` has to be a text, or", id="type"),
        pytest.param("[tool.hpman]\nexclude = [1]", ":2: `exclude` has to be a text", id="item"),
        pytest.param(
            "[tool.hpman]\nselect = 'X'", ":2: `select`: 'X' is the code of no", id="code"
        ),
        pytest.param(
            "[tool.hpman.per-file-ignores]\n'a' = 'X1'",
            ":1: `per-file-ignores` of 'a': 'X1' is the code of no",
            id="table",
        ),
        pytest.param(
            "[tool.hpman]\nper-file-ignores = 'a'", ":2: .* has to be a table from", id="no table"
        ),
        pytest.param(
            "[tool.hpman]\nper-file-ignores.a = 1",
            ":2: `per-file-ignores` of 'a' has to be a text, or a list",
            id="no codes",
        ),
        pytest.param(
            "[tool.hpman]\nplaceholder = ['hp', 'a b']\n",
            ":2: `placeholder` has to be a name that Python can import, .* which 'a b' is not",
            id="placeholder",
        ),
        pytest.param("tool.hpman.ignroe = 1", "toml: `ignroe` is no", id="without its line"),
        pytest.param("[tool]\nhpman = 3", "toml: `tool.hpman` has to be a table", id="no settings"),
        pytest.param("[tool.hpman]\nx = \n", "toml: this is no TOML: .*line 2", id="no TOML"),
    ],
)
def test_malformed_settings_are_refused_with_their_line(
    text: str, message: str, tmp_path: Path
) -> None:
    _write(tmp_path, text)
    with pytest.raises(ConfigError, match=message):
        configured(str(tmp_path))


def test_all_that_is_malformed_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(
        tmp_path,
        "[tool.hpman]\nselect = 1\nignroe = []\nignore = ['HPM1, HPM9', 'E501', 'hpm9', 'E501']\n"
        "placeholder = ['a b', 'hp', '1']\n"
        "[tool.hpman.per-file-ignores]\n'a' = 'X1'\n'b' = 'HPM2'\n'c' = ['X2', 'X1']\n'd' = 3\n",
    )
    with pytest.raises(ConfigError) as refused:
        configured(str(tmp_path))
    assert [re.split(r"[;,] ", each)[0] for each in str(refused.value).splitlines()] == [
        "pyproject.toml:2: `select` has to be a text",
        "pyproject.toml:3: `ignroe` is no setting of ours",
        "pyproject.toml:4: `ignore`: 'HPM9' is the code of no rule",
        "pyproject.toml:4: `ignore`: 'E501' is the code of no rule",
        "pyproject.toml:4: `ignore`: 'hpm9' is the code of no rule",
        "pyproject.toml:5: `placeholder` has to be a name that Python can import",
        "pyproject.toml:5: `placeholder` has to be a name that Python can import",
        "pyproject.toml:6: `per-file-ignores` of 'a': 'X1' is the code of no rule",
        "pyproject.toml:6: `per-file-ignores` of 'c': 'X2' is the code of no rule",
        "pyproject.toml:6: `per-file-ignores` of 'c': 'X1' is the code of no rule",
        "pyproject.toml:6: `per-file-ignores` of 'd' has to be a text",
    ]


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="toml: this file is no UTF-8; save it as"):
        configured(str(tmp_path))


def _closed(path: str, *_rest: object, **_more: object) -> NoReturn:
    raise PermissionError(13, "Permission denied", path)


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "[tool.hpman]")
    monkeypatch.setattr("builtins.open", _closed)
    with pytest.raises(ConfigError, match=r"Permission denied; .*allow reading it$"):
        configured(str(tmp_path))


def test_a_folder_that_may_not_be_entered_has_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "[tool.hpman]\nignore = 'HPM1'\n")
    closed = str(tmp_path / "closed")
    look, opened = os.stat, open

    def refuse(original: Any) -> Any:
        def looked(path: Any, *rest: Any, **more: Any) -> Any:
            if str(path).startswith(closed):
                _closed(path)
            return original(path, *rest, **more)

        return looked

    monkeypatch.setattr(os, "stat", refuse(look))
    monkeypatch.setattr("builtins.open", refuse(opened))
    assert configured(closed).ignore == ("HPM1",)


@pytest.fixture
def without_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tomllib", "tomli"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("without_toml")
def test_settings_that_nothing_can_read_are_refused_with_a_way_out(tmp_path: Path) -> None:
    _write(tmp_path, "[project]\nname = 'x'\n\n[tool.hpman]\nignore = ['HPM1']\n")
    with pytest.raises(ConfigError, match=r"toml:4: .* install \"hpman\[toml\]\"$"):
        configured(str(tmp_path))


@pytest.mark.usefixtures("without_toml")
def test_a_file_that_nothing_can_read_and_has_no_settings_says_nothing(tmp_path: Path) -> None:
    _write(tmp_path, "[project]\ndependencies = ['hpman']\n")
    assert configured(str(tmp_path)) == Config()
