"""Managers that are pickled and copied, those of classes of one's own too."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
import threading
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any

import pytest

from hpman import HyperParameterManager

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AGAIN: list[Any] = [
    pytest.param(lambda m: pickle.loads(pickle.dumps(m)), id="pickle"),
    pytest.param(lambda m: pickle.loads(pickle.dumps(m, 0)), id="oldest protocol"),
    pytest.param(copy.copy, id="copy"),
    pytest.param(copy.deepcopy, id="deepcopy"),
]


def again(manager: Any) -> Any:
    return pickle.loads(pickle.dumps(manager))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_takes_a_manager_and_all_that_it_shows(protocol: int) -> None:
    manager = HyperParameterManager("_").parse_source("_('a.b', 1, help='x'); _('c', f())", "x.py")
    manager.set_value("d", 4)("e", [5])
    shown = manager.index, manager.db, manager.db[0], manager.tree, manager.explain("a.b")
    twin, index, db, row, tree, explained = pickle.loads(pickle.dumps((manager, *shown), protocol))
    assert (twin.db, db, row) == (manager.db, manager.db, manager.db[0])
    assert index.names("_") == ["a.b", "c"]
    assert index.named("_", "a.b")[0].source.lines == ["_('a.b', 1, help='x'); _('c', f())"]
    assert repr([*tree.flatten()]) == repr([*manager.tree.flatten()])
    assert str(explained) == str(manager.explain("a.b"))


def test_a_tree_keeps_its_separator() -> None:
    manager = HyperParameterManager("_", separator="/").set_value("a/b", 1)
    assert again(manager.tree).get("a").get("b").node.value == 1


# What does not pickle


def test_a_default_that_does_not_pickle_is_left_out_for_its_call_gives_it_again() -> None:
    manager = HyperParameterManager("_").set_value("lr", 1)
    manager("act", lambda x: x)
    manager("norm", len)
    twin = again(manager)
    assert twin.get_values() == {"lr": 1, "norm": len}
    assert twin("act", 5) == 5


def test_a_value_that_was_replaced_is_left_out_with_its_origin() -> None:
    manager = HyperParameterManager("_").set_value("act", lambda x: x)
    manager.set_value("act", "relu")
    manager.set_value("act", [1])
    with manager.override(act=lambda x: -x):
        pass
    assert [each.value for each in again(manager).explain("act")] == ["relu", [1]]


def test_a_value_that_is_set_and_does_not_pickle_is_named() -> None:
    manager = HyperParameterManager("_").set_values({"act": lambda x: x, "lr": 1})
    manager.set_value("model.lock", threading.Lock())
    with pytest.raises(pickle.PicklingError) as caught:
        pickle.dumps(manager)
    said = str(caught.value)
    assert said.startswith("the manager cannot be pickled with the value that was set for `act` (")
    assert "`model.lock` (TypeError: cannot pickle" in said
    assert "`lr`" not in said
    with manager.override(act="relu", model={"lock": None}):
        assert again(manager).get_values() == {"act": "relu", "lr": 1, "model.lock": None}
    assert copy.copy(manager).get_values() == manager.get_values()


class Holder:
    """A value that holds the manager it is a value of."""

    def __init__(self, manager: HyperParameterManager) -> None:
        self.manager = manager


def test_a_value_may_hold_its_manager() -> None:
    manager = HyperParameterManager("_")
    holder = Holder(manager)
    manager("default", holder)
    twin = again(manager.set_value("holder", holder))
    assert twin("holder").manager is twin
    assert twin("default") is twin("holder")


class Device:
    """A value that nobody but `multiprocessing` can pickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError


def test_a_pickler_of_multiprocessing_is_asked_for_what_only_it_can() -> None:
    manager = HyperParameterManager("_").set_value("device", Device())
    with pytest.raises(pickle.PicklingError, match="`device`"):
        pickle.dumps(manager)
    ForkingPickler.register(Device, lambda _: (str, ("cpu",)))
    assert pickle.loads(ForkingPickler.dumps(manager))("device") == "cpu"


BY_VALUE = """
import pickle

class Pickler(pickle._Pickler):
    def reducer_override(self, value):
        is_lambda = getattr(value, "__name__", "") == "<lambda>"
        return (str, ("a function",)) if is_lambda else NotImplemented

def dumps(value):
    Pickler(file, 4).dump(value)
"""


@pytest.mark.parametrize("module", ["cloudpickle.cloudpickle", "joblib.externals.loky.x", "dill"])
def test_a_pickler_that_takes_functions_by_value_gets_all(module: str) -> None:
    file = io.BytesIO()
    by_value: dict[str, Any] = {"__name__": module, "file": file}
    exec(BY_VALUE, by_value)
    manager = HyperParameterManager("_").set_value("act", lambda x: x)
    manager("norm", lambda x: x)
    by_value["dumps"](manager)
    twin = pickle.loads(file.getvalue())
    assert twin.get_values() == {"act": "a function", "norm": "a function"}


def test_a_pickler_of_a_module_without_a_name_is_like_any_other() -> None:
    nameless: dict[str, Any] = {"__name__": None, "dumps": pickle.dumps}
    exec("def call(value): return dumps(value)", nameless)
    assert pickle.loads(nameless["call"](HyperParameterManager("_").set_value("a", 1)))("a") == 1


POOL = """
from concurrent.futures import ProcessPoolExecutor
import multiprocessing
from hpman.m import _

def train(manager, own):
    if own is not None:
        manager.set_value("own", own)
    return manager("lr", 0), manager("act", len) is len, manager.get_values().get("own")

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    _("act", lambda x: x)
    _.set_value("lr", 1)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        print(pool.submit(train, _, 7).result())
        with _.override(lr=2, extra=3):
            print(pool.submit(train, _, None).result())
        print(pool.submit(train, _, None).result())
"""


def test_a_worker_of_a_pool_gets_what_holds_and_keeps_what_it_set(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(POOL)
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["(1, True, 7)", "(2, True, 7)", "(1, True, 7)"]


# Classes of one's own


class Named(HyperParameterManager):
    """A class that takes other arguments, and has attributes."""

    def __init__(self) -> None:
        super().__init__("_", "/")
        self.extra: object = [7]


class Slotted(HyperParameterManager):
    """A class that has slots."""

    __slots__ = ("__hidden", "extra", "unset")

    def __init__(self, extra: object) -> None:
        super().__init__("_")
        self.extra = extra
        self.__hidden = extra

    @property
    def hidden(self) -> object:
        return self.__hidden


class OneSlot(HyperParameterManager):
    """A class whose slot is given as a text."""

    __slots__ = "extra"  # noqa: PLC0205
    extra: int


class Giving(HyperParameterManager):
    """A class that says what of it is pickled."""

    def __getstate__(self) -> dict[str, object]:
        return {"extra": "given"}


class Taking(Giving):
    """A class that takes what it says by itself."""

    def __setstate__(self, state: Any) -> None:
        self.extra = state["extra"] + " and taken"


@pytest.mark.parametrize("copied", AGAIN)
def test_a_class_with_arguments_and_attributes_of_its_own_is_copied(
    copied: Callable[[Any], Any],
) -> None:
    manager = Named()
    manager.parse_source('_("a/b", 1)').set_value("lr", 2)
    twin = copied(manager)
    assert type(twin) is Named
    assert (twin.extra, twin.separator) == ([7], "/")
    assert twin.get_tree() == {"a": {"b": 1}, "lr": 2}
    twin.extra = 8
    twin.set_value("lr", 9)
    assert (manager.extra, manager("lr")) == ([7], 2)


@pytest.mark.parametrize("copied", AGAIN)
def test_slots_are_copied_as_far_as_they_are_filled(copied: Callable[[Any], Any]) -> None:
    twin = copied(Slotted(5))
    assert (twin.extra, twin.hidden) == (5, 5)
    assert not hasattr(twin, "unset")
    one = OneSlot("_")
    one.extra = 3
    assert copied(one).extra == 3


@pytest.mark.parametrize("copied", AGAIN)
def test_a_class_may_say_what_of_it_is_copied(copied: Callable[[Any], Any]) -> None:
    for kind, extra in [(Giving, "given"), (Taking, "given and taken")]:
        twin = copied(kind("_").set_value("lr", 1))
        assert (twin.extra, twin("lr")) == (extra, 1)


def test_a_deep_copy_shares_no_attribute_and_a_shallow_one_all() -> None:
    manager = Named()
    manager.extra = [manager]
    deep: Any = copy.deepcopy(manager)
    assert deep.extra[0] is deep
    assert copy.copy(manager).extra is manager.extra
