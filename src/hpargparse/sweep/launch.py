"""Start runs: as forks of a warm process if there is one, else as fresh processes.

Owns both kinds of processes, and that a warm process which was killed is started again. Must not
know records.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Thread

from .template import READY, REQUEST_SIZE

_COMMAND = ("-m", "hpman", "run")
_CAN_FORK = sys.platform == "linux"  # elsewhere, system libraries do not allow for forks
_LIMIT = 60.0  # seconds that imports may take in the warm process
_PATIENCE = 0.5  # seconds that it may take to end
_MOST_STARTS = 4  # of the warm process: something may kill it each time


class Fork:
    """A run that is a fork of the warm process, with the methods of a `Popen`.

    The pipe gets the id of the process, then its exit status, and ends when both have ended.
    """

    def __init__(self, pipe: int) -> None:
        self._file = os.fdopen(pipe, "rb")
        # The id of the process; 0 if there is none.
        self.pid: int = int(self._file.readline().strip() or 0)
        # The exit status, negative for a signal; None while it runs.
        self.returncode: int | None = None

    def wait(self) -> int:
        """Wait until the process has ended, and return its exit status."""
        with self._file:
            # Without the warm process, nobody knows the status. The record has it.
            self.returncode = int(self._file.read() or -signal.SIGKILL)
        return self.returncode

    def terminate(self) -> None:
        """Ask the process to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the process."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Launcher:
    """Start runs of one program."""

    def __init__(
        self, program: Sequence[str], arguments: Sequence[str], *, is_warm: bool = True
    ) -> None:
        self.reason: str = ""  # why runs start as fresh processes; empty while a warm process works
        self._program = program
        self._arguments = ["--", *arguments] if arguments else []
        self._is_ready = not (is_warm and _CAN_FORK)
        self._warm: tuple[subprocess.Popen[bytes], socket.socket, Thread] | None = None
        self._starts = 0

    def argv(self, options: Sequence[str]) -> list[str]:
        """Return the arguments of `hpman run` for a run."""
        return [*self._program, *options, *self._arguments]

    def is_ready(self, wake: Callable[[], None]) -> bool:
        """Return whether runs can be started; start the warm process if it does not run.

        Raises:
            OSError: if no process can be started.
        """
        if not self._is_ready and self._warm is None:
            channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                number = theirs.fileno()
                process = _start([f"--warm={number}", *self.argv([])], [number])
            listener = Thread(target=self._listen, args=(channel, wake), daemon=True)
            self._warm = process, channel, listener
            self._starts += 1
            listener.start()
        return self._is_ready

    def start(
        self,
        beginning: str,
        options: Sequence[str],
        leases: Sequence[int],
        environment: Mapping[str, str],
    ) -> subprocess.Popen[bytes] | Fork:
        """Start a run, which holds the leases until it ends.

        Raises:
            OSError: if no process can be started.
        """
        argv = self.argv(options)
        if self._warm is not None and not self.reason:
            request = {"beginning": beginning, "arguments": argv, "environment": {**environment}}
            fork = self._fork(self._warm[1], json.dumps(request).encode(), leases)
            if fork is not None:
                return fork
            self._end_warm(self._warm[0])
        held = ",".join(map(str, leases)) if os.name == "posix" else ""
        return _start([f"--trial={beginning}/{held}", *argv], leases, {**os.environ, **environment})

    def close(self) -> None:
        """End the warm process. Its forks go on."""
        if self._warm is None:
            return
        process, channel, listener = self._warm
        with channel, suppress(OSError):  # it has ended
            channel.shutdown(socket.SHUT_RDWR)
            listener.join()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:  # it still imports
            process.kill()
            process.wait()

    def _listen(self, channel: socket.socket, wake: Callable[[], None]) -> None:
        """Wait until the warm process is ready."""
        answer = b""
        with suppress(OSError):  # it does not answer in time, or has ended
            channel.settimeout(_LIMIT)
            answer = channel.recv(REQUEST_SIZE)
            channel.settimeout(None)
        if answer != READY.encode():
            self.reason = answer.decode() or "the imports do not end, or end the process"
        self._is_ready = True
        wake()

    def _fork(self, channel: socket.socket, request: bytes, leases: Sequence[int]) -> Fork | None:
        """Ask the warm process for a run; return None if it has not started one."""
        ours, theirs = os.pipe()
        with suppress(OSError):  # it was killed, or the request is too long
            socket.send_fds(channel, [request], [theirs, *leases])
        os.close(theirs)
        fork = Fork(ours)
        if fork.pid:
            return fork
        fork.wait()
        return None

    def _end_warm(self, process: subprocess.Popen[bytes]) -> None:
        """End a warm process that does not fork. If it was killed, start another one later."""
        self.close()
        if not process.returncode:
            self.reason = "the warm process has threads"
        elif self._starts == _MOST_STARTS:
            self.reason = f"the warm process was killed {self._starts} times"
        else:
            self._warm, self._is_ready = None, False


def _start(
    arguments: Sequence[str],
    descriptors: Sequence[int],
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process of `hpman run`."""
    return subprocess.Popen(  # noqa: S603 - this is the purpose
        [sys.executable, *_COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        # The record has the output. A pipe would break when this process is killed.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=descriptors if os.name == "posix" else (),
        env=environment,
        start_new_session=True,  # an interrupt at the terminal is for this process alone
    )
