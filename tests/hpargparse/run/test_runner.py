"""A program runs as `python` runs it: output, errors, status, and what it sees of itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from hpargparse.run import runner
from hpargparse.run.runner import locate_module, locate_script
from hpman import HpmanError
from tests.notebooks import notebook

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow

needs_posix = pytest.mark.skipif(os.name == "nt", reason="signals and links are others there")
SHOW = "import sys; print(sys.argv, __name__, __file__, __package__, __spec__ and __spec__.name)\n"

# A script, or a script and the modules beside it.
PROGRAMS: dict[str, str | bytes | Mapping[str, str]] = {
    "what it sees of itself": """
        '''What it does.'''
        import pickle, sys, warnings
        x: int = 3
        def f(x: int): pass
        class Mine: pass
        class End:
            def __del__(self): print("end of", __name__)
        end = End()
        from __main__ import Mine as Again
        print(list(globals()), __name__, __doc__, __file__, __package__, __spec__)
        print(__builtins__, __cached__, type(__loader__), __loader__.name, __loader__.path)
        print(sys.argv, sys.path, __annotations__, f.__annotations__)
        print(Again is Mine, pickle.loads(pickle.dumps(Mine)) is Mine)
        print(input(), sys.stdin.read())
        warnings.warn("y", DeprecationWarning)
        """,
    "an error with a cause": """
        import atexit
        def f():
            {}["a"]

        atexit.register(print, "bye")
        try:
            f()
        except KeyError as error:
            raise ValueError(
                "no"
            ) from error
        """,
    "an error in a module": {"train.py": "import other\n", "other.py": "import no_such_module\n"},
    "a module with a syntax error": {"train.py": "import other\n", "other.py": "x = )\n"},
    "a syntax error that a parse misses": "x = 1\nreturn 3\n",
    "an error in another encoding": b"# coding: latin-1\r\nx = '\xe4'\r\n1 / 0  # \xe4\r\n",
    "an error in a thread": """
        import threading, time
        threading.Thread(target=lambda: 1 / 0, name="T").start()
        threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
        print("main")
        """,
    "a hook of its own": """
        import sys
        def hook(kind, error, traceback):
            print(kind, error, traceback.tb_frame.f_code.co_name, traceback.tb_next)
            print(sys.last_traceback is traceback is error.__traceback__)
        sys.excepthook = hook
        1 / 0
        """,
    "a status": "raise SystemExit(3)\n",
    "a message at the end": "raise SystemExit('message')\n",
    "an interrupt": "raise KeyboardInterrupt\n",
    "modules with the names of ours": {
        "train.py": "import argparse, difflib.inner, re\nprint(argparse.mine, re.escape('.'))\n",
        "argparse.py": "mine = 1\n",
        "difflib/__init__.py": "print('my difflib')\n",
        "difflib/inner.py": "print('inner')\n",
    },
    "workers": """
        import multiprocessing
        class Mine: pass
        def work(mine):
            return type(mine).__module__, __name__
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(work, [Mine()]))
        """,
}


def _plant(program: str | bytes | Mapping[str, str]) -> None:
    files = program if not isinstance(program, (str, bytes)) else {"train.py": program}
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())


def _run(*command: str, flags: tuple[str, ...] = ()) -> tuple[int, str, str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *flags, *command],
        capture_output=True,
        check=False,
        env=environment,
        input=b"one\ntwo",
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "replace")


def _run_by_us(*args: str, flags: tuple[str, ...] = ()) -> tuple[int, str, str]:
    return _run("-m", "hpman", "run", *args, flags=flags)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_script_behaves_as_python_runs_it(name: str) -> None:
    _plant(PROGRAMS[name])
    assert _run_by_us("train.py") == _run("train.py")


@needs_posix
def test_an_interrupt_ends_it_by_that_signal() -> None:
    # A job in the background of a shell inherits that the signal is ignored.
    handle = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    _plant(f"import os, signal, time\n{handle}\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)")
    ours = _run_by_us("train.py")
    assert ours == _run("train.py")
    assert ours[0] == -signal.SIGINT


@needs_posix
def test_a_closed_pipe_is_reported_as_by_python() -> None:
    _plant("for _i in range(99999): print('x' * 99)\n")
    line = '"$@" | head -n 1; echo ${PIPESTATUS[0]}'
    shown = [
        subprocess.run(
            ["bash", "-c", line, "bash", sys.executable, *words, "train.py"],
            capture_output=True,
            check=True,
        )
        for words in ([], ["-m", "hpman", "run"])
    ]
    assert (shown[0].stdout, shown[0].stderr) == (shown[1].stdout, shown[1].stderr)


def test_arguments_after_two_dashes_are_passed_to_the_script() -> None:
    _plant(SHOW)
    ours = _run_by_us("train.py", "--", "a", "--b", "--", "-c")
    assert ours == _run("train.py", "a", "--b", "--", "-c")


@pytest.mark.parametrize("path", ["größe/my train.py", "./sub/../sub/train.py", "argparse.py"])
def test_a_path_is_taken_as_it_is(path: str) -> None:
    _plant({path: f"{SHOW}import near, random\nprint(sys.path[0])\n1 / 0\n"})
    _plant({os.path.join(os.path.dirname(path), "near.py"): "print('near')\n"})
    assert _run_by_us(path) == _run(path)


def test_a_script_may_have_our_own_name() -> None:
    command = os.path.join(sysconfig.get_path("scripts"), "hpman")
    if not os.path.isfile(command):
        pytest.skip("the command is not installed")
    _plant({"hpman.py": f"{SHOW}1 / 0\n"})
    # `python -m hpman` would find the script.
    assert _run(command, "run", "hpman.py") == _run("hpman.py")


@needs_posix
def test_imports_look_beside_the_file_that_a_link_leads_to() -> None:
    _plant({"sub/real.py": f"{SHOW}import near\nprint(sys.path[0])\n", "sub/near.py": ""})
    os.symlink("sub/real.py", "link.py")
    ours = _run_by_us("link.py")
    assert ours == _run("link.py")
    assert ours[0] == 0


@pytest.mark.parametrize("path", ["train.py", "app"])
def test_flags_of_the_interpreter_mean_the_same(path: str) -> None:
    text = f"{SHOW}print(__debug__, sys.path)\nimport near\n"
    _plant({"train.py": text, "near.py": "", "app/__main__.py": text, "app/near.py": ""})
    flags = ("-O", "-I")
    assert _run_by_us(path, flags=flags) == _run(path, flags=flags)


MODULES = {
    "pkg/__init__.py": "import sys\nprint('init', sys.argv[0])\n",
    "pkg/__main__.py": f"{SHOW}from . import mod\n1 / 0\n",
    "pkg/mod.py": f"{SHOW}print(sys.path, list(globals()))\n",
    "pkg/inner/__init__.py": "",
    "pkg/inner/__main__.py": "",
    "names/deep/show.py": f"{SHOW}import names.deep.other\n",
    "names/deep/other.py": "print('other')\n",
    "broken/__init__.py": "1 / 0\n",
    "broken/mod.py": "",
    "top.py": SHOW,
    "app/__main__.py": f"{SHOW}print(sys.path)\nimport helper\n1 / 0\n",
    "app/helper.py": "print(__name__)\n",
}


@pytest.mark.parametrize("name", ["pkg", "names.deep.show", "broken.mod"])
def test_a_module_behaves_as_python_runs_it(name: str) -> None:
    _plant(MODULES)
    assert _run_by_us("-m", name, "--", "a") == _run("-m", name, "a")


def test_a_folder_behaves_as_python_runs_it() -> None:
    _plant(MODULES)
    assert _run_by_us("./app/", "--", "a") == _run("./app/", "a")


def test_a_function_of_a_module_is_called() -> None:
    text = "import sys\nprint(__name__)\nclass A:\n    f = staticmethod(lambda: print(sys.argv))\n"
    Path("top.py").write_text(text)
    assert _run_by_us("-m", "top:A.f", "--", "a")[1] == "top\n['-m', 'a']\n"
    status, _out, error = _run_by_us("-m", "top:g")[:3]
    assert status == 1
    assert error == "hpman run: error: -m top:g: `top` has no function `g`\n"


def test_another_error_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in the prompt of `python -i`.
    reports: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *report: reports.extend(report))
    runner._hide_our_frames(sys._getframe())
    error = KeyError()
    sys.excepthook(KeyError, error, None)
    assert reports == [KeyError, error, None]


# -- finding a program without running any of it -------------------------------


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("pkg", "pkg/__main__.py"),
        ("pkg.mod", "pkg/mod.py"),
        ("names.deep.show", "names/deep/show.py"),
        ("pkg.inner", "pkg/inner/__main__.py"),
        ("broken.mod", "broken/mod.py"),
        ("top", "top.py"),
        ("top:f", "top.py"),
        ("pkg:A.f", "pkg/__init__.py"),
    ],
)
def test_a_module_is_found_without_an_import(name: str, source: str) -> None:
    _plant(MODULES)
    loaded = set(sys.modules)
    program = locate_module(name)
    assert Path(program.source).resolve() == Path(source).resolve()
    assert program.roots == (os.getcwd(),)
    assert set(sys.modules) == loaded


def test_an_installed_module_is_found_with_the_folder_around_it() -> None:
    assert locate_module("json.tool").roots == (os.getcwd(), os.path.dirname(os.__file__))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nosuch", "There is no module `nosuch`"),
        ("sys", "There is no module `sys`"),
        ("pkg.none", "There is no module `pkg.none`"),
        ("top.none", "There is no module `top.none`"),
        ("names", "`names` is a package without a module `__main__`"),
        ("top.py", "Leave out `.py`: `-m top`."),
        ("", "-m: A part of the module name is empty.\nName a Python file"),
        ("pkg..mod", "-m pkg..mod: A part of the module name"),
        ("top:", "-m top:: `` cannot be the name of a function."),
        ("top:f()", "-m top:f(): `f()` cannot be the name of a function."),
        ("none:f", "There is no module `none`"),
    ],
)
def test_a_module_that_cannot_be_run_is_a_sentence(name: str, sentence: str) -> None:
    _plant(MODULES)
    with pytest.raises(HpmanError) as caught:
        locate_module(name)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        pytest.param("-", "must be a regular file", id="standard input"),
        pytest.param("empty", "has no `__main__.py`", id="folder"),
        pytest.param("a.zip", "zip archive", id="archive"),
        pytest.param(
            "pipe",
            "must be a regular file",
            id="pipe",
            marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes there"),
        ),
    ],
)
def test_a_path_that_cannot_be_run_is_a_sentence(path: str, sentence: str) -> None:
    _plant({"empty/x.txt": "", "a.zip": "PK\3\4"})
    if path == "pipe":
        os.mkfifo(path)
    with pytest.raises(HpmanError) as caught:
        locate_script(path)
    assert sentence in str(caught.value)


def test_a_missing_script_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        locate_script("none.py")


def test_main_has_annotations_only_where_python_creates_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for has_them in (False, True):
        main = ModuleType("__main__")
        if has_them:
            main.__annotations__ = {}
        monkeypatch.setitem(sys.modules, "__main__", main)
        made = runner._replace_main()
        assert made is sys.modules["__main__"] is not main
        assert ("__annotations__" in vars(made)) is has_them


def test_a_notebook_needs_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    Path("nb.ipynb").write_bytes(notebook("x = 1"))
    with pytest.raises(HpmanError) as caught:
        locate_script("nb.ipynb").require_packages()
    assert str(caught.value) == (
        "nb.ipynb: A notebook needs `nbclient` to run, which is not installed.\n"
        "`pip install 'hpman[notebook]'` installs it."
    )


def test_a_notebook_is_run_by_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("nb.ipynb").write_bytes(notebook("x = 1"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)
    calls: list[object] = []
    module = ModuleType("hpargparse.run.notebook")
    vars(module)["run_notebook"] = lambda *args: calls.append(args)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    locate_script("nb.ipynb").replace(output="out.ipynb").run(["a"], ())
    assert calls == [("nb.ipynb", ["a"], "out.ipynb")]
