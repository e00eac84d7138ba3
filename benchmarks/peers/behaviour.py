"""What a sweep does after a stop, with points that ran before, and without a network.

Owns what is counted; each function runs the sweeps of one peer and returns cells.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from .projects import Project, interrupt, kill

if TYPE_CHECKING:
    from collections.abc import Callable

    from .peers import Peer
    from .projects import Event

_TRIALS = 12
_STOPPED_AT = 6  # while this trial runs
_SECONDS = 0.2  # of a trial
_CHOICES = 4
# A network of its own, in which only this machine can be reached.
_OFFLINE = [
    *("unshare", "--user", "--map-root-user", "--net"),
    *("sh", "-c", 'ip link set lo up; exec "$@"', "sh"),
]


def values(count: int) -> list[str]:
    """Return different values of a hyperparameter."""
    return [str((index + 1) / 1000) for index in range(count)]


def sweep(peer: Peer, python: str, count: int) -> list[str]:
    """Return the command for so many trials with different values."""
    return peer.command(python, [] if peer.samples else values(count), count)


def after_kill(peer: Peer, python: str, folder: str) -> list[str]:
    """Kill a sweep, run the command again, and count lost, doubled and all trials.

    Lost are points that never finish, although they were started or belong to the grid;
    doubled are the trials that finish beyond the total.
    """
    _before, events, is_complete = _stopped(peer, python, folder, kill)
    started = [event.value for event in events if event.kind == "start"]
    ended = [event.value for event in events if event.kind == "end"]
    wanted = {str(float(value)) for value in values(_TRIALS)} if not peer.samples else set(started)
    lost, doubled = len(wanted - set(ended)), max(len(ended) - _TRIALS, 0)
    runs = f"{len(started)} of {_TRIALS}" + ("" if is_complete else ", then fails")
    return [str(lost), str(doubled), runs]


def after_interrupt(peer: Peer, python: str, folder: str) -> str:
    """Interrupt a sweep, run the command again, and see how many trials it runs."""
    before, events, is_complete = _stopped(peer, python, folder, interrupt)
    if not is_complete:
        return "fails"
    left = _TRIALS - sum(event.kind == "end" for event in before)
    again = sum(event.kind == "start" for event in events[len(before) :])
    if again == left:
        return "goes on"
    return "starts again" if again == _TRIALS else f"{again} runs for {left}"


def _stopped(
    peer: Peer, python: str, folder: str, stop: Callable[[subprocess.Popen[bytes]], None]
) -> tuple[list[Event], list[Event], bool]:
    """Stop a sweep, run the command again; return the events before and after, and its success."""
    project = Project(folder, _SECONDS)
    command = sweep(peer, python, _TRIALS)
    process = project.start(command)
    project.wait_for("start", _STOPPED_AT, process)
    stop(process)
    before = project.events()
    is_complete = project.run(command) is not None
    return before, project.events(), is_complete


def duplicates(peer: Peer, python: str, folder: str) -> str:
    """Run a second sweep that has all points of the first, or more trials than choices."""
    project = Project(folder)
    chosen = values(_CHOICES)
    if peer.samples:
        commands = [peer.command(python, chosen, 3 * _CHOICES)]
    else:
        sizes = (_CHOICES - 1, _CHOICES)
        commands = [peer.command(python, chosen[:size], size) for size in sizes]
    if any(project.run(command) is None for command in commands):
        return "fails"
    points = [event.value for event in project.events() if event.kind == "end"]
    again = len(points) - len(set(points))
    if not peer.samples and len(points) - again < _CHOICES:
        return "the new one is left out"
    return f"{again} run again" if again else "not run again"


def offline(peer: Peer, python: str, folder: str) -> str:
    """Run a sweep without a network."""
    if subprocess.run([*_OFFLINE, "true"], capture_output=True, check=False).returncode:
        return "?"  # this machine allows no network of its own
    project = Project(folder)
    done = project.run([*_OFFLINE, *sweep(peer, python, 3)])
    return "yes" if done is not None and project.count("end") == 3 else "no"
