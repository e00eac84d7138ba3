"""How files are loaded and saved, and values listed, on request."""

from __future__ import annotations

import io
import json
import os
import pickle
from argparse import SUPPRESS, ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import pytest

import hpargparse
from hpargparse.parser.bind import bind_what_fits
from hpman import HyperParameterManager
from tests.hpargparse.parser.bound import bound, managed, read, refusal, write

pytestmark = pytest.mark.usefixtures("in_folder")


@pytest.mark.parametrize("line", ["--hp-save a.yaml --h2-save ./a.yaml", "--hp-load - --h2-load -"])
def test_two_managers_cannot_share_a_file(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser, _manager = bound()
    hpargparse.bind(parser, managed('hp("b", 1)', "hp"), action_prefix="h2")
    assert "Two managers cannot" in refusal(capsys, parser, line)
    assert os.listdir() == []


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
    def test_a_known_extension_decides_how_a_file_is_loaded_next_to_a_save(
        self, bound_format: str, line: str, value: float
    ) -> None:
        write("lr: 2")
        write('{"lr": 3}', "a.cfg")
        write('{"lr":\t3}', "j.yaml")
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
        write("lr: ]")
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
        messages = [refusal(capsys, source, "--hp-load a.pkl") for source in (parser, command)]
        assert "refers to `argparse.Namespace`" in messages[0]
        assert ["trust_pickle=True" in message for message in messages] == [True, False]

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
    @pytest.mark.parametrize("how", ["", "--hp-strict", "bind", "set_defaults"])
    def test_are_refused_unless_ignored(self, how: str, capsys: pytest.CaptureFixture[str]) -> None:
        parser, manager = bound(strict=how in ("", "bind"))
        if how == "set_defaults":
            parser.set_defaults(hp_strict=True)
        write("lr: 2\nepoch: 5")
        option = how if how.startswith("-") else ""
        assert refusal(capsys, parser, f"--hp-load a.yaml {option}") == (
            "a.yaml:2: there is no hyperparameter `epoch` to set to 5.\n"
            "Did you mean `epochs`? --no-hp-strict ignores unknown names."
        )
        assert manager("lr") == 0.1

    @pytest.mark.parametrize("how", ["--no-hp-strict", "bind", "set_defaults"])
    def test_are_ignored_if_asked(self, how: str, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound(strict=how != "bind")
        if how == "set_defaults":
            parser.set_defaults(hp_strict=False)
        write("lr: 2\nepoch: 5")
        line = ["--hp-load", "a.yaml", *([how] if how.startswith("-") else [])]
        assert parser.parse_args(line).lr == 2.0
        assert "epoch` to set to 5. Did you mean `epochs`? Ignored." in capsys.readouterr().err

    def test_are_ignored_in_one_line_after_a_hundred(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, _manager = bound()
        write("".join(f"x{number}: 1\n" for number in range(102)))
        parser.parse_args(["--hp-load", "a.yaml", "--no-hp-strict"])
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 101
        assert lines[-1] == "train.py: warning: a.yaml: 2 more unknown names. Ignored."


class TestParserAndSubParserOfOneManager:
    @pytest.fixture
    def top(self) -> ArgumentParser:
        top, manager = bound('_("lr", 0.1)')
        hpargparse.bind(top.add_subparsers().add_parser("train"), manager)
        return top

    @pytest.mark.parametrize(
        "line", ["--hp-strict train --hp-load a.yaml", "--hp-load a.yaml train --hp-strict"]
    )
    def test_are_strict_if_either_is(
        self, line: str, top: ArgumentParser, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write("rate: 3")
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
    def test_write_in_the_format_of_either(self, line: str, top: ArgumentParser) -> None:
        write("lr: 3")
        top.parse_args(line.split())
        assert json.loads(read("new")).keys() == {"lr"}

    def test_write_in_their_own_formats(self, top: ArgumentParser) -> None:
        line = "--hp-serial-format yaml --hp-save old train --hp-serial-format json --hp-save new"
        top.parse_args(line.split())
        assert (read("old"), json.loads(read("new"))) == ("lr: 0.1\n", {"lr": 0.1})

    def test_may_both_load(self, top: ArgumentParser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("lr: 1.5\n"))
        assert top.parse_args(f"--hp-load {write('lr: 3')} train --hp-load -".split()).lr == 1.5


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
    assert read("new.yaml") == "a: 3\n"


class TestDefaultsOfRequests:
    def test_files_are_loaded_and_saved(self) -> None:
        write("lr: 2\nepochs: 7")
        write("lr: 3", "b.yaml")
        parser, manager = bound()
        parser.set_defaults(hp_load=["a.yaml", Path("b.yaml")], hp_save="c.yaml")
        args = parser.parse_args(["--seed", "1"])
        assert (args.lr, manager("epochs")) == (3.0, 7)
        assert (args.hp_load, args.hp_save) == (["a.yaml", "b.yaml"], "c.yaml")
        assert "seed: 1\n" in read("c.yaml")

    def test_count_when_set_before_bind(self) -> None:
        write("lr: 2")
        parser = ArgumentParser(argument_default=SUPPRESS)
        parser.set_defaults(hp_load="a.yaml")
        bound(parser=parser)
        assert parser.parse_args([]).lr == 2.0

    def test_a_typed_file_takes_their_place(self) -> None:
        write("lr: 2\nepochs: 7")
        write("lr: 3", "b.yaml")
        parser, _manager = bound()
        parser.set_defaults(hp_load="a.yaml")
        args = parser.parse_args(["--hp-load", "b.yaml"])
        assert (args.lr, args.epochs, args.hp_load) == (3.0, 3, ["b.yaml"])

    def test_a_file_is_loaded_once(self) -> None:
        write("lr: 2")
        parser, manager = bound()
        parser.set_defaults(hp_load="a.yaml")
        parser.parse_args([])
        manager.set_value("lr", 8.0)
        assert parser.parse_args([]).lr == 8.0

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
        write("lr: 2")
        write('{"epochs": 7}', "b")
        parser, _manager = bound()
        parser.set_defaults(hp_serial_format="json", hp_save="c")
        args = parser.parse_args(["--hp-load", "a.yaml", "--hp-load", "b"])
        assert (args.lr, args.epochs) == (2.0, 7)
        assert json.loads(read("c"))["lr"] == 2.0

    def test_strictness_counts(self, capsys: pytest.CaptureFixture[str]) -> None:
        write("rl: 2")
        parser, _manager = bound()
        parser.set_defaults(hp_strict=True)
        assert "there is no hyperparameter `rl`" in refusal(capsys, parser, "--hp-load a.yaml")

    @pytest.mark.parametrize(
        ("defaults", "sentence"),
        [
            ({"hp_list": "xml"}, "--hp-list: invalid choice: 'xml' (choose from "),
            # Python 3.13.5 and later quote any value.
            ({"hp_serial_format": 3}, "--hp-serial-format: invalid choice: "),
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


def test_all_named_files_are_saved() -> None:
    parser, _ = bound('_("lr", 0.5)')
    args = parser.parse_args("--hp-save a.yaml --lr 1 --hp-save b.json".split())
    assert args.hp_save == "b.json"
    with open("a.yaml", encoding="utf-8") as one, open("b.json", encoding="utf-8") as other:
        assert (one.read(), json.load(other)) == ("lr: 1.0\n", {"lr": 1.0})


def test_nothing_is_printed_where_another_file_cannot_be_saved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _ = bound()
    write("", "file")
    with pytest.raises(SystemExit):
        parser.parse_args(["--hp-save", "-", "--hp-save", "file/a.yaml"])
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
    write("", "file")
    refusal(capsys, parser, "--hp-save a.yaml --other-save file/b.yaml")
    assert os.listdir() == ["file"]
    os.unlink("file")
    parser.parse_args("--hp-save a.yaml --other-save b.yaml".split())
    assert sorted(os.listdir()) == ["a.yaml", "b.yaml"]
    parser.parse_args(["--other-save", "c.yaml"])
    assert sorted(os.listdir()) == ["a.yaml", "b.yaml", "c.yaml"]
