"""Model-based search: Optuna suggests the values of trials, and says which runs to prune.

Owns Optuna's study of a sweep. It is a cache: what the records of runs do not
say is thrown away, and what is missing is added. Must not know processes.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import chain
from math import isinf
from random import Random
from typing import Any

from hpman import parse_literal, show_literal

from ..errors import SweepError
from ..runs.record import RunRecord
from ..space.space import Axis, Point, Space, Values
from .parameters import parameters
from .results import COMPLETE, FAILED, PRUNED, Outcome
from .studies import JournalStudies, SharedStudies, study_id
from .study import Study
from .trials import SAMPLERS, TrialRun, Trials

_TRIAL = "trial"  # the attribute with our number; it is set after all values
_PACKAGES = {"gp": ("torch", "scipy"), "cmaes": ("cmaes",)}
_STATES = {COMPLETE: "COMPLETE", PRUNED: "PRUNED", FAILED: "FAIL"}
_MOST_CHOICES = 1000  # of a hyperparameter, or of some that are zipped
_ASKS = 4  # for a point that no other trial has


class Engine:
    """Optuna's study of a sweep. For a grid and random points, Optuna only prunes."""

    def __init__(self, study: Study) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.CRITICAL)
        self._sweep = study
        self._parameters = parameters(study.trials.space)
        self._studies = (
            JournalStudies(study.folder)
            if study.exchange is None
            else SharedStudies(study.exchange.database)
        )
        self._has_ended = False
        self._storage: Any = None
        self._study: Any = None  # valid while the lock is held
        self._number: int | None = None  # of the study
        self._decoded: dict[int, tuple[Point | None, str]] = {}  # by Optuna's numbers
        self._told: dict[int, Outcome] = {}  # the last outcomes that Optuna's trials agreed with
        space = {p.name: repr(p.distribution) for p in self._parameters.values()}
        text = json.dumps([space, repr(study.objectives)], sort_keys=True)
        self._name = f"{study.name}-{sha256(text.encode()).hexdigest()[:8]}"

    def ask(self, trial: int) -> Point:
        """Return the values of a trial.

        Raises:
            OSError, SweepError: if the study cannot be written.
        """
        return self._studies.persist(lambda: self._ask(trial))

    def sync(self) -> None:
        """Tell Optuna how trials have ended.

        Raises:
            OSError, SweepError: if the study cannot be written.
        """
        self._studies.persist(self._synchronize)

    def report(self, trial: int, values: Mapping[int, float]) -> bool:
        """Pass on what a running trial has reported, and return whether to prune it.

        Raises:
            OSError, SweepError: if the study cannot be written.
        """
        return self._studies.persist(lambda: self._report(trial, values))

    def _ask(self, trial: int) -> Point:
        with self._locked():
            return self._point(trial, self._sync())

    def _synchronize(self) -> None:
        with self._locked():
            self._sync()

    def _report(self, trial: int, values: Mapping[int, float]) -> bool:
        with self._locked():
            if trial not in self._optuna_trials():
                self._point(trial, self._sync())
            row = self._optuna_trials()[trial]
            if row.state.is_finished():
                return False
            self._add_reports(row, values)
            return bool(self._study.pruner.prune(self._study, self._optuna_trials()[trial]))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock of the sweep, and load the study. Flush it if a trial has ended."""
        self._has_ended = False
        with self._sweep.claims.lock(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._load()
            yield
        if self._has_ended:
            self._studies.flush()  # others need not wait for the disk

    def _load(self) -> None:
        """Load the study of the sweep, or create it."""
        import optuna

        storage = self._studies.open()
        number = study_id(storage, self._name)
        if self._study is None or storage is not self._storage or number != self._number:
            self._storage = storage
            self._decoded.clear()
            self._told = {}
            if number is None:
                optuna.create_study(
                    study_name=self._name, storage=storage, directions=self._directions()
                )
            self._study = optuna.load_study(
                study_name=self._name,
                storage=storage,
                sampler=self._sampler(0, 0),
                pruner=optuna.pruners.MedianPruner(),
            )
            self._number = study_id(storage, self._name)

    def _sync(self) -> dict[int, Any]:
        """Make Optuna's trials equal to those of the records, and return them by our numbers."""
        import optuna

        self._sweep.refresh(now=True)  # the study may hold trials that ended since
        outcomes = self._sweep.outcomes()
        rows = self._optuna_trials()
        if any(
            self._is_stale(row, outcome)
            for trial, row in rows.items()
            if (outcome := outcomes.get(trial)) is None or self._told.get(trial) is not outcome
        ):
            optuna.delete_study(study_name=self._name, storage=self._storage)
            self._load()
            rows = {}
        for trial, outcome in outcomes.items():
            row = rows.get(trial)
            if row is None or (row.state.name == "FAIL" and outcome.status != FAILED):
                self._add_outcome(trial, outcome)
            elif not row.state.is_finished():
                self._tell(row, outcome)
        rows = self._optuna_trials() if self._has_ended else rows
        self._told = outcomes
        return {n: row for n, row in rows.items() if n in outcomes or not row.state.is_finished()}

    def _optuna_trials(self) -> dict[int, Any]:
        """Return Optuna's trials by our numbers; end those that were left in the middle."""
        rows: dict[int, Any] = {}
        for row in self._study.get_trials(deepcopy=False):
            trial = row.user_attrs.get(_TRIAL)
            old = row if trial is None else rows.get(trial)
            if trial is not None:
                rows[trial] = row
            if old is not None and not old.state.is_finished():
                self._fail(old)
        return rows

    def _is_stale(self, row: Any, outcome: Outcome | None) -> bool:
        """Return whether Optuna knows what the records do not say."""
        trial, state = row.user_attrs[_TRIAL], row.state.name
        if self._decode(row)[0] is None:
            return True
        if state not in ("COMPLETE", "PRUNED") or trial >= self._sweep.total:
            return False
        if outcome is None or _STATES[outcome.status] != state:
            return True
        return state == "COMPLETE" and list(row.values) != _scores(outcome)

    def _point(self, trial: int, rows: Mapping[int, Any]) -> Point:
        """Return the values of a trial: those that it has had, or new ones."""
        trials = self._sweep.trials
        if trial in rows:
            return self._decode(rows[trial])[0] or {}
        point = self._recorded(self._sweep.recorded_values(TrialRun(trial)) or {})
        if point is None and trials.method not in SAMPLERS:
            point = trials.point(trial)
        if point is None and trial == 0:
            point = trials.space.default_point()
        if point is None:
            return self._suggest(trial, {self._decode(row)[1] for row in rows.values()})
        self._add(trial, point, "RUNNING")
        return point

    def _suggest(self, trial: int, used: Collection[str]) -> Point:
        """Return the values that the sampler suggests, but none that another trial has."""
        for attempt in range(_ASKS):
            self._study.sampler = self._sampler(trial, attempt)
            row = self._study.ask()

            def suggest(group: tuple[Axis, ...], row: Any = row) -> Point:
                return self._parameters[group[0].name].suggest(row)

            point = self._sweep.trials.space.compose(suggest)
            if show_literal(point) not in used:
                row.set_user_attr(_TRIAL, trial)
                return point
            self._fail(row)
        point = _unused(self._sweep.trials.space, self._sweep.trials.seed, used)
        self._add(trial, point, "RUNNING")
        return point

    def _sampler(self, trial: int, attempt: int) -> Any:
        """Return a sampler that depends on the seed and the trial alone, not on earlier asks."""
        from optuna import samplers

        seed = Random(f"{self._sweep.trials.seed}/{trial}/{attempt}").getrandbits(32)  # noqa: S311
        method = self._sweep.trials.method
        if method == "gp":
            return samplers.GPSampler(seed=seed)
        if method == "cmaes":
            return samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
        return samplers.TPESampler(seed=seed)

    def _tell(self, row: Any, outcome: Outcome) -> None:
        """Tell Optuna how a trial that it knows to be running has ended."""
        from optuna.trial import TrialState

        trial = row.user_attrs[_TRIAL]
        recorded = self._recorded(outcome.values)
        if recorded is not None and show_literal(recorded) != self._decode(row)[1]:
            self._fail(row)  # it was asked for again after the journal was lost
            self._add_outcome(trial, outcome)
            return
        self._add_reports(row, self._reports(outcome))
        if self._sweep.trials.method == "cmaes":  # it learns when a trial ends
            self._study.sampler = self._sampler(trial, 0)
        state = TrialState[_STATES[outcome.status]]
        self._study.tell(row.number, _scores(outcome) or None, state)
        self._has_ended = True

    def _fail(self, row: Any) -> None:
        from optuna.trial import TrialState

        self._study.tell(row.number, state=TrialState.FAIL)

    def _add_outcome(self, trial: int, outcome: Outcome) -> None:
        point = self._recorded(outcome.values)
        if point is not None:
            state = _STATES[outcome.status]
            self._add(trial, point, state, _scores(outcome), self._reports(outcome))
            self._has_ended = True

    def _add(
        self,
        trial: int,
        point: Point,
        state: str,
        scores: list[float] | None = None,
        reports: Mapping[int, float] | None = None,
    ) -> None:
        """Add a trial that Optuna has not suggested, or has forgotten."""
        from optuna.trial import TrialState, create_trial

        params = [p for name, p in self._parameters.items() if name in point]
        self._study.add_trial(
            create_trial(
                state=TrialState[state],
                values=scores or None,
                params={p.name: p.encode(point) for p in params},
                distributions={p.name: p.distribution for p in params},
                user_attrs={_TRIAL: trial},
                intermediate_values=dict(reports or {}),
            )
        )

    def _add_reports(self, row: Any, values: Mapping[int, float]) -> None:
        number = self._storage.get_trial_id_from_study_id_trial_number(self._number, row.number)
        for step, value in values.items():
            if step not in row.intermediate_values:
                self._storage.set_trial_intermediate_value(number, step, value)

    def _reports(self, outcome: Outcome) -> dict[int, float]:
        """Return what a run has reported, if it matters to Optuna."""
        if not (self._sweep.trials.prunes or outcome.status == PRUNED):
            return {}
        record = RunRecord(os.path.join(self._sweep.runs, outcome.run))
        name = self._sweep.objectives[0].name.removeprefix("best:")
        return reports_by_step(record.history(), name)

    def _recorded(self, values: Mapping[str, str]) -> Point | None:
        """Return the values of a run, given as literals; None if they are not in the space."""
        axes = self._sweep.trials.space.axes
        point = {
            axis.name: axis.converter.check(parse_literal(values[axis.name]))
            for axis in axes
            if axis.name in values
        }
        return point if self._sweep.trials.space.contains(point) else None

    def _decode(self, row: Any) -> tuple[Point | None, str]:
        """Return the values of one of Optuna's trials, and their text; None if it has not all."""
        if row.number not in self._decoded:
            point: Point | None = None
            with suppress(KeyError):
                point = self._sweep.trials.space.compose(
                    lambda group: self._parameters[group[0].name].decode(row.params)
                )
            self._decoded[row.number] = point, show_literal(point)
        return self._decoded[row.number]

    def _directions(self) -> list[str]:
        return ["maximize" if o.maximize else "minimize" for o in self._sweep.objectives]


def reports_by_step(
    rows: Iterable[Mapping[str, Any]], metric: str, first: int = 0
) -> dict[int, float]:
    """Return the values of a metric by step; without steps, by their order.

    >>> reports_by_step([{"loss": 3}, {"other": 1}, {"loss": 2.5}], "loss")
    {0: 3.0, 1: 2.5}
    """
    values: dict[int, float] = {}
    for row in rows:
        value, step = row.get(metric), row.get("step")
        if isinstance(value, (int, float)):
            is_step = isinstance(step, int) and step >= 0
            values[int(step or 0) if is_step else first + len(values)] = float(value)
    return values


def check_trials(trials: Trials) -> None:
    """Check that Optuna can search the space of a sweep.

    Raises:
        SweepError: if it cannot, or a package is missing.
    """
    from importlib.util import find_spec

    method = trials.method
    option = f"`--sampler {method}`" if method in SAMPLERS else "`--prune`"
    needed = ("optuna", *_PACKAGES.get(method, ()))
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        names = [name.replace("optuna", '"hpman[sweep]"') for name in missing]
        message = f"{option} needs {' and '.join(missing)}."
        raise SweepError.because(
            message, f"Install what is missing: `pip install {' '.join(names)}`."
        )
    for group in trials.space.groups:
        names, domain = [axis.name for axis in group], group[0].domain
        is_list = len(group) > 1 or isinstance(domain, Values)
        if is_list and (domain.size or 0) > _MOST_CHOICES:
            message = f"{option} cannot choose from {domain.size} values of `{','.join(names)}`."
            raise SweepError.because(
                message, f"List at most {_MOST_CHOICES} values, or write a range."
            )
        if not isinstance(domain, Values) and isinf(float(domain.high) - float(domain.low)):
            raise SweepError.because(
                f"The range of `{names[0]}` is too wide for {option}.", "Write less."
            )


def _unused(space: Space, seed: int, used: Collection[str]) -> Point:
    """Return a random point that no trial has; any if all have come."""
    size = space.size or 1
    draws = (space.random(seed, number) for number in range(min(size, len(used) + 100)))
    rest = space.grid() if space.size is not None else iter(())
    first = space.random(seed, 0)
    return next((p for p in chain(draws, rest) if show_literal(p) not in used), first)


def _scores(outcome: Outcome) -> list[float]:
    return [*outcome.scores]
