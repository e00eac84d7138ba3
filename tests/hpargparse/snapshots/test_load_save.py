"""What `load` and `save` do from Python."""

from __future__ import annotations

import math
import os
import pathlib
import pickle
from typing import TYPE_CHECKING, Any

import pytest

import hpargparse
from hpargparse import ConversionError, SnapshotError
from hpman import HyperParameterManager, NotLiteralEvaluable
from tests.hpargparse.parser.bound import bound, managed, read, refusal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _write(text: str, name: str = "a.yaml") -> str:
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    return name


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    one, other = managed(), managed()
    one.set_values({"lr": 2.5, "ks": [7], "opt.lr": 3.0, "model.depth": 9, "end_lr": 0.5})
    hpargparse.save(tmp_path / "a.yaml", one)
    hpargparse.load(tmp_path / "a.yaml", other)
    assert other.get_values() == one.get_values()


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.pkl"])
def test_a_file_holds_the_text_of_a_path(name: str) -> None:
    source = '_("data", Path("x"))\n_("out", "o")'
    one, other = managed(source), managed(source)
    one.set_values({"data": pathlib.Path("y"), "out": pathlib.Path("z")})
    hpargparse.save(name, one)
    hpargparse.load(name, other)
    assert other.get_values() == {"data": pathlib.Path("y"), "out": "z"}


OPT = "class Opt(Enum): SGD = 'sgd'; ADAM = 'adam'\n_('opt', Opt.SGD)\n_('end', Opt.ADAM)"


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.pkl"])
def test_a_file_holds_the_name_of_a_member(name: str) -> None:
    one, other = managed(OPT), managed(OPT)
    one.set_value("opt", "adam")
    hpargparse.save(name, one)
    hpargparse.load(name, other)
    assert other.get_values() == {"opt": "ADAM", "end": "ADAM"}


def test_a_value_that_is_no_member_has_a_place() -> None:
    path = _write("end: SGD\nopt: sdg\n")
    manager = managed(OPT)
    with pytest.raises(SnapshotError, match=r"a\.yaml:2: `opt`: invalid choice: 'sdg' .*'ADAM'"):
        hpargparse.load(path, manager)
    assert all(isinstance(v, NotLiteralEvaluable) for v in manager.get_values().values())


def test_a_value_that_is_no_member_is_saved_with_a_warning() -> None:
    manager = managed(OPT).set_value("opt", "sdg")
    with pytest.warns(UserWarning, match="a load will refuse it: invalid choice: 'sdg'"):
        hpargparse.save("a.yaml", manager)


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.json", "a.pkl", "a.pickle"])
def test_formats_go_by_the_extension(name: str) -> None:
    hpargparse.save(name, managed('_("lr", 0.5)'))
    manager = managed('_("lr", 0.1)')
    hpargparse.load(name, manager)
    assert manager("lr") == 0.5
    assert str(manager.explain("lr")[-1]).startswith(name)


def test_a_format_may_be_named() -> None:
    hpargparse.save("a", managed('_("lr", 0.5)'), serial_format="json")
    manager = managed('_("lr", 0.1)')
    hpargparse.load("a", manager, serial_format="json")
    assert manager("lr") == 0.5


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("opt: {lr: 3, b: {}}\nopt.wd: 2\nopt.b.c: 5\n", id="the whole first"),
        pytest.param("opt.b.c: 5\nopt.wd: 2\nopt: {lr: 3, b: {}}\n", id="keys first"),
        pytest.param("opt.b.c: 5\nopt.b: {}\nopt.wd: 2\nopt: {lr: 3}\n", id="deepest first"),
    ],
)
def test_keys_of_a_dict_are_set_whatever_the_order_of_the_file(lines: str, tmp_path: Path) -> None:
    manager = managed('_("opt", {"lr": 1, "wd": 0, "b": {"c": 1, "d": 2}})')
    (tmp_path / "a.yaml").write_text(lines)
    hpargparse.load(tmp_path / "a.yaml", manager)
    assert manager("opt") == {"lr": 3, "wd": 2, "b": {"c": 5}}


def test_what_is_said_of_a_save_is_one_line_that_prints() -> None:
    manager = managed('_("end\\n\\x1b", f(1,\n  2))\n_("\\x1b", 1)\n_("\\x9b", 1)')
    manager.set_value("\x1b", "x").set_value("\x9b", 1.0 + 0j)
    with pytest.warns(UserWarning, match="`") as warned:
        hpargparse.save("a.yaml", manager)
    said = [str(warning.message) for warning in warned]
    assert all(text.isprintable() for text in said)
    assert said[0].startswith(r"`end\n\x1b` is left out: its default `f(1, 2)` is unknown")


def test_a_default_that_no_run_has_replaced_is_left_out_with_a_warning() -> None:
    manager = managed('_("lr", 0.5)\n_("end", LR / 10)')
    with pytest.warns(UserWarning, match="`end` is left out: its default `LR / 10` is unknown"):
        hpargparse.save("a.yaml", manager)
    manager("end", 0.05)
    hpargparse.save("b.yaml", manager)
    with open("b.yaml", encoding="utf-8") as file:
        assert file.read() == "end: 0.05\nlr: 0.5\n"


def test_a_default_that_cannot_be_saved_is_left_out_after_its_call_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, manager = bound('_("lr", 0.5)\n_("act", relu)\n_("pair", f(1))')
    manager("act", print)
    manager("pair", [lambda: 1])
    parser.parse_args(["--hp-save", "a.yaml", "--hp-save", "a.json", "--hp-save", "a.pkl"])
    assert capsys.readouterr().err.splitlines()[:2] == [
        "train.py: warning: `act` is left out: its default is a builtin_function_or_method.",
        "train.py: warning: `pair` is left out: its default contains a function.",
    ]
    with open("a.yaml", encoding="utf-8") as file:
        assert file.read() == "lr: 0.5\n"
    with open("a.pkl", "rb") as pickled:
        assert pickle.load(pickled) == {"lr": 0.5, "act": print}
    manager.set_value("pair", [1])
    with pytest.warns(UserWarning, match="`act` is left out: its default is a builtin"):
        hpargparse.save("b.yaml", manager)


class Scalar:
    """A number as numpy and torch have them."""

    shape = ()

    def __init__(self, number: object) -> None:
        self.number = number

    def item(self) -> object:
        return self.number


def test_scalars_of_arrays_are_saved_as_the_numbers_that_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, manager = bound('_("lr", 0.5)\n_("ks", [1])\n_("act", relu)\n_("opt", {"a": 1.0})')
    manager.set_values({"lr": Scalar(3.0), "ks": [Scalar(2)], "opt": {"a": Scalar(0.25)}})
    manager("act", Scalar(True))
    parser.parse_args(["--hp-save", "a.yaml"])
    with open("a.yaml", encoding="utf-8") as file:
        assert file.read() == "act: true\nks: [2]\nlr: 3.0\nopt: {a: 0.25}\n"
    assert capsys.readouterr().err == ""
    assert type(manager("lr")) is Scalar
    manager.set_value("lr", Scalar(print))
    with pytest.raises(SnapshotError, match=r"it is a .*Scalar"):
        hpargparse.save("b.yaml", manager)


def test_numbers_of_numpy_are_saved_and_an_array_is_not() -> None:
    numpy = pytest.importorskip("numpy")
    manager = managed('_("lr", 0.5)\n_("n", 1)\n_("on", True)\n_("zero", 0.5)')
    manager.set_values(
        {"lr": numpy.float32(0.25), "n": numpy.int64(3), "on": numpy.bool_(False)}
    ).set_value("zero", numpy.array(1.5))
    hpargparse.save("a.yaml", manager)
    with open("a.yaml", encoding="utf-8") as file:
        assert file.read() == "lr: 0.25\n'n': 3\n'on': false\nzero: 1.5\n"
    manager.set_value("lr", numpy.array([1.5]))
    with pytest.raises(SnapshotError, match=r"it is a numpy\.ndarray"):
        hpargparse.save("a.yaml", manager)


def test_a_value_that_contains_itself_is_refused() -> None:
    manager, endless = managed('_("ks", [1])'), [Scalar(1)]
    endless.append(endless)  # type: ignore[arg-type]
    with pytest.raises(SnapshotError, match=r"it contains a .*Scalar"):
        hpargparse.save("a.yaml", manager.set_value("ks", endless))


def test_a_value_that_was_set_and_cannot_be_saved_refuses_the_save() -> None:
    manager = managed('_("lr", 0.5)\n_("act", relu)')
    manager.set_value("act", print)
    with pytest.raises(SnapshotError, match="YAML cannot hold `act`: it is a builtin_function"):
        hpargparse.save("a.yaml", manager)
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("definition", "value", "sentence"),
    [
        pytest.param(
            "1",
            1.5,
            "a load will refuse it: invalid int value: 1.5; the default of `x` is the int 1 at"
            " train.py:1, and `1.0` there would allow fractions. A default of type float, or"
            " the hint `type='float'`, would allow it.",
            id="a fraction",
        ),
        pytest.param("1", None, "The hint `optional=True` would allow None.", id="None"),
        pytest.param("[1]", ["a"], "invalid int value: 'a' in ['a']", id="an element"),
        pytest.param("'a'", 3, "or the hint `type='int'`, would allow it", id="an int"),
        pytest.param("1", ..., "A default of type ellipsis would allow it.", id="no type"),
        pytest.param(
            "[1, 2]",
            (1, 2),
            "`x` is saved as (1, 2), but loading converts it to [1, 2]: the default of `x` is the"
            " list [1, 2] at train.py:1. Set it to that, or use a default of type tuple.",
            id="a tuple for a list",
        ),
    ],
)
def test_a_value_that_a_load_would_not_give_back_is_saved_with_a_warning(
    definition: str, value: object, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = f'_("x", {definition})'
    with pytest.warns(UserWarning, match="`x` is saved (as|with) ") as caught:
        hpargparse.save("a.yaml", managed(source).set_value("x", value))
    assert sentence in str(caught[0].message)
    parser, manager = bound(source)
    manager.set_value("x", value)
    parser.parse_args(["--hp-save", "b.yaml"])
    assert sentence in capsys.readouterr().err
    with open("a.yaml", "rb") as one, open("b.yaml", "rb") as other:
        assert one.read() == other.read()


@pytest.mark.parametrize(
    "definition", ["'c', choices=['a', 'b']", "3, range=[0, 2]", "False, type='float'"]
)
def test_a_default_that_its_hints_refuse_is_saved_with_a_warning(
    definition: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = f'_("x", {definition})'
    with pytest.warns(UserWarning, match="`x` is saved with its default, but a load will refuse"):
        hpargparse.save("a.yaml", managed(source))
    with pytest.raises(SnapshotError, match="`x`"):
        hpargparse.load("a.yaml", managed(source))
    parser, _manager = bound(source)
    parser.parse_args(["--hp-save", "b.yaml"])
    assert "Change the default or the hint." in capsys.readouterr().err


@pytest.mark.parametrize("definition", ["1, type='float'", "None, type='int', choices=[1]", "[1]"])
def test_a_default_that_a_load_takes_is_saved_without_a_word(definition: str) -> None:
    source = f'_("x", {definition})'
    saved, loaded = managed(source), managed(source)
    hpargparse.save("a.yaml", saved)  # where a warning is an error
    hpargparse.load("a.yaml", loaded)
    assert loaded.get_values() == saved.get_values()


def test_a_value_out_of_range_is_saved_with_a_warning_and_refused_by_a_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, manager = bound('_("x", 1, range=[0, 2])')
    manager.set_value("x", 3)
    with pytest.warns(UserWarning, match="Set another value, or change the hint."):
        hpargparse.save("a.yaml", manager)
    assert "`x`: expected a value from 0 to 2, got 3" in refusal(capsys, parser, "--hp-save b.yaml")
    assert os.listdir() == ["a.yaml"]


@pytest.mark.parametrize(
    ("definition", "value", "loaded"),
    [
        ("0.5", 1, 1.0),
        ("[0.5]", [1], [1.0]),
        ("None", 1.5, 1.5),
        ("1", 2, 2),
        ("0.5", math.nan, math.nan),
        ("{}", {1: (2,)}, {1: (2,)}),
    ],
    ids=repr,
)
def test_a_value_that_a_load_gives_back_is_saved_without_a_word(
    definition: str, value: object, loaded: object
) -> None:
    source = f'_("x", {definition})\n_("y", 1)'
    hpargparse.save("a.yaml", managed(source).set_value("x", value))
    other = managed(source)
    hpargparse.load("a.yaml", other)
    assert repr(other("x")) == repr(loaded)


def test_nested_files_load_as_flat_ones_do() -> None:
    manager = managed()
    hpargparse.load(_write("model:\n  depth: 8\nopt:\n  lr: 3"), manager)
    assert manager("model.depth") == 8
    assert manager("opt") == {"lr": 3.0}


def test_keys_of_a_dict_change_it() -> None:
    manager = managed()
    hpargparse.load(_write("opt.lr: 3\nopt.nested.on: false"), manager)
    assert manager("opt") == {"lr": 3.0, "nested": {"on": False}, "max_norm": 2}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "lr: fast",
            "a.yaml:1: `lr`: invalid float value: 'fast';"
            " the default of `lr` is the float 0.1 at train.py:1",
            id="another type",
        ),
        pytest.param("\nepochs: 1.5", "a.yaml:2: `epochs`: invalid int value: 1.5", id="fraction"),
        pytest.param("act: gelu", "a.yaml:1: `act`: invalid choice: 'gelu'", id="no choice"),
        pytest.param("lr: 11", "a.yaml:1: `lr`: expected a value from 0 to 10", id="out of range"),
        pytest.param(
            "name: 1",
            "a.yaml:1: `name`: invalid str value: 1; the default of `name` is the str 'net' at"
            " train.py:5; quote it to make it a string",
            id="a number for a text",
        ),
        pytest.param("opt.lr: x", "a.yaml:1: `opt.lr`: invalid float value: 'x'", id="a key"),
    ],
)
def test_what_does_not_fit_is_refused_with_file_and_line(text: str, sentence: str) -> None:
    manager = managed()
    before = manager.get_values()
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(_write(f"{text}\nmodel.depth: 9"), manager)
    assert str(caught.value).startswith(sentence)
    assert manager.get_values() == before


def test_all_that_does_not_fit_is_reported_at_once() -> None:
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(_write("lr: x\nepochs: y\nact: z\nwho: 1"), managed(), strict=True)
    assert [problem.line for problem in caught.value.diagnostics] == [1, 2, 3, 4]
    assert [problem.name for problem in caught.value.diagnostics] == ["lr", "epochs", "act", "who"]


def test_an_unknown_name_is_an_error_unless_it_may_be_ignored() -> None:
    manager = managed()
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(_write("epochs: 9\nlrr: 1\nqqq: x\nks: z"), manager)
    assert str(caught.value) == (
        "a.yaml:2: there is no hyperparameter `lrr` to set to 1.\nDid you mean `lr`?\n\n"
        "a.yaml:3: there is no hyperparameter `qqq` to set to 'x'.\n"
        "Was the source that uses it parsed? strict=False ignores unknown names.\n\n"
        "a.yaml:4: `ks`: invalid list value: 'z' (expected a list of int); the default of `ks` is"
        " the list [1, 2] at train.py:7"
    )
    assert manager("epochs") == 3


def test_a_name_is_suggested_only_if_it_takes_the_value() -> None:
    manager = managed('_("depth", 3)\n_("depths", ["a"])')
    for value, name in (("1", "depth"), ("[b]", "depths")):
        with pytest.raises(SnapshotError, match=f"Did you mean `{name}`"):
            hpargparse.load(_write(f"depht: {value}"), manager)
    with pytest.raises(SnapshotError, match="Was the source that uses it parsed"):
        hpargparse.load(_write("lrr: fast"), managed())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "optim:\n  lr: 2\n  wd: 0\n",
            "a.yaml:2: there is nothing below `optim.`: `optim.lr` (2), `optim.wd` (0).\n"
            "Is `optim.` now `opt.`? ",
            id="a new name",
        ),
        pytest.param(
            "net:\n  a: 2\n  b: 0\n",
            "there is nothing below `net.`: `net.a` (2), `net.b` (0).\n"
            "Did you mean the names without `net.`?",
            id="none",
        ),
        pytest.param("optim: {lr: 2, wd: x}", "Did you mean `opt.lr`?", id="another type"),
        pytest.param("optim.lr: 2", "Did you mean `opt.lr`?", id="a single name"),
    ],
)
def test_names_below_a_lost_branch_are_one_problem(text: str, sentence: str) -> None:
    manager = managed(
        '_("opt.lr", 0.1)\n_("opt.wd", 1)\n_("model.lr", 1)\n_("model.wd", 1)\n_("a", 0)\n_("b", 0)'
    )
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(_write(text), manager)
    assert sentence in str(caught.value)


def test_of_many_names_below_a_lost_branch_some_are_shown() -> None:
    manager = managed("\n".join(f'_("new.x{n}", 0)' for n in range(8)))
    text = "\n".join(f"old.x{n}: 1" for n in range(8))
    with pytest.raises(SnapshotError, match=r"`old.x4` \(1\) and 3 more\.") as caught:
        hpargparse.load(_write(text), manager)
    assert len(caught.value.diagnostics) == 1


def test_of_very_many_unknown_names_a_hundred_get_a_suggestion() -> None:
    manager = managed("\n".join(f'_("branch{n}.x", 0)' for n in range(60)))
    text = "\n".join(f"branhc{n}.x: 1\nbranhc{n}.q: 1" for n in range(60))
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(_write(text), manager)
    advice = [problem.advice for problem in caught.value.diagnostics]
    assert len(advice) == 120
    assert 0 < sum(text.startswith("Did you mean") for text in advice) <= 100


def test_an_ignored_name_is_a_warning_with_its_line_and_the_nearest_name() -> None:
    manager = managed()
    with pytest.warns(
        UserWarning, match=r"a.yaml:1: .*`lrr` to set to 1. Did you mean `lr`\? Ignored\."
    ):
        hpargparse.load(_write("lrr: 1\nepochs: 9"), manager, strict=False)
    assert manager("epochs") == 9


def test_an_unknown_name_near_to_none_asks_for_its_source() -> None:
    with pytest.raises(SnapshotError, match="Was the source that uses it parsed") as caught:
        hpargparse.load(_write("qqqqqq.zz: 1"), managed(), strict=True)
    assert caught.value.name == "qqqqqq.zz"


def test_a_name_below_a_hyperparameter_that_is_no_dict_is_unknown() -> None:
    with pytest.raises(SnapshotError, match=r"there is no hyperparameter `lr\.x`"):
        hpargparse.load(_write("lr.x: 1"), managed(), strict=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "opt.lrr: 9",
            "a.yaml:1: the default of `opt` has no key `lrr` to set to 9. Did you mean `opt.lr`?",
            id="typo",
        ),
        pytest.param("opt.LR: 9", "Did you mean `opt.lr`?", id="another case"),
        pytest.param("opt.nested.no: true", "Did you mean `opt.nested.on`?", id="a key below"),
        pytest.param(
            "opt.zz: 9",
            "Its keys include `lr`, `nested`, `max_norm`, `nested.on`.",
            id="nothing near",
        ),
        pytest.param("LR: 9", "`LR` to set to 9. Did you mean `lr`?", id="a name in another case"),
        pytest.param("rl: 9", "`rl` to set to 9. Did you mean `lr`?", id="a name turned around"),
    ],
)
def test_a_key_that_a_dict_lacks_is_unknown(text: str, sentence: str) -> None:
    manager = managed()
    before = manager.get_values()
    with pytest.warns(UserWarning, match=r"Ignored\.$") as caught:
        hpargparse.load(_write(text), manager, strict=False)
    assert sentence in str(caught[0].message)
    assert manager.get_values() == before
    with pytest.raises(SnapshotError) as refused:
        hpargparse.load("a.yaml", manager, strict=True)
    assert sentence in str(refused.value).replace("\n", " ")


@pytest.mark.parametrize(
    ("default", "text", "value"),
    [
        pytest.param("{}", "o.new: 1", {"new": 1}, id="an empty dict"),
        pytest.param("{'a': {}}", "o.a.new.b: 1", {"a": {"new": {"b": 1}}}, id="one within"),
        pytest.param("{3: {}}", "o.3.c: 1", {3: {"c": 1}}, id="one below a number"),
        pytest.param("{'a': 1}", "o: {b: 1}", {"b": 1}, id="one that is given whole"),
    ],
)
def test_a_dict_takes_new_keys_where_its_default_has_none_and_as_a_whole(
    default: str, text: str, value: object
) -> None:
    manager = managed(f'_("o", {default})')
    hpargparse.load(_write(text), manager)
    assert manager("o") == value


@pytest.mark.parametrize(
    ("default", "text", "value"),
    [
        pytest.param({"a.b": 1}, "o.a.b: 2", {"a.b": 2}, id="a dot in a key"),
        pytest.param({1: 2}, "o.1: 3", {1: 3}, id="a number"),
        pytest.param({1: 2, "1": 4}, "o.1: 3", {1: 2, "1": 3}, id="rather a text"),
        pytest.param({"1": 4, 1: 2}, "o.1: 3", {"1": 3, 1: 2}, id="rather a text that is first"),
        pytest.param({None: {"x": 2}}, "o.None.x: 3", {None: {"x": 3}}, id="None"),
        pytest.param({(1, "a"): 2.0}, "o.(1, 'a'): 3", {(1, "a"): 3.0}, id="a tuple"),
    ],
)
def test_a_key_is_changed_whatever_it_is(default: object, text: str, value: object) -> None:
    manager = managed(f'_("o", {default!r})')
    hpargparse.load(_write(text), manager)
    assert repr(manager("o")) == repr(value)


@pytest.mark.parametrize(
    ("source", "text", "sentence"),
    [
        pytest.param(
            '_("o", {"a": 1})\n_("y", 2)',
            "y: 1\no.a.c: 2",
            "a.yaml:2: `o.a.c` cannot be set: `o.a`",
            id="a key below a number",
        ),
        pytest.param(
            '_("o", {1: 1})\n_("y", 2)',
            "y: 1\no.1.c: 2",
            "a.yaml:2: `o.1.c`: cannot set the key 'c' of `o`",
            id="a key below a number that has no name",
        ),
        pytest.param(
            '_("o", {"lr": 1}, choices=[{"lr": 1}, {"lr": 2}])',
            "\no.lr: 5",
            "a.yaml:2: `o.lr`: invalid choice: {'lr': 5} (choose from {'lr': 1}, {'lr': 2})",
            id="a dict that is no choice",
        ),
    ],
)
def test_what_does_not_fit_the_rest_is_refused_at_its_line(
    source: str, text: str, sentence: str
) -> None:
    manager = managed(source)
    before = manager.get_values()
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(_write(text), manager)
    assert str(caught.value).startswith(sentence)
    assert manager.get_values() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("o: {a.b: 5}\no.a.b: 7", "2: `o.a.b` is given twice, first in line 1."),
        ("o.a.b: 7\no: {a.b: 5}", "2: `o.a.b` is given twice, first in line 1."),
        ("o: {1: 5}\no.1: 7", "2: `o.1` is given twice, first in line 1."),
        ("o.c: {2: 1, d.e: 5}\no.c.d.e: 7", "2: `o.c.d.e` is given twice, first in line 1."),
    ],
)
def test_a_key_that_a_dict_gives_too_is_given_twice(
    text: str, sentence: str, tmp_path: Path
) -> None:
    manager = managed('_("o", {"a.b": 1, 1: 2, "c": {"d.e": 3, 2: 4}})')
    before = manager.get_values()
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(tmp_path / "a.yaml", manager)
    assert str(caught.value) == f"{tmp_path / 'a.yaml'}:{sentence}\nDelete one of the two."
    assert manager.get_values() == before


def test_a_pickle_gives_a_key_once(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"o": {1: 5}, "o.1": 7}))
    with pytest.raises(SnapshotError, match=r"a\.pkl: `o\.1` is given twice\."):
        hpargparse.load(tmp_path / "a.pkl", managed('_("o", {1: 2})'))


def test_other_keys_than_those_of_the_dict_change_it(tmp_path: Path) -> None:
    manager = managed('_("o", {"a.b": 1, "c": {"d.e": 3, 2: 4}})')
    (tmp_path / "a.yaml").write_text("o.c.d.e: 7\no: {c: {2: 5}, f: 6}\no.a.b: 9")
    hpargparse.load(tmp_path / "a.yaml", manager)
    assert manager("o") == {"a.b": 9, "c": {"d.e": 7, 2: 5}, "f": 6}


@pytest.mark.parametrize("name", ["none.yaml", "none/a.yaml"])
def test_a_file_that_is_not_there_is_a_missing_file(name: str) -> None:
    with pytest.raises(FileNotFoundError, match=name):
        hpargparse.load(name, managed())


def test_a_trusted_pickle_may_hold_anything() -> None:
    manager = managed('_("x", None)').set_value("x", ValueError("mine"))
    hpargparse.save("a.pkl", manager)
    with pytest.raises(SnapshotError, match="ValueError"):
        hpargparse.load("a.pkl", managed('_("x", None)'))
    other = managed('_("x", None)')
    hpargparse.load("a.pkl", other, trust_pickle=True)
    assert other("x").args == ("mine",)


@pytest.mark.parametrize(
    ("source", "text", "sentence"),
    [
        pytest.param('_("a", True)', "a: yes", "(expected true or false);", id="bool"),
        pytest.param(
            '_("a", {"b": True})', "a: {b: 1}", "(expected true or false);", id="in a dict"
        ),
        pytest.param('_("a", "x")', "a: 3", "quote it to make it a string", id="text"),
        pytest.param('_("a", ["x"])', "a: [3]", "quote it to make it a string", id="texts"),
        pytest.param('_("a", 1j)', "a: 1+2j", "`!complex 1+2j` in YAML", id="complex"),
        pytest.param('_("a", b"x")', "a: x", "`!!binary YWI=` in YAML", id="bytes"),
        pytest.param('_("a", ...)', "a: x", "`!ellipsis '...'` in YAML", id="ellipsis"),
        pytest.param('_("a", (1,))', "a: 3", "(expected a list of int);", id="tuple"),
        pytest.param('_("a", {1})', "a: 3", "(expected a list of int);", id="set"),
        pytest.param('_("a", 1)', "a: '3'", "; remove the quotes", id="number in quotes"),
        pytest.param('_("a", .5)', "a: '1e-4'", "; remove the quotes", id="float in quotes"),
        pytest.param('_("a", 1)', "a: 1_000", "; write `1000`", id="underscore"),
        pytest.param('_("a", 1)', "a: '0b11'", "; write `3`", id="base 2"),
        pytest.param('_("a", .5)', "a: -inf", "; write `-.inf`, in YAML", id="inf"),
        pytest.param('_("a", .5)', "a: nan", "; write `.nan`, in YAML", id="nan"),
    ],
)
def test_a_refusal_says_what_the_file_has_to_hold(
    source: str, text: str, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(path, managed(source))
    assert sentence in str(caught.value)


def test_a_number_that_is_none_keeps_its_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: x")
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(path, managed('_("a", 0.5)'))
    assert "quotes" not in str(caught.value)


@pytest.mark.parametrize("value", ["3", "null", "[1]", "{1: 2}"])
def test_a_value_for_a_group_is_refused(value: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"\nmodel: {value}")
    manager = managed('_("model.depth", 3)')
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(path, manager)
    assert str(caught.value).startswith(f"{path}:2: `model` is a group, not a hyperparameter")
    assert "`model.depth: ...`" in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "key"), [("layers: {0: 5}", "0"), ("layers: {'0': 5, 1: 6}", "1")]
)
def test_a_name_in_a_group_that_is_no_text_is_refused_with_the_way_out(
    lines: str, key: str
) -> None:
    manager = managed('_("layers.0", 1)\n_("layers.1", 2)')
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(_write(lines), manager)
    assert str(caught.value).endswith(f"The key {key} must be in quotes to be a name.")


def test_a_group_without_values_gives_none(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("model: {}")
    manager = managed('_("model.depth", 3)')
    hpargparse.load(path, manager)
    assert manager.get_values() == {"model.depth": 3}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.yaml", "# why\n---\n- 3", ":3: The file contains a list instead of"),
        ("a.yaml", "3", ":1: The file contains an int instead of"),
        ("a.json", "\n\n[1]", ":3: The file contains a list instead of"),
        ("a.json", '"x"', ":1: The file contains a string instead of"),
        ("a.yaml", "--- 3", ":1: The file contains an int instead of"),
        ("a.yaml", "!complex 1", ":1: The file contains something else instead of"),
    ],
)
def test_a_file_without_names_is_refused_with_its_line(
    name: str, text: str, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(path, managed('_("a", 1)'))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("act", [hpargparse.load, hpargparse.save])
def test_arguments_of_another_kind_are_refused_with_a_sentence(act: Any) -> None:
    with pytest.raises(TypeError, match=r"None is not a path; pass a str or an os.PathLike"):
        act(None, managed())
    with pytest.raises(TypeError, match=r"'a.yaml' is not a manager; pass one, such as `_` of"):
        act(managed(), "a.yaml")


RENAMED = """\
_("lr", 0.1, aliases=["optim.lr", "rate"])
_("opt", {"lr": 1.0, "eps": 2}, aliases="optimizer")
_("model.depth", 3, aliases=["model"])
"""


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("optim.lr: 2", {"lr": 2.0}),
        ("optim: {lr: 2}", {"lr": 2.0}),
        ("rate: 2", {"lr": 2.0}),
        ("optimizer: {lr: 2, eps: 3}", {"opt": {"lr": 2.0, "eps": 3}}),
        ("optimizer.lr: 2", {"opt": {"lr": 2.0, "eps": 2}}),
        ("optimizer.lr: 3\nopt: {eps: 4}", {"opt": {"lr": 3.0, "eps": 4}}),
        ("model: 4", {"model.depth": 4}),
    ],
)
def test_a_file_with_old_names_sets_the_new_ones(text: str, values: dict[str, object]) -> None:
    manager = managed(RENAMED)
    with pytest.warns(UserWarning, match="is an old name of") as caught:
        hpargparse.load(_write(text), manager)
    assert {name: manager(name) for name in values} == values
    assert len(caught) == 1
    hpargparse.save("new.yaml", manager)
    assert not any(old in read("new.yaml") for old in ("optim.lr", "rate", "optimizer"))


def test_a_note_names_the_place_and_both_names() -> None:
    manager = managed(RENAMED)
    with pytest.warns(UserWarning, match="old") as caught:
        hpargparse.load(_write("model: {depth: 3}\noptim:\n  lr: 2\n"), manager)
    assert [str(row.message) for row in caught] == ["a.yaml:3: `optim.lr` is an old name of `lr`."]
    assert str(manager.explain("lr")[-1]) == "a.yaml:3"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.json", "a.json:2: `optim.lr` is an old name of `lr`, which is given too in line 3."),
        ("a.pkl", "a.pkl: `optim.lr` is an old name of `lr`, which is given too."),
    ],
)
def test_a_file_that_gives_both_names_is_refused(name: str, message: str) -> None:
    manager = managed(RENAMED)
    if name == "a.pkl":
        (pathlib.Path(name)).write_bytes(pickle.dumps({"optim.lr": 2, "lr": 3}))
    else:
        _write('{"model.depth": 4,\n "optim.lr": 2,\n "lr": 3}', name)
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(name, manager)
    assert str(caught.value) == f"{message}\nDelete one of the two."
    assert manager.get_values() == managed(RENAMED).get_values()


def test_later_files_override_earlier_ones_under_either_name() -> None:
    parser, manager = bound(RENAMED)
    _write("lr: 1", "one.yaml")
    _write("rate: 2", "two.yaml")
    parser.parse_args(["--hp-load", "one.yaml", "--hp-load", "two.yaml"])
    assert manager("lr") == 2.0
    parser.parse_args(["--hp-load", "two.yaml", "--hp-load", "one.yaml"])
    assert manager("lr") == 1.0


def test_a_name_near_an_old_one_suggests_the_new_one() -> None:
    with pytest.raises(SnapshotError, match="Did you mean `lr`"):
        hpargparse.load(_write("optim.lt: 2"), managed(RENAMED))


def test_aliases_that_clash_are_refused() -> None:
    manager = managed('_("a", 1, aliases="c")\n_("b", 2, aliases="c")')
    with pytest.raises(ConversionError, match=r"`b` \(train.py:2\) has the alias `c`"):
        hpargparse.load(_write("c: 2"), manager)
    assert manager.get_values() == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("encoder/optim.lr: 2", {"encoder/lr": 2.0}),
        ("encoder/optim: {lr: 2}", {"encoder/lr": 2.0}),
        ("encoder/optimizer: {lr: 2, eps: 3}", {"encoder/opt": {"lr": 2.0, "eps": 3}}),
        ("a/encoder/optimizer.lr: 2", {"a/encoder/opt.lr": 2.0}),
        ("lr: 3\nencoder/rate: 2", {"lr": 3.0, "encoder/lr": 2.0}),
        ("encoder/model: {depth: 5}", {"encoder/model.depth": 5}),
    ],
)
@pytest.mark.filterwarnings("ignore:.* is an old name of")
def test_an_old_name_may_be_in_a_scope(text: str, values: dict[str, object]) -> None:
    manager = managed(RENAMED + '_.scope("encoder"); _.scope("a")')
    defaults = manager.get_values()
    hpargparse.load(_write(text), manager)
    assert manager.get_values() == {**defaults, **values}
    with pytest.raises(SnapshotError, match="old name of `encoder/lr`, which is given too"):
        hpargparse.load(_write("encoder/lr: 1\nencoder/rate: 2"), manager)


def test_a_manager_without_scopes_may_have_old_names_with_slashes() -> None:
    manager = HyperParameterManager("_", "/").parse_source('_("a/b", 1, aliases="x/y")')
    with pytest.warns(UserWarning, match="`x/y` is an old name of `a/b`"):
        hpargparse.load(_write("x: {y: 3}"), manager)
    assert manager.get_values() == {"a/b": 3}


@pytest.mark.filterwarnings("ignore:.* is an old name of")
def test_an_old_name_with_a_slash_may_be_in_a_scope() -> None:
    manager = managed('_("lr", 1, aliases="a/b"); _.scope("encoder")')
    hpargparse.load(_write("encoder/a/b: 2"), manager)
    assert manager.get_values() == {"lr": 1, "encoder/lr": 2}


def test_a_file_may_include_one_with_old_names() -> None:
    parser, manager = bound(RENAMED + '_("k", 1, aliases="include.k")')
    _write("rate: 1\noptimizer: {lr: 5, eps: 5}", "base.yaml")
    parser.parse_args(["--hp-load", _write("include.k: 4\nlr: 2", "own.yaml")])
    assert (manager("lr"), manager("k")) == (2.0, 4)
    parser, manager = bound(RENAMED)
    parser.parse_args(["--hp-load", _write("include: base.yaml\nlr: 2\nopt.eps: 6")])
    assert (manager("lr"), manager("opt")) == (2.0, {"lr": 5.0, "eps": 6})
    assert [str(origin) for origin in manager.explain("lr")][1:] == ["base.yaml:1", "a.yaml:2"]


def test_a_name_with_a_slash_is_no_old_name_in_a_scope() -> None:
    manager = managed(RENAMED + '_("encoder/rate", 1); _.scope("encoder")')
    hpargparse.load(_write("encoder/rate: 2"), manager)
    assert manager.get_value("encoder/rate") == 2
    assert manager.get_value("encoder/lr") == manager.get_value("lr")
