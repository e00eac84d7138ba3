"""How options look in help and usage."""

from __future__ import annotations

import os
import sys
from argparse import (
    ArgumentDefaultsHelpFormatter,
    ArgumentParser,
    HelpFormatter,
    MetavarTypeHelpFormatter,
    RawTextHelpFormatter,
)
from enum import Enum
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

import hpargparse
from hpargparse.parser.help import docstring, wrapped
from hpman import HyperParameterManager
from tests.hpargparse.parser.bound import bound, managed

if TYPE_CHECKING:
    from pathlib import Path

OPT = "class Opt(Enum): SGD = 'sgd'; ADAM = 'adam'; OLD = 'sgd'"


@given(
    st.lists(st.text("ab1.,-(é\t", max_size=12), max_size=12).map(" ".join),
    st.integers(1, 40),
)
def test_lines_are_wrapped_as_argparse_does_or_left_to_it(text: str, width: int) -> None:
    formatter = HelpFormatter("p")
    assert wrapped(text, width) in ([], formatter._split_lines(text, width) or [""])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a few words that fit", ["a few words that", "fit"]),
        ("self-made words fit", ["self-made words", "fit"]),
        ("words are self-made", []),
        ("a wooooooooooooooooord", []),
        ("größe", []),
        ("two\nlines", []),
    ],
)
def test_only_plain_text_is_wrapped_without_textwrap(text: str, lines: list[str]) -> None:
    assert wrapped(text, 16) == lines


class _Shouting(HelpFormatter):
    def _split_lines(self, text: str, width: int) -> list[str]:
        return [text.upper()[:width]]


def test_a_formatter_that_wraps_in_its_own_way_is_left_alone() -> None:
    parser, _manager = bound('_("lr", 1, help="x")', ArgumentParser("p", formatter_class=_Shouting))
    assert "X (INT, DEFAULT: 1, TRAIN.PY:1)" in parser.format_help()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('_("a", 0.5)', "(float, default: 0.5, t"),
        ('_("a", 1)', "(int, default: 1, t"),
        (f'_("a", {10**70})', f"(int, default: {10**70}, t"),
        ('_("a", "")', "(str, default: '', t"),
        ('_("a", None)', "(any literal or text, default: None, t"),
        ('_("a", None, type="int")', "(int or None, default: None, t"),
        ('_("a", 1, optional=True)', "(int or None, default: 1, t"),
        ('_("a", 1, type="float")', "(float, default: 1, t"),
        ('_("a", [1])', "(list of int, default: [1], t"),
        ('_("a", ["b", None])', "(list of str, default: ['b', None], t"),
        ('_("a", [1, 0.5])', "(list of number, default: [1, 0.5], t"),
        ('_("a", [])', "(list, default: [], t"),
        ('_("a", {"b_c": 1, 2: 3})', "(dict, keys: --a.b-c --a.2, default: {'b_c': 1, 2: 3}, t"),
        ('_("a", {})', "(dict, default: {}, t"),
        ('_("a", f())', "(any literal or text, default: f(), t"),
        ('_("a", f(), type="str")', "(str, default: f(), t"),
        ('_("a", 3, range=[1, 9])', "(int, 1 to 9, default: 3, t"),
        ('_("a", 1 / 3)', "(float, default: 1 / 3, t"),
        ('_("a", Path("b"))', '(Path, default: Path("b"), t'),
        (f"{OPT}; _('a', Opt.OLD)", "--a {SGD,ADAM} (Enum, default: SGD, t"),
        (f"{OPT}; _('a', Opt.SGD, optional=True)", "(Enum or None, default: SGD, t"),
        (f"{OPT}; _('a', Opt.SGD, choices=['adam'])", "--a {ADAM} (Enum, default: SGD, t"),
        (f"{OPT}; _('a', Opt.SGD, metavar='M')", "--a M (Enum, default: SGD, t"),
        (f"{OPT}; _('a', Opt.NEW)", "(any literal or text, default: Opt.NEW, t"),
        ('_("a", 3, range=None)', "(int, default: 3, t"),
        ('_("a")', "(any literal or text, no default, used at t"),
        ('_("a", required=True)', "(any literal or text, required, used at t"),
    ],
)
def test_help_says_type_range_default_and_place(source: str, shown: str) -> None:
    formatter: Any = lambda prog: HelpFormatter(prog, width=200)  # noqa: E731
    parser, _manager = bound(source, ArgumentParser("p", formatter_class=formatter))
    assert f"{shown}rain.py:1)" in " ".join(parser.format_help().split())


class Opt(Enum):
    SGD = "sgd"


@pytest.mark.parametrize("definition", ["class Opt(Enum): SGD = 'sgd'\n", ""])
def test_a_default_that_a_call_has_given_is_shown_by_name(definition: str) -> None:
    manager = managed(f"{definition}_('a', Opt.SGD)")
    manager("a", Opt.SGD)
    parser = ArgumentParser("p")
    hpargparse.bind(parser, manager)
    shown = "(Enum, default: SGD" if definition else "(any literal or text, default: SGD"
    assert shown in " ".join(parser.format_help().split())


def test_what_sources_hold_cannot_command_the_terminal_of_help() -> None:
    hints = r"help='a\x1b[31m\n\xa0b', group='\x1b[2J', metavar='\x9b'"
    parser, _manager = bound(f"_('x', '\\x1b]0;', {hints})\n_('\\x1b', f('\x9b'))")
    shown = parser.format_help()
    assert not {"\x1b", "\x9b"}.intersection(shown)
    assert r"a\x1b[31m" in shown
    assert r"default: \x1b]0;" in shown


@pytest.mark.parametrize(
    ("source", "usage", "option"),
    [
        ('_("a", 1, metavar="N (px)")', "[--a N (px)]", "--a N (px) "),
        ('_("a", 1, metavar="[N]")', "[--a [N]]", "--a [N] "),
        ('_("x[0]  y", 1)', "[--x[0]  y X[0]  Y]", "--x[0]  y X[0]  Y "),
        ('_("a", "b", choices=["a (b)", "b"])', "[--a {a (b),b}]", "--a {a (b),b} "),
        ('_("a", (3, 4), metavar=("W", "H"))', "[--a W H]", "--a W H "),
        ('_("a", 3, metavar=["W", 1])', "[--a W,1]", "--a W,1 "),
        ('_("a", 1, metavar="")', "[--a ]", "--a "),
        ('_("a", 1, metavar="", required=True)', "--a ", "--a "),
        ('_("a", 1, metavar="\ufdd0\\n")', "[--a \\ufdd0\\n]", "--a \\ufdd0\\n "),
    ],
)
def test_usage_shows_names_and_metavars_as_help_does(source: str, usage: str, option: str) -> None:
    parser, _manager = bound(source, ArgumentParser("p"), inject_actions=False)
    assert parser.format_usage() == f"usage: p [-h] {usage}\n"
    assert f"\n  {option}" in parser.format_help()


def test_usage_breaks_no_metavar() -> None:
    parser, _manager = bound(
        "".join(f'_("{letter * 9}", 1, metavar="A [B] (C)")\n' for letter in "abcde"),
        ArgumentParser("p"),
        inject_actions=False,
    )
    assert parser.format_usage().count("A [B] (C)]") == 5


def test_a_metavar_of_arguments_is_one_argument_where_positionals_would_be_swallowed() -> None:
    parser = ArgumentParser("p")
    parser.add_argument("file")
    bound('_("a", (3, 4), metavar=("W", "H"))', parser, inject_actions=False)
    assert parser.format_usage() == "usage: p [-h] [--a W,H] file\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the folder that a program is in")
def test_help_is_shown_where_the_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    parser, _manager = bound('_("lr", 1)')
    folder.rmdir()
    assert "train.py:1)" in parser.format_help()


class TestHelp:
    def test_says_type_default_and_place(self) -> None:
        parser, _manager = bound('_("lr", 0.1, help="step size")')
        assert "step size (float, default: 0.1, train.py:1)" in parser.format_help()

    def test_leaves_defaults_out_without_show_defaults(self) -> None:
        parser, _manager = bound('_("lr", 0.1)', show_defaults=False)
        assert "(float, train.py:1)" in parser.format_help()

    @pytest.mark.parametrize(
        ("call", "text"),
        [
            pytest.param(
                '_("x", LR / 2)', "any literal or text, default: LR / 2,", id="expression"
            ),
            pytest.param('_("x", 1, range=[None, 5])', "int, at most 5,", id="open below"),
            pytest.param('_("x", 1, range=[0, None])', "int, at least 0,", id="open above"),
            pytest.param('_("x", 1, required=True)', "int, required, default: 1,", id="required"),
            pytest.param('_("x", [n] * 3)', "default: [n] * 3", id="not a literal"),
            pytest.param(f'_("x", "{"a" * 200}")', f"{'a' * 97}...", id="long"),
            pytest.param('_("x", "a\\nb")', "default: a b", id="several lines"),
            pytest.param('_("x", 1, help="100% %s %(prog)s")', "100% %s %(prog)s", id="percent"),
        ],
    )
    def test_describes(self, call: str, text: str) -> None:
        parser = ArgumentParser(formatter_class=lambda prog: HelpFormatter(prog, width=300))
        bound(call, parser)
        assert text in parser.format_help()

    def test_shows_a_default_that_the_parser_was_given(self) -> None:
        parser, _manager = bound('_("lr", 0.1)')
        parser.set_defaults(lr=7.5)
        assert "default: 7.5" in parser.format_help()
        parser.set_defaults(lr=object)
        assert "default: <class 'object'>" in parser.format_help()

    @pytest.mark.parametrize(
        "formatter",
        [
            ArgumentDefaultsHelpFormatter,
            RawTextHelpFormatter,
            MetavarTypeHelpFormatter,
        ],
    )
    def test_says_the_default_once_with_any_formatter(self, formatter: type[HelpFormatter]) -> None:
        parser, _manager = bound('_("lr", 0.125)', ArgumentParser(formatter_class=formatter))
        assert parser.format_help().count("0.125") == 1

    def test_shows_what_a_required_option_is(self) -> None:
        parser, _manager = bound('_("x", required=True)\n_("y", 1)', inject_actions=False)
        assert parser.format_usage() == "usage: train.py [-h] --x X [--y Y]\n"

    def test_shows_placeholders_of_hints(self) -> None:
        parser, _manager = bound('_("x", 1, metavar="N")\n_("y", 1, metavar=("A", "B"))')
        assert "--x N" in parser.format_usage()
        assert "--y A,B" in parser.format_help()

    def test_shows_choices_and_flags(self) -> None:
        parser, _manager = bound('_("a", 1, choices={2, 1})\n_("b", True)')
        assert "[--a {1,2}] [--b [{true,false}]]" in parser.format_usage()

    def test_shows_several_arguments_only_where_they_are_taken(self) -> None:
        parser, _manager = bound('_("ks", [1])', inject_actions=False)
        assert "[--ks [KS ...]]" in parser.format_usage()
        parser.add_argument("file")
        assert "[--ks KS]" in parser.format_usage()


def test_a_formatter_that_shows_defaults_shows_none_twice() -> None:
    parser, _ = bound(parser=ArgumentParser(formatter_class=ArgumentDefaultsHelpFormatter))
    shown = parser.format_help()
    assert "(default: None)" not in shown
    assert "(default: False)" not in shown
    assert shown.count("default: auto") == 1


def _order(page: str, *parts: str) -> bool:
    positions = [page.index(part) for part in parts]
    return positions == sorted(positions)


class TestOrder:
    SOURCE = '_("a.b", 1)\n_("flag", True)\n_("c", 1, group="more")'

    def test_a_parser_without_groups_has_one_list(self) -> None:
        parser, _manager = bound('_("flag", True)')
        parser.add_argument("--late")
        page = parser.format_help()
        assert _order(page, "\noptions:", "  --late LATE\n", "  --flag [{true,false}], --no-flag\n")
        assert _order(page, "--no-flag\n", "  --hp-save", "  --hp-strict, --no-hp-strict\n")
        assert page.count(":\n") == 1

    def test_requests_are_last(self) -> None:
        parser, _manager = bound(self.SOURCE)
        page = parser.format_help()
        assert _order(page, "\noptions:", "  --flag", "\na:\n", "\nmore:\n", "  --hp-save")

    def test_groups_of_the_program_are_first(self) -> None:
        parser = ArgumentParser()
        parser.add_argument_group("mine", "of the program").add_argument("--own")
        parser, _manager = bound(self.SOURCE, parser)
        page = parser.format_help()
        assert _order(page, "\noptions:", "\nmine:\n  of the program\n", "  --own")
        assert _order(page, "  --own", "\nhyperparameters:\n  --flag", "\na:\n", "  --hp-save")
        assert parser.format_help() == page


class TestDescription:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            pytest.param('#!x\n\n"""Train.\n\n    100%\n"""', "\n\nTrain.\n\n100%\n\n", id="lines"),
            pytest.param("'of %(prog)s'; x = 1", "\n\nof %(prog)s\n\n", id="percent"),
            pytest.param('r"a\\b"', "\n\na\\b\n\n", id="raw"),
            pytest.param('"a\\x1b[1mb"', "\n\na\\x1b[1mb\n\n", id="control characters"),
            pytest.param('"a" + b', None, id="an expression"),
            pytest.param('""" """', None, id="blank"),
        ],
    )
    def test_is_the_docstring(
        self,
        text: str,
        shown: str | None,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        script = tmp_path / "a.py"
        script.write_text(f"{text}\n")
        with pytest.raises(SystemExit):
            hpargparse.parse_args(HyperParameterManager("_"), script, ["-h"])
        page = capsys.readouterr().out
        assert (shown or "[--hp-exit]\n\noptions:") in page

    def test_of_the_parser_wins(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "a.py").write_text('"one"')
        parser = ArgumentParser(description="two")
        with pytest.raises(SystemExit):
            hpargparse.parse_args(
                HyperParameterManager("_"), tmp_path / "a.py", ["-h"], parser=parser
            )
        assert "\n\ntwo\n\n" in capsys.readouterr().out

    def test_of_a_folder_is_none(self, tmp_path: Path) -> None:
        assert docstring(str(tmp_path)) is None

    def test_that_is_malformed_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text('"\\x"')
        assert docstring(str(tmp_path / "a.py")) is None


def test_a_module_is_called_as_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "train.py"
    script.write_text("")
    main = ModuleType("__main__")
    main.__file__, main.__spec__ = str(script), ModuleSpec("app.train", None)
    monkeypatch.setitem(sys.modules, "__main__", main)
    with pytest.raises(SystemExit):
        hpargparse.parse_args(HyperParameterManager("_"), script, ["-h"])
    assert capsys.readouterr().out.startswith("usage: python -m app.train [-h]")
