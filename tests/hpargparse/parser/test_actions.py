"""How the options of hyperparameters and requests read their arguments."""

from __future__ import annotations

from argparse import (
    ArgumentParser,
    Namespace,
)
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, strategies as st

from hpargparse import ConversionError, OptionConflictError
from hpargparse.parser.actions import HyperParameterAction
from hpman import HyperParameterManager, NotLiteralEvaluable
from tests.hpargparse.parser.bound import bound, managed, parsed, refusal
from tests.strategies import characters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        pytest.param("--lr 1e-3", "lr", 1e-3, id="float"),
        pytest.param("--lr=1_0", "lr", 10.0, id="float with equals and underscore"),
        pytest.param(
            "--weight-decay -1e-3", "weight_decay", -1e-3, id="negative, a word of its own"
        ),
        pytest.param("--weight-decay -inf", "weight_decay", float("-inf"), id="minus infinity"),
        pytest.param("--weight_decay 1", "weight_decay", 1.0, id="underscores"),
        pytest.param("--weight-d 1", "weight_decay", 1.0, id="abbreviated"),
        pytest.param("--weight_d 1", "weight_decay", 1.0, id="underscores abbreviated"),
        pytest.param("--weig 1", "weight_decay", 1.0, id="abbreviation of both spellings"),
        pytest.param("--epochs 1e2", "epochs", 100, id="int"),
        pytest.param("--shuffle", "shuffle", True, id="flag"),
        pytest.param("--no-shuffle", "shuffle", False, id="flag negated"),
        pytest.param("--shuffle --no-shuffle", "shuffle", False, id="the later flag wins"),
        pytest.param("--shuffle YES", "shuffle", True, id="flag with a word"),
        pytest.param("--shuffle=off", "shuffle", False, id="flag with equals"),
        pytest.param("--shuf 1", "shuffle", True, id="flag abbreviated"),
        pytest.param("--name=-x", "name", "-x", id="text with a leading dash"),
        pytest.param("--name 3", "name", "3", id="text that looks like a number"),
        pytest.param("--act tanh", "act", "tanh", id="choice"),
        pytest.param("--ks 3 4 5", "ks", [3, 4, 5], id="several words"),
        pytest.param("--ks 3,4", "ks", [3, 4], id="commas"),
        pytest.param("--ks -3,-4", "ks", [-3, -4], id="negative with commas"),
        pytest.param("--ks -3 -4", "ks", [-3, -4], id="negative words"),
        pytest.param("--ks [3, 4]", "ks", [3, 4], id="brackets split by the shell"),
        pytest.param("--ks", "ks", [], id="no words"),
        pytest.param("--opt {'lr':2}", "opt", {"lr": 2.0}, id="dict"),
        pytest.param(
            "--opt.lr 2", "opt", {"lr": 2.0, "nested": {"on": True}, "max_norm": 2}, id="key"
        ),
        pytest.param(
            "--opt.max-norm 3",
            "opt",
            {"lr": 1.0, "nested": {"on": True}, "max_norm": 3},
            id="key with a dash",
        ),
        pytest.param(
            "--opt.max_norm 3",
            "opt",
            {"lr": 1.0, "nested": {"on": True}, "max_norm": 3},
            id="key with an underscore",
        ),
        pytest.param(
            "--opt.nested.on no",
            "opt",
            {"lr": 1.0, "nested": {"on": False}, "max_norm": 2},
            id="key of a key",
        ),
        pytest.param("--opt {'lr':2} --opt.lr 3", "opt", {"lr": 3.0}, id="dict, then key"),
        pytest.param("--opt.lr 3 --opt {'lr':2}", "opt", {"lr": 2.0}, id="key, then dict"),
        pytest.param("--seed None", "seed", None, id="None"),
        pytest.param("--seed [1]", "seed", [1], id="any literal for None"),
        pytest.param("--seed -5", "seed", -5, id="a negative number for None"),
        pytest.param("--seed abc", "seed", "abc", id="text for None"),
        pytest.param("--end-lr 0.5", "end_lr", 0.5, id="any literal for an expression"),
        pytest.param("--model.depth 7", "model.depth", 7, id="nested name"),
    ],
)
def test_arguments_become_values(line: str, name: str, value: object) -> None:
    found = getattr(parsed(line), name)
    assert found == value
    assert type(found) is type(value)


def test_two_dashes_after_an_equals_sign_are_a_string() -> None:
    source = '_("s", "x"); _("ks", ["x"]); _("opt", {"a": "x"})'
    args = parsed("--s=-- --ks=-- --opt.a=--", source)
    assert (args.s, args.ks, args.opt) == ("--", ["--"], {"a": "--"})


def test_a_key_that_stands_alone_is_turned_on() -> None:
    args = parsed("--opt.on", '_("opt", {"on": False})')
    assert args.opt == {"on": True}


KEYS = """_("opt", {
    "betas": (0.9, 0.99), "on": False, "a_b": {"on": True}, "ks": [1], "a.b": 1, 3: {True: 4.0}
})"""


@pytest.mark.parametrize(
    ("line", "path", "value"),
    [
        pytest.param("--opt.betas 0.5 0.6", ["betas"], (0.5, 0.6), id="several words"),
        pytest.param("--opt.betas 0.5,1", ["betas"], (0.5, 1.0), id="one word"),
        pytest.param("--opt.ks", ["ks"], [], id="no words"),
        pytest.param("--opt.ks -1 -2", ["ks"], [-1, -2], id="negative numbers"),
        pytest.param("--opt.on", ["on"], True, id="a flag"),
        pytest.param("--opt.on --no-opt.on", ["on"], False, id="a flag turned off"),
        pytest.param("--no-opt.a_b.on", ["a_b", "on"], False, id="a flag as it is written"),
        pytest.param("--no-opt.a-b.on", ["a_b", "on"], False, id="a flag with a dash"),
        pytest.param("--no_opt.a_b.on", ["a_b", "on"], False, id="a flag with an underscore"),
        pytest.param("--opt.a.b 2", ["a.b"], 2, id="a dot within the key"),
        pytest.param("--opt.3.True 5", [3, True], 5.0, id="keys that are no texts"),
    ],
)
def test_keys_of_a_dict_take_arguments_as_options_of_their_type_do(
    line: str, path: list[object], value: object
) -> None:
    found, before = parsed(line, KEYS).opt, parsed("", KEYS).opt
    *above, key = path
    for part in above:
        found, before = found[part], before[part]
    assert found == {**before, key: value}
    assert type(found[key]) is type(value)


def test_several_arguments_of_a_key_swallow_no_file() -> None:
    parser = ArgumentParser()
    parser.add_argument("files", nargs="*")
    args = parsed("--opt.betas 1,2 a b", KEYS, parser)
    assert (args.opt["betas"], args.files) == ((1.0, 2.0), ["a", "b"])


def test_a_key_without_a_name_of_its_own_counts_from_all_sources(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("o.1: 3\no.a.b: 4\no.x: 5")
    source = '_("o", {1: 2, "a.b": 1, "x": 0, 7: 8})'
    args = parsed(f"--o.7 9 --hp-load {path}", source)
    assert args.o == {1: 3, "a.b": 4, "x": 5, 7: 9}


def test_a_key_of_what_is_no_dict_any_more_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser, manager = bound('_("o", {1: {2: 3}})')
    manager.set_value("o", {1: 5})
    assert refusal(capsys, parser, "--o.1.2 4") == (
        "argument --o.1.2: cannot set the key 2 of `o`:"
        " the value above it is of type int and has no keys"
    )
    assert manager("o") == {1: 5}


@pytest.mark.parametrize(
    ("line", "beginning"),
    [
        pytest.param(
            "--lr x",
            "argument --lr: invalid float value: 'x';"
            " the default of `lr` is the float 0.1 at train.py:1",
            id="float",
        ),
        pytest.param(
            "--epochs 1.5",
            "argument --epochs: invalid int value: '1.5'; the default of `epochs` is the int 3"
            " at train.py:3, and `3.0` there would allow fractions",
            id="fraction for an int",
        ),
        pytest.param(
            "--act gelu",
            "argument --act: invalid choice: 'gelu' (choose from 'relu', 'tanh')",
            id="choice",
        ),
        pytest.param(
            "--lr 11", "argument --lr: expected a value from 0 to 10, got 11.0", id="range"
        ),
        pytest.param("--shuffle x", "argument --shuffle: invalid bool value: 'x'", id="flag"),
        pytest.param("--ks 1 b", "argument --ks: invalid int value: 'b' in '1 b'", id="element"),
        pytest.param("--opt.lr b", "argument --opt.lr: invalid float value: 'b'", id="key"),
        pytest.param("--lr", "argument --lr: expected one argument", id="no word"),
        pytest.param(
            "--lr --epochs -3", "argument --lr: expected one argument", id="an option for a word"
        ),
        pytest.param("--no-shuffle=1", "argument --no-shuffle: ignored explicit", id="negated"),
        pytest.param("--hp-list xml", "argument --hp-list: invalid choice: 'xml'", id="listing"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_as_argparse_does(
    line: str, beginning: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser, manager = bound()
    before = manager.get_values()
    assert refusal(capsys, parser, f"--weight-decay 5 {line}").startswith(beginning)
    assert manager.get_values() == before


def test_a_flag_keeps_to_its_choices(capsys: pytest.CaptureFixture[str]) -> None:
    parser, _manager = bound('_("a", True, choices=[True])\n_("b", False, choices=[False])')
    assert "argument --no-a: invalid choice: False" in refusal(capsys, parser, "--no-a")
    assert "argument --b: invalid choice: True" in refusal(capsys, parser, "--b")


@pytest.mark.parametrize("dash", ["-", "+"])
def test_options_begin_as_the_parser_wants(dash: str) -> None:
    line = "--lr 3 --no-shuffle --weight_decay 2".replace("--", dash * 2)
    args = parsed(line, parser=ArgumentParser(prefix_chars=dash))
    assert (args.lr, args.weight_decay) == (3.0, 2.0)


ODD_NAMES = {
    "dashes": "a-b",
    "digits": "1",
    "a space": "a b",
    "spaces": " a  b ",
    "brackets": "[x]",
    "half a bracket": "(x",
    "percent": "100%",
    "equals": "a=b",
    "only equals": "=",
    "letters of other scripts": "ñandú",
    "a leading dash": "-x",
    "only a dash": "-",
    "dunder": "__call__",
    "a line break": "a\nb",
    "a tab": "tab\t",
    "a quote": "it's",
    "braces": "a{b}",
    "a dot at the end": "a.",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
class TestOddNames:
    def test_take_a_word(self, name: str) -> None:
        parser, manager = bound(f"_({name!r}, 3)")
        option = f"--{name.replace('_', '-')}"
        assert getattr(parser.parse_args([option, "5"]), name) == 5
        assert getattr(parser.parse_args([option, "-7"]), name) == -7
        assert getattr(parser.parse_args([f"{option}=-6"]), name) == -6
        assert manager(name) == -6
        assert manager.explain(name)[-1].text == option

    def test_of_a_flag_stand_alone_before_an_argument(self, name: str) -> None:
        parser, _manager = bound(f"_({name!r}, False)")
        parser.add_argument("file")
        args = parser.parse_args([f"--{name.replace('_', '-')}", "x"])
        assert (getattr(args, name), args.file) == (True, "x")

    def test_leave_help_and_usage_intact(self, name: str) -> None:
        source = f"_({name!r}, 3, required=True, help={name!r}, choices=[3, [], {name!r}])"
        parser, _manager = bound(f"{source}\n_('other', [1], metavar={name!r})")
        assert "train.py:1" in parser.format_help()
        assert parser.format_usage().startswith("usage: train.py [-h] --")

    def test_are_left_alone_by_what_is_unrecognized(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser, _manager = bound(f"_({name!r}, 3)")
        assert refusal(capsys, parser, "--qqq=a=b").startswith("unrecognized arguments: --qqq=a=b")


def test_the_longer_of_two_names_with_equals_is_meant() -> None:
    parser, _manager = bound('_("a=", "x")\n_("a=b=", "y")')
    args = parser.parse_args(["--a=b==1", "--a==2"])
    assert (getattr(args, "a=b="), getattr(args, "a=")) == ("1", "2")


def test_an_option_with_equals_is_named_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _manager = bound('_("a=b", 3)')
    assert refusal(capsys, parser, "--a=b=x").startswith("argument --a=b: invalid int value: 'x'")


@given(st.dictionaries(st.text(characters, min_size=1, max_size=6), st.booleans(), max_size=5))
def test_no_name_breaks_usage_or_help(names: dict[str, bool]) -> None:
    parser = ArgumentParser(prog="p")
    try:
        bound("", parser)
        manager = HyperParameterManager("_")
        for name, value in names.items():
            manager(name, value)
        from hpargparse import bind

        bind(parser, manager, inject_actions=False)
    except (OptionConflictError, ValueError):
        return
    assert parser.format_usage().startswith("usage: p")
    assert parser.format_help().startswith("usage: p")


def test_a_namespace_can_be_pickled() -> None:
    import pickle

    args = parsed("--lr 2")
    again = pickle.loads(pickle.dumps(args))
    assert isinstance(again, Namespace)
    assert (again.lr, again.opt) == (2.0, args.opt)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param('_("a")\n_("a", choices=[1])', 2, id="without a definition"),
        pytest.param('_("a", range=[0, 1])\n_("a", range=[0, 2])', 2, id="the last of several"),
        pytest.param('_("a", 1)\n_("a", range=[0, 2])', 2, id="beside the definition"),
        pytest.param('_("a", 1, range=[0, 2])\n_("a", range=[0, 9])', 1, id="of the definition"),
    ],
)
def test_a_refusal_names_the_place_of_the_hint(
    source: str, line: int, capsys: pytest.CaptureFixture[str]
) -> None:
    parser, _manager = bound(source)
    what = "choices" if "choices" in source else "range"
    verb = "is" if what == "range" else "are"
    sentence = f"; the {what} of `a` {verb} defined at train.py:{line}"
    assert refusal(capsys, parser, "--a 3").endswith(sentence)


def test_a_malformed_hint_is_reported_with_its_place() -> None:
    with pytest.raises(ConversionError, match=r"the hint `range` of `a` is 3 at train.py:2; it"):
        bound('_("a", 1)\n_("a", range=3)')


def test_set_defaults_before_bind_counts() -> None:
    parser, manager = ArgumentParser(), managed('_("lr", 0.1)')
    parser.set_defaults(lr="7", other=1)
    from hpargparse import bind

    bind(parser, manager)
    args = parser.parse_args([])
    assert (args.lr, args.other, manager("lr")) == (7.0, 1, 7.0)


def test_a_listing_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parser, _manager = bound('_("ks", ' + str(list(range(50))) + ")")
    widths = []
    for is_terminal in (False, True):
        monkeypatch.setattr("sys.stdout.isatty", lambda answer=is_terminal: answer, raising=False)
        with pytest.raises(SystemExit):
            parser.parse_args(["--hp-detail"])
        widths.append(max(map(len, capsys.readouterr().out.splitlines())))
    assert widths[0] > 200
    assert widths[1] <= 80


NUMBERS = st.text("0123456789_.eE+-xinfa \t", max_size=12)


@cache
def _action(source: str) -> HyperParameterAction:
    parser, _manager = bound(f'_("a", {source})')
    action = parser._option_string_actions["--a"]
    assert isinstance(action, HyperParameterAction)
    return action


def _outcome(read: Callable[[str], object], word: str) -> tuple[str, str]:
    try:
        value = read(word)
    except ValueError as error:
        return "refused", str(error)
    return type(value).__name__, repr(value)


@pytest.mark.parametrize(
    "source",
    ["0.5", "3", "'x'", "0.5, help='h'", "3, optional=True", "3, range=[0, 9]"],
)
@given(word=st.one_of(NUMBERS, st.text(characters, max_size=8)))
@example(word="9" * 5000)
@example(word="1e6")
@example(word="1.5")
@example(word="0x1F")
@example(word="None")
def test_the_short_way_to_a_value_leads_where_the_long_one_does(source: str, word: str) -> None:
    action = _action(source)
    assert _outcome(action.read_arguments, word) == _outcome(action.converter.parse, word)


OPT = "class Opt(Enum): SGD = 'sgd'; ADAM = 'adam'; OLD = 'sgd'\n_('opt', Opt.OLD)"


@pytest.mark.parametrize(
    ("line", "value"), [("--opt adam", "ADAM"), ("--opt ADAM", "ADAM"), ("--opt=OLD", "SGD")]
)
def test_a_member_is_known_by_name_before_the_run(line: str, value: str) -> None:
    assert parsed(line, OPT).opt == value


def test_a_member_stays_an_expression_until_it_is_set() -> None:
    assert repr(parsed("", OPT).opt) == "NotLiteralEvaluable('Opt.OLD', train.py:2:10)"


def test_an_argument_that_is_no_member_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser, manager = bound(OPT)
    message = refusal(capsys, parser, "--opt Adam")
    assert message == (
        "argument --opt: invalid choice: 'Adam' (choose from 'SGD', 'ADAM');"
        " the choices of `opt` are defined at train.py:2"
    )
    assert isinstance(manager.get_value("opt"), NotLiteralEvaluable)


def test_a_default_of_the_parser_may_be_a_member() -> None:
    parser, manager = bound(OPT)
    kind = Enum("kind", "ADAM")
    parser.set_defaults(opt=kind["ADAM"])
    parser.parse_args([])
    assert manager.get_value("opt") == "ADAM"


def test_a_listing_shows_the_name_of_a_member(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bound(OPT)[0].parse_args(["--hp-list"])
    assert capsys.readouterr() == ("opt: SGD\n", "")
