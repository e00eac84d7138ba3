"""Files of values that include others."""

from __future__ import annotations

import io
import os
import pickle
from typing import TYPE_CHECKING

import pytest

import hpargparse
from hpargparse import SnapshotError
from hpargparse.errors import MissingSnapshotError
from tests.hpargparse.parser.bound import bound, managed, read, refusal, write

if TYPE_CHECKING:
    from pathlib import Path

    from hpman import HyperParameterManager

pytestmark = pytest.mark.usefixtures("in_folder")

SOURCE = '_("lr", 0.1)\n_("n", 1)\n_("opt", {"lr": 1, "wd": 0})\n_("model.depth", 4)'


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _files(files: dict[str, str]) -> None:
    for name, text in files.items():
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        write(text, name)


def _loaded(files: dict[str, str], source: str = SOURCE) -> HyperParameterManager:
    """Write files and load the first one."""
    _files(files)
    manager = managed(source)
    hpargparse.load(next(iter(files)), manager)
    return manager


def _error(files: dict[str, str], source: str = SOURCE) -> str:
    """Return the message of a load that is refused and changes nothing."""
    _files(files)
    manager = managed(source)
    before = manager.get_values()
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(next(iter(files)), manager)
    assert manager.get_values() == before
    return str(caught.value)


def _history(manager: HyperParameterManager, name: str) -> list[str]:
    return [str(origin) for origin in manager.explain(name)][1:]


def test_a_file_overrides_what_it_includes() -> None:
    manager = _loaded({"exp.yaml": "include: base.yaml\nlr: 3\n", "base.yaml": "n: 2\nlr: 2\n"})
    assert (manager("lr"), manager("n")) == (3, 2)
    assert _history(manager, "lr") == ["base.yaml:2", "exp.yaml:2"]
    assert _history(manager, "n") == ["base.yaml:1"]


def test_the_position_of_the_key_does_not_matter() -> None:
    assert _loaded({"exp.yaml": "lr: 3\ninclude: b.yaml\n", "b.yaml": "lr: 2\n"})("lr") == 3


def test_later_files_of_a_list_override_earlier_ones() -> None:
    files = {"exp.yaml": "include: [a.yaml, b.yaml]\n", "a.yaml": "lr: 1\nn: 5", "b.yaml": "lr: 2"}
    assert _history(_loaded(files), "lr") == ["a.yaml:1", "b.yaml:1"]


@pytest.mark.parametrize("text", ["include: []\nlr: 3\n", "include:\n- b.yaml\n- b.yaml\nlr: 3\n"])
def test_a_list_may_be_empty_or_repeat_a_file(text: str) -> None:
    manager = _loaded({"exp.yaml": text, "b.yaml": "n: 2"})
    assert _history(manager, "lr") == [f"exp.yaml:{text.count(chr(10))}"]


def test_paths_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    absolute = tmp_path / "é %d.yaml"
    manager = _loaded(
        {
            "exp/one.yaml": "include: ../sub/two.json\n",
            "sub/two.json": f'{{"include": ["three.yaml", "{absolute.as_posix()}"]}}',
            "sub/three.yaml": "lr: 3\n",
            absolute.name: "n: 7\n",
        }
    )
    assert (manager("lr"), manager("n")) == (3, 7)
    assert _history(manager, "lr") == [os.path.join("exp", "../sub", "three.yaml:1")]


def test_a_file_reached_by_two_routes_is_read_once_and_overrides_nothing_above_it() -> None:
    manager = _loaded(
        {
            "exp.yaml": "include: [left.yaml, right.yaml]\n",
            "left.yaml": "include: base.yaml\nlr: 5\n",
            "right.yaml": "include: ./base.yaml\nn: 6\n",
            "base.yaml": "lr: 1\nn: 2\n",
        }
    )
    assert _history(manager, "lr") == ["base.yaml:1", "left.yaml:2"]
    assert _history(manager, "n") == ["base.yaml:2", "right.yaml:2"]


def test_includes_may_be_nested_deeper_than_calls() -> None:
    chain = {f"{at}.yaml": f"include: {at + 1}.yaml\n" for at in range(1200)}
    assert _loaded({**chain, "1200.yaml": "lr: 3\n"})("lr") == 3


def test_dicts_are_merged_as_those_of_several_loads() -> None:
    base = {"base.yaml": "opt: {lr: 2, wd: 3}\nmodel: {depth: 5}\n"}
    manager = _loaded({"exp.yaml": "include: base.yaml\nopt.wd: 4\n", **base})
    assert (manager("opt"), manager("model.depth")) == ({"lr": 2, "wd": 4}, 5)
    assert _loaded({"exp.yaml": "include: base.yaml\nopt: {lr: 9}\n", **base})("opt") == {"lr": 9}


def test_a_cycle_is_shown_with_its_places() -> None:
    files = {
        "exp.yaml": "include: a.yaml\n",
        "a.yaml": "lr: 1\ninclude: [b.json]\n",
        "b.json": '{"n": 1,\n\n"include": "./a.yaml"}',
    }
    assert _error(files) == (
        "b.json:3: The files include each other in a cycle: a.yaml:2 -> b.json:3 -> a.yaml.\n"
        "Remove one of these includes."
    )


def test_a_file_cannot_include_itself() -> None:
    assert _error({"exp.yaml": "include: exp.yaml"}).startswith(
        "exp.yaml:1: The files include each other in a cycle: exp.yaml:1 -> exp.yaml."
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("3", "3"),
        ("", "None"),
        ("~", "None"),
        ("{a: b.yaml}", "{'a': 'b.yaml'}"),
        ("[b.yaml, 3]", "['b.yaml', 3]"),
        ("!!python/tuple [b.yaml]", "('b.yaml',)"),
        ('""', "''"),
        ('"-"', "'-'"),
    ],
)
def test_an_include_of_another_type_is_refused(text: str, shown: str) -> None:
    assert _error({"exp.yaml": f"lr: 3\ninclude: {text}\n", "b.yaml": ""}) == (
        f"exp.yaml:2: `include` must be a path or a list of paths, not {shown}.\n"
        "Name files relative to this one, such as `base.yaml`."
    )


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("gone.yaml", "cannot be included: The file cannot be read: "),
        ("~", "cannot be included: The format of the file is unclear: it has no extension."),
        ("folder.yaml", "cannot be included: This is a folder, not a file.\nName a regular file."),
        ("base.txt", "cannot be included: The format of the file is unclear"),
        ("a\\u0000.yaml", "cannot be included: The file cannot be read: "),
        ("\\ud800.yaml", "cannot be included: The file cannot be read: "),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_at_the_include(name: str, problem: str) -> None:
    _files({"base.txt": "lr: 1", "folder.yaml/x": ""})
    text = _error({"cfg/exp.json": f'{{"lr": 3,\n"include": "../{name}"}}'.replace("../~", "~")})
    assert text.startswith("cfg/exp.json:2: `cfg")
    assert problem in text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")
def test_a_fifo_is_refused() -> None:
    os.mkfifo("base.yaml")
    assert "This is a FIFO, not a file." in _error({"exp.yaml": "include: base.yaml"})


def test_a_missing_file_is_of_the_usual_type_and_pickles() -> None:
    write("include: gone.yaml")
    with pytest.raises(MissingSnapshotError) as caught:
        hpargparse.load("a.yaml", managed(SOURCE))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert (caught.value.path, caught.value.line) == ("a.yaml", 1)


def test_a_malformed_file_is_reported_in_its_line_and_at_the_include() -> None:
    text = _error({"exp.yaml": "include: base.yaml\n", "base.yaml": "lr: 1\n- {\n"})
    assert text.startswith("base.yaml:2: Cannot read this as YAML: ")
    assert "The file is included at exp.yaml:1.\nFix the line" in text


def test_all_values_that_do_not_fit_are_reported_with_their_files() -> None:
    text = _error(
        {"exp.yaml": "n: x\ninclude: base.yaml\n", "base.yaml": "n: 1\nlr: x\nweight: 3\n"}
    )
    assert [line.partition(": ")[0] for line in text.split("\n") if ".yaml:" in line] == [
        "base.yaml:2",
        "base.yaml:3",
        "exp.yaml:1",
    ]


def test_unknown_names_may_be_warnings() -> None:
    _files({"exp.yaml": "include: base.yaml\nn: 5\n", "base.yaml": "weight: 3\n"})
    manager = managed(SOURCE)
    with pytest.warns(UserWarning, match=r"^base\.yaml:1: there is no hyperparameter `weight`"):
        hpargparse.load("exp.yaml", manager, strict=False)
    assert manager("n") == 5


@pytest.mark.parametrize(
    ("source", "text", "values"),
    [
        ('_("include", "x")', "include: gone.yaml", {"include": "gone.yaml"}),
        ('_("include.lr", 1)', "include: {lr: 3}", {"include.lr": 3}),
        ('_("include", {"a": 1})', "include.a: 2", {"include": {"a": 2}}),
    ],
)
def test_a_hyperparameter_of_that_name_wins(
    source: str, text: str, values: dict[str, object]
) -> None:
    assert _loaded({"exp.yaml": text}, source).get_values() == values


def test_only_the_top_level_includes() -> None:
    text = _error({"exp.yaml": "model:\n  include: base.yaml\n", "base.yaml": ""})
    assert text.startswith("exp.yaml:2: there is no hyperparameter `model.include`")


class TestPickles:
    def test_a_pickle_includes_nothing(self) -> None:
        with open("exp.pkl", "wb") as file:
            pickle.dump({"include": "base.yaml"}, file)
        assert _error({"exp.yaml": "include: exp.pkl"}).startswith(
            "exp.pkl: there is no hyperparameter `include`"
        )

    def test_an_included_pickle_is_never_trusted(self) -> None:
        with open("base.pkl", "wb") as file:
            pickle.dump({"lr": 2.5}, file)
        assert _loaded({"exp.yaml": "include: base.pkl"})("lr") == 2.5
        with open("base.pkl", "wb") as file:
            pickle.dump({"lr": print}, file)
        with pytest.raises(SnapshotError) as caught:
            hpargparse.load("exp.yaml", managed(SOURCE), trust_pickle=True)
        assert str(caught.value).startswith("exp.yaml:1: `base.pkl` cannot be included: The pickle")
        assert str(caught.value).endswith("Save the values as YAML.")


class TestCommandLine:
    def test_origins_name_each_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        _files({"exp.yaml": "include: base.yaml\nlr: 3\n", "base.yaml": "n: 2\n\nlr: 2\n"})
        write("n: 8", "last.yaml")
        parser, _manager = bound('_("lr", 0.1)\n_("n", 1)')
        with pytest.raises(SystemExit):
            parser.parse_args("--hp-load exp.yaml --hp-load last.yaml --hp-list origin".split())
        assert capsys.readouterr().out == (
            "lr = 3.0\n    train.py:1 default 0.1\n    base.yaml:3\n    exp.yaml:2\n"
            "n = 8\n    train.py:2 default 1\n    base.yaml:1\n    last.yaml:1\n"
        )

    def test_a_mistake_ends_with_status_2(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, manager = bound(SOURCE)
        write("include: gone.yaml")
        assert refusal(capsys, parser, "--lr 3 --hp-load a.yaml").startswith(
            "a.yaml:1: `gone.yaml` cannot be included: "
        )
        assert manager("lr") == 0.1

    def test_standard_input_includes_from_the_current_folder(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("include: base.yaml\nlr: 3\n"))
        write("n: 2\n", "base.yaml")
        parser, manager = bound(SOURCE)
        parser.parse_args(["--hp-load", "-"])
        assert (manager("lr"), manager("n")) == (3, 2)

    def test_the_named_format_is_that_of_files_without_an_extension(self) -> None:
        _files({"exp": '{"include": ["base", "b.yaml"]}', "base": '{"n": 2}', "b.yaml": "lr: 3"})
        parser, manager = bound(SOURCE)
        parser.parse_args("--hp-load exp --hp-serial-format json".split())
        assert (manager("lr"), manager("n")) == (3, 2)

    def test_a_saved_file_includes_nothing(self) -> None:
        _files({"exp.yaml": "include: base.yaml\n", "base.yaml": "lr: 3\n"})
        parser, _manager = bound('_("lr", 0.1)')
        parser.parse_args("--hp-load exp.yaml --hp-save out.yaml".split())
        assert read("out.yaml") == "lr: 3.0\n"
