"""Warnings of values that were read before the command line was parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hpargparse.parser.bound import bound, write

if TYPE_CHECKING:
    from hpman import HyperParameterManager

pytestmark = pytest.mark.usefixtures("in_folder")


class TestReadsBeforeTheCommandLine:
    """What the top of a module and the body of a class have read stays with them."""

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
        self.run(f"--hp-load {write('seed: 7')}")
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
