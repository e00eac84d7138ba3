"""What the store promises: ranks, one lookup, all or nothing."""

from __future__ import annotations

import collections
import copy
import os
import pickle
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from hpman.errors import EMPTY, ImpossibleTree, NotLiteralEvaluable
from hpman.runtime.explanation import explain
from hpman.runtime.origin import Origin
from hpman.runtime.overrides import override
from hpman.runtime.store import CALLED, SET, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

DEFERRED = NotLiteralEvaluable(expression="make()")


def parsed(**defaults: Any) -> Store:
    """Make a store with defaults from sources; `__` stands for the separator."""
    store = Store()
    store.adopt_defaults({name.replace("__", "."): value for name, value in defaults.items()})
    return store


# -- ranks --------------------------------------------------------------------------


def test_the_highest_rank_wins_and_within_a_rank_the_latest_value() -> None:
    store = parsed(a=1)
    assert store.read("a") == 1
    assert store.accept("a", 2) == 2
    assert store.accept("a", 3) == store.read("a") == 3
    store.set({"a": 9})
    assert store.accept("a", 4) == store.read("a") == 9
    assert store.rows() == [("a", 4, CALLED), ("a", 9, SET)]


def test_a_parse_replaces_the_defaults_of_the_parse_before() -> None:
    store = parsed(a=1, b=2)
    store.read("a")
    store.adopt_defaults({"b": 3})
    assert store.values() == cached_after_reading(store, "b") == {"b": 3}
    assert store.get("a") is EMPTY


def test_a_parse_may_add_to_its_write() -> None:
    store, seen = Store(), list[Any]()
    version = store.version()
    assert version == store.version()
    store.adopt_defaults({"a": 1}, adopted=lambda: seen.append(store.values()))
    assert seen == [{"a": 1}]
    assert version != store.version()


def cached_after_reading(store: Store, *names: str) -> dict[str, Any]:
    for name in names:
        store.read(name)
    return cached(store)


def cached(store: Store) -> dict[str, Any]:
    return {name: value for name, value in store.cache.items() if value is not None}


def test_none_is_a_value() -> None:
    store = parsed(a=None)
    assert store.read("a") is None
    assert store.get("a") is not EMPTY
    store.set({"a": 1})
    store.set({"a": None})
    assert store.accept("a", 2) is None


def spoil(value: Any) -> None:
    """Change a value and all lists, dicts and sets inside it."""
    if isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            spoil(inner)
    if isinstance(value, (list, dict, set)):
        value.clear()


@pytest.mark.parametrize(
    "value", [[], [1, 2], {3}, {"x": 1}, [[1], {"y": [2, {3}]}], {"x": {"y": {"z": []}}}], ids=repr
)
@pytest.mark.parametrize(
    "write",
    [
        pytest.param(
            lambda store, value: store.adopt_defaults({"ks": value, "opt": {}}), id="source"
        ),
        pytest.param(lambda store, value: store.accept("ks", value), id="call"),
        pytest.param(lambda store, value: store.set({"ks": value, "other": 1}), id="set"),
        pytest.param(lambda store, value: store.set({"ks": value, "opt.lr": 1}), id="set a key"),
        pytest.param(lambda store, value: store.set_tree({"ks": value}), id="tree"),
        pytest.param(lambda store, value: store.restore(state_of({"ks": value})), id="restore"),
    ],
)
def test_a_reader_may_change_the_value_that_it_got(
    write: Callable[[Store, Any], object], value: Any
) -> None:
    store = parsed(ks=0, opt={"lr": 3})
    store.read("ks")
    given = copy.deepcopy(value)
    write(store, given)
    readers: list[Callable[[], Any]] = [
        lambda: store.read("ks"),
        lambda: store.values()["ks"],
        lambda: store.tree()["ks"],
        lambda: explain(store, "ks")[-1].value,
        lambda: [row[1] for row in store.rows() if row[0] == "ks"],
        lambda: given,
        lambda: store.read("opt"),
    ]
    for read in readers:
        spoil(read())
        assert store.read("ks") == value
        assert type(store.read("ks")) is type(value)


def test_the_default_of_a_call_is_a_copy_too() -> None:
    store, default = Store(), [1, [2]]
    for _again in range(3):
        spoil(store.accept("ks", default))
        spoil(store.accept("ks", [1, [2]]))
    assert default == store.read("ks") == [1, [2]]
    store.set({"ks": [3, [4]]})
    for _again in range(3):
        spoil(store.accept("ks", default))
    assert store.read("ks") == [3, [4]]


def test_what_is_inside_a_key_or_a_branch_is_a_copy_too() -> None:
    store = parsed(opt={"betas": [1, 2]}, m__sizes=[3])
    for name in ("opt.betas", "opt", "m"):
        spoil(store.read(name))
    assert store.values() == {"opt": {"betas": [1, 2]}, "m.sizes": [3]}


def test_the_type_of_a_default_counts_and_any_comparison_may_fail() -> None:
    class Odd:
        """An object that cannot be compared."""

        def __eq__(self, other: object) -> bool:
            raise ValueError

        __hash__ = None  # type: ignore[assignment]

    store, odd = Store(), Odd()
    assert store.accept("ks", [odd, 1]) == [odd, 1]
    assert store.accept("ks", [Odd(), 1])[0] is not odd
    assert store.accept("ks", 3) == store.accept("ks", 3) == 3
    assert store.accept("ks", [3]) == store.read("ks") == [3]
    assert store.accept("ks", {3}) == store.read("ks") == {3}


def test_a_value_may_contain_itself() -> None:
    loop: list[Any] = [1]
    loop.append({"loop": loop})
    store = Store()
    store.set({"ks": loop})
    for value in (store.read("ks"), store.accept("ks", loop), store.values()["ks"]):
        assert value is not loop
        assert value[1]["loop"] is value


def test_other_objects_are_handed_out_as_they_are() -> None:
    values = [(1, [2]), object(), collections.OrderedDict(x=[1]), bytearray(b"x")]
    store = Store()
    for value in values:
        assert store.accept("ks", value) is store.read("ks") is value
        store.set({"set": [value]})
        assert store.read("set")[0] is value


def test_a_default_that_is_not_a_literal_lasts_until_the_call_runs() -> None:
    store = parsed(end=DEFERRED)
    assert store.read("end") is DEFERRED
    assert store.accept("end", 0.01) == 0.01
    assert store.read("end") == 0.01


@pytest.mark.parametrize("write", ["set", "set_tree"])
def test_setting_all_values_to_what_they_are_skips_defaults_that_are_not_literals(
    write: str,
) -> None:
    store = parsed(end=DEFERRED, lr=1)
    getattr(store, write)(store.values())
    assert store.rows() == [("lr", 1, SET)]
    assert store.accept("end", 5) == 5


@pytest.mark.parametrize("absent", [EMPTY, NotLiteralEvaluable(expression="f(1)")], ids=repr)
def test_an_object_that_stands_for_no_value_sets_nothing(absent: object) -> None:
    store = parsed(a=1)
    store.set({"a": absent, "b": absent, "c": 3})
    assert store.values() == {"a": 1, "c": 3}


def test_rows_list_the_values_of_calls_before_those_that_were_set() -> None:
    store = parsed(k=2, b=DEFERRED)
    store.set({"q": 1, "b": {"a": 1}})
    store.accept("r", 3)
    store.set({"q": 2, "b.a": 2})
    store.accept("r", 1)
    assert store.rows() == [("r", 1, CALLED), ("q", 2, SET), ("b", {"a": 2}, SET)]


# -- the quick call -------------------------------------------------------------------


def test_the_dicts_of_a_quick_call_are_never_replaced() -> None:
    store = parsed(a=1, opt={"lr": 3})
    cache, accepted = store.cache, store.accepted
    assert cached_after_reading(store, "a", "opt") == {"a": 1}
    store.accept("a", 2)
    store.set({"opt.lr": 4, "new": 1})
    with override(store, {"a": 5}, Origin("override"), None):
        assert cached(store) == {}
        assert store.read("a") == 5
    assert cached_after_reading(store, "a") == {"a": 2}
    store.restore(store.state())
    assert store.cache is cache
    assert store.accepted is accepted
    assert cached(store) == {"a": 2}


@pytest.mark.parametrize("reads", [0, 1, 3, 6], ids="none one half all".split())
@pytest.mark.parametrize("writes", [1, 3, 6], ids="one half all".split())
def test_a_write_updates_the_cached_values_of_names_that_were_read(reads: int, writes: int) -> None:
    names = list("abcdef")
    store = parsed(**dict.fromkeys(names, 0))
    for name in names[:reads]:
        store.read(name)
    store.set(dict.fromkeys(names[6 - writes :], 1))
    assert store.cache == {name: store.values()[name] for name in names[:reads]}


@pytest.mark.parametrize("separator", [".", "::"])
def test_setting_a_new_name_does_not_look_at_the_other_names(separator: str) -> None:
    hashed = []

    class Name(str):
        """A name that records lookups."""

        __slots__ = ()

        def __hash__(self) -> int:
            hashed.append(self)
            return super().__hash__()

    store = Store(separator)
    store.set({Name(f"group{separator}p{number}"): number for number in range(100)})
    hashed.clear()
    store.set({f"group{separator}new": 1})
    assert hashed == []
    assert len(store.values()) == 101


def test_a_default_given_again_is_accepted_until_the_leaf_gets_a_patch() -> None:
    store = Store()
    default = {"lr": 3}
    store.accept("opt", default)
    version = store.version()
    store.accept("opt", {"lr": 3})
    assert store.version() == version
    store.set({"opt.wd": 1})
    default["lr"] = 4
    assert store.accept("opt", default) == {"lr": 4, "wd": 1}


# -- reads --------------------------------------------------------------------------


def test_the_values_of_leaves_that_were_read() -> None:
    store = parsed(a=1, opt={"lr": 3}, b=[2], c=3)
    for name in ("a", "b", "opt.lr"):
        store.read(name)
    assert store.read_values() == {"a": 1, "b": [2]}


def test_a_leaf_with_a_patch_may_be_set_to_something_else() -> None:
    store = parsed(opt={"lr": 3})
    store.set({"opt.lr": 1})
    store.set({"opt": 5})
    assert store.values() == {"opt": 5}


def test_unused_names_were_set_and_never_read() -> None:
    store = parsed(a=1, b=2, m__x=1, m__y=2, n__x=1, n__y=2, opt={"lr": 3}, t__u=1)
    names = ["a", "b", "m.x", "n.x", "opt.lr", "typo", "called", "t.u"]
    store.set(dict.fromkeys(names, 1))
    store.get("a")
    store.values()
    store.tree()
    assert store.unused() == names
    for name in ("a", "m", "n.y", "opt.lr"):
        store.read(name)
    store.tree("t")
    store.accept("called", 1)
    assert store.unused() == ["b", "n.x", "typo"]


def test_reading_a_key_reads_its_leaf_and_a_name_that_vanished_stays_read() -> None:
    store = parsed(opt={"lr": 3}, gone=1)
    store.set({"opt": {"lr": 4}})
    store.read("opt.lr")
    store.read("gone")
    store.adopt_defaults({"opt": {"lr": 3}})
    store.set({"gone": 1})
    assert store.unused() == []


def stale_after(source: str, **sets: Any) -> dict[str, Any]:
    """Run calls before values are set, and return the stale reads."""
    store = parsed(patched={"x": 1})
    store.set({"before": 5, "patched.y": 2})
    exec(compile(source, "net.py", "exec"), {"__name__": "net", "_": store.accept})
    store.set({name.replace("__", "."): value for name, value in sets.items()})
    return store.stale_reads()


@pytest.mark.parametrize(
    ("source", "line"),
    [
        pytest.param("x = 1\nlr = _('lr', 0.1)", 2, id="module"),
        pytest.param("class Net:\n lr = _('lr', 0.1)", 2, id="class"),
        pytest.param("_('lr', 0.1)\n_('lr', 0.1)", 1, id="first call"),
        pytest.param("def f():\n return _('lr', 0.1)\nf()", None, id="function"),
        pytest.param("_('wd', 1)", None, id="not set"),
        pytest.param("_('before', 1)", None, id="set before"),
        pytest.param("_('patched', {'x': 3})", None, id="key set before"),
    ],
)
def test_stale_reads_are_those_of_code_that_runs_once(source: str, line: int | None) -> None:
    stale = {} if line is None else {"lr": (0.1, "net.py", line)}
    assert stale_after(source, lr=1, before=2, patched__x=3) == stale


def test_a_read_is_stale_if_a_key_of_it_is_set() -> None:
    assert stale_after("_('opt', {'a': 1})", opt__a=2) == {"opt": ({"a": 1}, "net.py", 1)}


def test_a_stale_read_is_returned_once_and_later_reads_are_not_stale() -> None:
    store = parsed()
    names = {"__name__": "net", "_": store.accept}
    exec("_('a', 1), _('b', 1)", names)
    store.set({"a": 2})
    assert list(store.stale_reads()) == ["a"]
    exec("_('c', 1)", names)
    store.set({"b": 2, "c": 2})
    assert list(store.stale_reads()) == ["b"]


def test_a_compiler_that_traces_no_frame_gets_the_value_of_a_default_from_the_sources(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = parsed(a=1, ks=[1], b=2.0)
    store.set({"a": 5})
    compiler = SimpleNamespace(is_compiling=lambda: True)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(compiler=compiler))
    monkeypatch.setattr("hpman.runtime.store.call_site", None)
    assert store.accept("a", 1) == 5
    store.accept("ks", [1]).append(2)
    assert store.accept("ks", [1]) == [1]
    assert store.unused() == []
    with pytest.raises(TypeError):
        store.accept("b", 2)  # another default: it has to be recorded
    compiler.is_compiling = lambda: False
    with pytest.raises(TypeError):
        store.accept("c", 1)


# -- threads and processes ----------------------------------------------------------


def at_each_instruction(write: Callable[[], object], look: Callable[[], object]) -> list[Any]:
    """Look before every instruction of a write, as another thread may do."""
    seen: list[Any] = []

    def trace(frame: FrameType, _event: str, _arg: object) -> Any:
        if not frame.f_globals["__name__"].startswith("hpman."):
            return None
        frame.f_trace_opcodes = True
        sys.settrace(None)
        seen.append(look())
        sys.settrace(trace)
        return trace

    def traced() -> None:
        sys.settrace(trace)
        write()
        sys.settrace(None)

    # A thread of its own, so that coverage goes on tracing this one.
    thread = threading.Thread(target=traced)
    thread.start()
    thread.join()
    return seen


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda store: store.set({"a": 1, "b": 1}), id="plain"),
        pytest.param(lambda store: store.set({"a": 1, "opt.x": 1, "b": 1}), id="a key"),
        pytest.param(lambda store: store.set({"opt.x": 1, "n": {"b": 1}}), id="a branch"),
        pytest.param(lambda store: store.set_tree({"a": 1, "n": {"b": 1}}), id="tree"),
        pytest.param(lambda store: store.adopt_defaults({"a": 1, "b": 1}), id="parse"),
        pytest.param(lambda store: store.restore(state_of({"a": 1, "b": 1})), id="restore"),
    ],
)
def test_a_reader_without_the_lock_never_sees_half_of_a_write(
    write: Callable[[Store], object],
) -> None:
    store = parsed(a=0, b=0, n__b=0, opt={"x": 0, "y": 0})
    before = cached_after_reading(store, "a", "b", "n.b", "opt")
    seen = at_each_instruction(lambda: write(store), lambda: cached(store))
    assert before != cached(store)
    assert seen[0] == before
    assert seen[-1] == cached(store)
    # A parse may take names away one by one before it changes the values of the others.
    assert [d for d in seen if d not in (before, cached(store)) and len(d) == len(before)] == []


def state_of(values: dict[str, Any]) -> dict[str, Any]:
    store = Store()
    store.set(values)
    return store.state()


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda store: store.values(), id="values"),
        pytest.param(lambda store: store.read("a"), id="read"),
        pytest.param(lambda store: store.find("a"), id="find"),
        pytest.param(lambda store: store.get("a"), id="get"),
        pytest.param(lambda store: store.accept("a", 1), id="accept"),
        pytest.param(lambda store: store.tree(), id="tree"),
        pytest.param(lambda store: explain(store, "a"), id="explain"),
        pytest.param(lambda store: store.rows(), id="rows"),
        pytest.param(lambda store: store.unused(), id="unused"),
        pytest.param(lambda store: store.stale_reads(), id="stale_reads"),
        pytest.param(lambda store: store.state(), id="state"),
        pytest.param(lambda store: store.set({"a": 2}), id="set"),
        pytest.param(lambda store: store.set_tree({"a": 2}), id="set_tree"),
        pytest.param(lambda store: store.adopt_defaults({}), id="adopt_defaults"),
        pytest.param(lambda store: store.restore(state_of({})), id="restore"),
    ],
)
def test_who_uses_a_store_waits_for_the_end_of_a_write(read: Callable[[Store], object]) -> None:
    store = parsed(a=1)
    thread = threading.Thread(target=read, args=(store,))
    with store.lock:
        thread.start()
        thread.join(0.01)
        assert thread.is_alive()
    thread.join()


def test_writers_in_threads_lose_nothing() -> None:
    store = Store()

    def write(thread: int) -> None:
        for number in range(50):
            store.accept(f"call{thread}.n{number}", {})
            store.set({f"set{thread}": number, f"call{thread}.n{number}.x": number})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.values()) == 4 * 50 + 4


FORK = """
import os, threading
from hpman.runtime.store import Store

store, done = Store(), threading.Event()

def write():
    number = 0
    while not done.is_set():
        store.set({"a": number, "b": number})
        number += 1

thread = threading.Thread(target=write)
thread.start()
codes = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        values = store.values()
        store.set({"c": 1})
        os._exit(values.get("a") != values.get("b"))
    codes.append(os.waitpid(child, 0)[1])
done.set()
thread.join()
print(codes == [0] * 20)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_that_is_forked_during_a_write_can_read_and_write() -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORK]
    # Coverage has a lock of its own. A child that is forked while it is held never ends.
    plain = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    run = subprocess.run(command, capture_output=True, env=plain, text=True, timeout=60, check=True)
    assert run.stdout == "True\n"


def test_a_state_carries_calls_and_set_values_with_their_origins() -> None:
    store = parsed(opt={"lr": 3}, lr=0.1)
    store.accept("called", 5)
    store.set({"opt.lr": 1, "lr": 0.5}, Origin("option", text="--lr"))
    other = parsed(opt={"lr": 3}, lr=0.1)
    other.accept("own", 1)
    other.set({"lr": 7, "kept": 1}, Origin("file", "own.yaml", 1))
    other.restore(pickle.loads(pickle.dumps(store.state())))
    assert other.values() == {**store.values(), "own": 1, "kept": 1}
    assert explain(other, "lr")[1] == Origin("file", "own.yaml", 1, None, 7)
    assert explain(other, "lr")[2:] == explain(store, "lr")[1:]
    assert explain(other, "called") == explain(store, "called")
    assert other.accepted == {}
    store.set({"lr": 9})
    assert other.read("lr") == 0.5


@pytest.mark.parametrize(
    ("own", "received", "expected"),
    [
        pytest.param({"x": 1}, {"y": 2}, {"x": 1, "y": 2}, id="another"),
        pytest.param({"x": 1}, {"x": 2}, {"x": 2}, id="the same"),
        pytest.param({"a": {"b": 1}}, {"a.c": 5}, {"a": {"b": 1, "c": 5}}, id="a key"),
        pytest.param({"a": {"b": 1}}, {"a": {"c": 5}}, {"a": {"c": 5}}, id="a dict"),
    ],
)
def test_a_restored_state_wins_name_by_name(
    own: dict[str, Any], received: dict[str, Any], expected: dict[str, Any]
) -> None:
    store = Store()
    store.set(own)
    store.restore(state_of(received))
    assert store.values() == expected


def test_a_restored_state_replaces_the_one_before() -> None:
    store = parsed(lr=0.1)
    store.set({"own": 1})
    store.restore(state_of({"lr": 1, "wd": 2}))
    store.restore(state_of({"wd": 3}))
    assert store.values() == {"lr": 0.1, "wd": 3, "own": 1}
    assert [str(origin) for origin in explain(store, "lr")] == ["default"]


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda store: store.set({"a.b": 1, "c": 2}), id="set"),
        pytest.param(lambda store: store.accept("a.b", 1), id="call"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(write: Callable[[Store], object]) -> None:
    store, other = parsed(a=1), Store()
    write(other)
    with pytest.raises(ImpossibleTree, match=r"`a\.b`"):
        store.restore(other.state())
    assert store.values() == {"a": 1}
