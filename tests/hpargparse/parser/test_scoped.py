"""Options for scopes, which are made when they are typed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

import pytest

import hpargparse
from hpargparse.parser.actions import bindings_of
from hpargparse.parser.scoped import find_scope
from hpman import HyperParameterManager
from tests.hpargparse.parser.bound import bound, managed, refusal

if TYPE_CHECKING:
    from pathlib import Path

SCOPES = """\
with _.scope("encoder"), _.scope("inner"), _.scope("image_net"): pass
"""
SOURCE = f"""\
_("depth", 2, range=[1, 9])
_("weight_decay", 0.1)
_("opt", {{"lr": 1.0, "on": True, 3: 0}})
_("flag", False)
_("no_bias", 1)
_("ks", [3, 3])
_("seed", None)
_("model.width", 3)
_("alg", "sgd", choices=["sgd", "adam"])
_("a/b", 7)
{SCOPES}"""


def typed(line: str, source: str = SOURCE, **settings: Any) -> tuple[Namespace, Any]:
    parser, manager = bound(source, **settings)
    return parser.parse_args(line.split()), manager


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("--encoder/depth 6", "encoder/depth", 6),
        ("--encoder/depth=6", "encoder/depth", 6),
        ("--encoder/depth 6 --encoder/depth 7", "encoder/depth", 7),
        ("--encoder/inner/depth 6", "encoder/inner/depth", 6),
        ("--encoder/weight-decay -1e-3", "encoder/weight_decay", -1e-3),
        ("--image-net/weight_decay 1", "image_net/weight_decay", 1.0),
        ("--image_net/depth 3", "image_net/depth", 3),
        ("--encoder/opt.lr 3", "encoder/opt", {"lr": 3.0, "on": True, 3: 0}),
        ("--encoder/opt.3 5", "encoder/opt", {"lr": 1.0, "on": True, 3: 5}),
        ("--no-encoder/opt.on", "encoder/opt.on", False),
        ("--encoder/no-opt.on", "encoder/opt.on", False),
        ("--encoder/opt {'lr':2} --encoder/opt.on 0", "encoder/opt", {"lr": 2, "on": False}),
        ("--encoder/flag", "encoder/flag", True),
        ("--encoder/flag yes", "encoder/flag", True),
        ("--flag --encoder/no-flag", "encoder/flag", False),
        ("--flag --no-encoder/flag", "encoder/flag", False),
        ("--flag --no-encoder/inner/flag", "encoder/inner/flag", False),
        ("--encoder/no-bias 4", "encoder/no_bias", 4),
        ("--encoder/ks 4 -5", "encoder/ks", [4, -5]),
        ("--encoder/ks 4,5", "encoder/ks", [4, 5]),
        ("--encoder/seed null", "encoder/seed", None),
        ("--encoder/seed 3", "encoder/seed", 3),
        ("--encoder/model.width 9", "encoder/model.width", 9),
        ("--encoder/alg adam", "encoder/alg", "adam"),
        ("--encoder/a/b 8", "encoder/a/b", 8),
        ("--a/b 8", "a/b", 8),
        ("--a/b 8", "encoder/a/b", 8),
        ("--depth 5 --encoder/inner/depth 3", "encoder/depth", 5),
    ],
)
def test_an_option_may_be_for_a_scope(line: str, name: str, value: object) -> None:
    args, manager = typed(line)
    assert manager.get_value(name) == value
    for full, current in manager.get_values().items():
        assert repr(vars(args)[full]) == repr(current)
    if "--a/b" not in line and "--flag" not in line and "--depth" not in line:
        assert (args.depth, args.flag) == (2, False)


def test_positional_arguments_are_not_swallowed() -> None:
    parser = ArgumentParser(prog="train.py")
    parser.add_argument("files", nargs="*")
    args, manager = typed("--encoder/ks 4 --encoder/flag a b", parser=parser)
    assert args.files == ["a", "b"]
    assert manager.get_value("encoder/ks") == [4]
    assert manager.get_value("encoder/flag") is True


def test_an_option_for_a_scope_is_gone_after_the_parse() -> None:
    parser, manager = bound(SOURCE)
    options = [*parser._option_string_actions]
    parser.parse_args(["--encoder/depth", "3"])
    assert [*parser._option_string_actions] == options
    with pytest.raises(SystemExit):
        parser.parse_args(["--encoder/depth", "x"])
    assert [*parser._option_string_actions] == options
    assert manager.get_value("encoder/depth") == 3
    assert str(manager.explain("encoder/depth")[-1]) == "--encoder/depth"


def test_what_follows_two_dashes_is_no_option() -> None:
    parser = ArgumentParser(prog="train.py")
    parser.add_argument("rest", nargs="*")
    args, manager = typed("-- --encoder/depth 3", parser=parser)
    assert args.rest == ["--encoder/depth", "3"]
    assert manager.get_value("encoder/depth") == 2


def test_an_option_of_the_program_wins() -> None:
    parser = ArgumentParser(prog="train.py")
    parser.add_argument("--encoder/depth")
    args, manager = typed("--encoder/depth x", parser=parser)
    assert vars(args)["encoder/depth"] == "x"
    assert manager.get_value("encoder/depth") == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "--encoder/depth 60",
            "argument --encoder/depth: expected a value from 1 to 9, got 60; the range of `depth`",
        ),
        ("--encoder/depth x", "argument --encoder/depth: invalid int value: 'x'"),
        ("--encoder/depth", "argument --encoder/depth: expected one argument"),
        ("--encoder/alg x", "argument --encoder/alg: invalid choice: 'x' (choose from 'sgd', "),
        ("--encoder/opt.on x", "argument --encoder/opt.on: invalid bool value: 'x'"),
        ("--encodr/depth 3", "--encodr/depth (did you mean --encoder/depth?) 3"),
        ("--encoder/iner/dept 3", "(did you mean --encoder/inner/depth?) 3"),
        ("--enc/depth=3", "--enc/depth=3 (did you mean --encoder/depth?)"),
        ("--zzz/depth=3", "--zzz/depth=3 (no source opens the scope zzz; the scopes are encoder,"),
        ("--encoder/dept 3", "--encoder/dept (did you mean --encoder/depth?) 3"),
        ("--encoder/xxxxx 3", "unrecognized arguments: --encoder/xxxxx 3"),
        ("--encoder//depth 3", "--encoder//depth (did you mean --encoder/depth?) 3"),
        ("--/depth 3", "--/depth (did you mean --depth?) 3"),
        ("--encoder/ 3", "--encoder/ (write the name of a hyperparameter after the slash) 3"),
        ("--a.b/depth 3", "--a.b/depth (no source opens the scope a.b; the scopes are encoder, "),
        ("--encoder.depth 3", "--encoder.depth (did you mean --encoder/depth?) 3"),
        ("--encoder-weight-decay=3", "(did you mean --encoder/weight-decay?)"),
        ("--image-net-depth 3", "(did you mean --image-net/depth?) 3"),
        ("--encoder.inner.model.width 3", "(did you mean --encoder/inner/model.width?) 3"),
        ("--encoder 3", "--encoder (a scope needs a name in it, as in --encoder/depth) 3"),
        ("--no-encoder/depth 3", "--no-encoder/depth (did you mean --encoder/depth?) 3"),
        ("--no-encoder/bias 3", "unrecognized arguments: --no-encoder/bias"),
        ("--encoder/hp-list", "unrecognized arguments: --encoder/hp-list"),
    ],
)
def test_a_mistake_is_shown_with_a_way_out(
    capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    parser, manager = bound(SOURCE)
    before = manager.get_values()
    assert message in refusal(capsys, parser, line)
    assert manager.get_values() == before


def test_a_program_without_scopes_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    parser, _manager = bound('_("depth", 2)')
    message = refusal(capsys, parser, "--encoder/depth 3")
    assert message.endswith("--encoder/depth (no source opens the scope encoder) 3")


def test_a_separator_with_a_slash_leaves_no_scopes(capsys: pytest.CaptureFixture[str]) -> None:
    manager = HyperParameterManager("_", "/").parse_source('_("model/depth", 2)')
    parser = ArgumentParser()
    hpargparse.bind(parser, manager)
    parser.parse_args(["--model/depth", "3"])
    assert manager("model/depth") == 3
    assert "unrecognized arguments: --encoder/model/depth" in refusal(
        capsys, parser, "--encoder/model/depth 3"
    )


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("--layer3/depth 6", "layer3/depth", 6),
        ("--layer-3/depth 6", "layer-3/depth", 6),
        ("--image-net/depth 6", "image_net/depth", 6),
        ("--layer3/image-net/depth 6", "layer3/image_net/depth", 6),
        ("--flag --no-layer3/flag", "layer3/flag", False),
        ("--no-layer3/no-bias 6", "no-layer3/no_bias", 6),
    ],
)
def test_any_scope_is_accepted_if_a_source_computes_one(
    line: str, name: str, value: object
) -> None:
    _args, manager = typed(line, SOURCE + 'with _.scope(f"layer{i}"): pass')
    assert manager.get_values()[name] == value


def test_a_malformed_scope_is_never_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    source = '_("depth", 2)\nwith _.scope(name): pass'
    parser, _manager = bound(source)
    for line in ("--a.b/depth 3", "--a//depth 3"):
        assert "unrecognized arguments: --a" in refusal(capsys, parser, line)
    assert "did you mean --a/depth?" in refusal(capsys, parser, "--a//depth 3")
    parser, _manager = bound('_("depth", 2)\nwith _.scope("a.b"): pass')
    assert "unrecognized arguments: --a.b/depth" in refusal(capsys, parser, "--a.b/depth 3")


def test_a_scope_is_found_however_its_words_are_joined() -> None:
    _parser, manager = bound(SOURCE)
    (binding,) = bindings_of(_parser)
    found = [find_scope(binding, name) for name in ("image-net", "image_net", "imagenet", "")]
    assert found == ["image_net", "image_net", None, None]
    assert sorted(manager.scopes() or ()) == ["encoder", "image_net", "inner"]


def test_a_required_value_is_not_given_by_a_scope(capsys: pytest.CaptureFixture[str]) -> None:
    parser, manager = bound(f'_("name", required=True)\n{SCOPES}')
    message = refusal(capsys, parser, "--encoder/name x")
    assert message == "the following arguments are required: --name"
    parser.parse_args(["--name", "a", "--encoder/name", "b"])
    assert (manager.get_value("name"), manager.get_value("encoder/name")) == ("a", "b")


def test_a_value_that_a_program_set_for_a_scope_is_checked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, manager = bound(SOURCE)
    manager.set_value("encoder/depth", 60)
    message = refusal(capsys, parser, "")
    assert "`encoder/depth`: expected a value from 1 to 9, got 60" in message
    assert "it was set at" in message
    parser.parse_args(["--encoder/depth", "6"])
    assert manager.get_value("encoder/depth") == 6


def test_sub_commands_share_their_scopes() -> None:
    manager = managed(SOURCE)
    parser = ArgumentParser(prog="train.py")
    hpargparse.bind(parser, manager)
    command = parser.add_subparsers(dest="command").add_parser("fit")
    hpargparse.bind(command, manager, inject_actions=False)
    args = parser.parse_args(["--encoder/depth", "3", "fit", "--inner/depth", "4"])
    assert args.command == "fit"
    assert manager.get_value("encoder/depth") == 3
    assert manager.get_value("inner/depth") == 4


def test_an_option_after_a_sub_command_has_to_come_before_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _manager = bound(SOURCE)
    parser.add_subparsers().add_parser("fit")
    message = refusal(capsys, parser, "fit --encoder/depth 3")
    assert message == "unrecognized arguments: --encoder/depth (it must come before fit) 3"
    message = refusal(capsys, parser, "fit --encodr/depth 3")
    assert message == "unrecognized arguments: --encodr/depth (did you mean --encoder/depth?) 3"


@pytest.mark.parametrize(
    ("word", "only", "options"),
    [
        ("--enc", "depth", ["--encoder/", "--image_net/", "--inner/"]),
        ("--encoder/d", "a/b", [f"--encoder/{name}" for name in ("a/b", "encoder/", "image_net/")]),
        ("--enc", [], []),
    ],
)
def test_a_word_may_become_a_scope_or_an_option_in_one(
    word: str, only: object, options: list[str]
) -> None:
    parser, _manager = bound(SOURCE, only=only)
    actions = [*parser.scope_actions(word)]  # type: ignore[attr-defined]
    assert [action.option_strings[0] for action in actions][:3] == options


def test_two_managers_have_scopes_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    parser = ArgumentParser(prog="train.py")
    one = managed('_("depth", 2)\nwith _.scope("encoder"): pass')
    two = managed('hp("width", 2)\nwith hp.scope("decoder"): pass', "hp")
    hpargparse.bind(parser, one)
    hpargparse.bind(parser, two, inject_actions=False)
    parser.parse_args(["--encoder/depth", "3", "--decoder/width", "4"])
    assert (one.get_value("encoder/depth"), two.get_value("decoder/width")) == (3, 4)
    message = refusal(capsys, parser, "--decoder/depth 3")
    assert "--decoder/depth (did you mean --encoder/depth?) 3" in message


def test_a_read_before_the_parse_is_noticed_in_its_scope(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "train.py"
    path.write_text("with _.scope('encoder'):\n    DEPTH = _('depth', 2)\n")
    manager = HyperParameterManager("_").parse_file(path)
    exec(compile(path.read_text(), str(path), "exec"), {"_": manager, "__name__": "early"})
    parser = ArgumentParser(prog="train.py")
    hpargparse.bind(parser, manager)
    parser.parse_args(["--encoder/depth", "6"])
    assert f"{path}:2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scopes", "shown"),
    [
        ('"encoder", "a"', "as in --a/depth: a, encoder\n"),
        ('"größe"', "as in --größe/depth: größe\n"),
        ('"100%"', "as in --100%/depth: 100%\n"),
        ('"%(prog)s"', "as in --%(prog)s/depth:\n  %(prog)s\n"),
        (
            '"encoder", f"layer{i}"',
            "--encoder/depth:\n  encoder, and others that the program computes\n",
        ),
        ('f"layer{i}"', "as in --NAME/depth: names that\n  the program computes\n"),
        ('"a.b"', ""),
    ],
)
def test_help_names_the_scopes(scopes: str, shown: str) -> None:
    openings = "".join(f"_.scope({scope})\n" for scope in scopes.split(", "))
    parser, _manager = bound(f'_("depth", 2)\n{openings}', inject_actions=False)
    _options, title, text = parser.format_help().partition("\nscopes:\n")
    assert bool(title) == bool(shown)
    assert shown in f"{text.rstrip()}\n"


def test_a_word_may_become_a_scope_beside_computed_ones() -> None:
    parser, _manager = bound('_("depth", 2)\n_.scope("encoder")\n_.scope(name)')
    actions = [*parser.scope_actions("--enc")]  # type: ignore[attr-defined]
    assert [action.option_strings for action in actions] == [["--encoder/"]]
