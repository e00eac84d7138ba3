"""Jobs of SLURM that run a command of hpman, through submitit.

Owns the notation of `--slurm`, and how a job is requeued. Must not know sweeps or records.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, suppress
from importlib.util import find_spec
from io import StringIO
from shutil import which
from typing import Any

from hpman import Diagnostic, Frozen, HpmanError
from hpman.text import relative_path

WORKER = "HPMAN_WORKER"  # set for a command that a job runs, which submits no other
_NAME = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_TIME = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", re.ASCII)
_MINUTES = 60
_MOST_REQUEUES = 1000  # after a timeout; a job that is preempted is always requeued
_WARNING = 90  # seconds before the end of a job at which it is requeued
_DELAY = 5.0  # seconds in which the signal to requeue may follow SIGTERM
_PATIENCE = 20.0  # seconds between SIGTERM and SIGKILL; SLURM waits 30 by default


class JobRequest(Frozen):
    """What `--slurm` asks for."""

    __slots__ = ()
    options: dict[str, Any]  # of `sbatch`; True for one without a value
    workers: int  # the number of jobs
    minutes: int  # of each


def request_jobs(text: str) -> JobRequest:
    """Read what `--slurm` asks for, and check that jobs can be submitted here."""
    request = parse_request(text)
    if which("sbatch") is None or which("srun") is None:
        message = "cannot find `sbatch` and `srun` on the PATH."
        raise _slurm_error(message, "Use it on a login node of a SLURM cluster.")
    if find_spec("submitit") is None:
        advice = "`pip install 'hpman[slurm]'` installs it."
        raise _slurm_error("`submitit` is not installed.", advice)
    return request


def parse_request(text: str) -> JobRequest:
    """Read options of `sbatch` such as `partition=gpu,gpus=1,time=60`, and `workers=3`.

    >>> request = parse_request("time=1-12,exclude=n1,n2,workers=3,exclusive=")
    >>> request.options, request.workers, request.minutes
    ({'exclude': 'n1,n2', 'exclusive': True}, 3, 2160)
    """
    options: dict[str, Any] = {}
    name = ""
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not equals and name:  # a value with a comma
            options[name] += f",{part}"
            continue
        name = key.strip().removeprefix("--").replace("-", "_")
        if not equals or not _NAME.fullmatch(name):
            example = "--slurm partition=gpu,gpus=1,time=60,workers=3"
            raise _slurm_error(f"`{part}` is not NAME=VALUE.", f"Write options like {example}.")
        options[name] = value
    workers, time = options.pop("workers", "1"), options.pop("time", str(_MINUTES))
    if not (workers.isascii() and workers.isdigit() and int(workers)):
        raise _slurm_error(f"workers={workers} is not a number above 0.", "Write `workers=3`.")
    minutes = _minutes(time)
    if minutes is None:
        advice = "Write minutes, or HH:MM:SS, or DAYS-HOURS."
        raise _slurm_error(f"time={time} is not a time of SLURM.", advice)
    options = {key: value or True for key, value in options.items()}
    return JobRequest(options, int(workers), minutes)


def submit(
    arguments: Sequence[str], request: JobRequest, folder: str, *, name: str, start: str
) -> str:
    """Submit jobs that run a command of hpman, and return their number.

    They write their output to a folder, which all machines must see.
    """
    import submitit

    job = _Job(arguments, start)
    try:
        executor = submitit.SlurmExecutor(folder, max_num_timeout=_MOST_REQUEUES)
        executor.update_parameters(
            job_name=name,
            time=request.minutes,
            signal_delay_s=min(_WARNING, 20 * request.minutes),
            additional_parameters=request.options,
        )
        with redirect_stderr(StringIO()):  # the message of sbatch comes again as an exception
            jobs = executor.submit_array([job] * request.workers)
    except Exception as error:  # whatever the library raises
        lines = [line for line in str(error).splitlines() if line.startswith("sbatch: ")]
        reason = (lines or [str(error).strip() or type(error).__name__])[0]
        advice = "`sbatch --help` lists the options."
        reason = reason.removeprefix("sbatch: ").removeprefix("error: ")
        raise _slurm_error(f"{reason}.", advice) from error
    return str(jobs[0].job_id).partition("_")[0]


def submission_text(
    number: str, request: JobRequest, folder: str, query: str, kind: str = "worker"
) -> str:
    """Return a text about jobs that were submitted."""
    count = f"{request.workers} {kind}s" if request.workers > 1 else f"a {kind}"
    goes_on = "; the same command goes on" if kind == "worker" else ""
    watch = f'hpman runs --where "{query}"'
    width = len(watch)
    return f"""\
Submitted {count} as job {number}, for {request.minutes} minutes each. SLURM starts those again that
it preempts, or that need more time.
  {watch}  what they have done
  {f"squeue -j {number}":{width}}  whether they run
  {f"scancel {number}":{width}}  ends them{goes_on}
Output: {relative_path(folder)}
"""


class _Job:
    """Run a command of hpman. It begins again if it is preempted, or its time is up."""

    def __init__(self, arguments: Sequence[str], folder: str) -> None:
        self._arguments = list(arguments)
        self._folder = folder

    def __call__(self) -> None:
        process = subprocess.Popen(  # noqa: S603 - this is the purpose
            [sys.executable, "-m", "hpman", *self._arguments],
            cwd=self._folder,
            env={**os.environ, WORKER: "1"},
            preexec_fn=_ignore_warning,  # noqa: PLW1509 - this process has one thread
        )
        try:
            status = process.wait()
        finally:  # submitit ends this process by an exception after it has requeued the job
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
        if status in (-signal.SIGTERM, 128 + signal.SIGTERM):
            time.sleep(_DELAY)
        raise SystemExit(status)

    def checkpoint(self) -> Any:
        """Return what submitit runs when the job begins again."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self)


def _ignore_warning() -> None:  # pragma: no cover - it runs in the new process
    # SLURM sends this to all processes of a job; submitit requeues the job then.
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)


def _minutes(text: str) -> int | None:
    """Return a time of SLURM in minutes, rounded up; None if it is none, or zero."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    days, first, second, third = (int(part or 0) for part in match.groups())
    if match[1] or match[4]:
        seconds = ((days * 24 + first) * 60 + second) * 60 + third
    else:
        seconds = first * 60 + second
    return -(-seconds // 60) or None


def _slurm_error(message: str, advice: str) -> HpmanError:
    return HpmanError(Diagnostic("slurm", f"--slurm: {message}", advice))
