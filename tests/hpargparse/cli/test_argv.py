"""The words of a command, and which of them are no options."""

from __future__ import annotations

from argparse import ArgumentParser

import pytest

from hpargparse.cli.argv import parse_command


@pytest.mark.parametrize(
    ("line", "first", "rest"),
    [
        ("a b c", "a", ["b", "c"]),
        ("a -x 1 b", "a", ["b"]),
        ("a -- -b --x --", "a", ["-b", "--x", "--"]),
        ("-x 1 -- -a", "-a", []),
        ("a --", "a", []),
    ],
)
def test_behind_two_dashes_no_word_is_an_option(line: str, first: str, rest: list[str]) -> None:
    parser = ArgumentParser()
    parser.add_argument("first")
    parser.add_argument("rest", nargs="*", default=None)
    parser.add_argument("-x")
    found = parse_command(parser, line.split())
    assert (found.first, found.rest or []) == (first, rest)


def test_an_option_takes_no_word_from_behind_two_dashes(capsys: pytest.CaptureFixture[str]) -> None:
    parser = ArgumentParser()
    parser.add_argument("rest", nargs="*")
    parser.add_argument("-x")
    with pytest.raises(SystemExit):
        parse_command(parser, ["-x", "--", "a"])
    assert "argument -x: expected one argument" in capsys.readouterr().err
