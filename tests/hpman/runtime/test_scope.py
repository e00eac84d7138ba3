"""Scopes: what is set for a part of a program wins there."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from hpman import EmptyValue, HyperParameterManager, UnknownNameWarning
from hpman.errors import ImpossibleTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCE = """\
_("depth", 2)
_("opt", {"lr": 1.0, "wd": 0})
_("model.width", 3)
_("model.act", "relu")
_("ks", [3, 3])
_("a/b", 7)
_("init", make())
_("seed")
with _.scope("encoder"), _.scope("inner"), _.scope("model"):
    pass
"""


@pytest.fixture
def manager() -> HyperParameterManager:
    return HyperParameterManager("_").parse_source(SOURCE, "train.py")


def in_scopes(manager: HyperParameterManager, scope: str, name: str) -> Any:
    with manager.scope(scope or None):
        return manager.get_value(name)


# -- which value holds --------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "scope", "expected"),
    [
        ({}, "encoder", 2),
        ({"depth": 3}, "encoder", 3),
        ({"encoder/depth": 6}, "", 2),
        ({"encoder/depth": 6}, "encoder", 6),
        ({"encoder/depth": 6, "depth": 3}, "encoder", 6),
        ({"encoder/depth": 6}, "encoder/inner", 6),
        ({"encoder/depth": 6}, "model/encoder", 2),
        ({"model/depth": 5, "model/encoder/depth": 6}, "model/encoder", 6),
        ({"model/encoder/depth": 6, "model/depth": 5}, "model/encoder", 6),
        ({"model/encoder/depth": 6, "model/depth": 5}, "model", 5),
        ({"inner/depth": 6}, "encoder/inner", 2),
        ({"encoder/depth": None}, "encoder", None),
    ],
)
def test_the_innermost_scope_with_a_value_wins(
    manager: HyperParameterManager, values: dict[str, Any], scope: str, expected: object
) -> None:
    manager.set_values(values)
    assert in_scopes(manager, scope, "depth") == expected
    assert manager.get_value(f"{scope}/depth" if scope else "depth") == expected
    with manager.scope(scope or None):
        assert manager("depth", 2) == manager("depth") == expected


def test_scopes_nest_whether_opened_at_once_or_one_by_one(manager: HyperParameterManager) -> None:
    manager.set_value("model/encoder/depth", 6)
    with manager.scope("model") as target, target.scope("encoder"):
        assert target is manager
        assert manager("depth", 2) == 6
        with manager.scope(None):
            assert manager("depth", 2) == 2
            with manager.scope("encoder"):
                assert manager("depth", 2) == 2
        assert manager("depth", 2) == 6
    assert manager("depth", 2) == 2


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ({"encoder/opt.lr": 3}, "opt", {"lr": 3, "wd": 0}),
        ({"encoder/opt.lr": 3}, "opt.lr", 3),
        ({"encoder/opt.lr": 3, "opt.wd": 9}, "opt", {"lr": 3, "wd": 9}),
        ({"encoder/opt.lr": 3, "opt": {"lr": 5}}, "opt", {"lr": 3}),
        ({"encoder/opt": {"lr": 5}}, "opt", {"lr": 5}),
        ({"encoder/opt": {"lr": 5}, "encoder/opt.wd": 4}, "opt", {"lr": 5, "wd": 4}),
        ({"encoder/opt.wd": 4, "encoder/opt": {"lr": 5}}, "opt", {"lr": 5}),
        ({"encoder/opt.wd": 4, "encoder/opt": None}, "opt", None),
        ({"encoder/opt.wd": {"a": 1}, "encoder/opt.wd.b": 2}, "opt.wd", {"a": 1, "b": 2}),
        ({"encoder/opt": {"lr": 5}, "opt.wd": 4}, "opt", {"lr": 5}),
        ({"encoder/opt": {}}, "opt", {}),
        ({"encoder/model.width": 9}, "model", {"width": 9, "act": "relu"}),
        ({"encoder/model": {"width": 9}}, "model.width", 9),
        ({"encoder/model": {"width": 9}, "encoder/model.width": 8}, "model.width", 8),
        ({"encoder/ks": [1]}, "ks", [1]),
        ({"encoder/a/b": 8, "a/b": 9}, "a/b", 8),
        ({"a/b": 9}, "a/b", 9),
        ({"encoder/init": 4}, "init", 4),
        ({"encoder/seed": 5}, "seed", 5),
    ],
)
def test_every_kind_of_hyperparameter_can_be_set_for_a_scope(
    manager: HyperParameterManager, values: dict[str, Any], name: str, expected: object
) -> None:
    before = manager.get_value(name, raise_exception=False)
    manager.set_values(values)
    assert in_scopes(manager, "encoder", name) == manager.get_value(f"encoder/{name}") == expected
    if not set(values) & {"opt", "opt.wd", "a/b"}:
        assert manager.get_value(name, raise_exception=False) is before or (
            manager.get_value(name) == before
        )


@pytest.mark.parametrize("here", ["", "encoder", "encoder/inner", "other"])
def test_a_name_with_a_scope_has_the_same_value_everywhere(
    manager: HyperParameterManager, here: str
) -> None:
    manager.set_values({"encoder/depth": 6, "model/opt.lr": 7})
    names = ["encoder/depth", "encoder/inner/depth", "model/depth", "other/depth", "model/opt"]
    with manager.scope(here or None):
        values = [manager.get_value(name) for name in names]
    assert values == [6, 6, 2, 2, {"lr": 7, "wd": 0}]


def test_a_dict_for_a_scope_replaces_all_that_was_set_below_it(
    manager: HyperParameterManager,
) -> None:
    manager.set_value("encoder/opt.wd", {"a": 1}).set_value("encoder/opt.wd.b", 2)
    manager.set_value("encoder/opt", {"lr": 3}).set_value("encoder/opt.wd", {"c": 4})
    assert manager.get_value("encoder/opt") == {"lr": 3, "wd": {"c": 4}}
    assert in_scopes(manager, "encoder", "opt.wd") == {"c": 4}
    manager.set_values({"encoder/opt.wd.d": 5, "encoder/opt.wd": {}, "encoder/opt.lr": 6})
    assert manager.get_value("encoder/opt") == {"lr": 6, "wd": {}}


def test_a_reader_in_a_scope_gets_a_value_of_its_own(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/ks", [1])
    with manager.scope("encoder"):
        manager("ks", [3, 3]).append(5)
        manager.get_value("ks").append(5)
        assert manager("ks", [3, 3]) == manager.get_values()["ks"] == [1]


def test_a_set_in_a_scope_holds_for_everybody(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/model.width", 8)
    with manager.scope("encoder"):
        manager.set_values({"depth": 4, "opt.lr": 5}).set_tree({"model": {"width": 6, "act": "x"}})
        manager.set_value("encoder/ks", [1])
        assert manager.get_tree("model") == {"width": 8, "act": "x"}
        assert manager("ks", [3, 3]) == [1]
    assert manager("depth", 2) == 4
    assert manager.get_tree("model") == {"width": 6, "act": "x"}
    assert manager.get_value("opt") == {"lr": 5, "wd": 0}
    assert manager("ks", [3, 3]) == [3, 3]


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_the_default_of_a_call_in_a_scope_stays(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/late", 5)
    with manager.scope("encoder"):
        assert manager("late", 1) == 5
        assert manager("depth", 8) == 8
    assert manager("late") == 1
    assert manager("depth") == 8


def test_values_and_trees_are_those_of_the_scope(manager: HyperParameterManager) -> None:
    manager.set_values({"encoder/depth": 6, "encoder/model.width": 9})
    outside = manager.get_values()
    assert (outside["depth"], outside["encoder/depth"]) == (2, 6)
    with manager.scope("encoder"):
        inside = manager.get_values()
        assert inside == {**outside, "depth": 6, "model.width": 9}
        assert manager.get_tree("model") == {"width": 9, "act": "relu"}
        assert manager.fingerprint() != HyperParameterManager("_").set_values(outside).fingerprint()
    tree = manager.get_tree()
    assert tree["encoder/model"] == {"width": 9}
    twin = HyperParameterManager("_")
    assert twin.set_tree(manager.get_tree(annotate_dict=True)).get_values() == {
        name: value for name, value in outside.items() if name != "init"
    }


def test_a_name_with_a_slash_keeps_it_and_wins(manager: HyperParameterManager) -> None:
    manager.set_value("a/b", 9)
    assert manager.split_scope("a/b") == ("", "a/b")
    with manager.scope("a"):
        assert manager("a/b", 7) == 9
        with pytest.raises(KeyError, match="`b` not found"):
            manager("b")
    manager.set_value("encoder/depth", 6)
    assert manager("encoder/depth", 1) == 6  # from now on a name
    assert in_scopes(manager, "encoder", "depth") == 2


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_a_name_gets_its_scope_once_it_is_known(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/x/y", 5)
    assert manager.split_scope("encoder/x/y") == ("encoder/x", "y")
    with manager.scope("encoder"):
        assert manager("x/y", 1) == 5
    assert manager.split_scope("encoder/x/y") == ("encoder", "x/y")


class Opt(Enum):
    SGD = 1
    ADAM = 2


def test_a_member_of_an_enum_is_read_in_its_scope(manager: HyperParameterManager) -> None:
    manager.parse_source('_("alg", Opt.SGD)')
    manager.set_values({"encoder/alg": "ADAM", "inner/alg": "RMS"})
    with manager.scope("encoder"):
        assert manager("alg", Opt.SGD) is manager("alg") is Opt.ADAM
    assert manager("alg", Opt.SGD) is Opt.SGD
    assert manager.get_value("encoder/alg") is Opt.ADAM
    with manager.scope("inner"):
        assert manager.get_value("encoder/alg") is Opt.ADAM
    assert manager("alg", Opt.SGD) is Opt.SGD
    assert manager.unused() == ["inner/alg"]
    with manager.scope("inner"), pytest.raises(ValueError, match=r"`alg` is 'RMS' \(.*test_scope"):
        manager("alg", Opt.SGD)


def test_a_torch_graph_reads_in_a_scope(
    manager: HyperParameterManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    compiler = SimpleNamespace(is_compiling=lambda: True)
    monkeypatch.setitem(__import__("sys").modules, "torch", SimpleNamespace(compiler=compiler))
    manager.set_value("encoder/depth", 6)
    with manager.scope("encoder"):
        assert manager("depth", 2) == 6
    assert manager.unused() == []


# -- what cannot be a scope -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "separator", "message"),
    [
        ("", ".", "`` cannot be the name of a scope: it must not be empty or contain `.`"),
        ("a.b", ".", "`a.b` cannot be the name"),
        ("a//b", ".", "a `/` must stand between two names"),
        ("/a", ".", "`/a` cannot"),
        ("a/", ".", "`a/` cannot"),
        ("a-b", "-", "must not be empty or contain `-`"),
        ("x", "/", "A manager whose separator is `/` has no scopes."),
        ("x", "//", "A manager whose separator is `//` has no scopes."),
    ],
)
def test_a_malformed_scope_is_refused(name: str, separator: str, message: str) -> None:
    manager = HyperParameterManager("_", separator)
    with pytest.raises(ValueError, match=r"`") as caught, manager.scope(name):
        pass
    assert message in str(caught.value)
    assert not manager._store.views


def test_only_a_string_names_a_scope(manager: HyperParameterManager) -> None:
    with (
        pytest.raises(TypeError, match=r"The name of a scope must be a str, not an int\."),
        manager.scope(3),  # type: ignore[arg-type]
    ):
        pass


def test_a_string_of_another_class_names_a_scope(manager: HyperParameterManager) -> None:
    class Part(str, Enum):
        ENCODER = "encoder"
        INNER = "inner"

    manager.set_values({"encoder/depth": 6, "encoder/inner/depth": 7})
    with manager.scope(Part.ENCODER):
        assert manager("depth", 2) == 6
        with manager.scope(Part.INNER):
            assert manager("depth", 2) == 7


def test_a_separator_of_another_kind_has_scopes_too() -> None:
    manager = HyperParameterManager("_", "::").set_value("encoder/model::depth", 6)
    with manager.scope("encoder"):
        assert manager("model::depth", 2) == 6
    assert manager.get_tree("model") == {"depth": 2}


def test_a_separator_with_a_slash_leaves_names_as_they_are() -> None:
    manager = HyperParameterManager("_", "/").set_value("encoder/depth", 6)
    assert manager("encoder/depth", 2) == 6
    with manager.scope(None):
        assert manager.get_tree() == {"encoder": {"depth": 6}}
    assert manager.split_scope("encoder/depth") == ("", "encoder/depth")


# -- errors and warnings ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "encoder/depth.x",
            1,
            "`depth.x` cannot be set: `depth` (train.py:1 default 2) is an int, which has no keys.",
        ),
        ("encoder/opt.lr.x", 1, '`opt.lr.x` cannot be set: `opt.lr` (train.py:2 default {"lr"'),
        ("encoder/model", 3, "`model` is a hyperparameter, so `model.width` (train.py:3 default"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(
    manager: HyperParameterManager, name: str, value: object, message: str
) -> None:
    before = manager.get_values()
    values = {"depth": 9, name: value}
    writes: list[Callable[[], object]] = [
        lambda: manager.set_values(values),
        lambda: manager.set_tree(values),
        lambda: manager.override(values).__enter__(),
    ]
    for write in writes:
        with pytest.raises(ImpossibleTree) as caught:
            write()
        assert message in str(caught.value)
        assert manager.get_values() == before
    assert not manager._store.views


def test_sources_that_do_not_fit_what_is_set_for_a_scope_are_refused() -> None:
    manager = HyperParameterManager("_").set_value("encoder/depth.x", 1)
    with pytest.raises(ImpossibleTree, match=r"`depth\.x` cannot be set"):
        manager.parse_source('_("depth", 2)')
    assert manager.get_values() == {"encoder/depth.x": 1}
    assert manager.index.placeholders() == set()


def test_a_call_that_does_not_fit_what_is_set_for_its_scope_is_refused() -> None:
    manager = HyperParameterManager("_").set_value("encoder/depth.x", 1)
    with manager.scope("encoder"), pytest.raises(ImpossibleTree, match=r"`depth\.x` .*test_scope"):
        manager("depth", 2)
    assert manager("depth", 2) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("encoder/depth", None),
        ("encoder/inner/opt.lr", None),
        ("encodr/depth", "but the parsed sources open no scope `encodr`; did you mean `encoder`?"),
        ("encoder/qqq/depth", "open no scope `qqq`; there are `encoder`, `inner`, `model`"),
        ("encoder/dept", "have no hyperparameter `dept`; did you mean `depth`?"),
        ("encoder//depth", "have no such hyperparameter; there are `a/b`, `depth`"),
        ("a.b/depth", "have no such hyperparameter; "),
        ("encoder.depth", "have no such hyperparameter; did you mean `encoder/depth`?"),
        ("encoder.inner.opt.lr", "did you mean `encoder/inner/opt.lr`?"),
        ("encoder.zzzz", "have no such hyperparameter; there are"),
    ],
)
def test_a_program_is_warned_of_an_unknown_name_or_scope(
    manager: HyperParameterManager, name: str, message: str | None
) -> None:
    if message is None:
        manager.set_value(name, 1)
        return
    with pytest.warns(UnknownNameWarning) as caught:
        manager.set_value(name, 1).set_value(name, 2)
    (warning,) = caught
    assert str(warning.message).startswith(f"`{name}` is set, ")
    assert message in str(warning.message)
    assert warning.filename == __file__


def test_any_scope_is_possible_if_a_source_computes_a_name() -> None:
    source = '_("depth", 2)\nwith _.scope(f"layer{i}"): pass\nwith _.scope("head"): pass'
    manager = HyperParameterManager("_").parse_source(source).set_value("layer3/depth", 6)
    assert manager.scopes() is None
    assert [opening.name for opening in manager.openings()] == [None, "head"]
    with manager.scope(f"layer{3}"):
        assert manager("depth", 2) == 6


def test_a_scope_is_named_if_the_sources_open_none() -> None:
    manager = HyperParameterManager("_").parse_source('_("depth", 2)')
    with pytest.warns(UnknownNameWarning, match=r"no scopes; open it, as in `with _\.scope\(\"x"):
        manager.set_value("x/depth", 1)


def test_scopes_without_sources_are_not_warned_of() -> None:
    manager = HyperParameterManager("_").set_value("x/y", 1)
    assert manager.scopes() == frozenset()
    assert in_scopes(manager, "x", "y") == 1


def test_a_name_without_a_value_in_a_scope_is_missing(manager: HyperParameterManager) -> None:
    for name in ("encoder/seed", "encoder/dept", "encoder/model.w"):
        assert not manager.exists(name)
        assert isinstance(manager.get_value(name, raise_exception=False), EmptyValue)
        with pytest.raises(KeyError, match=f"`{name}` not found"):
            manager.get_value(name)
    assert manager.exists("encoder/depth")
    assert str(manager.explain("encoder/seed")) == ""


# -- what gave a value, and what was read -------------------------------------------------


def test_the_origins_of_a_value_in_a_scope_include_those_around_it(
    manager: HyperParameterManager,
) -> None:
    manager.set_value("model/encoder/depth", 6)
    manager.set_value("depth", 3)
    chain = manager.explain("model/encoder/depth")
    kinds = [(step.kind, step.value, (step.text or "").partition(" ")[2]) for step in chain]
    assert kinds == [
        ("source", 2, ""),
        ("setter", 3, ""),
        ("setter", 6, "model/encoder/depth"),
    ]
    with manager.scope("model/encoder"):
        assert manager.explain("depth") == chain
    assert len(manager.explain("depth")) == len(manager.explain("other/depth")) == 2


def test_the_origins_of_a_dict_in_a_scope_name_its_keys(manager: HyperParameterManager) -> None:
    manager.set_values({"encoder/opt.lr": 5, "encoder/model.width": 9})
    assert str(manager.explain("encoder/opt")[-1]).endswith("set_values encoder/opt.lr")
    assert manager.explain("encoder/opt.lr")[-1].value == 5
    assert str(manager.explain("encoder/model")[-1]).endswith("encoder/model.width")
    manager.set_value("encoder/opt", {"lr": 7})
    assert manager.explain("encoder/opt.lr")[-1].value == 7


def test_a_read_in_a_scope_reads_what_may_hold_there(manager: HyperParameterManager) -> None:
    names = ["depth", "encoder/depth", "encoder/opt.lr", "encoder/inner/depth", "encoder/ks"]
    manager.set_values(dict.fromkeys(names, 1))
    assert manager.unused() == names
    with manager.scope("encoder"):
        manager("depth", 2)
    assert manager.unused() == ["encoder/opt.lr", "encoder/inner/depth", "encoder/ks"]
    with manager.scope("encoder"):
        manager.get_value("opt")
    assert manager.unused() == ["encoder/inner/depth", "encoder/ks"]
    manager.get_value("encoder/inner/depth")
    manager.get_value("encoder/ks")
    assert manager.unused() == []


def test_reading_a_name_with_a_scope_reads_what_holds_there(manager: HyperParameterManager) -> None:
    manager.set_values({"depth": 1, "encoder/ks": [1]})
    manager.get_value("encoder/depth")
    with manager.scope("encoder"):
        manager.get_tree("model")
    assert manager.unused() == ["encoder/ks"]


def test_a_read_that_comes_too_early_is_noticed_in_its_scope(tmp_path: Any) -> None:
    path = tmp_path / "early.py"
    path.write_text(
        "with _.scope('encoder'):\n    DEPTH, OPT = _('depth', 2), _('opt', {'a': 1})\n"
    )
    manager = HyperParameterManager("_").parse_file(path)
    exec(compile(path.read_text(), str(path), "exec"), {"_": manager, "__name__": "early"})
    manager.set_values({"encoder/depth": 6, "encoder/opt.a": 7, "encoder/encoder/depth": 8})
    assert manager.stale_reads() == {
        "encoder/depth": (2, str(path), 2),
        "encoder/opt": ({"a": 1}, str(path), 2),
    }


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_a_name_that_no_source_has_is_a_hyperparameter_with_its_slash(
    manager: HyperParameterManager,
) -> None:
    parsed = len(manager.hyperparameters())
    manager.set_values({"encoder/depth": 1, "encoder/opt.lr": 2, "encoder/new": 3, "x//y": 4})
    manager.set_values({"late": 5, "encoder/late": 6})
    names = [hp.name for hp in manager.hyperparameters()[parsed:]]
    assert names == ["encoder/new", "x//y", "late"]


def test_tables_show_what_is_set_for_scopes(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/depth", 6)
    row = manager.get_occurrence("encoder/depth")
    assert row is not None
    assert (row.value, row.filename) == (6, None)
    assert "encoder/depth" not in [hp.name for hp in manager.hyperparameters()]
    assert "encoder/depth" in [node.name for node in manager.tree.flatten()]


# -- blocks ---------------------------------------------------------------------------------


def test_an_override_in_a_scope_keeps_the_scope(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/depth", 6)
    with manager.scope("encoder"):
        with manager.override(depth=3, **{"encoder/ks": [1]}):
            assert (manager("depth", 2), manager("ks", [3, 3])) == (6, [1])
            manager.set_value("encoder/depth", 8)
            with manager.scope("inner"):
                assert manager("depth", 2) == 8
            with manager.scope(None):
                assert manager("depth", 2) == 3
        assert (manager("depth", 2), manager("ks", [3, 3])) == (6, [3, 3])
    assert manager("depth", 2) == 2


def test_a_scope_in_an_override_sees_its_values(manager: HyperParameterManager) -> None:
    with manager.override({"encoder/depth": 6, "opt.wd": 1}):
        with manager.scope("encoder"):
            manager.set_value("encoder/opt.lr", 5)
            assert (manager("depth", 2), manager.get_value("opt")) == (6, {"lr": 5, "wd": 1})
            assert str(manager.explain("depth")[-1]).endswith("override encoder/depth")
        assert manager("depth", 2) == 2
    with manager.scope("encoder"):
        assert (manager("depth", 2), manager.get_value("opt")) == (2, {"lr": 1.0, "wd": 0})


def test_a_parse_in_a_scope_is_seen_there(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/depth", 6)
    with manager.scope("encoder"), manager.override():
        manager.parse_source("_('depth', 5); _('new', 1)", "train.py")
        assert (manager("depth"), manager("new")) == (6, 1)
        assert manager.scopes() == frozenset()
    assert manager("depth") == 5


def test_a_scope_ends_with_its_block_also_on_error(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/depth", 6)
    with pytest.raises(ZeroDivisionError), manager.scope("encoder"):
        raise ZeroDivisionError
    assert manager("depth", 2) == manager("depth", 2) == 2
    assert not manager._store.views
    assert manager._store.cache == {"depth": 2}


def test_a_function_can_be_a_scope(manager: HyperParameterManager) -> None:
    manager.set_value("encoder/depth", 6)

    @contextmanager
    def encoder() -> Iterator[None]:
        with manager.scope("encoder"):
            yield

    with encoder():
        assert manager("depth", 2) == 6


def test_a_generator_may_outlive_the_scope_around_it(manager: HyperParameterManager) -> None:
    manager.set_values({"encoder/depth": 6, "encoder/inner/depth": 7})

    def blocks() -> Iterator[int]:
        with manager.scope("inner"):
            yield manager("depth", 2)
            yield manager("depth", 2)

    with manager.scope("encoder"):
        steps = blocks()
        assert next(steps) == 7
    assert next(steps) == 7  # the scope that the generator opened goes on
    assert list(steps) == []
    assert manager("depth", 2) == 2


def test_a_scope_that_ends_first_leaves_the_override_inside(manager: HyperParameterManager) -> None:
    outer, inner = manager.scope("encoder"), manager.override(depth=3)
    manager.set_value("encoder/ks", [1])
    outer.__enter__()
    inner.__enter__()
    outer.__exit__(None, None, None)
    assert manager("depth", 2) == 3
    inner.__exit__(None, None, None)
    assert (manager("depth", 2), manager("ks", [3, 3])) == (2, [3, 3])


def test_each_thread_and_task_has_scopes_of_its_own(manager: HyperParameterManager) -> None:
    manager.set_values({"encoder/depth": 6, "inner/depth": 7, "encoder/inner/depth": 8})
    seen: list[Any] = []

    def work() -> None:
        seen.append(manager("depth", 2))
        with manager.scope("inner"):
            seen.append(manager("depth", 2))

    async def task(scope: str, first: asyncio.Event, second: asyncio.Event) -> int:
        with manager.scope(scope):
            first.set()
            await second.wait()
            value: int = manager("depth", 2)
            return value

    async def tasks() -> list[int]:
        one, two = asyncio.Event(), asyncio.Event()
        return [*await asyncio.gather(task("encoder", one, two), task("inner", two, one))]

    with manager.scope("encoder"):
        thread = threading.Thread(target=work, **_NO_CONTEXT)
        thread.start()
        thread.join()
        copied = contextvars.copy_context()
        inside = asyncio.run(tasks())
    assert seen == [2, 7]
    assert inside == [6, 8]
    assert asyncio.run(tasks()) == [6, 7]
    assert copied.run(manager, "depth", 2) == 6  # a context that was copied in the block
    assert manager("depth", 2) == 2


# Free-threaded builds let threads inherit the context.
_NO_CONTEXT: dict[str, Any] = (
    {"context": contextvars.Context()}
    if hasattr(__import__("sys").flags, "thread_inherit_context")
    else {}
)


def test_a_subclass_has_scopes() -> None:
    class Own(HyperParameterManager):
        def __init__(self, note: str) -> None:
            super().__init__("own")
            self.note = note

    manager = Own("a").set_value("encoder/depth", 6)
    with manager.scope("encoder") as target:
        assert target.note == "a"
        assert target("depth", 2) == 6
