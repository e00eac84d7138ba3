"""The cells that a kernel has run, as sources of the managers.

Owns that a cell which runs again replaces what it held. Must not know IPython.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hpman import HpmanError, HyperParameterManager, Index, ModuleScan, Occurrence, Origin, m
from hpman.programs import adopt_cells, python_of, scan_cell
from hpman.text import Source

from ..cli.errors import error_text


def managers_of(names: Mapping[str, Any]) -> dict[str, HyperParameterManager]:
    """Return the managers that the names of a program stand for."""
    return {
        name: value for name, value in names.items() if isinstance(value, HyperParameterManager)
    }


def all_managers(names: Mapping[str, Any]) -> list[HyperParameterManager]:
    """Return the managers of the names of a program and those of `hpman.m`."""
    return [*dict.fromkeys((*managers_of(names).values(), *managers_of(vars(m)).values()))]


class Cells:
    """Keep the hyperparameters of cells in the managers.

    >>> cells, names = Cells(), {"doc": m.doc}
    >>> list(cells.ran("doc('lr', 1e-3)", "a", 1, names))
    []
    >>> list(cells.ran("doc('lr', 1e-2)", "a", 2, names))
    ['default of lr changed 1e-3 → 1e-2']
    """

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}  # in the order in which cells ran first

    def ran(
        self, text: str, cell: str | None, count: int, names: Mapping[str, Any]
    ) -> Iterator[str]:
        """Take the hyperparameters of a cell that has run, and yield what the user should know."""
        name = ("run", count) if cell is None else cell
        key = (2, self._numbers.setdefault(name, len(self._numbers)))  # 0 and 1 are files and texts
        source = Source(f"In[{count}]", python_of(text), key)
        managers = managers_of(names)
        scan = scan_cell(source, managers)
        by_manager: dict[HyperParameterManager, list[Occurrence]] = {}
        for call in scan.occurrences:
            manager = managers.get(call.placeholder) or getattr(m, call.placeholder)
            if call.hidden_by is None:
                own_call = call.replace(placeholder=manager.placeholder)
                by_manager.setdefault(manager, []).append(own_call)
        for problem in scan.diagnostics:
            if problem.code != "HPM001":  # Python has run it
                yield f"{problem.place}: {problem.message} {problem.advice}"
        for manager in all_managers(names):
            calls = tuple(by_manager.get(manager, ()))
            if calls or key in manager.index.files:
                own = scan.replace(occurrences=calls, diagnostics=(), mentions=())
                yield from _adopt(manager, own)


def _adopt(manager: HyperParameterManager, scan: ModuleScan) -> Iterator[str]:
    """Let a manager take the calls of a cell. A default in it replaces an older one."""
    before = manager.index
    new = {call.name: call for call in scan.occurrences if call.is_definition}
    others = [*_without(before, manager.placeholder, new, scan.source.key)]
    old = {name: before.definition(manager.placeholder, name) for name in new}
    try:
        adopt_cells(manager, [*others, scan])
    except HpmanError as error:
        yield error_text(error)
        return
    for name, call in new.items():
        was = old[name]
        if was is not None and was.text != call.text:
            yield f"default of {name} changed {was.text} → {call.text}{_still(manager, name)}"


def _without(
    index: Index, placeholder: str, names: Iterable[str], key: tuple[object, ...]
) -> Iterator[ModuleScan]:
    """Yield the other files that define some names, without these definitions."""
    for file in index.files.values():
        kept = tuple(
            call
            for call in file.occurrences
            if not (call.is_definition and call.placeholder == placeholder and call.name in names)
        )
        if file.source.key != key and len(kept) < len(file.occurrences):
            yield file.replace(occurrences=kept)


def _still(manager: HyperParameterManager, name: str) -> str:
    """Return what is in force instead of a default, as the end of a sentence."""
    *_, last = manager.explain(name)
    return "" if last.is_default else f"; it stays {manager.get_value(name)!r}, set by {last}"


def set_value(manager: HyperParameterManager, name: str, value: object, by: str) -> None:
    """Set a value, with a text that says who did."""
    manager.set_values({name: value}, origins=Origin("setter", text=by, value=value))
