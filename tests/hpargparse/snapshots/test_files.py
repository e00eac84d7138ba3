"""Files of values: formats, names, and what a refusal says."""

from __future__ import annotations

import io
import itertools
import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from hpargparse.errors import MissingSnapshotError, SnapshotError, UnsupportedValueError
from hpargparse.snapshots import atomic_io
from hpargparse.snapshots.files import (
    FileSettings,
    Snapshot,
    dump,
    format_of,
    read_snapshot,
    write_all,
)
from hpargparse.snapshots.flatten import Entry, flatten
from hpman import HpmanError
from tests.hpargparse.snapshots.written import write

VALUES: dict[str, object] = {
    "lr": 1e-05,
    "wd": 0.0001,
    "big": 10**400,
    "none": None,
    "flag": True,
    "name": "no",
    "path": "/data/imagenet",
    "ks": [1, (2, {3}), {"a": b"\x00", None: 1.5, (1, 2): frozenset({1})}],
    "z": 1 - 2j,
    "etc": ...,
    "": "",
    "a b.c": "ü\n",
}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refusal(path: str, **options: Any) -> str:
    with pytest.raises(SnapshotError) as caught:
        read_snapshot(path, **options)
    return str(caught.value)


# Formats


@pytest.mark.parametrize(
    ("path", "serial_format", "expected"),
    [
        pytest.param("a.yaml", "auto", "yaml", id="yaml"),
        pytest.param("a.YML", "auto", "yaml", id="yml in capitals"),
        pytest.param("a.json", "auto", "json", id="json"),
        pytest.param("a.pkl", "auto", "pickle", id="pkl"),
        pytest.param("a.b.pickle", "auto", "pickle", id="pickle"),
        pytest.param("a.json", "yaml", "yaml", id="a named format beats the extension"),
        pytest.param("-", "auto", "yaml", id="standard streams"),
        pytest.param("-", "json", "json", id="standard streams with a format"),
    ],
)
def test_the_format_follows_the_extension_or_the_name(
    path: str, serial_format: str, expected: str
) -> None:
    assert format_of(path, serial_format) == expected


@pytest.mark.parametrize(
    ("path", "serial_format", "sentence"),
    [
        pytest.param(
            "a.txt",
            "auto",
            "a.txt: The format of the file is unclear: the extension '.txt' is unknown",
            id="unknown",
        ),
        pytest.param(
            "a", "auto", "a: The format of the file is unclear: it has no extension", id="none"
        ),
        pytest.param("a", "xml", "a: The format 'xml' is unknown.", id="unknown format"),
        pytest.param("", "auto", "The path is empty.", id="empty path"),
    ],
)
def test_an_unknown_format_names_those_known(path: str, serial_format: str, sentence: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        format_of(path, serial_format)
    assert str(caught.value).startswith((sentence, f"'': {sentence}"))
    assert "yaml" in str(caught.value) or "standard input" in str(caught.value)


@pytest.mark.parametrize("extension", ["yaml", "yml", "pkl", "pickle"])
def test_what_is_saved_is_loaded(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"cfg.{extension}"
    write(path, VALUES)
    assert read_snapshot(path).values == VALUES
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("extension", ["yaml", "pkl"])
def test_hundreds_of_keys_of_one_hash_are_loaded(tmp_path: Path, extension: str) -> None:
    keys = list(itertools.product([-1, -2], repeat=9))
    assert len({*map(hash, keys)}) == 1
    values = {"dict": dict.fromkeys(keys, 0), "set": {*keys}, "frozen": [frozenset(keys)]}
    path = tmp_path / f"cfg.{extension}"
    write(path, values)
    assert read_snapshot(path).values == values


def test_a_yaml_snapshot_is_sorted_and_plain() -> None:
    write("cfg.yaml", VALUES)
    with open("cfg.yaml", encoding="utf-8", newline="") as file:
        text = file.read()
    assert text.replace(str(10**400), "BIG") == (
        "'': ''\n"
        'a b.c: "ü\\n"\n'
        "big: BIG\n"
        "etc: !ellipsis '...'\n"
        "flag: true\n"
        'ks: [1, !tuple [2, !!set {3}], {a: !!binary "AA==", null: 1.5,'
        " ? !tuple [1, 2] : !frozenset {1}}]\n"
        "lr: 1.0e-05\n"
        "name: 'no'\n"
        "'none': null\n"
        "path: /data/imagenet\n"
        "wd: 0.0001\n"
        "z: !complex 1-2j\n"
    )


def test_a_yaml_snapshot_names_the_nearest_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hpman.schema.json").write_text("{}")
    Path("other/hpman.schema.json").mkdir(parents=True)  # not a file
    for name in ("a.yaml", "other/b/c.yml", "a.json", "a.pkl"):
        write(name, {"lr": 1})
    assert (
        Path("a.yaml").read_text() == "# yaml-language-server: $schema=hpman.schema.json\nlr: 1\n"
    )
    expected = "# yaml-language-server: $schema=../../hpman.schema.json\nlr: 1\n"
    assert Path("other/b/c.yml").read_text() == expected
    assert Path("a.json").read_text() == '{\n  "lr": 1\n}\n'
    assert read_snapshot("other/b/c.yml").values == {"lr": 1}
    write("-", {"lr": 1})


def test_a_json_snapshot_is_sorted_and_readable() -> None:
    write("cfg.json", {"b": [1, {"ü": None}], "a": 1e-05})
    with open("cfg.json", encoding="utf-8") as file:
        assert file.read() == '{\n  "a": 1e-05,\n  "b": [1, {"ü": null}]\n}\n'


@pytest.mark.parametrize(
    ("name", "text"), [("cfg.yaml", "{}\n"), ("cfg.json", "{}\n")], ids=["yaml", "json"]
)
def test_no_values_are_an_empty_mapping(name: str, text: str) -> None:
    write(name, {})
    with open(name, encoding="utf-8") as file:
        assert file.read() == text
    assert read_snapshot(name).values == {}


def test_the_order_of_a_mapping_can_be_kept() -> None:
    assert dump({"b": 1, "a": 2}, in_order=True) == "b: 1\na: 2\n"
    assert dump({"b": 1, "a": 2}, "json", in_order=True) == '{\n  "b": 1,\n  "a": 2\n}\n'


class Odd:
    """Stand for what no format holds."""

    def __reduce__(self) -> Any:
        raise RuntimeError("no way")


def nested(levels: int) -> list[object]:
    value: list[object] = []
    for _level in range(levels - 1):
        value = [value]
    return value


looped: list[object] = []
looped.append(looped)
doubled: list[object] = [1]
for _ in range(60):
    doubled = [doubled, doubled]


@pytest.mark.parametrize(
    ("extension", "value", "sentence"),
    [
        pytest.param("json", (1,), "JSON cannot hold `bad`: it contains a tuple", id="tuple"),
        pytest.param("json", [{1}], "it contains a set, which JSON cannot represent", id="set"),
        pytest.param("json", {"a": b""}, "it contains a bytes", id="bytes"),
        pytest.param("json", {1: 2}, "it has the key 1, but keys of JSON are strings", id="key"),
        pytest.param(
            "json", float("nan"), "it contains nan, which JSON cannot represent", id="nan"
        ),
        pytest.param("json", [float("-inf")], "it contains -inf", id="inf"),
        pytest.param("json", "\ud800", "it contains a lone surrogate", id="surrogate"),
        pytest.param("json", 10**5000, "it cannot be written: Exceeds the limit", id="big int"),
        pytest.param("json", Odd(), "test_files.Odd", id="object"),
        pytest.param("yaml", Odd(), "test_files.Odd", id="object in YAML"),
        pytest.param("yaml", [print], "it contains a builtin_function_or_method", id="function"),
        pytest.param("yaml", looped, "it is nested deeper than 250 levels", id="a loop"),
        pytest.param("yaml", doubled, "it consists of more than 1000000 values", id="a bomb"),
        pytest.param("pkl", looped, "it is nested deeper than 250 levels", id="a loop in a pickle"),
        pytest.param(
            "pkl", nested(252), "it is nested deeper than 250 levels", id="depth in a pickle"
        ),
        pytest.param("pkl", doubled, "it consists of more than 1000000", id="a bomb in a pickle"),
        pytest.param(
            "pkl", Odd(), "A pickle cannot hold `bad`: it cannot be pickled: no way", id="pickle"
        ),
    ],
)
def test_a_value_that_a_format_cannot_hold_is_named_and_nothing_is_written(
    extension: str, value: object, sentence: str
) -> None:
    path = f"cfg.{extension}"
    write(path, {"old": 1})
    with pytest.raises(SnapshotError) as caught:
        write(path, {"good": 1, "bad": value})
    assert sentence in str(caught.value)
    assert caught.value.name == "bad"
    assert caught.value.path == path
    assert read_snapshot(path).values == {"old": 1}
    assert os.listdir() == [path]


@pytest.mark.parametrize(
    ("value", "way_out"),
    [
        pytest.param({1}, "Save it as YAML, which can represent every literal.", id="a set"),
        pytest.param(print, "Set a literal: a number, a string, or a list", id="a function"),
        pytest.param(looped, "Set a literal: a number, a string, or a list", id="a loop"),
    ],
)
def test_json_names_yaml_only_for_what_that_can_hold(value: object, way_out: str) -> None:
    with pytest.raises(SnapshotError, match=way_out):
        write("cfg.json", {"bad": value})


@pytest.mark.parametrize("extension", ["yaml", "json", "pkl"])
def test_the_deepest_value_that_is_written_can_be_read(extension: str) -> None:
    path = f"cfg.{extension}"
    write(path, {"deep": nested(251)})
    assert read_snapshot(path).values == {"deep": nested(251)}
    with pytest.raises(SnapshotError, match="it is nested deeper than 250 levels"):
        write(path, {"deep": nested(252)})


def test_values_that_only_fail_together_raise_what_pickle_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dumps(value: object, **_options: object) -> bytes:
        if isinstance(value, dict):
            raise RecursionError("too deep")
        return b""

    monkeypatch.setattr(pickle, "dumps", dumps)
    with pytest.raises(RecursionError):
        write("cfg.pkl", {"a": 1})


def test_a_snapshot_too_large_to_load_is_not_written() -> None:
    with pytest.raises(SnapshotError, match="more than 4194304 bytes could not"):
        write("cfg.yaml", {"a": "x" * atomic_io.SIZE_LIMIT})
    assert os.listdir() == []


def test_a_dump_that_fails_tells_the_name_and_the_reason() -> None:
    with pytest.raises(UnsupportedValueError) as caught:
        dump({"a": print})
    assert caught.value.args == ("a", "is a builtin_function_or_method")


# Names


def test_a_nested_file_is_flattened_up_to_the_names_of_the_program() -> None:
    values = {
        "model": {"depth": 4, "opt": {"lr": 1, "wd": {"x": 2}}},
        "model.width": 5,
        "other": {"deep": {}},
        "odd": {1: 2},
    }
    lines = {("model", "depth"): 2, ("model", "opt"): 3, ("model.width",): 5}
    leaves = {"model.depth", "model.opt", "model.width"}
    assert flatten(Snapshot("cfg.yaml", values, lines), leaves.__contains__) == [
        Entry("model.depth", 4, 2),
        Entry("model.opt", {"lr": 1, "wd": {"x": 2}}, 3),
        Entry("model.width", 5, 5),
        Entry("other.deep", {}, None),
        Entry("odd", {1: 2}, None),
    ]


def test_a_separator_can_be_chosen() -> None:
    found = flatten(Snapshot("a.yaml", {"a": {"b": 1}}, {}), {"a/b"}.__contains__, "/")
    assert found == [Entry("a/b", 1, None)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "a.b: 1\na: {b: 2}\n", "2: `a.b` is given twice, first in line 1", id="flat first"
        ),
        pytest.param(
            "a:\n  b: 1\na.b: 2\n", "3: `a.b` is given twice, first in line 2", id="nested first"
        ),
        pytest.param(
            "opt: {lr: 1}\nopt.lr: 2\n",
            "2: `opt.lr` is given twice, first in line 1",
            id="key of a dict",
        ),
    ],
)
def test_a_name_given_flat_and_nested_is_refused(text: str, sentence: str) -> None:
    with open("cfg.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    with pytest.raises(SnapshotError) as caught:
        flatten(read_snapshot("cfg.yaml"), {"opt"}.__contains__)
    assert f"cfg.yaml:{sentence}" in str(caught.value)


def test_a_pickle_that_gives_a_name_twice_is_refused_without_lines() -> None:
    write("cfg.pkl", {"a.b": 1, "a": {"b": 1}})
    with pytest.raises(SnapshotError, match=r"`a\.b` is given twice\.") as caught:
        flatten(read_snapshot("cfg.pkl"), {"a.b"}.__contains__)
    assert caught.value.line is None


def test_another_key_of_a_dict_may_follow() -> None:
    snapshot = Snapshot("a.yaml", {"opt": {"lr": 1}, "opt.wd": 2, "opt.lr.x": 3}, {})
    names = [entry.name for entry in flatten(snapshot, {"opt"}.__contains__)]
    assert names == ["opt", "opt.wd", "opt.lr.x"]


# Refusals


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        pytest.param("a.yaml", b"- 1", "a.yaml:1: The file contains a list", id="list"),
        pytest.param("a.json", b"3", "a.json:1: The file contains an int", id="number"),
        pytest.param("a.yaml", b"a: 1\n3: 4", "a.yaml:2: The key 3 is of type int", id="key"),
        pytest.param(
            "a.yaml", b"a: 1\nb: \xff", "a.yaml:2: The byte 0xff is not UTF-8.", id="bytes"
        ),
        pytest.param("a.pkl", pickle.dumps({1: 2}), "a.pkl: The key 1 is of type", id="pickle"),
        pytest.param("a.yaml", b"x" * 4194305, "a.yaml: The file is larger than 4 MiB", id="large"),
        pytest.param(
            "a.pkl", b"x" * 4194305, "a.pkl: The file is larger than 4 MiB", id="large pickle"
        ),
    ],
)
def test_a_file_that_holds_no_names_is_refused(name: str, data: bytes, sentence: str) -> None:
    with open(name, "wb") as file:
        file.write(data)
    assert refusal(name).startswith(sentence)


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"null"], ids=["empty", "comment", "null"])
def test_an_empty_file_has_no_names(data: bytes) -> None:
    with open("a.yaml", "wb") as file:
        file.write(data)
    assert read_snapshot("a.yaml").values == {}


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    with open("a.yaml", "wb") as file:
        file.write(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_snapshot("a.yaml").values == {"a": 1, "b": 2}
    assert read_snapshot("a.yaml").lines == {("a",): 1, ("b",): 2}


def test_a_missing_file_is_a_missing_file_to_python_too() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        read_snapshot("none.yaml")
    assert isinstance(caught.value, HpmanError)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value).startswith("none.yaml: The file cannot be read: No such file")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is MissingSnapshotError
    assert str(again) == str(caught.value)


def test_missing_folders_are_made_when_writing() -> None:
    write("new/er/a.yaml", {"a": 1})
    assert read_snapshot("new/er/a.yaml").values == {"a": 1}
    with pytest.raises(SnapshotError, match=r"x\.yaml: The file cannot be written: "):
        write("new/er/a.yaml/x.yaml", {"a": 1})


def test_a_trusted_pickle_may_hold_anything() -> None:
    value = {"a": yaml.ScalarNode("tag", "value"), "b": bytes(atomic_io.SIZE_LIMIT)}
    write("a.pkl", value)
    assert type(read_snapshot("a.pkl", trust_pickle=True).values["a"]) is yaml.ScalarNode
    with open("b.pkl", "wb") as file:
        pickle.dump({"a": yaml.ScalarNode("tag", "value")}, file)
    assert "it refers to `yaml.nodes.ScalarNode`" in refusal("b.pkl")
    assert ", or pass trust_pickle=True if you trust the origin of the file." in refusal("b.pkl")
    assert refusal("b.pkl", settings=FileSettings()).endswith("\nSave the values as YAML.")


def test_trust_is_no_way_out_for_a_broken_pickle() -> None:
    write("a.pkl", {"a": 1})
    with open("a.pkl", "r+b") as file:
        file.truncate(12)
    for trust_pickle in (False, True):
        message = refusal("a.pkl", trust_pickle=trust_pickle)
        assert message.startswith("a.pkl: The pickle cannot be read: it is broken: ")
        assert message.endswith("\nCheck whether the file is complete.")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        pytest.param([1], "contains a list instead of names and values.", id="a list"),
        pytest.param({1: 2}, "The key 1 is of type int, but names are strings.", id="a number"),
    ],
)
def test_a_pickle_without_names_is_told_what_to_pickle(value: object, sentence: str) -> None:
    with open("a.pkl", "wb") as file:
        pickle.dump(value, file)
    assert sentence in refusal("a.pkl")
    assert refusal("a.pkl").endswith("\nPickle a dict, such as `{'name': value}`.")


@pytest.mark.parametrize(
    ("name", "data", "advice"),
    [
        pytest.param("a.txt", b"", "Use one of .yaml, .yml, .json, .pickle, .pkl", id="extension"),
        pytest.param("a.json", b"{", "Fix the line", id="json"),
        pytest.param("a.json", b"[" * 9**5, "Fix the line", id="deep json"),
        pytest.param("a.json", b"1" * 5000, "Fix the line", id="json of many digits"),
        pytest.param("a.json", b"[" * 400 + b"]" * 400, "Fix the line", id="nested json"),
        pytest.param("a.yaml", b"a: [", "Fix the line", id="yaml"),
        pytest.param("a.yaml", b"\xff", "extension .pkl", id="no text"),
    ],
)
def test_advice_names_only_what_the_caller_has(name: str, data: bytes, advice: str) -> None:
    with open(name, "wb") as file:
        file.write(data)
    assert refusal(name).endswith(
        f"{advice}, or name the format with the argument `serial_format`."
    )
    message = refusal(name, settings=FileSettings("--other-format"))
    assert message.endswith(f"{advice}, or name the format with --other-format.")
    assert refusal(name, settings=FileSettings()).endswith(f"{advice}.")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"junk", "The pickle cannot be read", id="broken"),
        pytest.param(
            b"cno_such_module\nname\n.", "it raises ModuleNotFoundError", id="missing module"
        ),
    ],
)
def test_a_trusted_pickle_that_fails_is_a_sentence(data: bytes, sentence: str) -> None:
    with open("a.pkl", "wb") as file:
        file.write(data)
    assert sentence in refusal("a.pkl", trust_pickle=True)
    assert "trust_pickle" not in refusal("a.pkl", trust_pickle=True)


# Files


def _os_with(**functions: object) -> SimpleNamespace:
    """Return the module `os` for `atomic_io`, with some functions replaced."""
    return SimpleNamespace(**{**vars(os), **functions})


@pytest.mark.parametrize("doing", ["read", "write"])
def test_a_folder_is_no_file(doing: str) -> None:
    os.mkdir("a.yaml")
    with pytest.raises(SnapshotError, match=r"a\.yaml: This is a folder, not a file"):
        read_snapshot("a.yaml") if doing == "read" else write("a.yaml", {"a": 1})
    assert os.listdir() == ["a.yaml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize("doing", ["read", "write"])
def test_a_fifo_is_refused_without_waiting_for_its_other_end(doing: str) -> None:
    os.mkfifo("a.yaml")
    with pytest.raises(SnapshotError, match=r"a\.yaml: This is a FIFO, not a file"):
        read_snapshot("a.yaml") if doing == "read" else write("a.yaml", {"a": 1})
    assert stat.S_ISFIFO(os.stat("a.yaml").st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no devices here")
def test_a_device_is_refused() -> None:
    assert "This is a device, not a file." in refusal(os.devnull, serial_format="yaml")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied"), "The file cannot be read: Permission denied."),
        (IsADirectoryError(21, "Is a directory"), "This is a folder"),
    ],
    ids=["forbidden", "a folder that the system does not open"],
)
def test_a_file_that_cannot_be_opened_is_a_sentence(
    error: OSError, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> int:
        raise error

    monkeypatch.setattr(atomic_io, "os", _os_with(open=refuse))
    assert refusal("a.yaml").startswith(f"a.yaml: {sentence}")


@pytest.mark.parametrize("doing", ["read", "written"])
def test_a_path_that_no_file_can_have_is_a_sentence(doing: str) -> None:
    with pytest.raises(SnapshotError, match=f"The file cannot be {doing}: "):
        read_snapshot("a\0.yaml") if doing == "read" else write("a\0.yaml", {"a": 1})


def test_a_path_that_ends_in_a_slash_is_no_file() -> None:
    with pytest.raises(SnapshotError, match="cannot be written: Is a directory"):
        write(f"a{os.sep}", {"a": 1}, "yaml")
    assert os.listdir() == []


def test_a_file_that_is_write_protected_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.yaml", {"a": 1})
    monkeypatch.setattr(atomic_io, "os", _os_with(access=lambda *_arguments: False))
    with pytest.raises(SnapshotError, match="cannot be written: Permission denied"):
        write("a.yaml", {"a": 2})
    assert read_snapshot("a.yaml").values == {"a": 1}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_permissions_stay_as_they_were(mode: int) -> None:
    write("a.yaml", {"a": 1})
    os.chmod("a.yaml", mode)
    write("a.yaml", {"a": 2})
    assert stat.S_IMODE(os.stat("a.yaml").st_mode) == mode
    assert read_snapshot("a.yaml").values == {"a": 2}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_new_file_has_the_permissions_that_files_have_here() -> None:
    write("a.yaml", {"a": 1})
    with open("b.yaml", "w", encoding="utf-8"):
        pass
    assert os.stat("a.yaml").st_mode == os.stat("b.yaml").st_mode


@pytest.mark.skipif(os.name == "nt", reason="symlinks need privileges there")
@pytest.mark.parametrize("there", [True, False], ids=["there", "dangling"])
def test_a_symlink_stays_one_and_its_target_is_written(there: bool) -> None:
    os.mkdir("store")
    if there:
        write("store/real.yaml", {"a": 1})
    os.symlink(os.path.join("store", "real.yaml"), "link.yaml")
    write("link.yaml", {"a": 2})
    assert os.path.islink("link.yaml")
    assert read_snapshot("store/real.yaml").values == {"a": 2}
    assert os.listdir("store") == ["real.yaml"]


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_at_any_step_leaves_the_old_file_alone(
    monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    write("a.yaml", {"a": 1})

    def fail(*_arguments: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(atomic_io, "os", _os_with(**{step: fail}))
        with pytest.raises((SnapshotError, KeyboardInterrupt)) as caught:
            write("a.yaml", {"a": 2})
    if isinstance(error, OSError):
        assert "a.yaml: The file cannot be written: No space left on device." in str(caught.value)
    assert os.listdir() == ["a.yaml"]
    assert read_snapshot("a.yaml").values == {"a": 1}


def test_no_file_is_replaced_where_another_cannot_be_written() -> None:
    write("a.yaml", {"a": 1})
    with pytest.raises(SnapshotError, match=r"^a\.yaml/b\.yaml: .*cannot be written: "):
        write_all(
            [(path, {"a": 2}, "auto", FileSettings()) for path in ("a.yaml", "a.yaml/b.yaml")]
        )
    assert os.listdir() == ["a.yaml"]
    assert read_snapshot("a.yaml").values == {"a": 1}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
def test_no_file_is_replaced_where_a_device_is_full() -> None:
    write("a.yaml", {"a": 1})
    files = [("a.yaml", "auto"), ("/dev/full", "yaml")]
    with pytest.raises(SnapshotError, match=r"^/dev/full: .* No space left on device"):
        write_all([(path, {"a": 2}, kind, FileSettings()) for path, kind in files])
    assert os.listdir() == ["a.yaml"]
    assert read_snapshot("a.yaml").values == {"a": 1}


def test_a_killed_program_leaves_the_old_file_or_the_new_one() -> None:
    write("a.yaml", {"a": "old" * 10_000})
    old = Path("a.yaml").read_bytes()
    script = (
        "from hpargparse.snapshots.files import IN_PROGRAM, write_all\n"
        "while True:\n"
        "    write_all([('a.yaml', {'a': 'new' * 10_000}, 'auto', IN_PROGRAM)])\n"
        "    print(flush=True)\n"
    )
    for _ in range(5):
        program = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        with program:
            assert program.stdout is not None
            program.stdout.readline()
            program.kill()
        assert Path("a.yaml").read_bytes() in (old, old.replace(b"old", b"new"))


# Standard streams


class Stream(io.TextIOWrapper):
    """Stand for a standard stream with bytes below."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="ascii")


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stream("a: ü\n".encode()))
    assert read_snapshot("-").replace(places=()) == Snapshot("-", {"a": "ü"}, {("a",): 1})


def test_a_dash_reads_a_text_stream_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"a": "ü"}'))
    assert read_snapshot("-", "json").values == {"a": "ü"}


def test_a_trusted_pickle_on_standard_input_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(pickle.dumps({"a": 1})))
    assert read_snapshot("-", "pickle", trust_pickle=True).values == {"a": 1}


@pytest.mark.parametrize(
    ("stream", "sentence"),
    [
        ("stdin", "Standard input cannot be read: Is broken."),
        ("stdout", "Standard output cannot be written: Is broken."),
    ],
)
def test_a_standard_stream_that_fails_is_told_as_one(
    stream: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        writable = readable

        def readinto(self, _into: object) -> int:
            raise OSError(5, "Is broken")

        def write(self, _data: object) -> int:
            raise OSError(5, "Is broken")

    failing = io.TextIOWrapper(Failing())  # type: ignore[type-var]
    monkeypatch.setattr(sys, stream, failing)
    with pytest.raises(SnapshotError) as caught:
        read_snapshot("-") if stream == "stdin" else write("-", {"a": 1})
    assert str(caught.value).startswith(f"-: {sentence}\n")


def test_a_dash_writes_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    stream.write("before\n")
    write("-", {"a": "ü"})
    assert stream.buffer.getvalue() == "before\na: ü\n".encode()  # type: ignore[attr-defined]


def test_a_dash_writes_a_text_stream_too(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    write("-", {"a": "ü"}, "json")
    assert stream.getvalue() == '{\n  "a": "ü"\n}\n'
