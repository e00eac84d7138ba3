"""Read and write snapshots: files of values in any format.

Owns the choice of the format; must not know managers, parsers or defaults. The library
of a format is imported for the first file that needs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from hpman import Frozen

from ..errors import MissingSnapshotError, SnapshotError, UnsupportedValueError
from .atomic_io import SIZE_LIMIT, STANDARD, read_bytes, replace_files
from .formats import EXTENSIONS, FORMATS, RUN, extension_format
from .value_limits import KeyPlace, short_repr, type_name, unsupported_reason

SCHEMA = "hpman.schema.json"  # of the files of values in its folder and below


class Snapshot(Frozen):
    """The contents of a file of values, nested as in the file.

    Attributes:
        path: the path as the user gave it.
        values: the values by their top-level keys.
        lines: the line of every key by its path; empty for a pickle.
        places: path, start and end of every key in YAML or JSON, in the order of the text.
            Keys inside of lists are left out, and keys that are not strings.
    """

    __slots__ = ()
    path: str
    values: dict[str, object]
    lines: dict[tuple[str, ...], int]
    places: tuple[KeyPlace, ...] = ()


class FileSettings(Frozen):
    """What a user can set about files of values, for the advice in messages.

    Attributes:
        format_setting: the setting that names the format, such as `--hp-serial-format`;
            empty if there is none.
        can_trust: whether the caller can allow a pickle to run code.
        lenient_setting: the setting that makes unknown names a warning.
    """

    __slots__ = ()
    format_setting: str = ""
    can_trust: bool = False
    lenient_setting: str = ""

    def or_name_the_format(self, advice: str) -> str:
        """Add to the advice that the file may have another format."""
        if not self.format_setting:
            return f"{advice}."
        return f"{advice}, or name the format with {self.format_setting}."


IN_PROGRAM = FileSettings(
    "the argument `serial_format`", can_trust=True, lenient_setting="strict=False"
)


def format_of(
    path: str | os.PathLike[str], serial_format: str = "auto", settings: FileSettings = IN_PROGRAM
) -> str:
    """Return the format of a file."""
    shown = _path_text(path)
    if serial_format not in FORMATS:
        raise SnapshotError.at(
            shown,
            None,
            f"The format {serial_format!r} is unknown.",
            f"Use one of {', '.join(FORMATS)}.",
        )
    if serial_format != "auto":
        return serial_format
    if shown == STANDARD:
        return "yaml"
    chosen = extension_format(shown)
    if chosen is None:
        extension = os.path.splitext(shown)[1]
        reason = f"the extension {extension!r} is unknown" if extension else "it has no extension"
        raise SnapshotError.at(
            shown,
            None,
            f"The format of the file is unclear: {reason}.",
            settings.or_name_the_format(f"Use one of {', '.join(EXTENSIONS)}"),
        )
    return chosen


def read_snapshot(
    path: str | os.PathLike[str],
    serial_format: str = "auto",
    *,
    trust_pickle: bool = False,
    settings: FileSettings = IN_PROGRAM,
) -> Snapshot:
    """Read a file of values. Only a trusted pickle can run code.

    The path may be "-" for standard input, or "run:" and the beginning of the id of a recorded
    run. A folder of records may precede the id.

    Raises:
        MissingSnapshotError: if there is no such file.
        SnapshotError: if the file cannot be read, or its contents are not allowed.
    """
    shown = _path_text(path)
    if shown.startswith(RUN):
        return _read_run(shown)
    chosen = format_of(shown, serial_format, settings)
    if chosen == "pickle":
        data = read_bytes(shown, limit=None) if trust_pickle else read_bytes(shown)
        value = _unpickle(shown, data, settings, trusted=trust_pickle)
        return Snapshot(shown, _mapping(shown, value, chosen), {})
    return read_text(shown, _decode(shown, read_bytes(shown), settings), chosen, settings)


def read_text(
    path: str, text: str, serial_format: str, settings: FileSettings = IN_PROGRAM
) -> Snapshot:
    """Read the text of a file of values."""
    advice = settings.or_name_the_format("Fix the line")
    if serial_format == "yaml":
        from .yaml_reader import YamlReader

        reader = YamlReader(path, text, advice)
        value, places = reader.read(), reader.places
    else:
        from .json_text import from_json

        value, places = from_json(path, text, advice)
    values = _mapping(path, value, serial_format, _first_line(text, serial_format))
    # The values of an alias of YAML have the places of its anchor.
    places.sort(key=lambda place: place[1:])
    lines, line, before = {}, 1, 0
    for key_path, start, _end in places:
        line += text.count("\n", before, start)
        lines[key_path], before = line, start
    return Snapshot(path, values, lines, tuple(places))


def _read_run(shown: str) -> Snapshot:
    from .recorded import RecordError, find_run, read_values, runs_folder

    try:
        above, beginning = os.path.split(shown.removeprefix(RUN))
        folder = find_run(above or runs_folder(), beginning)
        return Snapshot(f"{RUN}{os.path.basename(folder)}", read_values(folder), {})
    except RecordError as error:
        raise SnapshotError(*error.diagnostics) from None


def write_all(
    snapshots: Iterable[tuple[str | os.PathLike[str], Mapping[str, object], str, FileSettings]],
) -> None:
    """Write several files of values: all of them or none.

    If there is a file `hpman.schema.json` in the folder of a YAML file or above, its first
    line names this schema for editors.
    """
    files = []
    for path, values, serial_format, settings in snapshots:
        shown = _path_text(path)
        files.append((shown, _encode(shown, values, format_of(shown, serial_format, settings))))
    replace_files(files)


def _encode(shown: str, values: Mapping[str, object], chosen: str) -> bytes:
    values = {name: values[name] for name in sorted(values)}
    try:
        if chosen == "pickle":
            data = _pickle(values)
        else:
            start = _schema_line(shown) if chosen == "yaml" and shown != STANDARD else ""
            data = f"{start}{dump(values, chosen)}".encode()
    except UnsupportedValueError as problem:
        name, kind = problem.name, "A pickle" if chosen == "pickle" else chosen.upper()
        advice = "Set a literal: a number, a string, or a list, tuple, set or dict of them."
        if chosen == "json" and unsupported_reason(values[name]) is None:
            advice = "Save it as YAML, which can represent every literal."
        raise SnapshotError.at(
            shown,
            None,
            f"{kind} cannot hold `{name}`: it {problem.reason}. Nothing was written.",
            advice,
            name=name,
        ) from None
    if chosen != "pickle" and len(data) > SIZE_LIMIT:
        raise SnapshotError.at(
            shown,
            None,
            f"The values take {len(data)} bytes. A file with more than {SIZE_LIMIT} bytes could not"
            " be loaded, so nothing was written.",
            "Keep weights and data in separate files, and their paths as hyperparameters.",
        )
    return data


def _schema_line(path: str) -> str:
    """Return a first line that names the nearest schema for editors, or an empty string."""
    folder, named = os.path.dirname(os.path.abspath(path)), SCHEMA
    while not os.path.isfile(os.path.join(folder, SCHEMA)):
        if folder == os.path.dirname(folder):
            return ""
        folder, named = os.path.dirname(folder), f"../{named}"
    return f"# yaml-language-server: $schema={named}\n"


def dump(
    values: Mapping[str, object], serial_format: str = "yaml", *, in_order: bool = False
) -> str:
    """Return values as YAML or JSON, sorted by name unless their order is to be kept.

    Raises:
        UnsupportedValueError: if the format cannot represent a value.
    """
    if serial_format == "json":
        from .json_text import to_json

        return to_json(values, in_order=in_order)
    from .yaml_writer import to_yaml

    return to_yaml(values, in_order=in_order)


def _path_text(path: str | os.PathLike[str]) -> str:
    try:
        shown = os.fsdecode(path)
    except TypeError:
        raise TypeError(
            f"{path!r} is not a path; pass a str or an os.PathLike, such as 'run.yaml'"
        ) from None
    if not shown:
        raise MissingSnapshotError.at(
            "''", None, "The path is empty.", "Name a file, or `-` for standard input and output."
        )
    return shown


def _decode(path: str, data: bytes, settings: FileSettings) -> str:
    try:
        return data.decode("utf-8-sig")  # with or without a byte order mark
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SnapshotError.at(
            path,
            line,
            f"The byte 0x{data[error.start]:02x} is not UTF-8.",
            settings.or_name_the_format("Save it as UTF-8, or give a pickle the extension .pkl"),
        ) from None


def _unpickle(path: str, data: bytes, settings: FileSettings, *, trusted: bool) -> object:
    from .pickle_reader import BrokenPickleError, RefusedPickleError, load_any, load_plain

    try:
        return load_any(data) if trusted else load_plain(data)
    except RefusedPickleError as error:
        advice = "Save the values as YAML"
        if isinstance(error, BrokenPickleError):
            advice = "Check whether the file is complete"
        elif settings.can_trust and not trusted:
            advice += ", or pass trust_pickle=True if you trust the origin of the file"
        message = f"The pickle cannot be read: {error}."
        raise SnapshotError.at(path, None, message, f"{advice}.") from None


def _pickle(values: Mapping[str, object]) -> bytes:
    import pickle

    for name, value in values.items():
        problem = saving_problem(value, "pickle")
        if problem is not None:
            raise UnsupportedValueError(name, problem)
    return pickle.dumps(dict(values), protocol=4)


def saving_problem(value: object, serial_format: str) -> str | None:
    """Return why no file of a format can hold a value, or None."""
    is_pickle = serial_format == "pickle"
    problem = unsupported_reason(value, of_any_type=is_pickle)
    if problem is None and is_pickle and unsupported_reason(value) is not None:
        import pickle

        try:
            pickle.dumps(value, protocol=4)
        except Exception as error:  # noqa: BLE001 - the methods of an object can raise anything
            return f"cannot be pickled: {error}"
    return problem


def _first_line(text: str, serial_format: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        start = line.strip()
        if start and not (serial_format == "yaml" and start.startswith(("#", "---", "%"))):
            return number
    return 1


_TYPES = {
    bool: "true or false",
    int: "an int",
    float: "a float",
    str: "a string",
    list: "a list",
    tuple: "a tuple",
    set: "a set",
}
_EXPECTED = {
    "yaml": "Write one `name: value` per line.",
    "json": 'Write one object, such as `{"name": value}`.',
    "pickle": "Pickle a dict, such as `{'name': value}`.",
}


def _mapping(
    path: str, value: object, serial_format: str, line: int | None = None
) -> dict[str, object]:
    """Refuse contents that do not map names to values. An empty file has no names."""
    if value is None:
        return {}
    if type(value) is not dict:
        contents = _TYPES.get(type(value), "something else")
        message = f"The file contains {contents} instead of names and values."
        raise SnapshotError.at(path, line, message, _EXPECTED[serial_format])
    for key in value:
        if type(key) is not str:
            message = (
                f"The key {short_repr(key)} is of type {type_name(key)}, but names are strings."
            )
            raise SnapshotError.at(path, None, message, _EXPECTED[serial_format])
    return value
