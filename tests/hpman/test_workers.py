"""Workers that multiprocessing starts have the values of their parent; other processes do not."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import warnings
from multiprocessing import context, process, spawn
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any

import pytest

from hpman import HyperParameterManager, m, pickling, workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

METHODS = ["spawn", "forkserver"] if sys.platform != "win32" else ["spawn"]

MODEL = """
    from hpman.m import _

    def depth():
        return _("model.depth", 4)

    def width():
        return _("width")
"""


def run(folder: Path, program: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a program beside a module that imports `_` by itself."""
    (folder / "model.py").write_text(textwrap.dedent(MODEL), encoding="utf-8")
    (folder / "main.py").write_text(textwrap.dedent(program), encoding="utf-8")
    return subprocess.run(
        [sys.executable, *options, "main.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_has_the_values_even_if_nobody_passed_it_the_manager(
    tmp_path: Path, method: str
) -> None:
    done = run(
        tmp_path,
        f"""
        from hpman.m import _
        import model

        class Own:
            pass

        def act():
            pass

        def work(queue, manager):
            queue.put((model.depth(), model.width(), str(_.explain("width"))))
            queue.put((manager is _, _.fingerprint()))

        if __name__ == "__main__":
            source = '_("width", 3); _("later", make()); _("model.depth", 4)'
            _.parse_source(source + '; _("act"); _("type"); _("own"); _("names")', "here.py")
            _.set_values({{"model.depth": 9, "width": 7}})
            _.set_values({{"act": act, "type": Own, "own": Own(), "names": {{"a", "b", "c"}}}})
            import multiprocessing
            context = multiprocessing.get_context({method!r})
            queue = context.Queue()
            worker = context.Process(target=work, args=(queue, _))
            worker.start()
            print(queue.get(timeout=50))
            print(queue.get(timeout=50) == (True, _.fingerprint()))
            worker.join()
        """,
    )
    assert done.stdout == "(9, 7, 'here.py:1 default 3\\nmain.py:18 set_values')\nTrue\n"
    assert done.stderr == ""


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_keeps_its_values_until_it_gets_a_manager(tmp_path: Path, method: str) -> None:
    done = run(
        tmp_path,
        f"""
        import multiprocessing
        from hpman.m import _
        import model

        def alone(_number):
            return model.depth()

        def passed(manager):
            return manager is _, model.depth()

        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            if {method!r} == "forkserver":
                context.set_forkserver_preload(["__main__", "model"])
            with context.Pool(1) as pool:
                _.set_value("model.depth", 9)
                with _.override(**{{"model.depth": 8}}):
                    print(pool.map(alone, [0]), pool.map(passed, [_]), pool.map(alone, [0]))
                print(pool.map(passed, [_]))
            with context.Pool(1) as pool:
                print(pool.map(alone, [0]))
        """,
    )
    assert done.stdout == "[4] [(True, 8)] [8]\n[(True, 9)]\n[9]\n"
    assert done.stderr == ""


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_sees_what_the_scope_sees_that_started_it(tmp_path: Path, method: str) -> None:
    done = run(
        tmp_path,
        f"""
        import multiprocessing
        from hpman.m import _
        import model

        def work(manager):
            values = [model.depth()]
            with _.scope("inner"):
                values.append(model.depth())
            with _.scope(None):
                values.append(model.depth())
            return values

        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            _.set_values({{"encoder/model.depth": 6, "encoder/inner/model.depth": 7}})
            with _.scope("encoder"), context.Pool(1) as pool:
                print(pool.map(work, [None]))
                with _.override(**{{"encoder/model.depth": 8}}):
                    print(pool.map(work, [_]))
            with context.Pool(1) as pool:
                print(pool.map(work, [None]))
        """,
    )
    assert done.stdout == "[[6, 7, 4]]\n[[8, 7, 4]]\n[[4, 4, 4]]\n"
    assert done.stderr == ""


def test_the_workers_of_a_worker_have_the_values_that_could_be_sent(tmp_path: Path) -> None:
    # A warning that is an error must not end a worker: its pool would start it again, forever.
    done = run(
        tmp_path,
        """
        import multiprocessing, threading
        from concurrent.futures import ProcessPoolExecutor
        from hpman.m import _
        import model

        spawn = multiprocessing.get_context("spawn")

        def inner(_number):
            return model.depth(), _("act", "relu"), _("init", "zeros")

        def outer(_number):
            with ProcessPoolExecutor(1, spawn) as pool:
                return list(pool.map(inner, [0]))

        def start():
            with ProcessPoolExecutor(1, spawn) as pool:
                print(list(pool.map(outer, [0])))

        if __name__ == "__main__":
            def guarded():
                pass
            _.set_values({"model.depth": 9, "act": lambda x: x, "init": guarded})
            thread = threading.Thread(target=start)
            thread.start()
            thread.join()
        """,
        "-Werror",
    )
    assert done.stdout == "[[(9, 'relu', 'zeros')]]\n"
    assert "The value of `act` cannot be pickled (" in done.stderr
    assert "The value of `init` was sent to this worker but cannot be rebuilt (" in done.stderr


def test_a_value_that_a_worker_reads_too_early_is_named(tmp_path: Path) -> None:
    # Values other than literals may need a type of the program, and arrive after its import.
    (tmp_path / "early.py").write_text(
        "import multiprocessing\n"
        "from hpman.m import _\n"
        "LR, KS, ACT = _('lr', 1e-3), _('ks', [1]), _('act', 'relu')\n"
        "class Worker(multiprocessing.get_context('spawn').Process):\n"
        "    def run(self):\n"
        "        print(LR, KS, ACT, _('act').__name__, flush=True)\n",
        encoding="utf-8",
    )
    done = run(
        tmp_path,
        """
        if __name__ == "__main__":
            from hpman.m import _
            _.set_values({"lr": 5, "ks": [2], "act": len})
            import early
            worker = early.Worker()
            worker.start()
            worker.join()
        """,
    )
    assert done.stdout == "5 [2] relu len\n"
    place = f"{tmp_path / 'early.py'}:3"
    assert f"{place}: RuntimeWarning: `act` was read while this worker imported" in done.stderr
    assert done.stderr.count("RuntimeWarning") == 1


def test_an_unrelated_process_sees_nothing(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import multiprocessing, os, subprocess, sys
        from hpman.m import _
        _.set_value("model.depth", 9)
        code = "import model, os; print(model.depth(), sorted(os.environ) == KNOWN)"
        code = code.replace("KNOWN", repr(sorted(os.environ)))
        print(subprocess.check_output([sys.executable, "-c", code], text=True), end="")
        """,
    )
    assert done.stdout == "4 True\n"


def test_the_first_manager_waits_until_multiprocessing_is_imported(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        from hpman.m import _
        import multiprocessing.process
        print("hpman" in multiprocessing.current_process()._config)
        """,
    )
    assert done.stdout == "True\n"


# In one process


def settings() -> dict[str, Any]:
    current: Any = process.current_process()
    config: dict[str, Any] = current._config
    return config


def test_the_import_watch_notices_multiprocessing_and_finds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    with monkeypatch.context() as patch:
        patch.delitem(sys.modules, "multiprocessing.reduction")
        importlib.reload(m)
    settings().pop("hpman")
    watch: Any = sys.meta_path[0]
    assert watch.find_spec("json") is None
    assert "hpman" not in settings()
    assert watch.find_spec("multiprocessing.reduction") is None
    assert "hpman" in settings()


@pytest.mark.parametrize("loaded", [True, False])
def test_workers_are_prepared_with_literals_once_multiprocessing_starts_the_first(
    monkeypatch: pytest.MonkeyPatch, *, loaded: bool
) -> None:
    monkeypatch.setattr(spawn, "get_preparation_data", lambda _name: {"dir": "."})
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    with monkeypatch.context() as patch:
        if not loaded:
            patch.delitem(sys.modules, "multiprocessing.spawn")
        importlib.reload(m)
    watch: Any = sys.meta_path[0]
    assert watch.find_spec("multiprocessing.popen_fork") is None
    assert ("hpman" in spawn.get_preparation_data("worker")) == loaded
    for name in ("multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver"):
        assert watch.find_spec(name) is None
        assert spawn.get_preparation_data("worker").keys() == {"dir", "hpman"}


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_literals_arrive_before_the_program_is_imported(
    manager: HyperParameterManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    presets: dict[str, Any] = {}
    monkeypatch.setattr("hpman.manager.PRESETS", presets)
    monkeypatch.setattr(pickling, "_BIRTH", b"another")
    manager.parse_source("of_workers('lr', 1)", "here.py")
    literals = {"lr": [{"a": (1, None)}, {2}], "seed": 1}
    manager.set_values({**literals, "own": Holder(manager), "owns": [len]})
    presets["private"] = manager._store.state()
    data = pickle.dumps(workers._EarlyValues({"of_workers": manager}))
    presets.clear()
    manager.__init__("of_workers", home="hpman.m")  # type: ignore[misc]
    monkeypatch.setattr(pickling, "_BIRTH", b"a worker")
    assert pickle.loads(data) is None
    assert manager.get_values() == literals
    assert manager.index.names("of_workers") == ["lr"]
    assert HyperParameterManager("private").get_values() == literals


def test_a_process_that_waits_for_its_start_sends_the_values_of_a_later_manager(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    waiting: Any = multiprocessing.get_context("spawn").Process(target=print)
    waiting._config.pop("hpman", None)
    importlib.reload(m)
    assert "hpman" in waiting._config


@pytest.fixture
def manager() -> HyperParameterManager:
    """Return an imported manager without values."""
    from hpman.m import of_workers

    of_workers.__init__("of_workers", home="hpman.m")  # type: ignore[misc]
    return of_workers


@pytest.fixture
def send(
    manager: HyperParameterManager, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], HyperParameterManager]]:
    """Return a function that starts a worker, and returns the manager of the worker."""

    def send() -> HyperParameterManager:
        data = bytes(ForkingPickler.dumps(workers._Values({"of_workers": manager})))
        context.set_spawning_popen(None)
        manager.__init__("of_workers", home="hpman.m")  # type: ignore[misc]
        monkeypatch.setattr(pickling, "_BIRTH", b"another")
        again = pickle.loads(data)
        assert again._managers is vars(m)
        return manager

    context.set_spawning_popen(object())  # type: ignore[arg-type]
    yield send
    context.set_spawning_popen(None)


def test_a_module_without_managers_sends_nothing() -> None:
    sent = pickle.loads(pickle.dumps(workers._Values({"__name__": "hpman.m"})))
    assert sent._managers == {}


@pytest.mark.filterwarnings("ignore::hpman.UnknownNameWarning")
def test_values_arrive_with_their_origins(
    manager: HyperParameterManager, send: Callable[[], HyperParameterManager]
) -> None:
    manager.parse_source("of_workers('lr', 1)", "here.py")
    for values in ({"lr": 0, "seed": 1}, {"lr": [1, 2]}):
        manager.set_values(values)
    manager("depth", 4)
    expected = [str(manager.explain(name)) for name in ("lr", "depth")]
    assert send().get_values() == {"lr": [1, 2], "seed": 1, "depth": 4}
    assert [str(manager.explain(name)) for name in ("lr", "depth")] == expected


class Holder:
    """A value that contains the manager it is a value of."""

    def __init__(self, manager: HyperParameterManager) -> None:
        self.manager = manager


def test_a_value_may_contain_its_manager(
    manager: HyperParameterManager, send: Callable[[], HyperParameterManager]
) -> None:
    holder = Holder(manager)
    manager("default", holder)
    manager.set_value("holder", holder)
    assert send()("holder").manager is manager
    assert manager("default") is manager("holder")


class Stubborn:
    """A value whose pickling fails in its own way."""

    def __reduce__(self) -> tuple[Any, ...]:
        raise OSError("the device\n  is busy")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(lambda x: x, r"\w+: .*lambda", id="lambda"),
        pytest.param(threading.Lock(), "TypeError: .*lock", id="lock"),
        pytest.param(Stubborn(), "OSError: the device is busy", id="fails in its own way"),
    ],
)
def test_a_value_that_cannot_be_pickled_is_named_and_left_out(
    manager: HyperParameterManager,
    send: Callable[[], HyperParameterManager],
    value: object,
    reason: str,
) -> None:
    manager.set_value("act", 1).set_values({"act": value, "lr": 1})
    with pytest.warns(
        RuntimeWarning, match=rf"`act` cannot be pickled \({reason}.*orker"
    ) as caught:
        assert send().get_values() == {"lr": 1}
    assert [warning.filename for warning in caught] == [__file__]


class Fragile:
    """A value that can be pickled, but not rebuilt."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("not a number",)


def test_a_value_that_cannot_be_rebuilt_is_named_and_left_out(
    manager: HyperParameterManager,
    send: Callable[[], HyperParameterManager],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manager.set_values({"bad": Fragile(), "lr": 1})
    shown: list[object] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: shown.append(message))
    assert send().get_values() == {"lr": 1}
    assert "`bad` was sent to this worker but cannot be rebuilt (ValueError: invalid" in str(shown)


class Counted:
    """A value that counts how often it is pickled."""

    pickled = 0

    def __reduce__(self) -> tuple[Any, ...]:
        Counted.pickled += 1
        return Counted, ()


def test_a_value_of_several_names_is_pickled_once(
    manager: HyperParameterManager, send: Callable[[], HyperParameterManager]
) -> None:
    value = Counted()
    manager("model", value)
    manager.set_values({"model": value, "other": value})
    assert sorted(send().get_values()) == ["model", "other"]
    assert Counted.pickled == 1


def test_a_value_that_was_set_and_read_too_early_is_named(
    manager: HyperParameterManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.set_values({"lr": 5, "same": [1]})
    data = bytes(ForkingPickler.dumps(workers._Values({"of_workers": manager})))
    monkeypatch.setattr(pickling, "_BIRTH", b"another")
    for name, value in {"lr": 1, "same": [1]}.items():
        manager.set_value(name, value)(name)
    with pytest.warns(RuntimeWarning, match="`lr` was read while this worker imported") as caught:
        pickle.loads(data)
    assert len(caught) == 1
    assert manager("lr") == 5
