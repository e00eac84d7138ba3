"""One run of a sweep: a process of `hpman run` that keeps a record.

Owns how it is watched and ended. Must not know how it is started, or what its record says.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread

from hpman import HpmanError

from ..claims.slots import Slot
from ..runs.record import request_stop
from .launch import Launcher
from .results import TIMED_OUT
from .study import Claim, Study

_PATIENCE = 10.0  # seconds between SIGTERM and SIGKILL


class Worker:
    """Start a run, which shares the leases of the claim and the slot; watch it from a thread.

    Raises:
        OSError: if no process can be started.
    """

    def __init__(
        self,
        study: Study,
        claim: Claim,
        slot: Slot | None,
        launcher: Launcher,
        options: Sequence[str],
        *,
        timeout: float | None,
        on_end: Callable[[Worker], None],
    ) -> None:
        self.claim: Claim = claim  # the claim
        self.slot: Slot | None = slot  # the GPU
        self.started: float = time.monotonic()  # when it was started, by the monotonic clock
        self._study = study
        self._timeout = timeout
        self._kill_at: float | None = None
        leases = [claim.lease, *([slot.lease] if slot else [])]
        environment = slot.environment if slot else {}
        self._process = launcher.start(claim.beginning, options, leases, environment)

        def watch() -> None:
            self._process.wait()
            if self._kill_at is not None and os.name == "posix":
                with suppress(OSError):  # no process is left in its group
                    # A worker of torch that has just started does not see that its parent ended.
                    os.killpg(self._process.pid, signal.SIGTERM)
            on_end(self)

        Thread(target=watch, daemon=True).start()

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while the process runs."""
        return self._process.returncode

    @property
    def cause(self) -> str:
        """Which signal killed the process, such as ` by SIGTERM`; empty if none did."""
        if self.status is None or self.status >= 0:
            return ""
        number = -self.status
        if number == signal.SIGKILL:
            return " by SIGKILL, perhaps out of memory"
        known = {int(name): name.name for name in signal.Signals}
        return f" by {known.get(number, f'signal {number}')}"

    def new_records(self) -> list[str]:
        """Return the ids of the records that the process has begun: one, or none yet."""
        return self._study.new_records(self.claim)

    def check_time(self) -> None:
        """End the run if its time is up, and kill it if it does not end."""
        now = time.monotonic()
        if self._kill_at is not None:
            if now >= self._kill_at:
                self.kill()
        elif self._timeout is not None and now >= self.started + self._timeout:
            runs = self.new_records()
            if not runs:
                return  # Python itself is still starting
            for run in runs:
                with suppress(HpmanError):  # the disk is full
                    request_stop(os.path.join(self._study.runs, run), TIMED_OUT)
            self.stop()

    def stop(self) -> None:
        """Ask the process to end, once; kill it some time later."""
        if self._kill_at is None:
            self._kill_at = time.monotonic() + _PATIENCE
            self._process.terminate()

    def kill(self) -> None:
        """Kill the process and those that it has started."""
        with suppress(OSError):  # it has ended
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
