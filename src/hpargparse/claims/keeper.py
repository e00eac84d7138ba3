"""The process that renews claims by time, until all that hold their pipes have ended.

The sweep that starts it may be killed: then its runs go on, and so do their claims. It belongs to
no terminal, and is not a child of the sweep. Must not know what claims are for.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import time
from importlib import import_module

from .timed import MESSAGE, Store

_BEATS = 6  # renewals in the time after which a claim is free


def keep(channel: socket.socket, store: Store) -> None:
    """Renew claims until the sweep has ended, and no claim is held any more.

    The channel gets the name of each claim, with a pipe that ends when nobody holds it.

    Raises:
        OSError, HpmanError: if they cannot be renewed.
    """
    names: dict[int, str] = {}
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    is_open = True
    beat = store.seconds_until_free / _BEATS
    due = time.monotonic() + beat
    while is_open or names:
        for descriptor, _event in poll.poll(max(0.0, due - time.monotonic()) * 1000):
            if descriptor != channel.fileno():
                poll.unregister(descriptor)
                os.close(descriptor)
                store.free(names.pop(descriptor))
                continue
            data, pipes, _flags, _address = socket.recv_fds(channel, MESSAGE, 1)
            if data:
                names[pipes[0]] = data.decode().rstrip()
                poll.register(pipes[0], 0)
            else:
                poll.unregister(channel)
                is_open = False
        if time.monotonic() >= due:
            store.renew(names)
            due = time.monotonic() + beat


def main() -> None:
    """Run the process. Its argument is the descriptor of the channel."""
    if os.fork():
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # the runs end first
        signal.signal(number, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    size = int.from_bytes(channel.recv(4, socket.MSG_WAITALL), "big")
    data = channel.recv(size, socket.MSG_WAITALL)
    if data:  # otherwise the sweep was killed
        module, settings = json.loads(data)
        keep(channel, import_module(module).store_of(settings))


if __name__ == "__main__":
    main()
