"""The order of a parse, and that a failure changes nothing."""

from __future__ import annotations

import json
import os
from argparse import SUPPRESS, ArgumentError, ArgumentParser, Namespace
from typing import TYPE_CHECKING

import pytest

import hpargparse
from hpargparse.parser.session import CURRENT
from hpman.programs import preset_values
from tests.hpargparse.parser.bound import bound, managed, refusal, write

if TYPE_CHECKING:
    from hpman import HyperParameterManager

pytestmark = pytest.mark.usefixtures("in_folder")


class TestOrder:
    def test_the_command_line_wins_over_files_wherever_it_stands(self) -> None:
        write("lr: 2\nepochs: 7")
        parser, manager = bound()
        args = parser.parse_args(["--lr", "3", "--hp-load", "a.yaml"])
        assert (args.lr, args.epochs) == (3.0, 7)
        assert (manager("lr"), manager("epochs")) == (3.0, 7)

    def test_later_files_win_over_earlier_ones(self) -> None:
        write("lr: 2\nepochs: 7")
        write("lr: 3", "b.yaml")
        parser, manager = bound()
        args = parser.parse_args(["--hp-load", "a.yaml", "--hp-load=b.yaml"])
        assert (args.lr, args.epochs, args.hp_load) == (3.0, 7, ["a.yaml", "b.yaml"])
        assert [str(step) for step in manager.explain("lr")] == [
            "train.py:1 default 0.1",
            "a.yaml:1",
            "b.yaml:1",
        ]

    def test_the_chain_shows_default_file_and_option(self) -> None:
        write("\nlr: 2")
        parser, manager = bound()
        parser.parse_args(["--lr", "3", "--hp-load", "a.yaml"])
        assert [str(step) for step in manager.explain("lr")] == [
            "train.py:1 default 0.1",
            "a.yaml:2",
            "--lr",
        ]

    def test_a_key_of_the_command_line_changes_a_dict_of_a_file(self) -> None:
        write("opt: {lr: 5, max_norm: 6}")
        parser, _manager = bound()
        args = parser.parse_args(["--opt.lr", "3", "--hp-load", "a.yaml"])
        assert args.opt == {"lr": 3.0, "max_norm": 6}

    def test_the_final_values_are_saved(self) -> None:
        write("lr: 2\nepochs: 7")
        parser, _manager = bound('_("lr", 0.1)\n_("epochs", 3)\n_("opt", {"a": 1, "b": 2})')
        parser.parse_args("--hp-save b.json --hp-load a.yaml --lr 3 --opt.b 5".split())
        with open("b.json", encoding="utf-8") as file:
            assert json.load(file) == {"lr": 3.0, "epochs": 7, "opt": {"a": 1, "b": 5}}

    def test_saving_comes_before_listing_and_exit(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound('_("lr", 0.1)')
        with pytest.raises(SystemExit) as caught:
            parser.parse_args("--hp-exit --hp-list json --hp-save b.yaml --lr 3".split())
        assert caught.value.code == 0
        assert json.loads(capsys.readouterr().out) == {"lr": 3.0}
        with open("b.yaml", encoding="utf-8") as file:
            assert file.read() == "lr: 3.0\n"

    def test_two_parsers_with_one_manager_load_before_either_types(self) -> None:
        write("lr: 2\nepochs: 7")
        top, manager = bound()
        sub = top.add_subparsers().add_parser("train")
        hpargparse.bind(sub, manager)
        args = top.parse_args(["--lr", "3", "train", "--hp-load", "a.yaml"])
        assert (args.lr, args.epochs) == (3.0, 7)


class TestParserDefaults:
    def test_count_when_set_after_bind(self) -> None:
        parser, manager = bound()
        parser.set_defaults(lr=9, seed=None)
        assert parser.parse_args([]).lr == manager("lr") == 9.0
        assert str(manager.explain("lr")[-1]) == "set_defaults"

    def test_lose_against_the_command_line(self) -> None:
        parser, _manager = bound()
        parser.set_defaults(lr=9)
        assert parser.parse_args(["--lr", "2"]).lr == 2.0

    def test_count_once(self) -> None:
        parser, manager = bound()
        parser.set_defaults(lr=9)
        parser.parse_args([])
        manager.set_value("lr", 8.0)
        assert parser.parse_args([]).lr == 8.0

    def test_count_after_a_failed_run_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound()
        parser.set_defaults(lr=9)
        refusal(capsys, parser, "--hp-load none.yaml")
        assert parser.parse_args([]).lr == 9.0

    def test_are_checked(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound()
        parser.set_defaults(act="gelu")
        assert refusal(capsys, parser, "").startswith("argument --act: invalid choice: 'gelu'")

    def test_that_are_suppressed_change_nothing(self) -> None:
        parser, _manager = bound()
        parser.set_defaults(lr=SUPPRESS)
        assert parser.parse_args([]).lr == 0.1


class TestAProgramBelowHpmanRun:
    def test_keeps_what_was_typed_for_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("hpman.manager.PRESETS", {})
        write("lr: 2\nepochs: 7\nopt: {lr: 5}")
        outer, manager = bound()
        outer.parse_args(["--lr", "3", "--opt.lr", "4"])
        preset_values([manager])
        parser = ArgumentParser()
        hpargparse.bind(parser, manager)
        parser.set_defaults(lr=9, seed=1)
        args = parser.parse_args(["--hp-load", "a.yaml"])
        assert (args.lr, args.opt["lr"], args.epochs, args.seed) == (3.0, 4.0, 7, 1)
        assert parser.parse_args(["--hp-load", "a.yaml", "--lr", "1"]).lr == 1.0

    def test_may_have_a_manager_that_got_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("lr: 2")
        parser, _manager = bound()
        monkeypatch.setattr("hpman.manager.PRESETS", {})
        preset_values([managed('_("other", 1)').set_value("other", 3)])
        assert parser.parse_args(["--hp-load", "a.yaml"]).lr == 2.0

    def test_may_change_it_before(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("hpman.manager.PRESETS", {})
        write("lr: 2")
        parser, manager = bound()
        parser.parse_args(["--lr", "3"])
        preset_values([manager])
        manager.set_value("lr", 4.0)
        assert parser.parse_args(["--hp-load", "a.yaml"]).lr == 2.0


class TestASecondRun:
    def test_keeps_what_was_set_in_between(self) -> None:
        parser, manager = bound()
        parser.parse_args(["--lr", "2", "--epochs", "5"])
        manager.set_value("lr", 4.0)
        args = parser.parse_args(["--weight-decay", "1"])
        assert (args.lr, args.epochs, args.weight_decay) == (4.0, 5, 1.0)

    def test_repeats_no_request(self) -> None:
        write("lr: 2")
        parser, manager = bound()
        parser.parse_args(["--hp-load", "a.yaml", "--hp-save", "b.yaml"])
        os.remove("b.yaml")
        manager.set_value("lr", 7.0)
        assert parser.parse_args([]).lr == 7.0
        assert not os.path.exists("b.yaml")


FAILURES = {
    "a value": "--lr x",
    "a choice": "--act x",
    "an unknown word": "--lrr=1",
    "a missing file": "--hp-load none.yaml",
    "an unknown extension": "--hp-load none.xyz",
    "a value in a file": "--hp-load wrong.yaml",
    "a choice in a file": "--hp-load choice.yaml",
    "a range in a file": "--hp-load range.yaml",
    "a key below a key": "--hp-load below.yaml",
    "the second of two files": "--hp-load right.yaml --hp-load wrong.yaml",
    "a file for a folder to save to": "--hp-save wrong.yaml/a.yaml",
    "a format to save in": "--hp-save a.xyz",
    "the second file to save to": "--hp-save a.yaml --hp-save wrong.yaml/b.yaml",
    "the format of the second file": "--hp-save a.yaml --hp-save b.xyz",
    "a parser that misses a word": "--needed",
}


@pytest.mark.parametrize("line", FAILURES.values(), ids=FAILURES)
class TestAFailure:
    @pytest.fixture(autouse=True)
    def _files(self, in_folder: None) -> None:
        write("lr: 7\nepochs: 8", "right.yaml")
        write("lr: 7\nepochs: [8]", "wrong.yaml")
        write("lr: 7\nact: gelu", "choice.yaml")
        write("epochs: 7\nlr: 11", "range.yaml")
        write("epochs: 7\nopt.lr.x: 11", "below.yaml")

    def _parser(self, *, exit_on_error: bool = True) -> ArgumentParser:
        parser = ArgumentParser(prog="train.py", allow_abbrev=False, exit_on_error=exit_on_error)
        parser.add_argument("--needed")
        parser.add_argument("--own", default=1)
        return parser

    def test_ends_with_status_2_and_changes_nothing(
        self, line: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, manager = bound(parser=self._parser())
        before = manager.get_values()
        assert refusal(capsys, parser, f"--weight-decay 5 {line}") != ""
        assert manager.get_values() == before
        assert [str(step) for step in manager.explain("epochs")] == ["train.py:3 default 3"]
        assert sorted(os.listdir()) == sorted(
            ["right.yaml", "wrong.yaml", "choice.yaml", "range.yaml", "below.yaml"]
        )
        assert CURRENT.session is None

    def test_raises_and_changes_nothing_where_the_parser_does_not_exit(self, line: str) -> None:
        parser, manager = bound(parser=self._parser(exit_on_error=False))
        before = manager.get_values()
        with pytest.raises(ArgumentError):
            parser.parse_args(["--weight-decay", "5", *line.split()])
        assert manager.get_values() == before
        assert CURRENT.session is None


def test_a_failure_of_one_manager_leaves_the_other_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, first = bound('_("a", 1)')
    second = managed('_("b", 2)')
    hpargparse.bind(parser, second, action_prefix="second")
    write("b: x")
    message = refusal(capsys, parser, "--a 5 --second-load a.yaml")
    assert message.startswith("a.yaml:1: `b`: invalid int value: 'x'; the default of `b` is the")
    assert (first("a"), second("b")) == (1, 2)


@pytest.mark.parametrize("line", ["--a 5", "--a 5 --hp-save saved.yaml"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("y: 1\no.a.c: 2", "a.yaml:2: `o.a.c` cannot be set: "),
        ("o.a: 3", "a.yaml:1: `o.a`: invalid choice: {'a': 3}"),
    ],
    ids=["a key that cannot be", "a choice"],
)
def test_no_manager_is_changed_and_no_file_written_where_another_refuses(
    line: str, text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser, first = bound('_("a", 1)')
    second = managed('_("o", {"a": 1}, choices=[{"a": 1}, {"a": 2}])\n_("y", 3)')
    hpargparse.bind(parser, second, action_prefix="second")
    write(text)
    message = refusal(capsys, parser, f"{line} --second-load a.yaml")
    assert message.startswith(sentence)
    assert (first("a"), second("o"), second("y")) == (1, {"a": 1}, 3)
    assert os.listdir() == ["a.yaml"]


def test_a_namespace_without_attributes_of_its_own_is_filled() -> None:
    class Slotted:
        __slots__ = ("lr",)
        lr: float

    parser, _manager = bound('_("lr", 0.1)', inject_actions=False)
    slotted = Slotted()
    assert parser.parse_args(["--lr", "3"], slotted).lr == 3.0


def test_values_of_a_namespace_count() -> None:
    parser, manager = bound()
    args = parser.parse_args([], Namespace(lr=4, other="kept"))
    assert (args.lr, args.other, manager("lr"), type(args.lr)) == (4.0, "kept", 4.0, float)
    assert str(manager.explain("lr")).endswith("namespace")


@pytest.mark.parametrize(
    ("line", "value"), [("", 4.0), ("--hp-load a.yaml", 5.0), ("--hp-load a.yaml --lr 6", 6.0)]
)
def test_a_namespace_ranks_above_set_defaults_and_below_files(line: str, value: float) -> None:
    write("lr: 5")
    parser, manager = bound()
    parser.set_defaults(lr=3.0)
    args = parser.parse_args(line.split(), namespace=Namespace(lr=4.0))
    assert (args.lr, manager("lr")) == (value, value)


def test_a_value_of_a_namespace_has_to_fit(capsys: pytest.CaptureFixture[str]) -> None:
    parser, manager = bound()
    with pytest.raises(SystemExit):
        parser.parse_args(["--epochs", "4"], Namespace(lr="x"))
    assert "argument --lr: invalid float value: 'x'" in capsys.readouterr().err
    assert manager("epochs") == 3


def test_a_namespace_meets_what_is_required() -> None:
    parser, manager = bound('_("a", required=True)')
    parser.parse_args([], Namespace(a=3))
    assert manager("a") == 3


def test_a_namespace_of_a_run_before_gives_nothing_anew() -> None:
    parser, manager = bound()
    args, rest = parser.parse_known_args(["--lr", "4", "--rest"])
    manager.set_value("lr", 5.0)
    args = parser.parse_args([], args)
    assert (args.lr, manager("lr"), rest) == (5.0, 5.0, ["--rest"])
    assert manager("epochs", 7) == 7  # it is not set, so the program's own default still counts


@pytest.mark.parametrize("default", ["[1, 2]", "{'x': [1]}", "{1, 2}"])
def test_a_copy_of_a_value_in_a_namespace_gives_nothing_anew(default: str) -> None:
    parser, manager = bound(f'_("a", {default})\n_("lr", 1)')
    below = parser.add_subparsers().add_parser("go")
    hpargparse.bind(below, manager)
    args = parser.parse_args(["--a", "{}" if "x" in default else "[3]", "go", "--lr", "2"])
    args = parser.parse_args(["go", "--lr", "2"], args)
    assert [origin.kind for origin in manager.explain("a")] == ["source", "option"]
    manager.set_value("a", type(args.a)())
    args = parser.parse_args(["go", "--lr", "2"], args)
    assert manager("a") == args.a == type(args.a)()


class TestAParserThatRunsInAnother:
    """A program may read a part of its command line with a parser of its own."""

    def _two(self) -> tuple[ArgumentParser, HyperParameterManager, HyperParameterManager]:
        inner, below = bound('_("b", 2)', ArgumentParser(exit_on_error=False))
        outer, manager = bound('_("a", 1)', ArgumentParser(prog="train.py"))

        def convert(line: str) -> int:
            assert inner.parse_args(line.split()).b == below("b")
            assert (manager("a"), CURRENT.session is not None) == (1, True)
            return int(below("b"))

        outer.add_argument("--inner", type=convert)
        return outer, manager, below

    def test_sets_and_saves_for_itself(self) -> None:
        outer, manager, below = self._two()
        words = ["--a", "7", "--inner", "--b 5 --hp-save in.yaml", "--hp-save", "out.yaml"]
        args = outer.parse_args(words)
        assert (args.inner, args.a, manager("a"), below("b")) == (5, 7, 7, 5)
        with open("in.yaml", encoding="utf-8") as one, open("out.yaml", encoding="utf-8") as other:
            assert (one.read(), other.read()) == ("b: 5\n", "a: 7\n")

    def test_fails_for_itself(self) -> None:
        outer, manager, below = self._two()
        with pytest.raises(SystemExit):
            outer.parse_args(["--a", "7", "--inner", "--b 5 --c"])
        assert (manager("a"), below("b"), CURRENT.session) == (1, 2, None)
