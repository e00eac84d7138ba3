"""Silence while Python's own readers are at work.

Owns that one thread at a time keeps their warnings back; knows neither what is
read nor what there is to warn of.
"""

from __future__ import annotations

import os
import warnings
from _thread import RLock

# What warns is decided for the whole process: of two threads that each put it
# back, the later one could put back what the other one had changed.
_ALONE = RLock()
_at_fork = getattr(os, "register_at_fork", lambda **_: None)  # Windows knows no fork
_at_fork(before=_ALONE.acquire, after_in_parent=_ALONE.release, after_in_child=_ALONE.release)


class silence:  # noqa: N801 - it reads as a statement, and contextlib is dear
    """Keep warnings back, under `-W error` too, and leave all as it was, also on error.

    >>> with silence():
    ...     warnings.warn("This is not shown.")
    """

    def __enter__(self) -> None:
        """Wait for other threads, then turn warnings off."""
        _ALONE.acquire()
        self._kept = warnings.catch_warnings()
        self._kept.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *_error: object) -> None:
        """Turn them on again as they were."""
        try:
            self._kept.__exit__(None, None, None)
        finally:
            _ALONE.release()
