"""Load files of values into a manager, and save them.

Owns which hyperparameter a name in a file refers to; must not know formats or parsers.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from hpman import (
    EMPTY,
    Frozen,
    HyperParameterManager,
    NotLiteralEvaluable,
    Origin,
    is_path,
)
from hpman.names import SCOPE, ancestors, split_scope
from hpman.text import escape

from ..errors import ConversionError, MissingSnapshotError, SnapshotError, not_a_manager
from ..values.convert import Converter, saved_form
from ..values.keys import find_key, key_change, key_paths
from ..values.renames import renames
from .files import (
    IN_PROGRAM,
    FileSettings,
    Snapshot,
    format_of,
    read_snapshot,
    saving_problem,
    write_all,
)
from .flatten import Entry, duplicate_key, flatten, has_key_path, with_new_names
from .formats import extension_format
from .includes import with_includes
from .unknown_names import UnknownNameError, UnknownNames
from .validation import dry_run
from .value_limits import unsupported_reason, with_plain_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any

_MOST_WARNINGS = 100


class LoadedValues(Frozen):
    """The values of a file, converted to the types of the hyperparameters.

    Attributes:
        values: the values by flat name.
        origins: file and line of every value.
        warnings: messages about unknown names.
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
    strict: bool = True,
    trust_pickle: bool = False,
) -> None:
    """Set hyperparameters from a file: all of them or none.

    A YAML or JSON file may have a key `include`, a path or a list of paths. These files are read
    first, and the file overrides them.

    Args:
        path: the file, `-` for standard input.
        manager: the manager, with parsed sources.
        serial_format: yaml, json or pickle; auto chooses by the extension.
        strict: whether an unknown name is an error, or else a warning.
        trust_pickle: whether a pickle may run code.

    Raises:
        SnapshotError: if the file cannot be read, or a value does not fit.
        TypeError: if an argument has the wrong type.

    >>> from hpman.m import _
    >>> load("no/such/file.yaml", _)
    Traceback (most recent call last):
        ...
    hpargparse.errors.MissingSnapshotError: no/such/file.yaml: ...
    """
    if not isinstance(manager, HyperParameterManager):
        raise not_a_manager(manager)
    converters = Converters(manager)
    files = read_values(
        path, converters, serial_format=serial_format, strict=strict, trust_pickle=trust_pickle
    )
    for message in [message for file in files for message in file.warnings]:
        warnings.warn(message, stacklevel=2)
    layers = dry_run(manager, [(file.values, file.origins) for file in files], converters.get)
    for values, origins in layers:
        manager.set_values(values, origins=origins)


def save(
    path: str | os.PathLike[str], manager: HyperParameterManager, *, serial_format: str = "auto"
) -> None:
    """Write all values of a manager to a file. On errors, an old file is unchanged.

    Args:
        path: the file, `-` for standard output.
        manager: the manager.
        serial_format: yaml, json or pickle; auto chooses by the extension.

    Raises:
        SnapshotError: if the file cannot be written, or the format cannot represent a value.
        TypeError: if an argument has the wrong type.
    """
    if not isinstance(manager, HyperParameterManager):
        raise not_a_manager(manager)
    values, left_out = saveable_values(manager, format_of(path, serial_format))
    write_all([(path, values, serial_format, IN_PROGRAM)])
    for message in [*left_out, *reload_warnings(values, Converters(manager))]:
        warnings.warn(message, stacklevel=2)


class Converters(dict[str, Converter]):
    """The converters of all hyperparameters by name.

    A name with a scope, such as `encoder/depth`, is found if a source opens the scope. It is
    not among the items.
    """

    def __init__(self, manager: HyperParameterManager) -> None:
        super().__init__((item.name, Converter.of(item)) for item in manager.hyperparameters())
        self._manager = manager
        self.separator: str = manager.separator
        self.scopes: frozenset[str] | None = manager.scopes()

    def __missing__(self, name: str) -> Converter:
        scope, plain = self._manager.split_scope(name)
        if not scope or self.unknown_scope(scope) or plain not in self:
            raise KeyError(name)
        return self[plain]

    def __contains__(self, name: object) -> bool:
        return self.get(name) is not None

    def get(self, name: Any, default: Any = None) -> Any:
        """Return the converter of a name, else the default."""
        try:
            return self[name]
        except KeyError:
            return default

    @cached_property
    def renamed(self) -> dict[str, Converter]:
        """The converters by old name.

        Raises:
            ConversionError: if a hint `aliases` is refused.
        """
        return renames(self.values())

    def unknown_scope(self, scope: str) -> str | None:
        """Return the first of nested scopes that no source opens, or None."""
        parts = scope.split(SCOPE) if self.scopes is not None else []
        return next((part for part in parts if part not in (self.scopes or ())), None)

    def split_scope(self, name: str) -> tuple[str, str]:
        """Return the scope in a name, if there is any, and the rest."""
        return self._manager.split_scope(name)


def saveable_values(
    manager: HyperParameterManager,
    serial_format: str = "yaml",
    selects: Callable[[str], bool] | None = None,
) -> tuple[dict[str, object], list[str]]:
    """Return the values to save, and a message about every other value.

    A default that no file can hold is left out, whether or not the program has run it. A value
    that was set is not: `write` refuses it. A `Path` becomes text, and a member of an Enum
    its name.
    """
    values: dict[str, object] = {}
    messages = []
    with manager.scope(None):  # a snapshot is the same everywhere in a program
        for name, current in manager.get_values().items():
            scope, plain = manager.split_scope(name)
            owners = (plain, *(ancestors(plain, manager.separator) if scope else ()))
            if selects is not None and not any(map(selects, owners)):
                continue
            value = saved_form(current)
            if isinstance(value, NotLiteralEvaluable):
                shown = f"`{expression_line(value)}` is unknown before the program has run it"
                messages.append(f"`{name}` is left out: its default {shown}.")
                continue
            if unsupported_reason(value) is not None:
                value = with_plain_numbers(value)
            problem = saving_problem(value, serial_format)
            if problem is not None and manager.explain(name)[-1].is_default:
                messages.append(f"`{name}` is left out: its default {problem}.")
            else:
                values[name] = value
    return values, [escape(message) for message in messages]


def expression_line(default: NotLiteralEvaluable) -> str:
    """Return the expression of a default in one line, with control characters escaped."""
    return escape(" ".join(default.expression.split()))


def reload_warnings(values: Mapping[str, object], converters: Mapping[str, Converter]) -> list[str]:
    """Return a message about every value that a load would refuse or change.

    Options and files are checked when they are read. But a default may violate its own
    hints, and a program may set anything.
    """
    messages = []
    for name, value in values.items():
        if name not in converters:
            continue
        converter = converters[name]
        is_default = type(value) is type(converter.default) and value == converter.default
        try:
            loaded = converter.check(value)
        except ValueError as error:
            what, advice = "its default", "Change the default or the hint."
            if not is_default:
                from ..values.messages import how_to_allow

                what, advice = "the value that the program set", how_to_allow(converter, value)
            messages.append(
                f"`{name}` is saved with {what}, but a load will refuse it: {error}. {advice}"
            )
            continue
        if is_default or is_path(loaded) or converter.members:
            continue
        if loaded is not value and loaded != value:
            from ..values.messages import changed_on_load

            messages.append(changed_on_load(name, converter, value, loaded))
    return [escape(message) for message in messages]


def read_values(
    path: str | os.PathLike[str],
    converters: Converters,
    *,
    serial_format: str,
    fallback_format: str | None = None,
    strict: bool,
    trust_pickle: bool,
    settings: FileSettings = IN_PROGRAM,
) -> list[LoadedValues]:
    """Read a file and convert its values to the types of the hyperparameters.

    The files that it includes come first. A file that cannot be read in its format is read in
    the fallback format.

    Raises:
        SnapshotError: if the file cannot be read, a value does not fit or, with `strict`,
            a name is unknown. The error lists all problems.
    """

    def read_included(path: str) -> Snapshot:
        chosen = serial_format if extension_format(path) is None else "auto"
        limits = settings.replace(can_trust=False)
        return _read_in_either_format(path, chosen, fallback_format, limits, trust_pickle=False)

    first = _read_in_either_format(
        path, serial_format, fallback_format, settings, trust_pickle=trust_pickle
    )
    names = {**converters.renamed, **converters}
    files: list[LoadedValues] = []
    problems: list[SnapshotError] = []
    for snapshot in with_includes(first, read_included, names, converters.separator):
        loaded, refused = _fit_all(snapshot, converters)
        if not strict:
            unknown = [problem for problem in refused if isinstance(problem, UnknownNameError)]
            refused = [problem for problem in refused if not isinstance(problem, UnknownNameError)]
            loaded.warnings.extend(_ignored(unknown))
        files.append(loaded)
        problems += sorted(refused, key=lambda problem: problem.line or 0)
    if problems:
        raise _all_problems(problems, settings)
    return files


def _fit_all(
    snapshot: Snapshot, converters: Converters
) -> tuple[LoadedValues, list[SnapshotError]]:
    """Convert the values of one file, and return the problems with it."""
    fitter, separator = _Fitter(snapshot.path, converters), converters.separator
    entries = flatten(snapshot, fitter.is_leaf, separator)
    entries, notes, problems = with_new_names(
        snapshot.path, entries, converters, converters.renamed, separator
    )
    loaded = LoadedValues({}, {}, notes)
    for entry in entries:
        try:
            value = fitter.fit(entry)
        except SnapshotError as problem:
            problems.append(problem)
            continue
        if value is not EMPTY:
            loaded.values[entry.name] = value
            loaded.origins[entry.name] = Origin("file", snapshot.path, entry.line, None, value)
    problems += [*fitter.duplicates(), *fitter.errors.of_names(fitter.unknown)]
    # Set a dict before its keys, whatever their order in the file, because it replaces them.
    outermost_first = sorted(loaded.values.items(), key=lambda item: item[0].count(separator))
    return loaded.replace(values=dict(outermost_first)), problems


def _read_in_either_format(
    path: str | os.PathLike[str],
    serial_format: str,
    fallback_format: str | None,
    settings: FileSettings,
    *,
    trust_pickle: bool,
) -> Snapshot:
    try:
        return read_snapshot(path, serial_format, trust_pickle=trust_pickle, settings=settings)
    except SnapshotError as problem:
        if fallback_format in (None, "auto") or isinstance(problem, MissingSnapshotError):
            raise
        try:
            return read_snapshot(path, str(fallback_format), trust_pickle=trust_pickle)
        except SnapshotError:
            raise problem from None


def _all_problems(problems: list[SnapshotError], settings: FileSettings) -> SnapshotError:
    """Return one error for all problems, which says once how to ignore unknown names."""
    diagnostics = [problem.diagnostics[0] for problem in problems]
    unknown = [at for at, row in enumerate(problems) if isinstance(row, UnknownNameError)]
    for at in unknown[-1:]:
        advice = f"{diagnostics[at].advice} {settings.lenient_setting} ignores unknown names."
        diagnostics[at] = diagnostics[at].replace(advice=advice)
    return SnapshotError(*diagnostics)


def _ignored(unknown: Sequence[UnknownNameError]) -> Iterator[str]:
    for problem in unknown[:_MOST_WARNINGS]:
        yield f"{problem} Ignored.".replace("\n", " ")
    if len(unknown) > _MOST_WARNINGS:
        yield f"{unknown[0].path}: {len(unknown) - _MOST_WARNINGS} more unknown names. Ignored."


class _Fitter:
    """Convert the entries of one file, and find keys that appear twice."""

    def __init__(self, path: str, converters: Converters) -> None:
        self.path = path
        self.converters = converters
        self.separator = converters.separator
        # The keys in the default of every dict that the file refers to.
        self._keys: dict[str, dict[str, tuple[object, ...]]] = {}
        self.unknown: list[Entry] = []
        self.errors = UnknownNames(path, converters)
        # A hyperparameter below each branch.
        self._members = {
            above: name
            for name in reversed([*converters])
            for above in ancestors(name, self.separator)
        }
        # The entries by hyperparameter, and by the path within its dict.
        self._entries: dict[str, dict[tuple[object, ...], Entry]] = {}

    def is_leaf(self, name: str) -> bool:
        """Return whether a name in a file is that of a hyperparameter, old or new."""
        renamed = self.converters.renamed
        _scope, old = split_scope(name, renamed.__contains__, self.separator)
        return name in self.converters or (old in renamed and old not in self._members)

    def fit(self, entry: Entry) -> object:
        """Return the value to set for the name of an entry, or EMPTY for none."""
        name = entry.name
        if name in self.converters:
            self._entries.setdefault(name, {})[()] = entry
            return self._check(entry, self.converters[name])
        for outer in reversed([*ancestors(name, self.separator)]):
            if outer in self.converters and type(self.converters[outer].default) is dict:
                return self._fit_key(entry, outer)
        scope, plain = self.converters.split_scope(name)
        member = self._members.get(plain)
        if member is None or (scope and self.converters.unknown_scope(scope)):
            self.unknown.append(entry)
            return EMPTY
        if entry.value == {}:  # a group without values
            return EMPTY
        member = f"{scope}{SCOPE}{member}" if scope else member
        message = f"`{name}` is a group, not a hyperparameter. Its members include `{member}`."
        advice = f"Write the values of its members, as in `{member}: ...`."
        if isinstance(entry.value, dict):
            key = next(key for key in entry.value if type(key) is not str)
            advice += f" The key {key!r} must be in quotes to be a name."
        raise SnapshotError.at(self.path, entry.line, message, advice, name=name)

    def duplicates(self) -> Iterator[SnapshotError]:
        """Yield an error for every key that the file also sets inside a dict."""
        for entries in self._entries.values():
            for path, entry in entries.items():
                for length in range(len(path)):
                    outer = entries.get(path[:length])
                    if outer is not None and has_key_path(outer.value, path[length:]):
                        first, second = outer.line, entry.line
                        if first is not None and second is not None:
                            first, second = sorted((first, second))
                        yield duplicate_key(self.path, entry.name, first, second)

    def _fit_key(self, entry: Entry, owner: str) -> object:
        """Return the value to set for a key of the dict `owner`."""
        converter = self.converters[owner]
        default: Any = converter.default
        if owner not in self._keys:
            self._keys[owner] = key_paths(default, self.separator)
        keys, prefix = self._keys[owner], f"{owner}{self.separator}"
        key = entry.name[len(prefix) :]
        path = find_key(key, default, keys, self.separator)
        if path is None:
            raise self.errors.of_key(
                entry, owner, list(keys), lambda near: converter.key_converter(keys[near])
            )
        self._entries.setdefault(owner, {})[path] = entry
        value = self._check(entry, converter.key_converter(path))
        return key_change(owner, path, value, self.separator)

    def _check(self, entry: Entry, converter: Converter) -> object:
        try:
            return converter.check(entry.value)
        except ConversionError as error:
            message = f"`{entry.name}`: {error}"
            raise SnapshotError.at(self.path, entry.line, message, "", name=entry.name) from None
