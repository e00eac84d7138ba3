"""What `bind` adds to a parser, and what it refuses to add."""

from __future__ import annotations

import pickle
from argparse import SUPPRESS, ArgumentError, ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hpargparse
from hpargparse import ConversionError, OptionConflictError
from hpargparse.parser.actions import BoundAction
from hpargparse.parser.conflicts import conflicts, require_no_conflict
from hpman import HyperParameterManager
from tests.hpargparse.parser.bound import bound, managed, parsed, refusal

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_parser_with_fifty_options_of_its_own_keeps_them() -> None:
    parser = ArgumentParser()
    for number in range(50):
        parser.add_argument(f"--own-{number}", type=int, default=number)
    args = parsed("--own-7 70 --lr 0.5", parser=parser)
    assert (args.own_7, args.own_49, args.lr) == (70, 49, 0.5)


def test_a_parser_takes_more_options_after_it_was_bound() -> None:
    parser, manager = bound()
    parser.add_argument("--later", "-j", type=int)
    parser.add_argument("file", nargs="*")
    args = parser.parse_args(["--lr", "1", "a", "--later", "3"])
    assert (args.file, args.later, manager("lr")) == (["a"], 3, 1.0)


def test_an_option_j_is_no_imaginary_number() -> None:
    parser, manager = bound('_("z", 0j)')
    parser.add_argument("-j", action="store_true")
    args = parser.parse_args(["-j", "--z", "-1j"])
    assert args.j is True
    assert manager("z") == -1j


def test_options_stand_in_the_order_of_the_source() -> None:
    parser, _manager = bound('_("b", 1)\n_("a", 2)\n_("c", 3)', inject_actions=False)
    assert [action.dest for action in parser._actions] == ["help", "b", "a", "c"]


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        pytest.param(False, [], id="none"),
        pytest.param([], [], id="an empty list"),
        pytest.param("load", ["--hp-load"], id="one"),
        pytest.param(["list", "save"], ["--hp-save", "--hp-list"], id="two, in the usual order"),
        pytest.param(("serial-format",), ["--hp-serial-format"], id="spelled as the option is"),
    ],
)
def test_inject_actions_selects_the_actions(wanted: object, options: list[str]) -> None:
    parser, _manager = bound("", inject_actions=wanted)
    assert [action.option_strings[0] for action in parser._actions[1:]] == options


def test_all_actions_are_added_by_default() -> None:
    parser, _manager = bound("")
    assert [action.dest for action in parser._actions[1:]] == [
        "hp_save",
        "hp_load",
        "hp_list",
        "hp_detail",
        "hp_serial_format",
        "hp_strict",
        "hp_exit",
    ]


def test_an_unknown_action_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"inject_actions has unknown actions: 'lod'; there"):
        bound(inject_actions=["lod"])


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"serial_format='toml' is not one of auto, yaml"):
        bound(serial_format="toml")


@pytest.mark.parametrize(
    ("prefix", "option", "dest"),
    [("my_hp", "--my-hp-save", "my_hp_save"), ("", "--save", "save")],
    ids=["another", "none"],
)
def test_a_prefix_changes_the_options_of_the_actions(prefix: str, option: str, dest: str) -> None:
    parser, _manager = bound("", action_prefix=prefix, inject_actions=["save"])
    assert parser._actions[1].option_strings == [option]
    assert parser._actions[1].dest == dest


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        pytest.param(
            '_("verbose", 1)',
            "The argument -v/--verbose of the parser and the hyperparameter `verbose`"
            " (train.py:1) both make the option --verbose.\nDelete the argument if ",
            id="option of the parser",
        ),
        pytest.param(
            '_("help", 1)',
            "The argument -h/--help of the parser and the hyperparameter `help` (train.py:1)"
            " both make the option --help.\nRename one of the two.",
            id="help",
        ),
        pytest.param(
            '_("file", 1)',
            "The argument file of the parser and the hyperparameter `file` (train.py:1)"
            " both make `file` of the namespace.",
            id="destination of a positional",
        ),
        pytest.param(
            '_("a_b", 1)\n_("a-b", 2)',
            "The hyperparameter `a_b` (train.py:1) and the hyperparameter `a-b` (train.py:2)"
            " both make the option --a-b.",
            id="two names, one option",
        ),
        pytest.param(
            '_("hp_save", 1)',
            "The hyperparameter `hp_save` (train.py:1) and the action --hp-save"
            " both make the option --hp-save.",
            id="an action",
        ),
    ],
)
def test_what_is_taken_is_refused_with_both_places(source: str, sentence: str) -> None:
    parser = ArgumentParser()
    parser.add_argument("-v", "--verbose")
    parser.add_argument("file")
    with pytest.raises(OptionConflictError) as caught:
        bound(source, parser)
    assert sentence in str(caught.value)
    assert isinstance(caught.value, ArgumentError)


def test_a_conflict_leaves_the_parser_as_it_was_and_names_all() -> None:
    parser = ArgumentParser()
    parser.add_argument("--a")
    parser.add_argument("--b")
    with pytest.raises(OptionConflictError) as caught:
        bound('_("fine", 0)\n_("a", 1)\n_("b", 2)', parser)
    assert [problem.name for problem in caught.value.diagnostics] == ["a", "b"]
    assert [action.dest for action in parser._actions] == ["help", "a", "b"]


def test_a_conflict_survives_pickling() -> None:
    with pytest.raises(OptionConflictError) as caught:
        bound('_("a_b", 1)\n_("a-b", 2)')
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_two_managers_share_a_parser_with_different_prefixes() -> None:
    parser, first = bound('_("a", 1)')
    second = managed('hp("b", 2)', "hp")
    with pytest.raises(OptionConflictError) as caught:
        hpargparse.bind(parser, second, inject_actions=["save", "exit"])
    assert str(caught.value) == (
        "The managers `_` and `hp` both make --hp-save, --hp-exit.\n"
        "Give `bind` another `action_prefix` for `hp`, so that it has options of its own;"
        " or `inject_actions=False`: then its values are neither loaded, saved nor listed."
    )
    hpargparse.bind(parser, second, action_prefix="other")
    args = parser.parse_args(["--a", "10", "--b", "20"])
    assert (args.a, args.b, first("a"), second("b")) == (10, 20, 10, 20)


def test_a_request_applies_to_its_own_manager(capsys: pytest.CaptureFixture[str]) -> None:
    parser, _first = bound('_("a", 1)')
    hpargparse.bind(parser, managed('hp("b", 2)', "hp"), inject_actions=False)
    with pytest.raises(SystemExit):
        parser.parse_args(["--b", "3", "--hp-list"])
    assert capsys.readouterr().out == "a: 1\n"


@pytest.mark.parametrize("source", ["", '_("a", 1)'])
def test_a_manager_is_bound_once(source: str) -> None:
    parser, manager = bound(source)
    for bound_already in (parser, ArgumentParser(parents=[parser], add_help=False)):
        with pytest.raises(OptionConflictError) as caught:
            hpargparse.bind(bound_already, manager)
        assert str(caught.value) == (
            "The manager `_` is already bound to this parser.\nCall `bind` once for each manager."
        )


def test_a_conflict_of_two_managers_names_them() -> None:
    parser, _first = bound('_("a_b", 1)')
    second = managed('hp("a-b", 2)', "hp")
    second("late", 3)
    hpargparse.bind(ArgumentParser(), second)
    with pytest.raises(OptionConflictError) as caught:
        hpargparse.bind(parser, second, inject_actions=False)
    assert str(caught.value).startswith(
        "The hyperparameter `a_b` of the manager `_` (train.py:1) and the hyperparameter `a-b` of"
        " the manager `hp` (train.py:1) both make the option --a-b."
    )


def test_a_hyperparameter_of_one_manager_meets_an_action_of_another() -> None:
    parser, _first = bound('_("hp_save", 1)', inject_actions=False)
    with pytest.raises(OptionConflictError, match=r"`hp_save` \(train.py:1\) and the action --hp"):
        hpargparse.bind(parser, managed('hp("b", 2)', "hp"))


def test_a_conflict_of_names_without_a_source_names_the_managers() -> None:
    parser, first = ArgumentParser(), managed("")
    second = HyperParameterManager("hp")
    first("late", 1)
    second("late", 2)
    hpargparse.bind(parser, first)
    with pytest.raises(OptionConflictError) as caught:
        hpargparse.bind(parser, second, inject_actions=False)
    assert str(caught.value).startswith(
        "The hyperparameter `late` of the manager `_` and the hyperparameter `late` of the manager"
        " `hp` both make the option --late."
    )


def test_a_name_of_the_running_program_has_an_option_too() -> None:
    parser, manager = ArgumentParser(), managed('_("a", 1)')
    manager("late", 5)
    hpargparse.bind(parser, manager)
    assert parser.parse_args(["--late", "6"]).late == 6
    assert manager("late", 5) == 6


def test_calls_and_sets_before_bind_count() -> None:
    parser, manager = ArgumentParser(), managed('_("a", 1)\n_("b", 2)')
    assert manager("a", 1) == 1
    manager.set_value("b", 20)
    hpargparse.bind(parser, manager)
    args = parser.parse_args([])
    assert (args.a, args.b) == (1, 20)


def test_the_empty_name_has_no_option() -> None:
    parser, manager = bound('_("", 1)\n_("a", 2)', inject_actions=False)
    assert parser.parse_args(["--a", "3"]).a == 3
    assert manager("") == 1


def test_a_suppressing_parser_keeps_untyped_actions_out_of_the_namespace() -> None:
    parser, _manager = bound('_("lr", 0.1)', ArgumentParser(argument_default=SUPPRESS))
    assert vars(parser.parse_args([])) == {"lr": 0.1}
    assert vars(parser.parse_args(["--hp-strict"])) == {"lr": 0.1, "hp_strict": True}


def test_a_resolving_parser_may_replace_an_option_of_ours() -> None:
    parser, manager = bound('_("lr", 0.1)\n_("b", 1)', ArgumentParser(conflict_handler="resolve"))
    parser.add_argument("--lr", default="mine")
    args = parser.parse_args(["--b", "2"])
    assert (args.lr, args.b, manager("lr"), manager("b")) == ("mine", 2, 0.1, 2)


class TestGroups:
    def test_are_made_of_the_branches_of_names(self) -> None:
        parser, _manager = bound('_("model.depth", 1)\n_("model.width", 2)\n_("lr", 3)')
        assert [group.title for group in parser._action_groups][2:] == ["model"]
        assert "model:\n  --model.depth" in parser.format_help()

    def test_are_made_of_hints(self) -> None:
        parser, _manager = bound('_("a", 1, group="optimizer")\n_("b", 2, group=3)')
        assert [group.title for group in parser._action_groups][2:] == ["optimizer", "3"]

    def test_are_shared_with_those_of_the_parser(self) -> None:
        parser = ArgumentParser()
        own = parser.add_argument_group("model", "how deep")
        bound('_("model.depth", 1)', parser)
        assert [action.dest for action in own._group_actions] == ["model.depth"]

    def test_are_not_made_of_a_leading_separator(self) -> None:
        parser, _manager = bound('_(".a", 1)')
        assert len(parser._action_groups) == 2


class TestParents:
    def test_a_child_of_a_bound_parser_refuses_its_options(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parent, manager = bound(parser=ArgumentParser(add_help=False))
        child = ArgumentParser(parents=[parent])
        assert "bind the manager to this parser, not to" in refusal(capsys, child, "--lr 3")
        assert manager("lr") == 0.1

    def test_a_bound_child_has_the_options_of_its_parent_too(self) -> None:
        parent = ArgumentParser(add_help=False)
        parent.add_argument("--gpu", type=int)
        args = parsed("--gpu 3 --lr 2", parser=ArgumentParser(parents=[parent]))
        assert (args.gpu, args.lr) == (3, 2.0)

    def test_a_child_that_is_bound_itself_refuses_them_too(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parent, _above = bound('_("a", 1)', ArgumentParser(add_help=False))
        child = ArgumentParser(parents=[parent])
        below = managed('_("b", 2)')
        hpargparse.bind(child, below, action_prefix="q")
        for line in ("--a 3", "--hp-list"):
            assert "bind the manager to this parser" in refusal(capsys, child, line)
        assert child.parse_args(["--b", "3"]).b == below("b") == 3

    def test_an_action_that_is_copied_by_hand_is_refused(self) -> None:
        parent, manager = bound('_("a", 1)')
        other = ArgumentParser(exit_on_error=False)
        other._add_action(parent._actions[1])
        other._add_action(parent._actions[2])
        for words in (["--a", "5"], ["--hp-save", "x.yaml"]):
            with pytest.raises(ArgumentError, match="bind the manager to this parser"):
                other.parse_args(words)
        assert manager("a") == 1


class TestSubParsers:
    def test_below_a_parser_that_is_not_bound(self, capsys: pytest.CaptureFixture[str]) -> None:
        top, above = bound('_("a", 1)')
        middle = top.add_subparsers().add_parser("group")
        below = managed('_("b", 2)')
        hpargparse.bind(middle.add_subparsers().add_parser("train"), below, inject_actions=False)
        top.parse_args(["--a", "3", "group", "train", "--b", "4"])
        assert (above("a"), below("b")) == (3, 4)
        refusal(capsys, top, "group train --b 5 --typo")
        assert below("b") == 4

    def test_the_top_alone(self) -> None:
        parser, manager = bound()
        parser.add_subparsers(dest="command").add_parser("train").add_argument("--gpu")
        args = parser.parse_args(["--lr", "3", "train", "--gpu", "1"])
        assert (args.lr, args.gpu, args.command, manager("lr")) == (3.0, "1", "train", 3.0)

    def test_the_sub_parser_alone(self) -> None:
        top = ArgumentParser()
        top.add_argument("--gpu")
        sub, manager = bound(parser=top.add_subparsers().add_parser("train"))
        args = top.parse_args(["--gpu", "1", "train", "--lr", "3"])
        assert (args.lr, args.gpu, manager("lr")) == (3.0, "1", 3.0)
        assert sub.get_default("lr") == 0.1

    def test_both_with_one_manager(self) -> None:
        top, manager = bound()
        sub = top.add_subparsers().add_parser("train")
        hpargparse.bind(sub, manager)
        args = top.parse_args(["--lr", "3", "--epochs", "8", "train", "--lr", "4"])
        assert (args.lr, args.epochs) == (4.0, 8)
        assert (manager("lr"), manager("epochs")) == (4.0, 8)

    def test_both_with_two_managers(self) -> None:
        top, above = bound('_("a", 1)')
        sub, below = bound('_("b", 2)', top.add_subparsers().add_parser("train"))
        args = top.parse_args(["--a", "3", "train", "--b", "4"])
        assert (args.a, args.b, above("a"), below("b")) == (3, 4, 3, 4)
        assert sub.prog.endswith("train")

    @pytest.mark.parametrize(
        ("words", "line"),
        [
            pytest.param(["--rate"], "train --rate 5", id="an option"),
            pytest.param([], "train 5", id="a positional"),
            pytest.param(["--rate"], "train fast --rate 5", id="two levels down"),
            pytest.param(["--rate"], "t --rate 5", id="under another name"),
        ],
    )
    def test_an_argument_of_one_with_a_place_of_ours_is_refused(
        self, words: list[str], line: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        top, manager = bound()
        sub = top.add_subparsers().add_parser("train", aliases=["t"])
        top.parse_args(["train"])
        if "fast" in line:
            sub = sub.add_subparsers().add_parser("fast")
        sub.add_argument(*words, dest="lr")
        assert refusal(capsys, top, line) == (
            f"The argument {(*words, 'lr')[0]} of `{sub.prog}` and the hyperparameter `lr`"
            " (train.py:1) both make `lr` of the namespace.\nRename one of the two."
        )
        assert manager("lr") == 0.1

    def test_what_has_no_place_in_the_namespace_shares_none(self) -> None:
        top, manager = bound('_("help", 1)\n_("version", 2)', ArgumentParser(add_help=False))
        sub = top.add_subparsers().add_parser("train")
        sub.add_argument("--version", action="version", version="3")
        args = top.parse_args(["--version", "4", "--help", "5", "train"])
        assert (args.version, args.help) == (manager("version"), manager("help")) == (4, 5)

    def test_a_sub_parser_that_is_not_named_sets_nothing(self) -> None:
        top, _above = bound('_("a", 1)')
        commands = top.add_subparsers()
        _sub, below = bound('_("b", 2)', commands.add_parser("train"))
        commands.add_parser("test")
        assert not hasattr(top.parse_args(["test"]), "b")
        assert below("b") == 2


@pytest.mark.parametrize(
    ("source", "own", "option"),
    [
        pytest.param('_("flag", False)', "--no-flag", "--no-flag", id="a flag negated"),
        pytest.param('_("opt", {"a": 1})', "--opt.a", "--opt.a", id="a key of a dict"),
        pytest.param('_("o", {"a": {"b": 1}})', "--o.a.b", "--o.a.b", id="a key of a key"),
    ],
)
def test_a_shorthand_that_the_parser_has_is_refused(source: str, own: str, option: str) -> None:
    parser = ArgumentParser()
    parser.add_argument(own, dest="own")
    with pytest.raises(OptionConflictError) as caught:
        bound(source, parser)
    assert f"the argument {own} of the parser and the hyper" in str(caught.value).lower()
    assert f"(train.py:1) both make the option {option}." in str(caught.value)
    assert "--hp-save" not in parser._option_string_actions


def test_a_spelling_with_underscores_that_the_parser_has_is_refused_once() -> None:
    parser = ArgumentParser()
    parser.add_argument("--weight_decay", dest="own")
    with pytest.raises(OptionConflictError, match="make the option --weight_decay") as caught:
        bound('_("weight_decay", 1)', parser)
    assert len(caught.value.diagnostics) == 1


@pytest.mark.parametrize("names", ["flag no_flag", "no-flag flag"])
def test_a_shorthand_that_another_hyperparameter_has_is_refused(names: str) -> None:
    first, second = names.split()
    with pytest.raises(OptionConflictError) as caught:
        bound(f'_("{first}", False)\n_("{second}", False)')
    assert f"`{first}` (train.py:" in str(caught.value)
    assert f"`{second}` (train.py:" in str(caught.value)


@pytest.mark.parametrize("option", ["--no-shuffle", "--opt.lr", "--weight_decay", "--lr"])
def test_a_later_option_meets_ours_as_in_argparse(option: str) -> None:
    parser, _ = bound()
    with pytest.raises(ArgumentError, match="conflicting option string"):
        parser.add_argument(option)
    parser, manager = bound(parser=ArgumentParser(conflict_handler="resolve"))
    before = manager.get_values()
    parser.add_argument(option, dest="own")
    args = parser.parse_args([option, "x", "--weight-decay", "2"])
    assert (args.own, args.weight_decay) == ("x", 2.0)
    assert manager.get_values() == {**before, "weight_decay": 2.0}


def test_a_required_hyperparameter_whose_option_another_has_replaced_is_reported_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = '_("lr", 0.1, required=True)\n_("n", 1, required=True)'
    parser, manager = bound(source, ArgumentParser(conflict_handler="resolve"))
    parser.add_argument("--lr", dest="own")
    message = refusal(capsys, parser, "--lr 3")
    assert message == "the following arguments are required: `lr` (by a file), --n"
    (tmp_path / "a.yaml").write_text("lr: 2", encoding="utf-8")
    assert parser.parse_args(["--n=2", "--hp-load", str(tmp_path / "a.yaml"), "--lr=x"]).own == "x"
    assert manager("lr") == 2.0


def test_a_mistyped_option_may_be_meant_for_the_spelling_that_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _manager = bound('_("weight_decay", 0.1)', ArgumentParser(conflict_handler="resolve"))
    parser.add_argument("--weight-decay", dest="own")
    message = refusal(capsys, parser, "--weight_deacy=3")
    assert message.endswith("(did you mean --weight_decay?)")


@pytest.mark.parametrize(
    ("words", "dest", "whose"),
    [
        pytest.param(("--rate",), "lr", "the hyperparameter `lr` (train.py:1)", id="an option"),
        pytest.param(("--file",), "hp_save", "the action --hp-save", id="a request"),
        pytest.param((), "lr", "the hyperparameter `lr` (train.py:1)", id="a positional"),
    ],
)
def test_a_later_argument_with_a_place_of_ours_is_refused(
    words: tuple[str, ...], dest: str, whose: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser, manager = bound()
    parser.add_argument_group("more").add_argument(*words, dest=dest)
    for _run in range(2):
        assert refusal(capsys, parser, "--epochs 7").startswith(
            f"The argument {(*words, dest)[0]} of the parser and {whose} both make `{dest}`"
        )
    assert manager("epochs") == 3


def test_an_argument_with_a_place_of_ours_is_refused_where_another_manager_came_since(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _manager = bound()
    parser.add_argument("--rate", dest="lr")
    hpargparse.bind(parser, managed('hp("b", 2)', "hp"), inject_actions=False)
    assert "both make `lr` of the namespace" in refusal(capsys, parser, "--rate 3")


def test_later_arguments_in_places_of_their_own_are_welcome() -> None:
    parser, _manager = bound()
    parser.add_argument("--rate")
    assert parser.parse_args(["--rate", "3"]).rate == "3"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        pytest.param(
            lambda: hpargparse.bind(managed(), ArgumentParser("p")),  # type: ignore[arg-type]
            "is not a parser; give an ArgumentParser, and then the manager",
            id="the wrong way round",
        ),
        pytest.param(
            lambda: hpargparse.bind(ArgumentParser(), "_"),  # type: ignore[arg-type]
            "'_' is not a manager; pass one, such as `_` of `from hpman.m import _`",
            id="the name of a manager",
        ),
    ],
)
def test_arguments_of_another_kind_are_refused_with_a_sentence(
    call: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert sentence in str(caught.value)


@pytest.mark.parametrize("group", ["", " "])
def test_a_group_without_a_title_is_that_of_all_options(group: str) -> None:
    parser, _manager = bound(f'_("m.a", 1, group="{group}")', inject_actions=False)
    assert [group.title for group in parser._action_groups] == ["positional arguments", "options"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param('1, type="flot"', "the hint `type` of `a` is 'flot' at", id="no type"),
        pytest.param("1, type=3", "it must be one of 'bool', 'int', 'float'", id="type, a number"),
        pytest.param("1, choices=3", "it must be a list of values", id="choices, a number"),
        pytest.param("1, choices=[]", "it must contain at least one value", id="choices, none"),
        pytest.param("1, range=[1]", "it must be the pair [lowest, highest]", id="range of one"),
        pytest.param("1, range=[3, 1]", "[lowest, highest], in this order", id="range reversed"),
        pytest.param("'x', range=[0, 1]", "values such as 'x'", id="range, a text"),
        pytest.param(
            "1, range=[None, 'x']", "comparable with values such as 1", id="range, an open end"
        ),
        pytest.param("None, range=[0, 'x']", "comparable with each other", id="range of no kind"),
        pytest.param(
            "[1, 'x'], range=[0, 1]", "comparable with values such as [1, 'x']", id="range, a list"
        ),
    ],
)
def test_a_malformed_hint_is_refused_at_bind(arguments: str, sentence: str) -> None:
    parser = ArgumentParser()
    with pytest.raises(ConversionError) as caught:
        bound(f'_("fine", 0)\n_("a", {arguments})', parser)
    assert sentence in str(caught.value)
    assert "train.py:2" in str(caught.value)
    assert [action.dest for action in parser._actions] == ["help"]


def test_choices_that_are_no_members_of_the_enum_are_refused_at_bind() -> None:
    source = "class Opt(Enum): SGD = 'sgd'; ADAM = 'adam'\n_('a', Opt.SGD, choices=['sgd', 'adm'])"
    with pytest.raises(ConversionError, match=r"train\.py:2; .*members .* are 'SGD', 'ADAM'$"):
        bound(source)


def test_all_malformed_hints_are_reported_at_once() -> None:
    with pytest.raises(ConversionError) as caught:
        bound('_("a", 1, range=3)\n_("b", choices=())\n_("c", 3, range=[0, 1])')
    assert [problem.name for problem in caught.value.diagnostics] == ["a", "b"]
    assert "train.py:2" in str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        "[1], range=[0, 2]",
        "[], range=[0, 2]",
        "None, range=[0, 1]",
        "0.5, range=[None, None]",
        "[None, 1], range=[0, 1]",
        "'b', range=['a', 'c']",
    ],
)
def test_a_hint_that_makes_sense_is_kept(arguments: str) -> None:
    parser, manager = bound(f'_("a", {arguments})')
    parser.parse_args([])
    assert manager.exists("a")


@pytest.mark.parametrize("name", ["__class__", "__dict__", "__eq__"])
def test_a_name_that_python_reserves_leaves_the_namespace_intact(name: str) -> None:
    parser, manager = bound(f'_("{name}", 3)')
    args = parser.parse_args([f"--{name}", "4"])
    assert type(args) is Namespace
    assert (vars(args)[name], manager(name)) == (4, 4)
    assert f"{name}=4" in repr(args)
    assert args == args  # noqa: PLR0124 - it still can be compared


def test_a_name_that_python_reserves_passes_through_a_sub_parser() -> None:
    parser = ArgumentParser()
    child = parser.add_subparsers().add_parser("run")
    _, manager = bound('_("a", 3)\n_("__flag__", True)', child)
    args = parser.parse_args(["run", "--no-__flag__", "--a", "4"])
    assert (args.a, manager("__flag__")) == (4, False)


def test_an_empty_name_has_no_option() -> None:
    parser, manager = bound('_("", {"a": 1})\n_("b", 2)')
    assert [action.dest for action in parser._actions[:3]] == ["help", "b", "hp_save"]
    with pytest.raises(SystemExit):
        parser.parse_args(["--=7"])
    assert manager.get_values() == {"": {"a": 1}, "b": 2}


def test_nothing_is_refused_where_there_is_room() -> None:
    parser, _manager = bound('_("opt", {"a_b": 1})\n_("flag", True)')
    known = parser._option_string_actions
    ours = [action for action in parser._actions if isinstance(action, BoundAction)]
    others = [(name, action) for name, action in known.items() if isinstance(action, BoundAction)]
    require_no_conflict(ArgumentParser(), ours, [*others, *others])
    assert [*conflicts(ArgumentParser(), ours, [*others, *others])] == []


class TestParseArgs:
    @pytest.fixture(autouse=True)
    def _project(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", ["train.py", "--lr", "3"])
        Path("train.py").write_text('import model\nfrom hpman.m import _\n_("lr", 0.1)\n')
        Path("model.py").write_text('from hpman.m import _\n_("depth", 4)\n')
        Path("other.py").write_text('from hpman.m import _\n_("unrelated", 5)\n')

    def test_a_script_counts_with_what_it_imports(self) -> None:
        manager = HyperParameterManager("_")
        args = hpargparse.parse_args(manager, "train.py")
        assert (args.lr, args.depth, manager("lr")) == (3.0, 4, 3.0)
        assert not hasattr(args, "unrelated")

    def test_an_imported_enum_gives_the_choices(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("model.py").write_text("class Act(Enum): RELU = 'relu'; TANH = 'tanh'\n")
        Path("train.py").write_text("from model import Act as A\n_('act', A.RELU)\n")
        args = hpargparse.parse_args(HyperParameterManager("_"), "train.py", ["--act", "tanh"])
        assert args.act == "TANH"
        with pytest.raises(SystemExit):
            hpargparse.parse_args(HyperParameterManager("_"), "train.py", ["--act", "elu"])
        assert "invalid choice: 'elu' (choose from 'RELU', 'TANH')" in capsys.readouterr().err

    def test_all_files_of_a_folder_count(self, tmp_path: Path) -> None:
        args = hpargparse.parse_args(HyperParameterManager("_"), tmp_path, ["--unrelated", "6"])
        assert (args.lr, args.depth, args.unrelated) == (0.1, 4, 6)

    def test_a_parser_and_settings_of_bind_may_be_given(self) -> None:
        parser = ArgumentParser()
        parser.add_argument("--gpu")
        args = hpargparse.parse_args(
            HyperParameterManager("_"),
            "train.py",
            ["--gpu", "1"],
            parser=parser,
            inject_actions=False,
        )
        assert vars(args) == {"gpu": "1", "depth": 4, "lr": 0.1}

    @pytest.mark.parametrize(
        ("source", "sentence"),
        [
            pytest.param('_("a", 1)\n_("a", 2)\n', "Duplicated default values:", id="rule"),
            pytest.param("_(\n", "train.py:2:2: Cannot parse this file", id="syntax"),
            pytest.param('_("help", 1)\n', "both make the option --help.", id="conflict"),
            pytest.param('_("a", 1, type="x")\n', "the hint `type` of `a` is 'x'", id="hint"),
        ],
    )
    def test_a_mistake_in_the_sources_ends_with_status_2(
        self, source: str, sentence: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("train.py").write_text(f"from hpman.m import _\n{source}")
        with pytest.raises(SystemExit) as caught:
            hpargparse.parse_args(HyperParameterManager("_"), "train.py", [])
        error = capsys.readouterr().err
        assert caught.value.code == 2
        assert error.startswith("train.py: error: ")
        assert sentence in error

    def test_a_missing_script_ends_with_status_2(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            hpargparse.parse_args(HyperParameterManager("_"), "none.py", [])
        assert caught.value.code == 2
        assert capsys.readouterr().err == (
            "train.py: error: none.py: There is no such file or folder.\n"
            "Check the spelling and the current folder.\n"
        )

    def test_warns_about_a_function_that_binds_the_manager_again(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        function = "def f(xs):\n    a, _ = xs\n    return _('lr', 1)\n"
        for line, count in (("from hpman.m import _\n", 1), ("\n", 0)):
            Path("train.py").write_text(line + function)
            hpargparse.parse_args(HyperParameterManager("_"), "train.py", [])
            assert capsys.readouterr().err == count * (
                "train.py: warning: train.py:4: line 3 binds `_` to something else, so this does "
                "not call the manager; rename the other binding\n"
            )

    def test_refuses_the_name_of_a_manager(self) -> None:
        with pytest.raises(TypeError, match="'_' is not a manager"):
            hpargparse.parse_args("_", "train.py", [])  # type: ignore[arg-type]


def test_the_version_is_that_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"version of {name}")
    assert hpargparse.__version__ == "version of hpman"
