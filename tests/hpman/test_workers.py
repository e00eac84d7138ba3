"""Workers that multiprocessing starts see what their parent has set; other processes do not."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from hpman import HyperParameterManager, workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

METHODS = ["spawn", "forkserver"] if sys.platform != "win32" else ["spawn"]

MODEL = """
    from hpman.m import _

    def depth():
        return _("model.depth", 4)

    def width():
        return _("width")
"""


def run(
    folder: Path, program: str, options: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
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


@pytest.mark.parametrize("imported", ["before", "after"])
@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_nobody_passed_the_manager_sees_what_was_set(
    tmp_path: Path, method: str, imported: str
) -> None:
    early = "import multiprocessing" if imported == "before" else ""
    done = run(
        tmp_path,
        f"""
        {early}
        from hpman.m import _
        import model

        def work(queue):
            queue.put((model.depth(), model.width(), str(_.explain("width"))))

        if __name__ == "__main__":
            _.parse_source('_("width", 3)', "here.py")
            _.set_values({{"model.depth": 9, "width": 7}})
            import multiprocessing
            context = multiprocessing.get_context({method!r})
            queue = context.Queue()
            worker = context.Process(target=work, args=(queue,))
            worker.start()
            print(queue.get(timeout=50))
            worker.join()
        """,
    )
    assert done.stdout == "(9, 7, 'here.py:1 default 3\\nmain.py:11 set_values')\n"
    assert done.stderr == ""


@pytest.mark.parametrize("method", METHODS)
def test_a_worker_that_waited_for_its_start_before_there_was_a_manager_sees_what_was_set(
    tmp_path: Path, method: str
) -> None:
    done = run(
        tmp_path,
        f"""
        import multiprocessing

        def work(queue):
            import model
            queue.put(model.depth())

        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            queue = context.Queue()
            worker = context.Process(target=work, args=(queue,))
            from hpman.m import _
            _.set_value("model.depth", 9)
            worker.start()
            print(queue.get(timeout=50))
            worker.join()
        """,
    )
    assert done.stdout == "9\n"


def test_a_pool_and_the_workers_of_its_workers_see_what_was_set(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        import model

        def inner(_number):
            return model.depth()

        def outer(queue):
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                queue.put(list(pool.map(inner, [0])))

        if __name__ == "__main__":
            from hpman.m import _
            _.set_value("model.depth", 9)
            context = multiprocessing.get_context("spawn")
            queue = context.Queue()
            worker = context.Process(target=outer, args=(queue,))
            worker.start()
            print(queue.get(timeout=50))
            worker.join()
        """,
    )
    assert done.stdout == "[9]\n"


def test_a_value_that_cannot_travel_is_named_and_the_others_do(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import multiprocessing
        import model

        def work(queue):
            from hpman.m import _
            queue.put((model.depth(), _("act", "relu")))

        if __name__ == "__main__":
            from hpman.m import _
            _.set_values({"model.depth": 9, "act": lambda x: x})
            context = multiprocessing.get_context("spawn")
            queue = context.Queue()
            worker = context.Process(target=work, args=(queue,))
            worker.start()
            print(queue.get(timeout=50))
            worker.join()
        """,
    )
    assert done.stdout == "(9, 'relu')\n"
    assert "the value of `act` cannot be pickled" in done.stderr


@pytest.mark.parametrize("method", METHODS)
def test_a_value_that_cannot_travel_stops_neither_worker_nor_manager(
    tmp_path: Path, method: str
) -> None:
    # Handed on, a private manager and an imported one; `guarded` is missing in the worker.
    done = run(
        tmp_path,
        f"""
        import multiprocessing
        from hpman import HyperParameterManager
        from hpman.m import _

        def work(queue, ours, private):
            queue.put((ours is _, ours.get_values(), private.get_values()))

        if __name__ == "__main__":
            def guarded():
                pass
            _.set_values({{"lr": 1, "act": lambda x: x, "init": guarded}})
            private = HyperParameterManager("_").set_values({{"a": 1, "b": lambda x: x}})
            private.parse_source('_("later", make())')
            context = multiprocessing.get_context({method!r})
            queue = context.Queue()
            worker = context.Process(target=work, args=(queue, _, private))
            worker.start()
            print(queue.get(timeout=50))
            worker.join()
        """,
    )
    values = "{'later': NotLiteralEvaluable('make()', <unknown>:1:12), 'a': 1}"
    assert done.stdout == f"(True, {{'lr': 1}}, {values})\n"
    assert "main.py:18: RuntimeWarning: the value of `act` cannot be pickled" in done.stderr
    assert "main.py:18: RuntimeWarning: the value of `b` cannot be pickled" in done.stderr
    assert "the value of `init` was sent to this worker but cannot be built" in done.stderr


@pytest.mark.parametrize("handed_on", ["", "_", "private", "_, private, private"])
def test_values_that_hold_their_manager_travel_and_hold_it_again(
    tmp_path: Path, handed_on: str
) -> None:
    done = run(
        tmp_path,
        f"""
        import multiprocessing
        from hpman import HyperParameterManager
        from hpman.m import _

        class Net:
            def __init__(self, manager):
                self.manager = manager

        def work(*managers):
            for each in (_, *managers):
                nets = each("backbone"), each("head")
                print(each("lr"), [net.manager is each for net in nets], flush=True)

        if __name__ == "__main__":
            private = HyperParameterManager("_")
            for each in (_, private):
                each.set_value("lr", 7)
                each("backbone", Net(each))
                each.set_value("head", Net(each))
            context = multiprocessing.get_context("spawn")
            worker = context.Process(target=work, args=[{handed_on}])
            worker.start()
            worker.join()
        """,
    )
    count = 1 + len(handed_on.split())
    assert done.stdout == "7 [True, True]\n" * count
    assert done.stderr == ""


def test_a_warning_that_is_an_error_ends_the_start_loudly_and_no_worker(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import multiprocessing, warnings
        from hpman.m import _
        import model

        def work(_number):
            return model.depth()

        if __name__ == "__main__":
            def guarded():
                pass
            context = multiprocessing.get_context("spawn")
            warnings.simplefilter("error")
            _.set_values({"model.depth": 9, "init": guarded})
            with context.Pool(1) as pool:
                print(pool.map(work, [0]))
            _.set_value("act", lambda x: x)
            try:
                context.Pool(1)
            except RuntimeWarning as warning:
                print(warning)
        """,
        options=["-W", "error"],
    )
    first, second = done.stdout.splitlines()
    assert first == "[9]"
    assert second.startswith("the value of `act` cannot be pickled")
    assert "the value of `init` was sent to this worker" in done.stderr


def test_a_value_that_a_worker_reads_too_early_is_named(tmp_path: Path) -> None:
    # The class of a process is found, and its module imported, before anything else arrives.
    (tmp_path / "early.py").write_text(
        "import multiprocessing\n"
        "from hpman.m import _\n"
        "LR, SEED, DEPTH = _('lr', 1e-3), _('seed', 0), _('depth', 4)\n"
        "class Worker(multiprocessing.get_context('spawn').Process):\n"
        "    def run(self):\n"
        "        print(LR, SEED, DEPTH, _('lr'), flush=True)\n",
        encoding="utf-8",
    )
    done = run(
        tmp_path,
        """
        if __name__ == "__main__":
            from hpman.m import _
            _.set_values({"lr": 5, "seed": 0})
            import early
            worker = early.Worker()
            worker.start()
            worker.join()
        """,
    )
    assert done.stdout == "0.001 0 4 5\n"
    place = f"{tmp_path / 'early.py'}:3"
    assert f"{place}: RuntimeWarning: `lr` was read while this worker imported" in done.stderr
    assert done.stderr.count("RuntimeWarning") == 1


def test_a_value_that_a_worker_sets_and_reads_too_early_is_named(tmp_path: Path) -> None:
    (tmp_path / "early.py").write_text(
        "import multiprocessing\n"
        "from hpman.m import _\n"
        "class Worker(multiprocessing.get_context('spawn').Process):\n"
        "    def run(self):\n"
        "        print(_('lr'), flush=True)\n"
        "_.set_value('lr', 1)('lr')\n",
        encoding="utf-8",
    )
    done = run(
        tmp_path,
        """
        if __name__ == "__main__":
            from hpman.m import _
            import early
            _.set_value("lr", 5)
            worker = early.Worker()
            worker.start()
            worker.join()
        """,
    )
    assert done.stdout == "5\n"
    assert "`lr` was read while this worker imported the program" in done.stderr


def test_a_worker_started_from_a_thread_sees_what_was_set(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import multiprocessing, threading
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing.dummy import Pool
        import model

        def work(_number):
            return model.depth()

        def start():
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                print(list(pool.map(work, [0])))

        if __name__ == "__main__":
            from hpman.m import _
            _.set_value("model.depth", 9)
            thread = threading.Thread(target=start)
            thread.start()
            thread.join()
            with Pool(1) as threads:
                print(threads.map(work, [0]))
        """,
    )
    assert done.stdout == "[9]\n[9]\n"
    assert done.stderr == ""


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_that_is_there_already_keeps_its_values_until_a_manager_is_handed_on(
    tmp_path: Path, method: str
) -> None:
    done = run(
        tmp_path,
        f"""
        import multiprocessing
        from hpman.m import _
        import model

        def alone(_number):
            return model.depth()

        def handed_on(manager):
            return manager is _, model.depth()

        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            if {method!r} == "forkserver":
                context.set_forkserver_preload(["__main__", "model"])
            with context.Pool(1) as pool:
                _.set_value("model.depth", 9)
                print(pool.map(alone, [0]), pool.map(handed_on, [_]), pool.map(alone, [0]))
            with context.Pool(1) as pool:
                print(pool.map(alone, [0]))
        """,
    )
    assert done.stdout == "[4] [(True, 9)] [9]\n[9]\n"
    assert done.stderr == ""


def test_every_worker_has_the_fingerprint_of_the_program(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import multiprocessing
        from hpman.m import _

        class Own:
            pass

        def act():
            pass

        def work(queue):
            queue.put(_.fingerprint())

        if __name__ == "__main__":
            _.parse_source("_('later', make())")
            _.set_values({"act": act, "type": Own, "own": Own(), "names": {"a", "b", "c"}})
            context = multiprocessing.get_context("spawn")
            queue = context.Queue()
            worker = context.Process(target=work, args=(queue,))
            worker.start()
            print(queue.get(timeout=50) == _.fingerprint())
            worker.join()
        """,
    )
    assert done.stdout == "True\n"


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


def test_the_watch_for_multiprocessing_leaves_every_module_as_it_is(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import sys
        finders = list(sys.meta_path)
        from hpman.m import _
        import json, multiprocessing.process
        process = sys.modules["multiprocessing.process"]
        print(sys.meta_path == finders, type(process.__loader__).__name__,
              process.__spec__.loader is process.__loader__)
        """,
    )
    assert done.stdout == "True SourceFileLoader True\n"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let workers wait for a module that is not there yet, in place of that of multiprocessing."""
    name = "stand_in_for_processes"
    monkeypatch.setattr(workers, "_PROCESS", name)
    monkeypatch.setattr(workers, "_travellers", {})
    others = [each for each in sys.meta_path if not isinstance(each, workers._Watch)]
    monkeypatch.setattr(sys, "meta_path", others)
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


PROCESS = """
class _Process:
    _config = {}

def current_process():
    return _Process
"""


def test_the_watch_joins_a_module_once_it_is_imported(stand_in: str, tmp_path: Path) -> None:
    (tmp_path / f"{stand_in}.py").write_text(PROCESS, encoding="utf-8")
    before = list(sys.meta_path)
    for _time in range(2):
        workers.announce(HyperParameterManager("_"))
        assert len(sys.meta_path) == len(before) + 1
    module = importlib.import_module(stand_in)
    assert sys.meta_path == before
    assert type(module.current_process()._config["hpman"]) is workers.Luggage
    assert module.__spec__ is not None
    assert module.__loader__ is module.__spec__.loader
    assert not isinstance(module.__loader__, workers._Loader)


def test_the_watch_finds_no_module_that_nobody_finds(stand_in: str) -> None:
    workers.announce(HyperParameterManager("_"))
    assert sys.meta_path[0].find_spec("json", None) is None
    with pytest.raises(ModuleNotFoundError, match=stand_in):
        importlib.import_module(stand_in)


def test_the_watch_leaves_a_folder_without_modules_as_it_is(stand_in: str, tmp_path: Path) -> None:
    (tmp_path / stand_in).mkdir()
    workers.announce(HyperParameterManager("_"))
    assert not isinstance(importlib.import_module(stand_in).__loader__, workers._Loader)


def test_a_watch_that_has_stepped_aside_still_joins(stand_in: str, tmp_path: Path) -> None:
    # Two threads may import the module at once: the other has removed the watch.
    (tmp_path / f"{stand_in}.py").write_text(PROCESS, encoding="utf-8")
    spec = workers._Watch().find_spec(stand_in)
    assert spec is not None
    assert isinstance(spec.loader, workers._Loader)


def test_a_module_without_a_spec_is_joined_too(stand_in: str, tmp_path: Path) -> None:
    (tmp_path / f"{stand_in}.py").write_text(PROCESS, encoding="utf-8")
    module = importlib.import_module(stand_in)
    loader, module.__spec__ = module.__loader__, None
    workers._Loader(loader).exec_module(module)
    assert module.__loader__ is loader
    assert type(module.current_process()._config["hpman"]) is workers.Luggage


def test_the_watch_passes_by_a_finder_of_the_oldest_kind(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import sys
        from hpman.m import _
        class Oldest:
            def find_module(self, name, path=None):
                return None
        sys.meta_path.insert(1, Oldest())
        import multiprocessing.process
        print("hpman" in multiprocessing.current_process()._config)
        """,
    )
    assert done.stdout == "True\n"
