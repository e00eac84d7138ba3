"""A value becomes a member where the default is one."""

from __future__ import annotations

import enum
from typing import Any

import pytest

import hpargparse
from hpman import HyperParameterManager


class Opt(enum.Enum):
    """An Enum of texts."""

    SGD = "sgd"
    ADAM = "adam"
    OLD = "sgd"  # noqa: PIE796 - an alias


class Level(enum.IntEnum):
    """An Enum of numbers."""

    LOW = 1
    HIGH = 2


def _manager(**values: object) -> HyperParameterManager:
    manager = HyperParameterManager("_").parse_source('_("opt", Opt.SGD)\n_("level", Level.LOW)')
    return manager.set_values(values)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("ADAM", Opt.ADAM, id="name"),
        pytest.param("adam", Opt.ADAM, id="value"),
        pytest.param("OLD", Opt.SGD, id="alias"),
        pytest.param(Opt.ADAM, Opt.ADAM, id="member"),
        pytest.param(None, None, id="None"),
    ],
)
def test_a_call_gives_the_member(value: object, expected: object) -> None:
    manager = _manager(opt=value)
    for _read in range(2):
        assert manager("opt", Opt.SGD) is expected
        assert manager("opt") is manager.get_value("opt") is expected


def test_a_number_may_be_the_value_of_a_member() -> None:
    assert _manager(level=2)("level", Level.LOW) is Level.HIGH
    assert _manager()("level", Level.LOW) is Level.LOW


def test_a_value_that_is_set_after_the_call_becomes_a_member_too() -> None:
    manager = _manager()
    assert manager("opt", Opt.SGD) is Opt.SGD
    manager.set_value("opt", "ADAM")
    assert manager("opt", Opt.SGD) is Opt.ADAM
    manager.set_value("opt", "SGD")
    assert manager("opt") is Opt.SGD
    manager.set_tree({"opt": "ADAM"})
    assert manager("opt") is Opt.ADAM
    with manager.override(opt="SGD"):
        assert manager("opt", Opt.SGD) is manager("opt") is Opt.SGD
    assert manager("opt", Opt.SGD) is Opt.ADAM


@pytest.mark.parametrize("value", ["sdg", 3, ("sgd",)])
def test_any_other_value_is_refused(value: Any) -> None:
    manager = _manager(opt=value)
    for _call in range(2):
        with pytest.raises(ValueError, match=r"^`opt` is .*enums\.py.* one of SGD, ADAM, OLD\.$"):
            manager("opt", Opt.SGD)


def test_a_file_holds_the_name(tmp_path: Any) -> None:
    path = tmp_path / "a.yaml"
    manager = _manager(opt="adam")
    manager("opt", Opt.SGD)
    manager("level", Level.LOW)
    hpargparse.save(path, manager)
    assert path.read_text() == "level: LOW\nopt: ADAM\n"
    other = _manager()
    hpargparse.load(path, other)
    assert other("opt", Opt.SGD) is Opt.ADAM
    path.write_text("\nopt: sdg\n")
    hpargparse.load(path, other)
    with pytest.raises(ValueError, match=r"^`opt` is 'sdg' \(.*a\.yaml:2\), which is not a member"):
        other("opt", Opt.SGD)


def test_members_without_a_name_stay_what_they_are(tmp_path: Any) -> None:
    flags = enum.Flag("flags", "A B")
    manager = HyperParameterManager("_").set_value("f", flags["A"] | flags["B"])
    with pytest.raises(hpargparse.SnapshotError, match="cannot hold `f`"):
        hpargparse.save(tmp_path / "a.yaml", manager)
