"""Claims by time, for machines that do not see the locks of each other.

A claim is renewed until all processes that hold its pipe have ended, and is free some time later.
Another process renews it, so that the end of the sweep itself does not matter. Must not know what
claims are for.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from hpman.run_files import adopt, release

from ..errors import SweepError


class Store(Protocol):
    """Where claims by time are kept.

    The module of its class has a function `store_of`, which makes an equal store of the
    settings in another process.
    """

    seconds_until_free: float

    def settings(self) -> dict[str, Any]:
        """Return the settings, as JSON data."""

    def take(self, name: str) -> bool:
        """Take a claim, unless another process has it."""

    def busy(self) -> set[str]:
        """Return the names that somebody has a claim on."""

    def renew(self, names: Mapping[int, str]) -> None:
        """Renew those of some claims that are still of this process."""

    def free(self, name: str) -> None:
        """Give a claim back, if it is still of this process."""


# Seconds after which a claim is free that nobody renews. Tests do not wait so long.
SECONDS_UNTIL_FREE = float(os.environ.get("HPMAN_SILENCE", "30"))
MESSAGE = 64  # bytes of a message to the keeper: the name of a claim
_LOCK = "lock"
_LOOK = 0.5  # seconds between two looks at all claims
_PAUSE = 0.05  # seconds between two attempts to hold the lock
_PATIENCE = 10.0  # seconds in which the keeper finishes
_KEEPER = ("-m", "hpargparse.claims.keeper")


class TimedClaims:
    """Claims by time.

    Raises:
        SweepError: if this system cannot keep them.
    """

    is_by_time: bool = True

    def __init__(self, store: Store) -> None:
        if not hasattr(socket, "send_fds"):
            message = "Several machines without common locks cannot share a sweep on Windows."
            raise SweepError.because(message, "Use Linux or macOS.")
        self._store = store
        self._busy: set[str] = set()
        self._looked = -_LOOK
        self._channel, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 - this is the purpose
                [sys.executable, *_KEEPER, str(number)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[number],
                start_new_session=True,
            )
        settings = json.dumps([type(store).__module__, store.settings()]).encode()
        with suppress(BrokenPipeError):  # the process was killed; taking a claim says so
            self._channel.sendall(len(settings).to_bytes(4, "big") + settings)

    def take(self, name: str) -> int | None:
        """Return a claim on a name; None if another process holds it.

        Raises:
            OSError, SweepError: if claims cannot be stored or renewed.
        """
        if time.monotonic() >= self._looked + _LOOK:
            self._busy = self._store.busy()
            self._looked = time.monotonic()
        if name in self._busy:
            return None
        self._busy.add(name)
        return self._take(name)

    def release(self, _name: str, claim: int, *, is_over: bool) -> None:  # noqa: ARG002
        """Give a claim back."""
        release(claim)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Wait until no other process holds the lock of the sweep, and hold it.

        Raises:
            OSError, SweepError: if claims cannot be stored or renewed.
        """
        while (claim := self._take(_LOCK)) is None:
            time.sleep(random.uniform(_PAUSE / 5, _PAUSE))  # noqa: S311
        try:
            yield
        finally:
            release(claim)

    def close(self) -> None:
        """Wait until all claims that were given back are free. Others are kept on."""
        self._process.wait()
        with self._channel, suppress(OSError):  # the keeper was killed
            self._channel.shutdown(socket.SHUT_WR)
            self._channel.settimeout(_PATIENCE)
            self._channel.recv(1)

    def _take(self, name: str) -> int | None:
        if not self._store.take(name):
            return None
        held, claim = os.pipe()
        adopt(claim)
        try:
            socket.send_fds(self._channel, [message(name)], [held])
        except OSError:
            error = "The process that renews the claims of this sweep was killed."
            raise SweepError.because(error, "The same command goes on.") from None
        finally:
            os.close(held)
        return claim


def message(name: str) -> bytes:
    """Return a message to the keeper: a name, filled up."""
    return name.encode().ljust(MESSAGE)


def random_token() -> str:
    """Return what no other process has.

    >>> len(random_token())
    16
    """
    return os.urandom(8).hex()
