"""The manager: the object `_` that a program calls.

Owns the public face and joins what the sources say with the values of the
running program; knows neither syntax nor precedence.
"""

from __future__ import annotations

from .errors import EMPTY, ImpossibleTree, error_for
from .names import normalized
from .runtime.origin import caller
from .runtime.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager
    from typing import Any, TypeVar, overload

    from typing_extensions import Self

    from .hpm_db import HyperParameterDB, HyperParameterOccurrence, HyperParamNode, RowSource
    from .runtime.origin import Explanation, Origin
    from .runtime.tree import TreeView
    from .static.files import Path, Paths
    from .static.index import HyperParameter, Index, ModuleScan

    T = TypeVar("T")

PRESETS: dict[str, dict[str, Any]] = {}  # what a private manager starts with, by placeholder


class HyperParameterManager:
    """Give hyperparameters their values, and know them all from the sources.

    Managers are usually imported, `from hpman.m import _`; this makes a private
    one. Calling it defines or uses a hyperparameter.

    Args:
        placeholder: the name by which the sources call the manager.
        separator: what separates the parts of a nested name.
        home: the module that gives the only manager of a placeholder, as `hpman.m` does.

    >>> _ = HyperParameterManager("_")
    >>> _.parse_source('_("lr", 1e-3, help="step size")').get_values()
    {'lr': 0.001}
    >>> _.set_value("lr", 0.1)("lr", 1e-3)
    0.1
    """

    __slots__ = (
        "__weakref__",
        "_accepted",
        "_home",
        "_hot",
        "_index",
        "_store",
        "placeholder",
        "separator",
    )

    def __init__(self, placeholder: str, separator: str = ".", *, home: str | None = None) -> None:
        """Start without sources and without values."""
        if not isinstance(placeholder, str):
            from .runtime.messages import invalid_placeholder  # type: ignore[unreachable]

            raise invalid_placeholder(placeholder)
        self.placeholder: str = normalized(placeholder)
        self.separator: str = separator
        self._home = home
        self._index: Index | None = None
        self._store = store = Store(separator)
        self._hot, self._accepted = store.hot, store.accepted  # what the call reads
        if home is None and self.placeholder in PRESETS:
            store.restore(PRESETS[self.placeholder])

    @classmethod
    def _blank(cls, placeholder: str, separator: str) -> Self:
        manager = object.__new__(cls)  # the `__init__` of a subclass may take other arguments
        HyperParameterManager.__init__(manager, placeholder, separator)
        return manager

    if TYPE_CHECKING:
        # Who writes None as the default expects something else to be set.
        @overload
        def __call__(self, name: str, default: None = ..., /, **hints: Any) -> Any: ...
        @overload
        def __call__(self, name: str, default: T, /, **hints: Any) -> T: ...

    def __call__(self, name: str, default: Any = EMPTY, /, **hints: Any) -> Any:  # noqa: ARG002 - hints are for readers of the sources
        """Return the value of a hyperparameter.

        Args:
            name: the name; a literal, so that the sources can be read.
            default: the value where nothing else is set; among all calls with
                this name one carries it.
            hints: anything that other tools should know, as `help="…"`.

        Raises:
            KeyError: the hyperparameter has no value; names the nearest ones.
        """
        # What wins was settled when it was written, so this only looks it up.
        if default is EMPTY:
            try:
                return self._hot[name]
            except (KeyError, TypeError):
                pass
            return self._store.read(name)
        try:
            if self._accepted[name] is default:
                return self._hot[name]
        except (KeyError, TypeError):
            pass
        return self._store.accept(name, default)

    def parse_file(
        self, path: Paths, exclude: Path | Iterable[Path] = (), *, follow_imports: bool = False
    ) -> Self:
        """Read the hyperparameters of files and folders, without running them.

        Either all of it succeeds, or nothing changes. A file that was parsed
        before is replaced by what it holds now.

        Args:
            path: a file, a folder (every `*.py` below it), or an iterable of them.
            exclude: globs of files and folders to leave out of folders and imports.
            follow_imports: whether the modules of the same project that the
                files import are read too.

        Returns:
            The manager.

        Raises:
            FileNotFoundError: a path is not there.
            HpmanError: the sources break a rule; the exception is of the type
                of the first problem, and reports all of them.
        """
        from .static.scan import scan

        found = scan(
            path,
            frozenset({self.placeholder}),
            exclude,
            follow_imports=follow_imports,
            known=self.index.files,
        )
        self._take(found.files, found.gone)
        return self

    def parse_source(self, source: str, filename: Path = "<unknown>") -> Self:
        """Read the hyperparameters of one text, without running it, and return the manager.

        Args:
            source: the text.
            filename: what to call it. A text of the same name is replaced,
                unless the name stands in angle brackets, which is no file.

        Raises:
            HpmanError: the text breaks a rule, see `parse_file`.
        """
        from .static.scan import scan_text

        self._take([scan_text(source, filename, frozenset({self.placeholder}))])
        return self

    def _take(self, files: list[ModuleScan], gone: Iterable[tuple[object, ...]] = ()) -> None:
        """Take what was scanned, as a whole or not at all."""
        with self._store.lock:  # another thread may take something too
            index = self.index.swap(files, gone)
            defaults, is_sound = index.defaults(self.placeholder)
            if not is_sound or any(each.diagnostics for each in files):
                from .static.rules import violations

                if problems := violations(index, self.placeholder, files):
                    raise error_for(problems)
            try:
                self._adopt_index(index, defaults)
            except ImpossibleTree as error:
                from .static.rules import locate

                raise error_for([locate(index, self.placeholder, error.diagnostics[0])]) from None

    def _adopt_index(self, index: Index, defaults: dict[str, Any]) -> None:
        """Take what the sources say."""

        def origin_of(name: str) -> Origin | None:
            from .runtime.origin import Origin

            each = index.definition(self.placeholder, name)
            place = each and (each.path, each.line, each.text, each.value)
            return Origin("source", *place) if place else None

        def take() -> None:
            self._index = index

        self._store.adopt_defaults(defaults, origin_of, take)

    @property
    def index(self) -> Index:
        """What the sources say: immutable, and of use without a manager."""
        if self._index is not None:
            return self._index
        from .static.index import Index

        return Index(self.separator)

    def hyperparameters(self) -> list[HyperParameter]:
        """Return what is known of each hyperparameter, in source order.

        Those that only the running program has named come last, without occurrences.
        """
        from .static.index import HyperParameter

        found = list(self.index.hyperparameters(self.placeholder))
        known = {each.name for each in found}
        return found + [
            HyperParameter(name, value, {})
            for name, value in self.get_values().items()
            if name not in known
        ]

    def get_value(self, name: str, raise_exception: bool = True) -> Any:  # noqa: FBT001, FBT002 - public
        """Return the value of a hyperparameter, or the dict of a branch.

        Args:
            name: the flat name.
            raise_exception: whether a missing value is an error.

        Returns:
            The value; `EMPTY` where there is none and that is no error.

        Raises:
            KeyError: there is no value; names the nearest ones.
        """
        return self._store.read(name) if raise_exception else self._store.find(name)

    def get_values(self) -> dict[str, Any]:
        """Return the value of each hyperparameter that has one, by flat name."""
        return self._store.values()

    def exists(self, name: str) -> bool:
        """Tell whether a hyperparameter, or a branch, has a value."""
        return self._store.get(name) is not EMPTY

    def set_value(self, name: str, value: Any) -> Self:
        """Set a hyperparameter; what is set wins over every default.

        Raises:
            ImpossibleTree: the name is a branch, or below a leaf that is no dict.
        """
        self._store.set({name: value}, caller("setter", "set_value"))
        return self

    def set_values(
        self, values: Mapping[str, Any], *, origins: Origin | Mapping[str, Origin] | None = None
    ) -> Self:
        """Set several hyperparameters, all of them or none.

        Args:
            values: the values by flat name.
            origins: where the values come from, for all or for each; the line
                of the caller where nothing is given.

        Raises:
            ImpossibleTree: a name does not fit the others, see `set_value`.
        """
        self._store.set(values, origins or caller("setter", "set_values"))
        return self

    def override(
        self, values: Mapping[str, Any] | None = None, /, **named: Any
    ) -> AbstractContextManager[Self]:
        """Set values for the length of a `with` block; restore them after it, also on error.

        Of blocks that overlap, as in tasks or threads, the latest that is open
        wins. What is set at an overridden name, or below it, ends with its block.

        >>> _ = HyperParameterManager("_").set_value("lr", 1)
        >>> with _.override(lr=2, **{"model.depth": 3}) as changed:
        ...     changed.get_values()
        {'lr': 2, 'model.depth': 3}
        >>> _.get_values()
        {'lr': 1}
        """
        from .runtime.overrides import override

        given = {**(values or {}), **named}
        return override(self._store, given, caller("override", "override"), self)

    def get_tree(self, prefix: str = "", annotate_dict: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - public
        """Return the values below a prefix as nested dicts.

        Args:
            prefix: the branch; everything for an empty text.
            annotate_dict: whether a dict that is a value, not a branch, is
                marked with the key `__is_dict__`.
        """
        return self._store.tree(prefix, annotate_dict=annotate_dict)

    def set_tree(self, tree: Mapping[str, Any], prefix: str = "") -> Self:
        """Set values from nested dicts, all of them or none.

        Args:
            tree: the nested dicts, as `get_tree` returns them.
            prefix: the branch to set them below.
        """
        self._store.set_tree(tree, prefix, caller("setter", "set_tree"))
        return self

    def explain(self, name: str) -> Explanation:
        """Return what gave and what overrode a value, lowest first.

        A call that gives the very object that the call before it gave is not
        looked at: the line of the earlier call stays.

        Raises:
            KeyError: there is no such hyperparameter.
        """
        return self._store.explain(name)

    def unused(self) -> list[str]:
        """Return the names that were set and that the program has never read."""
        return self._store.unused()

    def stale_reads(self) -> dict[str, tuple[Any, str, int]]:
        """Return value, file and line of what modules and classes read before it was set."""
        return self._store.stale_reads()

    def fingerprint(self) -> str:
        """Return a short hash of all values, the same in every process that has the same ones."""
        from .runtime.fingerprint import fingerprint

        return fingerprint(self.get_values())

    @property
    def db(self) -> HyperParameterDB:
        """The table of occurrences: those in the sources, then what the program gave.

        Each time it is a fresh one: changing the table, its rows, or a default
        or hint from the sources in a row, changes nothing of the manager.
        """
        from .hpm_db import table_of

        return table_of(self._row_sources())

    def _row_sources(self) -> list[RowSource]:
        return [*self.index.occurrences(self.placeholder), *self._store.rows()]

    def get_nodes(self) -> list[HyperParamNode]:
        """Return each hyperparameter that has a value, with its rows, in source order."""
        from .hpm_db import nodes_of

        return [
            node for make in nodes_of(self._row_sources()).values() if not (node := make()).empty
        ]

    def get_occurrence(self, name: str) -> HyperParameterOccurrence | None:
        """Return the row whose value wins, or None where there is no such hyperparameter."""
        from .hpm_db import nodes_of

        make = nodes_of(self._row_sources()).get(name)
        return make().get() if make else None

    def get_occurrence_of_value(self, name: str) -> HyperParameterOccurrence | None:
        """Return the row whose value wins, or None where no row carries a value."""
        row = self.get_occurrence(name)
        return row if row is not None and row.has_default_value else None

    @property
    def tree(self) -> TreeView[HyperParamNode]:
        """The hyperparameters as a tree of nodes, those without a value too; it is live."""
        from .hpm_db import nodes_of
        from .runtime.tree import TreeView

        def version() -> object:
            return self._index, self._store.version()

        return TreeView(lambda: nodes_of(self._row_sources()), version, self.separator)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the values; a manager of `hpman.m` becomes the other process's own.

        What was set has to be such that it pickles. Run-time defaults that do
        not are left out, for the calls give them again.
        """
        from .pickling import reduce_manager

        return reduce_manager(self)

    def __setstate__(self, state: Any) -> None:
        """Adopt what a pickled manager knew, unless it is this very one; that wins name by name."""
        from .pickling import adopt_state

        adopt_state(self, state)

    def __copy__(self) -> Self:
        """Copy a private manager, its values shared; one of `hpman.m` is its own copy."""
        from .pickling import copy_manager

        return copy_manager(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy a private manager with its values; one of `hpman.m` is its own copy."""
        from .pickling import copy_manager

        return copy_manager(self, memo)

    def __repr__(self) -> str:
        """Show the placeholder and how many hyperparameters have a value."""
        return f"<hyperparameter manager {self.placeholder!r}, {len(self.get_values())} values>"
