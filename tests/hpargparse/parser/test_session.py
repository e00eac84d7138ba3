"""In which order a command line is carried out, and that a failure changes nothing."""

from __future__ import annotations

import io
import json
import os
import pickle
import sys
from argparse import SUPPRESS, ArgumentError, ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import pytest

import hpargparse
from hpargparse.parser.bind import bind_what_fits
from hpargparse.parser.session import CURRENT
from hpman import HyperParameterManager, Origin
from hpman._text import relative_path
from tests.hpargparse.parser.bound import bound, managed, refusal


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _file(text: str, name: str = "a.yaml") -> str:
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    return name


def _text(name: str) -> str:
    return Path(name).read_text(encoding="utf-8")


class TestOrder:
    def test_the_command_line_wins_over_files_wherever_it_stands(self) -> None:
        _file("lr: 2\nepochs: 7")
        parser, manager = bound()
        args = parser.parse_args(["--lr", "3", "--hp-load", "a.yaml"])
        assert (args.lr, args.epochs) == (3.0, 7)
        assert (manager("lr"), manager("epochs")) == (3.0, 7)

    def test_later_files_win_over_earlier_ones(self) -> None:
        _file("lr: 2\nepochs: 7")
        _file("lr: 3", "b.yaml")
        parser, manager = bound()
        args = parser.parse_args(["--hp-load", "a.yaml", "--hp-load=b.yaml"])
        assert (args.lr, args.epochs, args.hp_load) == (3.0, 7, ["a.yaml", "b.yaml"])
        assert [str(step) for step in manager.explain("lr")] == [
            "train.py:1 default 0.1",
            "a.yaml:1",
            "b.yaml:1",
        ]

    def test_the_chain_shows_default_file_and_option(self) -> None:
        _file("\nlr: 2")
        parser, manager = bound()
        parser.parse_args(["--lr", "3", "--hp-load", "a.yaml"])
        assert [str(step) for step in manager.explain("lr")] == [
            "train.py:1 default 0.1",
            "a.yaml:2",
            "--lr",
        ]

    def test_a_key_of_the_command_line_changes_a_dict_of_a_file(self) -> None:
        _file("opt: {lr: 5, max_norm: 6}")
        parser, _manager = bound()
        args = parser.parse_args(["--opt.lr", "3", "--hp-load", "a.yaml"])
        assert args.opt == {"lr": 3.0, "max_norm": 6}

    def test_what_is_saved_is_what_was_asked_for(self) -> None:
        _file("lr: 2\nepochs: 7")
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
        _file("lr: 2\nepochs: 7")
        top, manager = bound()
        sub = top.add_subparsers().add_parser("train")
        hpargparse.bind(sub, manager)
        args = top.parse_args(["--lr", "3", "train", "--hp-load", "a.yaml"])
        assert (args.lr, args.epochs) == (3.0, 7)


class TestRequests:
    def test_exit_ends_with_status_0_when_all_is_done(self) -> None:
        parser, manager = bound()
        with pytest.raises(SystemExit) as caught:
            parser.parse_args(["--hp-exit", "--lr", "3"])
        assert caught.value.code == 0
        assert manager("lr") == 3.0

    @pytest.mark.parametrize(
        ("line", "beginning"),
        [
            ("--hp-list", "lr: 3.0\n"),
            ("--hp-list yaml", "lr: 3.0\n"),
            ("--hp-list=json", '{\n  "lr": 3.0\n}'),
            ("--hp-list origin", "lr = 3.0\n    train.py:1 default 0.1\n    --lr\n"),
            ("--hp-list detail", "All hyperparameters:\n    ['lr']\nDetails:\n+--"),
            ("--hp-detail", "All hyperparameters:\n"),
            ("--hp-list json --hp-detail", "All hyperparameters:\n"),
            ("--hp-detail --hp-list json", "{\n"),
        ],
    )
    def test_a_listing_is_printed_and_ends_with_status_0(
        self, line: str, beginning: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, _manager = bound('_("lr", 0.1)')
        with pytest.raises(SystemExit) as caught:
            parser.parse_args([*line.split(), "--lr", "3"])
        assert caught.value.code == 0
        assert capsys.readouterr().out.startswith(beginning)

    def test_they_stand_in_the_namespace(self) -> None:
        parser, _manager = bound('_("lr", 0.1)')
        args = parser.parse_args("--hp-save b.yaml --hp-serial-format json --hp-strict".split())
        assert args == Namespace(
            lr=0.1,
            hp_save="b.yaml",
            hp_load=None,
            hp_list=None,
            hp_detail=False,
            hp_serial_format="json",
            hp_strict=True,
            hp_exit=False,
        )

    def test_a_format_wins_over_extension_and_over_that_of_bind(self) -> None:
        parser, _manager = bound('_("lr", 0.1)', serial_format="pickle")
        parser.parse_args(["--hp-serial-format", "json", "--hp-save", "a.yaml"])
        with open("a.yaml", encoding="utf-8") as file:
            assert json.load(file) == {"lr": 0.1}

    def test_the_format_of_bind_wins_over_the_extension(self) -> None:
        parser, _manager = bound('_("lr", 0.1)', serial_format="json")
        parser.parse_args(["--hp-save", "a.txt"])
        with open("a.txt", encoding="utf-8") as file:
            assert json.load(file) == {"lr": 0.1}

    @pytest.mark.parametrize(
        ("bound_format", "line", "value"),
        [
            pytest.param(
                "auto",
                "--hp-load a.yaml --hp-save b.pkl --hp-serial-format pickle",
                2.0,
                id="a format to save in",
            ),
            pytest.param(
                "auto",
                "--hp-load a.yaml --hp-save a.yaml --hp-serial-format json",
                2.0,
                id="a format to save in, the same file",
            ),
            pytest.param("pickle", "--hp-load a.yaml", 2.0, id="the format of bind"),
            pytest.param("json", "--hp-load a.cfg", 3.0, id="that of bind, unknown extension"),
            pytest.param(
                "auto", "--hp-load a.cfg --hp-serial-format json", 3.0, id="unknown extension"
            ),
            pytest.param(
                "auto",
                "--hp-load j.yaml --hp-serial-format json",
                3.0,
                id="a format to load in",
            ),
            pytest.param("pickle", "--hp-load p.yaml", 4.0, id="the only one that does"),
        ],
    )
    def test_a_known_extension_tells_the_format_of_what_is_loaded_beside_a_save(
        self, bound_format: str, line: str, value: float
    ) -> None:
        _file("lr: 2")
        _file('{"lr": 3}', "a.cfg")
        _file('{"lr":\t3}', "j.yaml")
        hpargparse.save("p.yaml", managed('_("lr", 4.0)'), serial_format="pickle")
        parser, _manager = bound('_("lr", 0.1)', serial_format=bound_format)
        assert parser.parse_args(line.split()).lr == value

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            ("--hp-load a.yaml", "a.yaml:1: Cannot read this as YAML"),
            ("--hp-load none.yaml", "none.yaml: The file cannot be read"),
            ("--hp-load a.yaml --hp-serial-format json", "a.yaml:1: Cannot read this as JSON"),
        ],
        ids=["by the extension", "a missing file", "by the format"],
    )
    def test_a_file_that_no_format_reads_is_refused_as_its_extension_says(
        self, line: str, sentence: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        _file("lr: ]")
        parser, _manager = bound('_("lr", 0.1)', serial_format="pickle")
        assert refusal(capsys, parser, line).startswith(sentence)

    @pytest.mark.parametrize(
        ("settings", "line", "setting"),
        [
            ({"action_prefix": "x"}, "--x-load a.cfg", "--x-serial-format"),
            ({"action_prefix": "x"}, "--x-save a.cfg", "--x-serial-format"),
            ({"inject_actions": "load"}, "--hp-load a.cfg", "the argument `serial_format`"),
        ],
        ids=["to load", "to save", "without the option"],
    )
    def test_advice_names_the_option_that_there_is(
        self,
        settings: dict[str, Any],
        line: str,
        setting: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        parser, _manager = bound('_("lr", 0.1)', **settings)
        assert refusal(capsys, parser, line).endswith(f", or name the format with {setting}.")

    def test_a_program_can_trust_a_pickle_and_a_command_cannot(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("a.pkl").write_bytes(pickle.dumps({"lr": Namespace}))
        parser, manager = bound('_("lr", 0.1)')
        command = ArgumentParser()
        bind_what_fits(command, manager)
        told = [refusal(capsys, each, "--hp-load a.pkl") for each in (parser, command)]
        assert "asks for `argparse.Namespace`" in told[0]
        assert ["trust_pickle=True" in each for each in told] == [True, False]

    def test_the_name_of_no_letter_is_known_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, manager = bound('_("", 1)\n_("lr", 0.1)')
        manager.set_value("", 2)
        parser.parse_args(["--hp-save", "a.yaml"])
        manager.set_value("", 3)
        parser.parse_args(["--hp-load", "a.yaml"])
        assert (manager(""), capsys.readouterr().err) == (2, "")

    def test_a_dash_is_standard_output(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        parser, _manager = bound('_("lr", 0.1)')
        parser.parse_args(["--hp-save", "-"])
        assert capfdbinary.readouterr().out == b"lr: 0.1\n"

    def test_what_cannot_be_saved_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound('_("lr", 0.1)\n_("end", LR / 10)')
        parser.parse_args(["--hp-save", "a.yaml"])
        assert capsys.readouterr().err == (
            "train.py: warning: `end` is left out: its default `LR / 10` is unknown before the"
            " program has run it.\n"
        )


class TestUnknownKeys:
    def test_are_said_with_place_and_nearest_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound()
        _file("lr: 2\nepoch: 5")
        assert parser.parse_args(["--hp-load", "a.yaml"]).lr == 2.0
        assert capsys.readouterr().err == (
            "train.py: warning: a.yaml:2: there is no hyperparameter `epoch`. Did you mean"
            " `epochs`? It is not set.\n"
        )

    @pytest.mark.parametrize("how", ["option", "bind"])
    def test_are_refused_where_strictness_is_asked_for(
        self, how: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, manager = bound(strict=how == "bind")
        _file("lr: 2\nepoch: 5")
        message = refusal(
            capsys, parser, "--hp-load a.yaml" + (" --hp-strict" if how == "option" else "")
        )
        assert message.startswith("a.yaml:2: there is no hyperparameter `epoch`.")
        assert manager("lr") == 0.1


class TestParserAndSubParserOfOneManager:
    @pytest.fixture
    def top(self) -> ArgumentParser:
        top, manager = bound('_("lr", 0.1)')
        hpargparse.bind(top.add_subparsers().add_parser("train"), manager)
        return top

    @pytest.mark.parametrize(
        "line", ["--hp-strict train --hp-load a.yaml", "--hp-load a.yaml train --hp-strict"]
    )
    def test_are_strict_where_either_is_asked_to_be(
        self, line: str, top: ArgumentParser, capsys: pytest.CaptureFixture[str]
    ) -> None:
        _file("rate: 3")
        assert "there is no hyperparameter `rate`" in refusal(capsys, top, line)

    @pytest.mark.parametrize(
        "line",
        [
            "--hp-serial-format json train --hp-save new",
            "--hp-save new train --hp-serial-format json",
            "--hp-serial-format yaml train --hp-save new --hp-serial-format json",
            "--hp-serial-format json --hp-save new train --hp-load a.yaml",
        ],
    )
    def test_write_in_the_format_that_either_is_asked_for(
        self, line: str, top: ArgumentParser
    ) -> None:
        _file("lr: 3")
        top.parse_args(line.split())
        assert json.loads(_text("new")).keys() == {"lr"}

    def test_write_in_the_format_that_each_is_asked_for(self, top: ArgumentParser) -> None:
        line = "--hp-serial-format yaml --hp-save old train --hp-serial-format json --hp-save new"
        top.parse_args(line.split())
        assert (_text("old"), json.loads(_text("new"))) == ("lr: 0.1\n", {"lr": 0.1})

    def test_may_both_load(self, top: ArgumentParser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("lr: 1.5\n"))
        assert top.parse_args(f"--hp-load {_file('lr: 3')} train --hp-load -".split()).lr == 1.5


def test_two_managers_may_be_written_to_one_stream(capsys: pytest.CaptureFixture[str]) -> None:
    parser, _manager = bound('_("a", 1)')
    hpargparse.bind(parser, managed('hp("b", 2)', "hp"), action_prefix="b")
    parser.parse_args("--hp-save - --b-save - --hp-serial-format yaml".split())
    assert capsys.readouterr().out == "a: 1\nb: 2\n"
    parser.parse_args(
        [
            "--hp-save",
            os.devnull,
            "--b-save",
            os.devnull,
            "--hp-serial-format=yaml",
            "--b-serial-format=yaml",
        ]
    )


def test_one_manager_may_be_saved_to_a_file_twice() -> None:
    top, manager = bound('_("a", 1)')
    hpargparse.bind(top.add_subparsers().add_parser("train"), manager)
    top.parse_args("--hp-save new.yaml train --hp-save new.yaml --a 3".split())
    assert _text("new.yaml") == "a: 3\n"


class TestReadsBeforeTheCommandLine:
    """What the top of a module and the body of a class have read, stays with them."""

    SOURCE = (
        "class Net:\n    patch = _('patch', 16)\n"
        "seed = _('seed', 42)\n"
        "def rate():\n    return _('lr', 0.1)\n"
        "rate()\n"
        "opt = _('opt', {'a': 1, 'b': 2})\n"
    )

    def run(self, *lines: str, source: str = SOURCE) -> HyperParameterManager:
        """Run a module before its command lines are parsed."""
        parser, manager = bound(source)
        exec(compile(source, "net.py", "exec"), {"_": manager})
        for line in lines:
            parser.parse_args(line.split())
        return manager

    def test_are_warned_of_with_their_lines(self, capsys: pytest.CaptureFixture[str]) -> None:
        manager = self.run("--patch 8 --seed 42 --lr 1 --opt.a 3")
        assert manager("patch") == 8
        ends = (
            " before the command line was parsed; read it in a function that runs afterwards, or"
            " start the program with `hpman run`\n"
        )
        assert capsys.readouterr().err == (
            f"train.py: warning: `patch` is 8 now, but net.py:2 has read 16{ends}"
            f"train.py: warning: `opt` is {{'a': 3, 'b': 2}} now, but net.py:7 has read"
            f" {{'a': 1, 'b': 2}}{ends}"
        )

    def test_are_warned_of_where_a_file_gives_the_value(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.run(f"--hp-load {_file('seed: 7')}")
        assert "`seed` is 7 now, but net.py:3 has read 42" in capsys.readouterr().err

    def test_are_warned_of_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.run("--patch 8 --opt.a 3", "--patch 9 --opt.a 4", "--seed 1")
        found = capsys.readouterr().err.splitlines()
        assert [line.split("`")[1] for line in found] == ["patch", "opt", "seed"]

    def test_of_what_was_set_before_are_as_they_should_be(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, manager = bound(self.SOURCE)
        manager.set_values({"patch": 8, "opt.a": 3})
        exec(compile(self.SOURCE, "net.py", "exec"), {"_": manager})
        manager.explain("seed")  # tells the line, and knows the code no more
        parser.parse_args(["--patch", "9", "--opt.a", "4", "--seed", "1"])
        found = capsys.readouterr().err.splitlines()
        assert [line.split("`")[1] for line in found] == ["seed"]

    def test_after_a_command_line_follow_the_next_one(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, manager = bound(self.SOURCE)
        for words, seed in (([], 42), (["--seed", "7"], 7), (["--seed", "8"], 8)):
            parser.parse_args(words)
            names: dict[str, object] = {"_": manager}
            exec(compile(self.SOURCE, "sweep.py", "exec"), names)
            assert names["seed"] == seed
        assert capsys.readouterr().err == ""

    def test_within_an_override_are_as_they_should_be(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, manager = bound(self.SOURCE)
        with manager.override(seed=1, opt={"a": 2, "b": 3}):
            exec(compile(self.SOURCE, "net.py", "exec"), {"_": manager})
        parser.parse_args(["--patch", "9", "--seed", "2", "--opt.a", "4"])
        found = capsys.readouterr().err.splitlines()
        assert [line.split("`")[1] for line in found] == ["patch"]

    def test_that_have_the_value_in_another_order_are_as_they_should_be(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.run("--opt {'b':2,'a':1}")
        assert capsys.readouterr().err == ""

    def test_of_values_that_neither_show_nor_compare(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        class Odd:
            __hash__ = None  # type: ignore[assignment]

            def __repr__(self) -> str:
                raise RuntimeError

            def __eq__(self, other: object) -> bool:
                raise RuntimeError

        class Long(Odd):
            def __repr__(self) -> str:
                return "two\nlines\x1b[31m"

        source = "odd = _('odd', Odd())\nlong = _('long', Long())\nkept = _('kept', Odd())"
        parser, manager = bound(source)
        exec(compile(source, "net.py", "exec"), {"_": manager, "Odd": Odd, "Long": Long})
        parser.parse_args(["--odd", "1", "--long", "2"])
        first, second = capsys.readouterr().err.splitlines()
        assert "`odd` is 1 now, but net.py:1 has read <" in first
        assert "`long` is 2 now, but net.py:2 has read two\\nlines\\x1b[31m before" in second

    def test_are_not_warned_of_where_the_command_line_is_refused(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            self.run("--patch 8 --seed x")
        assert "warning" not in capsys.readouterr().err


class TestRequired:
    SOURCE = '_("lr", 0.1)\n_("data", required=True)\n_("opt", {"a": 1}, required=True)'

    def test_hyperparameters_are_insisted_on(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, manager = bound(self.SOURCE)
        message = refusal(capsys, parser, "--lr 3")
        assert message == "the following arguments are required: --data, --opt"
        assert manager("lr") == 0.1

    def test_options_satisfy_it(self) -> None:
        parser, manager = bound(self.SOURCE)
        args = parser.parse_args("--data d --opt.a 2".split())
        assert (args.data, manager("data"), args.opt) == ("d", "d", {"a": 2})

    def test_a_file_satisfies_it(self) -> None:
        _file("data: d\nopt: {a: 1}")
        parser, _manager = bound(self.SOURCE)
        assert parser.parse_args(["--hp-load", "a.yaml"]).data == "d"

    def test_a_value_that_was_set_satisfies_it(self) -> None:
        parser, manager = bound(self.SOURCE)
        manager.set_values({"data": 1, "opt": {}})
        assert parser.parse_args([]).data == 1

    def test_a_default_of_the_parser_satisfies_it(self) -> None:
        parser, _manager = bound(self.SOURCE)
        parser.set_defaults(data=1, opt={"a": 3})
        assert parser.parse_args([]).opt == {"a": 3}

    def test_a_listing_needs_none(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound(self.SOURCE)
        with pytest.raises(SystemExit) as caught:
            parser.parse_args(["--hp-list"])
        assert caught.value.code == 0
        assert capsys.readouterr().out == "lr: 0.1\nopt: {a: 1}\n"

    @pytest.mark.parametrize("line", ["--hp-list train", "train --hp-list", "train --hp-detail"])
    def test_a_listing_of_a_parser_or_its_sub_parser_needs_none(self, line: str) -> None:
        top, manager = bound(self.SOURCE)
        hpargparse.bind(top.add_subparsers().add_parser("train"), manager)
        with pytest.raises(SystemExit) as caught:
            top.parse_args(line.split())
        assert caught.value.code == 0

    @pytest.mark.parametrize("settings", [{"action_prefix": "b"}, {"inject_actions": False}])
    def test_a_listing_of_one_manager_needs_none_of_another(
        self, settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, _manager = bound('_("a", 1)')
        hpargparse.bind(parser, managed('hp("b", required=True)', "hp"), **settings)
        with pytest.raises(SystemExit) as caught:
            parser.parse_args(["--hp-list"])
        assert (caught.value.code, capsys.readouterr().out) == (0, "a: 1\n")

    def test_sources_that_were_parsed_again_do_not_satisfy_it(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, manager = bound('_("data", required=True)')
        manager.parse_source('_("other", 1)', "train.py")
        assert refusal(capsys, parser, "") == "the following arguments are required: --data"

    def test_what_is_never_defined_is_optional_unless_a_hint_says_so(self) -> None:
        parser, manager = bound('_("data")')
        assert parser.parse_args([]).data is None
        assert not manager.exists("data")


class TestValuesThatAProgramHasSet:
    SOURCE = """\
_("lr", 0.1, range=[0, 10])
_("act", "relu", choices=["relu", "tanh"])
_("sizes", [1], range=[0, 9])
_("opt", {"a": 1}, choices=[{"a": 1}, {"a": 2}])
_("x", None, range=[0, 9])
_("free", 1)
"""

    def test_are_held_to_choices_and_range(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, manager = bound(self.SOURCE)
        manager.set_values({"lr": 11, "sizes": (1, 10)})
        line = sys._getframe().f_lineno - 1
        manager.set_value("act", "gelu")
        said = refusal(capsys, parser, "--free 2").split("\n\n")
        assert [each.partition(": ")[0] for each in said] == ["`lr`", "`act`", "`sizes`"]
        assert said[0] == (
            "`lr`: expected a value from 0 to 10, got 11.0; the range of `lr` is defined at"
            f" train.py:1; it was set at {relative_path(__file__)}:{line} set_values"
        )
        assert manager("free") == 1

    def test_are_held_to_them_before_bind_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        manager = managed(self.SOURCE).set_value("opt.a", 3)
        parser = ArgumentParser()
        hpargparse.bind(parser, manager)
        assert "`opt`: invalid choice: {'a': 3}" in refusal(capsys, parser, "")

    def test_do_not_count_where_the_command_line_wins(self) -> None:
        parser, manager = bound(self.SOURCE)
        manager.set_values({"lr": 11, "opt": {"a": 3}})
        args = parser.parse_args(["--lr", "2", "--opt.a", "2"])
        assert (args.lr, args.opt) == (2.0, {"a": 2})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            pytest.param("lr", "warm-up", id="a text for a range of numbers"),
            pytest.param("lr", 3, id="another type in range"),
            pytest.param("sizes", (3, 4), id="a tuple for a list"),
            pytest.param("x", None, id="None where the default is None"),
        ],
    )
    def test_may_be_of_another_type(self, name: str, value: object) -> None:
        parser, manager = bound(self.SOURCE)
        manager.set_value(name, value)
        assert getattr(parser.parse_args([]), name) == value

    @pytest.mark.parametrize("name", ["lr", "act"])
    def test_may_be_of_a_type_that_compares_as_it_likes(self, name: str) -> None:
        class Array:
            __hash__ = object.__hash__

            def __eq__(self, other: object) -> Any:
                raise RuntimeError("The truth of an array is ambiguous.")

            __le__ = __ge__ = __eq__

        parser, manager = bound(self.SOURCE)
        value = Array()
        manager.set_value(name, value)
        assert getattr(parser.parse_args([]), name) is value

    def test_of_another_layer_are_told_without_a_place(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, manager = bound(self.SOURCE)
        manager.set_values({"lr": 11}, origins=Origin("environment", text="LR"))
        assert refusal(capsys, parser, "").endswith("; it was set by LR")

    def test_are_not_defaults(self) -> None:
        parser, manager = bound('_("lr", 11.0, range=[0, 10]); _("n", range=[0, 10])')
        manager("n", 12)
        args = parser.parse_args([])
        assert (args.lr, args.n) == (11.0, 12)

    def test_do_not_count_once_the_sources_are_parsed_again(self) -> None:
        parser, manager = bound('_("lr", 1.0, range=[0, 10])')
        manager.parse_source('_("other", 1)', "train.py")
        assert parser.parse_args([]).hp_load is None


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


class TestDefaultsOfRequests:
    def test_files_are_loaded_and_saved(self) -> None:
        _file("lr: 2\nepochs: 7")
        _file("lr: 3", "b.yaml")
        parser, manager = bound()
        parser.set_defaults(hp_load=["a.yaml", Path("b.yaml")], hp_save="c.yaml")
        args = parser.parse_args(["--seed", "1"])
        assert (args.lr, manager("epochs")) == (3.0, 7)
        assert (args.hp_load, args.hp_save) == (["a.yaml", "b.yaml"], "c.yaml")
        assert "seed: 1\n" in _text("c.yaml")

    def test_count_when_set_before_bind(self) -> None:
        _file("lr: 2")
        parser = ArgumentParser(argument_default=SUPPRESS)
        parser.set_defaults(hp_load="a.yaml")
        bound(parser=parser)
        assert parser.parse_args([]).lr == 2.0

    def test_a_typed_file_takes_their_place(self) -> None:
        _file("lr: 2\nepochs: 7")
        _file("lr: 3", "b.yaml")
        parser, _manager = bound()
        parser.set_defaults(hp_load="a.yaml")
        args = parser.parse_args(["--hp-load", "b.yaml"])
        assert (args.lr, args.epochs, args.hp_load) == (3.0, 3, ["b.yaml"])

    def test_a_file_is_loaded_once(self) -> None:
        _file("lr: 2")
        parser, manager = bound()
        parser.set_defaults(hp_load="a.yaml")
        parser.parse_args([])
        manager.set_value("lr", 8.0)
        assert parser.parse_args([]).lr == 8.0

    def test_of_a_parent_count_for_its_child(self) -> None:
        _file("lr: 2")
        parent, _manager = bound(parser=ArgumentParser(add_help=False))
        child = ArgumentParser(parents=[parent])
        child.set_defaults(hp_load="a.yaml")
        assert child.parse_args([]).lr == 2.0

    @pytest.mark.parametrize(
        ("defaults", "line", "beginning"),
        [
            ({"hp_list": True}, "", "lr: 0.1\n"),
            ({"hp_list": "json"}, "", "{\n"),
            ({"hp_list": "json"}, "--hp-list", "lr: 0.1\n"),
            ({"hp_detail": True}, "", "All hyperparameters:"),
            ({"hp_detail": True}, "--hp-list json", "{\n"),
            ({"hp_exit": True}, "", ""),
        ],
    )
    def test_listings_are_printed(
        self,
        defaults: dict[str, object],
        line: str,
        beginning: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        parser, _manager = bound('_("lr", 0.1)')
        parser.set_defaults(**defaults)
        with pytest.raises(SystemExit) as caught:
            parser.parse_args(line.split())
        assert caught.value.code == 0
        assert capsys.readouterr().out.startswith(beginning)

    def test_a_format_is_that_of_files_that_say_none(self) -> None:
        _file("lr: 2")
        _file('{"epochs": 7}', "b")
        parser, _manager = bound()
        parser.set_defaults(hp_serial_format="json", hp_save="c")
        args = parser.parse_args(["--hp-load", "a.yaml", "--hp-load", "b"])
        assert (args.lr, args.epochs) == (2.0, 7)
        assert json.loads(_text("c"))["lr"] == 2.0

    def test_strictness_counts(self, capsys: pytest.CaptureFixture[str]) -> None:
        _file("rl: 2")
        parser, _manager = bound()
        parser.set_defaults(hp_strict=True)
        assert "there is no hyperparameter `rl`" in refusal(capsys, parser, "--hp-load a.yaml")

    @pytest.mark.parametrize(
        ("defaults", "sentence"),
        [
            (
                {"hp_list": "xml"},
                "--hp-list: invalid choice: 'xml' (choose from ",
            ),
            (
                {"hp_serial_format": 3},
                "--hp-serial-format: invalid choice: 3 (choose from ",
            ),
        ],
    )
    def test_that_are_no_choices_are_refused(
        self, defaults: dict[str, object], sentence: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, _manager = bound()
        parser.set_defaults(**defaults)
        assert refusal(capsys, parser, "").startswith(f"argument {sentence}")

    @pytest.mark.parametrize("default", [None, False, SUPPRESS])
    def test_that_ask_for_nothing_do_nothing(self, default: object) -> None:
        parser, manager = bound()
        parser.set_defaults(hp_load=default, hp_exit=default)
        parser.parse_args(["--lr", "2"])
        assert manager("lr") == 2.0


class TestASecondRun:
    def test_keeps_what_was_set_in_between(self) -> None:
        parser, manager = bound()
        parser.parse_args(["--lr", "2", "--epochs", "5"])
        manager.set_value("lr", 4.0)
        args = parser.parse_args(["--weight-decay", "1"])
        assert (args.lr, args.epochs, args.weight_decay) == (4.0, 5, 1.0)

    def test_asks_for_nothing_that_the_first_asked_for(self) -> None:
        _file("lr: 2")
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
    "a folder to save to": "--hp-save none/a.yaml",
    "a format to save in": "--hp-save a.xyz",
    "the second file to save to": "--hp-save a.yaml --hp-save none/b.yaml",
    "the format of the second file": "--hp-save a.yaml --hp-save b.xyz",
    "a parser that misses a word": "--needed",
}


@pytest.mark.parametrize("line", FAILURES.values(), ids=FAILURES)
class TestAFailure:
    @pytest.fixture(autouse=True)
    def _files(self) -> None:
        _file("lr: 7\nepochs: 8", "right.yaml")
        _file("lr: 7\nepochs: [8]", "wrong.yaml")
        _file("lr: 7\nact: gelu", "choice.yaml")
        _file("epochs: 7\nlr: 11", "range.yaml")
        _file("epochs: 7\nopt.lr.x: 11", "below.yaml")

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
    _file("b: x")
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
    _file(text)
    message = refusal(capsys, parser, f"{line} --second-load a.yaml")
    assert message.startswith(sentence)
    assert (first("a"), second("o"), second("y")) == (1, {"a": 1}, 3)
    assert os.listdir() == ["a.yaml"]


class TestChoicesOfADict:
    SOURCE = '_("o", {"a": 1, "b": 2}, choices=[{"a": 1, "b": 2}, {"a": 3, "b": 4}], help="h")'

    def test_are_checked_when_a_key_changes_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, manager = bound(self.SOURCE)
        message = refusal(capsys, parser, "--o.a 3")
        assert message.startswith("argument --o.a: invalid choice: {'a': 3, 'b': 2} (choose from")
        assert manager("o") == {"a": 1, "b": 2}

    def test_count_for_all_keys_together(self) -> None:
        _file("o.a: 3")
        parser, manager = bound(self.SOURCE)
        parser.parse_args(["--o.b", "4", "--hp-load", "a.yaml"])
        assert manager("o") == {"a": 3, "b": 4}


def test_a_namespace_without_attributes_of_its_own_is_filled() -> None:
    class Slotted:
        __slots__ = ("lr",)
        lr: float

    parser, _manager = bound('_("lr", 0.1)', inject_actions=False)
    slotted = Slotted()
    assert parser.parse_args(["--lr", "3"], slotted).lr == 3.0


def test_a_namespace_of_a_run_before_gives_nothing_anew() -> None:
    parser, manager = bound()
    args, rest = parser.parse_known_args(["--lr", "4", "--rest"])
    manager.set_value("lr", 5.0)
    args = parser.parse_args([], args)
    assert (args.lr, manager("lr"), rest) == (5.0, 5.0, ["--rest"])
    assert manager("epochs", 7) == 7  # it is not set, so the program's own default still counts


def test_each_file_that_is_named_is_saved_to() -> None:
    parser, _ = bound('_("lr", 0.5)')
    args = parser.parse_args("--hp-save a.yaml --lr 1 --hp-save b.json".split())
    assert args.hp_save == "b.json"
    with open("a.yaml", encoding="utf-8") as one, open("b.json", encoding="utf-8") as other:
        assert (one.read(), json.load(other)) == ("lr: 1.0\n", {"lr": 1.0})


def test_nothing_is_printed_where_another_file_cannot_be_saved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _ = bound()
    with pytest.raises(SystemExit):
        parser.parse_args(["--hp-save", "-", "--hp-save", "none/a.yaml"])
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device is full here")
def test_no_file_is_saved_where_a_device_takes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    parser, _ = bound('_("lr", 0.5)')
    words = "--hp-save a.yaml --hp-serial-format yaml --hp-save /dev/full"
    assert refusal(capsys, parser, words).startswith("/dev/full: The file cannot be written: ")
    assert os.listdir() == []


def test_files_of_several_managers_are_saved_all_or_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _ = bound('_("lr", 0.5)')
    other = HyperParameterManager("hp").parse_source('hp("depth", 3)', "model.py")
    hpargparse.bind(parser, other, action_prefix="other")
    refusal(capsys, parser, "--hp-save a.yaml --other-save none/b.yaml")
    assert os.listdir() == []
    parser.parse_args("--hp-save a.yaml --other-save b.yaml".split())
    assert sorted(os.listdir()) == ["a.yaml", "b.yaml"]
    parser.parse_args(["--other-save", "c.yaml"])
    assert sorted(os.listdir()) == ["a.yaml", "b.yaml", "c.yaml"]


def test_a_key_of_what_a_program_has_made_no_dict_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, manager = bound('_("o", {"a": {"c": 1}})\n_("lr", 0.5)')
    manager.set_value("o", {"a": 5})
    message = refusal(capsys, parser, "--lr 1 --o.a.c 3")
    assert message.startswith("`o.a.c` cannot be set: `o.a` ")
    assert (manager("o"), manager("lr")) == ({"a": 5}, 0.5)


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
