"""The settings of a project in `pyproject.toml`."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest

from hpargparse.check.config import Settings, read_settings
from hpargparse.errors import SettingsError

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
    assert read_settings([str(tmp_path)]) == Settings(
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
    assert read_settings([str(tmp_path / "a" / "b" / "c")]).ignore == ("HPM2",)
    assert read_settings([str(tmp_path)]).ignore == ("HPM1",)


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
    assert read_settings(paths).ignore == (ignore,)


def test_paths_without_a_common_folder_have_the_settings_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "[tool.hpman]\nignore = 'HPM1'\n")
    monkeypatch.chdir(tmp_path)
    assert read_settings([]).ignore == ("HPM1",)


@pytest.mark.parametrize("text", ["", "[tool.other]\n", "tool = 3\nhpman = 4\n"])
def test_a_file_without_settings_says_nothing(text: str, tmp_path: Path) -> None:
    _write(tmp_path, text)
    assert read_settings([str(tmp_path)]) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[tool.hpman]\n\nignroe = []", ":3: `ignroe` is not a .* `ignore`?", id="key"),
        pytest.param("[tool.hpman]\nzzz = 1", ":2: `zzz` is not .*there are `select`, ", id="far"),
        pytest.param("[tool.hpman]\nselect = 1", ":2: `select` must be a string or", id="type"),
        pytest.param("[tool.hpman]\nexclude = [1]", ":2: `exclude` must be a string", id="item"),
        pytest.param("[tool.hpman]\nselect = 'X'", ":2: 'X' is not a code", id="code"),
        pytest.param(
            "[tool.hpman.per-file-ignores]\n'a' = 'X1'",
            ":1: 'X1' is not a code",
            id="table",
        ),
        pytest.param(
            "[tool.hpman]\nper-file-ignores = 'a'", ":2: .* must be a table from", id="no table"
        ),
        pytest.param(
            "[tool.hpman]\nper-file-ignores.a = 1",
            ":2: `per-file-ignores.a` must be a string or a list",
            id="no codes",
        ),
        pytest.param(
            "[tool.hpman]\nplaceholder = ['hp', 'a b']\n",
            ":2: 'a b' is not a name that Python can import",
            id="placeholder",
        ),
        pytest.param("tool.hpman.ignroe = 1", "toml: `ignroe` is not", id="without its line"),
        pytest.param("[tool]\nhpman = 3", "toml: `tool.hpman` must be a table", id="no settings"),
        pytest.param("[tool.hpman]\nx = \n", "toml: Cannot parse .*line 2", id="no TOML"),
        pytest.param(
            f"[tool.hpman]\nx = {'[' * 100_000}", "toml: Cannot parse .*too deeply", id="deep"
        ),
        pytest.param(
            "[tool.hpman]\nprograms = ['gone.py']", ":2: There is no 'gone.py'", id="program"
        ),
        pytest.param(
            '[tool.hpman]\n"\\u001b[1m\\u202e" = 1',
            r"toml: `\\x1b\[1m\\u202e` is not",
            id="odd key",
        ),
        pytest.param(f"[tool.hpman]\n#{' ' * (1 << 20)}", "at most 1,048,576 bytes", id="large"),
    ],
)
def test_malformed_settings_are_refused_with_their_line(
    text: str, message: str, tmp_path: Path
) -> None:
    _write(tmp_path, text)
    with pytest.raises(SettingsError, match=message):
        read_settings([str(tmp_path)])


def test_everything_malformed_is_reported_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(
        tmp_path,
        "[tool.hpman]\nselect = 1\nignroe = []\nignore = ['HPM1, HPM9', 'E501', 'hpm9', 'E501']\n"
        "placeholder = ['a b', 'hp', '1']\n"
        "[tool.hpman.per-file-ignores]\n'a' = 'X1'\n'b' = 'HPM2'\n'c' = ['X2', 'X1']\n",
    )
    with pytest.raises(SettingsError) as refused:
        read_settings([str(tmp_path)])
    assert [re.split(r"[;,] | or a", line)[0] for line in str(refused.value).splitlines()] == [
        "pyproject.toml:2: `select` must be a string",
        "pyproject.toml:3: `ignroe` is not a setting",
        "pyproject.toml:4: 'HPM9' is not a code",
        "pyproject.toml:4: 'E501' is not a code",
        "pyproject.toml:4: 'hpm9' is not a code",
        "pyproject.toml:5: 'a b' is not a name that Python can import",
        "pyproject.toml:5: '1' is not a name that Python can import",
        "pyproject.toml:6: 'X1' is not a code",
        "pyproject.toml:6: 'X2' is not a code",
    ]


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="toml: The file is not UTF-8"):
        read_settings([str(tmp_path)])


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: str, *_rest: object, **_more: object) -> NoReturn:
        raise PermissionError(13, "Permission denied", path)

    _write(tmp_path, "[tool.hpman]")
    monkeypatch.setattr("hpargparse.check.config.open", closed, raising=False)
    with pytest.raises(SettingsError, match=r"Permission denied\. Allow reading the file\.$"):
        read_settings([str(tmp_path)])


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes with names")
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_settings_that_are_no_regular_file_are_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(SettingsError, match=r"toml: The settings must be a regular file"):
        read_settings([str(tmp_path)])


@pytest.fixture
def without_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tomllib", "tomli"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("without_toml")
def test_settings_that_nothing_can_read_are_refused_with_a_way_out(tmp_path: Path) -> None:
    _write(tmp_path, "[project]\nname = 'x'\n\n[tool.hpman]\nignore = ['HPM1']\n")
    with pytest.raises(SettingsError, match=r"toml: .* install `hpman\[toml\]`\.$"):
        read_settings([str(tmp_path)])


@pytest.mark.usefixtures("without_toml")
def test_a_file_that_nothing_can_read_and_has_no_settings_says_nothing(tmp_path: Path) -> None:
    _write(tmp_path, "[project]\ndependencies = ['hpman']\n")
    assert read_settings([str(tmp_path)]) == Settings()
