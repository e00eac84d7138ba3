"""`hpman rerun ID`: run a program again with the values of a recorded run.

Owns the command line, and the process of the program. Must not know what is run.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from hpman.text import escape

from ..cli.argv import AdvisingParser
from ..cli.output import warn
from ..runs.record import CWD_VARIABLE, find_record
from ..runs.rerun import Checkout, command, differing_environment
from ..snapshots.recorded import runs_folder

_SIGNALS = ("SIGTERM", "SIGHUP")  # what is passed on to the program
_ADVICE = "change values of the run with `hpman run SCRIPT --hp-load run:ID --NAME VALUE`"
DESCRIPTION = """\
Run a program again with all values of a recorded run, and with the same
arguments of its own. The new run is recorded too. The sources are those of
today, unless --exact is given."""
EPILOG = """\
With --exact, the commit of the run and its patch are checked out into a
temporary worktree of git. What git does not track, such as data, is linked
into it. It is removed at the end, unless the program has written files there.

To change values, load those of the run: `hpman run train.py --hp-load run:k3f2
--lr 3`.

exit status: that of the program, or 2 if it cannot be started

examples:
  {prog} k3f2            the beginning of an id is enough
  {prog} k3f2 --exact    with the sources of then"""


def add_arguments(parser: AdvisingParser) -> None:
    """Add the arguments of the command."""
    parser.advice = _ADVICE
    parser.add_argument("id", metavar="ID", help="a run, or the beginning of its id")
    parser.add_argument(
        "--exact", action="store_true", help="use the sources of the run, in a worktree of git"
    )


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Run the program, and return its status."""
    checkout = None
    record = find_record(runs_folder(), options.id)
    try:
        argv, cwd, environment = command(record), record.cwd, dict(os.environ)
        if options.exact:
            checkout = Checkout(record)
            environment[CWD_VARIABLE], cwd = cwd, checkout.cwd
            lines = [f"{path} is not as it was in the run" for path in checkout.differing]
            warn(parser.prog, [escape(line) for line in (*lines, *differing_environment(record))])
        lease = None if checkout is None else checkout.lease
        return "", _run(argv, cwd, environment, lease)
    finally:
        if checkout is not None and not checkout.close():
            folder = escape(checkout.folder)
            message = f"the program has written files, so the worktree {folder} stays"
            warn(parser.prog, [f"{message}; `git worktree remove --force {folder}` deletes it"])


def _run(argv: Sequence[str], cwd: str, env: Mapping[str, str], lease: int | None) -> int:
    """Run a program, and return its status as a shell does."""
    inherited = {} if lease is None or os.name == "nt" else {"pass_fds": (lease,)}
    process = subprocess.Popen(argv, cwd=cwd, env=env, **inherited)  # type: ignore[call-overload]  # noqa: S603 - the user has run it
    # An interrupt reaches the program too, which decides what to do.
    handlers = {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # by nohup
            handlers[number] = signal.signal(number, lambda got, _: process.send_signal(got))
    try:
        status = process.wait()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return int(status) if status >= 0 else 128 - status
