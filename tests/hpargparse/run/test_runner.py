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

from hpargparse.run import runner as launch
from hpargparse.run.runner import module, script
from hpman import HpmanError

if TYPE_CHECKING:
    from collections.abc import Mapping

HAS_FORK = hasattr(os, "fork")
needs_posix = pytest.mark.skipif(os.name == "nt", reason="signals and links are others there")
SHOW = "import sys; print(sys.argv, __name__, __file__, __package__, __spec__ and __spec__.name)\n"

# A script, or a script and the modules beside it.
PROGRAMS: dict[str, str | bytes | Mapping[str, str]] = {
    "an error": "def f():\n    return 1 / 0\n\n\nf()\n",
    "an error with a cause": """
        def f():
            {}["a"]

        try:
            f()
        except KeyError as error:
            raise ValueError("no") from error
        """,
    "an error with a context": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    [][1]\n",
    "an error over lines": "def f(a, b):\n    return (a +\n            b)\n\nf(1,\n  'x')\n",
    "an error with a suggestion": "import math\nmath.sqr\n",
    "an error without a traceback": "x = ValueError('x')\nraise x.with_traceback(None)\n",
    "an error of no usual kind": "class Odd(BaseException): pass\nraise Odd('x')\n",
    "an error in a module": {"train.py": "import other\n", "other.py": "import no_such_module\n"},
    "a module with a syntax error": {"train.py": "import other\n", "other.py": "x = )\n"},
    "a syntax error that a parse misses": "x = 1\nreturn 3\n",
    "a syntax error later": "exec('x = )')\n",
    "status 3": "raise SystemExit(3)\n",
    "a message at the end": "raise SystemExit('message')\n",
    "no status": "import sys\nsys.exit()\n",
    "an odd status": "import sys\nsys.exit((1, 2))\n",
    "a hard end": "import os\nprint('x', flush=True)\nos._exit(7)\n",
    "an interrupt": "raise KeyboardInterrupt\n",
    "work at the end": "import atexit\natexit.register(print, 'bye')\n1 / 0\n",
    "a thread that goes on": """
        import threading, time
        threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
        print("main")
        """,
    "a thread with an error": """
        import threading
        threading.Thread(target=lambda: 1 / 0, name="T").start()
        """,
    "a thread that exits": "import threading, sys\nthreading.Thread(target=sys.exit).start()\n",
    "a hook of its own": """
        import sys
        def hook(kind, error, traceback):
            print(kind, error, traceback.tb_frame.f_code.co_name, traceback.tb_next)
            print(sys.last_traceback is traceback is error.__traceback__)
        sys.excepthook = hook
        1 / 0
        """,
    "its names": "print(list(globals()), __name__, __doc__, __file__, __package__, __spec__)\n",
    "its builtins": "print(__builtins__, __cached__)\n",
    "its loader": "print(type(__loader__), __loader__.name, __loader__.path)\n",
    "its path": "import sys\nprint(sys.argv, sys.path)\n",
    "its docstring": "'''What it does.'''\nprint(__doc__)\n",
    "its annotations": "x: int = 3\nprint(__annotations__)\n",
    "its future": "def f(x: int): pass\nprint(f.__annotations__)\n",
    "its classes": """
        import pickle
        class Mine: pass
        from __main__ import Mine as Again
        print(Again is Mine, pickle.loads(pickle.dumps(Mine)) is Mine)
        """,
    "its end": "class D:\n    def __del__(self): print('end of', __name__)\nd = D()\n",
    "its warnings": "x = '\\d'\nimport warnings\nwarnings.warn('y', DeprecationWarning)\n",
    "its standard input": "import sys\nprint(input(), sys.stdin.read())\n",
    "another encoding": b"# coding: latin-1\nx = '\xe4'\nprint(ascii(x))\n1 / 0  # \xe4\n",
    "a byte order mark": b"\xef\xbb\xbfprint(1)\n1 / 0\n",
    "other line ends": b"def f():\r\n    1 / 0\r\nf()\r\n",
    "a module that we load has its name": {
        "train.py": "import argparse, difflib.inner, re\nprint(argparse.mine, re.escape('.'))\n",
        "argparse.py": "mine = 1\n",
        "difflib/__init__.py": "print('my difflib')\n",
        "difflib/inner.py": "print('inner')\n",
    },
    "another folder meanwhile": "import os, sys\nos.chdir('/')\nsys.path.clear()\n1 / 0\n",
    "an event loop": """
        import asyncio
        async def f():
            await asyncio.sleep(0)
            raise SystemExit(5)
        asyncio.run(f())
        """,
    "another program in its place": """
        import os, sys
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-c", "print(3)"])
        """,
    "workers of each kind": """
        import multiprocessing
        class Mine: pass
        def work(mine):
            return type(mine).__module__, __name__
        if __name__ == "__main__":
            for kind in multiprocessing.get_all_start_methods():
                with multiprocessing.get_context(kind).Pool(1) as pool:
                    print(kind, pool.map(work, [Mine()]))
        """,
}
ONLY_POSIX: dict[str, str | bytes | Mapping[str, str]] = {
    "an interrupt from outside": """
        import os, signal, time
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(9)
        """,
    "a signal that ends it": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
    "a fork": """
        import os
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        print("parent" if child else "child")
        """,
    "a group of errors": "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\n",
}


def _plant(program: str | bytes | Mapping[str, str]) -> None:
    files = program if not isinstance(program, (str, bytes)) else {"train.py": program}
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())


def _ran(*command: str, flags: tuple[str, ...] = ()) -> tuple[int, str, str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *flags, *command],
        capture_output=True,
        check=False,
        env=environment,
        input=b"one\ntwo",
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "replace")


def _by_us(*words: str, flags: tuple[str, ...] = ()) -> tuple[int, str, str]:
    return _ran("-m", "hpman", "run", *words, flags=flags)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_script_behaves_as_python_runs_it(name: str) -> None:
    _plant(PROGRAMS[name])
    assert _by_us("train.py") == _ran("train.py")


@needs_posix
@pytest.mark.parametrize("name", ONLY_POSIX)
def test_a_script_behaves_as_python_runs_it_with_what_posix_has(name: str) -> None:
    _plant(ONLY_POSIX[name])
    assert _by_us("train.py") == _ran("train.py")


@needs_posix
def test_an_interrupt_ends_it_by_that_signal() -> None:
    _plant("raise KeyboardInterrupt\n")
    assert _by_us("train.py")[0] == -signal.SIGINT


@needs_posix
def test_a_reader_that_has_gone_is_told_as_python_tells_it() -> None:
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


@needs_posix
def test_the_current_folder_may_be_gone() -> None:
    _plant({"train.py": SHOW, "gone/x.txt": ""})
    path = os.path.abspath("train.py")
    shown = []
    for words in ("", "-m hpman run "):
        line = f'cd gone && rm -r ../gone && "{sys.executable}" {words}"{path}"'
        shown.append(subprocess.run(["bash", "-c", line], capture_output=True, check=False))
        _plant({"gone/x.txt": ""})
    assert shown[0].stdout == shown[1].stdout != b""


def test_a_folder_that_cannot_be_listed_shadows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(sys.modules)
    monkeypatch.setattr(sys, "path", ["nowhere"])
    launch._forget_shadowed("nowhere", ())
    assert sys.modules == before


def test_arguments_behind_two_dashes_are_the_script_s() -> None:
    _plant(SHOW)
    ours = _by_us("train.py", "--", "a", "--b", "--", "-c")
    assert ours == _ran("train.py", "a", "--b", "--", "-c")


@pytest.mark.parametrize("path", ["my train.py", "größe/train.py", "./sub/../sub/train.py"])
def test_a_path_is_taken_as_it_is(path: str) -> None:
    _plant({path: f"{SHOW}import near\nprint(sys.path[0])\n1 / 0\n"})
    _plant({os.path.join(os.path.dirname(path), "near.py"): "print('near')\n"})
    assert _by_us(path) == _ran(path)


@pytest.mark.parametrize("name", ["hpargparse", "run", "list", "argparse", "launch", "json"])
def test_a_script_may_have_the_name_of_a_module(name: str) -> None:
    _plant({f"{name}.py": f"{SHOW}import random\n"})
    assert _by_us(f"{name}.py") == _ran(f"{name}.py")


@pytest.fixture
def command() -> str:
    path = os.path.join(sysconfig.get_path("scripts"), "hpman")
    if not os.path.isfile(path):
        pytest.skip("the command is not installed")
    return path


def test_a_script_may_have_our_own_name(command: str) -> None:
    _plant({"hpman.py": SHOW})
    # `python -m hpman` would find the script.
    assert _ran(command, "run", "hpman.py") == _ran("hpman.py")


@pytest.mark.parametrize(
    "text",
    [
        "return 3\n",
        "break\n",
        "def f(a, a): pass\n",
        pytest.param(
            "from __future__ import nosuch\n",
            marks=pytest.mark.skipif(sys.version_info >= (3, 14), reason="its parser says so"),
        ),
        "1 / 0\n",
        "import sys\ndel sys.excepthook\n1 / 0\n",
        "import sys\nsys.excepthook = lambda *_: print(3)\n1 / 0\n",
    ],
)
def test_the_command_ends_with_an_error_as_python_does(text: str, command: str) -> None:
    _plant(text)
    assert _ran(command, "run", "train.py") == _ran("train.py")


@needs_posix
@pytest.mark.parametrize("path", ["link.py", "sub/link.py"])
def test_what_stands_beside_the_file_behind_a_link_is_imported(path: str) -> None:
    _plant({"sub/real.py": f"{SHOW}import near\nprint(sys.path[0])\n", "sub/near.py": ""})
    os.symlink("real.py", "sub/link.py")
    os.symlink("sub/link.py", "link.py")
    assert _by_us(path) == _ran(path)
    assert _by_us(path)[0] == 0


@pytest.mark.parametrize(
    "flags",
    [
        ("-O",),
        ("-I",),
        ("-W", "error"),
        pytest.param(
            ("-P",), marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="-P is younger")
        ),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("path", ["train.py", "app"])
def test_flags_of_the_interpreter_mean_the_same(flags: tuple[str, ...], path: str) -> None:
    text = f"{SHOW}print(__debug__, sys.path)\nimport near\n"
    _plant({"train.py": text, "near.py": "", "app/__main__.py": text, "app/near.py": ""})
    assert _by_us(path, flags=flags) == _ran(path, flags=flags)


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
    "needs/__init__.py": "import no_such_module\n",
    "needs/mod.py": "",
    "top.py": SHOW,
    "app/__main__.py": f"{SHOW}print(sys.path)\nimport helper\n1 / 0\n",
    "app/helper.py": "print(__name__)\n",
}


@pytest.mark.parametrize(
    "name", ["pkg", "pkg.mod", "names.deep.show", "broken.mod", "needs.mod", "top"]
)
def test_a_module_behaves_as_python_runs_it(name: str) -> None:
    _plant(MODULES)
    assert _by_us("-m", name, "--", "a") == _ran("-m", name, "a")
    assert _by_us(f"-m{name}") == _ran(f"-m{name}")


@pytest.mark.parametrize("path", ["app", "./app/"])
def test_a_folder_behaves_as_python_runs_it(path: str) -> None:
    _plant(MODULES)
    assert _by_us(path, "--", "a") == _ran(path, "a")


def test_a_hook_that_is_gone_is_python_s_to_tell() -> None:
    _plant("import sys\ndel sys.excepthook\n1 / 0\n")
    assert _by_us("train.py") == _ran("train.py")


def test_an_error_can_be_told_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    del sys.excepthook
    monkeypatch.setattr(sys, "stderr", None)
    error = ValueError()
    launch._leave_us_out(error, sys._getframe())
    sys.excepthook(ValueError, error, None)
    assert not hasattr(sys, "excepthook")


def test_an_error_of_another_frame_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *report: told.extend(report))
    error = ValueError()
    launch._leave_us_out(error, sys._getframe())
    other = KeyError()
    sys.excepthook(KeyError, other, None)
    assert told == [KeyError, other, None]


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
    ],
)
def test_a_module_is_found_without_an_import(name: str, source: str) -> None:
    _plant(MODULES)
    loaded = set(sys.modules)
    found = module(name)
    assert Path(found.source).resolve() == Path(source).resolve()
    assert found.roots == (os.getcwd(),)
    assert set(sys.modules) == loaded


def test_a_folder_that_may_not_be_listed_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    Path("closed").mkdir()
    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(PermissionError):
        script("closed")


def test_an_installed_module_is_found_with_the_folder_around_it() -> None:
    found = module("json.tool")
    assert found.roots == (os.getcwd(), os.path.dirname(os.__file__))


def test_finders_of_the_oldest_kind_are_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(MODULES)
    monkeypatch.setattr(sys, "meta_path", [object(), *sys.meta_path])
    assert module("top").given == "top"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nosuch", "There is no module `nosuch`"),
        ("sys", "There is no module `sys`"),
        ("pkg.none", "There is no module `pkg.none`"),
        ("top.none", "There is no module `top.none`"),
        ("names", "`names` is a package without a module `__main__`"),
        ("top.py", "Leave out `.py`: `-m top`."),
        ("", "-m: A part of the name of the module is empty.\nName a Python file"),
        ("pkg..mod", "-m pkg..mod: A part of the name"),
        (".pkg", "-m .pkg: A part of the name"),
    ],
)
def test_a_module_that_cannot_be_run_is_a_sentence(name: str, sentence: str) -> None:
    _plant(MODULES)
    with pytest.raises(HpmanError) as caught:
        module(name)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        pytest.param("-", "cannot be the standard input", id="standard input"),
        pytest.param("empty", "has no `__main__.py`", id="folder"),
        pytest.param("a.zip", "zip archive", id="archive"),
        pytest.param("a.pyz", "zip archive", id="archive that starts itself"),
    ],
)
def test_a_path_that_cannot_be_run_is_a_sentence(path: str, sentence: str) -> None:
    _plant({"empty/x.txt": "", "a.zip": "PK\3\4", "a.pyz": f"#!python\nPK\5\6{' ' * 18}"})
    with pytest.raises(HpmanError) as caught:
        script(path)
    assert sentence in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name there")
def test_a_pipe_is_no_script() -> None:
    os.mkfifo("pipe")
    with pytest.raises(HpmanError, match="no file"):
        script("pipe")


def test_a_script_that_is_not_there_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        script("none.py")


def test_annotations_stand_in_main_only_where_python_puts_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for has_them in (False, True):
        main = ModuleType("__main__")
        if has_them:
            main.__annotations__ = {}
        monkeypatch.setitem(sys.modules, "__main__", main)
        made = launch._new_main()
        assert made is sys.modules["__main__"] is not main
        assert ("__annotations__" in vars(made)) is has_them


def test_a_path_is_made_absolute_as_windows_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "name", "nt")
    assert launch._absolute("./a.py") == os.path.join(os.getcwd(), "a.py")
