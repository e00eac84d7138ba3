"""Parameters of Optuna: a hyperparameter that is searched, or some that are zipped.

Owns what represents a value for Optuna, and the way back. Must not know trials.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpman import show_literal

from ..space.space import Axis, Point, Space, Values


class Parameter:
    """One parameter of Optuna.

    Choices are the texts of literals: then tuples, None and True beside 1 survive.
    """

    def __init__(self, group: tuple[Axis, ...]) -> None:
        from optuna import distributions

        self.name: str = ",".join(axis.name for axis in group)  # its name for Optuna
        self._names = [axis.name for axis in group]
        self._choices: dict[str, Point] = {}
        self._domain: Any = group[0].domain
        self.distribution: Any  # its distribution
        domain = self._domain
        if len(group) > 1 or isinstance(domain, Values):
            points = ({a.name: a.domain.at(n) for a in group} for n in range(domain.size or 0))
            self._choices = {self._text(point): point for point in points}
            self.distribution = distributions.CategoricalDistribution([*self._choices])
        elif type(domain.low) is int:
            self.distribution = distributions.IntDistribution(
                domain.low, domain.high, log=domain.is_log, step=domain.step or 1
            )
        else:
            self.distribution = distributions.FloatDistribution(
                domain.low, domain.high, log=domain.is_log, step=domain.step
            )

    def suggest(self, trial: Any) -> Point:
        """Return what a trial of Optuna suggests."""
        of = self.distribution
        if self._choices:
            trial.suggest_categorical(self.name, of.choices)
        else:
            kind = trial.suggest_int if type(of.low) is int else trial.suggest_float
            kind(self.name, of.low, of.high, step=of.step, log=of.log)
        return self.decode(trial.params)

    def decode(self, params: Mapping[str, Any]) -> Point:
        """Return the values that the parameters of a trial stand for.

        Raises:
            KeyError: if they have none.
        """
        param = params[self.name]
        if self._choices:
            return self._choices[param]
        return {self.name: self._domain.nearest(param)}

    def encode(self, point: Point) -> Any:
        """Return the parameter for some values, exactly as Optuna would have computed it."""
        if self._choices:
            return self._text(point)
        value: Any = point[self.name]
        of = self.distribution
        if of.step is None or type(value) is int:
            return value
        return min(of.low + round((value - of.low) / of.step) * of.step, of.high)

    def _text(self, point: Point) -> str:
        values = tuple(point[name] for name in self._names)
        return show_literal(values if len(values) > 1 else values[0])


def parameters(space: Space) -> dict[str, Parameter]:
    """Return the parameters of a space by the name of their first hyperparameter."""
    return {group[0].name: Parameter(group) for group in space.groups}
