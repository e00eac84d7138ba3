"""Distinguish calls of the manager from calls of other functions that are named `_`.

Owns when a call belongs to hpman; must not read files nor know the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from hpman import Diagnostic, Index, ModuleScan, Occurrence
from hpman.programs import is_notebook, private_names

from .sources import Modules

_RAISES = "the call raises NameError."


class Owned:
    """Keep which calls belong to hpman while a project changes.

    Nothing does if no file mentions hpman and the user named no placeholder. Otherwise a bare
    call `_("…")` may still belong to gettext or to anything else. How the file gets its
    placeholder decides for all calls of that placeholder in the file:

    1. The file imports the manager from hpman, reaches it through the module, or makes it.
       All calls count.
    2. The file imports the placeholder by the same name from another module. All calls
       count if that module has the manager by these two rules. If the module is not found,
       they count if some checked file has the manager, or the file has a typical call.
    3. The file does not bind the placeholder. All calls count if the user named the
       placeholder, or the file has a typical call.

    In the third case, calls in a scope that binds the placeholder to something else count
    only if they are typical. A call is typical of a hyperparameter if it gives a default to a
    name without blanks, unlike a message of gettext, or if a file of the first kind gives its
    name a default. Calls of `_` in a file that mentions gettext are not typical.

    >>> Owned().update(Index(), {}).placeholders()
    set()
    """

    def __init__(self) -> None:
        self._index = Index()
        self._results: dict[tuple[object, ...], tuple[ModuleScan, ModuleScan]] = {}

    def update(self, index: Index, modules: Modules, requested: Iterable[str] = ()) -> Index:
        """Return an index of the calls that belong to hpman, and what is wrong with them.

        A user has requested some placeholders. Files that have not changed are shared.
        """
        requested = frozenset(requested)
        files: dict[tuple[object, ...], ModuleScan] = {}
        if requested or _mention_hpman(index, modules):
            owner = _Owner(index, modules, requested)
            files = {key: self._result(owner, file) for key, file in index.files.items()}
        old = self._index.files
        files = {k: f for k, f in files.items() if f.occurrences or f.diagnostics or f.mentions}
        new = [file for key, file in files.items() if old.get(key) != file]
        gone = old.keys() - files.keys()
        if new or gone:
            self._index = self._index.swap(new, gone)
        return self._index

    def _result(self, owner: _Owner, file: ModuleScan) -> ModuleScan:
        """Return a file without the calls that do not belong to hpman."""
        key = file.source.key
        before, after = self._results.get(key, (None, None))
        if before is not file or after is None:
            after = owner.owned(file)
            if owner.is_alone(file):
                self._results[key] = file, after
        return after


def _mention_hpman(index: Index, modules: Modules) -> bool:
    files = (*index.files.values(), *filter(None, modules.values()))
    # A notebook that cannot be read may do so in a cell.
    return any(
        "hpman" in file.source.text or (is_notebook(file.source.path) and file.diagnostics)
        for file in files
    )


class _Owner:
    def __init__(self, index: Index, modules: Modules, requested: frozenset[str]) -> None:
        self._modules = modules
        self._requested = requested
        files = index.files.values()
        self._imported = frozenset[str]().union(*(file.managers for file in files))
        self._managers = requested | self._imported
        self._files = files

    @cached_property
    def _defined(self) -> set[tuple[str, str]]:
        return {
            (call.placeholder, call.name)
            for file in self._files
            for call in file.occurrences
            if call.is_definition and call.placeholder in file.managers
        }

    def is_alone(self, file: ModuleScan) -> bool:
        """Return whether no other file decides which calls of a file belong to hpman."""
        return not file.unbound and _placeholders(file) <= file.managers

    def owned(self, file: ModuleScan) -> ModuleScan:
        """Return a file without the calls that do not belong to hpman."""
        bound = file.managers.union(name for name, _module in file.reexports)
        calls = file.with_faulty().occurrences
        ours = {name: self._is_ours(file, name) for name in _placeholders(file)}
        occurrences = []
        problems = []
        hidden: dict[tuple[int, int], Diagnostic] = {}  # a call with two faults counts once
        for call in calls:
            is_ours = ours[call.placeholder]
            if call.hidden_by is None:
                occurrences += [call] if is_ours else []
            elif is_ours if call.placeholder in bound else self._is_typical(file, call):
                hidden[call.line, call.column] = _hidden(file, call.placeholder, call.name, call)
        for problem in file.diagnostics:
            faulty, placeholder = problem.call, problem.placeholder
            if faulty is None or placeholder is None:
                problems.append(problem)
            elif not ours[placeholder]:
                continue
            elif faulty.hidden_by is None:
                problems.append(problem)
            elif placeholder in bound:
                place = faulty.line, faulty.column
                hidden.setdefault(place, _hidden(file, placeholder, problem.name, faulty))
        diagnostics = (*problems, *hidden.values(), *self._unbound(file, calls))
        diagnostics += tuple(_private_in_marimo(file, occurrences))
        mentions = tuple(mention for mention in file.mentions if ours[mention.placeholder])
        return file.replace(
            occurrences=tuple(occurrences), diagnostics=diagnostics, mentions=mentions
        )

    def _unbound(self, file: ModuleScan, calls: Iterable[Occurrence]) -> Iterator[Diagnostic]:
        """Report each placeholder that a file never binds, at its first call."""
        names = (file.unbound & self._imported) - self._requested
        for call in calls:
            if call.placeholder in names:
                names -= {call.placeholder}
                problem = f"This file never binds `{call.placeholder}`"
                advice = f"Import the manager: `from hpman.m import {call.placeholder}`."
                yield Diagnostic.at(call, "HPM302", f"{problem}, so {_RAISES}", advice)

    def _is_ours(self, file: ModuleScan, placeholder: str) -> bool:
        if placeholder in file.managers:
            return True
        if all(name != placeholder for name, _module in file.reexports):
            return placeholder in self._requested or self._has_typical_call(file, placeholder)
        is_handed_on = self._hands_on(file, placeholder, ())
        if is_handed_on is None:
            return placeholder in self._managers or self._has_typical_call(file, placeholder)
        return is_handed_on

    def _hands_on(
        self, file: ModuleScan, placeholder: str, importers: tuple[object, ...]
    ) -> bool | None:
        """Return whether a file has the manager; None if it imports it from an unknown module."""
        if placeholder in file.managers:
            return True
        answers: set[bool | None] = set()
        for name, module in file.reexports:
            if name == placeholder:
                imported = self._modules.get((file.source.path, module))
                if imported is None:
                    answers.add(None)
                elif imported.source.key not in importers:
                    importers = (*importers, file.source.key)
                    answers.add(self._hands_on(imported, placeholder, importers))
        return True if True in answers else None if None in answers else False

    def _has_typical_call(self, file: ModuleScan, placeholder: str) -> bool:
        return any(
            call.placeholder == placeholder
            and call.hidden_by is None
            and self._is_typical(file, call)
            for call in file.with_faulty().occurrences
        )

    def _is_typical(self, file: ModuleScan, call: Occurrence) -> bool:
        if call.placeholder == "_" and "gettext" in file.source.text:
            return False
        if (call.placeholder, call.name) in self._defined:
            return True
        return call.is_definition and not any(map(str.isspace, call.name))


def _private_in_marimo(file: ModuleScan, calls: Iterable[Occurrence]) -> Iterator[Diagnostic]:
    """Report the calls of a name that another cell of marimo has bound for itself alone."""
    private = [call for call in calls if call.placeholder.startswith("_")]
    if not private or "marimo" not in file.source.text:
        return
    for first, last, names in private_names(file.source.text):
        for call in private:
            if first <= call.line <= last and call.placeholder not in names:
                problem = f"`{call.placeholder}` is private to the cell of marimo that binds it"
                advice = "Use a name without a leading underscore: `from hpman.m import hp`."
                yield Diagnostic.at(call, "HPM302", f"{problem}, so {_RAISES}", advice)


def _placeholders(file: ModuleScan) -> set[str]:
    """Return the placeholders of all calls in a file, also of faulty ones."""
    facts: tuple[Any, ...] = (*file.with_faulty().occurrences, *file.diagnostics, *file.mentions)
    return {fact.placeholder for fact in facts if fact.placeholder is not None}


def _hidden(file: ModuleScan, placeholder: str, name: str | None, call: Any) -> Diagnostic:
    """Report a call whose placeholder is bound to something else."""
    binding = f"L{file.source.line_name(call.hidden_by or 1)[1:]} binds `{placeholder}`"
    message = f"{binding} to something else, so this does not call the manager."
    advice = "Rename the other binding, or import the manager by another name."
    place = file.source.path, call.line, call.column
    end = call.end_line, call.end_column
    return Diagnostic("HPM301", message, advice, *place, name, (), file.source, placeholder, *end)
