"""What a type checker makes of a manager; read by mypy and pyright, and never executed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from typing_extensions import assert_type

import hpargparse
from hpman import EMPTY, EmptyValue, HyperParameterManager
from hpman.m import (
    TYPE_CHECKING as CHECKING,
    HyperParameterManager as Named,
    _,
    annotations as ann,
    any_other_name,
)

assert_type(_, HyperParameterManager)
assert_type(any_other_name, HyperParameterManager)
# Names that other modules, or the stub itself, hold or import.
assert_type(ann, HyperParameterManager)
assert_type(CHECKING, HyperParameterManager)
assert_type(Named, HyperParameterManager)

assert_type(_("lr", 1e-3), float)
assert_type(_("epochs", 10), int)
assert_type(_("name", "adam", choices=["adam", "sgd"]), str)
assert_type(_("flag", False, help="whether"), bool)
assert_type(_("ks", [1, 2]), list[int])
assert_type(_("opt", {"lr": 1.0}), dict[str, float])
assert_type(_("lr", 1e-3, name="a hint", default="a hint too"), float)

# A use has the type that its definition has, wherever that stands; and who
# writes None expects something else to be set.
assert_type(_("lr"), Any)
assert_type(_("checkpoint", None), Any)
assert_type(_.get_value("lr"), Any)
assert_type(EMPTY, EmptyValue)

_(3)  # type: ignore[call-overload]
_.set_value(3, 1)  # type: ignore[arg-type]
HyperParameterManager(3)  # type: ignore[arg-type]

assert_type(_.set_value("lr", 1), HyperParameterManager)
assert_type(_.set_values({"lr": 1}), HyperParameterManager)
assert_type(_.parse_file(__file__), HyperParameterManager)
assert_type(_.parse_file(["a.py", "b"], exclude=["c"]), HyperParameterManager)
assert_type(_.parse_source("_('a', 1)"), HyperParameterManager)
assert_type(_.parse_source("_('a', 1)", Path(__file__)), HyperParameterManager)
assert_type(_.exists("lr"), bool)
assert_type(_.get_values(), dict[str, Any])
assert_type(_.explain("lr")[-1].path, str | None)
assert_type(_.explain("lr")[-1].line, int | None)
assert_type(_.unused(), list[str])
assert_type(_.fingerprint(), str)

hpargparse.bind(argparse.ArgumentParser(), _)
assert_type(hpargparse.parse_args(_, __file__), argparse.Namespace)
