"""How the runs of a sweep have ended, read from their records.

Owns which record counts for which run of the trials. A record is read until it does not change any
more, and then never again. Must not know claims.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from hpman import Frozen, HpmanError
from hpman.text import truncate

from ..runs.record import LOST, RUNNING, RunRecord
from .matching import Matcher, MismatchError
from .score import NanError, NoScoreError, Objective
from .trials import SEED, TrialRun

COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"
_LINE = 200  # characters of the last line that a run wrote
_TAIL = 1 << 16  # bytes of the output in which this line is looked for
TIMED_OUT = FAILED  # the status of a run that takes too long


class Outcome(Frozen):
    """How a run, or a trial with all of its runs, ended."""

    __slots__ = ()
    status: str  # `complete`, `pruned` or `failed`
    run: str  # the id of the run, or of the first one
    values: Mapping[str, str]  # the values that the sweep gave it, as literals
    # The score for each objective, or the mean of all runs; empty unless it is complete.
    scores: tuple[float, ...] = ()
    error: str = ""  # one line that says why it failed
    is_nan: bool = False  # whether it failed because its score is nan
    duration: float = 0.0  # how long it took, in seconds
    copy_of: str = ""  # the id of the run that was the same, so that this one was not run; or empty

    @property
    def score(self) -> float | None:
        """The score for the first objective; None without any."""
        return self.scores[0] if self.scores else None


class _Ended(Frozen):
    """A run that has ended."""

    __slots__ = ()
    recorded: TrialRun
    planned: TrialRun | None = None
    outcome: Outcome | None = None
    mismatch: str = ""


class Results:
    """The runs of a sweep."""

    def __init__(
        self,
        runs: str,
        name: str,
        total: int,
        *,
        matcher: Matcher,
        objectives: Sequence[Objective],
    ) -> None:
        # The runs that have ended and count, by `TrialRun`.
        self.outcomes: dict[tuple[int, int], Outcome] = {}
        self.kills: Counter[TrialRun] = Counter()  # how often runs were ended by a signal
        self._runs = runs
        self._name = name
        self._total = total
        self._matcher = matcher
        self._objectives = objectives
        self._pattern = re.compile(rf"{re.escape(name)}-(\d+)(?:r(\d+))?-[a-z0-9]+")
        self._listed: set[str] = set()
        self._open: dict[str, TrialRun] = {}  # runs that may have to be read again
        self._ended: dict[str, _Ended] = {}

    @property
    def count(self) -> int:
        """How many runs have ended, and were not killed, whether they count or not."""
        return sum(bool(run.outcome or run.mismatch) for run in self._ended.values())

    @property
    def ended(self) -> Collection[str]:
        """The ids of the runs that have ended."""
        return self._ended.keys()

    def refresh(self) -> None:
        """Read how runs have ended since the last time."""
        listed = set(os.listdir(self._runs))
        gone = self._listed - listed
        for run in gone:
            self._open.pop(run, None)
            self._ended.pop(run, None)
        for run in listed - self._listed:
            match = self._pattern.fullmatch(run)
            if match:
                self._open[run] = TrialRun(int(match[1]), int(match[2] or 0))
        self._listed = listed
        ended = {
            run: self._read_run(self._record(run), recorded) for run, recorded in self._open.items()
        }
        for run, found in ended.items():
            if found is not None:
                self._ended[run] = found
                del self._open[run]
        if gone or any(ended.values()):
            self._place()

    def open_records(self, trial_run: TrialRun) -> list[RunRecord]:
        """Return the records of a run that have not ended, or whose score is not collected."""
        records = ((self._record(run), named) for run, named in self._open.items())
        return [
            record for record, recorded in records if self._planned(record, recorded) == trial_run
        ]

    def named(self, trial_run: TrialRun) -> list[str]:
        """Return the ids of the records that were begun for a run."""
        beginning = f"{self._name}-{trial_run}-"
        return sorted(run for run in self._listed if run.startswith(beginning))

    def recorded_values(self, trial_run: TrialRun) -> Mapping[str, str] | None:
        """Return the values of a record that was begun for a run; None if none fits."""
        for run in self.named(trial_run):
            with suppress(HpmanError, MismatchError):
                return self._matcher.values(self._record(run).summary)
        return None

    def mismatch(self, run: str) -> str:
        """Return why a run does not count; empty if it does."""
        ended = self._ended.get(run)
        return "" if ended is None else ended.mismatch

    def _record(self, run: str) -> RunRecord:
        return RunRecord(os.path.join(self._runs, run))

    def _planned(self, record: RunRecord, recorded: TrialRun) -> TrialRun | None:
        """Return which run of the sweep an open record is; None if it does not count."""
        try:
            return self._matcher.trial_run(self._matcher.values(record.summary), recorded)
        except MismatchError:
            return None
        except HpmanError:  # it has just begun
            return recorded

    def _read_run(self, record: RunRecord, recorded: TrialRun) -> _Ended | None:
        """Return how a run ended; None if it has not, or its score has to be collected."""
        status = record.status
        if status in (RUNNING, LOST):  # without locks on files, a lost run may end later
            return None
        values: Mapping[str, str] = {}
        planned: TrialRun | None = recorded
        try:
            values = self._matcher.values(record.summary)
            planned = self._matcher.trial_run(values, recorded)
        except MismatchError as mismatch:
            return _Ended(recorded, mismatch=str(mismatch))
        except HpmanError:  # it was ended before it was described
            if status == "finished":
                return _Ended(recorded, mismatch="its record is damaged")
        outcome: Outcome | None = None  # it was killed
        if status == "finished":
            if not all(objective.is_collected(record) for objective in self._objectives):
                return None
            outcome = self._scored(record, values)
        elif status == PRUNED:
            duration = record.duration or 0.0
            outcome = Outcome(PRUNED, record.id, values, duration=duration)
        elif status != "stopped" or record.stop_request:
            outcome = Outcome(FAILED, record.id, values, error=_reason(record))
        return _Ended(recorded, planned, outcome)

    def _scored(self, record: RunRecord, values: Mapping[str, str]) -> Outcome:
        try:
            scores = tuple(objective.score_of(record) for objective in self._objectives)
        except NoScoreError as error:
            is_nan = isinstance(error, NanError)
            return Outcome(FAILED, record.id, values, error=str(error), is_nan=is_nan)
        pairs = zip(self._objectives, scores, strict=True)
        found = {objective.name: score for objective, score in pairs if objective.source}
        with suppress(OSError, HpmanError):  # the folder may be read-only, or have been removed
            record.add_metrics(found)  # `hpman runs` shows them, and sorts by them
        duration = record.duration or 0.0
        outcome = Outcome(COMPLETE, record.id, values, scores=scores, duration=duration)
        return outcome.replace(copy_of=record.summary.get("copy_of") or "")

    def _place(self) -> None:
        """Find out which run of the sweep each record counts for."""
        outcomes: dict[tuple[int, int], Outcome] = {}
        others: list[tuple[TrialRun, Outcome]] = []
        self.kills = Counter()
        for recorded, trial_run, outcome, mismatch in self._ended.values():
            if outcome is None:
                if trial_run is not None and not mismatch:
                    self.kills[trial_run] += 1
                continue
            if trial_run is None:
                others.append((recorded, outcome))
                continue
            if trial_run not in outcomes:
                outcomes[trial_run] = outcome
                continue
            outcomes[trial_run], other = sorted((outcomes[trial_run], outcome), key=_rank)
            if other.values not in ({}, outcomes[trial_run].values):
                others.append((recorded, other))
        self._place_others(others, outcomes)
        self.outcomes = outcomes

    def _place_others(
        self, others: list[tuple[TrialRun, Outcome]], outcomes: dict[tuple[int, int], Outcome]
    ) -> None:
        """Let points that the sweep lacks count for trials: for that of their id if it is free.

        The sweep has other points after the space has changed. Whatever trials are run later, the
        result is the same, so all who share the work agree.
        """
        seeds = self._matcher.seeds
        trials: dict[tuple[int, str], dict[str, Outcome]] = {}
        for recorded, outcome in sorted(others, key=lambda pair: _rank(pair[1]), reverse=True):
            point = {**outcome.values}
            seed = point.pop(SEED, "") if seeds else ""
            trials.setdefault((recorded.trial, str(point)), {})[seed] = outcome
        taken = {trial for trial, _repeat in outcomes}
        free = (trial for trial in range(self._total) if trial not in taken)
        for (recorded_trial, _point), runs in sorted(trials.items(), key=lambda item: item[0]):
            if len(runs) < len(seeds) and all(run.status == COMPLETE for run in runs.values()):
                continue  # the sweep does not have the values of the missing repeats
            is_free = recorded_trial < self._total and recorded_trial not in taken
            trial = recorded_trial if is_free else next(free, None)
            if trial is None:
                return
            taken.add(trial)
            for repeat, seed in enumerate(seeds or [""]):
                if seed in runs:
                    outcomes[trial, repeat] = runs[seed]


def _rank(outcome: Outcome) -> tuple[bool, str]:
    return outcome.status != COMPLETE, outcome.run


def _reason(record: RunRecord) -> str:
    """Return one line that says why a run failed."""
    if record.stop_request == TIMED_OUT:
        return "took longer than --timeout"
    if record.status != FAILED:
        return f"was {record.status}"
    end = record.end or {}
    if error := str(end.get("error") or ""):
        is_input = error.startswith("EOFError: EOF when reading a line")
        return f"{error}, because runs of a sweep have no standard input" if is_input else error
    last = record.output(_TAIL).decode("utf-8", "replace").rstrip().rpartition("\n")[2]
    return f"exit status {end.get('exit')}{': ' if last else ''}{truncate(last, _LINE)}"
