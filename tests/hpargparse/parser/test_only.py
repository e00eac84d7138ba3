"""Parsers that show a part of the hyperparameters."""

from __future__ import annotations

import copy
import re
import time
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

import pytest

import hpargparse
from hpargparse.parser.only import selection
from tests.hpargparse.parser.bound import bound, managed, read, refusal, write

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hpman import HyperParameterManager

pytestmark = pytest.mark.usefixtures("in_folder")

SOURCE = """\
_("seed", 0)
_("train.lr", 0.1, range=[0, 1])
_("train.opt.wd", 0)
_("eval.k", 5, required=True)
_("eval.crop", {"h": 1, "w": 2}, choices=[{"h": 1, "w": 2}, {"h": 3, "w": 2}])
_("odd[1]", 1)
"""


def _options(parser: ArgumentParser) -> list[str]:
    return [action.dest for action in parser._actions if action.dest != "help"]


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ("seed", ["seed"]),
        ("train.*", ["train.lr", "train.opt.wd"]),
        (["eval.?", "seed"], ["seed", "eval.k"]),
        (("train.[!l]*",), ["train.opt.wd"]),
        ("odd[1]", ["odd[1]"]),
        ({"*.lr": None}, ["train.lr"]),
        ((glob for glob in ["*.wd"]), ["train.opt.wd"]),
        ([], []),
        (None, ["seed", "train.lr", "train.opt.wd", "eval.k", "eval.crop", "odd[1]"]),
    ],
)
def test_only_what_matches_becomes_an_option(only: Any, names: list[str]) -> None:
    parser, manager = bound(SOURCE, only=only, inject_actions=False)
    assert _options(parser) == names
    required = ["--eval.k", "3"] if "eval.k" in names else []
    assert list(vars(parser.parse_args(required))) == names
    assert len(manager.get_values()) == 6


@pytest.mark.parametrize(
    ("only", "message"),
    [
        ("trian.*", "only='trian.*' matches no hyperparameter; did you mean `train.*`?"),
        ("train", "only='train' matches no hyperparameter; did you mean `train.*`?"),
        ("SEED", "only='SEED' matches no hyperparameter; did you mean `seed`?"),
        (
            ["seed", "train.rl", ""],
            (
                "only='train.rl' matches no hyperparameter; did you mean `train.lr`?\n"
                "only='' matches no hyperparameter; there are `seed`, `train.lr`, `train.opt.wd`,"
                " `eval.k`, `eval.crop` and 4 more"
            ),
        ),
    ],
)
def test_a_glob_that_matches_nothing_is_an_error(only: str | list[str], message: str) -> None:
    parser = ArgumentParser()
    with pytest.raises(ValueError, match="only=") as caught:
        bound(SOURCE, parser, only=only)
    assert str(caught.value) == message
    assert _options(parser) == []


def test_a_manager_without_sources_has_nothing_to_match() -> None:
    with pytest.raises(ValueError, match=r"matches no hyperparameter; was the source parsed\?$"):
        bound("", only="*")


@pytest.mark.parametrize("only", [3, b"lr", [3], [["lr"]], ["seed", None]])
def test_anything_else_is_a_type_error(only: Any) -> None:
    with pytest.raises(TypeError) as caught:
        bound(SOURCE, only=only)
    assert str(caught.value) == f"only={only!r} is not a glob or a list of globs, such as 'train.*'"


def test_a_hostile_glob_matches_in_linear_time() -> None:
    start = time.perf_counter()
    with pytest.raises(ValueError, match="matches no hyperparameter"):
        selection("*a" * 50 + "b", ["a" * 2000])
    assert time.perf_counter() - start < 5


def test_the_short_form_passes_it_on() -> None:
    write(SOURCE, "main.py")
    args = hpargparse.parse_args(managed(""), "main.py", ["--seed", "3"], only="seed")
    assert vars(args).keys() & {"seed", "train.lr"} == {"seed"}


class TestSubCommands:
    @pytest.fixture
    def manager(self) -> HyperParameterManager:
        return managed(SOURCE)

    def _program(self, manager: HyperParameterManager, **parts: Iterable[str]) -> ArgumentParser:
        parser = ArgumentParser(prog="train.py")
        commands = parser.add_subparsers()
        for command, only in (
            parts or {"train": ["train.*", "seed"], "eval": ["*l.*", "s*"]}
        ).items():
            hpargparse.bind(commands.add_parser(command), manager, only=only)
        return parser

    def test_they_may_share_hyperparameters(self, manager: HyperParameterManager) -> None:
        parser = self._program(manager)
        args = parser.parse_args("train --seed 3 --train.lr 1".split())
        assert {name for name in vars(args) if "hp_" not in name} == {
            "seed",
            "train.lr",
            "train.opt.wd",
        }
        parser.parse_args("eval --seed 4 --eval.k 2".split())
        assert (manager("seed"), manager("eval.k"), manager("train.lr")) == (4, 2, 1)

    def test_a_required_one_of_another_part_is_not_missed(
        self, manager: HyperParameterManager, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser = self._program(manager)
        parser.parse_args(["train"])
        assert "required: --eval.k" in refusal(capsys, parser, "eval")
        assert "unrecognized arguments: --eval.k" in refusal(capsys, parser, "train --eval.k 3")

    def test_a_file_of_the_whole_program_is_loaded(self, manager: HyperParameterManager) -> None:
        write("seed: 9\ntrain.lr: 1\neval.k: 7\neval.crop.h: 3\n")
        args = self._program(manager).parse_args("train --hp-load a.yaml --seed 8".split())
        assert (manager("seed"), manager("eval.k")) == (8, 7)
        assert manager("eval.crop") == {"h": 3, "w": 2}
        assert "eval.k" not in args

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("eval.k: x", "a.yaml:1: `eval.k`: invalid int value: 'x'"),
            ("eval.crop.h: 4", "a.yaml:1: `eval.crop.h`: invalid choice: {'h': 4, 'w': 2}"),
            ("eval.q: 1", "a.yaml:1: there is no hyperparameter `eval.q`"),
        ],
    )
    def test_a_file_is_checked_completely(
        self,
        text: str,
        problem: str,
        manager: HyperParameterManager,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        before = manager.get_values()
        line = f"train --seed 3 --hp-load {write(text)}"
        assert refusal(capsys, self._program(manager), line).startswith(problem)
        assert manager.get_values() == before

    @pytest.mark.parametrize(
        ("how", "shown"),
        [
            ("yaml", "seed: 3\ntrain.lr: 0.1\ntrain.opt.wd: 0\n"),
            ("json", '{\n  "seed": 3,\n  "train.lr": 0.1,\n  "train.opt.wd": 0\n}\n'),
            ("origin", "seed = 3\n"),
            ("detail", "All hyperparameters:\n    ['seed', 'train.lr', 'train.opt.wd']\n"),
        ],
    )
    def test_listings_show_the_part(
        self,
        how: str,
        shown: str,
        manager: HyperParameterManager,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with pytest.raises(SystemExit):
            self._program(manager).parse_args(["train", "--seed", "3", "--hp-list", how])
        listing = capsys.readouterr().out
        assert listing.startswith(shown)
        assert not re.search(r"^\W*eval", listing, re.MULTILINE)

    def test_a_saved_file_holds_the_part(self, manager: HyperParameterManager) -> None:
        manager.set_value("eval.k", print)  # no file could hold it
        self._program(manager).parse_args("train --seed 3 --hp-save b.yaml".split())
        assert read("b.yaml") == "seed: 3\ntrain.lr: 0.1\ntrain.opt.wd: 0\n"

    def test_the_outer_parser_may_have_the_rest(self, manager: HyperParameterManager) -> None:
        parser = ArgumentParser()
        hpargparse.bind(parser, manager, only=["seed", "eval.*"])
        sub = parser.add_subparsers().add_parser("train")
        hpargparse.bind(sub, manager, only="train.*", inject_actions=False)
        args = parser.parse_args("--eval.k 3 --seed 2 train --train.lr 1".split())
        assert (args.seed, manager("seed"), manager("train.lr")) == (2, 2, 1)

    def test_one_parser_may_have_two_parts(self, manager: HyperParameterManager) -> None:
        parser = ArgumentParser()
        hpargparse.bind(parser, manager, only="seed", inject_actions=False)
        hpargparse.bind(parser, manager, only="train.*")
        copy.deepcopy(parser).parse_args("--seed 2 --train.lr 1 --hp-save a.yaml".split())
        assert (manager("seed"), read("a.yaml")) == (2, "train.lr: 1.0\ntrain.opt.wd: 0\n")


SCOPED = """\
_("depth", 2)
_("width", 3)
_("opt", {"lr": 1.0})
_("m.act", "relu")
with _.scope("encoder"): pass
"""


@pytest.mark.parametrize(
    ("only", "line", "file"),
    [
        ("depth", "--encoder/depth 4", "depth: 2\nencoder/depth: 4\n"),
        ("opt", "--encoder/opt.lr 4", "encoder/opt.lr: 4.0\nopt: {lr: 1.0}\n"),
        ("m?act", "--encoder/m.act tanh", "encoder/m.act: tanh\nm.act: relu\n"),
    ],
)
def test_a_selected_name_may_be_set_for_a_scope(
    capsys: pytest.CaptureFixture[str], only: str, line: str, file: str
) -> None:
    parser, manager = bound(SCOPED, only=only)
    manager.set_values({"encoder/width": 8})
    args = parser.parse_args([*line.split(), "--hp-save", "a.yaml"])
    name, value = line.removeprefix("--").split()
    assert str(manager.get_value(name)).startswith(value)
    assert name in vars(args)
    assert "encoder/width" not in vars(args)
    assert read("a.yaml") == file
    with pytest.raises(SystemExit):
        parser.parse_args(["--hp-list"])
    assert sorted(capsys.readouterr().out.splitlines()) == sorted(file.splitlines())
    assert "unrecognized arguments: --encoder/width" in refusal(capsys, parser, "--encoder/width 1")
    parser.parse_args(["--hp-load", write("encoder/width: 9")])
    assert manager.get_value("encoder/width") == 9
