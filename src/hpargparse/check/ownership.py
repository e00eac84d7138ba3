"""Which calls are those of hyperparameters, in sources that hold others' `_` too.

Owns what ties a call to hpman; knows no rule and no command line.
"""

from __future__ import annotations

import os

from hpman import Index, index_of
from hpman.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hpman import Diagnostic, ModuleScan, Occurrence, Source


class Hidden(Record):
    """Describe a call whose name stands for something else when it runs.

    Attributes:
        placeholder: the name of the manager that it seems to be a call of.
        name: the name of the hyperparameter, None where it is no literal.
        source: the text that it stands in.
        line: the line of its first character.
        column: the column of its first character.
        end_line: the line of its last character.
        end_column: the column behind its last character.
        by: the line that binds the name to something else.
    """

    __slots__ = ()
    placeholder: str
    name: str | None
    source: Source
    line: int
    column: int
    end_line: int
    end_column: int
    by: int


class Facts(Record):
    """Hold all that rules look at.

    Attributes:
        calls: the calls of hyperparameters, without the hidden ones.
        placeholders: the managers that have any, sorted.
        faults: each thing that is wrong with a single file or call, with its text.
        hidden: the calls whose name stands for something else.
        files: how many files hold hyperparameters, or cannot be read.
        is_partial: whether files were named, and what they import was not read.
    """

    __slots__ = ()
    calls: Index
    placeholders: tuple[str, ...]
    faults: tuple[tuple[Diagnostic, Source], ...]
    hidden: tuple[Hidden, ...]
    files: int
    is_partial: bool = False


class Standing(Record):
    """Say how much of what one file says of one placeholder counts.

    Attributes:
        plain: whether its calls do that are not hidden.
        hidden: whether its hidden calls do; None for those that look like hyperparameters.
    """

    __slots__ = ()
    plain: bool
    hidden: bool | None


_NOTHING = Standing(plain=False, hidden=False)
_ALL = Standing(plain=True, hidden=True)


def gather(
    paths: Iterable[str],
    exclude: Iterable[str] = (),
    placeholders: Iterable[str] = (),
    *,
    follow_imports: bool = False,
) -> Facts:
    """Read files and folders, and keep what has to do with hyperparameters.

    Args:
        paths: the files and folders.
        exclude: globs of what to leave out of folders.
        placeholders: the names whose bare calls are hyperparameters for sure; for `_`
            and for each manager that some file imports, that is judged as `Ties` says.
        follow_imports: whether the modules of the same project that the files
            import are read too.

    Returns:
        The facts.

    Raises:
        OSError: a path is not there, or a folder cannot be listed.

    >>> gather([__file__]).placeholders
    ()
    """
    paths, exclude = list(paths), list(exclude)
    insisted = frozenset(placeholders)
    names = insisted | {"_"}
    index = index_of(paths, names, exclude, follow_imports=follow_imports)
    own = {name for file in index.files.values() for name in file.managers}
    if not own <= names:
        # A manager that one file imports may be called by its bare name in another one.
        names |= own
        index = index_of(paths, names, exclude, follow_imports=follow_imports)
    is_partial = not follow_imports and any(map(os.path.isfile, paths))
    return _kept(index, Ties(index, names, insisted)).replace(is_partial=is_partial)


class Ties:
    """Tell what ties the calls of a placeholder to hpman.

    A bare call `_("…")` may be one of gettext's, or of anything else. What one file
    says of one placeholder counts in these cases:

    1. The file imports that manager from hpman, reaches it through the module, or makes
       it: all counts.
    2. The file imports the placeholder by the same name from elsewhere, which may hand
       the manager on. Where the module is found beside the file or in a folder above it,
       all counts if that module has the manager by these two rules, and nothing if
       not. Where it is not found, all counts if some file that is checked has the
       manager, or if the file itself has a call that looks like a hyperparameter's.
    3. The file does not bind the placeholder: all counts if the caller named the
       placeholder, or if some call in the file looks like a hyperparameter's.
    4. The file, or the scope of the call, binds it to something else only: those
       calls count that look like a hyperparameter's, as calls that miss the manager.

    A call looks like a hyperparameter's if it gives a default to a name without
    blanks, as no message of gettext has one, or if its name is one that a file of the
    first kind gives a default.

    Args:
        index: what was read.
        placeholders: the names whose bare calls were looked for.
        insisted: those among them that the caller has named.
    """

    def __init__(
        self, index: Index, placeholders: frozenset[str], insisted: frozenset[str]
    ) -> None:
        """Note which files have managers of their own."""
        self._placeholders = placeholders
        self._insisted = insisted
        self._by_path = {
            os.path.realpath(file.source.path): file
            for file in index.files.values()
            if file.managers or file.reexports
        }
        self._tied = set(insisted)
        self._defined: set[tuple[str, str]] = set()
        for file in index.files.values():
            self._tied |= file.managers
            for each in file.occurrences:
                if each.placeholder in file.managers and each.is_definition:
                    self._defined.add((each.placeholder, each.name))
        self._found: dict[tuple[str, str], str | None] = {}

    def standing(self, file: ModuleScan, placeholder: str) -> Standing:
        """Return how much of what a file says of a placeholder counts."""
        if placeholder in file.managers:
            return _ALL
        looks = self._holds_one(file, placeholder)
        modules = [module for name, module in file.reexports if name == placeholder]
        if modules:
            given = [self._hands_on(file.source.path, each, placeholder, []) for each in modules]
            if True in given or (None in given and (looks or placeholder in self._tied)):
                return _ALL
            return _NOTHING
        return Standing(plain=looks or placeholder in self._insisted, hidden=None)

    def _holds_one(self, file: ModuleScan, placeholder: str) -> bool:
        """Tell whether a call in a file, a faulty one perhaps, looks like a hyperparameter's."""
        calls = [each for each in file.occurrences if each.placeholder == placeholder]
        if any(self.looks_right(each) for each in calls if each.hidden_by is None):
            return True
        faulty = [
            each.name
            for each in file.diagnostics
            if each.placeholder == placeholder and each.call is not None
            if each.call.hidden_by is None and each.call.arguments > 1
        ]
        return any(name is not None and _is_plain(name) for name in faulty)

    def looks_right(self, call: Occurrence) -> bool:
        """Tell whether a call looks like one of a hyperparameter, wherever it stands."""
        if (call.placeholder, call.name) in self._defined:
            return True
        return call.is_definition and _is_plain(call.name)

    def _hands_on(self, path: str, module: str, placeholder: str, seen: list[str]) -> bool | None:
        """Tell whether a module that a file imports has the manager; None where it is not found."""
        found = self._locate(path, module)
        if found is None or found in seen:
            return None if found is None else False
        file = self._file(found)
        if placeholder in file.managers:
            return True
        further = [each for name, each in file.reexports if name == placeholder]
        given = [self._hands_on(found, each, placeholder, [*seen, found]) for each in further]
        return True if True in given else None if None in given else False

    def _file(self, path: str) -> ModuleScan:
        """Return what a module says, that of one too which is not checked or holds no call."""
        if path not in self._by_path:
            (file,) = index_of(path, self._placeholders).files.values()
            self._by_path[path] = file
        return self._by_path[path]

    def _locate(self, path: str, module: str) -> str | None:
        """Return the file of a module that another file imports, where it can be told."""
        folder = os.path.dirname(os.path.realpath(path))
        key = folder, module
        if key not in self._found:
            self._found[key] = next(filter(os.path.isfile, _candidates(*key)), None)
        return self._found[key]


def _is_plain(name: str) -> bool:
    """Tell whether a name has no blanks, as most messages have."""
    return not any(map(str.isspace, name))


def _candidates(folder: str, module: str) -> Iterator[str]:
    """Yield where a module may be that a file in a folder imports."""
    name = module.lstrip(".")
    parts = name.split(".") if name else []
    if level := len(module) - len(name):
        for _level in range(level - 1):
            folder = os.path.dirname(folder)
        folders = [folder]
    else:
        folders = [folder]
        while (above := os.path.dirname(folders[-1])) != folders[-1]:
            folders.append(above)
    for each in folders:
        stem = os.path.join(each, *parts)
        if parts:
            yield f"{stem}.py"
        yield os.path.join(stem, "__init__.py")


def _kept(index: Index, ties: Ties) -> Facts:
    """Leave out what is not tied to hpman."""
    faults: list[tuple[Diagnostic, Source]] = []
    hidden: dict[Hidden, None] = {}  # a call with two faults is one
    kept: list[ModuleScan] = []
    for file in index.files.values():
        sieve = _Sieve(file, ties)
        occurrences = tuple(filter(sieve.keeps, file.with_faulty().occurrences))
        kept.append(file.replace(occurrences=occurrences, diagnostics=()))
        faults += [(each, file.source) for each in file.diagnostics if sieve.keeps_fault(each)]
        hidden |= dict.fromkeys(sieve.hidden())
    holding = {file.source.key for file in kept if file.occurrences}
    holding |= {source.key for _fault, source in faults} | {each.source.key for each in hidden}
    calls = Index(index.separator).swap(kept)
    placeholders = calls.placeholders() | {each.placeholder for each in hidden}
    return Facts(calls, tuple(sorted(placeholders)), tuple(faults), tuple(hidden), len(holding))


class _Sieve:
    """Tell what of one file counts."""

    def __init__(self, file: ModuleScan, ties: Ties) -> None:
        """Start with no placeholder judged."""
        self._file = file
        self._ties = ties
        self._known: dict[str, Standing] = {}

    def _standing(self, placeholder: str) -> Standing:
        """Return how much of what the file says of a placeholder counts."""
        standing = self._known.get(placeholder)
        if standing is None:
            standing = self._known[placeholder] = self._ties.standing(self._file, placeholder)
        return standing

    def keeps(self, call: Occurrence) -> bool:
        """Tell whether a call is one of a hyperparameter."""
        return call.hidden_by is None and self._standing(call.placeholder).plain

    def keeps_fault(self, fault: Diagnostic) -> bool:
        """Tell whether a fault is one of the file, or of a call of a hyperparameter."""
        if fault.placeholder is None or fault.call is None:
            return True
        return fault.call.hidden_by is None and self._standing(fault.placeholder).plain

    def hidden(self) -> Iterator[Hidden]:
        """Yield the hidden calls that seem to be those of hyperparameters."""
        source = self._file.source
        for each in self._file.occurrences:
            if each.hidden_by is not None:
                counts = self._standing(each.placeholder).hidden
                if counts or (counts is None and self._ties.looks_right(each)):
                    span = each.line, each.column, each.end_line, each.end_column
                    yield Hidden(each.placeholder, each.name, source, *span, each.hidden_by)
        for fault in self._file.diagnostics:
            placeholder, call = fault.placeholder, fault.call
            if placeholder is None or call is None or call.hidden_by is None:
                continue
            if self._standing(placeholder).hidden:
                yield Hidden(placeholder, fault.name, source, *call[:5])
