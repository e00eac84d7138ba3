"""The settings of a project: `[tool.hpman]` in `pyproject.toml`.

Owns where that file is looked for and which keys it may have; knows no rule.
"""

from __future__ import annotations

import os

from hpman.record import Record

from ..cli.placeholders import RULE, is_placeholder
from .selection import UnknownCodeError, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from re import Match
    from typing import Any

_FILE = "pyproject.toml"
_TABLE = "tool.hpman"


class Config(Record):
    """Hold what a project has settled.

    Attributes:
        select: codes, or beginnings of codes, of the rules that are wanted.
        ignore: those that are not.
        exclude: globs of files and folders to leave out.
        placeholder: the names whose bare calls are hyperparameters.
        per_file_ignores: codes that are not wanted in files that a glob names.
        folder: the folder of the file, which its globs are read from.
    """

    __slots__ = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    placeholder: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    folder: str = ""


class ConfigError(ValueError):
    """Report settings that cannot be taken: each on a line of its own, with its file and line."""


class _MalformedError(Exception):
    """Tell what is wrong with a setting, in sentences that lack nothing but its key in front."""


def configured(folder: str) -> Config:
    """Read the settings that hold in a folder.

    Args:
        folder: the folder; the nearest `pyproject.toml` in it or above it that has
            settings of ours counts.

    Raises:
        ConfigError: the settings are malformed.

    >>> configured(os.sep) == Config()
    True
    """
    folder = os.path.abspath(folder)
    while True:
        path = os.path.join(folder, _FILE)
        text = _read(path)
        if _TABLE.rpartition(".")[2] in text:
            config = _from_text(text, path, folder)
            if config is not None:
                return config
        above = os.path.dirname(folder)
        if above == folder:
            return Config()
        folder = above


def configured_for(paths: Sequence[str]) -> Config:
    """Read the settings that hold for files and folders.

    Args:
        paths: the files and folders; the settings are those of the folder that all of
            them are in, else those of the current directory.

    Raises:
        ConfigError: the settings are malformed.

    >>> configured_for([os.sep]) == configured(os.getcwd())
    True
    """
    try:
        common = os.path.commonpath([os.path.abspath(each) for each in paths])
    except ValueError:  # on two drives
        return configured(os.getcwd())
    found = configured(common if os.path.isdir(common) else os.path.dirname(common))
    return found if found.folder else configured(os.getcwd())


def _read(path: str) -> str:
    """Return the text of a file; nothing where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    except UnicodeDecodeError:
        raise ConfigError(f"{_shown(path)}: this file is no UTF-8; save it as UTF-8") from None
    except OSError as error:
        if not os.path.exists(path):  # as far as can be seen from outside of its folder
            return ""
        raise ConfigError(
            f"{_shown(path)}: this file cannot be read: {error.strerror}; it may hold the "
            "settings of the project, so allow reading it"
        ) from None


def _from_text(text: str, path: str, folder: str) -> Config | None:
    """Read the settings of one file; None where it has none of ours."""
    loads = _reader()
    if loads is None:
        if (header := _header(text)) is None:
            return None
        raise ConfigError(
            f"{_at(path, text, header)}: Python reads TOML from 3.11 on; to have these settings "
            'read by an older one, install "hpman[toml]"'
        )
    try:
        tool = loads(text).get("tool")
    except ValueError as error:
        raise ConfigError(f"{_shown(path)}: this is no TOML: {error}") from None
    table = tool.get("hpman") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ConfigError(f"{_shown(path)}: `{_TABLE}` has to be a table")
    return Config(**_settings(table, text, path), folder=folder)


def _reader() -> Callable[[str], dict[str, Any]] | None:
    """Return what reads TOML, if there is anything that does."""
    for name in ("tomllib", "tomli"):
        try:
            return __import__(name).loads  # type: ignore[no-any-return]
        except ImportError:
            pass
    return None


def _settings(table: Mapping[str, object], text: str, path: str) -> dict[str, Any]:
    """Check and convert the settings of a table."""
    settings: dict[str, Any] = {}
    problems: list[str] = []
    for key, value in table.items():
        try:
            settings[key.replace("-", "_")] = _setting(key, value)
        except _MalformedError as error:
            place = _place(path, text, key)
            problems += [f"{place}: `{key}`{each}" for each in error.args]
    if problems:
        raise ConfigError("\n".join(problems))
    return settings


def _setting(key: str, value: object) -> object:
    """Check and convert one setting."""
    if key in _KEYS:
        return _KEYS[key](value)
    from hpman.suggest import closest

    near = closest(key, _KEYS)
    hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(_KEYS)}"
    raise _MalformedError(f" is no setting of ours; {hint}")


def _texts(value: object) -> tuple[str, ...]:
    """Take a text, or a list of texts."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise _MalformedError(" has to be a text, or a list of texts")
    return tuple(texts)


def _placeholders(value: object) -> tuple[str, ...]:
    """Take names of managers."""
    names = _texts(value)
    odd = [each for each in names if not is_placeholder(each)]
    if odd:
        raise _MalformedError(*(f" has to be {RULE}, which {each!r} is not" for each in odd))
    return names


def _codes(value: object) -> tuple[str, ...]:
    """Take codes, or beginnings of codes."""
    try:
        return known(_texts(value))
    except UnknownCodeError as error:
        raise _MalformedError(*(f": {each}" for each in error.args)) from None


def _codes_by_glob(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Take a table from globs to codes."""
    if not isinstance(value, dict):
        raise _MalformedError(" has to be a table from globs to lists of codes")
    found: list[tuple[str, tuple[str, ...]]] = []
    problems: list[str] = []
    for glob, codes in value.items():
        try:
            found.append((glob, _codes(codes)))
        except _MalformedError as error:
            problems += [f" of {glob!r}{each}" for each in error.args]
    if problems:
        raise _MalformedError(*problems)
    return tuple(found)


_KEYS: dict[str, Callable[[object], object]] = {
    "select": _codes,
    "ignore": _codes,
    "exclude": _texts,
    "placeholder": _placeholders,
    "per-file-ignores": _codes_by_glob,
}


def _place(path: str, text: str, key: str) -> str:
    """Return file and line of a key, as far as that can be told from the text."""
    import re

    header = _header(text)
    spelled = rf"^\s*(?:\[\s*tool\s*\.\s*hpman\s*\.\s*)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]"
    found = re.compile(spelled, re.MULTILINE).search(text, header.start() if header else 0)
    return _at(path, text, found) if found else _shown(path)


def _header(text: str) -> Match[str] | None:
    """Find where our table begins."""
    import re

    return re.search(r"^\s*\[\s*tool\s*\.\s*[\"']?hpman\b", text, re.MULTILINE)


def _at(path: str, text: str, found: Match[str]) -> str:
    """Return file and line of what was found in a text."""
    return f"{_shown(path)}:{text.count(chr(10), 0, found.end()) + 1}"


def _shown(path: str) -> str:
    """Show a path from here."""
    from hpman._text import relative_path

    return relative_path(path)
