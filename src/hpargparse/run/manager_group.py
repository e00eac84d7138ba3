"""Several managers that one command line sets.

Owns which of them a name belongs to; knows neither options nor files.
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

    from hpman import Explanation, HyperParameter, Origin


class JointManager(HyperParameterManager):
    """Be several managers at once, as far as `bind` asks for.

    Args:
        managers: the managers. A name that two of them have makes one option
            twice, which `bind` refuses.

    >>> both = [HyperParameterManager(each).parse_source(f"{each}('{each}', 1)") for each in "ab"]
    >>> JointManager(both).set_values({"b": 2}).get_values()
    {'a': 1, 'b': 2}
    """

    __slots__ = ("_managers",)

    def __init__(self, managers: Sequence[HyperParameterManager]) -> None:
        """Stand for these managers."""
        super().__init__("_")
        self._managers = managers

    def hyperparameters(self) -> list[HyperParameter]:
        """Return what is known of each hyperparameter, in source order over all managers."""
        found = [each for manager in self._managers for each in manager.hyperparameters()]
        return sorted(found, key=_first_place)

    def get_values(self) -> dict[str, Any]:
        """Return the value of each hyperparameter that has one, by flat name."""
        return {k: v for manager in self._managers for k, v in manager.get_values().items()}

    def set_values(
        self, values: Mapping[str, Any], *, origins: Origin | Mapping[str, Origin] | None = None
    ) -> Self:
        """Set each value on the manager that has its name."""
        for manager, own in self._shares(values):
            manager.set_values(own, origins=origins)
        return self

    @contextmanager
    def override(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Iterator[None]:  # type: ignore[override]
        """Set values for the length of a `with` block."""
        with ExitStack() as stack:
            for manager, own in self._shares({**(values or {}), **named}):
                stack.enter_context(manager.override(own))
            yield

    def explain(self, name: str) -> Explanation:
        """Return what gave and what overrode a value, lowest first."""
        return self._owner(name).explain(name)

    def _shares(
        self, values: Mapping[str, Any]
    ) -> Iterator[tuple[HyperParameterManager, dict[str, Any]]]:
        """Yield each manager with those of the values that are its own."""
        for manager in self._managers:
            own = {name: value for name, value in values.items() if self._owner(name) is manager}
            if own:
                yield manager, own

    def _owner(self, name: str) -> HyperParameterManager:
        """Return the manager that knows a name, or the dict that it is a key of."""
        for each in (name, *reversed([*ancestors(name, self.separator)])):
            for manager in self._managers:
                if manager.index.named(manager.placeholder, each):
                    return manager
        return self._managers[0]


def _first_place(each: HyperParameter) -> tuple[object, ...]:
    """Sort by the first occurrence; what has none comes last."""
    if not each.occurrences:
        return (1,)
    first = each.occurrences[0]
    return 0, first.source.key, first.line, first.column
