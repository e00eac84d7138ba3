"""Options of old names, which the hint `aliases` keeps usable."""

from __future__ import annotations

from argparse import ArgumentParser

import pytest

import hpargparse
from hpargparse import ConversionError, OptionConflictError
from tests.hpargparse.parser.bound import bound, managed, parsed, refusal

SOURCE = """\
_("lr", 0.1, aliases=["optim.lr", "step_size"])
_("shuffle", False, aliases="shuffle_all")
_("opt", {"max_norm": 1.0, "on": True}, aliases=["optimizer"])
_("ks", [1], aliases=["kernels"])
"""


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("--optim.lr 3", "lr", 3.0),
        ("--optim.lr=-3", "lr", -3.0),
        ("--step-size 3", "lr", 3.0),
        ("--step_size 3", "lr", 3.0),
        ("--step-size 3 --lr 4", "lr", 4.0),
        ("--lr 4 --step-size 3", "lr", 3.0),
        ("--shuffle-all", "shuffle", True),
        ("--shuffle_all yes", "shuffle", True),
        ("--shuffle --no-shuffle_all", "shuffle", False),
        ("--optimizer.max-norm 2", "opt", {"max_norm": 2.0, "on": True}),
        ("--no-optimizer.on", "opt", {"max_norm": 1.0, "on": False}),
        ("--kernels 3 -4", "ks", [3, -4]),
    ],
)
def test_an_old_option_sets_the_new_name(line: str, name: str, value: object) -> None:
    assert getattr(parsed(line, SOURCE), name) == value


def test_an_old_option_may_be_for_a_scope() -> None:
    parser, manager = bound(SOURCE + '_.scope("encoder")')
    line = "--encoder/optim.lr 3 --no-encoder/shuffle_all --encoder/optimizer.max-norm 2"
    parser.parse_args(line.split())
    with manager.scope("encoder"):
        assert (manager("lr"), manager("opt")["max_norm"]) == (3.0, 2.0)
    assert manager.get_values()["encoder/shuffle"] is False


def test_help_and_usage_show_new_names_alone() -> None:
    parser, _ = bound(SOURCE)
    shown = parser.format_help() + parser.format_usage()
    assert "--lr" in shown
    assert not any(old in shown for old in ("optim.lr", "step", "-all", "optimizer", "kernels"))


def test_an_old_option_does_not_make_an_abbreviation_ambiguous(
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = SOURCE + '_("steps", 3)\n_("weight_decay", 0.0, aliases="weight-decay")\n'
    assert parsed("--step 4 --shuf --opt.m 2 --weight-d 1", source).steps == 4
    assert parsed("--step- 4", source).lr == 4.0
    parser, _ = bound(source + '_("weight_drop", 0.0)')
    assert "could match --weight-decay, --weight-drop" in refusal(capsys, parser, "--weight-d 1")


def test_errors_name_the_new_option(capsys: pytest.CaptureFixture[str]) -> None:
    parser, manager = bound(SOURCE)
    assert refusal(capsys, parser, "--optim.lr x").startswith("argument --lr: invalid float")
    assert refusal(capsys, parser, "--step-sise 3").endswith("--step-sise (did you mean --lr?) 3")
    parser.parse_args(["--optim.lr", "3"])
    assert str(manager.explain("lr")[-1]) == "--optim.lr"


def test_the_options_of_both_places_are_named_if_an_old_option_is_taken() -> None:
    parser = ArgumentParser()
    parser.add_argument("--step-size")
    with pytest.raises(OptionConflictError) as caught:
        bound(SOURCE, parser)
    assert "--step-size of the parser and the hyperparameter `lr` (train.py:1)" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('_("a", 1, aliases=["b"])\n_("b", 2)', "`b` is a hyperparameter (train.py:2)"),
        ('_("a", 1, aliases=["b-c"])\n_("b_c")', "`b_c` is a hyperparameter (train.py:2)"),
        ('_("b", aliases=["c"])\n_("a", 1, aliases=["c"])', "so has `b` (train.py:1)"),
        ('_("a", 1, aliases=3)', "the hint `aliases` of `a` is 3 at train.py:1; it must be"),
        ('_("a", 1, aliases=["b", None])', "it must be a name or a list of names"),
        ('_("a", 1, aliases={"b"})', "it must be a name or a list of names"),
        ('_("a", 1, aliases="")', "it must be a name or a list of names"),
    ],
)
def test_aliases_that_clash_or_are_no_names_are_refused(source: str, message: str) -> None:
    manager = managed(source)
    parser = ArgumentParser()
    with pytest.raises(ConversionError) as caught:
        hpargparse.bind(parser, manager)
    assert message in str(caught.value)
    assert len(parser._actions) == 1  # nothing half done


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(ConversionError) as caught:
        bound('_("a", 1, aliases=3)\n_("b", 1, aliases="c", range=3)\n_("c", 1)')
    assert [row.name for row in caught.value.diagnostics] == ["b", "a", "b"]


@pytest.mark.parametrize(
    "source",
    [
        '_("a", 1, aliases=None)',
        '_("a", 1, aliases=[])',
        '_("a", 1, aliases="a")',
        '_("a_b", 1, aliases=["a-b", "größe %s", "x=y", "a b", "x", "x"])',
        '_("a.b", 1, aliases="a")',
    ],
)
def test_odd_aliases_do_no_harm(source: str) -> None:
    parser, manager = bound(source)
    name = manager.hyperparameters()[0].name
    for option in parser._option_string_actions:
        if option[2:] in ("größe %s", "x", "a b", "a"):
            assert getattr(parser.parse_args([option, "2"]), name) == 2
    parser.format_help()


def test_an_old_name_that_the_program_still_calls_is_refused() -> None:
    manager = managed('_("a", 1, aliases=["b"])')
    manager("b", 3)
    with pytest.raises(OptionConflictError, match="both make the option --b"):
        hpargparse.bind(ArgumentParser(), manager)
