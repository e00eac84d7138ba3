"""The state of a sweep, read from its records, and claims on the runs that remain.

Owns what counts as complete, failed or to be tried again, and that no run is started twice: a
claim is a lease, held by the sweep and the run until both have ended. Must not know processes.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from statistics import fmean

from hpman import Diagnostic, HpmanError
from hpman._text import relative_path
from hpman.lease import release, take
from hpman.record import Record

from ..runs.folder import make_folder, write_json
from ..runs.record import LOST, RUNNING, RunRecord
from ..snapshots.recorded import RUNS, read_json
from .plan import Unit
from .score import NanError, NoScoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .score import Objective

SWEEPS = os.path.join(".hpman", "sweeps")
COMPLETE, FAILED = "complete", "failed"
TIMED_OUT = FAILED  # the status of a run that takes too long
_PLAN, _CLAIMS = "plan.json", "claims"


class SweepError(HpmanError):
    """Report a sweep that cannot go on."""


class Outcome(Record):
    """How a run, or a trial with all of its runs, ended.

    Attributes:
        status: `complete` or `failed`.
        run: the id of the run, or of the first one.
        score: the score, or the mean of those of all runs.
        error: one line that says why it failed.
        is_nan: whether it failed because its score is nan.
        duration: how long it took, in seconds.
    """

    __slots__ = ()
    status: str
    run: str
    score: float | None = None
    error: str = ""
    is_nan: bool = False
    duration: float = 0.0


class Claim(Record):
    """The right to start a run, until it is released.

    Attributes:
        unit: the run.
        beginning: the beginning of its id.
        lease: the descriptor of the lease.
        path: the file of the lease.
    """

    __slots__ = ()
    unit: Unit
    beginning: str
    lease: int
    path: str


class Study:
    """A sweep on disk.

    Args:
        project: the folder of the project.
        name: the name of the sweep.
        total: the number of trials.
        repeats: the runs of each trial.
        retries: how often a run that was killed is tried again.
        objective: what is looked for.
        collects: whether a file with the score may be in the current folder.
    """

    def __init__(
        self,
        project: str,
        name: str,
        total: int,
        *,
        objective: Objective,
        repeats: int = 1,
        retries: int = 3,
        collects: bool = True,
    ) -> None:
        self.name: str = name
        self.folder: str = os.path.join(project, SWEEPS, name)
        self.total: int = total
        self.objective: Objective = objective
        self.runs: str = os.path.join(project, RUNS)
        self._repeats = repeats
        self._retries = retries
        self._collects = collects
        self._pattern = re.compile(rf"{re.escape(name)}-(\d+)(?:r(\d+))?-[a-z0-9]+")
        self._ended: dict[str, Outcome | None] = {}  # by id; None for a run to be tried again
        self._outcomes: dict[Unit, Outcome] = {}
        self._exhausted: dict[Unit, Outcome] = {}  # runs that were lost too often
        self._vanished: dict[Unit, int] = {}  # runs that were killed before their record began

    def open(self, identity: Mapping[str, Any], argv: list[str]) -> None:
        """Make the folder of the sweep, or check that it is of the same one.

        Args:
            identity: what makes the trials of two sweeps the same.
            argv: the command line.

        Raises:
            SweepError: if a sweep of this name has other trials.
            OSError, SnapshotError: if the folder cannot be written.
        """
        make_folder(os.path.dirname(self.folder))
        make_folder(self.runs)
        os.makedirs(os.path.join(self.folder, _CLAIMS), exist_ok=True)
        path = os.path.join(self.folder, _PLAN)
        try:
            old = read_json(path).get("plan")
        except FileNotFoundError:
            old = identity
        except (OSError, ValueError, TypeError, RecursionError):
            old = None
        if old != identity:
            olds = old if isinstance(old, dict) else {}
            keys = [key for key, value in identity.items() if olds.get(key) != value]
            message = f"The sweep `{self.name}` differs in {', '.join(keys)}."
            place = relative_path(path)
            raise SweepError(Diagnostic("sweep", message, "Choose another --name.", place))
        write_json(self.folder, _PLAN, {"schema": 1, "argv": argv, "plan": identity})

    def refresh(self) -> None:
        """Read how runs have ended since the last time."""
        self._outcomes = dict(self._exhausted)
        for unit, run in self._listed():
            outcome = self._outcome(run)
            if outcome is not None and (unit not in self._outcomes or outcome.status == COMPLETE):
                self._outcomes[unit] = outcome

    def claim(self) -> Claim | None:
        """Return a run to start, None if there is none now.

        Raises:
            OSError: if the folders cannot be used.
        """
        self.refresh()
        for unit in self._pending():
            path = os.path.join(self.folder, _CLAIMS, str(unit))
            lease = take(path)
            if lease is None:
                continue
            if _is_at(path, lease) and self._is_due(unit):
                return Claim(unit, f"{self.name}-{unit}-", lease, path)
            self._give_back(unit, lease, path)
        return None

    def release(self, claim: Claim, *, was_killed: bool = False) -> Outcome | None:
        """Give a claim back, after its run has ended.

        Args:
            claim: the claim.
            was_killed: whether the run was killed before its record began.

        Returns:
            The outcome of the run; None if it has to be tried again.
        """
        unit = claim.unit
        if was_killed:
            self._vanished[unit] = self._vanished.get(unit, 0) + 1
        self._is_due(unit)
        self._give_back(unit, claim.lease, claim.path)
        return self._outcomes.get(unit)

    def records_of(self, unit: Unit) -> list[str]:
        """Return the ids of the records of a run and its retries."""
        return [run for other, run in self._listed() if other == unit]

    def outcome(self, trial: int) -> Outcome | None:
        """Return how a trial ended; None if it has not."""
        if self._repeats == 1:
            return self._outcomes.get(Unit(trial))
        units = [Unit(trial, repeat) for repeat in range(self._repeats)]
        outcomes = [self._outcomes.get(unit) for unit in units]
        known = [outcome for outcome in outcomes if outcome is not None]
        failed = next((outcome for outcome in known if outcome.status == FAILED), None)
        if failed is not None or len(known) < len(units):
            return failed
        scores = [outcome.score for outcome in known if outcome.score is not None]
        seconds = sum(outcome.duration for outcome in known)
        return known[0].replace(score=fmean(scores) if scores else None, duration=seconds)

    def outcomes(self) -> dict[int, Outcome]:
        """Return how the trials ended that have, by number."""
        pairs = ((trial, self.outcome(trial)) for trial in range(self.total))
        return {trial: outcome for trial, outcome in pairs if outcome is not None}

    def ranked(self) -> list[tuple[int, Outcome]]:
        """Return the trials that have a score, the best first, equal ones by number."""
        scored = [pair for pair in self.outcomes().items() if pair[1].score is not None]
        scored.sort(key=lambda pair: pair[1].score or 0.0, reverse=self.objective.maximize)
        return scored

    def best(self) -> tuple[int, Outcome] | None:
        """Return the best trial; None without any score."""
        return next(iter(self.ranked()), None)

    def has_success(self) -> bool:
        """Return whether a trial is complete."""
        return any(outcome.status == COMPLETE for outcome in self.outcomes().values())

    def is_over(self) -> bool:
        """Return whether all trials have ended, as far as is known."""
        return next(self._pending(), None) is None

    def _pending(self) -> Iterator[Unit]:
        """Yield the runs that have not ended. A trial that has failed needs no more of them."""
        for trial in range(self.total):
            if self._repeats > 1 and self.outcome(trial) is not None:
                continue
            for repeat in range(self._repeats):
                unit = Unit(trial, repeat)
                if unit not in self._outcomes:
                    yield unit

    def _listed(self) -> Iterator[tuple[Unit, str]]:
        for run in os.listdir(self.runs):
            match = self._pattern.fullmatch(run)
            if match:
                yield Unit(int(match[1]), int(match[2] or 0)), run

    def _is_due(self, unit: Unit) -> bool:
        """Return whether a run has to be started, for the holder of its claim."""
        runs = [RunRecord(os.path.join(self.runs, run)) for run in self.records_of(unit)]
        for record in runs:
            self.objective.collect(record, from_cwd=self._collects)
        self.refresh()
        if unit in self._outcomes:
            return False
        if any(record.status == RUNNING for record in runs):
            return False  # it has closed the lease that it inherited
        attempts = len(runs) + self._vanished.get(unit, 0)
        if attempts <= self._retries:
            return True
        error = f"was killed {attempts} times (--retries {self._retries})"
        run = runs[-1].id if runs else ""
        self._exhausted[unit] = self._outcomes[unit] = Outcome(FAILED, run, error=error)
        return False

    def _give_back(self, unit: Unit, lease: int, path: str) -> None:
        """Release a lease; remove its file if nobody needs it any more."""
        if unit in self._outcomes and _is_at(path, lease):
            with suppress(OSError):  # Windows does not remove an open file
                os.unlink(path)
        release(lease)

    def _outcome(self, run: str) -> Outcome | None:
        """Return the outcome of a run; None if it has not ended, or is to be tried again."""
        if run in self._ended:
            return self._ended[run]
        record = RunRecord(os.path.join(self.runs, run))
        status = record.status
        if status in (RUNNING, LOST):
            return None
        outcome: Outcome | None = None
        end = record.end or {}
        if status == "finished":
            if not self.objective.is_collected(record):
                return None
            outcome = self._scored(record)
        elif status != "stopped" or record.stop_request:
            outcome = Outcome(FAILED, run, error=_reason(status, end, record.stop_request))
        self._ended[run] = outcome
        return outcome

    def _scored(self, record: RunRecord) -> Outcome:
        try:
            score = self.objective.read(record)
        except NoScoreError as error:
            is_nan = isinstance(error, NanError)
            return Outcome(FAILED, record.id, error=str(error), is_nan=is_nan)
        return Outcome(COMPLETE, record.id, score=score, duration=_duration(record))


def _is_at(path: str, lease: int) -> bool:
    """Return whether the file of a lease still has its path."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.fstat(lease))
    return False


def _reason(status: str, end: Mapping[str, Any], stop_request: str) -> str:
    """Return one line that says why a run failed."""
    if stop_request == TIMED_OUT:
        return "took longer than --timeout"
    if status != FAILED:
        return f"was {status}"
    return str(end.get("error") or f"exit status {end.get('exit')}")


def _duration(record: RunRecord) -> float:
    with suppress(HpmanError):  # the record is damaged
        return record.duration or 0.0
    return 0.0
