"""Which values are checked before any is set."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

import pytest

import hpargparse
from hpman import Origin
from hpman.text import relative_path
from tests.hpargparse.parser.bound import bound, managed, refusal, write

pytestmark = pytest.mark.usefixtures("in_folder")


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
        write("data: d\nopt: {a: 1}")
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
        assert [text.partition(": ")[0] for text in said] == ["`lr`", "`act`", "`sizes`"]
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

    def test_without_a_place_are_reported_by_their_origin(
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


class TestChoicesOfADict:
    SOURCE = '_("o", {"a": 1, "b": 2}, choices=[{"a": 1, "b": 2}, {"a": 3, "b": 4}], help="h")'

    def test_are_checked_when_a_key_changes_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, manager = bound(self.SOURCE)
        message = refusal(capsys, parser, "--o.a 3")
        assert message.startswith("argument --o.a: invalid choice: {'a': 3, 'b': 2} (choose from")
        assert manager("o") == {"a": 1, "b": 2}

    def test_count_for_all_keys_together(self) -> None:
        write("o.a: 3")
        parser, manager = bound(self.SOURCE)
        parser.parse_args(["--o.b", "4", "--hp-load", "a.yaml"])
        assert manager("o") == {"a": 3, "b": 4}


def test_a_key_of_what_a_program_has_made_no_dict_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, manager = bound('_("o", {"a": {"c": 1}})\n_("lr", 0.5)')
    manager.set_value("o", {"a": 5})
    message = refusal(capsys, parser, "--lr 1 --o.a.c 3")
    assert message.startswith("`o.a.c` cannot be set: `o.a` ")
    assert (manager("o"), manager("lr")) == ({"a": 5}, 0.5)
