"""The public names: what they are, and that each tells what it does."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING

import pytest

import hpargparse
import hpman

if TYPE_CHECKING:
    from types import ModuleType

HPMAN = [
    "ArgumentCountError",
    "Diagnostic",
    "DoubleAssignmentException",
    "EMPTY",
    "EmptyValue",
    "Explanation",
    "Frozen",
    "HpmanError",
    "HyperParamNode",
    "HyperParamTree",
    "HyperParameter",
    "HyperParameterDB",
    "HyperParameterManager",
    "HyperParameterOccurrence",
    "HyperParameterPriority",
    "ImpossibleTree",
    "Index",
    "L",
    "Mention",
    "ModuleScan",
    "NotLiteralError",
    "NotLiteralEvaluable",
    "NotLiteralNameException",
    "Occurrence",
    "Origin",
    "P",
    "Source",
    "SourceHelper",
    "UnknownNameWarning",
    "UnreadableSourceError",
    "index_of",
    "is_path",
    "kind_name",
    "literal_value",
    "member_name",
    "parse_literal",
    "readable_repr",
    "report",
    "scan_text",
    "show_literal",
    "stopping",
]
HPARGPARSE = [
    "ConversionError",
    "OptionConflictError",
    "SnapshotError",
    "bind",
    "load",
    "parse_args",
    "save",
]
MANAGER = """
    db exists explain fingerprint get_nodes get_occurrence get_occurrence_of_value get_tree
    get_value get_values hyperparameters index openings override parse_file parse_source
    placeholder scope scopes separator set_tree set_value set_values split_scope stale_reads
    tree unused
"""
PUBLIC = [*(f"hpman.{name}" for name in HPMAN), *(f"hpargparse.{name}" for name in HPARGPARSE)]


def test_hpman_offers_these_names() -> None:
    assert sorted(hpman.__all__) == HPMAN
    assert set(HPMAN) <= set(dir(hpman))


def test_hpargparse_offers_these_names() -> None:
    assert sorted(hpargparse.__all__) == HPARGPARSE
    assert set(HPARGPARSE) <= set(dir(hpargparse))


@pytest.mark.parametrize("package", [hpman, hpargparse], ids=lambda package: package.__name__)
def test_a_name_is_listed_once(package: ModuleType) -> None:
    for name in package.__all__:
        getattr(package, name)
    assert len(dir(package)) == len(set(dir(package)))


@pytest.mark.parametrize("package", [hpman, hpargparse], ids=lambda package: package.__name__)
def test_type_checkers_are_told_where_each_public_name_comes_from(package: ModuleType) -> None:
    owners = {
        alias.asname: node.module
        for node in ast.walk(ast.parse(inspect.getsource(package)))
        if isinstance(node, ast.ImportFrom) and node.level and node.module
        for alias in node.names
        if alias.asname
    }
    assert owners == package._OWNERS


@pytest.mark.parametrize("package", [hpman, hpargparse], ids=lambda package: package.__name__)
def test_a_name_that_is_not_there_is_an_attribute_error(package: object) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        package.no_such_name  # type: ignore[attr-defined]  # noqa: B018


def test_a_manager_offers_users_these_names() -> None:
    offered = {name for name in dir(hpman.HyperParameterManager) if not name.startswith("_")}
    assert offered == set(MANAGER.split())


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_name_says_what_it_does(path: str) -> None:
    package, _, name = path.partition(".")
    thing = getattr(importlib.import_module(package), name)
    assert inspect.getdoc(thing)


@pytest.mark.parametrize("path", PUBLIC)
def test_the_methods_of_a_public_class_say_what_they_do(path: str) -> None:
    package, _, name = path.partition(".")
    thing = getattr(importlib.import_module(package), name)
    silent = [
        key
        for key, value in getattr(thing, "__dict__", {}).items()
        if not key.startswith("_") and callable(value) and not inspect.getdoc(value)
    ]
    assert silent == []


def test_the_table_is_reached_by_its_documented_path() -> None:
    table = importlib.import_module("hpman.hpm_db")
    names = ["L", "P", "HyperParameterDB", "HyperParameterOccurrence"]
    assert [getattr(table, name) for name in names] == [getattr(hpman, name) for name in names]


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (
            "primitives",
            "DoubleAssignmentException EmptyValue NotLiteralEvaluable NotLiteralNameException",
        ),
        ("source_helper", "SourceHelper"),
        ("hpm_db", "HyperParamTree"),
    ],
)
def test_a_path_of_the_releases_before_gives_the_object_of_today(module: str, names: str) -> None:
    old = importlib.import_module(f"hpman.{module}")
    assert getattr(hpman, module) is old
    for name in names.split():
        assert getattr(old, name) is getattr(hpman, name)


@pytest.mark.parametrize("package", [hpman, hpargparse], ids=lambda package: package.__name__)
def test_no_module_takes_the_place_of_a_public_name(package: ModuleType) -> None:
    # Importing `package.bind` would bind the module to `package.bind`, over the function.
    modules = {found.name for found in pkgutil.iter_modules(package.__path__)}
    assert modules.isdisjoint(package.__all__)
