"""Files of values into a manager and back.

Owns which names of a file belong to which hyperparameter; knows neither
formats nor a parser.
"""

from __future__ import annotations

import warnings

from hpman import NotLiteralEvaluable, Origin
from hpman.record import Record

from .convert import Converter
from .errors import ConversionError, SnapshotError
from .snapshot import flatten, read, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from hpman import HyperParameterManager

    from .snapshot import Entry


class Loaded(Record):
    """Hold what a file says about hyperparameters that exist.

    Attributes:
        values: the values by flat name, each fit for its hyperparameter.
        origins: file and line of each.
        warnings: what the file says about names that do not exist.
    """

    __slots__ = ()
    values: dict[str, object]
    origins: dict[str, Origin]
    warnings: list[str]


def load(
    path: str | os.PathLike[str],
    manager: HyperParameterManager,
    *,
    serial_format: str = "auto",
    strict: bool = False,
    trust_pickle: bool = False,
) -> None:
    """Set the hyperparameters of a manager from a file: all of it, or nothing.

    Args:
        path: the file, `-` for standard input.
        manager: the manager, with its sources parsed.
        serial_format: yaml, json or pickle; auto goes by the extension.
        strict: whether a name that does not exist is an error, not a warning.
        trust_pickle: whether a pickle may run code.

    Raises:
        SnapshotError: the file cannot be read, or a value does not fit.

    >>> from hpman.m import _
    >>> load("no/such/file.yaml", _)
    Traceback (most recent call last):
        ...
    hpargparse.errors.MissingSnapshotError: no/such/file.yaml: ...
    """
    loaded = read_values(
        path,
        converters(manager),
        separator=manager.separator,
        serial_format=serial_format,
        strict=strict,
        trust_pickle=trust_pickle,
    )
    for message in loaded.warnings:
        warnings.warn(message, stacklevel=2)
    manager.set_values(loaded.values, origins=loaded.origins)


def save(
    path: str | os.PathLike[str], manager: HyperParameterManager, *, serial_format: str = "auto"
) -> None:
    """Write the values of a manager to a file: all of them, or the old file stays.

    Args:
        path: the file, `-` for standard output.
        manager: the manager.
        serial_format: yaml, json or pickle; auto goes by the extension.

    Raises:
        SnapshotError: the file cannot be written, or the format cannot hold a value.
    """
    values, left_out = saveable(manager)
    write(path, values, serial_format)
    for message in left_out:
        warnings.warn(message, stacklevel=2)


def converters(manager: HyperParameterManager) -> dict[str, Converter]:
    """Return the converter of each hyperparameter, by name."""
    found = {}
    for each in manager.hyperparameters():
        place = f"{each.definition.path}:{each.definition.line}" if each.definition else ""
        found[each.name] = Converter(each.value, each.hints, each.name, place)
    return found


def saveable(manager: HyperParameterManager) -> tuple[dict[str, object], list[str]]:
    """Split the values of a manager: those a file can hold, and a sentence on each other.

    Defaults that only the running program knows are left out: they are not
    settled before it has run their calls.
    """
    values: dict[str, object] = {}
    left_out = []
    for name, value in manager.get_values().items():
        if isinstance(value, NotLiteralEvaluable):
            left_out.append(
                f"`{name}` is left out: its default `{value.expression}` is not known "
                "before the program has run it."
            )
        else:
            values[name] = value
    return values, left_out


def read_values(
    path: str | os.PathLike[str],
    known: Mapping[str, Converter],
    *,
    separator: str,
    serial_format: str,
    strict: bool,
    trust_pickle: bool,
) -> Loaded:
    """Read a file and fit its values to the hyperparameters that exist.

    Raises:
        SnapshotError: the file cannot be read or, strictly, has a name that
            does not exist; or values do not fit. It reports all of them.
    """
    snapshot = read(path, serial_format, trust_pickle=trust_pickle)
    loaded = Loaded({}, {}, [])
    problems: list[SnapshotError] = []
    for entry in flatten(snapshot, known.__contains__, separator):
        converter = _converter(entry.name, known, separator)
        below = f"{entry.name}{separator}"
        inner = (
            None if converter else next((each for each in known if each.startswith(below)), None)
        )
        if inner is not None:
            if entry.value != {}:  # else it gives none of the values below it, which is fine
                problems.append(_group(snapshot.path, entry, inner))
            continue
        if converter is None:
            problem = _unknown(snapshot.path, entry, known)
            if strict:
                problems.append(problem)
            else:
                loaded.warnings.append(f"{problem} It is not set.".replace("\n", " "))
            continue
        try:
            value = converter.check(entry.value)
        except ConversionError as error:
            problems.append(
                SnapshotError.at(
                    snapshot.path, entry.line, f"`{entry.name}`: {error}", "", name=entry.name
                )
            )
            continue
        loaded.values[entry.name] = value
        loaded.origins[entry.name] = Origin("file", snapshot.path, entry.line, None, value)
    if problems:
        raise SnapshotError(*(each.diagnostics[0] for each in problems))
    return loaded


def _converter(name: str, known: Mapping[str, Converter], separator: str) -> Converter | None:
    """Find the converter of a name, or of a key below a hyperparameter that is a dict."""
    if name in known:
        return known[name]
    above, found, _key = name.rpartition(separator)
    while found:
        if above in known and isinstance(known[above].default, dict):
            keys = [*name[len(above) + len(separator) :].split(separator)]
            return known[above].key_converter(keys)
        above, found, _key = above.rpartition(separator)
    return None


def _group(path: str, entry: Entry, inner: str) -> SnapshotError:
    """Report a value for a name that only has other names below it."""
    return SnapshotError.at(
        path,
        entry.line,
        f"`{entry.name}` is no hyperparameter but a group of them, such as `{inner}`.",
        f"Write the values below it, as in `{inner}: ...`.",
        name=entry.name,
    )


def _unknown(path: str, entry: Entry, known: Mapping[str, Converter]) -> SnapshotError:
    """Report a name that no hyperparameter has."""
    from difflib import get_close_matches

    near = get_close_matches(entry.name, known, n=1)
    advice = f"Did you mean `{near[0]}`?" if near else "Is its source among the parsed ones?"
    return SnapshotError.at(
        path, entry.line, f"there is no hyperparameter `{entry.name}`.", advice, name=entry.name
    )
