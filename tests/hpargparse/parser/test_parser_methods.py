"""What a bound parser does with arguments, spellings and mistyped options."""

from __future__ import annotations

import copy
import io
import math
import threading
from abc import ABCMeta
from argparse import (
    REMAINDER,
    SUPPRESS,
    Action,
    ArgumentError,
    ArgumentParser,
    HelpFormatter,
    Namespace,
)
from typing import TYPE_CHECKING, Any

import pytest

import hpargparse
from hpargparse.parser.bind import bind_what_fits
from tests.hpargparse.parser.bound import SOURCE, bound, managed, parsed, refusal

if TYPE_CHECKING:
    from pathlib import Path


class _AsOfPython315(ArgumentParser):
    """A parser whose formatter takes the file that a page is for."""

    def _get_formatter(self, file: object = None) -> HelpFormatter:
        formatter = super()._get_formatter()
        formatter.add_text(f"for {file}")
        return formatter

    def print_help(self, file: object = None) -> None:
        print(self._get_formatter(file="me").format_help())  # noqa: T201


def test_a_formatter_may_take_the_file_of_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    parser, _manager = bound(parser=_AsOfPython315())
    with pytest.raises(SystemExit):
        parser.parse_args(["-h"])
    assert capsys.readouterr().out == "for me\n\n"


def _with_files(**settings: Any) -> ArgumentParser:
    parser = ArgumentParser(prog="train.py", **settings)
    parser.add_argument("files", nargs="*")
    return parser


@pytest.mark.parametrize(
    ("line", "files", "values"),
    [
        pytest.param("--shuffle a b", ["a", "b"], {"shuffle": True}, id="flag before a file"),
        pytest.param("--shuffle true a", ["a"], {"shuffle": True}, id="flag with a word"),
        pytest.param("--shuffle no a", ["a"], {"shuffle": False}, id="flag turned off"),
        pytest.param("--shuffle t y", ["t", "y"], {"shuffle": True}, id="flag before short names"),
        pytest.param("--shuf a", ["a"], {"shuffle": True}, id="abbreviated flag"),
        pytest.param("--shuffle -1", ["-1"], {"shuffle": True}, id="flag before a negative number"),
        pytest.param("--shuffle --lr 1 a", ["a"], {"lr": 1.0}, id="flag before an option"),
        pytest.param("a --shuffle", ["a"], {"shuffle": True}, id="flag at the end"),
        pytest.param("--no-shuffle a", ["a"], {"shuffle": False}, id="negated flag"),
        pytest.param("--shuffle -- --x", ["--x"], {"shuffle": True}, id="after two dashes"),
        pytest.param("-- --shuffle", ["--shuffle"], {"shuffle": False}, id="an option after them"),
        pytest.param("--ks 3 a", ["a"], {"ks": [3]}, id="sequence swallows no file"),
        pytest.param("--ks 3,4 a b", ["a", "b"], {"ks": [3, 4]}, id="sequence with commas"),
        pytest.param("--ks -3,-4 a", ["a"], {"ks": [-3, -4]}, id="negative sequence"),
        pytest.param("--opt.nested.on a", ["a"], {"lr": 0.1}, id="key that is a flag"),
        pytest.param("- a", ["-", "a"], {}, id="a dash is a file"),
    ],
)
def test_positional_arguments_are_left_alone(
    line: str, files: list[str], values: dict[str, object]
) -> None:
    args = parsed(line, parser=_with_files())
    assert args.files == files
    assert values.items() <= vars(args).items()


def test_a_flag_that_may_be_none_takes_that_word() -> None:
    source = '_("flag", True, optional=True)'
    assert parsed("--flag None a", source, _with_files()).flag is None
    assert parsed("--flag a", source, _with_files()).flag is True


class TestNegativeNumbers:
    @pytest.mark.parametrize(
        ("own", "line", "values"),
        [
            pytest.param("-i", "--lr -inf", {"lr": -math.inf}, id="inf beside -i"),
            pytest.param("-1", "--lr -1e-3", {"lr": -1e-3}, id="a float beside -1"),
            pytest.param("-1", "--epochs -1", {"epochs": -1}, id="the very option as a value"),
            pytest.param("-i", "--weight_dec -inf", {"weight_decay": -math.inf}, id="abbreviated"),
            pytest.param("-i", "--opt.lr -inf", {"opt": {"lr": -math.inf}}, id="a key"),
            pytest.param("-i", "-i --lr -inf", {"lr": -math.inf, "own": True}, id="both"),
            pytest.param("-n", "--ws 2 -nan", {"ws": [2.0, -math.nan]}, id="last of a sequence"),
            pytest.param("-i", "--ws -inf -1", {"ws": [-math.inf, -1.0]}, id="a sequence"),
            pytest.param("-1", "--ws -2 -1", {"ws": [-2.0], "own": True}, id="an option behind"),
            pytest.param("-1", "--ws=-2 -1", {"ws": [-2.0], "own": True}, id="one word, option"),
            pytest.param("-1", "--ws --lr -2", {"ws": [], "lr": -2.0}, id="an empty sequence"),
        ],
    )
    @pytest.mark.parametrize("is_bound_first", [True, False])
    def test_are_values_beside_options_that_look_like_them(
        self, own: str, line: str, values: dict[str, object], *, is_bound_first: bool
    ) -> None:
        source = '_("lr", 9.0)\n_("weight_decay", 1.0)\n_("epochs", 3)\n_("ws", [0.5])\n'
        source += '_("opt", {"lr": 1.0})'
        parser = ArgumentParser()
        if is_bound_first:
            bound(source, parser)
            parser.add_argument(own, dest="own", action="store_true")
        else:
            parser.add_argument(own, dest="own", action="store_true")
            bound(source, parser)
        args = parser.parse_args(line.split())
        assert repr({name: getattr(args, name) for name in values}) == repr(values)

    def test_keep_the_dash_where_nobody_takes_them(self) -> None:
        parser, _manager = bound('_("ws", [0.5])')
        parser.add_argument("-i", action="store_true")
        assert parser.parse_known_args(["--ws", "3", "-i", "-2"])[1] == ["-2"]

    @pytest.mark.parametrize("line", ["--ws [3, -4]", "--ws (3, -4)"])
    def test_may_close_the_brackets_that_a_shell_has_split(self, line: str) -> None:
        assert parsed(line, '_("ws", [0.5])').ws == [3.0, -4.0]


class TestArgumentsOfOthers:
    """Arguments that look like options of ours, but belong to somebody else."""

    LINE = "--shuffle maybe --name -3 --ks 1 -2 --a=b=4 --opt.nested.on no"
    SOURCE = f'{SOURCE}_("a=b", 3)'

    @pytest.mark.parametrize("has_positionals", [True, False])
    def test_that_an_argument_takes_up_to_the_end_stay_as_they_are(
        self, *, has_positionals: bool
    ) -> None:
        parser = ArgumentParser()
        if has_positionals:
            parser.add_argument("script")
        name = "command" if has_positionals else "--command"
        parser.add_argument(name, nargs=REMAINDER)
        _parser, manager = bound(self.SOURCE, parser)
        start = "--lr 1 train.py" if has_positionals else "--lr 1 --command train.py"
        command = parser.parse_args(f"{start} {self.LINE}".split()).command
        assert command[-len(self.LINE.split()) :] == self.LINE.split()
        assert (manager("lr"), manager("shuffle"), manager("a=b")) == (1.0, False, 3)

    def test_of_a_sub_command_are_for_its_options(self) -> None:
        parser, manager = bound(self.SOURCE)
        sub = parser.add_subparsers().add_parser("evaluate")
        sub.add_argument("--shuffle", dest="how")
        sub.add_argument("--name", dest="numbers", nargs="+", type=int)
        sub.add_argument("--a", dest="a")
        args = parser.parse_args("evaluate --shuffle maybe --name -3 -4 --a=b=4".split())
        assert (args.how, args.numbers, args.a) == ("maybe", [-3, -4], "b=4")
        assert (manager("shuffle"), manager("name"), manager("a=b")) == (False, "net", 3)


def test_abbreviations_are_off_where_the_parser_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _manager = bound(parser=_with_files(allow_abbrev=False))
    assert "--weig (did you mean --weight-decay?)" in refusal(capsys, parser, "--weig 3")


def test_an_abbreviation_of_two_options_is_ambiguous(capsys: pytest.CaptureFixture[str]) -> None:
    parser, _manager = bound('_("ab_x", False)\n_("ab_y", 2)', _with_files())
    message = refusal(capsys, parser, "--ab 3")
    assert message == "ambiguous option: --ab could match --ab-x, --ab-y"


def test_an_abbreviation_is_not_meant_for_an_alias_of_a_request() -> None:
    parser, _manager = bound('_("num", 1)')
    args = parser.parse_args(["--n", "3", "--no-hp"])
    assert (args.num, args.hp_strict) == (3, False)


def test_an_ambiguous_abbreviation_names_options_as_help_spells_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _manager = bound('_("a_x", False)\n_("a_y", True)\n_("opt", {"ab_y": 2, "ab_z": 3})')
    assert refusal(capsys, parser, "--no").endswith("match --no-a-x, --no-a-y")
    assert refusal(capsys, parser, "--opt.a 1").endswith("match --opt.ab-y, --opt.ab-z")


def test_options_stand_in_files_too(tmp_path: Path) -> None:
    file = tmp_path / "options"
    file.write_text("--lr\n3\n--shuffle\n")
    args = parsed(f"@{file} a", parser=_with_files(fromfile_prefix_chars="@"))
    assert (args.lr, args.shuffle, args.files) == (3.0, True, ["a"])


class TestUnknownArguments:
    @pytest.mark.parametrize(
        ("line", "message"),
        [
            pytest.param(
                "--weight-deacy=1",
                "--weight-deacy=1 (did you mean --weight-decay?)",
                id="typo",
            ),
            pytest.param("--weight_deacy", "--weight_deacy (did you mean --weight-decay?)", id="_"),
            pytest.param("--no-shufle", "--no-shufle (did you mean --no-shuffle?)", id="negated"),
            pytest.param("--opt.lz=1", "--opt.lz=1 (did you mean --opt.lr?)", id="key"),
            pytest.param("--hp-lost", "--hp-lost (did you mean --hp-list?)", id="action"),
            pytest.param("--quuz", "--quuz", id="hidden option of the parser"),
            pytest.param("--zzzzzz", "--zzzzzz", id="nothing near"),
            pytest.param("--opt.zz", "--opt.zz (did you mean --opt.lr?)", id="rather a key"),
            pytest.param("--opts", "--opts (did you mean --opt?)", id="no key"),
            pytest.param("lr", "lr", id="a word"),
            pytest.param("-lr", "-lr (did you mean --lr?)", id="one dash"),
        ],
    )
    def test_get_a_suggestion(
        self, line: str, message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser = ArgumentParser(allow_abbrev=False)
        parser.add_argument("--quux", action="store_true", help=SUPPRESS)
        parser, manager = bound(parser=parser)
        assert refusal(capsys, parser, line) == f"unrecognized arguments: {message}"
        assert manager("lr") == 0.1

    def test_after_two_dashes_get_no_suggestion(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound()
        assert refusal(capsys, parser, "--shuffle -- --lr").endswith("--lr")

    def test_are_returned_to_who_asks_for_them(self) -> None:
        parser, manager = bound()
        args, rest = parser.parse_known_args(["--lr", "3", "--lrr=4", "x"])
        assert (args.lr, manager("lr"), rest) == (3.0, 3.0, ["--lrr=4", "x"])

    def test_are_returned_as_they_were_typed(self) -> None:
        parser, _manager = bound('_("a=b", 3)', ArgumentParser(allow_abbrev=False))
        _args, rest = parser.parse_known_args(["--", "--a=b=4"])
        assert rest[-1] == "--a=b=4"

    def test_of_a_sub_parser_alone_are_reported_by_the_parser_above(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        top = ArgumentParser()
        bound(parser=top.add_subparsers().add_parser("train"))
        message = refusal(capsys, top, "train --weight-deacy=1 --lr 2")
        assert message == "unrecognized arguments: --weight-deacy=1"

    def test_of_a_sub_parser_get_a_suggestion_from_the_top(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        top, _above = bound('_("a", 1)')
        bound(parser=top.add_subparsers().add_parser("train"), inject_actions=False)
        message = refusal(capsys, top, "train --weight-deacy=1")
        assert message.endswith("--weight-deacy=1 (did you mean --weight-decay?)")

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            pytest.param(
                "train --depth=5",
                "--depth=5 (it must come before train)",
                id="of the parser above",
            ),
            pytest.param("train --depht=5", "--depht=5 (did you mean --depth?)", id="mistyped"),
            pytest.param("train fast --own 3", "--own (it must come before train) 3", id="own"),
            pytest.param("train fast --lr 3", "--lr (it must come before fast) 3", id="in between"),
        ],
    )
    def test_that_belong_before_a_sub_command_are_reported_so(
        self, line: str, message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        top, _manager = bound('_("depth", 1)', ArgumentParser(prog="train.py"))
        top.add_argument("--own")
        sub, _below = bound(
            '_("lr", 0.5)', top.add_subparsers().add_parser("train"), action_prefix="sub"
        )
        sub.add_subparsers().add_parser("fast")
        assert refusal(capsys, top, line) == f"unrecognized arguments: {message}"

    def test_of_a_sub_parser_are_returned_to_who_asks_the_top_for_them(self) -> None:
        top = ArgumentParser()
        _sub, manager = bound(parser=top.add_subparsers().add_parser("train"))
        _args, rest = top.parse_known_args(["train", "--weight-deacy=1", "--lr", "2"])
        assert rest == ["--weight-deacy=1"]
        assert manager("lr") == 2.0

    def test_raise_where_the_parser_does_not_exit(self) -> None:
        parser, _manager = bound(parser=ArgumentParser(exit_on_error=False))
        with pytest.raises(ArgumentError, match=r"--lrr=1 \(did you mean --lr\?\)"):
            parser.parse_args(["--lrr=1"])


def test_a_list_of_several_words_is_shown_in_one_where_there_are_positional_arguments(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = ArgumentParser(prog="train.py")
    parser.add_argument("path")
    parser, _manager = bound(parser=parser)
    assert refusal(capsys, parser, "a --ks 1 3 5") == (
        "unrecognized arguments: 3 (write --ks 1,3,5) 5"
    )
    assert refusal(capsys, parser, "a b --lr 1") == "unrecognized arguments: b"
    assert refusal(capsys, parser, "a --lr 1 3") == "unrecognized arguments: 3"


def test_options_of_a_manager_without_sources_lead_to_parse_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, _manager = bound("")
    assert refusal(capsys, parser, "--lr=3") == (
        "unrecognized arguments: --lr=3; `_` has no hyperparameters: call `_.parse_file` before"
        " `bind`"
    )
    command = ArgumentParser(prog="hpman")
    bind_what_fits(command, managed(""))
    assert refusal(capsys, command, "--lr=3") == "unrecognized arguments: --lr=3"


class TestIntermixed:
    def test_arguments_and_options_may_alternate(self) -> None:
        parser, manager = bound(parser=_with_files())
        args = parser.parse_intermixed_args("a --lr 3 b --shuffle c --ks 7 d".split())
        assert args.files == ["a", "b", "c", "d"]
        assert (args.lr, args.shuffle, args.ks, manager("ks")) == (3.0, True, [7], [7])

    def test_unknown_options_get_a_suggestion(self, capsys: pytest.CaptureFixture[str]) -> None:
        parser, _manager = bound(parser=_with_files())
        with pytest.raises(SystemExit):
            parser.parse_intermixed_args(["a", "--lrr=3"])
        assert "--lrr=3 (did you mean --lr?)" in capsys.readouterr().err

    def test_unknown_options_are_returned_to_who_asks_for_them(self) -> None:
        parser, manager = bound(parser=_with_files())
        args, rest = parser.parse_known_intermixed_args(["a", "b", "--lr", "4", "--lrr=3"])
        assert (args.files, rest, manager("lr")) == (["a", "b"], ["--lrr=3"], 4.0)

    @pytest.mark.parametrize("line", ["-h", "--100% x", "a --lrr"])
    def test_names_may_hold_a_percent_sign(
        self, line: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        parser = _with_files()
        parser, _manager = bound('_("100%", 1); _("%(prog)s", True)', parser=parser)
        with pytest.raises(SystemExit):
            parser.parse_intermixed_args(line.split())
        captured = capsys.readouterr()
        shown = captured.out or captured.err
        assert "[--100% 100%] [--%(prog)s [{true,false}]]" in " ".join(shown.split())
        assert parser.usage is None


class _Finishing(ArgumentParser):
    """A parser that looks at what was parsed."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        parsed = super().parse_args(args, namespace)
        parsed.double = parsed.lr * 2
        return parsed


class _Tolerant(ArgumentParser):
    """A parser that accepts unknown arguments."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        parsed, parsed.rest = self.parse_known_args(args, namespace)
        return parsed


class _Knowing(ArgumentParser):
    """A parser that changes its arguments."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        return super().parse_known_args([*args, "--epochs", "9"], namespace)


class _Configured(ArgumentParser):
    """A parser whose methods take more than those of argparse."""

    def parse_args(self, args: Any = None, namespace: Any = None, *more: str, **words: str) -> Any:
        return self.parse_known_args(args, namespace, *more, **words)[0]

    def parse_known_args(
        self, args: Any = None, namespace: Any = None, epochs: str = "8", lr: str = "9"
    ) -> Any:
        return super().parse_known_args(["--epochs", epochs, "--lr", lr, *args], namespace)


class _Raising(ArgumentParser):
    """A parser that raises where others exit."""

    def error(self, message: str) -> Any:
        raise RuntimeError(message)


class _Silent(ArgumentParser):
    """A parser that survives its errors."""

    def error(self, message: str) -> Any:
        self.message = message


class TestSubclasses:
    def test_see_final_values_in_their_parse_args(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text("lr: 4")
        parser, _manager = bound(parser=_Finishing())
        assert parser.parse_args(["--hp-load", str(tmp_path / "a.yaml")]).double == 8.0

    def test_may_let_unknown_arguments_pass(self) -> None:
        parser, manager = bound(parser=_Tolerant())
        assert parser.parse_args(["--lr", "3", "--lrr"]).rest == ["--lrr"]
        assert manager("lr") == 3.0

    def test_may_change_the_arguments(self) -> None:
        parser, manager = bound(parser=_Knowing())
        assert parser.parse_args(["--lr", "3"]).epochs == 9
        assert manager("epochs") == 9

    def test_may_take_more_than_arguments_and_a_namespace(self) -> None:
        own = _Configured()
        _, manager = bound(parser=own)
        assert own.parse_args(["--name", "x"], None, "7", lr="2").name == "x"
        assert (manager("epochs"), manager("lr")) == (7, 2.0)

    @pytest.mark.parametrize("line", ["--lr x", "--lrr=1", "--hp-load none.yaml", "--act x"])
    def test_may_raise_in_error(self, line: str) -> None:
        parser, manager = bound(parser=_Raising())
        with pytest.raises(RuntimeError, match=r"."):
            parser.parse_args(["--epochs", "9", *line.split()])
        assert manager("epochs") == 3
        assert parser.parse_args([]).epochs == 3

    def test_that_survive_an_error_do_not_survive_ours(self) -> None:
        parser, manager = bound(parser=_Silent())
        with pytest.raises(ArgumentError, match="unrecognized arguments: --lrr=1"):
            parser.parse_args(["--epochs", "9", "--lrr=1"])
        assert isinstance(parser, _Silent)
        assert parser.message.startswith("unrecognized arguments: --lrr=1")
        assert manager("epochs") == 3


def test_the_arguments_of_the_process_are_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["train.py", "--lr", "3"])
    parser, manager = bound()
    assert parser.parse_args().lr == manager("lr") == 3.0


def test_a_number_of_the_parser_is_no_value_of_ours() -> None:
    parser = ArgumentParser()
    parser.add_argument("-1", dest="one", action="store_true")
    assert parsed("-1 --lr 2", parser=parser).one is True


def test_parsers_run_in_threads_at_once() -> None:
    parsers = [bound(f"{SOURCE}_('own', {number})") for number in range(8)]
    shared, _manager = bound(parser=_with_files())
    failures: list[object] = []

    def work(number: int) -> None:
        parser, manager = parsers[number]
        for turn in range(20):
            args = parser.parse_args(["--own", str(turn), "--lr", str(number)])
            if (args.own, manager("lr")) != (turn, number):
                failures.append(args)
            _args, rest = shared.parse_known_args(["--lrr=1", "--shuffle", f"f{number}"])
            if rest != ["--lrr=1"]:
                failures.append(rest)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_parser_runs_inside_an_action_of_another() -> None:
    inner, manager = bound()
    outer = ArgumentParser()
    outer.add_argument("--run", type=lambda word: inner.parse_known_args([word, "--x"])[1])
    assert outer.parse_args(["--run=--lr=3"]).run == ["--x"]
    assert manager("lr") == 3.0


def test_a_namespace_of_the_caller_is_filled() -> None:
    parser, _manager = bound()
    mine = Namespace(own=1)
    assert parser.parse_args(["--lr", "3"], mine) is mine
    assert (mine.own, mine.lr) == (1, 3.0)


class _Slotted(ArgumentParser):
    __slots__ = ("own",)


class _Abstract(ArgumentParser, metaclass=ABCMeta):
    pass


@pytest.mark.parametrize("kind", [ArgumentParser, _Raising, _Slotted, _Abstract])
def test_a_bound_parser_is_still_of_its_class(kind: type[ArgumentParser]) -> None:
    parser, _first = bound('_("a", 1)', kind(prog="p"), inject_actions=False)
    bound_class = type(parser)
    hpargparse.bind(parser, managed('_("b", 2)'), inject_actions=False)
    assert type(parser) is bound_class
    assert isinstance(parser, kind)
    assert repr(parser).startswith(f"{kind.__name__}(prog='p'")
    assert vars(parser.parse_args(["--a", "3"])) == {"a": 3, "b": 2}


def test_a_sub_parser_of_the_class_of_a_bound_parser_is_not_bound() -> None:
    top, manager = bound('_("a", 1)', inject_actions=False)
    sub = top.add_subparsers().add_parser("train")
    assert type(sub) is type(top)
    sub.add_argument("--a-b", dest="own")
    assert vars(sub.parse_args(["--a-b", "5"])) == {"own": "5"}
    assert sub.format_usage().endswith("train [-h] [--a-b OWN]\n")
    assert manager("a") == 1


def test_a_copy_of_a_parser_parses_with_what_is_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser, manager = bound('_("lr", 0.5)\n_("flag", False)\n_("ks", [1])')
    twin = copy.deepcopy(parser)
    twin.prog = "twin"
    twin.add_argument("--more", default=1)
    twin.set_defaults(lr=0.25)
    args = twin.parse_args(["--no-flag", "--ks", "3", "4", "--more", "2"])
    assert (args.lr, args.ks, args.more) == (0.25, [3, 4], "2")
    assert (manager("lr"), manager("ks")) == (0.25, [3, 4])
    with pytest.raises(SystemExit):
        twin.parse_args(["--mroe", "2"])
    assert "twin: error: unrecognized arguments: --mroe (did you mean --more?)" in (
        capsys.readouterr().err
    )
    assert parser.parse_args([]).lr == 0.25
    with pytest.raises(SystemExit):
        parser.parse_args(["--more", "2"])


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("--opt.a_b 5", {"a_b": 5}),
        ("--opt.a-b 5", {"a-b": 5}),
        ("--opt.c_d 5", {"c_d": 5}),
        ("--opt.c-d 5", {"c_d": 5}),
    ],
)
def test_a_key_that_is_written_as_it_is_comes_before_one_that_is_spelled_alike(
    line: str, keys: dict[str, int]
) -> None:
    default = {"a_b": 1, "a-b": 2, "c_d": 3}
    assert parsed(line, f"_('opt', {default})").opt == {**default, **keys}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--clip-grad.max_norm=5", {"max_norm": 5}),
        ("--clip_grad.max-norm=5", {"max_norm": 5}),
        ("--clip-grad.of_net.on_cpu=yes", {"of_net": {"on_cpu": True}}),
        ("--clip_grad.of-net.on-cpu=yes", {"of_net": {"on_cpu": True}}),
        ("--clip-grad.error_if", {"error_if": True}),
        ("--no-clip-grad.error_if", {"error_if": False}),
        ("--no_clip-grad.error_if", {"error_if": False}),
        ("--no-clip_grad.error-if", {"error_if": False}),
        ("--clip-grad.a_b=5", {"a_b": 5}),
        ("--clip_grad.a-b=5", {"a-b": 5}),
        ("--clip-grad.a-b=5", {"a-b": 5}),
    ],
)
def test_a_key_is_spelled_as_its_dict_shows_it_whatever_its_option_looks_like(
    option: str, value: dict[str, object]
) -> None:
    default = {"max_norm": 1, "of_net": {"on_cpu": False}, "error_if": True, "a_b": 1, "a-b": 2}
    assert parsed(option, f"_('clip_grad', {default})").clip_grad == {**default, **value}


def test_a_sub_parser_that_is_not_bound_shows_its_own_help() -> None:
    parser, _manager = bound("_('lr', 0.1)")
    inner = parser.add_subparsers().add_parser("inner", description="not bound")
    text = inner.format_help()
    assert "not bound" in text
    assert "--lr" not in text


def test_a_parser_keeps_its_own_usage_in_intermixed_parsing() -> None:
    parser, _manager = bound("_('lr', 0.1)")
    parser.usage = "train.py [options]"
    assert parser.parse_intermixed_args(["--lr", "3"]).lr == 3.0
    assert parser.usage == "train.py [options]"


class _Broken(io.StringIO):
    attempts = 0

    def write(self, _text: str) -> int:
        self.attempts += 1
        raise BrokenPipeError


def test_help_for_a_closed_stream_is_left_out() -> None:
    parser, _manager = bound(SOURCE)
    stream = _Broken()
    parser.print_help(stream)
    assert stream.attempts == 1


def test_an_action_may_parse_further_arguments_and_keep_the_rest() -> None:
    class Further(Action):
        def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
            namespace.rest = parser.parse_known_args(values.split(), namespace)[1]

    parser, manager = bound()
    parser.add_argument("--further", action=Further)
    args = parser.parse_args(["--further", "--lr 4 --other 1"])
    assert (args.rest, manager("lr")) == (["--other", "1"], 4.0)


def test_a_later_patch_of_the_class_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    parser, _manager = bound()
    patched = Namespace(lr=7.0)
    monkeypatch.setattr(ArgumentParser, "parse_args", lambda *_args, **_settings: patched)
    assert parser.parse_args([]) is patched


def test_a_method_that_was_set_on_the_parser_counts() -> None:
    parser = ArgumentParser()
    vars(parser)["format_help"] = lambda: "own"
    bound(parser=parser)
    assert parser.format_help() == "own"
