"""The metrics that a program reports about its run, and the request to end the run.

Owns the file of metrics, and which process writes it; must not know who records a run. The
environment variable names the folder, so workers and other programs of a run know it too.
"""

from __future__ import annotations

import os
from _thread import RLock

from .lease import release, take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "HPMAN_RUN"  # the folder of the record
METRICS, STOP = "metrics.jsonl", "stop"
_PLAIN = (int, float, str, bool, type(None))


class _Writer:
    """The file of metrics of one run, in one process."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.last: dict[str, Any] = {}
        self.error: OSError | None = None
        self._file: int | None = None

    def write(self, row: dict[str, Any]) -> None:
        """Append a row, unless another process of the run reports."""
        import json
        from time import time

        if self._file is None:
            self._file = take(os.path.join(self.folder, METRICS))
            if self._file is None:
                return
        row = {
            name: value if type(value) in _PLAIN else _plain(value) for name, value in row.items()
        }
        os.write(self._file, f"{json.dumps({'time': round(time(), 3), **row})}\n".encode())
        row.pop("step", None)
        self.last.update(row)

    def close(self) -> None:
        """Let another process of the run report."""
        if self._file is not None:
            release(self._file)


_lock = RLock()
_writer: _Writer | None = None


def _forget() -> None:
    """Let a forked child report on its own; another thread may have held the lock."""
    global _lock, _writer
    _lock, _writer = RLock(), None


# Windows has no fork.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_forget)


def report(*, step: Any = None, **metrics: Any) -> None:
    """Append metrics to the record of this run. Without a record, do nothing.

    One process of a run reports: the first that does, until it ends. Under torchrun, this is
    the one of rank 0. An error of the disk never ends the program: a sentence on standard
    error says that metrics are no longer kept.

    Args:
        step: the number of the step or epoch, if there is one.
        metrics: the metrics by name. A scalar of numpy or torch becomes a number, and
            anything else that JSON cannot represent becomes its `repr`.

    >>> report(val_loss=0.3, step=1)
    """
    folder = os.environ.get(VARIABLE)
    if folder is None or not is_first_rank():
        return
    with _lock:
        writer = _writer_of(folder)
        if writer.error is not None:
            return
        try:
            writer.write(metrics if step is None else {"step": step, **metrics})
        except OSError as error:
            import sys

            writer.error = error
            if sys.stderr is not None:
                message = f"hpman: warning: the metrics of this run are no longer kept: {error}"
                print(message, file=sys.stderr)  # noqa: T201 - there is no command here


def is_first_rank() -> bool:
    """Return whether this process may report and record: under torchrun, only that of rank 0.

    >>> is_first_rank()
    True
    """
    return os.environ.get("RANK", "0") == "0"


def _writer_of(folder: str) -> _Writer:
    global _writer  # noqa: PLW0603 - one per process
    if _writer is None or _writer.folder != folder:
        if _writer is not None:
            _writer.close()
        _writer = _Writer(folder)
    return _writer


def stopping() -> bool:
    """Return whether this run should end, as after `hpman runs --stop`.

    A program that calls this now and then can save its state first. Otherwise, a signal ends
    it later. Without a record, this is always false.

    >>> stopping()
    False
    """
    folder = os.environ.get(VARIABLE)
    return folder is not None and os.path.exists(os.path.join(folder, STOP))


def last_reported(folder: str) -> dict[str, Any] | None:
    """Return the last metrics that this process has reported to a record; None if it has not."""
    writer = _writer
    return (writer.last or None) if writer is not None and writer.folder == folder else None


def _plain(value: Any) -> Any:
    """Return a number of numpy, torch and the like as a plain number, else the `repr`."""
    try:
        value = value.item()
        return value if type(value) in _PLAIN else repr(value)
    except Exception:  # noqa: BLE001 - this runs methods of any object
        return repr(value)
