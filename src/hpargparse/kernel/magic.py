"""The magic `%hpman`: a table of values, `set`, `panel`, and what is shown after a cell.

Owns the arguments of the magic, and what IPython has to be asked for. IPython is the `shell`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any

from hpman import HyperParameter, HyperParameterManager
from hpman.names import advice
from hpman.programs import CELLS, HEADERS, value_rows
from hpman.text import escape, truncate

from ..errors import ConversionError
from ..values.convert import Converter
from .cells import Cells, all_managers, set_value

Owned = tuple[HyperParameterManager, HyperParameter]

_LOADED = "_hpman_magic"  # the attribute of the shell that holds ours
USAGE = """\
%hpman                       show the values, the defaults, and what set them
%hpman set lr=0.1 depth=3    set values
%hpman panel [NAME ...]      show widgets that set values"""


class Magic:
    """Answer `%hpman`, and read each cell that has run."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._cells = Cells()

    def runs(self, info: Any) -> None:
        """Note which file the code of a cell will seem to be from. IPython calls this."""
        count, text = self._shell.execution_count, info.raw_cell or ""
        code = getattr(info, "transformed_cell", None) or self._shell.transform_cell(text)
        CELLS[self._shell.compile.get_code_name(text, code, count)] = f"In[{count}]"

    def ran(self, result: Any) -> None:
        """Read a cell that has run without an error. IPython calls this."""
        if not result.success:
            return
        info = result.info
        count = result.execution_count or self._shell.execution_count
        cell = getattr(info, "cell_id", None)
        for note in self._cells.ran(info.raw_cell or "", cell, count, self._shell.user_ns):
            lines = "\n".join(map(escape, note.split("\n")))
            print(f"hpman: {lines}")  # noqa: T201 - it belongs to the output of the cell

    def __call__(self, line: str) -> Any:
        """Do what a line after `%hpman` says."""
        try:
            command, *args = shlex.split(line) or [""]
        except ValueError as error:
            return self._say(f"{error}\n{USAGE}")
        if command == "" and not args:
            managers = [*dict.fromkeys(manager for manager, _hp in self.hyperparameters().values())]
            message = "No cell with a hyperparameter has run."
            return Table(managers) if managers else self._say(message)
        if command == "set" and args:
            return self._set(args)
        if command == "panel":
            return self._panel(args)
        return self._say(USAGE)

    def hyperparameters(self) -> dict[str, Owned]:
        """Return all hyperparameters by name, with their managers."""
        owned: dict[str, Owned] = {}
        for manager in all_managers(self._shell.user_ns):
            for hp in manager.hyperparameters():
                owned.setdefault(hp.name, (manager, hp))
        return owned

    def _set(self, args: list[str]) -> None:
        hps = self.hyperparameters()
        changes: list[tuple[HyperParameterManager, str, object]] = []
        for arg in args:
            name, equals, text = arg.partition("=")
            if not equals:
                return self._say(USAGE)
            if name not in hps:
                return self._say(_unknown(name, hps))
            manager, hp = hps[name]
            try:
                changes.append((manager, name, Converter.of(hp).parse(text)))
            except ConversionError as error:
                return self._say(f"{name}: {error}")
        for manager, name, value in changes:
            set_value(manager, name, value, "%hpman set")
        return None

    def _panel(self, names: list[str]) -> Any:
        hps = self.hyperparameters()
        for name in names:
            if name not in hps:
                return self._say(_unknown(name, hps))
        from importlib.util import find_spec

        if find_spec("ipywidgets") is None:
            return self._say("A panel needs ipywidgets: `%pip install ipywidgets` installs it.")
        from .panel import panel

        return panel([hps[name] for name in names or hps])

    def _say(self, text: str) -> None:
        print(text)  # noqa: T201 - the output of a magic


def _unknown(name: str, hps: Iterable[str]) -> str:
    return f"There is no hyperparameter `{name}` ({advice(name, hps)})."


class Table:
    """A table of the values of managers, as text and as HTML."""

    def __init__(self, managers: list[HyperParameterManager]) -> None:
        self._managers = managers

    def __repr__(self) -> str:
        from tabulate import tabulate

        rows = [
            [truncate(escape(cell)) for cell in row]
            for manager in self._managers
            for row in value_rows(manager)
        ]
        return tabulate(rows, headers=HEADERS, tablefmt="simple", disable_numparse=True)

    def _repr_html_(self) -> str:
        return "".join(manager._repr_html_() for manager in self._managers)


def load(shell: Any) -> None:
    """Load the extension into IPython: `%load_ext hpman`."""
    if getattr(shell, _LOADED, None) is not None:
        return
    magic = Magic(shell)
    setattr(shell, _LOADED, magic)
    shell.register_magic_function(magic, "line", "hpman")
    shell.events.register("pre_run_cell", magic.runs)
    shell.events.register("post_run_cell", magic.ran)


def unload(shell: Any) -> None:
    """Undo `load`."""
    magic = getattr(shell, _LOADED, None)
    if magic is not None:
        setattr(shell, _LOADED, None)
        shell.events.unregister("pre_run_cell", magic.runs)
        shell.events.unregister("post_run_cell", magic.ran)
