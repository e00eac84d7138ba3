"""The loop of `hpman sweep`: start runs, wait for them, and decide when to end.

Owns interrupts, and which failures end a sweep. Must not know how anything is shown.
"""

from __future__ import annotations

import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EAGAIN, EMFILE, ENFILE, ENOENT, ENOMEM
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from hpman.run_files import release

from ..claims.slots import Slot, Slots
from ..cli.errors import error_text
from ..errors import SweepError
from .launch import Launcher
from .progress import Progress
from .results import COMPLETE, FAILED, PRUNED
from .study import Study
from .worker import Worker

if TYPE_CHECKING:  # it is slow to load
    from .pruning import Pruner

_ADVICE = {
    **dict.fromkeys((EAGAIN, EMFILE, ENFILE, ENOMEM), "Use fewer --jobs."),
    ENOENT: "Does the program delete it? The same command makes it again.",
}
_TICK = 0.1  # seconds between two looks at the runs of others
_FIRST, _IN_A_ROW = 3, 5  # failures that end a sweep


class Driver:
    """Run the trials of a sweep, several at a time."""

    def __init__(
        self,
        study: Study,
        launcher: Launcher,
        *,
        jobs: int,
        timeout: float | None,
        progress: Progress,
        slots: Slots | None = None,
    ) -> None:
        self.interrupts: int = 0  # how often the sweep was interrupted
        self.signal: int = signal.SIGINT  # the signal that did it last
        self.failure: str = ""  # why the sweep has ended early; empty if it has not
        self._study = study
        self._slots = slots
        self._launcher = launcher
        self._jobs = jobs
        self._timeout = timeout
        self._progress = progress
        self._pruner: Pruner | None = None
        if study.trials.prunes and study.trials.engine is not None:
            from .pruning import Pruner

            self._pruner = Pruner(study, study.trials.engine)
        self._reason = ""  # of the launcher, as it was shown
        self._running: list[Worker] = []
        self._ended: SimpleQueue[Worker | None] = SimpleQueue()
        self._errors: list[str] = []  # of the failures since the last run that has not failed
        self._successes = 0

    def run(self) -> None:
        """Run until all trials have ended, or the sweep is interrupted or fails.

        Raises:
            SweepError: if a run leaves no record.
            OSError, HpmanError: if the folder of the sweep cannot be used.
        """
        study = self._study
        study.refresh()
        self._successes = sum(o.status == COMPLETE for o in study.outcomes().values())
        with _handling(self._interrupt):
            try:
                while self._start_runs() or self._running:
                    self._wait()
            except BaseException as error:
                for worker in self._running:
                    worker.stop()
                if isinstance(error, OSError) and error.errno in _ADVICE:
                    message = f"The sweep cannot go on: {error_text(error)}."
                    raise SweepError.because(message, _ADVICE[error.errno]) from error
                raise
            finally:
                self._launcher.close()

    def _start_runs(self) -> bool:
        """Start what may be started; return whether to go on although nothing runs here."""
        while (
            len(self._running) < self._jobs
            and not self._is_ending()
            and not self._study.is_over()
            and self._launcher.is_ready(self._wake)
        ):
            slot = self._slots.take() if self._slots else None
            claim = self._study.claim() if slot or not self._slots else None
            if claim is None:
                _release(slot)
                break
            options = self._study.trials.arguments(claim.trial_run)
            outcome = self._study.reuse(claim, self._launcher.argv(options))
            if outcome is not None:
                _release(slot)
                self._progress.on_end(claim.trial_run, outcome)
                self._successes += 1
                continue
            worker = Worker(
                *(self._study, claim, slot, self._launcher, options),
                timeout=self._timeout,
                on_end=self._ended.put,
            )
            self._running.append(worker)
        return not self._is_ending() and not self._study.is_over()

    def _is_ending(self) -> bool:
        return bool(self.interrupts or self.failure)

    def _wait(self) -> None:
        """Wait a moment for a run to end."""
        self._progress.tick(self._running, self.interrupts)
        if self._launcher.reason != self._reason:
            self._reason = self._launcher.reason
            self._progress.on_fresh(self._reason)
        try:
            worker = self._ended.get(timeout=_TICK)
        except Empty:
            worker = None
        for other in self._running:
            if self.interrupts > 1:
                other.stop()
            if self.interrupts > 2:
                other.kill()
            other.check_time()
            if self._pruner is not None:
                self._pruner.check(other)
        if worker is not None:
            self._running.remove(worker)
            self._end(worker)

    def _end(self, worker: Worker) -> None:
        """Note how a run has ended."""
        trial_run, status = worker.claim.trial_run, worker.status or 0
        runs = worker.new_records()
        is_lost = not runs
        outcome = self._study.release(worker.claim, was_killed=is_lost, cause=worker.cause)
        _release(worker.slot)
        if is_lost and status >= 0:
            words = self._launcher.argv(self._study.trials.arguments(trial_run))
            message = f"Trial {trial_run.trial} ended with status {status}, and left no record."
            advice = f"This shows why: hpman run --record {shlex.join(words)}"
            raise SweepError.because(message, advice)
        for run in runs:
            if why := self._study.mismatch(run):
                message = f"Trial {trial_run.trial} did not run with its values: {why}."
                advice = "The sources may have changed. The same command goes on with those of now."
                raise SweepError.because(message, advice)
        self._progress.on_end(trial_run, outcome, worker.cause)
        if outcome is None or outcome.is_nan or outcome.status == PRUNED:
            return
        if outcome.status != FAILED:
            self._successes += 1
            self._errors.clear()
            return
        self._errors.append(outcome.error)
        last = self._errors[-_IN_A_ROW:]
        if not self._successes and len(self._errors) == _FIRST:
            self.failure = f"the first {_FIRST} runs have failed, the last one with: {last[-1]}"
        elif len(last) == _IN_A_ROW and len(set(last)) == 1:
            self.failure = f"{_IN_A_ROW} runs in a row have failed with: {last[0]}"

    def _interrupt(self, number: int) -> None:
        """Start nothing more; the second time, stop what runs, and the third time kill it.

        Other signals than an interrupt stop what runs at once.
        """
        self.signal = number
        self.interrupts += 1 if self.interrupts or number == signal.SIGINT else 2
        if self.interrupts > 1 and self._study.exchange is not None:
            self._study.exchange.database.give_up()
        self._wake()

    def _wake(self) -> None:
        self._ended.put(None)


def _release(slot: Slot | None) -> None:
    if slot is not None:
        release(slot.lease)


@contextmanager
def _handling(handle: Callable[[int], None]) -> Iterator[None]:
    """Call a function at each signal that asks a program to end, if this is the main thread.

    A signal that is ignored stays so, such as SIGHUP after `nohup`.
    """
    names = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows lacks the last one
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    old = {}
    try:
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                old[number] = signal.signal(number, lambda number, _frame: handle(number))
    except ValueError:  # only the main thread may do this
        pass
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
