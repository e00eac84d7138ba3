"""Several managers with one command line.

Owns which manager a name belongs to; must not know options or files.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager

from hpman import HyperParameterManager
from hpman.names import ancestors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from typing_extensions import Self

    from hpman import Explanation, HyperParameter, Mention, Origin


class ManagerGroup(HyperParameterManager):
    """Several managers as one: those methods of a manager that `bind` uses.

    >>> managers = [HyperParameterManager(p).parse_source(f"{p}('{p}', 1)") for p in "ab"]
    >>> ManagerGroup(managers).set_values({"b": 2}).get_values()
    {'a': 1, 'b': 2}
    """

    __slots__ = ("_managers",)

    def __init__(self, managers: Sequence[HyperParameterManager]) -> None:
        super().__init__("_")
        self._managers = managers

    def hyperparameters(self) -> list[HyperParameter]:
        """Return the hyperparameters of all managers, in source order."""
        hps = [hp for manager in self._managers for hp in manager.hyperparameters()]
        return sorted(hps, key=_first_place)

    def get_values(self) -> dict[str, Any]:
        """Return the values of all managers, by flat name."""
        return {k: v for manager in self._managers for k, v in manager.get_values().items()}

    def get_value(self, name: str, raise_exception: bool = True) -> Any:  # noqa: FBT001, FBT002 - as in the base
        """Return the value of a hyperparameter of any manager."""
        return self._owner(name).get_value(name, raise_exception)

    def set_values(
        self, values: Mapping[str, Any], *, origins: Origin | Mapping[str, Origin] | None = None
    ) -> Self:
        """Set every value on the manager that owns its name."""
        for manager, own in self._by_owner(values):
            manager.set_values(own, origins=origins)
        return self

    @contextmanager
    def override(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Iterator[None]:  # type: ignore[override]
        """Set values for the length of a `with` block."""
        with ExitStack() as stack:
            for manager, own in self._by_owner({**(values or {}), **named}):
                stack.enter_context(manager.override(own))
            yield

    @contextmanager
    def scope(self, name: str | None) -> Iterator[None]:  # type: ignore[override]
        """Open a scope of all managers."""
        with ExitStack() as stack:
            for manager in self._managers:
                stack.enter_context(manager.scope(name))
            yield

    def openings(self) -> list[Mention]:
        """Return the calls in the sources that open scopes of any manager."""
        return [opening for manager in self._managers for opening in manager.openings()]

    def scopes(self) -> frozenset[str] | None:
        """Return the names of all scopes, None if there may be others."""
        names = [manager.scopes() for manager in self._managers]
        return None if None in names else frozenset().union(*filter(None, names))

    def split_scope(self, name: str) -> tuple[str, str]:
        """Return the scope in a name, if there is any, and the rest."""
        return self._owner(name).split_scope(name)

    def explain(self, name: str) -> Explanation:
        """Return what gave and what overrode a value, lowest first."""
        return self._owner(name).explain(name)

    def unused(self) -> list[str]:
        """Return the names that were set on any manager, but never read by the program."""
        return [name for manager in self._managers for name in manager.unused()]

    def _by_owner(
        self, values: Mapping[str, Any]
    ) -> Iterator[tuple[HyperParameterManager, dict[str, Any]]]:
        for manager in self._managers:
            own = {name: value for name, value in values.items() if self._owner(name) is manager}
            if own:
                yield manager, own

    def _owner(self, name: str) -> HyperParameterManager:
        """Return the manager that has a name, or the dict that it is a key of."""
        for manager in self._managers:
            plain = manager.split_scope(name)[1]
            names = (plain, *ancestors(plain, self.separator))
            if any(manager.index.named(manager.placeholder, prefix) for prefix in names):
                return manager
        return self._managers[0]


def _first_place(hp: HyperParameter) -> tuple[object, ...]:
    """Return a sort key: the first occurrence. Names without any come last."""
    if not hp.occurrences:
        return (1,)
    first = hp.occurrences[0]
    return 0, first.source.key, first.line, first.column
