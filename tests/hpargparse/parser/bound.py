"""Parsers with a manager bound to them, made from a source text."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

import pytest

import hpargparse
from hpman import HyperParameterManager

SOURCE = """\
_("lr", 0.1, range=[0, 10])
_("weight_decay", 1e-3)
_("epochs", 3)
_("shuffle", False)
_("name", "net")
_("act", "relu", choices=["relu", "tanh"])
_("ks", [1, 2])
_("opt", {"lr": 1.0, "nested": {"on": True}, "max_norm": 2})
_("seed", None)
_("end_lr", LR / 10)
_("model.depth", 4)
"""


def managed(source: str = SOURCE, placeholder: str = "_") -> HyperParameterManager:
    return HyperParameterManager(placeholder).parse_source(source, "train.py")


def bound(
    source: str = SOURCE, parser: ArgumentParser | None = None, **settings: Any
) -> tuple[ArgumentParser, HyperParameterManager]:
    parser = ArgumentParser(prog="train.py") if parser is None else parser
    manager = managed(source)
    hpargparse.bind(parser, manager, **settings)
    return parser, manager


def parsed(line: str, source: str = SOURCE, parser: ArgumentParser | None = None) -> Namespace:
    """Parse a command line; the manager and the namespace have to agree."""
    parser, manager = bound(source, parser)
    args = parser.parse_args(line.split())
    for name, value in manager.get_values().items():
        assert repr(getattr(args, name)) == repr(value)
    return args


def refusal(capsys: pytest.CaptureFixture[str], parser: ArgumentParser, line: str) -> str:
    """Parse a command line that is refused; return the message."""
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(line.split())
    assert caught.value.code == 2
    return capsys.readouterr().err.partition(": error: ")[2].rstrip("\n")


def write(text: str, name: str = "a.yaml") -> str:
    """Write a file into the current folder; return its name."""
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    return name


def read(name: str) -> str:
    with open(name, encoding="utf-8") as file:
        return file.read()
