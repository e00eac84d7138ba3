"""Managers that are pickled and copied."""

from __future__ import annotations

import copy
import io
import pickle
import re
import sys
import threading
from multiprocessing import context
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any

import pytest

from hpman import HyperParameterManager, pickling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def pickled(manager: Any) -> Any:
    return pickle.loads(pickle.dumps(manager))


with_each_copy = pytest.mark.parametrize(
    "copied",
    [
        pytest.param(pickled, id="pickle"),
        pytest.param(copy.copy, id="copy"),
        pytest.param(copy.deepcopy, id="deepcopy"),
    ],
)


@pytest.fixture
def _starting() -> Iterator[None]:
    """Pickle as multiprocessing does while it starts a worker."""
    context.set_spawning_popen(object())  # type: ignore[arg-type]
    yield
    context.set_spawning_popen(None)


@pytest.fixture
def parsed() -> HyperParameterManager:
    return HyperParameterManager("_").parse_source("_('lr', 1); _('opt', {'lr': 3})", "x.py")


@with_each_copy
def test_a_copy_has_the_sources_and_the_values_and_shares_neither(
    parsed: HyperParameterManager, copied: Callable[[Any], Any]
) -> None:
    parsed.set_value("lr", 2)
    parsed("model.width", 3)
    twin = copied(parsed)
    assert twin is not parsed
    assert (twin.placeholder, twin.separator) == ("_", ".")
    assert twin.get_values() == parsed.get_values() == {"lr": 2, "opt": {"lr": 3}, "model.width": 3}
    assert twin.db == parsed.db
    twin.set_value("lr", 9).parse_source("_('new', 1)")
    assert parsed("lr") == 2
    assert not parsed.exists("new")


class Own(HyperParameterManager):
    """A class that takes other arguments, and has attributes."""

    def __init__(self) -> None:
        super().__init__("_", "/")
        self.extra: Any = [7]


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
@with_each_copy
def test_a_copy_of_a_subclass_has_its_attributes(copied: Callable[[Any], Any]) -> None:
    manager = Own()
    manager.parse_source('_("a/b", 1)').set_value("lr", 2)
    twin = copied(manager)
    assert type(twin) is Own
    assert (twin.extra, twin.separator) == ([7], "/")
    assert twin.get_tree() == {"a": {"b": 1}, "lr": 2}
    twin.extra = 8
    assert manager.extra == [7]


def test_a_deep_copy_shares_no_value_and_no_attribute() -> None:
    manager = Own()
    manager.set_value("ks", [1])
    manager.extra = [manager]
    deep = copy.deepcopy(manager)
    assert deep.extra[0] is deep
    assert copy.copy(manager).extra is manager.extra
    deep.get_value("ks").append(2)
    assert manager.get_value("ks") == [1]


@with_each_copy
def test_an_imported_manager_is_its_own_copy(copied: Callable[[Any], Any]) -> None:
    from hpman.m import the_only_one

    assert copied(the_only_one) is the_only_one


def test_an_imported_manager_adopts_the_values_of_another_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Two containers, or two runs of one, may both have the process id 1.
    from hpman.m import from_elsewhere

    data = pickle.dumps(from_elsewhere.set_value("lr", 1))
    from_elsewhere.set_value("lr", 2)
    assert pickle.loads(data)("lr") == 2
    monkeypatch.setattr(pickling, "_BIRTH", b"another")
    assert pickle.loads(data) is from_elsewhere
    assert from_elsewhere("lr") == 1


def test_an_adopted_state_does_not_replace_the_parsed_sources(
    parsed: HyperParameterManager,
) -> None:
    _make, _arguments, state = parsed.set_value("lr", 2).__reduce__()
    other = HyperParameterManager("_").parse_source("_('mine', 1)")
    other.__setstate__(state)
    assert other.index.names("_") == ["mine"]
    assert other("lr") == 2


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_a_manager_and_what_it_returns_can_be_pickled() -> None:
    manager = HyperParameterManager("_").parse_source("_('a.b', 1, help='x'); _('c', f())", "x.py")
    manager.set_value("d", 4)("e", [5])
    shown = manager.index, manager.db, manager.db[0], manager.explain("a.b")
    twin, index, db, row, explained = pickled((manager, *shown))
    assert (twin.db, db, row) == (manager.db, manager.db, manager.db[0])
    assert index.names("_") == ["a.b", "c"]
    assert index.named("_", "a.b")[0].source.lines == ["_('a.b', 1, help='x'); _('c', f())"]
    assert str(explained) == str(manager.explain("a.b"))


# Values that cannot be pickled


def test_a_default_that_cannot_be_pickled_is_left_out_since_its_call_gives_it_again() -> None:
    manager = HyperParameterManager("_").set_value("lr", 1)
    manager("act", lambda x: x)
    manager("norm", len)
    twin = pickled(manager)
    assert twin.get_values() == {"lr": 1, "norm": len}
    assert twin("act", 5) == 5


def test_a_value_that_was_replaced_is_left_out_with_its_origin() -> None:
    manager = HyperParameterManager("_").set_value("act", lambda x: x)
    manager.set_value("act", "relu")
    manager.set_value("act", [1])
    with manager.override(act=lambda x: -x):
        pass
    assert [origin.value for origin in pickled(manager).explain("act")] == ["relu", [1]]


def test_a_value_that_was_set_and_cannot_be_pickled_is_an_error_with_its_name() -> None:
    manager = HyperParameterManager("_").set_values({"act": lambda x: x, "lr": 1})
    manager.set_value("model.lock", threading.Lock())
    with pytest.raises(pickle.PicklingError) as caught:
        pickle.dumps(manager)
    message = str(caught.value)
    assert message.startswith("Cannot pickle the manager with the values that were set for `act` (")
    assert "`model.lock` (TypeError: cannot pickle" in message
    assert "`lr`" not in message
    with manager.override(act="relu", model={"lock": None}):
        assert pickled(manager).get_values() == {"act": "relu", "lr": 1, "model.lock": None}
    assert copy.copy(manager).get_values() == manager.get_values()


@pytest.mark.usefixtures("_starting")
def test_a_value_that_cannot_be_pickled_for_a_worker_is_named_and_left_out() -> None:
    manager = HyperParameterManager("_").set_values({"act": lambda x: x, "lr": 1})
    with pytest.warns(RuntimeWarning, match=r"`act` cannot be pickled \(.*lambda.*\)\.") as caught:
        twin = pickle.loads(ForkingPickler.dumps(manager))
    assert twin.get_values() == {"lr": 1}
    assert [warning.filename for warning in caught] == [__file__]


class Holder:
    """A value that contains the manager it is a value of."""

    def __init__(self, manager: HyperParameterManager) -> None:
        self.manager = manager


def test_a_value_may_contain_its_manager() -> None:
    manager = HyperParameterManager("_")
    holder = Holder(manager)
    manager("default", holder)
    twin = pickled(manager.set_value("holder", holder))
    assert twin("holder").manager is twin
    assert twin("default") is twin("holder")


class Device:
    """A value that only `multiprocessing` can pickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError


def test_the_pickler_at_work_decides_what_can_be_pickled() -> None:
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
def test_a_pickler_that_pickles_functions_by_value_gets_all_values(module: str) -> None:
    file = io.BytesIO()
    by_value: dict[str, Any] = {"__name__": module, "file": file}
    exec(BY_VALUE, by_value)
    manager = HyperParameterManager("_").set_value("act", lambda x: x)
    manager("norm", lambda x: x)
    by_value["dumps"](manager)
    twin = pickle.loads(file.getvalue())
    assert twin.get_values() == {"act": "a function", "norm": "a function"}


@pytest.mark.parametrize("has_class", [True, False])
def test_a_pickler_by_value_names_what_cannot_be_pickled_and_gets_the_others(
    *, has_class: bool
) -> None:
    # As cloudpickle does for joblib, which would stop the task with a bare PicklingError.
    file = io.BytesIO()
    name = "joblib.externals.cloudpickle.cloudpickle"
    by_value: dict[str, Any] = {"__name__": name, "file": file}
    code = BY_VALUE if has_class else re.sub(r"\bPickler", "_Own", BY_VALUE)
    exec(code, by_value)
    manager = HyperParameterManager("_").set_values({"lr": 1, "lock": threading.Lock(), "was": 1})
    manager.set_value("was", threading.Lock()).set_value("was", 2)
    with pytest.warns(RuntimeWarning, match="`lock` cannot be pickled") as caught:
        by_value["dumps"](manager)
    assert pickle.loads(file.getvalue()).get_values() == {"lr": 1, "was": 2}
    assert [warning.filename for warning in caught] == [__file__]


def test_a_pickler_of_a_module_without_a_name_is_like_any_other() -> None:
    nameless: dict[str, Any] = {"__name__": None, "dumps": pickle.dumps}
    exec("def call(value): return dumps(value)", nameless)
    assert pickle.loads(nameless["call"](HyperParameterManager("_").set_value("a", 1)))("a") == 1


@pytest.mark.usefixtures("_starting")
def test_a_worker_is_starting_while_multiprocessing_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert pickling.is_starting_worker()
    context.set_spawning_popen(None)
    assert not pickling.is_starting_worker()
    monkeypatch.delitem(sys.modules, "multiprocessing.context")
    assert not pickling.is_starting_worker()


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
@with_each_copy
def test_a_copy_sees_what_the_scope_sees(
    parsed: HyperParameterManager, copied: Callable[[Any], Any]
) -> None:
    parsed.set_values({"encoder/lr": 6, "encoder/inner/lr": 7})
    with parsed.scope("encoder"):
        twin = copied(parsed)
    assert (twin("lr", 1), parsed("lr", 1)) == (6, 1)
    with twin.scope("inner"):
        assert twin("lr", 1) == 7
    with twin.scope(None):
        assert twin("lr", 1) == 1
    twin.set_value("encoder/lr", 8)
    assert (twin.get_values()["lr"], parsed.get_values()["encoder/lr"]) == (8, 6)
    again = copied(twin)
    assert again("lr", 1) == 8
    again.__setstate__((None, None, parsed._store.state(), {}))  # from outside of scopes
    assert again("lr", 1) == 1


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_a_function_that_is_pickled_by_value_takes_the_scope_along(
    parsed: HyperParameterManager,
) -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    parsed.set_value("encoder/lr", 6)
    with parsed.scope("encoder"):
        data = cloudpickle.dumps(lambda: parsed("lr", 1))
    assert pickle.loads(data)() == 6
