"""The settings of a project: `[tool.hpman]` in `pyproject.toml`.

Owns where that file is looked for and which keys it may have; must not know the
rules.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hpman import Frozen
from hpman.names import advice
from hpman.text import relative_path

from ..cli.argv import PLACEHOLDER_RULE, is_placeholder
from ..errors import SettingsError
from .registry import read_codes

_MOST_BYTES = 1 << 20
_TABLE = "[tool.hpman"  # starts the header of our table, and of the tables in it
_FLAGS = ("record", "record-patch")
_KEYS = ("select", "ignore", "exclude", "placeholder", "programs", "per-file-ignores", *_FLAGS)


class Settings(Frozen):
    """Hold the settings of a project, and the folder that its globs are relative to."""

    __slots__ = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    placeholder: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    record: bool = False
    record_patch: bool = True
    folder: str = ""

    @property
    def exclude_globs(self) -> list[str]:
        """The globs of `exclude`, relative to the folder and to the checked paths."""
        globs = [os.path.join(self.folder, glob) for glob in self.exclude if "/" in glob]
        return [*self.exclude, *globs]


def read_settings(paths: Sequence[str]) -> Settings:
    """Read the settings for some files and folders.

    Those of their common folder apply, or else those of the current directory. A folder has
    those of the nearest `pyproject.toml`, in it or above it, with a table `[tool.hpman]`.
    """
    try:
        common = os.path.commonpath([os.path.abspath(path) for path in paths])
    except ValueError:  # on two drives
        common = os.getcwd()
    folder = common if os.path.isdir(common) else os.path.dirname(common)
    return _search(folder) or _search(os.getcwd()) or Settings()


def _search(folder: str) -> Settings | None:
    """Read the settings of a folder, or of the nearest folder above it that has settings."""
    while True:
        path = os.path.join(folder, "pyproject.toml")
        is_there = os.path.exists(path) and not os.path.isdir(path)
        if is_there and (settings := _read_pyproject(path, folder)):
            return settings
        if os.path.dirname(folder) == folder:
            return None
        folder = os.path.dirname(folder)


def _read_pyproject(path: str, folder: str) -> Settings | None:
    """Read the settings of a file; None if it has none."""
    shown = relative_path(path)
    try:
        status = os.stat(path)
        # Reading a pipe or a device may never end.
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            reason = f"The settings must be a regular file of at most {_MOST_BYTES:,} bytes."
            raise SettingsError(f"{shown}: {reason}")
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except UnicodeDecodeError:
        raise SettingsError(f"{shown}: The file is not UTF-8. Save it as UTF-8.") from None
    except OSError as error:
        reason = f"Cannot read the settings of the project: {error.strerror}."
        raise SettingsError(f"{shown}: {reason} Allow reading the file.") from None
    if "hpman" not in text:
        return None
    loads = _toml_loads()
    if loads is None:
        if _TABLE not in text:
            return None
        reason = "Python reads TOML from version 3.11 on. On 3.10, install `hpman[toml]`."
        raise SettingsError(f"{shown}: {reason}")
    try:
        tool = loads(text).get("tool")
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise SettingsError(f"{shown}: Cannot parse this TOML: {reason}.") from None
    table = tool.get("hpman") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SettingsError(f"{shown}: `tool.hpman` must be a table.")
    return Settings(**_settings(table, text, shown, folder), folder=folder)


def _toml_loads() -> Callable[[str], dict[str, Any]] | None:
    for name in ("tomllib", "tomli"):
        try:
            return __import__(name).loads  # type: ignore[no-any-return]
        except ImportError:
            pass
    return None


def _settings(table: Mapping[str, object], text: str, path: str, folder: str) -> dict[str, Any]:
    """Check and convert a table; report every problem with its line."""
    settings: dict[str, Any] = {}
    problems: list[str] = []
    for key, value in table.items():
        try:
            settings[key.replace("-", "_")] = _setting(key, value, folder)
        except SettingsError as error:
            problems += [f"{_place(path, text, key)}: {problem}" for problem in error.args]
    if problems:
        raise SettingsError(*problems)
    return settings


def _setting(key: str, value: object, folder: str) -> object:
    if key in _FLAGS:
        return _flag(key, value)
    if key == "exclude":
        return _strings(key, value)
    if key in ("select", "ignore"):
        return read_codes(_strings(key, value))
    if key == "placeholder":
        names = _strings(key, value)
        if odd := [name for name in names if not is_placeholder(name)]:
            raise SettingsError(*(f"{name!r} is not {PLACEHOLDER_RULE}." for name in odd))
        return names
    if key == "programs":
        programs = {name: os.path.join(folder, name) for name in _strings(key, value)}
        if missing := [path for path in programs if not os.path.exists(programs[path])]:
            raise SettingsError(
                *(f"There is no {path!r} beside pyproject.toml." for path in missing)
            )
        return tuple(programs.values())
    if key == "per-file-ignores":
        if not isinstance(value, dict):
            raise SettingsError(f"`{key}` must be a table from globs to lists of codes.")
        codes = {glob: _strings(f"{key}.{glob}", strings) for glob, strings in value.items()}
        read_codes(string for strings in codes.values() for string in strings)  # report all errors
        return tuple((glob, read_codes(strings)) for glob, strings in codes.items())
    raise SettingsError(f"`{key}` is not a setting; {advice(key, _KEYS)}")


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"`{key}` must be true or false.")
    return value


def _strings(key: str, value: object) -> tuple[str, ...]:
    strings = [value] if isinstance(value, str) else value
    if not isinstance(strings, list) or not all(isinstance(item, str) for item in strings):
        raise SettingsError(f"`{key}` must be a string or a list of strings.")
    return tuple(strings)


def _place(path: str, text: str, key: str) -> str:
    """Return the path, and the line of a key if the text shows it."""
    import re

    pattern = rf"^\s*({re.escape(_TABLE)}\.)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]"
    match = re.compile(pattern, re.MULTILINE).search(text, max(text.find(_TABLE), 0))
    return f"{path}:{text.count(chr(10), 0, match.end()) + 1}" if match else path
