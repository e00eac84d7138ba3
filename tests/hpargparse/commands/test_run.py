"""What `hpman run` does with its arguments, and with the values of a script."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from hpargparse.commands import run
from hpargparse.run.runner import Program, python_path
from hpman import HyperParameterManager, m
from tests.notebooks import notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BARE = """\
import model
from hpman.m import _

if __name__ == "__main__":
    print(_("lr", 1e-3), model.depth())
"""
MODEL = """\
from hpman.m import _

def depth():
    return _("model.depth", 4)
"""
BOMB = 'raise SystemExit("this " "was run")\n'  # an excerpt of it is not its message


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(MODEL)
    Path("train.py").write_text(BARE)


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., str]]:
    """Run a program in this process; return its output, or its errors if there is none."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name in ("argv", "excepthook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr("hpman.manager.PRESETS", {})
    for placeholder in ("_", "hp"):
        monkeypatch.setitem(vars(m), placeholder, HyperParameterManager(placeholder))

    def program(*args: str, status: int = 0) -> str:
        ended: object = 0
        try:
            run.main(args)
        except SystemExit as error:
            ended = error.code or 0
        output, errors = capsys.readouterr()
        assert ended == status, errors
        assert status or not errors
        return output or errors

    yield program
    for name, module in [*sys.modules.items()]:
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]


def _run(*args: str) -> str:
    """Run a program in a process of its own; return its output."""
    command = [sys.executable, "-m", "hpman", "run", *args]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        ("-- train.py --model.depth 5 --lr=3", "3.0 5"),
        ("-m train --lr 3", "3.0 4"),
        ("-mtrain --lr 3", "3.0 4"),
    ],
)
def test_a_script_without_a_command_line_gets_values(args: str, shown: str) -> None:
    assert _run(*args.split()) == f"{shown}\n"


def test_a_name_whose_option_is_taken_goes_without_one(program: Callable[..., str]) -> None:
    Path("own.py").write_text(
        'from hpman.m import _\nprint(_("help", 1), _("hp_load", 2), _("lr", 3))\n'
    )
    Path("a.yaml").write_text("help: 7\n")
    assert program("own.py", "--hp-load", "a.yaml", "--lr", "4") == "7 2 4\n"
    text = " ".join(program("own.py", "--help").split())
    assert "No option for the hyperparameters help, hp_load: the command has its own" in text


@pytest.mark.parametrize("args", ["scripts/train.py", "-m scripts.train"])
def test_modules_of_the_python_path_belong_to_the_project(
    args: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, text in {
        "scripts/train.py": "from pkg import net\nprint(net.size())\n",
        "src/pkg/__init__.py": "",
        "src/pkg/net.py": 'from hpman.m import _\ndef size():\n    return _("size", 3)\n',
        "other/site-packages/pkg/net.py": 'from hpman.m import _\n_("installed", 3)\n',
    }.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
    package = os.path.dirname(os.path.dirname(run.__file__))
    folders = [os.path.dirname(package), "other/site-packages", "src"]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))
    assert "installed" not in _run(*args.split(), "--help")
    Path("other/site-packages/pkg/net.py").unlink()
    assert _run(*args.split(), "--size", "4") == "4\n"


def test_folders_of_an_editable_install_belong_to_the_project() -> None:
    for path, text in {
        "pyproject.toml": "",
        "scripts/train.py": "from pkg import net\nprint(net.size())\n",
        "src/pkg/__init__.py": "",
        "src/pkg/net.py": 'from hpman.m import _\ndef size():\n    return _("size", 3)\n',
        "installed/pkg.pth": str(Path("src").absolute()),
    }.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
    code = (
        "import site; site.addsitedir('installed')\n"
        "from hpargparse.commands.run import main; main(['scripts/train.py', '--size', '4'])"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "4\n"


def test_the_python_path_counts_only_where_python_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert python_path() == []
    monkeypatch.setenv("PYTHONPATH", f"a{os.pathsep}")
    assert python_path() == ["a", os.curdir]
    monkeypatch.setattr(sys, "flags", SimpleNamespace(ignore_environment=1))
    assert python_path() == []


def test_a_script_that_reads_all_values_sees_them(program: Callable[..., str]) -> None:
    Path("all.py").write_text(
        "import model\nfrom hpman.m import _\n"
        "print(_.get_values(), _.get_value('model'))\nprint(_.explain('lr'))\n_('lr', 1)\n"
    )
    shown = "{'lr': 2, 'model.depth': 5} {'depth': 5}\nall.py:5 default 1\n--lr\n"
    assert program("all.py", "--lr", "2", "--model.depth", "5") == shown


@pytest.mark.parametrize("args", ["--help", "--hp-list", "--hp-exit", "--hp-detail -- a"])
def test_an_action_that_exits_does_not_run_the_program(
    args: str, program: Callable[..., str]
) -> None:
    Path("bomb.py").write_text(BOMB)
    Path("top.py").write_text(f"import no_such_module, bomb\n{BOMB}from hpman.m import _\n")
    Path("pkg").mkdir()
    Path("pkg/__init__.py").write_text(f"from hpman.m import _\n{BOMB}_('of_package', 1)\n")
    Path("pkg/mod.py").write_text(f"{BOMB}import bomb\nfrom hpman.m import _\n")
    # If they are run or imported, they end with a message in place of a status.
    for target in (["top.py"], ["-m", "pkg.mod"]):
        assert "this was run" not in program(*target, *args.split(), status=0)


def test_a_module_has_the_hyperparameters_of_the_packages_that_python_runs_first(
    program: Callable[..., str],
) -> None:
    for path, text in {
        "pkg/__init__.py": "print(_('outer', 1))",
        "pkg/space/inner/__init__.py": "import model\nprint(model.depth())",
        "pkg/space/inner/mod.py": "print(_('lr', 3))",
    }.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(f"from hpman.m import _\n{text}\n")
    listed = program("-m", "pkg.space.inner.mod", "--hp-list")
    assert sorted(listed.splitlines()) == ["lr: 3", "model.depth: 4", "outer: 1"]
    assert program("-m", "pkg.space.inner.mod", "--outer", "2") == "2\n4\n3\n"


def test_help_names_the_hyperparameters_of_the_packages_around_a_module(
    program: Callable[..., str],
) -> None:
    Path("pkg").mkdir()
    Path("pkg/__init__.py").write_text("from hpman.m import _\n_('of_package', 1)\n")
    Path("pkg/mod.py").write_text("import model\nfrom . import near\n")
    Path("pkg/near.py").write_text("from hpman.m import _\n_('near', 1)\n")
    text = program("-m", "pkg.mod", "-h")
    assert text.startswith("usage: hpman run -m pkg.mod [-h]")
    assert all(f"--{option} " in text for option in ("of-package", "near", "model.depth"))


def test_all_managers_are_set_and_saved_together(program: Callable[..., str]) -> None:
    Path("two.py").write_text(
        "from hpman.m import _, hp\nprint(_('a', 1), hp('b', 2), hp('c.d', 3))\n"
    )
    assert program("two.py", "--b", "5", "--a", "4", "--hp-save", "two.yaml") == "4 5 3\n"
    assert Path("two.yaml").read_text() == "a: 4\nb: 5\nc.d: 3\n"
    assert program("two.py", "--hp-load", "two.yaml", "--c.d", "6") == "4 5 6\n"


BINDS = """\
import argparse, hpargparse
from hpman.m import _

_.parse_file(__file__)
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=1)
hpargparse.bind(parser, _)
args = parser.parse_args()
print(args.lr, _.get_value("lr"), _("lr", 1e-3), args.epochs, args.data, _("data", required=True))
"""
SHORT = """\
import hpargparse, model
from hpman.m import _

args = hpargparse.parse_args(_, __file__)
print(args.lr, _("lr", 1e-3), model.depth())
"""


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        ("--lr 3 --data x -- --epochs 7", "3.0 3.0 3.0 7 x x"),
        ("--lr 3 --data x -- --lr 4", "4.0 4.0 4.0 1 x x"),
    ],
)
def test_a_script_that_binds_keeps_the_values(
    args: str, shown: str, program: Callable[..., str]
) -> None:
    Path("binds.py").write_text(BINDS)
    assert program("binds.py", *args.split()) == f"{shown}\n"


@pytest.mark.parametrize("args", [[""], ["--", ""]], ids=repr)
def test_an_empty_path_is_a_sentence(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(args)
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "hpman run: error: The path is empty.\n"
        "Name a file or a folder; `.` is the current folder.\n"
    )


ENUMS = """\
import hpargparse, optim as o
from hpman.m import _

print(_("opt", o.Opt.SGD), hpargparse.parse_args(_, __file__).opt)
"""


def test_a_member_of_an_imported_enum_is_checked_before_the_script_runs(
    program: Callable[..., str],
) -> None:
    Path("optim.py").write_text("from enum import Enum\nclass Opt(Enum): SGD = 1; ADAM = 'adam'")
    Path("enums.py").write_text(ENUMS)
    assert program("enums.py", "--opt", "adam") == "Opt.ADAM ADAM\n"
    assert program("enums.py", "--opt", "1", "--hp-list") == "opt: SGD\n"
    assert program("enums.py", "--", "--opt", "ADAM") == "Opt.SGD ADAM\n"
    Path("enums.py").write_text(BOMB + ENUMS)
    refused = "invalid choice: 'adm' (choose from 'SGD', 'ADAM')"
    assert refused in program("enums.py", "--opt", "adm", status=2)


def test_a_required_value_is_missed_before_the_script_runs(program: Callable[..., str]) -> None:
    Path("binds.py").write_text(BOMB + BINDS)
    assert "the following arguments are required: --data" in program("binds.py", status=2)


def test_a_call_that_does_not_reach_the_manager_is_a_warning(program: Callable[..., str]) -> None:
    Path("again.py").write_text(
        "from hpman.m import _\ndef f(xs):\n    a, _ = xs\n    return _('lr', 1)\n"
        "raise SystemExit(7)\n"
    )
    shown = program("again.py", "--lr", "3", status=7)
    assert "again.py: warning: again.py:4: line 3 binds `_` to something else" in shown


def test_the_short_form_keeps_the_values(program: Callable[..., str]) -> None:
    Path("short.py").write_text(SHORT)
    assert program("short.py", *"--lr 3 -- --model.depth 6".split()) == "3.0 3.0 6\n"


@pytest.mark.parametrize("placeholder", ["_", "my experiment"])
def test_private_managers_get_the_values(placeholder: str, program: Callable[..., str]) -> None:
    Path("own.py").write_text(
        "from hpman import HyperParameterManager\n"
        f"exp = HyperParameterManager({placeholder!r})\n"
        "print(exp('lr', 1), exp('deep.n', 2), exp.parse_file(__file__).get_values())\n"
        "other = HyperParameterManager('other')\n"
        "print(other.get_values())\n"
    )
    assert program("own.py", "--lr", "3") == "3 2 {'lr': 3, 'deep.n': 2}\n{}\n"


def test_a_script_may_import_the_manager_again(program: Callable[..., str]) -> None:
    Path("gone.py").write_text(
        "import sys\nfrom hpman.m import _\ndel _\nfrom hpman import m\nprint(m._('lr', 1))\n"
    )
    assert program("gone.py", "--lr", "2") == "2\n"


def test_a_worker_has_the_values_when_it_imports_the_program() -> None:
    Path("early.py").write_text(
        "from hpman.m import _\n"
        "from hpman import HyperParameterManager\n"
        "from multiprocessing import get_context\n"
        "LR, KS = _('lr', 1), HyperParameterManager('exp')('ks', [1])\n"
        "def work(_i): return LR, KS\n"
        "if __name__ == '__main__':\n"
        "    with get_context('spawn').Pool(1) as pool: print(pool.map(work, [0]))\n"
    )
    assert _run("early.py", "--lr", "2", "--ks", "3,4") == "[(2, [3, 4])]\n"


@pytest.mark.parametrize("kind", multiprocessing.get_all_start_methods())
@pytest.mark.slow
def test_workers_get_the_values(kind: str) -> None:
    Path("work.py").write_text(
        "import model\n"
        "from hpman.m import _\n"
        "from multiprocessing import get_context\n"
        "def work(_i): return _('lr', 1), model.depth()\n"
        "if __name__ == '__main__':\n"
        f"    with get_context({kind!r}).Pool(1) as pool: print(pool.map(work, [0]))\n"
    )
    assert _run("work.py", "--lr", "2", "--model.depth", "6") == "[(2, 6)]\n"


def test_the_arguments_of_the_process_are_the_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["hpman run", "-h"])
    with pytest.raises(SystemExit) as ended:
        run.main()
    assert ended.value.code == 0
    assert "examples:\n  hpman run train.py --help" in capsys.readouterr().out


def test_listing_runs_no_module_of_the_current_folder() -> None:
    for name in ("argparse", "re", "hpargparse", "yaml", "tabulate"):
        Path(f"{name}.py").write_text(BOMB)
    Path("bare.py").write_text("from hpman.m import _\n_('lr', 1)\n")
    assert _run("bare.py", "--hp-list") == "lr: 1\n"


def test_a_plain_run_loads_no_heavy_module() -> None:
    Path("loaded.py").write_text(
        "import sys\nfrom hpman.m import _\n_('lr', 1)\nprint(*sorted(sys.modules))\n"
    )
    loaded = set(_run("loaded.py", "--lr", "2").split())
    heavy = (
        "ast dataclasses difflib inspect json logging pathlib pickle tabulate tokenize typing yaml"
    )
    bare = set(_run_python(f"{_PLAIN}; import sys; print(*sys.modules)").split())
    assert (loaded - bare).isdisjoint(heavy.split())


# Python 3.14 loads what knows the colours of help as soon as a parser has an option.
_PLAIN = "import argparse; argparse.ArgumentParser().add_argument('--lr')"


def _run_python(code: str) -> str:
    command = [sys.executable, "-m", "timeit", "-n1", "-r1", "-s", code, "pass"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_script_that_may_not_be_read_is_a_sentence(program: Callable[..., str]) -> None:
    Path("train.py").chmod(0)
    assert "train.py: Cannot read this: Permission denied." in program("train.py", status=2)


def test_a_notebook_has_an_option_for_its_outputs(
    program: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("nb.ipynb").write_bytes(notebook("from hpman.m import _", "!ls\n_('lr', 1, range=(0, 2))"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)
    calls: list[object] = []
    monkeypatch.setattr(Program, "run", lambda self, *args: calls.append((self.output, args[0])))
    program("nb.ipynb", "-o", "out.ipynb", "--lr", "2", "--", "a")
    assert calls == [("out.ipynb", ["a"])]
    assert m._("lr") == 2
    for args, problem in (
        (["--lr", "3"], "the range of `lr` is defined at nb.ipynb:cell 2:2\n"),
        (["-o", "no/out.ipynb"], "-o no/out.ipynb: this folder does not exist; create it first\n"),
    ):
        assert program("nb.ipynb", *args, status=2).endswith(problem)


def test_a_notebook_is_listed_without_what_runs_it(
    program: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("nb.ipynb").write_bytes(notebook("from hpman.m import _\n_('lr', 1)"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert "lr: 3" in program("nb.ipynb", "--lr", "3", "--hp-list")
    assert "pip install 'hpman[notebook]'" in program("nb.ipynb", "--lr", "3", status=2)
