"""A sweep on disk: its folder, claims on the runs that remain, and the best of those that ended.

Owns that no run is started twice: a claim is a lease, held by the sweep and the run until both
have ended. Must not know processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from hpman import Frozen
from hpman.text import escape, relative_path

from ..claims.locks import CLAIMS, Claims, Locks
from ..errors import SweepError
from ..runs.record import RUNNING, make_folder, write_json
from ..snapshots.recorded import RUNS, find_above, read_json
from .changes import changes
from .duplicates import Duplicates
from .matching import Matcher
from .results import COMPLETE, FAILED, Outcome, Results
from .score import Objective
from .trials import TrialRun, Trials

if TYPE_CHECKING:  # it is slow to load
    from .exchange import Exchange

SWEEPS = os.path.join(".hpman", "sweeps")
PLAN = "plan.json"
_SAME = ("program", "score")  # keys of the identity that may not change


class Claim(Frozen):
    """The right to start a run, until it is released."""

    __slots__ = ()
    trial_run: TrialRun  # the run
    beginning: str  # the beginning of its id
    lease: int  # the descriptor that holds the claim
    earlier: tuple[str, ...]  # the ids of the records that were begun for this run before


class Study:
    """A sweep on disk."""

    def __init__(
        self,
        project: str,
        name: str,
        total: int,
        *,
        trials: Trials,
        objectives: Sequence[Objective],
        arguments: Sequence[str] = (),
        retries: int = 3,
        collects: bool = True,
    ) -> None:
        self.name: str = name
        self.folder: str = os.path.join(project, SWEEPS, name)
        self.total: int = total
        self.objectives: tuple[Objective, ...] = tuple(objectives)
        self.runs: str = os.path.join(project, RUNS)
        self.claims: Claims = Locks(self.folder)  # who may start which run
        # The records of machines that do not see this folder; set before `open`.
        self.exchange: Exchange | None = None
        self.changes: list[str] = []  # what is not as it was the last time, as phrases
        self._repeats = trials.repeats
        self.trials: Trials = trials  # the values of its trials
        self._retries = retries
        self._collects = collects
        matcher = Matcher(trials, total, arguments)
        self._results = Results(self.runs, name, total, matcher=matcher, objectives=objectives)
        self._duplicates = Duplicates(self.runs, matcher, objectives)
        self._outcomes: dict[tuple[int, int], Outcome] = {}  # by `TrialRun`
        self._exhausted: dict[tuple[int, int], Outcome] = {}  # runs that were lost too often
        self._vanished: dict[TrialRun, int] = {}  # runs that were killed before their record began
        self._causes: dict[TrialRun, str] = {}

    def open(
        self, identity: Mapping[str, Any], argv: list[str], resumed: Sequence[list[str]] = ()
    ) -> None:
        """Make the folder of the sweep, or note what has changed since the last time.

        Raises:
            SweepError: if a sweep of this name has another program or score, or the database
                cannot be opened.
            OSError, SnapshotError: if the folder cannot be written.
        """
        make_folder(os.path.dirname(self.folder))
        make_folder(self.runs)
        os.makedirs(os.path.join(self.folder, CLAIMS), exist_ok=True)
        path = os.path.join(self.folder, PLAN)
        try:
            old = read_json(path).get("plan")
        except FileNotFoundError:
            old = identity
        except (OSError, ValueError):
            old = None
        olds = old if isinstance(old, dict) else {}
        differing = [key for key in _SAME if olds.get(key) != identity.get(key)]
        if differing or not isinstance(old, dict):
            message = f"The sweep `{self.name}` has another {' and '.join(differing)}."
            place = relative_path(path)
            raise SweepError.because(message, "Choose another --name.", place)
        self.changes = changes(olds, identity) if olds != identity else []
        commands = {"argv": argv, "resumed": list(resumed)}
        folder = os.path.relpath(os.curdir, os.path.join(self.folder, *[os.pardir] * 3))
        data = {"schema": 1, **commands, "folder": folder, "plan": identity}
        if self.exchange is not None:
            self._open_exchange(self.exchange, {key: identity.get(key) for key in _SAME})
        write_json(self.folder, PLAN, data)

    def refresh(self, *, now: bool = False) -> None:
        """Read how runs have ended, with `now` also on other machines a moment ago."""
        if self.exchange is not None:
            self.exchange.pull(now=now)
        self._results.refresh()
        if self.exchange is not None:
            self.exchange.push(self._results.ended)
        self._outcomes = {**self._exhausted, **self._results.outcomes}

    def changes_text(self) -> str:
        """Return what has changed since the last time as a line; empty if nothing has."""
        if not self.changes:
            return ""
        results, kind = self._results, "runs" if self._repeats > 1 else "trials"
        counts = f"{len(results.outcomes)} of {results.count} earlier {kind} fit and count"
        return escape(f"Changed: {'; '.join(self.changes)}. {counts}.") + "\n"

    def claim(self) -> Claim | None:
        """Return a run to start, None if there is none now.

        Raises:
            OSError: if the folders cannot be used.
        """
        # With a lease, records are read again. Before, they would be read without need.
        for trial_run in self._pending():
            lease = self.claims.take(str(trial_run))
            if lease is None:
                continue
            if self._is_due(trial_run):
                earlier = tuple(self._results.named(trial_run))
                return Claim(trial_run, f"{self.name}-{trial_run}-", lease, earlier)
            is_over = trial_run in self._outcomes
            self.claims.release(str(trial_run), lease, is_over=is_over)
        self.refresh()
        return None

    def release(self, claim: Claim, *, was_killed: bool = False, cause: str = "") -> Outcome | None:
        """Give a claim back, after its run has ended.

        Returns:
            The outcome of the run; None if it has to be tried again.
        """
        trial_run = claim.trial_run
        if was_killed:
            self._vanished[trial_run] = self._vanished.get(trial_run, 0) + 1
        self._causes[trial_run] = cause
        self._is_due(trial_run)
        if self.exchange is not None:
            self.exchange.push(self._results.named(trial_run))  # also what was killed
        outcome = self._outcomes.get(trial_run)
        self.claims.release(str(trial_run), claim.lease, is_over=outcome is not None)
        return outcome

    def reuse(self, claim: Claim, argv: Sequence[str]) -> Outcome | None:
        """Copy the record of a run that is the same instead of starting one.

        Returns:
            The outcome; None if no run is the same.

        Raises:
            OSError, HpmanError: if the copy cannot be written.
        """
        record = self._duplicates.find(self.trials.values(claim.trial_run), argv)
        if record is None:
            return None
        self._duplicates.copy(record, claim.beginning, argv)
        return self.release(claim)

    def new_records(self, claim: Claim) -> list[str]:
        """Return the ids of the records that were begun since a claim: one, or none yet."""
        self.refresh()
        return [run for run in self._results.named(claim.trial_run) if run not in claim.earlier]

    def recorded_values(self, trial_run: TrialRun) -> Mapping[str, str] | None:
        """Return the values of a record that was begun for a run; None if none fits the sweep."""
        self.refresh()
        return self._results.recorded_values(trial_run)

    def mismatch(self, run: str) -> str:
        """Return why a run does not count for this sweep; empty if it does."""
        return self._results.mismatch(run)

    def outcome(self, trial: int) -> Outcome | None:
        """Return how a trial ended; None if it has not."""
        if self._repeats == 1:
            return self._outcomes.get((trial, 0))
        outcomes = [self._outcomes.get((trial, repeat)) for repeat in range(self._repeats)]
        known = [outcome for outcome in outcomes if outcome is not None]
        failed = next((outcome for outcome in known if outcome.status != COMPLETE), None)
        if failed is not None or len(known) < len(outcomes):
            return failed
        scores = tuple(map(fmean, zip(*(outcome.scores for outcome in known), strict=True)))
        seconds = sum(outcome.duration for outcome in known)
        return known[0].replace(scores=scores, duration=seconds)

    def outcomes(self) -> dict[int, Outcome]:
        """Return how the trials ended that have, by number."""
        pairs = ((trial, self.outcome(trial)) for trial in range(self.total))
        return {trial: outcome for trial, outcome in pairs if outcome is not None}

    def front(self) -> list[tuple[int, Outcome]]:
        """Return the best trial; with several objectives the Pareto front, by the first of them.

        No trial is better than one of the front for an objective, and as good for the others.
        """
        front: list[tuple[int, Outcome]] = []
        for trial, outcome in self._sorted():
            costs = self._costs(outcome)
            if not any(_dominates(self._costs(other), costs) for _trial, other in front):
                front.append((trial, outcome))
            if len(self.objectives) == 1:
                break
        return front

    def ranked(self) -> list[tuple[int, Outcome]]:
        """Return the trials that have scores, the best first, equal ones by number."""
        front = self.front()
        best = {trial for trial, _outcome in front}
        return front + [pair for pair in self._sorted() if pair[0] not in best]

    def has_success(self) -> bool:
        """Return whether a trial is complete."""
        return any(outcome.status == COMPLETE for outcome in self.outcomes().values())

    def is_over(self) -> bool:
        """Return whether all trials have ended, as far as is known."""
        return next(self._pending(), None) is None

    def _open_exchange(self, exchange: Exchange, description: Mapping[str, Any]) -> None:
        """Open the database."""
        if differing := exchange.open(description):
            where = exchange.database.url.shown
            message = f"The sweep `{self.name}` in {where} has another {' and '.join(differing)}."
            raise SweepError.because(message, "Choose another --name.")

    def _sorted(self) -> list[tuple[int, Outcome]]:
        """Return the trials that have scores, by the first objective."""
        scored = [pair for pair in self.outcomes().items() if pair[1].scores]
        return sorted(scored, key=lambda pair: self._costs(pair[1]))

    def _costs(self, outcome: Outcome) -> tuple[float, ...]:
        """Return the scores so that lower ones are better."""
        pairs = zip(self.objectives, outcome.scores, strict=True)
        return tuple(-score if objective.maximize else score for objective, score in pairs)

    def _pending(self) -> Iterator[TrialRun]:
        """Yield the runs that have not ended. A trial that has failed needs no more of them."""
        for trial in range(self.total):
            if self._repeats > 1 and self.outcome(trial) is not None:
                continue
            for repeat in range(self._repeats):
                if (trial, repeat) not in self._outcomes:  # faster than to make a TrialRun
                    yield TrialRun(trial, repeat)

    def _is_due(self, trial_run: TrialRun) -> bool:
        """Return whether a run has to be started, for the holder of its claim."""
        self.refresh(now=True)
        if records := self._results.open_records(trial_run):
            for record in records:
                for objective in self.objectives:
                    objective.collect(record, from_cwd=self._collects)
            self.refresh()
        if trial_run in self._outcomes:
            return False
        records = self._results.open_records(trial_run)
        if not self.claims.is_by_time and any(record.status == RUNNING for record in records):
            return False  # it has closed the lease that it inherited
        attempts = len(records) + self._results.kills[trial_run] + self._vanished.get(trial_run, 0)
        if self.exchange is not None:
            attempts += self.exchange.database.lost.get(str(trial_run), 0)
        if attempts <= self._retries:
            return True
        times = f" {attempts} times" if attempts > 1 else ""
        error = f"was killed{times}{self._causes.get(trial_run, '')} (--retries {self._retries})"
        run = next(reversed(self._results.named(trial_run)), "")
        values = self.trials.values(trial_run)
        self._exhausted[trial_run] = self._outcomes[trial_run] = Outcome(
            FAILED, run, values, error=error
        )
        return False


def _dominates(costs: tuple[float, ...], others: tuple[float, ...]) -> bool:
    """Return whether some costs are lower than others, and none is higher."""
    pairs = zip(costs, others, strict=True)
    return costs != others and all(cost <= other for cost, other in pairs)


def find_sweep(name: str) -> tuple[str, str, list[list[str]]]:
    """Return the name of a sweep, the folder where it was started, and its command lines.

    Without a name it is the sweep that was used last. The command lines are those of the start
    and of each `--resume` since.

    Raises:
        SweepError: if there is none, or its command line cannot be read.
    """
    project = find_above(os.curdir, os.path.join(SWEEPS, ""))
    sweeps = os.path.join(project or "", SWEEPS)
    times: dict[str, float] = {}
    for other in os.listdir(sweeps) if project else ():
        path = os.path.join(sweeps, other, PLAN)
        if os.path.exists(path):
            times[other] = os.path.getmtime(path)
    if not times or project is None:
        message = "No sweep was started in this folder or above it."
        raise SweepError.because(message, "`hpman sweep SCRIPT` starts one.")
    name = name or max(times, key=times.__getitem__)
    if name not in times:
        message = f"There is no sweep `{escape(name)}`."
        advice = f"Name one of these: {', '.join(sorted(map(escape, times)))}."
        raise SweepError.because(message, advice)
    path = os.path.join(sweeps, name, PLAN)
    try:
        data = read_json(path)
        commands = [list(map(_text, argv)) for argv in (data["argv"], *data.get("resumed", ()))]
        folder = os.path.normpath(os.path.join(project, _text(data.get("folder", "."))))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        message = "The command line of the sweep cannot be read."
        advice = "Give it in full, with another --name."
        raise SweepError.because(message, advice, relative_path(path)) from None
    return name, folder, commands


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value
