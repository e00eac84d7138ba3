"""What a type checker makes of a manager; read by mypy and never executed."""

from __future__ import annotations

import argparse

from typing_extensions import assert_type

import hpargparse
from hpman import HyperParameterManager
from hpman.m import _, any_other_name

assert_type(_, HyperParameterManager)
assert_type(any_other_name, HyperParameterManager)

assert_type(_("lr", 1e-3), float)
assert_type(_("epochs", 10), int)
assert_type(_("name", "adam", choices=["adam", "sgd"]), str)
assert_type(_("flag", False, help="whether"), bool)
assert_type(_("ks", [1, 2]), list[int])
assert_type(_("opt", {"lr": 1.0}), dict[str, float])

assert_type(_.set_value("lr", 1), HyperParameterManager)
assert_type(_.set_values({"lr": 1}), HyperParameterManager)
assert_type(_.parse_file(__file__), HyperParameterManager)
assert_type(_.parse_file(["a.py", "b"], exclude=["c"]), HyperParameterManager)
assert_type(_.parse_source("_('a', 1)"), HyperParameterManager)
assert_type(_.exists("lr"), bool)

hpargparse.bind(argparse.ArgumentParser(), _)
assert_type(hpargparse.parse_args(_, __file__), argparse.Namespace)
