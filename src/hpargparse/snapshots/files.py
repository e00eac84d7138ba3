"""Files of values: which format a file has, and how it is read and written.

Owns snapshots in every format; knows no manager, no parser and no default. What a
library is needed for is loaded when it is.
"""

from __future__ import annotations

import os

from ..errors import MissingSnapshotError, SnapshotError, UnsupportedValueError
from .advice import TO_PROGRAM
from .atomic_io import SIZE_LIMIT, STANDARD, read_bytes, replace_files
from .flatten import Snapshot
from .formats import EXTENSIONS, FORMATS, extension_format
from .value_limits import short_repr, type_name, unsupported_reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .advice import Advice


def format_of(
    path: str | os.PathLike[str], serial_format: str = "auto", advice: Advice = TO_PROGRAM
) -> str:
    """Tell the format of a file.

    Args:
        path: the path; "-" is YAML unless a format is named.
        serial_format: a format, or "auto" to go by the extension.
        advice: how the caller can say more of it.

    Raises:
        SnapshotError: the extension, or the format, is not one of those known.

    >>> format_of("cfg.yml")
    'yaml'
    """
    shown = _path_text(path)
    if serial_format not in FORMATS:
        raise SnapshotError.at(
            shown,
            None,
            f"The format {serial_format!r} is not known.",
            f"Use one of {', '.join(FORMATS)}.",
        )
    if serial_format != "auto":
        return serial_format
    if shown == STANDARD:
        return "yaml"
    found = extension_format(shown)
    if found is None:
        extension = os.path.splitext(shown)[1]
        what = f"The extension {extension!r} is not known" if extension else "It has no extension"
        raise SnapshotError.at(
            shown,
            None,
            f"{what}, so the format of the file is not clear.",
            advice.or_name_the_format(f"Use one of {', '.join(EXTENSIONS)}"),
        )
    return found


def read(
    path: str | os.PathLike[str],
    serial_format: str = "auto",
    *,
    trust_pickle: bool = False,
    advice: Advice = TO_PROGRAM,
) -> Snapshot:
    """Read a file of values; nothing in it can run code.

    Args:
        path: the path, "-" for standard input.
        serial_format: a format, or "auto" to go by the extension.
        trust_pickle: let a pickle make objects of any kind, which runs what it says.
        advice: how the caller can say more of the file.

    Raises:
        MissingSnapshotError: there is no such file.
        SnapshotError: it cannot be read, or holds what it must not.
    """
    shown = _path_text(path)
    found = format_of(shown, serial_format, advice)
    if found == "pickle":
        data = read_bytes(shown, limit=None) if trust_pickle else read_bytes(shown)
        value = _unpickle(shown, data, advice, trusted=trust_pickle)
        return Snapshot(shown, _named(shown, value, found), {})
    text = _decode(shown, read_bytes(shown), advice)
    value, lines = _PARSERS[found](shown, text, advice.or_name_the_format("Mend the line"))
    return Snapshot(shown, _named(shown, value, found, _first_line(text, found)), lines)


def write(
    path: str | os.PathLike[str], values: Mapping[str, object], serial_format: str = "auto"
) -> None:
    """Write named values to a file: all of them, or nothing.

    Args:
        path: the path, "-" for standard output.
        values: the values by flat name.
        serial_format: a format, or "auto" to go by the extension.

    Raises:
        SnapshotError: as `write_all` does.
    """
    write_all([(path, values, serial_format, TO_PROGRAM)])


def write_all(
    snapshots: Iterable[tuple[str | os.PathLike[str], Mapping[str, object], str, Advice]],
) -> None:
    """Write files of named values: all of them, or nothing.

    Args:
        snapshots: path, values and format of each, and how the caller can say more of it.

    Raises:
        SnapshotError: a format cannot hold a value, or a file cannot be written.
    """
    files = []
    for path, values, serial_format, advice in snapshots:
        shown = _path_text(path)
        files.append((shown, _encoded(shown, values, format_of(shown, serial_format, advice))))
    replace_files(files)


def _encoded(shown: str, values: Mapping[str, object], found: str) -> bytes:
    """Spell values in a format."""
    values = {name: values[name] for name in sorted(values)}
    try:
        data = _pickled(values) if found == "pickle" else dump(values, found).encode("utf-8")
    except UnsupportedValueError as problem:
        name, kind = problem.name, "A pickle" if found == "pickle" else found.upper()
        raise SnapshotError.at(
            shown,
            None,
            f"{kind} cannot hold `{name}`: it {problem.why}; nothing was written.",
            _way_out(found, values[name]),
            name=name,
        ) from None
    if found != "pickle" and len(data) > SIZE_LIMIT:
        raise SnapshotError.at(
            shown,
            None,
            f"The values take {len(data)} bytes, more than the {SIZE_LIMIT} that can be loaded;"
            " nothing was written.",
            "Keep weights and data in files of their own, and their paths as hyperparameters.",
        )
    return data


def dump(
    values: Mapping[str, object], serial_format: str = "yaml", *, in_order: bool = False
) -> str:
    r"""Spell named values as YAML or JSON.

    Args:
        values: the values by flat name.
        serial_format: "yaml" or "json".
        in_order: keep the order of the mapping instead of sorting by name.

    Raises:
        UnsupportedValueError: the format cannot hold a value.

    >>> dump({"weight_decay": 1e-4})
    'weight_decay: 0.0001\n'
    """
    if serial_format == "json":
        from .json_text import to_json

        return to_json(values, in_order=in_order)
    from .yaml_writer import to_yaml

    return to_yaml(values, in_order=in_order)


def _path_text(path: str | os.PathLike[str]) -> str:
    """Give the path as text."""
    try:
        shown = os.fsdecode(path)
    except TypeError:
        raise TypeError(
            f"{path!r} is not a path; give a str or an os.PathLike, as 'run.yaml'"
        ) from None
    if not shown:
        raise MissingSnapshotError.at(
            "''", None, "The path is empty.", "Name a file, or `-` for standard input and output."
        )
    return shown


def _decode(path: str, data: bytes, advice: Advice) -> str:
    """Decode UTF-8, with a byte order mark or without."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SnapshotError.at(
            path,
            line,
            f"The byte 0x{data[error.start]:02x} is not UTF-8.",
            advice.or_name_the_format("Save it as UTF-8; give a pickle the extension .pkl"),
        ) from None


def _from_yaml(path: str, text: str, advice: str) -> tuple[object, dict[tuple[str, ...], int]]:
    from .yaml_reader import YamlReader

    reader = YamlReader(path, text, advice)
    return reader.read(), reader.lines


def _from_json(path: str, text: str, advice: str) -> tuple[object, dict[tuple[str, ...], int]]:
    from .json_text import from_json

    return from_json(path, text, advice)


_PARSERS = {"yaml": _from_yaml, "json": _from_json}


def _unpickle(path: str, data: bytes, advice: Advice, *, trusted: bool) -> object:
    """Read a pickle, plain values only unless it is trusted."""
    from .pickle_reader import BrokenPickleError, RefusedPickleError, load_any, load_plain

    problem: RefusedPickleError
    way_out = "Save the values as YAML"
    try:
        return load_any(data) if trusted else load_plain(data)
    except BrokenPickleError as error:
        problem = error
        way_out = "Look where it comes from, and whether all of it has arrived"
    except RefusedPickleError as error:
        problem = error
        if advice.may_trust and not trusted:
            way_out += ", or pass trust_pickle=True if you know where the file comes from"
    raise SnapshotError.at(path, None, f"The pickle cannot be read: {problem}.", f"{way_out}.")


def _pickled(values: Mapping[str, object]) -> bytes:
    """Pickle named values; find the one at fault where they cannot be."""
    import pickle

    for name, value in values.items():
        problem = unsupported_reason(value, of_any_type=True)
        if problem is not None:
            raise UnsupportedValueError(name, problem)
    try:
        return pickle.dumps(dict(values), protocol=4)
    except Exception:  # An object's own methods can raise anything.
        for name, value in values.items():
            try:
                pickle.dumps(value, protocol=4)
            except Exception as error:  # noqa: BLE001 - see above
                raise UnsupportedValueError(name, f"cannot be pickled: {error}") from None
        raise


def _way_out(serial_format: str, value: object) -> str:
    """Say where a value can go that a format cannot hold."""
    if serial_format == "json" and unsupported_reason(value) is None:
        return "Save it as YAML, which holds every literal."
    return "Set a literal: a number, a text, or a list, tuple, set or dict of them."


_KINDS = {
    bool: "true or false",
    int: "an int",
    float: "a float",
    str: "a text",
    list: "a list",
    tuple: "a tuple",
    set: "a set",
}


_NAMING = {
    "yaml": "Write one `name: value` a line.",
    "json": 'Write one object of them, as `{"name": value}`.',
    "pickle": "Pickle a dict of them, as `{'name': value}`.",
}


def _first_line(text: str, serial_format: str) -> int:
    """Return the line in which the value of a file begins."""
    for number, line in enumerate(text.split("\n"), 1):
        start = line.strip()
        if start and not (serial_format == "yaml" and start.startswith(("#", "---", "%"))):
            return number
    return 1


def _named(
    path: str, value: object, serial_format: str, line: int | None = None
) -> dict[str, object]:
    """Refuse a file that is not a mapping of names; an empty one has no names."""
    if value is None:
        return {}
    if type(value) is not dict:
        raise SnapshotError.at(
            path,
            line,
            f"The file holds {_KINDS.get(type(value), 'something else')} where names and values"
            " should be.",
            _NAMING[serial_format],
        )
    for key in value:
        if type(key) is not str:
            raise SnapshotError.at(
                path,
                None,
                f"The key {short_repr(key)} is of the type {type_name(key)}, and names are texts.",
                "Put it in quotes." if serial_format == "yaml" else _NAMING[serial_format],
            )
    return value
