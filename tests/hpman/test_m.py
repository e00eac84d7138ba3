"""Managers by import."""

from __future__ import annotations

import importlib
import pickle
import subprocess
import sys

import pytest

import hpman.m
from hpman import HyperParameterManager


@pytest.mark.parametrize(
    "name",
    [
        "_",
        "__",
        "___",
        "____",
        "_____",
        "hp",
        "annotations",
        "TYPE_CHECKING",
        "m",
        "_private",
        "__a",
        "a__",
        "___a__",
        "__a___",
        "超参",
    ],
)
def test_any_name_gives_a_manager_of_that_placeholder(name: str) -> None:
    namespace: dict[str, object] = {}
    exec(f"from hpman.m import {name} as first, {name} as second", namespace)
    manager = namespace["first"]
    assert isinstance(manager, HyperParameterManager)
    assert manager.placeholder == name
    assert namespace["second"] is manager
    # Other tests have parsed into some of these, so the name is one that they have not.
    assert manager.parse_source(f"{name}('one of many', 1)").get_value("one of many") == 1
    by_module = HyperParameterManager(name)
    by_module.parse_source(f"import hpman\nhpman.m.{name}('lr', 1)")
    assert by_module.get_values() == {"lr": 1}


@pytest.mark.parametrize("name", ["__foo__", "__all__", "__a__", "__a_b__"])
def test_a_dunder_name_is_refused_in_the_ordinary_way(name: str) -> None:
    with pytest.raises(ImportError, match=name):
        exec(f"from hpman.m import {name}")
    with pytest.raises(AttributeError, match=name):
        getattr(hpman.m, name)
    assert not hasattr(hpman.m, name)


def test_managers_of_different_names_are_independent() -> None:
    from hpman.m import independent_one, independent_two

    independent_one.set_value("a", 1)
    assert not independent_two.exists("a")


def test_a_manager_is_unpickled_to_that_of_the_process() -> None:
    from hpman.m import pickled

    assert pickle.loads(pickle.dumps(pickled)) is pickled


def test_a_manager_outlives_that_its_module_is_loaded_again() -> None:
    from hpman.m import outlives

    importlib.reload(hpman.m)
    assert hpman.m.outlives is outlives
    assert pickle.loads(pickle.dumps(outlives.get_value)).__self__ is outlives


def test_a_manager_is_unpickled_elsewhere_with_the_values_that_were_set() -> None:
    from hpman.m import travelling

    travelling.parse_source('travelling("a", 1)\ntravelling("b", 2)').set_value("a", 3)
    code = (
        "import pickle, sys\n"
        "manager = pickle.load(sys.stdin.buffer)\n"
        "from hpman.m import travelling\n"
        "print(manager is travelling, travelling('a', 1), travelling('b', 2))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps(travelling),
        capture_output=True,
        check=True,
    )
    assert done.stdout.split() == [b"True", b"3", b"2"]
