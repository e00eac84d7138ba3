"""Stop runs, and remove records.

Owns how a run is asked to end; must not know the command line.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from hpman import Diagnostic, HpmanError
from hpman.run_files import STOP
from hpman.text import escape, relative_path

from ..snapshots.atomic_io import replace_files
from .folder import removals
from .record import RunRecord, host, wait_while


def request_stop(folder: str, reason: str = "stopped") -> None:
    """Ask a run to end.

    Args:
        folder: the folder of its record.
        reason: what becomes the status of the run.

    Raises:
        SnapshotError: if the request cannot be written.
    """
    replace_files([(os.path.join(folder, STOP), reason.encode())])


def stop(record: RunRecord, patience: float) -> bool:
    """Ask a run to end, and send SIGTERM if it does not.

    Args:
        record: the record of the run.
        patience: the seconds to wait before the signal, and as long after it.

    Returns:
        Whether the run has ended.

    Raises:
        HpmanError: if the run is not running, or cannot be signalled from here.
        SnapshotError: if the request cannot be written.
    """
    if not record.is_running:
        raise _error(record, f"is not running: it is {record.status}.", "")
    if not record.stop_request:
        request_stop(record.folder)
    if wait_while(lambda: record.is_running, patience):
        return True
    where = record.summary.get("host")
    if where != host():
        message = f"runs on {where}, and did not end when it was asked to."
        raise _error(record, message, "Stop it on that machine.")
    with suppress(OSError):  # it has just ended, or is another user's
        # While the run is running, the process is its own.
        os.kill(int(record.summary["process"]), signal.SIGTERM)
    return wait_while(lambda: record.is_running, patience)


def remove(record: RunRecord) -> None:
    """Delete a record.

    Raises:
        HpmanError: if the run has not ended, or cannot be deleted.
    """
    if record.is_running:
        advice = f"`hpman runs --stop {record.id}` stops it."
        raise _error(record, "is running.", advice)
    try:
        _delete(record)
    except OSError as error:
        advice = f"Allow writing in {escape(relative_path(os.path.dirname(record.folder)))}."
        raise _error(record, f"cannot be removed: {error.strerror}.", advice) from None


def _delete(record: RunRecord) -> None:
    from shutil import rmtree

    if os.path.islink(record.folder):
        os.unlink(record.folder)
        return
    runs = os.path.dirname(record.folder)
    with suppress(HpmanError, OSError):  # it is damaged, or its sweep is not shared
        path = removals(runs, str(record.summary.get("sweep")))
        with open(path, "r+", encoding="utf-8") as file:
            file.seek(0, os.SEEK_END)
            file.write(f"{record.id}\n")
    # Under this name, what is left by a crash in the middle is not listed.
    hidden = os.path.join(runs, f".{record.id}")
    os.rename(record.folder, hidden)
    rmtree(hidden)


def _error(record: RunRecord, message: str, advice: str) -> HpmanError:
    return HpmanError(Diagnostic("run", f"`{record.id}` {message}", advice))
