"""Rows on sweeps: what a trial costs, and how long one waits for the first and after a kill."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING

from .measure import Row, output
from .peers.behaviour import values
from .peers.peers import ours, shell_loop, xargs
from .peers.projects import Project, kill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .peers.peers import Command

_HEAVY = "scipy.stats"  # half a second to import
_ASKING = 8  # processes


def rows(folder: str, _upstream: str | None) -> Iterator[Row]:
    """Measure each row in turn."""
    text = output([sys.executable, "-m", "hpman", "sweep", "-h"])
    has_fresh, has_sampler = "--no-warm" in text, "--sampler" in text
    if not has_fresh:
        _skip("warm processes", "`hpman sweep` has no --no-warm")
    fresh = ours("--no-warm") if has_fresh else ours()
    warm = {"warm": ours()} if has_fresh else {}
    yield from _trivial(folder, {**warm, "--no-warm": fresh})
    if find_spec(_HEAVY.split(".", maxsplit=1)[0]) is None:
        _skip("a heavy import", f"{_HEAVY} is not installed")
    else:
        yield from _heavy(folder, {**warm, "--no-warm": fresh})
    yield _first(folder, "grid", ours(), values(4), 0.25)
    if has_sampler:
        yield _first(folder, "TPE", ours("--sampler", "tpe"), [], 0.6)
    else:
        _skip("the first trial of TPE", "`hpman sweep` has no --sampler")
    yield _after_kill(folder)
    if has_sampler and find_spec("optuna") is not None:
        yield from _asking(folder)
    else:
        _skip("the engine", "there is no `--sampler`, or Optuna is not installed")


def _skip(what: str, why: str) -> None:
    print(f"No row on {what}: {why}.", file=sys.stderr)


def _trivial(folder: str, commands: dict[str, Command]) -> Iterator[Row]:
    """Compare trials that do next to nothing with a loop of the shell."""
    aims = {"warm": 1.6, "--no-warm": 2.6}
    floor, *times = _times(folder, [shell_loop, *commands.values()], 100, rounds=2)
    for name, seconds in zip(commands, times, strict=True):
        yield Row(f"100 trials, 2 jobs, {name}", "a loop of the shell", seconds / floor, aims[name])


def _heavy(folder: str, commands: dict[str, Command]) -> Iterator[Row]:
    """Compare trials of a script with a heavy import with two processes at once."""
    aims = {"warm": 0.15}
    floor, *times = _times(folder, [xargs, *commands.values()], 30, heading=f"import {_HEAVY}\n")
    for name, seconds in zip(commands, times, strict=True):
        what = f"30 trials with {_HEAVY}, 2 jobs, {name}"
        yield Row(what, "xargs -P2", seconds / floor, aims.get(name))


def _times(
    folder: str, commands: list[Command], count: int, *, heading: str = "", rounds: int = 1
) -> list[float]:
    """Time sweeps in turn and return the shortest time of each, in seconds."""
    times = [float("inf")] * len(commands)
    for _round in range(rounds):
        for index, command in enumerate(commands):
            project = Project(folder)
            for name in ("plain.py", "with_hpman.py"):
                project.write(name, heading + project.read(name))
            seconds = project.run(command(sys.executable, values(count), count))
            if seconds is None or project.count("end") != count:
                sys.exit(project.read("output"))
            times[index] = min(times[index], seconds)
    return times


def _first(folder: str, method: str, command: Command, points: list[str], aim: float) -> Row:
    """Measure how long the first trial takes to start."""
    seconds = min(_until_next(Project(folder), command, points) for _round in range(5))
    return Row(f"{method}: first trial after Enter", "seconds", seconds, aim)


def _after_kill(folder: str) -> Row:
    """Kill a sweep with its trials, and measure how long the same command takes to go on."""
    times = []
    for _round in range(5):
        project = Project(folder, seconds=0.2)
        process = project.start(ours()(sys.executable, values(20), 20))
        project.wait_for("start", 6, process)
        kill(process)
        times.append(_until_next(project, ours(), values(20)))
    return Row("next trial after kill -9", "seconds", max(times), 1)


def _until_next(project: Project, command: Command, points: list[str]) -> float:
    """Return how long a command takes to start the next trial."""
    count = project.count("start")
    begun = monotonic()
    process = project.start(command(sys.executable, points, len(points) or 4))
    project.wait_for("start", count + 1, process)
    kill(process)
    started = [event.when for event in project.events() if event.kind == "start"]
    if len(started) <= count:
        sys.exit(project.read("output"))
    return started[count] - begun


def _asking(folder: str) -> Iterator[Row]:
    """Measure how long asking for values and telling a score takes if many do it at once."""
    from .asking import ask_and_tell

    measured = ask_and_tell(os.path.join(folder, "asking"), "random", _ASKING, 200 // _ASKING)
    seconds = max(times.ended for times in measured) - min(times.begun for times in measured)
    calls = sorted(call for times in measured for call in times.calls)
    what = f"ask and tell, {_ASKING} processes"
    yield Row(f"{what}, a trial", "ms", seconds / 200 * 1e3, 5)
    yield Row(f"{what}, 99 % of calls", "ms", calls[int(len(calls) * 0.99)] * 1e3, 100)
