"""Several managers that one command line sets."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

import pytest

import hpargparse
from hpargparse.run.manager_group import ManagerGroup
from hpman import HyperParameterManager
from hpman.programs import index_program

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """\
from hpman.m import a, b
b("depth", 4)
a("lr", 0.1)
b("opt", {"lr": 1, "wd": 0})
a("model.act", "relu")
"""


@pytest.fixture
def managers(tmp_path: Path) -> list[HyperParameterManager]:
    path = tmp_path / "train.py"
    path.write_text(SOURCE)
    return [HyperParameterManager(name).parse_file(path) for name in "ab"]


def test_names_that_no_manager_read_are_unused(managers: list[HyperParameterManager]) -> None:
    group = ManagerGroup(managers).set_values({"depth": 5, "lr": 1.0})
    assert sorted(group.unused()) == ["depth", "lr"]
    managers[0]("lr")
    assert group.unused() == ["depth"]


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_hyperparameters_stand_in_source_order(managers: list[HyperParameterManager]) -> None:
    managers[0].set_value("late", 1)
    names = [row.name for row in ManagerGroup(managers).hyperparameters()]
    assert names == ["depth", "lr", "opt", "model.act", "late"]


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_each_manager_gets_its_own_values(managers: list[HyperParameterManager]) -> None:
    group = ManagerGroup(managers)
    group.set_values({"lr": 1, "depth": 5, "opt.lr": 2, "new": 3})
    assert managers[0].get_values() == {"lr": 1, "model.act": "relu", "new": 3}
    assert managers[1].get_values() == {"depth": 5, "opt": {"lr": 2, "wd": 0}}
    assert group.get_values() == {**managers[0].get_values(), **managers[1].get_values()}
    assert [step.text for step in group.explain("depth")][-1] == "set_values"


def test_an_override_ends_for_all(managers: list[HyperParameterManager]) -> None:
    group = ManagerGroup(managers)
    before = group.get_values()
    with group.override({"lr": 2}, depth=6):
        assert (managers[0]("lr"), managers[1]("depth")) == (2, 6)
    assert group.get_values() == before


def test_one_parser_serves_all(managers: list[HyperParameterManager], tmp_path: Path) -> None:
    parser = ArgumentParser()
    hpargparse.bind(parser, ManagerGroup(managers))
    saved = tmp_path / "all.yaml"
    args = parser.parse_args(
        ["--lr", "2", "--depth", "6", "--opt.lr", "3", "--hp-save", str(saved)]
    )
    assert (args.lr, args.depth, args.opt) == (2.0, 6, {"lr": 3, "wd": 0})
    assert (managers[0]("lr"), managers[1]("depth")) == (2.0, 6)
    assert saved.read_text() == "depth: 6\nlr: 2.0\nmodel.act: relu\nopt: {lr: 3, wd: 0}\n"


def test_a_name_of_two_managers_is_refused_with_both_places(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("from hpman.m import a, b\na('lr', 1)\nb('lr', 2)\n")
    assert index_program(path).placeholders() == {"a", "b"}
    managers = [HyperParameterManager(name).parse_file(path) for name in "ab"]
    with pytest.raises(hpargparse.OptionConflictError, match=r"train.py:2\) and .*train.py:3\)"):
        hpargparse.bind(ArgumentParser(), ManagerGroup(managers))


def test_scopes_are_those_of_all_managers(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    scopes = 'with a.scope("left"), b.scope("right"): pass\n'
    path.write_text(SOURCE + scopes)
    managers = [HyperParameterManager(name).parse_file(path) for name in "ab"]
    group = ManagerGroup(managers)
    assert sorted(group.scopes() or ()) == ["left", "right"]
    assert [opening.name for opening in group.openings()] == ["left", "right"]
    assert group.split_scope("right/depth") == ("right", "depth")
    group.set_values({"left/lr": 2.0, "right/depth": 6, "right/opt.lr": 3})
    with group.scope("right"):
        assert group.get_values()["depth"] == 6
    assert managers[0].get_value("left/lr") == 2.0
    assert managers[1].get_value("right/opt") == {"lr": 3, "wd": 0}
    assert str(group.explain("right/depth")[-1]).endswith("right/depth")
    path.write_text(SOURCE + scopes + "with b.scope(name): pass\n")
    assert ManagerGroup([row.parse_file(path) for row in managers]).scopes() is None


def test_one_parser_serves_the_scopes_of_all(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(SOURCE + 'with a.scope("left"), b.scope("right"): pass\n')
    managers = [HyperParameterManager(name).parse_file(path) for name in "ab"]
    saved = tmp_path / "all.yaml"
    line = ["--left/lr", "2", "--right/depth", "6", "--right/opt.lr", "3"]
    parser = ArgumentParser()
    hpargparse.bind(parser, ManagerGroup(managers))
    parser.parse_args([*line, "--hp-save", str(saved)])
    assert "left/lr: 2.0\n" in saved.read_text()
    others = [HyperParameterManager(name).parse_file(path) for name in "ab"]
    parser = ArgumentParser()
    hpargparse.bind(parser, ManagerGroup(others))
    parser.parse_args(["--hp-load", str(saved)])
    assert [row.get_values() for row in others] == [row.get_values() for row in managers]
    assert "--left/depth" in parser.format_help() or "--left/lr" in parser.format_help()


def test_keys_of_dicts_are_checked_and_changed_for_all(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(
        'from hpman.m import a, b\na("opt", {"lr": 1}, choices=[{"lr": 1}, {"lr": 2}])\n'
        'b("odd", {"x": 1, 3: 4})\nb.scope("inner")\n'
    )
    managers = [HyperParameterManager(name).parse_file(path) for name in "ab"]
    parser = ArgumentParser()
    hpargparse.bind(parser, ManagerGroup(managers))
    parser.parse_args(["--opt.lr", "2", "--odd.3", "5", "--inner/odd.3", "6"])
    assert managers[0].get_value("opt") == {"lr": 2}
    assert managers[1].get_value("odd") == {"x": 1, 3: 5}
    assert managers[1].get_value("inner/odd") == {"x": 1, 3: 6}
    with pytest.raises(SystemExit):
        parser.parse_args(["--opt.lr", "3"])
