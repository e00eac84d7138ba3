"""Which recorded runs count for a sweep, and for which of its trials.

Owns the comparison of recorded values with those that the sweep gives. The space may have been
another one when a run was recorded. Must not know scores, or how runs end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product, starmap
from typing import Any

from hpman import EmptyValue, NotLiteralError, NotLiteralEvaluable, parse_literal, show_literal
from hpman.names import new_name, old_names, scoped_names
from hpman.text import truncate

from ..cli.argv import split_at_dashes
from ..errors import ConversionError
from ..space.space import Axis, is_active
from ..values.convert import saved_form
from .trials import GRID, RANDOM, SEED, TrialRun, Trials


class MismatchError(Exception):
    """Say why a run does not count for a sweep."""


class Matcher:
    """Compare recorded runs with a sweep."""

    def __init__(self, trials: Trials, total: int, arguments: Sequence[str]) -> None:
        # The values of the hyperparameter `seed`, if trials are repeated.
        self.seeds: list[str] = trials.seeds
        self._trials = trials
        self._total = total
        self._arguments = list(arguments)
        hps = [line.hp for line in trials.selection.fixed]
        self._fixed = {hp.name: _literal(hp.value) for hp in hps}
        if self.seeds:
            del self._fixed[SEED]
        self._names = {*self._fixed, *(axis.name for axis in trials.space.axes), SEED}
        hints: dict[str, Mapping[str, object]] = {hp.name: hp.hints for hp in hps}
        hints |= {axis.converter.name: axis.converter.hints for axis in trials.space.axes}
        self._renamed = {old: name for name, own in hints.items() for old in old_names(own)}
        self._trial_runs: dict[frozenset[tuple[str, str]], TrialRun] = {}

    def values(self, summary: Mapping[str, Any]) -> dict[str, str]:
        """Return those values of a run that the sweep sets, as literals.

        Raises:
            MismatchError: if the sweep gives no run such values.
        """
        texts = {self._new_name(name): text for name, text in summary["values"].items()}
        if split_at_dashes(summary.get("argv") or ())[1] != self._arguments:
            raise MismatchError("the arguments of the program differ")
        for name in map(self._new_name, summary["changed"]):
            if name not in self._names:
                raise MismatchError(f"`{name}` was {truncate(texts.get(name, ''))}")
        for name, default in self._fixed.items():
            _require_equal(name, texts.get(name, default), default)
        values = self._searched(texts)
        if self.seeds:
            values[SEED] = texts.get(SEED, "")
            if values[SEED] not in self.seeds:
                raise MismatchError(f"`{SEED}` is {truncate(values[SEED])}")
        return values

    def trial_run(self, values: Mapping[str, str], recorded: TrialRun) -> TrialRun | None:
        """Return the run to which the sweep gives some values; None if there is none.

        It is the one that the id of the record names if values depend on earlier scores.
        """
        trials = self._trials
        is_planned = recorded.trial < self._total and recorded.repeat < trials.repeats
        if trials.method not in (GRID, RANDOM):
            return recorded if is_planned else None
        if is_planned and trials.values(recorded) == values:
            return recorded
        if not self._trial_runs:
            for run in starmap(TrialRun, product(range(self._total), range(trials.repeats))):
                self._trial_runs[frozenset(trials.values(run).items())] = run
        return self._trial_runs.get(frozenset(values.items()))

    def _new_name(self, name: str) -> str:
        return new_name(name, self._renamed, lambda _name: False, ".")

    def _searched(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Return the values of the axes."""
        values: dict[str, str] = {}
        point: dict[str, object] = {}
        for axis in self._trials.space.axes:
            text = _recorded(axis, texts)
            if not is_active(axis, point):
                _require_equal(axis.name, text, _literal(axis.converter.default))
                continue
            try:
                value = axis.converter.check(parse_literal(text))
            except (NotLiteralError, ConversionError):
                shown = truncate(text) or "unknown"
                raise MismatchError(f"`{axis.name}` is {shown}") from None
            point[axis.name] = value
            values[axis.name] = _literal(value)
        if not self._trials.space.contains(point):
            text = " ".join(f"{name}={value}" for name, value in values.items())
            raise MismatchError(f"{truncate(text)} is outside of the space")
        return values


def _recorded(axis: Axis, texts: Mapping[str, str]) -> str:
    """Return the value that held for an axis, perhaps that of a scope around it, or its default."""
    plain = axis.converter.name
    scope = axis.name.removesuffix(plain).rstrip("/")
    held = (texts[name] for name in reversed(scoped_names(scope, plain)) if name in texts)
    return next(held, _literal(axis.converter.default))


def _literal(value: Any) -> str:
    """Return a value or a default as records have it; empty if they lack it."""
    value = saved_form(value)
    return "" if isinstance(value, (EmptyValue, NotLiteralEvaluable)) else show_literal(value)


def _require_equal(name: str, text: str, default: str) -> None:
    if text != default:
        raise MismatchError(f"`{name}` is {truncate(text)}, not {truncate(default)}")
