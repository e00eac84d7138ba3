"""Files of values into a manager and back.

Owns which names of a file belong to which hyperparameter; knows neither
formats nor a parser.
"""

from __future__ import annotations

import warnings

from hpman import EMPTY, HyperParameterManager, NotLiteralEvaluable, Origin
from hpman._text import escape
from hpman.names import ancestors
from hpman.record import Record
from hpman.suggest import closest

from ..errors import ConversionError, MissingSnapshotError, SnapshotError, not_a_manager
from ..values.convert import Converter
from ..values.keys import find_key, key_change, key_paths
from .advice import TO_PROGRAM
from .files import read, write
from .flatten import flatten, holds, twice
from .validation import tried

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .advice import Advice
    from .flatten import Entry, Snapshot

_SHOWN_KEYS = 5


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
        TypeError: an argument is of another kind.

    >>> from hpman.m import _
    >>> load("no/such/file.yaml", _)
    Traceback (most recent call last):
        ...
    hpargparse.errors.MissingSnapshotError: no/such/file.yaml: ...
    """
    if not isinstance(manager, HyperParameterManager):
        raise not_a_manager(manager)
    known = converters(manager)
    loaded = read_values(
        path,
        known,
        separator=manager.separator,
        serial_format=serial_format,
        strict=strict,
        trust_pickle=trust_pickle,
    )
    for message in loaded.warnings:
        warnings.warn(message, stacklevel=2)
    for values, origins in tried(manager, [(loaded.values, loaded.origins)], known.get):
        manager.set_values(values, origins=origins)


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
        TypeError: an argument is of another kind.
    """
    if not isinstance(manager, HyperParameterManager):
        raise not_a_manager(manager)
    values, left_out = saveable(manager)
    write(path, values, serial_format)
    for message in [*left_out, *unloadable(values, converters(manager))]:
        warnings.warn(message, stacklevel=2)


def converters(manager: HyperParameterManager) -> dict[str, Converter]:
    """Return the converter of each hyperparameter, by name."""
    return {each.name: Converter.of(each) for each in manager.hyperparameters()}


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
                f"`{escape(name)}` is left out: its default `{one_line(value)}` is not known "
                "before the program has run it."
            )
        else:
            values[name] = value
    return values, left_out


def one_line(default: NotLiteralEvaluable) -> str:
    """Show the expression of a default on one line, without what does not print."""
    return escape(" ".join(default.expression.split()))


def unloadable(values: Mapping[str, object], known: Mapping[str, Converter]) -> list[str]:
    """Return a sentence on each value that a load would refuse, or change.

    What is typed, or stands in a file, fits. A default may not fit its own hints, and
    what a program sets need not fit at all.

    Args:
        values: the values by flat name.
        known: the converter of each hyperparameter, by name.
    """
    found = []
    for name, converter in known.items():
        if name not in values:
            continue
        value = values[name]
        try:
            fitted = converter.check(value)
        except ValueError as error:
            found.append(_refused_later(converter, value, error))
            continue
        if value is not converter.default and fitted is not value and fitted != value:
            from ..values.messages import changed_on_load

            found.append(changed_on_load(converter, value, fitted))
    return [escape(each) for each in found]


def _refused_later(converter: Converter, value: object, error: ValueError) -> str:
    """Say that a load will refuse what is saved, and what would let it pass."""
    whose, way_out = "its default", "Change the default, or the hint."
    if value is not converter.default:
        from ..values.messages import how_to_allow

        whose, way_out = "a program has set it", how_to_allow(converter, value)
    return f"`{converter.name}` is saved as {whose}, but a load will refuse it: {error}. {way_out}"


def read_values(
    path: str | os.PathLike[str],
    known: Mapping[str, Converter],
    *,
    separator: str,
    serial_format: str,
    otherwise: str | None = None,
    strict: bool,
    trust_pickle: bool,
    advice: Advice = TO_PROGRAM,
) -> Loaded:
    """Read a file and fit its values to the hyperparameters that exist.

    Args:
        path: the file, `-` for standard input.
        known: the converter of each hyperparameter, by name.
        separator: what stands between the parts of a name.
        serial_format: yaml, json or pickle; auto goes by the extension.
        otherwise: the format of a file that cannot be read in the first one.
        strict: whether a name that does not exist is an error.
        trust_pickle: whether a pickle may run code.
        advice: how the caller can say more of the file.

    Raises:
        SnapshotError: the file cannot be read or, strictly, has a name that
            does not exist; or values do not fit. It reports all of them.
    """
    snapshot = _read(path, serial_format, otherwise, advice, trust_pickle=trust_pickle)
    loaded = Loaded({}, {}, [])
    names = _Names(snapshot.path, known, separator)
    problems: list[SnapshotError] = []
    for entry in flatten(snapshot, known.__contains__, separator):
        try:
            value = names.fitted(entry)
        except _UnknownNameError as problem:
            if strict:
                problems.append(problem)
            else:
                loaded.warnings.append(f"{problem} It is not set.".replace("\n", " "))
        except SnapshotError as problem:
            problems.append(problem)
        else:
            if value is not EMPTY:
                loaded.values[entry.name] = value
                origin = Origin("file", snapshot.path, entry.line, None, value)
                loaded.origins[entry.name] = origin
    problems += names.given_twice()
    if problems:
        raise SnapshotError(*(each.diagnostics[0] for each in problems))
    # A dict is set before its keys, wherever they stand: it would take their values away.
    outermost_first = sorted(loaded.values.items(), key=lambda item: item[0].count(separator))
    return loaded.replace(values=dict(outermost_first))


def _read(
    path: str | os.PathLike[str],
    serial_format: str,
    otherwise: str | None,
    advice: Advice,
    *,
    trust_pickle: bool,
) -> Snapshot:
    """Read a file in a format, or else in another one."""
    try:
        return read(path, serial_format, trust_pickle=trust_pickle, advice=advice)
    except SnapshotError as problem:
        if otherwise in (None, "auto") or isinstance(problem, MissingSnapshotError):
            raise
        try:
            return read(path, str(otherwise), trust_pickle=trust_pickle)
        except SnapshotError:
            raise problem from None


class _UnknownNameError(SnapshotError):
    """Report a name that stands for nothing."""


class _Names:
    """Find what the names of a file stand for.

    Args:
        path: the file, for messages.
        known: the converter of each hyperparameter, by name.
        separator: what stands between the parts of a name.
    """

    def __init__(self, path: str, known: Mapping[str, Converter], separator: str) -> None:
        self.path = path
        self.known = known
        self.separator = separator
        self.keys: dict[str, dict[str, tuple[object, ...]]] = {}  # of each dict that is asked for
        # What gives a value, by its path in each dict.
        self.given: dict[str, dict[tuple[object, ...], Entry]] = {}

    def fitted(self, entry: Entry) -> object:
        """Return what to set the name of an entry to, EMPTY for nothing.

        Raises:
            SnapshotError: the value does not fit, or the name stands for nothing.
        """
        name = entry.name
        if name in self.known:
            self.given.setdefault(name, {})[()] = entry
            return self._checked(entry, self.known[name])
        owner = self._dict_above(name)
        if owner is not None:
            return self._of_key(entry, owner)
        below = f"{name}{self.separator}"
        inner = next((each for each in self.known if each.startswith(below)), None)
        if inner is None:
            near = closest(name, self.known, separator=self.separator)
            advice = (
                f"Did you mean `{near[0]}`?" if near else "Is its source among the parsed ones?"
            )
            raise self._unknown(entry, f"there is no hyperparameter `{name}`.", advice)
        if entry.value == {}:  # it gives none of the values below it, which is fine
            return EMPTY
        message = f"`{name}` is no hyperparameter but a group of them, such as `{inner}`."
        advice = f"Write the values below it, as in `{inner}: ...`."
        if isinstance(entry.value, dict):  # with keys that are no names
            odd = next(key for key in entry.value if type(key) is not str)
            advice += f" The key {odd!r} is a name in quotes alone."
        raise SnapshotError.at(self.path, entry.line, message, advice, name=name)

    def given_twice(self) -> Iterator[SnapshotError]:
        """Yield an error for each key that a dict above it has too, under no name of its own."""
        for given in self.given.values():
            for path, entry in given.items():
                for length in range(len(path)):
                    above = given.get(path[:length])
                    if above is not None and holds(above.value, path[length:]):
                        first, line = above.line, entry.line
                        if first is not None and line is not None:
                            first, line = sorted((first, line))
                        yield twice(self.path, entry.name, first, line)

    def _dict_above(self, name: str) -> str | None:
        """Return the hyperparameter with a dict that a name is a key of."""
        for above in reversed([*ancestors(name, self.separator)]):
            if above in self.known and type(self.known[above].default) is dict:
                return above
        return None

    def _of_key(self, entry: Entry, owner: str) -> object:
        """Return what to set a key of a dict to."""
        whole = self.known[owner]
        default: Any = whole.default
        if owner not in self.keys:
            self.keys[owner] = key_paths(default, self.separator)
        known, below = self.keys[owner], f"{owner}{self.separator}"
        key = entry.name[len(below) :]
        path = find_key(key, default, known, self.separator)
        if path is None:
            near = closest(key, known, separator=self.separator)
            some = ", ".join(f"`{each}`" for each in list(known)[:_SHOWN_KEYS])
            advice = f"Did you mean `{below}{near[0]}`?" if near else f"It has {some}."
            message = f"there is no key `{key}` in the default of `{owner}`."
            raise self._unknown(entry, message, advice)
        self.given.setdefault(owner, {})[path] = entry
        value = self._checked(entry, whole.key_converter(path))
        return key_change(owner, path, value, self.separator)

    def _checked(self, entry: Entry, converter: Converter) -> object:
        """Fit a value to its hyperparameter or key."""
        try:
            return converter.check(entry.value)
        except ConversionError as error:
            message = f"`{entry.name}`: {error}"
            raise SnapshotError.at(self.path, entry.line, message, "", name=entry.name) from None

    def _unknown(self, entry: Entry, message: str, advice: str) -> _UnknownNameError:
        """Report a name that stands for nothing."""
        return _UnknownNameError.at(self.path, entry.line, message, advice, name=entry.name)
