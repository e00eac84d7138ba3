"""Cells as sources, and what `%hpman` shows, with a stand-in for IPython."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import hpman
from hpargparse.kernel import magic
from hpargparse.kernel.cells import managers_of
from hpman import HyperParameterManager, m

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Shell:
    """What the extension asks of IPython: names, magics and events."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.execution_count = 0
        self.magics: dict[str, Callable[[str], Any]] = {}
        self.hooks: dict[str, list[Callable[[Any], None]]] = {
            "pre_run_cell": [],
            "post_run_cell": [],
        }
        self.events = SimpleNamespace(
            register=lambda event, hook: self.hooks[event].append(hook),
            unregister=lambda event, hook: self.hooks[event].remove(hook),
        )
        self.transform_cell = str
        self.compile = SimpleNamespace(get_code_name=lambda _raw, _code, count: f"/tmp/{count}.py")

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert kind == "line"
        self.magics[name] = function

    def run(self, text: str, cell: str | None = None) -> Any:
        """Run a cell, or a line with the magic."""
        self.execution_count += 1
        shown, success = None, True
        info = SimpleNamespace(raw_cell=text, cell_id=cell)
        for hook in self.hooks["pre_run_cell"]:
            hook(info)
        if text.startswith("%hpman"):
            shown = self.magics["hpman"](text.removeprefix("%hpman").strip())
        else:
            try:
                path = f"/tmp/{self.execution_count}.py"
                exec(compile(text.replace("!ls", ""), path, "exec"), self.user_ns)
            except ZeroDivisionError:
                success = False
        for hook in self.hooks["post_run_cell"]:
            count = self.execution_count
            hook(SimpleNamespace(info=info, execution_count=count, success=success))
        return shown


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    for name in managers_of(vars(m)):
        monkeypatch.delattr(m, name)
    made = Shell()
    hpman.load_ipython_extension(made)
    made.run("from hpman.m import _, hp as other")
    yield made
    for name in managers_of(vars(m)):
        delattr(m, name)


def test_a_cell_that_runs_again_replaces_what_it_held(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("!ls\nlr = _('lr', 1e-3); _('gone', 1); other('depth', 3)", "a")
    shell.run("_('lr')", "b")
    assert capsys.readouterr().out == ""
    shell.run("lr = _('lr', 1e-2)", "a")
    assert capsys.readouterr().out == "hpman: default of lr changed 1e-3 → 1e-2\n"
    manager = shell.user_ns["_"]
    assert shell.user_ns["lr"] == 1e-2
    assert manager.index.names("_") == ["lr"]
    assert str(manager.explain("lr")).startswith("In[4]:1 default 1e-2\n")
    shell.run("%hpman set lr=5")
    shell.run("lr = _('lr', 1e-1)", "a")
    assert capsys.readouterr().out == (
        "hpman: default of lr changed 1e-2 → 1e-1; it stays 5.0, set by %hpman set\n"
    )
    assert shell.user_ns["lr"] == 5.0


def test_the_newest_default_counts(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("_('lr', 1); _('x', 1)")
    shell.run("_('lr', 2)")
    assert capsys.readouterr().out == "hpman: default of lr changed 1 → 2\n"
    assert shell.user_ns["_"].index.names("_") == ["x", "lr"]


def test_a_table_shows_what_set_a_value(shell: Shell) -> None:
    shell.run("_('lr', 1e-3); other('depth', 3); _.set_value('free', '<b>')", "a")
    shell.run("%hpman set lr=1")
    table = shell.run("%hpman")
    assert repr(table) == (
        "name    value    default    set by\n"
        "------  -------  ---------  -----------------\n"
        "lr      1.0      1e-3       %hpman set\n"
        "free    '<b>'               In[2]:1 set_value\n"
        "depth   3        3"
    )
    html = table._repr_html_()
    assert "<tr><td>lr</td><td>1.0</td><td>1e-3</td><td>%hpman set</td></tr>" in html
    assert "&lt;b&gt;" in html
    assert html.count("<table>") == 2
    origins = shell.user_ns["_"].explain("lr")._repr_html_()
    assert "<tr><td>In[2]:1</td><td>default 1e-3</td></tr>" in origins


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("set lr=2", "lr: expected a value from 0 to 1, got 2.0; the range of `lr` is defined at"),
        ("set l=1", "There is no hyperparameter `l` (did you mean `lr`?)."),
        ("set lr", magic.USAGE),
        ("set", magic.USAGE),
        ("other", magic.USAGE),
        ("set 'lr", "No closing quotation\n%hpman  "),
        ("panel l", "There is no hyperparameter `l` (did you mean `lr`?)."),
        ("set group=1", "There is no hyperparameter `group` ("),
    ],
)
def test_a_mistake_is_a_sentence(
    shell: Shell, line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("_('lr', 0.5, range=(0, 1)); _('group.x', 1)")
    shell.run(f"%hpman {line}")
    assert capsys.readouterr().out.startswith(said)
    assert shell.user_ns["_"].get_values() == {"lr": 0.5, "group.x": 1}


def test_a_call_that_cannot_be_read_is_a_sentence(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("y = 1\n_('x', 1, help=y)\n_('z', y)")
    assert capsys.readouterr().out == (
        "hpman: In[2]:2:11: The hint `help` is not a literal, but `y`. Write its value in place: "
        "hints are read without running the program.\n"
    )
    shell.run("def f():\n    return _('x.y', 1)")
    assert capsys.readouterr().out == (
        "hpman: In[3]:2:12: `x` (In[2]:2 call 1) is a hyperparameter, so "
        "`x.y` (In[3]:2 default 1) cannot lie below it.\n"
        "    1: def f():\n==> 2:     return _('x.y', 1)\n"
        "Rename one of the two. Names are split at `.`.\n"
    )
    shell.run("def g(_):\n    return _('hidden', 1)")
    shell.run("_('failed', 1 / 0)")
    shell.run("k = 1; !ls")
    shell.run("_('notliteral', 2 * y)")
    assert capsys.readouterr().out == ""
    assert shell.user_ns["_"].index.names("_") == ["z", "notliteral"]


def test_without_hyperparameters_and_without_widgets(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("%hpman")
    assert capsys.readouterr().out == "No cell with a hyperparameter has run.\n"
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    shell.run("%hpman panel")
    assert capsys.readouterr().out == (
        "A panel needs ipywidgets: `%pip install ipywidgets` installs it.\n"
    )
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)
    shell.run("_('lr', 1); _('x', 2)")
    module = SimpleNamespace(panel=lambda rows: [row.name for _manager, row in rows])
    monkeypatch.setitem(sys.modules, "hpargparse.kernel.panel", module)
    assert shell.run("%hpman panel") == ["lr", "x"]
    assert shell.run("%hpman panel x") == ["x"]


def test_the_extension_is_loaded_once_and_can_be_unloaded(shell: Shell) -> None:
    hpman.load_ipython_extension(shell)
    assert [len(hooks) for hooks in shell.hooks.values()] == [1, 1]
    hpman.unload_ipython_extension(shell)
    hpman.unload_ipython_extension(shell)
    assert [len(hooks) for hooks in shell.hooks.values()] == [0, 0]
    hpman.load_ipython_extension(shell)
    assert [len(hooks) for hooks in shell.hooks.values()] == [1, 1]


def test_a_manager_is_a_table() -> None:
    manager = HyperParameterManager("_").parse_source("_('lr', 1e-3); _('used')")
    html = manager._repr_html_()
    assert "<tr><td>lr</td><td>0.001</td><td>1e-3</td><td></td></tr>" in html
    assert "<tr><td>used</td><td></td><td></td><td></td></tr>" in html
