"""The manager: the object `_` that a program calls.

Owns the public methods, and connects the index of the sources with the values of the
running program; must not know syntax or precedence.
"""

from __future__ import annotations

from .errors import EMPTY, ImpossibleTree, error_for
from .names import ancestors
from .runtime.origin import caller
from .runtime.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from contextlib import AbstractContextManager
    from typing import Any, TypeVar, overload

    from typing_extensions import Self

    from .hpm_db import HyperParameterDB, HyperParameterOccurrence, HyperParamNode, RowSource
    from .occurrence import Mention, Occurrence
    from .pickling import State
    from .runtime.origin import Explanation, Origin
    from .runtime.tree import TreeView
    from .static.files import Path, Paths
    from .static.index import HyperParameter, Index, ModuleScan

    T = TypeVar("T")

PRESETS: dict[str, dict[str, Any]] = {}  # initial values of private managers


class HyperParameterManager:
    """Hold the values of hyperparameters, and the index of their calls in the sources.

    Managers are usually imported, `from hpman.m import _`. This class creates private
    ones. Calling a manager defines or uses a hyperparameter.

    Args:
        placeholder: the name by which the sources call the manager.
        separator: the string between the parts of a nested name.
        home: the module that programs import this manager from, such as `hpman.m`.

    >>> _ = HyperParameterManager("_")
    >>> _.parse_source('_("lr", 1e-3, help="step size")').get_values()
    {'lr': 0.001}
    >>> _.set_value("lr", 0.1)("lr", 1e-3)
    0.1
    """

    __slots__ = (
        "__weakref__",
        "_accepted",
        "_cache",
        "_home",
        "_parsed",
        "_store",
        "placeholder",
        "separator",
    )

    def __init__(self, placeholder: str, separator: str = ".", *, home: str | None = None) -> None:
        if not isinstance(placeholder, str):
            from .runtime.messages import invalid_placeholder  # type: ignore[unreachable]

            raise invalid_placeholder(placeholder)
        self.placeholder: str = placeholder
        self.separator: str = separator
        self._home = home
        self._parsed: Index | None = None
        self._store = store = Store(separator)
        self._cache, self._accepted = store.cache, store.accepted  # read by `__call__`
        if home is None and self.placeholder in PRESETS:
            store.restore(PRESETS[self.placeholder])

    @classmethod
    def _blank(cls, placeholder: str, separator: str) -> Self:
        """Return a new manager for a pickled or copied one."""
        manager = object.__new__(cls)  # the `__init__` of a subclass may take other arguments
        HyperParameterManager.__init__(manager, placeholder, separator)
        return manager

    if TYPE_CHECKING:
        # A default of None is usually replaced by a value of another type.
        @overload
        def __call__(self, name: str, default: None = ..., /, **hints: Any) -> Any: ...
        @overload
        def __call__(self, name: str, default: T, /, **hints: Any) -> T: ...

    def __call__(self, name: str, default: Any = EMPTY, /, **hints: Any) -> Any:
        """Return the value of a hyperparameter.

        Args:
            name: the name; a literal, so that it can be found in the sources.
            default: the value if no other is set. Exactly one of the calls with this
                name has a default.
            hints: anything for other tools, such as `help="…"`.

        Raises:
            KeyError: if the hyperparameter has no value. The message names similar ones.
        """
        # The values are resolved at every write, so reading is one lookup.
        if default is EMPTY:
            try:
                value = self._cache[name]
                if value is not None:  # the quickest test there is
                    return value
            except (KeyError, TypeError):
                pass
            try:
                return self._store.read(name)
            except KeyError as error:
                if "default" in hints:
                    from .runtime.messages import default_is_a_hint

                    raise default_is_a_hint(name, hints["default"]) from error
                raise
        try:
            accepted, value = self._accepted[name]
            if accepted is default:
                return value
        except (KeyError, TypeError):
            pass
        return self._store.accept(name, default)

    def parse_file(
        self, path: Paths, exclude: Path | Iterable[Path] = (), *, follow_imports: bool = False
    ) -> Self:
        """Read the hyperparameters of files and folders without running them.

        Either everything succeeds, or nothing changes. A file that was parsed before
        is replaced.

        Args:
            path: a file, a folder (every `*.py` below it), or an iterable of them.
            exclude: globs of files and folders to leave out of folders and imports.
            follow_imports: whether to read the modules of the same project that the
                files import.

        Returns:
            The manager.

        Raises:
            FileNotFoundError: if a path does not exist.
            HpmanError: if the sources break a rule. The error reports all problems;
                its type is that of the first one.
        """
        from .static.scan import scan

        scans, gone = scan(
            path,
            frozenset({self.placeholder}),
            exclude,
            follow_imports=follow_imports,
            known=self.index.files,
        )
        adopt_files(self, scans, gone)
        return self

    def parse_source(self, source: str, filename: Path = "<unknown>") -> Self:
        """Read the hyperparameters of a source text without running it, and return the manager.

        Args:
            source: the text.
            filename: the name of the text. A text with the same name is replaced,
                unless the name is in angle brackets.

        Raises:
            HpmanError: if the text breaks a rule, see `parse_file`.
        """
        from .static.scan import scan_text

        adopt_files(self, [scan_text(source, filename, frozenset({self.placeholder}))])
        return self

    @property
    def index(self) -> Index:
        """The immutable index of the parsed sources."""
        if self._parsed is not None:
            return self._parsed
        from .static.index import Index

        return Index(self.separator)

    def hyperparameters(self) -> list[HyperParameter]:
        """Return a description of each hyperparameter, in source order.

        Hyperparameters that are not in the sources come last and have no occurrences. Values
        for scopes are left out.
        """
        from .static.index import HyperParameter

        parsed = {item.name: item for item in self.index.hyperparameters(self.placeholder)}
        values = self.get_values()
        others = [name for name in values if name not in parsed]
        plain = [name for name in others if not self._is_scoped(name, {**parsed, **values})]
        return [*parsed.values(), *(HyperParameter(name, values[name], {}) for name in plain)]

    def _is_scoped(self, name: str, known: Container[str]) -> bool:
        """Return whether a name is that of a hyperparameter, or a key in one, in a scope."""
        scope, plain = self.split_scope(name)
        names = (plain, *ancestors(plain, self.separator)) if scope else ()
        return any(inner in known for inner in names)

    def split_scope(self, name: str) -> tuple[str, str]:
        """Return the scope in a name such as `encoder/depth`, if there is any, and the rest.

        >>> _ = HyperParameterManager("_").parse_source('_("depth", 2); _("a/b", 1)')
        >>> _.split_scope("model/encoder/depth"), _.split_scope("a/b")
        (('model/encoder', 'depth'), ('', 'a/b'))
        """
        return self._store.ranked.split(name)

    def openings(self) -> list[Mention]:
        """Return the calls in the parsed sources that open scopes."""
        return self.index.openings(self.placeholder)

    def scopes(self) -> frozenset[str] | None:
        """Return the names of the scopes that the parsed sources open.

        None means that they may open others, because a name is not a literal.
        """
        return self.index.scopes(self.placeholder)

    def get_value(self, name: str, raise_exception: bool = True) -> Any:  # noqa: FBT001, FBT002 - public
        """Return the value of a hyperparameter, or the dict of a branch.

        Args:
            name: the flat name.
            raise_exception: whether a missing value is an error.

        Returns:
            The value, or `EMPTY` if it is missing and that is not an error.

        Raises:
            KeyError: if the value is missing. The message names similar hyperparameters.
        """
        return self._store.read(name) if raise_exception else self._store.find(name)

    def get_values(self) -> dict[str, Any]:
        """Return the value of each hyperparameter that has one, by flat name."""
        return self._store.values()

    def exists(self, name: str) -> bool:
        """Return whether a hyperparameter or a branch has a value."""
        return self._store.get(name) is not EMPTY

    def set_value(self, name: str, value: Any) -> Self:
        """Set a hyperparameter. A value that was set takes precedence over every default.

        Raises:
            ImpossibleTree: if the name is a branch, or below a leaf that is not a dict.
        """
        self._store.set({name: value}, caller("setter", "set_value"))
        return self

    def set_values(
        self, values: Mapping[str, Any], *, origins: Origin | Mapping[str, Origin] | None = None
    ) -> Self:
        """Set several hyperparameters, all of them or none.

        Args:
            values: the values by flat name.
            origins: one origin for all values, or a dict with one for each. The default
                is the line of the caller.

        Raises:
            ImpossibleTree: if a name conflicts with another, see `set_value`.
        """
        self._store.set(values, origins or caller("setter", "set_values"))
        return self

    def override(
        self, values: Mapping[str, Any] | None = None, /, **named: Any
    ) -> AbstractContextManager[Self]:
        """Set values during a `with` block, and restore all old ones after it, even on error.

        Whatever is set in the block ends with it. It holds for the thread or task that
        opened it, and for what copies its context, such as a task that is created in it.
        Worker processes that are started in it get its values.

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

    def scope(self, name: str | None) -> AbstractContextManager[Self]:
        """Open a scope: in the `with` block, values that are set for it win.

        In the scope `encoder`, the value of `depth` is what was set for `encoder/depth`, else
        what holds outside. Scopes nest: `model/encoder/depth` wins over `model/depth`, and
        that over `depth`. A block holds for the thread or task that opened it, see `override`.

        Args:
            name: the name; a literal, so that it can be found in the sources. Several
                nested scopes have a `/` between them. None leaves all scopes.

        Raises:
            ValueError: if the name is empty or contains the separator of names.

        >>> _ = HyperParameterManager("_").set_value("encoder/depth", 6)
        >>> with _.scope("encoder"):
        ...     _("depth", 2)
        6
        >>> _("depth", 2)
        2
        """
        from .runtime.overrides import scope

        return scope(self._store, name, self)

    def get_tree(self, prefix: str = "", annotate_dict: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - public
        """Return the values below a prefix as nested dicts.

        Args:
            prefix: the branch; an empty string for everything.
            annotate_dict: whether to mark a dict that is a value, not a branch, with
                the key `__is_dict__`.
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
        """Return the origins of a value and of the values that it overrides, lowest first.

        If several calls in a row pass the same object as the default, the origin is
        the line of the first one.

        Raises:
            KeyError: if there is no such hyperparameter.
        """
        from .runtime.explanation import explain

        return explain(self._store, name)

    def unused(self) -> list[str]:
        """Return the names that were set but never read by the program."""
        return self._store.unused()

    def stale_reads(self) -> dict[str, tuple[Any, str, int]]:
        """Return the values that modules and classes read too early, with file and line."""
        return self._store.stale_reads()

    def fingerprint(self) -> str:
        """Return a short hash of all values. It is the same in processes with equal values."""
        from .runtime.fingerprint import fingerprint

        return fingerprint(self.get_values())

    @property
    def db(self) -> HyperParameterDB:
        """The table of occurrences in the sources, then of run-time defaults and set values.

        It is a new table each time. Changing it or anything in it does not change the
        manager.
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
        """Return the row whose value wins, or None if there is no such hyperparameter."""
        from .hpm_db import nodes_of

        make = nodes_of(self._row_sources()).get(name)
        return make().get() if make else None

    def get_occurrence_of_value(self, name: str) -> HyperParameterOccurrence | None:
        """Return the row whose value wins, or None if no row has a value."""
        row = self.get_occurrence(name)
        return row if row is not None and row.has_default_value else None

    @property
    def tree(self) -> TreeView:
        """A live view of the hyperparameters as a tree, including those without a value."""
        from .hpm_db import nodes_of
        from .runtime.tree import TreeView, Trie

        def version() -> object:
            return self._parsed, self._store.version()

        return TreeView(Trie(lambda: nodes_of(self._row_sources()), version, self.separator))

    def _repr_html_(self) -> str:
        from .runtime.html import value_rows, values_html

        return values_html(value_rows(self))

    def __reduce__(self) -> tuple[Any, ...]:
        from .pickling import import_manager, is_starting_worker, picklable_state, process_id

        make: tuple[Any, ...] = self._blank, (self.placeholder, self.separator)
        if self._home is not None:
            make = import_manager, (self._home, self.placeholder)
            if is_starting_worker():  # the worker receives the values of every imported manager
                return make
        values = picklable_state(self._store)
        if values is None:
            return make
        return (*make, (process_id(), self._parsed, values, _attributes(self)))

    def __setstate__(self, state: State) -> None:
        from .pickling import process_id

        process, index, values, attributes = state
        if self._home is not None and process == process_id():
            return
        if self._parsed is None and index is not None:
            adopt_index(self, index)
        self._store.restore(values)
        if attributes:
            vars(self).update(attributes)

    def __copy__(self) -> Self:
        return self.__deepcopy__(None)

    def __deepcopy__(self, memo: dict[int, Any] | None) -> Self:
        if self._home is not None:
            return self
        copy = self._blank(self.placeholder, self.separator)
        values, attributes = self._store.state(), _attributes(self)
        if memo is not None:
            from copy import deepcopy

            memo[id(self)] = copy
            values, attributes = deepcopy((values, attributes), memo)
        copy.__setstate__((None, self._parsed, values, attributes))
        return copy

    def __repr__(self) -> str:
        return f"<hyperparameter manager {self.placeholder!r}, {len(self.get_values())} values>"


def inside(manager: HyperParameterManager) -> tuple[Index | None, Store]:
    """Return the index of a manager, if it has parsed anything, and its store."""
    return manager._parsed, manager._store


def adopt_files(
    manager: HyperParameterManager, files: list[ModuleScan], gone: Iterable[tuple[object, ...]] = ()
) -> None:
    """Take the calls of files that were scanned, or raise an error with all problems."""
    with manager._store.lock:  # another thread may do the same
        index = manager.index.swap(files, gone)
        defaults, is_sound = index.defaults(manager.placeholder)
        if not is_sound or any(file.diagnostics for file in files):
            from .static.rules import violations

            if problems := violations(index, manager.placeholder, files):
                raise error_for(problems)
        try:
            adopt_index(manager, index, defaults)
        except ImpossibleTree as error:
            from .static.rules import locate

            problem = locate(index, manager.placeholder, error.diagnostics[0])
            raise error_for([problem]) from None


def adopt_index(
    manager: HyperParameterManager, index: Index, defaults: dict[str, Any] | None = None
) -> None:
    """Take an index that breaks no rule, with its defaults."""
    placeholder, store = manager.placeholder, manager._store
    if defaults is None:
        defaults = index.defaults(placeholder)[0]

    def origin_of(name: str) -> Origin | None:
        call = index.definition(placeholder, name)
        return _origin(call) if call else None

    def adopt() -> None:
        manager._parsed = index
        store.renamed = index.renamed(placeholder)

    store.adopt_defaults(defaults, origin_of, adopt, index.scopes(placeholder))


def _attributes(manager: HyperParameterManager) -> dict[str, Any]:
    return dict(getattr(manager, "__dict__", ()))  # of a subclass


def _origin(call: Occurrence) -> Origin:
    from .runtime.origin import Origin

    path, _colon, line = call.place.rpartition(":")  # a notebook has a cell in between
    return Origin("source", path, int(line), call.text, call.value)
