"""A write as a whole: nobody sees half of it, and nothing leaves half of it behind.

Owns the lock, and what an interrupted write comes to; must not know what is written.
"""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# One lock for all stores: a write is short, and a fork can wait for it, so that
# no child starts with half of one or with a lock that nobody will release.
WRITING = RLock()
_at_fork = getattr(os, "register_at_fork", lambda **_: None)  # Windows knows no fork
_at_fork(before=WRITING.acquire, after_in_parent=WRITING.release, after_in_child=WRITING.release)


def carry_out(write: Callable[[], None]) -> None:
    """Do a write whose outcome is settled; if it is interrupted, do it again to its end.

    Args:
        write: puts things where they belong, so that doing it twice, the first
            time by halves, comes to the same.
    """
    try:
        write()
    except BaseException:
        write()
        raise
